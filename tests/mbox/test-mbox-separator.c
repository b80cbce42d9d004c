/* test-mbox-separator.c - labelled lines: what begins a message and what is text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whoever finds a line that is judged wrong adds it here.
 */
#include "mbox/mbox-separator.h"

#include <string.h>

#define HEAD "From: A <a@example.org>\nTo: b@example.org\nSubject: x\n\nbody\n"
#define DATE "Thu Nov 29 22:33:52 2001"

/* Each begins a message, after an empty line and before a whole header. */
static const char *const shapes[] = {
	"From a@example.org " DATE,
	"From a@example.org  " DATE,
	"From a@example.org\tThu Nov 29 22:33:52 2001",
	"From a@example.org Thu Nov  1 22:33:52 2001",
	"From a@example.org Thu Nov 01 22:33:52 2001",
	"From a@example.org Thu Nov 1 2:33:52 2001",
	"From a@example.org Thu Nov 29 22:33 2001",
	"From a@example.org THU NOV 29 22:33:52 2001",
	"From a@example.org " DATE " ",
	"From a@example.org " DATE "\r",
	"From a@example.org Thu Nov 29 22:33:52 +0200 2001",
	"From a@example.org Thu Nov 29 22:33:52 2001 +0200",
	"From a@example.org Thu Nov 29 22:33:52 2001 (CET)",
	"From a@example.org Thu Nov 29 22:33:52 EST 2001",
	"From a@example.org Thu Nov 29 22:33:52 2001 EST",
	"From a@example.org Wed Aug  2 00:39:12 MET DST 1995",
	"From a@example.org Sat Dec 04 15:33:16 CET 2010",
	"From a@example.org Thu Nov 29 22:33:52 UTC 2001 +0000",
	"From a@example.org Thu, 29 Nov 2001 22:33:52 +0000",
	"From a@example.org Thu, 29 Nov 2001 22:33:52",
	"From a@example.org 29 Nov 2001 22:33:52 GMT",
	"From a@example.org Thu Nov 29 22:33:52 101",
	"From a@example.org Thu Nov 29 22:33:52 01",
	"From a@example.org Do Nov 29 22:33:52 2001",
	"From a@example.org Nov 29 22:33:52 2001",
	"From a@example.org 2001-11-29T22:33:52Z",
	"From a@example.org 2001-11-29 22:33:52",
	"From a@example.org Thursday, November 29, 2001 10:33 PM",
	"From a@example.org",
	"From nobody",
	"From - " DATE,
	"From - ",
	"From ",
	"From " DATE,
	"From MAILER-DAEMON " DATE,
	"From ???@??? " DATE,
	"From <a@example.org> " DATE,
	"From \"John Doe\"@example.org " DATE,
	"From John Doe " DATE,
	"From Jörg <a@b> " DATE,
	"From a at example.org " DATE,
	"From a!b!c " DATE " remote from host",
	"From a!b!c " DATE " remote from a.host.with.a.long.name.example.org",
	"From 1234567890123456789@xxx Thu Nov 29 22:33:52 +0000 2001",
	"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001",
	"From bounce-1-a=example.org@lists.example.com " DATE,
	"From SRS0=abc=de=example.org=a@forward.example.com " DATE,
	"From \xff\xfe@example.org " DATE,
};

/* None of these does, with this before and after it. */
static const struct {
	gboolean after_blank;
	const char *line;
	const char *following;
} text[] = {
	{ TRUE, "From here on it is prose.", "and the text goes on.\n" },
	{ TRUE, "From here on it is prose.", "\nA new paragraph.\n" },
	{ TRUE, "From: x", HEAD },
	{ TRUE, "from a@example.org " DATE, HEAD },
	{ TRUE, "FROM a@example.org " DATE, HEAD },
	{ TRUE, "Fromage " DATE, HEAD },
	{ TRUE, ">From a@example.org " DATE, HEAD },
	{ TRUE, " From a@example.org " DATE, HEAD },
	{ TRUE, "From\ta@example.org " DATE, HEAD },
	{ TRUE, "", HEAD },
	{ TRUE, "From", HEAD },
	{ TRUE, "From 10:30 to 12:45 we meet", "at the office\n" },
	{ TRUE, "From joe@example.org " DATE, "and the text goes on.\n" },
	{ TRUE, "From Paris 10:30 train leaves", "to: Lyon: 12:00\n\nx\n" },
	{ TRUE, "From my point of view: no", "Note: this is not a header\n\nx\n" },
	{ TRUE, "From 1999 2001", "and the text goes on.\n" },
	{ TRUE, "From a@b we got this on " DATE, "and the text goes on.\n" },
	{ TRUE, "From a@b we got this on " DATE, "\nand a new paragraph.\n" },
	{ TRUE, "From now on use:", "host: example.org\nport: 993\n" },
	{ TRUE, "From now on use:", "Subject: as always\nand do not ask\n" },
	{ TRUE, "From alice to bob, 2001", "Hi: there\nFoo: bar\nBaz: q\n" },
	{ TRUE, "From Monday to Friday", "Date: see below\n" },
	{ TRUE, "From the desk of: John", "\n" },
	{ TRUE, "From the shop, 12 Nov 2001", "the bill:\nTo: pay\n" },
	{ TRUE, "From nobody", "" },
	{ TRUE, "From nobody", "\n\n\n" },
	{ FALSE, "From the desk of: John", "and the text goes on.\n" },
	{ FALSE, "From nobody", HEAD },
	{ FALSE, "From joe@example.org " DATE, "\nHe wrote this in prose.\n" },
	{ FALSE, "From joe@example.org " DATE, "" },
	{ FALSE, "From joe@example.org " DATE, "X-Odd: a field nobody knows\n\nx\n" },
	{ FALSE, "From Thu Nov 29 until Sat Dec 1 we are closed", "and the text goes on.\n" },
	{ FALSE, "From ", "and the text goes on.\n" },
	{ FALSE, "From ", "To: one field is not enough\n\nx\n" },
	{ FALSE, "From - ", "quoted\n" },
	{ FALSE, "From the log " DATE, "Error: disk full\nError: again\n" },
	{ FALSE, "From Sat May 5 12:00 2001 on the shop is open", "Address: Main St\n\nx\n" },
	{ FALSE, "From a@b " DATE, "From b@b " DATE "\nFrom c@b " DATE "\n" },
	{ FALSE, "From a@b " DATE, "Subject: x\nand no more of a header\n" },
	{ FALSE, "From a@b Thu Nov 31 22:33:52 2001", HEAD },
	{ FALSE, "From a@b Thu Nov 29 25:33:52 2001", HEAD },
	{ FALSE, "From a@b 22:33:52 Nov", HEAD },
};

