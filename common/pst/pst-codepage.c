/* pst-codepage.c - from Windows code pages to UTF-8, and to the names that mail uses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-codepage.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define NOT_OPEN ((iconv_t) -1)

#define CODEPAGE_EUC_CN 51936
#define CODEPAGE_HZ     52936

typedef struct {
	guint codepage;
	const char *iconv_name;
	const char *charset; /* NULL: not fit for mail, or a superset of what the name promises */
	const char *aliases; /* other names in HTML and mail, separated by blanks */
} Codepage;

/* 1200 isn't here: UTF-16 has a function of its own. Where Windows extends a standard
 * character set, iconv knows the extension by the CP name. */
static const Codepage table[] = {
	{437, "CP437", NULL, "ibm437"},
	{708, "ISO-8859-6", "iso-8859-6", "asmo-708"},
	{737, "CP737", NULL, "ibm737"},
	{775, "CP775", NULL, "ibm775"},
	{850, "CP850", NULL, "ibm850"},
	{852, "CP852", NULL, "ibm852"},
	{855, "CP855", NULL, "ibm855"},
	{857, "CP857", NULL, "ibm857"},
	{858, "CP858", NULL, "ibm00858"},
	{860, "CP860", NULL, "ibm860"},
	{861, "CP861", NULL, "ibm861"},
	{862, "CP862", NULL, "ibm862 dos-862"},
	{863, "CP863", NULL, "ibm863"},
	{864, "CP864", NULL, "ibm864"},
	{865, "CP865", NULL, "ibm865"},
	{866, "CP866", NULL, "ibm866"},
	{869, "CP869", NULL, "ibm869"},
	{874, "CP874", NULL, "windows-874 tis-620"},
	{932, "CP932", NULL, "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j ms932 cp932"},
	{936, "CP936", NULL, "gbk cp936 windows-936 x-gbk"},
	{949, "CP949", NULL, "ks_c_5601-1987 ks_c_5601 ksc5601 korean windows-949 uhc"},
	{950, "CP950", NULL, "big5 big-5 x-x-big5 cn-big5 csbig5"},
	{1250, "CP1250", "windows-1250", "cp1250 x-cp1250"},
	{1251, "CP1251", "windows-1251", "cp1251 x-cp1251"},
	{1252, "CP1252", "windows-1252", "cp1252 x-cp1252 x-ansi"},
	{1253, "CP1253", "windows-1253", "cp1253"},
	{1254, "CP1254", "windows-1254", "cp1254"},
	{1255, "CP1255", "windows-1255", "cp1255"},
	{1256, "CP1256", "windows-1256", "cp1256"},
	{1257, "CP1257", "windows-1257", "cp1257"},
	{1258, "CP1258", "windows-1258", "cp1258"},
	{1361, "JOHAB", NULL, "johab"},
	{10000, "MACINTOSH", NULL, "macintosh x-mac-roman"},
	{10007, "MAC-CYRILLIC", NULL, "x-mac-cyrillic"},
	{20127, "US-ASCII", "us-ascii", "ascii iso646-us ansi_x3.4-1968"},
	{20866, "KOI8-R", "koi8-r", "koi8 koi koi8r"},
	{20932, "EUC-JP", "euc-jp", ""},
	{20936, "GB2312", "gb2312", ""},
	{20949, "EUC-KR", "euc-kr", ""},
	{21866, "KOI8-U", "koi8-u", "koi8-ru"},
	{28591, "ISO-8859-1", "iso-8859-1", "latin1 iso8859-1 iso_8859-1 l1"},
	{28592, "ISO-8859-2", "iso-8859-2", "latin2 iso8859-2 iso_8859-2 l2"},
	{28593, "ISO-8859-3", "iso-8859-3", "latin3 iso8859-3"},
	{28594, "ISO-8859-4", "iso-8859-4", "latin4 iso8859-4"},
	{28595, "ISO-8859-5", "iso-8859-5", "cyrillic iso8859-5"},
	{28596, "ISO-8859-6", "iso-8859-6", "arabic iso8859-6"},
	{28597, "ISO-8859-7", "iso-8859-7", "greek iso8859-7"},
	{28598, "ISO-8859-8", "iso-8859-8", "hebrew visual iso8859-8"},
	{28599, "ISO-8859-9", "iso-8859-9", "latin5 iso8859-9"},
	{28600, "ISO-8859-10", "iso-8859-10", "latin6"},
	{28601, "ISO-8859-11", NULL, "iso-8859-11"},
	{28603, "ISO-8859-13", "iso-8859-13", ""},
	{28604, "ISO-8859-14", "iso-8859-14", ""},
	{28605, "ISO-8859-15", "iso-8859-15", "latin9 iso8859-15 iso_8859-15"},
	{28606, "ISO-8859-16", "iso-8859-16", ""},
	{38598, "ISO-8859-8", "iso-8859-8-i", "logical"},
	{50220, "ISO-2022-JP", "iso-2022-jp", ""},
	{50221, "ISO-2022-JP-3", NULL, "csiso2022jp"},
	{50222, "ISO-2022-JP-3", NULL, ""},
	{50225, "ISO-2022-KR", "iso-2022-kr", "csiso2022kr"},
	{50227, "ISO-2022-CN", NULL, "x-cp50227 iso-2022-cn"},
	{51932, "EUC-JP-MS", "euc-jp", "x-euc-jp x-euc cp51932 cseucpkdfmtjapanese"},
	{CODEPAGE_EUC_CN, "EUC-CN", "gb2312", "euc-cn x-euc-cn gb_2312-80 csgb2312"},
	{51949, "EUC-KR", "euc-kr", "x-euc-kr cseuckr"},
	{51950, "EUC-TW", NULL, "euc-tw"},
	{CODEPAGE_HZ, "HZ", "hz-gb-2312", ""}, /* few systems can convert it; see below */
	{54936, "GB18030", "gb18030", ""},
	{65000, "UTF-7", NULL, "utf-7 unicode-1-1-utf-7"},
	{65001, "UTF-8", "utf-8", "utf8 unicode-1-1-utf-8 x-unicode20utf8"},
};

