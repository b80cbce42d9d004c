/* pst-writer-ndb.c - pages, blocks and B-trees of a PST being written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The node database layer of [MS-PST] 2.2. The file is only appended to: one AMap region (248 KiB,
 * in an OST 16 MiB) is kept in memory, its allocation map is filled in as blocks are placed, and it
 * goes to disk as soon as the next one begins. Beyond that, 16 bytes a block and 24 bytes a node
 * are kept for the two B-trees, so files far larger than memory can be written.
 *
 * What is deleted was written like everything else. At the end both B-trees are written twice,
 * first as they were before the deletion; then the space of those pages and of the deleted blocks
 * is marked as free. That is what Outlook leaves too, until it needs the space.
 */

#include "support/pst-writer-ndb.h"

#include "support/pst-writer-crypt.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define BID_INTERNAL  2
#define ANSI_MOST     0x7fffffffU
#define PAGE_MOST     4096
#define DEFLATE_LEVEL 6

typedef struct {
	guint64 offset;
	guint16 length; /* of the content */
	guint16 stored; /* the same unless deflated */
	guint16 references;
	guint8 is_internal;
	guint8 is_deleted;
} Block;

typedef struct {
	guint32 nid;
	guint32 parent;
	PstWriterContent content;
} Node;

/* An entry of a B-tree branch: the lowest key below a page, and where that page is. */
typedef struct {
	guint64 key;
	guint64 last;
	guint64 bid;
	guint64 offset;
} Branch;

/* Write entry number index and give its key; FALSE if the tree does not list it. */
typedef gboolean (*WriteLeaf) (PstWriterNdb *ndb, gsize index, guint8 *entry, guint64 *key);

typedef struct {
	guint8 page_type;
	guint entry_size;
	gsize count;
	WriteLeaf write;
} Tree;

/* A page being filled. */
typedef struct {
	guint8 content[PAGE_MOST];
	guint count;
	guint64 first;
	guint64 last;
} Leaf;

struct PstWriterNdb {
	int fd;
	const PstWriterLayout *layout;
	guint8 crypt;
	GArray *blocks;
	GArray *nodes;
	GArray *deleted_nodes;
	gboolean is_before_deletion; /* which trees are being written */
	GArray *pages;
	guint codepage;
	const char *part;
	GArray *extents;
	guint8 *region;
	gsize region_size;
	guint64 region_start;
	gsize region_used;
	guint64 free_bytes;
	guint64 next_page_bid;
	Branch nbt;
	Branch bbt;
	GError *error;
};

static void
write_at (PstWriterNdb *ndb, guint64 offset, const guint8 *data, gsize length)
{
	while (length > 0 && !ndb->error) {
		ssize_t n = pwrite (ndb->fd, data, length, (off_t)offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			pst_writer_ndb_fail (ndb, n < 0 ? g_strerror (errno) : "nothing written");
			return;
		}
		data += n;
		offset += (guint64)n;
		length -= (gsize)n;
	}
}

static void
mark_allocated (PstWriterNdb *ndb, gsize start, gsize length)
{
	guint8 *map = ndb->region + ndb->layout->map_at;
	guint align = ndb->layout->block_align;

	for (gsize slot = start / align; slot < (start + length) / align; slot++)
		map[slot / 8] |= (guint8)(0x80 >> (slot % 8));
}

static void
add_map_page (PstWriterNdb *ndb, guint8 type)
{
	guint64 offset = ndb->region_start + ndb->region_used;
	guint8 *page = ndb->region + ndb->region_used;

	memset (page + ndb->layout->map_at, 0xff, ndb->layout->map_size);
	pst_writer_layout_seal_page (ndb->layout, page, type, offset, offset);
	mark_allocated (ndb, ndb->region_used, ndb->layout->page_size);
	ndb->region_used += ndb->layout->page_size;
}

/* The deprecated maps say "anything may be free": Outlook has only read the AMap since 2007, but
 * they must be in their places. The header covers the first 128 AMaps (FMap) and 8192 AMaps
 * (FPMap). [MS-PST] 2.2.2.7 */
