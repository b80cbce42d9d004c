/* sample-account.c - the mailbox of Ann Example, for the demonstration
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Small enough to look at, and with everything people fear for when they move: folders in four
 * scripts, a slash in a folder's name, a large attachment, a mail in a mail, unread mail, drafts
 * without an address, sent mail without headers, colleagues who have only an Exchange address,
 * two copies of the same newsletter, a "From " at the beginning of a line.
 */

#include "support/sample-account.h"

#include <string.h>

typedef enum {
	INBOX,
	PROJECTS,
	OFFERS,
	CAFE,
	SENT,
	TRASH,
	DRAFTS,
	JUNK,
	OUTBOX,
	ARCHIVE,
	ARCHIVE_2022,
	MOSCOW,
	CONTRACTS,
	JAPAN,
	EMPTY,
	CONTACTS,
	CALENDAR,
	N_FOLDERS,
	NO_FOLDER = -1,
} FolderId;

typedef struct {
	const char *name;
	int parent;
	PstWriterRole role;
	const char *container_class;
} SampleFolder;

static const SampleFolder folders[N_FOLDERS] = {
	[INBOX] = {"Inbox", NO_FOLDER, PST_WRITER_ROLE_INBOX, NULL},
	[PROJECTS] = {"Projekte/Übersicht 2024", INBOX, PST_WRITER_ROLE_NONE, NULL},
	[OFFERS] = {"Angebote & Verträge", PROJECTS, PST_WRITER_ROLE_NONE, NULL},
	[CAFE] = {"Café", INBOX, PST_WRITER_ROLE_NONE, NULL},
	[SENT] = {"Sent Items", NO_FOLDER, PST_WRITER_ROLE_SENT, NULL},
	[TRASH] = {"Deleted Items", NO_FOLDER, PST_WRITER_ROLE_TRASH, NULL},
	[DRAFTS] = {"Drafts", NO_FOLDER, PST_WRITER_ROLE_DRAFTS, NULL},
	[JUNK] = {"Junk E-mail", NO_FOLDER, PST_WRITER_ROLE_JUNK, NULL},
	[OUTBOX] = {"Outbox", NO_FOLDER, PST_WRITER_ROLE_OUTBOX, NULL},
	[ARCHIVE] = {"Archive", NO_FOLDER, PST_WRITER_ROLE_ARCHIVE, NULL},
	[ARCHIVE_2022] = {"2022", ARCHIVE, PST_WRITER_ROLE_NONE, NULL},
	[MOSCOW] = {"Москва", NO_FOLDER, PST_WRITER_ROLE_NONE, NULL},
	[CONTRACTS] = {"Договоры", MOSCOW, PST_WRITER_ROLE_NONE, NULL},
	[JAPAN] = {"日本語", NO_FOLDER, PST_WRITER_ROLE_NONE, NULL},
	[EMPTY] = {"To sort some day", NO_FOLDER, PST_WRITER_ROLE_NONE, NULL},
	[CONTACTS] = {"Contacts", NO_FOLDER, PST_WRITER_ROLE_NONE, "IPF.Contact"},
	[CALENDAR] = {"Calendar", NO_FOLDER, PST_WRITER_ROLE_NONE, "IPF.Appointment"},
};

enum {
	UNREAD = 1,
	UNSENT = 2,
	NO_HEADERS = 4,
	REPLIED = 8,
	FORWARDED = 16,
	URGENT = 32,
	TWICE = 64,
};

typedef struct {
	FolderId folder;
	const char *date; /* UTC */
	const char *from; /* Name <address>, or Name <Exchange address|SMTP address> */
	const char *to;   /* the same, separated by semicolons */
	const char *cc;
	const char *bcc;
	guint flags;
	const char *prefix;
	const char *subject;
	const char *plain;
	const char *html;
	guint codepage;
	guint answers; /* 1 + number of the mail this one answers */
} Mail;

#define ANN        "Ann Example <ann@example.org>"
#define ANN_AT_EX  "Ann Example </o=Example/ou=First/cn=Recipients/cn=ann|ann@example.org>"
#define KARL       "Weber, Karl </o=Example/ou=First/cn=Recipients/cn=kw|karl.weber@example.org>"
#define BRUNO      "Bruno Müller <bruno@mueller.example>"
#define CLAIRE     "Claire Lefèvre <claire@cafe-lumiere.example>"
#define DMITRI     "Дмитрий Орлов <orlov@most.example>"
#define EMIKO      "山田 恵美子 <emiko@yamada.example>"
#define FINANCE    "Example Bank <service@bank.example>"
#define NEWSLETTER "The Garden Letter <letter@garden.example>"
#define MUM        "Mum <grace@family.example>"
#define SHOP       "Paper & Pen <orders@paper-pen.example>"
#define TEAM       "Team </o=Example/ou=First/cn=Recipients/cn=team|team@example.org>"

