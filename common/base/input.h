/* input.h - the bytes of a source: a file, a pipe, a device; decompressed if they are compressed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Sources are only read. Of a file that can be proven afterwards.
 */
#pragma once

#include <glib.h>

typedef struct Input Input;

typedef struct {
	const char *name; /* for error texts */
	const char *path; /* where fd was opened from; NULL: not known */
	gboolean decompress;
	/* Against bombs; 0 stands for the default. More than ratio plain bytes for a compressed one
	 * are refused once there are ratio_from of them, and more than size_max in any case. */
	guint64 ratio;
	guint64 ratio_from;
	guint64 size_max;
} InputOptions;

/* Mail that is the same over and over is compressed to a hundredth, seldom to a thousandth; the
 * smallest bomb of gzip is just beyond. */
#define INPUT_RATIO      1000
#define INPUT_RATIO_FROM (G_GUINT64_CONSTANT (64) << 20)
#define INPUT_SIZE_MAX   (G_GUINT64_CONSTANT (1) << 40)

/* Takes fd over (unless it is 0). Reads from where it stands. */
Input *input_new (int fd, const InputOptions *options);
void input_free (Input *input);

/* Up to length bytes into buffer; *got is 0 only at the end. RUN_ERROR_INPUT if it cannot be read,
 * if compressed data are damaged, cut or more than the limits allow; all plain bytes before have
 * been handed out then. */
gboolean input_read (Input *input, void *buffer, gsize length, gsize *got, GError **error);

/* Can input_read_at be used? Only of plain files, once something has been read. */
gboolean input_is_seekable (const Input *input);

/* Up to length bytes from offset, counted from where the input began, without moving. */
gboolean input_read_at (Input *input, goffset offset, void *buffer, gsize length, gsize *got,
			GError **error);

/* The same of an input that cannot go back: up to length bytes from distance after what has been
 * read. What lies between is kept on disk until it is read. No further than INPUT_LOOK_MAX: beyond
 * it, and beyond the end, *got is 0. */
#define INPUT_LOOK_MAX (G_GUINT64_CONSTANT (1) << 30)
gboolean input_look (Input *input, guint64 distance, void *buffer, gsize length, gsize *got,
		     GError **error);

/* Size, time of last modification and inode are what they were when it was opened, and its path
 * still leads to it. A pipe or device has nothing to compare: TRUE. *how says what is different
 * (newly allocated). */
gboolean input_is_unchanged (const Input *input, char **how);

/* "gzip" and the like, or NULL; known once something has been read. */
const char *input_get_compression (const Input *input);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Input, input_free)
