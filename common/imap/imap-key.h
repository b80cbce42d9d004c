/* imap-key.h - by what a message is recognised at a server without fetching it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Digests of header fields that servers hand out from their index. With how much of it a server can
 * be trusted is its tier: most keep size and header, some write the body anew (Exchange), some the
 * Message-ID (Domino). Two messages with the same key are taken for copies of one, and counted.
 */
#pragma once

#include <glib.h>

/* For the FETCH that gets what a key needs. */
#define IMAP_KEY_ITEMS                                                                             \
	"INTERNALDATE RFC822.SIZE "                                                                \
	"BODY.PEEK[HEADER.FIELDS (DATE FROM MESSAGE-ID SUBJECT TO)]"
/* How the item with the fields begins in the answer; servers differ in how they repeat the rest. */
#define IMAP_KEY_FIELDS "BODY[HEADER.FIELDS"

typedef enum {
	IMAP_TIER_UNKNOWN, /* not yet compared with what was sent */
	IMAP_TIER_SIZE,    /* size and header */
	IMAP_TIER_HEADER,  /* header */
	IMAP_TIER_DATE,    /* INTERNALDATE, which we set, and Date, From, Subject */
	IMAP_TIERS,
	IMAP_TIER_SIMILAR = IMAP_TIERS /* for --existing=similar: Message-ID, Date, From, Subject */
} ImapTier;

/* What tier means, for people. */
const char *imap_key_describe (ImapTier tier);

/* All that is known of one message. */
typedef struct {
	guint64 size;   /* as sent; RFC822.SIZE */
	guint64 header; /* digest of Date, From, Message-ID, Subject, To */
	guint64 id;     /* of Date, From, Message-ID, Subject */
	guint64 loose;  /* of Date, From, Subject */
	gint64 date;    /* INTERNALDATE as sent, seconds since 1970; 0: none */
} ImapKey;

/* Everything but date. header: a whole header block, or those fields of it; it is changed. */
void imap_key_init (ImapKey *key, guint8 *header, gsize length, guint64 size);

/* One number for what key says at tier. */
guint64 imap_key_at (const ImapKey *key, ImapTier tier);
