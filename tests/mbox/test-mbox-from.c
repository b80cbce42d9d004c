/* test-mbox-from.c - what is a separator, and what date it carries
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-separator.h"

#include <string.h>

#define HEAD "From: A <a@example.org>\nTo: b@example.org\nSubject: x\n\nbody\n"

typedef struct {
	gboolean separator;
	gboolean after_blank;
	const char *line;
	const char *following;
} Judgement;

static const Judgement judgements[] = {
	{ TRUE, TRUE, "From a@example.org Thu Nov 29 22:33:52 2001", HEAD },
	{ TRUE, TRUE, "From a@example.org  Thu Nov  1 22:33:52 2001\r", HEAD },
	{ TRUE, TRUE, "From a@example.org Thu Nov 29 22:33 2001", HEAD },
	{ TRUE, TRUE, "From a@example.org Wed Aug  2 00:39:12 MET DST 1995", HEAD },
	{ TRUE, TRUE, "From a!b!c Thu Nov 29 22:33:52 2001 remote from host", HEAD },
	{ TRUE, TRUE, "From John Doe Thu Nov 29 22:33:52 2001", HEAD },
	{ TRUE, TRUE, "From nobody", HEAD },
	{ TRUE, TRUE, "From a@example.org Thursday, November 29, 2001 10:33 PM", HEAD },
	{ TRUE, TRUE, "From - Thu Nov 29 22:33:52 2001", "X-Mozilla-Status: 0001\n" HEAD },
	{ TRUE, TRUE, "From a@b Thu Nov 29 22:33:52 2001", ">From uucp!a Thu Nov 29 22:30:00 2001 remote from h\n" HEAD },
	{ TRUE, TRUE, "From a@b Thu Nov 29 22:33:52 2001", "" },
	{ TRUE, TRUE, "From a@b Thu Nov 29 22:33:52 2001", "X-Odd: one unknown field\n\nbody\n" },
	{ TRUE, FALSE, "From a@b Thu Nov 29 22:33:52 2001", "Received: from x\n\tby y\nSubject: x\n\nb\n" },
	{ TRUE, FALSE, "From ", "Message-ID: <x@y>\n" HEAD },
	{ FALSE, TRUE, "From here on it is prose.", "and the text goes on.\n" },
	{ FALSE, TRUE, "From 10:30 to 12:45 we meet", "at the office\n" },
	{ FALSE, TRUE, "From joe@example.org Thu Nov 29 22:33:52 2001", "and the text goes on.\n" },
	{ FALSE, TRUE, "From Paris 10:30 train leaves", "to: Lyon: 12:00\n\nx\n" },
	{ FALSE, TRUE, "From my point of view: no", "Note: this is not a header\n\nx\n" },
	{ FALSE, TRUE, "From a@b we got this on Thu Nov 29 22:33:52 2001", "and the text goes on.\n" },
	{ FALSE, TRUE, "From now on use:", "host: example.org\nport: 993\n" },
	{ FALSE, FALSE, "From joe@example.org Thu Nov 29 22:33:52 2001", "\nHe wrote this in prose.\n" },
	{ FALSE, FALSE, "From ", "and the text goes on.\n" },
	{ FALSE, FALSE, "From: x", "y\n" },
	{ FALSE, FALSE, "From the log Thu Nov 29 22:33:52 2001", "Error: disk full\nError: again\n" },
	{ FALSE, FALSE, "From a@b Thu Nov 29 22:33:52 2001", "From b@b Thu Nov 29 22:33:53 2001\nFrom c@b Thu Nov 29 22:33:54 2001\n" },
};

static void
test_judgements (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (judgements); i++) {
		const Judgement *j = &judgements[i];
		MboxFrom from;
		mbox_from_parse (j->line, strlen (j->line), &from);
		g_assert_cmpint (mbox_separator_judge (&from, j->after_blank ? MBOX_AFTER_BLANK : MBOX_AFTER_TEXT, (const guint8 *) j->following,
						      strlen (j->following), TRUE),
				 ==, j->separator);
	}
}

/* All of them are 2001-11-29 22:33:52 in the zone they name. */
static const struct {
	const char *line;
	const char *sender;
	int zone; /* minutes; -1: none in the line */
} dated[] = {
	{ "From a@b Thu Nov 29 22:33:52 2001", "a@b", -1 },
	{ "From a@b thu nov 29 22:33:52 2001 ", "a@b", -1 },
	{ "From a@b Thu Nov 29 22:33:52 2001 +0200", "a@b", 120 },
	{ "From a@b Thu Nov 29 22:33:52 +0200 2001", "a@b", 120 },
	{ "From a@b Thu Nov 29 22:33:52 -0530 2001", "a@b", -330 },
	{ "From a@b Thu Nov 29 22:33:52 EST 2001", "a@b", -300 },
	{ "From a@b Thu Nov 29 22:33:52 XYZT 2001", "a@b", -1 },
	{ "From a@b Thu Nov 29 22:33:52 UTC 2001 +0000", "a@b", 0 },
	{ "From a@b Thu, 29 Nov 2001 22:33:52 +0000", "a@b", 0 },
	{ "From a@b 29 Nov 2001 22:33:52", "a@b", -1 },
	{ "From a@b Thu Nov 29 22:33:52 101", "a@b", -1 },
	{ "From a@b Thu Nov 29 22:33:52 01", "a@b", -1 },
	{ "From a@b Do Nov 29 22:33:52 2001", "a@b", -1 },
	{ "From Thu Nov 29 22:33:52 2001", "", -1 },
	{ "From - Thu Nov 29 22:33:52 2001", "", -1 },
	{ "From a at example.org Thu Nov 29 22:33:52 2001", "a at example.org", -1 },
	{ "From \"John Doe\"@x Thu Nov 29 22:33:52 2001", "\"John Doe\"@x", -1 },
	{ "From a!b!c Thu Nov 29 22:33:52 2001 remote from host", "a!b!c", -1 },
};

