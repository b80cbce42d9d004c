/* test-input.c - plain and compressed sources, what cuts and bombs do, and whether a source changed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/input.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

#include "base/decoder.h"
#include "base/error.h"
#include "base/line-reader.h"
#include "support/mail-fakes.h"

typedef GByteArray *(*Compress) (const guint8 *data, gsize length);

static GByteArray *
compress_gzip (const guint8 *data, gsize length)
{
	GByteArray *out = g_byte_array_new ();
	z_stream stream = { 0 };

	g_assert_cmpint (deflateInit2 (&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), ==, Z_OK);
	g_byte_array_set_size (out, (guint) deflateBound (&stream, length));
	stream.next_in = (Bytef *) data;
	stream.avail_in = (guint) length;
	stream.next_out = out->data;
	stream.avail_out = out->len;
	g_assert_cmpint (deflate (&stream, Z_FINISH), ==, Z_STREAM_END);
	g_byte_array_set_size (out, (guint) stream.total_out);
	deflateEnd (&stream);
	return out;
}

#ifdef HAVE_BZIP2
static GByteArray *
compress_bzip2 (const guint8 *data, gsize length)
{
	GByteArray *out = g_byte_array_new ();
	guint size = (guint) (length + length / 50 + 600);

	g_byte_array_set_size (out, size);
	g_assert_cmpint (BZ2_bzBuffToBuffCompress ((char *) out->data, &size, (char *) data,
						   (guint) length, 1, 0, 0),
			 ==, BZ_OK);
	g_byte_array_set_size (out, size);
	return out;
}
#endif

#ifdef HAVE_LZMA
static GByteArray *
compress_xz (const guint8 *data, gsize length)
{
	GByteArray *out = g_byte_array_new ();
	gsize size = 0;

	g_byte_array_set_size (out, (guint) lzma_stream_buffer_bound (length));
	g_assert_cmpint (lzma_easy_buffer_encode (1, LZMA_CHECK_CRC32, NULL, data, length, out->data,
						  &size, out->len),
			 ==, LZMA_OK);
	g_byte_array_set_size (out, (guint) size);
	return out;
}
#endif

#ifdef HAVE_ZSTD
static GByteArray *
compress_zstd (const guint8 *data, gsize length)
{
	GByteArray *out = g_byte_array_new ();

	g_byte_array_set_size (out, (guint) ZSTD_compressBound (length));
	gsize size = ZSTD_compress (out->data, out->len, data, length, 1);
	g_assert_false (ZSTD_isError (size));
	g_byte_array_set_size (out, (guint) size);
	return out;
}
#endif

static const struct {
	const char *name;
	Compress compress;
} kinds[] = {
	{ "gzip", compress_gzip },
#ifdef HAVE_BZIP2
	{ "bzip2", compress_bzip2 },
#endif
#ifdef HAVE_LZMA
	{ "xz", compress_xz },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", compress_zstd },
#endif
};

/* Bytes that compress, but not to nothing. */
static GByteArray *
make_plain (gsize length)
{
	GByteArray *plain = g_byte_array_sized_new ((guint) length);
	g_autoptr (GRand) random = g_rand_new_with_seed (7);

	while (plain->len < length) {
		guint8 byte = (guint8) ("From a\nbcd ef gh"[g_rand_int_range (random, 0, 16)]);
		g_byte_array_append (plain, &byte, 1);
	}
	return plain;
}

static Input *
open_bytes (const GByteArray *bytes, guint64 ratio, guint64 size_max)
{
	const InputOptions options = { .name = "x.mbox",
				       .decompress = TRUE,
				       .ratio = ratio,
				       .ratio_from = 1,
				       .size_max = size_max };

	return input_new (fake_file (bytes->data, bytes->len), &options);
}

static GByteArray *
read_all (Input *input, gsize step, GError **error)
{
	GByteArray *all = g_byte_array_new ();
	g_autofree guint8 *buffer = g_malloc (step);
	gsize got;

	while (input_read (input, buffer, step, &got, error) && got > 0)
		g_byte_array_append (all, buffer, (guint) got);
	return all;
}

static void
assert_same (const GByteArray *a, const GByteArray *b)
{
	g_assert_cmpmem (a->data, (int) a->len, b->data, (int) b->len);
}

