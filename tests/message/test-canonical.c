/* test-canonical.c - the canonical digest, L1
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/canonical.h"

#include <string.h>

/* Content, canonical form and its SHA-256 as fixed in mailferry-stream(5), all in hex. */
static const struct {
	const char *content;
	const char *canonical;
	const char *l1;
} fixed[] = {
	{ "", "0a", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b" },
	{ "0a", "0a", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b" },
	{ "0a0a0a", "0a", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b" },
	{ "5374617475733a20520a", "0a", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b" },
	{ "5374617475733a20520a0a626f6479", "0a626f64790a",
	  "3e8fd58dd19a3986cfca99a9cf81fd6955669ca02b3d1c0e1ae91fed6d8ef958" },
	{ "0a5374617475733a20520a", "0a5374617475733a20520a",
	  "0f3f87a9a7a9e578be49c840a624521f5d46b8145a3e8694f6d4940f9fafdae7" },
	{ "413a20620d0a582d5549443a20310d0a20636f6e740d0a423a20630d0a0d0a626f64790d0a0d0a0d0a",
	  "413a20620a423a20630a0a626f64790a",
	  "47c3b3d414e2819114f91646f1c4688b0d7a2047d6eea068e627bb35eb70cc02" },
	{ "413a20620d0d0a0d0d0a7800790a", "413a20620a0a7880790a",
	  "83a43a370fed800f3d15f0fe05641e02514e7d30514c6ff9588aa01a61ecf33f" },
	{ "535441545553203a20524f0a413a20620a0a5374617475733a20524f0a", "413a20620a0a5374617475733a20524f0a",
	  "48b9983c3f329d79b423430405d95110dd87656946f8c9ed3fa8f19c867112ef" },
	{ "413a20620a436f6e74656e742d4c656e6774683a20350a09666f6c640a4c696e65733a20320a433a20640a0a0a0a626f64790a0a",
	  "413a20620a433a20640a0a0a0a626f64790a",
	  "385cf7dd1a8f2283a783bbca3b3f19426745bda67d4b8116856d14617e344a8e" },
	{ "413a20620d630a0a6c6f6e650d4352", "413a20620d630a0a6c6f6e650d43520a",
	  "c817207c291d08bb0c7483e35acbcfc67e8f9d47ca2dd7a6bab0da076c513c4c" },
};

static GByteArray *
from_hex (const char *hex)
{
	GByteArray *bytes = g_byte_array_new ();

	g_byte_array_set_size (bytes, (guint) (strlen (hex) / 2));
	g_assert_true (digest_from_hex (hex, bytes->data, bytes->len));
	return bytes;
}

/* L1 of data handed over in pieces of step bytes. */
static char *
canonical_in_steps (const guint8 *data, gsize length, gsize step)
{
	Canonical canonical;
	guint8 digest[DIGEST_SIZE];
	char *hex = g_malloc (DIGEST_HEX_SIZE);

	canonical_init (&canonical);
	for (gsize at = 0; at < length; at += step)
		canonical_update (&canonical, data + at, MIN (step, length - at));
	canonical_finish (&canonical, digest);
	return digest_to_hex (digest, DIGEST_SIZE, hex);
}

static void
test_fixed (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (fixed); i++) {
		g_autoptr (GByteArray) content = from_hex (fixed[i].content);
		g_autoptr (GByteArray) canonical = from_hex (fixed[i].canonical);
		guint8 digest[DIGEST_SIZE];
		char hex[DIGEST_HEX_SIZE];

		digest_of (canonical->data, canonical->len, digest);
		g_assert_cmpstr (digest_to_hex (digest, DIGEST_SIZE, hex), ==, fixed[i].l1);
		for (gsize step = 1; step <= 8; step++) {
			g_autofree char *l1 = canonical_in_steps (content->data, content->len, step);
			g_assert_cmpstr (l1, ==, fixed[i].l1);
		}
	}
}

static void
test_pieces (void)
{
	static const char alphabet[] = "\r\n\0: \tSs>aX-Status";
	g_autoptr (GRand) random = g_rand_new_with_seed (20240131);

	for (int round = 0; round < 500; round++) {
		guint8 data[300];
		gsize length = (gsize) g_rand_int_range (random, 0, sizeof data);
		for (gsize i = 0; i < length; i++)
			data[i] = (guint8) alphabet[g_rand_int_range (random, 0, sizeof alphabet - 1)];
		g_autofree char *whole = canonical_in_steps (data, length, sizeof data);
		g_autofree char *pieces = canonical_in_steps (data, length, 1 + (gsize) round % 7);
		g_assert_cmpstr (whole, ==, pieces);
	}
}

static void
test_many_nuls_and_crs_are_linear (void)
{
	gsize size = 8 * 1024 * 1024;
	g_autofree guint8 *data = g_malloc0 (size);
	gint64 before = g_get_monotonic_time ();

	for (gsize i = 0; i < size / 2; i++)
		data[i] = '\r';
	g_autofree char *l1 = canonical_in_steps (data, size, size);
	/* A quadratic search would take hours; no speed is asserted, only that this ends. */
	g_test_message ("%s in %.1f s", l1, (double) (g_get_monotonic_time () - before) / 1e6);
}

/* Where nothing is changed, and only there, the two digests are one. */
static void
test_same (void)
{
	static const char *const texts[] = { "", "\n", "a: b\n\nbody\n", "a: b\n\nbody", "a: b\n\nb\n\n",
					     "a: b\r\n\r\nbody\r\n", "a: b\rc\n", "Lines: 1\n\nx\n",
					     "X-Lines: 1\n\nx\n", "a: b\n\nc\r", "\nStatus: RO\n" };

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
		Canonical canonical;
		guint8 l0[DIGEST_SIZE];
		guint8 l1[DIGEST_SIZE];
		digest_of (texts[i], strlen (texts[i]), l0);
		canonical_init (&canonical);
		canonical_update (&canonical, (const guint8 *) texts[i], strlen (texts[i]));
		canonical_finish (&canonical, l1);
		g_assert_cmpint (canonical_is_content (&canonical), ==,
				 memcmp (l0, l1, DIGEST_SIZE) == 0);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/canonical/has-the-fixed-forms-and-digests", test_fixed);
	g_test_add_func ("/canonical/is-the-same-in-pieces-of-any-size", test_pieces);
	g_test_add_func ("/canonical/takes-many-nuls-and-crs-in-its-stride", test_many_nuls_and_crs_are_linear);
	g_test_add_func ("/canonical/knows-when-nothing-was-changed", test_same);
	return g_test_run ();
}
