/* pst-vcard.c - the lines of a vCard
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-vcard.h"

#include <string.h>

#define LINE_OCTETS 75

static gboolean
is_blank (const char *text)
{
	if (text == NULL)
		return TRUE;
	while (g_ascii_isspace (*text) || (g_ascii_iscntrl (*text) && *text != '\0'))
		text++;
	return *text == '\0';
}

char *
pst_vcard_escape (const char *text)
{
	GString *value = g_string_sized_new (strlen (text) + 8);

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n' || (*p == '\r' && p[1] != '\n'))
			g_string_append (value, "\\n");
		else if (*p == '\\' || *p == ',' || *p == ';')
			g_string_append_printf (value, "\\%c", *p);
		else if (!g_ascii_iscntrl (*p) || *p == '\t')
			g_string_append_c (value, *p);
	}
	return g_string_free (value, FALSE);
}

/* As much of TEXT as fits into ROOM octets without cutting a character; the bytes are not
 * necessarily UTF-8, so at most the four of one character are given up. */
static gsize
fit (const char *text, gsize length, gsize room)
{
	gsize n = room;

	if (length <= room)
		return length;
	while (n > 0 && room - n < 4 && ((guint8) text[n] & 0xc0) == 0x80)
		n--;
	return n > 0 && ((guint8) text[n] & 0xc0) != 0x80 ? n : room;
}

void
pst_vcard_add (GString *card, const char *name, const char *value)
{
	g_autofree char *line = g_strconcat (name, ":", value, NULL);
	const char *p = line;
	gsize left = strlen (line);
	gsize room = LINE_OCTETS;

	while (left > 0) {
		gsize n = fit (p, left, room);
		if (p != line)
			g_string_append_c (card, ' ');
		g_string_append_len (card, p, (gssize) n);
		g_string_append (card, "\r\n");
		p += n;
		left -= n;
		room = LINE_OCTETS - 1;
	}
}

void
pst_vcard_add_text (GString *card, const char *name, const char *value)
{
	pst_vcard_add_list (card, name, &value, 1, ';');
}

void
pst_vcard_add_list (GString *card, const char *name, const char *const *values, guint count,
		    char separator)
{
	g_autoptr (GString) line = g_string_new (NULL);
	gboolean has_any = FALSE;

	for (guint i = 0; i < count; i++) {
		g_autofree char *value =
			!is_blank (values[i]) ? pst_vcard_escape (values[i]) : NULL;
		if (i > 0)
			g_string_append_c (line, separator);
		if (value != NULL)
			g_string_append (line, value);
		has_any |= value != NULL;
	}
	if (has_any)
		pst_vcard_add (card, name, line->str);
}
