/* message-mime-limits.c - is a message small enough in structure for a MIME parser?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-mime-limits.h"

#include <string.h>

#define LINE_START 64 /* bytes of a line that tell what it is */

typedef struct {
	guint8 line[LINE_START];
	gsize length;         /* of the line so far, also beyond what is kept */
	gboolean header;      /* these lines may be a header's */
	gboolean nests;       /* the header announces a message, whose header comes next */
	gboolean digest_seen; /* in a multipart/digest every part is a message unasked */
	gsize header_bytes;
	guint colons; /* of the field: a group of addresses may hold groups (RFC 5322, 3.4) */
	guint parts;
	guint depth;
	const char *problem;
} Limits;

static gboolean
announces (const Limits *limits, const char *type)
{
	static const char field[] = "content-type:";
	const char *line = (const char *) limits->line;
	gsize length = MIN (limits->length, LINE_START);
	gsize at = sizeof field - 1;

	if (length < at || g_ascii_strncasecmp (line, field, at) != 0)
		return FALSE;
	while (at < length && g_ascii_isspace (line[at]))
		at++;
	/* The type may stand on the next line. */
	return at == length || (length - at >= strlen (type) &&
				g_ascii_strncasecmp (line + at, type, strlen (type)) == 0);
}

static void
end_header_line (Limits *limits)
{
	gboolean message = announces (limits, "message/");

	if (message || announces (limits, "multipart/"))
		limits->depth++;
	limits->digest_seen = limits->digest_seen || announces (limits, "multipart/digest");
	limits->nests = limits->nests || message;
}

static void
end_line (Limits *limits)
{
	gboolean empty = limits->length == 0 || (limits->length == 1 && limits->line[0] == '\r');
	gboolean dashes = limits->length >= 2 && memcmp (limits->line, "--", 2) == 0;

	if (dashes) {
		limits->parts++;
		limits->header = TRUE;
		limits->nests = FALSE;
		limits->header_bytes = 0;
	} else if (empty && limits->header) {
		limits->header = limits->nests || (limits->digest_seen && limits->header_bytes > 0);
		limits->nests = FALSE;
		limits->header_bytes = 0;
	} else {
		end_header_line (limits);
	}
	limits->length = 0;
	if (limits->parts > MESSAGE_MIME_PARTS_LIMIT)
		limits->problem = "too many parts";
	if (limits->depth > MESSAGE_MIME_DEPTH_LIMIT)
		limits->problem = "parts within parts too deeply";
}

static void
count_header (Limits *limits, const guint8 *data, gsize length)
{
	const guint8 *end = data + length;

	limits->header_bytes += length;
	if (limits->length == 0 && length > 0 && *data != ' ' && *data != '\t')
		limits->colons = 0;
	while (data < end && (data = memchr (data, ':', (gsize) (end - data))) != NULL) {
		limits->colons++;
		data++;
	}
}

static void
add_to_line (Limits *limits, const guint8 *data, gsize length)
{
	if (limits->length < LINE_START)
		memcpy (limits->line + limits->length, data,
			MIN (length, LINE_START - limits->length));
	if (limits->header)
		count_header (limits, data, length);
	limits->length += length;
	if (limits->colons > MESSAGE_MIME_GROUP_LIMIT)
		limits->problem = "groups within groups of addresses";
	if (limits->header_bytes > MESSAGE_MIME_HEADER_LIMIT)
		limits->problem = "a header too long";
}

static gboolean
count (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Limits *limits = user_data;

	while (length > 0 && limits->problem == NULL) {
		const guint8 *lf = memchr (data, '\n', length);
		gsize line = lf != NULL ? (gsize) (lf - data) : length;
		add_to_line (limits, data, line);
		if (lf == NULL)
			break;
		end_line (limits);
		data += line + 1;
		length -= line + 1;
	}
	return TRUE;
}

gboolean
message_mime_limits_check (MessageContent *content, const char **problem, GError **error)
{
	Limits limits = { .header = TRUE };

	*problem = NULL;
	if (!message_content_foreach (content, count, &limits, error))
		return FALSE;
	*problem = limits.problem;
	return TRUE;
}
