/* test-pst-heap.c - heaps and the trees in them, made by hand
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-heap.h"

#include <string.h>

#include "pst/opened.h"

/* One block of a heap: header (12 bytes, or 2 for later blocks), allocations, map. */
typedef struct {
	GByteArray *bytes;
	guint offsets[64];
	guint count;
} HeapBlock;

static HeapBlock
begin_block (gboolean is_first, guint8 kind, guint32 root)
{
	HeapBlock block = {.bytes = g_byte_array_new ()};

	pst_tiny_put (block.bytes, 0, 2);
	if (is_first) {
		pst_tiny_put (block.bytes, 0xec, 1);
		pst_tiny_put (block.bytes, kind, 1);
		pst_tiny_put (block.bytes, root, 4);
		pst_tiny_put (block.bytes, 0, 4);
	}
	return block;
}

static void
allocate (HeapBlock *block, const void *bytes, gsize length)
{
	block->offsets[block->count++] = block->bytes->len;
	g_byte_array_append (block->bytes, bytes, (guint)length);
}

static guint64
end_block (PstTiny *tiny, HeapBlock *block)
{
	guint end = block->bytes->len;
	guint64 bid;

	block->bytes->data[0] = (guint8)end;
	block->bytes->data[1] = (guint8)(end >> 8);
	pst_tiny_put (block->bytes, block->count, 2);
	pst_tiny_put (block->bytes, 0, 2);
	for (guint i = 0; i < block->count; i++)
		pst_tiny_put (block->bytes, block->offsets[i], 2);
	pst_tiny_put (block->bytes, end, 2);
	bid = pst_tiny_add_block (tiny, block->bytes->data, block->bytes->len);
	g_byte_array_unref (block->bytes);
	return bid;
}

static Opened *
open_tiny (PstTiny *tiny, guint64 data)
{
	pst_tiny_add_node (tiny, 0x24, 0, data, 0);
	pst_tiny_finish (tiny);
	return opened_new_tiny (tiny);
}

static PstHeap *
open_heap (const Opened *opened)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (opened->index, 0x24, &error);
	g_assert_no_error (error);
	PstHeap *heap = pst_heap_open (node, PST_HEAP_PROPS, &error);
	g_assert_no_error (error);
	return heap;
}

static void
assert_damaged (PstHeap *heap, guint32 hid)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (pst_heap_read (heap, hid, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
}

static void
test_reads (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	HeapBlock block = begin_block (TRUE, PST_HEAP_PROPS, 0x40);

	allocate (&block, "first", 5);
	allocate (&block, "", 0);
	allocate (&block, "third", 5);
	g_autoptr (Opened) opened = open_tiny (tiny, end_block (tiny, &block));
	g_autoptr (PstHeap) heap = open_heap (opened);
	g_autoptr (GBytes) first = pst_heap_read (heap, 0x20, NULL);
	g_autoptr (GBytes) second = pst_heap_read (heap, 0x40, NULL);
	g_autoptr (GBytes) third = pst_heap_read (heap, 0x60, NULL);
	g_autoptr (GBytes) none = pst_heap_read (heap, 0, NULL);

	g_assert_cmphex (pst_heap_get_user_root (heap), ==, 0x40);
	opened_assert_bytes (first, "first", 5);
	opened_assert_bytes (second, "", 0);
	opened_assert_bytes (third, "third", 5);
	opened_assert_bytes (none, "", 0);
	assert_damaged (heap, 0x80);    /* no such allocation */
	assert_damaged (heap, 0x10020); /* no such block */
	assert_damaged (heap, 0x25);    /* a subnode's id */
}

/* In the 4 KiB format three bits more belong to the allocation, so block 1 is at bit 19. */
static void
test_later_blocks (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = pst_tiny_new (i);
		g_autoptr (GByteArray) list = g_byte_array_new ();
		HeapBlock one = begin_block (TRUE, PST_HEAP_PROPS, 0x20);
		HeapBlock two = begin_block (FALSE, 0, 0);

		allocate (&one, "first", 5);
		allocate (&two, "second", 6);
		guint total = one.bytes->len + 8 + two.bytes->len + 8;
		pst_tiny_put (list, 0x0101, 2);
		pst_tiny_put (list, 2, 2);
		pst_tiny_put (list, total, 4);
		pst_tiny_put_id (tiny, list, end_block (tiny, &one));
		pst_tiny_put_id (tiny, list, end_block (tiny, &two));
		g_autoptr (Opened) opened =
			open_tiny (tiny, pst_tiny_add_internal (tiny, list->data, list->len));
		g_autoptr (PstHeap) heap = open_heap (opened);
		g_autoptr (GBytes) second =
			pst_heap_read (heap, i == PST_TINY_4K ? 0x80020 : 0x10020, NULL);

		opened_assert_bytes (second, "second", 6);
	}
}

