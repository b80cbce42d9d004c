/* pst-block.h - one block: fetched, checked, inflated, decoded
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-index.h"

/* The contents of block BID. Size, signature, BID and CRC of the trailer are checked on the bytes
 * as stored ([MS-PST] 2.2.2.8), then a deflated block is inflated to exactly the size the B-tree
 * gives, then libpst decodes it. Fails with MISSING, DAMAGED, TRUNCATED or IO. Caller owns the
 * bytes. */
GBytes *pst_block_read (const PstIndex *index, guint64 bid, GError **error);

/* Internal blocks hold references to other blocks; all others hold data. */
#define PST_BLOCK_IS_INTERNAL(bid) (((bid)&2u) != 0)

/* [MS-PST] 5.3: CRC-32 that starts at 0 and isn't inverted. */
guint32 pst_block_crc (const guint8 *bytes, gsize length);

/* [MS-PST] 5.5: depends on the place and the id, so finds a block written to the wrong place. */
guint16 pst_block_signature (guint64 offset, guint64 bid);
