/* pst-node.c - a node or subnode: its data and the subnodes below it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.2.2.8.3.3: the subnodes of a node are an SLBLOCK, or a SIBLOCK that lists SLBLOCKs;
 * again there is no third level.
 */
#include "pst/pst-node.h"

#include <string.h>

#include "pst/pst-block.h"

#define SUBNODE_BLOCK_TYPE 2
#define SMALLEST_BLOCK     64 /* what even an empty block takes in the file */

struct _PstNode {
	gatomicrefcount references;
	const PstIndex *index;
	guint32 nid;
	guint64 data_bid;
	GArray *subnodes; /* of PstIndexNode, by NID; parent is unused */
};

/* Reading the lists of one node. */
typedef struct {
	const PstIndex *index;
	GArray *subnodes;
	guint64 stored_size; /* of the blocks read: more than the file holds means a loop */
} Reading;

static gboolean
set_damaged (GError **error, guint64 bid, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "block 0x%" G_GINT64_MODIFIER "x: %s",
		     bid, why);
	return FALSE;
}

static guint64
read_id (gboolean ansi, const guint8 *entry, guint n)
{
	return ansi ? pst_file_u32 (entry + 4 * n) : pst_file_u64 (entry + 8 * n);
}

/* A block of ids in FIELDS columns: gives its contents, where they begin, and how many rows they
 * are. */
static GBytes *
read_list (Reading *reading, guint64 bid, guint level, guint fields, guint *header, guint *count,
	   GError **error)
{
	gboolean ansi = pst_file_is_ansi (pst_index_get_file (reading->index));
	g_autoptr (GBytes) bytes = pst_block_read (reading->index, bid, error);
	if (bytes == NULL)
		return NULL;

	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);

	*header = ansi ? 4 : 8;
	reading->stored_size +=
		MAX (pst_index_find_block (reading->index, bid)->stored_size, SMALLEST_BLOCK);
	if (reading->stored_size > pst_file_get_size (pst_index_get_file (reading->index))) {
		set_damaged (error, bid, "listed more often than the file is large");
		return NULL;
	}
	if (length < *header || p[0] != SUBNODE_BLOCK_TYPE || p[1] != level) {
		set_damaged (error, bid, "not a list of subnodes");
		return NULL;
	}
	*count = pst_file_u16 (p + 2);
	if (*count > (length - *header) / ((ansi ? 4 : 8) * fields)) {
		set_damaged (error, bid, "lists more subnodes than it can hold");
		return NULL;
	}
	return g_steal_pointer (&bytes);
}

static gboolean
add_leaf (Reading *reading, guint64 bid, GError **error)
{
	gboolean ansi = pst_file_is_ansi (pst_index_get_file (reading->index));
	guint header;
	guint count;
	g_autoptr (GBytes) list = read_list (reading, bid, 0, 3, &header, &count, error);
	if (list == NULL)
		return FALSE;

	const guint8 *entry = (const guint8 *) g_bytes_get_data (list, NULL) + header;

	for (guint i = 0; i < count; i++, entry += ansi ? 12 : 24) {
		PstIndexNode subnode = {
			.nid = pst_file_u32 (entry),
			.data_bid = read_id (ansi, entry, 1) & ~(guint64)1,
			.subnode_bid = read_id (ansi, entry, 2) & ~(guint64)1,
		};
		g_array_append_val (reading->subnodes, subnode);
	}
	return TRUE;
}

static gboolean
add_branch (Reading *reading, guint64 bid, GError **error)
{
	gboolean ansi = pst_file_is_ansi (pst_index_get_file (reading->index));
	guint header;
	guint count;
	g_autoptr (GBytes) list = read_list (reading, bid, 1, 2, &header, &count, error);
	if (list == NULL)
		return FALSE;

	const guint8 *entry = (const guint8 *) g_bytes_get_data (list, NULL) + header;

	for (guint i = 0; i < count; i++, entry += ansi ? 8 : 16)
		if (!add_leaf (reading, read_id (ansi, entry, 1), error))
			return FALSE;
	return TRUE;
}

