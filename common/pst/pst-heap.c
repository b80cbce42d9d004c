/* pst-heap.c - the heap on a node, and the B-trees kept in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every block of a heap ends in a map of its allocations, so a heap is read block by block, never
 * glued together. A few blocks are kept at hand: trees and tables jump between the first block
 * and a current one. Files with 4 KiB pages have blocks up to 64 KiB and give the allocation
 * number three more bits.
 */
#include "pst/pst-heap.h"

#define CACHED_BLOCKS  16
#define HEAP_SIGNATURE 0xec
#define TREE_SIGNATURE 0xb5

struct _PstHeap {
	gatomicrefcount references;
	PstNode *node;
	PstData *data;
	guint block_shift; /* where the block number begins in a HID */
	guint32 user_root;
	guint cached[CACHED_BLOCKS]; /* block number + 1 */
	GBytes *cache[CACHED_BLOCKS];
};

static gboolean
set_damaged (const PstHeap *heap, GError **error, guint32 hid, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "node 0x%x, heap item 0x%x: %s",
		     pst_node_get_nid (heap->node), hid, why);
	return FALSE;
}

/* Borrowed until the next call. */
static GBytes *
get_block (PstHeap *heap, guint n, GError **error)
{
	guint slot = n % CACHED_BLOCKS;

	if (heap->cached[slot] == n + 1)
		return heap->cache[slot];

	GBytes *bytes = pst_data_read_block (heap->data, n, error);
	if (bytes == NULL) {
		g_prefix_error (error, "node 0x%x: ", pst_node_get_nid (heap->node));
		return NULL;
	}
	g_clear_pointer (&heap->cache[slot], g_bytes_unref);
	heap->cache[slot] = bytes;
	heap->cached[slot] = n + 1;
	return bytes;
}

PstHeap *
pst_heap_open (PstNode *node, guint8 signature, GError **error)
{
	g_autoptr (PstHeap) heap = g_new0 (PstHeap, 1);
	const PstFile *file = pst_index_get_file (pst_node_get_index (node));

	g_atomic_ref_count_init (&heap->references);
	heap->node = pst_node_ref (node);
	heap->block_shift = pst_file_get_format (file) == PST_FORMAT_UNICODE_4K ? 19 : 16;
	heap->data = pst_node_open_data (node, error);
	if (heap->data == NULL)
		return NULL;
	if (pst_data_get_block_count (heap->data) == 0) {
		set_damaged (heap, error, 0, "the node is empty");
		return NULL;
	}

	GBytes *first = get_block (heap, 0, error);
	if (first == NULL)
		return NULL;

	gsize length;
	const guint8 *p = g_bytes_get_data (first, &length);

	if (length < 12 || p[2] != HEAP_SIGNATURE || p[3] != signature) {
		set_damaged (heap, error, 0, "another kind of heap than expected");
		return NULL;
	}
	heap->user_root = pst_file_u32 (p + 4);
	return g_steal_pointer (&heap);
}

PstHeap *
pst_heap_ref (PstHeap *heap)
{
	g_atomic_ref_count_inc (&heap->references);
	return heap;
}

void
pst_heap_unref (PstHeap *heap)
{
	if (heap == NULL || !g_atomic_ref_count_dec (&heap->references))
		return;
	for (guint i = 0; i < CACHED_BLOCKS; i++)
		g_clear_pointer (&heap->cache[i], g_bytes_unref);
	pst_data_free (heap->data);
	pst_node_unref (heap->node);
	g_free (heap);
}

PstNode *
pst_heap_get_node (const PstHeap *heap)
{
	return heap->node;
}

guint32
pst_heap_get_user_root (const PstHeap *heap)
{
	return heap->user_root;
}

/* Allocation NUMBER (from 1) of a block: the map at its end holds one offset more than
 * allocations. */