static void
open_region (PstWriterNdb *ndb, guint64 start)
{
	guint64 number = (start - ndb->layout->first_region) / ndb->region_size;

	memset (ndb->region, 0, ndb->region_size);
	ndb->region_start = start;
	ndb->region_used = ndb->layout->page_size;
	mark_allocated (ndb, 0, ndb->layout->page_size);
	if (ndb->layout->format == PST_WRITER_OST)
		return;
	if (number % 8 == 0)
		add_map_page (ndb, PST_WRITER_PAGE_PMAP);
	if (number >= 128 && (number - 128) % 496 == 0)
		add_map_page (ndb, PST_WRITER_PAGE_FMAP);
	if (number >= 8192 && (number - 8192) % 31744 == 0)
		add_map_page (ndb, PST_WRITER_PAGE_FPMAP);
}

/* The last one need not be full: what is not written reads as zeros. */
static void
close_region (PstWriterNdb *ndb)
{
	const guint8 *map = ndb->region + ndb->layout->map_at;

	for (gsize i = 0; i < ndb->layout->map_size; i++)
		for (guint bit = 0; bit < 8; bit++)
			ndb->free_bytes += map[i] & (1U << bit) ? 0 : ndb->layout->block_align;
	pst_writer_layout_seal_page (ndb->layout, ndb->region, PST_WRITER_PAGE_AMAP,
				     ndb->region_start, ndb->region_start);
	write_at (ndb, ndb->region_start, ndb->region, ndb->region_used);
}

/* Room for length bytes (a multiple of align) that do not cross a map page. */
static guint8 *
allocate (PstWriterNdb *ndb, gsize length, gsize align, guint64 *offset)
{
	gsize at = (ndb->region_used + align - 1) / align * align;

	if (at + length > ndb->region_size) {
		close_region (ndb);
		open_region (ndb, ndb->region_start + ndb->region_size);
		at = ndb->region_used;
	}
	if (ndb->layout->format == PST_WRITER_ANSI && ndb->region_start + at + length > ANSI_MOST)
		pst_writer_ndb_fail (ndb, "an ANSI file cannot be larger than 2 GiB");
	mark_allocated (ndb, at, length);
	ndb->region_used = at + length;
	*offset = ndb->region_start + at;
	return ndb->region + at;
}

static void
log_block (PstWriterNdb *ndb, const char *part, guint64 offset)
{
	PstWriterExtent extent = {part, offset, 1};
	PstWriterExtent *last =
		ndb->extents->len > 0
			? &g_array_index (ndb->extents, PstWriterExtent, ndb->extents->len - 1)
			: NULL;

	if (last && strcmp (last->part, part) == 0)
		last->blocks++;
	else
		g_array_append_val (ndb->extents, extent);
}

/* NULL if deflating saves no space in the file. */
static guint8 *
deflate_block (const PstWriterNdb *ndb, const guint8 *data, gsize length, gsize *stored)
{
	gsize space = pst_writer_layout_block_space (ndb->layout, length);
	g_autofree guint8 *deflated = NULL;
	uLongf size;

	if (ndb->layout->format != PST_WRITER_OST || space == ndb->layout->block_align)
		return NULL;
	size = compressBound (length);
	deflated = g_malloc (size);
	if (compress2 (deflated, &size, data, length, DEFLATE_LEVEL) != Z_OK ||
	    pst_writer_layout_block_space (ndb->layout, size) >= space)
		return NULL;
	*stored = size;
	return g_steal_pointer (&deflated);
}

static guint64
add_block (PstWriterNdb *ndb, const char *part, const guint8 *data, gsize length,
	   gboolean is_internal)
{
	guint64 bid = (ndb->blocks->len + 1ULL) * 4 | (is_internal ? BID_INTERNAL : 0);
	Block block = {.length = (guint16)length, .references = 1, .is_internal = !!is_internal};
	gsize stored = length;
	g_autofree guint8 *encoded = g_malloc (MAX (length, 1));
	g_autofree guint8 *deflated = NULL;
	guint8 *to;

	pst_writer_crypt_encode (is_internal ? 0 : ndb->crypt, bid, data, encoded, length);
	if (!is_internal)
		deflated = deflate_block (ndb, encoded, length, &stored);
	block.stored = (guint16)stored;
	to = allocate (ndb, pst_writer_layout_block_space (ndb->layout, stored),
		       ndb->layout->block_align, &block.offset);
	memcpy (to, deflated ? deflated : encoded, stored);
	pst_writer_layout_seal_block (ndb->layout, to, stored, length, block.offset, bid);
	g_array_append_val (ndb->blocks, block);
	log_block (ndb, part, block.offset);
	return bid;
}

