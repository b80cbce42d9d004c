/* verify-entries.h - the messages of one of the two mailboxes, while partners for them are found
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * An entry is open until it has a partner or a name. What the cascade of verify-match does, it does
 * to the open entries of a side, which come in the order of their numbers.
 */
#pragma once

#include "verify/verify-folders.h"
#include "verify/verify-look.h"
#include "verify/verify-order.h"

typedef struct {
	const VerifyReading *reading;
	guint32 *const *places; /* by VerifyScope */
	Sorter *open;           /* of VerifyEntry */
	Sorter *aside;          /* of those that are out of the way for now; mostly NULL */
	Sorter *all;            /* every VerifyEntry that has L1, open or not, by by_content */
	VerifyOrder by_content; /* by folder, key, first, metadata */
	guint8 at_target;
} VerifyEntries;

/* Borrows reading and places. verify_entries_clear frees the rest. */
void verify_entries_init (VerifyEntries *side, const VerifyReading *reading, guint32 *const *places,
			  guint8 at_target);
void verify_entries_clear (VerifyEntries *side);

/* The message with that number in the index: into all if it has L1, else open. */
gboolean verify_entries_add (VerifyEntries *side, guint32 number, const VerifyRecord *record,
			     GError **error);

/* Hands each open entry to function; open afterwards is only what that has put into open. */
gboolean verify_entries_reopen (VerifyEntries *side, SorterFunc function, gpointer user_data,
				GError **error);

/* Leaves open only what has mark, and takes that off; back come all the others. */
gboolean verify_entries_set_aside (VerifyEntries *side, VerifyMarks mark, GError **error);
gboolean verify_entries_bring_back (VerifyEntries *side, GError **error);

/* The open entries that order (borrowed) applies to, in that order; they are not open any more.
 * Caller frees. */
Sorter *verify_entries_arrange (VerifyEntries *side, const VerifyOrder *order, GError **error);

/* A copy of the open entries that have a key, by by_content. Caller frees. */
Sorter *verify_entries_gather (const VerifyEntries *side, GError **error);

/* Open entries get L0 as their key, where they have it. */
gboolean verify_entries_take_l0 (VerifyEntries *side, GError **error);

/* Open entries get the hashes of their header fields as first and second, and no key. */
gboolean verify_entries_take_headers (VerifyEntries *side, GError **error);

/* An open message whose like is in all (sorted by by_content) beyond those that are open is a copy
 * in the same folder: it gets VERIFY_MARK_COPY. */
gboolean verify_entries_mark_copies (VerifyEntries *side, Sorter *all, GError **error);
