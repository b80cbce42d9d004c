/* mbox-stream.c - records of a stream: nothing is handed out that its block does not vouch for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Content lines that begin with "From " are always quoted, so an unquoted one is the next record or
 * damage: whatever a damaged block or content says, we never read past the record that follows.
 */
#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "mbox/mbox-quote.h"
#include "mbox/mbox-reader.h"

#define HEAD_FIELD "X-Mbs: 1 "
#define SEAL_FIELD "X-Mbs-Seal: "

typedef enum { RECORD_GOOD, RECORD_BAD, RECORD_ENDS_EARLY } RecordState;

static gboolean
begins_with (const guint8 *data, gsize length, const char *text)
{
	gsize n = strlen (text);

	return length >= n && memcmp (data, text, n) == 0;
}

gboolean
mbox_stream_begins_here (const guint8 *data, gsize length)
{
	const guint8 *lf = memchr (data, '\n', length);

	return begins_with (data, length, "From ") && lf != NULL &&
	       begins_with (lf + 1, length - (gsize) (lf + 1 - data), HEAD_FIELD);
}

/* One damaged line must not turn a whole stream into an ordinary mailbox: two lines of a block are
 * enough. */
gboolean
mbox_stream_is_ahead (MboxReader *self, gboolean *ahead, GError **error)
{
	const guint8 *data;
	gsize length;
	guint lines = 0;

	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	/* more may be there, but not always: a pipe must not be judged by how fast it is */
	length = MIN (length, MBOX_LOOK_AHEAD);
	while (length > 0 && *data != '\n' && lines < 2) {
		gsize n = text_line_length (data, length);
		lines += begins_with (data, n, "X-Mbs");
		data += n;
		length -= n;
	}
	*ahead = lines >= 2;
	return TRUE;
}

static void
damaged (MboxReader *self, const char *origin, const char *reason)
{
	report_finding (self->report, REPORT_TROUBLE, "record-damaged", origin, NULL,
			"a record is damaged: %s", reason);
}

static void
stream_cut (MboxReader *self)
{
	report_finding (self->report, REPORT_TROUBLE, "stream-cut", self->name, NULL,
			"input ends after message %" G_GUINT64_FORMAT "%s%s%s: the writer died",
			self->complete, self->last_origin != NULL ? " (" : "",
			self->last_origin != NULL ? self->last_origin : "",
			self->last_origin != NULL ? ")" : "");
	report_worsen (self->report, EXIT_STATUS_TROUBLE);
	self->in_stream = FALSE;
	self->record_seen = TRUE; /* said once */
}

/* Skip to where a record begins, or to the end. */
static gboolean
resynchronise (MboxReader *self, GError **error)
{
	for (;;) {
		const guint8 *data;
		gsize length;
		LinePiece piece;
		if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
			return FALSE;
		if (length == 0)
			return TRUE;
		if (begins_with (data, length, "From ")) {
			if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length,
						     error))
				return FALSE;
			if (mbox_stream_begins_here (data, length))
				return TRUE;
		}
		do {
			if (!line_reader_next (self->lines, &piece, error))
				return FALSE;
		} while (piece.data != NULL && !piece.ends_line);
	}
}

/* -- a block -- */

/* Lines up to the seal; *complete FALSE if there is something else first. */
static gboolean
read_block_text (MboxReader *self, GString *text, gboolean *complete, GError **error)
{
	*complete = FALSE;
	while (text->len < MBOX_BLOCK_MAX) {
		const guint8 *data;
		gsize length;
		LinePiece piece;
		if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
			return FALSE;
		if (length == 0 || *data == '\n' ||
		    (text->len > 0 && begins_with (data, length, "From ")))
			return TRUE;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		g_string_append_len (text, (const char *) piece.data, (gssize) piece.length);
		if (begins_with (piece.data, piece.length, SEAL_FIELD)) {
			*complete = piece.ends_line;
			return TRUE;
		}
	}
	return TRUE;
}

/* *block NULL: it is damaged, and that has been said. */
static gboolean
read_block (MboxReader *self, MboxBlock **block, GError **error)
{
	g_autofree char *origin = mbox_reader_origin (self);
	g_autoptr (GString) text = g_string_new (NULL);
	g_autoptr (GError) problem = NULL;
	gboolean complete;

	if (!read_block_text (self, text, &complete, error))
		return FALSE;
	*block = complete ? mbox_block_parse (text->str, text->len, &problem) : NULL;
	if (*block == NULL)
		damaged (self, origin, complete ? problem->message : "its block is cut");
	return TRUE;
}

/* -- content -- */

