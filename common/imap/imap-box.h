/* imap-box.h - one mailbox to upload into: what it accepts, and what of the source is there already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening a mailbox answers two questions before anything is sent: what became of messages that an
 * earlier run was cut off from (they are looked for, once the server has settled), and, where the
 * journal cannot know, which messages were there before us. Both by counting keys (imap-key.h), so
 * true copies stay copies.
 */
#pragma once

#include "base/report.h"
#include "imap/imap-folders.h"
#include "imap/imap-journal.h"
#include "message/message.h"

typedef struct {
	char *mailbox;
	char *quoted; /* ready for a command */
	Folder *folder; /* of the source */
	Folder *target; /* where that is to be at the server: it, or what --map makes of it */
	ImapJournalBox *journal;
	gboolean opened;
	gboolean is_new; /* was not there before this run */
	gboolean remarked; /* its role has been commented on */
	char *refusal;   /* why nothing can be stored there; NULL if it can */
	guint32 uid_validity;
	guint32 uid_next;
	guint32 exists;
	MessageFlags flags; /* that the server keeps (PERMANENTFLAGS) */
	gboolean any_keyword;
	GHashTable *keywords; /* lower case; if not any */
	GHashTable *seen;     /* L0 -> how many came from the source in this run */
	GArray *existing;     /* unclaimed messages by key; NULL if the journal knows everything */
	GHashTable *by_key;   /* key -> the first of them, in existing */
	guint64 to_send;      /* counted by a dry run */
	guint64 to_send_bytes;
	guint64 present;
} ImapBox;

typedef struct {
	ImapConnection *connection;
	ImapFolders *folders;
	ImapJournal *journal;
	Report *report;
	gboolean forget;  /* only what is at the server now counts */
	gboolean dry_run; /* look, change nothing */
} ImapBoxContext;

/* Takes mailbox; refers to the folders. */
ImapBox *imap_box_new (char *mailbox, Folder *folder, Folder *target, ImapJournalBox *journal);
void imap_box_free (ImapBox *box);

/* Open it, making it if need be. Nothing may be in flight. TRUE also with box->refusal set. */
gboolean imap_box_open (ImapBox *box, const ImapBoxContext *context, GError **error);

/* Is one more message with these bytes the journal's, or was it there before us? Counts it. *uid is
 * 0 if unknown. */
gboolean imap_box_has (ImapBox *box, const ImapBoxContext *context, const ImapJournalEntry *entry,
		       guint32 *uid, gboolean *has, GError **error);