static void
test_reads (void)
{
	g_autoptr (GByteArray) plain = make_plain (700000);
	static const gsize steps[] = { 1000, 4096, 1 << 20 };

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) packed = kinds[i].compress (plain->data, plain->len);
		for (guint s = 0; s < G_N_ELEMENTS (steps); s++) {
			g_autoptr (Input) input = open_bytes (packed, 0, 0);
			g_autoptr (GError) error = NULL;
			g_autoptr (GByteArray) got = read_all (input, steps[s], &error);
			g_assert_no_error (error);
			g_assert_cmpstr (input_get_compression (input), ==, kinds[i].name);
			g_assert_false (input_is_seekable (input));
			assert_same (got, plain);
		}
	}
}

static void
test_members (void)
{
	g_autoptr (GByteArray) plain = make_plain (3000);

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) file = g_byte_array_new ();
		g_autoptr (GByteArray) wanted = g_byte_array_new ();
		static const guint8 padding[8] = { 0 };
		for (guint n = 0; n < 5; n++) {
			g_autoptr (GByteArray) packed = kinds[i].compress (plain->data, n * 700);
			g_byte_array_append (file, packed->data, packed->len);
			g_byte_array_append (wanted, plain->data, n * 700);
		}
		g_byte_array_append (file, padding, sizeof padding);
		g_autoptr (Input) input = open_bytes (file, 0, 0);
		g_autoptr (GError) error = NULL;
		g_autoptr (GByteArray) got = read_all (input, 256, &error);
		g_assert_no_error (error);
		assert_same (got, wanted);
	}
}

static void
test_trailing (void)
{
	g_autoptr (GByteArray) plain = make_plain (3000);

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) file = kinds[i].compress (plain->data, plain->len);
		g_byte_array_append (file, (const guint8 *) "From me", 7);
		g_autoptr (Input) input = open_bytes (file, 0, 0);
		g_autoptr (GError) error = NULL;
		g_autoptr (GByteArray) got = read_all (input, 256, &error);
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
		g_assert_nonnull (strstr (error->message, "something else follows"));
		assert_same (got, plain);
	}
}

/* Whatever is missing, no wrong byte comes out, and never an end without an error. */
static void
test_cut (void)
{
	g_autoptr (GByteArray) plain = make_plain (2000);

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) packed = kinds[i].compress (plain->data, plain->len);
		for (guint length = DECODER_MAGIC_MAX; length < packed->len; length++) {
			g_autoptr (GByteArray) cut = g_byte_array_new ();
			g_byte_array_append (cut, packed->data, length);
			g_autoptr (Input) input = open_bytes (cut, 0, 0);
			g_autoptr (GError) error = NULL;
			g_autoptr (GByteArray) got = read_all (input, 256, &error);
			g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
			g_assert_cmpuint (got->len, <=, plain->len);
			g_assert_cmpmem (got->data, (int) got->len, plain->data, (int) got->len);
		}
	}
}

static void
test_damage (void)
{
	g_autoptr (GByteArray) plain = make_plain (20000);

	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) packed = kinds[i].compress (plain->data, plain->len);
		packed->data[packed->len / 2] ^= 0x10;
		g_autoptr (Input) input = open_bytes (packed, 0, 0);
		g_autoptr (GError) error = NULL;
		g_autoptr (GByteArray) got = read_all (input, 256, &error);
		/* zstd has no check sum unless asked; then at least nothing breaks. */
		if (strcmp (kinds[i].name, "zstd") == 0)
			continue;
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	}
}

static void
test_bombs (void)
{
	g_autoptr (GByteArray) zeros = g_byte_array_new ();

	g_byte_array_set_size (zeros, 4 << 20);
	memset (zeros->data, 0, zeros->len);
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
		g_autoptr (GByteArray) packed = kinds[i].compress (zeros->data, zeros->len);
		g_autoptr (Input) by_ratio = open_bytes (packed, 100, 0);
		g_autoptr (Input) by_size = open_bytes (packed, G_MAXUINT32, 1 << 20);
		g_autoptr (GError) ratio_error = NULL;
		g_autoptr (GError) size_error = NULL;
		g_autoptr (GByteArray) a = read_all (by_ratio, 65536, &ratio_error);
		g_autoptr (GByteArray) b = read_all (by_size, 65536, &size_error);
		g_assert_error (ratio_error, RUN_ERROR, RUN_ERROR_INPUT);
		g_assert_nonnull (strstr (ratio_error->message, "100 times as large, the limit"));
		g_assert_error (size_error, RUN_ERROR, RUN_ERROR_INPUT);
		g_assert_nonnull (strstr (size_error->message, "1048576 bytes, the limit"));
		g_assert_cmpuint (b->len, <=, (1 << 20) + 65536);
	}
}

