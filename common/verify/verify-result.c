/* verify-result.c - what a comparison comes to: counts per folder, findings, and the verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-result.h"

#include <string.h>

#include "verify/verify-match.h"

const char *
verify_verdict_to_text (VerifyVerdict verdict)
{
	static const char *const names[] = {"proven", "differences", "not-verified"};

	return names[verdict];
}

/* --- Findings ----------------------------------------------------------- */

static gboolean
class_counts (const VerifyRules *rules, VerifyClass class)
{
	switch (class) {
	case VERIFY_CANONICAL: return rules->require_raw;
	case VERIFY_MOVED:
	case VERIFY_FLAG_DIFFERS:
	case VERIFY_DATE_DIFFERS: return rules->metadata;
	case VERIFY_EXTRA: return rules->two_way;
	case VERIFY_ALTERED:
	case VERIFY_MISSING:
	case VERIFY_COLLAPSED:
	case VERIFY_DUPLICATED: return TRUE;
	case VERIFY_OPEN:
	case VERIFY_IDENTICAL:
	case VERIFY_UNVERIFIABLE:
	case VERIFY_CLASSES: break;
	}
	return FALSE; /* unverifiable is trouble, not a difference */
}

/* Its content is at the target, though not necessarily byte by byte. */
static gboolean
has_content (const VerifyRecord *record)
{
	return record->level == VERIFY_LEVEL_RAW || record->level == VERIFY_LEVEL_CANONICAL;
}

static gboolean
is_found (const VerifyRules *rules, const VerifyRecord *record)
{
	return record->level == VERIFY_LEVEL_RAW ||
	       (record->level == VERIFY_LEVEL_CANONICAL && !rules->require_raw);
}

/* Where only a part of the source was asked for, the rest of it is not extra at the target. */
static gboolean
is_unasked (const VerifyResult *result, const VerifyRecord *record)
{
	return result->source.filtered && record->class == VERIFY_EXTRA;
}

static gboolean
is_listed (const VerifyResult *result, const VerifyRecord *record)
{
	if (record->class == VERIFY_IDENTICAL || is_unasked (result, record))
		return FALSE;
	return record->class != VERIFY_CANONICAL || result->rules.require_raw ||
	       (record->traits & VERIFY_NULS_DIFFER) != 0;
}

static const char *
reason_of (const VerifyResult *result, const VerifyRecord *record)
{
	if (record->class == VERIFY_ALTERED) {
		gboolean blind = result->source.kind == VERIFY_MANIFEST ||
				 result->target.kind == VERIFY_MANIFEST;
		return blind ? "content-not-available" : NULL;
	}
	if (has_content (record) && (record->traits & VERIFY_NULS_DIFFER) != 0)
		return "nul";
	return NULL;
}

typedef struct {
	const VerifyResult *result;
	VerifyFindingFunc function;
	gpointer user_data;
} Listing;

static gboolean
list_one (const Listing *listing, VerifyFinding *finding, VerifyClass class, const char *reason,
	  GError **error)
{
	const VerifyRules *rules = &listing->result->rules;

	finding->class = class;
	finding->reason = reason;
	finding->counts = class_counts (rules, class) ||
			  (class == VERIFY_MOVED && !is_found (rules, finding->record));
	return listing->function (listing->result, finding, listing->user_data, error);
}

/* What there is to say about one record: what became of it, then how its metadata fared. */
static gboolean
list_record (const Listing *listing, const VerifySide *side, const VerifySide *other,
	     const VerifyRecord *record, GError **error)
{
	VerifyFinding finding = {.record = record,
				 .at_target = side == &listing->result->target,
				 .folder = verify_index_get_folder (side->index, record->folder)};
	gboolean metadata = has_content (record) && !finding.at_target;

	if (record->partner != VERIFY_NO_PARTNER) {
		finding.partner = verify_index_get (other->index, record->partner);
		finding.partner_folder =
			verify_index_get_folder (other->index, finding.partner->folder);
	}
	if (is_listed (listing->result, record) &&
	    !list_one (listing, &finding, record->class, reason_of (listing->result, record),
		       error))
		return FALSE;
	if (metadata && (record->traits & VERIFY_FLAGS_DIFFER) != 0 &&
	    !list_one (listing, &finding, VERIFY_FLAG_DIFFERS, NULL, error))
		return FALSE;
	return !metadata || (record->traits & VERIFY_DATES_DIFFER) == 0 ||
	       list_one (listing, &finding, VERIFY_DATE_DIFFERS, NULL, error);
}

gboolean
verify_result_foreach (const VerifyResult *result, VerifyFindingFunc function, gpointer user_data,
		       GError **error)
{
	const VerifySide *source = &result->source;
	const VerifySide *target = &result->target;
	Listing listing = {result, function, user_data};

	for (guint32 i = 0; i < verify_index_count (source->index); i++)
		if (!list_record (&listing, source, target, verify_index_get (source->index, i),
				  error))
			return FALSE;
	for (guint32 i = 0; i < verify_index_count (target->index); i++) {
		const VerifyRecord *record = verify_index_get (target->index, i);
		if (record->partner == VERIFY_NO_PARTNER &&
		    !list_record (&listing, target, source, record, error))
			return FALSE;
	}
	return TRUE;
}

