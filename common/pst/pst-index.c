/* pst-index.c - the two B-trees of the file as two sorted arrays
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.2.2.7. Each page is visited at most once, whoever refers to it, and a child must be
 * one level below its parent: so the walk ends however the file is made, and its stack stays small.
 */
#include "pst/pst-index.h"

#include <string.h>

#include "pst/pst-block.h"

#define PAGE_TYPE_BLOCKS 0x80
#define PAGE_TYPE_NODES  0x81
#define MAX_PAGE         4096

/* Where things are in a page; offsets from its beginning. */
typedef struct {
	guint page_size;
	guint id_size;  /* bytes of a BID or an offset */
	guint count_at; /* numbers of entries, 1 or 2 bytes; before it are the entries */
	gboolean wide_count;
	guint entry_size_at; /* the level is the byte after it */
	guint trailer_at;    /* type twice, signature */
	guint crc_at;
	guint bid_at;
	guint branch_size;
	guint node_size;
	guint block_size;
} Layout;

static const Layout layouts[] = {
	[PST_FORMAT_ANSI] = {512, 4, 496, FALSE, 498, 500, 508, 504, 12, 16, 12},
	[PST_FORMAT_UNICODE] = {512, 8, 488, FALSE, 490, 496, 500, 504, 24, 32, 24},
	[PST_FORMAT_UNICODE_4K] = {4096, 8, 4056, TRUE, 4060, 4072, 4076, 4080, 24, 32, 24},
};

struct _PstIndex {
	PstFile *file;
	PstIndexBlock *blocks; /* by BID */
	gsize block_count;
	PstIndexNode *nodes; /* by NID */
	gsize node_count;
	guint32 *by_parent; /* places of nodes, by parent, then NID */
	guint lost_pages;
	const PstIndex *base; /* of a layer: asked first */
};

typedef struct {
	PstRoot at;
	gint level; /* what the page must say; -1 for a root, which may say anything */
} Pending;

typedef struct {
	PstFile *file;
	const Layout *layout;
	guint8 type;
	GArray *entries;  /* of PstIndexBlock or PstIndexNode */
	GArray *stack;    /* of Pending */
	GHashTable *seen; /* page numbers */
	guint lost_pages;
	PstFindingFunc finding;
	gpointer user_data;
} Walk;

static guint64
read_id (const Layout *layout, const guint8 *p)
{
	return layout->id_size == 4 ? pst_file_u32 (p) : pst_file_u64 (p);
}

static void
report (Walk *walk, const char *name, const char *detail)
{
	if (walk->finding != NULL)
		walk->finding (name, 0, detail, walk->user_data);
}

static void
lose_page (Walk *walk, PstRoot at, const char *name, const char *why)
{
	g_autofree char *detail =
		g_strdup_printf ("page of the %s tree at offset 0x%" G_GINT64_MODIFIER "x: %s",
				 walk->type == PAGE_TYPE_NODES ? "node" : "block", at.offset, why);

	walk->lost_pages++;
	report (walk, name, detail);
}

static guint
get_entry_count (const Layout *layout, const guint8 *page)
{
	return layout->wide_count ? pst_file_u16 (page + layout->count_at) : page[layout->count_at];
}

/* NULL if the page is what it should be, else what is wrong with it. */
static const char *
find_fault (const Walk *walk, const Pending *pending, const guint8 *page)
{
	const Layout *layout = walk->layout;
	const guint8 *trailer = page + layout->trailer_at;
	guint64 bid = read_id (layout, page + layout->bid_at);
	guint8 level = page[layout->entry_size_at + 1];
	guint8 entry_size = page[layout->entry_size_at];
	guint least = level > 0                       ? layout->branch_size
		      : walk->type == PAGE_TYPE_NODES ? layout->node_size
						      : layout->block_size;

	if (trailer[0] != walk->type || trailer[1] != walk->type)
		return "another kind of page is in its place";
	if (pst_file_u32 (page + layout->crc_at) != pst_block_crc (page, layout->trailer_at))
		return "wrong check sum";
	if (bid != pending->at.bid)
		return "another page is in its place";
	if (pst_file_u16 (trailer + 2) != pst_block_signature (pending->at.offset, bid))
		return "wrong signature";
	if (pending->level >= 0 && level != pending->level)
		return "wrong level";
	if (entry_size < least || get_entry_count (layout, page) * entry_size > layout->count_at)
		return "its entries don't fit";
	return NULL;
}

