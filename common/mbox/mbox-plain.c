/* mbox-plain.c - records of an ordinary mbox: from one separator to the next
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Most bytes are passed on in long runs; only lines that begin with "From " or ">From " are looked
 * at. Every byte is entered in the account: content, From_ lines, marks, separators, or junk.
 */
#include <string.h>

#include "base/text.h"
#include "mbox/mbox-length.h"
#include "mbox/mbox-multipart.h"
#include "mbox/mbox-quote.h"
#include "mbox/mbox-reader.h"
#include "mbox/mbox-scan.h"
#include "mbox/mbox-separator.h"

/* What has neither begun nor ended by then is no mailbox. */
#define JUNK_MAX (64 * 1024 * 1024)

/* From_ lines have no limit, but beyond this their date is not looked for. */
#define FROM_LINE_MAX      (256 * 1024)
#define FROM_AFTER_NUL_MAX 1024
/* A crash leaves blocks of them; fewer stand in a message, and what follows is not quoted. */
#define HOLE_MIN 4

/* Headers are looked through so far for Content-Length. */
#define HEADER_MAX (64 * 1024)

typedef struct {
	MboxReader *self;
	MboxRecord *record;
	goffset begin; /* of the content */
	goffset until; /* where a counted body ends that is believed; -1: where a separator says */
	MboxQuoteMode quoting;
	gboolean at_line_start;
	gboolean after_nul;
} Body;

/* -- separators -- */

/* As look_ahead, but so that the first line is whole, if that can be had. */
static gboolean
look_at_line (MboxReader *self, const guint8 **data, gsize *length, gboolean *at_end,
	      GError **error)
{
	gsize wanted = MBOX_LOOK_AHEAD;

	if (!line_reader_look_ahead (self->lines, wanted, data, length, error))
		return FALSE;
	if (*length >= wanted && memchr (*data, '\n', wanted / 2) == NULL) {
		wanted = FROM_LINE_MAX + MBOX_LOOK_AHEAD;
		if (!line_reader_look_ahead (self->lines, wanted, data, length, error))
			return FALSE;
	}
	*at_end = *length < wanted;
	return TRUE;
}

static gboolean
judge (MboxReader *self, MboxPrecedence after, gboolean *separates, GError **error)
{
	const guint8 *data;
	gsize length;
	gboolean at_end;
	MboxFrom from;

	if (after == MBOX_AFTER_NUL) {
		/* One line may hold many of these: none may cost much. */
		if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
			return FALSE;
		at_end = length < MBOX_LOOK_AHEAD;
		*separates = FALSE;
		if (memchr (data, '\n', MIN (length, FROM_AFTER_NUL_MAX)) == NULL)
			return TRUE;
	} else if (!look_at_line (self, &data, &length, &at_end, error)) {
		return FALSE;
	}
	*separates = self->in_stream && mbox_stream_begins_here (data, length);
	if (*separates)
		return TRUE;
	gsize line = text_line_length (data, length);
	mbox_from_parse ((const char *) data, line, &from);
	/* Where every line of a message is quoted, a date is proof enough. */
	*separates = (self->habits.dialect == MBOX_DIALECT_RD && after == MBOX_AFTER_BLANK &&
		      from.strength == MBOX_FROM_STRONG) ||
		     mbox_separator_judge (&from, after, data + line, length - line, at_end);
	return TRUE;
}

/* Is this separator but text inside a multipart? Looking for its end may not cost more than reading
 * the mailbox does, however many separators there are. */
static gboolean
is_inside (MboxReader *self, const MboxCollector *content, gboolean *inside, GError **error)
{
	const guint8 *data;
	gsize length;
	guint64 allowed = 4 * (guint64) line_reader_get_offset (self->lines) +
			  4 * MBOX_MULTIPART_AHEAD;

	*inside = FALSE;
	if (self->habits.dialect == MBOX_DIALECT_RD || content->is_too_large ||
	    self->looked > allowed)
		return TRUE;
	if (!line_reader_look_ahead (self->lines, MBOX_MULTIPART_AHEAD, &data, &length, error))
		return FALSE;
	length = MIN (length, MBOX_MULTIPART_AHEAD);
	self->looked += length;
	*inside = mbox_multipart_is_open (content->spool, data, length);
	return TRUE;
}

static void
say_unquoted (const Body *body, const char *what)
{
	MboxReader *self = body->self;
	g_autofree char *origin = mbox_reader_origin (self);

	report_finding (self->report, REPORT_NOTE, "unquoted-from", origin, self->folder->path,
			"a line of a message begins with \"From \" and is not quoted%s", what);
}

