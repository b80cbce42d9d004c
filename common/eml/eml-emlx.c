/* eml-emlx.c - where in an .emlx file the message is, and what stands behind it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-emlx.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define HEAD_SIZE 64
/* Real property lists have some hundred bytes. */
#define TAIL_LIMIT (256 * 1024)

/* All of the length bytes at offset. */
static gboolean
read_at (int fd, goffset offset, void *buffer, gsize length, const char *shown, GError **error)
{
	for (gsize got = 0; got < length;) {
		ssize_t n = pread (fd, (guint8 *) buffer + got, length - got,
				   offset + (goffset) got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s",
				     shown,
				     n < 0 ? g_strerror (errno) : "it became shorter meanwhile");
			return FALSE;
		}
		got += (gsize) n;
	}
	return TRUE;
}

/* The length line: digits, blanks, a line end. FALSE: there is none, *offset is 0. */
static gboolean
parse_length (const char *head, gsize length, goffset *offset, guint64 *size)
{
	gsize at = 0;

	*offset = 0;
	*size = 0;
	while (at < length && (head[at] == ' ' || head[at] == '\t'))
		at++;
	gsize digits = at;
	for (; at < length && g_ascii_isdigit (head[at]); at++)
		if (*size < G_MAXUINT64 / 16)
			*size = *size * 10 + (guint64) g_ascii_digit_value (head[at]);
	if (at == digits)
		return FALSE;
	while (at < length && (head[at] == ' ' || head[at] == '\t' || head[at] == '\r'))
		at++;
	if (at == length || head[at] != '\n')
		return FALSE;
	*offset = (goffset) at + 1;
	return TRUE;
}

/* The last place before end where text begins; end if there is none. */
static gsize
find_before (const char *data, gsize begin, gsize end, gsize whole, const char *text)
{
	gsize n = strlen (text);

	for (gsize at = end; at-- > begin;)
		if (whole - at >= n && memcmp (data + at, text, n) == 0)
			return at;
	return end;
}

/* Where the last property list of the tail begins, its XML declaration and document type included;
 * length if there is none. */
static gsize
find_plist (const char *tail, gsize length)
{
	gsize list = find_before (tail, 0, length, length, "<plist");
	gsize above = list > 256 ? list - 256 : 0;

	if (list == length)
		return length;
	gsize declaration = find_before (tail, above, list, length, "<?xml");
	return declaration < list ? declaration
				  : find_before (tail, above, list, length, "<!DOCTYPE plist");
}

static gboolean
only_blanks (const char *text, gsize length)
{
	while (length > 0 && g_ascii_isspace (text[length - 1]))
		length--;
	return length == 0;
}

/* Settle the end of the message; tail is the last length bytes of the file. The list in it, or
 * what should be one, begins at the result. */
static gsize
settle_end (EmlEmlx *emlx, gboolean has_length, guint64 wanted, goffset file_size, const char *tail,
	    gsize length)
{
	goffset tail_at = file_size - (goffset) length;
	guint64 room = (guint64) (file_size - emlx->offset);
	gsize found = find_plist (tail, length);

	if (has_length && wanted <= room) {
		goffset end = emlx->offset + (goffset) wanted;
		gsize at = end >= tail_at ? (gsize) (end - tail_at) : length;
		gboolean plain = end >= tail_at &&
				 (at == found || only_blanks (tail + at, length - at));
		if (plain || found == length) {
			emlx->size = (goffset) wanted;
			return end >= tail_at ? at : length;
		}
	}
	emlx->size = MAX (tail_at + (goffset) found - emlx->offset, 0);
	emlx->is_cut = has_length && found == length;
	emlx->fault = !has_length    ? "it does not begin with the length of the message"
		      : emlx->is_cut ? "it ends before the message does"
				     : "the length in its first line is wrong";
	return found;
}

gboolean
eml_emlx_locate (int fd, goffset file_size, const char *shown, EmlEmlx *emlx, GError **error)
{
	char head[HEAD_SIZE];
	gsize head_length = (gsize) MIN (file_size, (goffset) sizeof head);
	gsize length = (gsize) MIN (file_size, (goffset) TAIL_LIMIT);
	g_autofree char *tail = g_malloc (length + 1);
	guint64 wanted;

	memset (emlx, 0, sizeof *emlx);
	if (!read_at (fd, 0, head, head_length, shown, error) ||
	    !read_at (fd, file_size - (goffset) length, tail, length, shown, error))
		return FALSE;
	gboolean has_length = parse_length (head, head_length, &emlx->offset, &wanted);
	gsize skipped = (gsize) MAX (emlx->offset - (file_size - (goffset) length), 0);
	gsize list = skipped + settle_end (emlx, has_length, wanted, file_size, tail + skipped,
					   length - skipped);
	gboolean good = eml_plist_parse (tail + list, length - list, &emlx->plist);
	if (!good && emlx->fault == NULL)
		emlx->fault = "flags and date behind the message are missing or damaged";
	return TRUE;
}

gboolean
eml_emlx_is_partial (const char *name)
{
	gsize length = strlen (name);
	gsize suffix = strlen (".partial.emlx");

	return length > suffix && g_ascii_strcasecmp (name + length - suffix, ".partial.emlx") == 0;
}
