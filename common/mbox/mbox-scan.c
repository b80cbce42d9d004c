/* mbox-scan.c - find the few places of a mailbox that deserve a closer look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-scan.h"

#include <string.h>

#define FROM        "From "
#define FROM_LENGTH 5

/* What every processor we meet compares at once; and so many of them at a time. */
typedef guint8 Lanes __attribute__ ((vector_size (16)));
typedef guint64 Words __attribute__ ((vector_size (16)));
#define BLOCK (4 * sizeof (Lanes))

gboolean
mbox_scan_is_from (const guint8 *data, gsize length)
{
	return length >= FROM_LENGTH && memcmp (data, FROM, FROM_LENGTH) == 0;
}

/* May a line that begins here be one of ours, as far as can be seen? */
static gboolean
is_suspect (const guint8 *line, const guint8 *end)
{
	while (line < end && *line == '>')
		line++;
	return memcmp (line, FROM, MIN ((gsize) (end - line), FROM_LENGTH)) == 0;
}

gboolean
mbox_scan_is_quoted (const guint8 *data, gsize length)
{
	return length > 0 && *data == '>' && is_suspect (data, data + length);
}

/* Where a line may end and one of ours begin: a lane for each byte at which. */
static inline Lanes
hits_at (const guint8 *at)
{
	Lanes here;
	Lanes next;

	memcpy (&here, at, sizeof here);
	memcpy (&next, at + 1, sizeof next);
	return (Lanes) (((here == '\n') | (here == 0)) & ((next == 'F') | (next == '>')));
}

static inline gboolean
any_hit (const guint8 *at)
{
	Words hits = (Words) (hits_at (at) | hits_at (at + sizeof (Lanes)) |
			      hits_at (at + 2 * sizeof (Lanes)) |
			      hits_at (at + 3 * sizeof (Lanes)));

	return (hits[0] | hits[1]) != 0;
}

static gboolean
is_hit (const guint8 *at, const guint8 *end)
{
	if (*at == '\n')
		return (at[1] == 'F' || at[1] == '>') && is_suspect (at + 1, end);
	return *at == '\0' && at[1] == 'F' && is_suspect (at + 1, end);
}

gsize
mbox_scan (const guint8 *data, gsize length)
{
	const guint8 *end = data + length;
	const guint8 *at = data;

	while ((gsize) (end - at) > BLOCK) {
		const guint8 *block = at;
		at += BLOCK;
		if (!any_hit (block))
			continue;
		for (; block < at; block++)
			if (is_hit (block, end))
				return (gsize) (block + 1 - data);
	}
	for (; at + 1 < end; at++)
		if (is_hit (at, end))
			return (gsize) (at + 1 - data);
	return length;
}
