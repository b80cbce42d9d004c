/* line-reader.h - byte-exact lines from a descriptor, through a window of fixed size
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A line is what ends in LF, terminator included; the last one may lack it. A line longer than the
 * window comes in pieces, so memory stays flat whatever the file holds. NUL and CR are bytes like
 * any other.
 */
#pragma once

#include "base/input.h"

typedef struct LineReader LineReader;

typedef struct {
	const guint8 *data; /* in the window: valid until the next call of the reader */
	gsize length;
	goffset offset;      /* of the first byte, from where the reader began */
	gboolean starts_line; /* FALSE for the second and later pieces of an over-long line */
	gboolean ends_line;   /* the piece ends with LF */
} LinePiece;

#define LINE_READER_WINDOW (1024 * 1024)

/* Takes fd over (unless it is 0). name is for error texts. window is in bytes. */
LineReader *line_reader_new (int fd, const char *name, gsize window);

/* Takes input over. What it reads before an error is handed out first. */
LineReader *line_reader_new_input (Input *input, gsize window);

void line_reader_free (LineReader *reader);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LineReader, line_reader_free)

/* TRUE with a piece; TRUE with piece->data NULL at the end; FALSE with an error (read failed,
 * stopped). */
gboolean line_reader_next (LineReader *reader, LinePiece *piece, GError **error);

/* What follows the last piece, without moving: at least wanted bytes if the input has them and the
 * window allows it. Invalidates the last piece. */
gboolean line_reader_look_ahead (LineReader *reader, gsize wanted, const guint8 **data,
				 gsize *length, GError **error);

/* Up to length bytes from distance after the last piece, be it far beyond the window, without
 * moving: *got is 0 beyond the end, and where the input will not look (INPUT_LOOK_MAX). */
gboolean line_reader_look_far (LineReader *reader, guint64 distance, void *buffer, gsize length,
			       gsize *got, GError **error);

/* Up to length bytes, whatever they are; *got is 0 at the end. For content of known size. */
gboolean line_reader_read (LineReader *reader, const guint8 **data, gsize length, gsize *got,
			   GError **error);

/* Where the next piece will begin. */
goffset line_reader_get_offset (const LineReader *reader);

/* What it reads from: to look at, not to read. */
Input *line_reader_get_input (LineReader *reader);