/* --- Counts ------------------------------------------------------------- */

static void
tally_source (VerifyTally *tally, const VerifyRules *rules, const VerifyRecord *record)
{
	tally->source++;
	tally->classes[record->class]++;
	if (is_found (rules, record))
		tally->found++;
	if (has_content (record) && (record->traits & VERIFY_FLAGS_DIFFER) != 0)
		tally->classes[VERIFY_FLAG_DIFFERS]++;
	if (has_content (record) && (record->traits & VERIFY_DATES_DIFFER) != 0)
		tally->classes[VERIFY_DATE_DIFFERS]++;
}

static void
tally_target (VerifyTally *tally, const VerifyResult *result, const VerifyRecord *record)
{
	if (is_unasked (result, record))
		return;
	tally->target++;
	if (record->partner == VERIFY_NO_PARTNER)
		tally->classes[record->class]++;
}

static void
add_rows (VerifyResult *result, GArray *row_of_target)
{
	const VerifyIndex *source = result->source.index;
	const VerifyIndex *target = result->target.index;
	g_autoptr (GArray) counterparts = verify_match_folders (source, target);

	for (guint32 i = 0; i < verify_index_count_folders (target); i++) {
		guint32 none = G_MAXUINT32;
		g_array_append_val (row_of_target, none);
	}
	for (guint32 i = 0; i < verify_index_count_folders (source); i++) {
		guint32 counterpart = g_array_index (counterparts, guint32, i);
		VerifyRow row = { .source = verify_index_get_folder (source, i) };
		if (counterpart != G_MAXUINT32) {
			guint32 *row_number = &g_array_index (row_of_target, guint32, counterpart);
			row.target = verify_index_get_folder (target, counterpart);
			if (*row_number == G_MAXUINT32)
				*row_number = i;
		}
		g_array_append_val (result->rows, row);
	}
	for (guint32 i = 0; i < verify_index_count_folders (target); i++) {
		VerifyRow row = { .target = verify_index_get_folder (target, i) };
		if (g_array_index (row_of_target, guint32, i) != G_MAXUINT32)
			continue;
		g_array_index (row_of_target, guint32, i) = result->rows->len;
		g_array_append_val (result->rows, row);
	}
}

static void
count_rows (VerifyResult *result)
{
	const VerifyIndex *source = result->source.index;
	const VerifyIndex *target = result->target.index;
	g_autoptr (GArray) row_of_target = g_array_new (FALSE, FALSE, sizeof (guint32));

	add_rows (result, row_of_target);
	for (guint32 i = 0; i < verify_index_count (source); i++) {
		const VerifyRecord *record = verify_index_get (source, i);
		VerifyRow *row = &g_array_index (result->rows, VerifyRow, record->folder);
		tally_source (&row->tally, &result->rules, record);
		tally_source (&result->total, &result->rules, record);
	}
	for (guint32 i = 0; i < verify_index_count (target); i++) {
		const VerifyRecord *record = verify_index_get (target, i);
		guint32 row = g_array_index (row_of_target, guint32, record->folder);
		tally_target (&g_array_index (result->rows, VerifyRow, row).tally, result, record);
		tally_target (&result->total, result, record);
	}
}

static gboolean
count_difference (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
		  GError **error)
{
	guint64 *count = user_data;

	if (finding->counts)
		++*count;
	return TRUE;
}

/* Items a side was known to have and could not hand out; those the index does not know are added
 * to the total. */
static void
count_unread (VerifyResult *result, const VerifySide *side)
{
	ReportCounts counts = ledger_get_counts (side->ledger);
	guint64 accounted = counts.emitted + counts.present + counts.skipped + counts.failed;
	guint64 upstream = ledger_get_failed_upstream (side->ledger);
	guint64 in_index = 0;

	for (guint32 i = 0; i < verify_index_count (side->index); i++)
		in_index += verify_index_get (side->index, i)->class == VERIFY_UNVERIFIABLE;
	guint64 others = counts.failed - MIN (counts.failed, upstream + in_index);
	if (counts.announced != accounted)
		others += counts.announced > accounted ? counts.announced - accounted : 1;

	result->total.classes[VERIFY_UNVERIFIABLE] += others;
	if (side == &result->source) {
		result->total.source += others + upstream;
		result->lost_upstream = upstream;
	} else {
		result->total.target += others + upstream;
		result->total.classes[VERIFY_UNVERIFIABLE] += upstream;
	}
}

