/* test-pst-liar.c - a source believes nothing of what its reader says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The reader is replaced: this pst_worker_run() is linked instead of that in pst-worker.c. It says
 * what a test wants it to, as a reader might that a file has taken over.
 */
#include <string.h>

#include "base/error.h"
#include "message/message-flags.h"
#include "pst/pst-outlet.h"
#include "pst/pst-source.h"
#include "pst/pst-worker.h"

typedef struct {
	const char *name;
	void (*tell) (PstOutlet *outlet);
} Lie;

/* Told by the next reader, which is forked with it. */
static const Lie *lie;

int
pst_worker_run (int fd, gpointer user_data)
{
	const PstWorkerTask *task = user_data;
	PstOutlet outlet = {0};

	pst_outlet_init (&outlet, fd, &task->slots);
	lie->tell (&outlet);
	pst_wire_flush (&outlet.wire);
	pst_outlet_clear (&outlet);
	return 0;
}

/* --- True words ------------------------------------------------------------ */

static void
say_folder (PstOutlet *outlet, guint32 parent, guint32 role)
{
	pst_wire_begin (&outlet->wire, PST_WIRE_FOLDER);
	pst_wire_put_u32 (&outlet->wire, parent);
	pst_wire_put_u32 (&outlet->wire, role);
	pst_wire_put_u32 (&outlet->wire, PST_WIRE_IS_FOR_MAIL);
	pst_wire_put_string (&outlet->wire, "Folder");
	pst_wire_end (&outlet->wire);
}

/* Two folders, and so many items. */
static void
say_plan (PstOutlet *outlet, guint64 items)
{
	say_folder (outlet, G_MAXUINT32, 0);
	say_folder (outlet, 0, 0);
	pst_wire_begin (&outlet->wire, PST_WIRE_PLAN);
	pst_wire_put_u64 (&outlet->wire, items);
	pst_wire_put_u64 (&outlet->wire, 0);
	pst_wire_put_u64 (&outlet->wire, 0);
	pst_wire_put_u64 (&outlet->wire, 1000);
	pst_wire_end (&outlet->wire);
}

static void
say_begin (PstOutlet *outlet, guint64 number, guint32 folder)
{
	pst_wire_begin (&outlet->wire, PST_WIRE_BEGIN);
	pst_wire_put_u64 (&outlet->wire, number);
	pst_wire_put_u32 (&outlet->wire, 0x200024);
	pst_wire_put_u32 (&outlet->wire, folder);
	pst_wire_put_u32 (&outlet->wire, 0);
	pst_wire_end (&outlet->wire);
}

static void
say_meta (PstOutlet *outlet, guint32 flags, guint32 keywords)
{
	pst_wire_begin (&outlet->wire, PST_WIRE_META);
	pst_wire_put_u32 (&outlet->wire, flags);
	pst_wire_put_u32 (&outlet->wire, FALSE);
	pst_wire_put_u64 (&outlet->wire, 0);
	pst_wire_put_string (&outlet->wire, NULL);
	pst_wire_put_u32 (&outlet->wire, keywords);
	pst_wire_end (&outlet->wire);
}

static void
say_text (PstOutlet *outlet, const char *text)
{
	pst_outlet_begin_content (outlet);
	pst_outlet_write (outlet, text, strlen (text));
	pst_outlet_end_content (outlet);
}

/* --- Lies ------------------------------------------------------------------ */

static void
tell_of_a_parent_to_come (PstOutlet *outlet)
{
	say_folder (outlet, 0, 0);
}

static void
tell_of_a_role_nobody_has (PstOutlet *outlet)
{
	say_folder (outlet, G_MAXUINT32, 1000);
}

static void
plan_twice (PstOutlet *outlet)
{
	say_plan (outlet, 0);
	say_plan (outlet, 0);
}

static void
begin_before_the_plan (PstOutlet *outlet)
{
	say_folder (outlet, G_MAXUINT32, 0);
	say_begin (outlet, 0, 0);
}

static void
begin_one_too_many (PstOutlet *outlet)
{
	say_plan (outlet, 0);
	say_begin (outlet, 0, 0);
}

static void
begin_with_the_second (PstOutlet *outlet)
{
	say_plan (outlet, 2);
	say_begin (outlet, 1, 0);
}

static void
begin_in_no_folder (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 2);
}

static void
begin_within_another (PstOutlet *outlet)
{
	say_plan (outlet, 2);
	say_begin (outlet, 0, 0);
	say_begin (outlet, 1, 0);
}

static void
describe_nothing (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_meta (outlet, 0, 0);
}

static void
describe_twice (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	say_meta (outlet, 0, 0);
	say_meta (outlet, 0, 0);
}

static void
announce_keywords_and_send_none (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	say_meta (outlet, 0, G_MAXUINT32);
}

static void
be_done_with_what_nobody_described (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	pst_outlet_say (outlet, PST_WIRE_DONE);
}

static void
send_a_contact_nobody_wants (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	pst_outlet_say_u32 (outlet, PST_WIRE_ASIDE, 0);
}

static void
skip_nothing (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	pst_outlet_say_string (outlet, PST_WIRE_SKIP, "IPM.Contact");
}

