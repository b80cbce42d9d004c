/* pst-options.h - how an Outlook file is to be read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-aside.h"

/* All zero is what most files want. */
typedef struct {
	guint codepage;      /* of 8-bit text that doesn't name its own; 0: Western */
	gboolean deleted;    /* bring back what was deleted, as far as the file still has it */
	gboolean no_sandbox; /* the reader keeps its access to files and system calls */
	guint patience;      /* seconds that one read from the file may take; 0: ten minutes */
	PstAside *aside;     /* takes what is not mail; NULL: it is skipped. Borrowed. */
} PstOptions;
