/* test-pst-table.c - rows, cells, and tables too large for one block
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-table.h"

#include <string.h>
#include <unistd.h>

#include "pst/opened.h"
#include "support/pst-writer-ltp.h"

static const guint32 tags[] = {0x0c150003, 0x0ff90102, 0x3001001f, 0x30070040, 0x3a40000b};

/* Rows 1, 2 ... with ids 0x1000 + number; every third has no name, every other one no time. */
static Opened *
make_table (guint n_rows)
{
	static const guint32 counters[32];
	const PstWriterPage *pages;
	guint n_pages;
	char *path = NULL;
	g_autoptr (GError) error = NULL;

	close (g_file_open_tmp ("table-XXXXXX.pst", &path, NULL));
	PstWriterNdb *ndb = pst_writer_ndb_new (path, PST_WRITER_UNICODE, 1, &error);
	g_assert_no_error (error);
	PstWriterTc *tc = pst_writer_tc_new (ndb, tags, G_N_ELEMENTS (tags), 0);
	for (guint i = 0; i < n_rows; i++) {
		g_autofree char *name = g_strdup_printf ("row %u", i);
		pst_writer_tc_begin_row (tc, 0x1000 + i);
		pst_writer_tc_set_u32 (tc, 0x0c150003, i);
		pst_writer_tc_set_text (tc, 0x3001001f, i % 3 != 0 ? name : NULL);
		if (i % 2 == 0)
			pst_writer_tc_set_u64 (tc, 0x30070040, 0x100000000 + i);
		pst_writer_tc_set (tc, 0x3a40000b, i % 5 == 0 ? "\1" : "\0", 1);
		pst_writer_tc_end_row (tc);
	}
	PstWriterContent content = pst_writer_tc_finish (tc);
	pst_writer_ndb_add_node (ndb, 0x692, 0, &content);
	pst_writer_ndb_write_trees (ndb, &pages, &n_pages);
	pst_writer_ndb_finish (ndb, counters, &error);
	g_assert_no_error (error);
	pst_writer_ndb_free (ndb);
	return opened_new (path);
}

static PstTable *
open_table (const Opened *opened)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (opened->index, 0x692, &error);
	g_assert_no_error (error);
	PstTable *table = pst_table_open (node, &error);
	g_assert_no_error (error);
	return table;
}

static void
assert_rows (guint n_rows)
{
	g_autoptr (Opened) opened = make_table (n_rows);
	g_autoptr (PstTable) table = open_table (opened);

	g_assert_null (pst_table_get_damage (table));
	g_assert_cmpuint (pst_table_get_row_count (table), ==, n_rows);
	for (guint i = 0; i < n_rows; i++) {
		g_autofree char *name = g_strdup_printf ("row %u", i);
		g_autofree gunichar2 *wide = g_utf8_to_utf16 (name, -1, NULL, NULL, NULL);
		g_autoptr (PstProps) row = pst_table_get_row (table, i, NULL);
		gboolean utf16 = FALSE;
		guint64 time = 0;
		g_autoptr (GBytes) found = pst_props_get_string (row, 0x3001, &utf16, NULL);

		g_assert_cmphex (pst_table_get_row_id (table, i), ==, 0x1000 + i);
		g_assert_cmpint (pst_props_get_int_or (row, 0x67f2, 0), ==, 0x1000 + i);
		g_assert_cmpint (pst_props_get_int_or (row, 0x0c15, -1), ==, i);
		g_assert_cmpint (pst_props_get_bool (row, 0x3a40), ==, i % 5 == 0);
		g_assert_cmpint (pst_props_get_filetime (row, 0x3007, &time), ==, i % 2 == 0);
		g_assert_cmpuint (time, ==, i % 2 == 0 ? 0x100000000 + i : 0);
		g_assert_cmpint (found != NULL, ==, i % 3 != 0);
		if (found != NULL)
			opened_assert_bytes (found, wide, 2 * strlen (name));
		g_assert_false (pst_props_has (row, 0x0ff9));
	}
}

