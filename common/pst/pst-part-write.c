/* pst-part-write.c - the tree of parts becomes the bytes of a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <nettle/base64.h>
#include <string.h>

#include "pst/pst-base64.h"
#include "pst/pst-part-tree.h"
#include "pst/pst-stored.h"

#define LINE_BYTES PST_BASE64_LINE_BYTES
#define LINE_TEXT  (PST_BASE64_LINE_TEXT + 1) /* and its end */

typedef struct {
	PstPartWrite write;
	gpointer user_data;
	guint8 line[LINE_BYTES]; /* of base64: bytes that do not fill a line yet */
	gsize held;
	guint64 skip;
	guint64 left; /* of a region */
} Writer;

static gboolean
write_bytes (Writer *writer, const void *data, gsize length, GError **error)
{
	return length == 0 || writer->write (data, length, writer->user_data, error);
}

static gboolean
write_string (Writer *writer, const char *text, GError **error)
{
	return write_bytes (writer, text, strlen (text), error);
}

/* The next line, if it is complete in what was held back and DATA; how much of DATA it took. */
static gsize
encode_line (Writer *writer, const guint8 *data, gsize length, char *text, gsize *used)
{
	gsize taken = MIN (LINE_BYTES - writer->held, length);
	const guint8 *line = data;

	if (taken < LINE_BYTES) {
		memcpy (writer->line + writer->held, data, taken);
		writer->held += taken;
		if (writer->held < LINE_BYTES)
			return taken;
		line = writer->line;
		writer->held = 0;
	}
	pst_base64_encode_line (text + *used, line);
	text[*used + LINE_TEXT - 1] = '\n';
	*used += LINE_TEXT;
	return taken;
}

static gboolean
write_base64_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	char text[128 * LINE_TEXT];

	while (length > 0) {
		gsize used = 0;
		while (length > 0 && used < sizeof text) {
			gsize taken = encode_line (writer, data, length, text, &used);
			data += taken;
			length -= taken;
		}
		if (!write_bytes (writer, text, used, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
end_base64 (Writer *writer, GError **error)
{
	char text[LINE_TEXT];
	gsize length = BASE64_ENCODE_RAW_LENGTH (writer->held);

	if (writer->held == 0)
		return TRUE;
	base64_encode_raw (text, writer->held, writer->line);
	text[length] = '\n';
	writer->held = 0;
	return write_bytes (writer, text, length + 1, error);
}

static gboolean
write_verbatim_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	gsize skipped = (gsize) MIN (writer->skip, length);

	writer->skip -= skipped;
	return write_bytes (writer, data + skipped, length - skipped, error);
}

static gboolean
write_region_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	gsize skipped = (gsize) MIN (writer->skip, length);
	gsize taken = (gsize) MIN (writer->left, length - skipped);

	writer->skip -= skipped;
	writer->left -= taken;
	return write_base64_block (data + skipped, taken, writer, error);
}

static gboolean
write_region (Writer *writer, const PstPart *part, GError **error)
{
	gsize length = 0;
	const guint8 *prefix = part->text != NULL ? g_bytes_get_data (part->text, &length) : NULL;

	writer->skip = part->offset;
	writer->left = part->length;
	return write_base64_block (prefix, length, writer, error) &&
	       pst_stored_read (part->node, part->nid, part->id, write_region_block, writer,
				error) &&
	       end_base64 (writer, error);
}

/* RFC 2045, 6.8: text in base64 has its line ends as CRLF. */
static gboolean
write_base64_text (Writer *writer, const guint8 *data, gsize length, GError **error)
{
	while (length > 0) {
		const guint8 *end = memchr (data, '\n', length);
		gsize line = end != NULL ? (gsize) (end - data) : length;
		if (!write_base64_block (data, line, writer, error))
			return FALSE;
		if (end != NULL && !write_base64_block ((const guint8 *) "\r\n", 2, writer, error))
			return FALSE;
		line += end != NULL;
		data += line;
		length -= line;
	}
	return end_base64 (writer, error);
}

static gboolean
write_text (Writer *writer, const PstPart *part, GError **error)
{
	g_autoptr (GBytes) text = part->text != NULL ? g_bytes_ref (part->text)
						     : part->load (part->owner, part->which, error);
	gsize length = 0;

	if (text == NULL)
		return FALSE;
	const guint8 *data = g_bytes_get_data (text, &length);
	if (part->kind == PART_FILE) {
		return write_base64_block (data, length, writer, error) &&
		       end_base64 (writer, error);
	}
	if (part->encoding == PST_ENCODE_BASE64)
		return write_base64_text (writer, data, length, error);
	if (part->encoding == PST_ENCODE_7BIT)
		return write_bytes (writer, data, length, error);

	g_autoptr (GString) encoded = g_string_sized_new (length + length / 8);
	pst_encode_quoted_printable (encoded, data, length);
	return write_bytes (writer, encoded->str, encoded->len, error);
}

static gboolean
write_stored (Writer *writer, const PstPart *part, GError **error)
{
	if (part->kind == PART_VERBATIM) {
		writer->skip = part->offset;
		return pst_stored_read (part->node, part->nid, part->id, write_verbatim_block,
					writer, error);
	}
	return pst_stored_read (part->node, part->nid, part->id, write_base64_block, writer,
				error) &&
	       end_base64 (writer, error);
}

static gboolean write_part (Writer *writer, const PstPart *part, GError **error);

static gboolean
write_multipart (Writer *writer, const PstPart *part, GError **error)
{
	g_autofree char *delimiter = g_strconcat ("--", part->boundary, NULL);

	for (guint i = 0; i < part->children->len; i++)
		if (!write_string (writer, i == 0 ? "" : "\n", error) ||
		    !write_string (writer, delimiter, error) ||
		    !write_string (writer, "\n", error) ||
		    !write_part (writer, g_ptr_array_index (part->children, i), error))
			return FALSE;
	return write_string (writer, "\n", error) && write_string (writer, delimiter, error) &&
	       write_string (writer, "--\n", error);
}

/* A part: its fields, an empty line, its body. A message's fields go on with those of its
 * root. */
static gboolean
write_part (Writer *writer, const PstPart *part, GError **error)
{
	if (!write_bytes (writer, part->header->str, part->header->len, error))
		return FALSE;
	if (part->kind == PART_MESSAGE)
		return write_part (writer, g_ptr_array_index (part->children, 0), error);
	if (!write_string (writer, "\n", error))
		return FALSE;

	switch (part->kind) {
	case PART_FILE:
	case PART_TEXT: return write_text (writer, part, error);
	case PART_BASE64:
	case PART_VERBATIM: return write_stored (writer, part, error);
	case PART_REGION: return write_region (writer, part, error);
	case PART_MULTIPART: return write_multipart (writer, part, error);
	case PART_EMBEDDED:
	case PART_MESSAGE: return write_part (writer, g_ptr_array_index (part->children, 0), error);
	}
	return TRUE;
}

gboolean
pst_part_write (const PstPart *message, PstPartWrite write, gpointer user_data, GError **error)
{
	Writer writer = { .write = write, .user_data = user_data };

	return write_part (&writer, message, error);
}
