/* test-pst-data.c - lists of blocks and of subnodes, honest and not
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-data.h"

#include <string.h>

#include "pst/opened.h"

/* XBLOCK (level 1) or XXBLOCK (level 2) of the given blocks. */
static guint64
add_list (PstTiny *tiny, guint level, guint32 total, const guint64 *bids, guint count)
{
	g_autoptr (GByteArray) list = g_byte_array_new ();

	pst_tiny_put (list, 1, 1);
	pst_tiny_put (list, level, 1);
	pst_tiny_put (list, count, 2);
	pst_tiny_put (list, total, 4);
	for (guint i = 0; i < count; i++)
		pst_tiny_put_id (tiny, list, bids[i]);
	return pst_tiny_add_internal (tiny, list->data, list->len);
}

/* SLBLOCK (level 0: subnode, data, subnodes) or SIBLOCK (level 1: first subnode, SLBLOCK). */
static guint64
add_subnodes (PstTiny *tiny, guint level, const guint64 (*rows)[3], guint count)
{
	g_autoptr (GByteArray) list = g_byte_array_new ();

	pst_tiny_put (list, 2, 1);
	pst_tiny_put (list, level, 1);
	pst_tiny_put (list, count, 2);
	if (tiny->format != PST_TINY_ANSI)
		pst_tiny_put (list, 0, 4);
	for (guint i = 0; i < count; i++)
		for (guint k = 0; k < (level == 0 ? 3 : 2); k++)
			pst_tiny_put_id (tiny, list, rows[i][k]);
	return pst_tiny_add_internal (tiny, list->data, list->len);
}

/* A file whose only node has the data and subnodes given. */
static Opened *
open_tiny (PstTiny *tiny, guint64 data, guint64 subnodes)
{
	pst_tiny_add_node (tiny, 0x24, 0, data, subnodes);
	pst_tiny_finish (tiny);
	return opened_new_tiny (tiny);
}

static void
assert_reads (const Opened *opened, const char *expected, guint blocks)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (opened->index, 0x24, &error);
	g_assert_no_error (error);
	g_autoptr (PstData) data = pst_node_open_data (node, &error);
	g_assert_no_error (error);
	g_autoptr (GBytes) all = pst_data_read_all (data, 1000, &error);

	opened_assert_bytes (all, expected, strlen (expected));
	g_assert_cmpuint (pst_data_get_size (data), ==, strlen (expected));
	g_assert_cmpuint (pst_data_get_block_count (data), ==, blocks);
}

static void
assert_fails (const Opened *opened, PstError code, const char *words)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (opened->index, 0x24, &error);
	g_autoptr (PstData) data = node != NULL ? pst_node_open_data (node, &error) : NULL;

	g_assert_null (data);
	g_assert_error (error, PST_ERROR, (int)code);
	if (strstr (error->message, words) == NULL)
		g_error ("%s lacks \"%s\"", error->message, words);
}

static void
test_one_block (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	g_autoptr (Opened) opened = open_tiny (tiny, pst_tiny_add_block (tiny, "one", 3), 0);

	assert_reads (opened, "one", 1);
}

static void
test_nothing (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);

	(void)pst_tiny_add_block (tiny, "one", 3);
	g_autoptr (Opened) opened = open_tiny (tiny, 0, 0);
	assert_reads (opened, "", 0);
}

static void
test_levels (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = pst_tiny_new (i);
		guint64 leaves[] = {pst_tiny_add_block (tiny, "one ", 4),
				    pst_tiny_add_block (tiny, "two ", 4),
				    pst_tiny_add_block (tiny, "three", 5)};
		guint64 lists[] = {add_list (tiny, 1, 8, leaves, 2),
				   add_list (tiny, 1, 5, leaves + 2, 1)};
		guint64 all = add_list (tiny, 2, 13, lists, 2);
		g_autoptr (Opened) opened = open_tiny (tiny, all, 0);
		g_autoptr (PstData) first = pst_data_open (opened->index, lists[0], NULL);
		g_autoptr (GBytes) second_block = pst_data_read_block (first, 1, NULL);

		assert_reads (opened, "one two three", 3);
		g_assert_cmpuint (pst_data_get_size (first), ==, 8);
		opened_assert_bytes (second_block, "two ", 4);
	}
}

