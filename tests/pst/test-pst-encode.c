/* test-pst-encode.c - header text, parameters and quoted-printable, checked by decoding them again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-encode.h"

#include <gmime/gmime.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentType, g_object_unref)

static const char *const texts[] = {
	"plain",
	"Grüße aus München",
	"日本語の件名がとても長いときは、何行かに分けなければならない。そうでしょう？まだ足りない"
	"。",
	"Привет, мир! Это довольно длинная тема письма, которую нужно разбить на несколько строк.",
	"a =?utf-8?Q?lie?= within",
	"smile 😀 and a very long ASCII tail that goes on and on until the line has to be folded "
	"somewhere",
	"quote \" backslash \\ semicolon ; comma , at @",
	"bell\x07 and escape\x1b[31m",
	"trailing equals =",
};

static void
assert_lines (const char *text, gsize limit)
{
	for (; *text != '\0'; text += strcspn (text, "\n"), text += *text == '\n') {
		g_assert_cmpuint (strcspn (text, "\n"), <=, limit);
		for (const char *p = text; *p != '\n' && *p != '\0'; p++)
			g_assert_true (g_ascii_isprint (*p) || *p == '\t');
	}
}

static void
test_field (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autoptr (GString) out = g_string_new (NULL);
		pst_encode_field (out, "Subject", texts[i]);
		assert_lines (out->str, 78);
		g_assert_true (g_str_has_suffix (out->str, "\n"));
		g_autofree char *unfolded =
			g_mime_utils_header_unfold (out->str + strlen ("Subject:"));
		g_autofree char *decoded = g_mime_utils_header_decode_text (NULL, unfolded);
		g_assert_cmpstr (g_strstrip (decoded), ==, texts[i]);
	}
}

static void
test_field_lines (void)
{
	g_autoptr (GString) out = g_string_new (NULL);

	pst_encode_field (out, "Subject", "one\r\nBcc: eve@example.org\tx");
	g_assert_cmpstr (out->str, ==, "Subject: one  Bcc: eve@example.org x\n");
}

static void
test_field_long_word (void)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autofree char *word = g_strnfill (5000, 'x');

	pst_encode_field (out, "Subject", word);
	assert_lines (out->str, 78);
	g_autofree char *decoded =
		g_mime_utils_header_decode_text (NULL, out->str + strlen ("Subject: "));
	g_assert_cmpstr (g_strstrip (decoded), ==, word);
}

static void
test_phrase (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
		g_autofree char *phrase = pst_encode_phrase (texts[i]);
		g_autofree char *line = g_strdup_printf ("%s <a@example.org>", phrase);
		g_autoptr (InternetAddressList) list = internet_address_list_parse (NULL, line);
		g_assert_cmpint (internet_address_list_length (list), ==, 1);
		/* Quoted strings are for the address parser to undo, which cuts long names
		 * off. */
		const char *name =
			internet_address_get_name (internet_address_list_get_address (list, 0));
		g_autofree char *words = g_mime_utils_header_decode_phrase (NULL, phrase);
		g_assert_cmpstr (*phrase == '"' ? name : words, ==, texts[i]);
	}
}

static void
test_list (void)
{
	g_autoptr (GString) out = g_string_new (NULL);
	g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_free);

	pst_encode_list (out, "To", ",", items);
	g_assert_cmpstr (out->str, ==, "");
	for (int i = 0; i < 600; i++)
		g_ptr_array_add (items, g_strdup_printf ("\"Person, %d\" <p%d@example.org>", i, i));
	pst_encode_list (out, "To", ",", items);
	assert_lines (out->str, 78);
	g_autoptr (InternetAddressList) list =
		internet_address_list_parse (NULL, out->str + strlen ("To:"));
	g_assert_cmpint (internet_address_list_length (list), ==, 600);
}

static void
test_parameter (void)
{
	static const char *const names[] = {
		"report.pdf",
		"Größenübersicht März.pdf",
		"quote \" and ; semicolon.txt",
		"a very long name that does not fit into one line, because somebody put the whole "
		"subject in.docx",
		"日本語の件名がとても長いときは、何行かに分けなければならない。そうでしょう.txt",
		"back\\slash",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autoptr (GString) out = g_string_new ("application/pdf");
		pst_encode_parameter (out, "name", names[i]);
		assert_lines (out->str, 78);
		g_autoptr (GMimeContentType) type = g_mime_content_type_parse (NULL, out->str);
		g_assert_cmpstr (g_mime_content_type_get_parameter (type, "name"), ==, names[i]);
	}
}

