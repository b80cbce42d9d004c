/* pst-rtf.c - the rich text that Outlook keeps instead of what was sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-rtf.h"

#include <string.h>

#define MAX_DEPTH  1000
#define MAX_FONTS  4096
#define MAX_UNITS  8 /* characters to skip after \u */

/* What holds within a group and ends with it. */
typedef struct {
	gboolean is_skipped;   /* a destination that holds no words */
	gboolean is_html_tag;  /* \*\htmltag: HTML as it was */
	gboolean is_rtf_only;  /* \htmlrtf: for readers of rich text, not part of the HTML */
	gboolean is_font_table;
	guint fallback;	       /* \uc */
	guint font;
} Group;

typedef struct {
	const PstCodepages *pages;
	const guint8 *p;
	const guint8 *end;
	PstRtf *rtf;
	GString *text;
	GString *bytes; /* of 8-bit characters, until the code page changes */
	gsize trail;	/* how many of them still wait for their second byte: 0 or 1 */
	GArray *groups;
	Group group;
	GArray *fonts; /* code page by number, 0 if unknown */
	guint codepage;
	guint to_skip;	   /* characters after \u that say the same */
	gunichar2 surrogate; /* first half of a pair, or 0 */
	gboolean is_star;  /* \* was just seen */
} Reader;

typedef struct {
	const char *word;
	const char *text;
} Special;

/* Control words that stand for characters. */
static const Special specials[] = {
	{ "par", "\n" },
	{ "line", "\n" },
	{ "sect", "\n" },
	{ "page", "\n" },
	{ "row", "\n" },
	{ "tab", "\t" },
	{ "cell", "\t" },
	{ "emdash", "—" },
	{ "endash", "–" },
	{ "bullet", "•" },
	{ "lquote", "‘" },
	{ "rquote", "’" },
	{ "ldblquote", "“" },
	{ "rdblquote", "”" },
	{ "emspace", "\xe2\x80\x83" },
	{ "enspace", "\xe2\x80\x82" },
	{ "zwj", "\xe2\x80\x8d" },
	{ "zwnj", "\xe2\x80\x8c" },
};

/* Destinations without words of the text, apart from those marked by \*. */
static const char *const wordless[] = {
	"colortbl", "stylesheet", "info",      "pict",   "object",       "objdata",  "header",
	"headerl",  "headerr",    "headerf",   "footer", "footerl",      "footerr",  "footerf",
	"footnote", "filetbl",    "listtable", "revtbl", "nonesttables", "mhtmltag",
};

