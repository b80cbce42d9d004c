/* test-verify-match.c - each class alone, copies, folders, and many faults at once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <time.h>

#include "verify/fake-mailbox.h"
#include "verify/verify-match.h"

#define MAILS 6

#define A                                                                                          \
	"Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: "          \
	"a\n\nbody a\n"
#define A_CRLF                                                                                     \
	"Message-ID: <a@x>\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nFrom: ann@x\r\nSubject: "    \
	"a\r\n\r\nbody a\r\n"
#define A_STATE "Status: RO\n" A
#define A_BIT                                                                                      \
	"Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: "          \
	"a\n\nbody c\n"
#define A_CUT                                                                                      \
	"Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: a\n\nbod"
#define A_TITLE                                                                                    \
	"Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: "          \
	"b\n\nbody a\n"
#define A_ID                                                                                       \
	"Message-ID: <z@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: ann@x\nSubject: "          \
	"a\n\nbody a\n"
#define B                                                                                          \
	"Message-ID: <b@x>\nDate: Tue, 2 Jan 2024 10:00:00 +0000\nFrom: bob@x\nSubject: "          \
	"b\n\nbody b\n"
#define ALERT_1 "Date: Tue, 2 Jan 2024 10:00:00 +0000\nFrom: cron@x\nSubject: alert\n\nbelow 80%\n"
#define ALERT_2 "Date: Tue, 2 Jan 2024 10:00:00 +0000\nFrom: cron@x\nSubject: alert\n\nbelow 90%\n"
#define H_1     "Message-ID: <1@x>\nFrom: a@x\nSubject: 1\n\n"
#define H_2     "Message-ID: <2@x>\nFrom: a@x\nSubject: 2\n\n"
#define NUL     "Subject: n\n\nx\0y\n"
#define NUL_80  "Subject: n\n\nx\x80y\n"

/* Expected: counts of classes as "2 identical, 1 missing". */
typedef struct {
	const char *name;
	FakeMail source[MAILS];
	FakeMail target[MAILS];
	const char *expected;
	VerifyForm form;
} Case;