static const Mail mails[] = {
	{INBOX, "2024-01-08T08:12:31Z", KARL, ANN_AT_EX, NULL, NULL, 0, "", "Welcome back",
	 "Good morning Ann,\r\n\r\nI hope you had quiet days. The kick-off is on Thursday at ten, "
	 "room 2.14.\r\n\r\nKarl\r\n",
	 NULL, 0, 0},
	{SENT, "2024-01-08T08:40:02Z", ANN_AT_EX, KARL, NULL, NULL, NO_HEADERS,
	 "RE: ", "RE: Welcome back", "Thank you, I'll be there.\r\n\r\nAnn\r\n", NULL, 0, 1},
	{INBOX, "2024-01-09T17:55:10Z", MUM, ANN, NULL, NULL, REPLIED, NULL, "Sunday lunch?",
	 "Dear Ann,\r\n\r\nwill you come on Sunday? There will be apple cake.\r\n"
	 "From the station it's a short walk, you know the way.\r\n"
	 ">From the bus stop too.\r\n\r\nLove, Mum\r\n",
	 NULL, 0, 0},
	{SENT, "2024-01-09T19:03:44Z", ANN, MUM, NULL, NULL, NO_HEADERS,
	 "Re: ", "Re: Sunday lunch?", "With pleasure. I'll bring the plums.\r\n", NULL, 0, 3},
	{PROJECTS, "2024-01-11T11:30:00Z", KARL, TEAM, ANN_AT_EX, NULL, 0, "",
	 "Protokoll Kick-off 11.01.",
	 "Hallo zusammen,\r\n\r\nanbei die Aufgaben: Müller prüft die "
	 "Größen, Ann übernimmt die Übersicht.\r\n\r\nGrüße\r\nKarl\r\n",
	 "<html><body><p>Hallo zusammen,</p><ul><li>M&uuml;ller pr\xc3\xbc"
	 "ft die Gr\xc3\xb6\xc3\x9f"
	 "en</li><li>Ann \xc3\xbc"
	 "bernimmt die \xc3\x9c"
	 "bersicht</li></ul></body></html>",
	 65001, 0},
	{PROJECTS, "2024-01-15T09:21:17Z", BRUNO, ANN, "Weber, Karl <karl.weber@example.org>", NULL,
	 FORWARDED, NULL, "Größenübersicht als PDF",
	 "Hallo Ann,\r\n\r\nwie besprochen die "
	 "Übersicht. Seite 3 bitte genau ansehen.\r\n\r\nBruno\r\n",
	 NULL, 0, 0},
	{OFFERS, "2024-01-22T14:02:09Z", BRUNO, ANN, NULL, NULL, 0, NULL, "Angebot Nr. 2024/017",
	 NULL,
	 "<html><head><meta charset=\"windows-1252\"></head><body><p>Unser Angebot: "
	 "4.200 \x80 f\xfcr alles, g\xfcltig bis M\xe4rz.</p></body></html>",
	 1252, 0},
	{SENT, "2024-01-23T07:45:30Z", ANN, BRUNO, "Weber, Karl <karl.weber@example.org>", MUM,
	 NO_HEADERS, "AW: ", "AW: Angebot Nr. 2024/017",
	 "Hallo Bruno,\r\n\r\ndas passt. Bitte schick uns den Vertrag.\r\n\r\nViele "
	 "Grüße\r\nAnn\r\n",
	 NULL, 0, 7},
	{OFFERS, "2024-01-25T10:10:10Z", BRUNO, ANN, NULL, NULL, URGENT,
	 "Re: ", "Re: AW: Angebot Nr. 2024/017",
	 "Vertrag im Anhang, bitte bis Freitag unterschreiben.\r\n", NULL, 0, 7},
	{CAFE, "2024-02-02T16:20:00Z", CLAIRE, ANN, NULL, NULL, 0, NULL,
	 "Réservation confirmée : samedi 10 février",
	 "Bonjour Ann,\r\n\r\nvotre table est "
	 "réservée pour quatre personnes à 19 h 30.\r\n\r\nÀ bientôt,\r\nClaire\r\n",
	 "<html><body><h2>R&eacute;servation confirm&eacute;e</h2><p>Samedi 10 f&eacute;vrier, "
	 "19 h 30 <img src=\"cid:logo@cafe-lumiere.example\"></p></body></html>",
	 65001, 0},
	{CAFE, "2024-02-11T09:00:00Z", CLAIRE, ANN, NULL, NULL, 0, "Re: ", "Re: Merci !",
	 "C'était un plaisir. La recette du gâteau est à vous si vous promettez de "
	 "la garder secrète.\r\n",
	 NULL, 0, 0},
	{INBOX, "2024-02-14T06:30:00Z", NEWSLETTER, ANN, NULL, NULL, TWICE, NULL,
	 "The Garden Letter, February",
	 "What to sow in February:\r\n\r\n- broad beans\r\n- sweet peas"
	 "\r\n- patience\r\n",
	 "<html><body><h1>The Garden Letter</h1><p>What to sow in February: broad beans, sweet "
	 "peas, patience.</p></body></html>",
	 65001, 0},
	{INBOX, "2024-03-14T06:30:00Z", NEWSLETTER, ANN, NULL, NULL, UNREAD, NULL,
	 "The Garden Letter, March", "March is for pruning.\r\n",
	 "<html><body><h1>The Garden Letter</h1><p>March is for pruning.</p></body></html>", 65001,
	 0},
	{INBOX, "2024-02-20T12:00:00Z", FINANCE, ANN, NULL, NULL, 0, NULL,
	 "Your statement for January is ready", NULL,
	 "<html><body><p>Dear customer,</p><p>your statement is attached. We never ask for "
	 "passwords by mail.</p></body></html>",
	 65001, 0},
	{INBOX, "2024-03-01T18:44:51Z", BRUNO, ANN, NULL, NULL, 0, NULL, "Photos from the hike",
	 "All of them in one archive, twelve megabytes. The view from the ridge is number 40.\r\n",
	 NULL, 0, 0},
	{INBOX, "2024-03-05T08:00:12Z", KARL, ANN_AT_EX, NULL, NULL, UNREAD,
	 "FW: ", "FW: Question from the architects",
	 "Ann, can you answer this? Original attached.\r\n\r\nKarl\r\n", NULL, 0, 0},
	{MOSCOW, "2024-03-07T07:15:00Z", DMITRI, ANN, NULL, NULL, 0, NULL, "Встреча в Москве",
	 "Здравствуйте, Анна!\r\n\r\nЖдём вас 20 марта в 11:00.\r\n\r\nДмитрий\r\n", NULL, 0, 0},
	{MOSCOW, "2024-03-12T13:05:59Z", DMITRI, ANN, NULL, NULL, UNREAD, NULL, "Программа", NULL,
	 "<html><body><p>\xcf\xf0\xee\xe3\xf0\xe0\xec\xec\xe0 \xe2\xf1\xf2\xf0\xe5\xf7\xe8: "
	 "11:00 \xed\xe0\xf7\xe0\xeb\xee</p></body></html>",
	 1251, 0},
	{CONTRACTS, "2024-03-25T10:00:00Z", DMITRI, ANN, "Weber, Karl <karl.weber@example.org>",
	 NULL, 0, NULL, "Договор № 12/2024", "Подписанный договор во вложении.\r\n", NULL, 0, 0},
	{SENT, "2024-03-26T09:30:00Z", ANN, DMITRI, NULL, NULL, NO_HEADERS,
	 "Re: ", "Re: Договор № 12/2024", "Спасибо! Получила.\r\n", NULL, 0, 19},
	{JAPAN, "2024-04-02T01:12:00Z", EMIKO, ANN, NULL, NULL, 0, NULL, "お花見のご案内",
	 "アンさん\r\n\r\n今週の土曜日、上野公園でお花見をします。ぜひお越しください。\r\n\r\n恵美"
	 "子\r\n",
	 NULL, 0, 0},
	{JAPAN, "2024-04-08T02:40:00Z", EMIKO, ANN, NULL, NULL, 0, "Re: ", "Re: お花見のご案内",
	 NULL,
	 "<html><body><p>\x8e\xca\x90^\x82\xf0\x91\x97\x82\xe8\x82\xdc\x82\xb7\x81"
	 "B</p></body></html>",
	 932, 21},
	{SENT, "2024-04-03T07:00:00Z", ANN, EMIKO, NULL, NULL, NO_HEADERS,
	 "Re: ", "Re: お花見のご案内", "喜んで伺います。\r\n", NULL, 0, 21},
	{INBOX, "2024-04-10T15:31:00Z", SHOP, ANN, NULL, NULL, 0, NULL, "Order 88213 has been sent",
	 "Your parcel is on its way:\r\n\r\n  2 x notebook, dotted, A5\r\n  1 x ink, "
	 "\"midnight\"\r\n",
	 NULL, 0, 0},
	{INBOX, "2024-04-11T11:11:11Z", "O'Neil, Pat (Sales) <pat@paper-pen.example>", ANN,
	 "undisclosed friends <friends@paper-pen.example>", NULL, 0, NULL,
	 "Names with commas, quotes \"and\" brackets", "Even our names must survive.\r\n", NULL, 0,
	 0},
	{INBOX, "2024-04-18T20:20:20Z", MUM, ANN, NULL, NULL, UNREAD, NULL, "",
	 "You forgot your "
	 "umbrella. (I never know what to write up there.)\r\n",
	 NULL, 0, 0},
	{INBOX, "2024-05-02T09:14:00Z", KARL, TEAM, NULL, NULL, 0, "", "Summer party: list, please",
	 "Who brings what? Reply to all, please.\r\n",
	 "<html><body><p>Who brings what? <b>Reply to all</b>, please.</p></body></html>", 65001,
	 0},
	{INBOX, "2024-05-02T09:30:00Z",
	 "Farid Khan </o=Example/ou=First/cn=Recipients/cn=fkhan|"
	 "farid.khan@example.org>",
	 TEAM, NULL, NULL, 0, "RE: ", "RE: Summer party: list, please", "I bring the grill.\r\n",
	 NULL, 0, 27},
	{SENT, "2024-05-02T09:41:00Z", ANN_AT_EX, TEAM, KARL, NULL, NO_HEADERS,
	 "RE: ", "RE: Summer party: list, please", "Potato salad, a large bowl.\r\n",
	 "<html><body><p>Potato salad, a <i>large</i> bowl.</p></body></html>", 65001, 27},
	{SENT, "2024-05-06T10:00:00Z", ANN_AT_EX,
	 "Former Colleague </o=Example/ou=First/"
	 "cn=Recipients/cn=gone>; " BRUNO,
	 NULL, NULL, NO_HEADERS, NULL, "Handover notes",
	 "The notes are in the folder you know.\r\n", NULL, 0, 0},
	{DRAFTS, "2024-05-07T10:00:00Z", ANN, MUM, NULL, "Bruno <bruno@mueller.example>",
	 UNSENT | NO_HEADERS, NULL, "Surprise party", "Don't tell anybody, but\r\n", NULL, 0, 0},
	{DRAFTS, "2024-05-08T22:00:00Z", ANN, NULL, NULL, NULL, UNSENT | NO_HEADERS, NULL, NULL,
	 "Ideas for the garden: a pond? a bench?\r\n", NULL, 0, 0},
	{TRASH, "2024-02-28T03:03:03Z", SHOP, ANN, NULL, NULL, 0, NULL, "20 % off everything",
	 "Only today.\r\n", "<html><body><h1>20&nbsp;% off</h1></body></html>", 65001, 0},
	{TRASH, "2024-03-29T03:03:03Z", SHOP, ANN, NULL, NULL, UNREAD, NULL, "30 % off everything",
	 "Only today, again.\r\n", NULL, 0, 0},
	{JUNK, "2024-04-01T00:00:01Z", "Prince <prince@lottery.example>", ANN, NULL, NULL, UNREAD,
	 NULL, "YOU HAVE WON!!!", "Dear friend, send us your account number.\r\n", NULL, 0, 0},
	{ARCHIVE, "2023-11-30T16:00:00Z", FINANCE, ANN, NULL, NULL, 0, NULL,
	 "Your statement for October is ready", "Dear customer, your statement is ready.\r\n", NULL,
	 0, 0},
	{ARCHIVE, "2023-12-24T10:00:00Z", MUM, ANN, BRUNO, NULL, REPLIED, NULL, "Merry Christmas",
	 "Merry Christmas to all of you!\r\n\r\n-- \r\nMum\r\n", NULL, 0, 0},
	{ARCHIVE_2022, "2022-06-15T12:34:56Z", BRUNO, ANN, NULL, NULL, 0, NULL,
	 "Urlaubsfotos Südtirol", "Schöne Grüße aus Bozen!\r\n", NULL, 0, 0},
	{ARCHIVE_2022, "2022-09-01T05:06:07Z", KARL, ANN_AT_EX, NULL, NULL, 0, NULL,
	 "Re: [project] a long subject that goes on and on because three people have added to it "
	 "since "
	 "spring, and nobody dared to shorten it (was: short subject)",
	 "OK.\r\n", NULL, 0, 0},
	{ARCHIVE_2022, "2022-10-30T00:30:00Z", CLAIRE, ANN, NULL, NULL, 0, NULL, "L'heure d'hiver",
	 "N'oubliez pas de changer l'heure !\r\n", NULL, 0, 0},
	{INBOX, "2024-05-20T08:08:08Z", DMITRI, ANN, EMIKO "; " CLAIRE "; " BRUNO, NULL, 0, NULL,
	 "Один вопрос, une question, 一つの質問",
	 "Which language shall we use?\r\n\r\n"
	 "На каком языке? En quelle langue ? 何語で？\r\n",
	 NULL, 0, 0},
	{SENT, "2024-05-20T09:00:00Z", ANN, DMITRI, EMIKO "; " CLAIRE "; " BRUNO, NULL, NO_HEADERS,
	 "Re: ", "Re: Один вопрос, une question, 一つの質問", "All of them.\r\n", NULL, 0, 41},
	{INBOX, "2024-06-01T12:00:00Z", "postmaster@example.org", ANN, NULL, NULL, UNREAD, NULL,
	 "Your mailbox will be moved",
	 "From 1 July on your mail is at a new place. Nothing gets lost."
	 "\r\n.\r\nA dot on a line of its own stays where it is.\r\n",
	 NULL, 0, 0},
};

