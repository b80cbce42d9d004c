/* verify-digest.c - a message, streamed past, as a record to compare
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-digest.h"

#include <string.h>

#include "message/canonical.h"
#include "message/message-headers.h"
#include "message/message-mime.h"
#include "message/wire.h"

#define HEADER_PIECE 4096 /* divides MESSAGE_HEADERS_LIMIT */

/* Everything one reading of the content feeds. */
typedef struct {
	Canonical l1;
	GByteArray *header; /* NULL: not wanted */
	gboolean ends_in_cr;
} Reading;

/* The header, a little of the body, and no more; returns how much of data that was. */
static gsize
feed_header (Reading *reading, const guint8 *data, gsize length)
{
	gsize done = 0;

	while (done < length && !canonical_is_in_body (&reading->l1) &&
	       reading->header->len < MESSAGE_HEADERS_LIMIT) {
		gsize piece = MIN (length - done, HEADER_PIECE);
		g_byte_array_append (reading->header, data + done, (guint) piece);
		canonical_update (&reading->l1, data + done, piece);
		done += piece;
	}
	return done;
}

static gboolean
feed (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Reading *reading = user_data;
	gsize done = reading->header != NULL ? feed_header (reading, data, length) : 0;

	canonical_update (&reading->l1, data + done, length - done);
	if (length > 0)
		reading->ends_in_cr = data[length - 1] == '\r';
	return TRUE;
}

/* 64 bits of SHA-256, never 0: that means "nothing there". */
static guint64
hash_text (const char *text, gsize length)
{
	guint8 digest[DIGEST_SIZE];
	guint64 hash;

	digest_of (text, length, digest);
	memcpy (&hash, digest, sizeof hash);
	return hash != 0 ? hash : 1;
}

guint64
verify_digest_message_id (const char *message_id)
{
	g_autoptr (GString) text = g_string_new (NULL);

	/* Folding may put white space into it. */
	for (const char *c = message_id; c != NULL && *c != '\0'; c++)
		if (!g_ascii_isspace (*c))
			g_string_append_c (text, *c);
	return text->len > 0 ? hash_text (text->str, text->len) : 0;
}

guint32
verify_digest_keywords (const char *const *keywords)
{
	g_autoptr (GString) text = g_string_new (NULL);

	for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++)
		g_string_append_printf (text, "%s\n", keywords[i]);
	if (text->len == 0)
		return 0;
	return (guint32) hash_text (text->str, text->len) | 1;
}

/* Date as an instant, where it is one: servers rewrite its spelling. */
static void
append_date (GString *text, const char *date)
{
	gint64 seconds;
	int zone;

	if (date == NULL)
		return;
	if (message_headers_parse_date (date, &seconds, &zone))
		g_string_append_printf (text, "%" G_GINT64_FORMAT, seconds);
	else
		g_string_append (text, date);
}

/* As people read it: decoded, without quotes and differences in white space, so that a field that
 * was folded or encoded anew is still the same. */
static void
append_text (GString *text, const char *raw)
{
	g_autofree char *decoded = NULL;
	const char *read = raw != NULL ? raw : "";
	gsize start = text->len;

	if (strstr (read, "=?") != NULL)
		read = decoded = message_mime_decode (raw);
	for (; *read != '\0'; read++) {
		gboolean space = g_ascii_isspace (*read);
		if (!space && *read != '"')
			g_string_append_c (text, *read);
		else if (space && text->len > start && text->str[text->len - 1] != ' ')
			g_string_append_c (text, ' ');
	}
	g_string_append_c (text, '\n');
}

static guint64
hash_headers (const char *date, const char *from, const char *subject)
{
	g_autoptr (GString) text = g_string_new (NULL);

	/* One of the three alone names nobody. */
	if ((date != NULL) + (from != NULL) + (subject != NULL) < 2)
		return 0;
	append_date (text, date);
	append_text (text, from);
	append_text (text, subject);
	return hash_text (text->str, text->len);
}

static void
read_header (const guint8 *header, gsize length, VerifyRecord *record, VerifyWords *words)
{
	g_autofree char *date = message_headers_get (header, length, "Date");

	words->message_id = message_headers_get (header, length, "Message-ID");
	words->from = message_headers_get (header, length, "From");
	words->subject = message_headers_get (header, length, "Subject");
	record->message_id = verify_digest_message_id (words->message_id);
	record->headers = hash_headers (date, words->from, words->subject);
}