/* A From_ line comes next: does it end the body? */
static gboolean
ends_here (Body *body, gboolean *ends, GError **error)
{
	const MboxCollector *content = &body->record->content;
	gsize blank = mbox_collector_blank (content);
	gboolean is_hole = body->after_nul && content->nuls >= HOLE_MIN;
	MboxPrecedence after = is_hole     ? MBOX_AFTER_NUL
			       : blank > 0 ? MBOX_AFTER_BLANK
					   : MBOX_AFTER_TEXT;
	gboolean inside = FALSE;

	*ends = FALSE;
	if (body->until >= 0) {
		body->self->counts = TRUE;
		return TRUE;
	}
	/* Right after a From_ line a second one is the work of a second mail system. */
	if (content->size == 0 && !body->self->in_stream) {
		say_unquoted (body, ", right after its From_ line");
		return TRUE;
	}
	/* One line may hold many of these: they are not even looked at. */
	if (body->after_nul && !is_hole) {
		say_unquoted (body, "");
		return TRUE;
	}
	if (!judge (body->self, after, ends, error))
		return FALSE;
	if (*ends && !is_inside (body->self, content, &inside, error))
		return FALSE;
	if (!*ends || inside)
		say_unquoted (body, inside ? ", in a part that ends further on" : "");
	*ends = *ends && !inside;
	return TRUE;
}

/* -- content -- */

static gboolean
take (Body *body, gsize length, GError **error)
{
	const guint8 *data;
	gsize got;

	if (!line_reader_read (body->self->lines, &data, length, &got, error))
		return FALSE;
	body->at_line_start = data[got - 1] == '\n';
	body->after_nul = data[got - 1] == '\0';
	return mbox_collector_add (&body->record->content, data, got, error);
}

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return mbox_collector_add (user_data, data, length, error);
}

/* Directly after a From_ line, and so from a mail system that relayed it: no quoting. */
static gboolean
is_relay_mark (const Body *body, const guint8 *data, gsize length)
{
	const guint8 *lf = memchr (data, '\n', length);
	gsize line = lf != NULL ? (gsize) (lf - data) : length;
	MboxFrom from;

	if (body->record->content.size > 0 || !mbox_scan_is_from (data + 1, length - 1))
		return FALSE;
	mbox_from_parse ((const char *) data + 1, line - 1, &from);
	return from.strength >= MBOX_FROM_WEAK ||
	       memmem (data, line, " remote from ", 13) != NULL;
}

/* A line that begins with '>': as much of it as quoting may concern, however long that is. */
static gboolean
take_quoted (Body *body, const guint8 *data, gsize length, GError **error)
{
	MboxCollector *content = &body->record->content;
	guint64 before = content->size;
	guint64 fed = 0;
	MboxQuote quote;
	gsize got = 0;

	mbox_quote_init (&quote, body->quoting, collect, content);
	do {
		gsize piece = text_line_length (data, length);
		if (!line_reader_read (body->self->lines, &data, piece, &got, error) ||
		    !mbox_quote_feed (&quote, data, got, error))
			return FALSE;
		fed += got;
		body->at_line_start = data[got - 1] == '\n';
		body->after_nul = FALSE;
		if (quote.inside || body->at_line_start)
			break;
		if (!line_reader_look_ahead (body->self->lines, MBOX_LOOK_AHEAD, &data, &length,
					     error))
			return FALSE;
		if (body->until >= 0)
			length = (gsize) MIN ((goffset) length,
					      body->until -
						      line_reader_get_offset (body->self->lines));
	} while (length > 0);
	if (!mbox_quote_end (&quote, error))
		return FALSE;
	body->self->account.marks += fed - (content->size - before);
	return TRUE;
}

/* Take something of the body; *ended: there is no more. */
static gboolean
take_some (Body *body, gboolean *ended, GError **error)
{
	MboxReader *self = body->self;
	const guint8 *data;
	gsize length;

	*ended = FALSE;
	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	if (body->until >= 0)
		length = (gsize) MIN ((goffset) length,
				      body->until - line_reader_get_offset (self->lines));
	*ended = length == 0;
	if (*ended)
		return TRUE;
	if ((body->at_line_start || body->after_nul) && mbox_scan_is_from (data, length)) {
		if (!ends_here (body, ended, error))
			return FALSE;
		return *ended || take (body, 5, error);
	}
	gboolean quotes = body->quoting != MBOX_QUOTE_KEEP && !self->counts;
	if (body->at_line_start && quotes && mbox_scan_is_quoted (data, length) &&
	    !is_relay_mark (body, data, length))
		return take_quoted (body, data, length, error);
	return take (body, mbox_scan (data, length), error);
}