static gboolean
read_subnodes (Reading *reading, guint64 bid, GError **error)
{
	g_autoptr (GBytes) bytes = pst_block_read (reading->index, bid, error);
	if (bytes == NULL)
		return FALSE;
	if (g_bytes_get_size (bytes) < 2)
		return set_damaged (error, bid, "not a list of subnodes");
	return ((const guint8 *) g_bytes_get_data (bytes, NULL))[1] == 0
		       ? add_leaf (reading, bid, error)
		       : add_branch (reading, bid, error);
}

static int
compare_nids (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const PstIndexNode *) a)->nid;
	guint32 y = ((const PstIndexNode *) b)->nid;

	return (x > y) - (x < y);
}

PstNode *
pst_node_open_entry (const PstIndex *index, const PstIndexNode *entry, GError **error)
{
	g_autoptr (PstNode) node = g_new0 (PstNode, 1);

	g_atomic_ref_count_init (&node->references);
	node->index = index;
	node->nid = entry->nid;
	node->data_bid = entry->data_bid;
	node->subnodes = g_array_new (FALSE, FALSE, sizeof (PstIndexNode));
	if (entry->subnode_bid != 0) {
		Reading reading = { .index = index, .subnodes = node->subnodes };
		if (!read_subnodes (&reading, entry->subnode_bid, error)) {
			g_prefix_error (error, "node 0x%x: ", entry->nid);
			return NULL;
		}
	}
	g_array_sort (node->subnodes, compare_nids);
	return g_steal_pointer (&node);
}

PstNode *
pst_node_open (const PstIndex *index, guint32 nid, GError **error)
{
	const PstIndexNode *entry = pst_index_find_node (index, nid);

	if (entry == NULL) {
		g_set_error (error, PST_ERROR, PST_ERROR_MISSING, "node 0x%x is not in the index",
			     nid);
		return NULL;
	}
	return pst_node_open_entry (index, entry, error);
}

static const PstIndexNode *
find_subnode (const PstNode *node, guint32 nid)
{
	PstIndexNode key = { .nid = nid };

	if (node->subnodes->len == 0)
		return NULL;
	return bsearch (&key, node->subnodes->data, node->subnodes->len, sizeof key, compare_nids);
}

static const PstIndexNode *
require_subnode (const PstNode *node, guint32 nid, GError **error)
{
	const PstIndexNode *entry = find_subnode (node, nid);

	if (entry == NULL)
		g_set_error (error, PST_ERROR, PST_ERROR_MISSING, "node 0x%x has no subnode 0x%x",
			     node->nid, nid);
	return entry;
}

PstNode *
pst_node_open_subnode (const PstNode *node, guint32 nid, GError **error)
{
	const PstIndexNode *entry = require_subnode (node, nid, error);

	return entry != NULL ? pst_node_open_entry (node->index, entry, error) : NULL;
}

PstNode *
pst_node_ref (PstNode *node)
{
	g_atomic_ref_count_inc (&node->references);
	return node;
}

void
pst_node_unref (PstNode *node)
{
	if (node == NULL || !g_atomic_ref_count_dec (&node->references))
		return;
	g_clear_pointer (&node->subnodes, g_array_unref);
	g_free (node);
}

guint32
pst_node_get_nid (const PstNode *node)
{
	return node->nid;
}

const PstIndex *
pst_node_get_index (const PstNode *node)
{
	return node->index;
}

gboolean
pst_node_has_subnode (const PstNode *node, guint32 nid)
{
	return find_subnode (node, nid) != NULL;
}

guint
pst_node_get_subnode_count (const PstNode *node)
{
	return node->subnodes->len;
}

guint32
pst_node_get_subnode_nid (const PstNode *node, guint n)
{
	return g_array_index (node->subnodes, PstIndexNode, n).nid;
}

static PstData *
open_data (const PstNode *node, guint32 nid, guint64 bid, GError **error)
{
	PstData *data = pst_data_open (node->index, bid, error);

	if (data == NULL)
		g_prefix_error (error, "node 0x%x: ", nid);
	return data;
}

PstData *
pst_node_open_data (const PstNode *node, GError **error)
{
	return open_data (node, node->nid, node->data_bid, error);
}

PstData *
pst_node_open_subnode_data (const PstNode *node, guint32 nid, GError **error)
{
	const PstIndexNode *entry = require_subnode (node, nid, error);

	return entry != NULL ? open_data (node, nid, entry->data_bid, error) : NULL;
}
