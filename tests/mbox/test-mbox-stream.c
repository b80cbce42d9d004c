/* test-mbox-stream.c - the stream: fixed bytes, round trips, and what damage costs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <unistd.h>

#include "base/line-reader.h"
#include "mbox/mbox-block.h"
#include "mbox/mbox-sink.h"
#include "mbox/mbox-source.h"
#include "message/transfer.h"
#include "support/mail-fakes.h"

/* The sample of mailferry-stream(5), byte for byte. */
static const char sample[] =
	"From a@x Thu Nov 29 22:33:52 2001\n"
	"X-Mbs: 1 message 0 29a4d9fa24bf7069\n"
	"X-Mbs-Folder: INBOX\n"
	"X-Mbs-Role: inbox\n"
	"X-Mbs-Date: 1007073232 +0000\n"
	"X-Mbs-Flags: \\Seen \\Flagged $Forwarded \"Big Co\"\n"
	"X-Mbs-Origin: old.pst:0x200024\n"
	"X-Mbs-Size: 52\n"
	"X-Mbs-Digest: 04da11d2519645db412e386cfca8efed72a37e097e33ec2adcfc38d5edfd6125\n"
	"Status: RO\n"
	"X-Mbs-Seal: 71a5094ee65b762b339ceed1c08f5d25\n"
	"From: a@x\r\n"
	"Subject: crlf\r\n"
	"\r\n"
	">From here\r\n"
	">>From there\r\n"
	"\n"
	"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"
	"X-Mbs: 1 folder 1 29a4d9fa24bf7069\n"
	"X-Mbs-Folder: INBOX/Caf\303\251/a%2Fb\n"
	"X-Mbs-Seal: 267777d403d9dcf82681c9ba04a8ea49\n"
	"\n"
	"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"
	"X-Mbs: 1 message 2 29a4d9fa24bf7069\n"
	"X-Mbs-Folder: INBOX\n"
	"X-Mbs-Origin: old.pst:0x200044\n"
	"X-Mbs-Size: 0 nonl\n"
	"X-Mbs-Digest: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
	"Status: O\n"
	"X-Mbs-Seal: 172a2c37ea113b7001ec9e08adfe8534\n"
	"\n"
	"\n"
	"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"
	"X-Mbs: 1 message 3 29a4d9fa24bf7069\n"
	"X-Mbs-Folder: %20/x\n"
	"X-Mbs-Date: 0 +0000\n"
	"X-Mbs-Origin: old.pst:0x200064\n"
	"X-Mbs-Size: 30 nonl\n"
	"X-Mbs-Digest: b9e93131d76edd18e20fdd8db40df48e59b062267c360aef44b6a6e9cb04ef42\n"
	"Status: O\n"
	"X-Mbs-Seal: 2c050f5149962aed118d8b82ce5f93ab\n"
	"Subject: no final newline\n"
	"\n"
	"bye\n"
	"\n"
	"From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n"
	"X-Mbs: 1 end 4 29a4d9fa24bf7069\n"
	"X-Mbs-Total: messages=3 folders=1 bytes=82 present=0 skipped=2 failed=0 status=complete\n"
	"X-Mbs-Seal: 78e224cea514350ac35836c617ab6d04\n"
	"\n";

#define SAMPLE_LENGTH (sizeof sample - 1)

typedef struct {
	Report *report;
	Ledger *ledger;
} Run;

static Run
run_new (void)
{
	Run run = { .report = report_new_quiet ("test") };

	run.ledger = ledger_new (run.report);
	return run;
}

static void
run_free (Run *run)
{
	ledger_free (run->ledger);
	report_free (run->report);
}

static GPtrArray *
read_stream (const void *data, gsize length, Run *run)
{
	MboxSourceOptions options = { .name = "stdin", .habits.dialect = MBOX_DIALECT_STREAM, .is_pipe = FALSE };
	g_autoptr (MessageSource) source =
		mbox_source_new (fake_file (data, length), &options, run->ledger, run->report);

	return fake_collect (source);
}

