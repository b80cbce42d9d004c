/* pst-writer-ndb.c - pages, blocks and B-trees of a PST being written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The node database layer of [MS-PST] 2.2 for Unicode files (version 23, 512-byte pages). The file
 * is only appended to: one AMap region (248 KiB) is kept in memory, its allocation map is filled in
 * as blocks are placed, and it goes to disk as soon as the next one begins. Beyond that, 16 bytes a
 * block and 24 bytes a node are kept for the two B-trees, so files far larger than memory can be
 * written.
 */

#include "support/pst-writer-ndb.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#define PAGE_SIZE           512
#define PAGE_CONTENT        496
#define BTREE_CONTENT       488
#define BLOCK_ALIGN         64
#define BLOCK_TRAILER       16
#define HEADER_SIZE         564
#define FIRST_REGION        0x4400
#define DLIST_OFFSET        0x4200
#define REGION_SIZE         (PAGE_CONTENT * 8 * BLOCK_ALIGN)
#define BIDS_PER_XBLOCK     1021
#define ENTRIES_PER_SLBLOCK 340
#define ENTRIES_PER_SIBLOCK 510
#define BID_INTERNAL        2

enum {
	PAGE_BBT = 0x80,
	PAGE_NBT = 0x81,
	PAGE_FMAP = 0x82,
	PAGE_PMAP = 0x83,
	PAGE_AMAP = 0x84,
	PAGE_FPMAP = 0x85,
	PAGE_DLIST = 0x86,
};

typedef struct {
	guint64 offset;
	guint16 length;
	guint16 references;
	gboolean internal;
} Block;

typedef struct {
	guint32 nid;
	guint32 parent;
	PstWriterContent content;
} Node;

/* An entry of a B-tree branch: the lowest key below a page, and where that page is. */
typedef struct {
	guint64 key;
	guint64 bid;
	guint64 offset;
} Branch;

typedef void (*WriteLeaf) (PstWriterNdb *ndb, gsize index, guint8 *entry);

typedef struct {
	guint8 page_type;
	guint8 entry_size;
	gsize count;
	WriteLeaf write;
} Tree;

struct PstWriterNdb {
	int fd;
	guint8 crypt;
	GArray *blocks;
	GArray *nodes;
	guint8 *region;
	guint64 region_start;
	gsize region_used;
	guint64 free_bytes;
	guint64 next_page_bid;
	GError *error;
};

struct PstWriterData {
	PstWriterNdb *ndb;
	GArray *bids;
	GByteArray *page;
	gsize size;
	gboolean reserved;
};

struct PstWriterSubnodes {
	GArray *entries;
};

/* [MS-PST] 5.1: the substitution of "compressible encryption", in the direction of writing. */
static const guint8 permute[256] = {
	0x41, 0x36, 0x13, 0x62, 0xa8, 0x21, 0x6e, 0xbb, 0xf4, 0x16, 0xcc, 0x04, 0x7f, 0x64, 0xe8,
	0x5d, 0x1e, 0xf2, 0xcb, 0x2a, 0x74, 0xc5, 0x5e, 0x35, 0xd2, 0x95, 0x47, 0x9e, 0x96, 0x2d,
	0x9a, 0x88, 0x4c, 0x7d, 0x84, 0x3f, 0xdb, 0xac, 0x31, 0xb6, 0x48, 0x5f, 0xf6, 0xc4, 0xd8,
	0x39, 0x8b, 0xe7, 0x23, 0x3b, 0x38, 0x8e, 0xc8, 0xc1, 0xdf, 0x25, 0xb1, 0x20, 0xa5, 0x46,
	0x60, 0x4e, 0x9c, 0xfb, 0xaa, 0xd3, 0x56, 0x51, 0x45, 0x7c, 0x55, 0x00, 0x07, 0xc9, 0x2b,
	0x9d, 0x85, 0x9b, 0x09, 0xa0, 0x8f, 0xad, 0xb3, 0x0f, 0x63, 0xab, 0x89, 0x4b, 0xd7, 0xa7,
	0x15, 0x5a, 0x71, 0x66, 0x42, 0xbf, 0x26, 0x4a, 0x6b, 0x98, 0xfa, 0xea, 0x77, 0x53, 0xb2,
	0x70, 0x05, 0x2c, 0xfd, 0x59, 0x3a, 0x86, 0x7e, 0xce, 0x06, 0xeb, 0x82, 0x78, 0x57, 0xc7,
	0x8d, 0x43, 0xaf, 0xb4, 0x1c, 0xd4, 0x5b, 0xcd, 0xe2, 0xe9, 0x27, 0x4f, 0xc3, 0x08, 0x72,
	0x80, 0xcf, 0xb0, 0xef, 0xf5, 0x28, 0x6d, 0xbe, 0x30, 0x4d, 0x34, 0x92, 0xd5, 0x0e, 0x3c,
	0x22, 0x32, 0xe5, 0xe4, 0xf9, 0x9f, 0xc2, 0xd1, 0x0a, 0x81, 0x12, 0xe1, 0xee, 0x91, 0x83,
	0x76, 0xe3, 0x97, 0xe6, 0x61, 0x8a, 0x17, 0x79, 0xa4, 0xb7, 0xdc, 0x90, 0x7a, 0x5c, 0x8c,
	0x02, 0xa6, 0xca, 0x69, 0xde, 0x50, 0x1a, 0x11, 0x93, 0xb9, 0x52, 0x87, 0x58, 0xfc, 0xed,
	0x1d, 0x37, 0x49, 0x1b, 0x6a, 0xe0, 0x29, 0x33, 0x99, 0xbd, 0x6c, 0xd9, 0x94, 0xf3, 0x40,
	0x54, 0x6f, 0xf0, 0xc6, 0x73, 0xb8, 0xd6, 0x3e, 0x65, 0x18, 0x44, 0x1f, 0xdd, 0x67, 0x10,
	0xf1, 0x0c, 0x19, 0xec, 0xae, 0x03, 0xa1, 0x14, 0x7b, 0xa9, 0x0b, 0xff, 0xf8, 0xa3, 0xc0,
	0xa2, 0x01, 0xf7, 0x2e, 0xbc, 0x24, 0x68, 0x75, 0x0d, 0xfe, 0xba, 0x2f, 0xb5, 0xd0, 0xda,
	0x3d,
};

