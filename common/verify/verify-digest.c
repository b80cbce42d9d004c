/* verify-digest.c - a message, streamed past, as a record to compare
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-digest.h"

#include <string.h>

#include "message/canonical.h"
#include "message/message-headers.h"
#include "message/wire.h"

/* Everything one reading of the content feeds. */
typedef struct {
	Digest l0;
	Canonical l1;
	gboolean wants_l0;
	gboolean has_nul;
	GByteArray *header;
	gsize header_room;
} Reading;

static gboolean
feed (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Reading *reading = user_data;
	gsize header = MIN (length, reading->header_room);

	if (header > 0) {
		g_byte_array_append (reading->header, data, (guint) header);
		reading->header_room -= header;
	}
	if (!reading->has_nul)
		reading->has_nul = memchr (data, '\0', length) != NULL;
	if (reading->wants_l0)
		digest_update (&reading->l0, data, length);
	canonical_update (&reading->l1, data, length);
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
	if (message_id == NULL || *message_id == '\0')
		return 0;
	return hash_text (message_id, strlen (message_id));
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

static guint64
hash_headers (const char *date, const char *from, const char *subject)
{
	g_autoptr (GString) text = g_string_new (NULL);

	/* One of the three alone names nobody. */
	if ((date != NULL) + (from != NULL) + (subject != NULL) < 2)
		return 0;
	append_date (text, date);
	g_string_append_printf (text, "\n%s\n%s", from != NULL ? from : "",
				subject != NULL ? subject : "");
	return hash_text (text->str, text->len);
}

static void
read_header (const GByteArray *header, VerifyRecord *record, VerifyWords *words)
{
	g_autofree char *date = message_headers_get (header->data, header->len, "Date");

	words->message_id = message_headers_get (header->data, header->len, "Message-ID");
	words->from = message_headers_get (header->data, header->len, "From");
	words->subject = message_headers_get (header->data, header->len, "Subject");
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

gboolean
verify_digest_message (Message *message, VerifyForm form, VerifyRecord *record, VerifyWords *words,
		       GError **error)
{
	guint8 l0[DIGEST_SIZE];
	guint8 l1[DIGEST_SIZE];
	g_autoptr (GByteArray) header = g_byte_array_new ();
	Reading reading = { .header = header, .header_room = MESSAGE_HEADERS_LIMIT };

	note_metadata (message, record, words);
	/* A stream's reader has checked the digest it brings along. */
	reading.wants_l0 = form == VERIFY_FORM_RAW && !message->has_l0;
	digest_init (&reading.l0);
	canonical_init (&reading.l1);
	if (!message_content_foreach (message->content, feed, &reading, error))
		return FALSE;
	if (form == VERIFY_FORM_SENT && !wire_digest (message->content, NULL, l0, error))
		return FALSE;

	if (reading.wants_l0)
		digest_finish (&reading.l0, l0);
	canonical_finish (&reading.l1, l1);
	memcpy (record->l0, form == VERIFY_FORM_RAW && message->has_l0 ? message->l0 : l0,
		VERIFY_KEY_SIZE);
	memcpy (record->l1, l1, VERIFY_KEY_SIZE);
	record->traits = VERIFY_HAS_L0 | VERIFY_HAS_L1 | (reading.has_nul ? VERIFY_HAS_NUL : 0);
	read_header (header, record, words);
	return TRUE;
}
