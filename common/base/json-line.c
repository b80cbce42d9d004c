/* json-line.c - one object on one line, as all our JSON is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/json-line.h"

#include <string.h>

#include "base/text.h"

JsonBuilder *
json_line_new (guint version, const char *type, const char *tool)
{
	JsonBuilder *builder = json_builder_new ();

	json_builder_begin_object (builder);
	json_line_add_number (builder, "v", version);
	json_line_add_text (builder, "type", type);
	json_line_add_text (builder, "tool", tool);
	return builder;
}

void
json_line_add_text (JsonBuilder *builder, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_autofree char *utf8 = text_to_utf8 (value, strlen (value), NULL);
	json_builder_set_member_name (builder, name);
	json_builder_add_string_value (builder, utf8);
}

void
json_line_add_number (JsonBuilder *builder, const char *name, guint64 value)
{
	json_builder_set_member_name (builder, name);
	json_builder_add_int_value (builder, (gint64) MIN (value, (guint64) G_MAXINT64));
}

void
json_line_add_boolean (JsonBuilder *builder, const char *name, gboolean value)
{
	json_builder_set_member_name (builder, name);
	json_builder_add_boolean_value (builder, value);
}

char *
json_line_end (JsonBuilder *builder)
{
	json_builder_end_object (builder);
	g_autoptr (JsonNode) root = json_builder_get_root (builder);
	g_autofree char *text = json_to_string (root, FALSE);
	return g_strconcat (text, "\n", NULL);
}