#define PHOTOS_SIZE (12U * 1024 * 1024 + 345)

/* A 1x1 pixel image. */
static const guint8 pixel[] = {
	0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
	0x44, 0x52, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06, 0x00, 0x00,
	0x00, 0x1f, 0x15, 0xc4, 0x89, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
	0x9c, 0x63, 0x60, 0x00, 0x02, 0x00, 0x00, 0x05, 0x00, 0x01, 0xe2, 0x26, 0x05, 0x9b,
	0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
};

static guint32 seeds[] = {1, 2, 3, 4, 5};

static const PstWriterMessage question_site = {
	.subject = "Photo of the site",
	.sender = {"Hanne Lind", NULL, "hanne@lind.example", "hanne@lind.example"},
	.plain = "Taken this morning.\r\n",
	.submit_time = 1709300000,
	.read = TRUE,
	.message_id = "<site.1@lind.example>",
	.attachments = (const PstWriterAttachment[]){{.name = "site.jpg",
						      .mime = "image/jpeg",
						      .size = 20000,
						      .generate = sample_account_noise,
						      .generate_data = &seeds[0]}},
	.n_attachments = 1,
};

static const PstWriterRecipient question_to[] = {
	{PST_WRITER_TO, {"Karl Weber", NULL, "karl.weber@example.org", "karl.weber@example.org"}},
};

