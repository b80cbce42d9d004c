/* pst-writer-ndb.h - pages, blocks and B-trees of a PST being written ([MS-PST] 2.2)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer-layout.h"

typedef struct PstWriterNdb PstWriterNdb;

/* What a node or subnode is made of: block ids of its data tree and its subnode tree, 0 for none.
 */
typedef struct {
	guint64 data;
	guint64 sub;
} PstWriterContent;

/* Blocks of one kind that were written: where the first of them begins, and how many. */
typedef struct {
	const char *part;
	guint64 offset;
	guint blocks;
} PstWriterExtent;

/* A page of a B-tree: the keys it or the pages below it list, from first to last. */
typedef struct {
	guint64 offset;
	guint64 first;
	guint64 last;
	guint8 type;
	guint8 level;
	gboolean is_old; /* in free space: from before something was deleted */
} PstWriterPage;

/* Create the file (truncating it). crypt goes to the header; 1 permutes data blocks, 2 encodes them
 * cyclically, any other value leaves them plain. */
PstWriterNdb *pst_writer_ndb_new (const char *path, PstWriterFormat format, guint8 crypt,
				  GError **error);

const PstWriterLayout *pst_writer_ndb_get_layout (const PstWriterNdb *ndb);

/* The code page of text; 0, which is where a file begins, means UTF-16. */
guint pst_writer_ndb_get_codepage (const PstWriterNdb *ndb);
void pst_writer_ndb_set_codepage (PstWriterNdb *ndb, guint codepage);

/* Write one data block of at most layout->block_most bytes and return its id. All blocks of a data
 * tree but the last are that long. */
guint64 pst_writer_ndb_add_block (PstWriterNdb *ndb, const guint8 *data, gsize length);

/* The same for a block that lists others; part is a literal. */
guint64 pst_writer_ndb_add_internal (PstWriterNdb *ndb, const char *part, const guint8 *data,
				     gsize length);

/* What the data blocks written from now on are part of (a literal). Returns what it was before. */
const char *pst_writer_ndb_set_part (PstWriterNdb *ndb, const char *part);

/* A place in the list of extents; the extents that have been added since, oldest first (borrowed);
 * and forget those. */
guint pst_writer_ndb_get_mark (const PstWriterNdb *ndb);
const PstWriterExtent *pst_writer_ndb_get_extents (const PstWriterNdb *ndb, guint mark, guint *n);
void pst_writer_ndb_forget (PstWriterNdb *ndb, guint mark);

/* The number of blocks so far; and give up those written since there were n: they stay in the file,
 * in space that counts as free, and only old pages know them. */
guint pst_writer_ndb_get_n_blocks (const PstWriterNdb *ndb);
void pst_writer_ndb_delete_since (PstWriterNdb *ndb, guint n);

/* Count one more user of both trees of content: several nodes may share them. */
void pst_writer_ndb_ref_content (PstWriterNdb *ndb, const PstWriterContent *content);

void pst_writer_ndb_add_node (PstWriterNdb *ndb, guint32 nid, guint32 parent,
			      const PstWriterContent *content);

/* A node only old pages list. */
void pst_writer_ndb_add_deleted_node (PstWriterNdb *ndb, guint32 nid, guint32 parent,
				      const PstWriterContent *content);

/* Where in the file the next block will begin, and where a written one does. */
guint64 pst_writer_ndb_get_position (const PstWriterNdb *ndb);
guint64 pst_writer_ndb_get_offset (const PstWriterNdb *ndb, guint64 bid);

/* Remember that the content could not be written; pst_writer_ndb_finish then fails. The first
 * reason wins. */
void pst_writer_ndb_fail (PstWriterNdb *ndb, const char *reason);

/* Write both B-trees; nothing can be added then. Their pages are in *pages, borrowed. */
void pst_writer_ndb_write_trees (PstWriterNdb *ndb, const PstWriterPage **pages, guint *n_pages);

/* Write the last maps and the header. counters: the highest node index in use for each of the 32
 * node types. Fails with the first error since pst_writer_ndb_new. */
gboolean pst_writer_ndb_finish (PstWriterNdb *ndb, const guint32 counters[32], GError **error);

void pst_writer_ndb_free (PstWriterNdb *ndb);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstWriterNdb, pst_writer_ndb_free)

/* A data tree being written: blocks go to the file as they fill up. */
typedef struct PstWriterData PstWriterData;

PstWriterData *pst_writer_data_new (PstWriterNdb *ndb);

/* Append a run of bytes, filling blocks up. */
void pst_writer_data_append (PstWriterData *data, const guint8 *bytes, gsize length);

/* Append bytes that must not be split: what is left of the current block is padded with zeros. */
void pst_writer_data_append_whole (PstWriterData *data, const guint8 *bytes, gsize length);

/* Leave room for one block at the front, whose content is only known at the end;
 * pst_writer_data_set_first gives it. */
void pst_writer_data_reserve_first (PstWriterData *data);
void pst_writer_data_set_first (PstWriterData *data, const guint8 *bytes, gsize length);

gsize pst_writer_data_get_size (const PstWriterData *data);

/* End the tree (XBLOCK or XXBLOCK if it needs one), free data and return the id of its root; 0 if
 * empty. */
guint64 pst_writer_data_finish (PstWriterData *data);

/* Subnodes of one node. */
typedef struct PstWriterSubnodes PstWriterSubnodes;

PstWriterSubnodes *pst_writer_subnodes_new (void);
void pst_writer_subnodes_add (PstWriterSubnodes *subnodes, guint32 nid,
			      const PstWriterContent *content);

/* Write the subnode tree, free subnodes and return the id of the tree; 0 if there are none. */
guint64 pst_writer_subnodes_finish (PstWriterSubnodes *subnodes, PstWriterNdb *ndb);
