/* imap2mbox.c - read an account on an IMAP server and write its mail as a stream
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cli/cli-connection.h"
#include "cli/cli.h"
#include "mbox/mbox-sink.h"
#include "message/transfer.h"
#include "store/store.h"

static int connections;

static const GOptionEntry options[] = {
	{ "connections", 0, 0, G_OPTION_ARG_INT, &connections,
	  "Read over at most N connections (default: 1 to 4, by what there is to read)", "N" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	const NetOptions *net = cli_connection_get (error);
	const StoreOptions store = { .connection = net, .connections = (guint) connections };

	if (net == NULL)
		return FALSE;
	if (argc != 1 || !store_is_server (argv[0]))
		return cli_usage_error (error, "one URL is needed: imaps://USER@HOST");
	if (connections < 0 || connections > IMAP_SOURCE_CONNECTIONS_MOST)
		return cli_usage_error (error, "--connections=%d: must be 1 to %d", connections,
					IMAP_SOURCE_CONNECTIONS_MOST);
	Output *output = cli_open_mail_output (error);
	if (output == NULL)
		return FALSE;
	g_autoptr (MessageSink) sink = mbox_sink_new_stream (output, cli->ledger);
	MessageSource *opened = store_open_source (argv[0], &store, cli->ledger, cli->report,
						   error);
	if (opened == NULL)
		return FALSE;
	g_autoptr (MessageSource) source = message_filter_source (opened, &cli->filter,
								  cli->ledger);
	return transfer_run (source, sink, cli->ledger, cli->report, error) &&
	       message_sink_finish (sink, error);
}

int
main (int argc, char **argv)
{
	static const char *const examples[] = {
		"imap2mbox imaps://ann@mail.example.org > ann.mbox",
		"imap2mbox imaps://ann@old.example.org | maildir-push - imaps://ann@example.org",
		"imap2mbox --since=2024-01-01 imaps://ann@mail.example.org | mbox2maildir Maildir",
		NULL,
	};
	static const CliTool tool = {
		.name = "imap2mbox",
		.operands = "URL",
		.summary = "Read an account on an IMAP server and write its mail as a stream",
		.examples = examples,
		.traits = CLI_READS_MAIL | CLI_CARRIES,
		.options = options,
		.connection = cli_connection_options,
		.run = run,
	};

	return cli_main (&tool, argc, argv);
}
