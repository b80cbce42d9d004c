/* mbox2maildir.c - store a stream of mail, or mailboxes, in a Maildir
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "maildir/maildir-sink.h"
#include "message/transfer.h"
#include "store/store-into.h"
#include "store/store.h"

static char *dialect, *into, *layout, *names, *durability;

static const GOptionEntry options[] = {
	{ "dialect", 0, 0, G_OPTION_ARG_STRING, &dialect,
	  "What mbox files are: auto, stream, rd (>From is unquoted), none (it is not)",
	  "DIALECT" },
	{ "into", 0, 0, G_OPTION_ARG_STRING, &into,
	  "Put everything below FOLDER, the inbox into FOLDER itself", "FOLDER" },
	{ "layout", 0, 0, G_OPTION_ARG_STRING, &layout,
	  "maildir++ (A/B is .A.B) or fs (A/B is A/B)", "LAYOUT" },
	{ "names", 0, 0, G_OPTION_ARG_STRING, &names,
	  "Names of new folders in utf7 (the default) or utf8", "CODE" },
	{ "durability", 0, 0, G_OPTION_ARG_STRING, &durability,
	  "Sync to disk by batch (the default), by file, or none", "HOW" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

/* A word out of a list, NULL standing for the first one. */
static gboolean
choose (const char *option, const char *word, const char *const *words, guint *choice,
	GError **error)
{
	g_autofree char *all = g_strjoinv (", ", (char **) words);

	for (*choice = 0; words[*choice] != NULL; ++*choice)
		if (word == NULL || strcmp (words[*choice], word) == 0)
			return TRUE;
	return cli_usage_error (error, "--%s=%s: one of %s", option, word, all);
}

static gboolean
parse_sink_options (MaildirSinkOptions *sink, GError **error)
{
	static const char *const layouts[] = { "auto", "maildir++", "fs", NULL };
	static const char *const codes[] = { "utf7", "utf8", NULL };
	static const char *const ways[] = { "batch", "file", "none", NULL };
	guint l, c, w;

	if (!choose ("layout", layout, layouts, &l, error) ||
	    !choose ("names", names, codes, &c, error) ||
	    !choose ("durability", durability, ways, &w, error))
		return FALSE;
	sink->layout = (MaildirLayout) l;
	sink->names = (MaildirNames) c;
	sink->durability = (MaildirDurability) w;
	return TRUE;
}

static gboolean
parse_store_options (StoreOptions *store, Folder **folder, GError **error)
{
	if (dialect != NULL && !mbox_dialect_from_text (dialect, &store->dialect))
		return cli_usage_error (error, "--dialect=%s: one of auto, stream, rd, none",
					dialect);
	if (into == NULL)
		return TRUE;
	*folder = folder_new_from_path (into, FOLDER_ROLE_NONE);
	return *folder != NULL ||
	       cli_usage_error (error, "--into=%s: not a folder like Archive/2019", into);
}

/* Of several files, each becomes a folder with its name. */
static Folder *
folder_of_file (const char *operand)
{
	g_autofree char *base = g_path_get_basename (operand);
	gsize length =
		strlen (base) - (g_str_has_suffix (base, ".mbox") && strlen (base) > 5 ? 5 : 0);
	g_autofree char *name = text_to_utf8 (base, length, NULL);
	const char *const components[] = { name, NULL };

	return folder_new (components, FOLDER_ROLE_NONE);
}

static gboolean
deliver (Cli *cli, const char *operand, const StoreOptions *store, Folder *below, MessageSink *sink,
	 GError **error)
{
	MessageSource *opened = store_open_source (operand, store, cli->ledger, cli->report, error);

	if (opened == NULL)
		return FALSE;
	MessageSource *chosen = message_filter_source (opened, &cli->filter, cli->ledger);
	g_autoptr (MessageSource) source = below != NULL ? store_into_new (chosen, below) : chosen;
	return transfer_run (source, sink, cli->ledger, cli->report, error);
}

static gboolean
deliver_all (Cli *cli, int n, char **operands, StoreOptions *store, Folder *below,
	     MessageSink *sink, GError **error)
{
	if (n == 0)
		return deliver (cli, "-", store, below, sink, error);
	for (int i = 0; i < n; i++) {
		g_autoptr (Folder) folder = n > 1 && strcmp (operands[i], "-") != 0 ?
						    folder_of_file (operands[i]) :
						    NULL;
		store->folder = folder;
		if (!deliver (cli, operands[i], store, below, sink, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	MaildirSinkOptions to = { .dry_run = cli->dry_run };
	StoreOptions from = { 0 };
	g_autoptr (Folder) below = NULL;

	if (argc < 1)
		return cli_usage_error (error, "a Maildir is needed");
	if (argc == 1 && isatty (STDIN_FILENO))
		return cli_usage_error (
			error, "standard input is a terminal: name an mbox, or pipe mail in");
	if (!parse_sink_options (&to, error) || !parse_store_options (&from, &below, error))
		return FALSE;
	for (int i = 0; i < argc - 1; i++)
		if (store_contains (argv[i], argv[argc - 1]))
			return cli_usage_error (error, "%s: lies in %s, which is only read",
						argv[argc - 1], argv[i]);
	g_autoptr (MessageSink) sink =
		maildir_sink_new (argv[argc - 1], &to, cli->ledger, cli->report, error);
	if (sink == NULL)
		return FALSE;

	/* What arrived complete is kept, however the rest ended. */
	gboolean whole = deliver_all (cli, argc - 1, argv, &from, below, sink, error);
	return message_sink_finish (sink, whole ? error : NULL) && whole;
}

static const char *const examples[] = {
	"pst2mbox old.pst | mbox2maildir Maildir",
	"mbox2maildir archive.mbox Maildir",
	"mbox2maildir --into=Archive Mail/*.mbox Maildir",
	NULL,
};

static const CliTool mbox2maildir = {
	.name = "mbox2maildir",
	.operands = "[MBOX|DIR...] MAILDIR",
	.summary = "Store a stream of mail, or mailboxes, in a Maildir.",
	.examples = examples,
	.traits = CLI_READS_MAIL | CLI_WRITES | CLI_CARRIES,
	.options = options,
	.run = run,
};

int
main (int argc, char **argv)
{
	return cli_main (&mbox2maildir, argc, argv);
}
