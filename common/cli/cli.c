/* cli.c - the front door of every tool: options, help, errors, exit status
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "base/stop.h"

/* Where GOption puts what it parses. */
typedef struct {
	gboolean short_help;
	gboolean help;
	gboolean version;
	gboolean quiet;
	gboolean verbose;
	gboolean strict;
	gboolean dry_run;
	char *progress;
	char *report;
	char *manifest;
	char **folders;
	char **excluded;
	char *since;
	char *before;
	char *max_message_size;
} CommonOptions;

gboolean
cli_usage_error (GError **error, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *text = g_strdup_vprintf (format, arguments);
	va_end (arguments);
	g_set_error_literal (error, RUN_ERROR, RUN_ERROR_USAGE, text);
	return FALSE;
}

Output *
cli_open_mail_output (GError **error)
{
	if (isatty (STDOUT_FILENO)) {
		cli_usage_error (
			error, "standard output is a terminal: pipe the mail into another tool or "
			       "redirect it to a file");
		return NULL;
	}
	return output_new (STDOUT_FILENO, "standard output");
}

char *
cli_base_name (const char *operand)
{
	if (strcmp (operand, "-") == 0)
		return g_strdup ("stdin");
	if (strstr (operand, "://") != NULL) {
		const char *host = strstr (operand, "://") + 3;
		return g_strndup (host, strcspn (host, "/"));
	}
	return g_path_get_basename (operand);
}

/* A closed standard descriptor would be taken by the next file we open, and mail written into it.
 * Fill the gap with something that fails in the way it is used. */
