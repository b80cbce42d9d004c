/* imap-work.h - what waits to be uploaded, between the one who reads it and the connections
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One thread reads the source and puts messages; each connection has a thread that takes a mailbox
 * and works off what waits for it. A mailbox has one connection at a time, unless the server makes
 * each message wait for a round trip: then several share it. Whoever opens a mailbox has it to
 * himself, also when it is opened again because a connection to it was cut off: the others finish
 * what they have sent and leave it first.
 */
#pragma once

#include "imap/imap-item.h"

typedef struct ImapWork ImapWork;

/* sharing: how many connections may work on one mailbox. */
ImapWork *imap_work_new (guint sharing);

/* All threads that use it have ended. The boxes are not its own. */
void imap_work_free (ImapWork *work);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapWork, imap_work_free)

/* --- For the one who reads ---- */

/* Takes item; NULL: box is only to be opened. */
void imap_work_put (ImapWork *work, ImapBox *box, ImapItem *item);

/* Nothing more will come. */
void imap_work_end (ImapWork *work);

/* Nothing more is to be sent, whether it waits or not. */
void imap_work_abandon (ImapWork *work);

typedef enum {
	IMAP_WORK_HAS_ROOM, /* for one more message */
	IMAP_WORK_IS_DONE   /* after the end: everything is settled */
} ImapWorkState;

/* Wait a little for state; *reached tells whether it is. FALSE with the error of a connection that
 * ends the run, or when asked to stop. memory: of pool that may be used. */
gboolean imap_work_wait (ImapWork *work, ImapWorkState state, const ImapPool *pool, gint memory,
			 gboolean *reached, GError **error);

/* Would one more connection have something to do? */
gboolean imap_work_wants_connection (ImapWork *work);

/* --- For connections ---- */

typedef enum {
	IMAP_JOB_OPEN, /* the mailbox is yours alone until imap_work_opened */
	IMAP_JOB_JOIN,
	IMAP_JOB_CHECK /* everything is sent: look through it once more; it is yours alone */
} ImapJob;

/* One more connection works; it ends by imap_work_leave. */
void imap_work_enter (ImapWork *work);

/* A connection ends: in order (cause NULL), or it could not be made again. The run fails if it was
 * the last, or if cause is not RUN_ERROR_TEMPORARY. Takes cause. */
void imap_work_leave (ImapWork *work, GError *cause);

/* A mailbox to work on; waits for one. NULL if there is nothing left to do. */
ImapBox *imap_work_take (ImapWork *work, ImapJob *job);

/* box is ready for others to join. */
void imap_work_opened (ImapWork *work, ImapBox *box);

/* This connection works on box no more. */
void imap_work_release (ImapWork *work, ImapBox *box);

typedef struct {
	guint limit;   /* so many messages */
	guint64 bytes; /* and so many bytes; a single message may have more */
	gboolean busy; /* others are still on their way over this connection */
} ImapTaking;

/* The next messages for box into items; none if it is better to wait for more, or to leave.
 * *careful: they have gone down with a connection before, and are to be sent by themselves. */
void imap_work_take_items (ImapWork *work, ImapBox *box, const ImapTaking *taking, GPtrArray *items,
			   gboolean *careful);

/* Items that were taken and not sent, back to the head of the queue. Takes them. */
void imap_work_return_items (ImapWork *work, ImapBox *box, GPtrArray *items);

/* The connection was cut: what became of these parcels (a GPtrArray of ImapParcel, referred to) has
 * to be found out. */
void imap_work_lose (ImapWork *work, ImapBox *box, const GPtrArray *parcels);

/* May more come for box soon? Then waits some ms for it. */
gboolean imap_work_expects_more (ImapWork *work, ImapBox *box, gboolean busy);