static GBytes *
write_stream (GPtrArray *messages, Run *run)
{
	int fd = fake_file ("", 0);
	g_autoptr (MessageSource) source = fake_source_new (messages, run->ledger);
	g_autoptr (MessageSink) sink = mbox_sink_new_stream (output_new (dup (fd), "test"), run->ledger);
	g_autoptr (GError) error = NULL;

	transfer_run (source, sink, run->ledger, run->report, &error);
	g_assert_no_error (error);
	message_sink_finish (sink, &error);
	g_assert_no_error (error);

	gsize length = (gsize) lseek (fd, 0, SEEK_END);
	guint8 *data = g_malloc (length);
	g_assert_cmpint (pread (fd, data, length, 0), ==, (gssize) length);
	close (fd);
	return g_bytes_new_take (data, length);
}

static GPtrArray *
sample_messages (void)
{
	static const char *const keywords[] = { "Big Co", "$Forwarded", "", "$Forwarded", "\\Recent", NULL };
	GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
	Message *first = fake_message ("INBOX", "From: a@x\r\nSubject: crlf\r\n\r\nFrom here\r\n>From there\r\n", -1,
				       "old.pst:0x200024");
	first->folder->role = FOLDER_ROLE_INBOX;
	first->sender = g_strdup ("a@x");
	first->flags = MESSAGE_SEEN | MESSAGE_FLAGGED;
	first->received = (MessageDate){ TRUE, TRUE, 1007073232, 0 };
	message_set_keywords (first, keywords);
	g_ptr_array_add (messages, first);
	g_ptr_array_add (messages, message_new_folder (folder_new_from_path ("INBOX/Café/a%2Fb", FOLDER_ROLE_NONE)));
	g_ptr_array_add (messages, fake_message ("INBOX", "", 0, "old.pst:0x200044"));
	Message *last = fake_message ("%20/x", "Subject: no final newline\n\nbye", -1, "old.pst:0x200064");
	last->received = (MessageDate){ TRUE, TRUE, 0, 0 };
	g_ptr_array_add (messages, last);
	return messages;
}

static void
assert_same (Message *a, Message *b)
{
	g_assert_true (folder_equal (a->folder, b->folder));
	g_assert_cmpint (message_is_folder (a), ==, message_is_folder (b));
	if (message_is_folder (a))
		return;
	g_autoptr (GBytes) bytes_a = fake_bytes (a->content);
	g_autoptr (GBytes) bytes_b = fake_bytes (b->content);
	g_assert_true (g_bytes_equal (bytes_a, bytes_b));
	g_assert_cmpint (a->flags, ==, b->flags);
	g_assert_cmpstr (a->sender, ==, b->sender);
	g_assert_cmpstr (a->origin, ==, b->origin);
	g_assert_cmpint (a->received.known, ==, b->received.known);
	g_assert_cmpint (a->received.seconds, ==, b->received.seconds);
	g_assert_cmpint (a->received.zone_minutes, ==, b->received.zone_minutes);
	g_assert_cmpint (a->received.zone_known, ==, b->received.zone_known);
	g_assert_cmpint (a->keywords == NULL, ==, b->keywords == NULL);
	if (a->keywords != NULL)
		g_assert_cmpstrv (a->keywords, b->keywords);
}

static void
test_writes_sample (void)
{
	Run run = run_new ();
	g_autoptr (GPtrArray) messages = sample_messages ();

	ledger_announce (run.ledger, 2);
	ledger_skipped (run.ledger, "old.pst:0x1", NULL, "IPM.Contact");
	ledger_skipped (run.ledger, "old.pst:0x2", NULL, "IPM.Contact");
	g_autoptr (GBytes) stream = write_stream (messages, &run);
	g_assert_cmpmem (g_bytes_get_data (stream, NULL), (int) g_bytes_get_size (stream), sample, SAMPLE_LENGTH);
	run_free (&run);
}