static const PstWriterMessage question = {
	.subject = "Question from the architects",
	.sender = {"Jonas Lind", NULL, "jonas@lind.example", "jonas@lind.example"},
	.recipients = question_to,
	.n_recipients = 1,
	.plain = "How wide is the door on the north side?\r\n",
	.html = "<html><body><p>How wide is the door on the <b>north</b> side?</p></body></html>",
	.codepage = 65001,
	.submit_time = 1709560000,
	.delivery_time = 1709560007,
	.read = TRUE,
	.message_id = "<door.1@lind.example>",
	.attachments = (const PstWriterAttachment[]){{.name = "Photo of the site",
						      .message = &question_site}},
	.n_attachments = 1,
};

/* Which mail, by its subject, has which attachment. */
static const struct {
	const char *subject;
	PstWriterAttachment attachment;
} attachments[] = {
	{"Größenübersicht als PDF",
	 {.name = "Größenübersicht März.pdf",
	  .mime = "application/pdf",
	  .size = 48123,
	  .generate = sample_account_noise,
	  .generate_data = &seeds[1]}},
	{"Re: AW: Angebot Nr. 2024/017",
	 {.name = "Vertrag; \"final\" (2).docx",
	  .size = 9000,
	  .mime = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	  .generate = sample_account_noise,
	  .generate_data = &seeds[2]}},
	{"Réservation confirmée : samedi 10 février",
	 {.name = "logo.png",
	  .mime = "image/png",
	  .content_id = "logo@cafe-lumiere.example",
	  .flags = 4,
	  .hidden = TRUE,
	  .bytes = pixel,
	  .size = sizeof pixel}},
	{"Your statement for January is ready",
	 {.name = "statement-2024-01.csv",
	  .mime = "text/csv",
	  .size = 51,
	  .bytes = "date,amount\n2024-01-02,-12.50\n2024-01-31,\"2,300.00\"\n"}},
	{"Photos from the hike",
	 {.name = "hike.zip",
	  .mime = "application/zip",
	  .size = PHOTOS_SIZE,
	  .generate = sample_account_noise,
	  .generate_data = &seeds[3]}},
	{"FW: Question from the architects",
	 {.name = "Question from the architects", .message = &question}},
	{"Договор № 12/2024",
	 {.name = "Договор 12-2024.pdf",
	  .mime = "application/pdf",
	  .size = 3581,
	  .generate = sample_account_noise,
	  .generate_data = &seeds[4]}},
};

