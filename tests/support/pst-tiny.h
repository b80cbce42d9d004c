/* pst-tiny.h - smallest possible Outlook files, of any format and with any damage
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * pst-writer makes whole, sound mail stores. This makes what it won't: the ANSI and the 4 KiB-page
 * format, blocks of any content, pages and blocks to be damaged by the test that knows their place.
 * Everything is in memory until it is saved.
 */
#pragma once

#include <glib.h>

typedef enum {
	PST_TINY_ANSI,
	PST_TINY_UNICODE,
	PST_TINY_4K,
	PST_TINY_N_FORMATS,
} PstTinyFormat;

typedef struct {
	PstTinyFormat format;
	guint8 crypt;        /* only the header says so: blocks are stored as given */
	guint leaf_entries;  /* how many entries go into a leaf page, 3 if not set */
	GByteArray *bytes;   /* the file */
	GArray *node_pages;  /* of gsize: offsets of the leaves of the node tree, in order */
	GArray *block_pages; /* the same of the block tree */
	gsize node_root;     /* offsets of the root pages; a root may be the only leaf */
	gsize block_root;
	GArray *nodes; /* private */
	GArray *blocks;
} PstTiny;

PstTiny *pst_tiny_new (PstTinyFormat format);
void pst_tiny_free (PstTiny *tiny);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstTiny, pst_tiny_free)

/* Add a data block, or an internal one (lists of blocks and subnodes), and return its id. */
guint64 pst_tiny_add_block (PstTiny *tiny, const void *bytes, gsize length);
guint64 pst_tiny_add_internal (PstTiny *tiny, const void *bytes, gsize length);

/* A deflated data block; 4 KiB format only. claimed: what the index says it inflates to. */
guint64 pst_tiny_add_deflated (PstTiny *tiny, const void *bytes, gsize length, gsize claimed);

/* Where block BID is in the file. */
gsize pst_tiny_get_offset (const PstTiny *tiny, guint64 bid);

void pst_tiny_add_node (PstTiny *tiny, guint32 nid, guint32 parent, guint64 data, guint64 subnodes);

/* Write the trees (entries in the order they were added) and the header. Then the bytes can be
 * damaged. */
void pst_tiny_finish (PstTiny *tiny);

/* What Outlook leaves of something deleted: the trees, with all there is so far, are written and stay
 * in the file as free space; then the last NODES nodes and the last BLOCKS blocks are no longer
 * listed. Gives the offset of the last leaf of that old node tree. */
gsize pst_tiny_delete_last (PstTiny *tiny, guint nodes, guint blocks);

/* Make the check sum of the page at OFFSET right again after changing it. */
void pst_tiny_seal_page (PstTiny *tiny, gsize offset);

/* Save to a new file in $TMPDIR and return its path; the caller unlinks and frees it. */
char *pst_tiny_save (const PstTiny *tiny);

/* Little-endian numbers, appended; ids take 4 bytes in an ANSI file, 8 in others. */
void pst_tiny_put (GByteArray *bytes, guint64 value, guint size);
void pst_tiny_put_id (const PstTiny *tiny, GByteArray *bytes, guint64 id);
