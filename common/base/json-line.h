/* json-line.h - one object on one line, as all our JSON is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every line says which version of its meaning it has, what kind of line it is and which tool wrote
 * it, so that the lines of many runs can be put into one file.
 */
#pragma once

#include <json-glib/json-glib.h>

/* Begins {"v":version,"type":type,"tool":tool. */
JsonBuilder *json_line_new (guint version, const char *type, const char *tool);

/* Nothing if value is NULL. Bytes that are not UTF-8 are read as windows-1252. */
void json_line_add_text (JsonBuilder *builder, const char *name, const char *value);
void json_line_add_number (JsonBuilder *builder, const char *name, guint64 value);
void json_line_add_boolean (JsonBuilder *builder, const char *name, gboolean value);

/* Closes the object; the line with its LF, newly allocated. */
char *json_line_end (JsonBuilder *builder);
