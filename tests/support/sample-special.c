/* sample-special.c - stores for what an ordinary mailbox has little of
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/sample-special.h"

#include "support/pst-writer-properties.h"
#include "support/pst-writer-text.h"
#include "support/sample-account.h"

#include <string.h>

#define FIRST_DATE 1672531200 /* 2023-01-01 */

static const PstWriterRecipient ann = {PST_WRITER_TO,
				       {"Ann Example", NULL, "ann@example.org", "ann@example.org"}};

/* A mail from nobody in particular, to be changed. */
static PstWriterMessage
make_mail (const char *subject, guint number)
{
	return (PstWriterMessage){
		.subject = subject,
		.sender = {"Bruno", NULL, "bruno@mueller.example", "bruno@mueller.example"},
		.recipients = &ann,
		.n_recipients = 1,
		.submit_time = FIRST_DATE + 60 * (gint64)number,
		.delivery_time = FIRST_DATE + 60 * (gint64)number + 2,
		.read = TRUE,
	};
}

static const struct {
	guint codepage;
	const char *text;
} texts[] = {
	{1250, "Příliš žluťoučký kůň"},
	{1251, "Съешь ещё этих мягких булок"},
	{1252, "Größenübersicht für 5 €"},
	{1253, "Καλημέρα κόσμε"},
	{1254, "Şirketin ağı"},
	{1255, "שלום עולם"},
	{1256, "مرحبا بالعالم"},
	{1257, "Ąžuolas ir eglė"},
	{874, "สวัสดีชาวโลก"},
	{932, "日本語の表と能"},
	{936, "简体中文邮件"},
	{949, "한국어 편지"},
	{950, "繁體中文郵件"},
	{20866, "Привет, мир"},
	{28591, "Déjà vu"},
	{28592, "Zażółć gęślą jaźń"},
	{65001, "Grüße, привет, 日本"},
};

/* The last mail says what it is in for its HTML only. */
void
sample_special_add_texts (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);

	for (guint i = 0; i <= G_N_ELEMENTS (texts); i++) {
		gboolean is_last = i == G_N_ELEMENTS (texts);
		guint codepage = is_last ? 1251 : texts[i].codepage;
		const char *text = is_last ? "Без указания" : texts[i].text;
		g_autofree char *html =
			g_strdup_printf ("<html><body><p>%s</p></body></html>", text);
		g_autofree char *plain = g_strdup_printf ("%s\r\n", text);
		g_autoptr (GBytes) bytes = pst_writer_text_encode (html, -1, codepage);
		PstWriterMessage mail = make_mail (text, i);

		g_assert_nonnull (bytes);
		mail.sender.name = text;
		mail.plain = plain;
		mail.html = g_bytes_get_data (bytes, &mail.html_length);
		mail.codepage = codepage;
		mail.message_codepage = codepage;
		mail.no_message_codepage = is_last;
		mail.eight_bit = TRUE;
		(void)pst_writer_add_message (writer, inbox, &mail);
	}
}

static const struct {
	const char *subject;
	const char *rtf;
	const char *plain;
	const char *html;
	gboolean in_sync;
	guint32 native_body;
} bodies[] = {
	{"Rich text",
	 "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n"
	 "\\pard\\plain\\f0\\fs20 Dear Ann,\\par\r\nthis is \\b bold\\b0  and this is "
	 "\\'fcber.\\par\r\n}",
	 NULL, NULL, TRUE, 2},
	{"HTML in RTF",
	 "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n"
	 "{\\*\\htmltag18 <html>}{\\*\\htmltag50 <body>}{\\*\\htmltag64 <p>}\\htmlrtf \\par "
	 "\\htmlrtf0 Gr\\'fc\\'dfe{\\*\\htmltag84 <br>}\\htmlrtf \\line \\htmlrtf0 aus Kiel"
	 "{\\*\\htmltag72 </p>}{\\*\\htmltag58 </body>}{\\*\\htmltag27 </html>}}",
	 NULL, NULL, TRUE, 3},
	{"Text in RTF",
	 "{\\rtf1\\ansi\\ansicpg1251\\fromtext \\deff0{\\fonttbl{\\f0\\fmodern "
	 "Courier;}}\r\n{\\f0 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2\\par\r\nsecond line\\par\r\n}}",
	 NULL, NULL, TRUE, 1},
	{"Text and its RTF", "{\\rtf1\\ansi\\ansicpg1252\\fromtext \\deff0 The same.\\par\r\n}",
	 "The same.\r\n", NULL, TRUE, 1},
	{"RTF out of step", "{\\rtf1\\ansi\\ansicpg1252\\deff0 An older wording.\\par\r\n}",
	 "The newer wording.\r\n", NULL, FALSE, 1},
	{"HTML and its RTF",
	 "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\*\\htmltag64 <p>}Hello"
	 "{\\*\\htmltag72 </p>}}",
	 "Hello\r\n", "<html><body><p>Hello</p></body></html>", TRUE, 3},
};

