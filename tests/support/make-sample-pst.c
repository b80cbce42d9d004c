/* make-sample-pst.c - make PST files to show, measure and test with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The truth of what is in FILE goes to FILE.truth.jsonl. The same arguments give the same file.
 */

#include "support/pst-damage.h"
#include "support/pst-writer.h"
#include "support/sample-account.h"
#include "support/sample-odd.h"
#include "support/sample-special.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_WIDE_RECIPIENTS  600
#define N_WIDE_ATTACHMENTS 450
#define EMBEDDED_DEPTH     20
#define LARGE_ATTACHMENT   (8U * 1024 * 1024)
#define N_MANY_FOLDERS     20
#define FIRST_DATE         1672531200 /* 2023-01-01 */
#define UNDECIDED          0xffU

typedef struct {
	const char *name;
	PstWriterCrypt crypt;
	gboolean has_number;
	void (*add) (PstWriter *writer, guint64 number);
} Mode;

static guint32 noise_seed = 42;

static void
add_demo (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_account_add (writer);
}

/* Words in an order that depends on seed only: text as compressible as mail is. */
static void
append_words (GString *text, guint64 seed, guint n_words)
{
	static const char *const words[] = {
		"the",    "meeting", "is",      "moved", "to",    "Tuesday", "and",    "we",
		"should", "bring",   "figures", "for",   "every", "project", "before", "lunch",
		"please", "answer",  "until",   "noon",  "with",  "your",    "notes",  "attached",
	};

	for (guint i = 0; i < n_words; i++) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		g_string_append (text, words[(seed >> 33) % G_N_ELEMENTS (words)]);
		g_string_append (text, i % 12 == 11 ? ".\r\n" : " ");
	}
	g_string_append (text, "\r\n");
}

static void
add_small (PstWriter *writer, guint32 folder, guint64 i)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autofree char *subject = g_strdup_printf ("Message %" G_GUINT64_FORMAT, i + 1);
	g_autofree char *id = g_strdup_printf ("<%" G_GUINT64_FORMAT "@many.example>", i + 1);
	g_autofree char *from = g_strdup_printf ("sender%u@many.example", (guint)(i % 97));
	g_autofree char *headers = NULL;
	PstWriterRecipient to = {PST_WRITER_TO,
				 {"Ann Example", NULL, "ann@example.org", "ann@example.org"}};
	PstWriterMessage message = {.subject = subject,
				    .sender = {from, NULL, from, from},
				    .recipients = &to,
				    .n_recipients = 1,
				    .submit_time = FIRST_DATE + (gint64)i * 61,
				    .delivery_time = FIRST_DATE + (gint64)i * 61 + 5,
				    .read = i % 3 != 0,
				    .message_id = id};

	append_words (text, i, 60 + (guint)(i * 37 % 240));
	message.plain = text->str;
	headers = g_strdup_printf ("From: %s\r\nTo: Ann Example <ann@example.org>\r\n"
				   "Subject: %s\r\nMessage-ID: %s\r\n\r\n",
				   from, subject, id);
	message.headers = headers;
	(void)pst_writer_add_message (writer, folder, &message);
}

static void
add_many (PstWriter *writer, guint64 number)
{
	guint32 folders[N_MANY_FOLDERS];

	folders[0] = pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	for (guint i = 1; i < N_MANY_FOLDERS; i++) {
		g_autofree char *name = g_strdup_printf ("Folder %u", i);
		folders[i] =
			pst_writer_add_folder (writer, folders[i / 4], name, PST_WRITER_ROLE_NONE);
	}
	for (guint64 i = 0; i < number; i++)
		add_small (writer, folders[i % N_MANY_FOLDERS], i);
}

static void
add_large (PstWriter *writer, guint64 megabytes)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	guint64 left = megabytes * 1024 * 1024;

	for (guint32 i = 0; left > 0; i++) {
		g_autofree char *name = g_strdup_printf ("scan-%05u.tif", i);
		PstWriterAttachment attachment = {.name = name,
						  .mime = "image/tiff",
						  .size = MIN (left, LARGE_ATTACHMENT),
						  .generate = sample_account_noise,
						  .generate_data = &i};
		PstWriterMessage message = {.subject = name,
					    .plain = "See the attachment.\r\n",
					    .sender = {"Scanner", NULL, "scan@example.org", NULL},
					    .submit_time = FIRST_DATE + i,
					    .delivery_time = FIRST_DATE + i,
					    .attachments = &attachment,
					    .n_attachments = 1};
		(void)pst_writer_add_message (writer, inbox, &message);
		left -= attachment.size;
	}
}

