/* test-mbox-fuzz.c - mailboxes made of torn pieces: nothing is lost, nothing takes long
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * MAILBOXES=N reads N of them (default 1000); the seed is printed and taken from --seed.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "mbox/mbox-sink.h"
#include "mbox/read-mbox.h"
#include "support/mbox-cases.h"

#define PIECE(text) { (text), sizeof (text) - 1 }

static const struct {
	const char *text;
	gsize length;
} pieces[] = {
	PIECE ("From a@b Thu Nov 29 22:33:52 2001\n"),
	PIECE ("From - Thu Nov 29 22:33:52 2001\r\n"),
	PIECE ("From a@b Thu Nov 29 22:33:52 2001\nSubject: x\nFrom: y\n\n"),
	PIECE ("From \n"),
	PIECE ("From"),
	PIECE ("From nowhere at all\n"),
	PIECE (">From x\n"),
	PIECE (">>>>>From"),
	PIECE (">"),
	PIECE ("F"),
	PIECE ("\n"),
	PIECE ("\r\n"),
	PIECE ("\n\n"),
	PIECE ("\r"),
	PIECE ("\0"),
	PIECE ("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
	PIECE ("Subject: x\n"),
	PIECE ("Status: RO\nX-Status: AFDT\n"),
	PIECE ("X-Mozilla-Status: 0009\nX-Mozilla-Keys: a b\n"),
	PIECE ("X-Gmail-Labels: =?UTF-8?Q?a,\"b?=\n =?x?="),
	PIECE ("Content-Length: 0\n"),
	PIECE ("Content-Length: 40\n"),
	PIECE ("Content-Length: 18446744073709551615\n"),
	PIECE ("Content-Type: multipart/mixed; boundary=B\n"),
	PIECE ("Content-Type: multipart/mixed; boundary=\""),
	PIECE ("--B\n"),
	PIECE ("--B--\n"),
	PIECE ("Received: by x; Thu, 29 Nov 2001 22:33:52 +9999\n"),
	PIECE ("Date: 99 Foo 99999999999 99:99:99 +0000\n"),
	PIECE ("\1\1\1\1\n"),
	PIECE ("\xef\xbb\xbf"),
	PIECE ("Rm9vYmFyIGJheiBxdXV4IEZyb20gdGhlcmUgdG8gaGVyZS4gRnJvbSBoZXJl\n"),
	PIECE ("X-Mbs: 1 message 0 0123456789abcdef\nX-Mbs-Folder: INBOX\n"),
	PIECE (" folded\n"),
};

static guint
wanted_mailboxes (void)
{
	const char *text = g_getenv ("MAILBOXES");

	return text != NULL ? (guint) atoi (text) : 1000;
}

static GByteArray *
tear (void)
{
	GByteArray *bytes = g_byte_array_new ();
	guint n = (guint) g_test_rand_int_range (0, 60);

	if (g_test_rand_int_range (0, 3) > 0)
		g_byte_array_append (bytes, (const guint8 *) pieces[2].text, (guint) pieces[2].length);
	for (guint i = 0; i < n; i++) {
		guint which = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (pieces));
		guint times = g_test_rand_int_range (0, 40) == 0 ? 2000 : 1;
		for (; times > 0; times--)
			g_byte_array_append (bytes, (const guint8 *) pieces[which].text,
					     (guint) pieces[which].length);
	}
	return bytes;
}

/* A known mailbox with some bytes changed, doubled or gone. */
static GByteArray *
mutate (void)
{
	GByteArray *bytes = g_byte_array_new ();
	const MboxCase *one = &mbox_cases[g_test_rand_int_range (0, (int) mbox_cases_count)];
	g_autoptr (GBytes) whole = mbox_case_bytes (one);

	g_byte_array_append (bytes, g_bytes_get_data (whole, NULL), (guint) g_bytes_get_size (whole));
	for (int n = g_test_rand_int_range (1, 6); n > 0 && bytes->len > 0; n--) {
		guint at = (guint) g_test_rand_int_range (0, (int) bytes->len);
		guint wanted = (guint) g_test_rand_int_range (1, 40);
		guint length = MIN (wanted, bytes->len - at);
		switch (g_test_rand_int_range (0, 4)) {
		case 0:
			bytes->data[at] = (guint8) g_test_rand_int_range (0, 256);
			break;
		case 1:
			g_byte_array_remove_range (bytes, at, length);
			break;
		case 2:
			g_byte_array_set_size (bytes, at);
			break;
		default: {
			g_autofree guint8 *copy = g_memdup2 (bytes->data + at, length);
			g_byte_array_append (bytes, copy, length);
		}
		}
	}
	return bytes;
}

