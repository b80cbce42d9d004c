/* verify-result.c - what a comparison comes to: counts per folder, findings, and the verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-result.h"

#include <string.h>

#include "verify/verify-moment.h"

const char *
verify_verdict_to_text (VerifyVerdict verdict)
{
	static const char *const names[] = { "proven", "equal", "differences", "not-verified" };

	return names[verdict];
}

/* --- Findings ----------------------------------------------------------- */

static VerifyLevel
required_level (const VerifyRules *rules)
{
	return rules->require != VERIFY_LEVEL_NONE ? rules->require : VERIFY_LEVEL_MIME;
}

static gboolean
class_counts (const VerifyRules *rules, VerifyClass class)
{
	switch (class) {
	case VERIFY_CANONICAL: return required_level (rules) > VERIFY_LEVEL_CANONICAL;
	case VERIFY_MIME_EQUAL: return required_level (rules) > VERIFY_LEVEL_MIME;
	case VERIFY_MOVED:
	case VERIFY_FLAG_DIFFERS:
	case VERIFY_DATE_DIFFERS: return rules->metadata;
	case VERIFY_EXTRA: return rules->two_way;
	case VERIFY_ALTERED:
	case VERIFY_MISSING:
	case VERIFY_COLLAPSED:
	case VERIFY_DUPLICATED: return TRUE;
	case VERIFY_IDENTICAL:
	case VERIFY_ALIKE:
	case VERIFY_UNVERIFIABLE:
	case VERIFY_CLASSES: break;
	}
	return FALSE; /* unverifiable is trouble, not a difference */
}

/* Where only a part of the source was asked for, the rest of it is not extra at the target. */
static gboolean
is_unasked (const VerifyResult *result, VerifyClass class)
{
	return result->source.filtered && class == VERIFY_EXTRA;
}

static gboolean
is_listed (const VerifyResult *result, const VerifyOutcome *outcome)
{
	if (outcome->class == VERIFY_IDENTICAL || outcome->class == VERIFY_ALIKE ||
	    is_unasked (result, outcome->class))
		return FALSE;
	return outcome->class != VERIFY_CANONICAL ||
	       class_counts (&result->rules, VERIFY_CANONICAL) ||
	       (outcome->remarks & VERIFY_NULS_DIFFER) != 0;
}

static const char *
reason_of (const VerifyOutcome *outcome)
{
	if (outcome->level >= VERIFY_LEVEL_CANONICAL &&
	    (outcome->remarks & VERIFY_NULS_DIFFER) != 0)
		return "nul";
	return verify_reason_to_text (outcome->reason);
}

typedef struct {
	const VerifyResult *result;
	VerifyFindingFunc function;
	gpointer user_data;
	gboolean every_message;
} Listing;

static gboolean
list_one (const Listing *listing, VerifyFinding *finding, const VerifyOutcome *outcome,
	  VerifyClass class, GError **error)
{
	const VerifyRules *rules = &listing->result->rules;

	finding->class = class;
	finding->reason = class == (VerifyClass) outcome->class ? reason_of (outcome) : NULL;
	finding->counts =
		class_counts (rules, class) ||
		(class == VERIFY_MOVED && outcome->level < (guint) required_level (rules));
	return listing->function (listing->result, finding, listing->user_data, error);
}

/* What there is to say about one message: what became of it, then how its metadata fared. */
static gboolean
list_aspects (const Listing *listing, VerifyFinding *finding, const VerifyOutcome *outcome,
	      GError **error)
{
	gboolean metadata = outcome->class == VERIFY_ALIKE || outcome->level > VERIFY_LEVEL_HEADER;

	if ((listing->every_message || is_listed (listing->result, outcome)) &&
	    !list_one (listing, finding, outcome, outcome->class, error))
		return FALSE;
	if (!metadata || listing->every_message)
		return TRUE;
	if ((outcome->remarks & VERIFY_FLAGS_DIFFER) != 0 &&
	    !list_one (listing, finding, outcome, VERIFY_FLAG_DIFFERS, error))
		return FALSE;
	return (outcome->remarks & VERIFY_DATES_DIFFER) == 0 ||
	       list_one (listing, finding, outcome, VERIFY_DATE_DIFFERS, error);
}

static gboolean
list_outcome (const Listing *listing, const VerifyOutcome *outcome, GError **error)
{
	const VerifySide *side =
		outcome->at_target ? &listing->result->target : &listing->result->source;
	const VerifySide *other = &listing->result->target;
	VerifyRecord record;
	VerifyRecord partner;
	VerifyFinding finding = { .record = &record,
				  .level = outcome->level,
				  .at_target = outcome->at_target };

	if (!verify_index_read (side->index, outcome->number, &record, error))
		return FALSE;
	finding.folder = verify_index_get_folder (side->index, record.folder);
	if (outcome->partner != VERIFY_NO_PARTNER) {
		if (!verify_index_read (other->index, outcome->partner, &partner, error))
			return FALSE;
		finding.partner = &partner;
		finding.partner_folder = verify_index_get_folder (other->index, partner.folder);
	}
	return list_aspects (listing, &finding, outcome, error);
}

static gboolean
list_all (const Listing *listing, GError **error)
{
	VerifyOutcomes *outcomes = listing->result->match->outcomes;

	if (!verify_outcomes_rewind (outcomes, error))
		return FALSE;
	for (;;) {
		const VerifyOutcome *outcome;
		if (!verify_outcomes_next (outcomes, &outcome, error))
			return FALSE;
		if (outcome == NULL)
			return TRUE;
		if (!list_outcome (listing, outcome, error))
			return FALSE;
	}
}

