/* pst2mbox.c - read Outlook files and write the mail in them as a stream or as mbox files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/safe-file.h"
#include "base/text.h"
#include "cli/cli.h"
#include "mbox/mbox-sink.h"
#include "mbox/mbox-tree.h"
#include "message/message-filter.h"
#include "message/transfer.h"
#include "pst/pst-codepage.h"
#include "pst/pst-source.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *directory;
static gboolean only_list;
static char *codepage_name;
static char *contacts;
static char *calendar;
static PstOptions reading;

static const GOptionEntry options[] = {
	{"output", 'o', 0, G_OPTION_ARG_FILENAME, &directory,
	 "Write a tree of plain mbox files (zones and keywords are lost)", "DIR"},
	{"list", 0, 0, G_OPTION_ARG_NONE, &only_list,
	 "List folders with their numbers of messages and of other items", NULL},
	{"codepage", 0, 0, G_OPTION_ARG_STRING, &codepage_name,
	 "Code page of 8-bit text that names none (932, windows-1251 ...; default 1252)", "CP"},
	{"calendar", 0, 0, G_OPTION_ARG_FILENAME, &calendar,
	 "Write appointments, tasks, notes and the journal to FILE, as iCalendar", "FILE"},
	{"contacts", 0, 0, G_OPTION_ARG_FILENAME, &contacts,
	 "Write contacts and distribution lists to FILE, as vCards", "FILE"},
	{"deleted", 0, 0, G_OPTION_ARG_NONE, &reading.deleted,
	 "Bring back deleted items, as far as the file still has them, into \"Recovered Items\"",
	 NULL},
	{"no-sandbox", 0, 0, G_OPTION_ARG_NONE, &reading.no_sandbox,
	 "Read without locking the reader in (shows in the report)", NULL},
	{NULL, 0, 0, 0, NULL, NULL, NULL}};

static gboolean
print_folder (const Folder *folder, guint64 mail, guint64 other, gpointer user_data, GError **error)
{
	g_autofree char *path = text_for_terminal (folder->path);
	g_autofree char *line = g_strdup_printf (
		"%8" G_GUINT64_FORMAT " %8" G_GUINT64_FORMAT "  %s\n", mail, other, path);

	return safe_file_write_all (STDOUT_FILENO, line, strlen (line), "standard output", error);
}

static MessageSink *
open_sink (Cli *cli, GError **error)
{
	if (directory != NULL)
		return mbox_tree_new (directory, cli->ledger, error);

	Output *output = cli_open_mail_output (error);
	return output != NULL ? mbox_sink_new_stream (output, cli->ledger) : NULL;
}

static gboolean
carry (Cli *cli, const char *path, MessageSink *sink, GError **error)
{
	MessageSource *file = pst_source_new (path, &reading, cli->ledger, cli->report, error);
	if (file == NULL)
		return FALSE;

	g_autoptr (MessageSource) source = message_filter_source (file, &cli->filter, cli->ledger);
	return transfer_run (source, sink, cli->ledger, cli->report, error);
}

static gboolean
is_same_file (const char *a, const char *b)
{
	struct stat x;
	struct stat y;

	if (stat (a, &x) < 0 || stat (b, &y) < 0)
		return strcmp (a, b) == 0;
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* These files are replaced at the end, so they had better be nobody else's. */
static gboolean
check_aside (const char *path, int argc, char **argv, GError **error)
{
	if (path == NULL)
		return TRUE;
	if (strcmp (path, "-") == 0)
		return cli_usage_error (error, "only mail goes to standard output");
	for (int i = 0; i < argc; i++)
		if (is_same_file (path, argv[i]))
			return cli_usage_error (error, "%s is to be read, not to be written", path);
	return TRUE;
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	if (argc < 1)
		return cli_usage_error (error, "an Outlook file is needed");
	if (codepage_name != NULL && (reading.codepage = pst_codepage_parse (codepage_name)) == 0)
		return cli_usage_error (error, "--codepage=%s: no such code page", codepage_name);
	if (only_list && (directory != NULL || contacts != NULL || calendar != NULL))
		return cli_usage_error (error, "--list writes nothing: name no file with it");
	if (!check_aside (contacts, argc, argv, error) ||
	    !check_aside (calendar, argc, argv, error))
		return FALSE;
	if (contacts != NULL && calendar != NULL && is_same_file (contacts, calendar))
		return cli_usage_error (error, "contacts and calendar can't be one file");

	for (int i = 0; i < argc && only_list; i++)
		if (!pst_source_list (argv[i], &reading, cli->ledger, cli->report, print_folder,
				      NULL, error))
			return FALSE;
	cli->only_looks = only_list;
	if (only_list)
		return TRUE;

	g_autoptr (PstAside) aside = pst_aside_new (contacts, calendar, &cli->filter, error);
	g_autoptr (MessageSink) sink = aside != NULL ? open_sink (cli, error) : NULL;
	if (sink == NULL)
		return FALSE;
	reading.aside = aside;
	for (int i = 0; i < argc; i++)
		if (!carry (cli, argv[i], sink, error))
			return FALSE;
	/* The end record is the last word: all of this run is safe. */
	return pst_aside_finish (aside, error) && message_sink_finish (sink, error);
}

int
main (int argc, char **argv)
{
	static const char *const examples[] = {"pst2mbox old.pst | mbox2maildir Maildir",
					       "pst2mbox --list old.pst",
					       "pst2mbox -o Mail old.pst", NULL};
	static const CliTool tool = {
		.name = "pst2mbox",
		.operands = "PST...",
		.summary = "Read Outlook files (.pst, .ost) and write the mail in them as a stream",
		.examples = examples,
		.traits = CLI_READS_MAIL | CLI_CARRIES,
		.options = options,
		.run = run,
	};

	return cli_main (&tool, argc, argv);
}