static void
note_metadata (const Message *message, VerifyRecord *record, VerifyWords *words)
{
	memset (record, 0, sizeof *record);
	memset (words, 0, sizeof *words);
	record->size = (guint64) message_content_get_size (message->content);
	record->date = message->received.known ? message->received.seconds : VERIFY_NO_DATE;
	record->flags = (guint8) message->flags;
	record->keywords = verify_digest_keywords ((const char *const *) message->keywords);
	words->origin = g_strdup (message->origin);
}

static gboolean
digest_header (Message *message, VerifyRecord *record, VerifyWords *words, GError **error)
{
	gsize length;
	g_autofree guint8 *header = message_headers_read (message->content, MESSAGE_HEADERS_LIMIT,
							  &length, error);

	if (header != NULL)
		read_header (header, length, record, words);
	return header != NULL;
}

/* A stream's reader has checked the digest it brings along. */
static gboolean
copy_raw (Message *message, guint8 *l0, GError **error)
{
	const guint8 *known = message_get_l0 (message, error);

	if (known != NULL)
		memcpy (l0, known, DIGEST_SIZE);
	return known != NULL;
}

/* L0 in that form. Hashing is what reading a mailbox costs, and most mail is canonical already, or
 * will be but for its line ends: then L1 says it as well, and nothing is hashed twice. */
static gboolean
digest_l0 (Message *message, VerifyForm form, const Reading *reading, const guint8 *l1, guint8 *l0,
	   GError **error)
{
	if (form == VERIFY_FORM_SENT &&
	    (reading->ends_in_cr || !canonical_is_lines (&reading->l1)))
		return wire_digest (message->content, NULL, l0, error);
	if (form == VERIFY_FORM_RAW && (message->has_l0 || !canonical_is_content (&reading->l1)))
		return copy_raw (message, l0, error);
	memcpy (l0, l1, DIGEST_SIZE);
	return TRUE;
}

static gboolean
digest_l1 (Message *message, VerifyForm form, Reading *reading, guint8 *l1, GError **error)
{
	canonical_init (&reading->l1);
	if (!message_content_foreach (message->content, feed, reading, error))
		return FALSE;
	/* The end of the last line is sent along, and makes a line end of CRs before it. */
	if (form == VERIFY_FORM_SENT && reading->ends_in_cr)
		canonical_update (&reading->l1, (const guint8 *) "\n", 1);
	canonical_finish (&reading->l1, l1);
	return TRUE;
}

gboolean
verify_digest_l1 (Message *message, VerifyForm form, guint8 *l1, GError **error)
{
	Reading reading = { .header = NULL };

	return digest_l1 (message, form, &reading, l1, error);
}

gboolean
verify_digest_l0 (Message *message, VerifyForm form, guint8 *l0, GError **error)
{
	Reading reading = { .header = NULL };
	guint8 l1[DIGEST_SIZE];

	if (form == VERIFY_FORM_RAW)
		return copy_raw (message, l0, error);
	return digest_l1 (message, form, &reading, l1, error) &&
	       digest_l0 (message, form, &reading, l1, l0, error);
}

gboolean
verify_digest_message (Message *message, VerifyForm form, VerifyRecord *record, VerifyWords *words,
		       GError **error)
{
	guint8 l0[DIGEST_SIZE];
	guint8 l1[DIGEST_SIZE];
	g_autoptr (GByteArray) header = g_byte_array_new ();
	Reading reading = { .header = header };

	note_metadata (message, record, words);
	if (form == VERIFY_FORM_HEADERS)
		return digest_header (message, record, words, error);
	if (!digest_l1 (message, form, &reading, l1, error) ||
	    !digest_l0 (message, form, &reading, l1, l0, error))
		return FALSE;
	memcpy (record->l0, l0, VERIFY_KEY_SIZE);
	memcpy (record->l1, l1, VERIFY_KEY_SIZE);
	record->traits =
		VERIFY_HAS_L0 | VERIFY_HAS_L1 | (reading.l1.has_nul ? VERIFY_HAS_NUL : 0);
	read_header (header->data, header->len, record, words);
	return TRUE;
}
