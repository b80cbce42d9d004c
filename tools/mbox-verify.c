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
#include "verify/verify-manifest.h"
#include "verify/verify-match.h"
#include "verify/verify-missing.h"
#include "verify/verify-show.h"
#include "verify/verify-sink.h"
#include "verify/verify-stdin.h"

static char *missing_file;
static const char *format = "table";
static const char *require = "canonical";
static VerifyRules rules;

static const GOptionEntry options[] = {
	{"missing", 0, 0, G_OPTION_ARG_FILENAME, &missing_file,
	 "Write what is missing, altered or collapsed to FILE as a stream for maildir-push "
	 "(-: to standard output, the result to standard error)",
	 "FILE"},
	{"format", 0, 0, G_OPTION_ARG_STRING, &format, "The result as table or json (JSON Lines)",
	 "FORMAT"},
	{"require", 0, 0, G_OPTION_ARG_STRING, &require,
	 "How alike a message must be to count as proven: canonical (but for line ends and what "
	 "stores write into headers) or raw (every byte)",
	 "LEVEL"},
	{"metadata", 0, 0, G_OPTION_ARG_NONE, &rules.metadata,
	 "Let another folder, other flags or another date count as a difference", NULL},
	{"two-way", 0, 0, G_OPTION_ARG_NONE, &rules.two_way,
	 "Let what is only at the target count as a difference", NULL},
	{NULL, 0, 0, 0, NULL, NULL, NULL},
};

/* One end of the comparison. */
typedef struct {
	const char *operand;
	char *name;
	int kept; /* standard input, if it will be read twice; else -1 */
	VerifySide side;
} End;

static void
end_init (End *end, const char *operand, Ledger *ledger)
{
	gboolean listed = verify_manifest_is_one (operand);

	end->operand = operand;
	end->name = cli_base_name (operand);
	end->kept = -1;
	end->side = (VerifySide){
		.name = end->name,
		.kind = listed                        ? VERIFY_MANIFEST
			: store_is_original (operand) ? VERIFY_ORIGINAL
						      : VERIFY_COPY,
		.index = verify_index_new (),
		.ledger = ledger,
	};
}

