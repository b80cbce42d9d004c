/* mbox-mmdf.c - MMDF: messages between lines of four control characters
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * MMDF, and SCO Unix after it, frame each message by a line of four ^A before and after. No line of
 * a message can be one, so nothing is quoted and nothing has to be guessed. A From_ line may come
 * first.
 */
#include <string.h>

#include "mbox/mbox-reader.h"
#include "mbox/mbox-scan.h"

static gboolean
is_frame (const LinePiece *piece)
{
	return piece->starts_line &&
	       ((piece->length == 5 && memcmp (piece->data, "\1\1\1\1\n", 5) == 0) ||
		(piece->length == 6 && memcmp (piece->data, "\1\1\1\1\r\n", 6) == 0) ||
		(piece->length == 4 && memcmp (piece->data, "\1\1\1\1", 4) == 0));
}

gboolean
mbox_mmdf_recognises (const guint8 *data, gsize length)
{
	return length >= 5 && memcmp (data, "\1\1\1\1", 4) == 0 &&
	       (data[4] == '\n' || data[4] == '\r');
}

/* Up to the frame that ends the message, or the end of the file. */
static gboolean
read_content (MboxReader *self, MboxRecord *record, GError **error)
{
	for (;;) {
		LinePiece piece;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		if (piece.data == NULL) {
			report_finding (self->report, REPORT_NOTE, "open-frame", record->origin,
					self->folder->path,
					"the last message has no line of control characters "
					"after it");
			break;
		}
		if (is_frame (&piece)) {
			self->account.from_lines += piece.length;
			break;
		}
		if (!mbox_collector_add (&record->content, piece.data, piece.length, error))
			return FALSE;
	}
	return mbox_collector_end (&record->content, FALSE, error);
}

static gboolean
read_one (MboxReader *self, Message **message, GError **error)
{
	g_auto (MboxRecord) record = { 0 };
	const guint8 *data;
	gsize length;

	mbox_record_init (&record, self);
	gboolean good = line_reader_look_ahead (self->lines, 5, &data, &length, error);
	if (good && mbox_scan_is_from (data, length))
		good = mbox_record_read_from (&record, self, error);
	if (!good || !read_content (self, &record, error)) {
		mbox_record_is_cut (&record, self);
		return FALSE;
	}
	return mbox_record_finish (&record, self, message, error);
}

gboolean
mbox_mmdf_next (MboxReader *self, Message **message, GError **error)
{
	guint64 junk = 0;

	while (*message == NULL) {
		LinePiece piece;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		if (!is_frame (&piece)) {
			junk += piece.length;
			continue;
		}
		self->account.from_lines += piece.length;
		if (!read_one (self, message, error))
			return FALSE;
	}
	self->account.junk += junk;
	if (junk > 0)
		report_finding (self->report, REPORT_NOTE, "junk-between", self->name, NULL,
				"%" G_GUINT64_FORMAT " bytes outside of messages were left out",
				junk);
	return TRUE;
}
