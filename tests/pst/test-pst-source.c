/* test-pst-source.c - what comes out of files whose contents we know, the odd ones above all
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/converted.h"

static const PstWriterAddress ann = {.name = "Ann", .type = "SMTP", .address = "ann@example.org"};

static void
test_bodies (Converted *fixture, gconstpointer data)
{
	static const PstWriterAttachment picture = {.name = "a.png",
						    .mime = "image/png",
						    .content_id = "a@x",
						    .bytes = "png",
						    .size = 3};
	const PstWriterMessage both = {.subject = "both",
				       .sender = ann,
				       .plain = "plain\r\n",
				       .html = "<p>caf\xe9 <img src=\"CID:a%40x\">",
				       .codepage = 1252,
				       .attachments = &picture,
				       .n_attachments = 1};
	const PstWriterMessage lying = {.subject = "lying",
					.sender = ann,
					.html = "<meta charset=us-ascii>gr\xc3\xbc\xc3\x9f",
					.codepage = 65001};
	const PstWriterMessage with_nul = {
		.subject = "nul", .sender = ann, .plain = "a\0b\r\n", .plain_length = 5};
	const PstWriterMessage boundary = {
		.subject = "boundary", .sender = ann, .plain = "--=_0123456789abcdef01234567\r\n"};
	const PstWriterMessage empty = {.subject = "empty", .sender = ann};

	converted_add (fixture, &both);
	converted_add (fixture, &lying);
	converted_add (fixture, &with_nul);
	converted_add (fixture, &boundary);
	converted_add (fixture, &empty);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0),
			      "Content-Type: multipart/related;\n boundary=\"=_");
	converted_assert_has (converted_get (fixture, 0), "type=\"multipart/alternative\"");
	converted_assert_has (converted_get (fixture, 0), "text/html; charset=windows-1252\n");
	converted_assert_has (converted_get (fixture, 0), "caf=E9");
	converted_assert_has (
		converted_get (fixture, 0),
		"Content-Disposition: inline;\n filename=\"a.png\"\nContent-ID: <a@x>\n");
	converted_assert_has (converted_get (fixture, 1), "charset=utf-8\n");
	converted_assert_has (converted_get (fixture, 2), "\n\na=00b\n");
	converted_assert_has (converted_get (fixture, 3), "\n\n--=3D_0123456789abcdef01234567\n");
	converted_assert_has (converted_get (fixture, 4),
			      "Content-Type: text/plain; charset=utf-8\n");
}

#define SIGNED_BODY                                                                                \
	"--b\r\nContent-Type: text/plain\r\n\r\nsigned \xe9\r\n--b\r\nContent-Type: "              \
	"application/x\r\n\r\nMII=\r\n--b--\r\n"

static void
test_smime (Converted *fixture, gconstpointer data)
{
	static const char entity[] =
		"Content-Type: multipart/signed;\r\n\tboundary=\"b\"\r\n\r\n" SIGNED_BODY;
	static const guint8 cms[] = {0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48,
				     0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03, 0xa0};
	const PstWriterAttachment clear = {.name = "smime.p7m",
					   .mime = "multipart/signed",
					   .bytes = entity,
					   .size = sizeof entity - 1};
	const PstWriterAttachment opaque = {.name = "smime.p7m", .bytes = cms, .size = sizeof cms};
	const PstWriterMessage signed_message = {.message_class = "IPM.Note.SMIME.MultipartSigned",
						 .subject = "s",
						 .sender = ann,
						 .attachments = &clear,
						 .n_attachments = 1};
	const PstWriterMessage encrypted = {.message_class = "IPM.Note.SMIME",
					    .subject = "e",
					    .sender = ann,
					    .attachments = &opaque,
					    .n_attachments = 1};

	converted_add (fixture, &signed_message);
	converted_add (fixture, &encrypted);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0),
			      "Content-Type: multipart/signed;\n\tboundary=\"b\"\n");
	g_assert_true (g_str_has_suffix (converted_get (fixture, 0), "\n\n" SIGNED_BODY));
	converted_assert_has (converted_get (fixture, 1),
			      "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\n");
	converted_assert_has (converted_get (fixture, 1),
			      "Content-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6A=\n");
}

static void
test_attachments (Converted *fixture, gconstpointer data)
{
	static const char status[] = "Reporting-MTA: dns; x\r\n\r\nAction: failed\r\n";
	const PstWriterMessage inner = {
		.subject = "inner",
		.sender = ann,
		.plain = "within",
		.headers = "From: caf\xc3\xa9 <a@example.org>\r\nSubject: inner\r\n"};
	const PstWriterAttachment attachments[] = {
		{.name = "empty.txt", .mime = "text/plain", .bytes = "", .size = 0},
		{.name = "C:\\dir\\quote\"s; x.txt", .bytes = "abc", .size = 3},
		{.mime = "message/delivery-status", .bytes = status, .size = sizeof status - 1},
		{.name = "nul.eml", .mime = "message/rfc822", .bytes = "a\0b", .size = 3},
		{.method = PST_WRITER_BY_REFERENCE_ONLY,
		 .name = "plan.dwg",
		 .path = "\\\\server\\plan.dwg"},
		{.message = &inner},
	};
	const PstWriterMessage message = {.subject = "s",
					  .sender = ann,
					  .plain = "x",
					  .attachments = attachments,
					  .n_attachments = G_N_ELEMENTS (attachments)};

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	converted_assert_has (
		text, "filename=\"empty.txt\"\nContent-Transfer-Encoding: base64\n\n\n--=_");
	converted_assert_has (text, "filename*=utf-8''quote%22s%3B%20x.txt\n");
	converted_assert_has (
		text, "Content-Transfer-Encoding: 7bit\n\nReporting-MTA: dns; x\r\n\r\nAction: "
		      "failed\r\n\n--=_");
	converted_assert_has (text, "application/octet-stream;\n name=\"nul.eml\"\n");
	converted_assert_has (text, "\n\\\\server\\plan.dwg\n");
	converted_assert_has (text, "Content-Type: message/rfc822\n");
	converted_assert_has (text, "Content-Transfer-Encoding: 8bit\n\nFrom: caf\xc3\xa9 "
				    "<a@example.org>\nSubject: inner\n");
}

#define WRAPPED "{\\rtf1\\ansi\\fromhtml1 {\\*\\htmltag64 <p>}old{\\*\\htmltag72 </p>}}"
#define PROPER  "{\\rtf1\\ansi proper words}"

static void
test_native_body (Converted *fixture, gconstpointer data)
{
	PstWriterMessage message = { .subject = "s",
				     .sender = ann,
				     .plain = "new",
				     .rtf = WRAPPED,
				     .rtf_length = sizeof WRAPPED - 1,
				     .rtf_in_sync = TRUE,
				     .native_body = 1 };

	converted_add (fixture, &message);
	message.rtf_in_sync = FALSE;
	converted_add (fixture, &message);
	message.rtf = PROPER;
	message.rtf_length = sizeof PROPER - 1;
	message.html = "<p>made of it</p>";
	message.html_length = strlen (message.html);
	message.native_body = 3;
	converted_add (fixture, &message);
	message.native_body = 2;
	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), "multipart/alternative");
	converted_assert_has (converted_get (fixture, 0), "<p>old</p>");
	converted_assert_lacks (converted_get (fixture, 0), "body.rtf");
	converted_assert_lacks (converted_get (fixture, 1), "multipart/alternative");
	converted_assert_lacks (converted_get (fixture, 1), "<p>old</p>");
	converted_assert_has (converted_get (fixture, 1), "\n\nnew\n--=_");
	converted_assert_has (converted_get (fixture, 1), "filename=\"body.rtf\"\n");
	converted_assert_has (converted_get (fixture, 2), "<p>made of it</p>");
	converted_assert_lacks (converted_get (fixture, 2), "body.rtf");
	converted_assert_has (converted_get (fixture, 3), "<p>made of it</p>");
	converted_assert_has (converted_get (fixture, 3), "filename=\"body.rtf\"\n");
}

/* A text that is none is no reason to go on as if there were nothing. */
static void
test_text_of_another_type (Converted *fixture, gconstpointer data)
{
	const PstWriterProperty extra = { .tag = 0x10000102, .bytes = "words", .length = 5 };
	const PstWriterMessage message = {
		.subject = "s", .sender = ann, .extra = &extra, .n_extra = 1
	};
	const PstWriterMessage empty = { .subject = "s", .sender = ann, .plain = "", .html = "" };

	converted_add (fixture, &message);
	converted_add (fixture, &empty);
	converted_run (fixture);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).failed, ==, 1);
	g_assert_cmpuint (fixture->messages->len, ==, 1);
}