static void
test_reads_sample (void)
{
	Run run = run_new ();
	g_autoptr (GPtrArray) wanted = sample_messages ();
	g_autoptr (GPtrArray) messages = read_stream (sample, SAMPLE_LENGTH, &run);

	g_assert_cmpuint (messages->len, ==, wanted->len);
	for (guint i = 0; i < wanted->len; i++)
		assert_same (messages->pdata[i], wanted->pdata[i]);
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_CLEAN);
	g_assert_cmpint (((Message *) messages->pdata[0])->folder->role, ==, FOLDER_ROLE_INBOX);
	run_free (&run);
}

/* Contents that tempt a reader: every byte counts. */
static GPtrArray *
nasty_messages (void)
{
	static const struct {
		const char *content;
		gsize length;
	} contents[] = {
		{ "\n", 1 },
		{ "\n\n", 2 },
		{ "\0", 1 },
		{ "From ", 5 },
		{ "From", 4 },
		{ ">From ", 6 },
		{ ">>>>", 4 },
		{ ">\n>From \n>>From x\nFrom y\n", 25 },
		{ "a\r\n\r\nFrom b\r\n", 14 },
		{ "From a@b Thu Nov 29 22:33:52 2001\nX-Mbs: 1 message 0 29a4d9fa24bf7069\n\nx\n", 73 },
		{ "x\n\nFrom a@b Thu Nov 29 22:33:52 2001\nX-Mbs: 1 end 9 29a4d9fa24bf7069\n", 70 },
		{ "a\rb\r", 4 },
		{ "no newline", 10 },
		{ "ends with blank line\n\n", 22 },
	};
	GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);

	for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
		g_ptr_array_add (messages, fake_message ("Café/%2E%2E/x%2Fy", contents[i].content,
							 (gssize) contents[i].length, "böx:1 %"));
	Message *odd = messages->pdata[0];
	odd->sender = g_strdup ("John Doe <ä%>");
	odd->received = (MessageDate){ TRUE, FALSE, -5, 0 };
	Message *zoned = messages->pdata[1];
	zoned->received = (MessageDate){ TRUE, TRUE, 1007073232, -570 };
	static const char *const keywords[] = { "a\"b\\c", "\\Odd", "ü", NULL };
	message_set_keywords (zoned, keywords);
	return messages;
}

static void
test_round_trip (void)
{
	Run run = run_new ();
	g_autoptr (GPtrArray) wanted = nasty_messages ();
	g_autoptr (GBytes) stream = write_stream (wanted, &run);
	gsize length;
	const char *data = g_bytes_get_data (stream, &length);
	g_autoptr (GPtrArray) messages = read_stream (data, length, &run);

	g_assert_cmpuint (messages->len, ==, wanted->len);
	for (guint i = 0; i < wanted->len; i++)
		assert_same (messages->pdata[i], wanted->pdata[i]);
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_CLEAN);
	run_free (&run);
}

static GByteArray *
large_content (void)
{
	GByteArray *content = g_byte_array_new ();
	g_autoptr (GRand) random = g_rand_new_with_seed (7);

	while (content->len < 5 * 1024 * 1024) {
		static const char *const pieces[] = { "From ", ">", "\n", "x", "\nFrom ", "\n>>From ", "\r\n" };
		const char *piece = pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))];
		guint times = g_rand_int_range (random, 0, 2000) == 0 ? 100000 : 1;
		for (guint i = 0; i < times; i++)
			g_byte_array_append (content, (const guint8 *) piece, (guint) strlen (piece));
	}
	for (guint i = 0; i < 2 * LINE_READER_WINDOW; i++)
		g_byte_array_append (content, (const guint8 *) (i == 0 ? "\n" : ">"), 1);
	g_byte_array_append (content, (const guint8 *) "From x", 6);
	return content;
}