static const Case cases[] = {
	{"same-bytes-are-identical", {FAKE ("INBOX", A)}, {FAKE ("INBOX", A)}, "1 identical", 0},
	{"line-ends-are-canonical",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_CRLF)},
	 "1 canonical",
	 0},
	{"sent-form-is-identical-at-a-server",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_CRLF)},
	 "1 identical",
	 VERIFY_FORM_SENT},
	{"a-status-field-is-canonical",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_STATE)},
	 "1 canonical",
	 0},
	{"nul-as-80-is-canonical",
	 {FAKE ("INBOX", NUL, .length = sizeof NUL - 1)},
	 {FAKE ("INBOX", NUL_80)},
	 "1 canonical",
	 0},
	{"a-flipped-bit-is-altered", {FAKE ("INBOX", A)}, {FAKE ("INBOX", A_BIT)}, "1 altered", 0},
	{"a-cut-body-is-altered", {FAKE ("INBOX", A)}, {FAKE ("INBOX", A_CUT)}, "1 altered", 0},
	{"a-changed-subject-is-altered",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_TITLE)},
	 "1 altered",
	 0},
	{"a-changed-message-id-is-altered",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_ID)},
	 "1 altered",
	 0},
	{"what-is-not-there-is-missing",
	 {FAKE ("INBOX", A), FAKE ("INBOX", B)},
	 {FAKE ("INBOX", B)},
	 "1 identical, 1 missing",
	 0},
	{"a-missing-folder-misses-its-mail",
	 {FAKE ("INBOX", A), FAKE ("Old", B)},
	 {FAKE ("INBOX", A)},
	 "1 identical, 1 missing",
	 0},
	{"what-is-only-there-is-extra",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A), FAKE ("INBOX", B)},
	 "1 identical, 1 extra",
	 0},
	{"two-copies-need-two",
	 {FAKE ("INBOX", A), FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A), FAKE ("INBOX", A)},
	 "2 identical",
	 0},
	{"one-copy-too-few-is-collapsed",
	 {FAKE ("INBOX", A), FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A)},
	 "1 identical, 1 collapsed",
	 0},
	{"a-canonical-copy-too-few-is-collapsed",
	 {FAKE ("INBOX", A), FAKE ("INBOX", A_STATE)},
	 {FAKE ("INBOX", A)},
	 "1 identical, 1 collapsed",
	 0},
	{"one-copy-too-many-is-duplicated",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A), FAKE ("INBOX", A_CRLF)},
	 "1 identical, 1 duplicated",
	 0},
	{"one-of-two-copies-altered",
	 {FAKE ("INBOX", A), FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_BIT), FAKE ("INBOX", A)},
	 "1 identical, 1 altered",
	 0},
	{"another-folder-is-moved", {FAKE ("INBOX", A)}, {FAKE ("Old", A)}, "1 moved", 0},
	{"own-folder-before-others",
	 {FAKE ("INBOX", A), FAKE ("Old", A)},
	 {FAKE ("Old", A), FAKE ("INBOX", A)},
	 "2 identical",
	 0},
	{"a-copy-elsewhere-is-used-up-once",
	 {FAKE ("INBOX", A), FAKE ("Old", A)},
	 {FAKE ("New", A)},
	 "1 moved, 1 missing",
	 0},
	{"content-elsewhere-before-a-header-here",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_BIT), FAKE ("Old", A)},
	 "1 moved, 1 extra",
	 0},
	{"alerts-with-one-header-are-two-mails",
	 {FAKE ("INBOX", ALERT_1), FAKE ("INBOX", ALERT_2)},
	 {FAKE ("INBOX", ALERT_1)},
	 "1 identical, 1 missing",
	 0},
	{"a-double-is-not-an-altered-other",
	 {FAKE ("INBOX", ALERT_1), FAKE ("INBOX", ALERT_2)},
	 {FAKE ("INBOX", ALERT_1), FAKE ("INBOX", ALERT_1)},
	 "1 identical, 1 missing, 1 duplicated",
	 0},
	{"altered-in-another-folder", {FAKE ("INBOX", A)}, {FAKE ("Old", A_BIT)}, "1 altered", 0},
	{"inbox-has-no-case",
	 {FAKE ("INBOX", A), FAKE ("INBOX/Sub", B)},
	 {FAKE ("Inbox", A), FAKE ("inbox/Sub", B)},
	 "2 identical",
	 0},
	{"composed-and-decomposed-names-are-one",
	 {FAKE ("Caf\xc3\xa9", A)},
	 {FAKE ("Cafe\xcc\x81", A)},
	 "1 identical",
	 0},
	{"roles-bring-folders-together",
	 {FAKE ("Sent Items", A, .role = FOLDER_ROLE_SENT)},
	 {FAKE ("Gesendet", A_CRLF, .role = FOLDER_ROLE_SENT)},
	 "1 canonical",
	 0},
	{"other-roles-do-not",
	 {FAKE ("Sent Items", A, .role = FOLDER_ROLE_SENT)},
	 {FAKE ("Trash", A, .role = FOLDER_ROLE_TRASH)},
	 "1 moved",
	 0},
	{"flags-are-besides",
	 {FAKE ("INBOX", A, .flags = MESSAGE_SEEN)},
	 {FAKE ("INBOX", A)},
	 "1 identical, 1 flag-differs",
	 0},
	{"dates-are-besides",
	 {FAKE ("INBOX", A, .date = 1000)},
	 {FAKE ("INBOX", A, .date = 5000)},
	 "1 identical, 1 date-differs",
	 0},
	{"a-second-is-no-difference",
	 {FAKE ("INBOX", A, .date = 1000)},
	 {FAKE ("INBOX", A, .date = 1001)},
	 "1 identical",
	 0},
	{"a-lost-date-differs",
	 {FAKE ("INBOX", A, .date = 1000)},
	 {FAKE ("INBOX", A)},
	 "1 identical, 1 date-differs",
	 0},
	{"no-date-is-nothing-to-lose",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A, .date = 1000)},
	 "1 identical",
	 0},
	{"copies-find-their-like",
	 {FAKE ("INBOX", A, .date = 1000), FAKE ("INBOX", A, .date = 2000, .flags = MESSAGE_SEEN)},
	 {FAKE ("INBOX", A, .date = 2000, .flags = MESSAGE_SEEN), FAKE ("INBOX", A, .date = 1000)},
	 "2 identical",
	 0},
	{"the-empty-message-is-found",
	 {FAKE ("INBOX", "\n")},
	 {FAKE ("INBOX", "\r\n")},
	 "1 canonical",
	 0},
	{"the-unreadable-is-unverifiable",
	 {FAKE ("INBOX", A, .unreadable = TRUE)},
	 {FAKE ("INBOX", A)},
	 "1 extra, 1 unverifiable",
	 0},
	{"unreadable-at-the-target-too",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A, .unreadable = TRUE)},
	 "1 missing, 1 unverifiable",
	 0},
	{"swapped-bodies-are-altered",
	 {FAKE ("INBOX", H_1 "body 1\n"), FAKE ("INBOX", H_2 "body 2\n")},
	 {FAKE ("INBOX", H_1 "body 2\n"), FAKE ("INBOX", H_2 "body 1\n")},
	 "2 altered",
	 0},
	{"the-same-header-with-another-body-besides-is-extra",
	 {FAKE ("INBOX", A)},
	 {FAKE ("INBOX", A_BIT), FAKE ("INBOX", A)},
	 "1 identical, 1 extra",
	 0},
	{"of-two-with-one-header-the-right-one-is-missing",
	 {FAKE ("INBOX", A), FAKE ("INBOX", A_BIT)},
	 {FAKE ("INBOX", A_BIT)},
	 "1 identical, 1 missing",
	 0},
	{"near-duplicates-across-folders-find-their-own",
	 {FAKE ("INBOX", A), FAKE ("Old", A_BIT), FAKE ("INBOX/Sub", A_CRLF)},
	 {FAKE ("INBOX/Sub", A), FAKE ("INBOX", A_BIT), FAKE ("Old", A_BIT)},
	 "1 identical, 1 canonical, 1 altered",
	 0},
	{"a-copy-elsewhere-is-used-once",
	 {FAKE ("INBOX", A), FAKE ("Old", A)},
	 {FAKE ("Else", A)},
	 "1 moved, 1 missing",
	 0},
	{"a-final-cr-is-a-line-end-to-a-server",
	 {FAKE ("INBOX", "a: b\n\nc\r")},
	 {FAKE ("INBOX", "a: b\r\n\r\nc\r\r\n")},
	 "1 identical",
	 VERIFY_FORM_SENT},
	{"nothing-and-nothing", {{0}}, {{0}}, "", 0},
	{"empty-folders-do-no-harm",
	 {FAKE ("INBOX", NULL), FAKE ("Old", A)},
	 {FAKE ("Old", A), FAKE ("New", NULL)},
	 "1 identical",
	 0},
};

