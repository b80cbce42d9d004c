/* pst-worker.h - the side that reads the file, in processes of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The child opens the file, indexes it, lists folders and items, and opens all character set
 * converters. Then it forks a worker, which has all that at hand, locked in, and converts one
 * item after the other. If an item kills the worker, or holds it longer than any item may, the
 * child says so and forks the next one, which goes on behind that item: nothing is read twice.
 */
#pragma once

#include "pst/pst-options.h"
#include "pst/pst-slots.h"

typedef struct {
	const char *path;
	PstOptions options;
	gboolean only_list; /* say what items are, don't convert them */
	PstSlots slots;
} PstWorkerTask;

/* A ChildMain (base/child.h); user_data is a PstWorkerTask. Talks as pst-wire.h says. */
int pst_worker_run (int fd, gpointer user_data);
