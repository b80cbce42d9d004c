/* test-files.c - lines in, spools between, safe files out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/line-reader.h"
#include "base/output.h"
#include "base/safe-file.h"
#include "base/spool.h"

static int
file_with (const char *data, gsize length)
{
	g_autofree char *path = g_strdup ("/tmp/mailferry-test-XXXXXX");
	int fd = g_mkstemp (path);

	g_assert_cmpint (fd, >=, 0);
	g_unlink (path);
	g_assert_true (safe_file_write_all (fd, data, length, "test", NULL));
	lseek (fd, 0, SEEK_SET);
	return fd;
}

static void
test_lines (void)
{
	static const char text[] = "a\n\0b\r\n\nlast";
	g_autoptr (LineReader) reader = line_reader_new (file_with (text, sizeof text - 1), "test", 64);
	static const struct {
		gsize length;
		goffset offset;
	} wanted[] = { { 2, 0 }, { 4, 2 }, { 1, 6 }, { 4, 7 } };
	LinePiece piece;

	for (guint i = 0; i < G_N_ELEMENTS (wanted); i++) {
		g_assert_true (line_reader_next (reader, &piece, NULL));
		g_assert_cmpuint (piece.length, ==, wanted[i].length);
		g_assert_cmpint (piece.offset, ==, wanted[i].offset);
		g_assert_true (piece.starts_line);
		g_assert_cmpint (piece.ends_line, ==, i < 3);
	}
	g_assert_true (line_reader_next (reader, &piece, NULL));
	g_assert_null (piece.data);
}

static void
test_long_lines (void)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autoptr (GString) read = g_string_new (NULL);
	LinePiece piece;

	for (int i = 0; i < 1000; i++)
		g_string_append_printf (text, "%*d%s", i % 90, i, i % 3 == 0 ? "\n" : "");
	g_autoptr (LineReader) reader = line_reader_new (file_with (text->str, text->len), "test", 32);
	gboolean begins = TRUE;
	for (;;) {
		g_assert_true (line_reader_next (reader, &piece, NULL));
		if (piece.data == NULL)
			break;
		g_assert_cmpint (piece.starts_line, ==, begins);
		g_assert_cmpuint (piece.length, <=, 32);
		g_assert_cmpint (piece.offset, ==, (goffset) read->len);
		begins = piece.ends_line;
		g_string_append_len (read, (const char *) piece.data, (gssize) piece.length);
	}
	g_assert_cmpstr (read->str, ==, text->str);
}

static void
test_look_ahead (void)
{
	g_autoptr (LineReader) reader = line_reader_new (file_with ("ab\ncd\n", 6), "test", 64);
	const guint8 *data;
	gsize length;
	LinePiece piece;

	g_assert_true (line_reader_look_ahead (reader, 100, &data, &length, NULL));
	g_assert_cmpuint (length, ==, 6);
	g_assert_true (line_reader_next (reader, &piece, NULL));
	g_assert_cmpuint (piece.length, ==, 3);
	g_assert_true (line_reader_look_ahead (reader, 2, &data, &length, NULL));
	g_assert_true (memcmp (data, "cd", 2) == 0);
}

/* Each of these comes alone, as from a pipe whose writer is slow. */
static void
test_slow_writer (void)
{
	static const char *const writes[] = { "a", "\nb", "c", "\n", "\n" };
	static const char *const lines[] = { "a\n", "bc\n", "\n" };
	LinePiece piece;
	int ends[2];

	g_assert_cmpint (socketpair (AF_UNIX, SOCK_SEQPACKET, 0, ends), ==, 0);
	for (gsize i = 0; i < G_N_ELEMENTS (writes); i++)
		g_assert_cmpint (write (ends[1], writes[i], strlen (writes[i])), >, 0);
	close (ends[1]);
	g_autoptr (LineReader) reader = line_reader_new (ends[0], "test", 64);
	for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
		g_assert_true (line_reader_next (reader, &piece, NULL));
		g_autofree char *line = g_strndup ((const char *) piece.data, piece.length);
		g_assert_cmpstr (line, ==, lines[i]);
	}
	g_assert_true (line_reader_next (reader, &piece, NULL));
	g_assert_cmpuint (piece.length, ==, 0);
}

static void
test_spool (void)
{
	static const gsize limits[] = { 0, 10, 1 << 20 };

	for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
		g_autoptr (Spool) spool = spool_new (limits[i]);
		guint8 buffer[8];
		gsize got;
		for (int n = 0; n < 100; n++)
			g_assert_true (spool_write (spool, "0123456789", 10, NULL));
		g_assert_cmpint (spool_get_size (spool), ==, 1000);
		g_assert_cmpint (spool_peek (spool) != NULL, ==, limits[i] > 1000);
		g_assert_true (spool_read_at (spool, 995, buffer, sizeof buffer, &got, NULL));
		g_assert_cmpmem (buffer, (int) got, "56789", 5);
		g_assert_true (spool_read_at (spool, 1000, buffer, sizeof buffer, &got, NULL));
		g_assert_cmpuint (got, ==, 0);
	}
}

static void
test_unlinked (void)
{
	int fd = safe_file_open_unlinked (NULL);
	struct stat status;
	char text[5] = { 0 };

	g_assert_cmpint (fstat (fd, &status), ==, 0);
	g_assert_cmpuint (status.st_nlink, ==, 0);
	g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
	g_assert_true (safe_file_write_all (fd, "mail", 4, "test", NULL));
	g_assert_cmpint (pread (fd, text, 4, 0), ==, 4);
	g_assert_cmpstr (text, ==, "mail");
	close (fd);
}