static guint32
checksum (const guint8 *data, gsize length)
{
	return (guint32)crc32 (0xffffffffUL, data, (uInt)length) ^ 0xffffffffU;
}

static guint16
signature (guint64 offset, guint64 bid)
{
	guint32 mixed = (guint32)(offset ^ bid);
	return (guint16)((mixed >> 16) ^ mixed);
}

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
seal_page (guint8 *page, guint8 type, guint64 offset, guint64 bid)
{
	gboolean is_map = type >= PAGE_FMAP && type <= PAGE_FPMAP;

	page[PAGE_CONTENT] = type;
	page[PAGE_CONTENT + 1] = type;
	pst_writer_put16 (page + PAGE_CONTENT + 2, is_map ? 0 : signature (offset, bid));
	pst_writer_put32 (page + PAGE_CONTENT + 4, checksum (page, PAGE_CONTENT));
	pst_writer_put64 (page + PAGE_CONTENT + 8, bid);
}

static void
mark_allocated (PstWriterNdb *ndb, gsize start, gsize length)
{
	for (gsize slot = start / BLOCK_ALIGN; slot < (start + length) / BLOCK_ALIGN; slot++)
		ndb->region[slot / 8] |= (guint8)(0x80 >> (slot % 8));
}

static void
add_map_page (PstWriterNdb *ndb, guint8 type)
{
	guint64 offset = ndb->region_start + ndb->region_used;
	guint8 *page = ndb->region + ndb->region_used;

	memset (page, 0xff, PAGE_CONTENT);
	seal_page (page, type, offset, offset);
	mark_allocated (ndb, ndb->region_used, PAGE_SIZE);
	ndb->region_used += PAGE_SIZE;
}

/* The deprecated maps say "anything may be free": Outlook has only read the AMap since 2007, but
 * they must be in their places. The header covers the first 128 AMaps (FMap) and 8192 AMaps
 * (FPMap). [MS-PST] 2.2.2.7 */
static void
open_region (PstWriterNdb *ndb, guint64 start)
{
	guint64 number = (start - FIRST_REGION) / REGION_SIZE;

	memset (ndb->region, 0, REGION_SIZE);
	ndb->region_start = start;
	ndb->region_used = PAGE_SIZE;
	mark_allocated (ndb, 0, PAGE_SIZE);
	if (number % 8 == 0)
		add_map_page (ndb, PAGE_PMAP);
	if (number >= 128 && (number - 128) % 496 == 0)
		add_map_page (ndb, PAGE_FMAP);
	if (number >= 8192 && (number - 8192) % 31744 == 0)
		add_map_page (ndb, PAGE_FPMAP);
}

