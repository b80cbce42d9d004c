/* mbox-length.h - Content-Length: how long a message says it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Some programs count a body instead of quoting it. Others copy the field into a message of another
 * length, so it is believed only where it leads to the next separator.
 */
#pragma once

#include <glib.h>

typedef enum {
	MBOX_LENGTH_NONE, /* no such field */
	MBOX_LENGTH_BAD,  /* no number, or two that differ, or the header has no end */
	MBOX_LENGTH_KNOWN
} MboxLengthState;

/* Look for the field in a header, which begins at data and may go on beyond length. *whole: bytes
 * of header, its empty line and the body together, if known. */
MboxLengthState mbox_length_read (const guint8 *data, gsize length, guint64 *whole);

/* The line ends between a counted body and the From_ line at data: *gap of them, in bytes. FALSE if
 * what follows is neither a From_ line nor, with at_end, the end. The line itself is not judged. */
gboolean mbox_length_gap (const guint8 *data, gsize length, gboolean at_end, gsize *gap);
