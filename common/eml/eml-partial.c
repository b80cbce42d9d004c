/* eml-partial.c - put the attachments back into a message that Apple Mail keeps in pieces
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-partial.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/line-reader.h"
#include "base/text.h"
#include "message/message-encode.h"
#include "message/message-headers.h"

#define DEPTH_LIMIT 32
#define WINDOW      (64 * 1024)
#define MARK        "X-Apple-Content-Length"

/* A multipart that is open. */
typedef struct {
	char *boundary; /* without the leading "--"; NULL once it was closed */
	char *prefix;   /* "2." before the numbers of its parts */
	guint part;
} Level;

typedef struct {
	LineReader *lines;
	goffset left; /* of the message */
	EmlPartialOpen open;
	gpointer user_data;
	Spool *out;
	EmlPartialCount *count;
	GPtrArray *levels;
	char *number;         /* of the entity whose header or body this is; "" for the message */
	gboolean is_embedded; /* it is the message within part number */
	GString *header;      /* the one being read; NULL in a body */
} Rejoin;

static void
free_level (gpointer data)
{
	Level *level = data;

	g_free (level->boundary);
	g_free (level->prefix);
	g_free (level);
}

/* --- Fields ---------------------------------------------------------------- */

static char *
get_field (const GString *header, const char *name)
{
	return message_headers_get ((const guint8 *) header->str, header->len, name);
}

/* The boundary of a multipart's Content-Type; NULL: it is none. RFC 2045, 5.1. */
static char *
get_boundary (const char *type)
{
	const char *at = type;

	if (g_ascii_strncasecmp (type, "multipart/", 10) != 0)
		return NULL;
	while ((at = strchr (at, ';')) != NULL) {
		at++;
		while (g_ascii_isspace (*at))
			at++;
		if (g_ascii_strncasecmp (at, "boundary", 8) != 0)
			continue;
		at += 8;
		while (g_ascii_isspace (*at))
			at++;
		if (*at != '=')
			continue;
		at++;
		while (g_ascii_isspace (*at))
			at++;
		gsize length = *at == '"' ? strcspn (++at, "\"") : strcspn (at, "; \t");
		return length > 0 ? g_strndup (at, length) : NULL;
	}
	return NULL;
}

/* The header without the mark, and with the encoding if it named none. */
static GString *
clean_header (const GString *header, const char *line_end, const char *encoding)
{
	GString *clean = g_string_sized_new (header->len + 64);
	gboolean dropping = FALSE;

	for (gsize at = 0; at < header->len;) {
		const char *line = header->str + at;
		gsize length = text_line_length (line, header->len - at);
		if (*line != ' ' && *line != '\t')
			dropping = g_ascii_strncasecmp (line, MARK, strlen (MARK)) == 0;
		if (*line == '\r' || *line == '\n')
			break;
		if (!dropping)
			g_string_append_len (clean, line, (gssize) length);
		at += length;
	}
	if (encoding != NULL)
		g_string_append_printf (clean, "Content-Transfer-Encoding: %s%s", encoding,
					line_end);
	g_string_append (clean, line_end);
	return clean;
}

/* --- A part that was taken out --------------------------------------------- */

/* Write data with line ends as the message has them. */
static gboolean
write_lines (Rejoin *self, const char *data, gsize length, const char *line_end, GError **error)
{
	while (length > 0) {
		const char *lf = line_end[0] == '\r' ? memchr (data, '\n', length) : NULL;
		gsize n = lf != NULL ? (gsize) (lf - data) : length;
		if (!spool_write (self->out, data, n, error) ||
		    (lf != NULL && !spool_write (self->out, "\r\n", 2, error)))
			return FALSE;
		n += lf != NULL ? 1 : 0;
		data += n;
		length -= n;
	}
	return TRUE;
}

