/* imap-entries.h - the messages that a server lists in a mailbox, and what became of each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef enum {
	IMAP_ENTRY_OPEN,
	IMAP_ENTRY_DONE,    /* handed on */
	IMAP_ENTRY_WITHHELD /* the server has answered, and did not hand it out */
} ImapEntryFate;

typedef struct {
	guint32 uid;
	guint32 size;
	guint32 flags;   /* their sum (imap-message.h), once it is done */
	guint32 refusal; /* withheld: number of the server's words; 0: it gave none */
	guint8 fate;     /* ImapEntryFate */
	guint8 is_there; /* at the end, still */
} ImapEntry;

/* By UID, once they are tidy. */
typedef struct ImapEntries ImapEntries;

ImapEntries *imap_entries_new (void);
void imap_entries_free (ImapEntries *entries);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapEntries, imap_entries_free)

void imap_entries_clear (ImapEntries *entries);
void imap_entries_add (ImapEntries *entries, guint32 uid, guint32 size);

/* Nothing more will be added: sort, and drop doubles. A server that names a message twice does not
 * have it twice. */
void imap_entries_tidy (ImapEntries *entries);

guint imap_entries_count (const ImapEntries *entries);
guint64 imap_entries_sum_sizes (const ImapEntries *entries);

/* Belongs to entries; imap_entries_find: NULL if there is none. */
ImapEntry *imap_entries_get (const ImapEntries *entries, guint index);
ImapEntry *imap_entries_find (const ImapEntries *entries, guint32 uid);

/* The server's answer to what was asked for entry did not bring it; text may be NULL. */
void imap_entries_withhold (ImapEntries *entries, ImapEntry *entry, const char *text);

gboolean imap_entries_has_withheld (const ImapEntries *entries);

/* Those words; NULL if there were none. */
const char *imap_entries_get_refusal (const ImapEntries *entries, const ImapEntry *entry);

/* "3:5,9": the open ones among count entries from first on. Newly allocated. */
char *imap_entries_make_set (const ImapEntries *entries, guint first, guint count);