static void
test_limit (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 bid = pst_tiny_add_block (tiny, "four", 4);
	g_autoptr (Opened) opened = open_tiny (tiny, bid, 0);
	g_autoptr (PstData) data = pst_data_open (opened->index, bid, NULL);
	g_autoptr (GError) error = NULL;

	g_assert_null (pst_data_read_all (data, 3, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_LIMIT);
}

static void
test_wrong_total (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 leaf = pst_tiny_add_block (tiny, "one", 3);
	g_autoptr (Opened) opened = open_tiny (tiny, add_list (tiny, 1, 4, &leaf, 1), 0);

	assert_fails (opened, PST_ERROR_DAMAGED, "add up");
}

static void
test_lost_leaf (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 leaves[] = {pst_tiny_add_block (tiny, "one", 3), 0x7770};
	g_autoptr (Opened) opened = open_tiny (tiny, add_list (tiny, 1, 6, leaves, 2), 0);

	assert_fails (opened, PST_ERROR_MISSING, "0x7770");
}

/* A thousand references to one block make no thousand blocks. */
static void
test_same_leaf (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint8 bytes[400] = {0};
	guint64 leaves[1000];

	leaves[0] = pst_tiny_add_block (tiny, bytes, sizeof bytes);
	for (guint i = 1; i < G_N_ELEMENTS (leaves); i++)
		leaves[i] = leaves[0];
	g_autoptr (Opened) opened =
		open_tiny (tiny, add_list (tiny, 1, 400 * G_N_ELEMENTS (leaves), leaves, 1000), 0);
	assert_fails (opened, PST_ERROR_DAMAGED, "than the file is large");
}

/* A list that lists itself is two levels deep at most. */
static void
test_lists_itself (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 own = 4 | 2; /* the first block of the file, internal */
	g_autoptr (Opened) opened = open_tiny (tiny, add_list (tiny, 2, 8, &own, 1), 0);

	assert_fails (opened, PST_ERROR_DAMAGED, "wrong level");
}

static void
test_too_many (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	static const guint8 list[] = {1, 1, 2, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0};
	g_autoptr (Opened) opened =
		open_tiny (tiny, pst_tiny_add_internal (tiny, list, sizeof list), 0);

	assert_fails (opened, PST_ERROR_DAMAGED, "more blocks than it can hold");
}

static void
test_subnodes (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = pst_tiny_new (i);
		guint64 inner = pst_tiny_add_block (tiny, "inner", 5);
		const guint64 inner_rows[][3] = {{0x2f, inner, 0}};
		guint64 inner_list = add_subnodes (tiny, 0, inner_rows, 1);
		guint64 outer = pst_tiny_add_block (tiny, "outer", 5);
		const guint64 low[][3] = {{0x671, outer, 0}, {0x692, inner, 0}};
		const guint64 high[][3] = {{0x8025, outer, inner_list}};
		const guint64 lists[][3] = {{0x671, add_subnodes (tiny, 0, low, 2)},
					    {0x8025, add_subnodes (tiny, 0, high, 1)}};
		g_autoptr (Opened) opened = open_tiny (tiny, 0, add_subnodes (tiny, 1, lists, 2));
		g_autoptr (PstNode) node = pst_node_open (opened->index, 0x24, NULL);
		g_autoptr (PstNode) child = pst_node_open_subnode (node, 0x8025, NULL);
		g_autoptr (PstData) data = pst_node_open_subnode_data (child, 0x2f, NULL);
		g_autoptr (GBytes) bytes = pst_data_read_all (data, 10, NULL);
		g_autoptr (GError) error = NULL;

		g_assert_cmpuint (pst_node_get_subnode_count (node), ==, 3);
		g_assert_cmphex (pst_node_get_subnode_nid (node, 1), ==, 0x692);
		g_assert_true (pst_node_has_subnode (node, 0x671));
		opened_assert_bytes (bytes, "inner", 5);
		g_assert_null (pst_node_open_subnode (node, 0x2f, &error));
		g_assert_error (error, PST_ERROR, PST_ERROR_MISSING);
	}
}

/* Level 0 where level 0 must be: a list of lists that lists itself is refused. */
static void
test_subnodes_loop (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	const guint64 own[][3] = {{0x671, 4 | 2}};
	g_autoptr (Opened) opened = open_tiny (tiny, 0, add_subnodes (tiny, 1, own, 1));

	assert_fails (opened, PST_ERROR_DAMAGED, "not a list of subnodes");
}

static void
test_too_many_subnodes (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	static const guint8 list[8 + 2 * 24] = { 2, 0, 3, 0 };
	g_autoptr (Opened) opened =
		open_tiny (tiny, 0, pst_tiny_add_internal (tiny, list, sizeof list));

	assert_fails (opened, PST_ERROR_DAMAGED, "more subnodes than it can hold");
}

static void
test_subnodes_bomb (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint64 rows[300][3] = {{0}};
	guint64 lists[300][3];

	guint64 leaf = add_subnodes (tiny, 0, (const guint64 (*)[3])rows, 300);
	for (guint i = 0; i < 300; i++) {
		lists[i][0] = 0x671;
		lists[i][1] = leaf;
	}
	g_autoptr (Opened) opened =
		open_tiny (tiny, 0, add_subnodes (tiny, 1, (const guint64 (*)[3])lists, 300));
	assert_fails (opened, PST_ERROR_DAMAGED, "than the file is large");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/data/one-block", test_one_block);
	g_test_add_func ("/pst/data/no-block-is-no-bytes", test_nothing);
	g_test_add_func ("/pst/data/follows-lists-of-both-levels-in-all-formats", test_levels);
	g_test_add_func ("/pst/data/keeps-to-the-limit-of-its-caller", test_limit);
	g_test_add_func ("/pst/data/sizes-must-add-up", test_wrong_total);
	g_test_add_func ("/pst/data/names-a-lost-block", test_lost_leaf);
	g_test_add_func ("/pst/data/a-block-listed-often-is-damage", test_same_leaf);
	g_test_add_func ("/pst/data/a-list-that-lists-itself-ends", test_lists_itself);
	g_test_add_func ("/pst/data/count-beyond-the-block-is-damage", test_too_many);
	g_test_add_func ("/pst/data/subnodes-beyond-the-block-are-damage",
			 test_too_many_subnodes);
	g_test_add_func ("/pst/node/finds-subnodes-of-both-levels-in-all-formats", test_subnodes);
	g_test_add_func ("/pst/node/subnodes-that-list-themselves-end", test_subnodes_loop);
	g_test_add_func ("/pst/node/subnodes-listed-often-are-damage", test_subnodes_bomb);
	return g_test_run ();
}
