/* pst-writer-layout.h - how the three formats of Outlook files differ below the content
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer.h"

#include <string.h>

enum {
	PST_WRITER_PAGE_BBT = 0x80,
	PST_WRITER_PAGE_NBT = 0x81,
	PST_WRITER_PAGE_FMAP = 0x82,
	PST_WRITER_PAGE_PMAP = 0x83,
	PST_WRITER_PAGE_AMAP = 0x84,
	PST_WRITER_PAGE_FPMAP = 0x85,
	PST_WRITER_PAGE_DLIST = 0x86,
};

/* Sizes in bytes, places as offsets from the beginning of the page, trailer or header. */
typedef struct {
	PstWriterFormat format;
	char client;   /* 'M' PST, 'O' OST */
	guint version; /* of the format, and of the program that wrote it */
	guint client_version;
	guint id_size;
	guint page_size;
	guint page_trailer; /* where it begins */
	guint page_crc;
	guint page_bid;
	guint map_at; /* of an AMap's bits */
	guint map_size;
	guint entries_size; /* room in a page of a B-tree */
	guint node_size;
	guint block_size; /* of an entry of the block B-tree */
	guint block_align;
	guint block_trailer;
	guint block_crc;
	guint block_bid;
	guint block_most; /* content of a block */
	guint sub_header; /* of a subnode block */
	guint hid_shift;  /* where the block number begins in a heap id */
	guint64 dlist;
	guint64 first_region;
	guint header_next_page;
	guint header_counters;
	guint header_root;
	guint header_maps; /* 0: none */
	guint header_sentinel;
} PstWriterLayout;

const PstWriterLayout *pst_writer_layout_get (PstWriterFormat format);

/* Bytes one AMap page is responsible for, itself included. */
gsize pst_writer_layout_region_size (const PstWriterLayout *layout);

/* Bytes a block of length stored bytes takes in the file. */
gsize pst_writer_layout_block_space (const PstWriterLayout *layout, gsize length);

void pst_writer_layout_put_id (const PstWriterLayout *layout, guint8 *at, guint64 id);

/* The counts that follow the entries of a page of a B-tree. */
void pst_writer_layout_put_counts (const PstWriterLayout *layout, guint8 *page, guint count,
				   guint entry_size, guint level);

void pst_writer_layout_seal_page (const PstWriterLayout *layout, guint8 *page, guint8 type,
				  guint64 offset, guint64 bid);

/* Write the trailer at the end of a block's space. size: of the content before deflating. */
void pst_writer_layout_seal_block (const PstWriterLayout *layout, guint8 *block, gsize stored,
				   gsize size, guint64 offset, guint64 bid);

/* The check sum of [MS-PST] 5.3. */
guint32 pst_writer_layout_checksum (const guint8 *data, gsize length);

static inline void
pst_writer_put16 (guint8 *at, guint value)
{
	guint16 little = GUINT16_TO_LE ((guint16)value);
	memcpy (at, &little, sizeof little);
}

static inline void
pst_writer_put32 (guint8 *at, guint32 value)
{
	guint32 little = GUINT32_TO_LE (value);
	memcpy (at, &little, sizeof little);
}

static inline void
pst_writer_put64 (guint8 *at, guint64 value)
{
	guint64 little = GUINT64_TO_LE (value);
	memcpy (at, &little, sizeof little);
}
