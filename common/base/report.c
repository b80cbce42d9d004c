/* report.c - what the run has to say: findings, progress, and the exit status
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/report.h"

#include <string.h>
#include <unistd.h>

#include "base/json-line.h"
#include "base/safe-file.h"
#include "base/text.h"

/* A file with 300,000 odd dates must not bury the one line that matters. */
#define SHOWN_PER_NAME 10

#define PROGRESS_INTERVAL_US (200 * 1000)

struct Report {
	GMutex lock;
	char *tool;
	int verbosity;
	ReportProgress progress;
	ExitStatus status;
	SafeFile *file;
	GError *file_error;
	GHashTable *seen; /* finding name -> how often (GUINT) */
	gint64 started_us;
	gint64 drawn_us;
	gboolean line_open;
	guint64 expected;
	guint64 done_bytes;
	guint64 done_messages;
};

Report *
report_new (const char *tool)
{
	Report *report = g_new0 (Report, 1);

	g_mutex_init (&report->lock);
	report->tool = g_strdup (tool);
	report->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	report->started_us = g_get_monotonic_time ();
	return report;
}

Report *
report_new_quiet (const char *tool)
{
	Report *report = report_new (tool);

	report->verbosity = -1;
	return report;
}

void
report_free (Report *report)
{
	if (report == NULL)
		return;
	safe_file_free (report->file);
	g_clear_error (&report->file_error);
	g_hash_table_unref (report->seen);
	g_mutex_clear (&report->lock);
	g_free (report->tool);
	g_free (report);
}

void
report_set_verbosity (Report *report, int verbosity)
{
	report->verbosity = verbosity;
}

void
report_set_progress (Report *report, ReportProgress progress)
{
	report->progress = progress;
}

gboolean
report_open_file (Report *report, const char *path, GError **error)
{
	if (strcmp (path, "-") == 0) {
		g_set_error_literal (error, RUN_ERROR, RUN_ERROR_USAGE,
				     "--report needs a file: standard output carries data");
		return FALSE;
	}
	report->file = safe_file_new (path, error);
	return report->file != NULL;
}

/* Diagnostics are best effort: there is nobody to tell that stderr is gone. */
static void
write_stderr (const char *text)
{
	(void) safe_file_write_all (STDERR_FILENO, text, strlen (text), "stderr", NULL);
}

static void
say (Report *report, const char *text)
{
	g_autofree char *safe = text_for_terminal (text);
	g_autofree char *line = g_strdup_printf ("%s%s: %s\n", report->line_open ? "\r\033[K" : "",
						 report->tool, safe);

	report->line_open = FALSE;
	write_stderr (line);
}

static void
put_line (Report *report, JsonBuilder *builder)
{
	g_autofree char *line = json_line_end (builder);

	if (report->file_error == NULL)
		(void) safe_file_write (report->file, line, strlen (line), &report->file_error);
}

static JsonBuilder *
begin_line (const Report *report, const char *type)
{
	return json_line_new (1, type, report->tool);
}

static void
show_finding (Report *report, const char *name, const char *origin, const char *folder,
	      const char *detail)
{
	guint times = GPOINTER_TO_UINT (g_hash_table_lookup (report->seen, name)) + 1;

	g_hash_table_insert (report->seen, g_strdup (name), GUINT_TO_POINTER (times));
	if (report->verbosity < 0 || (times > SHOWN_PER_NAME && report->verbosity < 1))
		return;
	g_autofree char *text = g_strdup_printf ("%s%s%s%s%s [%s]", origin != NULL ? origin : "",
						 origin != NULL ? ": " : "",
						 folder != NULL ? folder : "",
						 folder != NULL ? ": " : "", detail, name);
	say (report, text);
}

static void
put_finding (Report *report, const char *name, const char *origin, const char *folder,
	     const char *detail)
{
	if (report->file == NULL)
		return;
	g_autoptr (JsonBuilder) builder = begin_line (report, "finding");
	json_line_add_text (builder, "name", name);
	json_line_add_text (builder, "origin", origin);
	json_line_add_text (builder, "folder", folder);
	json_line_add_text (builder, "detail", detail);
	put_line (report, builder);
}

void
report_finding (Report *report, ReportGrade grade, const char *name, const char *origin,
		const char *folder, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *detail = g_strdup_vprintf (format, arguments);
	va_end (arguments);

	g_mutex_lock (&report->lock);
	if (grade == REPORT_TROUBLE)
		report->status = exit_status_worse (report->status, EXIT_STATUS_DIFFERENCES);
	show_finding (report, name, origin, folder, detail);
	put_finding (report, name, origin, folder, detail);
	g_mutex_unlock (&report->lock);
}

void
report_file_finding (Report *report, ReportGrade grade, const char *name, const char *origin,
		     const char *folder, const char *detail)
{
	g_mutex_lock (&report->lock);
	if (grade == REPORT_TROUBLE)
		report->status = exit_status_worse (report->status, EXIT_STATUS_DIFFERENCES);
	put_finding (report, name, origin, folder, detail);
	g_mutex_unlock (&report->lock);
}

static void
say_at (Report *report, int verbosity, const char *format, va_list arguments)
{
	if (report->verbosity < verbosity)
		return;
	g_autofree char *text = g_strdup_vprintf (format, arguments);
	g_mutex_lock (&report->lock);
	say (report, text);
	g_mutex_unlock (&report->lock);
}

