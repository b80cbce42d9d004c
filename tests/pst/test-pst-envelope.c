/* test-pst-envelope.c - the header of a message: the one it came with, or what Outlook knows of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/converted.h"

static const PstWriterAddress ann = {.name = "Ann", .type = "SMTP", .address = "ann@example.org"};

static void
test_built_header (Converted *fixture, gconstpointer data)
{
	static const PstWriterRecipient people[] = {
		{PST_WRITER_TO, {.name = "Lee, Bo", .address = "bo@example.org"}},
		{PST_WRITER_CC, {.name = "'cy@example.org'", .address = "cy@example.org"}},
		{PST_WRITER_BCC,
		 {.name = "Di", .type = "EX", .address = "/o=x/cn=di", .smtp = "di@example.org"}},
	};
	const PstWriterMessage message = {
		.subject = "RE: Größe",
		.subject_prefix = "RE: ",
		.sender = ann,
		.representing = ann,
		.recipients = people,
		.n_recipients = 3,
		.plain = "Hello\r\n",
		.submit_time = 1007073232,
		.message_id = "<1@example.org>",
		.in_reply_to = "<0@example.org>",
		.has_importance = TRUE,
		.importance = 2,
	};

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	converted_assert_has (text, "From: Ann <ann@example.org>\n");
	converted_assert_lacks (text, "\nSender:");
	converted_assert_has (text, "\nTo: \"Lee, Bo\" <bo@example.org>\n");
	converted_assert_has (text, "\nCc: cy@example.org\n");
	converted_assert_has (text, "\nBcc: Di <di@example.org>\n");
	converted_assert_has (text, "\nSubject: =?utf-8?B?UkU6IEdyw7bDn2U=?=\n");
	converted_assert_has (text, "\nDate: Thu, 29 Nov 2001 22:33:52 +0000\n");
	converted_assert_has (text, "\nMessage-ID: <1@example.org>\n");
	converted_assert_has (text, "\nIn-Reply-To: <0@example.org>\n");
	converted_assert_has (text, "\nImportance: High\n");
	g_assert_true (g_str_has_suffix (text, "\n\nHello\n"));
}

static void
test_transport_header (Converted *fixture, gconstpointer data)
{
	static const PstWriterRecipient people[] = {
		{PST_WRITER_TO, {.name = "X", .address = "x@example.org"}},
		{PST_WRITER_BCC, {.name = "Y", .address = "y@example.org"}}};
	const PstWriterMessage message = {
		.subject = "other",
		.sender = ann,
		.recipients = people,
		.n_recipients = 2,
		.plain = "x",
		.headers = "Received: from a\r\n\tby b\r\nFrom: <real@example.org>\r\nTo: "
			   "<list@example.org>\r\n"
			   "Subject: real\r\nMIME-Version: 1.0\r\nContent-Type: "
			   "multipart/mixed;\r\n boundary=x\r\n",
		.submit_time = 1007073232,
	};

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	g_assert_true (g_str_has_prefix (
		text, "Received: from a\n\tby b\nFrom: <real@example.org>\n"
		      "To: <list@example.org>\nSubject: real\nBcc: Y <y@example.org>\n"));
	converted_assert_lacks (text, "boundary");
	converted_assert_lacks (text, "ann@example.org");
}

static void
test_directory (Converted *fixture, gconstpointer data)
{
	static const PstWriterRecipient people[] = {{PST_WRITER_TO,
						     {.name = "Ex",
						      .type = "EX",
						      .address = "/o=Example/cn=EX",
						      .smtp = "ex@example.org"}}};
	const PstWriterMessage asks = {
		.subject = "asks",
		.plain = "x",
		.sender = {.name = "Ex", .type = "EX", .address = "/O=EXAMPLE/CN=ex"},
	};
	const PstWriterMessage knows = {.subject = "knows",
					.sender = ann,
					.recipients = people,
					.n_recipients = 1,
					.plain = "x"};
	const PstWriterMessage unknown = {
		.subject = "unknown",
		.plain = "x",
		.sender = {.name = "No", .type = "EX", .address = "/o=x/cn=no"}};

	converted_add (fixture, &asks);
	converted_add (fixture, &knows);
	converted_add (fixture, &unknown);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), "From: Ex <ex@example.org>\n");
	converted_assert_has (converted_get (fixture, 2), "From: No <x500-");
	converted_assert_has (converted_get (fixture, 2), "@unknown.invalid>\n");
	g_assert_cmpstr (((Message *)fixture->messages->pdata[0])->sender, ==, "ex@example.org");
	g_assert_null (((Message *)fixture->messages->pdata[2])->sender);
}

static void
test_no_recipient_table (Converted *fixture, gconstpointer data)
{
	static const guint8 to[] = "B\0o\0;\0 \0c\0y\0@\0e\0x\0.\0o\0r\0g\0";
	const PstWriterProperty extra = {.tag = 0x0e04001f, .bytes = to, .length = sizeof to - 1};
	const PstWriterMessage message = {.subject = "s",
					  .sender = ann,
					  .plain = "x",
					  .no_recipient_table = TRUE,
					  .extra = &extra,
					  .n_extra = 1};

	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), "\nTo: Bo <name-");
	converted_assert_has (converted_get (fixture, 0), "cy@ex.org");
}

/* What other places than the usual ones know. */
static void
test_second_places (Converted *fixture, gconstpointer data)
{
	static const guint8 replied[] = { 0x05, 0x01, 0, 0 };
	const PstWriterProperty extra[] = {
		converted_text_property (0x003d, "RE: "),
		converted_text_property (0x0e1d, "lunch"),
		converted_text_property (0x3ff8, "Bo Lee"),
		converted_text_property (0x5d0a, "bo@example.org"),
		{ .tag = 0x10800003, .bytes = replied, .length = 4 },
	};
	const PstWriterMessage message = { .sender = { "Bo Lee", "EX", "/o=x/cn=bo", NULL },
					   .plain = "x",
					   .extra = extra,
					   .n_extra = G_N_ELEMENTS (extra) };

	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), "From: Bo Lee <bo@example.org>\n");
	converted_assert_has (converted_get (fixture, 0), "Subject: RE: lunch\n");
	const Message *converted = fixture->messages->pdata[0];
	g_assert_cmpuint (converted->flags, ==, MESSAGE_ANSWERED);
}

