/* test-imap-name.c - folders in a server's words and back; keywords as atoms
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-name.h"

#include <string.h>

#include "imap/imap-item.h"

/* path, prefix, separator -> mailbox. */
static const struct {
	const char *path;
	const char *prefix;
	char separator;
	const char *mailbox;
} names[] = {
	{ "INBOX", "", '/', "INBOX" },
	{ "INBOX", "INBOX.", '.', "INBOX" },
	{ "INBOX", "Old/", '/', "Old/INBOX" },
	{ "Sub", "INBOX/", '/', "INBOX/Sub" },
	{ "INBOX/Sub", "", '/', "INBOX/Sub" },
	{ "INBOX/Sub", "INBOX.", '.', "INBOX.INBOX.Sub" },
	{ "Sub", "INBOX.", '.', "INBOX.Sub" },
	{ "A/B/C", "", '.', "A.B.C" },
	{ "a%2Fb", "", '/', "a%2Fb" },
	{ "a%2Fb", "", '.', "a/b" },
	{ "v1.2", "", '.', "v1%2E2" },
	{ "v1.2", "", '/', "v1.2" },
	{ "100%25", "", '/', "100%" },
	{ "100%252Fb", "", '/', "100%252Fb" },
	{ "%252E", "", '/', "%252E" },
	{ "%2E%2E", "", '/', "%2E%2E" },
	{ "tab%09x", "", '/', "tab%09x" },
	{ "Caf\xc3\xa9/R&D", "", '/', "Caf&AOk-/R&-D" },
	{ "%20x%20", "", '/', " x " },
	{ "Flat/Name", "", '\0', "Flat/Name" },
};

static void
names_go_there_and_back (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autoptr (Folder) folder = folder_new_from_path (names[i].path, FOLDER_ROLE_NONE);
		g_test_message ("%s", names[i].path);
		g_assert_nonnull (folder);
		g_autofree char *mailbox = imap_name_encode (folder, names[i].prefix, names[i].separator,
							       names[i].prefix[0] != 'O');
		g_assert_cmpstr (mailbox, ==, names[i].mailbox);
		g_autoptr (Folder) back = imap_name_decode (mailbox, names[i].prefix, names[i].separator,
							       FOLDER_ROLE_NONE);
		g_assert_cmpstr (back->path, ==, folder->path);
	}
}

static void
different_folders_have_different_mailboxes (void)
{
	static const char separators[] = "/.";
	static const char *const bits[] = { "a", "%", "2", "E", "F", "/", ".", "&" };

	for (gsize s = 0; s < 2; s++) {
		g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
		for (guint i = 0; i < 8 * 8 * 8 * 8; i++) {
			g_autofree char *name =
				g_strconcat (bits[i % 8], bits[i / 8 % 8], bits[i / 64 % 8], bits[i / 512], NULL);
			const char *components[] = { name, NULL };
			g_autoptr (Folder) folder = folder_new (components, FOLDER_ROLE_NONE);
			char *mailbox = imap_name_encode (folder, "", separators[s], TRUE);
			char *other = imap_name_encode_as (IMAP_NAMING_ESCAPED, folder, "", separators[s], TRUE);
			g_autoptr (Folder) back =
				imap_name_decode (mailbox, "", separators[s], FOLDER_ROLE_NONE);
			g_autoptr (Folder) other_back =
				imap_name_decode (other, "", separators[s], FOLDER_ROLE_NONE);
			g_assert_cmpstr (back->components[0], ==, name);
			g_assert_null (back->components[1]);
			g_assert_true (folder_equal (other_back, folder));
			if (strcmp (mailbox, other) != 0)
				g_assert_true (g_hash_table_add (seen, other));
			else
				g_free (other);
			g_assert_true (g_hash_table_add (seen, mailbox));
		}
	}
}

