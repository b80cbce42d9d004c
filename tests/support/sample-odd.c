/* sample-odd.c - a store of mail that nobody should send, and somebody will
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/sample-odd.h"

#include "support/pst-writer-properties.h"

#include <string.h>

#define FIRST_DATE 1672531200 /* 2023-01-01 */
#define DEPTH      40
#define LONG       5000

static const PstWriterRecipient ann = {
	PST_WRITER_TO, { "Ann Example", NULL, "ann@example.org", "ann@example.org" }
};

typedef struct {
	PstWriter *writer;
	guint32 folder;
	guint count;
} Store;

static PstWriterMessage
make_mail (Store *store, const char *subject)
{
	gint64 sent = FIRST_DATE + 60 * (gint64) ++store->count;

	return (PstWriterMessage){
		.subject = subject,
		.sender = { "Bruno", NULL, "bruno@mueller.example", "bruno@mueller.example" },
		.recipients = &ann,
		.n_recipients = 1,
		.plain = "Text.\r\n",
		.submit_time = sent,
		.delivery_time = sent + 2,
	};
}

static void
add (Store *store, const PstWriterMessage *mail)
{
	(void) pst_writer_add_message (store->writer, store->folder, mail);
}

static char *
repeat (const char *text, guint count)
{
	GString *out = g_string_new (NULL);

	while (count-- > 0)
		g_string_append (out, text);
	return g_string_free (out, FALSE);
}

/* --- Header ---------------------------------------------------------------- */

static const char *const subjects[] = {
	"two\r\nlines: of a header",
	"Bcc: x\nBcc: y@example.org\n\nbody",
	"\t tabs \t and blanks \t",
	"=?utf-8?Q?looks_encoded?=",
	"=?utf-8?Q?not ended",
	"\xe2\x80\xae"
	"gnp.exe \xf0\x9f\x93\xa7 \xe2\x80\xa8 separator",
	"bell \a, escape \x1b[31m, delete \x7f",
	" ",
};

static const PstWriterAddress people[] = {
	{ "Bob\r\nBcc: victim@example.org", NULL, "bob@example.org", NULL },
	{ "\"Quote\" \\ Back; Semi, Comma <angle@example.org>", NULL, "q@example.org", NULL },
	{ "No domain", "SMTP", "nobody", NULL },
	{ "Two", "SMTP", "a@b@example.org", NULL },
	{ "Line", "SMTP", "a@example.org\r\nX-Evil: 1", NULL },
	{ "Blank", "SMTP", "a b@example.org", NULL },
	{ "Größe", "SMTP", "größe@exämple.org", NULL },
	{ "Ex", "EX", "/o=A/ou=B/cn=Recipients/cn=ex", NULL },
	{ "", "SMTP", "<only@example.org>", NULL },
	{ "a@example.org", "FAX", "+49 30 1", NULL },
	{ NULL, "SMTP", "'quoted@example.org'", NULL },
	{ "Ünï, \"cödé\" @ home", NULL, "u@example.org", NULL },
	{ "undisclosed-recipients:;", NULL, NULL, NULL },
};

static const char *const headers[] = {
	"Microsoft Mail Internet Headers Version 2.0\r\nFrom: a@example.org\r\nTo: b@example.org\r\n"
	"Date: Sun, 01 Jan 2023 00:00:00 +0000\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
	"Content-Type: multipart/mixed; boundary=\"x\"\r\n\r\n--x\r\nContent-Type: text/plain\r\n"
	"Subject: of a part\r\n",
	"\nFrom: a@example.org\nSubject: bare\n line ends\n\tand folding\n",
	"From: a@example.org\rSubject: bare CR\rTo: b@example.org\r",
	"From a@example.org Sun Jan  1 00:00:00 2023\r\n>From b\r\nFrom: a@example.org\r\n",
	"From: a@example.org\r\nSubject: s\r\nno colon in this line\r\n   \r\nTo: b@example.org\r\n",
	"--=_0123456789abcdef01234567\r\nFrom: a@example.org\r\n",
	"From: a@example.org\r\nContent-Transfer-Encoding: base64\r\nContent-Length: 1\r\n"
	"Lines: 1\r\nStatus: RO\r\nX-Mbs: 1 message 0 0\r\n",
	": no name\r\n\x01: control\r\nFrom: a@example.org\r\n",
	"\r\n\r\n",
};

