/* pst-tiny.c - smallest possible Outlook files, of any format and with any damage
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support/pst-tiny.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define BODY_AT 0x4400

typedef struct {
	guint64 bid;
	gsize offset;
	guint stored_size;
	guint size;
	gboolean is_free;
} Block;

typedef struct {
	guint32 nid;
	guint32 parent;
	guint64 data;
	guint64 subnodes;
} Node;

/* [MS-PST] 2.2.2.7 and 2.2.2.8; the 4 KiB format from files. */
typedef struct {
	guint page_size;
	guint id_size;
	guint entries_size; /* room for entries; the counts come next */
	guint trailer_at;   /* of a page */
	guint alignment;    /* of blocks */
	guint trailer_size; /* of a block */
} Layout;

static const Layout layouts[] = {
	[PST_TINY_ANSI] = {512, 4, 496, 500, 64, 12},
	[PST_TINY_UNICODE] = {512, 8, 488, 496, 64, 16},
	[PST_TINY_4K] = {4096, 8, 4056, 4072, 512, 24},
};

static guint32
get_crc (const guint8 *bytes, gsize length)
{
	return (guint32)crc32_z (0xffffffffU, bytes, length) ^ 0xffffffffU;
}

static guint
get_signature (guint64 offset, guint64 bid)
{
	guint32 mixed = (guint32)(offset ^ bid);

	return (mixed >> 16 ^ mixed) & 0xffff;
}

static void
put_at (guint8 *at, guint64 value, guint size)
{
	for (guint i = 0; i < size; i++)
		at[i] = (guint8)(value >> 8 * i);
}

void
pst_tiny_put (GByteArray *bytes, guint64 value, guint size)
{
	guint8 encoded[8];

	put_at (encoded, value, size);
	g_byte_array_append (bytes, encoded, size);
}

void
pst_tiny_put_id (const PstTiny *tiny, GByteArray *bytes, guint64 id)
{
	pst_tiny_put (bytes, id, layouts[tiny->format].id_size);
}

static void
put_zeros (GByteArray *bytes, gsize end)
{
	gsize before = bytes->len;

	if (end <= before)
		return;
	g_byte_array_set_size (bytes, (guint)end);
	memset (bytes->data + before, 0, end - before);
}

PstTiny *
pst_tiny_new (PstTinyFormat format)
{
	PstTiny *tiny = g_new0 (PstTiny, 1);

	tiny->format = format;
	tiny->leaf_entries = 3;
	tiny->bytes = g_byte_array_new ();
	tiny->nodes = g_array_new (FALSE, FALSE, sizeof (Node));
	tiny->blocks = g_array_new (FALSE, FALSE, sizeof (Block));
	tiny->node_pages = g_array_new (FALSE, FALSE, sizeof (gsize));
	tiny->block_pages = g_array_new (FALSE, FALSE, sizeof (gsize));
	put_zeros (tiny->bytes, BODY_AT);
	return tiny;
}

void
pst_tiny_free (PstTiny *tiny)
{
	if (tiny == NULL)
		return;
	g_byte_array_unref (tiny->bytes);
	g_array_unref (tiny->nodes);
	g_array_unref (tiny->blocks);
	g_array_unref (tiny->node_pages);
	g_array_unref (tiny->block_pages);
	g_free (tiny);
}

static void
put_block_trailer (PstTiny *tiny, const Block *block)
{
	GByteArray *bytes = tiny->bytes;
	guint32 crc = get_crc (bytes->data + block->offset, block->stored_size);

	pst_tiny_put (bytes, block->stored_size, 2);
	pst_tiny_put (bytes, get_signature (block->offset, block->bid), 2);
	if (tiny->format == PST_TINY_ANSI) {
		pst_tiny_put (bytes, block->bid, 4);
		pst_tiny_put (bytes, crc, 4);
		return;
	}
	pst_tiny_put (bytes, crc, 4);
	pst_tiny_put (bytes, block->bid, 8);
	if (tiny->format == PST_TINY_4K) {
		pst_tiny_put (bytes, 0, 2);
		pst_tiny_put (bytes, block->size, 2);
		pst_tiny_put (bytes, 0, 4);
	}
}

static guint64
add_block (PstTiny *tiny, const void *data, gsize length, gsize claimed, guint64 flags)
{
	const Layout *layout = &layouts[tiny->format];
	gsize total = length + layout->trailer_size;
	Block block = {
		.bid = 4 * (guint64)(tiny->blocks->len + 1) | flags,
		.offset = tiny->bytes->len,
		.stored_size = (guint)length,
		.size = (guint)claimed,
	};

	total = (total + layout->alignment - 1) / layout->alignment * layout->alignment;
	g_byte_array_append (tiny->bytes, data, (guint)length);
	put_zeros (tiny->bytes, block.offset + total - layout->trailer_size);
	put_block_trailer (tiny, &block);
	g_array_append_val (tiny->blocks, block);
	return block.bid;
}