static void
close_region (PstWriterNdb *ndb)
{
	for (gsize i = 0; i < PAGE_CONTENT; i++)
		for (guint bit = 0; bit < 8; bit++)
			ndb->free_bytes += ndb->region[i] & (1U << bit) ? 0 : BLOCK_ALIGN;
	seal_page (ndb->region, PAGE_AMAP, ndb->region_start, ndb->region_start);
	write_at (ndb, ndb->region_start, ndb->region, REGION_SIZE);
}

/* Room for length bytes (a multiple of align) that do not cross a map page. */
static guint8 *
allocate (PstWriterNdb *ndb, gsize length, gsize align, guint64 *offset)
{
	gsize at = (ndb->region_used + align - 1) / align * align;

	if (at + length > REGION_SIZE) {
		close_region (ndb);
		open_region (ndb, ndb->region_start + REGION_SIZE);
		at = ndb->region_used;
	}
	mark_allocated (ndb, at, length);
	ndb->region_used = at + length;
	*offset = ndb->region_start + at;
	return ndb->region + at;
}

static guint64
add_block (PstWriterNdb *ndb, const guint8 *data, gsize length, gboolean internal)
{
	gsize stored = (length + BLOCK_TRAILER + BLOCK_ALIGN - 1) / BLOCK_ALIGN * BLOCK_ALIGN;
	guint64 bid = (ndb->blocks->len + 1ULL) * 4 | (internal ? BID_INTERNAL : 0);
	Block block = {.length = (guint16)length, .references = 1, .internal = internal};
	guint8 *to = allocate (ndb, stored, BLOCK_ALIGN, &block.offset);
	guint8 *trailer = to + stored - BLOCK_TRAILER;

	if (ndb->crypt == 1 && !internal)
		for (gsize i = 0; i < length; i++)
			to[i] = permute[data[i]];
	else
		memcpy (to, data, length);
	pst_writer_put16 (trailer, (guint)length);
	pst_writer_put16 (trailer + 2, signature (block.offset, bid));
	pst_writer_put32 (trailer + 4, checksum (to, length));
	pst_writer_put64 (trailer + 8, bid);
	g_array_append_val (ndb->blocks, block);
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

static void
write_node_entry (PstWriterNdb *ndb, gsize index, guint8 *entry)
{
	const Node *node = &g_array_index (ndb->nodes, Node, index);

	pst_writer_put64 (entry, node->nid);
	pst_writer_put64 (entry + 8, node->content.data);
	pst_writer_put64 (entry + 16, node->content.sub);
	pst_writer_put32 (entry + 24, node->parent);
}

/* The stored count is one more than the number of users, as Outlook writes it. */
static void
write_block_entry (PstWriterNdb *ndb, gsize index, guint8 *entry)
{
	const Block *block = &g_array_index (ndb->blocks, Block, index);

	pst_writer_put64 (entry, (index + 1) * 4 | (block->internal ? BID_INTERNAL : 0));
	pst_writer_put64 (entry + 8, block->offset);
	pst_writer_put16 (entry + 16, block->length);
	pst_writer_put16 (entry + 18, block->references + 1U);
}

static void
add_tree_page (PstWriterNdb *ndb, const guint8 *content, const guint8 header[4], guint8 type,
	       GArray *above)
{
	Branch branch = {.bid = ndb->next_page_bid++};
	guint8 *page = allocate (ndb, PAGE_SIZE, PAGE_SIZE, &branch.offset);

	memcpy (page, content, BTREE_CONTENT);
	memcpy (page + BTREE_CONTENT, header, 4);
	seal_page (page, type, branch.offset, branch.bid);
	memcpy (&branch.key, content, sizeof branch.key);
	branch.key = GUINT64_FROM_LE (branch.key);
	g_array_append_val (above, branch);
}

static GArray *
write_leaves (PstWriterNdb *ndb, const Tree *tree)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Branch));
	gsize most = BTREE_CONTENT / tree->entry_size;
	gsize done = 0;

	do {
		guint8 content[BTREE_CONTENT] = {0};
		gsize n = MIN (most, tree->count - done);
		const guint8 header[4] = {(guint8)n, (guint8)most, tree->entry_size, 0};
		for (gsize i = 0; i < n; i++)
			tree->write (ndb, done + i, content + i * tree->entry_size);
		add_tree_page (ndb, content, header, tree->page_type, above);
		done += n;
	} while (done < tree->count);
	return above;
}