static void
test_small (void)
{
	assert_rows (0);
	assert_rows (1);
	assert_rows (7);
}

static void
test_large (void)
{
	assert_rows (3000);
}

static void
test_outlives (void)
{
	g_autoptr (Opened) opened = make_table (2);
	PstTable *table = open_table (opened);
	g_autoptr (PstProps) row = pst_table_get_row (table, 1, NULL);
	gboolean utf16 = FALSE;

	pst_table_free (table);
	g_autoptr (GBytes) name = pst_props_get_string (row, 0x3001, &utf16, NULL);
	g_assert_cmpuint (g_bytes_get_size (name), ==, 10);
}

/* The rows of such a table: as many blocks as given, two rows to each. */
static guint64
add_rows (PstTiny *tiny, guint n_blocks)
{
	g_autoptr (GByteArray) list = g_byte_array_new ();
	guint block_size = 12; /* two rows of 5 bytes, and padding */

	pst_tiny_put (list, 0x0101, 2);
	pst_tiny_put (list, n_blocks, 2);
	pst_tiny_put (list, n_blocks * block_size, 4);
	for (guint i = 0; i < n_blocks; i++) {
		guint8 rows[12] = { (guint8) (2 * i),     1, 0, 0, 0x80,
				    (guint8) (2 * i + 1), 1, 0, 0, 0x80 };
		pst_tiny_put_id (tiny, list, pst_tiny_add_block (tiny, rows, sizeof rows));
	}
	return pst_tiny_add_internal (tiny, list->data, list->len);
}

/* One subnode, 0x3f. */
static guint64
add_subnode (PstTiny *tiny, PstTinyFormat format, guint64 data)
{
	g_autoptr (GByteArray) subnodes = g_byte_array_new ();

	pst_tiny_put (subnodes, 2, 2);
	pst_tiny_put (subnodes, 1, 2);
	if (format != PST_TINY_ANSI)
		pst_tiny_put (subnodes, 0, 4);
	pst_tiny_put_id (tiny, subnodes, 0x3f);
	pst_tiny_put_id (tiny, subnodes, data);
	pst_tiny_put_id (tiny, subnodes, 0);
	return pst_tiny_add_internal (tiny, subnodes->data, subnodes->len);
}

/* Its description: one 32-bit column, the rows in subnode 0x3f, and which row is whose. */
static guint64
add_heap (PstTiny *tiny, PstTinyFormat format, guint n_rows)
{
	g_autoptr (GByteArray) heap = g_byte_array_new ();
	guint number_size = format == PST_TINY_ANSI ? 2 : 4;
	guint rows_at = 12 + 30 + 8;
	guint end = rows_at + n_rows * (4 + number_size);

	pst_tiny_put (heap, end, 2);
	pst_tiny_put (heap, 0x7cec, 2);
	pst_tiny_put (heap, 0x20, 8);
	pst_tiny_put (heap, 0x017c, 2); /* a table of one column */
	pst_tiny_put (heap, 4, 2);
	pst_tiny_put (heap, 4, 2);
	pst_tiny_put (heap, 4, 2);
	pst_tiny_put (heap, 5, 2);
	pst_tiny_put (heap, 0x40, 4);
	pst_tiny_put (heap, 0x3f, 4);
	pst_tiny_put (heap, 0, 4);
	pst_tiny_put (heap, 0x10000003, 4);
	pst_tiny_put (heap, 0, 2);
	pst_tiny_put (heap, 4, 1);
	pst_tiny_put (heap, 0, 1);
	pst_tiny_put (heap, 0x04b5 | number_size << 16, 4); /* its row index */
	pst_tiny_put (heap, 0x60, 4);
	for (guint i = 0; i < n_rows; i++) {
		pst_tiny_put (heap, 0x200000 + i, 4);
		pst_tiny_put (heap, n_rows - 1 - i, number_size); /* the last id comes first */
	}
	pst_tiny_put (heap, 3, 4);
	pst_tiny_put (heap, 12, 2);
	pst_tiny_put (heap, 12 + 30, 2);
	pst_tiny_put (heap, rows_at, 2);
	pst_tiny_put (heap, end, 2);
	return pst_tiny_add_block (tiny, heap->data, heap->len);
}