static Block *
find_block (const PstWriterNdb *ndb, guint64 bid)
{
	return &g_array_index (ndb->blocks, Block, bid / 4 - 1);
}

static void
ref_block (PstWriterNdb *ndb, guint64 bid)
{
	Block *block = find_block (ndb, bid);

	if (block->references < G_MAXUINT16 - 1)
		block->references++;
}

static gint
compare_nodes (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Node *)a)->nid;
	guint32 y = ((const Node *)b)->nid;
	return x < y ? -1 : x > y;
}

static gboolean
write_node_entry (PstWriterNdb *ndb, gsize index, guint8 *entry, guint64 *key)
{
	const Node *node = &g_array_index (ndb->nodes, Node, index);
	const PstWriterLayout *layout = ndb->layout;
	gsize id = layout->id_size;

	*key = node->nid;
	pst_writer_layout_put_id (layout, entry, node->nid);
	pst_writer_layout_put_id (layout, entry + id, node->content.data);
	pst_writer_layout_put_id (layout, entry + 2 * id, node->content.sub);
	pst_writer_put32 (entry + 3 * id, node->parent);
	return TRUE;
}

/* The stored count is one more than the number of users, as Outlook writes it. */
static gboolean
write_block_entry (PstWriterNdb *ndb, gsize index, guint8 *entry, guint64 *key)
{
	const Block *block = &g_array_index (ndb->blocks, Block, index);
	const PstWriterLayout *layout = ndb->layout;
	guint8 *sizes = entry + 2 * (gsize)layout->id_size;

	if (block->is_deleted && !ndb->is_before_deletion)
		return FALSE;
	*key = (index + 1) * 4 | (block->is_internal ? BID_INTERNAL : 0);
	pst_writer_layout_put_id (layout, entry, *key);
	pst_writer_layout_put_id (layout, entry + layout->id_size, block->offset);
	pst_writer_put16 (sizes, block->stored);
	if (layout->format == PST_WRITER_OST) {
		pst_writer_put16 (sizes + 2, block->length);
		sizes += 2;
	}
	pst_writer_put16 (sizes + 2, block->references + 1U);
	return TRUE;
}

static void
add_tree_page (PstWriterNdb *ndb, Leaf *leaf, const Tree *tree, guint level, GArray *above)
{
	const PstWriterLayout *layout = ndb->layout;
	Branch branch = {.key = leaf->first, .last = leaf->last, .bid = ndb->next_page_bid++};
	guint8 *to = allocate (ndb, layout->page_size, layout->page_size, &branch.offset);
	PstWriterPage page = {branch.offset,   branch.key,    branch.last,
			      tree->page_type, (guint8)level, ndb->is_before_deletion};

	memcpy (to, leaf->content, layout->page_size);
	pst_writer_layout_put_counts (layout, to, leaf->count,
				      level ? 3 * layout->id_size : tree->entry_size, level);
	pst_writer_layout_seal_page (layout, to, tree->page_type, branch.offset, branch.bid);
	g_array_append_val (above, branch);
	g_array_append_val (ndb->pages, page);
	memset (leaf, 0, sizeof *leaf);
}

static GArray *
write_leaves (PstWriterNdb *ndb, const Tree *tree)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Branch));
	guint most = ndb->layout->entries_size / tree->entry_size;
	Leaf leaf = {0};

	for (gsize i = 0; i < tree->count; i++) {
		guint64 key;
		guint8 *entry;
		if (leaf.count == most)
			add_tree_page (ndb, &leaf, tree, 0, above);
		entry = leaf.content + (gsize)leaf.count * tree->entry_size;
		if (!tree->write (ndb, i, entry, &key))
			continue;
		if (leaf.count++ == 0)
			leaf.first = key;
		leaf.last = key;
	}
	add_tree_page (ndb, &leaf, tree, 0, above);
	return above;
}

