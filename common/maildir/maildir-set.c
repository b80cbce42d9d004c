/* maildir-set.c - which of our messages a folder holds, in less than 32 bytes each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A sorted array, and beside it a small table of what came since the two were merged. A table alone
 * would be simpler, but half empty, and there twice whenever it grows.
 */
#include "maildir/maildir-set.h"

#include <stdlib.h>
#include <string.h>

/* Enough against chance, and against whoever cannot find collisions of 128 bits. */
#define DIGEST_KEPT 16

#define FIRST_SLOTS 8

typedef struct {
	guint8 digest[DIGEST_KEPT];
	guint32 copy; /* 0: the slot of the table is empty */
	guint32 seconds;
	guint32 seen : 31; /* of copy 1: how many came in this run */
	guint32 present : 1;
} Slot;

G_STATIC_ASSERT (sizeof (Slot) == 28);

struct MaildirSet {
	Slot *sorted;
	gsize n_sorted;
	Slot *table;
	gsize n_slots; /* a power of two, about a sixteenth of n_sorted */
	gsize n_used;
};

MaildirSet *
maildir_set_new (void)
{
	MaildirSet *set = g_new0 (MaildirSet, 1);

	set->n_slots = FIRST_SLOTS;
	set->table = g_new0 (Slot, set->n_slots);
	return set;
}

void
maildir_set_free (MaildirSet *set)
{
	if (set == NULL)
		return;
	g_free (set->sorted);
	g_free (set->table);
	g_free (set);
}

static int
compare_slot (const Slot *slot, const guint8 *digest, guint copy)
{
	int order = memcmp (slot->digest, digest, DIGEST_KEPT);

	return order != 0 ? order : (slot->copy > copy) - (slot->copy < copy);
}

static int
compare_slots (const void *a, const void *b)
{
	const Slot *other = b;

	return compare_slot (a, other->digest, other->copy);
}

static Slot *
find_sorted (const MaildirSet *set, const guint8 *digest, guint copy)
{
	gsize low = 0;

	for (gsize high = set->n_sorted; low < high;) {
		gsize middle = low + (high - low) / 2;
		int order = compare_slot (&set->sorted[middle], digest, copy);
		if (order == 0)
			return &set->sorted[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The slot of this copy in the table, or the empty one where it belongs. Digests are as good as
 * random, so a few of their bytes make the hash; who crafts messages for collisions there pays for
 * each one with a search of its own. */
static Slot *
find_in_table (const MaildirSet *set, const guint8 *digest, guint copy)
{
	guint64 hash;

	memcpy (&hash, digest, sizeof hash);
	hash += copy * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
	for (gsize i = (hash ^ hash >> 32) & (set->n_slots - 1);;
	     i = (i + 1) & (set->n_slots - 1)) {
		Slot *slot = &set->table[i];
		if (slot->copy == 0 || compare_slot (slot, digest, copy) == 0)
			return slot;
	}
}

static void
grow_table (MaildirSet *set)
{
	MaildirSet old = *set;

	set->n_slots *= 2;
	set->table = g_new0 (Slot, set->n_slots);
	for (gsize i = 0; i < old.n_slots; i++)
		if (old.table[i].copy != 0)
			*find_in_table (set, old.table[i].digest, old.table[i].copy) = old.table[i];
	g_free (old.table);
}

/* Both are merged from their ends, so that no third array is needed. */
static void
merge (MaildirSet *set)
{
	gsize n = 0;

	for (gsize i = 0; i < set->n_slots; i++)
		if (set->table[i].copy != 0)
			set->table[n++] = set->table[i];
	qsort (set->table, n, sizeof (Slot), compare_slots);
	set->sorted = g_renew (Slot, set->sorted, set->n_sorted + n);

	gsize left = set->n_sorted;
	set->n_sorted += n;
	for (gsize to = set->n_sorted; n > 0; to--) {
		gboolean from_table =
			left == 0 || compare_slots (&set->sorted[left - 1], &set->table[n - 1]) < 0;
		set->sorted[to - 1] = from_table ? set->table[--n] : set->sorted[--left];
	}
	memset (set->table, 0, set->n_slots * sizeof (Slot));
	set->n_used = 0;
}

static Slot *
find (const MaildirSet *set, const guint8 *digest, guint copy)
{
	Slot *slot = find_sorted (set, digest, copy);

	return slot != NULL ? slot : find_in_table (set, digest, copy);
}

static Slot *
obtain (MaildirSet *set, const guint8 *digest, guint copy)
{
	Slot *slot = find (set, digest, copy);

	if (slot->copy != 0)
		return slot;
	if (set->n_used >= set->n_slots / 8 * 7) {
		if (set->n_slots < 8 * FIRST_SLOTS || set->n_slots < set->n_sorted / 16)
			grow_table (set);
		else
			merge (set);
		slot = find_in_table (set, digest, copy);
	}
	memcpy (slot->digest, digest, DIGEST_KEPT);
	slot->copy = copy;
	set->n_used++;
	return slot;
}

void
maildir_set_add (MaildirSet *set, const guint8 *digest, guint copy, guint64 seconds)
{
	Slot *slot = obtain (set, digest, copy);

	slot->present = 1;
	slot->seconds = (guint32) MIN (seconds, G_MAXUINT32);
}

gboolean
maildir_set_has (const MaildirSet *set, const guint8 *digest, guint copy, guint32 *seconds)
{
	const Slot *slot = find (set, digest, copy);

	*seconds = slot->seconds;
	return slot->present;
}

guint
maildir_set_next_copy (MaildirSet *set, const guint8 *digest)
{
	return ++obtain (set, digest, 1)->seen;
}