void
report_message (Report *report, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	say_at (report, 0, format, arguments);
	va_end (arguments);
}

void
report_detail (Report *report, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	say_at (report, 1, format, arguments);
	va_end (arguments);
}

void
report_error (Report *report, const GError *error)
{
	g_mutex_lock (&report->lock);
	say (report, error->message);
	g_mutex_unlock (&report->lock);
}

void
report_worsen (Report *report, ExitStatus status)
{
	g_mutex_lock (&report->lock);
	report->status = exit_status_worse (report->status, status);
	g_mutex_unlock (&report->lock);
}

ExitStatus
report_get_status (Report *report)
{
	return report->status;
}

void
report_add_expected (Report *report, guint64 bytes)
{
	report->expected += bytes;
}

static gboolean
shows_progress (Report *report)
{
	switch (report->progress) {
	case REPORT_PROGRESS_NEVER: return FALSE;
	case REPORT_PROGRESS_ALWAYS:
	case REPORT_PROGRESS_JSON: return TRUE;
	case REPORT_PROGRESS_AUTO: break;
	}
	return report->verbosity >= 0 && isatty (STDERR_FILENO);
}

static void
draw_json (Report *report, double seconds, const char *folder)
{
	g_autoptr (JsonBuilder) builder = begin_line (report, "progress");
	json_line_add_number (builder, "messages", report->done_messages);
	json_line_add_number (builder, "bytes", report->done_bytes);
	json_line_add_number (builder, "expected", report->expected);
	json_line_add_number (builder, "seconds", (guint64) seconds);
	json_line_add_text (builder, "folder", folder);
	g_autofree char *line = json_line_end (builder);
	write_stderr (line);
}

static void
draw_line (Report *report, double seconds, const char *folder)
{
	double rate = seconds > 0 ? (double) report->done_bytes / seconds : 0;
	g_autofree char *done = g_format_size (report->done_bytes);
	g_autofree char *speed = g_format_size ((guint64) rate);
	g_autofree char *safe = text_for_terminal (folder != NULL ? folder : "");
	g_autoptr (GString) line = g_string_new ("\r\033[K");

	g_string_append_printf (line, "%" G_GUINT64_FORMAT " messages, %s, %s/s",
				report->done_messages, done, speed);
	if (report->expected > report->done_bytes && rate > 0) {
		guint64 left = (guint64) ((double) (report->expected - report->done_bytes) / rate);
		g_string_append_printf (line, ", %" G_GUINT64_FORMAT ":%02u left", left / 60,
					(guint) (left % 60));
	}
	g_string_append_printf (line, "  %.40s", safe);
	write_stderr (line->str);
	report->line_open = TRUE;
}

void
report_advance (Report *report, guint64 bytes, const char *folder)
{
	g_mutex_lock (&report->lock);
	report->done_messages++;
	report->done_bytes += bytes;
	gint64 now = g_get_monotonic_time ();
	if (now - report->drawn_us >= PROGRESS_INTERVAL_US && shows_progress (report)) {
		double seconds = (double) (now - report->started_us) / 1e6;
		report->drawn_us = now;
		if (report->progress == REPORT_PROGRESS_JSON)
			draw_json (report, seconds, folder);
		else
			draw_line (report, seconds, folder);
	}
	g_mutex_unlock (&report->lock);
}

static void
say_how_many_more (Report *report)
{
	GHashTableIter iter;
	gpointer name, times;

	g_hash_table_iter_init (&iter, report->seen);
	while (g_hash_table_iter_next (&iter, &name, &times)) {
		guint more = GPOINTER_TO_UINT (times) -
			     MIN (GPOINTER_TO_UINT (times), SHOWN_PER_NAME);
		if (more == 0 || report->verbosity != 0)
			continue;
		g_autofree char *text =
			g_strdup_printf ("and %u more like this (--verbose shows all) [%s]", more,
					 (char *) name);
		say (report, text);
	}
}

static void
file_summary (Report *report, const ReportCounts *counts)
{
	double seconds = (double) (g_get_monotonic_time () - report->started_us) / 1e6;
	g_autoptr (JsonBuilder) builder = begin_line (report, "summary");

	json_line_add_number (builder, "announced", counts->announced);
	json_line_add_number (builder, "emitted", counts->emitted);
	json_line_add_number (builder, "present", counts->present);
	json_line_add_number (builder, "skipped", counts->skipped);
	json_line_add_number (builder, "failed", counts->failed);
	json_line_add_number (builder, "bytes", counts->bytes);
	/* Rounded so that all digits a double prints are few. */
	json_builder_set_member_name (builder, "seconds");
	json_builder_add_double_value (builder, (double) (gint64) (seconds * 64 + 0.5) / 64);
	json_line_add_number (builder, "exit", report->status);
	put_line (report, builder);
}

gboolean
report_close (Report *report, const ReportCounts *counts, GError **error)
{
	if (report->line_open)
		write_stderr ("\r\033[K");
	report->line_open = FALSE;
	say_how_many_more (report);
	if (report->file == NULL)
		return TRUE;
	file_summary (report, counts);
	if (report->file_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&report->file_error));
		return FALSE;
	}
	gboolean ok = safe_file_commit (report->file, error);
	g_clear_pointer (&report->file, safe_file_free);
	return ok;
}
