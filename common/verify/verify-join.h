/* verify-join.h - two sorted streams of entries, paired one by one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one operation matching is made of. Equal entries use each other up, one here and one there,
 * so copies are counted; what is left over on either side goes into the next join. Nothing is held
 * in memory but two entries, however many are equal.
 */
#pragma once

#include "base/sorter.h"
#include "verify/verify-index.h"

/* What a join looks at of a message. */
typedef struct {
	guint8 key[VERIFY_KEY_SIZE]; /* L1; later L0, L2 */
	guint64 first;               /* the beginning of L0; later the Message-ID's hash, or 0 */
	guint64 second;              /* later that of the other header fields, or 0 */
	gint64 date;
	guint32 number;
	guint32 folder;
	guint32 keywords;
	guint8 flags;
	guint8 traits; /* VerifyTraits */
	guint8 marks;  /* VerifyMarks */
} VerifyEntry;

typedef enum {
	VERIFY_MARK_KEY = 1 << 0,  /* there is a key */
	VERIFY_MARK_COPY = 1 << 1, /* another of the same content and folder has been found */
	VERIFY_MARK_LOOK = 1 << 2  /* worth looking closer at */
} VerifyMarks;

/* By what entries are compared, in this order. */
typedef struct {
	const guint32 *places; /* of the folders of this side; NULL: anywhere */
	gboolean key;
	gboolean first;
	gboolean second;
	gboolean metadata;
} VerifyOrder;

/* Has it what the order asks for? */
gboolean verify_order_applies (const VerifyOrder *order, const VerifyEntry *entry);

/* < 0, 0 or > 0; each entry is placed by the order of its side. */
int verify_order_compare (const VerifyOrder *order_a, const VerifyEntry *a,
			  const VerifyOrder *order_b, const VerifyEntry *b);

/* A sorter of entries by order (borrowed), then metadata, then number. */
Sorter *verify_order_sorter_new (const VerifyOrder *order);

/* A sorter of entries by number. */
Sorter *verify_entries_new (void);

/* Copies entries for which apply says so into sorted, the others into rest; frees from. */
gboolean verify_entries_split (Sorter *from, const VerifyOrder *order, Sorter *sorted, Sorter *rest,
			       GError **error);

typedef gboolean (*VerifyPairFunc) (const VerifyEntry *source, const VerifyEntry *target,
				    gpointer user_data, GError **error);

typedef struct {
	const VerifyOrder *order;
	Sorter *sorted; /* by it */
	Sorter *rest;   /* gets what is not paired */
} VerifyJoinSide;

gboolean verify_join (const VerifyJoinSide *source, const VerifyJoinSide *target,
		      VerifyPairFunc pair, gpointer user_data, GError **error);

/* Marks what has an equal on the other side, and uses nothing up: everything goes into rest. */
gboolean verify_join_mark (const VerifyJoinSide *source, const VerifyJoinSide *target,
			   VerifyMarks mark, GError **error);

/* Marks each entry of few (sorted by order) beside whose like there are others in all (sorted in
 * the same way, and holding the entries of few too); everything goes into rest. */
gboolean verify_join_mark_copies (Sorter *few, Sorter *all, const VerifyOrder *order, Sorter *rest,
				  GError **error);
