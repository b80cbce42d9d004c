/* imap-key.h - by what a message is recognised at a server without fetching it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Size and a digest of the five header fields that every server hands out from its index. Two
 * messages with the same key are taken for copies of one, and counted.
 */
#pragma once

#include <glib.h>

/* For the FETCH that gets what imap_key_new needs. */
#define IMAP_KEY_ITEMS "RFC822.SIZE BODY.PEEK[HEADER.FIELDS (DATE FROM MESSAGE-ID SUBJECT TO)]"
/* How the item with the fields begins in the answer; servers differ in how they repeat the rest. */
#define IMAP_KEY_FIELDS "BODY[HEADER.FIELDS"

/* header: a whole header block, or those fields of it; it is changed. size: of the message as sent
 * (RFC822.SIZE). */
guint64 imap_key_new (guint8 *header, gsize length, guint64 size);