static gsize
count_mails (const FakeMail *mails)
{
	gsize count = 0;

	while (count < MAILS && mails[count].folder != NULL)
		count++;
	return count;
}

/* The classes with their counts, and a check that the rows add up to the total. */
static char *
describe (const VerifyResult *result)
{
	GString *text = g_string_new (NULL);
	VerifyTally sum = {0};

	for (guint i = 0; i < result->rows->len; i++) {
		const VerifyRow *row = &g_array_index (result->rows, VerifyRow, i);
		sum.source += row->tally.source;
		sum.target += row->tally.target;
		for (guint class = 0; class < VERIFY_CLASSES; class ++)
			sum.classes[class] += row->tally.classes[class];
	}
	g_assert_cmpuint (sum.source, ==, result->total.source);
	g_assert_cmpuint (sum.target, ==, result->total.target);
	for (guint class = 0; class < VERIFY_CLASSES; class ++) {
		g_assert_cmpuint (sum.classes[class], ==, result->total.classes[class]);
		if (sum.classes[class] > 0)
			g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " %s",
						text->len > 0 ? ", " : "", sum.classes[class],
						verify_class_to_text (class));
	}
	return g_string_free (text, FALSE);
}

static void
test_class (gconstpointer data)
{
	const Case *c = data;
	g_auto (FakeSide) source = {0};
	g_auto (FakeSide) target = {0};
	const VerifyRules rules = {0};
	const VerifyMatchOptions options = {0};

	fake_side_read (&source, c->source, count_mails (c->source), c->form);
	fake_side_read (&target, c->target, count_mails (c->target), c->form);
	g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);

	VerifySide a = fake_side_describe (&source, VERIFY_COPY);
	VerifySide b = fake_side_describe (&target, VERIFY_COPY);
	g_autoptr (VerifyResult) result =
		verify_result_new (&a, &b, match, &rules, EXIT_STATUS_CLEAN, NULL);
	g_autofree char *got = describe (result);
	g_assert_cmpstr (got, ==, c->expected);
}