/* These do, though something is missing. */
static const struct {
	gboolean after_blank;
	const char *line;
	const char *following;
} poor[] = {
	{ TRUE, "From a@b " DATE, "" },
	{ TRUE, "From a@b " DATE, "\n" },
	{ TRUE, "From a@b " DATE, "\nbody of a message without a header\n" },
	{ TRUE, "From a@b " DATE, "Subject: only one\n\nbody\n" },
	{ TRUE, "From a@b " DATE, "Subject : a blank before the colon\n\nbody\n" },
	{ TRUE, "From a@b " DATE, "SUBJECT: x\n\nbody\n" },
	{ TRUE, "From a@b " DATE, "X-Odd: one unknown field\n\nbody\n" },
	{ TRUE, "From a@b " DATE, "X-Odd: one unknown field\n folded\n\nbody\n" },
	{ TRUE, "From a@b " DATE, "Subject: x\r\n\r\nbody\r\n" },
	{ TRUE, "From a@b " DATE, "Subject: x\nthen something that is no field\n" },
	{ TRUE, "From a@b " DATE, ">From uucp!a " DATE " remote from h\n" HEAD },
	{ TRUE, "From a@b " DATE, "From b@b " DATE "\n" HEAD },
	{ TRUE, "From - " DATE, "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n" HEAD },
	{ TRUE, "From nobody", "To: two fields\nSubject: are enough\n\nbody\n" },
	{ FALSE, "From a@b " DATE, HEAD },
	{ FALSE, "From a@b " DATE, "Received: from x\n\tby y\nSubject: x\n\nb\n" },
	{ FALSE, "From a@b " DATE, "Return-Path: <a@b>\n\n" },
	{ FALSE, "From ", "Message-ID: <x@y>\n" HEAD },
	{ FALSE, "From - ", "Message-ID: <x@y>\n" HEAD },
};

static gboolean
judge (const char *line, MboxPrecedence after, const char *following, gboolean at_end)
{
	MboxFrom from;

	mbox_from_parse (line, strlen (line), &from);
	return mbox_separator_judge (&from, after, (const guint8 *) following, strlen (following),
				     at_end);
}

static void
test_shapes (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
		g_test_message ("%s", shapes[i]);
		g_assert_true (judge (shapes[i], MBOX_AFTER_BLANK, HEAD, FALSE));
	}
}

static void
test_text (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (text); i++) {
		g_test_message ("%s | %s", text[i].line, text[i].following);
		g_assert_false (judge (text[i].line,
				       text[i].after_blank ? MBOX_AFTER_BLANK : MBOX_AFTER_TEXT,
				       text[i].following, TRUE));
	}
}

static void
test_poor (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (poor); i++) {
		g_test_message ("%s | %s", poor[i].line, poor[i].following);
		g_assert_true (judge (poor[i].line,
				      poor[i].after_blank ? MBOX_AFTER_BLANK : MBOX_AFTER_TEXT,
				      poor[i].following, TRUE));
	}
}

/* After a hole nothing but a whole date and a whole header will do. */
static void
test_hole (void)
{
	g_assert_true (judge ("From a@b " DATE, MBOX_AFTER_NUL, HEAD, TRUE));
	g_assert_false (judge ("From a@b " DATE, MBOX_AFTER_NUL, "prose\n", TRUE));
	g_assert_false (judge ("From a@b " DATE, MBOX_AFTER_NUL, "", TRUE));
	g_assert_false (judge ("From - ", MBOX_AFTER_NUL, HEAD, TRUE));
	g_assert_false (judge ("From nobody", MBOX_AFTER_NUL, HEAD, TRUE));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/separator/every-shape-of-from-line-begins-a-message", test_shapes);
	g_test_add_func ("/mbox/separator/text-does-not", test_text);
	g_test_add_func ("/mbox/separator/little-is-enough-where-the-date-is-good", test_poor);
	g_test_add_func ("/mbox/separator/after-a-hole-all-must-be-right", test_hole);
	return g_test_run ();
}