static GArray *
write_branches (PstWriterNdb *ndb, const Tree *tree, const GArray *below, guint level)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Branch));
	gsize id = ndb->layout->id_size;
	guint most = ndb->layout->entries_size / (3 * ndb->layout->id_size);

	for (guint done = 0; done < below->len; done += most) {
		guint n = MIN (most, below->len - done);
		Leaf leaf = {.count = n};
		for (guint i = 0; i < n; i++) {
			const Branch *branch = &g_array_index (below, Branch, done + i);
			guint8 *entry = leaf.content + 3 * id * i;
			pst_writer_layout_put_id (ndb->layout, entry, branch->key);
			pst_writer_layout_put_id (ndb->layout, entry + id, branch->bid);
			pst_writer_layout_put_id (ndb->layout, entry + 2 * id, branch->offset);
			leaf.first = i == 0 ? branch->key : leaf.first;
			leaf.last = branch->last;
		}
		add_tree_page (ndb, &leaf, tree, level, above);
	}
	return above;
}

static Branch
write_tree (PstWriterNdb *ndb, const Tree *tree)
{
	g_autoptr (GArray) pages = write_leaves (ndb, tree);

	for (guint level = 1; pages->len > 1; level++) {
		GArray *above = write_branches (ndb, tree, pages, level);
		g_array_unref (pages);
		pages = above;
	}
	return g_array_index (pages, Branch, 0);
}

static void
write_both_trees (PstWriterNdb *ndb)
{
	const PstWriterLayout *layout = ndb->layout;
	Tree node_tree = {PST_WRITER_PAGE_NBT, layout->node_size, ndb->nodes->len,
			  write_node_entry};
	Tree block_tree = {PST_WRITER_PAGE_BBT, layout->block_size, ndb->blocks->len,
			   write_block_entry};

	g_array_sort (ndb->nodes, compare_nodes);
	for (guint i = 1; i < ndb->nodes->len; i++)
		if (compare_nodes (&g_array_index (ndb->nodes, Node, i - 1),
				   &g_array_index (ndb->nodes, Node, i)) == 0)
			pst_writer_ndb_fail (ndb, "two nodes have the same id");
	ndb->nbt = write_tree (ndb, &node_tree);
	ndb->bbt = write_tree (ndb, &block_tree);
}

/* Mark space as free, in the region at hand or in one that has gone to disk. */
static void
free_space (PstWriterNdb *ndb, guint64 offset, gsize length)
{
	const PstWriterLayout *layout = ndb->layout;
	guint64 number = (offset - layout->first_region) / ndb->region_size;
	guint64 start = layout->first_region + number * ndb->region_size;
	gboolean is_here = start == ndb->region_start;
	guint8 page[PAGE_MOST];
	guint8 *map = (is_here ? ndb->region : page) + layout->map_at;

	if (!is_here &&
	    pread (ndb->fd, page, layout->page_size, (off_t)start) != (ssize_t)layout->page_size) {
		pst_writer_ndb_fail (ndb, "cannot read a map page again");
		return;
	}
	for (gsize slot = (offset - start) / layout->block_align;
	     slot < (offset - start + length) / layout->block_align; slot++)
		map[slot / 8] &= (guint8) ~(0x80 >> (slot % 8));
	if (is_here)
		return;
	ndb->free_bytes += length;
	pst_writer_layout_seal_page (layout, page, PST_WRITER_PAGE_AMAP, start, start);
	write_at (ndb, start, page, layout->page_size);
}

static void
free_deleted (PstWriterNdb *ndb)
{
	for (guint i = 0; i < ndb->pages->len; i++) {
		const PstWriterPage *page = &g_array_index (ndb->pages, PstWriterPage, i);
		if (page->is_old)
			free_space (ndb, page->offset, ndb->layout->page_size);
	}
	for (guint i = 0; i < ndb->blocks->len; i++) {
		const Block *block = &g_array_index (ndb->blocks, Block, i);
		if (block->is_deleted)
			free_space (ndb, block->offset,
				    pst_writer_layout_block_space (ndb->layout, block->stored));
	}
}

