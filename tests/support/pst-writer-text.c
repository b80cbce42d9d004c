/* pst-writer-text.c - text as Outlook files store it: UTF-16, or bytes in a code page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/pst-writer-text.h"

#include "support/pst-writer-layout.h"

#define REPLACEMENT 0xfffdU

static GBytes *
encode_utf16 (const char *text, const char *end)
{
	GByteArray *out = g_byte_array_new ();

	while (text < end) {
		gunichar c = *text ? g_utf8_get_char_validated (text, end - text) : 0;
		gboolean is_valid = c <= 0x10ffff;
		guint8 unit[4];
		text = is_valid ? g_utf8_next_char (text) : text + 1;
		if (!is_valid)
			c = REPLACEMENT;
		if (c < 0x10000) {
			pst_writer_put16 (unit, c);
			g_byte_array_append (out, unit, 2);
		} else {
			pst_writer_put16 (unit, 0xd7c0 + (c >> 10));
			pst_writer_put16 (unit + 2, 0xdc00 + (c & 0x3ff));
			g_byte_array_append (out, unit, 4);
		}
	}
	return g_byte_array_free_to_bytes (out);
}

static char *
charset_of (guint codepage)
{
	static const struct {
		guint codepage;
		const char *name;
	} others[] = {
		{20866, "KOI8-R"},      {21866, "KOI8-U"},      {28591, "ISO-8859-1"},
		{28592, "ISO-8859-2"},  {28595, "ISO-8859-5"},  {28597, "ISO-8859-7"},
		{28605, "ISO-8859-15"}, {50220, "ISO-2022-JP"}, {51932, "EUC-JP"},
		{54936, "GB18030"},     {65001, "UTF-8"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
		if (others[i].codepage == codepage)
			return g_strdup (others[i].name);
	return g_strdup_printf ("CP%u", codepage);
}

static gboolean
is_ascii (const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((guchar)text[i] >= 0x80)
			return FALSE;
	return TRUE;
}

GBytes *
pst_writer_text_encode (const char *text, gssize length, guint codepage)
{
	gsize size = length < 0 ? strlen (text) : (gsize)length;
	g_autofree char *charset = NULL;
	char *bytes;
	gsize written;

	if (codepage == 0)
		return encode_utf16 (text, text + size);
	if (is_ascii (text, size)) /* the same in all of them */
		return g_bytes_new (text, size);
	charset = charset_of (codepage);
	bytes = g_convert (text, (gssize)size, charset, "UTF-8", NULL, &written, NULL);
	return bytes ? g_bytes_new_take (bytes, written) : NULL;
}

static guint32
get32 (const guint8 *at)
{
	guint32 little;

	memcpy (&little, at, sizeof little);
	return GUINT32_FROM_LE (little);
}

static GBytes *
narrow_one (const guint8 *utf16, gsize length, guint codepage)
{
	gsize size;
	g_autofree char *text = g_convert ((const char *)utf16, (gssize)length, "UTF-8", "UTF-16LE",
					   NULL, &size, NULL);

	return text ? pst_writer_text_encode (text, (gssize)size, codepage) : NULL;
}

/* Count, an offset for each value, then the values. [MS-PST] 2.3.3.4.2 */
static GBytes *
pack_multiple (GPtrArray *values)
{
	GByteArray *out = g_byte_array_new ();
	guint32 at = 4 + 4 * values->len;
	guint8 number[4];

	pst_writer_put32 (number, values->len);
	g_byte_array_append (out, number, 4);
	for (guint i = 0; i < values->len; i++) {
		pst_writer_put32 (number, at);
		g_byte_array_append (out, number, 4);
		at += (guint32)g_bytes_get_size (g_ptr_array_index (values, i));
	}
	for (guint i = 0; i < values->len; i++) {
		gsize length;
		const guint8 *bytes = g_bytes_get_data (g_ptr_array_index (values, i), &length);
		g_byte_array_append (out, bytes, (guint)length);
	}
	return g_byte_array_free_to_bytes (out);
}

GBytes *
pst_writer_text_narrow (const void *utf16, gsize length, gboolean is_multiple, guint codepage)
{
	g_autoptr (GPtrArray) values =
		g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
	const guint8 *bytes = utf16;
	guint32 count = is_multiple && length >= 4 ? get32 (bytes) : 0;

	if (!is_multiple)
		return narrow_one (bytes, length, codepage);
	for (guint32 i = 0; i < count; i++) {
		guint32 begin = get32 (bytes + 4 + 4 * (gsize)i);
		gsize end = i + 1 < count ? get32 (bytes + 8 + 4 * (gsize)i) : length;
		GBytes *value = narrow_one (bytes + begin, end - begin, codepage);
		if (!value)
			return NULL;
		g_ptr_array_add (values, value);
	}
	return pack_multiple (values);
}

GBytes *
pst_writer_text_join (const char *const *texts)
{
	g_autoptr (GPtrArray) values =
		g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);

	for (; *texts; texts++)
		g_ptr_array_add (values, pst_writer_text_encode (*texts, -1, 0));
	return pack_multiple (values);
}
