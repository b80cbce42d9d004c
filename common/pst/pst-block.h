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

/* A block with padding and trailer is never larger. */
#define PST_BLOCK_MAX_PLACE 66048

/* Blocks, with padding and trailer, take multiples of so many bytes. */
guint pst_block_get_alignment (PstFormat format);

/* Offset in the file behind BLOCK, its padding and its trailer. */
guint64 pst_block_get_end (PstFormat format, const PstIndexBlock *block);

/* Does a block end at offset END of the file, whether the index knows it or not? The bytes before
 * END_OF_BYTES (at least the alignment) are those before END. Size and signature of the trailer
 * must hold. Then *block is what the index would have for it; its check sum is still unknown. */
gboolean pst_block_parse_trailer (PstFormat format, guint64 end, const guint8 *end_of_bytes,
				  PstIndexBlock *block);

/* Does its check sum hold? All bytes of its place in the file lie before END_OF_BYTES. */
gboolean pst_block_is_sound (PstFormat format, const PstIndexBlock *block,
			     const guint8 *end_of_bytes);

/* Internal blocks hold references to other blocks; all others hold data. */
#define PST_BLOCK_IS_INTERNAL(bid) (((bid) & 2u) != 0)

/* [MS-PST] 5.3: CRC-32 that starts at 0 and isn't inverted. */
guint32 pst_block_crc (const guint8 *bytes, gsize length);

/* [MS-PST] 5.5: depends on the place and the id, so finds a block written to the wrong place. */
guint16 pst_block_signature (guint64 offset, guint64 bid);
