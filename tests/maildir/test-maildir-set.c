/* test-maildir-set.c - which messages a folder holds, compared with a table that is plainly right
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-set.h"

#include <string.h>

static void
make_digest (guint n, guint8 *digest)
{
	g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
	gsize length = MAILDIR_NAME_DIGEST;

	g_checksum_update (checksum, (const guint8 *) &n, sizeof n);
	g_checksum_get_digest (checksum, digest, &length);
}

static void
test_counts_copies (void)
{
	enum { DIFFERENT = 5000 };
	g_autoptr (MaildirSet) set = maildir_set_new ();
	g_autoptr (GRand) random = g_rand_new_with_seed (1);
	g_autofree guint *seen = g_new0 (guint, DIFFERENT);

	for (guint i = 0; i < 50000; i++) {
		guint n = (guint) g_rand_int_range (random, 0, DIFFERENT);
		guint8 digest[MAILDIR_NAME_DIGEST];
		make_digest (n, digest);
		g_assert_cmpuint (maildir_set_next_copy (set, digest), ==, ++seen[n]);
	}
}

static void
test_knows_what_is_present (void)
{
	g_autoptr (MaildirSet) set = maildir_set_new ();
	guint8 digest[MAILDIR_NAME_DIGEST];
	guint32 seconds;

	for (guint n = 0; n < 5000; n++) {
		make_digest (n, digest);
		maildir_set_add (set, digest, 1 + n % 3, n == 7 ? G_GUINT64_CONSTANT (1) << 40 : n);
	}
	for (guint n = 0; n < 6000; n++) {
		make_digest (n, digest);
		for (guint copy = 1; copy <= 3; copy++) {
			gboolean present = maildir_set_has (set, digest, copy, &seconds);
			g_assert_cmpint (present, ==, n < 5000 && copy == 1 + n % 3);
			if (present)
				g_assert_cmpuint (seconds, ==, n == 7 ? G_MAXUINT32 : n);
		}
		/* counting does not make it present, nor does being present count */
		g_assert_cmpuint (maildir_set_next_copy (set, digest), ==, 1);
		g_assert_cmpint (maildir_set_has (set, digest, 1, &seconds), ==,
				 n < 5000 && n % 3 == 0);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/set/counts-copies", test_counts_copies);
	g_test_add_func ("/maildir/set/knows-what-is-present", test_knows_what_is_present);
	return g_test_run ();
}
