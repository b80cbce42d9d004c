/* message-mime-text.c - decoded bytes of a part into a digest, text in one form whatever its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-mime-text.h"

#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>

#define PIECE         4096
#define PENDING_LIMIT (64 * 1024) /* blanks held back; nobody means more at the end of a line */

/* Not a byte of UTF-8: what follows is one that could not be converted. */
#define MARK 0xff

struct MimeText {
	MessageMimeView view;
	gboolean is_text;
	gboolean lines;
	GIConv converter; /* (GIConv) -1: none needed */
	guint8 rest[16];  /* of a character that is not complete */
	gsize rest_length;
	gboolean cr; /* the last byte was one, held back */
	guint64 newlines;   /* held back: they may be the end of the text */
	GByteArray *blanks; /* behind them, held back: they may be the end of the line */
	guint64 quotes;  /* '>' at the beginning of the line, held back */
	guint8 from[5];  /* of "From ", behind the quotes, as far as it is there */
	gsize from_length;
	gboolean watching; /* still in quotes or From_ */
	guint8 out[PIECE];
	gsize used;
	Digest digest;
	guint64 size;
	gboolean wants_prefix;
	guint64 prefix_size;
	guint8 prefix[DIGEST_SIZE];
};

MimeText *
message_mime_text_new (MessageMimeView view, gboolean is_text, gboolean lines, const char *charset)
{
	static const char *const plain[] = {"us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit",
					    "x-unknown", "unknown"};
	MimeText *text = g_new0 (MimeText, 1);
	gboolean converts = is_text && charset != NULL;

	for (guint i = 0; converts && i < G_N_ELEMENTS (plain); i++)
		converts = g_ascii_strcasecmp (charset, plain[i]) != 0;
	text->view = view;
	text->is_text = is_text;
	text->lines = lines || is_text;
	text->converter = converts ? g_iconv_open ("UTF-8", g_mime_charset_iconv_name (charset))
				   : (GIConv) -1;
	text->blanks = g_byte_array_new ();
	text->watching = TRUE;
	digest_init (&text->digest);
	return text;
}

void
message_mime_text_free (MimeText *text)
{
	if (text == NULL)
		return;
	if (text->converter != (GIConv) -1)
		g_iconv_close (text->converter);
	g_byte_array_unref (text->blanks);
	g_free (text);
}

void
message_mime_text_want_prefix (MimeText *text, guint64 size)
{
	text->wants_prefix = TRUE;
	text->prefix_size = size;
}

/* --- Out of the form ---------------------------------------------------- */

static void
flush (MimeText *text)
{
	gboolean passes = text->wants_prefix && text->size < text->prefix_size &&
			  text->size + text->used >= text->prefix_size;

	if (passes) {
		Digest begun = text->digest;
		digest_update (&begun, text->out, (gsize) (text->prefix_size - text->size));
		digest_finish (&begun, text->prefix);
	}
	digest_update (&text->digest, text->out, text->used);
	text->size += text->used;
	text->used = 0;
}

static void
put (MimeText *text, guint8 byte)
{
	if (text->used == PIECE)
		flush (text);
	text->out[text->used++] = byte;
}

static void
put_run (MimeText *text, const guint8 *data, gsize length)
{
	while (length > 0) {
		if (text->used == PIECE)
			flush (text);
		gsize n = MIN (length, PIECE - text->used);
		memcpy (text->out + text->used, data, n);
		text->used += n;
		data += n;
		length -= n;
	}
}

/* One byte of text in its form, but for what the view leaves out. */
static void
show (MimeText *text, guint8 byte)
{
	if (text->view == MESSAGE_MIME_SQUEEZED && g_ascii_isspace (byte))
		return;
	if (text->view == MESSAGE_MIME_ASCII && (byte <= ' ' || byte >= 0x7f || byte == '?'))
		return;
	put (text, byte);
}

static void
release_quotes (MimeText *text)
{
	static const char from[] = "From ";
	gboolean drop = text->from_length == sizeof from - 1;

	for (; text->quotes > 0; text->quotes--)
		if (!drop)
			show (text, '>');
	for (gsize i = 0; i < text->from_length; i++)
		show (text, text->from[i]);
	text->from_length = 0;
	text->watching = FALSE;
}

/* A byte of a line; the '>' before "From " wait until it is clear that it is one. */
static void
watch (MimeText *text, guint8 byte)
{
	static const char from[] = "From ";

	if (text->view != MESSAGE_MIME_UNQUOTED || !text->watching) {
		show (text, byte);
		return;
	}
	if (byte == '>' && text->from_length == 0) {
		text->quotes++;
		return;
	}
	if (byte == (guint8) from[text->from_length]) {
		text->from[text->from_length++] = byte;
		if (text->from_length == sizeof from - 1)
			release_quotes (text);
		return;
	}
	release_quotes (text);
	show (text, byte);
}

/* --- Into the form ------------------------------------------------------ */

