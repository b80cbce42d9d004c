/* line-reader.c - byte-exact lines from a descriptor, through a window of fixed size
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/line-reader.h"

#include <string.h>

#include "base/stop.h"

struct LineReader {
	Input *input;
	GError *trouble; /* why there is no more */
	guint8 *window;
	gsize window_size;
	gsize start; /* window[start, end) is read and not yet handed out */
	gsize end;
	goffset offset; /* of window[start] */
	gboolean at_end;
	gboolean inside_line;
};

LineReader *
line_reader_new (int fd, const char *name, gsize window)
{
	const InputOptions options = { .name = name };

	return line_reader_new_input (input_new (fd, &options), window);
}

LineReader *
line_reader_new_input (Input *input, gsize window)
{
	LineReader *reader = g_new0 (LineReader, 1);

	reader->input = input;
	reader->window_size = window;
	reader->window = g_malloc (window);
	return reader;
}

void
line_reader_free (LineReader *reader)
{
	if (reader == NULL)
		return;
	input_free (reader->input);
	g_clear_error (&reader->trouble);
	g_free (reader->window);
	g_free (reader);
}

/* What was read before an error is handed out first, then the error. */
static void
read_some (LineReader *reader)
{
	gsize got = 0;

	if (!input_read (reader->input, reader->window + reader->end,
			 reader->window_size - reader->end, &got, &reader->trouble))
		got = 0;
	reader->at_end = got == 0;
	reader->end += got;
}

/* Is it time to say why there is no more? A run that is stopped waits for nothing. */
static gboolean
is_in_trouble (const LineReader *reader, GError **error)
{
	if (reader->trouble == NULL)
		return FALSE;
	if (!stop_check (error))
		return TRUE;
	if (reader->end > reader->start)
		return FALSE;
	g_propagate_error (error, g_error_copy (reader->trouble));
	return TRUE;
}

/* Make window[start, end) at least wanted long, as far as the input and the window go. */
static gboolean
fill (LineReader *reader, gsize wanted, GError **error)
{
	wanted = MIN (wanted, reader->window_size);
	if (reader->end - reader->start >= wanted)
		return TRUE;
	if (!reader->at_end && reader->window_size - reader->start < wanted) {
		memmove (reader->window, reader->window + reader->start,
			 reader->end - reader->start);
		reader->end -= reader->start;
		reader->start = 0;
	}
	while (!reader->at_end && reader->end - reader->start < wanted)
		read_some (reader);
	return !is_in_trouble (reader, error);
}

static void
hand_out (LineReader *reader, gsize length)
{
	reader->start += length;
	reader->offset += (goffset) length;
}

/* The length of the line at start, reading on until its LF, the end, or a full window. */
static gboolean
find_line (LineReader *reader, gsize *length, GError **error)
{
	gsize searched = 0;

	for (;;) {
		gsize have = reader->end - reader->start;
		const guint8 *from = reader->window + reader->start + searched;
		const guint8 *lf = have > searched ? memchr (from, '\n', have - searched) : NULL;
		if (lf != NULL) {
			*length = (gsize) (lf - (reader->window + reader->start)) + 1;
			return TRUE;
		}
		searched = have;
		if (reader->at_end || have == reader->window_size) {
			*length = have;
			return have > 0 || !is_in_trouble (reader, error);
		}
		if (!fill (reader, have + 1, error))
			return FALSE;
	}
}

gboolean
line_reader_next (LineReader *reader, LinePiece *piece, GError **error)
{
	gsize length;

	if (!find_line (reader, &length, error))
		return FALSE;
	piece->data = length > 0 ? reader->window + reader->start : NULL;
	piece->length = length;
	piece->offset = reader->offset;
	piece->starts_line = !reader->inside_line;
	piece->ends_line = length > 0 && piece->data[length - 1] == '\n';
	reader->inside_line = !piece->ends_line;
	hand_out (reader, length);
	return TRUE;
}

gboolean
line_reader_look_ahead (LineReader *reader, gsize wanted, const guint8 **data, gsize *length,
			GError **error)
{
	if (!fill (reader, wanted, error))
		return FALSE;
	*data = reader->window + reader->start;
	*length = reader->end - reader->start;
	return TRUE;
}

gboolean
line_reader_look_far (LineReader *reader, guint64 distance, void *buffer, gsize length, gsize *got,
		      GError **error)
{
	gsize have = reader->end - reader->start;
	gsize here = distance < have ? MIN (length, have - (gsize) distance) : 0;
	guint64 beyond = distance > have ? distance - have : 0;
	gsize more = 0;

	if (input_is_seekable (reader->input))
		return input_read_at (reader->input, reader->offset + (goffset) distance, buffer,
				      length, got, error);
	if (here > 0)
		memcpy (buffer, reader->window + reader->start + distance, here);
	if (here < length && !reader->at_end &&
	    !input_look (reader->input, beyond, (guint8 *) buffer + here, length - here, &more,
			 error))
		return FALSE;
	*got = here + more;
	return TRUE;
}

gboolean
line_reader_read (LineReader *reader, const guint8 **data, gsize length, gsize *got, GError **error)
{
	if (!fill (reader, 1, error))
		return FALSE;
	*got = MIN (length, reader->end - reader->start);
	*data = reader->window + reader->start;
	if (*got > 0)
		reader->inside_line = (*data)[*got - 1] != '\n';
	hand_out (reader, *got);
	return TRUE;
}

Input *
line_reader_get_input (LineReader *reader)
{
	return reader->input;
}

goffset
line_reader_get_offset (const LineReader *reader)
{
	return reader->offset;
}