static GBytes *
slice_allocation (const PstHeap *heap, GBytes *block, guint32 hid, guint number, GError **error)
{
	gsize length;
	const guint8 *p = g_bytes_get_data (block, &length);
	gsize map = length >= 2 ? pst_file_u16 (p) : length;

	if (map + 4 > length) {
		set_damaged (heap, error, hid, "its block has no page map");
		return NULL;
	}
	guint count = pst_file_u16 (p + map);
	if (number == 0 || number > count || map + 4 + 2 * (gsize) (number + 1) > length) {
		set_damaged (heap, error, hid, "not in the page map of its block");
		return NULL;
	}
	guint begin = pst_file_u16 (p + map + 4 + 2 * (number - 1));
	guint end = pst_file_u16 (p + map + 4 + 2 * number);
	if (begin > end || end > map) {
		set_damaged (heap, error, hid, "not within its block");
		return NULL;
	}
	return g_bytes_new_from_bytes (block, begin, end - begin);
}

GBytes *
pst_heap_read (PstHeap *heap, guint32 hid, GError **error)
{
	guint number = (hid >> 5) & ((1u << (heap->block_shift - 5)) - 1);
	guint n = hid >> heap->block_shift;

	if (hid == 0)
		return g_bytes_new_static ("", 0);
	if (PST_NID_TYPE (hid) != PST_NID_HEAP || n >= pst_data_get_block_count (heap->data)) {
		set_damaged (heap, error, hid, "no such block in the heap");
		return NULL;
	}
	GBytes *block = get_block (heap, n, error);
	return block != NULL ? slice_allocation (heap, block, hid, number, error) : NULL;
}

PstData *
pst_heap_open_value (PstHeap *heap, guint32 hnid, GError **error)
{
	if (PST_NID_TYPE (hnid) != PST_NID_HEAP)
		return pst_node_open_subnode_data (heap->node, hnid, error);

	g_autoptr (GBytes) bytes = pst_heap_read (heap, hnid, error);
	return bytes != NULL ? pst_data_new_from_bytes (bytes) : NULL;
}

typedef struct {
	guint32 hid;
	guint level; /* 0: records; above: keys with the HID of the next level */
} Pending;

static gboolean
read_tree_header (PstHeap *heap, guint32 hid, guint key_size, guint entry_size, Pending *root,
		  GError **error)
{
	g_autoptr (GBytes) bytes = pst_heap_read (heap, hid, error);
	if (bytes == NULL)
		return FALSE;

	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);

	if (length < 8 || p[0] != TREE_SIGNATURE)
		return set_damaged (heap, error, hid, "not the header of a tree");
	if (p[1] != key_size || p[2] != entry_size)
		return set_damaged (heap, error, hid, "a tree of unexpected keys or entries");
	root->level = p[3];
	root->hid = pst_file_u32 (p + 4);
	return TRUE;
}

static void
push_children (GArray *stack, const Pending *parent, GBytes *bytes, guint key_size)
{
	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);

	for (gsize i = length / (key_size + 4); i > 0; i--) {
		Pending child = {
			.hid = pst_file_u32 (p + (i - 1) * (key_size + 4) + key_size),
			.level = parent->level - 1,
		};
		g_array_append_val (stack, child);
	}
}

gboolean
pst_heap_walk_tree (PstHeap *heap, guint32 hid, guint key_size, guint entry_size,
		    PstHeapRecordFunc record, gpointer user_data, GError **error)
{
	g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Pending));
	g_autoptr (GError) first_error = NULL;
	guint64 walked = 0;
	Pending pending;

	if (!read_tree_header (heap, hid, key_size, entry_size, &pending, error))
		return FALSE;
	g_array_append_val (stack, pending);
	while (stack->len > 0) {
		pending = g_array_index (stack, Pending, stack->len - 1);
		g_array_set_size (stack, stack->len - 1);

		g_autoptr (GBytes) bytes = pst_heap_read (
			heap, pending.hid, first_error == NULL ? &first_error : NULL);
		if (bytes == NULL)
			continue;

		/* No allocation belongs to a tree twice, so a walk cannot pass more than the
		 * heap. */
		gsize length;
		const guint8 *p = g_bytes_get_data (bytes, &length);
		walked += length;
		if (walked > pst_data_get_size (heap->data))
			return set_damaged (heap, error, hid, "a tree that refers back to itself");
		if (pending.level > 0) {
			push_children (stack, &pending, bytes, key_size);
			continue;
		}
		for (gsize at = 0; at + key_size + entry_size <= length;
		     at += key_size + entry_size)
			if (!record (p + at, user_data))
				return TRUE;
	}
	if (first_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&first_error));
		return FALSE;
	}
	return TRUE;
}
