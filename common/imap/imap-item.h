/* imap-item.h - a message made ready to be sent: bytes, digests, flags and date as the server wants
 * them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "imap/imap-box.h"
#include "message/message.h"

typedef struct {
	Message *message;
	ImapJournalEntry entry;
	GByteArray *wire; /* NULL if it is large: then it is read again when it is sent */
	MessageDate date; /* as it will be sent */
	char *flags;      /* "(\Seen $Forwarded)" */
	gboolean has_keywords;
} ImapItem;

/* What stays in memory between being counted and being sent. */
#define IMAP_ITEM_IN_MEMORY (1024 * 1024)

/* Reads the content once. Findings say what the server will not get to see. RFC 3501, 6.3.11. */
ImapItem *imap_item_new (Message *message, GError **error);
void imap_item_free (ImapItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapItem, imap_item_free)

/* Set flags and date for box. */
void imap_item_fit (ImapItem *item, const ImapBox *box, Report *report);

/* Take the keywords away again, for a server that refuses them. */
void imap_item_drop_keywords (ImapItem *item, const ImapBox *box);

/* "(flags) "date" ": what stands before the literal. Newly allocated. */
char *imap_item_get_options (const ImapItem *item);

/* A keyword as an atom: other characters as '_', and what is not ASCII in modified UTF-7. Newly
 * allocated, NULL if nothing is left. */
char *imap_item_make_keyword (const char *keyword);
