/* pst-block.c - one block: fetched, checked, inflated, decoded
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.2.2.8. The trailer sits at the very end of the block's place in the file, after
 * padding to 64 bytes (512 in the 4 KiB-page format, which deflates blocks and is documented
 * nowhere).
 */
#include "pst/pst-block.h"

#include <zlib.h>

typedef struct {
	guint alignment;
	guint trailer; /* bytes of trailer */
	guint crc_at;  /* offsets within the trailer; cb is at 0, the signature at 2 */
	guint bid_at;
	guint inflated_at; /* 0 if the format doesn't deflate */
} Layout;

static const Layout layouts[] = {
	[PST_FORMAT_ANSI] = {64, 12, 8, 4, 0},
	[PST_FORMAT_UNICODE] = {64, 16, 4, 8, 0},
	[PST_FORMAT_UNICODE_4K] = {512, 24, 4, 8, 18},
};

guint32
pst_block_crc (const guint8 *bytes, gsize length)
{
	/* zlib inverts before and after; [MS-PST] does neither. */
	return (guint32) crc32_z (0xffffffffu, bytes, length) ^ 0xffffffffu;
}

guint16
pst_block_signature (guint64 offset, guint64 bid)
{
	guint32 mixed = (guint32) (offset ^ bid);

	return (guint16) (mixed >> 16 ^ mixed);
}

static gboolean
set_damaged (GError **error, const PstIndexBlock *block, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED,
		     "block 0x%" G_GINT64_MODIFIER "x at offset 0x%" G_GINT64_MODIFIER "x: %s",
		     block->bid, block->offset, why);
	return FALSE;
}

static gsize
get_place_size (const Layout *layout, guint32 stored_size)
{
	gsize length = stored_size + layout->trailer;

	return (length + layout->alignment - 1) / layout->alignment * layout->alignment;
}

static guint64
read_trailer_bid (const Layout *layout, const guint8 *trailer)
{
	return layout->trailer == 12 ? pst_file_u32 (trailer + layout->bid_at)
				     : pst_file_u64 (trailer + layout->bid_at);
}

guint
pst_block_get_alignment (PstFormat format)
{
	return layouts[format].alignment;
}

guint64
pst_block_get_end (PstFormat format, const PstIndexBlock *block)
{
	return block->offset + get_place_size (&layouts[format], block->stored_size);
}

gboolean
pst_block_parse_trailer (PstFormat format, guint64 end, const guint8 *end_of_bytes,
			 PstIndexBlock *block)
{
	const Layout *layout = &layouts[format];
	const guint8 *trailer = end_of_bytes - layout->trailer;
	guint32 stored_size = pst_file_u16 (trailer);
	gsize place = get_place_size (layout, stored_size);
	guint64 bid = read_trailer_bid (layout, trailer);

	if (stored_size == 0 || bid <= 1 || place > end ||
	    pst_file_u16 (trailer + 2) != pst_block_signature (end - place, bid))
		return FALSE;
	*block = (PstIndexBlock){
		.bid = bid & ~(guint64)1,
		.offset = end - place,
		.stored_size = stored_size,
		.size = stored_size,
	};
	if (layout->inflated_at != 0)
		block->size = MAX (block->size, pst_file_u16 (trailer + layout->inflated_at));
	return TRUE;
}

gboolean
pst_block_is_sound (PstFormat format, const PstIndexBlock *block, const guint8 *end_of_bytes)
{
	const Layout *layout = &layouts[format];
	const guint8 *bytes = end_of_bytes - get_place_size (layout, block->stored_size);
	const guint8 *trailer = end_of_bytes - layout->trailer;

	return pst_file_u32 (trailer + layout->crc_at) == pst_block_crc (bytes, block->stored_size);
}

static gboolean
check_trailer (const PstIndexBlock *block, const Layout *layout, const guint8 *bytes,
	       const guint8 *trailer, GError **error)
{
	guint64 bid = read_trailer_bid (layout, trailer);

	if (pst_file_u16 (trailer) != block->stored_size)
		return set_damaged (error, block, "its size is not the one in the index");
	if ((bid & ~(guint64)1) != block->bid)
		return set_damaged (error, block, "another block is in its place");
	if (pst_file_u16 (trailer + 2) != pst_block_signature (block->offset, bid))
		return set_damaged (error, block, "wrong signature");
	if (pst_file_u32 (trailer + layout->crc_at) != pst_block_crc (bytes, block->stored_size))
		return set_damaged (error, block, "wrong check sum");
	return TRUE;
}

/* The index gives the inflated size, at most 65535, so a bomb has nowhere to explode. */
static guint8 *
inflate_block (const PstIndexBlock *block, const guint8 *stored, GError **error)
{
	g_autofree guint8 *inflated = g_malloc (block->size);
	uLongf length = block->size;

	if (uncompress (inflated, &length, stored, block->stored_size) != Z_OK ||
	    length != block->size) {
		set_damaged (error, block, "cannot be inflated to its size");
		return NULL;
	}
	return g_steal_pointer (&inflated);
}

GBytes *
pst_block_read (const PstIndex *index, guint64 bid, GError **error)
{
	PstFile *file = pst_index_get_file (index);
	const PstIndexBlock *block = pst_index_find_block (index, bid);

	if (block == NULL) {
		g_set_error (error, PST_ERROR, PST_ERROR_MISSING,
			     "block 0x%" G_GINT64_MODIFIER "x is not in the index", bid);
		return NULL;
	}

	const Layout *layout = &layouts[pst_file_get_format (file)];
	gsize length = get_place_size (layout, block->stored_size);
	g_autofree guint8 *bytes = g_malloc (length);

	if (!pst_file_read (file, block->offset, bytes, length, error)) {
		g_prefix_error (error, "block 0x%" G_GINT64_MODIFIER "x: ", block->bid);
		return NULL;
	}
	if (!check_trailer (block, layout, bytes, bytes + length - layout->trailer, error))
		return NULL;
	if (block->size != block->stored_size) {
		g_autofree guint8 *inflated = inflate_block (block, bytes, error);
		if (inflated == NULL)
			return NULL;
		g_free (bytes);
		bytes = g_steal_pointer (&inflated);
	}
	if (!pst_file_decode (file, block->bid, bytes, block->size, error))
		return NULL;
	return g_bytes_new_take (g_steal_pointer (&bytes), block->size);
}