static void
add_leaf_entry (Walk *walk, const guint8 *entry)
{
	const Layout *layout = walk->layout;
	guint id = layout->id_size;

	if (walk->type == PAGE_TYPE_NODES) {
		PstIndexNode node = {
			.nid = pst_file_u32 (entry),
			.data_bid = read_id (layout, entry + id) & ~(guint64)1,
			.subnode_bid = read_id (layout, entry + 2 * id) & ~(guint64)1,
			.parent = pst_file_u32 (entry + 3 * id),
		};
		g_array_append_val (walk->entries, node);
		return;
	}

	PstIndexBlock block = {
		.bid = read_id (layout, entry) & ~(guint64)1,
		.offset = read_id (layout, entry + id),
		.stored_size = pst_file_u16 (entry + 2 * id),
	};
	block.size = block.stored_size;
	if (layout->page_size == MAX_PAGE) /* the only format that deflates */
		block.size = MAX (block.size, pst_file_u16 (entry + 2 * id + 2));
	g_array_append_val (walk->entries, block);
}

/* Children go onto the stack last one first, so that leaves come in order. */
static void
push_children (Walk *walk, const guint8 *page, guint count, guint entry_size)
{
	const Layout *layout = walk->layout;
	gint level = page[layout->entry_size_at + 1] - 1;

	for (guint i = count; i > 0; i--) {
		const guint8 *entry = page + (i - 1) * entry_size;
		Pending child = {
			.at.bid = read_id (layout, entry + layout->id_size),
			.at.offset = read_id (layout, entry + 2 * layout->id_size),
			.level = level,
		};
		g_array_append_val (walk->stack, child);
	}
}

static void
visit_page (Walk *walk, const Pending *pending)
{
	const Layout *layout = walk->layout;
	guint8 page[MAX_PAGE];
	g_autoptr (GError) error = NULL;

	/* Pages are aligned; a 32-bit page number reaches 2 TiB and further than any Outlook
	 * file. */
	guint64 number = pending->at.offset / layout->page_size;
	if (!pst_file_read (walk->file, pending->at.offset, page, layout->page_size, &error)) {
		lose_page (walk, pending->at, "page-damaged", error->message);
		return;
	}
	if (number > G_MAXUINT32 || pending->at.offset % layout->page_size != 0) {
		lose_page (walk, pending->at, "page-damaged", "not at a page boundary");
		return;
	}
	if (!g_hash_table_add (walk->seen, GUINT_TO_POINTER ((guint) number))) {
		lose_page (walk, pending->at, "page-loop", "referred to more than once");
		return;
	}

	const char *fault = find_fault (walk, pending, page);
	if (fault != NULL) {
		lose_page (walk, pending->at, "page-damaged", fault);
		return;
	}

	guint count = get_entry_count (layout, page);
	guint entry_size = page[layout->entry_size_at];

	if (page[layout->entry_size_at + 1] != 0) {
		push_children (walk, page, count, entry_size);
		return;
	}
	for (guint i = 0; i < count; i++)
		add_leaf_entry (walk, page + i * entry_size);
}

static void
walk_tree (Walk *walk, PstRoot root)
{
	Pending pending = { .at = root, .level = -1 };

	walk->stack = g_array_new (FALSE, FALSE, sizeof (Pending));
	walk->seen = g_hash_table_new (NULL, NULL);
	g_array_append_val (walk->stack, pending);
	while (walk->stack->len > 0) {
		pending = g_array_index (walk->stack, Pending, walk->stack->len - 1);
		g_array_set_size (walk->stack, walk->stack->len - 1);
		visit_page (walk, &pending);
	}
	g_hash_table_unref (walk->seen);
	g_array_unref (walk->stack);
}

