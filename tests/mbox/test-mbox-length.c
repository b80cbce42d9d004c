/* test-mbox-length.c - counted bodies larger than any window, from a file, a pipe and a gzip file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-length.h"

#include <gio/gio.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "base/safe-file.h"
#include "mbox/read-mbox.h"

#define FROM "From a@b Thu Nov 29 22:33:52 2001\n"

#define MIB (1024 * 1024)

/* About so many bytes, with what would end a message that does not say how long it is. */
static void
append_body (GString *mbox, gsize size)
{
	for (gsize end = mbox->len + size; mbox->len < end;)
		g_string_append_printf (mbox, "%-70zu\n%s", mbox->len,
					mbox->len % 97 == 0 ? "\n" FROM "Subject: no\n\n" : "");
}

/* A message that counts its body, and adds wrong to that. */
static void
append_message (GString *mbox, gsize size, gssize wrong)
{
	g_autoptr (GString) body = g_string_new (NULL);

	append_body (body, size);
	g_string_append_printf (mbox, FROM "Subject: yes\nContent-Length: %zd\n\n",
				(gssize) body->len + wrong);
	g_string_append_len (mbox, body->str, (gssize) body->len);
	g_string_append_c (mbox, '\n');
}

static void
append_plain (GString *mbox)
{
	g_string_append (mbox, FROM "Subject: plain\n\ntext\n\n");
}

/* Origin, size and digest of each message, then the findings. */
static char *
read_all (int fd, guint64 size)
{
	MboxSourceOptions options = { .name = "x.mbox" };
	g_auto (ReadMbox) result = { 0 };
	GString *text = g_string_new (NULL);

	read_mbox (&result, fd, &options);
	g_assert_no_error (result.error);
	read_mbox_assert_balance (&result, size);
	for (guint i = 0; i < result.messages->len; i++) {
		Message *message = result.messages->pdata[i];
		char hex[2 * DIGEST_SIZE + 1];
		(void) digest_to_hex (message_get_l0 (message, NULL), DIGEST_SIZE, hex);
		g_string_append_printf (text, "%s %" G_GOFFSET_FORMAT " %s\n", message->origin,
					message_content_get_size (message->content), hex);
	}
	g_string_append (text, result.findings);
	return g_string_free (text, FALSE);
}

typedef struct {
	int fd;
	const GString *mbox;
} Writer;

static gpointer
write_all (gpointer data)
{
	Writer *writer = data;

	g_assert_true (safe_file_write_all (writer->fd, writer->mbox->str, writer->mbox->len,
					    "pipe", NULL));
	close (writer->fd);
	return NULL;
}

static char *
read_from_pipe (const GString *mbox)
{
	int ends[2];

	g_assert_cmpint (pipe (ends), ==, 0);
	Writer writer = { ends[1], mbox };
	g_autoptr (GThread) thread = g_thread_new ("writer", write_all, &writer);
	char *text = read_all (ends[0], mbox->len);
	g_thread_join (g_steal_pointer (&thread));
	return text;
}

static char *
read_compressed (const GString *mbox)
{
	g_autoptr (GConverter) gzip =
		G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 1));
	g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
	g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, gzip);

	g_assert_true (g_output_stream_write_all (out, mbox->str, mbox->len, NULL, NULL, NULL));
	g_assert_true (g_output_stream_close (out, NULL, NULL));
	GMemoryOutputStream *result = G_MEMORY_OUTPUT_STREAM (memory);
	return read_all (fake_file (g_memory_output_stream_get_data (result),
				    g_memory_output_stream_get_data_size (result)),
			 mbox->len);
}

static guint
count_lines (const char *text)
{
	guint n = 0;

	for (; (text = strchr (text, '\n')) != NULL; text++)
		n++;
	return n;
}

/* The same from everywhere: so many messages, and these findings. */
static void
assert_everywhere (const GString *mbox, guint n, const char *findings)
{
	g_autofree char *file = read_all (fake_file (mbox->str, mbox->len), mbox->len);
	g_autofree char *from_pipe = read_from_pipe (mbox);
	g_autofree char *compressed = read_compressed (mbox);

	g_assert_cmpuint (count_lines (file), ==, n);
	g_assert_cmpstr (strrchr (file, '\n') + 1, ==, findings);
	g_assert_cmpstr (from_pipe, ==, file);
	g_assert_cmpstr (compressed, ==, file);
}

static void
test_far (void)
{
	g_autoptr (GString) mbox = g_string_new (NULL);

	append_plain (mbox);
	append_message (mbox, 3 * MIB, 0);
	append_plain (mbox);
	append_message (mbox, MIB - 4096, 0); /* about as long as the window */
	append_message (mbox, MIB, 0);
	append_message (mbox, 5 * MIB, 0);
	append_plain (mbox);
	assert_everywhere (mbox, 7, "");
}

static void
test_last (void)
{
	g_autoptr (GString) mbox = g_string_new (NULL);

	append_plain (mbox);
	append_message (mbox, 2 * MIB, 0);
	g_string_truncate (mbox, mbox->len - 1);
	assert_everywhere (mbox, 2, "");
}

static void
test_wrong (void)
{
	static const gssize wrong[] = { -MIB, 1, 400 * 1024, 20 * MIB, 5LL << 30, 1LL << 47 };

	for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
		g_autoptr (GString) mbox = g_string_new (NULL);
		g_string_append_printf (mbox, FROM "Subject: x\nContent-Length: %zd\n\n",
					2 * MIB + wrong[i]);
		for (guint line = 0; line < 2 * MIB / 64; line++)
			g_string_append_printf (mbox, "%-63u\n", line);
		g_string_append_c (mbox, '\n');
		append_plain (mbox);
		append_message (mbox, 2 * MIB, 0);
		append_plain (mbox);
		if (wrong[i] < (gssize) INPUT_LOOK_MAX)
			assert_everywhere (mbox, 4, "bad-content-length");
		else {
			g_autofree char *from_pipe = read_from_pipe (mbox);
			g_assert_cmpuint (count_lines (from_pipe), ==, 4);
			g_assert_cmpstr (strrchr (from_pipe, '\n') + 1, ==,
					 "unchecked-content-length");
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/length/is-believed-however-far-it-leads", test_far);
	g_test_add_func ("/mbox/length/may-lead-to-the-end", test_last);
	g_test_add_func ("/mbox/length/is-not-believed-if-it-leads-elsewhere", test_wrong);
	return g_test_run ();
}
