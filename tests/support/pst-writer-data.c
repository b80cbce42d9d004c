/* pst-writer-data.c - data trees and subnode trees of a PST being written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What belongs to one node: its bytes as one block, or as an XBLOCK or XXBLOCK over blocks, and its
 * subnodes as an SLBLOCK or a SIBLOCK over them.
 */

#include "support/pst-writer-ndb.h"

struct PstWriterData {
	PstWriterNdb *ndb;
	gsize block_most;
	GArray *bids;
	GByteArray *page;
	gsize size;
	gboolean reserved;
};

typedef struct {
	guint32 nid;
	PstWriterContent content;
} Entry;

struct PstWriterSubnodes {
	GArray *entries;
};

static void
flush_page (PstWriterData *data)
{
	guint64 bid;

	if (data->page->len == 0)
		return;
	bid = pst_writer_ndb_add_block (data->ndb, data->page->data, data->page->len);
	g_array_append_val (data->bids, bid);
	g_byte_array_set_size (data->page, 0);
}

PstWriterData *
pst_writer_data_new (PstWriterNdb *ndb)
{
	PstWriterData *data = g_new0 (PstWriterData, 1);

	data->ndb = ndb;
	data->block_most = pst_writer_ndb_get_layout (ndb)->block_most;
	data->bids = g_array_new (FALSE, FALSE, sizeof (guint64));
	data->page = g_byte_array_new ();
	return data;
}

void
pst_writer_data_append (PstWriterData *data, const guint8 *bytes, gsize length)
{
	data->size += length;
	while (length > 0) {
		gsize n = MIN (length, data->block_most - data->page->len);
		if (n == 0) {
			flush_page (data);
			continue;
		}
		g_byte_array_append (data->page, bytes, (guint)n);
		bytes += n;
		length -= n;
	}
}

void
pst_writer_data_append_whole (PstWriterData *data, const guint8 *bytes, gsize length)
{
	gsize room = data->block_most - data->page->len;

	if (room < length) {
		g_autofree guint8 *zeros = g_malloc0 (room);
		pst_writer_data_append (data, zeros, room);
	}
	pst_writer_data_append (data, bytes, length);
}

void
pst_writer_data_reserve_first (PstWriterData *data)
{
	guint64 unknown = 0;

	g_array_append_val (data->bids, unknown);
	data->reserved = TRUE;
}

void
pst_writer_data_set_first (PstWriterData *data, const guint8 *bytes, gsize length)
{
	g_array_index (data->bids, guint64, 0) =
		pst_writer_ndb_add_block (data->ndb, bytes, length);
	data->size += length;
}

gsize
pst_writer_data_get_size (const PstWriterData *data)
{
	return data->size;
}

/* An XBLOCK (level 1, over data blocks) or XXBLOCK (level 2, over XBLOCKs). [MS-PST] 2.2.2.8.3.2 */
static guint64
add_xblock (PstWriterNdb *ndb, guint8 level, const guint64 *bids, guint count, gsize size)
{
	const PstWriterLayout *layout = pst_writer_ndb_get_layout (ndb);
	gsize length = 8 + layout->id_size * (gsize)count;
	g_autofree guint8 *content = g_malloc0 (length);

	content[0] = 1;
	content[1] = level;
	pst_writer_put16 (content + 2, count);
	pst_writer_put32 (content + 4, (guint32)size);
	for (guint i = 0; i < count; i++)
		pst_writer_layout_put_id (layout, content + 8 + layout->id_size * (gsize)i,
					  bids[i]);
	return pst_writer_ndb_add_internal (ndb, "list", content, length);
}

static guint64
close_tree (PstWriterData *data)
{
	const guint64 *bids = (const guint64 *)(gpointer)data->bids->data;
	g_autoptr (GArray) xblocks = g_array_new (FALSE, FALSE, sizeof (guint64));
	const PstWriterLayout *layout = pst_writer_ndb_get_layout (data->ndb);
	guint most = (layout->block_most - 8) / layout->id_size;
	gsize left = data->size;

	for (guint done = 0; done < data->bids->len; done += most) {
		guint n = MIN (most, data->bids->len - done);
		gsize size = MIN (left, (gsize)n * data->block_most);
		guint64 bid = add_xblock (data->ndb, 1, bids + done, n, size);
		g_array_append_val (xblocks, bid);
		left -= size;
	}
	if (xblocks->len == 1)
		return g_array_index (xblocks, guint64, 0);
	if (xblocks->len > most || data->size > G_MAXUINT32) {
		pst_writer_ndb_fail (data->ndb, "a value is larger than 4 GiB");
		return 0;
	}
	return add_xblock (data->ndb, 2, (const guint64 *)(gpointer)xblocks->data, xblocks->len,
			   data->size);
}

