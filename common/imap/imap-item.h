/* imap-item.h - a message made ready to be sent: bytes, digests, flags and date as the server wants
 * them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-box.h"
#include "message/message.h"

/* Bytes in memory, counted over all threads. */
typedef struct {
	gint used;
} ImapPool;

typedef struct {
	Message *message;
	ImapJournalEntry entry;
	GByteArray *wire; /* NULL if it is large: then it is read again when it is sent */
	MessageDate date; /* as it will be sent */
	char *flags;      /* "(\Seen $Forwarded)" */
	gboolean has_keywords;
	ImapPool *pool;
	gint held;          /* bytes of the pool */
	gboolean looked_up; /* whether it is there has been asked: state says */
	ImapBoxState state;
	guint cuts;       /* how often the connection broke while it was on its way */
	gboolean mended;  /* it is not as the source has it, because the server refused that */
	gboolean settled; /* the ledger knows what became of it */
	char *spoiled;    /* why it cannot be sent any more; NULL if it can */
} ImapItem;

/* Reads the content once, and keeps it in memory until it is sent if there is room for it: pool has
 * less than limit. */
ImapItem *imap_item_new (Message *message, ImapPool *pool, gint limit, GError **error);

/* item with another content, to be sent in its place: the journal knows it as the same, and looks
 * for it as what it has become. */
ImapItem *imap_item_new_mended (const ImapItem *item, MessageContent *content, GError **error);

/* It is sent: should it have to be sent again, it is read again. */
void imap_item_drop_wire (ImapItem *item);
void imap_item_free (ImapItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapItem, imap_item_free)

/* Set flags and date for box. Findings say what the server will not get to see. RFC 3501,
 * 6.3.11. */
void imap_item_fit (ImapItem *item, const ImapBox *box, Report *report);

/* Does this machine have a time of day that cannot be? Then no date is taken for one to come. */
gboolean imap_item_clock_is_wrong (void);

/* Take the keywords away again, for a server that refuses them. */
void imap_item_drop_keywords (ImapItem *item, const ImapBox *box);

/* Put it into rejected, unless that is NULL: it could not be stored. What cannot be read cannot be
 * put there either, and is no error. */
gboolean imap_item_set_aside (const ImapItem *item, MessageSink *rejected, GError **error);

/* "(flags) "date" ": what stands before the literal. Newly allocated. */
char *imap_item_get_options (const ImapItem *item);

/* A keyword as an atom: other characters as '_', and what is not ASCII in modified UTF-7. Newly
 * allocated, NULL if nothing is left. */
char *imap_item_make_keyword (const char *keyword);
