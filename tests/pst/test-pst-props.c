/* test-pst-props.c - values of every kind, and names of properties
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-props.h"

#include <string.h>

#include "pst/opened.h"
#include "support/pst-writer-ltp.h"
#include "support/pst-writer.h"

static char *
get_new_path (void)
{
	char *path = NULL;
	int fd = g_file_open_tmp ("props-XXXXXX.pst", &path, NULL);

	g_assert_cmpint (fd, >=, 0);
	close (fd);
	return path;
}

static PstWriterNdb *
begin_file (char **path)
{
	g_autoptr (GError) error = NULL;
	*path = get_new_path ();
	PstWriterNdb *ndb = pst_writer_ndb_new (*path, PST_WRITER_UNICODE, PST_WRITER_CRYPT_PERMUTE, &error);

	g_assert_no_error (error);
	return ndb;
}

/* The properties become node 0x24 of the file. */
static Opened *
finish_file (PstWriterNdb *ndb, PstWriterPc *pc, char *path)
{
	static const guint32 counters[32];
	const PstWriterPage *pages;
	guint n_pages;
	PstWriterContent content = pst_writer_pc_finish (pc);
	g_autoptr (GError) error = NULL;

	pst_writer_ndb_add_node (ndb, 0x24, 0, &content);
	pst_writer_ndb_write_trees (ndb, &pages, &n_pages);
	pst_writer_ndb_finish (ndb, counters, &error);
	g_assert_no_error (error);
	pst_writer_ndb_free (ndb);
	return opened_new (path);
}

static PstProps *
open_props (const Opened *opened, guint32 nid)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (opened->index, nid, &error);
	g_assert_no_error (error);
	PstProps *props = pst_props_open (node, &error);
	g_assert_no_error (error);
	return props;
}

static void
test_numbers (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);
	gint64 value = 77;
	guint64 time = 77;
	double number = 77;

	pst_writer_pc_set (pc, 0x10000002, "\xfe\xff", 2);
	pst_writer_pc_set_u32 (pc, 0x10010003, 0xfffffffd);
	pst_writer_pc_set_u64 (pc, 0x10020014, 0x8000000000000000);
	pst_writer_pc_set (pc, 0x1003000b, "\1", 1);
	pst_writer_pc_set (pc, 0x1004000b, "\0", 1);
	pst_writer_pc_set_u64 (pc, 0x10050040, 0x01d0000000000001);
	pst_writer_pc_set_u64 (pc, 0x10060040, 0);
	pst_writer_pc_set (pc, 0x10070005, "\0\0\0\0\0\0\xe0\x3f", 8);
	pst_writer_pc_set_text (pc, 0x1008001f, "12");
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);

	g_assert_cmpint (pst_props_get_int_or (props, 0x1000, 0), ==, -2);
	g_assert_cmpint (pst_props_get_int_or (props, 0x1001, 0), ==, -3);
	g_assert_cmpint (pst_props_get_int_or (props, 0x1002, 0), ==, G_MININT64);
	g_assert_true (pst_props_get_bool (props, 0x1003));
	g_assert_false (pst_props_get_bool (props, 0x1004));
	g_assert_cmpint (pst_props_get_int_or (props, 0x1004, 9), ==, 0);
	g_assert_true (pst_props_get_filetime (props, 0x1005, &time));
	g_assert_cmphex (time, ==, 0x01d0000000000001);
	g_assert_false (pst_props_get_filetime (props, 0x1006, &time));
	g_assert_true (pst_props_get_double (props, 0x1007, &number));
	g_assert_cmpfloat (number, ==, 0.5);
	g_assert_false (pst_props_get_int (props, 0x1008, &value)); /* another type */
	g_assert_false (pst_props_get_int (props, 0x2000, &value)); /* absent */
	g_assert_cmpint (value, ==, 77);
	g_assert_cmpuint (pst_props_get_count (props), ==, 9);
	g_assert_cmphex (pst_props_get_tag (props, 2), ==, 0x10020014);
	g_assert_cmphex (pst_props_get_type (props, 0x1003), ==, PST_TYPE_BOOL);
	g_assert_cmphex (pst_props_get_type (props, 0x2000), ==, 0);
}

static void
assert_string (const PstProps *props, guint16 id, gboolean utf16, const char *bytes, gsize length)
{
	gboolean is_utf16 = !utf16;
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) string = pst_props_get_string (props, id, &is_utf16, &error);

	g_assert_no_error (error);
	opened_assert_bytes (string, bytes, length);
	g_assert_cmpint (is_utf16, ==, utf16);
}

