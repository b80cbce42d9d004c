/* mbox-cases.c - mailboxes that are hard to read, and what they hold
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One line of the table for each trap that is known. Longer than a screen, because it is a table.
 */
#include "support/mbox-cases.h"

#include <string.h>

#define FROM  "From a@example.org Thu Nov 29 22:33:52 2001\n"
#define COPY  "From - Thu Nov 29 22:33:52 2001\n"
#define GIT   "From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n"
#define HEAD1 "From: A <a@example.org>\nSubject: m1\n"
#define HEAD2 "From: A <a@example.org>\nSubject: m2\n"
#define M1    HEAD1 "\nbody 1\n"
#define M2    HEAD2 "\nbody 2\n"
#define M2ONLY { M2 }
#define M9    "From: A <a@example.org>\nSubject: m9\n\nbody 9\n"

#define CRLF_FROM "From a@example.org Thu Nov 29 22:33:52 2001\r\n"
#define CRLF1     "Subject: m1\r\nX: y\r\n\r\nbody 1\r\n"
#define CRLF2     "Subject: m2\r\nX: y\r\n\r\nbody 2\r\n"

#define MULTI "Content-Type: multipart/mixed; boundary=\"=_x1\"\nSubject: m1\n\n--=_x1\n\nsee\n--=_x1\n\n"

#define BYTES(literal) .bytes = (literal), .length = sizeof (literal) - 1
#define SIZED(literal) { .content = (literal), .length = sizeof (literal) - 1 }
#define QUOTED FROM HEAD1 "\na\n>From x\n>>From y\n>>>From z\n> From w\n>Fromage\n\n" FROM M2 "\n"
#define CL(n, body) HEAD1 "Content-Length: " n "\n\n" body

