/* verify-outcome.c - what became of each message, and how many of each there are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-outcome.h"

#include "base/sorter.h"

struct VerifyOutcomes {
	gboolean all;
	VerifyCount *counts[2]; /* by at_target, then folder */
	guint32 folders[2];
	Sorter *kept;
};

static const char *const class_names[VERIFY_CLASSES] = {
	[VERIFY_IDENTICAL] = "identical",
	[VERIFY_CANONICAL] = "canonical",
	[VERIFY_MIME_EQUAL] = "mime-equal",
	[VERIFY_ALIKE] = "alike",
	[VERIFY_MOVED] = "moved",
	[VERIFY_ALTERED] = "altered",
	[VERIFY_MISSING] = "missing",
	[VERIFY_COLLAPSED] = "collapsed",
	[VERIFY_EXTRA] = "extra",
	[VERIFY_DUPLICATED] = "duplicated",
	[VERIFY_UNVERIFIABLE] = "unverifiable",
	[VERIFY_FLAG_DIFFERS] = "flag-differs",
	[VERIFY_DATE_DIFFERS] = "date-differs",
};

static const char *const reason_names[VERIFY_REASONS] = {
	[VERIFY_REASON_TRUNCATED] = "truncated",
	[VERIFY_REASON_PART_MISSING] = "part-missing",
	[VERIFY_REASON_PART_REPLACED] = "part-replaced",
	[VERIFY_REASON_FROM_QUOTING] = "from-quoting",
	[VERIFY_REASON_CHARSET] = "charset",
	[VERIFY_REASON_REWRAPPED] = "rewrapped",
	[VERIFY_REASON_SIGNATURE] = "signature",
	[VERIFY_REASON_BARE_CR] = "bare-cr-dropped",
	[VERIFY_REASON_HEADER_MUNGED] = "header-munged",
	[VERIFY_REASON_HEADER_CHANGED] = "header-changed",
	[VERIFY_REASON_TEXT_CHANGED] = "text-changed",
	[VERIFY_REASON_SIZE] = "size",
	[VERIFY_REASON_UNAVAILABLE] = "content-not-available",
};

const char *
verify_class_to_text (VerifyClass class)
{
	return class_names[class];
}

const char *
verify_reason_to_text (VerifyReason reason)
{
	return reason_names[reason];
}

static int
compare_outcomes (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyOutcome *x = a;
	const VerifyOutcome *y = b;

	if (x->at_target != y->at_target)
		return x->at_target ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static VerifyOutcomes *
outcomes_new (guint32 source_folders, guint32 target_folders, gboolean all)
{
	VerifyOutcomes *outcomes = g_new0 (VerifyOutcomes, 1);

	outcomes->all = all;
	outcomes->folders[FALSE] = source_folders;
	outcomes->folders[TRUE] = target_folders;
	for (guint side = 0; side < 2; side++)
		outcomes->counts[side] = g_new0 (VerifyCount, outcomes->folders[side]);
	outcomes->kept =
		sorter_new (sizeof (VerifyOutcome), SORTER_MEMORY_LIMIT, compare_outcomes, NULL);
	return outcomes;
}

VerifyOutcomes *
verify_outcomes_new (VerifyIndex *source, VerifyIndex *target, gboolean all)
{
	return outcomes_new (verify_index_count_folders (source),
			     verify_index_count_folders (target), all);
}

VerifyOutcomes *
verify_outcomes_new_like (const VerifyOutcomes *other)
{
	VerifyOutcomes *outcomes =
		outcomes_new (other->folders[FALSE], other->folders[TRUE], TRUE);

	for (guint side = 0; side < 2; side++)
		for (guint32 i = 0; i < other->folders[side]; i++)
			outcomes->counts[side][i].messages = other->counts[side][i].messages;
	return outcomes;
}

void
verify_outcomes_free (VerifyOutcomes *outcomes)
{
	if (outcomes == NULL)
		return;
	g_free (outcomes->counts[FALSE]);
	g_free (outcomes->counts[TRUE]);
	sorter_free (outcomes->kept);
	g_free (outcomes);
}

gboolean
verify_outcomes_add (VerifyOutcomes *outcomes, const VerifyOutcome *outcome, guint32 folder,
		     GError **error)
{
	VerifyCount *count = &outcomes->counts[outcome->at_target][folder];
	gboolean plain = outcome->class == VERIFY_IDENTICAL && outcome->remarks == 0;

	count->classes[outcome->class]++;
	count->levels[outcome->level]++;
	/* Of what is altered, flags and dates are no matter. */
	if (outcome->level > VERIFY_LEVEL_HEADER || outcome->class == VERIFY_ALIKE) {
		count->classes[VERIFY_FLAG_DIFFERS] +=
			(outcome->remarks & VERIFY_FLAGS_DIFFER) != 0;
		count->classes[VERIFY_DATE_DIFFERS] +=
			(outcome->remarks & VERIFY_DATES_DIFFER) != 0;
	}
	return (plain && !outcomes->all) || sorter_add (outcomes->kept, outcome, error);
}

void
verify_outcomes_count_message (VerifyOutcomes *outcomes, gboolean at_target, guint32 folder)
{
	outcomes->counts[at_target][folder].messages++;
}

const VerifyCount *
verify_outcomes_get_count (const VerifyOutcomes *outcomes, gboolean at_target, guint32 folder)
{
	return &outcomes->counts[at_target][folder];
}

gboolean
verify_outcomes_rewind (VerifyOutcomes *outcomes, GError **error)
{
	return sorter_rewind (outcomes->kept, error);
}

gboolean
verify_outcomes_next (VerifyOutcomes *outcomes, const VerifyOutcome **outcome, GError **error)
{
	const void *next;

	if (!sorter_next (outcomes->kept, &next, error))
		return FALSE;
	*outcome = next;
	return TRUE;
}