static void
test_map_outside (void)
{
	/* offset of the map; its allocations; offset of the first allocation, and of its end */
	static const guint16 cases[][4] = {
		{0xffff, 1, 12, 16}, {16, 0xffff, 12, 16}, {16, 1, 14, 13},
		{16, 1, 12, 17},     {16, 0, 12, 16},
	};

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
		g_autoptr (GByteArray) bytes = g_byte_array_new ();

		pst_tiny_put (bytes, cases[i][0], 2);
		pst_tiny_put (bytes, 0xbcec, 2);
		pst_tiny_put (bytes, 0x20, 8);
		pst_tiny_put (bytes, 0x64636261, 4);
		pst_tiny_put (bytes, cases[i][1], 2);
		pst_tiny_put (bytes, 0, 2);
		pst_tiny_put (bytes, cases[i][2], 2);
		pst_tiny_put (bytes, cases[i][3], 2);
		g_autoptr (Opened) opened =
			open_tiny (tiny, pst_tiny_add_block (tiny, bytes->data, bytes->len));
		g_autoptr (PstHeap) heap = open_heap (opened);
		assert_damaged (heap, i == 1 ? 0x60 : 0x20);
	}
}

static void
test_wrong_kind (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	HeapBlock block = begin_block (TRUE, PST_HEAP_TABLE, 0x20);
	g_autoptr (Opened) opened = open_tiny (tiny, end_block (tiny, &block));
	g_autoptr (PstNode) node = pst_node_open (opened->index, 0x24, NULL);
	g_autoptr (GError) error = NULL;

	g_assert_null (pst_heap_open (node, PST_HEAP_PROPS, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
}

static gboolean
collect (const guint8 *record, gpointer user_data)
{
	g_string_append_c (user_data, (char)record[2]);
	return TRUE;
}

static gboolean
collect_two (const guint8 *record, gpointer user_data)
{
	g_string_append_c (user_data, (char)record[2]);
	return ((GString *)user_data)->len < 2;
}

/* Header (key 2, entry 1), a root of two index records, and two leaves: a b, c d. The second child
 * of the root is SECOND. */
static guint64
add_tree (PstTiny *tiny, guint8 levels, guint8 second)
{
	HeapBlock block = begin_block (TRUE, PST_HEAP_PROPS, 0x20);
	const guint8 header[] = {0xb5, 2, 1, levels, 0x40, 0, 0, 0};
	const guint8 root[] = {1, 0, 0x60, 0, 0, 0, 3, 0, second, 0, 0, 0};

	allocate (&block, header, sizeof header);
	allocate (&block, root, sizeof root);
	allocate (&block, "\1\0a\2\0b", 6);
	allocate (&block, "\3\0c\4\0d", 6);
	return end_block (tiny, &block);
}

static void
test_tree (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	g_autoptr (Opened) opened = open_tiny (tiny, add_tree (tiny, 1, 0x80));
	g_autoptr (PstHeap) heap = open_heap (opened);
	g_autoptr (GString) found = g_string_new (NULL);
	g_autoptr (GError) error = NULL;

	g_assert_true (pst_heap_walk_tree (heap, 0x20, 2, 1, collect, found, &error));
	g_assert_cmpstr (found->str, ==, "abcd");
	g_string_truncate (found, 0);
	g_assert_true (pst_heap_walk_tree (heap, 0x20, 2, 1, collect_two, found, &error));
	g_assert_cmpstr (found->str, ==, "ab");
	g_assert_false (pst_heap_walk_tree (heap, 0x20, 2, 6, collect, found, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
	g_clear_error (&error);
	g_assert_false (pst_heap_walk_tree (heap, 0x40, 2, 1, collect, found, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
}

static void
test_tree_lost_branch (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	g_autoptr (Opened) opened = open_tiny (tiny, add_tree (tiny, 1, 0xa0));
	g_autoptr (PstHeap) heap = open_heap (opened);
	g_autoptr (GString) found = g_string_new (NULL);
	g_autoptr (GError) error = NULL;

	g_assert_false (pst_heap_walk_tree (heap, 0x20, 2, 1, collect, found, &error));
	g_assert_cmpstr (found->str, ==, "ab");
	g_assert_nonnull (strstr (error->message, "0xa0"));
}

/* Both children of the root are the root, 200 levels deep: 2 to the power of 200 visits. */
static void
test_tree_loop (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	HeapBlock block = begin_block (TRUE, PST_HEAP_PROPS, 0x20);
	static const guint8 header[] = {0xb5, 2, 1, 200, 0x40, 0, 0, 0};
	static const guint8 root[] = {1, 0, 0x40, 0, 0, 0, 3, 0, 0x40, 0, 0, 0};

	allocate (&block, header, sizeof header);
	allocate (&block, root, sizeof root);
	g_autoptr (Opened) opened = open_tiny (tiny, end_block (tiny, &block));
	g_autoptr (PstHeap) heap = open_heap (opened);
	g_autoptr (GString) found = g_string_new (NULL);
	g_autoptr (GError) error = NULL;

	g_assert_false (pst_heap_walk_tree (heap, 0x20, 2, 1, collect, found, &error));
	g_assert_nonnull (strstr (error->message, "refers back"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/heap/reads-allocations", test_reads);
	g_test_add_func ("/pst/heap/finds-later-blocks-in-all-formats", test_later_blocks);
	g_test_add_func ("/pst/heap/map-outside-of-the-block-is-damage", test_map_outside);
	g_test_add_func ("/pst/heap/refuses-another-kind", test_wrong_kind);
	g_test_add_func ("/pst/heap/walks-a-tree-in-order", test_tree);
	g_test_add_func ("/pst/heap/steps-over-a-lost-branch", test_tree_lost_branch);
	g_test_add_func ("/pst/heap/a-tree-that-loops-ends", test_tree_loop);
	return g_test_run ();
}
