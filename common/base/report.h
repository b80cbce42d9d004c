/* report.h - what the run has to say: findings, progress, and the exit status
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Rooms hand findings to the Report they were given and never print themselves. A finding has a
 * short stable name ("from-without-year") that scripts rely on; its detail is for people.
 * Everything goes to the report file (--report, JSON Lines); people see the first few of each name,
 * then how many more there were. Safe to use from several threads.
 */
#pragma once

#include <glib.h>

#include "base/error.h"

typedef struct Report Report;

typedef enum {
	REPORT_NOTE,   /* worth knowing, does no harm */
	REPORT_TROUBLE /* something failed or differs: the run ends with status 1 at best */
} ReportGrade;

typedef enum {
	REPORT_PROGRESS_AUTO, /* on stderr if that is a terminal */
	REPORT_PROGRESS_NEVER,
	REPORT_PROGRESS_ALWAYS,
	REPORT_PROGRESS_JSON
} ReportProgress;

/* tool is what its lines begin with. */
Report *report_new (const char *tool);

/* One that shows nothing but errors, and no progress: for work behind the scenes. */
Report *report_new_quiet (const char *tool);

/* Without report_close before, no report file appears. */
void report_free (Report *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Report, report_free)

/* -1 quiet (only errors), 0 normal, 1 verbose. */
void report_set_verbosity (Report *report, int verbosity);
void report_set_progress (Report *report, ReportProgress progress);

/* Write all findings to path as JSON Lines from now on; "-" is refused (stdout carries data). */
gboolean report_open_file (Report *report, const char *path, GError **error);

/* A finding. origin ("old.pst:0x200024") and folder (text form) may be NULL. */
void report_finding (Report *report, ReportGrade grade, const char *name, const char *origin,
		     const char *folder, const char *format, ...) G_GNUC_PRINTF (6, 7);

/* The same for what people are shown in another way, as the program's result: into the report file
 * only. */
void report_file_finding (Report *report, ReportGrade grade, const char *name, const char *origin,
			  const char *folder, const char *detail);

/* One line for people: "tool: text". message is shown unless quiet, detail only if verbose, error
 * always. */
void report_message (Report *report, const char *format, ...) G_GNUC_PRINTF (2, 3);
void report_detail (Report *report, const char *format, ...) G_GNUC_PRINTF (2, 3);
void report_error (Report *report, const GError *error);

/* The status can only get worse. */
void report_worsen (Report *report, ExitStatus status);
ExitStatus report_get_status (Report *report);

/* How much work there is, if it is known (bytes; 0 = unknown); added up over several sources. */
void report_add_expected (Report *report, guint64 bytes);

/* One more message of so many bytes has been dealt with; draws the progress line now and then. */
void report_advance (Report *report, guint64 bytes, const char *folder);

/* The counts of a finished run, as the report file's last line shows them. */
typedef struct {
	guint64 announced;
	guint64 emitted;
	guint64 present;
	guint64 skipped;
	guint64 failed;
	guint64 bytes;
} ReportCounts;

/* End the progress line, write "and N more" lines, the summary line, and close the report file.
 * Called once, at the end. */
gboolean report_close (Report *report, const ReportCounts *counts, GError **error);