/* One mail being put together: everything it points to is in the arena. */
typedef struct {
	GStringChunk *arena;
	GArray *recipients;
	GString *to_header;
} Letter;

static guint64
noise_word (guint64 number, guint64 salt)
{
	guint64 word = (number + salt) * 0xbf58476d1ce4e5b9ULL;

	word ^= word >> 29;
	word *= 0x94d049bb133111ebULL;
	return GUINT64_TO_LE (word ^ word >> 32);
}

void
sample_account_noise (guint64 offset, guint8 *buffer, gsize length, gpointer seed)
{
	guint64 salt = *(const guint32 *)seed * 0x9e3779b97f4a7c15ULL;

	while (length > 0) {
		guint64 word = noise_word (offset / 8, salt);
		gsize skip = (gsize)(offset % 8);
		gsize n = MIN (8 - skip, length);
		memcpy (buffer, (const guint8 *)&word + skip, n);
		buffer += n;
		offset += n;
		length -= n;
	}
}

static const char *
keep (Letter *letter, char *text)
{
	const char *kept = g_string_chunk_insert (letter->arena, text);
	g_free (text);
	return kept;
}

/* "Name <address>", "Name <Exchange address|SMTP address>", or an address alone. */
static PstWriterAddress
parse_address (Letter *letter, const char *text)
{
	const char *open = strchr (text, '<');
	PstWriterAddress address = {.name = text, .type = "SMTP", .address = text, .smtp = text};
	char *bar;

	if (!open)
		return address;
	address.name = keep (letter, g_strstrip (g_strndup (text, (gsize)(open - text))));
	bar = g_string_chunk_insert_len (letter->arena, open + 1, (gssize)strlen (open) - 2);
	address.address = bar;
	address.smtp = bar;
	if (*bar != '/')
		return address;
	address.type = "EX";
	bar = strchr (bar, '|');
	address.smtp = bar ? bar + 1 : NULL;
	if (bar)
		*bar = '\0';
	return address;
}