guint
pst_index_get_page_size (PstFormat format)
{
	return layouts[format].page_size;
}

gboolean
pst_index_parse_node_leaf (PstFormat format, guint64 offset, const guint8 *page, GArray *nodes,
			   guint64 *bid)
{
	const Layout *layout = &layouts[format];
	Walk walk = { .layout = layout, .type = PAGE_TYPE_NODES, .entries = nodes };
	Pending pending = {
		.at = { .bid = read_id (layout, page + layout->bid_at), .offset = offset },
		.level = 0,
	};

	/* Few pages of a file are of the kind, so this comes before the check sum. */
	if (page[layout->trailer_at] != PAGE_TYPE_NODES ||
	    find_fault (&walk, &pending, page) != NULL)
		return FALSE;
	for (guint i = 0; i < get_entry_count (layout, page); i++)
		add_leaf_entry (&walk, page + i * page[layout->entry_size_at]);
	*bid = pending.at.bid;
	return TRUE;
}

static int
compare_blocks (gconstpointer a, gconstpointer b)
{
	guint64 x = ((const PstIndexBlock *) a)->bid;
	guint64 y = ((const PstIndexBlock *) b)->bid;

	return (x > y) - (x < y);
}

static int
compare_nodes (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const PstIndexNode *) a)->nid;
	guint32 y = ((const PstIndexNode *) b)->nid;

	return (x > y) - (x < y);
}

/* Trees are in order unless somebody made them otherwise, so look before sorting. Of equal keys the
 * first stays. */
static void
sort_entries (Walk *walk, gsize size, GCompareFunc compare, const char *finding)
{
	GArray *entries = walk->entries;
	gboolean in_order = TRUE;
	guint kept = 0;

	for (guint i = 1; i < entries->len && in_order; i++)
		in_order = compare (entries->data + (i - 1) * size, entries->data + i * size) < 0;
	if (in_order)
		return;

	g_array_sort (entries, compare); /* stable */
	for (guint i = 0; i < entries->len; i++) {
		const char *entry = entries->data + i * size;
		if (kept > 0 && compare (entries->data + (kept - 1) * size, entry) == 0)
			continue;
		memmove (entries->data + kept++ * size, entry, size);
	}
	if (kept < entries->len) {
		g_autofree char *detail = g_strdup_printf (
			"%u entries of the index occur more than once", entries->len - kept);
		report (walk, finding, detail);
	}
	g_array_set_size (entries, kept);
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
	guint64 x = *(const guint64 *) a;
	guint64 y = *(const guint64 *) b;

	return (x > y) - (x < y);
}

static guint32 *
order_by_parent (const PstIndexNode *nodes, gsize count)
{
	g_autofree guint64 *keys = g_new (guint64, MAX (count, 1));
	guint32 *by_parent = g_new (guint32, MAX (count, 1));

	for (gsize i = 0; i < count; i++)
		keys[i] = (guint64) nodes[i].parent << 32 | i;
	qsort (keys, count, sizeof *keys, compare_keys);
	for (gsize i = 0; i < count; i++)
		by_parent[i] = (guint32) keys[i];
	return by_parent;
}

