/* imap-history.h - what has been sent to an account, mailbox by mailbox, and what became of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The journal as a picture in memory: imap-journal-read makes it from the file, imap-journal keeps
 * file and picture alike. Not locked by itself.
 */
#pragma once

#include <glib.h>

#include "base/digest.h"
#include "imap/imap-key.h"

typedef struct {
	guint8 l0[DIGEST_SIZE]; /* of the wire form */
	ImapKey key;
} ImapJournalEntry;

typedef struct {
	ImapJournalEntry entry;
	guint32 uid;          /* 0 if the server did not tell */
	guint32 uid_validity; /* for which uid and uid_next hold */
	guint32 uid_next;     /* when it was about to be sent: it cannot have got a UID below */
} ImapDelivery;

typedef enum {
	IMAP_FATE_OPEN, /* in doubt, or just on its way */
	IMAP_FATE_DELIVERED,
	IMAP_FATE_REFUSED,
	IMAP_FATE_ABSENT /* was in doubt, and is not there */
} ImapFate;

/* One mailbox, as far as the journal knows it. */
typedef struct {
	guint number;
	char *mailbox;
	guint32 compared;    /* the UIDVALIDITY of its E; 0: none yet */
	GHashTable *counts;  /* L0 -> how many delivered */
	GArray *deliveries;  /* of ImapDelivery, since the last N */
	GPtrArray *doubtful; /* of ImapBatch: cut off with open messages */
	/* The lowest UID that something can have that was in doubt and may have arrived after it
	 * was looked for; 0: nothing can. */
	guint32 suspect;
} ImapJournalBox;

typedef struct {
	guint number;
	ImapJournalBox *box;
	guint32 uid_validity;
	guint32 uid_next;
	guint count;
	guint open; /* messages whose fate is open */
	ImapJournalEntry *entries;
	guint8 *fates; /* ImapFate */
} ImapBatch;

typedef struct {
	guint next_batch; /* its number */
	guint slowest;    /* acknowledgement ever, in ms */
	ImapTier tier;
	GPtrArray *boxes;    /* of ImapJournalBox, those with a number first and by it */
	GHashTable *by_name; /* mailbox -> ImapJournalBox */
	GHashTable *batches; /* number -> ImapBatch with open messages */
} ImapHistory;

void imap_history_init (ImapHistory *history);
void imap_history_clear (ImapHistory *history);

/* New and empty, without a number yet. Belongs to the history, as all boxes and batches do. */
ImapJournalBox *imap_history_add_box (ImapHistory *history, const char *mailbox);

/* Give a box the next number; FALSE if it has one. */
gboolean imap_history_number_box (ImapHistory *history, ImapJournalBox *box);

/* NULL if there is none. */
ImapJournalBox *imap_history_find_box (const ImapHistory *history, guint64 number);

/* How many messages with that L0 have been delivered to box. */
guint imap_history_count (const ImapJournalBox *box, const guint8 *l0);

/* One more. Copies delivery. */
void imap_history_deliver (ImapJournalBox *box, const ImapDelivery *delivery);

/* So many messages about to be sent, all open; its entries are for the caller to fill. */
ImapBatch *imap_history_add_batch (ImapHistory *history, guint number, ImapJournalBox *box,
				   guint32 uid_validity, guint32 uid_next, guint count);

/* NULL if there is none with open messages. */
ImapBatch *imap_history_find_batch (const ImapHistory *history, guint64 number);

/* What became of an open message; uid (0: unknown) if it was delivered. FALSE if there is no open
 * one at index. */
gboolean imap_history_set_fate (ImapBatch *batch, guint index, ImapFate fate, guint32 uid);

/* Until somebody looks again, what was sent in batch and not found may still arrive. */
void imap_history_suspect (ImapBatch *batch);

/* A batch without open messages is not kept. */
void imap_history_drop_if_done (ImapHistory *history, ImapBatch *batch);

/* Every batch that is open now is in doubt. */
void imap_history_gather_doubtful (ImapHistory *history);

/* Nothing counts as delivered any more; what is in doubt stays. */
void imap_history_forget (ImapHistory *history);

/* Not even the mailboxes are known any more. */
void imap_history_restart (ImapHistory *history);
