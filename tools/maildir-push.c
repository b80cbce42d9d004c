/* maildir-push.c - upload mail into an IMAP account, each message exactly once
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli-connection.h"
#include "cli/cli.h"
#include "imap/imap-sink.h"
#include "mbox/mbox-aside.h"
#include "message/transfer.h"
#include "store/store.h"

static char *state_directory;
static gboolean again;
static gboolean dedupe_own;
static char *existing;
static int connections;
static char *compress;
static char *max_rate;
static char **map;
static char *rejected_file;
static char *repair;
static MessageRepair repairs;

static const GOptionEntry options[] = {
	{ "state", 0, 0, G_OPTION_ARG_FILENAME, &state_directory,
	  "Keep the journal of what is delivered in DIR (default: ~/.local/state/mailferry)",
	  "DIR" },
	{ "again", 0, 0, G_OPTION_ARG_NONE, &again,
	  "Send what is not at the server now, also if it was delivered before", NULL },
	{ "compress", 0, 0, G_OPTION_ARG_STRING, &compress,
	  "Compress what is sent: if the link is slower than compressing (auto, the default), on, "
	  "off",
	  "auto|on|off" },
	{ "connections", 0, 0, G_OPTION_ARG_INT, &connections,
	  "Use at most N connections (default: 2 to 8, by what the server can do)", "N" },
	{ "dedupe-own", 0, 0, G_OPTION_ARG_NONE, &dedupe_own,
	  "Remove what a server stored twice because it was late after a cut", NULL },
	{ "existing", 0, 0, G_OPTION_ARG_STRING, &existing,
	  "What counts as there already on a first run: the same content (exact), or the same "
	  "Message-ID, Date, From and Subject (similar)",
	  "exact|similar" },
	{ "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &map,
	  "Put folder FROM and what is below it at TO (may be repeated)", "FROM=TO" },
	{ "rejected", 0, 0, G_OPTION_ARG_FILENAME, &rejected_file,
	  "Write the messages that the server refuses to FILE as a stream", "FILE" },
	{ "repair", 0, 0, G_OPTION_ARG_STRING, &repair,
	  "Mend messages that the server refuses as they are: nul, long-lines, headers, or "
	  "several of them with commas between",
	  "WHAT" },
	{ "max-rate", 0, 0, G_OPTION_ARG_STRING, &max_rate,
	  "Send at most so many bytes a second; K, M and G may follow", "RATE" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static const char *const examples[] = {
	"maildir-push ~/Maildir imaps://ann@mail.example.org",
	"maildir-push --dry-run ~/Maildir imaps://ann@mail.example.org",
	"pst2mbox old.pst | maildir-push - imaps://ann@mail.example.org/Outlook",
	NULL,
};

static MessageSource *
open_source (Cli *cli, const char *operand, const NetOptions *net, GError **error)
{
	const StoreOptions store = { .connection = net };
	MessageSource *source = store_open_source (operand, &store, cli->ledger, cli->report,
						   error);

	return source != NULL ? message_filter_source (source, &cli->filter, cli->ledger) : NULL;
}

/* The source by a name that stays: the journal must find it again from another directory, and by
 * way of a link. */
static char *
name_source (const char *operand)
{
	gboolean is_file = strcmp (operand, "-") != 0 && !store_is_server (operand);
	g_autofree char *real = is_file ? g_canonicalize_filename (operand, NULL)
					: g_strdup (operand);
	char *resolved = is_file ? realpath (real, NULL) : NULL;

	if (resolved == NULL)
		return g_steal_pointer (&real);
	g_free (real);
	real = g_strdup (resolved);
	free (resolved);
	return g_steal_pointer (&real);
}

static gboolean
check_options (GError **error)
{
	if (connections < 0 || connections > IMAP_SINK_CONNECTIONS_MOST)
		return cli_usage_error (error, "--connections=%d: must be 1 to %d", connections,
					IMAP_SINK_CONNECTIONS_MOST);
	if (existing != NULL && strcmp (existing, "exact") != 0 &&
	    strcmp (existing, "similar") != 0)
		return cli_usage_error (error, "--existing=%s: must be exact or similar", existing);
	if (repair != NULL && !message_repair_parse (repair, &repairs))
		return cli_usage_error (
			error, "--repair=%s: nul, long-lines, headers, with commas between",
			repair);
	return TRUE;
}

/* What was said about this connection, beside what all tools have. The caller frees *rate. */
static gboolean
set_link_options (NetOptions *net, NetRate **rate, GError **error)
{
	static const char *const words[] = { "auto", "on", "off" };
	goffset bytes = 0;

	for (guint i = 0; compress != NULL && i < G_N_ELEMENTS (words); i++) {
		if (strcmp (compress, words[i]) == 0) {
			net->compress = (NetCompress) i;
			break;
		}
		if (i + 1 == G_N_ELEMENTS (words))
			return cli_usage_error (error, "--compress=%s: must be auto, on or off",
						compress);
	}
	if (!cli_parse_size ("max-rate", max_rate, &bytes, error))
		return FALSE;
	if (bytes > 0)
		net->rate = *rate = net_rate_new ((guint64) bytes);
	return TRUE;
}

/* What was refused is on disk even if the run breaks off. */
static gboolean
upload (Cli *cli, MessageSource *source, const NetUrl *url, const NetOptions *net,
	const ImapSinkOptions *sink_options, GError **error)
{
	g_autoptr (MessageSink) sink = imap_sink_new (url, net, sink_options, cli->ledger,
						      cli->report, error);

	return sink != NULL && transfer_run (source, sink, cli->ledger, cli->report, error) &&
	       message_sink_finish (sink, error);
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	if (argc != 2)
		return cli_usage_error (error, "a source and a URL are needed");
	if (!check_options (error))
		return FALSE;
	const NetOptions *net = cli_connection_get (error);
	g_autoptr (NetUrl) url = net != NULL ? net_url_new (argv[1], error) : NULL;
	g_autoptr (NetRate) rate = NULL;
	if (url == NULL)
		return FALSE;
	NetOptions link = *net;
	if (!set_link_options (&link, &rate, error))
		return FALSE;
	g_autoptr (MessageSource) source = open_source (cli, argv[0], net, error);
	if (source == NULL)
		return FALSE;

	g_autofree char *name = name_source (argv[0]);
	ImapSinkOptions sink_options = {
		.state_directory = state_directory,
		.source = name,
		.forget = again || strcmp (argv[0], "-") == 0,
		.partial = message_filter_is_narrow (&cli->filter),
		.similar = g_strcmp0 (existing, "similar") == 0,
		.dedupe_own = dedupe_own,
		.connections = (guint) connections,
		.dry_run = cli->dry_run,
		.map = (const char *const *) map,
		.repair = repairs,
	};
	if (rejected_file == NULL || cli->dry_run)
		return upload (cli, source, url, &link, &sink_options, error);
	if (!cli_check_output ("rejected", rejected_file, argc, argv, error))
		return FALSE;
	g_autoptr (MessageSink) rejected = mbox_aside_new (rejected_file, error);
	if (rejected == NULL)
		return FALSE;
	sink_options.rejected = rejected;
	gboolean ok = upload (cli, source, url, &link, &sink_options, error);
	return message_sink_finish (rejected, ok ? error : NULL) && ok;
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
