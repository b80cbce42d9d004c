/* mbox-source.c - messages from an mbox: the stream of the pipes, or an ordinary file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-source.h"

#include <string.h>

#include "mbox/mbox-reader.h"

/* Files that are not mboxes but are taken for one often enough to be called by name. */
static const struct {
	const char *magic;
	gsize length;
	const char *what;
} foreign[] = {
	{ "\x1f\x8b", 2, "a gzip file: decompress it first (zcat FILE | ...)" },
	{ "BZh", 3, "a bzip2 file: decompress it first (bzcat FILE | ...)" },
	{ "\xfd" "7zXZ", 5, "an xz file: decompress it first (xzcat FILE | ...)" },
	{ "\x28\xb5\x2f\xfd", 4, "a zstd file: decompress it first (zstdcat FILE | ...)" },
	{ "\xff\xfe", 2, "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8 FILE | ...)" },
	{ "\xfe\xff", 2, "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8 FILE | ...)" },
	{ "*mbx*\r\n", 7, "a UW mbx file: convert it with UW mailutil (mailutil copy)" },
	{ "BABYL OPTIONS:", 14, "an Emacs Babyl file: convert it in Emacs (unrmail)" },
	{ "!BDN", 4, "an Outlook file: read it with pst2mbox" },
};

gboolean
mbox_dialect_from_text (const char *text, MboxDialect *dialect)
{
	static const char *const names[] = {
		[MBOX_DIALECT_AUTO] = "auto",
		[MBOX_DIALECT_STREAM] = "stream",
		[MBOX_DIALECT_RD] = "rd",
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
	for (guint i = 0; i < G_N_ELEMENTS (foreign); i++) {
		if (length < foreign[i].length ||
		    memcmp (data, foreign[i].magic, foreign[i].length) != 0)
			continue;
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: not an mbox but %s",
			     self->name, foreign[i].what);
		return FALSE;
	}
	return TRUE;
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
	if (self->dialect == MBOX_DIALECT_AUTO)
		self->dialect = stream ? MBOX_DIALECT_STREAM : MBOX_DIALECT_RD;
	self->begun = TRUE;
	self->empty = length == 0;
	return TRUE;
}

static gboolean
mbox_source_next (MessageSource *source, Message **message, GError **error)
{
	MboxReader *self = (MboxReader *) source;

	if (!self->begun && !begin (self, error))
		return FALSE;
	if (self->dialect != MBOX_DIALECT_STREAM)
		return mbox_plain_next (self, message, error);
	return mbox_stream_next (self, message, error);
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

	self->source.class = &mbox_source_class;
	self->lines = line_reader_new (fd, options->name, LINE_READER_WINDOW);
	self->name = g_strdup (options->name);
	self->folder = options->folder != NULL ? folder_ref (options->folder) : folder_new_inbox ();
	self->dialect = options->dialect;
	self->is_pipe = options->is_pipe;
	self->ledger = ledger;
	self->report = report;
	return &self->source;
}
