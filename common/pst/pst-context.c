/* pst-context.c - what every part of a conversion needs to know
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-context.h"

#include <string.h>

#define PR_MESSAGE_CODEPAGE 0x3ffd
#define PR_INTERNET_CPID    0x3fde

static void
tell (const PstContext *context, const char *name, const char *format, va_list arguments)
{
	if (context->finding == NULL)
		return;
	g_autofree char *detail = g_strdup_vprintf (format, arguments);
	context->finding (name, context->nid, detail, context->finding_data);
}

void
pst_context_find (const PstContext *context, const char *name, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	tell (context, name, format, arguments);
	va_end (arguments);
}

/* While nobody listens nothing counts as told. */
void
pst_context_find_once (const PstContext *context, const char *subject, const char *name,
		       const char *format, ...)
{
	gboolean is_kept = context->told != NULL && context->finding != NULL;
	va_list arguments;

	if (is_kept && !g_hash_table_add (context->told, g_strconcat (name, " ", subject, NULL)))
		return;
	va_start (arguments, format);
	tell (context, name, format, arguments);
	va_end (arguments);
}

guint
pst_context_get_codepage (const PstContext *context, const PstProps *props)
{
	static const guint16 ids[] = {PR_MESSAGE_CODEPAGE, PR_INTERNET_CPID};

	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
		gint64 value = pst_props_get_int_or (props, ids[i], 0);
		/* Unicode files say 1200 here, which 8-bit strings can't be. */
		if (value > 0 && value <= 65001 && value != PST_CODEPAGE_UTF16 &&
		    value != PST_CODEPAGE_ASCII &&
		    pst_codepage_is_known (context->pages, (guint) value))
			return (guint) value;
	}
	return context->codepage;
}

guint
pst_context_get_unknown_codepage (const PstContext *context, const PstProps *props)
{
	gint64 value = pst_props_get_int_or (props, PR_MESSAGE_CODEPAGE, 0);

	return value > 0 && value <= G_MAXUINT16 &&
			       !pst_codepage_is_known (context->pages, (guint) value)
		       ? (guint) value
		       : 0;
}

static void
remove_nuls (char *text, gsize length)
{
	gsize kept = 0;

	for (gsize i = 0; i < length; i++)
		if (text[i] != '\0')
			text[kept++] = text[i];
	text[kept] = '\0';
}

char *
pst_context_decode (const PstContext *context, GBytes *bytes, gboolean is_utf16, guint codepage)
{
	gsize size = 0;
	gsize length = 0;
	const void *data = g_bytes_get_data (bytes, &size);
	gboolean is_exact = TRUE;
	char *text = pst_codepage_to_utf8 (context->pages, is_utf16 ? PST_CODEPAGE_UTF16 : codepage,
					   data, size, &length, &is_exact);

	if (!is_exact)
		pst_context_find (context, "text-not-in-codepage",
				  "some characters do not exist in code page %u",
				  is_utf16 ? PST_CODEPAGE_UTF16 : codepage);
	remove_nuls (text, length);
	return text;
}

char *
pst_context_get_text (const PstContext *context, const PstProps *props, guint16 id, guint codepage)
{
	g_autoptr (GError) error = NULL;
	gboolean is_utf16 = FALSE;
	g_autoptr (GBytes) bytes = pst_props_get_string (props, id, &is_utf16, &error);

	if (error != NULL)
		pst_context_find (context, "property-damaged", "property 0x%04x: %s", id,
				  error->message);
	if (bytes == NULL || g_bytes_get_size (bytes) == 0)
		return NULL;

	g_autofree char *text = pst_context_decode (context, bytes, is_utf16, codepage);
	return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

GBytes *
pst_context_get_binary (const PstContext *context, const PstProps *props, guint16 id)
{
	g_autoptr (GError) error = NULL;
	GBytes *bytes = pst_props_get_binary (props, id, &error);

	if (error != NULL)
		pst_context_find (context, "property-damaged", "property 0x%04x: %s", id,
				  error->message);
	return bytes;
}