static void
test_dates (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (dated); i++) {
		MboxFrom from;
		mbox_from_parse (dated[i].line, strlen (dated[i].line), &from);
		g_autofree char *sender = g_strndup (from.sender, from.sender_length);
		int zone = dated[i].zone == -1 ? 0 : dated[i].zone;
		g_assert_cmpint (from.strength, ==, MBOX_FROM_STRONG);
		g_assert_cmpstr (sender, ==, dated[i].sender);
		g_assert_cmpint (from.date.zone_known, ==, dated[i].zone != -1);
		g_assert_cmpint (from.date.seconds, ==, 1007073232 - 60 * zone);
	}
}

static void
test_no_such_date (void)
{
	static const char *const lines[] = { "From a@b Thu Nov 31 22:33:52 2001", "From a@b Thu Nov 29 24:33:52 2001",
					     "From a@b Thu Nov 29 22:33:52 1", "From a@b Thu Nov 29 22:60:52 2001" };

	for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
		MboxFrom from;
		mbox_from_parse (lines[i], strlen (lines[i]), &from);
		g_assert_false (from.date.known);
	}
}

static const struct {
	const char *sender;
	gboolean known;
	gint64 seconds;
	const char *line;
} written[] = {
	{ "a@x", TRUE, 1007073232, "From a@x Thu Nov 29 22:33:52 2001\n" },
	{ NULL, FALSE, 0, "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" },
	{ "John Doe", TRUE, -1, "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" },
	{ "ä@x", TRUE, 253402300799, "From MAILER-DAEMON Fri Dec 31 23:59:59 9999\n" },
	{ "", TRUE, 253402300800, "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\n" },
};

static void
test_written (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (written); i++) {
		MessageDate date = { .known = written[i].known, .seconds = written[i].seconds };
		g_autofree char *line = mbox_from_format (written[i].sender, &date);
		g_assert_cmpstr (line, ==, written[i].line);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/from/tells-separators-from-prose", test_judgements);
	g_test_add_func ("/mbox/from/reads-dates-in-every-habit", test_dates);
	g_test_add_func ("/mbox/from/does-not-believe-impossible-dates", test_no_such_date);
	g_test_add_func ("/mbox/from/writes-asctime-in-utc", test_written);
	return g_test_run ();
}
