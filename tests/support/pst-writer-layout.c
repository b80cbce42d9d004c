/* pst-writer-layout.c - how the three formats of Outlook files differ below the content
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * ANSI (Outlook 97 to 2002) and Unicode (since 2003) as [MS-PST] 2.2.2 has them. The format of OST
 * files since Outlook 2013 is documented nowhere; sizes and places follow files of that version:
 * pages of 4 KiB, blocks of up to 64 KiB, of which those with data are deflated where that saves
 * space, one AMap for 16 MiB, no other maps.
 */

#include "support/pst-writer-layout.h"

#include <zlib.h>

static const PstWriterLayout layouts[] = {
	[PST_WRITER_UNICODE] = {.format = PST_WRITER_UNICODE,
				.client = 'M',
				.version = 23,
				.client_version = 19,
				.id_size = 8,
				.page_size = 512,
				.page_trailer = 496,
				.page_crc = 500,
				.page_bid = 504,
				.map_size = 496,
				.entries_size = 488,
				.node_size = 32,
				.block_size = 24,
				.block_align = 64,
				.block_trailer = 16,
				.block_crc = 4,
				.block_bid = 8,
				.block_most = 8176,
				.sub_header = 8,
				.hid_shift = 16,
				.dlist = 0x4200,
				.first_region = 0x4400,
				.header_next_page = 32,
				.header_counters = 44,
				.header_root = 180,
				.header_maps = 256,
				.header_sentinel = 512},
	[PST_WRITER_ANSI] = {.format = PST_WRITER_ANSI,
			     .client = 'M',
			     .version = 14,
			     .client_version = 19,
			     .id_size = 4,
			     .page_size = 512,
			     .page_trailer = 500,
			     .page_crc = 508,
			     .page_bid = 504,
			     .map_at = 4,
			     .map_size = 496,
			     .entries_size = 496,
			     .node_size = 16,
			     .block_size = 12,
			     .block_align = 64,
			     .block_trailer = 12,
			     .block_crc = 8,
			     .block_bid = 4,
			     .block_most = 8180,
			     .sub_header = 4,
			     .hid_shift = 16,
			     .dlist = 0x4200,
			     .first_region = 0x4400,
			     .header_next_page = 28,
			     .header_counters = 36,
			     .header_root = 164,
			     .header_maps = 204,
			     .header_sentinel = 460},
	[PST_WRITER_OST] = {.format = PST_WRITER_OST,
			    .client = 'O',
			    .version = 36,
			    .client_version = 12,
			    .id_size = 8,
			    .page_size = 4096,
			    .page_trailer = 4072,
			    .page_crc = 4076,
			    .page_bid = 4080,
			    .map_size = 4072,
			    .entries_size = 4056,
			    .node_size = 32,
			    .block_size = 24,
			    .block_align = 512,
			    .block_trailer = 24,
			    .block_crc = 4,
			    .block_bid = 8,
			    .block_most = 65512,
			    .sub_header = 8,
			    .hid_shift = 19,
			    .dlist = 0x21000,
			    .first_region = 0x22000,
			    .header_next_page = 32,
			    .header_counters = 44,
			    .header_root = 180,
			    .header_sentinel = 512},
};

const PstWriterLayout *
pst_writer_layout_get (PstWriterFormat format)
{
	return &layouts[format];
}

gsize
pst_writer_layout_region_size (const PstWriterLayout *layout)
{
	return (gsize)layout->map_size * 8 * layout->block_align;
}

gsize
pst_writer_layout_block_space (const PstWriterLayout *layout, gsize length)
{
	gsize align = layout->block_align;

	return (length + layout->block_trailer + align - 1) / align * align;
}

void
pst_writer_layout_put_id (const PstWriterLayout *layout, guint8 *at, guint64 id)
{
	if (layout->id_size == 4)
		pst_writer_put32 (at, (guint32)id);
	else
		pst_writer_put64 (at, id);
}

guint32
pst_writer_layout_checksum (const guint8 *data, gsize length)
{
	return (guint32)crc32_z (0xffffffffUL, data, length) ^ 0xffffffffU;
}

static guint16
signature (guint64 offset, guint64 bid)
{
	guint32 mixed = (guint32)(offset ^ bid);
	return (guint16)((mixed >> 16) ^ mixed);
}

void
pst_writer_layout_put_counts (const PstWriterLayout *layout, guint8 *page, guint count,
			      guint entry_size, guint level)
{
	guint8 *at = page + layout->entries_size;
	guint most = layout->entries_size / entry_size;

	if (layout->format == PST_WRITER_OST) {
		pst_writer_put16 (at, count);
		pst_writer_put16 (at + 2, most);
		at += 2;
	} else {
		at[0] = (guint8)count;
		at[1] = (guint8)most;
	}
	at[2] = (guint8)entry_size;
	at[3] = (guint8)level;
}

void
pst_writer_layout_seal_page (const PstWriterLayout *layout, guint8 *page, guint8 type,
			     guint64 offset, guint64 bid)
{
	gboolean is_map = type >= PST_WRITER_PAGE_FMAP && type <= PST_WRITER_PAGE_FPMAP;
	guint8 *trailer = page + layout->page_trailer;

	trailer[0] = type;
	trailer[1] = type;
	pst_writer_put16 (trailer + 2, is_map ? 0 : signature (offset, bid));
	pst_writer_put32 (page + layout->page_crc,
			  pst_writer_layout_checksum (page, layout->page_trailer));
	pst_writer_layout_put_id (layout, page + layout->page_bid, bid);
	if (layout->format == PST_WRITER_OST)
		page[layout->page_bid + 8] = 1;
}

void
pst_writer_layout_seal_block (const PstWriterLayout *layout, guint8 *block, gsize stored,
			      gsize size, guint64 offset, guint64 bid)
{
	guint8 *trailer =
		block + pst_writer_layout_block_space (layout, stored) - layout->block_trailer;

	pst_writer_put16 (trailer, (guint)stored);
	pst_writer_put16 (trailer + 2, signature (offset, bid));
	pst_writer_put32 (trailer + layout->block_crc, pst_writer_layout_checksum (block, stored));
	pst_writer_layout_put_id (layout, trailer + layout->block_bid, bid);
	if (layout->format == PST_WRITER_OST) {
		pst_writer_put16 (trailer + 16, 2);
		pst_writer_put16 (trailer + 18, (guint)size);
	}
}