#define TEXT_RTF(words) "{\\rtf1\\ansi\\fromtext " words "}"

/* A blank text is no reason to leave out the rich one, nor is half of it; and the same twice is
 * once too often. */
static void
test_stub (Converted *fixture, gconstpointer data)
{
	static const struct {
		const char *plain;
		const char *rtf;
	} cases[] = {
		{ " \r\n", TEXT_RTF ("All of it.") },
		{ " \r\n", PROPER },
		{ "Half", TEXT_RTF ("Half of it.") },
		{ "All \r\nof it.", TEXT_RTF ("All of\\par it.\\par ") },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		const PstWriterMessage message = { .subject = "s",
						   .sender = ann,
						   .plain = cases[i].plain,
						   .rtf = cases[i].rtf,
						   .rtf_length = strlen (cases[i].rtf),
						   .rtf_in_sync = TRUE };
		converted_add (fixture, &message);
	}
	converted_run (fixture);
	g_assert_true (g_str_has_suffix (converted_get (fixture, 0), "\n\nAll of it."));
	converted_assert_has (converted_get (fixture, 1), "\n\nproper words");
	converted_assert_has (converted_get (fixture, 1), "filename=\"body.rtf\"\n");
	converted_assert_has (converted_get (fixture, 2), "\n\nHalf\n--=_");
	converted_assert_has (converted_get (fixture, 2), "filename=\"body.rtf\"\n");
	g_assert_true (g_str_has_suffix (converted_get (fixture, 3), "\n\nAll \nof it."));
}