static void
test_large (void)
{
	Run run = run_new ();
	g_autoptr (GByteArray) content = large_content ();
	g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);

	for (gsize cut = 0; cut < 8; cut++)
		g_ptr_array_add (wanted, fake_message ("INBOX", (const char *) content->data,
						       (gssize) (content->len - cut), "big"));
	g_autoptr (GBytes) stream = write_stream (wanted, &run);
	gsize length;
	const char *data = g_bytes_get_data (stream, &length);
	g_autoptr (GPtrArray) messages = read_stream (data, length, &run);
	g_assert_cmpuint (messages->len, ==, wanted->len);
	for (guint i = 0; i < wanted->len; i++)
		assert_same (messages->pdata[i], wanted->pdata[i]);
	run_free (&run);
}

static void
test_truncation (void)
{
	g_autoptr (GPtrArray) wanted = sample_messages ();

	for (gsize length = 1; length < SAMPLE_LENGTH - 1; length++) {
		Run run = run_new ();
		g_autoptr (GPtrArray) messages = read_stream (sample, length, &run);
		g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_TROUBLE);
		for (guint i = 0; i < messages->len; i++)
			assert_same (messages->pdata[i], wanted->pdata[i]);
		run_free (&run);
	}
}

/* Is this message one of those, unchanged? */
static gboolean
is_one_of (Message *message, GPtrArray *wanted)
{
	for (guint i = 0; i < wanted->len; i++) {
		Message *other = wanted->pdata[i];
		if (message_is_folder (message) != message_is_folder (other))
			continue;
		if (message_is_folder (message))
			return TRUE;
		if (g_strcmp0 (message->origin, other->origin) == 0) {
			assert_same (message, other);
			return TRUE;
		}
	}
	return FALSE;
}

static void
test_bit_flips (void)
{
	g_autoptr (GPtrArray) wanted = sample_messages ();
	g_autofree char *damaged = g_memdup2 (sample, SAMPLE_LENGTH);

	for (gsize bit = 0; bit < 8 * SAMPLE_LENGTH; bit++) {
		Run run = run_new ();
		damaged[bit / 8] ^= (char) (1 << bit % 8);
		g_autoptr (GPtrArray) messages = read_stream (damaged, SAMPLE_LENGTH, &run);
		damaged[bit / 8] ^= (char) (1 << bit % 8);

		if (report_get_status (run.report) == EXIT_STATUS_CLEAN)
			g_error ("bit %zu of byte %zu changed and nobody said so", bit % 8, bit / 8);
		guint good = 0;
		for (guint i = 0; i < messages->len; i++)
			good += is_one_of (messages->pdata[i], wanted);
		/* An added ordinary record is possible (its block was destroyed); more than one lost is not. */
		g_assert_cmpuint (good + 1, >=, wanted->len);
		run_free (&run);
	}
}

static const char *
record (guint n, gsize *length)
{
	const char *begin = sample;

	for (; n > 0; n--)
		begin = strstr (begin + 1, "\n\nFrom ") + 2;
	const char *end = strstr (begin + 1, "\n\nFrom ");
	*length = end != NULL ? (gsize) (end + 2 - begin) : (gsize) (sample + SAMPLE_LENGTH - begin);
	return begin;
}

static void
test_dropped_and_doubled (void)
{
	for (guint n = 0; n < 5; n++)
		for (guint copies = 0; copies <= 2; copies += 2) {
			Run run = run_new ();
			g_autoptr (GString) stream = g_string_new (NULL);
			for (guint i = 0; i < 5; i++) {
				gsize length;
				const char *text = record (i, &length);
				for (guint copy = 0; copy < (i == n ? copies : 1); copy++)
					g_string_append_len (stream, text, (gssize) length);
			}
			g_autoptr (GPtrArray) messages = read_stream (stream->str, stream->len, &run);
			if (n < 4 || copies == 0) /* a second end record changes nothing */
				g_assert_cmpint (report_get_status (run.report), !=, EXIT_STATUS_CLEAN);
			g_assert_cmpuint (messages->len, <=, n == 0 && copies == 2 ? 5 : 4);
			run_free (&run);
		}
}

