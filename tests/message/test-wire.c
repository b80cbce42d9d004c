/* test-wire.c - the form in which mail is sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/wire.h"

#include <string.h>

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	g_byte_array_append (user_data, data, (guint) length);
	return TRUE;
}

static void
check (const char *content, gsize length, const char *expected, gsize expected_length)
{
	g_autoptr (MessageContent) message = message_content_new_bytes (g_bytes_new (content, length));
	g_autoptr (GByteArray) out = g_byte_array_new ();
	guint8 want[DIGEST_SIZE];
	guint8 got[DIGEST_SIZE];
	goffset size = 0;

	g_assert_true (wire_foreach (message, collect, out, NULL));
	g_assert_cmpmem (out->data, out->len, expected, (int) expected_length);
	g_assert_true (wire_digest (message, &size, got, NULL));
	digest_of (expected, expected_length, want);
	g_assert_cmpmem (got, DIGEST_SIZE, want, DIGEST_SIZE);
	g_assert_cmpint (size, ==, (goffset) expected_length);
}

static void
every_line_ends_in_crlf (void)
{
	static const char *const cases[][2] = {
		{ "", "\r\n" },
		{ "a", "a\r\n" },
		{ "a\n", "a\r\n" },
		{ "a\r\n", "a\r\n" },
		{ "\n", "\r\n" },
		{ "\n\n", "\r\n\r\n" },
		{ "a\nb\r\nc", "a\r\nb\r\nc\r\n" },
		{ "a\rb\n", "a\rb\r\n" },
		{ "a\r\r\n", "a\r\r\n" },
		{ "a\r", "a\r\r\n" },
		{ "\r\n\n\r\n", "\r\n\r\n\r\n" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
		check (cases[i][0], strlen (cases[i][0]), cases[i][1], strlen (cases[i][1]));
	check ("a\0b\n", 4, "a\0b\r\n", 5);
}

/* The content comes in pieces; a CR at the end of one must be remembered in the next. */
static void
pieces_do_not_matter (void)
{
	for (gsize length = 65530; length < 65545; length++) {
		g_autofree char *content = g_malloc (length + 2);
		memset (content, 'x', length);
		memcpy (content + length, "\r\n", 2);
		check (content, length + 2, content, length + 2);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/message/wire/every-line-ends-in-crlf", every_line_ends_in_crlf);
	g_test_add_func ("/message/wire/pieces-do-not-matter", pieces_do_not_matter);
	return g_test_run ();
}
