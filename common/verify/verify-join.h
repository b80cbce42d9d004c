/* verify-join.h - two sorted streams of entries, paired one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one operation matching is made of. Equal entries use each other up, one here and one there,
 * so copies are counted; what is left over on either side goes into the next join. Nothing is held
 * in memory but two entries, however many are equal.
 */
#pragma once

#include "verify/verify-order.h"

typedef gboolean (*VerifyPairFunc) (const VerifyEntry *source, const VerifyEntry *target,
				    gpointer user_data, GError **error);

typedef struct {
	const VerifyOrder *order;
	Sorter *sorted; /* by it */
	Sorter *rest;   /* gets what is not paired */
} VerifyJoinSide;

/* Hands each pair of equals to pair, and the rest to the rest. The number of entries does not
 * matter: two are in memory. FALSE if a temporary file cannot be used or pair returns FALSE. */
gboolean verify_join (const VerifyJoinSide *source, const VerifyJoinSide *target,
		      VerifyPairFunc pair, gpointer user_data, GError **error);

/* Marks what has an equal on the other side, and uses nothing up: everything goes into rest. */
gboolean verify_join_mark (const VerifyJoinSide *source, const VerifyJoinSide *target,
			   VerifyMarks mark, GError **error);

/* Marks each entry of few (sorted by order) beside whose like there are others in all (sorted in
 * the same way, and holding the entries of few too); everything goes into rest. */
gboolean verify_join_mark_copies (Sorter *few, Sorter *all, const VerifyOrder *order, Sorter *rest,
				  GError **error);
