/* maildir-set.c - which of our messages a folder holds, in 32 bytes each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-set.h"

#include <string.h>

typedef struct {
	guint8 digest[MAILDIR_NAME_DIGEST];
	guint32 copy; /* 0: the slot is empty */
	guint32 seconds;
	guint32 seen : 31; /* of copy 1: how many came in this run */
	guint32 present : 1;
} Slot;

G_STATIC_ASSERT (sizeof (Slot) == 32);

struct MaildirSet {
	Slot *slots;
	gsize n_slots; /* a power of two */
	gsize n_used;
};

MaildirSet *
maildir_set_new (void)
{
	MaildirSet *set = g_new0 (MaildirSet, 1);

	set->n_slots = 64;
	set->slots = g_new0 (Slot, set->n_slots);
	return set;
}

void
maildir_set_free (MaildirSet *set)
{
	if (set == NULL)
		return;
	g_free (set->slots);
	g_free (set);
}

/* The slot of this copy, or the empty one where it belongs. Digests are as good as random, so a few
 * of their bytes make the hash; who crafts messages for collisions there pays for each one with a
 * search of its own. */
static Slot *
find (const MaildirSet *set, const guint8 *digest, guint copy)
{
	guint64 hash;

	memcpy (&hash, digest, sizeof hash);
	hash += copy * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
	for (gsize i = (hash ^ hash >> 32) & (set->n_slots - 1);;
	     i = (i + 1) & (set->n_slots - 1)) {
		Slot *slot = &set->slots[i];
		if (slot->copy == 0 ||
		    (slot->copy == copy && memcmp (slot->digest, digest, sizeof slot->digest) == 0))
			return slot;
	}
}

static void
grow (MaildirSet *set)
{
	MaildirSet old = *set;

	set->n_slots *= 2;
	set->slots = g_new0 (Slot, set->n_slots);
	for (gsize i = 0; i < old.n_slots; i++)
		if (old.slots[i].copy != 0)
			*find (set, old.slots[i].digest, old.slots[i].copy) = old.slots[i];
	g_free (old.slots);
}

static Slot *
obtain (MaildirSet *set, const guint8 *digest, guint copy)
{
	if (set->n_used >= set->n_slots / 8 * 7)
		grow (set);
	Slot *slot = find (set, digest, copy);
	if (slot->copy == 0) {
		memcpy (slot->digest, digest, sizeof slot->digest);
		slot->copy = copy;
		set->n_used++;
	}
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
