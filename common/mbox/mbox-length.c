/* mbox-length.c - Content-Length: how long a message says it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-length.h"

#include <string.h>

#include "base/text.h"
#include "mbox/mbox-scan.h"

#define FIELD "Content-Length"

/* No body is so long, and sums with it do not wrap. */
#define LENGTH_LIMIT (G_GUINT64_CONSTANT (1) << 48)

/* The value of the field if line is one; NULL if not. */
static const guint8 *
find_value (const guint8 *line, gsize length)
{
	gsize n = strlen (FIELD);

	if (length <= n || (*line | 0x20) != 'c' ||
	    g_ascii_strncasecmp ((const char *) line, FIELD, n) != 0)
		return NULL;
	while (n < length && (line[n] == ' ' || line[n] == '\t'))
		n++;
	return n < length && line[n] == ':' ? line + n + 1 : NULL;
}

/* A number, with blanks around it and nothing else. */
static gboolean
parse_number (const guint8 *at, const guint8 *end, guint64 *value)
{
	guint digits = 0;

	*value = 0;
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	for (; at < end && g_ascii_isdigit (*at); at++, digits++) {
		*value = *value * 10 + (*at - '0');
		if (*value > LENGTH_LIMIT)
			return FALSE;
	}
	while (at < end && g_ascii_isspace (*at))
		at++;
	return digits > 0 && at == end;
}

MboxLengthState
mbox_length_read (const guint8 *data, gsize length, guint64 *whole)
{
	const guint8 *at = data;
	const guint8 *end = data + length;
	MboxLengthState state = MBOX_LENGTH_NONE;
	guint64 body = 0;

	while (at < end) {
		gsize n = text_line_length (at, (gsize) (end - at));
		const guint8 *value;
		guint64 number;
		if (at[n - 1] != '\n' || mbox_scan_is_from (at, n))
			break;
		if (n == 1 || (n == 2 && *at == '\r')) {
			*whole = (guint64) (at + n - data) + body;
			return state;
		}
		if ((value = find_value (at, n)) != NULL) {
			gboolean good = parse_number (value, at + n, &number) &&
					(state == MBOX_LENGTH_NONE || number == body);
			body = number;
			state = good && state != MBOX_LENGTH_BAD ? MBOX_LENGTH_KNOWN
								 : MBOX_LENGTH_BAD;
		}
		at += n;
	}
	return state == MBOX_LENGTH_NONE ? MBOX_LENGTH_NONE : MBOX_LENGTH_BAD;
}

/* The length of the line end at data, 0 if there is none. */
static gsize
line_end (const guint8 *data, gsize length)
{
	if (length >= 1 && data[0] == '\n')
		return 1;
	return length >= 2 && data[0] == '\r' && data[1] == '\n' ? 2 : 0;
}

gboolean
mbox_length_gap (const guint8 *data, gsize length, gboolean at_end, gsize *gap)
{
	/* A body without a line end has been given one, before the empty line. */
	gsize first = line_end (data, length);
	gsize second = line_end (data + first, length - first);

	*gap = first + second;
	if (*gap == length)
		return at_end;
	return first > 0 && mbox_scan_is_from (data + *gap, length - *gap);
}
