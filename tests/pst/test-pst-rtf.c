/* test-pst-rtf.c - rich text gives back what was wrapped in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-rtf.h"

#include <string.h>

/* [MS-OXRTFCP], 4.1.1 and 4.1.2 */
static const guint8 hello[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a,
			       0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
			       0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
			       0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
			       0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
static const guint8 repeated[] = {0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a,
				  0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
				  0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0};

static void
assert_inflates (const guint8 *data, gsize length, const char *expected)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) rtf = pst_rtf_decompress (data, length, 1 << 20, &error);

	g_assert_no_error (error);
	g_assert_cmpmem (g_bytes_get_data (rtf, NULL), (int)g_bytes_get_size (rtf), expected,
			 (int)strlen (expected));
}

static void
test_decompress (void)
{
	static const guint8 wrapped[] = {19, 0, 0, 0, 3,   0,    0,   0, 'M', 'E', 'L', 'A',
					 0,  0, 0, 0, '{', '\\', '}', 0, 0,   0,   0};

	assert_inflates (hello, sizeof hello, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	assert_inflates (repeated, sizeof repeated, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
	assert_inflates (wrapped, sizeof wrapped, "{\\}");
}

static void
test_refuses (void)
{
	for (gsize length = 0; length < sizeof hello; length++) {
		g_autofree guint8 *cut = g_memdup2 (hello, length);
		g_autoptr (GError) error = NULL;
		g_assert_null (pst_rtf_decompress (cut, length, 1 << 20, &error));
		g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
	}
	for (gsize i = 0; i < sizeof hello; i++) {
		g_autofree guint8 *damaged = g_memdup2 (hello, sizeof hello);
		g_autoptr (GError) error = NULL;
		damaged[i] ^= 0x41;
		g_assert_null (pst_rtf_decompress (damaged, sizeof hello, 1 << 20, &error));
		g_assert_nonnull (error);
	}
	g_autoptr (GError) error = NULL;
	g_assert_null (pst_rtf_decompress (hello, sizeof hello, 10, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_LIMIT);
}

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
	g_test_add_func ("/pst/rtf/inflates", test_decompress);
	g_test_add_func ("/pst/rtf/refuses-what-is-damaged-or-too-large", test_refuses);
	g_test_add_func ("/pst/rtf/gives-back-what-was-wrapped", test_read);
	g_test_add_func ("/pst/rtf/knows-a-blank-document", test_blank);
	g_test_add_func ("/pst/rtf/survives-a-million-braces", test_deep);
	return g_test_run ();
}