/* --- Many at once
 * --------------------------------------------------------------------------------- */

#define MANY    120
#define ROUNDS  300
#define FOLDERS 4

static const char *const folders[FOLDERS] = {"INBOX", "Old", "INBOX/Sub", "Sent"};

/* Every message is its own; a fault of each kind happens to some, and no two to one message. */
typedef struct {
	FakeMail source[MANY];
	FakeMail target[2 * MANY];
	gsize target_count;
	guint64 expected[VERIFY_CLASSES];
	GPtrArray *texts;
} World;

static const char *
make_text (World *world, guint number, const char *line_end, const char *state, const char *body)
{
	char *text = g_strdup_printf (
		"%sMessage-ID: <%u@x>%sDate: Mon, 1 Jan 2024 10:00:00 +0000%sSubject: s%u%s%s"
		"body %u %s%s",
		state, number, line_end, line_end, number, line_end, line_end, number, body,
		line_end);

	g_ptr_array_add (world->texts, text);
	return text;
}

static void
put (World *world, FakeMail mail, VerifyClass class)
{
	world->target[world->target_count++] = mail;
	world->expected[class]++;
}

static void
add_mail (World *world, GRand *rand, guint i)
{
	const char *here = folders[g_rand_int_range (rand, 0, FOLDERS)];
	FakeMail mail = {
		.folder = here, .content = make_text (world, i, "\n", "", "x"), .date = 1000 + i};
	FakeMail other = mail;

	world->source[i] = mail;
	switch (g_rand_int_range (rand, 0, 9)) {
	case 0: put (world, mail, VERIFY_IDENTICAL); break;
	case 1:
		other.content = make_text (world, i, "\r\n", "Status: RO\r\n", "x");
		put (world, other, VERIFY_CANONICAL);
		break;
	case 2:
		other.content = make_text (world, i, "\n", "", "y");
		put (world, other, VERIFY_ALTERED);
		break;
	case 3: world->expected[VERIFY_MISSING]++; break;
	case 4:
		put (world, mail, VERIFY_IDENTICAL);
		other.content = make_text (world, i + MANY, "\n", "", "x");
		put (world, other, VERIFY_EXTRA);
		break;
	case 5:
		put (world, mail, VERIFY_IDENTICAL);
		put (world, mail, VERIFY_DUPLICATED);
		break;
	case 6:
		other.folder = "Elsewhere";
		put (world, other, VERIFY_MOVED);
		break;
	case 7:
		other.flags = MESSAGE_FLAGGED;
		put (world, other, VERIFY_IDENTICAL);
		world->expected[VERIFY_FLAG_DIFFERS]++;
		break;
	default:
		other.date += 100000;
		put (world, other, VERIFY_IDENTICAL);
		world->expected[VERIFY_DATE_DIFFERS]++;
		break;
	}
}

static void
shuffle (GRand *rand, FakeMail *mails, gsize count)
{
	for (gsize i = count; i > 1; i--) {
		gsize j = (gsize)g_rand_int_range (rand, 0, (gint32)i);
		FakeMail mail = mails[i - 1];
		mails[i - 1] = mails[j];
		mails[j] = mail;
	}
}