static void
test_strings (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);
	gboolean utf16 = FALSE;
	g_autoptr (GError) error = NULL;

	pst_writer_pc_set (pc, 0x1000001f, "a\0\0\0b\0\0\0\0\0", 10);
	pst_writer_pc_set (pc, 0x1001001e, "a\0b\0\0", 5);
	pst_writer_pc_set (pc, 0x1002001f, "", 0);
	pst_writer_pc_set (pc, 0x1003001f, "a\0b", 3); /* cut within a character */
	pst_writer_pc_set (pc, 0x10040102, "ab", 2);
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);

	assert_string (props, 0x1000, TRUE, "a\0\0\0b\0", 6);
	assert_string (props, 0x1001, FALSE, "a\0b", 3);
	assert_string (props, 0x1002, TRUE, "", 0);
	assert_string (props, 0x1003, TRUE, "a\0", 2);
	g_assert_null (pst_props_get_string (props, 0x1004, &utf16, &error));
	g_assert_no_error (error);
	g_assert_null (pst_props_get_string (props, 0x2000, &utf16, &error));
	g_assert_no_error (error);
}

static void
test_multiple (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);
	static const guint8 two[] = {2, 0, 0,   0, 12,  0, 0,   0, 16, 0,
				     0, 0, 'a', 0, 'b', 0, 'c', 0, 0,  0};
	static const guint8 beyond[] = {2, 0, 0, 0, 12, 0, 0, 0, 99, 0, 0, 0, 'a', 0};
	static const guint8 backwards[] = {2, 0, 0, 0, 14, 0, 0, 0, 12, 0, 0, 0, 'a', 0};
	static const guint8 too_many[] = {255, 255, 255, 255, 12, 0, 0, 0};
	gboolean utf16 = FALSE;
	g_autoptr (GError) error = NULL;

	pst_writer_pc_set (pc, 0x1000101f, two, sizeof two);
	pst_writer_pc_set (pc, 0x1001101f, beyond, sizeof beyond);
	pst_writer_pc_set (pc, 0x1002101f, backwards, sizeof backwards);
	pst_writer_pc_set (pc, 0x10031102, too_many, sizeof too_many);
	pst_writer_pc_set (pc, 0x1004101f, "", 0);
	pst_writer_pc_set (pc, 0x10050102, "one", 3);
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);
	g_autoptr (GPtrArray) strings = pst_props_get_multiple (props, 0x1000, &utf16, &error);
	g_autoptr (GPtrArray) none = pst_props_get_multiple (props, 0x1004, NULL, &error);
	g_autoptr (GPtrArray) single = pst_props_get_multiple (props, 0x1005, NULL, &error);

	g_assert_no_error (error);
	g_assert_true (utf16);
	g_assert_cmpuint (strings->len, ==, 2);
	opened_assert_bytes (strings->pdata[0], "a\0b\0", 4);
	opened_assert_bytes (strings->pdata[1], "c\0", 2);
	g_assert_cmpuint (none->len, ==, 0);
	opened_assert_bytes (single->pdata[0], "one", 3);
	for (guint16 id = 0x1001; id <= 0x1003; id++) {
		g_assert_null (pst_props_get_multiple (props, id, NULL, &error));
		g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
		g_clear_error (&error);
	}
}

/* 12 MB: an XXBLOCK of blocks, each to be seen once. */
static void
test_large (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);
	gsize size = 12 << 20;
	g_autofree guint8 *bytes = g_malloc (size);
	gsize at = 0;

	for (gsize i = 0; i < size; i++)
		bytes[i] = (guint8)(i * 7 + (i >> 13));
	pst_writer_pc_set (pc, 0x37010102, bytes, size);
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);
	g_autoptr (PstData) data = pst_props_open_data (props, 0x3701, NULL);
	g_autoptr (GBytes) whole = pst_props_get_binary (props, 0x3701, NULL);

	g_assert_cmpuint (pst_data_get_size (data), ==, size);
	for (guint i = 0; i < pst_data_get_block_count (data); i++) {
		g_autoptr (GBytes) block = pst_data_read_block (data, i, NULL);
		gsize length = g_bytes_get_size (block);
		opened_assert_bytes (block, bytes + at, length);
		g_assert_cmpuint (length, ==, pst_data_get_block_size (data, i));
		at += length;
	}
	g_assert_cmpuint (at, ==, size);
	opened_assert_bytes (whole, bytes, size);
}

static void
test_many (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);

	for (guint32 i = 0; i < 2000; i++)
		pst_writer_pc_set_u32 (pc, (0x1000 + i) << 16 | 3, i * i);
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);

	g_assert_cmpuint (pst_props_get_count (props), ==, 2000);
	for (guint16 i = 0; i < 2000; i++)
		g_assert_cmpint (pst_props_get_int_or (props, (guint16)(0x1000 + i), -1), ==,
				 i * i);
}

