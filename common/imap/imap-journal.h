/* imap-journal.h - what has been sent to an account, so that nothing is sent twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Before the first byte of a batch goes out, the journal says on disk what is about to be sent (S);
 * afterwards, that it arrived (A), was refused (R), or what became of it after a cut (X). Whatever
 * has an S and nothing else is in doubt, and looked for at the server before anything is sent
 * again. A message is its bytes: identity is the SHA-256 of the form in which it is sent, and how
 * many such have been delivered to that mailbox.
 *
 * One file for each account and source, locked while in use, lines of text, readable by people:
 *
 *	#mailferry-journal 1
 *	#account ann@mail.example.org:993
 *	#source /home/ann/Maildir
 *	F 1 INBOX                      mailbox number 1; %XX for blanks, controls, %
 *	S 7 1 1763761311 42 2          batch 7 into mailbox 1, UIDVALIDITY, UIDNEXT, so many:
 *	 <SHA-256> 5120 <key> <key> 1007073232     size as sent, what it is found by, INTERNALDATE
 *	 <SHA-256> 811 <key> <key> 0               0: sent without a date
 *	A 7 0 2 35 42:43               of batch 7, from the 0th, 2 arrived after 35 ms, with
 *	                               these UIDs (or -)
 *	R 7 1 Message too large        of batch 7, the 1st was refused for good
 *	X 7 0,1                        batch 7 was in doubt: these are there, the others are not (-:
 *	                               none is)
 *	C 1                            nothing has arrived in mailbox 1 after its X
 *	P 1 1763761311 17 <SHA-256> 811 <key> <key> 0     was in mailbox 1 before us, under UID 17
 *	E 1 1763761311                 what was in mailbox 1 before us has been compared with
 *	                               the whole source
 *	T 1                            the server keeps: 1 size and header, 2 header, 3 dates
 *	N                              forget what is delivered: from here on only the server counts
 *
 * A line cut short by a crash, and what belongs to it, counts as not written.
 *
 * Safe to use from several threads; what hangs on an ImapJournalBox is for the one who has the
 * mailbox to itself.
 */
#pragma once

#include "imap/imap-history.h"

typedef struct ImapJournal ImapJournal;

/* Where journals lie if nobody says: $XDG_STATE_HOME/mailferry or ~/.local/state/mailferry. Newly
 * allocated. RUN_ERROR_USAGE without a home. */
char *imap_journal_get_directory (GError **error);

/* The journal of account and source in directory, which is made if need be, opened, locked and
 * read. forget: what is delivered no longer counts (what is in doubt does). read_only: changes
 * nothing, need not exist, takes no lock. RUN_ERROR_TEMPORARY if another run holds it,
 * RUN_ERROR_INPUT if it is damaged, RUN_ERROR_OUTPUT. */
ImapJournal *imap_journal_new (const char *directory, const char *account, const char *source,
			       gboolean forget, gboolean read_only, GError **error);
void imap_journal_free (ImapJournal *journal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapJournal, imap_journal_free)

const char *imap_journal_get_path (const ImapJournal *journal);

/* The slowest acknowledgement ever, in ms. */
guint imap_journal_get_slowest (ImapJournal *journal);

/* Never NULL; an unknown one is new and empty. Belongs to the journal. */
ImapJournalBox *imap_journal_get_box (ImapJournal *journal, const char *mailbox);

/* How many messages with that L0 have been delivered to box. */
guint imap_journal_count_delivered (ImapJournal *journal, const ImapJournalBox *box,
				    const guint8 *l0);

/* On disk when it returns. Copies entries. The batch belongs to the journal until no fate in it is
 * open. */
ImapBatch *imap_journal_intend (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity,
				guint32 uid_next, const ImapJournalEntry *entries, guint count,
				GError **error);

/* These count messages from first on arrived. uids has as many, or is NULL. After it, batch may be
 * gone. */
gboolean imap_journal_acknowledge (ImapJournal *journal, ImapBatch *batch, guint first, guint count,
				   guint ms, const guint32 *uids, GError **error);

/* The message at index was refused for good; text is the server's reason. After it, batch may be
 * gone. */
gboolean imap_journal_refuse (ImapJournal *journal, ImapBatch *batch, guint index, const char *text,
			      GError **error);

/* The connection is gone: its open messages are in doubt. */
void imap_journal_doubt (ImapJournal *journal, ImapBatch *batch);

/* For a doubtful batch: those whose fate was set to IMAP_FATE_DELIVERED by the caller are there;
 * those still open are not. uids as above, 0 where not found. */
gboolean imap_journal_resolve (ImapJournal *journal, ImapBatch *batch, const guint32 *uids,
			       GError **error);

/* What was in doubt in box has been looked for a second time, after everything else was sent. */
gboolean imap_journal_checked (ImapJournal *journal, ImapJournalBox *box, GError **error);

/* What the server keeps of a message; IMAP_TIER_UNKNOWN until somebody has looked. */
ImapTier imap_journal_get_tier (ImapJournal *journal);
gboolean imap_journal_set_tier (ImapJournal *journal, ImapTier tier, GError **error);

/* Nothing that was in the mailbox before us needs to be looked for again. */
gboolean imap_journal_compared (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity,
				GError **error);

/* A message of the source that was there before us. */
gboolean imap_journal_found (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity,
			     guint32 uid, const ImapJournalEntry *entry, GError **error);
