/* test-pst-index.c - both B-trees, sound and damaged, in all formats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-index.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pst/opened.h"

#define N_NODES 20

/* Nodes 0x24, 0x44 ...: every other one lies in folder 0x122, the rest in folder 0x142. */
static PstTiny *
make_file (PstTinyFormat format)
{
	PstTiny *tiny = pst_tiny_new (format);

	for (guint i = 0; i < N_NODES; i++) {
		guint64 bid = pst_tiny_add_block (tiny, &i, sizeof i);
		pst_tiny_add_node (tiny, 0x24 + 0x20 * i, i % 2 == 0 ? 0x122 : 0x142, bid, 0);
	}
	pst_tiny_finish (tiny);
	return tiny;
}

static void
test_all_formats (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (PstTiny) tiny = make_file (format);
		g_autoptr (Opened) opened = opened_new_tiny (tiny);
		const PstIndexNode *node = pst_index_find_node (opened->index, 0x24 + 0x20 * 7);
		const PstIndexBlock *block = pst_index_find_block (opened->index, node->data_bid);

		g_assert_cmpstr (opened->findings->str, ==, "");
		g_assert_cmpuint (pst_index_get_node_count (opened->index), ==, N_NODES);
		g_assert_cmpuint (pst_index_get_block_count (opened->index), ==, N_NODES);
		g_assert_cmphex (node->parent, ==, 0x142);
		g_assert_cmpuint (block->offset, ==, pst_tiny_get_offset (tiny, node->data_bid));
		g_assert_cmpuint (block->size, ==, 4);
		g_assert_true (pst_index_find_block (opened->index, node->data_bid | 1) == block);
		g_assert_null (pst_index_find_node (opened->index, 0x25));
		g_assert_null (pst_index_find_block (opened->index, 0x4000));
	}
}

static void
test_children (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	gsize count;
	const guint32 *places = pst_index_find_children (opened->index, 0x142, &count);

	g_assert_cmpuint (count, ==, N_NODES / 2);
	for (guint i = 0; i < count; i++)
		g_assert_cmphex (pst_index_get_node (opened->index, places[i])->nid, ==,
				 0x24 + 0x20 * (2 * i + 1));
	(void)pst_index_find_children (opened->index, 0x162, &count);
	g_assert_cmpuint (count, ==, 0);
	(void)pst_index_find_children (opened->index, G_MAXUINT32, &count);
	g_assert_cmpuint (count, ==, 0);
}

/* Damage a leaf of the node tree by DAMAGE and expect its three nodes, and only these, to be
 * lost. */
static void
assert_costs_its_branch (PstTinyFormat format, void (*damage) (PstTiny *, gsize),
			 const char *finding)
{
	g_autoptr (PstTiny) tiny = make_file (format);

	damage (tiny, g_array_index (tiny->node_pages, gsize, 1));
	g_autoptr (Opened) opened = opened_new_tiny (tiny);

	g_assert_nonnull (strstr (opened->findings->str, finding));
	g_assert_cmpuint (pst_index_get_lost_pages (opened->index), ==, 1);
	g_assert_cmpuint (pst_index_get_node_count (opened->index), ==, N_NODES - 3);
	for (guint i = 0; i < N_NODES; i++)
		g_assert_cmpint (pst_index_find_node (opened->index, 0x24 + 0x20 * i) != NULL, ==,
				 i < 3 || i > 5);
}

static void
flip_entry (PstTiny *tiny, gsize page)
{
	tiny->bytes->data[page + 9] ^= 0x40;
}

static void
raise_count (PstTiny *tiny, gsize page)
{
	tiny->bytes->data[page + (tiny->format == PST_TINY_ANSI ? 496
				  : tiny->format == PST_TINY_4K ? 4057
								: 488)] = 0xff;
	pst_tiny_seal_page (tiny, page);
}

static void
raise_level (PstTiny *tiny, gsize page)
{
	tiny->bytes->data[page + (tiny->format == PST_TINY_ANSI ? 499
				  : tiny->format == PST_TINY_4K ? 4061
								: 491)] = 1;
	pst_tiny_seal_page (tiny, page);
}

static void
test_check_sum (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++)
		assert_costs_its_branch (i, flip_entry, "check sum");
}

static void
test_count (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++)
		assert_costs_its_branch (i, raise_count, "entries");
}

static void
test_level (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++)
		assert_costs_its_branch (i, raise_level, "level");
}

/* The second child of the root becomes the first one again. */
static void
test_loop (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = make_file (i);
		guint entry = i == PST_TINY_ANSI ? 12 : 24;
		guint8 *root = tiny->bytes->data + tiny->node_root;

		memcpy (root + entry, root, entry);
		pst_tiny_seal_page (tiny, tiny->node_root);
		g_autoptr (Opened) opened = opened_new_tiny (tiny);
		g_assert_true (g_str_has_prefix (opened->findings->str, "page-loop"));
		g_assert_cmpuint (pst_index_get_node_count (opened->index), ==, N_NODES - 3);
	}
}

static void
test_no_root (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	g_autoptr (GError) error = NULL;

	tiny->bytes->data[tiny->node_root] ^= 1;
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_assert_null (opened->index);
	g_assert_null (pst_index_build (opened->file, NULL, NULL, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
}

static void
test_cut_off (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	g_autoptr (GError) error = NULL;

	g_byte_array_set_size (tiny->bytes, (guint)tiny->node_root);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_assert_null (pst_index_build (opened->file, NULL, NULL, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_TRUNCATED);
}

static void
test_disorder (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 first = pst_tiny_add_block (tiny, "first", 5);
	guint64 second = pst_tiny_add_block (tiny, "second", 6);

	pst_tiny_add_node (tiny, 0x64, 0, first, 0);
	pst_tiny_add_node (tiny, 0x24, 0, first, 0);
	pst_tiny_add_node (tiny, 0x64, 0, second, 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_assert_true (g_str_has_prefix (opened->findings->str, "node-listed-twice"));
	g_assert_cmpuint (pst_index_get_node_count (opened->index), ==, 2);
	g_assert_cmpuint (pst_index_find_node (opened->index, 0x64)->data_bid, ==, first);
	g_assert_nonnull (pst_index_find_node (opened->index, 0x24));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/index/finds-nodes-and-blocks-in-all-formats", test_all_formats);
	g_test_add_func ("/pst/index/finds-the-children-of-a-node", test_children);
	g_test_add_func ("/pst/index/bad-check-sum-costs-that-branch", test_check_sum);
	g_test_add_func ("/pst/index/too-many-entries-cost-that-branch", test_count);
	g_test_add_func ("/pst/index/wrong-level-costs-that-branch", test_level);
	g_test_add_func ("/pst/index/a-page-is-visited-once", test_loop);
	g_test_add_func ("/pst/index/fails-without-a-root", test_no_root);
	g_test_add_func ("/pst/index/says-that-the-file-was-cut-off", test_cut_off);
	g_test_add_func ("/pst/index/sorts-and-drops-doubles", test_disorder);
	return g_test_run ();
}
