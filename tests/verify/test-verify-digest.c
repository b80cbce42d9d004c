/* test-verify-digest.c - what is remembered of a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "base/digest.h"
#include "message/message-mime.h"
#include "message/wire.h"
#include "verify/fake-mailbox.h"
#include "verify/verify-digest.h"

static const char mail[] =
	"Received: x\nMessage-ID:\n <id@x>\nFrom: =?utf-8?q?J=C3=BCrgen?= <j@x>\nSubject: two\n"
	" lines\nDate: Mon, 1 Jan 2024 10:00:00 +0000\n\nSubject: not this\n";

static Message *
make_message (const char *content, gsize length)
{
	return message_new (folder_new_inbox (),
			    message_content_new_bytes (g_bytes_new (content, length)), "a:1");
}

static void
digest (const char *content, VerifyForm form, VerifyRecord *record)
{
	g_autoptr (Message) message = make_message (content, strlen (content));
	g_auto (VerifyWords) words = {0};
	g_autoptr (GError) error = NULL;

	verify_digest_message (message, form, record, &words, &error);
	g_assert_no_error (error);
}

static void
test_words (void)
{
	g_autoptr (Message) message = make_message (mail, sizeof mail - 1);
	g_auto (VerifyWords) words = {0};
	VerifyRecord record;

	g_assert_true (verify_digest_message (message, VERIFY_FORM_RAW, &record, &words, NULL));
	g_assert_cmpstr (words.origin, ==, "a:1");
	g_assert_cmpstr (words.message_id, ==, "<id@x>");
	g_assert_cmpstr (words.subject, ==, "two lines");
	g_autofree char *from = message_mime_decode (words.from);
	g_assert_cmpstr (from, ==, "J\xc3\xbcrgen <j@x>");
	g_assert_cmpuint (record.size, ==, sizeof mail - 1);
}

static void
test_raw (void)
{
	VerifyRecord record;
	guint8 expected[DIGEST_SIZE];

	digest (mail, VERIFY_FORM_RAW, &record);
	digest_of (mail, sizeof mail - 1, expected);
	g_assert_cmpmem (record.l0, VERIFY_KEY_SIZE, expected, VERIFY_KEY_SIZE);
}

static void
test_sent (void)
{
	VerifyRecord lf, crlf;

	digest ("a: b\n\nbody", VERIFY_FORM_SENT, &lf);
	digest ("a: b\r\n\r\nbody\r\n", VERIFY_FORM_SENT, &crlf);
	g_assert_cmpmem (lf.l0, VERIFY_KEY_SIZE, crlf.l0, VERIFY_KEY_SIZE);
	g_assert_cmpmem (lf.l1, VERIFY_KEY_SIZE, crlf.l1, VERIFY_KEY_SIZE);
}

static void
test_last_cr (void)
{
	VerifyRecord here, there;

	digest ("a: b\n\nbody\r", VERIFY_FORM_SENT, &here);
	digest ("a: b\r\n\r\nbody\r\r\n", VERIFY_FORM_SENT, &there);
	g_assert_cmpmem (here.l0, VERIFY_KEY_SIZE, there.l0, VERIFY_KEY_SIZE);
	g_assert_cmpmem (here.l1, VERIFY_KEY_SIZE, there.l1, VERIFY_KEY_SIZE);
}

static char *
hex_of (const guint8 *bytes, gsize length)
{
	char *hex = g_malloc (2 * length + 1);

	digest_to_hex (bytes, length, hex);
	return hex;
}

/* Every content of up to five of the bytes that matter, behind a header field that is dropped and
 * behind one that is kept. */