/* RFC 2047: words of at most 75 characters, cut between letters. */
static char *
encode_word (const char *text)
{
	GString *out = g_string_new (NULL);

	if (g_str_is_ascii (text))
		return g_string_free (g_string_assign (out, text), FALSE);
	while (*text) {
		const char *end = text;
		g_autofree char *base64 = NULL;
		while (*end && end - text < 36)
			end = g_utf8_next_char (end);
		base64 = g_base64_encode ((const guchar *)text, (gsize)(end - text));
		g_string_append_printf (out, "%s=?UTF-8?B?%s?=", out->len ? "\r\n " : "", base64);
		text = end;
	}
	return g_string_free (out, FALSE);
}

static char *
address_header (const PstWriterAddress *address)
{
	g_autofree char *name = encode_word (address->name);
	g_autofree char *bare = g_strdelimit (g_strdup (name), "\"", ' ');
	const char *smtp = address->smtp ? address->smtp : address->address;

	if (strcmp (address->name, smtp) == 0)
		return g_strdup (smtp);
	if (strpbrk (bare, ",()'."))
		return g_strdup_printf ("\"%s\" <%s>", g_strstrip (bare), smtp);
	return g_strdup_printf ("%s <%s>", name, smtp);
}

static void
add_recipients (Letter *letter, PstWriterKind kind, const char *list, const char *field)
{
	g_auto (GStrv) parts = g_strsplit (list ? list : "", "; ", -1);

	for (guint i = 0; parts[i]; i++) {
		const char *kept = g_string_chunk_insert (letter->arena, parts[i]);
		PstWriterRecipient recipient = {kind, parse_address (letter, kept)};
		g_autofree char *shown = address_header (&recipient.address);
		g_array_append_val (letter->recipients, recipient);
		if (field)
			g_string_append_printf (letter->to_header, "%s%s",
						i == 0 ? field : ",\r\n\t", shown);
	}
	if (field && parts[0])
		g_string_append (letter->to_header, "\r\n");
}

