/* pst-macbinary.h - files of a Macintosh, which have two forks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook keeps both forks of such an attachment in one MacBinary file, which hardly a program can
 * open. In mail they travel as AppleDouble (RFC 1740): the data fork is a file that everybody can
 * use, and beside it stands what only a Macintosh understands.
 */
#pragma once

#include <glib.h>

/* The header of a MacBinary file; both forks lie behind it. */
#define PST_MACBINARY_HEADER 128

typedef struct {
	guint8 name[64]; /* ends with NUL; in Mac Roman */
	guint8 finder[16];
	guint32 created; /* seconds since 1904, by a clock of unknown zone */
	guint32 changed;
	guint64 data_offset;
	guint64 data_size;
	guint64 resource_offset;
	guint64 resource_size;
} PstMacBinary;

/* DATA is the beginning of a file of SIZE bytes. FALSE if that is no MacBinary file (versions I to
 * III), or not a whole one. */
gboolean pst_macbinary_parse (const guint8 *data, gsize length, guint64 size,
			      PstMacBinary *file);

/* What an AppleDouble header file begins with; the resource fork follows. */
GBytes *pst_macbinary_make_double (const PstMacBinary *file);