#define HZ_HTML "<meta charset=hz-gb-2312><p>~{VPND~}</p>"

static void
test_hz (Converted *fixture, gconstpointer data)
{
	PstWriterMessage message = {.subject = "s",
				    .sender = ann,
				    .html = HZ_HTML,
				    .html_length = sizeof HZ_HTML - 1};

	converted_add (fixture, &message);
	message.html = HZ_HTML "\xe9";
	message.html_length = sizeof HZ_HTML;
	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0),
			      "Content-Type: text/html; charset=hz-gb-2312\n");
	converted_assert_has (converted_get (fixture, 0), "<p>~{VPND~}</p>");
	converted_assert_lacks (converted_get (fixture, 1), "hz-gb-2312\n");
	converted_assert_has (converted_get (fixture, 1), "=E9");
}

/* Outlook calls this page 52936; and one that nobody knows is no reason to be silent. */
static void
test_pages_of_strings (Converted *fixture, gconstpointer data)
{
	static const guint8 hz[] = {0xc8, 0xce, 0, 0};
	static const guint8 unknown[] = {0x39, 0x30, 0, 0};
	PstWriterProperty extra[] = {
		{.tag = 0x0037001e, .bytes = "~{VPND~} ~~", .length = 11},
		{.tag = 0x1000001e, .bytes = "text: ~{VPND~}", .length = 14},
		{.tag = 0x3ffd0003, .bytes = hz, .length = 4},
	};
	PstWriterMessage message = {.sender = ann, .extra = extra, .n_extra = 3};

	converted_add (fixture, &message);
	extra[0].bytes = "caf\xe9";
	extra[0].length = 4;
	extra[2].bytes = unknown;
	converted_add (fixture, &message);
	g_assert_cmpuint (converted_count_findings (fixture, "codepage-unknown"), ==, 1);
	converted_assert_has (converted_get (fixture, 0), "Subject: =?utf-8?B?5Lit5paHIH4=?=\n");
	converted_assert_has (converted_get (fixture, 0), "\n\ndGV4dDog5Lit5paH\n");
	converted_assert_has (converted_get (fixture, 1), "Subject: =?utf-8?B?Y2Fmw6k=?=\n");
}

