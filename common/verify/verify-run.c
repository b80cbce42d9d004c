/* verify-run.c - a whole comparison: read both ends, match, and what follows from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-run.h"

#include "verify/verify-manifest.h"
#include "verify/verify-missing.h"
#include "verify/verify-object.h"
#include "verify/verify-sample.h"
#include "verify/verify-sink.h"

struct VerifyRun {
	VerifyEnd source;
	VerifyEnd target;
	VerifyRunOptions options;
	Report *report;
	VerifyForm form; /* of the indexes */
	VerifyReading source_reading;
	VerifyReading target_reading;
	VerifyMatch *match;
	VerifyResult *result;
};

static VerifyReading
reading_of (const VerifyEnd *end, VerifyForm form, Report *report)
{
	return (VerifyReading){
		.index = verify_index_new (),
		.form = form,
		.open = end->manifest == NULL ? end->open : NULL,
		.user_data = end->user_data,
		.report = report,
	};
}

static gboolean
read_end (const VerifyRun *run, const VerifyEnd *end, VerifyIndex *index, GError **error)
{
	if (end->manifest != NULL)
		return verify_manifest_read (end->manifest, index, run->form, end->ledger, error);
	MessageSource *source = end->open (end->user_data, run->form == VERIFY_FORM_HEADERS,
					   end->ledger, run->report, error);
	return source != NULL &&
	       verify_sink_read (verify_object_note (source, index), index, run->form,
				 end->ledger, run->report, error);
}

static VerifySide
side_of (const VerifyEnd *end, VerifyIndex *index)
{
	return (VerifySide){
		.name = end->name,
		.kind = end->kind,
		.filtered = end->filtered,
		.index = index,
		.ledger = end->ledger,
	};
}

/* A name that is written otherwise than the source writes it would map nothing, in silence. */
static void
check_map (const VerifyRun *run)
{
	const char *const *map = run->options.map;

	for (gsize i = 0; map != NULL && map[i] != NULL; i++)
		if (!verify_folders_maps (run->source_reading.index, map[i]))
			report_finding (run->report, REPORT_NOTE, "map-without-folder", NULL, NULL,
					"--map=%s: the source has no such folder", map[i]);
}

static gboolean
compare (VerifyRun *run, GError **error)
{
	const VerifyRunOptions *options = &run->options;
	const VerifyMatchOptions match = { options->map, options->all || options->sample > 0,
					   options->quick || options->sample > 0 };
	VerifySide source = side_of (&run->source, run->source_reading.index);
	VerifySide target = side_of (&run->target, run->target_reading.index);

	check_map (run);
	run->match = verify_match_new (&run->source_reading, &run->target_reading, &match, error);
	if (run->match == NULL)
		return FALSE;
	if (options->sample > 0 &&
	    !verify_sample (&run->source_reading, &run->target_reading, options->sample,
			    options->form, run->match, error))
		return FALSE;
	run->result = verify_result_new (&source, &target, run->match, &options->rules,
					 report_get_status (run->report), error);
	return run->result != NULL;
}

VerifyRun *
verify_run_new (const VerifyEnd *source, const VerifyEnd *target, const VerifyRunOptions *options,
		Report *report, GError **error)
{
	g_autoptr (VerifyRun) run = g_new0 (VerifyRun, 1);
	gboolean headers = options->quick || options->sample > 0;

	run->source = *source;
	run->target = *target;
	run->options = *options;
	run->report = report;
	run->form = headers ? VERIFY_FORM_HEADERS : options->form;
	run->source_reading = reading_of (source, run->form, report);
	run->target_reading = reading_of (target, run->form, report);
	if (!read_end (run, source, run->source_reading.index, error) ||
	    !read_end (run, target, run->target_reading.index, error) || !compare (run, error))
		return NULL;
	report_worsen (report, verify_result_get_status (run->result));
	return g_steal_pointer (&run);
}

void
verify_run_free (VerifyRun *run)
{
	if (run == NULL)
		return;
	verify_result_free (run->result);
	verify_match_free (run->match);
	verify_index_free (run->source_reading.index);
	verify_index_free (run->target_reading.index);
	g_free (run);
}

const VerifyResult *
verify_run_get_result (const VerifyRun *run)
{
	return run->result;
}

/* The second reading says nothing that the first one has not said, but for what is gone. */
gboolean
verify_run_write_missing (VerifyRun *run, Output *output, GError **error)
{
	g_autoptr (Output) owned = output;
	g_autoptr (Report) quiet = report_new_quiet ("again");
	g_autoptr (Ledger) ledger = ledger_new (quiet);
	const VerifyMissing what = { run->source_reading.index, run->form, run->match };
	MessageSource *again = NULL;
	guint64 written = 0;

	if (verify_missing_any (&what)) {
		again = run->source.open (run->source.user_data, FALSE, ledger, quiet, error);
		if (again == NULL)
			return FALSE;
	}
	if (!verify_missing_write (again, &what, ledger, quiet, g_steal_pointer (&owned), &written,
				   error))
		return FALSE;
	report_message (run->report, "%" G_GUINT64_FORMAT " messages written to be sent again",
			written);
	guint64 before = ledger_get_counts (run->source.ledger).failed;
	guint64 now = ledger_get_counts (ledger).failed;
	if (now > before)
		report_finding (run->report, REPORT_TROUBLE, "source-changed", NULL, NULL,
				"%" G_GUINT64_FORMAT " messages could not be read a second time",
				now - before);
	return TRUE;
}