struct _PstCodepages {
	iconv_t converters[G_N_ELEMENTS (table)];
};

PstCodepages *
pst_codepage_open_all (void)
{
	PstCodepages *pages = g_new (PstCodepages, 1);

	for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
		pages->converters[i] = iconv_open ("UTF-8", table[i].iconv_name);
	return pages;
}

void
pst_codepage_close_all (PstCodepages *pages)
{
	if (pages == NULL)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
		if (pages->converters[i] != NOT_OPEN)
			iconv_close (pages->converters[i]);
	g_free (pages);
}

static const Codepage *
find (guint codepage)
{
	for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
		if (table[i].codepage == codepage)
			return &table[i];
	return NULL;
}

static iconv_t
find_converter (const PstCodepages *pages, guint codepage)
{
	const Codepage *page = find (codepage != CODEPAGE_HZ ? codepage : CODEPAGE_EUC_CN);

	return page != NULL ? pages->converters[page - table] : NOT_OPEN;
}

gboolean
pst_codepage_is_known (const PstCodepages *pages, guint codepage)
{
	return codepage == PST_CODEPAGE_UTF16 || find_converter (pages, codepage) != NOT_OPEN;
}

static char *
finish (GString *text, gsize *out_length)
{
	if (out_length != NULL)
		*out_length = text->len;
	return g_string_free (text, FALSE);
}

/* Convert what can be; what can't is stepped over byte by byte. FALSE if there was such a
 * thing. */
static gboolean
convert (iconv_t converter, char *in, gsize in_left, GString *text)
{
	gboolean is_exact = TRUE;
	char chunk[4096];
	char *out = chunk;
	gsize out_left = sizeof chunk;

	iconv (converter, NULL, NULL, NULL, NULL);
	while (in_left > 0) {
		out = chunk;
		out_left = sizeof chunk;
		gsize result = iconv (converter, &in, &in_left, &out, &out_left);
		int reason = errno;

		g_string_append_len (text, chunk, out - chunk);
		if (result != (gsize) -1 || reason == E2BIG)
			continue;
		g_string_append (text, "\xef\xbf\xbd");
		is_exact = FALSE;
		in++;
		in_left--;
	}
	/* Where letters combine with marks (1255, 1258), the last one is held back till now. */
	out = chunk;
	out_left = sizeof chunk;
	(void) iconv (converter, NULL, NULL, &out, &out_left);
	g_string_append_len (text, chunk, out - chunk);
	return is_exact;
}

/* RFC 1843: GB 2312 between "~{" and "~}", seven bits of each byte; "~~" is a tilde, and one before
 * the end of a line joins it with the next. What comes out is the same in eight bits. */
