/* pst-fields.c - what an item that isn't mail says of itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-fields.h"

#include <string.h>

#include "base/digest.h"
#include "message/message-flags.h"
#include "pst/pst-body.h"
#include "pst/pst-html.h"
#include "pst/pst-time.h"

enum {
	PR_CREATION_TIME = 0x3007,
	PR_LAST_MODIFICATION_TIME = 0x3008,
	PR_SEARCH_KEY = 0x300b,
};

#define MAX_BODY (4u << 20)

/* 0, which no property has, if the file doesn't know the name. */
static guint16
find (const PstItem *item, const PstGuid *set, guint32 number)
{
	const PstNames *names = pst_store_get_names (item->context->store);

	return names != NULL ? pst_names_find_number (names, set, number) : 0;
}

char *
pst_fields_get_text (const PstItem *item, const PstGuid *set, guint32 number)
{
	guint16 id = find (item, set, number);

	return id != 0 ? pst_item_get_text (item, id) : NULL;
}

static char *
make_line (char *text)
{
	return text != NULL ? g_strstrip (g_strdelimit (text, "\r\n", ' ')) : NULL;
}

char *
pst_fields_get_line (const PstItem *item, const PstGuid *set, guint32 number)
{
	return make_line (pst_fields_get_text (item, set, number));
}

char *
pst_fields_get_item_line (const PstItem *item, guint16 id)
{
	return make_line (pst_item_get_text (item, id));
}

GBytes *
pst_fields_get_binary (const PstItem *item, const PstGuid *set, guint32 number)
{
	guint16 id = find (item, set, number);

	return id != 0 ? pst_context_get_binary (item->context, item->props, id) : NULL;
}

GPtrArray *
pst_fields_get_list (const PstItem *item, const PstGuid *set, guint32 number)
{
	guint16 id = find (item, set, number);
	g_autoptr (GError) error = NULL;

	if (id == 0)
		return NULL;
	GPtrArray *list = pst_props_get_multiple (item->props, id, NULL, &error);
	if (error != NULL)
		pst_context_find (item->context, "property-damaged", "property 0x%04x: %s", id,
				  error->message);
	return list;
}

gint64
pst_fields_get_int_or (const PstItem *item, const PstGuid *set, guint32 number, gint64 fallback)
{
	guint16 id = find (item, set, number);

	return id != 0 ? pst_props_get_int_or (item->props, id, fallback) : fallback;
}

gboolean
pst_fields_get_bool (const PstItem *item, const PstGuid *set, guint32 number)
{
	guint16 id = find (item, set, number);

	return id != 0 && pst_props_get_bool (item->props, id);
}

gboolean
pst_fields_get_double (const PstItem *item, const PstGuid *set, guint32 number, double *value)
{
	guint16 id = find (item, set, number);

	return id != 0 && pst_props_get_double (item->props, id, value);
}

gboolean
pst_fields_get_item_time (const PstItem *item, guint16 id, gint64 *seconds)
{
	guint64 filetime = 0;

	return pst_props_get_filetime (item->props, id, &filetime) &&
	       pst_time_from_filetime (filetime, seconds);
}

gboolean
pst_fields_get_time (const PstItem *item, const PstGuid *set, guint32 number, gint64 *seconds)
{
	guint16 id = find (item, set, number);

	return id != 0 && pst_fields_get_item_time (item, id, seconds);
}

gboolean
pst_fields_get_changed (const PstItem *item, gint64 *seconds)
{
	return pst_fields_get_item_time (item, PR_LAST_MODIFICATION_TIME, seconds) ||
	       pst_fields_get_item_time (item, PR_CREATION_TIME, seconds);
}

char **
pst_fields_get_categories (const PstItem *item)
{
	g_auto (GStrv) keywords = pst_item_get_keywords (item);
	GPtrArray *categories = g_ptr_array_new ();

	for (char **p = keywords; *p != NULL; p++)
		if (strcmp (*p, MESSAGE_KEYWORD_FORWARDED) != 0)
			g_ptr_array_add (categories, g_strdup (*p));
	g_ptr_array_add (categories, NULL);
	return (char **) g_ptr_array_free (categories, FALSE);
}

static char *
words_of_html (const PstItem *item, const char *data, gsize length, const char *charset)
{
	guint codepage = pst_codepage_from_charset (charset, strlen (charset));
	g_autofree char *html =
		pst_codepage_to_utf8 (item->context->pages, codepage, data, length, &length, NULL);

	return pst_html_get_words (html, length);
}

static char *
words_of_text (const char *data, gsize length)
{
	GString *text = g_string_sized_new (length);

	for (gsize i = 0; i < length; i++)
		if (data[i] != '\0')
			g_string_append_c (text, data[i]);
	g_strchomp (text->str);
	return g_string_free (text, FALSE);
}

/* NULL if there is no such body. */
static char *
read_words (const PstItem *item, PstBodyKind kind)
{
	const char *charset = NULL;
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = pst_body_read (item, kind, &charset, &error);
	gsize length = 0;

	if (error != NULL)
		pst_context_find (item->context, "property-damaged", "text: %s", error->message);
	if (bytes == NULL)
		return NULL;
	const char *data = g_bytes_get_data (bytes, &length);
	return kind == PST_BODY_RTF_HTML || kind == PST_BODY_HTML
		       ? words_of_html (item, data, length, charset)
		       : words_of_text (data, length);
}

/* Plain text if there is any; else rich text, which Outlook prefers here; else a page. */
char *
pst_fields_get_body (const PstItem *item)
{
	char *text = read_words (item, PST_BODY_PLAIN);

	if (text == NULL) {
		PstBodyRtf rtf = pst_body_look_at_rtf (item);
		if (rtf.has_text || rtf.has_file)
			text = read_words (item, PST_BODY_RTF_TEXT);
		else
			text = read_words (item,
					   rtf.has_html ? PST_BODY_RTF_HTML : PST_BODY_HTML);
	}
	if (text == NULL || strlen (text) <= MAX_BODY)
		return text;

	gsize length = MAX_BODY;
	pst_context_find (item->context, "text-cut", "the text has %" G_GSIZE_FORMAT " bytes",
			  strlen (text));
	while (length > 0 && ((guint8) text[length] & 0xc0) == 0x80)
		length--;
	text[length] = '\0';
	return text;
}

char *
pst_fields_make_uuid (const PstItem *item)
{
	g_autoptr (GBytes) key = pst_context_get_binary (item->context, item->props, PR_SEARCH_KEY);
	guint32 nid = GUINT32_TO_LE (pst_node_get_nid (item->node));
	guint8 hash[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	Digest digest;

	digest_init (&digest);
	digest_update (&digest, &nid, sizeof nid);
	if (key != NULL)
		digest_update (&digest, g_bytes_get_data (key, NULL), g_bytes_get_size (key));
	digest_finish (&digest, hash);
	hash[6] = (guint8) ((hash[6] & 0x0f) | 0x80);
	hash[8] = (guint8) ((hash[8] & 0x3f) | 0x80);
	(void) digest_to_hex (hash, 16, hex);
	return g_strdup_printf ("%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16,
				hex + 20);
}
