/* mbox-verify.c - did everything arrive, and how strongly is that proven?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "cli/cli-connection.h"
#include "cli/cli.h"
#include "store/store.h"
#include "verify/verify-command.h"
#include "verify/verify-manifest.h"
#include "verify/verify-run.h"
#include "verify/verify-show.h"
#include "verify/verify-stdin.h"

static char *missing_file;
static const char *format = "table";
static const char *require = "mime";
static char **map;
static int sample;
static int connections;
static gboolean quick;
static VerifyRules rules;

static const GOptionEntry options[] = {
	{ "missing", 0, 0, G_OPTION_ARG_FILENAME, &missing_file,
	  "Write what is missing, altered or collapsed to FILE as a stream for maildir-push "
	  "(-: to standard output, the result to standard error)",
	  "FILE" },
	{ "format", 0, 0, G_OPTION_ARG_STRING, &format,
	  "The result as table, json (JSON Lines), combined (a sign and a line for each message) "
	  "or html (one page to hand on)",
	  "FORMAT" },
	{ "require", 0, 0, G_OPTION_ARG_STRING, &require,
	  "How alike a message must be to count as found: mime (fields and parts, however they are "
	  "written), canonical (but for line ends and what stores write into headers) or raw "
	  "(every byte)",
	  "LEVEL" },
	{ "metadata", 0, 0, G_OPTION_ARG_NONE, &rules.metadata,
	  "Let another folder, other flags or another date count as a difference", NULL },
	{ "two-way", 0, 0, G_OPTION_ARG_NONE, &rules.two_way,
	  "Let what is only at the target count as a difference", NULL },
	{ "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &map,
	  "Expect what is in folder FROM and below in folder TO (may be repeated)", "FROM=TO" },
	{ "quick", 0, 0, G_OPTION_ARG_NONE, &quick,
	  "Compare headers, flags and dates only: proves nothing", NULL },
	{ "connections", 0, 0, G_OPTION_ARG_INT, &connections,
	  "Read a server over at most N connections (default: 1 to 4, by what there is to read)",
	  "N" },
	{ "sample", 0, 0, G_OPTION_ARG_INT, &sample,
	  "The same, and read N messages whole, chosen at random", "N" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

/* --- Two ends ----------------------------------------------------------- */

typedef struct {
	const char *operand;
	const MessageFilter *filter; /* NULL: all of it */
	const char *name;            /* in diagnostics */
	int kept;                    /* what came through a pipe, to be read twice; else -1 */
} Operand;

static MessageSource *
open_operand (gpointer user_data, gboolean sparing, Ledger *ledger, Report *report, GError **error)
{
	const Operand *self = user_data;
	const StoreOptions store = { .connection = cli_connection_get (error),
				     .connections = (guint) connections,
				     .sparing = sparing };

	if (store.connection == NULL)
		return NULL;
	MessageSource *source =
		self->kept >= 0 ? verify_stdin_open (self->kept, self->name, ledger, report, error)
				: store_open_source (self->operand, &store, ledger, report, error);
	if (source == NULL || self->filter == NULL)
		return source;
	return message_filter_source (source, self->filter, ledger);
}

static VerifyEnd
end_of (Operand *operand, const char *name, Ledger *ledger)
{
	gboolean listed = verify_manifest_is_one (operand->operand);

	return (VerifyEnd){
		.name = name,
		.kind = listed				       ? VERIFY_MANIFEST
			: store_is_original (operand->operand) ? VERIFY_ORIGINAL
							       : VERIFY_COPY,
		.manifest = listed ? operand->operand : NULL,
		.open = open_operand,
		.user_data = operand,
		.ledger = ledger,
		.filtered = operand->filter != NULL &&
			    message_filter_is_narrow (operand->filter),
	};
}

/* --- Options ------------------------------------------------------------ */

