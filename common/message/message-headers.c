/* message-headers.c - the few header fields we look at, found without parsing the message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-headers.h"

#include <gmime/gmime.h>
#include <string.h>

/* The length of the line at data, its LF included. */
static gsize
line_length (const guint8 *data, gsize length)
{
	const guint8 *lf = memchr (data, '\n', length);

	return lf != NULL ? (gsize) (lf - data) + 1 : length;
}

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
		gsize n = line_length (line, length - *at);
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

static gboolean
line_has_name (const guint8 *line, gsize length, const char *name, gsize *value)
{
	gsize n = strlen (name);

	if (length <= n || g_ascii_strncasecmp ((const char *) line, name, n) != 0)
		return FALSE;
	while (n < length && (line[n] == ' ' || line[n] == '\t'))
		n++;
	*value = n + 1;
	return n < length && line[n] == ':';
}

static void
append_unfolded (GString *out, const guint8 *data, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (data[i] != '\r' && data[i] != '\n')
			g_string_append_c (out, data[i] != '\0' ? (char) data[i] : ' ');
}

char *
message_headers_get (const guint8 *header, gsize length, const char *name)
{
	for (gsize at = 0; at < length;) {
		gsize n = line_length (header + at, length - at);
		gsize value;
		if (is_empty_line (header + at, n))
			return NULL;
		if (!line_has_name (header + at, n, name, &value)) {
			at += n;
			continue;
		}
		GString *out = g_string_new (NULL);
		append_unfolded (out, header + at + value, n - value);
		for (at += n; at < length && (header[at] == ' ' || header[at] == '\t'); at += n) {
			n = line_length (header + at, length - at);
			append_unfolded (out, header + at, n);
		}
		return g_strstrip (g_string_free (out, FALSE));
	}
	return NULL;
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