/* What the servers on the way, and the sender's program, wrote above the mail. */
static char *
make_headers (const Letter *letter, const PstWriterMessage *message, GDateTime *date)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autofree char *from = address_header (&message->sender);
	g_autofree char *subject = message->subject ? encode_word (message->subject) : NULL;
	g_autofree char *time = g_strdup_printf (
		"%s, %d %s %d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week (date) - 1],
		g_date_time_get_day_of_month (date), months[g_date_time_get_month (date) - 1],
		g_date_time_get_year (date), g_date_time_get_hour (date),
		g_date_time_get_minute (date), g_date_time_get_second (date));
	GString *out = g_string_new (NULL);

	g_string_append_printf (out, "Return-Path: <%s>\r\n", message->sender.smtp);
	g_string_append_printf (out,
				"Received: from mx.example.org (mx.example.org [192.0.2.25])\r\n"
				"\tby mail.example.org with ESMTPS; %s\r\n",
				time);
	g_string_append_printf (out, "From: %s\r\n%s", from, letter->to_header->str);
	g_string_append_printf (out, "Subject: %s\r\nDate: %s\r\n", subject ? subject : "", time);
	g_string_append_printf (out, "Message-ID: %s\r\n", message->message_id);
	if (message->in_reply_to)
		g_string_append_printf (out, "In-Reply-To: %s\r\nReferences: %s\r\n",
					message->in_reply_to, message->references);
	g_string_append_printf (out, "MIME-Version: 1.0\r\nContent-Type: %s\r\n\r\n",
				message->html ? "multipart/alternative; boundary=\"part\""
					      : "text/plain; charset=utf-8");
	return g_string_free (out, FALSE);
}

static void
set_flags (PstWriterMessage *message, guint flags)
{
	message->read = !(flags & UNREAD);
	message->unsent = (flags & UNSENT) != 0;
	message->from_me = (flags & NO_HEADERS) != 0;
	message->has_importance = (flags & URGENT) != 0;
	message->importance = message->has_importance ? 2 : 0;
	message->last_verb = flags & REPLIED ? 102 : flags & FORWARDED ? 104 : 0;
}

static const char *
make_message_id (Letter *letter, guint number)
{
	return keep (letter, g_strdup_printf ("<2024.%u@mail.example>", number));
}

static void
set_attachment (PstWriterMessage *message)
{
	for (gsize i = 0; message->subject && i < G_N_ELEMENTS (attachments); i++) {
		if (strcmp (attachments[i].subject, message->subject) != 0)
			continue;
		message->attachments = &attachments[i].attachment;
		message->n_attachments = 1;
	}
}

static void
address_letter (Letter *letter, const Mail *mail, PstWriterMessage *message)
{
	message->sender = parse_address (letter, mail->from);
	message->representing = message->sender;
	add_recipients (letter, PST_WRITER_TO, mail->to, "To: ");
	add_recipients (letter, PST_WRITER_CC, mail->cc, "Cc: ");
	add_recipients (letter, PST_WRITER_BCC, mail->bcc, NULL);
	message->recipients = (const PstWriterRecipient *)(gpointer)letter->recipients->data;
	message->n_recipients = letter->recipients->len;
}

/* Ann's own mail has no headers and was not delivered to her; drafts have no Message-ID either. */
static void
post_letter (Letter *letter, const Mail *mail, guint number, PstWriterMessage *message)
{
	g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (mail->date, NULL);

	message->submit_time = g_date_time_to_unix (date);
	message->modification_time = message->submit_time + 60;
	if (mail->flags & UNSENT)
		return;
	message->message_id = make_message_id (letter, number);
	if (mail->answers) {
		message->in_reply_to = make_message_id (letter, mail->answers);
		message->references = message->in_reply_to;
	}
	if (mail->flags & NO_HEADERS)
		return;
	message->delivery_time = message->submit_time + 9;
	message->headers = keep (letter, make_headers (letter, message, date));
}

static void
add_mail (PstWriter *writer, const guint32 *nids, guint number)
{
	const Mail *mail = &mails[number - 1];
	guint8 search_key[16] = {'a', 'n', 'n', (guint8)number};
	Letter letter = {g_string_chunk_new (4096),
			 g_array_new (FALSE, FALSE, sizeof (PstWriterRecipient)),
			 g_string_new (NULL)};
	PstWriterMessage message = {.subject = mail->subject,
				    .subject_prefix = mail->prefix,
				    .plain = mail->plain,
				    .html = mail->html,
				    .codepage = mail->codepage ? mail->codepage : 65001,
				    .search_key = search_key};

	set_flags (&message, mail->flags);
	address_letter (&letter, mail, &message);
	post_letter (&letter, mail, number, &message);
	set_attachment (&message);
	for (guint copies = mail->flags & TWICE ? 2 : 1; copies > 0; copies--)
		(void)pst_writer_add_message (writer, nids[mail->folder], &message);
	g_string_chunk_free (letter.arena);
	g_array_unref (letter.recipients);
	(void)g_string_free (letter.to_header, TRUE);
}