static void
test_odd_attachments (Converted *fixture, gconstpointer data)
{
	static const char *const expected[] = {
		"Content-Type: application/macbinary;\n name=\"picture.jpg\"\n",
		"Content-Type: application/x-ole-storage;\n name=\"object.ole\"\n",
		"\n\nY29tcG91bmQ=\n",
		"filename=\"Picture (Metafile).ole\"\n",
		"filename=\"winmail.dat\"\nContent-Transfer-Encoding: base64\n\neJ8+IgAB\n",
		"filename=\"one.png\"\n",
		"filename=\"two.png\"\n",
	};
	static const guint8 oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x03, 0x0b, 0x01 };
	static const guint8 tnef[] = { 0x78, 0x9f, 0x3e, 0x22, 0, 1 };
	static const guint8 zero[] = { 0, 0, 0, 0 };
	const PstWriterProperty mac = { .tag = 0x37020102, .bytes = oid, .length = sizeof oid };
	const PstWriterProperty phantom = { .tag = 0x37050003, .bytes = zero, .length = 4 };
	const PstWriterProperty number = { .tag = 0x0e210003, .bytes = zero, .length = 4 };
	const PstWriterAttachment attachments[] = {
		{ .name = "picture.jpg",
		  .mime = "image/jpeg",
		  .bytes = "mac",
		  .size = 3,
		  .extra = &mac,
		  .n_extra = 1 },
		{ .method = PST_WRITER_OLE, .bytes = "compound", .size = 8 },
		{ PST_WRITER_OLE, .name = "Picture (Metafile)", .bytes = "wmf", .size = 3 },
		{ .name = "winmail.dat",
		  .mime = "application/ms-tnef",
		  .bytes = tnef,
		  .size = sizeof tnef },
		{ .name = "one.png",
		  .mime = "image/png",
		  .content_id = "same",
		  .bytes = "1",
		  .size = 1 },
		{ .name = "two.png",
		  .mime = "image/png",
		  .content_id = "same",
		  .bytes = "2",
		  .size = 1 },
		{ .method = PST_WRITER_BY_REFERENCE, .extra = &phantom, .n_extra = 1 },
		{ .name = "first.txt", .bytes = "f", .size = 1, .extra = &number, .n_extra = 1 },
	};
	const PstWriterMessage message = { .subject = "s",
					   .sender = ann,
					   .html = "<img src=\"cid:same\">",
					   .html_length = 20,
					   .attachments = attachments,
					   .n_attachments = G_N_ELEMENTS (attachments) };

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
		converted_assert_has (text, expected[i]);
	g_auto (GStrv) parts = g_strsplit (text, "Content-Disposition:", -1);
	g_assert_cmpuint (g_strv_length (parts) - 1, ==, G_N_ELEMENTS (attachments) - 1);
	g_assert_true (strstr (text, "first.txt") < strstr (text, "winmail.dat"));
}

