/* mbox-collector.h - the content of one message while it is being read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Only what follows shows whether NULs at its end are a hole in the mailbox, so they are held back
 * as a number.
 */
#pragma once

#include "base/spool.h"

/* No mail is larger. What is, is no mail, and would fill the disk. */
#define MBOX_MESSAGE_MAX (G_GUINT64_CONSTANT (4) << 30)

typedef struct {
	Spool *spool;
	guint64 size; /* of everything added, also what is not kept */
	guint64 nuls; /* of these, held back at the end */
	guint8 tail[3];
	gboolean has_nul;
	gboolean is_too_large; /* nothing more is kept */
} MboxCollector;

/* Borrows spool. */
void mbox_collector_init (MboxCollector *collector, Spool *spool);
gboolean mbox_collector_add (MboxCollector *collector, const guint8 *data, gsize length,
			     GError **error);

/* The length of the empty line it ends in, NULs left aside: 0, 1 or 2. */
gsize mbox_collector_blank (const MboxCollector *collector);

/* Forget the NULs at the end. */
void mbox_collector_drop_nuls (MboxCollector *collector);

/* That was all; without_blank: the empty line at the end is not part of it. */
gboolean mbox_collector_end (MboxCollector *collector, gboolean without_blank, GError **error);
