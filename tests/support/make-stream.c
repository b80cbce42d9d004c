/* make-stream.c - write a stream, or a plain mbox, of made-up messages to standard output
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * make-stream N [SIZE [plain]]: N messages of about SIZE bytes, in several folders, with flags,
 * keywords and dates; every tenth is a copy of the one before. Always the same for the same
 * arguments. Without "plain" two folders stay empty.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "mbox/mbox-sink.h"

static const struct {
	const char *path;
	FolderRole role;
} folders[] = {
	{ "INBOX", FOLDER_ROLE_INBOX },        { "INBOX/Café", FOLDER_ROLE_NONE },
	{ "Sent Items", FOLDER_ROLE_SENT },    { "Reports 1.0/a%2Fb", FOLDER_ROLE_NONE },
	{ "Projects", FOLDER_ROLE_NONE },      { "projects", FOLDER_ROLE_NONE },
	{ "日本語/メール", FOLDER_ROLE_NONE },
};

static GBytes *
make_content (guint i, gsize size)
{
	g_autoptr (GString) text = g_string_sized_new (size + 256);

	g_string_append_printf (
		text,
		"From: Ann <ann@example.org>\nTo: Ben <ben@example.org>\nSubject: Message %u\n"
		"Date: Thu, 29 Nov 2001 22:33:52 +0100\nMessage-ID: <%u@example.org>\n\n",
		i, i);
	for (guint line = 0; text->len < size; line++)
		g_string_append_printf (
			text, "%sLine %u of message %u, as long as lines in mail usually are.%s\n",
			line % 50 == 7 ? "From here on:\n>From there: " : "", line, i,
			i % 3 == 0 ? "\r" : "");
	if (i % 7 == 0)
		g_string_truncate (text, text->len - 1);
	gsize length = text->len;
	return g_bytes_new_take (g_string_free (g_steal_pointer (&text), FALSE), length);
}

static Message *
make_message (guint i, guint n, gsize size)
{
	static const char *const keywords[] = { "$Forwarded", "Big Co", "$Label1", NULL };
	gsize place = (gsize) i * G_N_ELEMENTS (folders) / n;
	guint unique = i % 10 == 9 ? i - 1 : i;
	Message *message =
		message_new (folder_new_from_path (folders[place].path, folders[place].role),
			     message_content_new_bytes (make_content (unique, size)), "made:0");

	message->flags = (MessageFlags) (i % 32);
	if (i % 5 == 0)
		message_set_keywords (message, keywords + i % 3);
	message->received = (MessageDate){ .known = i % 11 != 0,
					   .zone_known = TRUE,
					   .seconds = 1000000000 + 86400 * (gint64) (i % 5000),
					   .zone_minutes = 60 };
	if (!message->received.known)
		message->received = (MessageDate){ .known = FALSE };
	return message;
}

int
main (int argc, char **argv)
{
	guint n = argc > 1 ? (guint) strtoul (argv[1], NULL, 10) : 100;
	gsize size = argc > 2 ? strtoul (argv[2], NULL, 10) : 500;
	gboolean plain = argc > 3 && strcmp (argv[3], "plain") == 0;
	g_autoptr (Report) report = report_new ("make-stream");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (GError) error = NULL;

	stop_install ();
	Output *output = output_new (STDOUT_FILENO, "standard output");
	g_autoptr (MessageSink) sink = plain ? mbox_sink_new_plain (output, ledger) :
					       mbox_sink_new_stream (output, ledger);
	for (guint i = 0; i < n && error == NULL; i++) {
		g_autoptr (Message) message = make_message (i, n, size);
		(void) message_sink_put (sink, message, &error);
	}
	for (guint i = 0; i < 2 && error == NULL; i++) {
		g_autoptr (Message) empty = message_new_folder (
			folder_new_from_path (i == 0 ? "Empty" : "Empty/below", FOLDER_ROLE_NONE));
		(void) message_sink_put (sink, empty, &error);
	}
	return error == NULL && message_sink_finish (sink, &error) ? 0 : 2;
}
