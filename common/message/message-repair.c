/* message-repair.c - mend what servers refuse in a message, when its owner asks for it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-repair.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/safe-file.h"
#include "base/text.h"
#include "message/message-headers.h"
#include "message/message-mime-limits.h"
#include "message/message-parse.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentDisposition, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeContentType, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParserOptions, g_mime_parser_options_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (InternetAddressList, g_object_unref)

#define LINE_LIMIT     998

static const struct {
	const char *name;
	MessageRepair repair;
} names[] = {
	{ "nul", MESSAGE_REPAIR_NUL },
	{ "long-lines", MESSAGE_REPAIR_LONG_LINES },
	{ "headers", MESSAGE_REPAIR_HEADERS },
};

gboolean
message_repair_parse (const char *text, MessageRepair *repairs)
{
	g_auto (GStrv) words = g_strsplit (text, ",", -1);

	*repairs = 0;
	for (gsize i = 0; words[i] != NULL; i++) {
		gsize k = 0;
		while (k < G_N_ELEMENTS (names) && strcmp (words[i], names[k].name) != 0)
			k++;
		if (k == G_N_ELEMENTS (names))
			return FALSE;
		*repairs |= names[k].repair;
	}
	return *repairs != 0;
}

char *
message_repair_describe (MessageRepair repairs)
{
	g_autoptr (GString) text = g_string_new (NULL);

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		if ((repairs & names[i].repair) != 0)
			g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
						names[i].name);
	return g_string_free (g_steal_pointer (&text), FALSE);
}

/* --- What it needs ---------------------------------------------------------------------------- */

typedef struct {
	gboolean has_nul;
	gboolean has_long_line;
	gsize column; /* of the line being looked at */
} Survey;

static gboolean
survey_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Survey *survey = user_data;

	for (gsize i = 0; i < length; i++) {
		survey->has_nul = survey->has_nul || data[i] == '\0';
		survey->column = data[i] == '\n' ? 0 : survey->column + 1;
		/* A CR before the LF does not count, and costs one false alarm at most. */
		survey->has_long_line = survey->has_long_line || survey->column > LINE_LIMIT + 1;
	}
	return TRUE;
}

/* --- NUL -------------------------------------------------------------------------------------- */

static gboolean
write_without_nul (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Spool *spool = user_data;
	g_autofree guint8 *copy = g_memdup2 (data, length);

	for (gsize i = 0; i < length; i++)
		if (copy[i] == 0)
			copy[i] = 0x80;
	return spool_write (spool, copy, length, error);
}

static MessageContent *
repair_nul (MessageContent *content, GError **error)
{
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);

	if (!message_content_foreach (content, write_without_nul, spool, error))
		return NULL;
	return message_content_new_spool (g_steal_pointer (&spool));
}

/* --- Header fields ---------------------------------------------------------------------------- */

static gboolean
is_ascii (const guint8 *data, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if (data[i] >= 0x80)
			return FALSE;
	return TRUE;
}

/* The length of a field's name (RFC 5322, 2.2), 0 if the line is no field. */
static gsize
name_length (const guint8 *line, gsize length)
{
	gsize i = 0;

	while (i < length && g_ascii_isgraph ((char) line[i]) && line[i] != ':')
		i++;
	gsize end = i;
	while (end < length && (line[end] == ' ' || line[end] == '\t'))
		end++;
	return end < length && line[end] == ':' ? i : 0;
}

static gboolean
is_name (const char *name, const char *const *list)
{
	for (; *list != NULL; list++)
		if (g_ascii_strcasecmp (name, *list) == 0)
			return TRUE;
	return FALSE;
}

/* The parser of addresses calls itself for each group in a group. */
static gboolean
may_be_too_deep (const char *value)
{
	guint colons = 0;

	for (; *value != '\0'; value++)
		colons += *value == ':';
	return colons > MESSAGE_MIME_GROUP_LIMIT;
}

static char *
encode_addresses (const char *value)
{
	if (may_be_too_deep (value))
		return NULL;
	g_autoptr (GMimeParserOptions) options = g_mime_parser_options_new ();
	g_autoptr (InternetAddressList) list = internet_address_list_parse (options, value);

	return list != NULL && internet_address_list_length (list) > 0
		       ? internet_address_list_to_string (list, NULL, TRUE)
		       : NULL;
}

static char *
encode_type (const char *value)
{
	g_autoptr (GMimeContentType) type = g_mime_content_type_parse (NULL, value);

	return g_mime_content_type_encode (type, NULL);
}

static char *
encode_disposition (const char *value)
{
	g_autoptr (GMimeContentDisposition) disposition = g_mime_content_disposition_parse (NULL,
											    value);

	return g_mime_content_disposition_encode (disposition, NULL);
}

