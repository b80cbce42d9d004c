/* test-maildir-name.c - what the name of a file in a Maildir says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-name.h"

#include <string.h>

#include "maildir/maildir-set.h"

#define HEX "000102030405060708090a0b0c0d0e0f10111213"

static const guint8 digest[DIGEST_SIZE] = { 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10,
					    11, 12, 13, 14, 15, 16, 17, 18, 19, 20 };

static void
test_makes (void)
{
	MessageDate date = {
		.known = TRUE, .zone_known = TRUE, .seconds = 1007073232, .zone_minutes = 60
	};
	MessageDate unknown = { .known = FALSE, .seconds = 5 };
	MessageDate early = { .known = TRUE, .seconds = -5 };
	g_autofree char *known = maildir_name_new (&date, digest, 2, 28, 32);
	g_autofree char *none = maildir_name_new (&unknown, digest, 1, 0, 0);
	g_autofree char *before = maildir_name_new (&early, digest, 1, 0, 0);
	g_autofree char *temporary = maildir_name_new_temporary (digest, 7);

	g_assert_cmpstr (known, ==, "1007073232.Q" HEX "-2.mailferry,S=28,W=32");
	g_assert_cmpstr (none, ==, "0.Q" HEX "-1.mailferry,S=0,W=0");
	g_assert_cmpstr (before, ==, none);
	g_assert_cmpstr (temporary, ==, "Q" HEX "-7.mailferry");
}

static const struct {
	const char *name;
	guint copy; /* 0: not ours */
	guint64 seconds;
} names[] = {
	{ "1007073232.Q" HEX "-2.mailferry,S=28,W=32:2,FSa", 2, 1007073232 },
	{ "0.Q" HEX "-1.mailferry", 1, 0 },
	{ "1700000000.Q" HEX "-10.otherhost,S=3:2,", 10, 1700000000 },
	{ "x.Q" HEX "-3:2,S", 3, 0 },
	{ "1.Q" HEX "-3", 3, 1 },
	{ "1.Q" HEX "-0.mailferry", 0, 0 },
	{ "1.Q" HEX "-01.mailferry", 0, 0 },
	{ "1.Q" HEX "-.mailferry", 0, 0 },
	{ "1.Q" HEX "-99999999999.mailferry", 0, 0 },
	{ "1.Q" HEX "-1x", 0, 0 },
	{ "1.Q" HEX, 0, 0 },
	{ "1.Q" HEX "-", 0, 0 },
	{ "1.Q" HEX "0-1", 0, 0 },
	{ "1.Q0001-1.mailferry", 0, 0 },
	{ "1.Q000102030405060708090a0b0c0d0e0f1011121g-1.mailferry", 0, 0 },
	{ "1700000000.M1P2Q3.host:2,S", 0, 0 },
	{ "", 0, 0 },
};

static void
test_parses (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		guint8 got[MAILDIR_NAME_DIGEST];
		guint copy = 0;
		guint64 seconds = 0;
		gboolean ours = maildir_name_parse (names[i].name, got, &copy, &seconds);
		g_test_message ("%s", names[i].name);
		g_assert_cmpint (ours, ==, names[i].copy != 0);
		if (!ours)
			continue;
		g_assert_cmpuint (copy, ==, names[i].copy);
		g_assert_cmpuint (seconds, ==, names[i].seconds);
		g_assert_cmpmem (got, sizeof got, digest, sizeof got);
	}
}

static void
test_knows_own_temporaries (void)
{
	g_assert_true (maildir_name_is_temporary ("Q" HEX "-1.mailferry"));
	g_assert_false (maildir_name_is_temporary ("Q" HEX "-1.mailferry:2,S"));
	g_assert_false (maildir_name_is_temporary ("1700000000.M1P2Q3.host"));
	g_assert_false (maildir_name_is_temporary ("0.Q" HEX "-1.mailferry"));
}

static void
test_finds_flags (void)
{
	g_assert_cmpuint (maildir_name_get_base_length ("a,S=1:2,FS"), ==, 5);
	g_assert_cmpstr (maildir_name_get_flags ("a,S=1:2,FS"), ==, "FS");
	g_assert_cmpstr (maildir_name_get_flags ("a:2,"), ==, "");
	g_assert_cmpstr (maildir_name_get_flags ("a"), ==, "");
	g_assert_cmpstr (maildir_name_get_flags ("a:1,x"), ==, "");
	g_assert_cmpstr (maildir_name_get_flags ("a:b:2,S"), ==, "S");
	g_assert_cmpuint (maildir_name_get_base_length ("a:1,x"), ==, 1);
	g_assert_cmpuint (maildir_name_get_base_length ("a:"), ==, 2);
}

static void
test_set_remembers (void)
{
	g_autoptr (MaildirSet) set = maildir_set_new ();
	guint8 key[MAILDIR_NAME_DIGEST] = { 0 };
	guint32 seconds;

	for (guint i = 0; i < 100000; i++) {
		memcpy (key, &i, sizeof i);
		maildir_set_add (set, key, 1 + i % 3, i);
	}
	for (guint i = 0; i < 100000; i++) {
		memcpy (key, &i, sizeof i);
		g_assert_true (maildir_set_has (set, key, 1 + i % 3, &seconds));
		g_assert_cmpuint (seconds, ==, i);
		g_assert_false (maildir_set_has (set, key, 4, &seconds));
	}
}

static void
test_set_counts_copies (void)
{
	g_autoptr (MaildirSet) set = maildir_set_new ();
	guint32 seconds;

	maildir_set_add (set, digest, 2, 7);
	g_assert_cmpuint (maildir_set_next_copy (set, digest), ==, 1);
	g_assert_false (maildir_set_has (set, digest, 1, &seconds));
	g_assert_cmpuint (maildir_set_next_copy (set, digest), ==, 2);
	g_assert_true (maildir_set_has (set, digest, 2, &seconds));
	g_assert_cmpuint (maildir_set_next_copy (set, digest), ==, 3);
	g_assert_false (maildir_set_has (set, digest, 3, &seconds));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/maildir/name/is-made-from-date-digest-and-sizes", test_makes);
	g_test_add_func ("/maildir/name/is-recognised-whatever-its-date-and-flags", test_parses);
	g_test_add_func ("/maildir/name/own-temporary-files-are-known", test_knows_own_temporaries);
	g_test_add_func ("/maildir/name/flags-are-behind-the-info-mark", test_finds_flags);
	g_test_add_func ("/maildir/set/remembers-what-it-was-told", test_set_remembers);
	g_test_add_func ("/maildir/set/counts-copies-of-this-run", test_set_counts_copies);
	return g_test_run ();
}
