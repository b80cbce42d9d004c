/* pst-macbinary.c - files of a Macintosh, which have two forks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-macbinary.h"

#include <string.h>

/* Where things are in the header, by the MacBinary III description of 1996. */
enum {
	AT_OLD_VERSION = 0,
	AT_NAME = 1,
	AT_TYPE = 65, /* and creator, flags, place: as the Finder has them */
	AT_FINDER_FLAGS = 73,
	AT_ZERO = 74,
	AT_PLACE = 75,
	AT_ZERO_TOO = 82,
	AT_DATA_SIZE = 83,
	AT_RESOURCE_SIZE = 87,
	AT_CREATED = 91,
	AT_CHANGED = 95,
	AT_LOW_FLAGS = 101,
	AT_EXTRA_SIZE = 120,
	AT_SUM = 124,
	MAX_NAME = 63,
	BLOCK = 128,
};

/* RFC 1740, appendix A and B */
enum {
	DOUBLE_MAGIC = 0x00051607,
	DOUBLE_VERSION = 0x00020000,
	ENTRY_RESOURCE = 2,
	ENTRY_NAME = 3,
	ENTRY_DATES = 8,
	ENTRY_FINDER = 9,
	N_ENTRIES = 4,
	DOUBLE_HEADER = 26,
	DOUBLE_ENTRY = 12,
	DATES_SIZE = 16,
	FINDER_SIZE = 32,
};

/* From 1904 to 2000, from where AppleDouble counts. */
#define MAC_TO_2000 G_GINT64_CONSTANT (3029529600)
#define NO_DATE     0x80000000u

static guint32
get_u16 (const guint8 *p)
{
	return (guint32) (p[0] << 8 | p[1]);
}

static guint32
get_u32 (const guint8 *p)
{
	return get_u16 (p) << 16 | get_u16 (p + 2);
}

static guint64
pad (guint64 size)
{
	return (size + BLOCK - 1) / BLOCK * BLOCK;
}

/* CRC-16 of XMODEM, since version II. */
static guint
sum_header (const guint8 *data)
{
	guint sum = 0;

	for (gsize i = 0; i < AT_SUM; i++) {
		sum ^= (guint) data[i] << 8;
		for (guint bit = 0; bit < 8; bit++)
			sum = (sum & 0x8000 ? sum << 1 ^ 0x1021 : sum << 1) & 0xffff;
	}
	return sum;
}

static gboolean
is_header (const guint8 *data)
{
	gboolean is_first = TRUE; /* version I has nothing behind its dates */

	if (data[AT_OLD_VERSION] != 0 || data[AT_ZERO] != 0 || data[AT_ZERO_TOO] != 0 ||
	    data[AT_NAME] == 0 || data[AT_NAME] > MAX_NAME ||
	    memchr (data + AT_NAME + 1, '\0', data[AT_NAME]) != NULL)
		return FALSE;
	for (gsize i = AT_LOW_FLAGS; i < BLOCK; i++)
		is_first &= data[i] == 0;
	return is_first || get_u16 (data + AT_SUM) == sum_header (data);
}

gboolean
pst_macbinary_parse (const guint8 *data, gsize length, guint64 size, PstMacBinary *file)
{
	if (length < PST_MACBINARY_HEADER || !is_header (data))
		return FALSE;

	*file = (PstMacBinary){
		.created = get_u32 (data + AT_CREATED),
		.changed = get_u32 (data + AT_CHANGED),
		.data_offset = PST_MACBINARY_HEADER + pad (get_u16 (data + AT_EXTRA_SIZE)),
		.data_size = get_u32 (data + AT_DATA_SIZE),
		.resource_size = get_u32 (data + AT_RESOURCE_SIZE),
	};
	file->resource_offset = file->data_offset + pad (file->data_size);
	memcpy (file->name, data + AT_NAME + 1, data[AT_NAME]);
	memcpy (file->finder, data + AT_TYPE, 8); /* type and creator */
	file->finder[8] = data[AT_FINDER_FLAGS];
	file->finder[9] = data[AT_LOW_FLAGS];
	memcpy (file->finder + 10, data + AT_PLACE, 6);
	return file->data_offset + file->data_size <= size &&
	       (file->resource_size == 0 || file->resource_offset + file->resource_size <= size);
}

static void
put (GByteArray *out, guint32 value, guint bytes)
{
	while (bytes-- > 0) {
		guint8 byte = (guint8) (value >> 8 * bytes);
		g_byte_array_append (out, &byte, 1);
	}
}

static void
put_zeros (GByteArray *out, guint count)
{
	while (count-- > 0)
		put (out, 0, 1);
}

static guint32
convert_date (guint32 seconds)
{
	return seconds != 0 ? (guint32) (gint32) (seconds - MAC_TO_2000) : NO_DATE;
}

GBytes *
pst_macbinary_make_double (const PstMacBinary *file)
{
	GByteArray *out = g_byte_array_new ();
	guint32 name_size = (guint32) strlen ((const char *) file->name);
	const guint32 entries[N_ENTRIES][2] = {
		{ ENTRY_NAME, name_size },
		{ ENTRY_DATES, DATES_SIZE },
		{ ENTRY_FINDER, FINDER_SIZE },
		{ ENTRY_RESOURCE, (guint32) file->resource_size },
	};
	guint32 offset = DOUBLE_HEADER + N_ENTRIES * DOUBLE_ENTRY;

	put (out, DOUBLE_MAGIC, 4);
	put (out, DOUBLE_VERSION, 4);
	put_zeros (out, 16);
	put (out, N_ENTRIES, 2);
	for (guint i = 0; i < N_ENTRIES; i++) {
		put (out, entries[i][0], 4);
		put (out, offset, 4);
		put (out, entries[i][1], 4);
		offset += entries[i][1];
	}
	g_byte_array_append (out, file->name, name_size);
	put (out, convert_date (file->created), 4);
	put (out, convert_date (file->changed), 4);
	put (out, NO_DATE, 4); /* backed up, read */
	put (out, NO_DATE, 4);
	g_byte_array_append (out, file->finder, sizeof file->finder);
	put_zeros (out, FINDER_SIZE - sizeof file->finder);
	return g_byte_array_free_to_bytes (out);
}