guint64
pst_tiny_add_block (PstTiny *tiny, const void *bytes, gsize length)
{
	return add_block (tiny, bytes, length, length, 0);
}

guint64
pst_tiny_add_internal (PstTiny *tiny, const void *bytes, gsize length)
{
	return add_block (tiny, bytes, length, length, 2);
}

guint64
pst_tiny_add_deflated (PstTiny *tiny, const void *bytes, gsize length, gsize claimed)
{
	uLongf stored = compressBound (length);
	g_autofree guint8 *deflated = g_malloc (stored);
	int result = compress (deflated, &stored, bytes, length);

	g_assert_cmpint (result, ==, Z_OK);
	return add_block (tiny, deflated, stored, claimed, 0);
}

gsize
pst_tiny_get_offset (const PstTiny *tiny, guint64 bid)
{
	return g_array_index (tiny->blocks, Block, bid / 4 - 1).offset;
}

void
pst_tiny_add_node (PstTiny *tiny, guint32 nid, guint32 parent, guint64 data, guint64 subnodes)
{
	Node node = {nid, parent, data, subnodes};

	g_array_append_val (tiny->nodes, node);
}

static void
put_block_entry (const PstTiny *tiny, GByteArray *entries, const Block *block)
{
	pst_tiny_put_id (tiny, entries, block->bid);
	pst_tiny_put_id (tiny, entries, block->offset);
	pst_tiny_put (entries, block->stored_size, 2);
	if (tiny->format == PST_TINY_4K)
		pst_tiny_put (entries, block->size, 2);
	pst_tiny_put (entries, 2, 2);
	if (tiny->format != PST_TINY_ANSI)
		pst_tiny_put (entries, 0, tiny->format == PST_TINY_4K ? 2 : 4);
}

static void
put_node_entry (const PstTiny *tiny, GByteArray *entries, const Node *node)
{
	pst_tiny_put_id (tiny, entries, node->nid);
	pst_tiny_put_id (tiny, entries, node->data);
	pst_tiny_put_id (tiny, entries, node->subnodes);
	pst_tiny_put (entries, node->parent, 4);
	if (tiny->format != PST_TINY_ANSI)
		pst_tiny_put (entries, 0, 4);
}

void
pst_tiny_seal_page (PstTiny *tiny, gsize offset)
{
	const Layout *layout = &layouts[tiny->format];
	guint8 *page = tiny->bytes->data + offset;
	guint crc_at = layout->trailer_at + (tiny->format == PST_TINY_ANSI ? 8 : 4);

	put_at (page + crc_at, get_crc (page, layout->trailer_at), 4);
}

/* A page's id is its offset: unique, and easy to see in a dump. */
static gsize
put_page (PstTiny *tiny, guint8 type, guint level, GByteArray *entries, guint count)
{
	const Layout *layout = &layouts[tiny->format];
	guint bid_at = layout->trailer_at + (tiny->format == PST_TINY_ANSI ? 4 : 8);
	gsize offset;
	guint8 *page;

	put_zeros (tiny->bytes, (tiny->bytes->len + layout->page_size - 1) / layout->page_size *
					layout->page_size);
	offset = tiny->bytes->len;
	put_zeros (tiny->bytes, offset + layout->page_size);
	page = tiny->bytes->data + offset;

	g_assert_cmpuint (entries->len, <=, layout->entries_size);
	if (entries->len > 0)
		memcpy (page, entries->data, entries->len);
	if (tiny->format == PST_TINY_4K) {
		put_at (page + 4056, count, 2);
		put_at (page + 4058, count, 2);
	} else {
		page[layout->entries_size] = (guint8)count;
		page[layout->entries_size + 1] = (guint8)count;
	}
	page[layout->entries_size + (tiny->format == PST_TINY_4K ? 4 : 2)] =
		(guint8)(entries->len / MAX (count, 1));
	page[layout->entries_size + (tiny->format == PST_TINY_4K ? 5 : 3)] = (guint8)level;
	page[layout->trailer_at] = type;
	page[layout->trailer_at + 1] = type;
	put_at (page + layout->trailer_at + 2, get_signature (offset, offset), 2);
	put_at (page + bid_at, offset, layout->id_size);
	pst_tiny_seal_page (tiny, offset);
	return offset;
}