/* -- counted bodies -- */

#define FAR_LOOK (1 + MBOX_LOOK_AHEAD)

static gboolean
is_out_of_sight (const MboxReader *self, guint64 distance)
{
	return distance > INPUT_LOOK_MAX &&
	       !input_is_seekable (line_reader_get_input (self->lines));
}

static void
say_bad_length (MboxReader *self, const MboxRecord *record, gboolean out_of_sight)
{
	report_finding (self->report, REPORT_NOTE,
			out_of_sight ? "unchecked-content-length" : "bad-content-length",
			record->origin, self->folder->path,
			out_of_sight ? "Content-Length is too large to be checked in a pipe or "
				       "compressed file and is not believed"
				     : "Content-Length does not lead to the next message and is "
				       "not believed");
}

/* The bytes at a distance from here, in the window or further on. *data stays valid until the
 * reader moves. *length 0 and not at_end: they cannot be had. */
static gboolean
look_far (MboxReader *self, guint64 distance, guint8 *buffer, const guint8 **data, gsize *length,
	  gboolean *at_end, GError **error)
{
	if (distance + MBOX_LOOK_AHEAD <= LINE_READER_WINDOW) {
		gsize wanted = (gsize) distance + MBOX_LOOK_AHEAD;
		if (!line_reader_look_ahead (self->lines, wanted, data, length, error))
			return FALSE;
		*at_end = *length < wanted;
		if (*length < distance)
			*at_end = FALSE;
		*length -= (gsize) MIN (*length, distance);
		*data += distance;
		return TRUE;
	}
	/* One byte more in front: it may lead exactly to the end, or beyond. */
	gsize got;
	if (!line_reader_look_far (self->lines, distance - 1, buffer, FAR_LOOK, &got, error))
		return FALSE;
	*data = buffer + 1;
	*length = got - MIN (got, 1);
	*at_end = got > 0 && got < FAR_LOOK;
	return TRUE;
}

/* Does what the header counts lead to a separator? *until -1 if not. */
static gboolean
believe_length (MboxReader *self, const MboxRecord *record, goffset *until, GError **error)
{
	const guint8 *data;
	gsize length;
	gsize gap;
	guint64 whole;
	gboolean at_end;
	g_autofree guint8 *buffer = NULL;
	MboxFrom from;

	*until = -1;
	if (!line_reader_look_ahead (self->lines, HEADER_MAX, &data, &length, error))
		return FALSE;
	MboxLengthState state = mbox_length_read (data, MIN (length, HEADER_MAX), &whole);
	if (state == MBOX_LENGTH_NONE)
		return TRUE;
	if (state == MBOX_LENGTH_KNOWN) {
		if (whole + MBOX_LOOK_AHEAD > LINE_READER_WINDOW)
			buffer = g_malloc (FAR_LOOK);
		if (!look_far (self, whole, buffer, &data, &length, &at_end, error))
			return FALSE;
		gboolean leads = mbox_length_gap (data, length, at_end, &gap);
		if (leads && gap < length) {
			gsize line = text_line_length (data + gap, length - gap);
			mbox_from_parse ((const char *) data + gap, line, &from);
			leads = mbox_separator_judge (&from, MBOX_AFTER_BLANK, data + gap + line,
						      length - gap - line, at_end);
		}
		if (leads)
			*until = line_reader_get_offset (self->lines) + (goffset) whole;
	}
	if (*until < 0)
		say_bad_length (self, record,
				state == MBOX_LENGTH_KNOWN && is_out_of_sight (self, whole));
	return TRUE;
}

/* After a counted body: the line ends up to the next From_ line. */
static gboolean
pass_gap (MboxReader *self, GError **error)
{
	const guint8 *data;
	gsize length;
	gsize gap;
	gsize got;

	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	/* A file that is growing may show us something else than before; then it is content. */
	if (!mbox_length_gap (data, length, TRUE, &gap) || gap == 0)
		return TRUE;
	self->account.separators += gap;
	return line_reader_read (self->lines, &data, gap, &got, error);
}

/* -- one record -- */