guint64
pst_writer_data_finish (PstWriterData *data)
{
	guint64 bid = 0;

	flush_page (data);
	if (data->bids->len == 1)
		bid = g_array_index (data->bids, guint64, 0);
	else if (data->bids->len > 1)
		bid = close_tree (data);
	g_array_unref (data->bids);
	g_byte_array_unref (data->page);
	g_free (data);
	return bid;
}

PstWriterSubnodes *
pst_writer_subnodes_new (void)
{
	PstWriterSubnodes *subnodes = g_new0 (PstWriterSubnodes, 1);

	subnodes->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
	return subnodes;
}

void
pst_writer_subnodes_add (PstWriterSubnodes *subnodes, guint32 nid, const PstWriterContent *content)
{
	Entry entry = {.nid = nid, .content = *content};
	g_array_append_val (subnodes->entries, entry);
}

/* An SLBLOCK (level 0: entries of three ids) or SIBLOCK (level 1: entries of two).
 * [MS-PST] 2.2.2.8.3.3 */
static guint64
add_subnode_block (PstWriterNdb *ndb, guint8 level, const Entry *entries, guint count)
{
	const PstWriterLayout *layout = pst_writer_ndb_get_layout (ndb);
	guint n_ids = level == 0 ? 3 : 2;
	gsize length = layout->sub_header + (gsize)n_ids * layout->id_size * count;
	g_autofree guint8 *content = g_malloc0 (length);
	guint8 *at = content + layout->sub_header;

	content[0] = 2;
	content[1] = level;
	pst_writer_put16 (content + 2, count);
	for (guint i = 0; i < count; i++, at += n_ids * layout->id_size) {
		pst_writer_layout_put_id (layout, at, entries[i].nid);
		pst_writer_layout_put_id (layout, at + layout->id_size, entries[i].content.data);
		if (level == 0)
			pst_writer_layout_put_id (layout, at + 2 * (gsize)layout->id_size,
						  entries[i].content.sub);
	}
	return pst_writer_ndb_add_internal (ndb, "subnodes", content, length);
}

static guint64
add_branch (PstWriterNdb *ndb, const Entry *entries, guint count, guint most)
{
	const PstWriterLayout *layout = pst_writer_ndb_get_layout (ndb);
	guint n_leaves = (count + most - 1) / most;
	g_autofree Entry *leaves = g_new0 (Entry, n_leaves);

	if (n_leaves > (layout->block_most - layout->sub_header) / (2 * layout->id_size)) {
		pst_writer_ndb_fail (ndb, "a node has too many subnodes");
		return 0;
	}
	for (guint i = 0; i < n_leaves; i++) {
		const Entry *first = entries + (gsize)i * most;
		guint n = MIN (most, count - i * most);
		leaves[i].nid = first->nid;
		leaves[i].content.data = add_subnode_block (ndb, 0, first, n);
	}
	return add_subnode_block (ndb, 1, leaves, n_leaves);
}

static gint
compare_entries (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Entry *)a)->nid;
	guint32 y = ((const Entry *)b)->nid;
	return x < y ? -1 : x > y;
}

guint64
pst_writer_subnodes_finish (PstWriterSubnodes *subnodes, PstWriterNdb *ndb)
{
	const PstWriterLayout *layout = pst_writer_ndb_get_layout (ndb);
	GArray *entries = subnodes->entries;
	const Entry *first = (const Entry *)(gpointer)entries->data;
	guint most = (layout->block_most - layout->sub_header) / (3 * layout->id_size);
	guint64 bid = 0;

	g_array_sort (entries, compare_entries);
	if (entries->len > most)
		bid = add_branch (ndb, first, entries->len, most);
	else if (entries->len > 0)
		bid = add_subnode_block (ndb, 0, first, entries->len);
	g_array_unref (entries);
	g_free (subnodes);
	return bid;
}
