/* test-roundtrip-maildir.c - mbox to Maildir to mbox: every message comes back byte for byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Over mail made to hurt, over ordinary mailboxes written out here, and over the corpus of mbox
 * files where there is one (MAILFERRY_SHARED). What comes back is read as a stream, which keeps
 * everything, and where the messages are such that an ordinary mbox can hold them, as a plain
 * mboxrd, which keeps all but the lack of a final newline.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "maildir/maildir-keywords.h"
#include "maildir/maildir-sink.h"
#include "maildir/maildir-source.h"
#include "maildir/maildir-test.h"
#include "mbox/mbox-sink.h"
#include "mbox/mbox-source.h"
#include "message/transfer.h"
#include "support/mbox-cases.h"

static MessageSource *
open_mbox (Scene *scene, const char *path, gboolean with_path)
{
	MboxSourceOptions options = { .name = "test.mbox", .path = with_path ? path : NULL };
	int fd = open (path, O_RDONLY | O_CLOEXEC);

	g_assert_cmpint (fd, >=, 0);
	return mbox_source_new (fd, &options, scene->ledger, scene->report);
}

/* "<digest> <size> <flags> <keywords> <date>" of each message, sorted; in a plain mbox the flags
 * are lost, and a final newline is there always. */
typedef struct {
	MessageSink sink;
	GPtrArray *lines;
	gboolean plain;
} Lister;

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	g_byte_array_append (user_data, data, (guint) length);
	return TRUE;
}

static char *
describe_keywords (const Message *message)
{
	g_autoptr (GPtrArray) atoms = g_ptr_array_new_with_free_func (g_free);

	for (gsize i = 0; message->keywords != NULL && message->keywords[i] != NULL; i++)
		g_ptr_array_add (atoms, maildir_keywords_to_atom (message->keywords[i]));
	g_ptr_array_add (atoms, NULL);
	return g_strjoinv (",", (char **) atoms->pdata);
}

static gboolean
lister_put (MessageSink *sink, Message *message, GError **error)
{
	Lister *lister = (Lister *) sink;
	g_autoptr (GByteArray) bytes = g_byte_array_new ();
	const guint8 newline = '\n';

	if (message_is_folder (message))
		return TRUE;
	if (!message_content_foreach (message->content, collect, bytes, error))
		return FALSE;
	if (lister->plain && (bytes->len == 0 || bytes->data[bytes->len - 1] != newline))
		g_byte_array_append (bytes, &newline, 1);
	g_autofree char *digest =
		g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
	g_autofree char *keywords = describe_keywords (message);
	gint64 date = message->received.known ? message->received.seconds : 0;
	g_autofree char *whole = g_strdup_printf ("%s %u %x %s %" G_GINT64_FORMAT " %s", digest,
						  bytes->len, message->flags, keywords, date,
						  message->folder->path);
	g_ptr_array_add (lister->lines, g_strdup (lister->plain ? digest : whole));
	return TRUE;
}

static gboolean
lister_finish (MessageSink *sink, GError **error)
{
	return TRUE;
}

static void
lister_free (MessageSink *sink)
{
}

static const MessageSinkClass lister_class = {
	.put = lister_put,
	.finish = lister_finish,
	.free = lister_free,
};

static int
compare_lines (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* FALSE: it is no mailbox. */
static gboolean
list (Scene *scene, MessageSource *source, gboolean plain, char **text)
{
	Lister lister = { .sink = { &lister_class },
			  .lines = g_ptr_array_new_with_free_func (g_free),
			  .plain = plain };
	g_autoptr (GError) error = NULL;
	gboolean ok = transfer_run (source, &lister.sink, scene->ledger, scene->report, &error);

	g_ptr_array_sort (lister.lines, compare_lines);
	g_ptr_array_add (lister.lines, NULL);
	*text = g_strjoinv ("\n", (char **) lister.lines->pdata);
	g_ptr_array_unref (lister.lines);
	message_source_free (source);
	return ok;
}

static void
carry (Scene *scene, MessageSource *source, MessageSink *sink)
{
	g_autoptr (GError) error = NULL;

	transfer_run (source, sink, scene->ledger, scene->report, &error);
	g_assert_no_error (error);
	message_sink_finish (sink, &error);
	g_assert_no_error (error);
	message_sink_free (sink);
	message_source_free (source);
}

static MessageSink *
open_maildir (Scene *scene, MaildirLayout layout)
{
	MaildirSinkOptions options = { .layout = layout, .durability = MAILDIR_DURABILITY_NONE };
	g_autoptr (GError) error = NULL;
	MessageSink *sink =
		maildir_sink_new (scene->path, &options, scene->ledger, scene->report, &error);

	g_assert_no_error (error);
	return sink;
}

static char *
write_back (Scene *scene, gboolean plain)
{
	char *path = g_build_filename (scene->top, plain ? "back.plain" : "back.mbs", NULL);
	g_autoptr (GError) error = NULL;
	int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	g_autoptr (Ledger) ledger = ledger_new (scene->report);
	Output *output = output_new (fd, "back");
	MessageSink *sink = plain ? mbox_sink_new_plain (output, ledger) :
				    mbox_sink_new_stream (output, ledger);
	MessageSource *source =
		maildir_source_new (scene->path, scene->ledger, scene->report, &error);

	g_assert_no_error (error);
	carry (scene, source, sink);
	return path;
}

/* The mailbox at path goes into a Maildir and comes back as a stream, and if plainly_too, as a
 * plain mboxrd too. FALSE: it is none. */
static gboolean
comes_back (const char *path, MaildirLayout layout, gboolean plainly_too)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *expected = NULL;
	g_autofree char *plainly = NULL;

	if (!list (scene, open_mbox (scene, path, TRUE), FALSE, &expected))
		return FALSE;
	g_assert_true (list (scene, open_mbox (scene, path, TRUE), TRUE, &plainly));
	carry (scene, open_mbox (scene, path, TRUE), open_maildir (scene, layout));

	for (gboolean plain = FALSE; plain <= plainly_too; plain++) {
		g_autofree char *back = write_back (scene, plain);
		g_autofree char *got = NULL;
		MboxSourceOptions options = { .name = "back",
					      .habits.dialect = plain ? MBOX_DIALECT_RD :
									MBOX_DIALECT_STREAM };
		int fd = open (back, O_RDONLY | O_CLOEXEC);
		g_assert_true (list (scene,
				     mbox_source_new (fd, &options, scene->ledger, scene->report),
				     plain, &got));
		g_assert_cmpstr (got, ==, plain ? plainly : expected);
	}
	return TRUE;
}

