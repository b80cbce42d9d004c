/* pst-image.h - an Outlook file in memory, taken apart byte by byte, for tests of what wrote it
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nothing here is shared with the writer or with our reader. Whatever is not as it must be fails
 * the test.
 */

#pragma once

#include "support/pst-writer.h"

typedef struct {
	guint64 offset;
	guint stored; /* bytes in the file */
	guint length; /* the same unless deflated */
	guint references;
	guint users; /* how often pst_image_use_block has been asked for it */
} PstImageBlock;

typedef struct {
	guint64 data;
	guint64 sub;
	guint32 parent;
} PstImageNode;

/* Numbers that differ between the formats. */
typedef struct {
	guint version;
	guint id_size;
	guint page_size;
	guint page_trailer;
	guint page_crc;
	guint page_bid;
	guint counts;
	guint map_at;
	guint map_size;
	guint block_align;
	guint block_trailer;
	guint block_crc;
	guint block_bid;
	guint block_most;
	guint sub_header;
	guint root;
	guint sentinel;
	guint64 first_region;
	guint64 region_size;
} PstImageShape;

typedef struct {
	char *path;
	guint8 *bytes;
	gsize size;
	const PstImageShape *shape;
	GHashTable *blocks; /* PstImageBlock by block id */
	GHashTable *nodes;  /* PstImageNode by node id */
	guint8 *used;       /* a bit for each block_align bytes, as the AMaps should have it */
	guint nbt_levels;
} PstImage;

typedef void (*PstImageFill) (PstWriter *writer);

/* Make a new directory the one of temporary files. To be called before GLib is asked for that, as
 * it never looks again; the caller removes the directory and frees its name. */
char *pst_image_enter_dir (void);

/* Write a file named after the format into the directory of temporary files, and its truth beside
 * it, with ".truth" added; the caller frees the path. */
char *pst_image_make (const PstWriterOptions *options, PstImageFill fill);
void pst_image_remove (const char *path);

/* The truth of a file, as JsonObjects. */
GPtrArray *pst_image_read_truth (const char *path);

/* Check header, both B-trees, every page and block in them, and that the AMaps say exactly what
 * these use. */
PstImage *pst_image_load (const char *path);
void pst_image_free (PstImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstImage, pst_image_free)

const PstImageNode *pst_image_find_node (const PstImage *image, guint32 nid);

/* The block, which must be there, and one more user of it. */
const PstImageBlock *pst_image_use_block (const PstImage *image, guint64 bid);

/* Its content as the file has it, inflated but still encoded. */
GBytes *pst_image_get_content (const PstImage *image, const PstImageBlock *block);

/* Append what a data tree holds; every block but the last must be full. Returns its depth. */
guint pst_image_read_data (const PstImage *image, guint64 bid, GByteArray *out);

/* Read every subnode below a node: the tree, their data and what is below them. Returns how many
 * blocks the first tree consists of; types counts its entries by node type. */
guint pst_image_read_subnodes (const PstImage *image, guint64 bid, guint types[32]);

/* The first subnode of a type directly below a node. */
PstImageNode pst_image_find_subnode (const PstImage *image, guint32 nid, guint type);

guint64 pst_image_get_id (const PstImage *image, const guint8 *at);

static inline guint
pst_image_u16 (const guint8 *at)
{
	return at[0] | (guint)at[1] << 8;
}

static inline guint32
pst_image_u32 (const guint8 *at)
{
	return pst_image_u16 (at) | pst_image_u16 (at + 2) << 16;
}

static inline guint64
pst_image_u64 (const guint8 *at)
{
	return pst_image_u32 (at) | (guint64)pst_image_u32 (at + 4) << 32;
}
