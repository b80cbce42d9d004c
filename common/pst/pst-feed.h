/* pst-feed.h - what the reader says, packet by packet, with each content in one piece
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The supervisor's ear. Contents are collected and hashed here, so that this can go on in a thread
 * of its own while somebody else still writes the message before: hashing takes as long as all
 * the rest of the supervisor's work. Nothing here knows what packets mean, but for the few that
 * make up a content.
 */
#pragma once

#include "base/digest.h"
#include "base/spool.h"
#include "pst/pst-slots.h"
#include "pst/pst-wire.h"

typedef struct _PstFeed PstFeed;

typedef struct {
	PstWireKind kind; /* 0: it makes no sense */
	PstWireFields fields;
	Spool *content; /* with PST_WIRE_DONE, what came since META or ASIDE; caller owns it */
	guint8 l0[DIGEST_SIZE]; /* of the content, after META */
} PstPacket;

/* Borrows both. */
PstFeed *pst_feed_new (const Child *child, PstSlots *slots);

/* Leaves the child alone, but hangs up: it can't be heard any more. */
void pst_feed_free (PstFeed *feed);

/* The next packet but DATA and SLOT. *is_end: the reader has gone. The fields are valid until the
 * next call. Fails with RUN_ERROR if the line or the disk fails. */
gboolean pst_feed_next (PstFeed *feed, PstPacket *packet, gboolean *is_end, GError **error);

/* A content that takes long enough to write that pst_feed_listen_ahead() pays? */
gboolean pst_feed_is_large (const PstPacket *packet);

/* Go on listening in a thread, up to the end of the next large content, while the caller does
 * something else. To be called with a large content at hand. */
void pst_feed_listen_ahead (PstFeed *feed);