static void
test_sent_says_what_is_sent (void)
{
	static const char alphabet[] = { 'a', '\r', '\n', '\0', '\x80' };
	static const char *const starts[] = { "", "Lines: 1\n", "b: 1\n\n" };
	g_autoptr (GHashTable) sent = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr (GHashTable) l0s = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < G_N_ELEMENTS (starts) * 6 * 6 * 6 * 6 * 6; i++) {
		g_autoptr (GString) text = g_string_new (starts[i % G_N_ELEMENTS (starts)]);
		guint8 wire[DIGEST_SIZE];
		g_auto (VerifyWords) words = { 0 };
		VerifyRecord record;
		for (guint rest = i / G_N_ELEMENTS (starts); rest % 6 != 0; rest /= 6)
			g_string_append_c (text, alphabet[rest % 6 - 1]);
		g_autoptr (Message) message = make_message (text->str, text->len);
		g_assert_true (wire_digest (message->content, NULL, wire, NULL));
		g_assert_true (verify_digest_message (message, VERIFY_FORM_SENT, &record, &words, NULL));
		g_autofree char *l0 = hex_of (record.l0, VERIFY_KEY_SIZE);
		char *what = hex_of (wire, DIGEST_SIZE);
		const char *known = g_hash_table_lookup (sent, what);
		g_assert_cmpstr (known != NULL ? known : l0, ==, l0);
		if (known == NULL)
			g_assert_true (g_hash_table_add (l0s, g_strdup (l0)));
		g_hash_table_replace (sent, what, g_steal_pointer (&l0));
	}
	g_assert_cmpuint (g_hash_table_size (sent), >, 5000);
}

static void
test_date (void)
{
	VerifyRecord a, b, c;

	digest ("Date: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x\n\n", VERIFY_FORM_RAW, &a);
	digest ("Date: 1 Jan 2024 11:00:00 +0100\nFrom: x\n\n", VERIFY_FORM_RAW, &b);
	digest ("Date: 1 Jan 2024 11:00:01 +0100\nFrom: x\n\n", VERIFY_FORM_RAW, &c);
	g_assert_cmpuint (a.headers, ==, b.headers);
	g_assert_cmpuint (a.headers, !=, c.headers);
}

static void
test_nameless (void)
{
	VerifyRecord record;

	digest ("Subject: only this\n\nbody\n", VERIFY_FORM_RAW, &record);
	g_assert_cmpuint (record.headers, ==, 0);
	g_assert_cmpuint (record.message_id, ==, 0);
	digest ("", VERIFY_FORM_RAW, &record);
	g_assert_cmpuint (record.headers, ==, 0);
}

/* Records come back whole beyond one block and beyond what the spool keeps in memory. */
static void
test_index (void)
{
	enum { COUNT = 20000 };
	g_autoptr (VerifyIndex) index = verify_index_new ();
	g_autoptr (Folder) folder = folder_new_inbox ();
	g_autofree char *subject = g_strnfill (2 * VERIFY_WORD_LIMIT, 's');
	VerifyRecord record = {.folder = verify_index_add_folder (index, folder)};

	for (guint i = 0; i < COUNT; i++) {
		g_autofree char *origin = g_strdup_printf ("box:%u", i);
		VerifyWords words = {.origin = origin, .subject = subject};
		record.size = i;
		g_assert_true (verify_index_add (index, &record, &words, NULL));
	}
	g_assert_cmpuint (verify_index_count (index), ==, COUNT);
	for (guint i = 0; i < COUNT; i += 777) {
		g_autofree char *origin = g_strdup_printf ("box:%u", i);
		g_auto (VerifyWords) words = {0};
		VerifyRecord got;
		g_assert_true (verify_index_read (index, i, &got, NULL));
		g_assert_cmpuint (got.size, ==, i);
		g_assert_true (verify_index_read_words (index, &got, &words, NULL));
		g_assert_cmpstr (words.origin, ==, origin);
		g_assert_null (words.message_id);
		g_assert_null (words.from);
		g_assert_cmpuint (strlen (words.subject), ==, VERIFY_WORD_LIMIT);
	}
}

/* What a mailbox of ten million messages is bought with. */
static void
test_size (void)
{
	g_assert_cmpuint (sizeof (VerifyRecord), <=, 100);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/verify/digest/keeps-what-a-message-is-called", test_words);
	g_test_add_func ("/verify/digest/raw-is-the-content-as-it-is", test_raw);
	g_test_add_func ("/verify/digest/sent-is-what-a-server-gets", test_sent);
	g_test_add_func ("/verify/digest/l0-is-one-exactly-where-the-sent-bytes-are",
			test_sent_says_what_is_sent);
	g_test_add_func ("/verify/digest/a-last-cr-is-sent-as-a-line-end", test_last_cr);
	g_test_add_func ("/verify/digest/dates-are-instants", test_date);
	g_test_add_func ("/verify/digest/one-field-alone-names-nobody", test_nameless);
	g_test_add_func ("/verify/index/gives-back-what-was-added", test_index);
	g_test_add_func ("/verify/index/a-record-is-small", test_size);
	return g_test_run ();
}
