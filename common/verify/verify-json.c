/* verify-json.c - the result of a comparison for programs: JSON Lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "base/json-line.h"
#include "base/text.h"
#include "message/message-flags.h"
#include "message/message-mime.h"
#include "verify/verify-moment.h"
#include "verify/verify-show.h"
#include "verify/verify-words.h"

#define SCHEMA_VERSION 1

typedef struct {
	const char *tool;
	Output *output;
} Lines;

static JsonBuilder *
begin_line (const Lines *lines, const char *type)
{
	return json_line_new (SCHEMA_VERSION, type, lines->tool);
}

static gboolean
end_line (const Lines *lines, JsonBuilder *builder, GError **error)
{
	g_autofree char *line = json_line_end (builder);

	return output_write_string (lines->output, line, error);
}

/* --- Findings ----------------------------------------------------------- */

static void
add_flags (JsonBuilder *builder, const char *name, const VerifyRecord *record)
{
	g_autoptr (GString) text = g_string_new (NULL);

	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
		if ((record->flags & row->bit) != 0)
			g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", row->imap);
	json_line_add_text (builder, name, text->str);
}

static void
add_date (JsonBuilder *builder, const char *name, const VerifyRecord *record)
{
	g_autofree char *date = verify_words_date (record->date);

	json_line_add_text (builder, name, date);
}

static void
add_words (JsonBuilder *builder, const VerifyWords *words)
{
	g_autofree char *from = message_mime_decode (words->from);
	g_autofree char *subject = message_mime_decode (words->subject);

	json_line_add_text (builder, "origin", words->origin);
	json_line_add_text (builder, "message-id", words->message_id);
	json_line_add_text (builder, "from", from);
	json_line_add_text (builder, "subject", subject);
}

static gboolean
add_partner (JsonBuilder *builder, const VerifyResult *result, const VerifyFinding *finding,
	     GError **error)
{
	g_auto (VerifyWords) words = {0};
	const VerifySide *other = finding->at_target ? &result->source : &result->target;

	if (finding->partner == NULL)
		return TRUE;
	if (!verify_index_read_words (other->index, finding->partner, &words, error))
		return FALSE;
	json_line_add_text (builder, "target-folder", finding->partner_folder->path);
	json_line_add_text (builder, "target-origin", words.origin);
	if (finding->class == VERIFY_ALTERED)
		json_line_add_number (builder, "target-size", finding->partner->size);
	if (finding->class == VERIFY_FLAG_DIFFERS) {
		json_line_add_boolean (builder, "keywords-differ",
				       finding->record->keywords != finding->partner->keywords);
		add_flags (builder, "flags", finding->record);
		add_flags (builder, "target-flags", finding->partner);
	}
	if (finding->class == VERIFY_DATE_DIFFERS)
		add_date (builder, "target-date", finding->partner);
	return TRUE;
}

static gboolean
put_finding (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
	     GError **error)
{
	const Lines *lines = user_data;
	const VerifySide *side = finding->at_target ? &result->target : &result->source;
	gboolean unread = finding->class == VERIFY_UNVERIFIABLE;
	g_autoptr (JsonBuilder) builder = begin_line (lines, unread            ? "trouble"
							     : finding->counts ? "difference"
									       : "note");
	g_auto (VerifyWords) words = {0};

	if (!verify_index_read_words (side->index, finding->record, &words, error))
		return FALSE;
	json_line_add_text (builder, "class", verify_class_to_text (finding->class));
	json_line_add_text (builder, "reason", finding->reason);
	json_line_add_text (builder, "side", finding->at_target ? "target" : "source");
	json_line_add_text (builder, "folder", finding->folder->path);
	add_words (builder, &words);
	add_date (builder, "date", finding->record);
	json_line_add_number (builder, "size", finding->record->size);
	return add_partner (builder, result, finding, error) && end_line (lines, builder, error);
}

/* --- Sums --------------------------------------------------------------- */