PstIndex *
pst_index_build (PstFile *file, PstFindingFunc finding, gpointer user_data, GError **error)
{
	g_autoptr (PstIndex) index = g_new0 (PstIndex, 1);
	Walk walk = {
		.file = file,
		.layout = &layouts[pst_file_get_format (file)],
		.finding = finding,
		.user_data = user_data,
	};

	walk.type = PAGE_TYPE_NODES;
	walk.entries = g_array_new (FALSE, FALSE, sizeof (PstIndexNode));
	walk_tree (&walk, pst_file_get_node_root (file));
	sort_entries (&walk, sizeof (PstIndexNode), compare_nodes, "node-listed-twice");
	index->node_count = walk.entries->len;
	index->nodes = (PstIndexNode *) (void *) g_array_free (walk.entries, FALSE);

	walk.type = PAGE_TYPE_BLOCKS;
	walk.entries = g_array_new (FALSE, FALSE, sizeof (PstIndexBlock));
	walk_tree (&walk, pst_file_get_block_root (file));
	sort_entries (&walk, sizeof (PstIndexBlock), compare_blocks, "block-listed-twice");
	index->block_count = walk.entries->len;
	index->blocks = (PstIndexBlock *) (void *) g_array_free (walk.entries, FALSE);

	if (index->node_count == 0 || index->block_count == 0) {
		g_set_error (error, PST_ERROR,
			     pst_file_get_missing_bytes (file) > 0 ? PST_ERROR_TRUNCATED
								   : PST_ERROR_DAMAGED,
			     "the index cannot be read (%s)",
			     pst_file_get_missing_bytes (file) > 0 ? "the file was cut off"
								   : "its pages are damaged");
		return NULL;
	}
	index->file = file;
	index->lost_pages = walk.lost_pages;
	index->by_parent = order_by_parent (index->nodes, index->node_count);
	return g_steal_pointer (&index);
}

PstIndex *
pst_index_new_layer (const PstIndex *base, GArray *blocks)
{
	PstIndex *index = g_new0 (PstIndex, 1);
	Walk walk = { .entries = blocks };

	sort_entries (&walk, sizeof (PstIndexBlock), compare_blocks, NULL);
	index->file = base->file;
	index->base = base;
	index->block_count = blocks->len;
	index->blocks = (PstIndexBlock *) (void *) g_array_free (blocks, FALSE);
	return index;
}

void
pst_index_free (PstIndex *index)
{
	if (index == NULL)
		return;
	g_free (index->blocks);
	g_free (index->nodes);
	g_free (index->by_parent);
	g_free (index);
}

PstFile *
pst_index_get_file (const PstIndex *index)
{
	return index->file;
}

guint
pst_index_get_lost_pages (const PstIndex *index)
{
	return (guint) index->lost_pages;
}

gsize
pst_index_get_block_count (const PstIndex *index)
{
	return index->block_count;
}

gsize
pst_index_get_node_count (const PstIndex *index)
{
	return index->node_count;
}

const PstIndexBlock *
pst_index_find_block (const PstIndex *index, guint64 bid)
{
	PstIndexBlock key = {.bid = bid & ~(guint64)1};
	const PstIndexBlock *found =
		index->base != NULL ? pst_index_find_block (index->base, bid) : NULL;

	if (found != NULL || index->block_count == 0)
		return found;
	return bsearch (&key, index->blocks, index->block_count, sizeof key, compare_blocks);
}

const PstIndexNode *
pst_index_find_node (const PstIndex *index, guint32 nid)
{
	PstIndexNode key = { .nid = nid };

	if (index->node_count == 0)
		return NULL;
	return bsearch (&key, index->nodes, index->node_count, sizeof key, compare_nodes);
}

const PstIndexNode *
pst_index_get_node (const PstIndex *index, gsize n)
{
	return &index->nodes[n];
}

/* First place in by_parent whose parent is NID or more. */
static gsize
find_first_child (const PstIndex *index, guint64 nid)
{
	gsize low = 0;
	gsize high = index->node_count;

	while (low < high) {
		gsize middle = low + (high - low) / 2;
		if (index->nodes[index->by_parent[middle]].parent < nid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const guint32 *
pst_index_find_children (const PstIndex *index, guint32 nid, gsize *count)
{
	gsize first = find_first_child (index, nid);

	*count = find_first_child (index, (guint64) nid + 1) - first;
	return index->by_parent + first;
}