static void
release_blanks (MimeText *text)
{
	for (; text->newlines > 0; text->newlines--) {
		release_quotes (text);
		show (text, '\n');
		text->watching = TRUE;
	}
	for (guint i = 0; i < text->blanks->len; i++)
		watch (text, text->blanks->data[i]);
	g_byte_array_set_size (text->blanks, 0);
}

static void
add_line_byte (MimeText *text, guint8 byte)
{
	if (!text->is_text) {
		put (text, byte);
		return;
	}
	if (byte == '\n') {
		g_byte_array_set_size (text->blanks, 0);
		text->newlines++;
		return;
	}
	if ((byte == ' ' || byte == '\t') && text->blanks->len < PENDING_LIMIT) {
		g_byte_array_append (text->blanks, &byte, 1);
		return;
	}
	release_blanks (text);
	watch (text, byte);
}

static gboolean
is_blank (guint8 byte)
{
	return byte == ' ' || byte == '\t';
}

/* A whole line of text, as add_line_byte has it, byte by byte; returns its length, or 0 if it is
 * not a plain one. */
static gsize
add_line (MimeText *text, const guint8 *data, gsize length)
{
	const guint8 *lf = memchr (data, '\n', length);
	const guint8 *end = lf;

	if (lf == NULL || text->blanks->len + (gsize) (lf - data) > PENDING_LIMIT)
		return 0;
	if (end > data && end[-1] == '\r')
		end--;
	if (memchr (data, '\r', (gsize) (end - data)) != NULL ||
	    memchr (data, '\0', (gsize) (end - data)) != NULL)
		return 0;
	while (end > data && is_blank (end[-1]))
		end--;
	if (end > data)
		release_blanks (text);
	put_run (text, data, (gsize) (end - data));
	add_line_byte (text, '\n');
	return (gsize) (lf - data) + 1;
}

/* Most bytes need not be looked at one by one; returns how many of data did not. */
static gsize
add_plain (MimeText *text, const guint8 *data, gsize length)
{
	gsize done = 0;

	if (text->cr || text->view != MESSAGE_MIME_WHOLE)
		return 0;
	if (!text->lines) {
		put_run (text, data, length);
		return length;
	}
	for (gsize n = 1; text->is_text && n > 0 && done < length; done += n)
		n = add_line (text, data + done, length - done);
	return done;
}

static void
add_utf8 (MimeText *text, const guint8 *data, gsize length)
{
	gsize done = add_plain (text, data, length);

	for (gsize i = done; i < length; i++) {
		/* As L1 has it: servers that do not store NULs store this. */
		guint8 byte = data[i] == '\0' && text->lines ? 0x80 : data[i];
		if (text->lines && byte == '\r' && !text->cr) {
			text->cr = TRUE;
			continue;
		}
		if (text->cr && byte != '\n')
			add_line_byte (text, '\r');
		text->cr = text->lines && byte == '\r';
		if (!text->cr)
			add_line_byte (text, byte);
	}
}

/* Converts what is complete; returns how many bytes of data were taken. */
static gsize
convert (MimeText *text, guint8 *data, gsize length)
{
	char *in = (char *) data;
	gsize left = length;

	while (left > 0) {
		char buffer[PIECE];
		char *out = buffer;
		gsize room = sizeof buffer;
		gsize result = g_iconv (text->converter, &in, &left, &out, &room);
		int reason = errno;
		add_utf8 (text, (const guint8 *) buffer, sizeof buffer - room);
		if (result != (gsize) -1 || reason == E2BIG)
			continue;
		if (reason == EINVAL && left < sizeof text->rest)
			break;
		const guint8 marked[] = {MARK, (guint8) *in};
		add_utf8 (text, marked, sizeof marked);
		in++;
		left--;
	}
	return length - left;
}

void
message_mime_text_add (MimeText *text, const guint8 *data, gsize length)
{
	if (text->converter == (GIConv) -1) {
		add_utf8 (text, data, length);
		return;
	}
	g_autofree guint8 *all = g_malloc (text->rest_length + length);
	memcpy (all, text->rest, text->rest_length);
	for (gsize i = 0; i < length; i++)
		all[text->rest_length + i] = data[i] != '\0' ? data[i] : 0x80;
	gsize whole = text->rest_length + length;
	gsize taken = convert (text, all, whole);
	text->rest_length = whole - taken;
	memcpy (text->rest, all + taken, text->rest_length);
}

void
message_mime_text_finish (MimeText *text, MessageMimePart *part)
{
	for (gsize i = 0; i < text->rest_length; i++) {
		const guint8 marked[] = {MARK, text->rest[i]};
		add_utf8 (text, marked, sizeof marked);
	}
	/* Half a line end at the end of text is one: the other half belongs to a boundary. */
	if (text->cr && !text->is_text)
		add_line_byte (text, '\r');
	release_quotes (text);
	flush (text);
	part->size = text->size;
	digest_finish (&text->digest, part->digest);
	memcpy (part->prefix, text->prefix, DIGEST_SIZE);
}
