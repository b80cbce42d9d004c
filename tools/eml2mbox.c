/* eml2mbox.c - read the trees of mail programs and write the mail in them as a stream
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "base/text.h"
#include "cli/cli.h"
#include "mbox/mbox-sink.h"
#include "message/transfer.h"
#include "store/store.h"

/* Of several directories, what lies in one itself becomes a folder with its name. */
static Folder *
folder_of_directory (const char *operand)
{
	g_autofree char *base = cli_base_name (operand);
	g_autofree char *name = text_to_utf8 (base, strlen (base), NULL);
	const char *const components[] = { name, NULL };

	return g_ascii_strcasecmp (name, "INBOX") == 0 ? folder_new_inbox ()
						       : folder_new (components, FOLDER_ROLE_NONE);
}

static gboolean
carry (Cli *cli, const char *operand, gboolean is_one_of_many, MessageSink *sink, GError **error)
{
	g_autoptr (Folder) folder = is_one_of_many ? folder_of_directory (operand) : NULL;
	StoreOptions store = { .folder = folder };

	if (strcmp (operand, "-") == 0 || store_is_server (operand))
		return cli_usage_error (error, "%s: only directories and files are read", operand);
	MessageSource *opened = store_open_source (operand, &store, cli->ledger, cli->report,
						   error);
	if (opened == NULL)
		return FALSE;
	g_autoptr (MessageSource) source = message_filter_source (opened, &cli->filter,
								  cli->ledger);
	return transfer_run (source, sink, cli->ledger, cli->report, error);
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	if (argc < 1)
		return cli_usage_error (error, "a directory is needed");
	Output *output = cli_open_mail_output (error);
	if (output == NULL)
		return FALSE;
	g_autoptr (MessageSink) sink = mbox_sink_new_stream (output, cli->ledger);
	for (int i = 0; i < argc; i++)
		if (!carry (cli, argv[i], argc > 1, sink, error))
			return FALSE;
	return message_sink_finish (sink, error);
}

int
main (int argc, char **argv)
{
	static const char *const examples[] = {
		"eml2mbox 'Windows Live Mail' | mbox2maildir Maildir",
		"eml2mbox ~/Library/Mail/V10 > apple.mbox",
		"eml2mbox --folder='Sent*' Mail | maildir-push - imaps://ann@mail.example.org",
		NULL,
	};
	static const CliTool tool = {
		.name = "eml2mbox",
		.operands = "DIR...",
		.summary = "Read the trees of mail programs and write the mail in them as a stream",
		.examples = examples,
		.traits = CLI_READS_MAIL | CLI_CARRIES,
		.run = run,
	};

	return cli_main (&tool, argc, argv);
}