/* --- Mail made to hurt ---------------------------------------------------- */

static const char *const pieces[] = {
	"From here on\n",
	">From there\n",
	">>>From everywhere\n",
	"From ann@example.org Thu Nov 29 22:33:52 2001\n",
	"\nFrom ann@example.org Thu Nov 29 22:33:52 2001\nSubject: inner\n\n",
	"X-Mbs: 1 message 0 0000000000000000\n",
	"Status: RO\n",
	"Content-Length: 7\n",
	"\n",
	"\n\n\n",
	"\r\n",
	"line with CRLF\r\n",
	"a\rlone CR",
	"F",
	"Fro",
	">",
	">>>>>>>>",
	"no newline",
	"8 bit \303\244\377\200\n",
	".\n",
	"Subject: x\n\n",
};

static GBytes *
make_nasty (GRand *random)
{
	g_autoptr (GByteArray) bytes = g_byte_array_new ();
	int n = g_rand_int_range (random, 0, 30);

	for (int i = 0; i < n; i++) {
		gint32 which = g_rand_int_range (random, 0, G_N_ELEMENTS (pieces) + 2);
		if (which < (gint32) G_N_ELEMENTS (pieces)) {
			g_byte_array_append (bytes, (const guint8 *) pieces[which],
					     (guint) strlen (pieces[which]));
		} else if (which == G_N_ELEMENTS (pieces)) {
			g_byte_array_append (bytes, (const guint8 *) "\0\0", 2);
		} else if (g_rand_int_range (random, 0, 20) == 0) {
			guint length = (guint) g_rand_int_range (random, 1, 3 * 1024 * 1024);
			g_autofree guint8 *line = g_malloc (length);
			memset (line, 'F', length);
			g_byte_array_append (bytes, line, length);
		}
	}
	return g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

static void
write_nasty (const char *path, guint32 seed)
{
	static const char *const folders[] = { "INBOX", "Café/a%2Fb", "a.b", "A.B" };
	static const char *const keywords[] = { "$Forwarded", "Big Co", "Größe", NULL };
	g_autoptr (GRand) random = g_rand_new_with_seed (seed);
	g_autoptr (Report) report = report_new ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (GError) error = NULL;
	int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	MessageSink *sink = mbox_sink_new_stream (output_new (fd, "made"), ledger);

	for (int i = 0; i < 60; i++) {
		const char *folder = folders[g_rand_int_range (random, 0, G_N_ELEMENTS (folders))];
		g_autoptr (Message) message =
			message_new (folder_new_from_path (folder, FOLDER_ROLE_NONE),
				     message_content_new_bytes (make_nasty (random)), "made:0");
		message->flags = (MessageFlags) g_rand_int_range (random, 0, 32);
		message_set_keywords (message, keywords + g_rand_int_range (random, 0, 4));
		message->received.known = g_rand_boolean (random);
		message->received.seconds = message->received.known ? g_rand_int (random) : 0;
		message_sink_put (sink, message, &error);
		g_assert_no_error (error);
	}
	message_sink_finish (sink, &error);
	g_assert_no_error (error);
	message_sink_free (sink);
}

static void
test_nasty_mail_comes_back (void)
{
	for (guint32 seed = 1; seed <= 20; seed++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autofree char *path = g_build_filename (scene->top, "nasty.mbs", NULL);
		write_nasty (path, seed);
		g_test_message ("seed %u", seed);
		g_assert_true (comes_back (path, seed % 2 == 0 ? MAILDIR_LAYOUT_PLUS :
								 MAILDIR_LAYOUT_FS,
					  FALSE));
	}
}

/* --- Ordinary mailboxes --------------------------------------------------- */

#define FROM_LINE "From ann@example.org Thu Nov 29 22:33:52 2001\n"

static const char *const boxes[] = {
	"",
	FROM_LINE "Subject: one\n\nbody\n",
	FROM_LINE "Subject: no final newline\n\nbody",
	FROM_LINE "Subject: header only\n",
	FROM_LINE "\n" FROM_LINE "\nbody only\n\n" FROM_LINE,
	FROM_LINE "Subject: quoted\n\n>From here\n>>From there\n\n" FROM_LINE "Status: RO\n\nx\n",
	FROM_LINE "Subject: crlf\r\n\r\nbody\r\n\r\n" FROM_LINE "Subject: lf\n\nbody\n",
	FROM_LINE "X-Status: AF\nStatus: RO\n\nflags\n\n" FROM_LINE "Status: O\n\nnew\n\n\n\n",
};

static void
test_ordinary_mailboxes_come_back (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (boxes); i++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autofree char *path = g_build_filename (scene->top, "box", NULL);
		g_assert_true (g_file_set_contents (path, boxes[i], -1, NULL));
		g_assert_true (comes_back (path, MAILDIR_LAYOUT_PLUS, TRUE));
	}
}

