/* eml-plist.c - what Apple Mail noted about a message, behind it in its file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-plist.h"

#include <string.h>

/* Depth of the elements within <plist><dict>. */
#define DEPTH_OF_ENTRY 3

typedef struct {
	EmlPlist *plist;
	guint depth;
	gboolean in_dictionary; /* the root of the list is one */
	char *key;              /* of the value that follows */
	GString *text;          /* of the element that is open */
} Reader;

static void
begin_element (GMarkupParseContext *context, const char *name, const char **attributes,
	       const char **values, gpointer user_data, GError **error)
{
	Reader *reader = user_data;

	reader->depth++;
	if (reader->depth == 2)
		reader->in_dictionary = strcmp (name, "dict") == 0;
	g_string_truncate (reader->text, 0);
}

static gboolean
parse_number (const char *text, guint64 *number)
{
	char *end;

	if (!g_ascii_isdigit (*text))
		return FALSE;
	*number = g_ascii_strtoull (text, &end, 10);
	/* Old versions write dates as reals. */
	return *end == '\0' || *end == '.';
}

static void
take_value (Reader *reader, const char *name)
{
	g_autofree char *text = g_strstrip (g_strdup (reader->text->str));
	guint64 number;

	if (reader->key == NULL || (strcmp (name, "integer") != 0 && strcmp (name, "real") != 0) ||
	    !parse_number (text, &number))
		return;
	if (strcmp (reader->key, "flags") == 0) {
		reader->plist->has_flags = TRUE;
		reader->plist->flags = number;
	} else if (strcmp (reader->key, "date-received") == 0 && number <= G_MAXINT32 * 64LL) {
		reader->plist->has_received = number > 0;
		reader->plist->received = (gint64) number;
	}
}

static void
end_element (GMarkupParseContext *context, const char *name, gpointer user_data, GError **error)
{
	Reader *reader = user_data;

	if (reader->depth == DEPTH_OF_ENTRY && reader->in_dictionary) {
		gboolean is_key = strcmp (name, "key") == 0;
		if (!is_key)
			take_value (reader, name);
		g_clear_pointer (&reader->key, g_free);
		if (is_key)
			reader->key = g_strdup (reader->text->str);
	}
	reader->depth--;
	g_string_truncate (reader->text, 0);
}

static void
add_text (GMarkupParseContext *context, const char *text, gsize length, gpointer user_data,
	  GError **error)
{
	g_string_append_len (((Reader *) user_data)->text, text, (gssize) length);
}

gboolean
eml_plist_parse (const char *text, gsize length, EmlPlist *plist)
{
	static const GMarkupParser parser = {
		.start_element = begin_element,
		.end_element = end_element,
		.text = add_text,
	};
	g_autoptr (GString) open = g_string_new (NULL);
	Reader reader = { .plist = plist, .text = open };
	g_autoptr (GMarkupParseContext) context =
		g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT, &reader, NULL);

	while (length > 0 && (text[length - 1] == '\0' || g_ascii_isspace (text[length - 1])))
		length--;
	gboolean ok = g_markup_parse_context_parse (context, text, (gssize) length, NULL) &&
		      g_markup_parse_context_end_parse (context, NULL) && reader.in_dictionary;
	g_free (reader.key);
	return ok;
}