static void
add_headers (Store *store)
{
	g_autofree char *long_word = repeat ("x", LONG);
	g_autofree char *long_field = g_strconcat ("From: a@example.org\r\nX-Long: ", long_word,
						   "\r\nX-Folded: a\r\n ", long_word, "\r\n", NULL);
	PstWriterMessage mail;

	for (gsize i = 0; i < G_N_ELEMENTS (subjects); i++) {
		mail = make_mail (store, subjects[i]);
		add (store, &mail);
	}
	mail = make_mail (store, long_word);
	add (store, &mail);
	for (gsize i = 0; i < G_N_ELEMENTS (people); i++) {
		PstWriterRecipient list[3] = { { PST_WRITER_TO, people[i] },
					       { PST_WRITER_CC, people[i] },
					       { PST_WRITER_BCC, people[i] } };
		mail = make_mail (store, "people");
		mail.sender = people[i];
		mail.recipients = list;
		mail.n_recipients = 3;
		add (store, &mail);
	}
	for (gsize i = 0; i < G_N_ELEMENTS (headers); i++) {
		mail = make_mail (store, "header");
		mail.headers = headers[i];
		add (store, &mail);
	}
	mail = make_mail (store, "header");
	mail.headers = long_field;
	add (store, &mail);
}

static void
add_ids (Store *store)
{
	g_autofree char *many = repeat ("<a@example.org>\r\n ", 2000);
	static const char *const ids[] = { "<a@example.org>\r\nX-Evil: 1", "no brackets",
					   "<two words@example.org>", "<>",
					   "<\xc3\xa9@example.org>" };

	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
		PstWriterMessage mail = make_mail (store, "ids");
		mail.message_id = ids[i];
		mail.in_reply_to = ids[i];
		mail.references = many;
		add (store, &mail);
	}
}

/* Nothing, the beginning and the end of time, and a day before it. */
static void
add_times (Store *store)
{
	static const guint64 times[] = { 0, 1, G_MAXUINT64, G_MAXINT64,
					 G_GUINT64_CONSTANT (116444735999999999) };

	for (gsize i = 0; i < G_N_ELEMENTS (times); i++) {
		guint64 time = GUINT64_TO_LE (times[i]);
		const PstWriterProperty extra[] = { { 0x00390040, &time, 8 },
						    { 0x0e060040, &time, 8 },
						    { 0x30070040, &time, 8 },
						    { 0x30080040, &time, 8 } };
		PstWriterMessage mail = make_mail (store, "time");
		mail.submit_time = 0;
		mail.delivery_time = 0;
		mail.extra = extra;
		mail.n_extra = G_N_ELEMENTS (extra);
		add (store, &mail);
	}
}

/* --- Text ------------------------------------------------------------------ */

static void
add_texts (Store *store)
{
	static const char *const texts[] = {
		"From the start\r\n>From quoted\r\n.\r\n..\r\n--=_0123456789abcdef01234567\r\n",
		"bare\rCR\nand LF\n\n\n",
		"no end of line",
		"\r\n",
		"trailing blanks  \t\r\n=3D=\r\n",
		"\xef\xbb\xbf"
		"mark of order \xe2\x80\xa8 separator \x0c feed \x1b escape\r\n",
	};
	static const char *const categories[] = {
		"", "with \"quotes\" and \\", "new\r\nline", "\\Seen", "NIL", "Grün", NULL
	};
	g_autofree char *line = repeat ("word ", LONG);
	g_autofree char *html = g_strconcat ("<p>", line, "</p>", NULL);
	PstWriterMessage mail;

	for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
		mail = make_mail (store, "text");
		mail.plain = texts[i];
		mail.html = texts[i];
		mail.codepage = 65001;
		add (store, &mail);
	}
	mail = make_mail (store, "long lines");
	mail.plain = line;
	mail.html = html;
	mail.categories = categories;
	add (store, &mail);
	mail = make_mail (store, "no text");
	mail.plain = NULL;
	add (store, &mail);
}

