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

/* "SIGN FOLDER<tab>ORIGIN" for every message: = the same, ~ written anew, + at the source only, -
 * at the target only, * altered, ! not verified. Needs a match that keeps all. */
gboolean verify_show_combined (const VerifyResult *result, Output *output, GError **error);

/* Every finding into the report file (--report), by the name of its class. */
gboolean verify_show_report (const VerifyResult *result, Report *report, GError **error);

/* A finding in a line, safe for a terminal. Newly allocated; NULL with an error. */
char *verify_show_describe (const VerifyResult *result, const VerifyFinding *finding,
			    GError **error);
