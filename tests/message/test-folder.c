/* test-folder.c - folder names as data: their text form and back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/folder.h"

static const struct {
	const char *components[4];
	const char *path;
} forms[] = {
	{ { "INBOX" }, "INBOX" },
	{ { "INBOX", "Café", "a/b" }, "INBOX/Café/a%2Fb" },
	{ { " ", "x" }, "%20/x" },
	{ { " a b " }, "%20a b%20" },
	{ { "..", "." }, "%2E%2E/%2E" },
	{ { "..." }, "..." },
	{ { "100%" }, "100%25" },
	{ { "a\tb\nc\x7f" }, "a%09b%0Ac%7F" },
	{ { "日本語", "Москва" }, "日本語/Москва" },
	{ { "a", "", "b" }, "a/Unnamed/b" },
};

static void
test_text_form (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
		g_autoptr (Folder) folder = folder_new (forms[i].components, FOLDER_ROLE_NONE);
		g_autoptr (Folder) again = folder_new_from_path (forms[i].path, FOLDER_ROLE_NONE);
		g_assert_cmpstr (folder->path, ==, forms[i].path);
		g_assert_nonnull (again);
		g_assert_true (folder_equal (folder, again));
		for (guint j = 0; forms[i].components[j] != NULL; j++)
			if (*forms[i].components[j] != '\0')
				g_assert_cmpstr (again->components[j], ==, forms[i].components[j]);
	}
}

static void
test_refused (void)
{
	static const char *const bad[] = { "", "/", "a//b", "a/", "..", "a/./b", "%", "%4", "%zz", "%00", "\xff" };

	for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
		g_assert_null (folder_new_from_path (bad[i], FOLDER_ROLE_NONE));
}

static void
test_roles (void)
{
	for (FolderRole role = FOLDER_ROLE_INBOX; role <= FOLDER_ROLE_OUTBOX; role++) {
		FolderRole again;
		g_assert_true (folder_role_from_text (folder_role_to_text (role), &again));
		g_assert_cmpint (again, ==, role);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/folder/has-a-text-form-that-reads-back", test_text_form);
	g_test_add_func ("/folder/refuses-text-that-is-no-folder", test_refused);
	g_test_add_func ("/folder/roles-have-names-that-read-back", test_roles);
	return g_test_run ();
}