void
pst_writer_ndb_write_trees (PstWriterNdb *ndb, const PstWriterPage **pages, guint *n_pages)
{
	guint n_nodes = ndb->nodes->len;
	g_autoptr (GArray) nodes = NULL;

	if (ndb->deleted_nodes->len > 0) {
		nodes = g_array_copy (ndb->nodes);
		ndb->is_before_deletion = TRUE;
		g_array_append_vals (ndb->nodes, ndb->deleted_nodes->data, ndb->deleted_nodes->len);
		write_both_trees (ndb);
		ndb->is_before_deletion = FALSE;
		g_array_set_size (ndb->nodes, 0);
		g_array_append_vals (ndb->nodes, nodes->data, n_nodes);
	}
	write_both_trees (ndb);
	free_deleted (ndb);
	*pages = (const PstWriterPage *)(gpointer)ndb->pages->data;
	*n_pages = ndb->pages->len;
}

static void
fill_root (const PstWriterNdb *ndb, guint8 *root)
{
	const PstWriterLayout *layout = ndb->layout;
	const guint64 ids[] = {ndb->region_start + ndb->region_size,
			       ndb->region_start,
			       ndb->free_bytes,
			       0,
			       ndb->nbt.bid,
			       ndb->nbt.offset,
			       ndb->bbt.bid,
			       ndb->bbt.offset};
	guint8 *at = root + 4;

	for (guint i = 0; i < G_N_ELEMENTS (ids); i++, at += layout->id_size)
		pst_writer_layout_put_id (layout, at, ids[i]);
	*at = 2; /* the AMaps are valid */
}

static void
write_header (PstWriterNdb *ndb, const guint32 counters[32])
{
	const PstWriterLayout *layout = ndb->layout;
	g_autofree guint8 *header = g_malloc0 (layout->first_region);
	guint64 next_bid = (ndb->blocks->len + 1ULL) * 4;

	memcpy (header, "!BDN", 4);
	header[8] = 'S';
	header[9] = (guint8)layout->client;
	pst_writer_put16 (header + 10, layout->version);
	pst_writer_put16 (header + 12, layout->client_version);
	header[14] = 1;
	header[15] = 1;
	pst_writer_layout_seal_page (layout, header + layout->dlist, PST_WRITER_PAGE_DLIST,
				     layout->dlist, ndb->next_page_bid++);
	pst_writer_layout_put_id (layout, header + layout->header_next_page, ndb->next_page_bid);
	pst_writer_put32 (header + layout->header_counters - 4, 1);
	for (guint type = 0; type < 32; type++)
		pst_writer_put32 (header + layout->header_counters + 4 * (gsize)type,
				  counters[type]);
	fill_root (ndb, header + layout->header_root);
	if (layout->header_maps)
		memset (header + layout->header_maps, 0xff, 256);
	header[layout->header_sentinel] = 0x80;
	header[layout->header_sentinel + 1] = ndb->crypt;
	if (layout->format == PST_WRITER_ANSI)
		pst_writer_put32 (header + 24, (guint32)next_bid);
	else
		pst_writer_put64 (header + 516, next_bid);
	pst_writer_put32 (header + 4, pst_writer_layout_checksum (header + 8, 471));
	if (layout->format != PST_WRITER_ANSI)
		pst_writer_put32 (header + 524, pst_writer_layout_checksum (header + 8, 516));
	write_at (ndb, 0, header, layout->first_region);
}

PstWriterNdb *
pst_writer_ndb_new (const char *path, PstWriterFormat format, guint8 crypt, GError **error)
{
	int fd = open (path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	PstWriterNdb *ndb;

	if (fd < 0) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
			     g_strerror (errno));
		return NULL;
	}
	ndb = g_new0 (PstWriterNdb, 1);
	ndb->fd = fd;
	ndb->layout = pst_writer_layout_get (format);
	ndb->crypt = crypt;
	ndb->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
	ndb->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
	ndb->deleted_nodes = g_array_new (FALSE, FALSE, sizeof (Node));
	ndb->pages = g_array_new (FALSE, FALSE, sizeof (PstWriterPage));
	ndb->extents = g_array_new (FALSE, FALSE, sizeof (PstWriterExtent));
	ndb->part = "value";
	ndb->region_size = pst_writer_layout_region_size (ndb->layout);
	ndb->region = g_malloc (ndb->region_size);
	ndb->next_page_bid = 1;
	open_region (ndb, ndb->layout->first_region);
	return ndb;
}

const PstWriterLayout *
pst_writer_ndb_get_layout (const PstWriterNdb *ndb)
{
	return ndb->layout;
}