static void
test_delivery_report (Converted *fixture, gconstpointer data)
{
	static const guint8 status[] = { 0xff, 0x01, 0, 0 }; /* 511 */
	const PstWriterProperty extra[] = { converted_text_property (0x0c1b, "550 no such user"),
					    { .tag = 0x0c200003, .bytes = status, .length = 4 },
					    converted_text_property (0x1001, "It did not arrive."),
					    converted_text_property (0x6820, "mx.example.org") };
	const PstWriterRecipient people[] = { { PST_WRITER_TO,
						{ .name = "Bo", .address = "bo@example.org" } },
					      { PST_WRITER_TO, { .address = "cy@example.org" } } };
	const PstWriterMessage inner = { .subject = "inner", .sender = ann, .plain = "within" };
	const PstWriterAttachment attachments[] = {
		{ .name = "log.bin", .bytes = "abc", .size = 3 },
		{ .message = &inner },
	};
	const PstWriterMessage message = { .message_class = "REPORT.IPM.Note.NDR",
					   .subject = "Undeliverable: inner",
					   .sender = ann,
					   .recipients = people,
					   .n_recipients = 2,
					   .attachments = attachments,
					   .n_attachments = 2,
					   .extra = extra,
					   .n_extra = 4 };

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	converted_assert_has (text, "Content-Type: multipart/mixed;\n");
	converted_assert_has (text, "Content-Type: multipart/report;\n");
	converted_assert_has (text, ";\n report-type=delivery-status\n");
	converted_assert_has (text, "\n\nIt did not arrive.\n--=_");
	converted_assert_has (text,
			      "Content-Type: message/delivery-status\n"
			      "Content-Transfer-Encoding: 7bit\n\n"
			      "Reporting-MTA: dns; mx.example.org\n\n"
			      "Final-Recipient: rfc822; bo@example.org\nAction: failed\n"
			      "Status: 5.1.1\nX-Supplementary-Info: 550 no such user\n"
			      "X-Display-Name: Bo\n\n"
			      "Final-Recipient: rfc822; cy@example.org\nAction: failed\n"
			      "Status: 5.1.1\nX-Supplementary-Info: 550 no such user\n\n--=_");
	const char *rest = strstr (text, "Content-Type: message/delivery-status");
	g_assert_true (strstr (rest, "message/rfc822") < strstr (rest, "log.bin"));
}

static void
test_receipt (Converted *fixture, gconstpointer data)
{
	const PstWriterProperty extra[] = { converted_text_property (0x1046, "<1@example.org>") };
	PstWriterMessage message = { .message_class = "REPORT.IPM.Note.IPNRN",
				     .subject = "Read: hello",
				     .sender = ann,
				     .representing = ann,
				     .plain = "It was read.",
				     .extra = extra,
				     .n_extra = 1 };

	converted_add (fixture, &message);
	message.message_class = "report.ipm.note.ipnnrn";
	converted_add (fixture, &message);
	message.message_class = "REPORT.IPM.Note.Something";
	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0),
			      ";\n report-type=disposition-notification\n");
	converted_assert_has (converted_get (fixture, 0),
			      "Content-Type: message/disposition-notification\n"
			      "Content-Transfer-Encoding: 7bit\n\n"
			      "Final-Recipient: rfc822; ann@example.org\n"
			      "Original-Message-ID: <1@example.org>\n"
			      "Disposition: manual-action/MDN-sent-manually; displayed\n\n--=_");
	converted_assert_has (converted_get (fixture, 1), "MDN-sent-manually; deleted\n");
	converted_assert_lacks (converted_get (fixture, 2), "multipart");
}