static GArray *
write_branches (PstWriterNdb *ndb, const Tree *tree, const GArray *below, guint8 level)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Branch));
	guint most = BTREE_CONTENT / 24;

	for (guint done = 0; done < below->len; done += most) {
		guint8 content[BTREE_CONTENT] = {0};
		guint n = MIN (most, below->len - done);
		const guint8 header[4] = {(guint8)n, (guint8)most, 24, level};
		for (guint i = 0; i < n; i++) {
			const Branch *branch = &g_array_index (below, Branch, done + i);
			pst_writer_put64 (content + i * 24, branch->key);
			pst_writer_put64 (content + i * 24 + 8, branch->bid);
			pst_writer_put64 (content + i * 24 + 16, branch->offset);
		}
		add_tree_page (ndb, content, header, tree->page_type, above);
	}
	return above;
}

static Branch
write_tree (PstWriterNdb *ndb, const Tree *tree)
{
	g_autoptr (GArray) pages = write_leaves (ndb, tree);

	for (guint8 level = 1; pages->len > 1; level++) {
		GArray *above = write_branches (ndb, tree, pages, level);
		g_array_unref (pages);
		pages = above;
	}
	return g_array_index (pages, Branch, 0);
}

static void
write_header (PstWriterNdb *ndb, const guint32 counters[32], const Branch *nbt, const Branch *bbt)
{
	guint8 header[FIRST_REGION] = {0};
	guint8 *dlist = header + DLIST_OFFSET;

	memcpy (header, "!BDN", 4);
	memcpy (header + 8, "SM", 2);
	pst_writer_put16 (header + 10, 23);
	pst_writer_put16 (header + 12, 19);
	header[14] = 1;
	header[15] = 1;
	seal_page (dlist, PAGE_DLIST, DLIST_OFFSET, ndb->next_page_bid++);
	pst_writer_put64 (header + 32, ndb->next_page_bid);
	pst_writer_put32 (header + 40, 1);
	for (guint type = 0; type < 32; type++)
		pst_writer_put32 (header + 44 + 4 * type, counters[type]);
	pst_writer_put64 (header + 184, ndb->region_start + REGION_SIZE);
	pst_writer_put64 (header + 192, ndb->region_start);
	pst_writer_put64 (header + 200, ndb->free_bytes);
	pst_writer_put64 (header + 216, nbt->bid);
	pst_writer_put64 (header + 224, nbt->offset);
	pst_writer_put64 (header + 232, bbt->bid);
	pst_writer_put64 (header + 240, bbt->offset);
	header[248] = 2;
	memset (header + 256, 0xff, 256);
	header[512] = 0x80;
	header[513] = ndb->crypt;
	pst_writer_put64 (header + 516, (ndb->blocks->len + 1ULL) * 4);
	pst_writer_put32 (header + 4, checksum (header + 8, 471));
	pst_writer_put32 (header + 524, checksum (header + 8, 516));
	write_at (ndb, 0, header, sizeof header);
}

PstWriterNdb *
pst_writer_ndb_new (const char *path, guint8 crypt, GError **error)
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
	ndb->crypt = crypt;
	ndb->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
	ndb->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
	ndb->region = g_malloc (REGION_SIZE);
	ndb->next_page_bid = 1;
	open_region (ndb, FIRST_REGION);
	return ndb;
}

guint64
pst_writer_ndb_add_block (PstWriterNdb *ndb, const guint8 *data, gsize length)
{
	return add_block (ndb, data, length, FALSE);
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
	Tree node_tree = {PAGE_NBT, 32, ndb->nodes->len, write_node_entry};
	Tree block_tree = {PAGE_BBT, 24, ndb->blocks->len, write_block_entry};
	Branch nbt;
	Branch bbt;

	g_array_sort (ndb->nodes, compare_nodes);
	for (guint i = 1; i < ndb->nodes->len; i++)
		if (compare_nodes (&g_array_index (ndb->nodes, Node, i - 1),
				   &g_array_index (ndb->nodes, Node, i)) == 0)
			pst_writer_ndb_fail (ndb, "two nodes have the same id");
	nbt = write_tree (ndb, &node_tree);
	bbt = write_tree (ndb, &block_tree);
	close_region (ndb);
	write_header (ndb, counters, &nbt, &bbt);
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
	g_clear_error (&ndb->error);
	g_free (ndb->region);
	g_free (ndb);
}

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
	data->bids = g_array_new (FALSE, FALSE, sizeof (guint64));
	data->page = g_byte_array_new ();
	return data;
}