static gboolean
read_words (GError **error)
{
	static const struct {
		const char *name;
		VerifyLevel level;
	} levels[] = {
		{ "mime", VERIFY_LEVEL_MIME },
		{ "canonical", VERIFY_LEVEL_CANONICAL },
		{ "raw", VERIFY_LEVEL_RAW },
	};
	static const char *const formats[] = { "table", "json", "combined", "html", NULL };

	if (!g_strv_contains (formats, format))
		return cli_usage_error (error, "--format=%s: one of table, json, combined, html",
					format);
	for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
		if (strcmp (require, levels[i].name) == 0)
			rules.require = levels[i].level;
	if (rules.require == VERIFY_LEVEL_NONE)
		return cli_usage_error (error, "--require=%s: one of mime, canonical, raw",
					require);
	for (gsize i = 0; map != NULL && map[i] != NULL; i++)
		if (!g_pattern_match_simple ("?*=?*", map[i]))
			return cli_usage_error (error, "--map=%s: not FROM=TO", map[i]);
	if (connections < 0 || connections > IMAP_SOURCE_CONNECTIONS_MOST)
		return cli_usage_error (error, "--connections=%d: must be 1 to %d", connections,
					IMAP_SOURCE_CONNECTIONS_MOST);
	if (sample < 0)
		return cli_usage_error (error, "--sample=%d: not a number of messages", sample);
	return TRUE;
}

static gboolean
check_options (const Cli *cli, int argc, char **argv, GError **error)
{
	if (argc != 2)
		return cli_usage_error (error, "a source and a target are needed");
	gboolean source_listed = verify_manifest_is_one (argv[0]);
	gboolean target_listed = verify_manifest_is_one (argv[1]);
	gboolean narrow = message_filter_is_narrow (&cli->filter);
	gboolean shallow = quick || sample > 0;
	if (strcmp (argv[0], "-") == 0 && strcmp (argv[1], "-") == 0)
		return cli_usage_error (error,
					"only one of source and target can be standard input");
	if (missing_file != NULL && source_listed)
		return cli_usage_error (error, "--missing: a manifest holds no mail to send again");
	if (missing_file != NULL && shallow)
		return cli_usage_error (error, "--missing needs a full reading, not --quick or "
					       "--sample");
	if (cli->lists && target_listed)
		return cli_usage_error (error, "--manifest: the target is a manifest already");
	if (cli->lists && shallow)
		return cli_usage_error (error, "--manifest needs a full reading, not --quick or "
					       "--sample");
	if (shallow && (source_listed || target_listed))
		return cli_usage_error (error, "--quick, --sample: a manifest is read fast enough");
	if (rules.two_way && narrow)
		return cli_usage_error (error, "--two-way looks at everything: no filters with it");
	if (narrow && source_listed)
		return cli_usage_error (error, "a manifest cannot be filtered");
	return cli_check_output ("missing", missing_file, argc, argv, error) && read_words (error);
}

/* --- The run ------------------------------------------------------------ */

/* What both ends are called, and when reading began. */
typedef struct {
	VerifyCommand command;
	gint64 seconds;
} Asked;

static gboolean
show_page (const Asked *asked, const VerifyResult *result, Output *output, GError **error)
{
	const VerifyRunOptions *how = asked->command.run;
	g_auto (GStrv) given = verify_command_describe_options (&asked->command);
	g_autofree char *again = verify_command_describe_again (&asked->command);
	g_autofree char *resend = verify_command_describe_resend (&asked->command);
	const VerifyPage page = {
		.tool = "mbox-verify " PACKAGE_VERSION,
		.source = asked->command.source,
		.target = asked->command.target,
		.options = (const char *const *) given,
		.again = again,
		.resend = resend,
		.logs_in = store_is_server (asked->command.source) ||
			   store_is_server (asked->command.target),
		.seconds = asked->seconds,
		.headers_only = how->quick || how->sample > 0,
	};

	return verify_show_html (result, &page, output, error);
}

static gboolean
show (Cli *cli, const Asked *asked, const VerifyResult *result, GError **error)
{
	gboolean aside = g_strcmp0 (missing_file, "-") == 0;
	g_autoptr (Output) output = output_new (aside ? STDERR_FILENO : STDOUT_FILENO,
						aside ? "standard error" : "standard output");
	ExitStatus status = report_get_status (cli->report);
	gboolean shown =
		strcmp (format, "json") == 0
			? verify_show_json (result, cli->name, status, output, error)
		: strcmp (format, "combined") == 0
			? verify_show_combined (result, output, error)
		: strcmp (format, "html") == 0
			? show_page (asked, result, output, error)
			: verify_show_table (result, cli->verbose, output, error);

	return shown && output_finish (output, error);
}