/* Its parts were kept as files: they go back to their places, to the byte. */
static void
test_report_in_files (Converted *fixture, gconstpointer data)
{
	static const char status[] =
		"Final-Recipient: rfc822; x@y.example\nDisposition: a/b; displayed\n";
	const PstWriterAttachment attachments[] = {
		{ .name = "headers.txt",
		  .mime = "text/rfc822-headers",
		  .bytes = "A: b\n",
		  .size = 5 },
		{ .mime = "message/disposition-notification",
		  .bytes = status,
		  .size = sizeof status - 1 },
	};
	const PstWriterMessage message = { .message_class = "REPORT.IPM.Note.IPNRN",
					   .subject = "s",
					   .sender = ann,
					   .plain = "x",
					   .attachments = attachments,
					   .n_attachments = 2 };

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *text = converted_get (fixture, 0);
	converted_assert_has (text, ";\n report-type=disposition-notification\n");
	converted_assert_lacks (text, "multipart/mixed");
	converted_assert_has (text, status);
	converted_assert_lacks (text, "ann@example.org\nDisposition");
	g_assert_true (strstr (text, "message/disposition-notification") <
		       strstr (text, "text/rfc822-headers"));
}

/* Somebody who knows our boundary writes it into a part that we carry as it is. */
static void
test_boundary_in_attachment (Converted *fixture, gconstpointer data)
{
	g_autofree char *lie = g_strdup (
		"X: y\r\n\r\n--=_0123456789abcdef01234567\r\nContent-Type: text/html\r\n\r\n");
	PstWriterAttachment attachment = {
		.mime = "message/rfc822", .bytes = lie, .size = strlen (lie)};
	PstWriterMessage message = {.subject = "s",
				    .sender = ann,
				    .plain = "x",
				    .message_id = "<1@x>",
				    .search_key = "0123456789abcdef",
				    .attachments = &attachment,
				    .n_attachments = 1};

	converted_add (fixture, &message);
	converted_run (fixture);
	const char *field = strstr (converted_get (fixture, 0), "boundary=\"") +
			    strlen ("boundary=\"");
	g_autofree char *guessed = g_strndup (field, 26);
	memcpy (strstr (lie, "=_"), guessed, 26);

	g_autoptr (GError) error = NULL;
	fixture->writer = pst_writer_new (fixture->path, NULL, &error);
	fixture->inbox = pst_writer_add_folder (fixture->writer, PST_WRITER_TOP, "Inbox",
						PST_WRITER_ROLE_INBOX);
	converted_add (fixture, &message);
	converted_run (fixture);
	converted_assert_has (converted_get (fixture, 0), guessed);
	g_autofree char *as_boundary = g_strdup_printf ("boundary=\"%s\"", guessed);
	converted_assert_lacks (converted_get (fixture, 0), as_boundary);
}

static void
test_state (Converted *fixture, gconstpointer data)
{
	static const guint8 public_strings[16] = {0x29, 0x03, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00,
						  0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46};
	static const guint8 values[] = {2, 0,   0, 0,   12, 0,   0, 0,   24, 0,   0, 0,   'B',
					0, 'i', 0, 'g', 0,  ' ', 0, 'C', 0,  'o', 0, 'A', 0};
	static const guint8 flagged[] = {2, 0, 0, 0};
	guint16 id = pst_writer_add_named_property (fixture->writer, public_strings, 0, "Keywords");
	const PstWriterProperty extra[] = {
		{.tag = 0x10900003, .bytes = flagged, .length = 4},
		{.tag = (guint32)id << 16 | 0x101f, .bytes = values, .length = sizeof values}};
	const PstWriterMessage message = {.subject = "s",
					  .sender = ann,
					  .plain = "x",
					  .read = TRUE,
					  .unsent = TRUE,
					  .last_verb = 102,
					  .delivery_time = 1007073232,
					  .extra = extra,
					  .n_extra = 2};
	const PstWriterMessage forwarded = {
		.subject = "s", .sender = ann, .plain = "x", .last_verb = 104};

	converted_add (fixture, &message);
	converted_add (fixture, &forwarded);
	converted_run (fixture);
	const Message *first = fixture->messages->pdata[0];
	const Message *second = fixture->messages->pdata[1];
	g_assert_cmpuint (first->flags, ==,
			  MESSAGE_SEEN | MESSAGE_DRAFT | MESSAGE_ANSWERED | MESSAGE_FLAGGED);
	g_assert_cmpstr (first->keywords[0], ==, "A");
	g_assert_cmpstr (first->keywords[1], ==, "Big Co");
	g_assert_true (first->received.known);
	g_assert_cmpint (first->received.seconds, ==, 1007073232);
	g_assert_cmpuint (second->flags, ==, 0);
	g_assert_cmpstr (second->keywords[0], ==, "$Forwarded");
	g_assert_false (second->received.known);
}