static void
add_tally (JsonBuilder *builder, const VerifyTally *tally)
{
	json_line_add_number (builder, "source-messages", tally->source);
	json_line_add_number (builder, "target-messages", tally->target);
	json_line_add_number (builder, "found", tally->found);
	json_line_add_number (builder, "proven", MIN (tally->found, tally->proven));
	for (VerifyClass class = VERIFY_IDENTICAL; class < VERIFY_CLASSES; class ++)
		json_line_add_number (builder, verify_class_to_text (class), tally->classes[class]);
}

/* prefix: "source" or "target". */
static void
add_moment (JsonBuilder *builder, const char *prefix, const VerifySide *side, const Folder *folder)
{
	LedgerMoment moment;

	if (folder == NULL || !verify_moment_get (side, folder, &moment))
		return;
	const struct {
		const char *name;
		guint64 number;
		gboolean always;
	} fields[] = {
		{ "uidvalidity", moment.uid_validity, FALSE },
		{ "uidnext", moment.uid_next, FALSE },
		{ "highestmodseq", moment.mod_sequence, FALSE },
		{ "arrived-meanwhile", moment.arrived, TRUE },
		{ "flags-changed-meanwhile", moment.flags_changed, TRUE },
		{ "expunged-meanwhile", moment.expunged, TRUE },
	};
	for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
		g_autofree char *name = g_strdup_printf ("%s-%s", prefix, fields[i].name);
		if (fields[i].always || fields[i].number > 0)
			json_line_add_number (builder, name, fields[i].number);
	}
}

static gboolean
put_folder (const Lines *lines, const VerifyResult *result, const VerifyRow *row, GError **error)
{
	g_autoptr (JsonBuilder) builder = begin_line (lines, "folder");

	if (row->source != NULL)
		json_line_add_text (builder, "folder", row->source->path);
	if (row->target != NULL)
		json_line_add_text (builder, "target-folder", row->target->path);
	add_tally (builder, &row->tally);
	add_moment (builder, "source", &result->source, row->source);
	add_moment (builder, "target", &result->target, row->target);
	return end_line (lines, builder, error);
}

static void
add_skipped (const char *reason, guint64 count, gpointer user_data)
{
	g_autofree char *utf8 = text_to_utf8 (reason, strlen (reason), NULL);

	json_line_add_number (user_data, utf8, count);
}

static gboolean
put_summary (const Lines *lines, const VerifyResult *result, ExitStatus status, GError **error)
{
	g_autoptr (JsonBuilder) builder = begin_line (lines, "summary");

	json_line_add_text (builder, "source", result->source.name);
	json_line_add_text (builder, "target", result->target.name);
	json_line_add_text (builder, "verdict", verify_verdict_to_text (result->verdict));
	json_line_add_boolean (builder, "safe-to-delete", verify_result_is_safe_to_delete (result));
	add_tally (builder, &result->total);
	json_line_add_number (builder, "differences", result->differences);
	json_line_add_number (builder, "lost-upstream", result->lost_upstream);
	if (result->match->folded > 0)
		json_line_add_number (builder, "folded", result->match->folded);
	if (result->match->sampled > 0)
		json_line_add_number (builder, "sampled", result->match->sampled);
	json_builder_set_member_name (builder, "skipped");
	json_builder_begin_object (builder);
	ledger_foreach_skipped (result->source.ledger, add_skipped, builder);
	json_builder_end_object (builder);
	json_line_add_number (builder, "exit", status);
	return end_line (lines, builder, error);
}

gboolean
verify_show_json (const VerifyResult *result, const char *tool, ExitStatus status, Output *output,
		  GError **error)
{
	Lines lines = {tool, output};

	if (!verify_result_foreach (result, put_finding, &lines, error))
		return FALSE;
	for (guint i = 0; i < result->rows->len; i++) {
		const VerifyRow *row = &g_array_index (result->rows, VerifyRow, i);
		if (!put_folder (&lines, result, row, error))
			return FALSE;
	}
	return put_summary (&lines, result, status, error);
}
