/* pst-encode.c - text on its way into a message: header fields, parameters, quoted-printable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-encode.h"

#include <string.h>

#define LINE_WIDTH 76  /* RFC 2047, 2: lines with encoded words; also comfortable for all others */
#define MAX_LINE   998 /* RFC 5322, 2.1.1 */

#define WORD_OPEN  "=?utf-8?"
#define WORD_CLOSE "?="
#define WORD_SIZE  (sizeof WORD_OPEN - 1 + 2 + sizeof WORD_CLOSE - 1) /* with "Q?" */

static const char hex_digits[] = "0123456789ABCDEF";

/* Valid UTF-8 with blanks for line ends, without blanks around it. */
static char *
tidy (const char *text)
{
	char *clean = g_utf8_make_valid (text, -1);

	for (char *p = clean; *p != '\0'; p++)
		if (*p == '\r' || *p == '\n' || *p == '\t')
			*p = ' ';
	return g_strstrip (clean);
}

static gboolean
is_plain (const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_isprint (*p))
			return FALSE;
	return strstr (text, "=?") == NULL;
}

static gsize
longest_word (const char *text)
{
	gsize longest = 0;

	while (*text != '\0') {
		gsize length = strcspn (text, " ");
		longest = MAX (longest, length);
		text += length;
		text += strspn (text, " ");
	}
	return longest;
}

/* RFC 2047, 5(3): the few characters that are safe in a phrase. */
static gboolean
is_safe_in_word (char c)
{
	return g_ascii_isalnum (c) || strchr ("!*+-/", c) != NULL;
}

static gsize
q_size (const char *text, gsize length)
{
	gsize size = 0;

	for (gsize i = 0; i < length; i++)
		size += text[i] == ' ' || is_safe_in_word (text[i]) ? 1 : 3;
	return size;
}

static void
append_q (GString *out, const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++) {
		guint8 byte = (guint8) text[i];
		if (byte == ' ') {
			g_string_append_c (out, '_');
		} else if (is_safe_in_word (text[i])) {
			g_string_append_c (out, text[i]);
		} else {
			g_string_append_c (out, '=');
			g_string_append_c (out, hex_digits[byte >> 4]);
			g_string_append_c (out, hex_digits[byte & 15]);
		}
	}
}

/* How much of TEXT goes into one word. Between words of base64 padding is avoided where
 * possible: GMime decodes their payloads as one and stops at it. */
static gsize
take_word (const char *text, gsize length, gsize room, gboolean is_q)
{
	gsize taken = 0;
	gsize unpadded = 0;

	while (taken < length) {
		gsize next = (gsize) (g_utf8_next_char (text + taken) - text);
		if ((is_q ? q_size (text, next) : (next + 2) / 3 * 4) > room)
			return is_q || unpadded == 0 ? taken : unpadded;
		taken = next;
		if (taken % 3 == 0)
			unpadded = taken;
	}
	return taken;
}

/* Encoded words, the first of which begins in COLUMN. No character is cut in two (RFC 2047,
 * 5). */
static void
append_words (GString *out, const char *text, gsize column)
{
	gsize length = strlen (text);
	gboolean is_q = q_size (text, length) <= (length + 2) / 3 * 4;

	while (length > 0) {
		gsize room =
			column + WORD_SIZE + 12 < LINE_WIDTH ? LINE_WIDTH - column - WORD_SIZE : 12;
		gsize taken = take_word (text, length, room, is_q);
		g_string_append (out, is_q ? WORD_OPEN "Q?" : WORD_OPEN "B?");
		if (is_q) {
			append_q (out, text, taken);
		} else {
			g_autofree char *base64 = g_base64_encode ((const guchar *) text, taken);
			g_string_append (out, base64);
		}
		g_string_append (out, WORD_CLOSE);
		text += taken;
		length -= taken;
		if (length > 0)
			g_string_append (out, "\n ");
		column = 1;
	}
}

/* Words of printable ASCII; a run of blanks stays together, since unfolding gives back all of
 * it. */
static void
append_folded (GString *out, const char *text, gsize column)
{
	while (*text != '\0') {
		gsize blanks = strspn (text, " ");
		gsize word = strcspn (text + blanks, " ");
		if (blanks > 0 && column + blanks + word > LINE_WIDTH && column > 1) {
			g_string_append_c (out, '\n');
			column = 0;
		}
		g_string_append_len (out, text, (gssize) (blanks + word));
		column += blanks + word;
		text += blanks + word;
	}
}

void
pst_encode_field (GString *out, const char *name, const char *text)
{
	g_autofree char *clean = tidy (text);
	gsize column = strlen (name) + 2;

	g_string_append_printf (out, "%s: ", name);
	if (is_plain (clean) && longest_word (clean) + column < MAX_LINE)
		append_folded (out, clean, column);
	else
		append_words (out, clean, column);
	g_string_append_c (out, '\n');
}

static gboolean
is_atom_text (const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_isalnum (*p) && strchr ("!#$%&'*+-/=?^_`{|}~ ", *p) == NULL)
			return FALSE;
	return *text != '\0' && strstr (text, "  ") == NULL;
}

char *
pst_encode_phrase (const char *text)
{
	g_autofree char *clean = tidy (text);
	GString *out = g_string_new (NULL);

	if (!is_plain (clean) || strlen (clean) > 200) {
		append_words (out, clean, 1);
	} else if (is_atom_text (clean)) {
		g_string_append (out, clean);
	} else {
		g_string_append_c (out, '"');
		for (const char *p = clean; *p != '\0'; p++) {
			if (*p == '"' || *p == '\\')
				g_string_append_c (out, '\\');
			g_string_append_c (out, *p);
		}
		g_string_append_c (out, '"');
	}
	return g_string_free (out, FALSE);
}