static guint
codepage_of_charset (gint charset)
{
	static const struct {
		gint charset;
		guint codepage;
	} table[] = {
		{ 0, 1252 },   { 77, 10000 }, { 128, 932 },  { 129, 949 },  { 130, 1361 },
		{ 134, 936 },  { 136, 950 },  { 161, 1253 }, { 162, 1254 }, { 163, 1258 },
		{ 177, 1255 }, { 178, 1256 }, { 186, 1257 }, { 204, 1251 }, { 222, 874 },
		{ 238, 1250 }, { 255, 437 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
		if (table[i].charset == charset)
			return table[i].codepage;
	return 0;
}

static guint
current_codepage (const Reader *reader)
{
	guint codepage = 0;

	if (reader->group.font < reader->fonts->len)
		codepage = g_array_index (reader->fonts, guint, reader->group.font);
	/* Charset 0 is what programs write that don't care: then the document's own page counts. */
	return codepage != 0 && codepage != PST_CODEPAGE_WESTERN ? codepage : reader->codepage;
}

static gboolean
is_lead_byte (guint codepage, guint8 byte)
{
	switch (codepage) {
	case 932: return (byte >= 0x81 && byte <= 0x9f) || (byte >= 0xe0 && byte <= 0xfc);
	case 936:
	case 949:
	case 950:
	case 1361: return byte >= 0x81 && byte <= 0xfe;
	}
	return FALSE;
}

static gboolean
is_silent (const Reader *reader)
{
	const Group *group = &reader->group;

	return group->is_skipped || group->is_font_table ||
	       (group->is_rtf_only && !group->is_html_tag);
}

static void
flush_bytes (Reader *reader)
{
	if (reader->bytes->len > 0) {
		gsize length = 0;
		g_autofree char *text = pst_codepage_to_utf8 (reader->pages,
							      current_codepage (reader),
							      reader->bytes->str,
							      reader->bytes->len, &length, NULL);
		g_string_append_len (reader->text, text, (gssize) length);
	}
	g_string_truncate (reader->bytes, 0);
	reader->trail = 0;
}

/* Is the character that follows text, and not only what \u gives to readers without Unicode? */
static gboolean
wants_character (Reader *reader)
{
	if (reader->to_skip > 0) {
		reader->to_skip--;
		return FALSE;
	}
	reader->surrogate = 0;
	return !is_silent (reader);
}

/* A character given as a byte of some code page. */
static void
add_byte (Reader *reader, guint8 byte)
{
	if (!wants_character (reader))
		return;
	if (byte < 0x80 && reader->trail == 0) {
		flush_bytes (reader);
		g_string_append_c (reader->text, (char) byte);
		return;
	}
	reader->trail = reader->trail == 0 && is_lead_byte (current_codepage (reader), byte) ? 1
											     : 0;
	g_string_append_c (reader->bytes, (char) byte);
}

static void
add_text (Reader *reader, const char *text)
{
	if (!wants_character (reader))
		return;
	flush_bytes (reader);
	g_string_append (reader->text, text);
}

/* \uN: a UTF-16 unit, negative above 32767. */
static void
add_unicode (Reader *reader, gint number)
{
	gunichar2 unit = (gunichar2) number;
	gunichar c = unit;

	reader->to_skip = reader->group.fallback;
	if (is_silent (reader))
		return;
	flush_bytes (reader);
	if (unit >= 0xd800 && unit < 0xdc00) {
		reader->surrogate = unit;
		return;
	}
	if (unit >= 0xdc00 && unit < 0xe000) {
		c = reader->surrogate != 0
			    ? 0x10000u + (((gunichar) reader->surrogate & 0x3ff) << 10) +
				      (unit & 0x3ffu)
			    : 0xfffd;
	}
	reader->surrogate = 0;
	if (c != 0)
		g_string_append_unichar (reader->text, c);
}

static void
begin_group (Reader *reader)
{
	flush_bytes (reader);
	reader->to_skip = 0;
	reader->is_star = FALSE;
	g_array_append_val (reader->groups, reader->group);
	if (reader->groups->len > MAX_DEPTH)
		reader->p = reader->end;
}

static void
end_group (Reader *reader)
{
	flush_bytes (reader);
	reader->to_skip = 0;
	reader->is_star = FALSE;
	if (reader->groups->len == 0) {
		reader->p = reader->end; /* what follows isn't part of the document */
		return;
	}
	reader->group = g_array_index (reader->groups, Group, reader->groups->len - 1);
	g_array_set_size (reader->groups, reader->groups->len - 1);
}

static void
set_font (Reader *reader, gint number)
{
	flush_bytes (reader);
	reader->group.font = number >= 0 && number < MAX_FONTS ? (guint) number : 0;
}

static void
set_charset (Reader *reader, gint charset)
{
	guint font = reader->group.font;

	if (!reader->group.is_font_table)
		return;
	if (font >= reader->fonts->len)
		g_array_set_size (reader->fonts, font + 1);
	g_array_index (reader->fonts, guint, font) = codepage_of_charset (charset);
}

static gboolean
is_one_of (const char *word, const char *const *words, gsize count)
{
	for (gsize i = 0; i < count; i++)
		if (strcmp (word, words[i]) == 0)
			return TRUE;
	return FALSE;
}

/* Control words that open a destination. TRUE if WORD is one. */
static gboolean
enter_destination (Reader *reader, const char *word, gboolean is_star)
{
	if (is_star && strcmp (word, "htmltag") == 0) {
		reader->group.is_html_tag = TRUE;
		return TRUE;
	}
	if (strcmp (word, "fonttbl") == 0) {
		reader->group.is_font_table = TRUE;
		return TRUE;
	}
	if (strcmp (word, "pict") == 0 || strcmp (word, "objdata") == 0)
		reader->rtf->has_objects = TRUE;
	if (is_star || is_one_of (word, wordless, G_N_ELEMENTS (wordless))) {
		reader->group.is_skipped = TRUE;
		return TRUE;
	}
	return FALSE;
}

static void
take_word (Reader *reader, const char *word, gboolean has_number, gint number)
{
	gboolean is_star = reader->is_star;

	reader->is_star = FALSE;
	if (strcmp (word, "bin") == 0) {
		gsize left = (gsize) (reader->end - reader->p);
		reader->p += MIN (left, (gsize) MAX (number, 0));
		return;
	}
	if (enter_destination (reader, word, is_star))
		return;
	if (strcmp (word, "u") == 0)
		add_unicode (reader, number);
	else if (strcmp (word, "uc") == 0)
		reader->group.fallback = (guint) CLAMP (number, 0, MAX_UNITS);
	else if (strcmp (word, "f") == 0)
		set_font (reader, number);
	else if (strcmp (word, "fcharset") == 0)
		set_charset (reader, number);
	else if (strcmp (word, "ansicpg") == 0 &&
		 pst_codepage_is_known (reader->pages, (guint) number))
		reader->codepage = (guint) number;
	else if (strcmp (word, "htmlrtf") == 0)
		reader->group.is_rtf_only = !has_number || number != 0;
	else if (strcmp (word, "fromhtml") == 0 && reader->groups->len == 1)
		reader->rtf->kind = PST_RTF_HTML;
	else if (strcmp (word, "fromtext") == 0 && reader->groups->len == 1)
		reader->rtf->kind = PST_RTF_TEXT;
	for (gsize i = 0; i < G_N_ELEMENTS (specials); i++)
		if (strcmp (word, specials[i].word) == 0)
			add_text (reader, specials[i].text);
}

static gint
take_number (Reader *reader, gboolean *has_number)
{
	gboolean is_negative = reader->p < reader->end && *reader->p == '-';
	const guint8 *start = reader->p + is_negative;
	const guint8 *p = start;
	gint number = 0;

	while (p < reader->end && g_ascii_isdigit (*p) && number < 100000000)
		number = number * 10 + (*p++ - '0');
	*has_number = p > start;
	if (*has_number)
		reader->p = p;
	return is_negative ? -number : number;
}

static void
take_hex (Reader *reader)
{
	gint high = reader->p < reader->end ? g_ascii_xdigit_value ((char) reader->p[0]) : -1;
	gint low = reader->p + 1 < reader->end ? g_ascii_xdigit_value ((char) reader->p[1]) : -1;

	if (high < 0 || low < 0)
		return;
	reader->p += 2;
	add_byte (reader, (guint8) (high << 4 | low));
}

/* What stands behind a backslash. */
static void
take_control (Reader *reader)
{
	char word[33];
	gsize length = 0;
	gboolean has_number = FALSE;

	if (reader->p == reader->end)
		return;
	if (!g_ascii_isalpha (*reader->p)) {
		guint8 symbol = *reader->p++;
		switch (symbol) {
		case '\'': take_hex (reader); break;
		case '*': reader->is_star = TRUE; break;
		case '~': add_text (reader, "\xc2\xa0"); break;
		case '_': add_text (reader, "\xc2\xad"); break;
		case '\r':
		case '\n': add_text (reader, "\n"); break;
		case '{':
		case '}':
		case '\\': add_byte (reader, symbol); break;
		}
		return;
	}
	while (reader->p < reader->end && g_ascii_isalpha (*reader->p)) {
		if (length + 1 < sizeof word)
			word[length++] = (char) *reader->p;
		reader->p++;
	}
	word[length] = '\0';
	gint number = take_number (reader, &has_number);
	if (reader->p < reader->end && *reader->p == ' ')
		reader->p++;
	take_word (reader, word, has_number, number);
}

static gboolean
is_blank (const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isspace (text[i]) && text[i] != '\0')
			return FALSE;
	return TRUE;
}

void
pst_rtf_read (PstRtf *rtf, const PstCodepages *pages, const guint8 *data, gsize length,
	      guint codepage)
{
	Reader reader = {
		.pages = pages,
		.p = data,
		.end = data + length,
		.rtf = rtf,
		.text = g_string_sized_new (length / 2),
		.bytes = g_string_new (NULL),
		.groups = g_array_new (FALSE, FALSE, sizeof (Group)),
		.group = { .fallback = 1 },
		.fonts = g_array_new (FALSE, TRUE, sizeof (guint)),
		.codepage = codepage,
	};

	*rtf = (PstRtf){ .kind = PST_RTF_NATIVE };
	while (reader.p < reader.end) {
		guint8 byte = *reader.p++;
		switch (byte) {
		case '{': begin_group (&reader); break;
		case '}': end_group (&reader); break;
		case '\\': take_control (&reader); break;
		case '\r':
		case '\n':
		case '\0': break;
		default: add_byte (&reader, byte);
		}
	}
	flush_bytes (&reader);
	g_string_free (reader.bytes, TRUE);
	g_array_unref (reader.groups);
	g_array_unref (reader.fonts);
	rtf->length = reader.text->len;
	rtf->text = g_string_free (reader.text, FALSE);
	rtf->is_blank = is_blank (rtf->text, rtf->length);
}

void
pst_rtf_clear (PstRtf *rtf)
{
	g_clear_pointer (&rtf->text, g_free);
}