gboolean
verify_result_foreach (const VerifyResult *result, VerifyFindingFunc function, gpointer user_data,
		       GError **error)
{
	const Listing listing = { result, function, user_data, FALSE };

	return list_all (&listing, error);
}

gboolean
verify_result_foreach_message (const VerifyResult *result, VerifyFindingFunc function,
			       gpointer user_data, GError **error)
{
	const Listing listing = { result, function, user_data, TRUE };

	return list_all (&listing, error);
}

/* --- Counts ------------------------------------------------------------- */

static void
tally_source (VerifyTally *tally, const VerifyRules *rules, const VerifyCount *count)
{
	tally->source += count->messages;
	for (guint class = 0; class < VERIFY_CLASSES; class ++)
		tally->classes[class] += count->classes[class];
	for (guint level = (guint) required_level (rules); level < VERIFY_LEVELS; level++)
		tally->found += count->levels[level];
	tally->proven +=
		count->levels[VERIFY_LEVEL_CANONICAL] + count->levels[VERIFY_LEVEL_RAW];
}

static void
tally_target (VerifyTally *tally, const VerifyResult *result, const VerifyCount *count)
{
	guint64 unasked = is_unasked (result, VERIFY_EXTRA) ? count->classes[VERIFY_EXTRA] : 0;

	tally->target += count->messages - unasked;
	for (guint class = 0; class < VERIFY_CLASSES; class ++)
		tally->classes[class] += count->classes[class];
	tally->classes[VERIFY_EXTRA] -= unasked;
}

static void
add_rows (VerifyResult *result, GArray *row_of_target)
{
	const VerifyIndex *source = result->source.index;
	const VerifyIndex *target = result->target.index;
	g_autoptr (GArray) counterparts =
		verify_folders_match (result->match->folders, source, target);

	for (guint32 i = 0; i < verify_index_count_folders (target); i++) {
		guint32 none = G_MAXUINT32;
		g_array_append_val (row_of_target, none);
	}
	for (guint32 i = 0; i < verify_index_count_folders (source); i++) {
		guint32 counterpart = g_array_index (counterparts, guint32, i);
		VerifyRow row = { .source = verify_index_get_folder (source, i) };
		if (counterpart != VERIFY_NO_PLACE) {
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
	const VerifyOutcomes *outcomes = result->match->outcomes;
	g_autoptr (GArray) row_of_target = g_array_new (FALSE, FALSE, sizeof (guint32));

	add_rows (result, row_of_target);
	for (guint32 i = 0; i < verify_index_count_folders (source); i++) {
		const VerifyCount *count = verify_outcomes_get_count (outcomes, FALSE, i);
		VerifyRow *row = &g_array_index (result->rows, VerifyRow, i);
		tally_source (&row->tally, &result->rules, count);
		tally_source (&result->total, &result->rules, count);
	}
	for (guint32 i = 0; i < verify_index_count_folders (target); i++) {
		const VerifyCount *count = verify_outcomes_get_count (outcomes, TRUE, i);
		guint32 row = g_array_index (row_of_target, guint32, i);
		tally_target (&g_array_index (result->rows, VerifyRow, row).tally, result, count);
		tally_target (&result->total, result, count);
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
	guint64 in_index = verify_index_count_unreadable (side->index);

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
	if (result->trouble || result->total.classes[VERIFY_ALIKE] > 0)
		return VERIFY_NOT_VERIFIED;
	return result->total.proven < result->total.source ? VERIFY_EQUAL : VERIFY_PROVEN;
}

VerifyResult *
verify_result_new (const VerifySide *source, const VerifySide *target, const VerifyMatch *match,
		   const VerifyRules *rules, ExitStatus reading, GError **error)
{
	g_autoptr (VerifyResult) result = g_new0 (VerifyResult, 1);

	result->source = *source;
	result->target = *target;
	result->match = match;
	result->rules = *rules;
	result->rows = g_array_sized_new (FALSE, FALSE, sizeof (VerifyRow),
					  verify_index_count_folders (source->index));
	result->trouble = reading != EXIT_STATUS_CLEAN;
	count_rows (result);
	count_unread (result, &result->source);
	count_unread (result, &result->target);
	if (!verify_result_foreach (result, count_difference, &result->differences, error))
		return NULL;
	if (rules->strict)
		result->differences += ledger_get_counts (source->ledger).skipped;

	result->verdict = judge (result, reading);
	return g_steal_pointer (&result);
}

void
verify_result_free (VerifyResult *result)
{
	if (result == NULL)
		return;
	g_array_unref (result->rows);
	g_free (result);
}

gboolean
verify_result_is_good (const VerifyResult *result)
{
	return result->verdict == VERIFY_PROVEN || result->verdict == VERIFY_EQUAL;
}

ExitStatus
verify_result_get_status (const VerifyResult *result)
{
	if (result->total.classes[VERIFY_UNVERIFIABLE] > 0)
		return EXIT_STATUS_TROUBLE;
	/* Nothing differs, as far as was looked at. */
	if (result->total.classes[VERIFY_ALIKE] > 0 && result->differences == 0)
		return EXIT_STATUS_TROUBLE;
	return verify_result_is_good (result) ? EXIT_STATUS_CLEAN : EXIT_STATUS_DIFFERENCES;
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
	/* What arrived at the source meanwhile was not looked at, what was expunged at the target
	 * is gone. */
	if (verify_moment_sum (&result->source).arrived > 0 ||
	    verify_moment_sum (&result->target).expunged > 0)
		return FALSE;
	/* And one at the other end only tells what was there once. */
	return verify_result_is_good (result) && result->total.source > 0 &&
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