/* Columns after an item that may have line breaks of its own. */
static gsize
advance (gsize column, const char *item)
{
	const char *last = strrchr (item, '\n');

	return last != NULL ? strlen (last + 1) : column + strlen (item);
}

void
pst_encode_list (GString *out, const char *name, const char *separator, const GPtrArray *items)
{
	gsize column = strlen (name) + 1;

	if (items->len == 0)
		return;
	g_string_append_printf (out, "%s:", name);
	for (guint i = 0; i < items->len; i++) {
		const char *item = g_ptr_array_index (items, i);
		if (i > 0)
			g_string_append (out, separator);
		if (i > 0 && column + strcspn (item, "\n") + 3 > LINE_WIDTH) {
			g_string_append_c (out, '\n');
			column = 0;
		}
		g_string_append_printf (out, " %s", item);
		column = advance (column + 2, item);
	}
	g_string_append_c (out, '\n');
}

/* RFC 2231, 7: attribute-char. */
static gboolean
is_attribute_char (char c)
{
	return g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$&+-.^_`{|}~", c) != NULL);
}

static gsize
append_attribute_char (GString *out, char c)
{
	if (is_attribute_char (c)) {
		g_string_append_c (out, c);
		return 1;
	}
	g_string_append_printf (out, "%%%02X", (guint8) c);
	return 3;
}

/* Sections of at most SECTION octets each, the first with charset and (empty) language. */
static void
append_sections (GString *out, const char *name, const char *value)
{
	enum { SECTION = 54 };
	gboolean is_long = strlen (value) * 3 > SECTION;
	gsize used = SECTION;
	guint number = 0;

	for (const char *p = value; *p != '\0' || number == 0; p++) {
		if (used + 3 > SECTION || number == 0) {
			g_string_append_printf (out, ";\n %s*", name);
			if (is_long)
				g_string_append_printf (out, "%u*", number);
			g_string_append (out, number == 0 ? "=utf-8''" : "=");
			used = 0;
			number++;
		}
		if (*p == '\0')
			break;
		used += append_attribute_char (out, *p);
	}
}

void
pst_encode_parameter (GString *out, const char *name, const char *value)
{
	g_autofree char *clean = g_utf8_make_valid (value, -1);
	gboolean is_simple = strlen (clean) <= LINE_WIDTH - 20;

	for (const char *p = clean; *p != '\0'; p++)
		if (!g_ascii_isprint (*p) || *p == '"' || *p == '\\' || (*p == '=' && p[1] == '?'))
			is_simple = FALSE;
	if (is_simple)
		g_string_append_printf (out, ";\n %s=\"%s\"", name, clean);
	else
		append_sections (out, name, clean);
}

static gboolean
is_line_end (const guint8 *bytes, gsize length, gsize i)
{
	return i == length || bytes[i] == '\n';
}

void
pst_encode_quoted_printable (GString *out, const guint8 *bytes, gsize length)
{
	gsize column = 0;

	for (gsize i = 0; i < length; i++) {
		guint8 byte = bytes[i];
		if (byte == '\n') {
			g_string_append_c (out, '\n');
			column = 0;
			continue;
		}
		/* A blank at the end of a line and a "." or "From " at its beginning may not
		 * survive transport. */
		gboolean is_literal =
			(byte > 32 && byte < 127 && byte != '=') ||
			((byte == ' ' || byte == '\t') && !is_line_end (bytes, length, i + 1));
		if (column == 0 && (byte == '.' || (byte == 'F' && length - i >= 5 &&
						    memcmp (bytes + i, "From ", 5) == 0)))
			is_literal = FALSE;
		gsize width = is_literal ? 1 : 3;
		if (column + width > LINE_WIDTH - 1 &&
		    !(column + width == LINE_WIDTH && is_line_end (bytes, length, i + 1))) {
			g_string_append (out, "=\n");
			column = 0;
		}
		if (is_literal) {
			g_string_append_c (out, (char) byte);
		} else {
			char code[] = {'=', hex_digits[byte >> 4], hex_digits[byte & 15]};
			g_string_append_len (out, code, 3);
		}
		column += width;
	}
}

PstEncoding
pst_encode_choose (const guint8 *bytes, gsize length)
{
	gsize line_start = 0;
	gsize high = 0;
	gboolean is_7bit = TRUE;

	for (gsize i = 0; i < length; i++) {
		guint8 byte = bytes[i];
		if (byte == '\n') {
			line_start = i + 1;
			continue;
		}
		if (byte >= 0x80)
			high++;
		else if ((byte < 32 && byte != '\t') || byte == 127)
			is_7bit = FALSE;
		if (i - line_start >= MAX_LINE)
			is_7bit = FALSE;
		if (i == line_start + 3 && memcmp (bytes + line_start, "--=_", 4) == 0)
			is_7bit = FALSE;
	}
	if (high == 0 && is_7bit)
		return PST_ENCODE_7BIT;
	return high > length / 5 ? PST_ENCODE_BASE64 : PST_ENCODE_QUOTED_PRINTABLE;
}

const char *
pst_encode_get_name (PstEncoding encoding)
{
	static const char *const names[] = {"7bit", "quoted-printable", "base64"};

	return names[encoding];
}