static void
test_many (void)
{
	const VerifyRules rules = {0};
	const VerifyMatchOptions options = {0};

	for (guint32 seed = 0; seed < ROUNDS; seed++) {
		g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
		g_autofree World *world = g_new0 (World, 1);
		g_auto (FakeSide) source = {0};
		g_auto (FakeSide) target = {0};

		world->texts = g_ptr_array_new_with_free_func (g_free);
		for (guint i = 0; i < MANY; i++)
			add_mail (world, rand, i);
		shuffle (rand, world->source, MANY);
		shuffle (rand, world->target, world->target_count);
		fake_side_read (&source, world->source, MANY, VERIFY_FORM_RAW);
		fake_side_read (&target, world->target, world->target_count, VERIFY_FORM_RAW);
		g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);

		VerifySide a = fake_side_describe (&source, VERIFY_COPY);
		VerifySide b = fake_side_describe (&target, VERIFY_COPY);
		g_autoptr (VerifyResult) result =
			verify_result_new (&a, &b, match, &rules, EXIT_STATUS_CLEAN, NULL);
		for (guint class = 0; class < VERIFY_CLASSES; class ++)
			g_assert_cmpuint (result->total.classes[class], ==, world->expected[class]);
		g_ptr_array_unref (world->texts);
	}
}

/* Many copies of one message must not cost the square of their number: 2 x 60,000 of them, a few
 * short. */
static void
test_many_copies (void)
{
	enum { COPIES = 60000, LOST = 5 };
	g_autofree FakeMail *mails = g_new (FakeMail, COPIES);
	g_auto (FakeSide) source = {0};
	g_auto (FakeSide) target = {0};
	const VerifyMatchOptions options = {0};

	for (guint i = 0; i < COPIES; i++)
		mails[i] = (FakeMail){.folder = "INBOX", .content = A, .date = 1 + i % 7};
	fake_side_read (&source, mails, COPIES, VERIFY_FORM_RAW);
	fake_side_read (&target, mails, COPIES - LOST, VERIFY_FORM_RAW);
	clock_t start = clock ();
	g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);
	g_assert_cmpint ((clock () - start) / CLOCKS_PER_SEC, <, 10);
	const VerifyCount *count = verify_outcomes_get_count (match->outcomes, FALSE, 0);
	g_assert_cmpuint (count->classes[VERIFY_COLLAPSED], ==, LOST);
}

/* All ways of matching have these, and none may cost more than their number: one Message-ID and one
 * header for all, a body for each, here and there different ones. */
static void
test_many_alike (void)
{
	enum { COUNT = 5000 };
	g_autofree FakeMail *mails = g_new0 (FakeMail, COUNT);
	g_autofree FakeMail *others = g_new0 (FakeMail, COUNT);
	g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
	g_auto (FakeSide) source = {0};
	g_auto (FakeSide) target = {0};
	const VerifyMatchOptions options = {0};

	for (guint i = 0; i < COUNT; i++) {
		char *text = g_strdup_printf (H_1 "body %u\n", i);
		char *other = g_strdup_printf (H_1 "%s %u\n", i % 2 == 0 ? "body" : "soul", i);
		g_ptr_array_add (texts, text);
		g_ptr_array_add (texts, other);
		mails[i] = (FakeMail){ .folder = "INBOX", .content = text };
		others[COUNT - 1 - i] = (FakeMail){ .folder = "Old", .content = other };
	}
	fake_side_read (&source, mails, COUNT, VERIFY_FORM_RAW);
	fake_side_read (&target, others, COUNT, VERIFY_FORM_RAW);
	clock_t start = clock ();
	g_autoptr (VerifyMatch) match = fake_match (&source, &target, &options);
	g_assert_cmpint ((clock () - start) / CLOCKS_PER_SEC, <, 20);
	const VerifyCount *count = verify_outcomes_get_count (match->outcomes, FALSE, 0);
	g_assert_cmpuint (count->classes[VERIFY_MOVED], ==, COUNT / 2);
	g_assert_cmpuint (count->classes[VERIFY_ALTERED], ==, COUNT / 2);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strconcat ("/verify/match/", cases[i].name, NULL);
		g_test_add_data_func (path, &cases[i], test_class);
	}
	g_test_add_func ("/verify/match/sorts-many-faults-at-once", test_many);
	g_test_add_func ("/verify/match/many-copies-cost-no-square", test_many_copies);
	g_test_add_func ("/verify/match/nor-do-many-that-are-alike", test_many_alike);
	return g_test_run ();
}
