/* test-verify-result.c - the verdict, the exit status, and what is said
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <unistd.h>

#include "verify/fake-mailbox.h"
#include "verify/verify-match.h"
#include "verify/verify-show.h"

#define HEADER                                                                                     \
	"Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: "          \
	"=?utf-8?q?Caf=C3=A9?=\n\n"

static const FakeMail same =
	FAKE ("INBOX", HEADER "body\n", .date = 1704103200, .flags = MESSAGE_SEEN);
static const FakeMail stamped =
	FAKE ("INBOX", "Status: RO\n" HEADER "body\n", .date = 1704103200, .flags = MESSAGE_SEEN);
static const FakeMail changed =
	FAKE ("INBOX", HEADER "bodY\n", .date = 1704103200, .flags = MESSAGE_SEEN);
static const FakeMail unread = FAKE ("INBOX", HEADER "body\n", .date = 1704103200);
static const FakeMail elsewhere =
	FAKE ("Old", HEADER "body\n", .date = 1704103200, .flags = MESSAGE_SEEN);
static const FakeMail hostile = FAKE ("Bad\x1b[2J", "Subject: \x1b]0;owned\x07\nFrom: \xff\n\nx\n");
static const FakeMail broken = FAKE ("INBOX", HEADER, .unreadable = TRUE);

typedef struct {
	FakeSide source;
	FakeSide target;
	VerifyMatch *match;
	VerifyResult *result;
} World;

static void
read_both (World *world, const FakeMail *source, gsize source_count, const FakeMail *target,
	   gsize target_count)
{
	const VerifyMatchOptions options = { .all = TRUE };

	memset (world, 0, sizeof *world);
	fake_side_read (&world->source, source, source_count, VERIFY_FORM_RAW);
	fake_side_read (&world->target, target, target_count, VERIFY_FORM_RAW);
	world->match = fake_match (&world->source, &world->target, &options);
}

static void
conclude (World *world, VerifyKind kind, VerifyRules rules)
{
	VerifySide source = fake_side_describe (&world->source, kind);
	VerifySide target = fake_side_describe (&world->target, VERIFY_COPY);
	ExitStatus reading = exit_status_worse (report_get_status (world->source.report),
						report_get_status (world->target.report));

	world->result = verify_result_new (&source, &target, world->match, &rules, reading, NULL);
}

static void
world_clear (World *world)
{
	verify_result_free (world->result);
	verify_match_free (world->match);
	fake_side_clear (&world->source);
	fake_side_clear (&world->target);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (World, world_clear)

/* What show wrote, through a real descriptor. */
static char *
shown (const VerifyResult *result, gboolean json)
{
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp (NULL, &path, NULL);
	char *text = NULL;

	g_autoptr (Output) output = output_new (fd, "test");
	if (json)
		g_assert_true (verify_show_json (result, "test", verify_result_get_status (result),
						 output, NULL));
	else
		g_assert_true (verify_show_table (result, FALSE, output, NULL));
	g_assert_true (output_finish (output, NULL));
	g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
	unlink (path);
	return text;
}

static void
assert_shows (const VerifyResult *result, const char *words)
{
	g_autofree char *text = shown (result, FALSE);

	if (strstr (text, words) == NULL)
		g_error ("\"%s\" is not in:\n%s", words, text);
}

static void
assert_hides (const VerifyResult *result, const char *words)
{
	g_autofree char *text = shown (result, FALSE);

	g_assert_null (strstr (text, words));
}

/* --- Verdict
 * -------------------------------------------------------------------------------------- */

typedef struct {
	const char *name;
	const FakeMail *source;
	const FakeMail *target;
	VerifyRules rules;
	VerifyVerdict verdict;
	ExitStatus status;
} Case;

static const Case cases[] = {
	{"identical-is-proven", &same, &same, {0}, VERIFY_PROVEN, 0},
	{"canonical-is-proven", &same, &stamped, {0}, VERIFY_PROVEN, 0},
	{"canonical-is-not-raw",
	 &same,
	 &stamped,
	 {.require = VERIFY_LEVEL_RAW},
	 VERIFY_DIFFERENCES,
	 1},
	{"altered-differs", &same, &changed, {0}, VERIFY_DIFFERENCES, 1},
	{"moved-is-a-note", &same, &elsewhere, {0}, VERIFY_PROVEN, 0},
	{"moved-is-metadata", &same, &elsewhere, {.metadata = TRUE}, VERIFY_DIFFERENCES, 1},
	{"flags-are-a-note", &same, &unread, {0}, VERIFY_PROVEN, 0},
	{"flags-are-metadata", &same, &unread, {.metadata = TRUE}, VERIFY_DIFFERENCES, 1},
	{"unreadable-is-not-verified", &broken, &same, {0}, VERIFY_NOT_VERIFIED, 2},
	{"unreadable-target-is-not-verified", &same, &broken, {0}, VERIFY_NOT_VERIFIED, 2},
};