/* Every document in every wrapping. */
void
sample_special_add_bodies (PstWriter *writer)
{
	static const char *const forms[] = {"compressed", "literal", "stored", "wrong sum"};
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);

	for (guint i = 0; i < G_N_ELEMENTS (bodies) * G_N_ELEMENTS (forms); i++) {
		guint n = i / G_N_ELEMENTS (forms);
		guint form = i % G_N_ELEMENTS (forms);
		g_autofree char *subject =
			g_strdup_printf ("%s, %s", bodies[n].subject, forms[form]);
		PstWriterMessage mail = make_mail (subject, i);

		mail.rtf = bodies[n].rtf;
		mail.rtf_length = strlen (bodies[n].rtf);
		mail.rtf_form = form;
		mail.rtf_in_sync = bodies[n].in_sync;
		mail.native_body = bodies[n].native_body;
		mail.plain = bodies[n].plain;
		mail.html = bodies[n].html;
		(void)pst_writer_add_message (writer, inbox, &mail);
	}
}

/* What a property of an item is, short enough for a table. */
typedef struct {
	const guint8 *set; /* NULL: id is the property's own */
	guint16 id;
	char type; /* t text, n number, f flag, d date, x double */
	const char *text;
	gint64 number;
} ItemProperty;

typedef struct {
	const char *folder;
	const char *folder_class;
	const char *class;
	const char *subject;
	const char *plain;
	const ItemProperty *properties;
} Item;

static const ItemProperty contact[] = {
	{NULL, 0x3001, 't', "Bruno Müller", 0},
	{NULL, 0x3a06, 't', "Bruno", 0},
	{NULL, 0x3a11, 't', "Müller", 0},
	{NULL, 0x3a16, 't', "Müller & Söhne", 0},
	{NULL, 0x3a1c, 't', "+49 30 5550100", 0},
	{NULL, 0x3a42, 'd', NULL, 315532800},
	{pst_writer_set_address, 0x8005, 't', "Müller, Bruno", 0},
	{pst_writer_set_address, 0x8080, 't', "Bruno Müller", 0},
	{pst_writer_set_address, 0x8082, 't', "SMTP", 0},
	{pst_writer_set_address, 0x8083, 't', "bruno@mueller.example", 0},
	{pst_writer_set_address, 0x8084, 't', "bruno@mueller.example", 0},
	{0},
};
static const ItemProperty list[] = {
	{NULL, 0x3001, 't', "The choir", 0},
	{pst_writer_set_address, 0x8053, 't', "The choir", 0},
	{0},
};
static const ItemProperty appointment[] = {
	{pst_writer_set_appointment, 0x8205, 'n', NULL, 2},
	{pst_writer_set_appointment, 0x8208, 't', "Room 2.14", 0},
	{pst_writer_set_appointment, 0x820d, 'd', NULL, 1704967200},
	{pst_writer_set_appointment, 0x820e, 'd', NULL, 1704970800},
	{pst_writer_set_appointment, 0x8215, 'f', NULL, 0},
	{pst_writer_set_appointment, 0x8217, 'n', NULL, 0},
	{pst_writer_set_common, 0x8501, 'n', NULL, 15},
	{pst_writer_set_common, 0x8503, 'f', NULL, 1},
	{0},
};
static const ItemProperty meeting[] = {
	{pst_writer_set_appointment, 0x8208, 't', "Café Lumière", 0},
	{pst_writer_set_appointment, 0x820d, 'd', NULL, 1705053600},
	{pst_writer_set_appointment, 0x820e, 'd', NULL, 1705057200},
	{pst_writer_set_meeting, 0x0001, 'd', NULL, 1705000000},
	{0},
};
static const ItemProperty task[] = {
	{pst_writer_set_task, 0x8101, 'n', NULL, 1},
	{pst_writer_set_task, 0x8102, 'x', NULL, 50},
	{pst_writer_set_task, 0x8104, 'd', NULL, 1704067200},
	{pst_writer_set_task, 0x8105, 'd', NULL, 1706745600},
	{pst_writer_set_task, 0x811c, 'f', NULL, 0},
	{pst_writer_set_task, 0x811f, 't', "Ann Example", 0},
	{0},
};
static const ItemProperty note[] = {
	{pst_writer_set_note, 0x8b00, 'n', NULL, 3},
	{pst_writer_set_note, 0x8b02, 'n', NULL, 200},
	{0},
};
static const ItemProperty journal[] = {
	{pst_writer_set_log, 0x8700, 't', "Phone call", 0},
	{pst_writer_set_log, 0x8706, 'd', NULL, 1704880800},
	{pst_writer_set_log, 0x8707, 'n', NULL, 12},
	{0},
};
static const ItemProperty nothing[] = {{0}};

