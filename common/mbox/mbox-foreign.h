/* mbox-foreign.h - files that are taken for a mailbox often enough to be called by name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct {
	const char *finding; /* short and stable: "utf16" */
	const char *what;    /* what it is, and the way out */
} MboxForeign;

/* What a file is that begins with data, if it is one of them; else NULL. whole: that is all of
 * it. */
const MboxForeign *mbox_foreign_recognise (const guint8 *data, gsize length, gboolean whole);