static void
guard_standard_descriptors (void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl (fd, F_GETFD) < 0 && errno == EBADF)
			(void) open ("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* Passwords and mail are in memory: no core file, no other process of the user looking in. */
static void
forbid_core_dumps (void)
{
	struct rlimit none = { 0, 0 };

	setrlimit (RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak checker looks in */
	prctl (PR_SET_DUMPABLE, 0);
#endif
}

static void
add_common_options (GOptionGroup *group, const CliTool *tool, CommonOptions *o)
{
	const GOptionEntry general[] = {
		{ "h", 'h', G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &o->short_help, NULL, NULL },
		{ "help", 0, 0, G_OPTION_ARG_NONE, &o->help, "Show this help (-h: a short one)",
		  NULL },
		{ "version", 'V', 0, G_OPTION_ARG_NONE, &o->version, "Show the version", NULL },
		{ "quiet", 'q', 0, G_OPTION_ARG_NONE, &o->quiet, "Say nothing but errors", NULL },
		{ "verbose", 'v', 0, G_OPTION_ARG_NONE, &o->verbose, "Say more", NULL },
		{ "strict", 0, 0, G_OPTION_ARG_NONE, &o->strict,
		  "Let skipped items count as failed", NULL },
		{ "progress", 0, 0, G_OPTION_ARG_STRING, &o->progress,
		  "Progress on standard error: auto (if it is a terminal), never, always, json",
		  "WHEN" },
		{ "report", 0, 0, G_OPTION_ARG_FILENAME, &o->report,
		  "Write all findings and the counts to FILE as JSON Lines", "FILE" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	const GOptionEntry lists[] = {
		{ "manifest", 0, 0, G_OPTION_ARG_FILENAME, &o->manifest,
		  "Write a line for every message at the target to FILE", "FILE" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	const GOptionEntry writes[] = {
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &o->dry_run, "Do everything except writing",
		  NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	const GOptionEntry reads[] = {
		{ "folder", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->folders,
		  "Only folders matching GLOB (may be repeated)", "GLOB" },
		{ "exclude", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->excluded,
		  "Not the folders matching GLOB (may be repeated)", "GLOB" },
		{ "since", 0, 0, G_OPTION_ARG_STRING, &o->since,
		  "Only messages received at DATE (UTC, e.g. 2024-01-31) or later", "DATE" },
		{ "before", 0, 0, G_OPTION_ARG_STRING, &o->before,
		  "Only messages received before DATE", "DATE" },
		{ "max-message-size", 0, 0, G_OPTION_ARG_STRING, &o->max_message_size,
		  "Only messages of at most SIZE bytes (suffixes K, M, G)", "SIZE" },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};

	g_option_group_add_entries (group, general);
	if ((tool->traits & (CLI_CARRIES | CLI_COMPARES)) != 0)
		g_option_group_add_entries (group, lists);
	if ((tool->traits & CLI_WRITES) != 0)
		g_option_group_add_entries (group, writes);
	if ((tool->traits & CLI_READS_MAIL) != 0)
		g_option_group_add_entries (group, reads);
}

static void
free_common_options (CommonOptions *o)
{
	g_free (o->progress);
	g_free (o->report);
	g_free (o->manifest);
	g_strfreev (o->folders);
	g_strfreev (o->excluded);
	g_free (o->since);
	g_free (o->before);
	g_free (o->max_message_size);
}

static GOptionContext *
make_context (const CliTool *tool, CommonOptions *common)
{
	GOptionContext *context = g_option_context_new (tool->operands);
	GOptionGroup *group = g_option_group_new (tool->name, NULL, NULL, NULL, NULL);

	if (tool->options != NULL)
		g_option_group_add_entries (group, tool->options);
	if (tool->connection != NULL)
		g_option_group_add_entries (group, tool->connection);
	add_common_options (group, tool, common);
	g_option_context_set_main_group (context, group);
	g_option_context_set_help_enabled (context, FALSE);
	g_option_context_set_summary (context, tool->summary);
	return context;
}

static gboolean
print (const char *text, GError **error)
{
	return safe_file_write_all (STDOUT_FILENO, text, strlen (text), "standard output", error);
}

static gboolean
print_short_help (const CliTool *tool, GError **error)
{
	g_autoptr (GString) text = g_string_new (NULL);

	g_string_printf (text, "usage: %s [OPTION...] %s\n%s\n\nexamples:\n", tool->name,
			 tool->operands, tool->summary);
	for (gsize i = 0; tool->examples != NULL && tool->examples[i] != NULL; i++)
		g_string_append_printf (text, "  %s\n", tool->examples[i]);
	g_string_append_printf (text, "\nAll options: %s --help, and man %s.\n", tool->name,
				tool->name);
	return print (text->str, error);
}

static gboolean
parse_date (const char *option, const char *text, gboolean *has, gint64 *seconds, GError **error)
{
	if (text == NULL)
		return TRUE;
	g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
	g_autofree char *midnight =
		g_strconcat (text, strchr (text, 'T') == NULL ? "T00:00:00" : "", NULL);
	g_autoptr (GDateTime) date = g_date_time_new_from_iso8601 (midnight, utc);
	if (date == NULL)
		return cli_usage_error (error, "--%s=%s: not a date like 2024-01-31", option, text);
	*has = TRUE;
	*seconds = g_date_time_to_unix (date);
	return TRUE;
}

gboolean
cli_parse_size (const char *option, const char *text, goffset *size, GError **error)
{
	static const char suffixes[] = "KMGT";
	guint64 value;
	gsize digits = text != NULL ? strspn (text, "0123456789") : 0;

	if (text == NULL)
		return TRUE;
	g_autofree char *number = g_strndup (text, digits);
	const char *suffix = text[digits] != '\0'
				     ? strchr (suffixes, g_ascii_toupper (text[digits]))
				     : NULL;
	guint shift = suffix != NULL ? 10 * (guint) (suffix - suffixes + 1) : 0;
	gboolean good = g_ascii_string_to_unsigned (number, 10, 1, G_MAXINT64, &value, NULL) &&
			(text[digits] == '\0' || (suffix != NULL && text[digits + 1] == '\0')) &&
			value <= (guint64) G_MAXINT64 >> shift;
	if (!good)
		return cli_usage_error (error, "--%s=%s: not a size like 35M", option, text);
	*size = (goffset) (value << shift);
	return TRUE;
}

static gboolean
parse_progress (Report *report, const char *text, GError **error)
{
	static const struct {
		const char *name;
		ReportProgress progress;
	} choices[] = {
		{ "auto", REPORT_PROGRESS_AUTO },
		{ "never", REPORT_PROGRESS_NEVER },
		{ "always", REPORT_PROGRESS_ALWAYS },
		{ "json", REPORT_PROGRESS_JSON },
	};

	for (guint i = 0; i < G_N_ELEMENTS (choices); i++) {
		if (text != NULL && strcmp (text, choices[i].name) != 0)
			continue;
		report_set_progress (report, choices[i].progress);
		return TRUE;
	}
	return cli_usage_error (error, "--progress=%s: one of auto, never, always, json", text);
}

/* Everything the common options say, before the tool runs. */
static gboolean
apply (Cli *cli, CommonOptions *o, GError **error)
{
	if (o->quiet || o->verbose)
		report_set_verbosity (cli->report, o->quiet ? -1 : 1);
	cli->dry_run = o->dry_run;
	cli->strict = o->strict;
	cli->verbose = o->verbose;
	cli->filter.folders = o->folders;
	cli->filter.excluded = o->excluded;
	return parse_progress (cli->report, o->progress, error) &&
	       parse_date ("since", o->since, &cli->filter.has_since, &cli->filter.since, error) &&
	       parse_date ("before", o->before, &cli->filter.has_before, &cli->filter.before,
			   error) &&
	       cli_parse_size ("max-message-size", o->max_message_size,
			       &cli->filter.max_message_size, error) &&
	       (o->report == NULL || report_open_file (cli->report, o->report, error));
}

static gboolean
open_manifest (const CliTool *tool, Cli *cli, const char *path, const char *operand,
	       Manifest **manifest, GError **error)
{
	g_autofree char *source = cli_base_name (operand != NULL ? operand : "-");
	g_autofree char *version = g_strdup_printf ("%s/%s", tool->name, PACKAGE_VERSION);

	if (path == NULL)
		return TRUE;
	*manifest = manifest_new (path, version, source, error);
	ledger_set_manifest (cli->target, *manifest);
	cli->lists = TRUE;
	return *manifest != NULL;
}

static void
say_counts (Cli *cli)
{
	ReportCounts counts = ledger_get_counts (cli->ledger);
	guint64 mail = ledger_get_mail_counts (cli->ledger).emitted;
	g_autofree char *size = g_format_size (counts.bytes);
	g_autofree char *aside = counts.emitted > mail ? g_strdup_printf (" and %" G_GUINT64_FORMAT
									  " other items",
									  counts.emitted - mail)
						       : g_strdup ("");

	report_message (cli->report,
			"%" G_GUINT64_FORMAT " message%s%s%s, %" G_GUINT64_FORMAT
			" already there, %" G_GUINT64_FORMAT " skipped, %" G_GUINT64_FORMAT
			" failed (%s)",
			mail, mail == 1 ? "" : "s", aside, cli->dry_run ? " to carry" : "",
			counts.present, counts.skipped, counts.failed, size);
}

/* The run proper; the manifest only appears if it went through. */
static gboolean
run_tool (const CliTool *tool, Cli *cli, const CommonOptions *o, int argc, char **argv,
	  GError **error)
{
	g_autoptr (Manifest) manifest = NULL;

	if (!open_manifest (tool, cli, o->manifest, argc > 0 ? argv[0] : NULL, &manifest, error))
		return FALSE;
	if (!tool->run (cli, argc, argv, error))
		return FALSE;
	if ((tool->traits & CLI_CARRIES) != 0 && !cli->only_looks) {
		ledger_close (cli->ledger, o->strict);
		say_counts (cli);
	} else if (o->strict && ledger_get_counts (cli->ledger).skipped > 0) {
		report_worsen (cli->report, EXIT_STATUS_DIFFERENCES);
	}
	ReportCounts counts = ledger_get_mail_counts (cli->target);
	return manifest == NULL || manifest_commit (manifest, &counts, error);
}

static void
explain (const CliTool *tool, Cli *cli, const GError *error)
{
	report_error (cli->report, error);
	if (g_error_matches (error, RUN_ERROR, RUN_ERROR_USAGE))
		report_message (cli->report, "try '%s -h'", tool->name);
	report_worsen (cli->report, exit_status_of_error (error));
}

static void
close_report (Cli *cli)
{
	ReportCounts counts = ledger_get_counts (cli->ledger);
	g_autoptr (GError) error = NULL;

	if (report_close (cli->report, &counts, &error))
		return;
	report_error (cli->report, error);
	report_worsen (cli->report, EXIT_STATUS_TROUBLE);
}

/* GOption leaves the "--" that ends options in place when it had something to protect. */
static void
drop_separator (int *argc, char **argv)
{
	for (int i = 1; i < *argc; i++) {
		if (strcmp (argv[i], "--") != 0)
			continue;
		memmove (argv + i, argv + i + 1, (gsize) (*argc - i) * sizeof *argv);
		--*argc;
		return;
	}
}

gboolean
cli_check_output (const char *option, const char *path, int argc, char **argv, GError **error)
{
	struct stat output;
	struct stat input;

	if (path == NULL || stat (path, &output) < 0)
		return TRUE;
	for (int i = 0; i < argc; i++) {
		int seen = strcmp (argv[i], "-") == 0 ? fstat (STDIN_FILENO, &input)
						      : stat (argv[i], &input);
		if (seen == 0 && S_ISREG (input.st_mode) && input.st_dev == output.st_dev &&
		    input.st_ino == output.st_ino)
			return cli_usage_error (error, "--%s=%s: that file is read, not written",
						option, path);
	}
	return TRUE;
}

static gboolean
start (const CliTool *tool, Cli *cli, CommonOptions *o, int argc, char **argv, GError **error)
{
	g_autoptr (GOptionContext) context = make_context (tool, o);
	g_autoptr (GError) problem = NULL;

	if (!g_option_context_parse (context, &argc, &argv, &problem))
		return cli_usage_error (error, "%s", problem->message);
	drop_separator (&argc, argv);
	if (o->short_help)
		return print_short_help (tool, error);
	if (o->help) {
		g_autofree char *text = g_option_context_get_help (context, TRUE, NULL);
		return print (text, error);
	}
	if (o->version) {
		g_autofree char *text = g_strdup_printf ("%s (mailferry) %s\n", tool->name,
							 PACKAGE_VERSION);
		return print (text, error);
	}
	return cli_check_output ("report", o->report, argc - 1, argv + 1, error) &&
	       cli_check_output ("manifest", o->manifest, argc - 1, argv + 1, error) &&
	       apply (cli, o, error) && run_tool (tool, cli, o, argc - 1, argv + 1, error);
}

int
cli_main (const CliTool *tool, int argc, char **argv)
{
	CommonOptions options = { 0 };
	Cli cli = { .name = tool->name };
	g_autoptr (GError) error = NULL;

	guard_standard_descriptors ();
	forbid_core_dumps ();
	if (setlocale (LC_ALL, "") == NULL || strcmp (setlocale (LC_CTYPE, NULL), "C") == 0)
		setlocale (LC_CTYPE, "C.UTF-8"); /* folder names are UTF-8 in any case */
	stop_install ();

	cli.report = report_new (tool->name);
	cli.ledger = ledger_new (cli.report);
	gboolean two_sides = (tool->traits & CLI_COMPARES) != 0;
	cli.target = two_sides ? ledger_new (cli.report) : cli.ledger;
	if (!start (tool, &cli, &options, argc, argv, &error))
		explain (tool, &cli, error);
	close_report (&cli);

	ExitStatus status = report_get_status (cli.report);
	if (two_sides)
		ledger_free (cli.target);
	ledger_free (cli.ledger);
	report_free (cli.report);
	free_common_options (&options);
	stop_die_by_signal ();
	return status;
}