static MboxQuoteMode
quoting_of (const MboxReader *self)
{
	switch (self->habits.dialect) {
	case MBOX_DIALECT_O:
		return MBOX_QUOTE_REMOVE_SINGLE;
	case MBOX_DIALECT_CL2:
	case MBOX_DIALECT_NONE:
		return MBOX_QUOTE_KEEP;
	default:
		return MBOX_QUOTE_REMOVE;
	}
}

/* Do its messages say how long they are, and may one believe them? Where quoting is known to have
 * been done, there is no need to. */
static gboolean
may_count (const MboxReader *self)
{
	return !self->in_stream && (self->habits.dialect == MBOX_DIALECT_AUTO ||
				    self->habits.dialect == MBOX_DIALECT_CL2 ||
				    self->habits.dialect == MBOX_DIALECT_NONE);
}

/* NULs in front of a From_ line, or after the last line of the file: space that was given to the
 * mailbox and never written. */
static void
leave_hole (MboxReader *self, MboxRecord *record)
{
	report_finding (self->report, REPORT_NOTE, "nul-gap", record->origin, self->folder->path,
			"%" G_GUINT64_FORMAT
			" NULs after the message are a hole in the mailbox and not part of it",
			record->content.nuls);
	self->account.junk += record->content.nuls;
	mbox_collector_drop_nuls (&record->content);
}

static gboolean
read_content (MboxReader *self, MboxRecord *record, GError **error)
{
	Body body = { .self = self,
		      .record = record,
		      .until = -1,
		      .quoting = quoting_of (self),
		      .at_line_start = TRUE };
	MboxCollector *content = &record->content;
	const guint8 *data;
	gsize length;
	gboolean ended = FALSE;

	if (may_count (self) && !believe_length (self, record, &body.until, error))
		return FALSE;
	while (!ended)
		if (!take_some (&body, &ended, error))
			return FALSE;
	if (!line_reader_look_ahead (self->lines, 1, &data, &length, error))
		return FALSE;
	gboolean counted = body.until >= 0;
	guint8 last = content->tail[sizeof content->tail - 1];
	if (content->nuls > 0 && !counted &&
	    (length > 0 || last == '\n' || content->nuls == content->size))
		leave_hole (self, record);
	guint64 size = content->size;
	if (!mbox_collector_end (content, !counted, error))
		return FALSE;
	self->account.separators += size - content->size;
	return !counted || pass_gap (self, error);
}

/* -- the beginning of the file -- */

typedef struct {
	MboxReader *self;
	guint64 passed;
	gboolean has_text; /* not only line ends and NULs */
	guint8 tail[2];
} Beginning;

static gboolean
is_text (const guint8 *data, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (data[i] != '\n' && data[i] != '\r' && data[i] != '\0')
			return TRUE;
	return FALSE;
}

static gboolean
pass_bom (Beginning *beginning, GError **error)
{
	MboxReader *self = beginning->self;
	const guint8 *data;
	gsize length;
	gsize got;

	if (!line_reader_look_ahead (self->lines, 3, &data, &length, error))
		return FALSE;
	if (length < 3 || memcmp (data, "\xef\xbb\xbf", 3) != 0)
		return TRUE;
	report_finding (self->report, REPORT_NOTE, "bom", self->name, NULL,
			"a byte order mark at the beginning was left out");
	self->account.junk += 3;
	return line_reader_read (self->lines, &data, 3, &got, error);
}

/* A From_ line comes next. The first line of a file needs not look better than that; after junk it
 * does. */
static gboolean
begins_here (Beginning *beginning, gboolean *begins, GError **error)
{
	const guint8 *tail = beginning->tail;
	gboolean blank = beginning->passed <= 1 || tail[0] == '\n' || tail[0] == '\r';

	*begins = !beginning->has_text;
	return *begins || judge (beginning->self,
				 tail[1] == '\0' ? MBOX_AFTER_NUL
				 : blank	 ? MBOX_AFTER_BLANK
						 : MBOX_AFTER_TEXT,
				 begins, error);
}

/* Pass over what is no From_ line; *found: there is one next. */
static gboolean
pass_some (Beginning *beginning, gboolean *found, gboolean *ended, GError **error)
{
	MboxReader *self = beginning->self;
	const guint8 *data;
	gsize length;
	gsize got;

	*found = FALSE;
	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	*ended = length == 0;
	if (mbox_scan_is_from (data, length) && !begins_here (beginning, found, error))
		return FALSE;
	if (*found || *ended)
		return TRUE;
	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	gsize run = mbox_scan (data, length);
	if (!beginning->has_text)
		beginning->has_text = is_text (data, run);
	beginning->tail[0] = run > 1 ? data[run - 2] : beginning->tail[1];
	beginning->tail[1] = data[run - 1];
	beginning->passed += run;
	self->account.junk += run;
	return line_reader_read (self->lines, &data, run, &got, error);
}

