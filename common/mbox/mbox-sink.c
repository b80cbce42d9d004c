/* mbox-sink.c - messages as an mbox: the stream of the pipes, or a plain file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-sink.h"

#include <string.h>

#include "mbox/mbox-block.h"
#include "mbox/mbox-from.h"
#include "mbox/mbox-quote.h"

typedef struct {
	MessageSink sink;
	Output *output;
	Ledger *ledger;
	gboolean stream; /* write blocks */
	char stream_id[MBOX_STREAM_ID_SIZE];
	guint64 sequence;
	MboxTotals totals;
} MboxSink;

static gboolean
put_bytes (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return output_write (user_data, data, length, error);
}

/* A large message that lies in memory comes in one piece. What has been looked at is best written
 * while the processor still has it at hand. */
#define PIECE (256 * 1024)

static gboolean
put_quoted (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	while (length > 0) {
		gsize piece = MIN (length, PIECE);
		if (!mbox_quote_feed (user_data, data, piece, error))
			return FALSE;
		data += piece;
		length -= piece;
	}
	return TRUE;
}

/* The content, quoted; then the LF it may lack, and the empty line that ends every record. */
static gboolean
put_content (MboxSink *self, MessageContent *content, gboolean nonl, GError **error)
{
	MboxQuote quote;

	mbox_quote_init (&quote, MBOX_QUOTE_ADD, put_bytes, self->output);
	return message_content_foreach (content, put_quoted, &quote, error) &&
	       mbox_quote_end (&quote, error) &&
	       output_write_string (self->output, nonl ? "\n\n" : "\n", error);
}

/* Is the content empty or without LF at its end? */
static gboolean
lacks_newline (MessageContent *content, gboolean *nonl, GError **error)
{
	gboolean any;
	guint8 last = 0;

	if (!message_content_get_last_byte (content, &any, &last, error))
		return FALSE;
	*nonl = !any || last != '\n';
	return TRUE;
}

static gboolean
put_block (MboxSink *self, Message *message, gboolean nonl, GError **error)
{
	g_autoptr (GString) block =
		mbox_block_format_message (message, nonl, self->sequence, self->stream_id, error);

	if (block == NULL || !output_write (self->output, block->str, block->len, error))
		return FALSE;
	self->sequence++;
	return TRUE;
}

static gboolean
put_folder (MboxSink *self, Message *message, GError **error)
{
	if (!self->stream)
		return TRUE;
	self->totals.folders++;
	return put_block (self, message, FALSE, error) &&
	       output_write_string (self->output, "\n", error);
}

static gboolean
mbox_sink_put (MessageSink *sink, Message *message, GError **error)
{
	MboxSink *self = (MboxSink *) sink;
	g_autofree char *from = NULL;
	gboolean nonl;

	if (message_is_folder (message))
		return put_folder (self, message, error);
	if (!lacks_newline (message->content, &nonl, error))
		return FALSE;
	if (!self->stream) {
		from = mbox_from_format (message->sender, &message->received);
		if (!output_write_string (self->output, from, error))
			return FALSE;
	} else if (!put_block (self, message, nonl, error)) {
		return FALSE;
	}
	self->totals.messages++;
	self->totals.bytes += (guint64) message_content_get_size (message->content);
	return put_content (self, message->content, nonl, error) &&
	       ledger_emitted (self->ledger, message, NULL, error);
}

static gboolean
put_end (MboxSink *self, GError **error)
{
	ReportCounts counts = ledger_get_counts (self->ledger);

	self->totals.skipped = counts.skipped;
	self->totals.failed = counts.failed;
	g_autoptr (GString) block = mbox_block_format_end (&self->totals, self->sequence,
							   self->stream_id);
	g_string_append_c (block, '\n');
	return output_write (self->output, block->str, block->len, error);
}

static gboolean
mbox_sink_finish (MessageSink *sink, GError **error)
{
	MboxSink *self = (MboxSink *) sink;

	return (!self->stream || put_end (self, error)) && output_finish (self->output, error);
}

static void
mbox_sink_free (MessageSink *sink)
{
	MboxSink *self = (MboxSink *) sink;

	output_free (self->output);
	g_free (self);
}

static const MessageSinkClass mbox_sink_class = {
	.put = mbox_sink_put,
	.finish = mbox_sink_finish,
	.free = mbox_sink_free,
};

static MessageSink *
mbox_sink_new (Output *output, Ledger *ledger, gboolean stream)
{
	MboxSink *self = g_new0 (MboxSink, 1);

	self->sink.class = &mbox_sink_class;
	self->output = output;
	self->ledger = ledger;
	self->stream = stream;
	return &self->sink;
}

MessageSink *
mbox_sink_new_stream (Output *output, Ledger *ledger)
{
	return mbox_sink_new (output, ledger, TRUE);
}

MessageSink *
mbox_sink_new_plain (Output *output, Ledger *ledger)
{
	return mbox_sink_new (output, ledger, FALSE);
}
