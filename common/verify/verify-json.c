/* verify-json.c - the result of a comparison for programs: JSON Lines
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every line stands for itself and says which version of the meaning it has, so that the lines of
 * many runs can be put into one file.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/text.h"
#include "message/message-flags.h"
#include "verify/verify-show.h"
#include "verify/verify-words.h"

#define SCHEMA_VERSION 1

typedef struct {
	const char *tool;
	Output *output;
} Lines;

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
	if (value == NULL)
		return;
	g_autofree char *utf8 = text_to_utf8 (value, strlen (value), NULL);
	json_builder_set_member_name (builder, name);
	json_builder_add_string_value (builder, utf8);
}

static void
add_number (JsonBuilder *builder, const char *name, guint64 value)
{
	json_builder_set_member_name (builder, name);
	json_builder_add_int_value (builder, (gint64) MIN (value, (guint64) G_MAXINT64));
}

static JsonBuilder *
begin_line (const Lines *lines, const char *type)
{
	JsonBuilder *builder = json_builder_new ();

	json_builder_begin_object (builder);
	add_number (builder, "v", SCHEMA_VERSION);
	add_text (builder, "type", type);
	add_text (builder, "tool", lines->tool);
	return builder;
}

static gboolean
end_line (const Lines *lines, JsonBuilder *builder, GError **error)
{
	json_builder_end_object (builder);
	g_autoptr (JsonNode) root = json_builder_get_root (builder);
	g_autofree char *text = json_to_string (root, FALSE);
	return output_write_string (lines->output, text, error) &&
	       output_write (lines->output, "\n", 1, error);
}

/* --- Findings ----------------------------------------------------------- */

static void
add_flags (JsonBuilder *builder, const char *name, const VerifyRecord *record)
{
	g_autoptr (GString) text = g_string_new (NULL);

	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
		if ((record->flags & row->bit) != 0)
			g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", row->imap);
	add_text (builder, name, text->str);
}

static void
add_date (JsonBuilder *builder, const char *name, const VerifyRecord *record)
{
	g_autofree char *date = verify_words_date (record->date);

	add_text (builder, name, date);
}

static void
add_words (JsonBuilder *builder, const VerifyWords *words)
{
	g_autofree char *from = verify_words_decode (words->from);
	g_autofree char *subject = verify_words_decode (words->subject);

	add_text (builder, "origin", words->origin);
	add_text (builder, "message-id", words->message_id);
	add_text (builder, "from", from);
	add_text (builder, "subject", subject);
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
	add_text (builder, "target-folder", finding->partner_folder->path);
	add_text (builder, "target-origin", words.origin);
	if (finding->class == VERIFY_ALTERED)
		add_number (builder, "target-size", finding->partner->size);
	if (finding->class == VERIFY_FLAG_DIFFERS) {
		json_builder_set_member_name (builder, "keywords-differ");
		json_builder_add_boolean_value (builder, finding->record->keywords !=
								 finding->partner->keywords);
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
	add_text (builder, "class", verify_class_to_text (finding->class));
	add_text (builder, "reason", finding->reason);
	add_text (builder, "side", finding->at_target ? "target" : "source");
	add_text (builder, "folder", finding->folder->path);
	add_words (builder, &words);
	add_date (builder, "date", finding->record);
	add_number (builder, "size", finding->record->size);
	return add_partner (builder, result, finding, error) && end_line (lines, builder, error);
}

/* --- Sums --------------------------------------------------------------- */

static void
add_tally (JsonBuilder *builder, const VerifyTally *tally)
{
	add_number (builder, "source-messages", tally->source);
	add_number (builder, "target-messages", tally->target);
	add_number (builder, "proven", tally->found);
	for (VerifyClass class = VERIFY_IDENTICAL; class < VERIFY_CLASSES; class ++)
		add_number (builder, verify_class_to_text (class), tally->classes[class]);
}

static gboolean
put_folder (const Lines *lines, const VerifyRow *row, GError **error)
{
	g_autoptr (JsonBuilder) builder = begin_line (lines, "folder");

	if (row->source != NULL)
		add_text (builder, "folder", row->source->path);
	if (row->target != NULL)
		add_text (builder, "target-folder", row->target->path);
	add_tally (builder, &row->tally);
	return end_line (lines, builder, error);
}

static void
add_skipped (const char *reason, guint64 count, gpointer user_data)
{
	g_autofree char *utf8 = text_to_utf8 (reason, strlen (reason), NULL);

	add_number (user_data, utf8, count);
}

static gboolean
put_summary (const Lines *lines, const VerifyResult *result, ExitStatus status, GError **error)
{
	g_autoptr (JsonBuilder) builder = begin_line (lines, "summary");

	add_text (builder, "source", result->source.name);
	add_text (builder, "target", result->target.name);
	add_text (builder, "verdict", verify_verdict_to_text (result->verdict));
	json_builder_set_member_name (builder, "safe-to-delete");
	json_builder_add_boolean_value (builder, verify_result_is_safe_to_delete (result));
	add_tally (builder, &result->total);
	add_number (builder, "differences", result->differences);
	add_number (builder, "lost-upstream", result->lost_upstream);
	json_builder_set_member_name (builder, "skipped");
	json_builder_begin_object (builder);
	ledger_foreach_skipped (result->source.ledger, add_skipped, builder);
	json_builder_end_object (builder);
	add_number (builder, "exit", status);
	return end_line (lines, builder, error);
}

gboolean
verify_show_json (const VerifyResult *result, const char *tool, ExitStatus status, Output *output,
		  GError **error)
{
	Lines lines = {tool, output};

	if (!verify_result_foreach (result, put_finding, &lines, error))
		return FALSE;
	for (guint i = 0; i < result->rows->len; i++)
		if (!put_folder (&lines, &g_array_index (result->rows, VerifyRow, i), error))
			return FALSE;
	return put_summary (&lines, result, status, error);
}