static guint64
get_key (guint8 type, const GArray *list, guint n)
{
	return type == 0x81 ? g_array_index (list, Node, n).nid
			    : g_array_index (list, Block, n).bid;
}

static GArray *
get_listed_blocks (const PstTiny *tiny)
{
	GArray *listed = g_array_new (FALSE, FALSE, sizeof (Block));

	for (guint i = 0; i < tiny->blocks->len; i++)
		if (!g_array_index (tiny->blocks, Block, i).is_free)
			g_array_append_val (listed, g_array_index (tiny->blocks, Block, i));
	return listed;
}

/* Leaves, and above them one root if there is more than one. */
static gsize
put_tree (PstTiny *tiny, guint8 type, const GArray *list, GArray *pages)
{
	g_autoptr (GByteArray) branch = g_byte_array_new ();
	guint total = list->len;

	for (guint first = 0; first < MAX (total, 1); first += tiny->leaf_entries) {
		guint count = MIN (tiny->leaf_entries, total - first);
		g_autoptr (GByteArray) entries = g_byte_array_new ();
		for (guint i = first; i < first + count; i++) {
			if (type == 0x81)
				put_node_entry (tiny, entries, &g_array_index (list, Node, i));
			else
				put_block_entry (tiny, entries, &g_array_index (list, Block, i));
		}
		gsize offset = put_page (tiny, type, 0, entries, count);
		g_array_append_val (pages, offset);
		pst_tiny_put_id (tiny, branch, total > 0 ? get_key (type, list, first) : 0);
		pst_tiny_put_id (tiny, branch, offset);
		pst_tiny_put_id (tiny, branch, offset);
	}
	return pages->len == 1 ? g_array_index (pages, gsize, 0)
			       : put_page (tiny, type, 1, branch, pages->len);
}

/* [MS-PST] 2.2.2.6 */
static void
put_header (PstTiny *tiny)
{
	gboolean ansi = tiny->format == PST_TINY_ANSI;
	guint id = layouts[tiny->format].id_size;
	guint8 *header = tiny->bytes->data;
	guint root = ansi ? 164 : 180;
	static const guint versions[] = {14, 23, 36};

	memcpy (header, "!BDN", 4);
	memcpy (header + 8, tiny->format == PST_TINY_4K ? "SO" : "SM", 2);
	put_at (header + 10, versions[tiny->format], 2);
	put_at (header + 12, 19, 2);
	put_at (header + root + 4, tiny->bytes->len, id);
	put_at (header + root + 4 + 4 * id, tiny->node_root, id);
	put_at (header + root + 4 + 5 * id, tiny->node_root, id);
	put_at (header + root + 4 + 6 * id, tiny->block_root, id);
	put_at (header + root + 4 + 7 * id, tiny->block_root, id);
	header[ansi ? 460 : 512] = 0x80;
	header[ansi ? 461 : 513] = tiny->crypt;
	put_at (header + 4, get_crc (header + 8, 471), 4);
	if (!ansi)
		put_at (header + 524, get_crc (header + 8, 516), 4);
}

void
pst_tiny_finish (PstTiny *tiny)
{
	g_autoptr (GArray) blocks = get_listed_blocks (tiny);

	g_array_set_size (tiny->node_pages, 0);
	g_array_set_size (tiny->block_pages, 0);
	tiny->node_root = put_tree (tiny, 0x81, tiny->nodes, tiny->node_pages);
	tiny->block_root = put_tree (tiny, 0x80, blocks, tiny->block_pages);
	put_header (tiny);
}

gsize
pst_tiny_delete_last (PstTiny *tiny, guint nodes, guint blocks)
{
	pst_tiny_finish (tiny);
	g_array_set_size (tiny->nodes, tiny->nodes->len - nodes);
	for (guint i = tiny->blocks->len; i > tiny->blocks->len - blocks; i--)
		g_array_index (tiny->blocks, Block, i - 1).is_free = TRUE;
	return g_array_index (tiny->node_pages, gsize, tiny->node_pages->len - 1);
}

char *
pst_tiny_save (const PstTiny *tiny)
{
	char *path = NULL;
	g_autoptr (GError) error = NULL;
	int fd = g_file_open_tmp ("tiny-XXXXXX.pst", &path, &error);

	g_assert_no_error (error);
	(void)close (fd);
	g_file_set_contents (path, (const char *)tiny->bytes->data, tiny->bytes->len, &error);
	g_assert_no_error (error);
	return path;
}
