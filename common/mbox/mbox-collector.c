/* mbox-collector.c - the content of one message while it is being read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-collector.h"

#include <string.h>

void
mbox_collector_init (MboxCollector *collector, Spool *spool)
{
	*collector = (MboxCollector){ .spool = spool };
}

/* The number of NULs data ends in. */
static gsize
count_nuls (const guint8 *data, gsize length)
{
	static const guint8 zeros[4096];
	gsize n = 0;

	while (length - n >= sizeof zeros &&
	       memcmp (data + length - n - sizeof zeros, zeros, sizeof zeros) == 0)
		n += sizeof zeros;
	while (n < length && data[length - n - 1] == '\0')
		n++;
	return n;
}

static gboolean
write_nuls (MboxCollector *collector, GError **error)
{
	static const guint8 zeros[65536];

	collector->has_nul = collector->has_nul || collector->nuls > 0;
	while (collector->nuls > 0) {
		gsize n = (gsize) MIN (collector->nuls, sizeof zeros);
		if (!collector->is_too_large &&
		    !spool_write (collector->spool, zeros, n, error))
			return FALSE;
		collector->nuls -= n;
	}
	return TRUE;
}

static void
remember_tail (MboxCollector *collector, const guint8 *data, gsize length)
{
	gsize size = sizeof collector->tail;

	if (length < size) {
		memmove (collector->tail, collector->tail + length, size - length);
		memcpy (collector->tail + size - length, data, length);
	} else {
		memcpy (collector->tail, data + length - size, size);
	}
}

gboolean
mbox_collector_add (MboxCollector *collector, const guint8 *data, gsize length, GError **error)
{
	gsize nuls = count_nuls (data, length);
	gsize solid = length - nuls;

	collector->size += length;
	if (collector->size > MBOX_MESSAGE_MAX && solid > 0 && !collector->is_too_large) {
		collector->is_too_large = TRUE;
		spool_clear (collector->spool);
	}
	if (solid > 0) {
		if (!write_nuls (collector, error))
			return FALSE;
		collector->has_nul = collector->has_nul || memchr (data, 0, solid) != NULL;
		remember_tail (collector, data, solid);
		if (!collector->is_too_large && !spool_write (collector->spool, data, solid, error))
			return FALSE;
	}
	collector->nuls += nuls;
	return TRUE;
}

gsize
mbox_collector_blank (const MboxCollector *collector)
{
	const guint8 *end = collector->tail + sizeof collector->tail;
	guint64 solid = collector->size - collector->nuls;

	if (solid == 0 || end[-1] != '\n')
		return 0;
	if (solid == 1 || end[-2] == '\n')
		return 1;
	return end[-2] == '\r' && (solid == 2 || end[-3] == '\n') ? 2 : 0;
}

void
mbox_collector_drop_nuls (MboxCollector *collector)
{
	collector->size -= collector->nuls;
	collector->nuls = 0;
}

gboolean
mbox_collector_end (MboxCollector *collector, gboolean without_blank, GError **error)
{
	if (collector->nuls > 0 && collector->size > MBOX_MESSAGE_MAX)
		collector->is_too_large = TRUE;
	if (collector->nuls > 0)
		return write_nuls (collector, error);
	gsize blank = without_blank ? mbox_collector_blank (collector) : 0;
	collector->size -= blank;
	return blank == 0 || collector->is_too_large ||
	       spool_truncate (collector->spool, (goffset) collector->size, error);
}
