/* canonical.h - L1: the digest that stays the same across mbox, Maildir and servers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Over the content with CR+ LF as LF, NUL as 0x80, the volatile header fields gone, and exactly one
 * final LF. Streaming; memory is constant.
 */
#pragma once

#include "base/digest.h"
#include "message/message-content.h"

/* Gets canonical bytes in pieces, in order. */
typedef void (*CanonicalFunc) (const guint8 *data, gsize length, gpointer user_data);

typedef struct {
	Digest digest;
	CanonicalFunc function; /* gets the bytes instead of the digest, if there is one */
	gpointer user_data;
	guint8 buffer[4096]; /* canonical bytes on their way into the digest */
	gsize used;
	guint8 name[64]; /* of the header field whose line has just begun */
	gsize name_length;
	guint64 pending_cr; /* held back until we know whether LF follows */
	guint64 pending_lf; /* held back until we know whether they are the last */
	enum {
		CANONICAL_LINE_START,
		CANONICAL_NAME,
		CANONICAL_KEEP,
		CANONICAL_DROP,
		CANONICAL_BODY
	} state;
	gboolean dropping; /* continuations go the way of their field */
	gboolean changed;  /* something was dropped or replaced */
	gboolean lost;     /* and cannot be told from the result, as one CR for each LF can */
	gboolean has_nul;
} Canonical;

void canonical_init (Canonical *canonical);

/* For who wants the canonical bytes themselves: function gets them, and canonical_finish writes no
 * result, which may be NULL. */
void canonical_init_for (Canonical *canonical, CanonicalFunc function, gpointer user_data);
void canonical_update (Canonical *canonical, const guint8 *data, gsize length);

/* Writes DIGEST_SIZE bytes; call canonical_init before using it again. */
void canonical_finish (Canonical *canonical, guint8 *result);

/* Has the empty line that ends the header been seen? */
gboolean canonical_is_in_body (const Canonical *canonical);

/* After canonical_finish: were these just the bytes that came in? Then L0 is L1. */
gboolean canonical_is_content (const Canonical *canonical);

/* After canonical_finish: are the canonical bytes those that came in but for the way lines end, all
 * of them with LF or CRLF? Then L1 tells of the form that servers are sent (wire.h) as much as a
 * digest of it. Not to be asked of what ends in a CR. */
gboolean canonical_is_lines (const Canonical *canonical);

/* L0 and L1 of a content in one reading; either may be NULL. */
gboolean canonical_digests (MessageContent *content, guint8 *l0, guint8 *l1, GError **error);

/* Is this field name (any case, without colon) one that stores and clients change behind the mail's
 * back? */
gboolean canonical_is_volatile (const char *name, gsize length);