typedef struct {
	Spool *spool;
	Digest digest;
	goffset wanted; /* bytes still to come */
	gsize excess;   /* bytes beyond the size */
	guint8 last_excess;
} Collector;

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Collector *collector = user_data;
	gsize take = (gsize) MIN ((goffset) length, collector->wanted);

	digest_update (&collector->digest, data, take);
	collector->wanted -= (goffset) take;
	collector->excess += length - take;
	if (length > take)
		collector->last_excess = data[length - 1];
	return spool_write (collector->spool, data, take, error);
}

/* Lines until the size is reached. */
static gboolean
read_lines (MboxReader *self, Collector *collector, gboolean nonl, RecordState *state,
	    GError **error)
{
	MboxQuote quote;
	gboolean at_line_start = TRUE;

	mbox_quote_init (&quote, MBOX_QUOTE_REMOVE, collect, collector);
	while (collector->wanted > 0 || (nonl && collector->excess == 0)) {
		const guint8 *data;
		gsize length;
		LinePiece piece;
		if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
			return FALSE;
		*state = length == 0 ? RECORD_ENDS_EARLY : RECORD_BAD;
		if (length == 0 || (at_line_start && begins_with (data, length, "From ")))
			return TRUE;
		if (!line_reader_next (self->lines, &piece, error) ||
		    !mbox_quote_feed (&quote, piece.data, piece.length, error))
			return FALSE;
		at_line_start = piece.ends_line;
	}
	gboolean exact = nonl ? collector->excess == 1 && collector->last_excess == '\n'
			      : collector->excess == 0;
	*state = exact ? RECORD_GOOD : RECORD_BAD;
	return TRUE;
}

/* The empty line after every record. Its loss harms nobody but shows that something was changed. */
static gboolean
read_separator (MboxReader *self, GError **error)
{
	const guint8 *data;
	gsize length;
	LinePiece piece;

	if (!line_reader_look_ahead (self->lines, 5, &data, &length, error))
		return FALSE;
	if (length > 0 && *data == '\n')
		return line_reader_next (self->lines, &piece, error);
	g_autofree char *origin = mbox_reader_origin (self);
	damaged (self, origin, "the empty line after it is missing");
	return resynchronise (self, error);
}

static gboolean
read_content (MboxReader *self, const MboxBlock *block, Spool *spool, RecordState *state,
	      GError **error)
{
	Collector collector = { .spool = spool, .wanted = block->size };
	guint8 l0[DIGEST_SIZE];

	digest_init (&collector.digest);
	if (!read_lines (self, &collector, block->nonl, state, error))
		return FALSE;
	digest_finish (&collector.digest, l0);
	if (*state == RECORD_GOOD && memcmp (l0, block->l0, DIGEST_SIZE) != 0)
		*state = RECORD_BAD;
	return *state != RECORD_GOOD || read_separator (self, error);
}

/* -- the sequence -- */

static void
enter_lost (MboxReader *self, guint64 first, guint64 beyond)
{
	if (first == beyond)
		return;
	ledger_announce (self->ledger, beyond - first);
	self->messages += beyond - first;
	self->lost += beyond - first;
	if (beyond - first == 1)
		ledger_failed (self->ledger, self->name, NULL,
			       "record %" G_GUINT64_FORMAT " of the stream is lost", first);
	else
		report_finding (self->report, REPORT_TROUBLE, "failed", self->name, NULL,
				"records %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT
				" of the stream are lost",
				first, beyond - 1);
	if (beyond - first > 1)
		ledger_failed_many (self->ledger, beyond - first);
}

/* Place a good block in its stream. *repeated: it has been there before. */
static void
follow_sequence (MboxReader *self, const MboxBlock *block, gboolean *repeated)
{
	self->record_seen = TRUE;
	gboolean same = self->in_stream && strcmp (self->stream_id, block->stream_id) == 0;

	*repeated = same && block->sequence < self->expected;
	if (*repeated)
		return;
	if (!same || block->sequence == 0) {
		if (self->in_stream)
			stream_cut (self);
		self->in_stream = TRUE;
		self->expected = 0;
		self->messages = 0;
		self->lost = 0;
		memcpy (self->stream_id, block->stream_id, sizeof self->stream_id);
	}
	enter_lost (self, self->expected, block->sequence);
	self->expected = block->sequence + 1;
}

static void
finish_stream (MboxReader *self, const MboxTotals *totals)
{
	self->in_stream = FALSE;
	if (totals->messages > self->messages ||
	    (totals->messages < self->messages && self->lost == 0))
		report_finding (self->report, REPORT_TROUBLE, "stream-total", self->name, NULL,
				"the stream's end record counts %" G_GUINT64_FORMAT
				" messages, but %" G_GUINT64_FORMAT " arrived",
				totals->messages, self->messages);
	if (totals->failed == 0)
		return;
	report_finding (self->report, REPORT_TROUBLE, "upstream-partial", self->name, NULL,
			"the writer of the stream could not carry %" G_GUINT64_FORMAT
			" items; it has named them",
			totals->failed);
	ledger_announce (self->ledger, totals->failed);
	ledger_failed_many (self->ledger, totals->failed);
}

