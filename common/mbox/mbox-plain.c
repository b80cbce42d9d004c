/* mbox-plain.c - records of an ordinary mbox: from one separator to the next
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "mbox/mbox-quote.h"
#include "mbox/mbox-reader.h"
#include "mbox/mbox-status.h"

static gboolean
is_empty_line (const LinePiece *piece)
{
	return piece->starts_line && ((piece->length == 1 && *piece->data == '\n') ||
				      (piece->length == 2 && memcmp (piece->data, "\r\n", 2) == 0));
}

/* Is the next line a separator? Only lines that begin with "From " cost more than a look at five
 * bytes. */
static gboolean
separator_ahead (MboxReader *self, gboolean after_blank, gboolean *separator, GError **error)
{
	const guint8 *data;
	gsize length;
	MboxFrom from;

	*separator = FALSE;
	if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
		return FALSE;
	if (length < 5 || memcmp (data, "From ", 5) != 0)
		return TRUE;
	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	if (self->in_stream && mbox_stream_begins_here (data, length)) {
		*separator = TRUE;
		return TRUE;
	}
	const guint8 *lf = memchr (data, '\n', length);
	gsize line = lf != NULL ? (gsize) (lf - data) + 1 : length;
	mbox_from_parse ((const char *) data, line, &from);
	*separator = mbox_from_separates (&from, after_blank, data + line, length - line,
					  length < MBOX_LOOK_AHEAD);
	return TRUE;
}

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return spool_write (user_data, data, length, error);
}

/* Everything up to the next separator. An empty line before it, or at the end, belongs to the
 * mailbox. */
static gboolean
read_content (MboxReader *self, Spool *spool, GError **error)
{
	MboxQuote quote;
	guint8 blank[2];
	gsize held = 0;
	gboolean at_line_start = TRUE;

	mbox_quote_init (&quote,
			 self->dialect == MBOX_DIALECT_NONE ? MBOX_QUOTE_KEEP : MBOX_QUOTE_REMOVE,
			 collect, spool);
	for (;;) {
		LinePiece piece;
		gboolean separator = FALSE;
		if (at_line_start && !separator_ahead (self, held > 0, &separator, error))
			return FALSE;
		if (separator)
			break;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		at_line_start = piece.ends_line;
		if (!mbox_quote_feed (&quote, blank, held, error))
			return FALSE;
		held = is_empty_line (&piece) ? piece.length : 0;
		if (held > 0)
			memcpy (blank, piece.data, held);
		else if (!mbox_quote_feed (&quote, piece.data, piece.length, error))
			return FALSE;
	}
	return mbox_quote_end (&quote, error);
}

/* Leading blank lines and junk: a mailbox begins at its first From_ line. *found FALSE: there is
 * none. */
static gboolean
skip_to_first (MboxReader *self, gboolean *found, GError **error)
{
	guint64 junk = 0;
	LinePiece piece;

	for (;;) {
		const guint8 *data;
		gsize length;
		if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
			return FALSE;
		*found = length >= 5 && memcmp (data, "From ", 5) == 0;
		if (*found || length == 0)
			break;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		if (!is_empty_line (&piece))
			junk += piece.length;
	}
	if (junk > 0 && !*found) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: not an mbox: no line begins with \"From \"", self->name);
		return FALSE;
	}
	if (junk > 0)
		report_finding (self->report, REPORT_NOTE, "junk-before-first", self->name, NULL,
				"%" G_GUINT64_FORMAT
				" bytes before the first message were left out",
				junk);
	return TRUE;
}

static gboolean
read_from_line (MboxReader *self, Message *message, GError **error)
{
	LinePiece piece;
	MboxFrom from;

	if (!line_reader_next (self->lines, &piece, error))
		return FALSE;
	mbox_from_parse ((const char *) piece.data, piece.length, &from);
	message->received = from.date;
	if (from.sender_length > 0)
		message->sender = g_strndup (from.sender, from.sender_length);
	while (piece.data != NULL && !piece.ends_line)
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
	return TRUE;
}

gboolean
mbox_plain_next (MboxReader *self, Message **message, GError **error)
{
	gboolean found = TRUE;

	if (!skip_to_first (self, &found, error))
		return FALSE;
	if (!found)
		return TRUE;

	g_autofree char *origin = mbox_reader_origin (self);
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	g_autoptr (Message) result = message_new (folder_ref (self->folder), NULL, origin);
	if (!read_from_line (self, result, error) || !read_content (self, spool, error))
		return FALSE;
	result->content = message_content_new_spool (g_steal_pointer (&spool));
	if (!mbox_status_apply (result, error))
		return FALSE;
	ledger_announce (self->ledger, 1);
	*message = g_steal_pointer (&result);
	return TRUE;
}