/* However many fields name the same person, in whatever case and under whatever name. */
static void
test_unknown_once (Converted *fixture, gconstpointer data)
{
	static const PstWriterRecipient people[] = {
		{ PST_WRITER_TO, { "No", "EX", "/o=x/cn=no", NULL } },
		{ PST_WRITER_CC, { "Nobody", "EX", "/O=X/CN=NO", NULL } },
		{ PST_WRITER_CC, { "Other", "EX", "/o=x/cn=other", NULL } },
	};
	const PstWriterMessage message = { .subject = "s",
					   .plain = "x",
					   .sender = { "No", "EX", "/o=x/cn=no", NULL },
					   .representing = { "No", "EX", "/o=x/cn=no", NULL },
					   .recipients = people,
					   .n_recipients = 3 };

	converted_add (fixture, &message);
	converted_add (fixture, &message);
	g_assert_cmpuint (converted_count_findings (fixture, "address-unknown"), ==, 2 * 2);
}

/* --- Dates ----------------------------------------------------------------- */

#define SENT      0x0039
#define DELIVERED 0x0e06
#define CREATED   0x3007

#define FILETIME_1970 G_GUINT64_CONSTANT (116444736000000000)
#define FILETIME_DAY  G_GUINT64_CONSTANT (864000000000)
#define FILETIME_2001 G_GUINT64_CONSTANT (126515468320000000)

static PstWriterProperty
time_property (guint16 id, const guint64 *filetime)
{
	return (PstWriterProperty){
		.tag = (guint32) id << 16 | 0x40, .bytes = filetime, .length = 8
	};
}

/* A clock that was never set gives no date, neither 1601 nor 1970. */
static void
test_no_date (Converted *fixture, gconstpointer data)
{
	static const guint64 times[] = { 0,
					 1,
					 FILETIME_DAY,
					 FILETIME_1970 - 1,
					 FILETIME_1970,
					 FILETIME_1970 + FILETIME_DAY - 1,
					 G_MAXUINT64 };

	for (gsize i = 0; i < G_N_ELEMENTS (times); i++) {
		guint64 time = GUINT64_TO_LE (times[i]);
		const PstWriterProperty extra[] = { time_property (SENT, &time),
						    time_property (DELIVERED, &time),
						    time_property (CREATED, &time) };
		const PstWriterMessage message = {
			.sender = ann, .plain = "x", .extra = extra, .n_extra = 3
		};
		converted_add (fixture, &message);
	}
	g_assert_cmpuint (converted_count_findings (fixture, "date-unknown"), ==,
			  G_N_ELEMENTS (times));
	for (guint i = 0; i < G_N_ELEMENTS (times); i++) {
		const Message *message = fixture->messages->pdata[i];
		converted_assert_lacks (converted_get (fixture, i), "Date:");
		g_assert_false (message->received.known);
	}
}

/* What is no date hides none that is. */
static void
test_next_date (Converted *fixture, gconstpointer data)
{
	static const struct {
		guint16 id;
		gint64 received; /* 0: unknown */
	} cases[] = { { SENT, 1007073232 }, { DELIVERED, 1007073232 }, { CREATED, 0 } };
	static const guint16 ids[] = { SENT, DELIVERED, CREATED };
	guint64 good = GUINT64_TO_LE (FILETIME_2001);
	guint64 bad = GUINT64_TO_LE (G_GUINT64_CONSTANT (1));

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		PstWriterProperty extra[G_N_ELEMENTS (ids)];
		const PstWriterMessage message = {
			.sender = ann, .plain = "x", .extra = extra, .n_extra = G_N_ELEMENTS (ids)
		};
		for (gsize k = 0; k < G_N_ELEMENTS (ids); k++)
			extra[k] = time_property (ids[k], ids[k] == cases[i].id ? &good : &bad);
		converted_add (fixture, &message);
	}
	converted_run (fixture);
	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		const Message *message = fixture->messages->pdata[i];
		converted_assert_has (converted_get (fixture, i),
				      "\nDate: Thu, 29 Nov 2001 22:33:52 +0000\n");
		g_assert_cmpint (message->received.known, ==, cases[i].received != 0);
		g_assert_cmpint (message->received.seconds, ==, cases[i].received);
	}
}