/* Where the missing messages go: a file that appears when it is complete, or standard output. */
static Output *
open_missing (SafeFile **file, GError **error)
{
	if (strcmp (missing_file, "-") == 0)
		return cli_open_mail_output (error);
	*file = safe_file_new (missing_file, error);
	if (*file == NULL)
		return NULL;
	int fd = safe_file_dup (*file, error);
	return fd >= 0 ? output_new (fd, missing_file) : NULL;
}

static gboolean
compare (Cli *cli, const VerifyEnd *source, const VerifyEnd *target, VerifyForm form,
	 GError **error)
{
	const VerifyRunOptions how = {
		.form = form,
		.rules = rules,
		.map = (const char *const *) map,
		.all = strcmp (format, "combined") == 0 || rules.require == VERIFY_LEVEL_RAW,
		.quick = quick,
		.sample = (guint32) sample,
	};
	const Operand *from = source->user_data;
	const Operand *to = target->user_data;
	const Asked asked = {
		.command = { .source = from->operand,
			     .target = to->operand,
			     .has_content = source->manifest == NULL,
			     .to_server = store_is_server (to->operand),
			     .run = &how,
			     .filter = &cli->filter },
		.seconds = g_get_real_time () / G_USEC_PER_SEC,
	};
	g_autoptr (SafeFile) file = NULL;
	g_autoptr (Output) output = NULL;

	if (missing_file != NULL) {
		output = open_missing (&file, error);
		if (output == NULL)
			return FALSE;
	}
	g_autoptr (VerifyRun) run = verify_run_new (source, target, &how, cli->report, error);
	if (run == NULL)
		return FALSE;
	const VerifyResult *result = verify_run_get_result (run);
	if (!verify_show_report (result, cli->report, error) || !show (cli, &asked, result, error))
		return FALSE;
	return output == NULL ||
	       (verify_run_write_missing (run, g_steal_pointer (&output), error) &&
		(file == NULL || safe_file_commit (file, error)));
}

static gboolean
keep_pipe (Operand *operand, GError **error)
{
	if (!verify_stdin_is_meant (operand->operand))
		return TRUE;
	operand->kept = verify_stdin_keep (operand->operand, error);
	return operand->kept >= 0;
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	if (!check_options (cli, argc, argv, error))
		return FALSE;
	rules.strict = cli->strict;
	gboolean server = store_is_server (argv[0]) || store_is_server (argv[1]);
	g_autofree char *source_name = cli_base_name (argv[0]);
	g_autofree char *target_name = cli_base_name (argv[1]);
	Operand from = { argv[0], &cli->filter, source_name, -1 };
	Operand to = { argv[1], NULL, target_name, -1 };
	VerifyEnd source = end_of (&from, source_name, cli->ledger);
	VerifyEnd target = end_of (&to, target_name, cli->target);

	/* What is compared with itself is not anywhere else. */
	if (store_contains (argv[0], argv[1]) && store_contains (argv[1], argv[0]))
		source.kind = VERIFY_COPY;
	gboolean ok = keep_pipe (&from, error) && keep_pipe (&to, error) &&
		      compare (cli, &source, &target,
			       server ? VERIFY_FORM_SENT : VERIFY_FORM_RAW, error);
	if (from.kept >= 0)
		close (from.kept);
	if (to.kept >= 0)
		close (to.kept);
	return ok;
}

static const char *const examples[] = {
	"mbox-verify old.pst imaps://ann@mail.example.org",
	"mbox-verify --format=json old.pst Maildir",
	"mbox-verify --missing=- old.pst Maildir | mbox2maildir Maildir",
	NULL,
};

static const CliTool tool = {
	.name = "mbox-verify",
	.operands = "SOURCE TARGET",
	.summary =
		"Prove that every message of SOURCE is in TARGET (an Outlook file, mbox, Maildir, "
		"URL, manifest, or - for standard input)",
	.examples = examples,
	.traits = CLI_READS_MAIL | CLI_COMPARES,
	.options = options,
	.connection = cli_connection_options,
	.run = run,
};

int
main (int argc, char **argv)
{
	return cli_main (&tool, argc, argv);
}