static GBytes *
decode_quoted_printable (const char *text, gsize length)
{
	GMimeEncoding state;
	g_autofree char *out = g_malloc (length + 1);

	g_mime_encoding_init_decode (&state, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
	gsize size = g_mime_encoding_step (&state, text, length, out);
	size += g_mime_encoding_flush (&state, "", 0, out + size);
	return g_bytes_new (out, size);
}

static void
test_quoted_printable (void)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (7);
	static const char alphabet[] = "aaaa    \t==..From \n\n\r\x80\xff\0-_";

	for (int round = 0; round < 500; round++) {
		gsize length = (gsize)g_rand_int_range (random, 0, 400);
		g_autofree char *text = g_malloc (length + 1);
		g_autoptr (GString) out = g_string_new (NULL);
		for (gsize i = 0; i < length; i++)
			text[i] = alphabet[g_rand_int_range (random, 0, sizeof alphabet - 1)];
		pst_encode_quoted_printable (out, (const guint8 *)text, length);
		assert_lines (out->str, 76);
		g_assert_null (strstr (out->str, "=_"));
		g_assert_false (g_str_has_prefix (out->str, "From "));
		g_assert_null (strstr (out->str, "\nFrom "));
		g_assert_null (strstr (out->str, " \n"));
		g_autoptr (GBytes) back = decode_quoted_printable (out->str, out->len);
		g_assert_cmpmem (g_bytes_get_data (back, NULL), (int)g_bytes_get_size (back), text,
				 (int)length);
	}
}

static PstEncoding
choose (const char *text)
{
	return pst_encode_choose ((const guint8 *)text, strlen (text));
}

static void
test_choose (void)
{
	g_autofree char *long_line = g_strnfill (999, 'x');
	g_autofree char *just_fits = g_strnfill (998, 'x');

	g_assert_cmpint (choose ("plain\ntext\n"), ==, PST_ENCODE_7BIT);
	g_assert_cmpint (choose (""), ==, PST_ENCODE_7BIT);
	g_assert_cmpint (choose (just_fits), ==, PST_ENCODE_7BIT);
	g_assert_cmpint (choose (long_line), ==, PST_ENCODE_QUOTED_PRINTABLE);
	g_assert_cmpint (choose ("one\n--=_0123456789abcdef01234567\n"), ==,
			 PST_ENCODE_QUOTED_PRINTABLE);
	g_assert_cmpint (choose ("x --=_0123\n"), ==, PST_ENCODE_7BIT);
	g_assert_cmpint (choose ("bare\rreturn"), ==, PST_ENCODE_QUOTED_PRINTABLE);
	g_assert_cmpint (choose ("caf\xc3\xa9, otherwise English\n"), ==,
			 PST_ENCODE_QUOTED_PRINTABLE);
	g_assert_cmpint (choose ("日本語\n"), ==, PST_ENCODE_BASE64);
	g_assert_cmpint (pst_encode_choose ((const guint8 *)"a\0b", 3), ==,
			 PST_ENCODE_QUOTED_PRINTABLE);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_mime_init ();
	g_test_add_func ("/pst/encode/fields-decode-to-what-they-were", test_field);
	g_test_add_func ("/pst/encode/fields-cannot-be-injected", test_field_lines);
	g_test_add_func ("/pst/encode/words-without-end-are-divided", test_field_long_word);
	g_test_add_func ("/pst/encode/phrases-decode-to-what-they-were", test_phrase);
	g_test_add_func ("/pst/encode/lists-are-folded", test_list);
	g_test_add_func ("/pst/encode/parameters-decode-to-what-they-were", test_parameter);
	g_test_add_func ("/pst/encode/quoted-printable-decodes-to-what-it-was",
			 test_quoted_printable);
	g_test_add_func ("/pst/encode/chooses-an-encoding-that-can-carry-it", test_choose);
	return g_test_run ();
}