/* The value of the field name, in ASCII. */
static char *
encode_value (const char *name, const char *value)
{
	static const char *const address_fields[] = {
		"From",        "Sender",      "Reply-To",  "To",        "Cc",
		"Bcc",         "Resent-From", "Resent-To", "Resent-Cc", "Resent-Sender",
		"Return-Path", "Errors-To",   NULL,
	};
	char *encoded = NULL;

	if (is_name (name, address_fields))
		encoded = encode_addresses (value);
	else if (g_ascii_strcasecmp (name, "Content-Type") == 0)
		encoded = encode_type (value);
	else if (g_ascii_strcasecmp (name, "Content-Disposition") == 0)
		encoded = encode_disposition (value);
	if (encoded != NULL && g_str_is_ascii (encoded))
		return encoded;
	g_free (encoded);
	return g_mime_utils_header_encode_text (NULL, value, "utf-8");
}

static void
append_encoded_field (GString *out, const guint8 *field, gsize length, gsize name_size)
{
	const guint8 *colon = memchr (field, ':', length);
	gsize before = (gsize) (colon + 1 - field);
	g_autofree char *name = g_strndup ((const char *) field, name_size);
	g_autofree char *value = text_to_utf8 ((const char *) field + before, length - before,
					       NULL);
	g_autofree char *encoded = encode_value (name,
						 g_strstrip (g_strdelimit (value, "\r\n\t", ' ')));
	g_autofree char *whole = g_strdup_printf ("%s: %s", name, g_strstrip (encoded));
	g_autofree char *folded = g_mime_utils_unstructured_header_fold (NULL, NULL, whole);

	g_string_append (out, g_strchomp (folded));
	g_string_append (out, memchr (field, '\r', length) != NULL ? "\r\n" : "\n");
}

/* One field with its continuation lines. TRUE if it was mended. */
static gboolean
append_field (GString *out, const guint8 *field, gsize length)
{
	gsize name_size = name_length (field, length);
	gboolean continues = field[0] == ' ' || field[0] == '\t';

	if (name_size > 0 && !is_ascii (field, length)) {
		append_encoded_field (out, field, length, name_size);
		return TRUE;
	}
	if (name_size == 0) {
		g_autoptr (GString) mended = g_string_new ("X-Malformed: ");
		g_string_append_len (mended, (const char *) field, (gssize) length);
		if (continues || !is_ascii (field, length))
			append_encoded_field (out, (const guint8 *) mended->str, mended->len,
					      strlen ("X-Malformed"));
		else
			g_string_append_len (out, mended->str, (gssize) mended->len);
		return TRUE;
	}
	g_string_append_len (out, (const char *) field, (gssize) length);
	return FALSE;
}

static gsize
field_length (const guint8 *data, gsize length)
{
	gsize size = text_line_length (data, length);

	while (size < length && (data[size] == ' ' || data[size] == '\t'))
		size += text_line_length (data + size, length - size);
	return size;
}

static gboolean
mend_header (GString *out, const guint8 *header, gsize length)
{
	gboolean mended = FALSE;

	for (gsize at = 0; at < length;) {
		const guint8 *field = header + at;
		gsize size = field_length (field, length - at);
		if (field[0] == '\n' || (size == 2 && field[0] == '\r')) {
			g_string_append_len (out, (const char *) field, (gssize) size);
			return mended;
		}
		mended = append_field (out, field, size) || mended;
		at += size;
	}
	return mended;
}

static gboolean
copy_from (MessageContent *content, gsize offset, Spool *spool, GError **error)
{
	g_autoptr (ContentReader) reader = content_reader_new (content, error);
	g_autofree guint8 *buffer = g_malloc (65536);
	gsize got = 0;

	if (reader == NULL)
		return FALSE;
	do {
		if (!content_reader_read (reader, buffer, 65536, &got, error))
			return FALSE;
		gsize skip = MIN (got, offset);
		offset -= skip;
		if (!spool_write (spool, buffer + skip, got - skip, error))
			return FALSE;
	} while (got > 0);
	return TRUE;
}

/* NULL without an error if there is nothing to mend. */
static MessageContent *
repair_headers (MessageContent *content, GError **error)
{
	gsize length = 0;
	g_autofree guint8 *header = message_headers_read (content, MESSAGE_HEADERS_LIMIT, &length,
							  error);
	g_autoptr (GString) out = g_string_new (NULL);
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);

	/* A header that does not end within all measure is not one to meddle with. */
	if (header == NULL || length >= MESSAGE_HEADERS_LIMIT || !mend_header (out, header, length))
		return NULL;
	if (!spool_write (spool, out->str, out->len, error) ||
	    !copy_from (content, length, spool, error))
		return NULL;
	return message_content_new_spool (g_steal_pointer (&spool));
}

/* --- Long lines ------------------------------------------------------------------------------- */

