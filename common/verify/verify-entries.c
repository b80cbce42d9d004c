/* verify-entries.c - the messages of one of the two mailboxes, while partners for them are found
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-entries.h"

#include <string.h>

#include "verify/verify-join.h"

static int
compare_numbers (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyEntry *x = a;
	const VerifyEntry *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static Sorter *
open_new (void)
{
	return sorter_new (sizeof (VerifyEntry), SORTER_MEMORY_LIMIT, compare_numbers, NULL);
}

void
verify_entries_init (VerifyEntries *side, const VerifyReading *reading, guint32 *const *places,
		     guint8 at_target)
{
	side->reading = reading;
	side->places = places;
	side->open = open_new ();
	side->by_content = (VerifyOrder){
		.places = places[VERIFY_SCOPE_NAME], .key = TRUE, .first = TRUE, .metadata = TRUE
	};
	side->all = verify_order_sorter_new (&side->by_content);
	side->at_target = at_target;
}

void
verify_entries_clear (VerifyEntries *side)
{
	sorter_free (side->open);
	sorter_free (side->aside);
	sorter_free (side->all);
}

/* --- What is known of a message ----------------------------------------- */

static void
set_key (VerifyEntry *entry, gboolean known)
{
	entry->marks &= (guint8) ~VERIFY_MARK_KEY;
	if (known)
		entry->marks |= VERIFY_MARK_KEY;
}

static void
take_l1 (VerifyEntry *entry, const VerifyRecord *record)
{
	memcpy (entry->key, record->l1, VERIFY_KEY_SIZE);
	memcpy (&entry->first, record->l0, sizeof entry->first);
	/* 0 stands for nothing. */
	entry->first |= (guint64) ((record->traits & VERIFY_HAS_L0) != 0);
	entry->second = 0;
	set_key (entry, (record->traits & VERIFY_HAS_L1) != 0);
}

static void
take_l0 (VerifyEntry *entry, const VerifyRecord *record)
{
	memcpy (entry->key, record->l0, VERIFY_KEY_SIZE);
	set_key (entry, (record->traits & VERIFY_HAS_L0) != 0);
}

static void
take_headers (VerifyEntry *entry, const VerifyRecord *record)
{
	memset (entry->key, 0, VERIFY_KEY_SIZE);
	entry->first = record->message_id;
	entry->second = record->headers;
	set_key (entry, FALSE);
}

gboolean
verify_entries_add (VerifyEntries *side, guint32 number, const VerifyRecord *record, GError **error)
{
	VerifyEntry entry = {
		.date = record->date,
		.number = number,
		.folder = record->folder,
		.keywords = record->keywords,
		.flags = record->flags,
		.traits = record->traits,
	};

	take_l1 (&entry, record);
	return sorter_add ((entry.marks & VERIFY_MARK_KEY) != 0 ? side->all : side->open, &entry,
			   error);
}

/* --- Open entries ------------------------------------------------------- */

gboolean
verify_entries_reopen (VerifyEntries *side, SorterFunc function, gpointer user_data, GError **error)
{
	g_autoptr (Sorter) old = side->open;

	side->open = open_new ();
	return sorter_foreach (old, function, user_data, error);
}

typedef struct {
	VerifyEntries *side;
	VerifyMarks mark;
} Choosing;

static gboolean
choose (const void *record, gpointer user_data, GError **error)
{
	const Choosing *choosing = user_data;
	VerifyEntry entry = *(const VerifyEntry *) record;
	gboolean chosen = (entry.marks & choosing->mark) != 0;

	entry.marks &= (guint8) ~choosing->mark;
	return sorter_add (chosen ? choosing->side->open : choosing->side->aside, &entry, error);
}

gboolean
verify_entries_set_aside (VerifyEntries *side, VerifyMarks mark, GError **error)
{
	Choosing choosing = { side, mark };

	side->aside = open_new ();
	return verify_entries_reopen (side, choose, &choosing, error);
}

static gboolean
bring (const void *record, gpointer user_data, GError **error)
{
	VerifyEntries *side = user_data;

	return sorter_add (side->open, record, error);
}

gboolean
verify_entries_bring_back (VerifyEntries *side, GError **error)
{
	g_autoptr (Sorter) aside = g_steal_pointer (&side->aside);
	g_autoptr (Sorter) few = side->open;

	/* Mostly the many are aside. */
	side->open = g_steal_pointer (&aside);
	return sorter_foreach (few, bring, side, error);
}

typedef struct {
	VerifyEntries *side;
	const VerifyOrder *order;
	Sorter *sorted;
} Arranging;

static gboolean
arrange (const void *record, gpointer user_data, GError **error)
{
	const Arranging *arranging = user_data;

	return sorter_add (verify_order_applies (arranging->order, record) ? arranging->sorted
									   : arranging->side->open,
			   record, error);
}

Sorter *
verify_entries_arrange (VerifyEntries *side, const VerifyOrder *order, GError **error)
{
	g_autoptr (Sorter) sorted = verify_order_sorter_new (order);
	Arranging arranging = { side, order, sorted };

	return verify_entries_reopen (side, arrange, &arranging, error) ? g_steal_pointer (&sorted)
									: NULL;
}

static gboolean
gather (const void *record, gpointer user_data, GError **error)
{
	const VerifyEntry *entry = record;

	return (entry->marks & VERIFY_MARK_KEY) == 0 || sorter_add (user_data, entry, error);
}

Sorter *
verify_entries_gather (const VerifyEntries *side, GError **error)
{
	g_autoptr (Sorter) all = verify_order_sorter_new (&side->by_content);

	return sorter_foreach (side->open, gather, all, error) ? g_steal_pointer (&all) : NULL;
}

/* Every open entry anew from the index, where take knows better what it is compared by. */
typedef struct {
	VerifyEntries *side;
	void (*take) (VerifyEntry *entry, const VerifyRecord *record);
} Taking;

static gboolean
take_anew (const void *old, gpointer user_data, GError **error)
{
	const Taking *taking = user_data;
	VerifyEntry entry = *(const VerifyEntry *) old;
	VerifyRecord record;

	if (!verify_index_read (taking->side->reading->index, entry.number, &record, error))
		return FALSE;
	taking->take (&entry, &record);
	return sorter_add (taking->side->open, &entry, error);
}

gboolean
verify_entries_take_l0 (VerifyEntries *side, GError **error)
{
	Taking taking = { side, take_l0 };

	return verify_entries_reopen (side, take_anew, &taking, error);
}

gboolean
verify_entries_take_headers (VerifyEntries *side, GError **error)
{
	Taking taking = { side, take_headers };

	return verify_entries_reopen (side, take_anew, &taking, error);
}

gboolean
verify_entries_mark_copies (VerifyEntries *side, Sorter *all, GError **error)
{
	const VerifyOrder order = { .places = side->places[VERIFY_SCOPE_NAME], .key = TRUE };

	if (sorter_count (side->open) == 0)
		return TRUE;
	g_autoptr (Sorter) few = verify_entries_arrange (side, &order, error);
	return few != NULL && verify_join_mark_copies (few, all, &order, side->open, error);
}
