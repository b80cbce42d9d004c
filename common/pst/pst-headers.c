/* pst-headers.c - the header a message came with, made fit to stand above a new body
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-headers.h"

#include <string.h>

#define MAX_LINE 998
#define FOLD_AT  990

/* These spoke of the old body: its form (RFC 2045, 3), or its size as some mail store saw it. */
static const char *const dropped_fields[] = {
	"Content-Description",
	"Content-Disposition",
	"Content-Duration",
	"Content-ID",
	"Content-Length",
	"Content-Location",
	"Content-MD5",
	"Content-Base",
	"Content-Transfer-Encoding",
	"Content-Type",
	"Lines",
	"MIME-Version",
};

/* Length of the field name before its colon; 0 if LINE doesn't begin with one (RFC 5322,
 * 3.6.8; blanks before the colon are its obsolete form). A name that begins like a MIME
 * boundary must not begin a line. */
static gsize
field_name_length (const char *line, gsize length)
{
	gsize name = 0;
	gsize end;

	while (name < length && g_ascii_isgraph (line[name]) && line[name] != ':')
		name++;
	end = name;
	while (end < length && (line[end] == ' ' || line[end] == '\t'))
		end++;
	if (end >= length || line[end] != ':')
		return 0;
	return name >= 2 && line[0] == '-' && line[1] == '-' ? 0 : name;
}

static gboolean
is_dropped (const char *name, gsize length)
{
	for (gsize i = 0; i < G_N_ELEMENTS (dropped_fields); i++)
		if (strlen (dropped_fields[i]) == length &&
		    g_ascii_strncasecmp (dropped_fields[i], name, length) == 0)
			return TRUE;
	return FALSE;
}

static gboolean
begins_with (const char *line, gsize length, const char *prefix)
{
	gsize n = strlen (prefix);

	return length >= n && g_ascii_strncasecmp (line, prefix, n) == 0;
}

/* Where to break an over-long line: at its last blank, else anywhere but within a UTF-8
 * character. */
static gsize
find_break (const char *line)
{
	for (gsize i = FOLD_AT; i > 1; i--)
		if (line[i] == ' ' || line[i] == '\t')
			return i;

	gsize i = FOLD_AT;
	while (i > FOLD_AT - 4 && ((guint8) line[i] & 0xc0) == 0x80)
		i--;
	return i;
}

static void
append_line (GString *fields, const char *line, gsize length)
{
	while (length > MAX_LINE) {
		gsize at = find_break (line);
		g_string_append_len (fields, line, (gssize) at);
		g_string_append (fields, line[at] == ' ' || line[at] == '\t' ? "\n" : "\n ");
		line += at;
		length -= at;
	}
	g_string_append_len (fields, line, (gssize) length);
	g_string_append_c (fields, '\n');
}

typedef struct {
	GString *fields;
	gboolean has_begun; /* a field, kept or dropped, has been seen */
	gboolean is_dropping;
} Cleaner;

/* FALSE at the line that ends the header. */
static gboolean
take_line (Cleaner *cleaner, const char *line, gsize length)
{
	gsize name = field_name_length (line, length);
	gsize text = 0;

	while (text < length && (line[text] == ' ' || line[text] == '\t'))
		text++;
	if (length == 0)
		return !cleaner->has_begun;
	/* A line of blanks alone is not allowed (RFC 5322, 3.2.2) and could end the header. */
	if (text == length)
		return TRUE;
	if (name > 0) {
		cleaner->has_begun = TRUE;
		cleaner->is_dropping = is_dropped (line, name);
		if (!cleaner->is_dropping)
			append_line (cleaner->fields, line, length);
		return TRUE;
	}
	if (text == 0 &&
	    (begins_with (line, length, "Microsoft Mail Internet Headers") ||
	     begins_with (line, length, "From ") || begins_with (line, length, ">From ")))
		return TRUE;
	if (!cleaner->has_begun || cleaner->is_dropping)
		return TRUE;

	g_autofree char *indented =
		g_strdup_printf ("%s%.*s", text == 0 ? " " : "", (int)length, line);
	append_line (cleaner->fields, indented, strlen (indented));
	return TRUE;
}

/* Text without NULs, whose lines end in LF, whether that was CRLF, CR CR LF, a bare LF or a
 * bare CR before. */
static GString *
normalise (const char *text, gsize length)
{
	GString *lines = g_string_sized_new (length);

	for (gsize i = 0; i < length; i++) {
		if (text[i] == '\r') {
			if (i + 1 == length || (text[i + 1] != '\n' && text[i + 1] != '\r'))
				g_string_append_c (lines, '\n');
		} else if (text[i] != '\0') {
			g_string_append_c (lines, text[i]);
		}
	}
	return lines;
}

GString *
pst_headers_clean (const char *text, gsize length)
{
	g_autoptr (GString) lines = normalise (text, length);
	Cleaner cleaner = { .fields = g_string_new (NULL) };
	const char *line = lines->str;
	const char *end = line + lines->len;

	while (line < end) {
		const char *stop = memchr (line, '\n', (gsize) (end - line));
		if (stop == NULL)
			stop = end;
		if (!take_line (&cleaner, line, (gsize) (stop - line)))
			break;
		line = stop + 1;
	}
	return cleaner.fields;
}

gboolean
pst_headers_may_have (const char *name)
{
	gsize length = strlen (name);
	g_autofree char *line = g_strconcat (name, ":", NULL);

	return length > 0 && field_name_length (line, length + 1) == length &&
	       !is_dropped (name, length);
}

gboolean
pst_headers_have (const GString *fields, const char *name)
{
	gsize wanted = strlen (name);
	const char *line = fields->str;

	while (*line != '\0') {
		gsize length = strcspn (line, "\n");
		if (field_name_length (line, length) == wanted &&
		    g_ascii_strncasecmp (line, name, wanted) == 0)
			return TRUE;
		line += length + (line[length] == '\n');
	}
	return FALSE;
}

GString *
pst_headers_take_entity (const char *data, gsize length, gsize *body)
{
	g_autoptr (GString) fields = g_string_new (NULL);
	gboolean is_content = FALSE;
	gsize at = 0;

	while (at < length) {
		const char *line = data + at;
		const char *stop = memchr (line, '\n', length - at);
		if (stop == NULL)
			return NULL;
		gsize size = (gsize) (stop - line);
		at += size + 1;
		if (size > 0 && line[size - 1] == '\r')
			size--;
		if (size == 0) {
			*body = at;
			return pst_headers_have (fields, "Content-Type") ? g_steal_pointer (&fields)
									 : NULL;
		}
		if (line[0] != ' ' && line[0] != '\t') {
			if (field_name_length (line, size) == 0)
				return NULL;
			is_content = begins_with (line, size, "Content-");
		}
		if (is_content && memchr (line, '\0', size) == NULL)
			append_line (fields, line, size);
	}
	return NULL;
}