/* -- records -- */

static Message *
message_of (MboxReader *self, MboxBlock *block, Spool *spool, const char *origin)
{
	MessageContent *content = message_content_new_spool (spool_ref (spool));
	Message *message = message_new (folder_ref (block->folder), content,
					block->origin != NULL ? block->origin : origin);

	message->flags = block->flags;
	message_set_keywords (message, (const char *const *) block->keywords);
	message->received = block->received;
	message->sender = g_steal_pointer (&block->sender);
	memcpy (message->l0, block->l0, DIGEST_SIZE);
	message->has_l0 = TRUE;
	self->complete++;
	g_free (self->last_origin);
	self->last_origin = g_strdup (message->origin);
	return message;
}

static gboolean
take_message (MboxReader *self, MboxBlock *block, const char *origin, gboolean repeated,
	      Message **message, GError **error)
{
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	RecordState state;

	if (!read_content (self, block, spool, &state, error))
		return FALSE;
	if (repeated)
		return state == RECORD_GOOD || resynchronise (self, error);
	ledger_announce (self->ledger, 1);
	self->messages++;
	if (state == RECORD_GOOD) {
		*message = message_of (self, block, spool, origin);
		return TRUE;
	}
	ledger_failed (
		self->ledger, block->origin != NULL ? block->origin : origin, block->folder->path,
		state == RECORD_BAD
			? "damaged in the stream at %s: its content is not what its digest says"
			: "cut in the stream at %s",
		origin);
	return resynchronise (self, error);
}

/* One record; *message stays NULL if it was none to hand out. */
static gboolean
take_record (MboxReader *self, Message **message, GError **error)
{
	g_autofree char *origin = mbox_reader_origin (self);
	g_autoptr (MboxBlock) block = NULL;
	gboolean repeated;

	if (!read_block (self, &block, error))
		return FALSE;
	if (block == NULL)
		return resynchronise (self, error);
	follow_sequence (self, block, &repeated);
	if (repeated)
		report_finding (self->report, REPORT_TROUBLE, "record-repeated", origin, NULL,
				"record %" G_GUINT64_FORMAT " came before and is left out",
				block->sequence);
	if (block->kind == MBOX_BLOCK_MESSAGE)
		return take_message (self, block, origin, repeated, message, error);
	if (block->kind == MBOX_BLOCK_END && !repeated)
		finish_stream (self, &block->totals);
	if (block->kind == MBOX_BLOCK_FOLDER && !repeated)
		*message = message_new_folder (folder_ref (block->folder));
	return read_separator (self, error);
}

/* A From_ record without a block: somebody has appended ordinary mail. */
static gboolean
take_ordinary (MboxReader *self, Message **message, GError **error)
{
	if (!mbox_plain_next (self, message, error))
		return FALSE;
	if (*message != NULL)
		report_finding (self->report, REPORT_TROUBLE, "record-without-block",
				(*message)->origin, NULL,
				"an ordinary mbox record inside a stream");
	return TRUE;
}

/* A From_ line and then the end, before a second line was whole: the beginning of a record that
 * never came. */
static gboolean
is_torn (const guint8 *data, gsize length)
{
	const guint8 *lf = memchr (data, '\n', length);

	return length < MBOX_LOOK_AHEAD &&
	       (lf == NULL || memchr (lf + 1, '\n', length - (gsize) (lf + 1 - data)) == NULL);
}

static gboolean
take_something (MboxReader *self, Message **message, GError **error)
{
	const guint8 *data;
	gsize length;
	gboolean block_ahead;

	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	if (mbox_stream_begins_here (data, length))
		return take_record (self, message, error);
	gboolean from = begins_with (data, length, "From ");
	if (!mbox_stream_is_ahead (self, &block_ahead, error))
		return FALSE;
	if (from && !block_ahead && !is_torn (data, length))
		return take_ordinary (self, message, error);
	g_autofree char *origin = mbox_reader_origin (self);
	damaged (self, origin,
		 from ? "its block is not readable" : "it does not begin with a From_ line");
	return resynchronise (self, error);
}

gboolean
mbox_stream_next (MboxReader *self, Message **message, GError **error)
{
	while (*message == NULL) {
		const guint8 *data;
		gsize length;
		if (!line_reader_look_ahead (self->lines, 1, &data, &length, error))
			return FALSE;
		if (length == 0)
			break;
		if (!take_something (self, message, error))
			return FALSE;
	}
	if (*message == NULL && (self->in_stream || (!self->record_seen && !self->empty)))
		stream_cut (self);
	return TRUE;
}
