/* verify-order.c - what matching looks at of a message, and by what it is compared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-order.h"

#include <string.h>

#include "verify/verify-folders.h"

gboolean
verify_order_applies (const VerifyOrder *order, const VerifyEntry *entry)
{
	return (!order->key || (entry->marks & VERIFY_MARK_KEY) != 0) &&
	       (!order->first || entry->first != 0) && (!order->second || entry->second != 0) &&
	       (order->places == NULL || order->places[entry->folder] != VERIFY_NO_PLACE);
}

static int
compare_numbers (guint64 a, guint64 b)
{
	return a < b ? -1 : a > b;
}

static int
compare_metadata (const VerifyEntry *a, const VerifyEntry *b)
{
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	return compare_numbers (a->keywords, b->keywords);
}

int
verify_order_compare (const VerifyOrder *order_a, const VerifyEntry *a, const VerifyOrder *order_b,
		      const VerifyEntry *b)
{
	int result = 0;

	if (order_a->places != NULL)
		result = compare_numbers (order_a->places[a->folder], order_b->places[b->folder]);
	if (result == 0 && order_a->key)
		result = memcmp (a->key, b->key, VERIFY_KEY_SIZE);
	if (result == 0 && order_a->first)
		result = compare_numbers (a->first, b->first);
	if (result == 0 && order_a->second)
		result = compare_numbers (a->second, b->second);
	if (result == 0 && order_a->metadata)
		result = compare_metadata (a, b);
	return result;
}

/* Copies of one message by their metadata, so that like finds like; then as they came, so that
 * runs repeat. */
static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyEntry *x = a;
	const VerifyEntry *y = b;
	int result = verify_order_compare (user_data, x, user_data, y);

	if (result == 0)
		result = compare_metadata (x, y);
	return result != 0 ? result : compare_numbers (x->number, y->number);
}

Sorter *
verify_order_sorter_new (const VerifyOrder *order)
{
	return sorter_new (sizeof (VerifyEntry), SORTER_MEMORY_LIMIT, compare_entries,
			   (gpointer) order);
}