/* Everything fd has, encoded unless encode is NULL. *last is the last byte written. */
static gboolean
write_file (Rejoin *self, int fd, MessageEncode *encode, const char *line_end, char *last,
	    GError **error)
{
	g_autofree guint8 *piece = g_malloc (WINDOW);
	gboolean at_end = FALSE;

	while (!at_end) {
		ssize_t n = read (fd, piece, WINDOW);
		const char *data = (const char *) piece;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
				     "its attachment cannot be read: %s", g_strerror (errno));
			return FALSE;
		}
		at_end = n == 0;
		gsize length = (gsize) n;
		if (encode != NULL)
			length = message_encode_step (encode, at_end ? NULL : piece, length, &data);
		if (length > 0)
			*last = data[length - 1];
		gboolean ok = encode != NULL ? write_lines (self, data, length, line_end, error)
					     : spool_write (self->out, data, length, error);
		if (!ok)
			return FALSE;
	}
	return TRUE;
}

static gboolean
put_part (Rejoin *self, int fd, gboolean is_encoded, GError **error)
{
	const char *line_end = strstr (self->header->str, "\r\n") != NULL ? "\r\n" : "\n";
	g_autofree char *named = get_field (self->header, "Content-Transfer-Encoding");
	/* Bytes from a disk may be anything. */
	const char *encoding = named != NULL ? named : "base64";
	g_autoptr (MessageEncode) encode = is_encoded ? NULL : message_encode_new (encoding);
	g_autoptr (GString) clean = clean_header (self->header, line_end,
						  named == NULL && !is_encoded ? encoding : NULL);
	char last = '\n';

	if (!spool_write (self->out, clean->str, clean->len, error) ||
	    !write_file (self, fd, encode, line_end, &last, error))
		return FALSE;
	return last == '\n' || spool_write (self->out, line_end, strlen (line_end), error);
}

/* Nothing but empty lines up to the next boundary. */
static gboolean
has_no_body (Rejoin *self, gboolean *empty, GError **error)
{
	const guint8 *data;
	gsize length;
	gsize at = 0;

	if (!line_reader_look_ahead (self->lines, 256, &data, &length, error))
		return FALSE;
	length = (gsize) MIN ((goffset) length, self->left);
	while (at < length && (data[at] == '\n' || data[at] == '\r'))
		at++;
	*empty = at == length || (length - at >= 2 && data[at] == '-' && data[at + 1] == '-');
	return TRUE;
}

/* --- The structure --------------------------------------------------------- */

static void
drop_header (Rejoin *self)
{
	if (self->header != NULL)
		g_string_free (self->header, TRUE);
	self->header = NULL;
}

/* The header as it is: it does not become one that we understand. */
static gboolean
flush_header (Rejoin *self, GError **error)
{
	gboolean ok = self->header == NULL ||
		      spool_write (self->out, self->header->str, self->header->len, error);

	drop_header (self);
	return ok;
}

static void
open_level (Rejoin *self, char *boundary)
{
	Level *level = g_new0 (Level, 1);

	level->boundary = boundary;
	level->prefix = *self->number == '\0' ? g_strdup ("")
					      : g_strconcat (self->number, ".", NULL);
	g_ptr_array_add (self->levels, level);
}

/* The number of what has a body here: a message that is no multipart has part 1. RFC 3501,
 * 6.4.5. */
static char *
number_of_body (const Rejoin *self)
{
	if (*self->number == '\0')
		return g_strdup ("1");
	return self->is_embedded ? g_strconcat (self->number, ".1", NULL) : g_strdup (self->number);
}

/* The header of a part that was taken out, and its body if there is one. */
static gboolean
end_header_taken_out (Rejoin *self, GError **error)
{
	gboolean is_encoded = FALSE;
	g_autofree char *number = number_of_body (self);
	int fd = self->open (number, &is_encoded, self->user_data);

	if (fd < 0) {
		self->count->missing++;
		return flush_header (self, error);
	}
	gboolean ok = put_part (self, fd, is_encoded, error);
	close (fd);
	self->count->rejoined++;
	drop_header (self);
	return ok;
}

static gboolean
end_header (Rejoin *self, GError **error)
{
	g_autofree char *mark = get_field (self->header, MARK);
	g_autofree char *type = get_field (self->header, "Content-Type");
	g_autofree char *boundary = type != NULL ? get_boundary (type) : NULL;
	gboolean taken_out = mark != NULL && boundary == NULL;

	if (taken_out && !has_no_body (self, &taken_out, error))
		return FALSE;
	if (taken_out)
		return end_header_taken_out (self, error);
	if (!flush_header (self, error))
		return FALSE;
	if (boundary != NULL && self->levels->len < DEPTH_LIMIT)
		open_level (self, g_steal_pointer (&boundary));
	self->is_embedded = type != NULL && g_ascii_strncasecmp (type, "message/rfc822", 14) == 0;
	if (self->is_embedded)
		self->header = g_string_new (NULL);
	return TRUE;
}

