/* mbox-scan.c - find the few places of a mailbox that deserve a closer look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-scan.h"

#include <string.h>

#define FROM        "From "
#define FROM_LENGTH 5

/* A piece that processors compare at once; the compiler cuts it to what the machine has. */
typedef guint8 Lanes __attribute__ ((vector_size (64)));
typedef guint64 Words __attribute__ ((vector_size (64)));

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

/* Is there any place among the lanes where a line may end and one of ours begin? */
static gboolean
any_hit (const guint8 *at)
{
	Lanes here;
	Lanes next;

	memcpy (&here, at, sizeof here);
	memcpy (&next, at + 1, sizeof next);
	Words hits = (Words) (((here == '\n') | (here == 0)) & ((next == 'F') | (next == '>')));
	guint64 all = 0;
	for (guint i = 0; i < sizeof hits / sizeof all; i++)
		all |= hits[i];
	return all != 0;
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

	while ((gsize) (end - at) > sizeof (Lanes)) {
		const guint8 *block = at;
		at += sizeof (Lanes);
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
