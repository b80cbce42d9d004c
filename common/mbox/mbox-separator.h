/* mbox-separator.h - does a From_ line begin a message?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every simple rule fails: text has lines that begin with "From ", and mailboxes have From_ lines
 * without a date or without an empty line before. So three things are weighed against each other:
 * how good the date is, whether an empty line precedes, and whether a header follows.
 */
#pragma once

#include "mbox/mbox-from.h"

typedef enum {
	MBOX_AFTER_TEXT,
	MBOX_AFTER_BLANK, /* an empty line, or the begin of the file */
	MBOX_AFTER_NUL    /* a hole that a crash has left; the line does not even begin */
} MboxPrecedence;

/* following: the bytes after the From_ line, as many as known (8 KiB are plenty); at_end: no more
 * follow. */
gboolean mbox_separator_judge (const MboxFrom *from, MboxPrecedence after, const guint8 *following,
			       gsize length, gboolean at_end);
