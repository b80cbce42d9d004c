/* mutate.c - damage a file as disks, cables and attackers do, the same way for the same seed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 *	mutate KIND SEED FILE DAMAGED
 *
 * KIND: bits (1 to 16 flipped bits), bytes (8 to 64 random bytes in one place or all over), cut (the end is
 * missing), zero (1 to 8 pages of zeros), swap (two pages in each other's place), repeat (one page over another).
 * Pages that hold nothing but zeros are left alone: their damage would be invisible.
 */
#include <glib.h>
#include <string.h>

#define PAGE 512

typedef struct {
	guint8 *data;
	gsize length;
	GRand *random;
} Victim;

static gsize
below (Victim *victim, gsize n)
{
	return n > 0 ? (gsize) (g_rand_double (victim->random) * (double) n) : 0;
}

static guint8 *
used_page (Victim *victim)
{
	static const guint8 zeros[PAGE];

	for (int tries = 0; tries < 1000; tries++) {
		guint8 *page = victim->data + PAGE * below (victim, victim->length / PAGE);
		if (memcmp (page, zeros, PAGE) != 0)
			return page;
	}
	return victim->data;
}

static void
flip_bits (Victim *victim)
{
	for (gsize n = 1 + below (victim, 16); n > 0; n--)
		used_page (victim)[below (victim, PAGE)] ^= (guint8) (1 << below (victim, 8));
}

static void
change_bytes (Victim *victim)
{
	gboolean together = below (victim, 2) == 0;
	guint8 *page = used_page (victim);

	for (gsize n = 8 + below (victim, 57); n > 0; n--) {
		page[below (victim, PAGE)] = (guint8) below (victim, 256);
		if (!together)
			page = used_page (victim);
	}
}

static void
cut (Victim *victim)
{
	victim->length = below (victim, victim->length);
}

static void
zero_pages (Victim *victim)
{
	for (gsize n = 1 + below (victim, 8); n > 0; n--)
		memset (used_page (victim), 0, PAGE);
}

static void
swap_pages (Victim *victim)
{
	guint8 *a = used_page (victim);
	guint8 *b = used_page (victim);
	guint8 held[PAGE];

	memcpy (held, a, PAGE);
	memmove (a, b, PAGE);
	memcpy (b, held, PAGE);
}

static void
repeat_page (Victim *victim)
{
	guint8 *from = used_page (victim);

	memmove (used_page (victim), from, PAGE);
}

static const struct {
	const char *name;
	void (*damage) (Victim *victim);
} kinds[] = {
	{ "bits", flip_bits },  { "bytes", change_bytes }, { "cut", cut },
	{ "zero", zero_pages }, { "swap", swap_pages },    { "repeat", repeat_page },
};

int
main (int argc, char **argv)
{
	g_autofree guint8 *data = NULL;
	g_autoptr (GRand) random = NULL;
	Victim victim;

	if (argc != 5 || !g_file_get_contents (argv[3], (char **) &data, &victim.length, NULL) || victim.length < PAGE)
		return 2;
	random = g_rand_new_with_seed ((guint32) g_ascii_strtoull (argv[2], NULL, 10));
	victim.data = data;
	victim.random = random;
	for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
		if (strcmp (kinds[i].name, argv[1]) == 0) {
			kinds[i].damage (&victim);
			return !g_file_set_contents (argv[4], (const char *) data, (gssize) victim.length, NULL);
		}
	return 2;
}
