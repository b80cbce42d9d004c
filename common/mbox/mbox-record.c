/* mbox-record.c - a message of an ordinary mailbox, from its From_ line to what its header says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "base/stop.h"
#include "mbox/mbox-reader.h"
#include "mbox/mbox-state.h"

/* git format-patch writes this date into every From_ line. */
#define MAGIC_DATE 1000684800

/* A From_ line is kept so far to be parsed; beyond, nobody looks for its date. */
#define FROM_LINE_MAX (256 * 1024)

void
mbox_record_clear (MboxRecord *record)
{
	g_free (record->origin);
	g_free (record->sender);
	g_clear_pointer (&record->content.spool, spool_unref);
}

void
mbox_record_init (MboxRecord *record, MboxReader *self)
{
	*record = (MboxRecord){ .origin = mbox_reader_origin (self) };
	mbox_collector_init (&record->content, spool_new (SPOOL_MEMORY_LIMIT));
}

static gboolean
is_object_name (const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (!g_ascii_isxdigit (text[i]))
			return FALSE;
	return length == 40 || length == 64;
}

/* The same fields, read in the zone that was asked for. */
static void
shift_to_zone (MessageDate *date, GTimeZone *zone)
{
	g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (date->seconds);
	g_autoptr (GDateTime) local =
		utc == NULL ? NULL
			    : g_date_time_new (zone, g_date_time_get_year (utc),
					       g_date_time_get_month (utc),
					       g_date_time_get_day_of_month (utc),
					       g_date_time_get_hour (utc),
					       g_date_time_get_minute (utc),
					       g_date_time_get_seconds (utc));

	if (local == NULL)
		return;
	date->seconds = g_date_time_to_unix (local);
	date->zone_known = TRUE;
	date->zone_minutes = (int) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
}

static void
take_from_line (MboxRecord *record, const MboxReader *self, const char *line, gsize length)
{
	MboxFrom from;

	mbox_from_parse (line, length, &from);
	record->has_from = TRUE;
	record->date = from.date;
	record->is_copy = from.is_copy;
	record->is_magic = from.date.known && from.date.seconds == MAGIC_DATE &&
			   is_object_name (from.sender, from.sender_length);
	if (from.sender_length > 0)
		record->sender = g_strndup (from.sender, from.sender_length);
	if (record->date.known && !record->date.zone_known && self->habits.from_zone != NULL)
		shift_to_zone (&record->date, self->habits.from_zone);
}

gboolean
mbox_record_read_from (MboxRecord *record, MboxReader *self, GError **error)
{
	LinePiece piece;
	const guint8 *data;
	gsize length;

	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	/* Most are far shorter. */
	if (memchr (data, '\n', length) == NULL &&
	    !line_reader_look_ahead (self->lines, FROM_LINE_MAX, &data, &length, error))
		return FALSE;
	const guint8 *lf = memchr (data, '\n', length);
	take_from_line (record, self, (const char *) data,
			lf != NULL ? (gsize) (lf - data) : length);
	do {
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		self->account.from_lines += piece.length;
	} while (piece.data != NULL && !piece.ends_line);
	return TRUE;
}

void
mbox_record_is_cut (const MboxRecord *record, MboxReader *self)
{
	if (!stop_check (NULL))
		return;
	ledger_announce (self->ledger, 1);
	ledger_failed (self->ledger, record->origin, self->folder->path,
		       "its end could not be read");
}

gboolean
mbox_record_finish (MboxRecord *record, MboxReader *self, Message **message, GError **error)
{
	const MboxCollector *content = &record->content;

	self->account.content += content->size;
	ledger_announce (self->ledger, 1);
	if (content->is_too_large) {
		ledger_failed (self->ledger, record->origin, self->folder->path,
			       "%" G_GUINT64_FORMAT " bytes are no mail: more than %d GiB",
			       content->size, (int) (MBOX_MESSAGE_MAX >> 30));
		return TRUE;
	}
	if (content->has_nul)
		report_finding (self->report, REPORT_NOTE, "nul", record->origin,
				self->folder->path, "there are NULs in the message");
	MessageContent *bytes = message_content_new_spool (spool_ref (content->spool));
	g_autoptr (Message) result =
		message_new (folder_ref (self->folder), bytes, record->origin);
	result->sender = g_steal_pointer (&record->sender);
	MboxState state = { .habits = &self->habits, .report = self->report };
	if (!mbox_state_apply (&state, record, result, error))
		return FALSE;
	if (state.left_out != NULL)
		ledger_skipped (self->ledger, result->origin, result->folder->path,
				state.left_out);
	else
		*message = g_steal_pointer (&result);
	return TRUE;
}