static void
test_verdict (gconstpointer data)
{
	const Case *c = data;
	g_auto (World) world;

	read_both (&world, c->source, 1, c->target, 1);
	conclude (&world, VERIFY_COPY, c->rules);
	g_assert_cmpint (world.result->verdict, ==, c->verdict);
	g_assert_cmpint (verify_result_get_status (world.result), ==, c->status);
}

static void
test_extra (void)
{
	const FakeMail two[] = {same, hostile};
	g_auto (World) world;

	read_both (&world, &same, 1, two, 2);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_assert_cmpint (verify_result_get_status (world.result), ==, 0);
	g_clear_pointer (&world.result, verify_result_free);
	conclude (&world, VERIFY_COPY, (VerifyRules){.two_way = TRUE});
	g_assert_cmpint (verify_result_get_status (world.result), ==, 1);
}

static void
test_failed_item (void)
{
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	ledger_announce (world.source.ledger, 1);
	ledger_failed (world.source.ledger, "old.pst:0x1", NULL, "damaged");
	conclude (&world, VERIFY_ORIGINAL, (VerifyRules){0});
	g_assert_cmpint (world.result->verdict, ==, VERIFY_NOT_VERIFIED);
	g_assert_cmpint (verify_result_get_status (world.result), ==, EXIT_STATUS_TROUBLE);
	g_assert_false (verify_result_is_safe_to_delete (world.result));
	assert_shows (world.result, "Not verified: 1 of 2 proven");
}

static void
test_partial_stream (void)
{
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	ledger_announce (world.source.ledger, 3);
	ledger_failed_many (world.source.ledger, 3);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_assert_cmpint (world.result->verdict, ==, VERIFY_NOT_VERIFIED);
	g_assert_cmpint (verify_result_get_status (world.result), ==, EXIT_STATUS_DIFFERENCES);
	assert_shows (world.result, "1 of 4 proven");
}

static void
test_unbalanced (void)
{
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	ledger_announce (world.target.ledger, 2);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_assert_cmpint (world.result->verdict, ==, VERIFY_NOT_VERIFIED);
	g_assert_cmpint (verify_result_get_status (world.result), ==, EXIT_STATUS_TROUBLE);
}

static void
test_trouble (void)
{
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	report_finding (world.source.report, REPORT_TROUBLE, "record-without-block", NULL, NULL,
			"odd");
	conclude (&world, VERIFY_ORIGINAL, (VerifyRules){0});
	g_assert_cmpint (world.result->verdict, ==, VERIFY_NOT_VERIFIED);
	g_assert_cmpint (verify_result_get_status (world.result), ==, EXIT_STATUS_DIFFERENCES);
	g_assert_false (verify_result_is_safe_to_delete (world.result));
}

/* --- What may be concluded
 * ------------------------------------------------------------------------- */

static void
test_safe (void)
{
	static const char sentence[] = "safe to delete the old account";
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	for (guint i = 0; i < 23; i++)
		ledger_skipped (world.source.ledger, "old.pst:1", NULL, "IPM.Contact");
	ledger_skipped (world.source.ledger, "old.pst:2", NULL, "IPM.Appointment");
	ledger_skipped (world.source.ledger, "old.pst:3", NULL, "IPM.Odd");
	ledger_skipped (world.source.ledger, "old.pst:4", NULL, "hidden");
	ledger_announce (world.source.ledger, 26);
	conclude (&world, VERIFY_ORIGINAL, (VerifyRules){0});
	assert_shows (world.result, "Proven: 1 of 1 proven\n");
	assert_shows (world.result, sentence);
	assert_shows (world.result, "Not carried: not mail: 23 contacts, 1 appointment, 1 IPM.Odd; "
				    "left out by rule: 1 hidden\n");

	/* As a manifest tells it of a run with --folder. */
	ledger_skipped (world.source.ledger, "old.pst:5", NULL, "filtered");
	assert_hides (world.result, sentence);
}

static void
test_copies (void)
{
	static const char sentence[] = "safe to delete the old account";
	g_auto (World) world;

	read_both (&world, &same, 1, &same, 1);
	conclude (&world, VERIFY_ORIGINAL, (VerifyRules){0});
	assert_shows (world.result, sentence);
	world.result->source.filtered = TRUE;
	assert_hides (world.result, sentence);
	world.result->source.filtered = FALSE;
	world.result->source.kind = VERIFY_COPY;
	assert_hides (world.result, sentence);
	assert_shows (world.result, "Every message of fake is in fake\n");
}

static void
test_empty (void)
{
	g_auto (World) world;

	read_both (&world, NULL, 0, NULL, 0);
	conclude (&world, VERIFY_ORIGINAL, (VerifyRules){0});
	g_assert_cmpint (verify_result_get_status (world.result), ==, 0);
	g_assert_false (verify_result_is_safe_to_delete (world.result));
	assert_shows (world.result, "0 of 0 proven");
}

