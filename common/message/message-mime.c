/* message-mime.c - L2: what a message says, however a server has written it anew
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-mime.h"

#include <string.h>

#include "base/text.h"
#include "message/canonical.h"
#include "message/message-headers.h"
#include "message/message-mime-text.h"
#include "message/message-parse.h"

#define PIECE        (16 * 1024)
#define SIGNED_LIMIT 8 /* multipart/signed in one message; more are not looked into */
#define LINE_START   128 /* more than a boundary with its dashes (RFC 2046, 5.1.1) */

typedef struct {
	MessageMimeView view;
	const MessageMimePrefix *prefix;
	MessageMime *mime;
	Digest fields;
	GPtrArray *boundaries; /* of multipart/signed, borrowed from the parser's tree */
} Reading;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeFilter, g_object_unref)

char *
message_mime_decode (const char *raw)
{
	if (raw == NULL)
		return NULL;
	/* Counted, and never undone: GMime does not come up a second time. */
	g_mime_init ();
	g_autofree char *decoded = g_mime_utils_header_decode_text (NULL, raw);
	return text_to_utf8 (decoded, strlen (decoded), NULL);
}

static void
part_free (gpointer data)
{
	MessageMimePart *part = data;

	g_free (part->type);
	g_free (part->name);
	g_free (part);
}

void
message_mime_free (MessageMime *mime)
{
	if (mime == NULL)
		return;
	g_ptr_array_unref (mime->parts);
	g_free (mime);
}

/* --- Header fields ------------------------------------------------------ */

/* White space of any length as one blank, none at the ends; none at all where it has no meaning. */
static char *
squeeze (const char *text, gboolean all)
{
	GString *out = g_string_new (NULL);

	for (const char *c = text; *c != '\0'; c++) {
		if (!g_ascii_isspace (*c))
			g_string_append_c (out, *c);
		else if (!all && out->len > 0 && out->str[out->len - 1] != ' ')
			g_string_append_c (out, ' ');
	}
	if (out->len > 0 && out->str[out->len - 1] == ' ')
		g_string_truncate (out, out->len - 1);
	return g_string_free (out, FALSE);
}

static void
add_field (Reading *reading, const char *name, const char *value)
{
	MessageMimePart part = { 0 };
	g_autoptr (MimeText) text = message_mime_text_new (reading->view, TRUE, TRUE, NULL);

	if (value != NULL)
		message_mime_text_add (text, (const guint8 *) value, strlen (value));
	message_mime_text_finish (text, &part);
	digest_update (&reading->fields, name, strlen (name) + 1);
	digest_update (&reading->fields, part.digest, DIGEST_SIZE);
}

static void
add_date (Reading *reading, GMimeMessage *message)
{
	const char *raw = g_mime_object_get_header (GMIME_OBJECT (message), "Date");
	gint64 seconds;
	int zone;

	if (raw == NULL || !message_headers_parse_date (raw, &seconds, &zone)) {
		add_field (reading, "date", raw);
		return;
	}
	g_autofree char *instant = g_strdup_printf ("%" G_GINT64_FORMAT, seconds);
	add_field (reading, "date", instant);
}

/* "Name <address>" for each; a name that only repeats the address is none: servers add such. The
 * limits bound how deep groups go. */
static void
append_addresses (GString *out, InternetAddressList *list)
{
	for (int i = 0; i < internet_address_list_length (list); i++) {
		InternetAddress *address = internet_address_list_get_address (list, i);
		const char *name = internet_address_get_name (address);
		if (INTERNET_ADDRESS_IS_GROUP (address)) {
			InternetAddressGroup *group = INTERNET_ADDRESS_GROUP (address);
			g_string_append_printf (out, "%s: ", name != NULL ? name : "");
			append_addresses (out, internet_address_group_get_members (group));
			g_string_append (out, "; ");
			continue;
		}
		InternetAddressMailbox *mailbox = INTERNET_ADDRESS_MAILBOX (address);
		const char *addr = internet_address_mailbox_get_addr (mailbox);
		addr = addr != NULL ? addr : "";
		if (name != NULL && *name != '\0' && g_ascii_strcasecmp (name, addr) != 0)
			g_string_append_printf (out, "%s ", name);
		g_string_append_printf (out, "<%s> ", addr);
	}
}

