/* mbox2maildir.c - store a stream of mail, or mailboxes, in a Maildir
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "maildir/maildir-sink.h"
#include "message/message-ahead.h"
#include "message/transfer.h"
#include "store/store-into.h"
#include "store/store.h"

static char *dialect, *expunged, *labels, *from_tz, *into, *layout, *names, *durability;

static const GOptionEntry options[] = {
	{ "dialect", 0, 0, G_OPTION_ARG_STRING, &dialect,
	  "What mbox files are: auto, stream, rd or o (>From is unquoted), cl2 or none (it is not)",
	  "DIALECT" },
	{ "expunged", 0, 0, G_OPTION_ARG_STRING, &expunged,
	  "What Thunderbird has deleted: drop (the default), keep, or folder (into Expunged)",
	  "HOW" },
	{ "labels", 0, 0, G_OPTION_ARG_STRING, &labels,
	  "Gmail's labels become keywords (the default), folders, or none", "WHAT" },
	{ "from-tz", 0, 0, G_OPTION_ARG_STRING, &from_tz,
	  "Dates of From_ lines are in ZONE, like Europe/Berlin or +01 (the default is UTC)",
	  "ZONE" },
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
parse_habits (MboxHabits *habits, GError **error)
{
	static const char *const fates[] = { "drop", "keep", "folder", NULL };
	static const char *const uses[] = { "keywords", "folders", "none", NULL };
	guint f, u;

	if (dialect != NULL && !mbox_dialect_from_text (dialect, &habits->dialect))
		return cli_usage_error (
			error, "--dialect=%s: one of auto, stream, rd, o, cl2, none", dialect);
	if (!choose ("expunged", expunged, fates, &f, error) ||
	    !choose ("labels", labels, uses, &u, error))
		return FALSE;
	habits->expunged = (MboxExpunged) f;
	habits->labels = (MboxLabels) u;
	if (from_tz == NULL)
		return TRUE;
	habits->from_zone = g_time_zone_new_identifier (from_tz);
	return habits->from_zone != NULL ||
	       cli_usage_error (error, "--from-tz=%s: not a zone like Europe/Berlin or +01:00",
				from_tz);
}

static gboolean
parse_folder (Folder **folder, GError **error)
{
	if (into == NULL)
		return TRUE;
	*folder = folder_new_from_path (into, FOLDER_ROLE_NONE);
	return *folder != NULL ||
	       cli_usage_error (error, "--into=%s: not a folder like Archive/2019", into);
}

/* Nothing is made for the sake of a source that is not there. */
static gboolean
check_sources (int n, char **operands, GError **error)
{
	for (int i = 0; i < n; i++) {
		if (strcmp (operands[i], "-") == 0 || store_is_server (operands[i]) ||
		    access (operands[i], R_OK) == 0)
			continue;
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", operands[i],
			     g_strerror (errno));
		return FALSE;
	}
	return TRUE;
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

/* The nth operand, or standard input; its first message has been found. */
static MessageSource *
open_source (Cli *cli, int n, char **operands, int i, StoreOptions *store, Folder *below,
	     GError **error)
{
	const char *operand = n > 0 ? operands[i] : "-";
	g_autoptr (Folder) folder =
		n > 1 && strcmp (operand, "-") != 0 ? folder_of_file (operand) : NULL;

	store->folder = folder;
	MessageSource *opened = store_open_source (operand, store, cli->ledger, cli->report, error);
	store->folder = NULL;
	if (opened == NULL)
		return NULL;
	MessageSource *chosen = message_filter_source (opened, &cli->filter, cli->ledger);
	return message_ahead_new (below != NULL ? store_into_new (chosen, below) : chosen, error);
}

static gboolean
deliver_all (Cli *cli, int n, char **operands, StoreOptions *store, Folder *below,
	     MessageSource *first, MessageSink *sink, GError **error)
{
	if (!transfer_run (first, sink, cli->ledger, cli->report, error))
		return FALSE;
	for (int i = 1; i < n; i++) {
		g_autoptr (MessageSource) source =
			open_source (cli, n, operands, i, store, below, error);
		if (source == NULL ||
		    !transfer_run (source, sink, cli->ledger, cli->report, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
check_operands (int argc, char **argv, GError **error)
{
	if (argc < 1)
		return cli_usage_error (error, "a Maildir is needed");
	if (argc == 1 && isatty (STDIN_FILENO))
		return cli_usage_error (
			error, "standard input is a terminal: name an mbox, or pipe mail in");
	for (int i = 0; i < argc - 1; i++)
		if (store_contains (argv[i], argv[argc - 1]))
			return cli_usage_error (error, "%s: lies in %s, which is only read",
						argv[argc - 1], argv[i]);
	return TRUE;
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	MaildirSinkOptions to = { .dry_run = cli->dry_run };
	StoreOptions from = { 0 };
	g_autoptr (Folder) below = NULL;
	g_autoptr (GTimeZone) zone = NULL;

	if (!check_operands (argc, argv, error))
		return FALSE;
	gboolean understood = parse_sink_options (&to, error) &&
			      parse_habits (&from.habits, error) && parse_folder (&below, error);
	zone = from.habits.from_zone;
	if (!understood || !check_sources (argc - 1, argv, error))
		return FALSE;
	g_autoptr (MessageSource) first =
		open_source (cli, argc - 1, argv, 0, &from, below, error);
	if (first == NULL)
		return FALSE;
	g_autoptr (MessageSink) sink =
		maildir_sink_new (argv[argc - 1], &to, cli->ledger, cli->report, error);
	if (sink == NULL)
		return FALSE;

	/* What arrived complete is kept, however the rest ended. */
	gboolean whole =
		deliver_all (cli, argc - 1, argv, &from, below, first, sink, error);
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