/* --- Attachments ----------------------------------------------------------- */

static const struct {
	const char *name;
	const char *mime;
	const char *content_id;
} files[] = {
	{ "quote\"s; x=y.txt", "text/plain", "id with blanks" },
	{ "line\r\nX-Evil: 1", "text/plain\r\nX-Evil: 1", "id\r\nX-Evil: 1" },
	{ "../../etc/passwd", "image/png; name=other", "<in@brackets>" },
	{ "C:\\Users\\ann\\plan.dwg", "nonsense", "a<b>c" },
	{ "..", "multipart/mixed", NULL },
	{ "/", "message/rfc822", NULL },
	{ " ", "message/partial", NULL },
	{ "日本語の長い名前.txt", "TEXT/Plain", "日本" },
	{ "\xf0\x9f\x93\xa7.eml", "message/delivery-status", NULL },
	{ "%41''utf-8''", "application/octet-stream", NULL },
	{ "=?utf-8?Q?x?=", "text/html", NULL },
	{ NULL, NULL, NULL },
};

static void
add_files (Store *store)
{
	static const char content[] = "From here\r\nSubject: x\r\n\r\n\xff\x00--=_\r";
	g_autofree char *long_name = repeat ("длинное", 60);
	PstWriterAttachment list[G_N_ELEMENTS (files) + 5];
	PstWriterMessage mail = make_mail (store, "attachments");

	memset (list, 0, sizeof list);
	for (gsize i = 0; i < G_N_ELEMENTS (list); i++) {
		list[i].bytes = content;
		list[i].size = sizeof content - 1;
		if (i < G_N_ELEMENTS (files)) {
			list[i].name = files[i].name;
			list[i].mime = files[i].mime;
			list[i].content_id = files[i].content_id;
		}
	}
	PstWriterAttachment *rest = &list[G_N_ELEMENTS (files)];
	rest[0].name = long_name;
	rest[1].name = "empty";
	rest[1].size = 0;
	rest[2].name = "winmail.dat";
	rest[2].mime = "application/ms-tnef";
	rest[2].hidden = TRUE;
	rest[3].method = PST_WRITER_BY_REFERENCE_ONLY;
	rest[3].path = "\\\\server\\share\\r\r\nX-Evil: 1\r\nGröße.dwg";
	rest[4].method = PST_WRITER_OLE;
	mail.html = "<img src=\"cid:in@brackets\"><img src='CID:a%3Cb%3Ec'>";
	mail.attachments = list;
	mail.n_attachments = G_N_ELEMENTS (list);
	add (store, &mail);
	mail.plain = NULL;
	mail.html = NULL;
	add (store, &mail);
}

/* Each the only attachment of the next; the innermost has a contact and an appointment too. */
static void
add_deep (Store *store, const PstWriterProperty *extra, gsize n_extra)
{
	const PstWriterMessage entries[] = {
		{ .message_class = "IPM.Contact",
		  .subject = "Bruno",
		  .extra = extra,
		  .n_extra = n_extra },
		{ .message_class = "IPM.Appointment",
		  .subject = "Grün",
		  .extra = extra,
		  .n_extra = n_extra },
	};
	const PstWriterAttachment attached[] = { { .name = "Bruno", .message = &entries[0] },
						 { .name = "Grün", .message = &entries[1] } };
	PstWriterMessage messages[DEPTH + 1];
	PstWriterAttachment attachments[DEPTH];

	memset (attachments, 0, sizeof attachments);
	for (guint i = 0; i <= DEPTH; i++) {
		messages[i] = make_mail (store, i < DEPTH ? "outer" : "innermost");
		messages[i].attachments = i < DEPTH ? &attachments[i] : attached;
		messages[i].n_attachments = i < DEPTH ? 1 : 2;
		if (i < DEPTH) {
			attachments[i].name = "a mail";
			attachments[i].message = &messages[i + 1];
		}
	}
	add (store, &messages[0]);
}