static void
test_partial (void)
{
	Run writer = run_new ();
	Run reader = run_new ();
	g_autoptr (GPtrArray) messages = sample_messages ();

	ledger_announce (writer.ledger, 3);
	ledger_failed_many (writer.ledger, 3);
	g_autoptr (GBytes) stream = write_stream (messages, &writer);
	gsize length;
	const char *data = g_bytes_get_data (stream, &length);
	g_autoptr (GPtrArray) read = read_stream (data, length, &reader);
	g_assert_cmpuint (read->len, ==, 4);
	g_assert_cmpint (report_get_status (reader.report), ==, EXIT_STATUS_DIFFERENCES);
	g_assert_cmpint (ledger_get_counts (reader.ledger).failed, ==, 3);
	run_free (&writer);
	run_free (&reader);
}

/* Sums of such counts must not come round to zero. */
static void
test_impossible_counts (void)
{
	const MboxTotals totals = { .failed = G_MAXUINT64 };
	char id[MBOX_STREAM_ID_SIZE] = "";
	Run run = run_new ();
	g_autoptr (GString) end = mbox_block_format_end (&totals, 0, id);

	g_string_append_c (end, '\n');
	g_autoptr (GPtrArray) messages = read_stream (end->str, end->len, &run);
	g_assert_cmpuint (messages->len, ==, 0);
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_TROUBLE);
	g_assert_cmpint (ledger_get_counts (run.ledger).failed, ==, 0);
	run_free (&run);
}

static void
test_concatenated (void)
{
	Run run = run_new ();
	g_autoptr (GString) two = g_string_new_len (sample, SAMPLE_LENGTH);

	g_string_append_len (two, sample, SAMPLE_LENGTH);
	g_autoptr (GPtrArray) messages = read_stream (two->str, two->len, &run);
	g_assert_cmpuint (messages->len, ==, 8);
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_CLEAN);
	run_free (&run);
}

static void
test_ordinary_inside (void)
{
	Run run = run_new ();
	gsize length;
	(void) record (0, &length);
	g_autoptr (GString) stream = g_string_new_len (sample, (gssize) length);

	g_string_append (stream, "From x@y Thu Nov 29 22:33:52 2001\nSubject: stray\n\nbody\n\n");
	g_string_append_len (stream, sample + length, (gssize) (SAMPLE_LENGTH - length));
	g_autoptr (GPtrArray) messages = read_stream (stream->str, stream->len, &run);
	g_assert_cmpuint (messages->len, ==, 5);
	g_autoptr (GBytes) stray = fake_bytes (((Message *) messages->pdata[1])->content);
	g_assert_cmpmem (g_bytes_get_data (stray, NULL), (int) g_bytes_get_size (stray), "Subject: stray\n\nbody\n", 21);
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_DIFFERENCES);
	run_free (&run);
}

/* What comes of bytes nobody has said the dialect of; NULL if they are refused. */
static GPtrArray *
read_any (const void *data, gsize length, Run *run)
{
	MboxSourceOptions options = { .name = "stdin", .is_pipe = TRUE };
	g_autoptr (MessageSource) source = mbox_source_new (fake_file (data, length), &options, run->ledger, run->report);
	g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
	g_autoptr (GError) error = NULL;

	for (;;) {
		Message *message = NULL;
		if (!message_source_next (source, &message, &error))
			return NULL;
		if (message == NULL)
			return g_steal_pointer (&messages);
		g_ptr_array_add (messages, message);
	}
}

