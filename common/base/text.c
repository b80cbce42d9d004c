/* text.c - untrusted text made safe for a terminal, a line, a field, and compared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/text.h"

#include <string.h>

static gboolean
is_bidi_control (gunichar c)
{
	return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e ||
	       c == 0x200f || c == 0x061c;
}

char *
text_for_terminal (const char *text)
{
	GString *out = g_string_sized_new (strlen (text) + 16);

	while (*text != '\0') {
		gunichar c = g_utf8_get_char_validated (text, -1);
		if (c == (gunichar) -1 || c == (gunichar) -2) {
			g_string_append_printf (out, "\\x%02X", (guint8) *text++);
			continue;
		}
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			g_string_append_printf (out, "\\x%02X", c);
		else if (is_bidi_control (c) || c == 0x2028 || c == 0x2029)
			g_string_append_printf (out, "\\u{%04X}", c);
		else
			g_string_append_unichar (out, c);
		text = g_utf8_next_char (text);
	}
	return g_string_free (out, FALSE);
}

char *
text_percent_encode (const char *text, gssize length, const char *also)
{
	gsize n = length < 0 ? strlen (text) : (gsize) length;
	GString *out = g_string_sized_new (n + 8);

	for (gsize i = 0; i < n; i++) {
		guint8 c = (guint8) text[i];
		if (c < 0x20 || c == 0x7f || c == '%' || (also != NULL && strchr (also, c) != NULL))
			g_string_append_printf (out, "%%%02X", c);
		else
			g_string_append_c (out, (char) c);
	}
	return g_string_free (out, FALSE);
}

char *
text_percent_decode (const char *text, gssize length)
{
	gsize n = length < 0 ? strlen (text) : (gsize) length;
	g_autoptr (GString) out = g_string_sized_new (n);

	for (gsize i = 0; i < n; i++) {
		if (text[i] != '%') {
			g_string_append_c (out, text[i]);
			continue;
		}
		if (n - i < 3)
			return NULL;
		int high = g_ascii_xdigit_value (text[i + 1]);
		int low = g_ascii_xdigit_value (text[i + 2]);
		if (high < 0 || low < 0 || (high | low) == 0)
			return NULL;
		g_string_append_c (out, (char) (high << 4 | low));
		i += 2;
	}
	return g_string_free (g_steal_pointer (&out), FALSE);
}

/* What windows-1252 puts at 80-9F; 0 where it is undefined. */
static const guint16 windows_1252[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

char *
text_to_utf8 (const char *bytes, gsize length, gboolean *guessed)
{
	gboolean valid = g_utf8_validate_len (bytes, length, NULL);

	if (guessed != NULL)
		*guessed = !valid;
	if (valid)
		return g_strndup (bytes, length);

	GString *out = g_string_sized_new (length + 16);
	for (gsize i = 0; i < length; i++) {
		gunichar c = (guint8) bytes[i];
		if (c >= 0x80 && c < 0xa0)
			c = windows_1252[c - 0x80];
		g_string_append_unichar (out, c == 0 ? 0xfffd : c);
	}
	return g_string_free (out, FALSE);
}

gboolean
text_matches_glob (const char *glob, const char *text)
{
	g_autoptr (GPatternSpec) pattern = g_pattern_spec_new (glob);

	return g_pattern_spec_match_string (pattern, text);
}

char *
text_fold (const char *text, gssize length)
{
	g_autofree char *composed = g_utf8_normalize (text, length, G_NORMALIZE_NFC);

	return composed != NULL ? g_utf8_casefold (composed, -1) : NULL;
}

gsize
text_line_length (const void *data, gsize length)
{
	const char *lf = memchr (data, '\n', length);

	return lf != NULL ? (gsize) (lf - (const char *) data) + 1 : length;
}

/* One CR proves nothing. */
gboolean
text_has_only_cr (const void *data, gsize length, gboolean whole)
{
	const char *end = (const char *) data + length;
	const char *cr = memchr (data, '\r', length);

	return cr != NULL && memchr (data, '\n', length) == NULL &&
	       (memchr (cr + 1, '\r', (gsize) (end - cr - 1)) != NULL || (whole && cr + 1 == end));
}
