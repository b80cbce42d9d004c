/* test-pst-file.c - what is an Outlook file, and what is refused
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-file.h"

#include <glib/gstdio.h>
#include <string.h>

#include "pst/opened.h"
#include "pst/pst-block.h"
#include "support/pst-writer-crypt.h"

static PstTiny *
make_file (PstTinyFormat format)
{
	PstTiny *tiny = pst_tiny_new (format);
	guint64 bid = pst_tiny_add_block (tiny, "data", 4);

	pst_tiny_add_node (tiny, PST_NID_STORE, 0, bid, 0);
	pst_tiny_finish (tiny);
	return tiny;
}

static void
assert_refused (const PstTiny *tiny, PstError code, const char *words)
{
	g_autofree char *path = pst_tiny_save (tiny);
	g_autoptr (GError) error = NULL;
	g_autoptr (PstFile) file = pst_file_open (path, &error);

	g_assert_null (file);
	g_assert_error (error, PST_ERROR, (int)code);
	g_assert_nonnull (strstr (error->message, words));
	g_unlink (path);
}

static void
test_formats (void)
{
	static const PstFormat expected[] = {PST_FORMAT_ANSI, PST_FORMAT_UNICODE,
					     PST_FORMAT_UNICODE_4K};

	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = make_file (i);
		g_autoptr (Opened) opened = opened_new_tiny (tiny);

		g_assert_cmpint (pst_file_get_format (opened->file), ==, expected[i]);
		g_assert_cmpint (pst_file_is_ost (opened->file), ==, i == PST_TINY_4K);
		g_assert_true (pst_file_is_header_sound (opened->file));
		g_assert_cmpuint (pst_file_get_missing_bytes (opened->file), ==, 0);
		g_assert_cmpuint (pst_file_get_node_root (opened->file).offset, ==,
				  tiny->node_root);
		g_assert_cmpuint (pst_file_get_block_root (opened->file).offset, ==,
				  tiny->block_root);
	}
}

static void
test_no_such_file (void)
{
	g_autoptr (GError) error = NULL;

	g_assert_null (pst_file_open ("/nonexistent/file.pst", &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_IO);
	g_clear_error (&error);
	g_assert_null (pst_file_open (g_get_tmp_dir (), &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_IO);
}

static void
test_other_magic (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);

	memcpy (tiny->bytes->data, "From", 4);
	assert_refused (tiny, PST_ERROR_FORMAT, "not an Outlook file");
	g_byte_array_set_size (tiny->bytes, 0);
	assert_refused (tiny, PST_ERROR_FORMAT, "not an Outlook file");
}

static void
test_address_book (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_ANSI);

	memcpy (tiny->bytes->data + 8, "AB", 2);
	assert_refused (tiny, PST_ERROR_FORMAT, "address book");
}

static void
test_unknown_version (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);

	tiny->bytes->data[10] = 99;
	assert_refused (tiny, PST_ERROR_FORMAT, "99");
}

static void
test_policy (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		g_autoptr (PstTiny) tiny = pst_tiny_new (i);
		tiny->crypt = 0x10;
		pst_tiny_finish (tiny);
		assert_refused (tiny, PST_ERROR_ENCRYPTED, "policy");
	}
}

static void
test_unknown_crypt (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);

	tiny->crypt = 7;
	pst_tiny_finish (tiny);
	assert_refused (tiny, PST_ERROR_FORMAT, "0x7");
}

static void
test_cut_in_header (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);

	g_byte_array_set_size (tiny->bytes, 530);
	assert_refused (tiny, PST_ERROR_TRUNCATED, "header");
}

static void
test_cut_off (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	guint whole = tiny->bytes->len;

	g_byte_array_set_size (tiny->bytes, whole - 700);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_assert_cmpuint (pst_file_get_missing_bytes (opened->file), ==, 700);
}

static void
test_unsound_header (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);

	tiny->bytes->data[40] ^= 1;
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_assert_false (pst_file_is_header_sound (opened->file));
	g_assert_nonnull (opened->index);
}

/* The cyclic cipher undoes itself: what it makes of a text, it makes the text of again. */
static void
test_decode (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	static const char text[] = "It was a bright cold day in April";
	guint8 buffer[sizeof text];
	g_autoptr (GError) error = NULL;

	tiny->crypt = 2;
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);

	memcpy (buffer, text, sizeof text);
	g_assert_true (pst_file_decode (opened->file, 0x1234, buffer, sizeof buffer, &error));
	g_assert_cmpint (memcmp (buffer, text, sizeof text), !=, 0);
	g_assert_true (pst_file_decode (opened->file, 0x1234, buffer, sizeof buffer, &error));
	g_assert_cmpmem (buffer, sizeof buffer, text, sizeof text);
	g_assert_true (pst_file_decode (opened->file, 0x1236, buffer, sizeof buffer, &error));
	g_assert_cmpmem (buffer, sizeof buffer, text, sizeof text);
}

/* Every byte at every place, in texts of all lengths: we exchange them ourselves, a few at a time. */
static void
test_decode_permuted (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	guint8 text[256 + 64];
	guint8 buffer[sizeof text];

	tiny->crypt = 1;
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	for (gsize i = 0; i < sizeof text; i++)
		text[i] = (guint8) (i * 37);
	for (gsize length = 0; length <= sizeof text; length++) {
		g_autoptr (GError) error = NULL;
		pst_writer_crypt_encode (1, 0x1234, text, buffer, length);
		g_assert_true (pst_file_decode (opened->file, 0x1234, buffer, length, &error));
		g_assert_cmpmem (buffer, (int) length, text, (int) length);
	}
}

