/* verify-report.c - the findings of a comparison, for the report file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-show.h"

static gboolean
report_one (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
	    GError **error)
{
	const VerifySide *side = finding->at_target ? &result->target : &result->source;
	gboolean trouble = finding->counts || finding->class == VERIFY_UNVERIFIABLE;
	g_auto (VerifyWords) words = { 0 };
	g_autofree char *line = verify_show_describe (result, finding, error);

	if (line == NULL || !verify_index_read_words (side->index, finding->record, &words, error))
		return FALSE;
	report_file_finding (user_data, trouble ? REPORT_TROUBLE : REPORT_NOTE,
			     verify_class_to_text (finding->class), words.origin,
			     finding->folder->path, line);
	return TRUE;
}

gboolean
verify_show_report (const VerifyResult *result, Report *report, GError **error)
{
	return verify_result_foreach (result, report_one, report, error);
}
