/* test-verify-manifest.c - a manifest stands in for mail that is gone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <glib/gstdio.h>

#include "message/manifest.h"
#include "message/message-mime.h"
#include "verify/fake-mailbox.h"
#include "verify/verify-manifest.h"
#include "verify/verify-match.h"

#define MAIL(n) "Message-ID: <" n "@x>\nFrom: " n "\nSubject: s\n\nbody " n "\n"

static const FakeMail mails[] = {
	FAKE ("INBOX", MAIL ("a"), .date = 1000, .flags = MESSAGE_SEEN | MESSAGE_FLAGGED),
	FAKE ("Caf\xc3\xa9/a%2Fb 100%25", MAIL ("b")),
	FAKE ("INBOX", "no header at all"),
};

typedef struct {
	char *directory;
	char *path;
	FakeSide side; /* what is read back */
} World;

/* Writes a manifest of mails by the ledger, as every tool does. */
static void
set_up (World *world, gconstpointer data)
{
	g_autoptr (Report) report = report_new_quiet ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (GError) error = NULL;

	world->directory = g_dir_make_tmp ("mailferry.XXXXXX", NULL);
	world->path = g_build_filename (world->directory, "manifest", NULL);
	g_autoptr (Manifest) manifest = manifest_new (world->path, "test/1", "old.pst", &error);
	g_assert_no_error (error);
	ledger_set_manifest (ledger, manifest);
	g_autoptr (MessageSource) source = fake_source_new (mails, G_N_ELEMENTS (mails), ledger);
	for (;;) {
		g_autoptr (Message) message = NULL;
		g_assert_true (message_source_next (source, &message, NULL));
		if (message == NULL)
			break;
		const char *keywords[] = {"Big Co", "a,b", NULL};
		message_set_keywords (message, keywords);
		g_assert_true (ledger_emitted (ledger, message, NULL, NULL));
	}
	ledger_announce (ledger, 1);
	ledger_skipped (ledger, "old.pst:7", NULL, "IPM.Contact");
	ReportCounts counts = ledger_get_counts (ledger);
	g_assert_true (manifest_commit (manifest, &counts, NULL));

	world->side.report = report_new_quiet ("test");
	world->side.ledger = ledger_new (world->side.report);
	world->side.index = verify_index_new ();
	world->side.count = 1; /* and no mails: there is no reading it again */
}

static void
tear_down (World *world, gconstpointer data)
{
	g_unlink (world->path);
	g_rmdir (world->directory);
	g_free (world->directory);
	g_free (world->path);
	fake_side_clear (&world->side);
}

static void
test_recognised (World *world, gconstpointer data)
{
	g_assert_true (verify_manifest_is_one (world->path));
	g_assert_false (verify_manifest_is_one (world->directory));
	g_assert_false (verify_manifest_is_one ("/dev/null"));
	g_assert_false (verify_manifest_is_one ("/nonexistent"));
}

/* Every message of mails is of that class, the last one of its own. */
static void
assert_all (World *world, FakeSide *target, VerifyClass class, VerifyClass last)
{
	const VerifyMatchOptions options = { .all = TRUE };
	g_autoptr (VerifyMatch) match = fake_match (&world->side, target, &options);
	const VerifyOutcome *outcome;

	g_assert_true (verify_outcomes_rewind (match->outcomes, NULL));
	for (guint32 i = 0; i < G_N_ELEMENTS (mails); i++) {
		g_assert_true (verify_outcomes_next (match->outcomes, &outcome, NULL));
		g_assert_cmpuint (outcome->number, ==, i);
		g_assert_cmpint (outcome->class, ==,
				 i + 1 < G_N_ELEMENTS (mails) ? class : last);
	}
	g_assert_true (verify_outcomes_next (match->outcomes, &outcome, NULL));
	g_assert_null (outcome);
}

static void
test_found (World *world, gconstpointer data)
{
	g_auto (FakeSide) target = {0};
	g_autoptr (GError) error = NULL;

	verify_manifest_read (world->path, world->side.index, VERIFY_FORM_RAW, world->side.ledger,
			      &error);
	g_assert_no_error (error);
	fake_side_read (&target, mails, G_N_ELEMENTS (mails), VERIFY_FORM_RAW);
	assert_all (world, &target, VERIFY_IDENTICAL, VERIFY_IDENTICAL);
	for (guint32 i = 0; i < G_N_ELEMENTS (mails); i++) {
		VerifyRecord record;
		g_assert_true (verify_index_read (world->side.index, i, &record, NULL));
		g_assert_cmpint (record.date, ==,
				 mails[i].date != 0 ? mails[i].date : VERIFY_NO_DATE);
		g_assert_cmpint (record.flags, ==, mails[i].flags);
		g_assert_cmpuint (record.size, ==, strlen (mails[i].content));
	}
}