static void
check (const GByteArray *bytes)
{
	MboxSourceOptions options = { .habits = {
		.dialect = (MboxDialect[]){ MBOX_DIALECT_AUTO, MBOX_DIALECT_RD, MBOX_DIALECT_O,
					    MBOX_DIALECT_CL2, MBOX_DIALECT_NONE }[g_test_rand_int_range (0, 5)],
		.expunged = (MboxExpunged) g_test_rand_int_range (0, 3),
		.labels = (MboxLabels) g_test_rand_int_range (0, 3),
	} };
	g_auto (ReadMbox) result = { 0 };
	guint64 content = 0;

	read_mbox (&result, fake_file (bytes->data, bytes->len), &options);
	if (result.error != NULL) {
		g_assert_error (result.error, RUN_ERROR, RUN_ERROR_INPUT);
		return;
	}
	/* A stream, also one that has lost its beginning, is another test's affair. */
	if (bytes->len > 40 && memmem (bytes->data, bytes->len, "X-Mbs", 5) != NULL)
		return;
	read_mbox_assert_balance (&result, bytes->len);
	for (guint i = 0; i < result.messages->len; i++)
		content += (guint64) message_content_get_size (
			((Message *) result.messages->pdata[i])->content);
	if (result.counts.skipped == 0)
		g_assert_cmpuint (content, ==, result.account.content);
	g_assert_cmpuint (result.counts.failed, ==, 0);
}

static void
test_torn (void)
{
	for (guint n = wanted_mailboxes (); n > 0; n--) {
		g_autoptr (GByteArray) bytes = tear ();
		check (bytes);
	}
}

static void
test_mutated (void)
{
	for (guint n = wanted_mailboxes (); n > 0; n--) {
		g_autoptr (GByteArray) bytes = mutate ();
		check (bytes);
	}
}

/* -- what we write, we read -- */

static Message *
make_message (guint number)
{
	static const char lines[] = "From x\n>From y\n>>>From z\nFrom a@b Thu Nov 29 22:33:52 2001\n"
				    "Subject: no\n\n\r\n\0\nFro>From \n";
	g_autoptr (GString) text = g_string_new ("Subject: x\n\n");

	for (int n = g_test_rand_int_range (0, 12); n > 0; n--) {
		gsize at = (gsize) g_test_rand_int_range (0, sizeof lines - 1);
		gsize wanted = (gsize) g_test_rand_int_range (1, 50);
		gsize length = MIN (wanted, sizeof lines - 1 - at);
		g_string_append_len (text, lines + at, (gssize) length);
	}
	/* A plain mbox cannot tell whether the last line had an end. */
	g_string_append_c (text, '\n');
	Message *message = fake_message ("INBOX", text->str, (gssize) text->len, "made:0");
	message->received = (MessageDate){ .known = TRUE, .seconds = 1000000000 + number };
	return message;
}

static GByteArray *
write_plain (GPtrArray *messages)
{
	g_autoptr (Report) report = report_new ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autofree char *path = NULL;
	g_autofree char *data = NULL;
	g_autoptr (GError) error = NULL;
	gsize length;
	int fd = g_file_open_tmp ("mailferry-mbox.XXXXXX", &path, NULL);
	MessageSink *sink = mbox_sink_new_plain (output_new (fd, path), ledger);

	for (guint i = 0; i < messages->len; i++)
		g_assert_true (message_sink_put (sink, messages->pdata[i], &error));
	g_assert_true (message_sink_finish (sink, &error));
	message_sink_free (sink);
	g_assert_true (g_file_get_contents (path, &data, &length, NULL));
	g_unlink (path);
	return g_byte_array_new_take ((guint8 *) g_steal_pointer (&data), length);
}

