/* utf7.c - modified UTF-7, the way IMAP and Maildir++ write folder names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/utf7.h"

#include <string.h>

/* Base64 with ',' in the place of '/', which is a separator in folder names. */
static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

static gboolean
is_direct (gunichar c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* Bits on their way from units of 16 into digits of 6. */
typedef struct {
	GString *out;
	guint32 bits;
	guint n_bits;
} Shift;

static void
put_unit (Shift *shift, guint32 unit)
{
	shift->bits = shift->bits << 16 | unit;
	for (shift->n_bits += 16; shift->n_bits >= 6; shift->n_bits -= 6)
		g_string_append_c (shift->out, alphabet[shift->bits >> (shift->n_bits - 6) & 0x3f]);
}

static void
put_character (Shift *shift, gunichar c)
{
	if (c < 0x10000) {
		put_unit (shift, c);
		return;
	}
	put_unit (shift, 0xd800 + ((c - 0x10000) >> 10));
	put_unit (shift, 0xdc00 + ((c - 0x10000) & 0x3ff));
}

/* A run of characters that cannot stand for themselves; returns what follows it. */
static const char *
encode_run (const char *text, GString *out)
{
	Shift shift = { out, 0, 0 };

	g_string_append_c (out, '&');
	for (; *text != '\0' && !is_direct (g_utf8_get_char (text)); text = g_utf8_next_char (text))
		put_character (&shift, g_utf8_get_char (text));
	if (shift.n_bits > 0)
		g_string_append_c (out, alphabet[shift.bits << (6 - shift.n_bits) & 0x3f]);
	g_string_append_c (out, '-');
	return text;
}

char *
utf7_encode (const char *text)
{
	GString *out = g_string_sized_new (strlen (text) + 8);

	while (*text != '\0') {
		if (!is_direct (g_utf8_get_char (text))) {
			text = encode_run (text, out);
			continue;
		}
		g_string_append_c (out, *text);
		if (*text++ == '&')
			g_string_append_c (out, '-');
	}
	return g_string_free (out, FALSE);
}

/* One UTF-16 unit; *high is the first half of a pair while the second is awaited. */
static gboolean
take_unit (gunichar unit, gunichar *high, GString *out)
{
	gboolean is_low = unit >= 0xdc00 && unit <= 0xdfff;

	if (unit == 0 || is_low != (*high != 0))
		return FALSE;
	if (unit >= 0xd800 && unit <= 0xdbff) {
		*high = unit;
		return TRUE;
	}
	g_string_append_unichar (
		out, is_low ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : unit);
	*high = 0;
	return TRUE;
}

/* The digits between '&' and '-'. */
static gboolean
decode_run (const char *digits, gsize length, GString *out)
{
	guint32 bits = 0;
	guint n_bits = 0;
	gunichar high = 0;

	for (gsize i = 0; i < length; i++) {
		const char *digit = memchr (alphabet, digits[i], sizeof alphabet - 1);
		if (digit == NULL)
			return FALSE;
		bits = bits << 6 | (guint32) (digit - alphabet);
		n_bits += 6;
		if (n_bits < 16)
			continue;
		n_bits -= 16;
		if (!take_unit (bits >> n_bits & 0xffff, &high, out))
			return FALSE;
	}
	return high == 0;
}

static gboolean
decode (const char *text, gsize length, GString *out)
{
	const char *end = text + length;

	while (text < end) {
		if (*text != '&') {
			g_string_append_c (out, *text++);
			continue;
		}
		const char *dash = memchr (text, '-', (gsize) (end - text));
		if (dash == NULL)
			return FALSE;
		if (dash == text + 1)
			g_string_append_c (out, '&');
		else if (!decode_run (text + 1, (gsize) (dash - text - 1), out))
			return FALSE;
		text = dash + 1;
	}
	return TRUE;
}

char *
utf7_decode (const char *text, gssize length)
{
	gsize n = length < 0 ? strlen (text) : (gsize) length;
	g_autoptr (GString) out = g_string_sized_new (n + 8);

	if (!decode (text, n, out) || !g_utf8_validate_len (out->str, out->len, NULL))
		return NULL;

	/* Everything a lenient decoder lets pass, the one canonical form does not. */
	g_autofree char *again = utf7_encode (out->str);
	if (strlen (again) != n || memcmp (again, text, n) != 0)
		return NULL;
	return g_string_free (g_steal_pointer (&out), FALSE);
}