/* The keywords of both ways must come to the same number. */
static void
test_keywords (World *world, gconstpointer data)
{
	const char *keywords[] = {"Big Co", "a,b", NULL};

	g_assert_true (verify_manifest_read (world->path, world->side.index, VERIFY_FORM_RAW,
					     world->side.ledger, NULL));
	VerifyRecord record;
	g_assert_true (verify_index_read (world->side.index, 0, &record, NULL));
	g_assert_cmpuint (record.keywords, ==, verify_digest_keywords (keywords));
}

/* The last one does not end in a line end: its L0 does not tell of what was sent. */
static void
test_server (World *world, gconstpointer data)
{
	g_auto (FakeSide) target = {0};

	g_assert_true (verify_manifest_read (world->path, world->side.index, VERIFY_FORM_SENT,
					     world->side.ledger, NULL));
	fake_side_read (&target, mails, G_N_ELEMENTS (mails), VERIFY_FORM_SENT);
	assert_all (world, &target, VERIFY_IDENTICAL, VERIFY_CANONICAL);
}

static void
test_altered (World *world, gconstpointer data)
{
	const FakeMail changed = FAKE ("INBOX", MAIL ("a") "more\n");
	g_auto (FakeSide) target = {0};
	const VerifyRules rules = {0};
	const VerifyMatchOptions options = {0};

	g_assert_true (verify_manifest_read (world->path, world->side.index, VERIFY_FORM_RAW,
					     world->side.ledger, NULL));
	fake_side_read (&target, &changed, 1, VERIFY_FORM_RAW);
	g_autoptr (VerifyMatch) match = fake_match (&world->side, &target, &options);
	VerifySide a = fake_side_describe (&world->side, VERIFY_MANIFEST);
	VerifySide b = fake_side_describe (&target, VERIFY_COPY);
	g_autoptr (VerifyResult) result =
		verify_result_new (&a, &b, match, &rules, EXIT_STATUS_CLEAN, NULL);
	g_assert_cmpuint (result->total.classes[VERIFY_ALTERED], ==, 1);
	g_assert_cmpuint (result->total.classes[VERIFY_MISSING], ==, 2);
	g_assert_cmpuint (result->total.classes[VERIFY_UNVERIFIABLE], ==, 0);
	g_autofree char *skipped = verify_result_describe_skipped (result);
	g_assert_cmpstr (skipped, ==, "not mail: 1 contact");
}

/* Change one byte at a time, everywhere: never accepted. */
static void
test_changed (World *world, gconstpointer data)
{
	g_autofree char *text = NULL;
	gsize length;

	g_assert_true (g_file_get_contents (world->path, &text, &length, NULL));
	for (gsize i = 0; i < length; i++) {
		g_autoptr (VerifyIndex) index = verify_index_new ();
		g_autoptr (GError) error = NULL;
		text[i] ^= 1;
		g_assert_true (g_file_set_contents (world->path, text, (gssize)length, NULL));
		gboolean ok = verify_manifest_read (world->path, index, VERIFY_FORM_RAW,
						    world->side.ledger, &error);
		text[i] ^= 1;
		/* Only the counts at the end are not covered by the chain, but they must still
		 * agree with the lines. */
		if (ok &&
		    strstr (text, "#end\tannounced=") + strlen ("#end\tannounced=") > text + i)
			g_error ("byte %zu can be changed without anybody noticing", i);
		g_assert_true (ok || g_error_matches (error, RUN_ERROR, RUN_ERROR_INPUT));
	}
}

