/* test-imap-journal.c - what a journal remembers, whatever happens to it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-journal.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "base/error.h"

typedef struct {
	char *directory;
	ImapJournalEntry entries[4]; /* the last two are copies of one message */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	fixture->directory = g_dir_make_tmp (NULL, NULL);
	for (guint i = 0; i < 4; i++) {
		guint k = MIN (i, 2);
		digest_of (&k, sizeof k, fixture->entries[i].l0);
		fixture->entries[i].key.size = 1000 + k;
		fixture->entries[i].key.header = 0xfedcba9876543210 + k;
		fixture->entries[i].key.loose = 17;
		fixture->entries[i].key.date = 1007073232;
	}
}

static ImapJournal *
open_journal (const Fixture *fixture, gboolean forget, GError **error)
{
	return imap_journal_new (fixture->directory, "ann@h:993", "/home/ann/Mail dir", forget, FALSE, error);
}

static char *
path_of (const Fixture *fixture)
{
	g_autoptr (ImapJournal) journal = open_journal (fixture, FALSE, NULL);

	return g_strdup (imap_journal_get_path (journal));
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	g_autofree char *path = path_of (fixture);

	g_unlink (path);
	g_rmdir (fixture->directory);
	g_free (fixture->directory);
}

static guint
count (ImapJournal *journal, const char *mailbox, const ImapJournalEntry *entry)
{
	return imap_journal_count_delivered (journal, imap_journal_get_box (journal, mailbox), entry->l0);
}

/* Into INBOX two messages delivered, one refused, one in doubt; in another mailbox one found. */
static void
write_history (Fixture *fixture)
{
	static const guint32 uids[] = { 42, 43 };
	g_autoptr (GError) error = NULL;
	g_autoptr (ImapJournal) journal = open_journal (fixture, FALSE, &error);

	g_assert_no_error (error);
	ImapJournalBox *inbox = imap_journal_get_box (journal, "INBOX");
	ImapJournalBox *other = imap_journal_get_box (journal, "Caf&AOk- x%");
	ImapBatch *batch = imap_journal_intend (journal, inbox, 7, 42, fixture->entries, 4, &error);
	g_assert_nonnull (batch);
	g_assert_true (imap_journal_acknowledge (journal, batch, 1, 2, 35, uids, &error));
	g_assert_true (imap_journal_refuse (journal, batch, 0, "too\nlarge", &error));
	g_assert_true (imap_journal_found (journal, other, 8, 17, &fixture->entries[1], &error));
	g_assert_true (imap_journal_compared (journal, other, 8, &error));
}

static void
remembers (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	write_history (fixture);
	g_autoptr (ImapJournal) journal = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	ImapJournalBox *inbox = imap_journal_get_box (journal, "INBOX");
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[0]), ==, 0);
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[1]), ==, 1);
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[2]), ==, 1);
	g_assert_cmpuint (count (journal, "Caf&AOk- x%", &fixture->entries[1]), ==, 1);
	g_assert_cmpuint (imap_journal_get_slowest (journal), ==, 35);
	g_assert_cmpuint (imap_journal_get_box (journal, "Caf&AOk- x%")->compared, ==, 8);
	g_assert_cmpuint (inbox->compared, ==, 0);
	g_assert_cmpuint (g_array_index (inbox->deliveries, ImapDelivery, 1).uid, ==, 43);
	g_assert_cmpuint (g_array_index (inbox->deliveries, ImapDelivery, 1).uid_next, ==, 42);
	g_assert_cmpuint (inbox->doubtful->len, ==, 1);
	const ImapBatch *batch = g_ptr_array_index (inbox->doubtful, 0);
	g_assert_cmpuint (batch->open, ==, 1);
	g_assert_cmpint (batch->fates[3], ==, IMAP_FATE_OPEN);
	g_assert_cmpuint (batch->uid_next, ==, 42);
	g_assert_cmpuint (batch->entries[3].key.loose, ==,
			  fixture->entries[3].key.loose);
}