/* --- Sealed, signed, asked -------------------------------------------------- */

#define SIGNED                                                                                     \
	"Content-Type: multipart/signed; protocol=\"application/pgp-signature\";\r\n"              \
	" micalg=pgp-sha256; boundary=\"s\"\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\n"        \
	"From here \r\n--=_\r\n\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"         \
	"-----BEGIN PGP SIGNATURE-----\r\n\r\n--s--\r\n"
#define PGP "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"

static void
add_sealed (Store *store)
{
	static const guint8 sealed[] = { 0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
					 0xf7, 0x0d, 0x01, 0x07, 0x03, 0xa0, 0x00 };
	static const PstWriterAttachment entity = { .name = "smime.p7m",
						    .mime = "multipart/signed",
						    .bytes = SIGNED,
						    .size = sizeof SIGNED - 1 };
	static const PstWriterAttachment opaque = { .name = "smime.p7m",
						    .mime = "application/pkcs7-mime",
						    .bytes = sealed,
						    .size = sizeof sealed };
	static const PstWriterAttachment parts[] = {
		{ .name = "version",
		  .mime = "application/pgp-encrypted",
		  .bytes = "Version: 1\r\n",
		  .size = 12 },
		{ .name = "encrypted.asc",
		  .mime = "application/octet-stream",
		  .bytes = PGP,
		  .size = sizeof PGP - 1 },
	};
	PstWriterMessage mail = make_mail (store, "signed");

	mail.message_class = "IPM.Note.SMIME.MultipartSigned";
	mail.attachments = &entity;
	mail.n_attachments = 1;
	add (store, &mail);
	mail = make_mail (store, "sealed");
	mail.message_class = "IPM.Note.SMIME";
	mail.plain = NULL;
	mail.attachments = &opaque;
	mail.n_attachments = 1;
	add (store, &mail);
	mail = make_mail (store, "sealed by PGP");
	mail.plain = NULL;
	mail.attachments = parts;
	mail.n_attachments = 2;
	add (store, &mail);
}

static void
add_meetings (Store *store, const PstWriterProperty *extra, gsize n_extra)
{
	static const char *const classes[] = {
		"IPM.Schedule.Meeting.Request",   "IPM.Schedule.Meeting.Canceled",
		"IPM.Schedule.Meeting.Resp.Pos",  "IPM.Schedule.Meeting.Resp.Neg",
		"IPM.Schedule.Meeting.Resp.Tent", "REPORT.IPM.Note.NDR",
		"REPORT.IPM.Note.IPNRN",          "IPM.TaskRequest",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (classes); i++) {
		PstWriterMessage mail = make_mail (store, "Grün\r\nDTSTART:19700101T000000Z");
		mail.message_class = classes[i];
		mail.extra = extra;
		mail.n_extra = n_extra;
		add (store, &mail);
		mail.plain = NULL;
		mail.sender = people[0];
		add (store, &mail);
	}
}

void
sample_odd_add (PstWriter *writer)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	Store store = { .writer = writer };
	guint16 start = pst_writer_add_named_property (writer, pst_writer_set_appointment, 0x820d,
						       NULL);
	guint16 end = pst_writer_add_named_property (writer, pst_writer_set_appointment, 0x820e,
						     NULL);
	gsize n_extra = 0;

	store.folder = pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox",
					      PST_WRITER_ROLE_INBOX);
	pst_writer_properties_add_time (list, start, 1704967200);
	pst_writer_properties_add_time (list, end, 1704970800);
	pst_writer_properties_add_text (list, 0x3001, "Größe\r\nEND:VCARD");
	const PstWriterProperty *extra = pst_writer_properties_get (list, &n_extra);
	add_headers (&store);
	add_ids (&store);
	add_times (&store);
	add_texts (&store);
	add_files (&store);
	add_deep (&store, extra, n_extra);
	add_sealed (&store);
	add_meetings (&store, extra, n_extra);
}