static void
add_addresses (Reading *reading, GMimeMessage *message, const char *name, GMimeAddressType type)
{
	InternetAddressList *list = g_mime_message_get_addresses (message, type);
	const char *raw = g_mime_object_get_header (GMIME_OBJECT (message), name);
	g_autoptr (GString) text = g_string_new (NULL);

	if (list != NULL && internet_address_list_length (list) > 0)
		append_addresses (text, list);
	else if (raw != NULL)
		g_string_append (text, raw);
	g_autofree char *value = squeeze (text->str, FALSE);

	add_field (reading, name, value);
}

static void
add_token (Reading *reading, GMimeMessage *message, const char *name)
{
	const char *raw = g_mime_object_get_header (GMIME_OBJECT (message), name);
	g_autofree char *value = raw != NULL ? squeeze (raw, TRUE) : NULL;

	add_field (reading, name, value);
}

static void
add_fields (Reading *reading, GMimeMessage *message)
{
	const char *subject = g_mime_message_get_subject (message);
	g_autofree char *text = subject != NULL ? squeeze (subject, FALSE) : NULL;

	add_date (reading, message);
	add_addresses (reading, message, "From", GMIME_ADDRESS_TYPE_FROM);
	add_addresses (reading, message, "To", GMIME_ADDRESS_TYPE_TO);
	add_addresses (reading, message, "Cc", GMIME_ADDRESS_TYPE_CC);
	add_field (reading, "Subject", text);
	add_token (reading, message, "Message-ID");
	add_token (reading, message, "In-Reply-To");
	add_token (reading, message, "References");
}

/* --- Parts -------------------------------------------------------------- */

static char *
type_of (GMimeObject *object)
{
	GMimeContentType *type = g_mime_object_get_content_type (object);
	g_autofree char *text = type != NULL ? g_mime_content_type_get_mime_type (type) : NULL;

	return g_ascii_strdown (text != NULL ? text : "text/plain", -1);
}

/* The decoded bytes, in pieces. */
static gboolean
read_decoded (GMimePart *part, MimeText *text)
{
	GMimeDataWrapper *wrapper = g_mime_part_get_content (part);
	g_autofree char *piece = g_malloc (PIECE);

	if (wrapper == NULL)
		return TRUE;
	GMimeContentEncoding encoding = g_mime_data_wrapper_get_encoding (wrapper);
	GMimeStream *raw = g_mime_data_wrapper_get_stream (wrapper);
	g_autoptr (GMimeStream) decoded = g_mime_stream_filter_new (raw);
	if (encoding == GMIME_CONTENT_ENCODING_BASE64 ||
	    encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE ||
	    encoding == GMIME_CONTENT_ENCODING_UUENCODE) {
		g_autoptr (GMimeFilter) filter = g_mime_filter_basic_new (encoding, FALSE);
		g_mime_stream_filter_add (GMIME_STREAM_FILTER (decoded), filter);
	}
	if (g_mime_stream_reset (raw) < 0)
		return FALSE;
	for (;;) {
		gssize got = g_mime_stream_read (decoded, piece, PIECE);
		if (got > 0)
			message_mime_text_add (text, (const guint8 *) piece, (gsize) got);
		/* At their end some streams give 0 and some -1. */
		if (got <= 0)
			return g_mime_stream_eos (raw);
	}
}