static void
test_plain (void)
{
	static const char *const texts[] = { "", "F", "From a", "BZh", "BZh is how it begins", "\x1f\x8b" };

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GByteArray) text = g_byte_array_new ();
		g_byte_array_append (text, (const guint8 *) texts[i], (guint) strlen (texts[i]));
		g_autoptr (Input) input = open_bytes (text, 0, 0);
		g_autoptr (GError) error = NULL;
		g_autoptr (GByteArray) got = read_all (input, 2, &error);
		g_assert_no_error (error);
		g_assert_true (input_is_seekable (input));
		assert_same (got, text);
	}
}

static void
test_lines_before_cut (void)
{
	g_autoptr (GByteArray) plain = make_plain (50000);
	g_autoptr (GByteArray) packed = compress_gzip (plain->data, plain->len);
	g_byte_array_set_size (packed, packed->len - 9);
	g_autoptr (LineReader) lines = line_reader_new_input (open_bytes (packed, 0, 0), 1 << 20);
	g_autoptr (GError) error = NULL;
	LinePiece piece;
	guint bytes = 0;

	while (line_reader_next (lines, &piece, &error)) {
		g_assert_nonnull (piece.data); /* never an end */
		g_assert_cmpmem (piece.data, (int) piece.length, plain->data + bytes, (int) piece.length);
		bytes += (guint) piece.length;
	}
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	g_assert_cmpuint (bytes, >, 49000);
}

static Input *
open_path (const char *path)
{
	const InputOptions options = { .name = path, .path = path };

	return input_new (g_open (path, O_RDONLY | O_CLOEXEC, 0), &options);
}

static void
test_unchanged (void)
{
	g_autofree char *directory = g_dir_make_tmp ("mailferry-input.XXXXXX", NULL);
	g_autofree char *path = g_build_filename (directory, "mbox", NULL);
	g_autofree char *other = g_build_filename (directory, "other", NULL);
	g_autofree char *how = NULL;

	g_assert_true (g_file_set_contents (path, "From", 4, NULL));
	g_autoptr (Input) input = open_path (path);
	g_assert_true (input_is_unchanged (input, &how));

	g_assert_true (g_file_set_contents (other, "From", 4, NULL));
	g_assert_cmpint (g_rename (other, path), ==, 0);
	g_assert_false (input_is_unchanged (input, &how));
	g_assert_cmpstr (how, ==, "another file has its name now");

	g_autoptr (Input) grown = open_path (path);
	FILE *file = fopen (path, "a");
	g_assert_cmpint (fputs ("more", file), >=, 0);
	fclose (file);
	g_clear_pointer (&how, g_free);
	g_assert_false (input_is_unchanged (grown, &how));
	g_assert_cmpstr (how, ==, "its size has changed");

	g_autoptr (Input) touched = open_path (path);
	const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	g_assert_cmpint (utimensat (AT_FDCWD, path, times, 0), ==, 0);
	g_clear_pointer (&how, g_free);
	g_assert_false (input_is_unchanged (touched, &how));
	g_assert_cmpstr (how, ==, "it has been written to");

	g_autoptr (Input) removed = open_path (path);
	g_assert_cmpint (g_unlink (path), ==, 0);
	g_clear_pointer (&how, g_free);
	g_assert_false (input_is_unchanged (removed, &how));
	g_assert_cmpstr (how, ==, "it is gone");
	g_assert_cmpint (g_rmdir (directory), ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/base/input/plain-bytes-are-left-alone", test_plain);
	g_test_add_func ("/base/input/decompresses-by-magic", test_reads);
	g_test_add_func ("/base/input/reads-member-after-member-and-padding", test_members);
	g_test_add_func ("/base/input/names-what-follows-the-compressed-data", test_trailing);
	g_test_add_func ("/base/input/a-cut-is-an-error-after-what-came-before", test_cut);
	g_test_add_func ("/base/input/damage-is-an-error", test_damage);
	g_test_add_func ("/base/input/bombs-meet-a-limit-that-is-named", test_bombs);
	g_test_add_func ("/base/input/lines-before-a-cut-are-handed-out", test_lines_before_cut);
	g_test_add_func ("/base/input/tells-whether-the-file-has-changed", test_unchanged);
	return g_test_run ();
}
