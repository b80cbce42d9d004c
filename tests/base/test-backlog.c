/* test-backlog.c - a queue of bytes gives back what went in
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/backlog.h"

#include <string.h>

#define ROUNDS    4000
#define PIECE_MAX 5000

static guint8
byte_at (guint64 offset)
{
	return (guint8) (offset * 131 + offset / 251);
}

static void
assert_bytes (const guint8 *data, gsize length, guint64 offset)
{
	for (gsize i = 0; i < length; i++)
		g_assert_cmpuint (data[i], ==, byte_at (offset + i));
}

/* Whatever is put, looked at and taken, in whatever pieces. */
static void
test_any_order (void)
{
	guint32 seed = g_test_rand_int () & G_MAXINT32;
	g_autoptr (GRand) random = g_rand_new_with_seed (seed);
	g_autoptr (Backlog) backlog = backlog_new ();
	guint8 piece[PIECE_MAX];
	guint64 begin = 0;
	guint64 end = 0;
	gsize got;

	g_test_message ("seed %u", seed);
	for (guint i = 0; i < ROUNDS; i++) {
		gsize length = (gsize) g_rand_int_range (random, 1, PIECE_MAX + 1);
		guint64 offset = (guint64) g_rand_int_range (random, 0, 2 * PIECE_MAX);
		switch (g_rand_int_range (random, 0, 4)) {
		case 0:
			for (gsize j = 0; j < length; j++)
				piece[j] = byte_at (end + j);
			g_assert_true (backlog_add (backlog, piece, length, NULL));
			end += length;
			break;
		case 1:
			g_assert_true (backlog_look (backlog, offset, piece, length, &got, NULL));
			g_assert_cmpuint (got, ==,
					  MIN (length, end - begin - MIN (offset, end - begin)));
			assert_bytes (piece, got, begin + offset);
			break;
		default:
			g_assert_true (backlog_take (backlog, piece, length, &got, NULL));
			g_assert_true (got > 0 || begin == end);
			assert_bytes (piece, got, begin);
			begin += got;
		}
		g_assert_cmpuint (backlog_get_size (backlog), ==, end - begin);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/base/backlog/gives-back-what-went-in", test_any_order);
	return g_test_run ();
}
