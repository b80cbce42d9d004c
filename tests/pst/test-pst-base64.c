/* test-pst-base64.c - our lines of base64 are those of nettle
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-base64.h"

#include <nettle/base64.h>
#include <string.h>

G_STATIC_ASSERT (BASE64_ENCODE_RAW_LENGTH (PST_BASE64_LINE_BYTES) == PST_BASE64_LINE_TEXT);

static void
assert_same (const guint8 *bytes)
{
	/* Of exactly this size, so that memory checkers see a step beyond either end. */
	g_autofree guint8 *line = g_memdup2 (bytes, PST_BASE64_LINE_BYTES);
	g_autofree char *text = g_malloc (PST_BASE64_LINE_TEXT);
	char expected[PST_BASE64_LINE_TEXT];

	base64_encode_raw (expected, PST_BASE64_LINE_BYTES, line);
	pst_base64_encode_line (text, line);
	g_assert_cmpmem (text, PST_BASE64_LINE_TEXT, expected, sizeof expected);
}

/* All 4096 pairs of characters, at every place of a line. */
static void
test_pairs (void)
{
	guint8 bytes[PST_BASE64_LINE_BYTES];

	for (guint pair = 0; pair < 4096; pair++) {
		guint bits = pair << 12 | (4095 - pair);
		for (gsize i = 0; i < sizeof bytes; i++)
			bytes[i] = (guint8) (bits >> (16 - 8 * (i % 3)));
		assert_same (bytes);
	}
}

static void
test_random (void)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (57);
	guint8 bytes[PST_BASE64_LINE_BYTES];

	for (guint round = 0; round < 10000; round++) {
		for (gsize i = 0; i < sizeof bytes; i++)
			bytes[i] = (guint8) g_rand_int_range (random, 0, 256);
		assert_same (bytes);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/base64/every-pair-of-characters-is-nettle-s", test_pairs);
	g_test_add_func ("/pst/base64/random-lines-are-nettle-s", test_random);
	return g_test_run ();
}
