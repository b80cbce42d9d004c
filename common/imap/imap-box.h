/* imap-box.h - one mailbox to upload into: what it accepts, and what of the source is there already
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Opening a mailbox answers two questions before anything is sent: what became of messages that a
 * connection was cut off from, in this run or an earlier one (imap-settle.h), and, where the
 * journal cannot know, which messages were there before us.
 *
 * Whoever opens it has the mailbox to himself (imap-work.h); afterwards several connections may
 * send into it.
 */
#pragma once

#include "base/report.h"
#include "imap/imap-bodies.h"
#include "imap/imap-folders.h"
#include "imap/imap-journal.h"
#include "imap/imap-limits.h"
#include "imap/imap-listing.h"
#include "message/ledger.h"
#include "message/message-repair.h"
#include "message/message-sink.h"

/* What all connections of an upload have in common. */
typedef struct {
	ImapFolders *folders;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	gboolean forget;       /* only what is at the server now counts */
	gboolean similar;      /* the same Message-ID, Date, From and Subject is the same mail */
	gboolean dedupe_own;   /* remove what arrived twice after all */
	gboolean dry_run;      /* look, change nothing */
	ImapLimits *limits;
	MessageRepair repair;  /* what is mended in messages that the server refuses */
	MessageSink *rejected; /* where those go that it refuses all the same; NULL: nowhere */
} ImapBoxContext;

typedef struct {
	char *mailbox;
	char *quoted;   /* ready for a command */
	Folder *folder; /* of the source */
	Folder *target; /* where that is to be at the server: it, or what --map makes of it */
	ImapJournalBox *journal;
	gboolean opened;
	gboolean is_new;   /* was not there before this run */
	gboolean remarked; /* its role has been commented on */
	char *refusal;     /* why nothing can be stored there; NULL if it can */
	guint32 uid_validity;
	guint32 uid_next;
	guint32 exists; /* as the server told last */
	/* How many must be there: those that were, and what was stored since; but for copies, which
	 * a server that tells no UIDs may have made one. */
	guint64 expected;
	guint copies;   /* of messages that the source had already had in this run */
	guint untold;   /* stored, under UIDs that the server did not tell */
	gboolean is_read_only; /* as SELECT said, which need not keep us from storing */
	MessageFlags flags; /* that the server keeps (PERMANENTFLAGS) */
	gboolean any_keyword;
	GHashTable *keywords; /* lower case; if not any */
	GHashTable *seen;     /* L0 -> how many came from the source in this run */
	ImapListing *listing; /* what was there before us; NULL if the journal knows everything */
	ImapBodies *bodies;   /* digests of it, as far as they were needed */
	guint64 to_send;      /* counted by a dry run */
	guint64 to_send_bytes;
	guint64 present;
	guint64 similar; /* of those, only similar; in a dry run: would be */
	/* What belongs to imap-work.c, under its lock: */
	GQueue waiting; /* of ImapItem */
	guint64 waiting_bytes;
	gint64 waiting_since; /* monotonic, in µs */
	gboolean wanted;      /* to be opened, even if nothing waits */
	guint connections;    /* that are at it */
	gboolean exclusive;   /* one of them has it to itself */
	gboolean checked;     /* looked through once more, after everything was sent */
	guint records;        /* of the source that only say that the folder exists */
	GPtrArray *lost;      /* of ImapParcel: cut off, what became of them is to be found out */
	/* What whoever has the mailbox to himself found to be sent again. */
	GQueue returned; /* of ImapItem */
	GMutex lock;     /* for imap_box_look_up and what follows, once it is opened */
} ImapBox;

/* Takes mailbox; refers to the folders. */
ImapBox *imap_box_new (char *mailbox, Folder *folder, Folder *target, ImapJournalBox *journal);
void imap_box_free (ImapBox *box);

/* Has it to be opened (again) before anything can be sent into it? */
gboolean imap_box_needs_opening (const ImapBox *box);

/* Open it, making it if need be, and find out what became of what was cut off; it is then selected.
 * Nothing may be in flight. TRUE also with box->refusal set. */
gboolean imap_box_open (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			GError **error);

/* Nothing more can be stored there, for this reason, or because it is gone since it was opened.
 * Reported with the way out; the first reason stays. Safe from several threads. */
void imap_box_refuse (ImapBox *box, Report *report, const char *reason, gboolean gone);

/* Does the server have less than it said it stored, as far as it told? */
gboolean imap_box_is_short (const ImapBox *box);

/* Ask it, when everything is stored. A mailbox that stays short is reported. */
gboolean imap_box_count (ImapBox *box, const ImapBoxContext *context, ImapConnection *connection,
			 GError **error);

/* Select a mailbox that somebody else has opened. */
gboolean imap_box_join (const ImapBox *box, ImapConnection *connection, GError **error);

typedef enum {
	IMAP_BOX_NEW,     /* is not there */
	IMAP_BOX_PRESENT, /* is there */
	IMAP_BOX_SIMILAR, /* something is there that passes for it */
	IMAP_BOX_DOUBTFUL /* something with its key is there: compare the content */
} ImapBoxState;

/* Is one more message with these bytes the journal's, or was it there before us? Counts it. *uid is
 * 0 if unknown. */
gboolean imap_box_look_up (ImapBox *box, const ImapBoxContext *context,
			   const ImapJournalEntry *entry, ImapBoxState *state, guint32 *uid,
			   GError **error);

/* The UIDs that a doubtful message may have; newly allocated. asked: a set of guint64, empty before
 * the first of several; what one of them has asked for, the next need not. */
GArray *imap_box_get_candidates (ImapBox *box, const ImapBoxContext *context, GHashTable *asked,
				 const ImapJournalEntry *entry);

/* Decide about a doubtful message, its candidates' bodies being in box->bodies. *uid is 0 if it is
 * not there. */
gboolean imap_box_compare (ImapBox *box, const ImapBoxContext *context,
			   const ImapJournalEntry *entry, MessageContent *content, guint32 *uid,
			   GError **error);