static void
fail_at_nothing (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	pst_outlet_say_string (outlet, PST_WIRE_FAIL, "unreadable");
}

static void
find_what_is_no_name (PstOutlet *outlet)
{
	say_plan (outlet, 0);
	pst_outlet_say_finding (outlet, "No Name\n", 0, "detail");
}

static void
end_before_the_end (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	pst_outlet_say (outlet, PST_WIRE_END);
}

static void
end_amid_an_item (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	pst_outlet_say (outlet, PST_WIRE_END);
}

static void
say_more_than_there_is (PstOutlet *outlet)
{
	say_plan (outlet, 1);
	say_begin (outlet, 0, 0);
	pst_wire_begin (&outlet->wire, PST_WIRE_SKIP);
	pst_wire_put_string (&outlet->wire, "IPM.Contact");
	pst_wire_put_u32 (&outlet->wire, 0);
	pst_wire_end (&outlet->wire);
}

static void
say_what_nobody_knows (PstOutlet *outlet)
{
	say_plan (outlet, 0);
	pst_outlet_say (outlet, (PstWireKind) 99);
}

static const Lie lies[] = {
	{ "a-parent-to-come", tell_of_a_parent_to_come },
	{ "a-role-nobody-has", tell_of_a_role_nobody_has },
	{ "two-plans", plan_twice },
	{ "an-item-before-the-plan", begin_before_the_plan },
	{ "an-item-too-many", begin_one_too_many },
	{ "the-second-item-first", begin_with_the_second },
	{ "an-item-in-no-folder", begin_in_no_folder },
	{ "an-item-within-another", begin_within_another },
	{ "a-description-of-nothing", describe_nothing },
	{ "two-descriptions", describe_twice },
	{ "keywords-that-do-not-come", announce_keywords_and_send_none },
	{ "done-with-what-nobody-described", be_done_with_what_nobody_described },
	{ "a-contact-nobody-wants", send_a_contact_nobody_wants },
	{ "nothing-skipped", skip_nothing },
	{ "nothing-failed", fail_at_nothing },
	{ "a-finding-without-a-name", find_what_is_no_name },
	{ "the-end-before-the-end", end_before_the_end },
	{ "the-end-amid-an-item", end_amid_an_item },
	{ "more-than-there-is", say_more_than_there_is },
	{ "what-nobody-knows", say_what_nobody_knows },
};

/* --- Tests ----------------------------------------------------------------- */

typedef struct {
	Report *report;
	Ledger *ledger;
	GPtrArray *messages; /* without the records of folders */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	lie = data;
	fixture->report = report_new_quiet ("test");
	fixture->ledger = ledger_new (fixture->report);
	fixture->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	g_ptr_array_unref (fixture->messages);
	ledger_free (fixture->ledger);
	report_free (fixture->report);
}

/* FALSE with an error if the source gives up. */
static gboolean
read_all (Fixture *fixture, GError **error)
{
	const PstOptions options = {0};
	g_autoptr (MessageSource) source = pst_source_new ("old.pst", &options, fixture->ledger,
							   fixture->report, error);
	Message *message = NULL;

	if (source == NULL)
		return FALSE;
	for (;;) {
		if (!message_source_next (source, &message, error))
			return FALSE;
		if (message == NULL)
			return TRUE;
		if (message_is_folder (message))
			message_unref (message);
		else
			g_ptr_array_add (fixture->messages, message);
	}
}

static void
test_lie (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	g_assert_false (read_all (fixture, &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
	g_assert_nonnull (strstr (error->message, "makes no sense"));
	g_assert_cmpuint (fixture->messages->len, ==, 0);
}

static void
tell_everything_at_once (PstOutlet *outlet)
{
	say_plan (outlet, 2);
	say_begin (outlet, 0, 0);
	say_meta (outlet, G_MAXUINT32, 0);
	say_text (outlet, "Subject: s\n\nx\n");
	pst_outlet_say (outlet, PST_WIRE_DONE);
	say_begin (outlet, 1, 1);
	pst_outlet_say_string (outlet, PST_WIRE_SKIP, "IPM.\033[31m");
	pst_outlet_say (outlet, PST_WIRE_END);
}

static const Lie odd = { "odd", tell_everything_at_once };

/* Bits that mean nothing, or that no file may set, and a class that would colour a terminal. */
static void
test_odd_words (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	g_assert_true (read_all (fixture, &error));
	g_assert_no_error (error);
	g_assert_cmpuint (fixture->messages->len, ==, 1);
	const Message *message = g_ptr_array_index (fixture->messages, 0);
	g_assert_cmpuint (message->flags, ==,
			  MESSAGE_SEEN | MESSAGE_ANSWERED | MESSAGE_FLAGGED | MESSAGE_DRAFT);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).skipped, ==, 1);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS (lies); i++) {
		g_autofree char *name = g_strconcat ("/pst/liar/refuses-", lies[i].name, NULL);
		g_test_add (name, Fixture, &lies[i], set_up, test_lie, tear_down);
	}
	g_test_add ("/pst/liar/takes-nothing-but-what-it-knows", Fixture, &odd, set_up,
		    test_odd_words, tear_down);
	return g_test_run ();
}