/* Without envelope senders, which a Maildir has no place for, and in the order of their dates, the
 * file itself comes back. */
static void
test_a_whole_file_comes_back (void)
{
	g_autoptr (Scene) scene = scene_new ();
	g_autofree char *path = g_build_filename (scene->top, "box", NULL);
	g_autoptr (GString) text = g_string_new (NULL);

	for (int i = 0; i < 50; i++)
		g_string_append_printf (text,
					"From MAILER-DAEMON Thu Nov 29 22:33:%02d 2001\n"
					"Subject: %d\n\n>From number %d\n%s\n",
					i, i, i, i % 7 == 0 ? "\n\n" : "");
	g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
	carry (scene, open_mbox (scene, path, FALSE), open_maildir (scene, MAILDIR_LAYOUT_PLUS));
	g_autofree char *back = write_back (scene, TRUE);
	g_autofree char *got = scene_read (scene->top, "back.plain");
	g_assert_cmpstr (got, ==, text->str);
}

/* --- The corpus ----------------------------------------------------------- */

static void
test_the_corpus_comes_back (void)
{
	const char *shared = g_getenv ("MAILFERRY_SHARED");
	const char *top = g_getenv ("top_srcdir");
	g_autofree char *beside = g_build_filename (top != NULL ? top : ".", "..", "shared", NULL);
	g_autofree char *place = g_build_filename (shared != NULL ? shared : beside, "corpus",
						   "mbox-cases", NULL);
	g_autoptr (GDir) directory = g_dir_open (place, 0, NULL);
	guint carried = 0;

	if (directory == NULL) {
		g_test_skip ("the corpus is not here");
		return;
	}
	for (const char *name; (name = g_dir_read_name (directory)) != NULL;) {
		g_autofree char *path = g_build_filename (place, name, NULL);
		if (g_str_has_suffix (name, ".json") || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
			continue;
		gboolean is_mailbox = comes_back (path, MAILDIR_LAYOUT_PLUS, FALSE);
		g_test_message ("%s: %s", name, is_mailbox ? "comes back" : "is refused");
		carried += is_mailbox;
	}
	g_assert_cmpuint (carried, >=, 40);
}

/* Every trap of reading, and then the way back. */
static void
test_every_case_comes_back (void)
{
	for (guint i = 0; i < mbox_cases_count; i++) {
		g_autoptr (Scene) scene = scene_new ();
		g_autoptr (GBytes) bytes = mbox_case_bytes (&mbox_cases[i]);
		g_autofree char *path = g_build_filename (scene->top, "box", NULL);
		if (mbox_cases[i].is_refused)
			continue;
		g_test_message ("%s", mbox_cases[i].name);
		g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
						    (gssize) g_bytes_get_size (bytes), NULL));
		g_assert_true (comes_back (path, MAILDIR_LAYOUT_PLUS, FALSE));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/roundtrip/maildir/nasty-mail-comes-back", test_nasty_mail_comes_back);
	g_test_add_func ("/roundtrip/maildir/ordinary-mailboxes-come-back",
			 test_ordinary_mailboxes_come_back);
	g_test_add_func ("/roundtrip/maildir/a-whole-file-comes-back",
			 test_a_whole_file_comes_back);
	g_test_add_func ("/roundtrip/maildir/every-case-comes-back", test_every_case_comes_back);
	g_test_add_func ("/roundtrip/maildir/the-corpus-comes-back", test_the_corpus_comes_back);
	return g_test_run ();
}