/* --- Fields of other programs ---------------------------------------------- */

static PstWriterProperty
named_property (Converted *fixture, const char *name, const char *text)
{
	guint16 id = pst_writer_add_named_property (fixture->writer,
						    pst_writer_set_internet_headers, 0, name);

	return converted_text_property (id, text);
}

static void
test_named_fields (Converted *fixture, gconstpointer data)
{
	g_autofree char *many = g_strnfill (200, 'w');
	g_autofree char *words = g_strconcat ("first ", many, " last", NULL);
	const PstWriterProperty extra[] = {
		named_property (fixture, "X-Zebra", words),
		named_property (fixture, "x-mailer", "Mailer\r\nX-Evil: 1"),
		named_property (fixture, "X-Empty", ""),
		named_property (fixture, "List-Id", "<list.example.org>"),
		named_property (fixture, "X Blank", "bad"),
		named_property (fixture, "X:Colon", "bad"),
		named_property (fixture, "--boundary", "bad"),
		named_property (fixture, "content-type", "bad"),
		named_property (fixture, "To", "bad"),
		named_property (fixture, "subject", "bad"),
		named_property (fixture, "Importance", "bad"),
	};
	PstWriterMessage message = { .subject = "s",
				     .sender = ann,
				     .plain = "x",
				     .submit_time = 1007073232,
				     .message_id = "<1@example.org>",
				     .has_importance = TRUE,
				     .importance = 2,
				     .extra = extra,
				     .n_extra = G_N_ELEMENTS (extra) };
	g_autofree char *expected =
		g_strconcat ("\nImportance: High\n"
			     "List-Id: <list.example.org>\n"
			     "x-mailer: Mailer  X-Evil: 1\n"
			     "X-Zebra: first\n ",
			     many, "\n last\nMIME-Version: 1.0\n", NULL);

	converted_add (fixture, &message);
	message.headers = "From: ann@example.org\r\nX-Zebra: as it came\r\n";
	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), expected);
	converted_assert_lacks (converted_get (fixture, 0), "bad");
	converted_assert_has (converted_get (fixture, 1), "X-Zebra: as it came\n");
	converted_assert_lacks (converted_get (fixture, 1), "x-mailer");
}

/* Only that set holds fields; and a number can't be one. */
static void
test_other_names (Converted *fixture, gconstpointer data)
{
	static const guint8 seven[] = { 7, 0, 0, 0 };
	guint16 other = pst_writer_add_named_property (
		fixture->writer, pst_writer_set_public_strings, 0, "X-Public");
	guint16 number = pst_writer_add_named_property (
		fixture->writer, pst_writer_set_internet_headers, 0, "X-Number");
	const PstWriterProperty extra[] = {
		converted_text_property (other, "public"),
		{ .tag = (guint32) number << 16 | 0x0003, .bytes = seven, .length = 4 },
		named_property (fixture, "X-Text", "gr\xfc\xdf"),
	};
	const PstWriterMessage message = {
		.subject = "s", .sender = ann, .plain = "x", .extra = extra, .n_extra = 3
	};

	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_lacks (converted_get (fixture, 0), "X-Public");
	converted_assert_lacks (converted_get (fixture, 0), "X-Number");
	converted_assert_has (converted_get (fixture, 0), "\nX-Text: =?utf-8?B?Z3LDvMOf?=\n");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
	g_test_add (name, Converted, NULL, converted_set_up, function, converted_tear_down)
	ADD ("/pst/envelope/builds-a-header-where-there-is-none", test_built_header);
	ADD ("/pst/envelope/keeps-the-header-that-came", test_transport_header);
	ADD ("/pst/envelope/finds-addresses-anywhere-in-the-file", test_directory);
	ADD ("/pst/envelope/a-missing-recipient-table-loses-no-message", test_no_recipient_table);
	ADD ("/pst/envelope/other-places-are-asked-too", test_second_places);
	ADD ("/pst/envelope/an-unknown-address-is-told-once", test_unknown_once);
	ADD ("/pst/envelope/no-clock-no-date", test_no_date);
	ADD ("/pst/envelope/what-is-no-date-hides-none", test_next_date);
	ADD ("/pst/envelope/fields-kept-as-properties-are-fields-again", test_named_fields);
	ADD ("/pst/envelope/other-named-properties-are-no-fields", test_other_names);
	return g_test_run ();
}