const MboxCase mbox_cases[] = {
	/* where a message begins */
	{ "basic", "two plain messages", .bytes = FROM M1 "\n" FROM M2 "\n", .messages = { { M1 }, { M2 } } },
	{ "prose", "From_ prose after an empty line", .bytes = FROM M1 "\nFrom here on it is prose.\nx\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { M1 "\nFrom here on it is prose.\nx\n" }, { M2 } } },
	{ "prose-inside", "From_ prose within a paragraph", .bytes = FROM M1 "From here on it is prose.\nx\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { M1 "From here on it is prose.\nx\n" }, { M2 } } },
	{ "dated-prose", "a dated line, and no header after it", .bytes = FROM M1 "\n" FROM "he wrote, see below\nx\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { M1 "\n" FROM "he wrote, see below\nx\n" }, { M2 } } },
	{ "timetable", "half a date, and half a header", .bytes = FROM M1 "\nFrom Paris 10:30\nto: Lyon: 12:00\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { M1 "\nFrom Paris 10:30\nto: Lyon: 12:00\n" }, { M2 } } },
	{ "open-multipart", "an mbox as text in a multipart that ends later", .bytes = FROM MULTI FROM M9 "\n--=_x1--\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { MULTI FROM M9 "\n--=_x1--\n" }, { M2 } } },
	{ "cut-multipart", "a multipart without an end is no reason to go on", .bytes = FROM MULTI "\n" FROM M2 "\n",
	  .messages = { { MULTI }, { M2 } } },
	{ "repeated-multipart", "a cut multipart and then the whole one: the end is the second's",
	  .bytes = FROM MULTI "\n" FROM MULTI "\n--=_x1--\n\n" FROM M2 "\n",
	  .messages = { { MULTI }, { MULTI "\n--=_x1--\n" }, { M2 } } },
	{ "pasted", "a whole message pasted into a body cannot be told from one", .bytes = FROM M1 "\n" FROM M9 "\n" FROM M2 "\n",
	  .messages = { { M1 }, { M9 }, { M2 } } },
	{ "no-blank", "no empty line before a dated From_ line with a header", .bytes = FROM M1 FROM M2,
	  .messages = { { M1 }, { M2 } } },
	{ "two-blanks", "only one newline belongs to the mailbox", .bytes = FROM M1 "\n\n" FROM M2 "\n\n\n",
	  .messages = { { M1 "\n" }, { M2 "\n\n" } } },
	{ "double-from", "two From_ lines in a row are of one message", .bytes = FROM FROM M1 "\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { FROM M1 }, { M2 } } },
	{ "look-alikes", "nearly From_ lines", .bytes = FROM HEAD1 "\nFROM x\n>from y\nFrom: z\nFrom\tw\n From v\nfrom u\nFromage\n",
	  .messages = { { HEAD1 "\nFROM x\n>from y\nFrom: z\nFrom\tw\n From v\nfrom u\nFromage\n" } } },
	{ "bare-from", "Mozilla's From_ line without anything", .bytes = "From \n" M1 "\nFrom \n" M2 "\nFrom - \n" M9 "\n",
	  .findings = "undated-from", .messages = { { M1, .date = -1 }, { M2, .date = -1 }, { M9, .date = -1 } } },
	{ "bad-wrap", "a From_ line inside a header", .bytes = FROM "Subject: it came\nFrom nowhere\nTo: b\n\nx\n\n" FROM M2 "\n",
	  .findings = "unquoted-from", .messages = { { "Subject: it came\nFrom nowhere\nTo: b\n\nx\n" }, { M2 } } },
	{ "relayed", "a relay's mark after the From_ line is no quoting",
	  .bytes = FROM ">From uucp!a Thu Nov 29 22:30:00 2001 remote from h\n" M1 "\n" FROM M2 "\n",
	  .messages = { { ">From uucp!a Thu Nov 29 22:30:00 2001 remote from h\n" M1 }, { M2 } } },
	{ "unknown-fields", "a header of fields that nobody knows", .bytes = FROM "X-Odd: 1\n\nx\n\n" FROM "X-Even: 2\n\ny\n",
	  .messages = { { "X-Odd: 1\n\nx\n" }, { "X-Even: 2\n\ny\n" } } },

	/* what is in a message, or is not */
	{ "empty-body", "a header and its end", .bytes = FROM HEAD1 "\n\n" FROM M2 "\n", .messages = { { HEAD1 "\n" }, { M2 } } },
	{ "header-only", "a header and no end", .bytes = FROM HEAD1 "\n" FROM M2 "\n", .findings = "no-eoh",
	  .messages = { { HEAD1 }, { M2 } } },
	{ "header-cut", "a header that breaks off at the end", .bytes = FROM M1 "\n" FROM "From: A <a@ex", .findings = "no-eoh",
	  .messages = { { M1 }, { "From: A <a@ex" } } },
	{ "headerless", "a body alone", .bytes = FROM "\njust a body\n\n" FROM M2 "\n", .messages = { { "\njust a body\n" }, { M2 } } },
	{ "nothing", "a message of no bytes", .bytes = FROM "\n" FROM M2 "\n", .findings = "empty-message",
	  .messages = { { "" }, { M2 } } },
	{ "newlines", "a body of newlines", .bytes = FROM HEAD1 "\n\n\n\n" FROM M2 "\n", .messages = { { HEAD1 "\n\n\n" }, { M2 } } },
	{ "no-final-newline", "the last line has no end", .bytes = FROM M1 "\n" FROM HEAD2 "\nlast",
	  .messages = { { M1 }, { HEAD2 "\nlast" } } },
	{ "no-final-blank", "no empty line at the end", .bytes = FROM M1 "\n" FROM M2, .messages = { { M1 }, { M2 } } },

	/* before, between and after messages */
	{ "empty", "an empty file", .bytes = "" },
	{ "only-newlines", "a file of newlines", .bytes = "\n\r\n\n" },
	{ "only-nuls", "a file of NULs", BYTES ("\0\0\0\0") },
	{ "leading-blanks", "blank lines first", .bytes = "\n\n" FROM M1 "\n", .findings = "leading-junk", .messages = { { M1 } } },
	{ "leading-junk", "text first", .bytes = "This mailbox was made by a program\nFrom what we know.\n\n" FROM M1 "\n",
	  .findings = "leading-junk", .messages = { { M1 } } },
	{ "bom", "a byte order mark", .bytes = "\xef\xbb\xbf" FROM M1 "\n" FROM M2, .findings = "bom", .messages = { { M1 }, { M2 } } },
	{ "hole", "NULs before a From_ line", BYTES (FROM M1 "\n\0\0\0\0\0\0\0\0" FROM M2 "\n"), .findings = "nul-gap",
	  .messages = { { M1 }, { M2 } } },
	{ "hole-in-line", "a line that breaks off in NULs", BYTES (FROM M1 "and th\0\0\0\0\0" FROM M2 "\n"), .findings = "nul-gap",
	  .messages = { { M1 "and th" }, { M2 } } },
	{ "hole-first", "NULs before everything", BYTES ("\0\0\0" FROM M1 "\n"), .findings = "leading-junk", .messages = { { M1 } } },
	{ "hole-last", "NULs after everything", BYTES (FROM M1 "\n\0\0\0\0"), .findings = "nul-gap", .messages = { { M1 } } },
	{ "nul-from", "NULs before a line that is none", BYTES (FROM HEAD1 "\nx\0\0From here\n"), .findings = "nul unquoted-from",
	  .messages = { SIZED (HEAD1 "\nx\0\0From here\n") } },

	/* bytes and lines */
	{ "crlf", "CRLF everywhere stays", .bytes = CRLF_FROM CRLF1 "\r\n" CRLF_FROM CRLF2 "\r\n", .messages = { { CRLF1 }, { CRLF2 } } },
	{ "crlf-inside", "CRLF in the messages only", .bytes = FROM CRLF1 "\n" FROM CRLF2 "\n", .messages = { { CRLF1 }, { CRLF2 } } },
	{ "mixed", "one message of each", .bytes = FROM M1 "\n" CRLF_FROM CRLF2 "\r\n" FROM M2 "\n",
	  .messages = { { M1 }, { CRLF2 }, { M2 } } },
	{ "nul-then-from", "a NUL is no hole", BYTES (FROM HEAD1 "\na\n\n\0" FROM "b\n\n" FROM M2 "\n"), .findings = "nul unquoted-from",
	  .messages = { SIZED (HEAD1 "\na\n\n\0" FROM "b\n"), { M2 } } },
	{ "nuls", "NULs in a body stay", BYTES (FROM HEAD1 "\na\0b\n\0\n\n" FROM M2 "\n"), .findings = "nul",
	  .messages = { SIZED (HEAD1 "\na\0b\n\0\n"), { M2 } } },
	{ "lone-cr", "CR alone is a byte like any other", .bytes = FROM HEAD1 "\na\rb\r\n\r\rc\n\n" FROM M2 "\n",
	  .messages = { { HEAD1 "\na\rb\r\n\r\rc\n" }, { M2 } } },
	{ "8bit", "bytes that are no UTF-8", .bytes = FROM "Subject: caf\xe9\n\n\xff\xfe\x80\n", .messages = { { "Subject: caf\xe9\n\n\xff\xfe\x80\n" } } },

	/* quoting */
	{ "quote-rd", "every mark loses one", .dialect = MBOX_DIALECT_RD, .bytes = QUOTED,
	  .messages = { { HEAD1 "\na\nFrom x\n>From y\n>>From z\n> From w\n>Fromage\n" }, { M2 } } },
	{ "quote-o", "only single marks were made", .dialect = MBOX_DIALECT_O, .bytes = QUOTED,
	  .messages = { { HEAD1 "\na\nFrom x\n>>From y\n>>>From z\n> From w\n>Fromage\n" }, { M2 } } },
	{ "quote-none", "nobody made marks", .dialect = MBOX_DIALECT_NONE, .bytes = QUOTED,
	  .messages = { { HEAD1 "\na\n>From x\n>>From y\n>>>From z\n> From w\n>Fromage\n" }, { M2 } } },
	{ "quote-auto", "when in doubt, mboxrd", .bytes = QUOTED,
	  .messages = { { HEAD1 "\na\nFrom x\n>From y\n>>From z\n> From w\n>Fromage\n" }, { M2 } } },
	{ "quote-space", "old Thunderbirds quoted by a blank, which nobody can undo", .bytes = COPY HEAD1 "\nx\n\n From - Thu\n From y\n\n" COPY M2 "\n",
	  .messages = { { HEAD1 "\nx\n\n From - Thu\n From y\n" }, { M2 } } },
	{ "quote-header", "a header line may be quoted too", .bytes = FROM "Subject: x\n>From y\n\nz\n",
	  .messages = { { "Subject: x\nFrom y\n\nz\n" } } },
	{ "quote-last", "a mark as the last thing there is", .bytes = FROM HEAD1 "\n>>>From", .messages = { { HEAD1 "\n>>>From" } } },

	/* Content-Length */
	{ "counted", "a counted body holds a whole message", .bytes = FROM CL ("89", FROM M9 "\n") "\n" FROM M2 "\n",
	  .messages = { { CL ("89", FROM M9 "\n") }, { M2 } } },
	{ "counted-quotes", "who counts does not quote", .bytes = FROM CL ("89", FROM M9 "\n") "\n" FROM HEAD2 "\n>From x\n",
	  .messages = { { CL ("89", FROM M9 "\n") }, { HEAD2 "\n>From x\n" } } },
	{ "counted-no-newline", "a counted body without a line end", .bytes = FROM CL ("4", "last") "\n\n" FROM M2 "\n",
	  .messages = { { CL ("4", "last") }, { M2 } } },
	{ "counted-end", "a count that leads to the end", .bytes = FROM M1 "\n" FROM CL ("7", "body 1\n"),
	  .messages = { { M1 }, { CL ("7", "body 1\n") } } },
	{ "counted-and-quoted", "mboxcl: counted and quoted", .bytes = FROM CL ("10", "a\n>From x\n") "\n" FROM M2 "\n",
	  .messages = { { CL ("10", "a\nFrom x\n") }, { M2 } } },
	{ "counted-cl2", "mboxcl2: counted and not quoted", .dialect = MBOX_DIALECT_CL2, .bytes = FROM CL ("10", "a\n>From x\n") "\n" FROM M2 "\n",
	  .messages = { { CL ("10", "a\n>From x\n") }, { M2 } } },
	{ "count-short", "too short", .bytes = FROM CL ("3", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("3", "body 1\n") }, { M2 } } },
	{ "count-beyond", "beyond the end", .bytes = FROM CL ("99999", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("99999", "body 1\n") }, { M2 } } },
	{ "count-over", "into the next message", .bytes = FROM CL ("60", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("60", "body 1\n") }, { M2 } } },
	{ "count-negative", "negative", .bytes = FROM CL ("-5", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("-5", "body 1\n") }, { M2 } } },
	{ "count-huge", "more than any number", .bytes = FROM CL ("99999999999999999999999", "body 1\n") "\n" FROM M2 "\n",
	  .findings = "bad-content-length", .messages = { { CL ("99999999999999999999999", "body 1\n") }, { M2 } } },
	{ "count-words", "words", .bytes = FROM CL ("7 bytes", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("7 bytes", "body 1\n") }, { M2 } } },
	{ "count-empty", "nothing", .bytes = FROM CL ("", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("", "body 1\n") }, { M2 } } },
	{ "count-zero", "zero", .bytes = FROM CL ("0", "body 1\n") "\n" FROM M2 "\n", .findings = "bad-content-length",
	  .messages = { { CL ("0", "body 1\n") }, { M2 } } },
	{ "count-inside", "of a part, which does not count", .bytes = FROM HEAD1 "\n--b\nContent-Length: 3\n\nx\n\n" FROM M2 "\n",
	  .messages = { { HEAD1 "\n--b\nContent-Length: 3\n\nx\n" }, { M2 } } },
	{ "count-twice", "two that differ", .bytes = FROM "Content-Length: 7\n" CL ("9", "body 1\n") "\n" FROM M2 "\n",
	  .findings = "bad-content-length", .messages = { { "Content-Length: 7\n" CL ("9", "body 1\n") }, { M2 } } },

	/* state */
	{ "status", "Status and X-Status", .bytes = FROM "Status: O\n" M1 "\n" FROM "Status: RO\nX-Status: A\n" M1 "\n" FROM "X-Status: AFDT\n" M1 "\n"
	  FROM "Status: RD\n" M1 "\n",
	  .messages = { { "Status: O\n" M1 }, { "Status: RO\nX-Status: A\n" M1, .flags = "RS" }, { "X-Status: AFDT\n" M1, .flags = "DFRT" },
			{ "Status: RD\n" M1, .flags = "ST" } } },
	{ "internal-data", "the notes of UW and Dovecot", .bytes = FROM "From: Mail System Internal Data <MAILER-DAEMON@x>\n"
	  "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1 3 Work\nStatus: RO\n\nnot a message\n\n"
	  FROM "X-UID: 3\nX-Keywords: Work $Label1       \nStatus: RO\n" M1 "\n", .findings = "internal-data", .skipped = 1,
	  .messages = { { "X-UID: 3\nX-Keywords: Work $Label1       \nStatus: RO\n" M1, .flags = "S", .keywords = "$Label1 Work" } } },
	{ "not-internal", "somebody quotes that subject", .bytes = FROM "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nFrom: b\n\nwhat is this?\n",
	  .messages = { { "Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nFrom: b\n\nwhat is this?\n" } } },
	{ "mozilla", "X-Mozilla-Status, -Status2 and -Keys", .bytes = COPY "X-Mozilla-Status: 0005\nX-Mozilla-Keys: work $label1    \n" M1 "\n"
	  COPY "X-Mozilla-Status: 1003\nX-Mozilla-Status2: 04a00000\n" M1 "\n" COPY "X-Mozilla-Status: 0009\n" M1 "\n"
	  COPY "X-Mozilla-Status: 0401\n" M1 "\n", .findings = "expunged partial-message", .skipped = 1,
	  .messages = { { "X-Mozilla-Status: 0005\nX-Mozilla-Keys: work $label1    \n" M1, .flags = "FS", .keywords = "$label1 work" },
			{ "X-Mozilla-Status: 1003\nX-Mozilla-Status2: 04a00000\n" M1, .flags = "PRST", .keywords = "$Forwarded $MDNSent $label2" },
			{ "X-Mozilla-Status: 0401\n" M1, .flags = "S" } } },
	{ "gmail", "Gmail's labels, encoded, folded, in French", .bytes = FROM "X-Gmail-Labels: =?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Non_lus,=22a,_b=22?=\n"
	  " =?UTF-8?Q?,Messages_suivis,Travail/2001?=\n" M1 "\n" FROM "X-Gmail-Labels: Brouillons,Important\n" M1 "\n",
	  .messages = { { "X-Gmail-Labels: =?UTF-8?Q?Bo=C3=AEte_de_r=C3=A9ception,Non_lus,=22a,_b=22?=\n =?UTF-8?Q?,Messages_suivis,Travail/2001?=\n" M1,
			  .flags = "F", .keywords = "Inbox Travail/2001 a, b" },
			{ "X-Gmail-Labels: Brouillons,Important\n" M1, .flags = "DS", .keywords = "$Important" } } },
	{ "eudora", "Eudora's From_ lines", .bytes = "From ???@??? Thu Nov 29 22:33:52 2001\n" M1 "\nFrom ???@??? Thu Nov 29 22:33:52 2001\n" M2
	  "\nAttachment Converted: \"C:\\a.doc\"\n", .messages = { { M1 }, { M2 "\nAttachment Converted: \"C:\\a.doc\"\n" } } },

	/* dates */
	{ "git-date", "git's From_ lines have no date", .bytes = GIT "Date: Fri, 2 Jan 1998 03:04:05 +0100\n" M1 "\n" GIT M2 "\n", .findings = "magic-date",
	  .messages = { { "Date: Fri, 2 Jan 1998 03:04:05 +0100\n" M1, .date = 883706645 }, { M2, .date = 1000684800 } } },
	{ "copy-date", "Thunderbird's From_ lines have the date of the copy", .bytes = COPY "Received: from x by y;\n\tFri, 2 Jan 1998 03:04:05 +0100\nDate: Thu, 1 Jan 1998 00:00:00 +0000\n" M1 "\n"
	  COPY M2 "\n", .findings = "from-copy-date",
	  .messages = { { "Received: from x by y;\n\tFri, 2 Jan 1998 03:04:05 +0100\nDate: Thu, 1 Jan 1998 00:00:00 +0000\n" M1, .date = 883706645 }, { M2 } } },
	{ "no-date", "Received, Date, nothing", .bytes = "From a\nReceived: by y; Fri, 2 Jan 1998 03:04:05 +0100\n" M1 "\nFrom a\nReceived: nonsense\nDate: Fri, 2 Jan 1998 03:04:05 +0100\n" M1 "\nFrom a\n" M2 "\n",
	  .findings = "undated-from", .messages = { { "Received: by y; Fri, 2 Jan 1998 03:04:05 +0100\n" M1, .date = 883706645 },
	  { "Received: nonsense\nDate: Fri, 2 Jan 1998 03:04:05 +0100\n" M1, .date = 883706645 }, { M2, .date = -1 } } },
	{ "takeout", "Takeout's From_ lines have the right date and a zone", .bytes = "From 1234567890123456789@xxx Thu Nov 29 22:33:52 +0000 2001\nReceived: by y; Fri, 2 Jan 1998 03:04:05 +0100\n" M1 "\n",
	  .messages = { { "Received: by y; Fri, 2 Jan 1998 03:04:05 +0100\n" M1 } } },
	{ "iso-date", "a date by ISO 8601", .bytes = "From a@b 2001-11-29T22:33:52Z\n" M1 "\n", .messages = { { M1 } } },

	/* other formats */
	{ "mmdf", "MMDF, with and without a From_ line", .bytes = "\1\1\1\1\n" M1 "\n>From x\nFrom y\n\1\1\1\1\n\1\1\1\1\n" FROM M2 "\1\1\1\1\n",
	  .findings = "undated-from", .messages = { { M1 "\n>From x\nFrom y\n", .date = -1 }, { M2 } } },
	{ "mmdf-crlf", "MMDF with CRLF", .bytes = "\1\1\1\1\r\n" CRLF1 "\1\1\1\1\r\n\1\1\1\1\r\n" CRLF2 "\1\1\1\1\r\n",
	  .findings = "undated-from", .messages = { { CRLF1, .date = -1 }, { CRLF2, .date = -1 } } },
	{ "mmdf-cut", "MMDF that breaks off, with junk between", .bytes = "\1\1\1\1\n" M1 "\1\1\1\1\n\n\1\1\1\1\n" M2,
	  .findings = "junk-between open-frame undated-from", .messages = { { M1, .date = -1 }, { M2, .date = -1 } } },
	{ "mmdf-empty", "MMDF of empty messages", .bytes = "\1\1\1\1\n\1\1\1\1\n\1\1\1\1\n\1\1\1\1\n",
	  .findings = "empty-message undated-from", .messages = { { "", .date = -1 }, { "", .date = -1 } } },
	{ "cr-only", "line ends of old Macintoshes", .bytes = "From a@b Thu Nov 29 22:33:52 2001\rSubject: x\r\ry\r", .findings = "cr-only", .is_refused = TRUE },
	{ "utf16-le", "UTF-16", BYTES ("\xff\xfe" "F\0r\0o\0m\0 \0"), .findings = "utf16", .is_refused = TRUE },
	{ "utf16-be", "UTF-16 without a mark", BYTES ("\0F\0r\0o\0m\0 \0x"), .findings = "utf16", .is_refused = TRUE },
	{ "mbx", "UW's mbx", .bytes = "*mbx*\r\n3ab1c2d300000003\r\n", .findings = "mbx", .is_refused = TRUE },
	{ "babyl", "Emacs' Babyl", .bytes = "BABYL OPTIONS: -*- rmail -*-\nVersion: 5\n", .findings = "babyl", .is_refused = TRUE },
	{ "zip", "Takeout as it is downloaded", .bytes = "PK\3\4\x14", .findings = "zip", .is_refused = TRUE },
	{ "eml", "one message", .bytes = M1, .findings = "no-from", .is_refused = TRUE },
	{ "text", "no mail at all", .bytes = "Dear diary\n\nFrom today on\nI write.\n", .findings = "no-from", .is_refused = TRUE },
};

const guint mbox_cases_count = G_N_ELEMENTS (mbox_cases);

GBytes *
mbox_case_bytes (const MboxCase *one)
{
	return g_bytes_new_static (one->bytes, one->length > 0 ? one->length : strlen (one->bytes));
}
