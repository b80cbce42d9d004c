/* verify-table.c - the result of a comparison for people
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The verdict comes last, where the eye is when the program has ended. A zero among the
 * differences is shown as a dash, so that a number stands out.
 */
#include <string.h>

#include "base/text.h"
#include "message/message-mime.h"
#include "verify/verify-moment.h"
#include "verify/verify-show.h"
#include "verify/verify-verdict.h"
#include "verify/verify-words.h"

#define LISTED          20 /* of each class; more scroll away what matters */
#define FOLDER_WIDTH    40
#define WORD_CHARACTERS 100

typedef struct {
	const char *title;
	VerifyClass class; /* VERIFY_OPEN: not one of the classes */
	gboolean always;   /* also if it is zero everywhere */
} Column;

static const Column columns[] = {
	{"identical", VERIFY_IDENTICAL, TRUE},
	{"canonical", VERIFY_CANONICAL, TRUE},
	{"mime-equal", VERIFY_MIME_EQUAL, FALSE},
	{"alike", VERIFY_ALIKE, FALSE},
	{"moved", VERIFY_MOVED, FALSE},
	{"missing", VERIFY_MISSING, TRUE},
	{"altered", VERIFY_ALTERED, TRUE},
	{"collapsed", VERIFY_COLLAPSED, FALSE},
	{"duplicated", VERIFY_DUPLICATED, FALSE},
	{"extra", VERIFY_EXTRA, TRUE},
	{"unverifiable", VERIFY_UNVERIFIABLE, FALSE},
	{"flags", VERIFY_FLAG_DIFFERS, FALSE},
	{"dates", VERIFY_DATE_DIFFERS, FALSE},
};

typedef struct {
	Output *output;
	gboolean verbose;
	guint64 listed[VERIFY_CLASSES];
} Table;

