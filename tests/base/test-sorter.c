/* test-sorter.c - order in bounded memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/sorter.h"

typedef struct {
	guint32 key;
	guint32 number;
} Record;

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Record *x = a;
	const Record *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* count records of few different keys come back, all of them and in order, twice. */
static void
check (guint32 count, gsize memory)
{
	g_autoptr (Sorter) sorter = sorter_new (sizeof (Record), memory, compare, NULL);
	g_autoptr (GRand) rand = g_rand_new_with_seed (count);
	guint64 sum = 0;

	for (guint32 i = 0; i < count; i++) {
		const Record record = { (guint32) g_rand_int_range (rand, 0, 1000), i };
		sum += record.key;
		g_assert_true (sorter_add (sorter, &record, NULL));
	}
	g_assert_cmpuint (sorter_count (sorter), ==, count);
	for (guint reading = 0; reading < 2; reading++) {
		Record last = { 0, 0 };
		guint64 left = sum;
		g_assert_true (sorter_rewind (sorter, NULL));
		for (guint32 i = 0;; i++) {
			const void *next;
			g_assert_true (sorter_next (sorter, &next, NULL));
			if (next == NULL) {
				g_assert_cmpuint (i, ==, count);
				break;
			}
			const Record *record = next;
			g_assert_true (i == 0 || compare (&last, record, NULL) < 0);
			left -= record->key;
			last = *record;
		}
		g_assert_cmpuint (left, ==, 0);
	}
}

/* Up to the record that *user_data counts down to. */
static gboolean
count_down (const void *record, gpointer user_data, GError **error)
{
	guint32 *left = user_data;

	return --*left > 0;
}

static void
test_foreach (void)
{
	g_autoptr (Sorter) sorter = sorter_new (sizeof (Record), 0, compare, NULL);
	guint32 left = 11;

	for (guint32 i = 0; i < 10; i++) {
		const Record record = { i, i };
		g_assert_true (sorter_add (sorter, &record, NULL));
	}
	g_assert_true (sorter_foreach (sorter, count_down, &left, NULL));
	g_assert_cmpuint (left, ==, 1);
	left = 3;
	g_assert_false (sorter_foreach (sorter, count_down, &left, NULL));
	g_assert_cmpuint (left, ==, 0);
	left = 11;
	g_assert_true (sorter_foreach (sorter, count_down, &left, NULL));
	g_assert_cmpuint (left, ==, 1);
}

static void
test_empty (void)
{
	check (0, 1024);
	check (0, 0);
}

static void
test_memory (void)
{
	check (1, 1024 * 1024);
	check (1000, 1024 * 1024);
}

/* Also where every record is a run of its own, and where the last run is just full. */
static void
test_spilled (void)
{
	check (200, 0);
	check (100000, 64 * 1024);
	check (128 * 10, 128 * sizeof (Record));
	check (128 * 10 + 1, 128 * sizeof (Record));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/sorter/nothing-comes-back-of-nothing", test_empty);
	g_test_add_func ("/sorter/sorts-in-memory", test_memory);
	g_test_add_func ("/sorter/merges-what-was-spilled", test_spilled);
	g_test_add_func ("/sorter/hands-out-all-until-told-to-stop", test_foreach);
	return g_test_run ();
}