/* Whatever was announced, and whether it comes true: a read gives what the file holds there. */
static void
test_read_ahead (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_UNICODE);
	g_autoptr (GRand) random = g_rand_new_with_seed (11);
	g_autofree guint8 *block = g_malloc (8000);
	guint8 buffer[5000];

	for (gsize i = 0; i < 40; i++) {
		for (gsize j = 0; j < 8000; j++)
			block[j] = (guint8) g_rand_int (random);
		(void) pst_tiny_add_block (tiny, block, 8000);
	}
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	gint32 size = (gint32) tiny->bytes->len;
	for (guint round = 0; round < 3000; round++) {
		gint32 length = g_rand_int_range (random, 0, sizeof buffer);
		gint32 offset = g_rand_int_range (random, 0, size - length + 1);
		if (round % 4 == 0) {
			guint64 from = (guint64) g_rand_int_range (random, 0, size);
			pst_file_expect (opened->file, from, from + g_rand_int (random) % 600000);
		}
		g_assert_true (pst_file_read (opened->file, (guint64) offset, buffer,
					      (gsize) length, NULL));
		g_assert_cmpmem (buffer, length, tiny->bytes->data + offset, length);
	}
	pst_file_expect (opened->file, 0, G_MAXUINT64);
	g_assert_false (pst_file_read (opened->file, (guint64) size - 1, buffer, 2, NULL));
}

static void
test_read_beyond (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (GError) error = NULL;
	guint8 buffer[16];

	g_assert_true (pst_file_read (opened->file, tiny->bytes->len - 16, buffer, 16, &error));
	g_assert_false (pst_file_read (opened->file, tiny->bytes->len - 15, buffer, 16, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_TRUNCATED);
	g_clear_error (&error);
	g_assert_false (pst_file_read (opened->file, G_MAXUINT64 - 3, buffer, 16, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_TRUNCATED);
}

/* libpst remembers where it was, to go back there some day. */
static void
test_working_directory (void)
{
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE);
	g_autofree char *path = pst_tiny_save (tiny);
	g_autofree char *directory = g_path_get_dirname (path);
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *before = g_get_current_dir ();
	g_autoptr (GError) error = NULL;

	g_assert_cmpint (g_chdir (directory), ==, 0);
	g_autoptr (PstFile) file = pst_file_open (name, &error);
	g_assert_no_error (error);
	g_assert_cmpint (g_chdir ("/"), ==, 0);
	g_autoptr (PstIndex) index = pst_index_build (file, NULL, NULL, &error);
	g_assert_no_error (error);
	g_clear_pointer (&index, pst_index_free);
	g_clear_pointer (&file, pst_file_free);
	g_autofree char *after = g_get_current_dir ();
	g_assert_cmpstr (after, ==, "/");
	g_assert_cmpint (g_chdir (before), ==, 0);
	g_assert_cmpint (g_unlink (path), ==, 0);
}

/* What libpst keeps for the whole process must not tie one file to another. */
static void
test_two_at_once (void)
{
	g_autoptr (PstTiny) ansi = make_file (PST_TINY_ANSI);
	g_autoptr (PstTiny) large = make_file (PST_TINY_4K);
	g_autoptr (Opened) first = opened_new_tiny (ansi);
	g_autoptr (Opened) second = opened_new_tiny (large);

	for (guint i = 0; i < 4; i++) {
		const Opened *opened = i % 2 == 0 ? first : second;
		const PstIndexNode *node = pst_index_find_node (opened->index, PST_NID_STORE);
		g_autoptr (GError) error = NULL;
		g_assert_nonnull (node);
		g_autoptr (GBytes) bytes = pst_block_read (opened->index, node->data_bid, &error);
		g_assert_no_error (error);
		opened_assert_bytes (bytes, "data", 4);
	}
	g_clear_pointer (&second, opened_free);
	g_assert_cmpint (pst_file_get_format (first->file), ==, PST_FORMAT_ANSI);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/file/knows-the-three-formats", test_formats);
	g_test_add_func ("/pst/file/says-why-it-cannot-open", test_no_such_file);
	g_test_add_func ("/pst/file/refuses-other-files", test_other_magic);
	g_test_add_func ("/pst/file/refuses-an-address-book", test_address_book);
	g_test_add_func ("/pst/file/refuses-an-unknown-version", test_unknown_version);
	g_test_add_func ("/pst/file/refuses-encryption-by-policy", test_policy);
	g_test_add_func ("/pst/file/refuses-an-unknown-crypt-method", test_unknown_crypt);
	g_test_add_func ("/pst/file/refuses-a-file-cut-in-its-header", test_cut_in_header);
	g_test_add_func ("/pst/file/says-how-much-was-cut-off", test_cut_off);
	g_test_add_func ("/pst/file/notices-a-changed-header", test_unsound_header);
	g_test_add_func ("/pst/file/decodes-data-but-not-internal-blocks", test_decode);
	g_test_add_func ("/pst/file/decodes-every-byte-at-every-place", test_decode_permuted);
	g_test_add_func ("/pst/file/reads-ahead-what-the-file-holds", test_read_ahead);
	g_test_add_func ("/pst/file/leaves-the-working-directory-alone", test_working_directory);
	g_test_add_func ("/pst/file/two-files-at-once-keep-apart", test_two_at_once);
	g_test_add_func ("/pst/file/never-reads-beyond-the-end", test_read_beyond);
	return g_test_run ();
}