/* A record of a stream comes next, where none was expected. */
static gboolean
is_stream_ahead (MboxReader *self, gboolean *ahead, GError **error)
{
	const guint8 *data;
	gsize length;

	*ahead = FALSE;
	if (self->habits.dialect != MBOX_DIALECT_AUTO)
		return TRUE;
	if (!line_reader_look_ahead (self->lines, MBOX_LOOK_AHEAD, &data, &length, error))
		return FALSE;
	*ahead = mbox_stream_begins_here (data, length);
	return TRUE;
}

static gboolean
refuse (MboxReader *self, GError **error, const char *reason)
{
	report_file_finding (self->report, REPORT_TROUBLE, "no-from", self->name, NULL, reason);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: not an mbox: %s", self->name, reason);
	return FALSE;
}

/* Leading blank lines and junk: a mailbox begins at its first From_ line. *found FALSE: it is
 * empty. */
static gboolean
skip_to_first (MboxReader *self, gboolean *found, GError **error)
{
	Beginning beginning = { .self = self };
	gboolean ended = FALSE;

	if (!pass_bom (&beginning, error))
		return FALSE;
	for (*found = FALSE; !*found && !ended;) {
		if (!pass_some (&beginning, found, &ended, error))
			return FALSE;
		if (beginning.passed > JUNK_MAX && !*found)
			return refuse (self, error,
				       "no message begins within its first 64 MiB");
	}
	if (!*found)
		return !beginning.has_text ||
		       refuse (self, error, "no line begins with \"From \" (a single message, as "
					    "in .eml files, is read by eml2mbox)");
	if (!is_stream_ahead (self, &self->lost_its_head, error))
		return FALSE;
	/* What was text before the first record of a stream has been a record, too. */
	gboolean is_trouble = self->lost_its_head && beginning.has_text;
	if (beginning.passed > 0)
		report_finding (self->report, is_trouble ? REPORT_TROUBLE : REPORT_NOTE,
				"leading-junk", self->name, NULL,
				"%" G_GUINT64_FORMAT
				" bytes before the first message were left out",
				beginning.passed);
	self->at_record = !self->lost_its_head;
	return TRUE;
}

/* -- messages -- */

/* Whoever writes mail may write such records into it: nothing but a beginning makes a stream. */
static gboolean
tell_stream_inside (MboxReader *self, GError **error)
{
	g_autofree char *origin = mbox_reader_origin (self);
	gboolean ahead;

	if (self->in_stream || self->said_stream)
		return TRUE;
	if (!is_stream_ahead (self, &ahead, error))
		return FALSE;
	if (ahead)
		report_finding (self->report, REPORT_TROUBLE, "stream-inside", origin,
				self->folder->path,
				"records of a stream inside an ordinary mbox are taken for mail: "
				"if they are a stream, pass them on by themselves");
	self->said_stream = ahead;
	return TRUE;
}

/* *message stays NULL if the one read is left out. */
static gboolean
read_one (MboxReader *self, Message **message, GError **error)
{
	g_auto (MboxRecord) record = { 0 };

	if (!tell_stream_inside (self, error))
		return FALSE;
	mbox_record_init (&record, self);
	if (!mbox_record_read_from (&record, self, error) || !read_content (self, &record, error)) {
		mbox_record_is_cut (&record, self);
		return FALSE;
	}
	return mbox_record_finish (&record, self, message, error);
}

gboolean
mbox_plain_next (MboxReader *self, Message **message, GError **error)
{
	gboolean found = TRUE;

	if (!self->at_record && !self->in_stream && !skip_to_first (self, &found, error))
		return FALSE;
	if (self->lost_its_head) {
		self->lost_its_head = FALSE;
		self->habits.dialect = MBOX_DIALECT_STREAM;
		return mbox_stream_next (self, message, error);
	}
	while (found && *message == NULL) {
		const guint8 *data;
		gsize length;
		if (!line_reader_look_ahead (self->lines, 1, &data, &length, error))
			return FALSE;
		if (length == 0)
			return TRUE;
		if (!read_one (self, message, error))
			return FALSE;
		/* In a stream the next record may have a block. */
		if (self->in_stream)
			return TRUE;
	}
	return TRUE;
}
