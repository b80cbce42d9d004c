/* test-verify-missing.c - exactly what is missing, from a second reading
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "verify/fake-mailbox.h"
#include "verify/verify-match.h"
#include "verify/verify-missing.h"

#define MAIL(n)                                                                                    \
	"Message-ID: <" n "@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: " n "\n\nbody " n "\n"

static const FakeMail source_mails[] = {
	FAKE ("INBOX", MAIL ("a")), FAKE ("INBOX", MAIL ("b")), FAKE ("INBOX", MAIL ("c")),
	FAKE ("INBOX", MAIL ("c")), FAKE ("INBOX", MAIL ("c")), FAKE ("Old", MAIL ("a")),
	FAKE ("Old", MAIL ("d")),
};
static const FakeMail target_mails[] = {
	FAKE ("INBOX", MAIL ("a")),
	FAKE ("INBOX", MAIL ("b") "changed\n"),
	FAKE ("INBOX", MAIL ("c")),
	FAKE ("INBOX", MAIL ("e")),
};
/* The second reading of a Maildir may come in another order. */
static const FakeMail again[] = {
	FAKE ("Old", MAIL ("d")),   FAKE ("INBOX", MAIL ("c")), FAKE ("INBOX", MAIL ("b")),
	FAKE ("INBOX", MAIL ("c")), FAKE ("INBOX", MAIL ("a")), FAKE ("Old", MAIL ("a")),
	FAKE ("INBOX", MAIL ("c")),
};

static char *
read_missing (const FakeMail *mails, gsize count, VerifyForm form, ReportCounts *counts)
{
	GString *text = g_string_new (NULL);
	g_auto (FakeSide) source = {0};
	g_auto (FakeSide) target = {0};
	g_autoptr (Report) report = report_new_quiet ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	const VerifyMatchOptions options = {0};

	fake_side_read (&source, source_mails, G_N_ELEMENTS (source_mails), form);
	fake_side_read (&target, target_mails, G_N_ELEMENTS (target_mails), form);
	g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);
	const VerifyMissing what = { source.index, form, match };

	g_autoptr (MessageSource) missing = verify_missing_source_new (
		fake_source_new (mails, count, ledger), &what, ledger, NULL);
	for (;;) {
		g_autoptr (Message) message = NULL;
		g_assert_true (message_source_next (missing, &message, NULL));
		if (message == NULL)
			break;
		const char *body =
			strstr ((const char *)message_content_peek (message->content), "body ");
		g_string_append_printf (text, "%s:%c ", message->folder->path, body[5]);
		g_assert_true (ledger_emitted (ledger, message, NULL, NULL));
	}
	*counts = ledger_get_counts (ledger);
	return g_string_free (text, FALSE);
}

static void
test_all (void)
{
	ReportCounts counts;
	g_autofree char *got = read_missing (again, G_N_ELEMENTS (again), VERIFY_FORM_RAW, &counts);

	g_assert_cmpstr (got, ==, "Old:d INBOX:c INBOX:b INBOX:c Old:a INBOX:c ");
	g_assert_cmpuint (counts.announced, ==, 7);
	g_assert_cmpuint (counts.emitted, ==, 6);
	g_assert_cmpuint (counts.present, ==, 1);
	g_assert_cmpuint (counts.failed, ==, 0);
}

static void
test_sent (void)
{
	ReportCounts counts;
	g_autofree char *got =
		read_missing (again, G_N_ELEMENTS (again), VERIFY_FORM_SENT, &counts);

	g_assert_cmpstr (got, ==, "Old:d INBOX:c INBOX:b INBOX:c Old:a INBOX:c ");
}

static void
test_vanished (void)
{
	ReportCounts counts;
	g_autofree char *got =
		read_missing (again + 1, G_N_ELEMENTS (again) - 1, VERIFY_FORM_RAW, &counts);

	g_assert_cmpstr (got, ==, "INBOX:c INBOX:b INBOX:c Old:a INBOX:c ");
	g_assert_cmpuint (counts.failed, ==, 1);
	g_assert_cmpuint (counts.announced, ==,
			  counts.emitted + counts.present + counts.skipped + counts.failed);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/verify/missing/hands-out-what-is-wanted-with-its-copies", test_all);
	g_test_add_func ("/verify/missing/knows-the-sent-form", test_sent);
	g_test_add_func ("/verify/missing/names-what-vanished-meanwhile", test_vanished);
	return g_test_run ();
}
