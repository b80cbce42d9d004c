/* verify-lookup.c - which of the messages that are wanted is this one?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-lookup.h"

#include <string.h>

#include "base/sorter.h"
#include "base/spool.h"

#define BLOCK 128 /* entries between two keys in memory */

typedef struct {
	guint8 key[VERIFY_KEY_SIZE];
	guint32 number;
} Entry;

struct VerifyLookup {
	Sorter *sorter; /* until it is sealed */
	Spool *spool;
	GByteArray *firsts; /* the first key of each block */
	guint64 count;
	guint8 *taken; /* a bit for each entry */
	guint64 left_at;
	Entry block[BLOCK];
	guint64 block_start; /* G_MAXUINT64: none is read */
};

static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Entry *x = a;
	const Entry *y = b;
	int order = memcmp (x->key, y->key, VERIFY_KEY_SIZE);

	return order != 0 ? order : x->number < y->number ? -1 : x->number > y->number;
}

VerifyLookup *
verify_lookup_new (void)
{
	VerifyLookup *lookup = g_new0 (VerifyLookup, 1);

	lookup->sorter = sorter_new (sizeof (Entry), SORTER_MEMORY_LIMIT, compare_entries, NULL);
	lookup->spool = spool_new (SPOOL_MEMORY_LIMIT);
	lookup->firsts = g_byte_array_new ();
	lookup->block_start = G_MAXUINT64;
	return lookup;
}

void
verify_lookup_free (VerifyLookup *lookup)
{
	if (lookup == NULL)
		return;
	sorter_free (lookup->sorter);
	spool_unref (lookup->spool);
	g_byte_array_unref (lookup->firsts);
	g_free (lookup->taken);
	g_free (lookup);
}

gboolean
verify_lookup_add (VerifyLookup *lookup, const guint8 *key, guint32 number, GError **error)
{
	Entry entry = { .number = number };

	memcpy (entry.key, key, VERIFY_KEY_SIZE);
	return sorter_add (lookup->sorter, &entry, error);
}

guint64
verify_lookup_count (const VerifyLookup *lookup)
{
	return lookup->count;
}

static gboolean
write_block (VerifyLookup *lookup, guint length, GError **error)
{
	if (length == 0)
		return TRUE;
	g_byte_array_append (lookup->firsts, lookup->block[0].key, VERIFY_KEY_SIZE);
	return spool_write (lookup->spool, lookup->block, length * sizeof (Entry), error);
}

static gboolean
append_entry (const void *record, gpointer user_data, GError **error)
{
	VerifyLookup *lookup = user_data;

	lookup->block[lookup->count++ % BLOCK] = *(const Entry *) record;
	return lookup->count % BLOCK != 0 || write_block (lookup, BLOCK, error);
}

gboolean
verify_lookup_seal (VerifyLookup *lookup, GError **error)
{
	if (!sorter_foreach (lookup->sorter, append_entry, lookup, error))
		return FALSE;
	g_clear_pointer (&lookup->sorter, sorter_free);
	lookup->taken = g_malloc0 (lookup->count / 8 + 1);
	return write_block (lookup, (guint) (lookup->count % BLOCK), error);
}

/* --- Finding ------------------------------------------------------------ */

static gboolean
read_entry (VerifyLookup *lookup, guint64 at, const Entry **entry, GError **error)
{
	guint64 start = at / BLOCK * BLOCK;
	gsize wanted = (gsize) MIN (BLOCK, lookup->count - start) * sizeof (Entry);
	gsize used = 0;

	while (start != lookup->block_start && used < wanted) {
		gsize got;
		if (!spool_read_at (lookup->spool, (goffset) (start * sizeof (Entry) + used),
				    (guint8 *) lookup->block + used, wanted - used, &got, error))
			return FALSE;
		g_assert (got > 0);
		used += got;
	}
	lookup->block_start = start;
	*entry = &lookup->block[at - start];
	return TRUE;
}

static gboolean
is_before (const guint8 *entry, const guint8 *key, gsize length, gboolean or_equal)
{
	int order = memcmp (entry, key, length);

	return order < 0 || (or_equal && order == 0);
}

/* The first entry that is not before key (or, with or_equal, the first behind it). */
static gboolean
find_bound (VerifyLookup *lookup, const guint8 *key, gsize length, gboolean or_equal,
	    guint64 *bound, GError **error)
{
	guint64 low = 0;
	guint64 high = lookup->firsts->len / VERIFY_KEY_SIZE;

	while (low < high) {
		guint64 middle = low + (high - low) / 2;
		const guint8 *first = lookup->firsts->data + middle * VERIFY_KEY_SIZE;
		if (is_before (first, key, length, or_equal))
			low = middle + 1;
		else
			high = middle;
	}
	*bound = low * BLOCK;
	guint64 at = low > 0 ? (low - 1) * BLOCK : *bound;
	for (; at < MIN (*bound, lookup->count); at++) {
		const Entry *entry;
		if (!read_entry (lookup, at, &entry, error))
			return FALSE;
		if (!is_before (entry->key, key, length, or_equal))
			break;
	}
	*bound = at;
	return TRUE;
}

gboolean
verify_lookup_has (VerifyLookup *lookup, const guint8 *key, gsize length, gboolean *has,
		   GError **error)
{
	const Entry *entry;
	guint64 at;

	*has = FALSE;
	if (!find_bound (lookup, key, length, FALSE, &at, error))
		return FALSE;
	if (at == lookup->count)
		return TRUE;
	if (!read_entry (lookup, at, &entry, error))
		return FALSE;
	*has = memcmp (entry->key, key, length) == 0;
	return TRUE;
}

static gboolean
is_taken (const VerifyLookup *lookup, guint64 at)
{
	return (lookup->taken[at / 8] >> at % 8 & 1) != 0;
}

gboolean
verify_lookup_take (VerifyLookup *lookup, const guint8 *key, guint32 *number, gboolean *taken,
		    GError **error)
{
	const Entry *entry;
	guint64 low;
	guint64 end;

	*taken = FALSE;
	if (!find_bound (lookup, key, VERIFY_KEY_SIZE, FALSE, &low, error) ||
	    !find_bound (lookup, key, VERIFY_KEY_SIZE, TRUE, &end, error))
		return FALSE;
	/* Of equal ones the first are taken first. */
	for (guint64 high = end; low < high;) {
		guint64 middle = low + (high - low) / 2;
		if (is_taken (lookup, middle))
			low = middle + 1;
		else
			high = middle;
	}
	if (low == end)
		return TRUE;
	if (!read_entry (lookup, low, &entry, error))
		return FALSE;
	lookup->taken[low / 8] = (guint8) (lookup->taken[low / 8] | 1U << low % 8);
	*number = entry->number;
	*taken = TRUE;
	return TRUE;
}

gboolean
verify_lookup_next_left (VerifyLookup *lookup, guint32 *number, gboolean *left, GError **error)
{
	const Entry *entry;

	while (lookup->left_at < lookup->count && is_taken (lookup, lookup->left_at))
		lookup->left_at++;
	*left = lookup->left_at < lookup->count;
	if (!*left)
		return TRUE;
	if (!read_entry (lookup, lookup->left_at++, &entry, error))
		return FALSE;
	*number = entry->number;
	return TRUE;
}
