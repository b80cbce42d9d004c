/* test-text.c - untrusted text made safe
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/digest.h"
#include "base/text.h"

#include <string.h>

static const struct {
	const char *text;
	const char *shown;
} terminal[] = {
	{ "plain äöü 日本", "plain äöü 日本" },
	{ "\033[2J", "\\x1B[2J" },
	{ "a\nb\rc\td", "a\\x0Ab\\x0Dc\\x09d" },
	{ "\xc2\x9b" "31m", "\\x9B31m" },
	{ "\xff\xfe", "\\xFF\\xFE" },
	{ "evil\xe2\x80\xaetxt.exe", "evil\\u{202E}txt.exe" },
	{ "evil\xd8\x9ctxt.exe", "evil\\u{061C}txt.exe" },
};

static void
test_terminal (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (terminal); i++) {
		g_autofree char *shown = text_for_terminal (terminal[i].text);
		g_assert_cmpstr (shown, ==, terminal[i].shown);
	}
}

static void
test_percent (void)
{
	g_autofree char *encoded = text_percent_encode ("a%b/c\td\x7f,e", -1, "/,");
	g_autofree char *decoded = text_percent_decode (encoded, -1);

	g_assert_cmpstr (encoded, ==, "a%25b%2Fc%09d%7F%2Ce");
	g_assert_cmpstr (decoded, ==, "a%b/c\td\x7f,e");
	g_assert_null (text_percent_decode ("%", -1));
	g_assert_null (text_percent_decode ("%2", -1));
	g_assert_null (text_percent_decode ("%2g", -1));
	g_assert_null (text_percent_decode ("a%00", -1));
}

static void
test_utf8 (void)
{
	gboolean guessed;
	g_autofree char *same = text_to_utf8 ("ü", 2, &guessed);
	g_assert_false (guessed);
	g_autofree char *read = text_to_utf8 ("\xfc\x80\x81", 3, &guessed);
	g_assert_true (guessed);
	g_autofree char *nul = text_to_utf8 ("a\0b", 3, NULL);

	g_assert_cmpstr (same, ==, "ü");
	g_assert_cmpstr (read, ==, "ü€\xef\xbf\xbd");
	g_assert_cmpstr (nul, ==, "a\xef\xbf\xbd" "b");
}

static void
test_glob (void)
{
	g_assert_true (text_matches_glob ("INBOX*", "INBOX/a/b"));
	g_assert_true (text_matches_glob ("*/b", "INBOX/a/b"));
	g_assert_true (text_matches_glob ("Caf?", "Café"));
	g_assert_false (text_matches_glob ("INBOX", "INBOX/a"));
}

static void
test_fold (void)
{
	static const char *const same[][2] = {
		{ "INBOX", "Inbox" },
		{ "Entw\xc3\xbcrfe", "ENTWU\xcc\x88RFE" },
		{ "\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (same); i++) {
		g_autofree char *left = text_fold (same[i][0], -1);
		g_autofree char *right = text_fold (same[i][1], -1);
		g_assert_cmpstr (left, ==, right);
	}
	g_autofree char *part = text_fold ("Sent|Gesendet", 4);
	g_assert_cmpstr (part, ==, "sent");
	g_assert_null (text_fold ("Entw\xfcrfe", -1));
}

static void
test_line_length (void)
{
	g_assert_cmpuint (text_line_length ("", 0), ==, 0);
	g_assert_cmpuint (text_line_length ("\nb", 2), ==, 1);
	g_assert_cmpuint (text_line_length ("a\0\r\nb\n", 6), ==, 4);
	g_assert_cmpuint (text_line_length ("ab\n", 2), ==, 2);
}

/* Every character in every place of a digest. */
static void
test_hex (void)
{
	char text[] = "0123456789abcdefABCDEF";
	guint8 bytes[11];

	g_assert_true (digest_from_hex (text, bytes, sizeof bytes));
	g_assert_cmpmem (bytes, sizeof bytes, "\x01\x23\x45\x67\x89\xab\xcd\xef\xab\xcd\xef", 11);
	g_assert_false (digest_from_hex (text, bytes, sizeof bytes - 1));
	for (guint i = 0; i < sizeof text - 1; i++) {
		char kept = text[i];
		for (int c = 1; c < 256; c++) {
			text[i] = (char) c;
			g_assert_cmpint (digest_from_hex (text, bytes, sizeof bytes), ==,
					 g_ascii_isxdigit (text[i]));
			if (g_ascii_isxdigit (text[i]))
				g_assert_cmpint (bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15, ==,
						 g_ascii_xdigit_value (text[i]));
		}
		text[i] = kept;
	}
}

static void
test_only_cr (void)
{
	g_assert_true (text_has_only_cr ("a\rb\rc", 5, FALSE));
	g_assert_true (text_has_only_cr ("a\r", 2, TRUE));
	g_assert_false (text_has_only_cr ("a\r", 2, FALSE));
	g_assert_false (text_has_only_cr ("a\rb", 3, TRUE));
	g_assert_false (text_has_only_cr ("a\rb\r\n", 5, TRUE));
	g_assert_false (text_has_only_cr ("ab", 2, TRUE));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/text/shows-no-control-on-a-terminal", test_terminal);
	g_test_add_func ("/digest/reads-hex-and-nothing-else", test_hex);
	g_test_add_func ("/text/percent-escapes-read-back", test_percent);
	g_test_add_func ("/text/takes-foreign-bytes-for-windows-1252", test_utf8);
	g_test_add_func ("/text/globs-cross-slashes", test_glob);
	g_test_add_func ("/text/folds-what-people-take-for-the-same", test_fold);
	g_test_add_func ("/text/counts-a-line-with-its-end", test_line_length);
	g_test_add_func ("/text/knows-lines-of-old-macintoshes", test_only_cr);
	return g_test_run ();
}
