/* backlog.c - bytes that were read before their time, in a queue
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/backlog.h"

#include "base/spool.h"

struct Backlog {
	Spool *first; /* NULL: empty, and so is second */
	Spool *second;
	goffset taken; /* of the first */
};

Backlog *
backlog_new (void)
{
	return g_new0 (Backlog, 1);
}

void
backlog_free (Backlog *backlog)
{
	if (backlog == NULL)
		return;
	g_clear_pointer (&backlog->first, spool_unref);
	g_clear_pointer (&backlog->second, spool_unref);
	g_free (backlog);
}

static guint64
size_of (const Spool *spool)
{
	return spool != NULL ? (guint64) spool_get_size (spool) : 0;
}

guint64
backlog_get_size (const Backlog *backlog)
{
	return size_of (backlog->first) - (guint64) backlog->taken + size_of (backlog->second);
}

gboolean
backlog_add (Backlog *backlog, const void *data, gsize length, GError **error)
{
	Spool **last = backlog->taken > 0 ? &backlog->second : &backlog->first;

	if (*last == NULL)
		*last = spool_new (0);
	return spool_write (*last, data, length, error);
}

gboolean
backlog_take (Backlog *backlog, void *buffer, gsize length, gsize *got, GError **error)
{
	*got = 0;
	if (backlog->first == NULL)
		return TRUE;
	if (!spool_read_at (backlog->first, backlog->taken, buffer, length, got, error))
		return FALSE;
	backlog->taken += (goffset) *got;
	if ((guint64) backlog->taken == size_of (backlog->first)) {
		spool_unref (backlog->first);
		backlog->first = g_steal_pointer (&backlog->second);
		backlog->taken = 0;
	}
	return TRUE;
}

gboolean
backlog_look (const Backlog *backlog, guint64 offset, void *buffer, gsize length, gsize *got,
	      GError **error)
{
	guint64 in_first = size_of (backlog->first) - (guint64) backlog->taken;
	gsize more = 0;

	*got = 0;
	if (offset < in_first &&
	    !spool_read_at (backlog->first, backlog->taken + (goffset) offset, buffer,
			    (gsize) MIN (length, in_first - offset), got, error))
		return FALSE;
	if (*got < length && backlog->second != NULL &&
	    !spool_read_at (backlog->second, (goffset) (offset + *got - in_first),
			    (guint8 *) buffer + *got, length - *got, &more, error))
		return FALSE;
	*got += more;
	return TRUE;
}
