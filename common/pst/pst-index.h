/* pst-index.h - the two B-trees of the file as two sorted arrays
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The block B-tree says where each block is, the node B-tree which blocks make a node and which
 * node is its parent. Both are read once, without recursion; a bad page costs its branch and is
 * reported.
 */
#pragma once

#include "pst/pst-file.h"

typedef struct {
	guint64 bid;         /* without bit 0, which readers must ignore */
	guint64 offset;      /* bytes from the beginning of the file */
	guint32 stored_size; /* bytes in the file, without padding and trailer; at most 65535 */
	guint32 size;        /* bytes once inflated; equal to stored_size when not deflated */
} PstIndexBlock;

typedef struct {
	guint32 nid;
	guint32 parent; /* NID of the folder a folder or message lies in; 0 for most others */
	guint64 data_bid;
	guint64 subnode_bid; /* 0 = no subnodes */
} PstIndexNode;

/* Types of node: the low five bits of a NID ([MS-PST] 2.2.2.1). */
enum {
	PST_NID_HEAP = 0x00,
	PST_NID_INTERNAL = 0x01,
	PST_NID_FOLDER = 0x02,
	PST_NID_SEARCH_FOLDER = 0x03,
	PST_NID_MESSAGE = 0x04,
	PST_NID_ATTACHMENT = 0x05,
	PST_NID_HIDDEN_MESSAGE = 0x08,
	PST_NID_HIERARCHY_TABLE = 0x0d,
	PST_NID_CONTENTS_TABLE = 0x0e,
	PST_NID_HIDDEN_CONTENTS_TABLE = 0x0f,
};
#define PST_NID_TYPE(nid)            ((nid) & 0x1fu)
#define PST_NID_WITH_TYPE(nid, type) (((nid) & ~0x1fu) | (type))

#define PST_NID_STORE            0x21u /* property context of the message store */
#define PST_NID_NAME_MAP         0x61u /* named properties */
#define PST_NID_ROOT_FOLDER      0x122u
#define PST_NID_ATTACHMENT_TABLE 0x671u /* subnode of a message */
#define PST_NID_RECEIVE_FOLDERS  0x62bu /* where which class of message arrives */
#define PST_NID_SERVER_IDS       0x821u /* OST: folder ids of the server */
#define PST_NID_RECIPIENT_TABLE  0x692u /* subnode of a message */

typedef struct _PstIndex PstIndex;

/* Read both trees. FILE must outlive the index. Findings: "page-damaged" (bad check sum, signature,
 * count or order; TRUNCATED pages too), "page-loop", "block-listed-twice", "node-listed-twice".
 * Fails only when nothing at all can be found, or on IO. */
PstIndex *pst_index_build (PstFile *file, PstFindingFunc finding, gpointer user_data,
			   GError **error);

/* An index of blocks BASE doesn't know, for reading what was deleted: blocks are looked for in BASE
 * first, then among BLOCKS (of PstIndexBlock, any order; taken; the first of equal ids counts). It
 * has no nodes: see pst_node_open_entry(). BASE must outlive it. */
PstIndex *pst_index_new_layer (const PstIndex *base, GArray *blocks);

/* Pages are so large, and lie at multiples of it (in the 4 KiB format too). */
guint pst_index_get_page_size (PstFormat format);

/* If the PAGE at OFFSET is a sound leaf of a node tree, whether any tree still uses it or not:
 * append its entries to NODES (of PstIndexNode) and give its own id; a page written later has a
 * larger one. Else FALSE. */
gboolean pst_index_parse_node_leaf (PstFormat format, guint64 offset, const guint8 *page,
				    GArray *nodes, guint64 *bid);

void pst_index_free (PstIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstIndex, pst_index_free)

PstFile *pst_index_get_file (const PstIndex *index);

/* How many findings building had: pages lost, and with them an unknown number of nodes or
 * blocks. */
guint pst_index_get_lost_pages (const PstIndex *index);

gsize pst_index_get_block_count (const PstIndex *index);
gsize pst_index_get_node_count (const PstIndex *index);

/* Borrowed; NULL if there is none. */
const PstIndexBlock *pst_index_find_block (const PstIndex *index, guint64 bid);
const PstIndexNode *pst_index_find_node (const PstIndex *index, guint32 nid);

/* The n-th node in NID order; n < node count. */
const PstIndexNode *pst_index_get_node (const PstIndex *index, gsize n);

/* The nodes whose parent is NID, in NID order: their places (for pst_index_get_node) as a borrowed
 * array of *count. A node may be its own parent (the root folder is). */
const guint32 *pst_index_find_children (const PstIndex *index, guint32 nid, gsize *count);