static void
end_clear (End *end)
{
	if (end->kept >= 0)
		close (end->kept);
	verify_index_free (end->side.index);
	g_free (end->name);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (End, end_clear)

static MessageSource *
open_end (const End *end, Ledger *ledger, Report *report, GError **error)
{
	const StoreOptions store = { .connection = cli_connection_get (error) };

	if (store.connection == NULL)
		return NULL;
	if (end->kept >= 0)
		return verify_stdin_open (end->kept, ledger, report, error);
	return store_open_source (end->operand, &store, ledger, report, error);
}

static gboolean
read_end (End *end, const MessageFilter *filter, VerifyForm form, Report *report, GError **error)
{
	VerifySide *side = &end->side;

	if (side->kind == VERIFY_MANIFEST)
		return verify_manifest_read (end->operand, side->index, form, side->ledger, error);
	MessageSource *source = open_end (end, side->ledger, report, error);
	if (source == NULL)
		return FALSE;
	if (filter != NULL)
		source = message_filter_source (source, filter, side->ledger);
	return verify_sink_read (source, side->index, form, side->ledger, report, error);
}

static gboolean
check_options (const Cli *cli, int argc, char **argv, GError **error)
{
	if (argc != 2)
		return cli_usage_error (error, "a source and a target are needed");
	if (strcmp (format, "table") != 0 && strcmp (format, "json") != 0)
		return cli_usage_error (error, "--format=%s: one of table, json", format);
	if (strcmp (require, "canonical") != 0 && strcmp (require, "raw") != 0)
		return cli_usage_error (error, "--require=%s: one of canonical, raw", require);
	if (strcmp (argv[0], "-") == 0 && strcmp (argv[1], "-") == 0)
		return cli_usage_error (error,
					"only one of source and target can be standard input");
	if (missing_file != NULL && verify_manifest_is_one (argv[0]))
		return cli_usage_error (error, "--missing: a manifest holds no mail to send again");
	if (cli->lists && verify_manifest_is_one (argv[1]))
		return cli_usage_error (error, "--manifest: the target is a manifest already");
	if (rules.two_way && message_filter_is_narrow (&cli->filter))
		return cli_usage_error (error, "--two-way looks at everything: no filters with it");
	if (message_filter_is_narrow (&cli->filter) && verify_manifest_is_one (argv[0]))
		return cli_usage_error (error, "a manifest cannot be filtered");
	rules.require_raw = strcmp (require, "raw") == 0;
	return TRUE;
}

static gboolean
show (Cli *cli, const VerifyResult *result, GError **error)
{
	gboolean aside = g_strcmp0 (missing_file, "-") == 0;
	g_autoptr (Output) output = output_new (aside ? STDERR_FILENO : STDOUT_FILENO,
						aside ? "standard error" : "standard output");
	gboolean shown = strcmp (format, "json") == 0
				 ? verify_show_json (result, cli->name,
						     report_get_status (cli->report), output, error)
				 : verify_show_table (result, cli->verbose, output, error);

	return shown && output_finish (output, error);
}

static gboolean
compare (Cli *cli, End *source, End *target, VerifyForm form, GError **error)
{
	if (!read_end (source, &cli->filter, form, cli->report, error) ||
	    !read_end (target, NULL, form, cli->report, error))
		return FALSE;
	source->side.filtered = message_filter_is_narrow (&cli->filter);
	verify_match (source->side.index, target->side.index);

	g_autoptr (VerifyResult) result = verify_result_new (&source->side, &target->side, &rules,
							     report_get_status (cli->report));
	report_worsen (cli->report, verify_result_get_status (result));
	return verify_show_report (result, cli->report, error) && show (cli, result, error);
}

/* The second reading says nothing that the first one has not said, but for what is gone. Takes
 * output over. */
static gboolean
write_missing (Cli *cli, const End *source, VerifyForm form, Output *output, GError **error)
{
	g_autoptr (Report) quiet = report_new (cli->name);
	g_autoptr (Ledger) ledger = ledger_new (quiet);
	MessageSource *again = NULL;
	guint64 written = 0;

	report_set_verbosity (quiet, -1);
	if (verify_missing_any (source->side.index)) {
		again = open_end (source, ledger, quiet, error);
		if (again == NULL) {
			output_free (output);
			return FALSE;
		}
	}
	if (!verify_missing_write (again, source->side.index, form, ledger, quiet, output, &written,
				   error))
		return FALSE;
	report_message (cli->report, "%" G_GUINT64_FORMAT " messages written to be sent again",
			written);
	guint64 before = ledger_get_counts (source->side.ledger).failed;
	guint64 now = ledger_get_counts (ledger).failed;
	if (now > before)
		report_finding (cli->report, REPORT_TROUBLE, "source-changed", NULL, NULL,
				"%" G_GUINT64_FORMAT " messages could not be read a second time",
				now - before);
	return TRUE;
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
compare_and_collect (Cli *cli, End *source, End *target, VerifyForm form, GError **error)
{
	g_autoptr (SafeFile) file = NULL;
	g_autoptr (Output) output = open_missing (&file, error);

	if (output == NULL)
		return FALSE;
	if (strcmp (source->operand, "-") == 0) {
		source->kept = verify_stdin_keep (error);
		if (source->kept < 0)
			return FALSE;
	}
	return compare (cli, source, target, form, error) &&
	       write_missing (cli, source, form, g_steal_pointer (&output), error) &&
	       (file == NULL || safe_file_commit (file, error));
}

static gboolean
run (Cli *cli, int argc, char **argv, GError **error)
{
	g_auto (End) source = { .kept = -1 };
	g_auto (End) target = { .kept = -1 };

	if (!check_options (cli, argc, argv, error))
		return FALSE;
	gboolean server = store_is_server (argv[0]) || store_is_server (argv[1]);
	VerifyForm form = server ? VERIFY_FORM_SENT : VERIFY_FORM_RAW;
	end_init (&source, argv[0], cli->ledger);
	end_init (&target, argv[1], cli->target);
	/* What is compared with itself is not anywhere else. */
	if (store_contains (argv[0], argv[1]) && store_contains (argv[1], argv[0]))
		source.side.kind = VERIFY_COPY;
	if (missing_file == NULL)
		return compare (cli, &source, &target, form, error);
	return compare_and_collect (cli, &source, &target, form, error);
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
