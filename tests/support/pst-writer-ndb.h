/* pst-writer-ndb.h - pages, blocks and B-trees of a PST being written ([MS-PST] 2.2)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include <gio/gio.h>
#include <string.h>

/* Bytes of content a block holds at most; all blocks of a data tree but the last are this long. */
#define PST_WRITER_BLOCK_SIZE 8176

typedef struct PstWriterNdb PstWriterNdb;

/* What a node or subnode is made of: block ids of its data tree and its subnode tree, 0 for none.
 */
typedef struct {
	guint64 data;
	guint64 sub;
} PstWriterContent;

/* Create the file (truncating it). crypt: 0 or 1 as stored in the header; 1 permutes data blocks.
 * Any other value goes to the header as it is, with data blocks left plain. */
PstWriterNdb *pst_writer_ndb_new (const char *path, guint8 crypt, GError **error);

/* Write one data block of at most PST_WRITER_BLOCK_SIZE bytes and return its id. */
guint64 pst_writer_ndb_add_block (PstWriterNdb *ndb, const guint8 *data, gsize length);

/* Count one more user of both trees of content: several nodes may share them. */
void pst_writer_ndb_ref_content (PstWriterNdb *ndb, const PstWriterContent *content);

void pst_writer_ndb_add_node (PstWriterNdb *ndb, guint32 nid, guint32 parent,
			      const PstWriterContent *content);

/* Where in the file the next block will begin, and where a written one does. */
guint64 pst_writer_ndb_get_position (const PstWriterNdb *ndb);
guint64 pst_writer_ndb_get_offset (const PstWriterNdb *ndb, guint64 bid);

/* Remember that the content could not be written; pst_writer_ndb_finish then fails. The first
 * reason wins. */
void pst_writer_ndb_fail (PstWriterNdb *ndb, const char *reason);

/* Write both B-trees, the last maps and the header. counters: the highest node index in use for
 * each of the 32 node types. Fails with the first error since pst_writer_ndb_new. */
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
