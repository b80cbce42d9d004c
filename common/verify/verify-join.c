/* verify-join.c - two sorted streams of entries, paired one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-join.h"

/* --- Streams ------------------------------------------------------------ */

static gboolean
next_entry (Sorter *sorter, const VerifyEntry **entry, GError **error)
{
	const void *record;

	if (!sorter_next (sorter, &record, error))
		return FALSE;
	*entry = record;
	return TRUE;
}

static gboolean
start (const VerifyJoinSide *side, const VerifyEntry **entry, GError **error)
{
	return sorter_rewind (side->sorted, error) && next_entry (side->sorted, entry, error);
}

/* This entry goes into the next join, marked, and the stream one on. */
static gboolean
leave (const VerifyJoinSide *side, const VerifyEntry **entry, VerifyMarks mark, GError **error)
{
	VerifyEntry left = **entry;

	left.marks = (guint8) (left.marks | mark);
	return sorter_add (side->rest, &left, error) && next_entry (side->sorted, entry, error);
}

/* All entries equal to the one at hand. */
static gboolean
mark_run (const VerifyJoinSide *side, const VerifyEntry **entry, VerifyMarks mark, GError **error)
{
	const VerifyEntry first = **entry;

	while (*entry != NULL &&
	       verify_order_compare (side->order, &first, side->order, *entry) == 0)
		if (!leave (side, entry, mark, error))
			return FALSE;
	return TRUE;
}

/* --- Joins -------------------------------------------------------------- */

/* Two streams side by side, and what happens to entries that are equal. */
typedef struct Join {
	const VerifyJoinSide *source;
	const VerifyJoinSide *target;
	const VerifyEntry *a; /* of source; NULL at its end */
	const VerifyEntry *b;
	gboolean (*equal) (struct Join *join, GError **error);
	VerifyPairFunc pair;
	gpointer user_data; /* of pair */
	VerifyMarks mark;
} Join;

static int
compare_heads (const Join *join)
{
	if (join->a == NULL || join->b == NULL)
		return join->a == NULL ? 1 : -1;
	return verify_order_compare (join->source->order, join->a, join->target->order, join->b);
}

static gboolean
run (Join *join, GError **error)
{
	gboolean ok = start (join->source, &join->a, error) &&
		      start (join->target, &join->b, error);

	while (ok && (join->a != NULL || join->b != NULL)) {
		int order = compare_heads (join);
		if (order == 0)
			ok = join->equal (join, error);
		else if (order < 0)
			ok = leave (join->source, &join->a, 0, error);
		else
			ok = leave (join->target, &join->b, 0, error);
	}
	return ok;
}

static gboolean
use_up (Join *join, GError **error)
{
	return join->pair (join->a, join->b, join->user_data, error) &&
	       next_entry (join->source->sorted, &join->a, error) &&
	       next_entry (join->target->sorted, &join->b, error);
}

gboolean
verify_join (const VerifyJoinSide *source, const VerifyJoinSide *target, VerifyPairFunc pair,
	     gpointer user_data, GError **error)
{
	Join join = { source, target, .equal = use_up, .pair = pair, .user_data = user_data };

	return run (&join, error);
}

static gboolean
mark_both (Join *join, GError **error)
{
	return mark_run (join->source, &join->a, join->mark, error) &&
	       mark_run (join->target, &join->b, join->mark, error);
}

gboolean
verify_join_mark (const VerifyJoinSide *source, const VerifyJoinSide *target, VerifyMarks mark,
		  GError **error)
{
	Join join = { source, target, .equal = mark_both, .mark = mark };

	return run (&join, error);
}

/* --- Copies ------------------------------------------------------------- */

/* For each run of few in turn: is there one of its like in all that is not in few? A byte each. */
static gboolean
find_copies (Sorter *few, Sorter *all, const VerifyOrder *order, GByteArray *runs, GError **error)
{
	const VerifyEntry *entry;
	const VerifyEntry *other;

	if (!sorter_rewind (few, error) || !sorter_rewind (all, error) ||
	    !next_entry (few, &entry, error) || !next_entry (all, &other, error))
		return FALSE;
	while (entry != NULL) {
		const VerifyEntry first = *entry;
		guint64 here = 0;
		guint64 there = 0;
		while (entry != NULL && verify_order_compare (order, &first, order, entry) == 0) {
			here++;
			if (!next_entry (few, &entry, error))
				return FALSE;
		}
		while (other != NULL && verify_order_compare (order, other, order, &first) <= 0) {
			there += verify_order_compare (order, other, order, &first) == 0;
			if (!next_entry (all, &other, error))
				return FALSE;
		}
		const guint8 copies = there > here;
		g_byte_array_append (runs, &copies, 1);
	}
	return TRUE;
}

gboolean
verify_join_mark_copies (Sorter *few, Sorter *all, const VerifyOrder *order, Sorter *rest,
			 GError **error)
{
	g_autoptr (GByteArray) runs = g_byte_array_new ();
	const VerifyJoinSide side = { order, few, rest };
	const VerifyEntry *entry;

	if (!find_copies (few, all, order, runs, error) || !start (&side, &entry, error))
		return FALSE;
	for (guint run = 0; entry != NULL; run++)
		if (!mark_run (&side, &entry, runs->data[run] ? VERIFY_MARK_COPY : 0, error))
			return FALSE;
	return TRUE;
}