static Opened *
make_blocks (PstTinyFormat format, guint n_blocks, guint n_rows)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (format);
	guint64 subnodes = add_subnode (tiny, format, add_rows (tiny, n_blocks));

	pst_tiny_add_node (tiny, 0x692, 0, add_heap (tiny, format, n_rows), subnodes);
	pst_tiny_finish (tiny);
	return opened_new_tiny (tiny);
}

static void
test_blocks (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (Opened) opened = make_blocks (format, 4, 8);
		g_autoptr (PstTable) table = open_table (opened);

		g_assert_cmpuint (pst_table_get_row_count (table), ==, 8);
		for (guint i = 0; i < 8; i++) {
			g_autoptr (PstProps) row = pst_table_get_row (table, i, NULL);
			g_assert_cmphex (pst_table_get_row_id (table, i), ==, 0x200007 - i);
			g_assert_cmpint (pst_props_get_int_or (row, 0x1000, 0), ==, 0x100 + i);
		}
	}
}

static void
test_rows_beyond (void)
{
	g_autoptr (Opened) opened = make_blocks (PST_TINY_UNICODE, 3, 8);
	g_autoptr (PstTable) table = open_table (opened);
	g_autoptr (PstProps) sixth = pst_table_get_row (table, 5, NULL);
	g_autoptr (GError) error = NULL;

	g_assert_cmpuint (pst_table_get_row_count (table), ==, 8);
	g_assert_nonnull (sixth);
	g_assert_null (pst_table_get_row (table, 6, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
}

/* The table's description, byte by byte, as anything: it opens or it doesn't, and reading is
 * safe. */
static void
test_any_description (void)
{
	for (guint at = 0; at < 30 + 8 + 8; at++) {
		for (guint value = 0; value < 256; value += 5) {
			g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
			guint8 heap[] = {
				58,   0, 0xec, 0x7c, 0x20, 0, 0,  0, 0,  0, 0,    0, /* header */
				0x7c, 1, 4,    0,    4,    0, 4,  0, 5,  0, 0x40, 0,
				0,    0,                             /* table */
				0x80, 0, 0,    0,    0,    0, 0,  0, /* rows */
				3,    0, 0,    0x10, 0,    0, 4,  0, /* column */
				0xb5, 4, 4,    0,    0x60, 0, 0,  0, /* index */
				1,    0, 0,    0,    0,    0, 0,  0, /* its row */
				4,    0, 0,    0,    12,   0, 42, 0, 50, 0, 58,   0,
				58,   0};
			heap[12 + at] = (guint8)value;
			pst_tiny_add_node (tiny, 0x692, 0,
					   pst_tiny_add_block (tiny, heap, sizeof heap), 0);
			pst_tiny_finish (tiny);
			g_autoptr (Opened) opened = opened_new_tiny (tiny);
			g_autoptr (PstNode) node = pst_node_open (opened->index, 0x692, NULL);
			g_autoptr (PstTable) table = pst_table_open (node, NULL);
			for (guint i = 0; table != NULL && i < pst_table_get_row_count (table);
			     i++) {
				g_autoptr (PstProps) row = pst_table_get_row (table, i, NULL);
				if (row != NULL)
					g_assert_cmpuint (pst_props_get_count (row), <=, 255);
			}
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/table/reads-rows-and-cells", test_small);
	g_test_add_func ("/pst/table/reads-thousands-of-rows", test_large);
	g_test_add_func ("/pst/table/a-row-outlives-its-table", test_outlives);
	g_test_add_func ("/pst/table/whole-rows-to-a-block-in-all-formats", test_blocks);
	g_test_add_func ("/pst/table/row-beyond-the-matrix-is-damage", test_rows_beyond);
	g_test_add_func ("/pst/table/any-description-is-safe", test_any_description);
	return g_test_run ();
}
