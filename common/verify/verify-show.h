/* verify-show.h - the result of a comparison for people and for programs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/output.h"
#include "verify/verify-result.h"

/* The list of differences, a table of the folders, and the verdict with what follows from it.
 * Of each kind of finding the first few are listed, all of them if verbose. */
gboolean verify_show_table (const VerifyResult *result, gboolean verbose, Output *output,
			    GError **error);

/* One object per finding and folder, then a summary; "v" is the version of their meaning. status
 * is how the run is going to end. */
gboolean verify_show_json (const VerifyResult *result, const char *tool, ExitStatus status,
			   Output *output, GError **error);

/* What a page tells besides the result; all borrowed, and shown with controls escaped. */
typedef struct {
	const char *tool;           /* "mbox-verify 0.1" */
	const char *source;         /* the operands as the user gave them */
	const char *target;
	const char *const *options; /* that shape the comparison, as on a command line */
	const char *again;          /* the command that compares in full; NULL: there is none */
	const char *resend;         /* the one that sends what is missing; NULL: there is none */
	gboolean logs_in;           /* into an account, on one of the sides */
	gint64 seconds;             /* when reading began, Unix time */
	gboolean headers_only;      /* nothing else was read, but for a sample */
} VerifyPage;

/* One self-contained page of bounded length, without scripts: the verdict, what to do next, the
 * folders as bars, the first differences of each class, and how it was proven. */
gboolean verify_show_html (const VerifyResult *result, const VerifyPage *page, Output *output,
			   GError **error);

/* "SIGN FOLDER<tab>ORIGIN" for every message: = the same, ~ written anew, + at the source only, -
 * at the target only, * altered, ! not verified. Needs a match that keeps all. */
gboolean verify_show_combined (const VerifyResult *result, Output *output, GError **error);

/* Every finding into the report file (--report), by the name of its class. */
gboolean verify_show_report (const VerifyResult *result, Report *report, GError **error);

/* A finding in a line, safe for a terminal. Newly allocated; NULL with an error. */
char *verify_show_describe (const VerifyResult *result, const VerifyFinding *finding,
			    GError **error);