static void
test_what_is_mail (Converted *fixture, gconstpointer data)
{
	static const char *const classes[] = {"IPM.Post", "IPM.Contact", "IPM.Appointment",
					      "REPORT.IPM.Note.NDR"};

	for (gsize i = 0; i < G_N_ELEMENTS (classes); i++) {
		const PstWriterMessage message = {.message_class = classes[i],
						  .subject = classes[i],
						  .sender = ann,
						  .plain = "x"};
		converted_add (fixture, &message);
	}
	const PstWriterMessage hidden = {
		.subject = "hidden", .sender = ann, .plain = "x", .hidden = TRUE};
	converted_add (fixture, &hidden);
	converted_run (fixture);
	g_assert_cmpuint (fixture->messages->len, ==, 2);
	converted_assert_has (converted_get (fixture, 0), "IPM.Post");
	converted_assert_has (converted_get (fixture, 1), "REPORT.IPM.Note.NDR");
	ReportCounts counts = ledger_get_counts (fixture->ledger);
	g_assert_cmpuint (counts.announced, ==, 4);
	g_assert_cmpuint (counts.skipped, ==, 2);
}

static void
test_odd_places (Converted *fixture, gconstpointer data)
{
	static const PstWriterPlacement places[] = {PST_WRITER_PLACE_NODE, PST_WRITER_PLACE_ROW,
						    PST_WRITER_PLACE_ORPHAN,
						    PST_WRITER_PLACE_NORMAL};

	for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
		const PstWriterMessage message = {
			.subject = "s", .sender = ann, .plain = "x", .placement = places[i]};
		converted_add (fixture, &message);
	}
	converted_run (fixture);
	g_assert_cmpuint (fixture->messages->len, ==, 2);
	g_assert_cmpstr (((Message *)fixture->messages->pdata[1])->folder->path, ==, "INBOX");
	ReportCounts counts = ledger_get_counts (fixture->ledger);
	g_assert_cmpuint (counts.announced, ==, 3);
	g_assert_cmpuint (counts.failed, ==, 1);

	/* Its folder isn't in a sound file: it was deleted with it. */
	fixture->options.deleted = TRUE;
	converted_run (fixture);
	g_assert_cmpuint (fixture->messages->len, ==, 3);
}