guint
pst_writer_ndb_get_codepage (const PstWriterNdb *ndb)
{
	return ndb->codepage;
}

void
pst_writer_ndb_set_codepage (PstWriterNdb *ndb, guint codepage)
{
	ndb->codepage = codepage;
}

guint64
pst_writer_ndb_add_block (PstWriterNdb *ndb, const guint8 *data, gsize length)
{
	return add_block (ndb, ndb->part, data, length, FALSE);
}

guint64
pst_writer_ndb_add_internal (PstWriterNdb *ndb, const char *part, const guint8 *data, gsize length)
{
	return add_block (ndb, part, data, length, TRUE);
}

const char *
pst_writer_ndb_set_part (PstWriterNdb *ndb, const char *part)
{
	const char *before = ndb->part;

	ndb->part = part;
	return before;
}

guint
pst_writer_ndb_get_mark (const PstWriterNdb *ndb)
{
	return ndb->extents->len;
}

const PstWriterExtent *
pst_writer_ndb_get_extents (const PstWriterNdb *ndb, guint mark, guint *n)
{
	*n = ndb->extents->len - mark;
	return (const PstWriterExtent *)(gpointer)ndb->extents->data + mark;
}

void
pst_writer_ndb_forget (PstWriterNdb *ndb, guint mark)
{
	g_array_set_size (ndb->extents, mark);
}

guint
pst_writer_ndb_get_n_blocks (const PstWriterNdb *ndb)
{
	return ndb->blocks->len;
}

void
pst_writer_ndb_delete_since (PstWriterNdb *ndb, guint n)
{
	for (guint i = n; i < ndb->blocks->len; i++)
		g_array_index (ndb->blocks, Block, i).is_deleted = TRUE;
}

void
pst_writer_ndb_ref_content (PstWriterNdb *ndb, const PstWriterContent *content)
{
	if (content->data)
		ref_block (ndb, content->data);
	if (content->sub)
		ref_block (ndb, content->sub);
}

void
pst_writer_ndb_add_node (PstWriterNdb *ndb, guint32 nid, guint32 parent,
			 const PstWriterContent *content)
{
	Node node = {nid, parent, *content};
	g_array_append_val (ndb->nodes, node);
}

void
pst_writer_ndb_add_deleted_node (PstWriterNdb *ndb, guint32 nid, guint32 parent,
				 const PstWriterContent *content)
{
	Node node = {nid, parent, *content};
	g_array_append_val (ndb->deleted_nodes, node);
}

guint64
pst_writer_ndb_get_position (const PstWriterNdb *ndb)
{
	return ndb->region_start + ndb->region_used;
}

guint64
pst_writer_ndb_get_offset (const PstWriterNdb *ndb, guint64 bid)
{
	return find_block (ndb, bid)->offset;
}

void
pst_writer_ndb_fail (PstWriterNdb *ndb, const char *reason)
{
	if (!ndb->error)
		g_set_error (&ndb->error, G_IO_ERROR, G_IO_ERROR_FAILED, "PST not written: %s",
			     reason);
}

gboolean
pst_writer_ndb_finish (PstWriterNdb *ndb, const guint32 counters[32], GError **error)
{
	close_region (ndb);
	if (!ndb->error && ftruncate (ndb->fd, (off_t)(ndb->region_start + ndb->region_size)) < 0 &&
	    errno != EINVAL) /* a device has no length */
		pst_writer_ndb_fail (ndb, g_strerror (errno));
	write_header (ndb, counters);
	if (close (ndb->fd) < 0)
		pst_writer_ndb_fail (ndb, g_strerror (errno));
	ndb->fd = -1;
	if (!ndb->error)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&ndb->error));
	return FALSE;
}

void
pst_writer_ndb_free (PstWriterNdb *ndb)
{
	if (ndb->fd >= 0)
		(void)close (ndb->fd); /* the file is given up */
	g_array_unref (ndb->blocks);
	g_array_unref (ndb->nodes);
	g_array_unref (ndb->deleted_nodes);
	g_array_unref (ndb->pages);
	g_array_unref (ndb->extents);
	g_clear_error (&ndb->error);
	g_free (ndb->region);
	g_free (ndb);
}