static GString *
unwrap_hz (const guint8 *p, gsize length, gboolean *is_clean)
{
	GString *text = g_string_sized_new (length);
	gboolean is_wide = FALSE;

	for (gsize i = 0; i < length; i++) {
		guint8 next = i + 1 < length ? p[i + 1] : 0;
		if (p[i] >= 0x80)
			*is_clean = FALSE;
		if (p[i] == '\n')
			is_wide = FALSE;
		if (p[i] == '~' && next == (is_wide ? '}' : '{')) {
			is_wide = !is_wide;
			i++;
		} else if (p[i] == '~' && !is_wide && (next == '~' || next == '\n')) {
			if (next == '~')
				g_string_append_c (text, '~');
			i++;
		} else if (is_wide && p[i] > 0x20 && p[i] < 0x7f && next > 0x20 && next < 0x7f) {
			g_string_append_c (text, (char) (p[i] | 0x80));
			g_string_append_c (text, (char) (next | 0x80));
			i++;
		} else {
			g_string_append_c (text, (char) p[i]);
		}
	}
	return text;
}

char *
pst_codepage_to_utf8 (const PstCodepages *pages, guint codepage, const void *bytes, gsize length,
		      gsize *out_length, gboolean *is_exact)
{
	if (codepage == PST_CODEPAGE_UTF16)
		return pst_codepage_utf16_to_utf8 (bytes, length, out_length, is_exact);

	iconv_t converter = find_converter (pages, codepage);
	gboolean is_known = converter != NOT_OPEN;
	if (!is_known)
		converter = find_converter (pages, PST_CODEPAGE_WESTERN);

	GString *text = g_string_sized_new (length + length / 8 + 1);
	gboolean is_clean = TRUE;
	if (codepage == CODEPAGE_HZ && is_known) {
		g_autoptr (GString) wide = unwrap_hz (bytes, length, &is_clean);
		is_clean &= convert (converter, wide->str, wide->len, text);
	} else if (converter != NOT_OPEN) {
		is_clean = convert (converter, (char *) bytes, length, text);
	} else { /* not even 1252: an incomplete C library; keep the ASCII */
		for (gsize i = 0; i < length; i++) {
			guint8 byte = ((const guint8 *) bytes)[i];
			g_string_append (text,
					 byte < 0x80 ? (char[]){ (char) byte, 0 } : "\xef\xbf\xbd");
		}
		is_clean = FALSE;
	}
	if (is_exact != NULL)
		*is_exact = is_known && is_clean;
	return finish (text, out_length);
}

char *
pst_codepage_utf16_to_utf8 (const void *bytes, gsize length, gsize *out_length, gboolean *is_exact)
{
	const guint8 *p = bytes;
	GString *text = g_string_sized_new (length / 2 + length / 8 + 1);
	gboolean is_clean = length % 2 == 0;

	for (gsize i = 0; i + 1 < length; i += 2) {
		gunichar c = (gunichar) (p[i] | p[i + 1] << 8);
		if (c >= 0xd800 && c < 0xdc00 && i + 3 < length && (p[i + 3] & 0xfc) == 0xdc) {
			c = 0x10000 + ((c & 0x3ff) << 10) +
			    ((gunichar) (p[i + 2] | p[i + 3] << 8) & 0x3ff);
			i += 2;
		} else if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
			is_clean = FALSE;
		}
		if (c < 0x80) /* most text; and append_unichar takes NUL for the end */
			g_string_append_c (text, (char) c);
		else
			g_string_append_unichar (text, c);
	}
	if (is_exact != NULL)
		*is_exact = is_clean;
	return finish (text, out_length);
}

const char *
pst_codepage_get_charset (guint codepage)
{
	const Codepage *page = find (codepage);

	return page != NULL ? page->charset : NULL;
}

static gboolean
is_among (const char *words, const char *name, gsize length)
{
	while (*words != '\0') {
		gsize word = strcspn (words, " ");
		if (word == length && g_ascii_strncasecmp (words, name, length) == 0)
			return TRUE;
		words += word;
		words += strspn (words, " ");
	}
	return FALSE;
}

guint
pst_codepage_from_charset (const char *name, gsize length)
{
	for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
		const char *charset = table[i].charset;
		if (charset != NULL && strlen (charset) == length &&
		    g_ascii_strncasecmp (charset, name, length) == 0)
			return table[i].codepage;
		if (is_among (table[i].aliases, name, length))
			return table[i].codepage;
	}
	return 0;
}

guint
pst_codepage_parse (const char *text)
{
	guint64 number = 0;

	if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &number, NULL))
		return pst_codepage_from_charset (text, strlen (text));
	return find ((guint) number) != NULL ? (guint) number : 0;
}