static GMimeStream *
new_temporary_stream (GError **error)
{
	int fd = safe_file_open_unlinked (error);

	return fd >= 0 ? g_mime_stream_fs_new (fd) : NULL;
}

static gboolean
has_long_line (GMimePart *part)
{
	GMimeStream *stream = g_mime_data_wrapper_get_stream (g_mime_part_get_content (part));
	Survey survey = { 0 };
	char buffer[8192];
	gssize got;

	g_mime_stream_reset (stream);
	while ((got = g_mime_stream_read (stream, buffer, sizeof buffer)) > 0)
		survey_piece ((const guint8 *) buffer, (gsize) got, &survey, NULL);
	g_mime_stream_reset (stream);
	return survey.has_long_line;
}

/* Encoded content cannot be too long by itself; if its lines are, they are wrapped anew. */
static gboolean
encode_part (GMimePart *part)
{
	if (g_mime_part_get_content (part) == NULL || !has_long_line (part))
		return FALSE;
	GMimeContentType *type = g_mime_object_get_content_type (GMIME_OBJECT (part));
	g_mime_part_set_content_encoding (part, g_mime_content_type_is_type (type, "text", "*")
							? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE
							: GMIME_CONTENT_ENCODING_BASE64);
	return TRUE;
}

static gboolean
encode_parts (GMimeObject *object)
{
	gboolean encoded = FALSE;

	if (GMIME_IS_PART (object))
		return encode_part (GMIME_PART (object));
	/* What is signed or sealed is worth less when it has been touched. */
	if (!GMIME_IS_MULTIPART (object) || GMIME_IS_MULTIPART_SIGNED (object) ||
	    GMIME_IS_MULTIPART_ENCRYPTED (object))
		return FALSE;
	GMimeMultipart *multipart = GMIME_MULTIPART (object);
	for (int i = 0; i < g_mime_multipart_get_count (multipart); i++)
		encoded = encode_parts (g_mime_multipart_get_part (multipart, i)) || encoded;
	return encoded;
}

static MessageContent *
write_out (GMimeMessage *message, GError **error)
{
	g_autoptr (GMimeStream) stream = new_temporary_stream (error);
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	char buffer[8192];
	gssize got;

	if (stream == NULL)
		return NULL;
	if (g_mime_object_write_to_stream (GMIME_OBJECT (message), NULL, stream) < 0 ||
	    g_mime_stream_reset (stream) != 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "cannot write the message anew: %s", g_strerror (errno));
		return NULL;
	}
	while ((got = g_mime_stream_read (stream, buffer, sizeof buffer)) > 0)
		if (!spool_write (spool, buffer, (gsize) got, error))
			return NULL;
	return message_content_new_spool (g_steal_pointer (&spool));
}

/* NULL without an error if there is nothing to mend. */
static MessageContent *
repair_long_lines (MessageContent *content, GError **error)
{
	g_autoptr (GMimeMessage) message = NULL;

	if (!message_parse (content, &message, error) || message == NULL ||
	    g_mime_message_get_mime_part (message) == NULL ||
	    !encode_parts (g_mime_message_get_mime_part (message)))
		return NULL;
	return write_out (message, error);
}

/* --- All of it -------------------------------------------------------------------------------- */

typedef MessageContent *(*RepairFunc) (MessageContent *content, GError **error);

/* Put what function makes of *content in its place. */
static gboolean
apply (MessageContent **content, RepairFunc function, MessageRepair repair, MessageRepair *done,
       GError **error)
{
	g_autoptr (GError) problem = NULL;
	MessageContent *repaired = function (*content, &problem);

	if (problem != NULL) {
		g_propagate_error (error, g_steal_pointer (&problem));
		return FALSE;
	}
	if (repaired != NULL) {
		message_content_unref (*content);
		*content = repaired;
		*done |= repair;
	}
	return TRUE;
}

MessageContent *
message_repair_content (MessageContent *content, MessageRepair wanted, MessageRepair *done,
			GError **error)
{
	g_autoptr (MessageContent) current = message_content_ref (content);
	Survey survey = { 0 };

	*done = 0;
	g_mime_init ();
	if (!message_content_foreach (content, survey_piece, &survey, error))
		return NULL;
	if ((wanted & MESSAGE_REPAIR_NUL) != 0 && survey.has_nul &&
	    !apply (&current, repair_nul, MESSAGE_REPAIR_NUL, done, error))
		return NULL;
	if ((wanted & MESSAGE_REPAIR_HEADERS) != 0 &&
	    !apply (&current, repair_headers, MESSAGE_REPAIR_HEADERS, done, error))
		return NULL;
	if ((wanted & MESSAGE_REPAIR_LONG_LINES) != 0 && survey.has_long_line &&
	    !apply (&current, repair_long_lines, MESSAGE_REPAIR_LONG_LINES, done, error))
		return NULL;
	return *done != 0 ? g_steal_pointer (&current) : NULL;
}