static VerifyVerdict
judge (const VerifyResult *result, ExitStatus reading)
{
	gboolean cut = reading != EXIT_STATUS_CLEAN && reading != EXIT_STATUS_DIFFERENCES;

	if (result->total.classes[VERIFY_UNVERIFIABLE] > 0 || result->lost_upstream > 0 || cut)
		return VERIFY_NOT_VERIFIED;
	if (result->differences > 0)
		return VERIFY_DIFFERENCES;
	return result->trouble ? VERIFY_NOT_VERIFIED : VERIFY_PROVEN;
}

VerifyResult *
verify_result_new (const VerifySide *source, const VerifySide *target, const VerifyRules *rules,
		   ExitStatus reading)
{
	VerifyResult *result = g_new0 (VerifyResult, 1);

	result->source = *source;
	result->target = *target;
	result->rules = *rules;
	result->rows = g_array_new (FALSE, FALSE, sizeof (VerifyRow));
	result->trouble = reading != EXIT_STATUS_CLEAN;
	count_rows (result);
	count_unread (result, &result->source);
	count_unread (result, &result->target);
	(void) verify_result_foreach (result, count_difference, &result->differences, NULL);

	result->verdict = judge (result, reading);
	return result;
}

void
verify_result_free (VerifyResult *result)
{
	if (result == NULL)
		return;
	g_array_unref (result->rows);
	g_free (result);
}

ExitStatus
verify_result_get_status (const VerifyResult *result)
{
	if (result->total.classes[VERIFY_UNVERIFIABLE] > 0)
		return EXIT_STATUS_TROUBLE;
	return result->verdict == VERIFY_PROVEN ? EXIT_STATUS_CLEAN : EXIT_STATUS_DIFFERENCES;
}

static void
note_filtered (const char *reason, guint64 count, gpointer user_data)
{
	gboolean *filtered = user_data;

	*filtered = *filtered || (count > 0 && strcmp (reason, "filtered") == 0);
}

gboolean
verify_result_is_safe_to_delete (const VerifyResult *result)
{
	gboolean filtered = result->source.filtered || result->target.filtered;

	/* A manifest tells that the run which wrote it was to carry only a part. */
	ledger_foreach_skipped (result->source.ledger, note_filtered, &filtered);
	/* And one at the other end only tells what was there once. */
	return result->verdict == VERIFY_PROVEN && result->total.source > 0 &&
	       result->source.kind != VERIFY_COPY && result->target.kind != VERIFY_MANIFEST &&
	       !filtered;
}

/* --- What was left out ------------------------------------------------------------------- */

/* Outlook's item classes as people call them ([MS-OXCMSG], [MS-OXOCNTC] and others). */
static const struct {
	const char *class;
	const char *one;
	const char *many;
} items[] = {
	{"IPM.Contact", "contact", "contacts"},
	{"IPM.AbchPerson", "contact", "contacts"},
	{"IPM.DistList", "distribution list", "distribution lists"},
	{"IPM.Appointment", "appointment", "appointments"},
	{"IPM.Task", "task", "tasks"},
	{"IPM.StickyNote", "note", "notes"},
	{"IPM.Activity", "journal entry", "journal entries"},
};

typedef struct {
	guint64 items[G_N_ELEMENTS (items)];
	GString *not_mail;
	GString *others;
} Skipped;

static void
append_count (GString *text, guint64 count, const char *what)
{
	g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " %s", text->len > 0 ? ", " : "",
				count, what);
}

static gboolean
is_class (const char *reason, const char *class)
{
	gsize length = strlen (class);

	return g_ascii_strncasecmp (reason, class, length) == 0 &&
	       (reason[length] == '\0' || reason[length] == '.');
}

static void
sort_reason (const char *reason, guint64 count, gpointer user_data)
{
	Skipped *skipped = user_data;

	for (guint i = 0; i < G_N_ELEMENTS (items); i++)
		if (is_class (reason, items[i].class)) {
			skipped->items[i] += count;
			return;
		}
	append_count (is_class (reason, "IPM") ? skipped->not_mail : skipped->others, count,
		      reason);
}

char *
verify_result_describe_skipped (const VerifyResult *result)
{
	g_autoptr (GString) not_mail = g_string_new (NULL);
	g_autoptr (GString) others = g_string_new (NULL);
	g_autoptr (GString) known = g_string_new (NULL);
	Skipped skipped = { .not_mail = not_mail, .others = others };

	ledger_foreach_skipped (result->source.ledger, sort_reason, &skipped);
	for (guint i = 0; i < G_N_ELEMENTS (items); i++)
		if (skipped.items[i] > 0)
			append_count (known, skipped.items[i],
				      skipped.items[i] == 1 ? items[i].one : items[i].many);
	if (not_mail->len > 0)
		g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "", not_mail->str);
	if (known->len > 0)
		g_string_prepend (known, "not mail: ");
	if (others->len > 0)
		g_string_append_printf (known, "%sleft out by rule: %s", known->len > 0 ? "; " : "",
					others->str);
	return g_string_free (g_steal_pointer (&known), FALSE);
}
