/* test-store-names.c - what mail programs write instead of the names of folders
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-names.h"

#include <string.h>

static void
test_decode (void)
{
	static const struct {
		const char *name;
		gboolean is_imap;
		const char *decoded;
		gboolean guessed;
	} table[] = {
		{ "Work", FALSE, "Work", FALSE },
		{ "Caf\303\251", FALSE, "Caf\303\251", FALSE },
		{ "Gr\374\337e", FALSE, "Gr\303\274\303\237e", TRUE },
		{ "a%2Fb", FALSE, "a/b", FALSE },
		{ "%E2%82%AC", FALSE, "\342\202\254", FALSE },
		{ "100%", FALSE, "100%", FALSE },
		{ "%FF", FALSE, "%FF", FALSE },
		{ "%00", FALSE, "%00", FALSE },
		{ "Caf&AOk-", FALSE, "Caf\303\251", FALSE },
		{ "Caf&AOk-", TRUE, "Caf\303\251", FALSE },
		{ "R&-D", FALSE, "R&-D", FALSE },
		{ "R&-D", TRUE, "R&D", FALSE },
		{ "R&D", TRUE, "R&D", FALSE },
		{ "a%2Fb", TRUE, "a%2Fb", FALSE },
		{ "..", FALSE, "..", FALSE },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
		gboolean guessed;
		g_autofree char *decoded =
			store_names_decode (table[i].name, table[i].is_imap, &guessed);
		g_assert_cmpstr (decoded, ==, table[i].decoded);
		g_assert_cmpint (guessed, ==, table[i].guessed);
	}
}

static void
test_roles (void)
{
	g_assert_cmpint (store_names_role ("INBOX"), ==, FOLDER_ROLE_INBOX);
	g_assert_cmpint (store_names_role ("Sent Messages"), ==, FOLDER_ROLE_SENT);
	g_assert_cmpint (store_names_role ("Deleted Items"), ==, FOLDER_ROLE_TRASH);
	g_assert_cmpint (store_names_role ("junk e-mail"), ==, FOLDER_ROLE_JUNK);
	g_assert_cmpint (store_names_role ("Unsent Messages"), ==, FOLDER_ROLE_OUTBOX);
	g_assert_cmpint (store_names_role ("Sent 2001"), ==, FOLDER_ROLE_NONE);
}

static void
test_hashes (void)
{
	g_assert_true (store_names_agree ("a1b2c3d4", "c/d"));
	g_assert_true (store_names_agree ("plan a1b2c3d4", "plan : B"));
	g_assert_false (store_names_agree ("plan a1b2c3d4", "other"));
	g_assert_false (store_names_agree ("plan A1B2C3D4", "plan : B"));
	g_assert_false (store_names_agree ("short", "short"));
	g_assert_false (store_names_agree ("a1b2c3d4", ""));
	g_assert_false (store_names_agree ("a1b2c3d4", "not \377 UTF-8"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/store/names/are-decoded-as-programs-write-them", test_decode);
	g_test_add_func ("/store/names/of-programs-tell-roles", test_roles);
	g_test_add_func ("/store/names/hashed-ones-agree-with-real-ones", test_hashes);
	return g_test_run ();
}
