/* test-pst-rtf.c - rich text gives back what was wrapped in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-rtf.h"

#include <string.h>

static void
test_read (void)
{
	static const struct {
		const char *what;
		const char *rtf;
		PstRtfKind kind;
		const char *text;
	} cases[] = {
		{"words of rich text",
		 "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Hello\\par big \\b world\\b0 !\\par}",
		 PST_RTF_NATIVE, "Hello\nbig world!\n"},
		{"plain text",
		 "{\\rtf1\\ansi\\fromtext\\deff0{\\fonttbl{\\f0 x;}}\\f0 one\\par\r\n\\tab two}",
		 PST_RTF_TEXT, "one\n\ttwo"},
		{"HTML ([MS-OXRTFEX], 3)",
		 "{\\rtf1\\ANSI\\ansicpg1251\\fromhtml1 \\deff0{\\fonttbl {\\f0\\fmodern Courier "
		 "New;}}"
		 "{\\*\\htmltag64}{\\*\\htmltag19 <html>}\r\n{\\*\\htmltag50 <body>}"
		 "\\htmlrtf \\par\\htmlrtf0 "
		 "{\\*\\htmltag84 <b>}\\htmlrtf {\\b \\htmlrtf0 bold{\\*\\htmltag92 </b>}\\htmlrtf "
		 "}\\htmlrtf0 "
		 "{\\*\\htmltag84 &nbsp;}\\htmlrtf \\'a0\\htmlrtf0 \\line {\\*\\mhtmltag "
		 "<x>}{\\*\\htmltag0 \\par}"
		 "{\\*\\htmltag58 </body>}}",
		 PST_RTF_HTML, "<html><body><b>bold</b>&nbsp;\n\n</body>"},
		{"braces and backslashes", "{\\rtf1 \\{a\\}\\\\b}", PST_RTF_NATIVE, "{a}\\b"},
		{"bytes of the document's code page",
		 "{\\rtf1\\ansi\\ansicpg1251 \\'cc\\'ee\\'f1\\'ea\\'e2\\'e0}", PST_RTF_NATIVE,
		 "Москва"},
		{"bytes of a font's code page",
		 "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}{\\f1\\fcharset128 B;}}"
		 "\\f1\\'93\\'fa\\'96{\\f1\\'7b}\\f0 caf\\'e9}",
		 PST_RTF_NATIVE, "日\xef\xbf\xbd{café"},
		{"second bytes that look like ASCII",
		 "{\\rtf1{\\fonttbl{\\f1\\fcharset128 B;}}\\f1 \\'83\\'5c\\'83t}", PST_RTF_NATIVE,
		 "ソフ"},
		{"Unicode and what stands for it",
		 "{\\rtf1\\uc1 \\u26085?\\u-10179?\\u-8704? x\\uc2\\u233\\'65\\'65 y}",
		 PST_RTF_NATIVE, "日😀 x\xc3\xa9 y"},
		{"a lone half of a pair", "{\\rtf1 \\u-8704?x}", PST_RTF_NATIVE, "\xef\xbf\xbdx"},
		{"binary data is stepped over", "{\\rtf1 a\\bin4 {{{{b}", PST_RTF_NATIVE, "ab"},
		{"unknown destinations hold no words",
		 "{\\rtf1 a{\\*\\unknown x{y}z}b{\\info{\\title t}}c}", PST_RTF_NATIVE, "abc"},
		{"what follows the end isn't part of it", "{\\rtf1 a}b}c", PST_RTF_NATIVE, "ab"},
		{"an end that never comes", "{\\rtf1 a{b", PST_RTF_NATIVE, "ab"},
		{"no rich text at all", "just text", PST_RTF_NATIVE, "just text"},
	};
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_auto (PstRtf) rtf = {0};
		g_test_message ("%s", cases[i].what);
		pst_rtf_read (&rtf, pages, (const guint8 *)cases[i].rtf, strlen (cases[i].rtf),
			      PST_CODEPAGE_WESTERN);
		g_assert_cmpstr (rtf.text, ==, cases[i].text);
		g_assert_cmpint (rtf.kind, ==, cases[i].kind);
	}
}

static void
test_blank (void)
{
	static const char empty[] = "{\\rtf1\\ansi\\fromtext{\\fonttbl{\\f0 Arial;}}\\f0\\par }";
	static const char picture[] = "{\\rtf1{\\pict\\wmetafile8 0102}\\par}";
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();
	g_auto (PstRtf) a = {0};
	g_auto (PstRtf) b = {0};

	pst_rtf_read (&a, pages, (const guint8 *)empty, sizeof empty - 1, PST_CODEPAGE_WESTERN);
	g_assert_true (a.is_blank);
	g_assert_false (a.has_objects);
	pst_rtf_read (&b, pages, (const guint8 *)picture, sizeof picture - 1, PST_CODEPAGE_WESTERN);
	g_assert_true (b.is_blank);
	g_assert_true (b.has_objects);
}

static void
test_deep (void)
{
	g_autofree char *open = g_strnfill (1000000, '{');
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();
	g_auto (PstRtf) rtf = {0};

	pst_rtf_read (&rtf, pages, (const guint8 *)open, 1000000, PST_CODEPAGE_WESTERN);
	g_assert_true (rtf.is_blank);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/rtf/gives-back-what-was-wrapped", test_read);
	g_test_add_func ("/pst/rtf/knows-a-blank-document", test_blank);
	g_test_add_func ("/pst/rtf/survives-a-million-braces", test_deep);
	return g_test_run ();
}
