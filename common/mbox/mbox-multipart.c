/* mbox-multipart.c - is a From_ line inside a message that has not ended yet?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-multipart.h"

#include <string.h>

#include "message/message-headers.h"

#define HEADER_SIZE (16 * 1024)
#define TAIL_SIZE   4096

/* The value of boundary= in a Content-Type of a multipart; NULL if there is none. Newly allocated.
 * RFC 2046, 5.1.1. */
static char *
boundary_of (const char *type)
{
	const char *at = type;

	if (g_ascii_strncasecmp (type, "multipart/", 10) != 0)
		return NULL;
	while ((at = strchr (at, ';')) != NULL) {
		at += 1 + strspn (at + 1, " \t");
		if (g_ascii_strncasecmp (at, "boundary", 8) != 0)
			continue;
		const char *value = at + 8 + strspn (at + 8, " \t");
		if (*value != '=')
			continue;
		value += 1 + strspn (value + 1, " \t");
		gsize length = *value == '"' ? strcspn (++value, "\"") : strcspn (value, " \t;");
		return length > 0 && length <= 70 ? g_strndup (value, length) : NULL;
	}
	return NULL;
}

static char *
read_boundary (const Spool *content)
{
	guint8 header[HEADER_SIZE];
	gsize got;

	if (!spool_read_at (content, 0, header, sizeof header, &got, NULL))
		return NULL;
	g_autofree char *type = message_headers_get (header, got, "Content-Type");
	return type != NULL ? boundary_of (type) : NULL;
}

/* Where the line "--boundary--" begins, or NULL. */
static const guint8 *
find_close (const guint8 *data, gsize length, const char *boundary)
{
	g_autofree char *line = g_strdup_printf ("\n--%s--", boundary);

	return memmem (data, length, line, strlen (line));
}

static gboolean
is_closed (const Spool *content, const char *boundary)
{
	guint8 tail[TAIL_SIZE];
	gsize got;
	goffset size = spool_get_size (content);

	return !spool_read_at (content, MAX (size - TAIL_SIZE, 0), tail, sizeof tail, &got, NULL) ||
	       find_close (tail, got, boundary) != NULL;
}

/* Is there a header that declares the same boundary? Then the end that follows is that message's:
 * the same mail lies here twice, and the first copy is cut. */
static gboolean
is_declared (const guint8 *data, gsize length, const char *boundary)
{
	const char *at = (const char *) data;
	const char *end = at + length;
	gsize n = strlen (boundary);

	while ((at = memmem (at, (gsize) (end - at), boundary, n)) != NULL) {
		const char *before = at;
		if (before > (const char *) data && before[-1] == '"')
			before--;
		if (before - (const char *) data >= 9 &&
		    g_ascii_strncasecmp (before - 9, "boundary=", 9) == 0)
			return TRUE;
		at += n;
	}
	return FALSE;
}

gboolean
mbox_multipart_is_open (const Spool *content, const guint8 *ahead, gsize length)
{
	g_autofree char *boundary = read_boundary (content);

	if (boundary == NULL || is_closed (content, boundary))
		return FALSE;
	const guint8 *close = find_close (ahead, length, boundary);
	return close != NULL && !is_declared (ahead, (gsize) (close - ahead), boundary);
}