static PstWriterRecipient *
make_recipients (GStringChunk *arena)
{
	PstWriterRecipient *list = g_new0 (PstWriterRecipient, N_WIDE_RECIPIENTS);

	for (guint i = 0; i < N_WIDE_RECIPIENTS; i++) {
		g_autofree char *name = g_strdup_printf ("Gast Nr. %u, Größe %c", i, 'A' + i % 26);
		g_autofree char *smtp = g_strdup_printf ("guest%u@wide.example", i);
		list[i].kind = i < 300 ? PST_WRITER_TO : i < 500 ? PST_WRITER_CC : PST_WRITER_BCC;
		list[i].address.name = g_string_chunk_insert (arena, name);
		list[i].address.smtp = g_string_chunk_insert (arena, smtp);
		list[i].address.address = list[i].address.smtp;
	}
	return list;
}

/* The last three: nothing, a path, and more than an XBLOCK holds. */
static PstWriterAttachment *
make_attachments (GStringChunk *arena)
{
	PstWriterAttachment *list = g_new0 (PstWriterAttachment, N_WIDE_ATTACHMENTS);

	for (guint i = 0; i < N_WIDE_ATTACHMENTS; i++) {
		g_autofree char *name = g_strdup_printf ("page-%03u.bin", i);
		list[i].name = g_string_chunk_insert (arena, name);
		list[i].size = 20 * i;
		list[i].generate = sample_account_noise;
		list[i].generate_data = &noise_seed;
	}
	list[N_WIDE_ATTACHMENTS - 3].size = 0;
	list[N_WIDE_ATTACHMENTS - 2].method = PST_WRITER_BY_REFERENCE;
	list[N_WIDE_ATTACHMENTS - 2].path = "\\\\server\\share\\plan.dwg";
	list[N_WIDE_ATTACHMENTS - 1].size = 9U * 1024 * 1024 + 1;
	return list;
}

/* Mails in mails, each the only attachment of the next. */
static void
add_deep (PstWriter *writer, guint32 folder)
{
	PstWriterMessage messages[EMBEDDED_DEPTH + 1];
	PstWriterAttachment attachments[EMBEDDED_DEPTH];

	memset (messages, 0, sizeof messages);
	memset (attachments, 0, sizeof attachments);
	for (guint i = 0; i <= EMBEDDED_DEPTH; i++) {
		messages[i].subject = i == EMBEDDED_DEPTH ? "the innermost" : "a mail in a mail";
		messages[i].plain = "One level deeper.\r\n";
		messages[i].sender.name = "Ann Example";
		messages[i].sender.address = "ann@example.org";
		messages[i].submit_time = FIRST_DATE + i;
		messages[i].read = TRUE;
		if (i == EMBEDDED_DEPTH)
			break;
		attachments[i].name = "a mail in a mail";
		attachments[i].message = &messages[i + 1];
		messages[i].attachments = &attachments[i];
		messages[i].n_attachments = 1;
	}
	(void)pst_writer_add_message (writer, folder, &messages[0]);
}

static void
add_wide (PstWriter *writer, guint64 number)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	GStringChunk *arena = g_string_chunk_new (4096);
	g_autofree PstWriterRecipient *recipients = make_recipients (arena);
	g_autofree PstWriterAttachment *attachments = make_attachments (arena);
	g_autoptr (GString) text = g_string_new (NULL);
	PstWriterMessage message = {.subject = "To everybody, with everything",
				    .sender = {"Ann Example", NULL, "ann@example.org", NULL},
				    .recipients = recipients,
				    .n_recipients = N_WIDE_RECIPIENTS,
				    .attachments = attachments,
				    .n_attachments = N_WIDE_ATTACHMENTS,
				    .submit_time = FIRST_DATE,
				    .read = TRUE};

	(void)number;
	append_words (text, 1, 30000);
	message.plain = text->str;
	(void)pst_writer_add_message (writer, inbox, &message);
	add_deep (writer, inbox);
	g_string_chunk_free (arena);
}

static void
add_texts (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_special_add_texts (writer);
}

static void
add_bodies (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_special_add_bodies (writer);
}

static void
add_items (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_special_add_items (writer);
}

static void
add_deleted (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_special_add_deleted (writer);
}

static void
add_odd (PstWriter *writer, guint64 number)
{
	(void)number;
	sample_odd_add (writer);
}

static const Mode modes[] = {
	{"demo", PST_WRITER_CRYPT_PERMUTE, FALSE, add_demo},
	{"many", PST_WRITER_CRYPT_PERMUTE, TRUE, add_many},
	{"large", PST_WRITER_CRYPT_PERMUTE, TRUE, add_large},
	{"wide", PST_WRITER_CRYPT_NONE, FALSE, add_wide},
	{"texts", PST_WRITER_CRYPT_PERMUTE, FALSE, add_texts},
	{"bodies", PST_WRITER_CRYPT_PERMUTE, FALSE, add_bodies},
	{"items", PST_WRITER_CRYPT_PERMUTE, FALSE, add_items},
	{"deleted", PST_WRITER_CRYPT_PERMUTE, FALSE, add_deleted},
	{"odd", PST_WRITER_CRYPT_PERMUTE, FALSE, add_odd},
	{"crypt-policy", PST_WRITER_CRYPT_POLICY, FALSE, add_demo},
};