static void
resolves_what_was_in_doubt (Fixture *fixture, gconstpointer data)
{
	static const guint32 uids[] = { 0, 0, 0, 44 };
	g_autoptr (GError) error = NULL;

	write_history (fixture);
	ImapJournal *journal = open_journal (fixture, FALSE, &error);
	ImapJournalBox *inbox = imap_journal_get_box (journal, "INBOX");
	g_assert_true (imap_journal_resolve (journal, g_ptr_array_index (inbox->doubtful, 0), uids, &error));
	g_assert_cmpuint (inbox->doubtful->len, ==, 0);
	imap_journal_free (journal);

	g_autoptr (ImapJournal) again = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (count (again, "INBOX", &fixture->entries[3]), ==, 2);
	g_assert_cmpuint (imap_journal_get_box (again, "INBOX")->doubtful->len, ==, 0);
}

static void
forgets_on_demand_but_not_what_is_in_doubt (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	write_history (fixture);
	imap_journal_free (open_journal (fixture, TRUE, &error));
	g_autoptr (ImapJournal) journal = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[1]), ==, 0);
	g_assert_cmpuint (imap_journal_get_box (journal, "INBOX")->doubtful->len, ==, 1);
}

/* The journal opens, claims no more than the whole one did, can be written to, and read again. */
static void
check_torn (const Fixture *fixture, const char *path, const char *text, gsize length)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (g_file_set_contents (path, text, (gssize) length, NULL));
	ImapJournal *journal = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	guint delivered = count (journal, "INBOX", &fixture->entries[2]);
	ImapJournalBox *inbox = imap_journal_get_box (journal, "INBOX");
	guint doubtful = inbox->doubtful->len;
	g_assert_cmpuint (delivered, <=, 1);
	g_assert_cmpuint (doubtful, <=, 1);
	ImapBatch *batch = imap_journal_intend (journal, inbox, 7, 50, fixture->entries, 1, &error);
	g_assert_true (imap_journal_acknowledge (journal, batch, 0, 1, 1, NULL, &error));
	imap_journal_free (journal);

	journal = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[0]), ==, 1);
	g_assert_cmpuint (count (journal, "INBOX", &fixture->entries[2]), ==, delivered);
	g_assert_cmpuint (imap_journal_get_box (journal, "INBOX")->doubtful->len, ==, doubtful);
	imap_journal_free (journal);
}

static void
survives_a_torn_end (Fixture *fixture, gconstpointer data)
{
	g_autofree char *text = NULL;
	gsize length = 0;

	write_history (fixture);
	g_autofree char *path = path_of (fixture);
	g_assert_true (g_file_get_contents (path, &text, &length, NULL));
	for (gsize cut = 0; cut <= length; cut++)
		check_torn (fixture, path, text, cut);
	/* Blocks that a crash left as zeros are a torn end too. */
	g_autofree char *zeros = g_malloc0 (length + 4096);
	memcpy (zeros, text, length);
	check_torn (fixture, path, zeros, length + 4096);
}