static void
test_folder_names (Converted *fixture, gconstpointer data)
{
	static const struct {
		const char *name;
		const char *path;
	} cases[] = {
		{"a/b", "a%2Fb"},           {"..", "%2E%2E"},       {"twice", "twice"},
		{"twice", "twice (2)"},     {"Twice", "Twice"},     {"%2F", "%252F"},
		{" blank ", "%20blank%20"}, {"INBOX", "INBOX (2)"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
		pst_writer_add_folder (fixture->writer, PST_WRITER_TOP, cases[i].name,
				       PST_WRITER_ROLE_NONE);
	guint32 calendar = pst_writer_add_folder (fixture->writer, PST_WRITER_TOP, "Calendar",
						  PST_WRITER_ROLE_NONE);
	pst_writer_set_folder_class (fixture->writer, calendar, "IPF.Appointment");
	converted_run (fixture);

	g_autoptr (GHashTable) paths = g_hash_table_new (g_str_hash, g_str_equal);
	for (guint i = 0; i < fixture->messages->len; i++) {
		const Message *message = fixture->messages->pdata[i];
		g_assert_true (g_hash_table_add (paths, message->folder->path));
	}
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_test_message ("%s", cases[i].path);
		g_assert_true (g_hash_table_contains (paths, cases[i].path));
	}
	g_assert_true (g_hash_table_contains (paths, "INBOX"));
	g_assert_false (g_hash_table_contains (paths, "Calendar"));
}

static void
test_repeats (Converted *fixture, gconstpointer data)
{
	const PstWriterMessage message = {.subject = "s", .sender = ann, .plain = "x"};

	converted_add (fixture, &message);
	converted_add (fixture, &message);
	converted_run (fixture);
	g_autofree char *first = g_strdup (converted_get (fixture, 0));
	g_assert_cmpstr (first, !=, converted_get (fixture, 1)); /* two items, two message ids */
	converted_run (fixture);
	g_assert_cmpstr (first, ==, converted_get (fixture, 0));
}

static void
generate (guint64 offset, guint8 *buffer, gsize length, gpointer data)
{
	for (gsize i = 0; i < length; i++)
		buffer[i] = (guint8)((offset + i) * 7 >> 3);
}

static void
test_large (Converted *fixture, gconstpointer data)
{
	const guint64 size = (10 << 20) + 1;
	const PstWriterAttachment attachment = {
		.name = "large.bin", .size = size, .generate = generate};
	const PstWriterMessage message = {.subject = "s",
					  .sender = ann,
					  .plain = "x",
					  .attachments = &attachment,
					  .n_attachments = 1};
	g_autofree guint8 *expected = g_malloc (size);

	converted_add (fixture, &message);
	converted_run (fixture);
	generate (0, expected, size, NULL);
	char *start = strstr (strstr (converted_get (fixture, 0), "large.bin\"\nContent-Transfer"),
			      "\n\n");
	gsize length = 0;
	*strstr (start, "\n--=_") = '\0';
	g_autofree guchar *bytes = g_base64_decode (start, &length);
	g_assert_cmpuint (length, ==, size);
	g_assert_true (memcmp (bytes, expected, size) == 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
	g_test_add (name, Converted, NULL, converted_set_up, function, converted_tear_down)
	ADD ("/pst/source/bodies-keep-every-character", test_bodies);
	ADD ("/pst/source/signed-mail-is-exact", test_smime);
	ADD ("/pst/source/attachments-of-every-kind", test_attachments);
	ADD ("/pst/source/the-body-that-was-written-leads", test_native_body);
	ADD ("/pst/source/a-text-of-another-type-is-named", test_text_of_another_type);
	ADD ("/pst/source/a-stub-hides-no-text", test_stub);
	ADD ("/pst/source/hz-goes-as-it-is", test_hz);
	ADD ("/pst/source/strings-in-odd-code-pages", test_pages_of_strings);
	ADD ("/pst/source/odd-attachments-are-kept-whole", test_odd_attachments);
	ADD ("/pst/source/delivery-reports-can-be-read-by-programs", test_delivery_report);
	ADD ("/pst/source/receipts-can-be-read-by-programs", test_receipt);
	ADD ("/pst/source/reports-kept-as-files-are-put-together", test_report_in_files);
	ADD ("/pst/source/boundaries-cannot-be-guessed", test_boundary_in_attachment);
	ADD ("/pst/source/flags-and-categories", test_state);
	ADD ("/pst/source/knows-what-is-mail", test_what_is_mail);
	ADD ("/pst/source/tables-and-nodes-are-united", test_odd_places);
	ADD ("/pst/source/folder-names-stay-apart", test_folder_names);
	ADD ("/pst/source/gives-the-same-twice", test_repeats);
	ADD ("/pst/source/large-attachments-pass", test_large);
	return g_test_run ();
}