/* What to try for path when the server refuses it, and when it refuses that too. */
static const struct {
	const char *path;
	char separator;
	const char *escaped;
	const char *safe;
} others[] = {
	{ "Mr. Smith", '/', "INBOX.Mr%2E Smith", "INBOX.Mr_ Smith~04975f83" },
	{ "a%2Fb/c", '.', "INBOX.a%2Fb.c", "INBOX.c~529d1535" },
	{ "~x/%20y%20", '/', "INBOX.%7Ex/%20y%20", "INBOX._y ~9db3f4e1" },
	{ "100%25", '/', "INBOX.100%25", "INBOX.100_~65a8eca6" },
	{ "%2520", '/', "INBOX.%2520", "INBOX._20~1e704aa4" },
	{ "\xc3\xa9*", '/', "INBOX.&AOk-%2A", "INBOX.&AOk-_~3add4f92" },
};

static void
refused_names_have_other_forms (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
		g_autoptr (Folder) folder = folder_new_from_path (others[i].path, FOLDER_ROLE_NONE);
		char separator = others[i].separator;
		g_autofree char *escaped =
			imap_name_encode_as (IMAP_NAMING_ESCAPED, folder, "INBOX.", separator, TRUE);
		g_autofree char *safe =
			imap_name_encode_as (IMAP_NAMING_SAFE, folder, "INBOX.", separator, TRUE);
		g_autoptr (Folder) back =
			imap_name_decode (escaped, "INBOX.", separator, FOLDER_ROLE_NONE);
		g_assert_cmpstr (escaped, ==, others[i].escaped);
		g_assert_cmpstr (safe, ==, others[i].safe);
		g_assert_cmpstr (back->path, ==, folder->path);
	}
}

static void
the_users_own_percent_signs_stay (void)
{
	g_autoptr (Folder) folder = imap_name_decode ("50%20off/%41/%zz", "", '/', FOLDER_ROLE_NONE);

	g_assert_cmpstr (folder->path, ==, "50%2520off/%2541/%25zz");
}

static void
the_inbox_is_the_inbox_in_any_case (void)
{
	g_autoptr (Folder) folder = imap_name_decode ("InBoX", "INBOX.", '.', FOLDER_ROLE_NONE);
	const char *lower[] = { "inbox", NULL };
	g_autoptr (Folder) named = folder_new (lower, FOLDER_ROLE_NONE);
	g_autofree char *mailbox = imap_name_encode (named, "", '/', TRUE);

	g_assert_cmpint (folder->role, ==, FOLDER_ROLE_INBOX);
	g_assert_cmpstr (mailbox, ==, "INBOX");
}

static void
names_that_are_no_utf7_are_still_names (void)
{
	g_autoptr (Folder) folder = imap_name_decode ("a & b", "", '/', FOLDER_ROLE_SENT);

	g_assert_cmpstr (folder->path, ==, "a & b");
	g_assert_cmpint (folder->role, ==, FOLDER_ROLE_SENT);
	g_assert_null (imap_name_decode ("Other", "INBOX.", '.', FOLDER_ROLE_NONE));
}

static void
keywords_become_atoms (void)
{
	static const char *const cases[][2] = {
		{ "$Forwarded", "$Forwarded" }, { "Big Co", "Big_Co" },         { "a(b)[c]{d}", "a_b_[c__d}" },
		{ "\\Foo", "_Foo" },            { "B\xc3\xbcro", "B&APw-ro" }, { "bad\xff", "bad_" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *keyword = imap_item_make_keyword (cases[i][0]);
		g_assert_cmpstr (keyword, ==, cases[i][1]);
	}
	g_assert_null (imap_item_make_keyword (""));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/imap/name/names-go-there-and-back", names_go_there_and_back);
	g_test_add_func ("/imap/name/different-folders-have-different-mailboxes",
			 different_folders_have_different_mailboxes);
	g_test_add_func ("/imap/name/refused-names-have-other-forms", refused_names_have_other_forms);
	g_test_add_func ("/imap/name/the-users-own-percent-signs-stay", the_users_own_percent_signs_stay);
	g_test_add_func ("/imap/name/the-inbox-is-the-inbox-in-any-case", the_inbox_is_the_inbox_in_any_case);
	g_test_add_func ("/imap/name/names-that-are-no-utf7-are-still-names",
			 names_that_are_no_utf7_are_still_names);
	g_test_add_func ("/imap/item/keywords-become-atoms", keywords_become_atoms);
	return g_test_run ();
}
