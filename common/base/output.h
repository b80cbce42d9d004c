/* output.h - a buffered way out to a file descriptor, whose end is checked
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct Output Output;

/* name is for error texts ("standard output"). Takes fd over unless it is 1 or 2. */
Output *output_new (int fd, const char *name);

/* Buffered. RUN_ERROR_OUTPUT, here and in what follows, if it cannot be written. */
gboolean output_write (Output *output, const void *data, gsize length, GError **error);
gboolean output_write_string (Output *output, const char *text, GError **error);

/* Everything handed to the system, and the descriptor closed without an error (also standard
 * output): a full disk may speak up only here. Called once. */
gboolean output_finish (Output *output, GError **error);

/* Hand on what is buffered, so that a reader at the other end of a pipe sees it. */
gboolean output_flush (Output *output, GError **error);

void output_free (Output *output);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Output, output_free)
