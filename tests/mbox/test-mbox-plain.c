/* test-mbox-plain.c - ordinary mailboxes: where messages begin and end, byte for byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/safe-file.h"

#include "mbox/mbox-source.h"
#include "support/mail-fakes.h"

#define FROM "From a@b Thu Nov 29 22:33:52 2001\n"

static const struct {
	const char *claim;
	const char *mbox;
	const char *messages[4];
} cases[] = {
	{ "an empty file is an empty mailbox", "", { NULL } },
	{ "newlines alone are none either", "\n\n\n", { NULL } },
	{ "two messages", FROM "A: 1\n\nx\n\n" FROM "A: 2\n\ny\n\n", { "A: 1\n\nx\n", "A: 2\n\ny\n" } },
	{ "one newline before From_ is the mailbox's", FROM "A: 1\n\nx\n\n\n" FROM "A: 2\n\ny\n",
	  { "A: 1\n\nx\n\n", "A: 2\n\ny\n" } },
	{ "the last one needs no newline", FROM "A: 1\n\nx", { "A: 1\n\nx" } },
	{ "prose is no separator", FROM "A: 1\n\nx\n\nFrom here on\nit is prose\n", { "A: 1\n\nx\n\nFrom here on\nit is prose\n" } },
	{ "one arrow comes off", FROM "A: 1\n\n>From x\n>>From y\n> From z\n>Fro\n", { "A: 1\n\nFrom x\n>From y\n> From z\n>Fro\n" } },
	{ "CRLF stays", "From a@b Thu Nov 29 22:33:52 2001\r\nA: 1\r\n\r\nx\r\n\r\nFrom a@b Thu Nov 29 22:33:52 2001\r\nA: 2\r\n\r\n",
	  { "A: 1\r\n\r\nx\r\n", "A: 2\r\n" } },
	{ "leading blank lines are nobody's", "\n\n" FROM "A: 1\n\nx\n", { "A: 1\n\nx\n" } },
	{ "an empty message counts", FROM "\n" FROM "A: 2\n\ny\n", { "", "A: 2\n\ny\n" } },
	{ "no blank line, but a date and known fields", FROM "A: 1\n\nx\n" FROM "Subject: 2\n\ny\n", { "A: 1\n\nx\n", "Subject: 2\n\ny\n" } },
};

static MessageSource *
open_mbox (const char *text, gsize length, Ledger *ledger, Report *report)
{
	MboxSourceOptions options = { .name = "x.mbox" };

	return mbox_source_new (fake_file (text, length), &options, ledger, report);
}

static void
test_cases (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (Report) report = report_new ("test");
		g_autoptr (Ledger) ledger = ledger_new (report);
		g_autoptr (MessageSource) source = open_mbox (cases[i].mbox, strlen (cases[i].mbox), ledger, report);
		g_autoptr (GPtrArray) messages = fake_collect (source);
		guint wanted = 0;

		g_test_message ("%s", cases[i].claim);
		for (; cases[i].messages[wanted] != NULL; wanted++) {
			g_assert_cmpuint (messages->len, >, wanted);
			g_autoptr (GBytes) bytes = fake_bytes (((Message *) messages->pdata[wanted])->content);
			g_assert_cmpmem (g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes),
					 cases[i].messages[wanted], (int) strlen (cases[i].messages[wanted]));
		}
		g_assert_cmpuint (messages->len, ==, wanted);
		g_assert_cmpuint (ledger_get_counts (ledger).announced, ==, wanted);
	}
}

static void
test_metadata (void)
{
	static const char mbox[] = "From joe@x Thu Nov 29 22:33:52 +0100 2001\nStatus: RO\nX-Status: AF\n\nx\n\n" FROM
				   "Subject: unread\n\ny\n";
	g_autoptr (Report) report = report_new ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (MessageSource) source = open_mbox (mbox, sizeof mbox - 1, ledger, report);
	g_autoptr (GPtrArray) messages = fake_collect (source);
	Message *first = messages->pdata[0];
	Message *second = messages->pdata[1];

	g_assert_cmpstr (first->sender, ==, "joe@x");
	g_assert_cmpint (first->received.seconds, ==, 1007073232 - 3600);
	g_assert_cmpint (first->received.zone_minutes, ==, 60);
	g_assert_cmpint (first->flags, ==, MESSAGE_SEEN | MESSAGE_ANSWERED | MESSAGE_FLAGGED);
	g_assert_cmpstr (first->origin, ==, "x.mbox:0");
	g_assert_cmpstr (second->origin, ==, "x.mbox:70");
	g_assert_cmpint (second->flags, ==, 0);
	g_assert_false (second->received.zone_known);
}

static const struct {
	const char *bytes;
	gsize length;
	const char *says;
} foreign[] = {
	{ "\x1f\x8b\x08\0\0", 5, "gzip" },
	{ "\xff\xfe" "F\0r\0o\0", 8, "UTF-16" },
	{ "BABYL OPTIONS: -*-", 18, "Babyl" },
	{ "!BDN\0\0", 6, "pst2mbox" },
	{ "#mail-manifest 1\ttool=x\n", 24, "a manifest" },
	{ "just some text\nwithout mail\n", 28, "not an mbox" },
	{ "FROM x\n>From y\n", 15, "not an mbox" },
};

static void
test_foreign (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (foreign); i++) {
		g_autoptr (Report) report = report_new ("test");
		g_autoptr (Ledger) ledger = ledger_new (report);
		g_autoptr (MessageSource) source = open_mbox (foreign[i].bytes, foreign[i].length, ledger, report);
		g_autoptr (GError) error = NULL;
		Message *message;

		g_assert_false (message_source_next (source, &message, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
		g_assert_nonnull (strstr (error->message, foreign[i].says));
	}
}

static void
test_changed (void)
{
	g_autofree char *path = NULL;
	g_autoptr (Report) report = report_new ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (GError) error = NULL;
	int writer = g_file_open_tmp ("mailferry-mbox.XXXXXX", &path, NULL);

	g_assert_true (safe_file_write_all (writer, FROM "Subject: 1\n\nx\n\n", 49, "mbox", &error));
	MboxSourceOptions options = { .name = "x.mbox", .path = path };
	g_autoptr (MessageSource) source =
		mbox_source_new (open (path, O_RDONLY | O_CLOEXEC), &options, ledger, report);
	g_assert_true (safe_file_write_all (writer, FROM "Subject: 2\n\ny\n", 48, "mbox", &error));
	g_autoptr (GPtrArray) messages = fake_collect (source);
	close (writer);
	unlink (path);

	g_assert_cmpuint (messages->len, ==, 2);
	g_assert_cmpint (report_get_status (report), ==, EXIT_STATUS_DIFFERENCES);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/plain/splits-byte-for-byte", test_cases);
	g_test_add_func ("/mbox/plain/reads-sender-date-and-status", test_metadata);
	g_test_add_func ("/mbox/plain/refuses-other-formats-by-name", test_foreign);
	g_test_add_func ("/mbox/plain/says-that-the-file-has-changed", test_changed);
	return g_test_run ();
}