/* A property that is text: UTF-16 of ASCII, which is all the items below need. */
static PstWriterProperty
text_property (GPtrArray *pool, guint id, const char *text)
{
	gsize n = strlen (text);
	guint8 *bytes = g_malloc0 (2 * n + 1);

	for (gsize i = 0; i < n; i++)
		bytes[2 * i] = (guint8)text[i];
	g_ptr_array_add (pool, bytes);
	return (PstWriterProperty){(guint32)id << 16 | 0x1f, bytes, 2 * n};
}

static void
add_contact (PstWriter *writer, guint32 folder)
{
	static const guint8 address_set[16] = {0x04, 0x20, 0x06, 0, 0, 0, 0, 0,
					       0xc0, 0,    0,    0, 0, 0, 0, 0x46};
	guint16 email = pst_writer_add_named_property (writer, address_set, 0x8083, NULL);
	g_autoptr (GPtrArray) pool = g_ptr_array_new_with_free_func (g_free);
	const PstWriterProperty extra[] = {
		text_property (pool, 0x3001, "Bruno Mueller"),
		text_property (pool, 0x3a06, "Bruno"),
		text_property (pool, 0x3a11, "Mueller"),
		text_property (pool, 0x3a1c, "+49 30 5550100"),
		text_property (pool, email, "bruno@mueller.example"),
	};
	const PstWriterMessage contact = {.message_class = "IPM.Contact",
					  .subject = "Bruno Müller",
					  .modification_time = 1700000000,
					  .read = TRUE,
					  .extra = extra,
					  .n_extra = G_N_ELEMENTS (extra)};

	(void)pst_writer_add_message (writer, folder, &contact);
}

static void
put_filetime (guint8 bytes[8], gint64 seconds)
{
	guint64 ticks = (guint64)(seconds + 11644473600) * 10000000;

	for (guint i = 0; i < 8; i++)
		bytes[i] = (guint8)(ticks >> (8 * i));
}

static void
add_appointment (PstWriter *writer, guint32 folder)
{
	static const guint8 set[16] = {0x02, 0x20, 0x06, 0, 0, 0, 0, 0,
				       0xc0, 0,    0,    0, 0, 0, 0, 0x46};
	guint32 start = pst_writer_add_named_property (writer, set, 0x820d, NULL);
	guint32 end = pst_writer_add_named_property (writer, set, 0x820e, NULL);
	guint32 place = pst_writer_add_named_property (writer, set, 0x8208, NULL);
	g_autoptr (GPtrArray) pool = g_ptr_array_new_with_free_func (g_free);
	guint8 from[8];
	guint8 until[8];
	const PstWriterProperty extra[] = {
		text_property (pool, place, "Room 2.14"),
		{start << 16 | 0x40, from, sizeof from},
		{end << 16 | 0x40, until, sizeof until},
	};
	const PstWriterMessage appointment = {.message_class = "IPM.Appointment",
					      .subject = "Kick-off",
					      .plain = "Bring the plans.\r\n",
					      .modification_time = 1704700000,
					      .read = TRUE,
					      .extra = extra,
					      .n_extra = G_N_ELEMENTS (extra)};

	put_filetime (from, 1704967200);
	put_filetime (until, 1704970800);
	(void)pst_writer_add_message (writer, folder, &appointment);
}

void
sample_account_add (PstWriter *writer)
{
	const PstWriterMessage view = {.message_class = "IPM.Configuration.MessageListSettings",
				       .subject = "IPM.Configuration.MessageListSettings",
				       .hidden = TRUE,
				       .read = TRUE,
				       .modification_time = 1700000000};
	guint32 nids[N_FOLDERS];

	for (guint i = 0; i < N_FOLDERS; i++) {
		guint32 parent =
			folders[i].parent == NO_FOLDER ? PST_WRITER_TOP : nids[folders[i].parent];
		nids[i] = pst_writer_add_folder (writer, parent, folders[i].name, folders[i].role);
		if (folders[i].container_class)
			pst_writer_set_folder_class (writer, nids[i], folders[i].container_class);
	}
	for (guint number = 1; number <= G_N_ELEMENTS (mails); number++)
		add_mail (writer, nids, number);
	(void)pst_writer_add_message (writer, nids[INBOX], &view);
	add_contact (writer, nids[CONTACTS]);
	add_appointment (writer, nids[CALENDAR]);
}