static const Mode *
find_mode (int argc, char **argv)
{
	for (gsize i = 0; argc > 2 && i < G_N_ELEMENTS (modes); i++)
		if (strcmp (modes[i].name, argv[1]) == 0)
			return argc == (modes[i].has_number ? 4 : 3) ? &modes[i] : NULL;
	return NULL;
}

/* The number of text in a list of names, -1 if it is not there. */
static int
find_name (const char *const *names, const char *text)
{
	for (int i = 0; names[i]; i++)
		if (strcmp (names[i], text) == 0)
			return i;
	return -1;
}

/* Take the options out of the arguments. FALSE if one makes no sense. */
static gboolean
parse_options (int *argc, char ***argv, PstWriterOptions *options)
{
	static const char *const formats[] = {"unicode", "ansi", "ost", NULL};
	static const char *const crypts[] = {"none", "permute", "cyclic", NULL};
	g_autofree char *format = NULL;
	g_autofree char *crypt = NULL;
	gint codepage = 0;
	const GOptionEntry entries[] = {
		{"format", 0, 0, G_OPTION_ARG_STRING, &format, NULL, "unicode|ansi|ost"},
		{"crypt", 0, 0, G_OPTION_ARG_STRING, &crypt, NULL, "none|permute|cyclic"},
		{"codepage", 0, 0, G_OPTION_ARG_INT, &codepage, NULL, "N"},
		{0},
	};
	g_autoptr (GOptionContext) context = g_option_context_new (NULL);
	int n_format;
	int n_crypt;

	g_option_context_add_main_entries (context, entries, NULL);
	if (!g_option_context_parse (context, argc, argv, NULL))
		return FALSE;
	n_format = find_name (formats, format ? format : "unicode");
	n_crypt = find_name (crypts, crypt ? crypt : "none");
	if (n_format < 0 || n_crypt < 0 || codepage < 0)
		return FALSE;
	options->format = (PstWriterFormat)n_format;
	options->codepage = (guint32)codepage;
	if (crypt)
		options->crypt = (PstWriterCrypt)n_crypt;
	return TRUE;
}

static gboolean
make (const Mode *mode, PstWriterOptions *options, const char *path, guint64 number, GError **error)
{
	g_autofree char *truth = g_strconcat (path, ".truth.jsonl", NULL);
	g_autoptr (PstWriter) writer = NULL;

	options->truth_path = truth;
	writer = pst_writer_new (path, options, error);
	if (!writer)
		return FALSE;
	mode->add (writer, number);
	return pst_writer_finish (writer, error);
}

static int
show_usage (void)
{
	(void)fputs (
		"Usage: make-sample-pst [OPTION...] MODE FILE\n"
		"       make-sample-pst [OPTION...] many FILE N\n"
		"       make-sample-pst [OPTION...] large FILE MB\n"
		"       make-sample-pst damage FILE NID PART\n"
		"Modes: demo wide crypt-policy texts bodies items deleted odd\n"
		"  --format=unicode|ansi|ost\n"
		"  --crypt=none|permute|cyclic\n"
		"PART: properties value list subnodes recipients attachments attachment\n"
		"      attachment-value embedded [old-]node-page [old-]block-page of a message,\n"
		"      folder hierarchy contents of a folder\n"
		"  --codepage=N   of an ANSI file: 1252 has no room for demo, 65001 has\n",
		stderr);
	return 2;
}

/* Says on standard output which byte was changed. */
static int
damage (const char *path, const char *number, const char *part)
{
	g_autofree char *truth = g_strconcat (path, ".truth.jsonl", NULL);
	g_autoptr (GError) error = NULL;
	guint64 nid = g_ascii_strtoull (number, NULL, 0);
	guint64 offset = 0;

	if (pst_damage_item (path, truth, (guint32)nid, part, &offset, &error)) {
		(void)printf ("%" G_GUINT64_FORMAT "\n", offset);
		return 0;
	}
	(void)fprintf (stderr, "make-sample-pst: %s\n", error->message);
	return 2;
}

int
main (int argc, char **argv)
{
	PstWriterOptions options = {.store_name = "Ann Example", .crypt = UNDECIDED};
	const Mode *mode = parse_options (&argc, &argv, &options) ? find_mode (argc, argv) : NULL;
	g_autoptr (GError) error = NULL;
	guint64 number = 0;

	if (argc == 5 && strcmp (argv[1], "damage") == 0)
		return damage (argv[2], argv[3], argv[4]);
	if (mode && mode->has_number &&
	    !g_ascii_string_to_unsigned (argv[3], 10, 0, 100000000, &number, NULL))
		mode = NULL;
	if (!mode)
		return show_usage ();
	if (options.crypt == UNDECIDED)
		options.crypt = mode->crypt;
	if (make (mode, &options, argv[2], number, &error))
		return 0;
	(void)fprintf (stderr, "make-sample-pst: %s\n", error->message);
	return 2;
}