static void
refuses_a_damaged_one (Fixture *fixture, gconstpointer data)
{
	static const char *const lines[] = {
		"what is this",
		"S 9 1 7 42 1\nA 9 0 1 1 -",
		"A 77 0 1 1 -",
		"F 9 x",
		"S 9 55 7 42 1",
		"A 1 3 2 1 -",
		"X 1 4",
		"P 1 7 1 zz 1 zz",
		" ",
		"S 9 1 7 42 0",
		"S 9 1 7 42 999999999",
		"R 1 9 x",
		"A 1 3 1 1 5:6",
		"F 3 INBOX",
		"",
	};
	g_autofree char *text = NULL;

	write_history (fixture);
	g_autofree char *path = path_of (fixture);
	g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
	for (gsize i = 0; i < G_N_ELEMENTS (lines); i++) {
		g_autoptr (GError) error = NULL;
		g_autofree char *damaged = g_strconcat (text, lines[i], "\n", NULL);
		g_test_message ("%s", lines[i]);
		g_assert_true (g_file_set_contents (path, damaged, -1, NULL));
		g_assert_null (open_journal (fixture, FALSE, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	}
	g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
is_locked_while_in_use (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (ImapJournal) journal = open_journal (fixture, FALSE, &error);

	g_assert_nonnull (journal);
	g_assert_null (open_journal (fixture, FALSE, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY);
	g_clear_error (&error);
	g_autoptr (ImapJournal) other =
		imap_journal_new (fixture->directory, "ann@h:993", "/elsewhere", FALSE, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpstr (imap_journal_get_path (other), !=, imap_journal_get_path (journal));
	g_unlink (imap_journal_get_path (other));
	g_clear_pointer (&journal, imap_journal_free); /* tear_down opens it again */
}

static void
lies_where_state_belongs (void)
{
	g_autoptr (GError) error = NULL;

	g_setenv ("HOME", "/home/ann", TRUE);
	g_unsetenv ("XDG_STATE_HOME");
	g_autofree char *usual = imap_journal_get_directory (NULL);
	g_assert_cmpstr (usual, ==, "/home/ann/.local/state/mailferry");
	g_setenv ("XDG_STATE_HOME", "/state", TRUE);
	g_autofree char *xdg = imap_journal_get_directory (NULL);
	g_assert_cmpstr (xdg, ==, "/state/mailferry");
	g_setenv ("XDG_STATE_HOME", "relative", TRUE);
	g_unsetenv ("HOME");
	g_assert_null (imap_journal_get_directory (&error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_USAGE);
}

/* A disk that is full in the middle of a batch, and has room again for what another thread says. */
static void
nothing_follows_a_torn_line (Fixture *fixture, gconstpointer data)
{
	g_autofree char *path = path_of (fixture);
	g_autoptr (GError) error = NULL;
	ImapJournal *journal = open_journal (fixture, FALSE, &error);
	ImapJournalBox *inbox = imap_journal_get_box (journal, "INBOX");
	ImapBatch *batch = imap_journal_intend (journal, inbox, 7, 42, fixture->entries, 1, &error);
	struct rlimit before, full;
	GStatBuf status;

	g_assert_no_error (error);
	g_assert_cmpint (g_stat (path, &status), ==, 0);
	g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &before), ==, 0);
	full = (struct rlimit){ .rlim_cur = (rlim_t) status.st_size + 150, .rlim_max = before.rlim_max };
	signal (SIGXFSZ, SIG_IGN);
	g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &full), ==, 0);
	g_assert_null (imap_journal_intend (journal, inbox, 7, 43, fixture->entries, 4, &error));
	g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &before), ==, 0);
	g_assert_error (error, RUN_ERROR, RUN_ERROR_OUTPUT);
	g_clear_error (&error);
	g_assert_false (imap_journal_acknowledge (journal, batch, 0, 1, 1, NULL, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_OUTPUT);
	g_clear_error (&error);
	imap_journal_free (journal);

	journal = open_journal (fixture, FALSE, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (imap_journal_get_box (journal, "INBOX")->doubtful->len, ==, 1);
	imap_journal_free (journal);
}

#define ADD(name, function) g_test_add ("/imap/journal/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("remembers", remembers);
	ADD ("resolves-what-was-in-doubt", resolves_what_was_in_doubt);
	ADD ("forgets-on-demand-but-not-what-is-in-doubt", forgets_on_demand_but_not_what_is_in_doubt);
	ADD ("survives-a-torn-end", survives_a_torn_end);
	ADD ("refuses-a-damaged-one", refuses_a_damaged_one);
	ADD ("is-locked-while-in-use", is_locked_while_in_use);
	ADD ("nothing-follows-a-torn-line", nothing_follows_a_torn_line);
	g_test_add_func ("/imap/journal/lies-where-state-belongs", lies_where_state_belongs);
	return g_test_run ();
}