/* --- What is shown
 * --------------------------------------------------------------------------------- */

static void
test_hostile (void)
{
	g_auto (World) world;

	read_both (&world, &hostile, 1, &same, 1);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_autofree char *table = shown (world.result, FALSE);
	g_autofree char *json = shown (world.result, TRUE);
	g_assert_null (strchr (table, '\x1b'));
	g_assert_null (strchr (table, '\x07'));
	g_assert_null (strchr (json, '\x1b'));
	g_assert_true (g_utf8_validate (table, -1, NULL));
	g_assert_true (g_utf8_validate (json, -1, NULL));
}

static void
test_table (void)
{
	const FakeMail two[] = {changed, elsewhere};
	g_auto (World) world;

	read_both (&world, &same, 1, two, 1);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_autofree char *text = shown (world.result, FALSE);
	g_assert_cmpstr (text, ==,
			 "altered: INBOX, 2024-01-01, from ann@x, \"Caf\xc3\xa9\" (fake:0), "
			 "there as fake:0 [text-changed]\n"
			 "\n"
			 "folder  source   found  identical  canonical  missing  altered  extra\n"
			 "INBOX        1       0          -          -        -        1      -\n"
			 "total        1       0          -          -        -        1      -\n"
			 "\n"
			 "Differences: 0 of 1 proven\n");
}

static JsonObject *
parse_line (const char *line, JsonParser *parser)
{
	g_autoptr (GError) error = NULL;

	json_parser_load_from_data (parser, line, -1, &error);
	g_assert_no_error (error);
	return json_node_get_object (json_parser_get_root (parser));
}

static void
test_json (void)
{
	const FakeMail source[] = {same, same};
	const FakeMail target[] = {unread};
	g_autoptr (JsonParser) parser = json_parser_new ();
	g_auto (World) world;

	read_both (&world, source, 2, target, 1);
	conclude (&world, VERIFY_COPY, (VerifyRules){0});
	g_autofree char *text = shown (world.result, TRUE);
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	g_assert_cmpuint (g_strv_length (lines), ==,
			  5); /* 2 findings, 1 folder, summary, nothing */

	JsonObject *note = parse_line (lines[0], parser);
	g_assert_cmpstr (json_object_get_string_member (note, "type"), ==, "note");
	g_assert_cmpstr (json_object_get_string_member (note, "class"), ==, "flag-differs");
	g_assert_cmpstr (json_object_get_string_member (note, "flags"), ==, "\\Seen");
	g_assert_cmpstr (json_object_get_string_member (note, "target-flags"), ==, "");
	JsonObject *lost = parse_line (lines[1], parser);
	g_assert_cmpstr (json_object_get_string_member (lost, "type"), ==, "difference");
	g_assert_cmpstr (json_object_get_string_member (lost, "class"), ==, "collapsed");
	g_assert_cmpstr (json_object_get_string_member (lost, "subject"), ==, "Caf\xc3\xa9");
	g_assert_cmpstr (json_object_get_string_member (lost, "date"), ==, "2024-01-01T10:00:00Z");
	JsonObject *summary = parse_line (lines[3], parser);
	g_assert_cmpint (json_object_get_int_member (summary, "v"), ==, 1);
	g_assert_cmpstr (json_object_get_string_member (summary, "type"), ==, "summary");
	g_assert_cmpstr (json_object_get_string_member (summary, "verdict"), ==, "differences");
	g_assert_cmpint (json_object_get_int_member (summary, "proven"), ==, 1);
	g_assert_cmpint (json_object_get_int_member (summary, "collapsed"), ==, 1);
	g_assert_cmpint (json_object_get_int_member (summary, "exit"), ==, 1);
	g_assert_false (json_object_get_boolean_member (summary, "safe-to-delete"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strconcat ("/verify/result/", cases[i].name, NULL);
		g_test_add_data_func (path, &cases[i], test_verdict);
	}
	g_test_add_func ("/verify/result/extra-counts-two-way", test_extra);
	g_test_add_func ("/verify/result/a-failed-item-is-never-proven", test_failed_item);
	g_test_add_func ("/verify/result/a-partial-stream-is-never-proven", test_partial_stream);
	g_test_add_func ("/verify/result/an-account-that-does-not-balance-is-never-proven",
			 test_unbalanced);
	g_test_add_func ("/verify/result/trouble-in-reading-is-never-proven", test_trouble);
	g_test_add_func ("/verify/result/only-the-whole-is-safe-to-delete", test_safe);
	g_test_add_func ("/verify/result/only-an-original-is-safe-to-delete", test_copies);
	g_test_add_func ("/verify/result/nothing-proves-nothing", test_empty);
	g_test_add_func ("/verify/show/escapes-what-strangers-wrote", test_hostile);
	g_test_add_func ("/verify/show/table-tells-folder-by-folder", test_table);
	g_test_add_func ("/verify/show/json-is-one-object-a-line", test_json);
	return g_test_run ();
}