static void
test_safe_file (void)
{
	g_autofree char *directory = g_dir_make_tmp ("mailferry-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (directory, "file", NULL);
	g_autofree char *text = NULL;

	SafeFile *given_up = safe_file_new (path, NULL);
	g_assert_true (safe_file_write (given_up, "x", 1, NULL));
	safe_file_free (given_up);
	g_assert_cmpint (g_rmdir (directory), ==, 0);
	g_assert_cmpint (g_mkdir (directory, 0700), ==, 0);

	g_autoptr (SafeFile) kept = safe_file_new (path, NULL);
	g_assert_true (safe_file_write (kept, "hello", 5, NULL));
	g_assert_true (safe_file_commit (kept, NULL));
	g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
	g_assert_cmpstr (text, ==, "hello");
	g_unlink (path);
	g_rmdir (directory);
}

/* --report=/dev/null by root must not make a file of the device. */
static void
test_special_files (void)
{
	g_autofree char *directory = g_dir_make_tmp ("mailferry-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (directory, "fifo", NULL);
	g_autoptr (GError) error = NULL;
	struct stat st;
	char got[8] = "";

	g_assert_cmpint (mkfifo (path, 0600), ==, 0);
	int reader = open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	g_autoptr (SafeFile) file = safe_file_new (path, &error);
	g_assert_no_error (error);
	g_assert_true (safe_file_write (file, "text", 4, &error));
	g_assert_true (safe_file_commit (file, &error));
	g_assert_no_error (error);
	g_assert_cmpint (read (reader, got, sizeof got - 1), ==, 4);
	g_assert_cmpstr (got, ==, "text");
	g_assert_cmpint (g_lstat (path, &st), ==, 0);
	g_assert_true (S_ISFIFO (st.st_mode));
	close (reader);
	g_unlink (path);
	g_rmdir (directory);
}

static void
test_symlinks (void)
{
	g_autofree char *directory = g_dir_make_tmp ("mailferry-XXXXXX", NULL);
	g_autofree char *path = g_build_filename (directory, "file", NULL);
	g_autofree char *link = g_build_filename (directory, "link", NULL);
	g_autofree char *got = NULL;

	g_assert_true (g_file_set_contents (path, "old", -1, NULL));
	g_assert_cmpint (symlink ("file", link), ==, 0);
	g_autoptr (SafeFile) file = safe_file_new (link, NULL);
	g_assert_true (safe_file_write (file, "new", 3, NULL));
	g_assert_true (safe_file_commit (file, NULL));
	g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
	g_assert_true (g_file_get_contents (path, &got, NULL, NULL));
	g_assert_cmpstr (got, ==, "new");
	g_unlink (link);
	g_unlink (path);
	g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_full_disk (void)
{
	int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);
	g_autoptr (GError) error = NULL;

	if (fd < 0) {
		g_test_skip ("no /dev/full here");
		return;
	}
	g_autoptr (Output) output = output_new (fd, "standard output");
	g_assert_true (output_write_string (output, "small", NULL));
	g_assert_false (output_finish (output, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_OUTPUT);
	g_assert_nonnull (strstr (error->message, g_strerror (ENOSPC)));
}

static void
test_exit_status (void)
{
	static const ExitStatus order[] = { EXIT_STATUS_CLEAN, EXIT_STATUS_DIFFERENCES, EXIT_STATUS_TEMPORARY,
					    EXIT_STATUS_TROUBLE, EXIT_STATUS_LOGIN };

	for (guint i = 0; i < G_N_ELEMENTS (order); i++)
		for (guint j = 0; j < G_N_ELEMENTS (order); j++)
			g_assert_cmpint (exit_status_worse (order[i], order[j]), ==, order[MAX (i, j)]);
}

/* Filled anew, it says nothing of what it held; what somebody still reads isn't touched. */
static void
test_spool_clear (void)
{
	g_autoptr (Spool) spool = spool_new (8);
	guint8 buffer[32];
	gsize got = 0;

	for (gsize length = 4; length <= 16; length += 12) { /* in memory, then in a file */
		g_assert_true (spool_write (spool, "0123456789abcdef", length, NULL));
		Spool *reader = spool_ref (spool);
		g_assert_false (spool_is_unshared (spool));
		spool_unref (reader);
		g_assert_true (spool_is_unshared (spool));
		spool_clear (spool);
		g_assert_cmpint (spool_get_size (spool), ==, 0);
		g_assert_true (spool_write (spool, "xyz", 3, NULL));
		g_assert_true (spool_read_at (spool, 0, buffer, sizeof buffer, &got, NULL));
		g_assert_cmpmem (buffer, (int) got, "xyz", 3);
		spool_clear (spool);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/line-reader/keeps-every-byte", test_lines);
	g_test_add_func ("/line-reader/gives-long-lines-in-pieces", test_long_lines);
	g_test_add_func ("/line-reader/looks-ahead-without-moving", test_look_ahead);
	g_test_add_func ("/line-reader/finds-line-ends-wherever-a-read-begins", test_slow_writer);
	g_test_add_func ("/spool/reads-the-same-from-memory-and-file", test_spool);
	g_test_add_func ("/spool/can-be-filled-anew", test_spool_clear);
	g_test_add_func ("/safe-file/makes-files-without-a-name", test_unlinked);
	g_test_add_func ("/safe-file/is-there-whole-or-not-at-all", test_safe_file);
	g_test_add_func ("/safe-file/writes-into-what-is-no-plain-file", test_special_files);
	g_test_add_func ("/safe-file/leaves-symbolic-links-in-place", test_symlinks);
	g_test_add_func ("/output/tells-of-a-full-disk-at-the-end", test_full_disk);
	g_test_add_func ("/exit-status/only-gets-worse", test_exit_status);
	return g_test_run ();
}
