/* eml-foreign.c - files called .eml that are no mail as it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-foreign.h"

#include <string.h>

#include "base/text.h"

/* So many characters with a NUL beside each are no accident. */
#define WIDE_LEAST 4

static gboolean
begins_with (const guint8 *data, gsize length, const char *magic, gsize n)
{
	return length >= n && memcmp (data, magic, n) == 0;
}

/* ASCII in the bytes from first on, every other one, and NUL in between. */
static gboolean
is_wide (const guint8 *data, gsize length, gsize first)
{
	if (length < 2 * WIDE_LEAST)
		return FALSE;
	for (gsize i = 0; i < 2 * WIDE_LEAST; i++) {
		gboolean is_text = i % 2 == first;
		if (is_text ? !g_ascii_isprint (data[i]) : data[i] != 0)
			return FALSE;
	}
	return TRUE;
}

const char *
eml_foreign_recognise (const guint8 *data, gsize length, gboolean whole)
{
	if (begins_with (data, length, "\xff\xfe", 2) || begins_with (data, length, "\xfe\xff", 2))
		return "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8)";
	if (is_wide (data, length, 0))
		return "UTF-16 text: convert it first (iconv -f UTF-16LE -t UTF-8)";
	if (is_wide (data, length, 1))
		return "UTF-16 text: convert it first (iconv -f UTF-16BE -t UTF-8)";
	if (begins_with (data, length, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8))
		return "an Outlook .msg file: save it as .eml, or convert it with msgconvert";
	if (text_has_only_cr (data, length, whole))
		return "text with the line ends of old Macintoshes (CR alone): convert it first "
		       "(tr '\\r' '\\n')";
	return NULL;
}
