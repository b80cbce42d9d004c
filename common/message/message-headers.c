/* message-headers.c - the few header fields we look at, found without parsing the message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-headers.h"

#include <gmime/gmime.h>
#include <string.h>

#include "base/text.h"

static gboolean
is_empty_line (const guint8 *line, gsize length)
{
	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	return length == 0;
}

/* Move *at over whole lines, each looked at once; TRUE when the empty line was among them. */
static gboolean
pass_header (const guint8 *data, gsize length, gsize *at)
{
	while (*at < length) {
		const guint8 *line = data + *at;
		gsize n = text_line_length (line, length - *at);
		if (line[n - 1] != '\n')
			return FALSE;
		*at += n;
		if (is_empty_line (line, n))
			return TRUE;
	}
	return FALSE;
}

guint8 *
message_headers_read (MessageContent *content, gsize limit, gsize *length, GError **error)
{
	g_autoptr (ContentReader) reader = content_reader_new (content, error);
	gsize room = (gsize) MIN ((goffset) limit, message_content_get_size (content));
	g_autofree guint8 *data = g_malloc (room + 1);
	gsize used = 0;
	gsize passed = 0;
	gboolean ended = FALSE;

	if (reader == NULL)
		return NULL;
	while (used < room && !ended) {
		gsize got;
		/* Most headers end in the first few KiB: do not fetch a large body for them. */
		if (!content_reader_read (reader, data + used, MIN (room - used, 8192), &got,
					  error))
			return NULL;
		if (got == 0)
			break;
		used += got;
		ended = pass_header (data, used, &passed);
	}
	if (ended)
		used = passed;
	data[used] = '\0';
	*length = used;
	return g_steal_pointer (&data);
}

/* The length of the name that line begins with, and where its value does; 0 if it is no field. */
static gsize
field_name (const guint8 *line, gsize length, gsize *value)
{
	gsize name = 0;

	while (name < length && line[name] > ' ' && line[name] != ':')
		name++;
	gsize colon = name;
	while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	*value = colon + 1;
	return colon < length && line[colon] == ':' ? name : 0;
}

static void
append_unfolded (GString *out, const guint8 *data, gsize length)
{
	while (length > 0 && (data[length - 1] == '\n' || data[length - 1] == '\r'))
		length--;
	g_string_append_len (out, (const char *) data, (gssize) length);
}

/* CRs and NULs have no place in a value. */
static void
clean_value (GString *value)
{
	gsize kept = 0;

	for (gsize i = 0; i < value->len; i++)
		if (value->str[i] != '\r')
			value->str[kept++] = value->str[i] != '\0' ? value->str[i] : ' ';
	g_string_truncate (value, kept);
}

/* The value that begins at value in the line at, unfolded; *at moves beyond it. */
static char *
take_value (const guint8 *header, gsize length, gsize *at, gsize value)
{
	gsize n = text_line_length (header + *at, length - *at);
	GString *out = g_string_new (NULL);

	append_unfolded (out, header + *at + value, n - value);
	for (*at += n; *at < length && (header[*at] == ' ' || header[*at] == '\t'); *at += n) {
		n = text_line_length (header + *at, length - *at);
		append_unfolded (out, header + *at, n);
	}
	if (memchr (out->str, '\r', out->len) != NULL || memchr (out->str, 0, out->len) != NULL)
		clean_value (out);
	return g_strstrip (g_string_free (out, FALSE));
}

static gboolean
is_named (const guint8 *line, gsize length, const char *name)
{
	return (*line | 0x20) == (*name | 0x20) && strlen (name) == length &&
	       g_ascii_strncasecmp ((const char *) line, name, length) == 0;
}

void
message_headers_get_all (const guint8 *header, gsize length, const char *const *names,
			 char **values, guint n)
{
	memset (values, 0, n * sizeof *values);
	for (gsize at = 0; at < length;) {
		gsize line = text_line_length (header + at, length - at);
		gsize value;
		guint i = 0;
		if (is_empty_line (header + at, line))
			return;
		gsize name = field_name (header + at, line, &value);
		for (; name > 0 && i < n; i++)
			if (values[i] == NULL && is_named (header + at, name, names[i]))
				break;
		if (name > 0 && i < n)
			values[i] = take_value (header, length, &at, value);
		else
			at += line;
	}
}

char *
message_headers_get (const guint8 *header, gsize length, const char *name)
{
	char *value;

	message_headers_get_all (header, length, &name, &value, 1);
	return value;
}

char *
message_headers_decode (const char *value)
{
	static gsize is_ready; /* GMime's tables of character sets are */

	if (g_once_init_enter (&is_ready)) {
		g_mime_init ();
		g_once_init_leave (&is_ready, 1);
	}
	g_autofree char *text = g_mime_utils_header_decode_text (NULL, value);

	return g_utf8_make_valid (text, -1);
}

gboolean
message_headers_parse_date (const char *text, gint64 *seconds, int *zone_minutes)
{
	g_autoptr (GDateTime) date = g_mime_utils_header_decode_date (text);

	if (date == NULL)
		return FALSE;
	*seconds = g_date_time_to_unix (date);
	*zone_minutes = (int) (g_date_time_get_utc_offset (date) / G_TIME_SPAN_MINUTE);
	return TRUE;
}