static const Item items[] = {
	{"Contacts", "IPF.Contact", "IPM.Contact", "Bruno Müller", NULL, contact},
	{"Contacts", "IPF.Contact", "IPM.DistList", "The choir", NULL, list},
	{"Calendar", "IPF.Appointment", "IPM.Appointment", "Kick-off", "Bring the plans.\r\n",
	 appointment},
	{"Inbox", "IPF.Note", "IPM.Schedule.Meeting.Request", "Lunch", "Shall we?\r\n", meeting},
	{"Tasks", "IPF.Task", "IPM.Task", "Check the figures", "Page 3.\r\n", task},
	{"Notes", "IPF.StickyNote", "IPM.StickyNote", "Buy plums", "Buy plums\r\n", note},
	{"Journal", "IPF.Journal", "IPM.Activity", "Call with Bruno", "About the offer.\r\n",
	 journal},
	{"Inbox", "IPF.Note", "IPM.Post", "To all who read this", "A post.\r\n", nothing},
	{"Inbox", "IPF.Note", "IPM.Note", "With categories", "A mail.\r\n", nothing},
};

static void
add_property (PstWriter *writer, PstWriterProperties *out, const ItemProperty *in)
{
	guint16 id =
		in->set ? pst_writer_add_named_property (writer, in->set, in->id, NULL) : in->id;

	switch (in->type) {
	case 't': pst_writer_properties_add_text (out, id, in->text); break;
	case 'n': pst_writer_properties_add_number (out, id, (guint32)in->number); break;
	case 'f': pst_writer_properties_add_flag (out, id, in->number != 0); break;
	case 'd': pst_writer_properties_add_time (out, id, in->number); break;
	case 'x': pst_writer_properties_add_double (out, id, (double)in->number / 100); break;
	default: g_assert_not_reached ();
	}
}

void
sample_special_add_items (PstWriter *writer)
{
	static const char *const categories[] = {"Key customer", "Büro", "Желтый", NULL};
	guint16 about = pst_writer_add_named_property (writer, pst_writer_set_internet_headers, 0,
						       "x-about");
	g_autoptr (GHashTable) folders = g_hash_table_new (g_str_hash, g_str_equal);

	for (guint i = 0; i < G_N_ELEMENTS (items); i++) {
		const Item *item = &items[i];
		guint32 folder = GPOINTER_TO_UINT (g_hash_table_lookup (folders, item->folder));
		g_autoptr (PstWriterProperties) extra = pst_writer_properties_new ();
		PstWriterMessage message = make_mail (item->subject, i);
		if (!folder) {
			gboolean is_inbox = strcmp (item->folder, "Inbox") == 0;
			folder = pst_writer_add_folder (writer, PST_WRITER_TOP, item->folder,
							is_inbox ? PST_WRITER_ROLE_INBOX
								 : PST_WRITER_ROLE_NONE);
			pst_writer_set_folder_class (writer, folder, item->folder_class);
			g_hash_table_insert (folders, (gpointer)item->folder,
					     GUINT_TO_POINTER (folder));
		}
		for (const ItemProperty *in = item->properties; in->type; in++)
			add_property (writer, extra, in);
		pst_writer_properties_add_text (extra, about, item->class);
		message.message_class = item->class;
		message.plain = item->plain;
		message.message_codepage = 65001;
		message.categories = categories;
		message.extra = pst_writer_properties_get (extra, &message.n_extra);
		(void)pst_writer_add_message (writer, folder, &message);
	}
}

/* Number 3 has an attachment in the heap, 5 one of several blocks, 7 a mail in it; 9 has no folder.
 */
void
sample_special_add_deleted (PstWriter *writer)
{
	static guint32 seeds[] = {11, 12};
	static const PstWriterMessage inner = {.subject = "The mail in the deleted mail",
					       .plain = "Still here.\r\n",
					       .read = TRUE};
	const PstWriterAttachment attachments[] = {
		{.name = "small.txt", .bytes = "Still here.\r\n", .size = 13},
		{.name = "large.bin",
		 .size = 100000,
		 .generate = sample_account_noise,
		 .generate_data = &seeds[0]},
		{.name = "mail", .message = &inner},
	};
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);

	for (guint i = 1; i <= 10; i++) {
		g_autofree char *subject = g_strdup_printf ("Message %u", i);
		g_autofree char *plain = g_strdup_printf ("This is message %u.\r\n", i);
		PstWriterMessage mail = make_mail (subject, i);
		mail.plain = plain;
		if (i == 3 || i == 5 || i == 7) {
			mail.attachments = &attachments[i / 2 - 1];
			mail.n_attachments = 1;
			mail.placement = PST_WRITER_PLACE_DELETED;
		}
		if (i == 9)
			mail.placement = PST_WRITER_PLACE_ORPHAN;
		(void)pst_writer_add_message (writer, inbox, &mail);
	}
}
