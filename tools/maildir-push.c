/* maildir-push.c - upload mail into an IMAP account, each message exactly once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli-connection.h"
#include "cli/cli.h"
#include "imap/imap-sink.h"
#include "maildir/maildir-source.h"
#include "mbox/mbox-source.h"
#include "message/transfer.h"

static char *state_directory;
static gboolean again;
static char **map;

static const GOptionEntry options[] = {
	{ "state", 0, 0, G_OPTION_ARG_FILENAME, &state_directory,
	  "Keep the journal of what is delivered in DIR (default: ~/.local/state/mailferry)", "DIR" },
	{ "again", 0, 0, G_OPTION_ARG_NONE, &again,
	  "Send what is not at the server now, also if it was delivered before", NULL },
	{ "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &map, "Put what is in folder FROM into folder TO (may be repeated)",
	  "FROM=TO" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static const char *const examples[] = {
	"maildir-push ~/Maildir imaps://ann@mail.example.org",
	"maildir-push --dry-run ~/Maildir imaps://ann@mail.example.org",
	"pst2mbox old.pst | maildir-push - imaps://ann@mail.example.org/Outlook",
	NULL,
};

static MessageSource *
open_stream (Cli *cli, const char *path, GError **error)
{
	g_autofree char *name = cli_base_name (path);
	g_autoptr (Folder) inbox = folder_new_inbox ();
	gboolean is_pipe = strcmp (path, "-") == 0;
	MboxSourceOptions mbox = {
		.name = name, .dialect = MBOX_DIALECT_AUTO, .folder = inbox, .is_pipe = is_pipe
	};
	int fd = is_pipe ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return mbox_source_new (fd, &mbox, cli->ledger, cli->report);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot open", path);
	return NULL;
}

static MessageSource *
open_source (Cli *cli, const char *path, GError **error)
{
	MessageSource *source = g_file_test (path, G_FILE_TEST_IS_DIR)
					? maildir_source_new (path, cli->ledger, cli->report, error)
					: open_stream (cli, path, error);

	return source != NULL ? message_filter_source (source, &cli->filter, cli->ledger) : NULL;
}

static gboolean
is_filtered (const MessageFilter *filter)
{
	return filter->folders != NULL || filter->excluded != NULL || filter->has_since || filter->has_before ||
	       filter->max_message_size > 0;
}

/* The source by a name that stays: the journal must find it again from another directory. */
static char *
name_source (const char *operand)
{
	return strcmp (operand, "-") == 0 ? g_strdup ("-") : g_canonicalize_filename (operand, NULL);
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	if (argc != 2)
		return cli_usage_error (error, "a source and a URL are needed");
	const NetOptions *net = cli_connection_get (error);
	g_autoptr (NetUrl) url = net != NULL ? net_url_new (argv[1], error) : NULL;
	if (url == NULL)
		return FALSE;
	g_autoptr (MessageSource) source = open_source (cli, argv[0], error);
	if (source == NULL)
		return FALSE;

	g_autofree char *name = name_source (argv[0]);
	ImapSinkOptions sink_options = {
		.state_directory = state_directory,
		.source = name,
		.forget = again || strcmp (argv[0], "-") == 0,
		.partial = is_filtered (&cli->filter),
		.dry_run = cli->dry_run,
		.map = (const char *const *) map,
	};
	g_autoptr (MessageSink) sink =
		imap_sink_new (url, net, &sink_options, cli->ledger, cli->report, error);
	if (sink == NULL)
		return FALSE;
	return transfer_run (source, sink, cli->ledger, cli->report, error) && message_sink_finish (sink, error);
}

static const CliTool maildir_push = {
	.name = "maildir-push",
	.operands = "SOURCE URL",
	.summary = "Upload mail into an IMAP account, each message exactly once.",
	.examples = examples,
	.traits = CLI_READS_MAIL | CLI_WRITES | CLI_CARRIES,
	.options = options,
	.connection = cli_connection_options,
	.run = run,
};

int
main (int argc, char **argv)
{
	return cli_main (&maildir_push, argc, argv);
}