/* Is this line the boundary of a level? *closes: its last one. */
static gboolean
is_boundary (const Level *level, const guint8 *line, gsize length, gboolean *closes)
{
	gsize n = level->boundary != NULL ? strlen (level->boundary) : 0;

	if (n == 0 || length < n + 2 || memcmp (line + 2, level->boundary, n) != 0)
		return FALSE;
	gsize at = n + 2;
	*closes = length >= at + 2 && line[at] == '-' && line[at + 1] == '-';
	at += *closes ? 2 : 0;
	while (at < length && g_ascii_isspace ((char) line[at]))
		at++;
	return at == length;
}

/* The innermost multipart that this line is a boundary of, those within it gone: they end too. NULL
 * if it is just a line. */
static Level *
meet_boundary (Rejoin *self, const guint8 *line, gsize length, gboolean *closes)
{
	if (length < 3 || line[0] != '-' || line[1] != '-')
		return NULL;
	for (guint i = self->levels->len; i-- > 0;) {
		if (!is_boundary (self->levels->pdata[i], line, length, closes))
			continue;
		g_ptr_array_set_size (self->levels, (int) i + 1);
		return self->levels->pdata[i];
	}
	return NULL;
}

static gboolean
pass_boundary (Rejoin *self, Level *level, gboolean closes, GError **error)
{
	if (!flush_header (self, error))
		return FALSE;
	self->is_embedded = FALSE;
	if (closes) {
		g_clear_pointer (&level->boundary, g_free);
		return TRUE;
	}
	g_free (self->number);
	self->number = g_strdup_printf ("%s%u", level->prefix, ++level->part);
	return TRUE;
}

static gboolean
take_line (Rejoin *self, const LinePiece *piece, gsize length, GError **error)
{
	const guint8 *line = piece->data;
	gboolean closes = FALSE;
	Level *level = piece->starts_line ? meet_boundary (self, line, length, &closes) : NULL;

	if (level != NULL) {
		if (!pass_boundary (self, level, closes, error) ||
		    !spool_write (self->out, line, length, error))
			return FALSE;
		self->header = closes ? NULL : g_string_new (NULL);
		return TRUE;
	}
	if (self->header == NULL)
		return spool_write (self->out, line, length, error);
	g_string_append_len (self->header, (const char *) line, (gssize) length);
	if (piece->starts_line && (*line == '\n' || (*line == '\r' && length == 2)))
		return end_header (self, error);
	return self->header->len <= MESSAGE_HEADERS_LIMIT || flush_header (self, error);
}

static gboolean
run (Rejoin *self, GError **error)
{
	while (self->left > 0) {
		LinePiece piece;
		if (!line_reader_next (self->lines, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		gsize length = (gsize) MIN ((goffset) piece.length, self->left);
		self->left -= (goffset) length;
		if (!take_line (self, &piece, length, error))
			return FALSE;
	}
	return flush_header (self, error);
}

gboolean
eml_partial_rejoin (int fd, goffset offset, goffset size, EmlPartialOpen open, gpointer user_data,
		    Spool *out, EmlPartialCount *count, GError **error)
{
	int own = fcntl (fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0 || lseek (own, offset, SEEK_SET) < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "cannot read: %s",
			     g_strerror (errno));
		if (own >= 0)
			close (own);
		return FALSE;
	}
	g_autoptr (LineReader) lines = line_reader_new (own, "message", WINDOW);
	g_autoptr (GPtrArray) levels = g_ptr_array_new_with_free_func (free_level);
	Rejoin self = { .lines = lines,
			.left = size,
			.open = open,
			.user_data = user_data,
			.out = out,
			.count = count,
			.levels = levels,
			.number = g_strdup (""),
			.header = g_string_new (NULL) };

	memset (count, 0, sizeof *count);
	gboolean ok = run (&self, error);
	drop_header (&self);
	g_free (self.number);
	return ok;
}