static void
test_object (void)
{
	char *path;
	PstWriterNdb *ndb = begin_file (&path);
	PstWriterPc *pc = pst_writer_pc_new (ndb);
	PstWriterContent content = {
		.data = pst_writer_ndb_add_block (ndb, (const guint8 *)"storage", 7)};
	guint32 nid = 0;
	g_autoptr (GError) error = NULL;

	pst_writer_pc_set_object (pc, 0x3701000d, 0x2005, &content, 99);
	g_autoptr (Opened) opened = finish_file (ndb, pc, path);
	g_autoptr (PstProps) props = open_props (opened, 0x24);
	g_autoptr (PstData) data = pst_props_open_data (props, 0x3701, &error);
	g_autoptr (GBytes) bytes = pst_data_read_all (data, 100, &error);

	g_assert_true (pst_props_get_object (props, 0x3701, &nid, &error));
	g_assert_cmphex (nid, ==, 0x2005);
	opened_assert_bytes (bytes, "storage", 7);
	g_assert_false (pst_props_get_object (props, 0x3702, &nid, &error));
	g_assert_no_error (error);
}

/* A value in a subnode that isn't there. */
static void
test_lost_value (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_ANSI);
	static const guint8 heap[] = {0x24, 0, 0xec, 0xbc, 0x20, 0, 0,  0, 0,    0,
				      0,    0,                             /* header */
				      0xb5, 2, 6,    0,    0x40, 0, 0,  0, /* tree */
				      1,    0, 0x1e, 0,    0x3f, 1, 0,  0, /* in subnode 0x13f */
				      2,    0, 3,    0,    7,    0, 0,  0, /* a number */
				      2,    0, 0,    0,    12,   0, 20, 0, 0x24, 0}; /* map */
	gboolean utf16;
	g_autoptr (GError) error = NULL;

	pst_tiny_add_node (tiny, 0x24, 0, pst_tiny_add_block (tiny, heap, sizeof heap), 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (PstProps) props = open_props (opened, 0x24);

	g_assert_cmpint (pst_props_get_int_or (props, 2, 0), ==, 7);
	g_assert_true (pst_props_has (props, 1));
	g_assert_null (pst_props_get_string (props, 1, &utf16, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_MISSING);
	g_assert_nonnull (strstr (error->message, "0x0001001e"));
	g_assert_nonnull (strstr (error->message, "0x13f"));
}

static void
test_names (void)
{
	g_autofree char *path = get_new_path ();
	g_autoptr (GError) error = NULL;
	g_autoptr (PstWriter) writer = pst_writer_new (path, NULL, &error);
	guint16 keywords = pst_writer_add_named_property (writer, pst_names_public_strings.bytes, 0,
							  "Keywords");
	guint16 flag = pst_writer_add_named_property (writer, pst_names_common.bytes, 0x8530, NULL);
	guint16 task = pst_writer_add_named_property (writer, pst_names_task.bytes, 0x8530, NULL);

	pst_writer_finish (writer, &error);
	g_assert_no_error (error);
	g_autoptr (Opened) opened = opened_new (g_steal_pointer (&path));
	g_autoptr (PstNames) names = pst_names_open (opened->index, &error);

	g_assert_no_error (error);
	g_assert_cmphex (pst_names_find_string (names, &pst_names_public_strings, "keywords"), ==,
			 keywords);
	g_assert_cmphex (pst_names_find_number (names, &pst_names_common, 0x8530), ==, flag);
	g_assert_cmphex (pst_names_find_number (names, &pst_names_task, 0x8530), ==, task);
	g_assert_cmphex (pst_names_find_number (names, &pst_names_log, 0x8530), ==, 0);
	g_assert_cmphex (pst_names_find_string (names, &pst_names_common, "Keywords"), ==, 0);

	guint at = 0;
	guint16 id = 0;
	g_assert_cmpstr (pst_names_next_string (names, &pst_names_public_strings, &at, &id), ==,
			 "Keywords");
	g_assert_cmphex (id, ==, keywords);
	g_assert_null (pst_names_next_string (names, &pst_names_public_strings, &at, &id));
	at = 0;
	g_assert_null (pst_names_next_string (names, &pst_names_common, &at, &id));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/props/reads-numbers-and-times", test_numbers);
	g_test_add_func ("/pst/props/strings-keep-inner-and-lose-final-nuls", test_strings);
	g_test_add_func ("/pst/props/splits-multiple-values", test_multiple);
	g_test_add_func ("/pst/props/streams-a-large-value", test_large);
	g_test_add_func ("/pst/props/reads-two-thousand-properties", test_many);
	g_test_add_func ("/pst/props/follows-an-object", test_object);
	g_test_add_func ("/pst/props/lost-value-is-an-error-not-an-absence", test_lost_value);
	g_test_add_func ("/pst/names/finds-names-within-their-set-only", test_names);
	return g_test_run ();
}
