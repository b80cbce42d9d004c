/* mbox-source.c - messages from an mbox: the stream of the pipes, or an ordinary file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-source.h"

#include <string.h>

#include "mbox/mbox-foreign.h"
#include "mbox/mbox-reader.h"

gboolean
mbox_dialect_from_text (const char *text, MboxDialect *dialect)
{
	static const char *const names[] = {
		[MBOX_DIALECT_AUTO] = "auto",
		[MBOX_DIALECT_STREAM] = "stream",
		[MBOX_DIALECT_RD] = "rd",
		[MBOX_DIALECT_O] = "o",
		[MBOX_DIALECT_CL2] = "cl2",
		[MBOX_DIALECT_NONE] = "none",
	};

	for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
		if (strcmp (names[i], text) != 0)
			continue;
		*dialect = (MboxDialect) i;
		return TRUE;
	}
	return FALSE;
}

char *
mbox_reader_origin (MboxReader *self)
{
	return g_strdup_printf ("%s:%" G_GOFFSET_FORMAT, self->name,
				line_reader_get_offset (self->lines));
}

static gboolean
refuse_foreign (MboxReader *self, const guint8 *data, gsize length, GError **error)
{
	const MboxForeign *foreign =
		mbox_foreign_recognise (data, length, length < MBOX_LOOK_AHEAD);

	if (foreign == NULL)
		return TRUE;
	report_file_finding (self->report, REPORT_TROUBLE, foreign->finding, self->name, NULL,
			     foreign->what);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: not an mbox but %s", self->name,
		     foreign->what);
	return FALSE;
}

/* Look at the first bytes and settle what this is. */
static gboolean
begin (MboxReader *self, GError **error)
{
	const guint8 *data;
	gsize length;
	gboolean stream;

	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	if (length == 0 && self->is_pipe) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: nothing arrived: the writer died or found no mail", self->name);
		return FALSE;
	}
	if (!refuse_foreign (self, data, length, error) ||
	    !mbox_stream_is_ahead (self, &stream, error))
		return FALSE;
	/* A byte order mark is passed over, and then there is a record. */
	if (self->habits.dialect == MBOX_DIALECT_AUTO && stream && *data != 0xef)
		self->habits.dialect = MBOX_DIALECT_STREAM;
	self->is_mmdf = mbox_mmdf_recognises (data, length);
	self->begun = TRUE;
	self->empty = length == 0;
	return TRUE;
}

/* Whatever is wrong with a mailbox, each of its bytes has been accounted for. */
static void
balance (const MboxReader *self)
{
	const MboxAccount *a = &self->account;
	guint64 sum = a->content + a->from_lines + a->marks + a->separators + a->junk;
	guint64 size = (guint64) line_reader_get_offset (self->lines);

	if (sum != size)
		report_finding (self->report, REPORT_TROUBLE, "bytes-unaccounted", self->name, NULL,
				"%" G_GUINT64_FORMAT " bytes were read, but %" G_GUINT64_FORMAT
				" accounted for",
				size, sum);
	report_detail (self->report,
		       "%s: %" G_GUINT64_FORMAT " bytes = %" G_GUINT64_FORMAT
		       " of messages + %" G_GUINT64_FORMAT " of From_ lines + %" G_GUINT64_FORMAT
		       " of quote marks + %" G_GUINT64_FORMAT " between messages + %"
		       G_GUINT64_FORMAT " of junk",
		       self->name, size, a->content, a->from_lines, a->marks, a->separators,
		       a->junk);
}

/* What can only be said when all has been read. */
static void
end (MboxReader *self)
{
	g_autofree char *how = NULL;

	if (self->ended)
		return;
	self->ended = TRUE;
	if (self->habits.dialect != MBOX_DIALECT_STREAM)
		balance (self);
	if (!input_is_unchanged (line_reader_get_input (self->lines), &how))
		report_finding (self->report, REPORT_TROUBLE, "source-changed", self->name, NULL,
				"changed while it was read: %s", how);
}

static gboolean
mbox_source_next (MessageSource *source, Message **message, GError **error)
{
	MboxReader *self = (MboxReader *) source;
	gboolean good;

	if (!self->begun && !begin (self, error))
		return FALSE;
	if (self->habits.dialect == MBOX_DIALECT_STREAM)
		good = mbox_stream_next (self, message, error);
	else if (self->is_mmdf)
		good = mbox_mmdf_next (self, message, error);
	else
		good = mbox_plain_next (self, message, error);
	if (!good || *message != NULL) {
		self->any = self->any || *message != NULL;
		return good;
	}
	/* A mailbox without mail is a folder all the same. */
	if (!self->ended && !self->any && self->tells_folder &&
	    self->habits.dialect != MBOX_DIALECT_STREAM)
		*message = message_new_folder (folder_ref (self->folder));
	end (self);
	return TRUE;
}

static void
mbox_source_free (MessageSource *source)
{
	MboxReader *self = (MboxReader *) source;

	line_reader_free (self->lines);
	folder_unref (self->folder);
	g_free (self->last_origin);
	g_free (self->name);
	g_free (self);
}

static const MessageSourceClass mbox_source_class = {
	.next = mbox_source_next,
	.free = mbox_source_free,
};

MessageSource *
mbox_source_new (int fd, const MboxSourceOptions *options, Ledger *ledger, Report *report)
{
	MboxReader *self = g_new0 (MboxReader, 1);
	const InputOptions input = {
		.name = options->name,
		.path = options->path,
		.decompress = TRUE,
	};

	self->source.class = &mbox_source_class;
	self->lines = line_reader_new_input (input_new (fd, &input), LINE_READER_WINDOW);
	self->name = g_strdup (options->name);
	self->folder = options->folder != NULL ? folder_ref (options->folder) : folder_new_inbox ();
	self->tells_folder = options->folder != NULL;
	self->habits = options->habits;
	self->is_pipe = options->is_pipe;
	self->ledger = ledger;
	self->report = report;
	return &self->source;
}

MboxAccount
mbox_source_get_account (const MessageSource *source)
{
	return ((const MboxReader *) source)->account;
}