static gboolean
add_part (Reading *reading, GMimePart *object)
{
	const MessageMimePrefix *prefix = reading->prefix;
	GMimeDataWrapper *wrapper = g_mime_part_get_content (object);
	gboolean base64 = wrapper != NULL && g_mime_data_wrapper_get_encoding (wrapper) ==
						     GMIME_CONTENT_ENCODING_BASE64;
	MessageMimePart *part = g_new0 (MessageMimePart, 1);
	GMimeObject *as_object = GMIME_OBJECT (object);

	g_ptr_array_add (reading->mime->parts, part);
	part->type = type_of (as_object);
	part->name = g_strdup (g_mime_part_get_filename (object));
	part->is_text = g_str_has_prefix (part->type, "text/");
	g_autoptr (MimeText) text = message_mime_text_new (
		part->is_text ? reading->view : MESSAGE_MIME_WHOLE, part->is_text, !base64,
		g_mime_object_get_content_type_parameter (as_object, "charset"));
	if (prefix != NULL && prefix->part == reading->mime->parts->len - 1)
		message_mime_text_want_prefix (text, prefix->size);
	gboolean ok = read_decoded (object, text);
	message_mime_text_finish (text, part);
	return ok;
}

/* message_mime_limits_check bounds how deep this goes. */
static gboolean
add_object (Reading *reading, GMimeObject *object)
{
	if (GMIME_IS_MULTIPART (object)) {
		GMimeMultipart *multipart = GMIME_MULTIPART (object);
		const char *boundary = g_mime_multipart_get_boundary (multipart);
		/* There is no other way to ask whether the closing boundary was there. */
		reading->mime->is_open |= !multipart->write_end_boundary;
		if (GMIME_IS_MULTIPART_SIGNED (object) && boundary != NULL &&
		    reading->boundaries->len < SIGNED_LIMIT)
			g_ptr_array_add (reading->boundaries, (gpointer) boundary);
		for (int i = 0; i < g_mime_multipart_get_count (multipart); i++)
			if (!add_object (reading, g_mime_multipart_get_part (multipart, i)))
				return FALSE;
		return TRUE;
	}
	if (GMIME_IS_MESSAGE_PART (object)) {
		GMimeMessage *inner = g_mime_message_part_get_message (GMIME_MESSAGE_PART (object));
		if (inner == NULL)
			return TRUE;
		add_fields (reading, inner);
		GMimeObject *body = g_mime_message_get_mime_part (inner);
		return body == NULL || add_object (reading, body);
	}
	return !GMIME_IS_PART (object) || add_part (reading, GMIME_PART (object));
}

/* --- What is signed ----------------------------------------------------- */

/* Finds the first part of each multipart/signed by its boundary, in the bytes as they are. */
typedef struct {
	const Reading *reading;
	struct {
		guint seen; /* of its boundary lines */
		Canonical canonical;
	} parts[SIGNED_LIMIT];
	guint8 line[LINE_START];
	gsize length; /* held back of the line; LINE_START: it is no boundary */
} Signed;

static void
hand_on (Signed *signed_parts, const guint8 *data, gsize length)
{
	for (guint i = 0; i < signed_parts->reading->boundaries->len; i++)
		if (signed_parts->parts[i].seen == 1)
			canonical_update (&signed_parts->parts[i].canonical, data, length);
}

static gboolean
is_boundary (const char *boundary, const guint8 *line, gsize length)
{
	gsize wanted = strlen (boundary);

	while (length > 0 && g_ascii_isspace (line[length - 1]))
		length--;
	if (length < wanted + 2 || memcmp (line, "--", 2) != 0 ||
	    memcmp (line + 2, boundary, wanted) != 0)
		return FALSE;
	return length == wanted + 2 ||
	       (length == wanted + 4 && memcmp (line + wanted + 2, "--", 2) == 0);
}

static void
settle_line (Signed *signed_parts)
{
	const GPtrArray *boundaries = signed_parts->reading->boundaries;
	gboolean known = FALSE;

	for (guint i = 0; i < boundaries->len && !known; i++)
		if (is_boundary (boundaries->pdata[i], signed_parts->line, signed_parts->length)) {
			signed_parts->parts[i].seen++;
			known = TRUE;
		}
	if (!known)
		hand_on (signed_parts, signed_parts->line, signed_parts->length);
	signed_parts->length = 0;
}