void
pst_writer_data_append (PstWriterData *data, const guint8 *bytes, gsize length)
{
	data->size += length;
	while (length > 0) {
		gsize n = MIN (length, PST_WRITER_BLOCK_SIZE - data->page->len);
		if (data->page->len == PST_WRITER_BLOCK_SIZE) {
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
	static const guint8 zeros[PST_WRITER_BLOCK_SIZE];
	gsize room = PST_WRITER_BLOCK_SIZE - data->page->len;

	if (room < length)
		pst_writer_data_append (data, zeros, room);
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
	g_autofree guint8 *content = g_malloc0 (8 + 8 * (gsize)count);

	content[0] = 1;
	content[1] = level;
	pst_writer_put16 (content + 2, count);
	pst_writer_put32 (content + 4, (guint32)size);
	for (guint i = 0; i < count; i++)
		pst_writer_put64 (content + 8 + 8 * (gsize)i, bids[i]);
	return add_block (ndb, content, 8 + 8 * (gsize)count, TRUE);
}

static guint64
close_tree (PstWriterData *data)
{
	const guint64 *bids = (const guint64 *)(gpointer)data->bids->data;
	g_autoptr (GArray) xblocks = g_array_new (FALSE, FALSE, sizeof (guint64));
	gsize left = data->size;

	for (guint done = 0; done < data->bids->len; done += BIDS_PER_XBLOCK) {
		guint n = MIN (BIDS_PER_XBLOCK, data->bids->len - done);
		gsize size = MIN (left, (gsize)n * PST_WRITER_BLOCK_SIZE);
		guint64 bid = add_xblock (data->ndb, 1, bids + done, n, size);
		g_array_append_val (xblocks, bid);
		left -= size;
	}
	if (xblocks->len == 1)
		return g_array_index (xblocks, guint64, 0);
	if (xblocks->len > BIDS_PER_XBLOCK || data->size > G_MAXUINT32) {
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

	subnodes->entries = g_array_new (FALSE, FALSE, sizeof (Node));
	return subnodes;
}

void
pst_writer_subnodes_add (PstWriterSubnodes *subnodes, guint32 nid, const PstWriterContent *content)
{
	Node entry = {.nid = nid, .content = *content};
	g_array_append_val (subnodes->entries, entry);
}

/* SLBLOCK, [MS-PST] 2.2.2.8.3.3.1 */
static guint64
add_slblock (PstWriterNdb *ndb, const Node *entries, guint count)
{
	g_autofree guint8 *content = g_malloc0 (8 + 24 * (gsize)count);

	content[0] = 2;
	pst_writer_put16 (content + 2, count);
	for (guint i = 0; i < count; i++) {
		guint8 *at = content + 8 + 24 * (gsize)i;
		pst_writer_put64 (at, entries[i].nid);
		pst_writer_put64 (at + 8, entries[i].content.data);
		pst_writer_put64 (at + 16, entries[i].content.sub);
	}
	return add_block (ndb, content, 8 + 24 * (gsize)count, TRUE);
}

/* SIBLOCK over as many SLBLOCKs as the entries need, [MS-PST] 2.2.2.8.3.3.2 */
static guint64
add_siblock (PstWriterNdb *ndb, const Node *entries, guint count)
{
	guint leaves = (count + ENTRIES_PER_SLBLOCK - 1) / ENTRIES_PER_SLBLOCK;
	g_autofree guint8 *content = g_malloc0 (8 + 16 * (gsize)leaves);

	content[0] = 2;
	content[1] = 1;
	pst_writer_put16 (content + 2, leaves);
	if (leaves > ENTRIES_PER_SIBLOCK) {
		pst_writer_ndb_fail (ndb, "a node has more than 173400 subnodes");
		return 0;
	}
	for (guint i = 0; i < leaves; i++) {
		guint first = i * ENTRIES_PER_SLBLOCK;
		guint n = MIN (ENTRIES_PER_SLBLOCK, count - first);
		pst_writer_put64 (content + 8 + 16 * (gsize)i, entries[first].nid);
		pst_writer_put64 (content + 16 + 16 * (gsize)i,
				  add_slblock (ndb, entries + first, n));
	}
	return add_block (ndb, content, 8 + 16 * (gsize)leaves, TRUE);
}

guint64
pst_writer_subnodes_finish (PstWriterSubnodes *subnodes, PstWriterNdb *ndb)
{
	GArray *entries = subnodes->entries;
	const Node *first = (const Node *)(gpointer)entries->data;
	guint64 bid = 0;

	g_array_sort (entries, compare_nodes);
	if (entries->len > ENTRIES_PER_SLBLOCK)
		bid = add_siblock (ndb, first, entries->len);
	else if (entries->len > 0)
		bid = add_slblock (ndb, first, entries->len);
	g_array_unref (entries);
	g_free (subnodes);
	return bid;
}