static void
test_head_lost (void)
{
	g_autoptr (GPtrArray) wanted = sample_messages ();

	for (gsize begin = 1; begin < SAMPLE_LENGTH - 2; begin++) {
		Run run = run_new ();
		g_autoptr (GPtrArray) messages = read_any (sample + begin, SAMPLE_LENGTH - begin, &run);
		if (messages != NULL && report_get_status (run.report) == EXIT_STATUS_CLEAN)
			g_error ("the first %zu bytes were missing and nobody said so", begin);
		/* What begins with a From_ line may be an ordinary mbox: that costs the status only. */
		gboolean is_mbox = g_str_has_prefix (sample + begin, "From ");
		for (guint i = 0; messages != NULL && !is_mbox && i < messages->len; i++)
			g_assert_true (is_one_of (messages->pdata[i], wanted));
		run_free (&run);
	}
}

static void
test_blank_before (void)
{
	static const char *const before[] = { "\n", "\xef\xbb\xbf", "\xef\xbb\xbf\n\n" };

	for (gsize i = 0; i < G_N_ELEMENTS (before); i++) {
		Run run = run_new ();
		g_autofree char *text = g_strconcat (before[i], sample, NULL);
		g_autoptr (GPtrArray) messages = read_any (text, strlen (text), &run);
		g_autoptr (GPtrArray) wanted = sample_messages ();
		g_assert_nonnull (messages);
		g_assert_cmpuint (messages->len, ==, wanted->len);
		for (guint k = 0; k < wanted->len; k++)
			assert_same (messages->pdata[k], wanted->pdata[k]);
		g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_CLEAN);
		run_free (&run);
	}
}

static void
test_stream_inside (void)
{
	Run run = run_new ();
	g_autofree char *text = g_strconcat ("From x@y Thu Nov 29 22:33:52 2001\nSubject: plain\n\nbody\n\n", sample,
					     NULL);
	g_autoptr (GPtrArray) messages = read_any (text, strlen (text), &run);

	g_assert_nonnull (messages);
	for (guint i = 0; i < messages->len; i++)
		g_assert_cmpstr (((Message *) messages->pdata[i])->folder->path, ==, "INBOX");
	g_assert_cmpint (report_get_status (run.report), ==, EXIT_STATUS_DIFFERENCES);
	run_free (&run);
}

static void
test_nothing_arrived (void)
{
	Run run = run_new ();
	MboxSourceOptions options = { .name = "stdin", .is_pipe = TRUE };
	g_autoptr (MessageSource) source = mbox_source_new (fake_file ("", 0), &options, run.ledger, run.report);
	g_autoptr (GError) error = NULL;
	Message *message;

	g_assert_false (message_source_next (source, &message, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	run_free (&run);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/stream/writes-the-fixed-bytes", test_writes_sample);
	g_test_add_func ("/mbox/stream/reads-the-fixed-bytes", test_reads_sample);
	g_test_add_func ("/mbox/stream/carries-nasty-content-unchanged", test_round_trip);
	g_test_add_func ("/mbox/stream/carries-long-lines-and-many-arrows", test_large);
	g_test_add_func ("/mbox/stream/accepts-no-truncation", test_truncation);
	g_test_add_func ("/mbox/stream/notices-every-flipped-bit-and-loses-one-record", test_bit_flips);
	g_test_add_func ("/mbox/stream/notices-dropped-and-doubled-records", test_dropped_and_doubled);
	g_test_add_func ("/mbox/stream/hands-on-that-the-writer-failed", test_partial);
	g_test_add_func ("/mbox/stream/believes-no-impossible-counts", test_impossible_counts);
	g_test_add_func ("/mbox/stream/reads-streams-one-after-another", test_concatenated);
	g_test_add_func ("/mbox/stream/delivers-an-ordinary-record-with-a-finding", test_ordinary_inside);
	g_test_add_func ("/mbox/stream/notices-a-lost-beginning", test_head_lost);
	g_test_add_func ("/mbox/stream/passes-over-what-is-blank-before-it", test_blank_before);
	g_test_add_func ("/mbox/stream/inside-an-ordinary-mbox-is-mail-with-a-finding", test_stream_inside);
	g_test_add_func ("/mbox/stream/calls-an-empty-pipe-a-dead-writer", test_nothing_arrived);
	return g_test_run ();
}