static void
test_written (void)
{
	for (guint n = wanted_mailboxes () / 4; n > 0; n--) {
		g_autoptr (GPtrArray) messages =
			g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
		for (int i = g_test_rand_int_range (0, 8); i > 0; i--)
			g_ptr_array_add (messages, make_message ((guint) i));
		g_autoptr (GByteArray) bytes = write_plain (messages);
		MboxSourceOptions options = { .habits.dialect = MBOX_DIALECT_RD };
		g_auto (ReadMbox) result = { 0 };
		read_mbox (&result, fake_file (bytes->data, bytes->len), &options);
		g_assert_no_error (result.error);
		g_assert_cmpuint (result.messages->len, ==, messages->len);
		for (guint i = 0; i < messages->len; i++) {
			Message *a = result.messages->pdata[i];
			Message *b = messages->pdata[i];
			g_autoptr (GBytes) got = fake_bytes (a->content);
			g_autoptr (GBytes) wanted = fake_bytes (b->content);
			g_assert_true (g_bytes_equal (got, wanted));
			g_assert_cmpint (a->received.seconds, ==, b->received.seconds);
		}
		read_mbox_assert_balance (&result, bytes->len);
	}
}

/* -- time -- */

static const struct {
	const char *text;
	gsize length;
} units[] = {
	PIECE ("From \n"),
	PIECE ("\nFrom a@b Thu Nov 29 22:33:52 2001\n"),
	PIECE ("From a@b Thu Nov 29 22:33:52 2001\nSubject: x\n"),
	PIECE ("From a@b Thu Nov 29 22:33:52 2001\nContent-Length: 900000\n\n"),
	PIECE ("From a@b Thu Nov 29 22:33:52 2001\nContent-Length: 9000000\n\n"),
	PIECE ("\nFrom a@b Thu Nov 29 22:33:52 2001\nContent-Type: multipart/mixed; boundary=B\n\n--B\n"),
	PIECE (">"),
	PIECE ("\n>"),
	PIECE (">From \n"),
	PIECE ("\n>>>>>>>>>>>>>>>>>>>>>>>>>>>>F"),
	PIECE ("F"),
	PIECE ("\nF"),
	PIECE ("\0F"),
	PIECE ("\0From "),
	PIECE ("\0"),
	PIECE ("\n"),
	PIECE ("\r"),
	PIECE ("From a b c d e f g "),
	PIECE ("X: y\n"),
	PIECE (" "),
};

static double
seconds_for (const char *unit, gsize unit_length, gsize size)
{
	g_autoptr (GByteArray) bytes = g_byte_array_sized_new ((guint) size);
	MboxSourceOptions options = { .name = "x" };
	g_auto (ReadMbox) result = { 0 };

	g_byte_array_append (bytes, (const guint8 *) "From a\nSubject: x\n\n", 19);
	while (bytes->len < size)
		g_byte_array_append (bytes, (const guint8 *) unit, (guint) unit_length);
	clock_t before = clock ();
	read_mbox (&result, fake_file (bytes->data, bytes->len), &options);
	g_assert_no_error (result.error);
	read_mbox_assert_balance (&result, bytes->len);
	return (double) (clock () - before) / CLOCKS_PER_SEC;
}

/* Four times as much takes about four times as long; a square would be sixteen. */
static void
test_linear (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (units); i++) {
		const gsize size = 400000;
		double one = seconds_for (units[i].text, units[i].length, size);
		double four = seconds_for (units[i].text, units[i].length, 4 * size);
		g_test_message ("%u: %.3f s, %.3f s", i, one, four);
		g_assert_cmpfloat (four, <, 10 * one + 0.3);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/fuzz/torn-mailboxes-lose-nothing", test_torn);
	g_test_add_func ("/mbox/fuzz/mutated-mailboxes-lose-nothing", test_mutated);
	g_test_add_func ("/mbox/fuzz/what-is-written-is-read", test_written);
	g_test_add_func ("/mbox/fuzz/time-is-linear", test_linear);
	return g_test_run ();
}
