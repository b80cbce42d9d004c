/* cli.h - the front door of every tool: options, help, errors, exit status
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A tool is an option table, a run function that fits a page, and a main of one call of cli_main.
 */
#pragma once

#include <glib.h>

#include "base/output.h"
#include "message/ledger.h"
#include "message/message-filter.h"

/* Which of the common options make sense for a tool. */
typedef enum {
	CLI_READS_MAIL = 1 << 0, /* --folder, --exclude, --since, --before, --max-message-size */
	CLI_WRITES = 1 << 1,     /* -n, --dry-run */
	CLI_CARRIES = 1 << 2,    /* --manifest; a closing line with the counts */
	CLI_COMPARES = 1 << 3    /* --manifest, and an account for each side */
} CliTraits;

/* What run is given. Everything belongs to cli_main. */
typedef struct {
	const char *name; /* of the tool */
	Report *report;
	Ledger *ledger;
	Ledger *target; /* what is at the target: the same but for tools that compare */
	MessageFilter filter;
	gboolean dry_run;
	gboolean strict;     /* what is skipped counts as failed */
	gboolean lists;      /* --manifest was given; it lists what target is told */
	gboolean only_looks; /* set by a run that was only asked to show something: no counts */
	gboolean verbose;
} Cli;

typedef struct {
	const char *name;
	const char *operands;        /* "[MBOX|DIR...] MAILDIR" */
	const char *summary;         /* one line, for -h and --help */
	const char *const *examples; /* NULL-terminated; shown by -h */
	CliTraits traits;
	const GOptionEntry *options;    /* own options, into the tool's static variables; or NULL */
	/* of tools that open a URL: cli_connection_options; or NULL */
	const GOptionEntry *connection;
	/* argv[0..argc) are the operands. FALSE with an error: the run could not do its job. */
	gboolean (*run) (Cli *cli, int argc, char **argv, GError **error);
} CliTool;

/* Parse, run, report; returns the exit status of the process. */
int cli_main (const CliTool *tool, int argc, char **argv);

/* Sets RUN_ERROR_USAGE and returns FALSE. */
gboolean cli_usage_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* A number of bytes such as 35M, given for option (for the error text); *size stays if text is
 * NULL. */
gboolean cli_parse_size (const char *option, const char *text, goffset *size, GError **error);

/* A usage error if path, given for option, is the file of one of the operands: a source is never
 * written to. path may be NULL. */
gboolean cli_check_output (const char *option, const char *path, int argc, char **argv,
			   GError **error);

/* Standard output for mail: an error if it is a terminal or closed. Caller frees. */
Output *cli_open_mail_output (GError **error);

/* "old.pst" for "/tmp/old.pst", "stdin" for "-", "user@host" for a URL with anything secret in it
 * cut: what may stand in manifests. Newly allocated. */
char *cli_base_name (const char *operand);
