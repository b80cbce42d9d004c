/* test-pst-codepage.c - every code page has a converter, and text comes out as it went in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-codepage.h"

#include <string.h>

typedef struct {
	PstCodepages *pages;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	fixture->pages = pst_codepage_open_all ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	pst_codepage_close_all (fixture->pages);
}

static void
test_known (Fixture *fixture, gconstpointer data)
{
	static const guint codepages[] = {
		932,   936,   949,   950,   1250,  1251,  1252,  1253,  1254,  1255,  1256,
		1257,  1258,  1200,  20127, 20866, 20932, 21866, 28591, 28592, 28595, 28605,
		50220, 51932, 51936, 51949, 52936, 54936, 65000, 65001, 437,   850,   874,   10000};

	for (gsize i = 0; i < G_N_ELEMENTS (codepages); i++) {
		g_test_message ("code page %u", codepages[i]);
		g_assert_true (pst_codepage_is_known (fixture->pages, codepages[i]));
	}
	g_assert_false (pst_codepage_is_known (fixture->pages, 12345));
}

static void
test_converts (Fixture *fixture, gconstpointer data)
{
	static const struct {
		guint codepage;
		const char *bytes;
		const char *text;
	} cases[] = {
		{932, "\x93\xfa\x96\x7b \x87\x40", "日本 ①"}, /* the last is NEC's, not Shift_JIS */
		{936, "\xc4\xe3\xba\xc3 \x80", "你好 €"},
		{949, "\xb0\xa1\x8c\x63", "가똠"},
		{950, "\xa7\x41\xa6\x6e", "你好"},
		{1251, "\xcc\xee\xf1\xea\xe2\xe0", "Москва"},
		{1252, "\x80 caf\xe9", "€ café"},
		{1255, "\xf9\xec\xe5\xed", "שלום"}, /* the last letter could take a mark */
		{1258, "caf\xe9 c\xea", "café cê"},
		{20866, "\xed\xcf\xd3\xcb\xd7\xc1", "Москва"},
		{28605, "\xa4", "€"},
		{50220, "\x1b$BF|K\\\x1b(B", "日本"},
		{51932, "\xc6\xfc\xcb\xdc", "日本"},
		{51936, "\xc4\xe3\xba\xc3", "你好"},
		{52936, "a ~~ ~{VPND~} ~\nb ~{VP\nc~{~}", "a ~ 中文 b 中\nc"},
		{54936, "\x81\x30\x81\x30", "\xc2\x80"},
		{65000, "+ZeVnLA-", "日本"},
		{65001, "Gr\xc3\xbc\xc3\x9f", "Grüß"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		gboolean is_exact = FALSE;
		gsize length = 0;
		g_autofree char *text =
			pst_codepage_to_utf8 (fixture->pages, cases[i].codepage, cases[i].bytes,
					      strlen (cases[i].bytes), &length, &is_exact);
		g_test_message ("code page %u", cases[i].codepage);
		g_assert_cmpstr (text, ==, cases[i].text);
		g_assert_cmpuint (length, ==, strlen (cases[i].text));
		g_assert_true (is_exact);
	}
}

static void
test_keeps_nul (Fixture *fixture, gconstpointer data)
{
	gsize length = 0;
	g_autofree char *text = pst_codepage_to_utf8 (fixture->pages, PST_CODEPAGE_WESTERN, "a\0b",
						      3, &length, NULL);
	g_assert_cmpmem (text, (int)length, "a\0b", 3);
	g_autofree char *wide = pst_codepage_utf16_to_utf8 ("a\0\0\0b\0", 6, &length, NULL);
	g_assert_cmpmem (wide, (int)length, "a\0b", 3);
}

static void
test_says_nonsense (Fixture *fixture, gconstpointer data)
{
	gboolean is_exact = TRUE;
	g_autofree char *bad = pst_codepage_to_utf8 (fixture->pages, 65001,
						     "a\xff"
						     "b",
						     3, NULL, &is_exact);
	g_assert_cmpstr (bad, ==,
			 "a\xef\xbf\xbd"
			 "b");
	g_assert_false (is_exact);

	g_autofree char *cut =
		pst_codepage_to_utf8 (fixture->pages, 932, "a\x93", 2, NULL, &is_exact);
	g_assert_cmpstr (cut, ==, "a\xef\xbf\xbd");
	g_assert_false (is_exact);

	g_autofree char *unknown =
		pst_codepage_to_utf8 (fixture->pages, 12345, "caf\xe9", 4, NULL, &is_exact);
	g_assert_cmpstr (unknown, ==, "café");
	g_assert_false (is_exact);
}

static void
test_utf16 (Fixture *fixture, gconstpointer data)
{
	gboolean is_exact = FALSE;
	g_autofree char *pair = pst_codepage_utf16_to_utf8 ("\x3d\xd8\x00\xde", 4, NULL, &is_exact);
	g_assert_cmpstr (pair, ==, "😀");
	g_assert_true (is_exact);
	g_autofree char *lone = pst_codepage_utf16_to_utf8 ("\x3d\xd8z\0", 4, NULL, &is_exact);
	g_assert_cmpstr (lone, ==, "\xef\xbf\xbdz");
	g_assert_false (is_exact);
	g_autofree char *odd = pst_codepage_utf16_to_utf8 ("a\0b", 3, NULL, &is_exact);
	g_assert_cmpstr (odd, ==, "a");
	g_assert_false (is_exact);
}

static void
test_names (Fixture *fixture, gconstpointer data)
{
	g_assert_cmpstr (pst_codepage_get_charset (1251), ==, "windows-1251");
	g_assert_cmpstr (pst_codepage_get_charset (65001), ==, "utf-8");
	/* Windows has characters there that the standard name doesn't promise: converted
	 * instead. */
	g_assert_null (pst_codepage_get_charset (932));
	g_assert_cmpuint (pst_codepage_from_charset ("Shift_JIS", 9), ==, 932);
	g_assert_cmpuint (pst_codepage_from_charset ("UTF8", 4), ==, 65001);
	g_assert_cmpuint (pst_codepage_from_charset ("windows-125", 11), ==, 0);
	g_assert_cmpuint (pst_codepage_parse ("932"), ==, 932);
	g_assert_cmpuint (pst_codepage_parse ("koi8-r"), ==, 20866);
	g_assert_cmpuint (pst_codepage_parse ("0x3a4"), ==, 0);
	g_assert_cmpuint (pst_codepage_parse ("99999"), ==, 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(name, function) g_test_add (name, Fixture, NULL, set_up, function, tear_down)
	ADD ("/pst/codepage/has-a-converter-for-every-page", test_known);
	ADD ("/pst/codepage/converts-as-windows-does", test_converts);
	ADD ("/pst/codepage/keeps-nul", test_keeps_nul);
	ADD ("/pst/codepage/says-so-when-bytes-make-no-sense", test_says_nonsense);
	ADD ("/pst/codepage/reads-utf-16", test_utf16);
	ADD ("/pst/codepage/knows-names", test_names);
	return g_test_run ();
}