static void
test_cut (World *world, gconstpointer data)
{
	g_autofree char *text = NULL;
	gsize length;

	g_assert_true (g_file_get_contents (world->path, &text, &length, NULL));
	for (gsize i = 0; i < length; i++) {
		g_autoptr (VerifyIndex) index = verify_index_new ();
		g_autoptr (GError) error = NULL;
		g_assert_true (g_file_set_contents (world->path, text, (gssize)i, NULL));
		g_assert_false (verify_manifest_read (world->path, index, VERIFY_FORM_RAW,
						      world->side.ledger, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	}
}

/* What was made up by somebody who can make a chain too. */
static const struct {
	const char *lines; /* below the head */
	const char *end;
} hostile[] = {
	{ "", "announced=0\temitted=0\tpresent=0\tskipped=0" },
	{ "", "announced=0\temitted=1\tpresent=18446744073709551615\tskipped=0\tfailed=0" },
	{ "", "announced=18446744073709551615\temitted=0\tpresent=0\tskipped=0\tfailed=0" },
	{ "", "announced=0\temitted=0\tpresent=0\tskipped=0\tfailed=18446744073709551615" },
	{ "#failed\tx\ty\n", "announced=1\temitted=0\tpresent=0\tskipped=0\tfailed=0" },
	{ "#skipped\tx\ty\n", "announced=0\temitted=0\tpresent=0\tskipped=1\tfailed=0" },
	{ "#skipped\tx\n", "announced=1\temitted=0\tpresent=0\tskipped=1\tfailed=0" },
	{ "-\t-\t-\t1\t-\t-\t-\t..\tx\t-\n",
	  "announced=1\temitted=1\tpresent=0\tskipped=0\tfailed=0" },
	{ "-\t-\t-\t-1\t-\t-\t-\tINBOX\tx\t-\n",
	  "announced=1\temitted=1\tpresent=0\tskipped=0\tfailed=0" },
	{ "-\t-\t-\t1\t9223372036854775807 +0000\t-\t-\tINBOX\tx\t-\n",
	  "announced=1\temitted=1\tpresent=0\tskipped=0\tfailed=0" },
	{ "-\t-\tabc\t1\t-\t-\t-\tINBOX\tx\t-\n",
	  "announced=1\temitted=1\tpresent=0\tskipped=0\tfailed=0" },
	{ "#columns\n", "announced=0\temitted=0\tpresent=0\tskipped=0\tfailed=0" },
};

static const char head[] =
	"#mail-manifest 1\ttool=x\tsource=y\n"
	"#columns\tL0\tL1\tL2\tsize\tdate\tflags\tmessage-id\tfolder\torigin\ttarget\n";

static void
forge (const World *world, const char *lines, const char *end)
{
	g_autofree char *above = g_strconcat (head, lines, NULL);
	guint8 chain[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (above, strlen (above), chain);
	g_autofree char *text = g_strdup_printf ("%s#end\t%s\tchain=%s\n", above, end,
						 digest_to_hex (chain, DIGEST_SIZE, hex));
	g_assert_true (g_file_set_contents (world->path, text, -1, NULL));
}

static void
test_hostile (World *world, gconstpointer data)
{
	for (guint i = 0; i < G_N_ELEMENTS (hostile); i++) {
		g_autoptr (VerifyIndex) index = verify_index_new ();
		g_autoptr (GError) error = NULL;
		forge (world, hostile[i].lines, hostile[i].end);
		g_assert_false (verify_manifest_read (world->path, index, VERIFY_FORM_RAW,
						      world->side.ledger, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	}
}

/* A message of which only L2 is known is found by that, be it without a name. */
static const FakeMail decoded[] = {
	FAKE ("INBOX", MAIL ("a")),
	FAKE ("INBOX", "From: b\nSubject: s\n\nbody\n"),
	FAKE ("INBOX", "To: b\n\nbody\n"),
};

static void
test_mime (World *world, gconstpointer data)
{
	const FakeMail mail = *(const FakeMail *) data;
	g_auto (FakeSide) target = { 0 };
	const VerifyMatchOptions options = { .all = TRUE };
	g_autoptr (MessageContent) content =
		message_content_new_bytes (g_bytes_new (mail.content, strlen (mail.content)));
	g_autoptr (MessageMime) mime = NULL;
	guint8 l2[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	const VerifyOutcome *outcome;

	g_assert_true (message_mime_read (content, MESSAGE_MIME_WHOLE, NULL, &mime, NULL));
	message_mime_digest (mime, TRUE, l2);
	g_autofree char *line =
		g_strdup_printf ("-\t-\t%s\t1\t-\t-\t%s\tINBOX\tx\t-\n",
				 digest_to_hex (l2, DIGEST_SIZE, hex),
				 strstr (mail.content, "<a@x>") != NULL ? "<a@x>" : "-");
	forge (world, line, "announced=1\temitted=1\tpresent=0\tskipped=0\tfailed=0");
	g_assert_true (verify_manifest_read (world->path, world->side.index, VERIFY_FORM_RAW,
					     world->side.ledger, NULL));
	fake_side_read (&target, &mail, 1, VERIFY_FORM_RAW);
	g_autoptr (VerifyMatch) match = fake_match (&world->side, &target, &options);
	g_assert_true (verify_outcomes_rewind (match->outcomes, NULL));
	g_assert_true (verify_outcomes_next (match->outcomes, &outcome, NULL));
	g_assert_cmpint (outcome->class, ==, VERIFY_MIME_EQUAL);
}

#define ADD_WITH(name, data, function)                                                             \
	g_test_add ("/verify/manifest/" name, World, data, set_up, function, tear_down)
#define ADD(name, function) ADD_WITH (name, NULL, function)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("is-recognised-by-its-first-line", test_recognised);
	ADD ("proves-what-is-there", test_found);
	ADD ("keeps-keywords", test_keywords);
	ADD ("is-canonical-towards-a-server", test_server);
	ADD ("names-what-is-altered-and-missing", test_altered);
	ADD ("is-refused-when-one-bit-is-changed", test_changed);
	ADD ("is-refused-when-it-is-cut-off", test_cut);
	ADD ("is-refused-when-it-cannot-be-true", test_hostile);
	ADD_WITH ("knows-L2-of-what-has-a-message-id", &decoded[0], test_mime);
	ADD_WITH ("knows-L2-of-what-has-none", &decoded[1], test_mime);
	ADD_WITH ("knows-L2-of-what-has-no-telling-header", &decoded[2], test_mime);
	return g_test_run ();
}