static gboolean put (Table *table, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
put (Table *table, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *text = g_strdup_vprintf (format, arguments);
	va_end (arguments);
	return output_write_string (table->output, text, error);
}

/* --- Findings ----------------------------------------------------------- */

/* Safe for a terminal and of bounded length. */
static char *
shorten (const char *text)
{
	glong length = g_utf8_strlen (text, -1);
	g_autofree char *cut = g_utf8_substring (text, 0, MIN (length, WORD_CHARACTERS));
	g_autofree char *safe = text_for_terminal (cut);

	return g_strconcat (safe, length > WORD_CHARACTERS ? "..." : "", NULL);
}

static void
append_part (GString *line, const char *before, const char *raw, const char *after)
{
	if (raw == NULL || *raw == '\0')
		return;
	g_autofree char *decoded = message_mime_decode (raw);
	g_autofree char *shown = shorten (decoded);
	g_string_append_printf (line, "%s%s%s", before, shown, after);
}

/* Where the damaged one is, so that it can be looked at or removed. */
static gboolean
append_partner (GString *line, const VerifyResult *result, const VerifyFinding *finding,
		GError **error)
{
	g_auto (VerifyWords) words = {0};

	if (!verify_index_read_words (result->target.index, finding->partner, &words, error))
		return FALSE;
	append_part (line, ", there as ", words.origin, "");
	return TRUE;
}

char *
verify_show_describe (const VerifyResult *result, const VerifyFinding *finding, GError **error)
{
	g_autoptr (GString) line = g_string_new (NULL);
	g_auto (VerifyWords) words = {0};
	const VerifySide *side = finding->at_target ? &result->target : &result->source;
	g_autofree char *folder = text_for_terminal (finding->folder->path);
	g_autofree char *date = verify_words_date (finding->record->date);

	if (!verify_index_read_words (side->index, finding->record, &words, error))
		return NULL;
	g_string_append_printf (line, "%s: %s", verify_class_to_text (finding->class), folder);
	if (finding->class == VERIFY_MOVED) {
		g_autofree char *other = text_for_terminal (finding->partner_folder->path);
		g_string_append_printf (line, " -> %s", other);
	}
	if (date != NULL)
		g_string_append_printf (line, ", %.10s", date);
	append_part (line, ", from ", words.from, "");
	append_part (line, ", \"", words.subject, "\"");
	append_part (line, " (", words.origin, ")");
	if (finding->class == VERIFY_ALTERED && !append_partner (line, result, finding, error))
		return NULL;
	if (finding->reason != NULL)
		g_string_append_printf (line, " [%s]", finding->reason);
	return g_string_free (g_steal_pointer (&line), FALSE);
}

static gboolean
put_finding (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
	     GError **error)
{
	Table *table = user_data;
	gboolean note = !finding->counts && finding->class != VERIFY_UNVERIFIABLE;

	if (++table->listed[finding->class] > LISTED && !table->verbose)
		return TRUE;
	g_autofree char *line = verify_show_describe (result, finding, error);
	return line != NULL && put (table, error, "%s%s\n", note ? "note: " : "", line);
}

static gboolean
put_findings (Table *table, const VerifyResult *result, GError **error)
{
	gboolean any = FALSE;

	if (!verify_result_foreach (result, put_finding, table, error))
		return FALSE;
	for (guint class = 0; class < VERIFY_CLASSES; class ++) {
		any = any || table->listed[class] > 0;
		if (table->listed[class] <= LISTED || table->verbose)
			continue;
		if (!put (table, error,
			  "and %" G_GUINT64_FORMAT
			  " more %s (--verbose or --format=json lists all)\n",
			  table->listed[class] - LISTED, verify_class_to_text (class)))
			return FALSE;
	}
	return !any || put (table, error, "\n");
}

/* --- Folders ------------------------------------------------------------ */

/* Columns a terminal needs for text. */
static int
width_of (const char *text)
{
	int width = 0;

	for (; *text != '\0'; text = g_utf8_next_char (text)) {
		gunichar c = g_utf8_get_char (text);
		width += g_unichar_iszerowidth (c) ? 0 : g_unichar_iswide (c) ? 2 : 1;
	}
	return width;
}

static char *
row_name (const VerifyRow *row)
{
	g_autofree char *name =
		text_for_terminal (row->source != NULL ? row->source->path : row->target->path);

	if (row->source == NULL || row->target == NULL ||
	    strcmp (row->source->path, row->target->path) == 0)
		return g_steal_pointer (&name);
	g_autofree char *other = text_for_terminal (row->target->path);
	return g_strdup_printf ("%s -> %s", name, other);
}

/* Folders of the target that have nothing to do with the source are not worth a line. */
static gboolean
is_shown (const VerifyRow *row)
{
	return row->source != NULL || row->tally.target > 0;
}

static int
folder_width (const VerifyResult *result)
{
	int width = (int) strlen ("folder");

	for (guint i = 0; i < result->rows->len; i++) {
		const VerifyRow *row = &g_array_index (result->rows, VerifyRow, i);
		g_autofree char *name = row_name (row);
		if (is_shown (row))
			width = MAX (width, width_of (name));
	}
	return MIN (width, FOLDER_WIDTH);
}

static gboolean
has_column (const VerifyResult *result, const Column *column)
{
	return column->always || result->total.classes[column->class] > 0;
}

static void
append_name (GString *line, const char *name, int width)
{
	int used = width_of (name);

	g_string_append (line, name);
	if (used > width)
		g_string_append_printf (line, "\n%*s", width, "");
	else
		g_string_append_printf (line, "%*s", width - used, "");
}

static gboolean
put_head (Table *table, const VerifyResult *result, int width, GError **error)
{
	g_autoptr (GString) line = g_string_new (NULL);

	append_name (line, "folder", width);
	g_string_append (line, "  source   found");
	for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
		if (has_column (result, &columns[i]))
			g_string_append_printf (line, "  %s", columns[i].title);
	return put (table, error, "%s\n", line->str);
}

static gboolean
put_row (Table *table, const VerifyResult *result, const char *name, const VerifyTally *tally,
	 int width, GError **error)
{
	g_autoptr (GString) line = g_string_new (NULL);

	append_name (line, name, width);
	g_string_append_printf (line, "%8" G_GUINT64_FORMAT "%8" G_GUINT64_FORMAT, tally->source,
				tally->found);
	for (guint i = 0; i < G_N_ELEMENTS (columns); i++) {
		int room = (int) strlen (columns[i].title) + 2;
		guint64 count = tally->classes[columns[i].class];
		if (!has_column (result, &columns[i]))
			continue;
		if (count == 0)
			g_string_append_printf (line, "%*s", room, "-");
		else
			g_string_append_printf (line, "%*" G_GUINT64_FORMAT, room, count);
	}
	return put (table, error, "%s\n", line->str);
}

static gboolean
put_folders (Table *table, const VerifyResult *result, GError **error)
{
	int width = folder_width (result);

	if (!put_head (table, result, width, error))
		return FALSE;
	for (guint i = 0; i < result->rows->len; i++) {
		const VerifyRow *row = &g_array_index (result->rows, VerifyRow, i);
		g_autofree char *name = row_name (row);
		if (is_shown (row) && !put_row (table, result, name, &row->tally, width, error))
			return FALSE;
	}
	return put_row (table, result, "total", &result->total, width, error);
}

/* Servers say how far a folder had got when it was opened. */
static gboolean
put_moments (Table *table, const char *title, const VerifySide *side, GError **error)
{
	for (guint32 i = 0; i < verify_index_count_folders (side->index); i++) {
		const Folder *folder = verify_index_get_folder (side->index, i);
		LedgerMoment moment;
		if (!verify_moment_get (side, folder, &moment))
			continue;
		g_autofree char *name = text_for_terminal (folder->path);
		g_autofree char *state = verify_moment_describe (&moment);
		g_autofree char *changes = verify_moment_describe_changes (&moment);
		if (*state != '\0' &&
		    !put (table, error, "%s %s: as of %s%s%s\n", title, name, state,
			  changes != NULL ? "; then " : "", changes != NULL ? changes : ""))
			return FALSE;
	}
	return TRUE;
}

/* --- Verdict ------------------------------------------------------------ */

static gboolean
put_sentence (Table *table, const char *sentence, GError **error)
{
	return sentence == NULL || put (table, error, "%s\n", sentence);
}

static gboolean
put_verdict (Table *table, const VerifyResult *result, GError **error)
{
	g_autofree char *proof = verify_verdict_proof (result);
	g_autoptr (GPtrArray) reasons = verify_verdict_reasons (result);
	g_autofree char *not_carried = verify_verdict_not_carried (result);
	g_autofree char *consequence = verify_verdict_consequence (result);

	if (!put (table, error, "\n%s: %s\n", verify_verdict_title (result->verdict), proof))
		return FALSE;
	for (guint i = 0; i < reasons->len; i++)
		if (!put_sentence (table, g_ptr_array_index (reasons, i), error))
			return FALSE;
	return put_sentence (table, not_carried, error) &&
	       put_sentence (table, consequence, error);
}

gboolean
verify_show_table (const VerifyResult *result, gboolean verbose, Output *output, GError **error)
{
	Table table = { .output = output, .verbose = verbose };

	return put_findings (&table, result, error) && put_folders (&table, result, error) &&
	       (!verbose || (put_moments (&table, "source", &result->source, error) &&
			     put_moments (&table, "target", &result->target, error))) &&
	       put_verdict (&table, result, error);
}