static gboolean
scan_signed (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Signed *signed_parts = user_data;

	while (length > 0) {
		gsize line = text_line_length (data, length);
		gboolean ends = data[line - 1] == '\n';
		gsize room = LINE_START - signed_parts->length;
		gsize held = MIN (line, room);

		memcpy (signed_parts->line + signed_parts->length, data, held);
		if (signed_parts->length < LINE_START && signed_parts->length + line >= LINE_START)
			hand_on (signed_parts, signed_parts->line, LINE_START);
		if (signed_parts->length + line >= LINE_START) {
			hand_on (signed_parts, data + held, line - held);
			signed_parts->length = ends ? 0 : LINE_START;
		} else {
			signed_parts->length += line;
			if (ends)
				settle_line (signed_parts);
		}
		data += line;
		length -= line;
	}
	return TRUE;
}

static gboolean
read_signed (Reading *reading, MessageContent *content, GError **error)
{
	g_autofree Signed *signed_parts = g_new0 (Signed, 1);
	Digest all;

	signed_parts->reading = reading;
	for (guint i = 0; i < reading->boundaries->len; i++)
		canonical_init (&signed_parts->parts[i].canonical);
	if (!message_content_foreach (content, scan_signed, signed_parts, error))
		return FALSE;
	digest_init (&all);
	for (guint i = 0; i < reading->boundaries->len; i++) {
		guint8 l1[DIGEST_SIZE];
		canonical_finish (&signed_parts->parts[i].canonical, l1);
		digest_update (&all, l1, DIGEST_SIZE);
	}
	digest_finish (&all, reading->mime->signed_part);
	reading->mime->is_signed = TRUE;
	return TRUE;
}

/* --- The whole ---------------------------------------------------------- */

static gboolean
read_tree (Reading *reading, GMimeMessage *message, MessageContent *content, gboolean *whole,
	   GError **error)
{
	GMimeObject *body = g_mime_message_get_mime_part (message);

	digest_init (&reading->fields);
	add_fields (reading, message);
	*whole = body == NULL || add_object (reading, body);
	digest_finish (&reading->fields, reading->mime->fields);
	return reading->boundaries->len == 0 || read_signed (reading, content, error);
}

gboolean
message_mime_read (MessageContent *content, MessageMimeView view, const MessageMimePrefix *prefix,
		   MessageMime **mime, GError **error)
{
	g_autoptr (GPtrArray) boundaries = g_ptr_array_new ();
	Reading reading = { .view = view, .prefix = prefix, .boundaries = boundaries };
	g_autoptr (GMimeMessage) message = NULL;
	gboolean whole = FALSE;

	*mime = NULL;
	if (!message_parse (content, &message, error))
		return FALSE;
	if (message == NULL)
		return TRUE;
	g_autoptr (MessageMime) result = g_new0 (MessageMime, 1);
	result->parts = g_ptr_array_new_with_free_func (part_free);
	reading.mime = result;
	if (!read_tree (&reading, message, content, &whole, error))
		return FALSE;
	if (whole)
		*mime = g_steal_pointer (&result);
	return TRUE;
}

void
message_mime_digest (const MessageMime *mime, gboolean with_signed, guint8 *digest)
{
	Digest all;

	digest_init (&all);
	digest_update (&all, mime->fields, DIGEST_SIZE);
	for (guint i = 0; i < mime->parts->len; i++) {
		const MessageMimePart *part = mime->parts->pdata[i];
		const char *name = part->name != NULL ? part->name : "";
		digest_update (&all, part->type, strlen (part->type) + 1);
		digest_update (&all, name, strlen (name) + 1);
		digest_update (&all, part->digest, DIGEST_SIZE);
	}
	if (with_signed && mime->is_signed)
		digest_update (&all, mime->signed_part, DIGEST_SIZE);
	digest_finish (&all, digest);
}
