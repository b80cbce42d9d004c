/* test-verify-folders.c - which folder of one side is which of the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-folders.h"

#include <string.h>

#include "base/digest.h"

/* "~" and what stands for a path where it could not keep its name. */
static char *
marked (const char *begin, const char *path)
{
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (path, strlen (path), digest);
	return g_strdup_printf ("%s~%s", begin, digest_to_hex (digest, 4, hex));
}

static VerifyIndex *
index_of (const char *const *paths)
{
	VerifyIndex *index = verify_index_new ();

	for (gsize i = 0; paths[i] != NULL; i++) {
		gboolean sent = strstr (paths[i], "Sent") != NULL;
		g_autoptr (Folder) folder = folder_new_from_path (
			paths[i], sent ? FOLDER_ROLE_SENT : FOLDER_ROLE_NONE);
		g_assert_nonnull (folder);
		verify_index_add_folder (index, folder);
	}
	return index;
}

/* expected: for each source folder the number of the target's, 'x' for none. */
static void
check (const char *const *source, const char *const *target, const char *const *map,
       const char *expected)
{
	g_autoptr (VerifyIndex) a = index_of (source);
	g_autoptr (VerifyIndex) b = index_of (target);
	g_autoptr (VerifyFolders) folders = verify_folders_new (a, b, map);
	g_autoptr (GArray) matched = verify_folders_match (folders, a, b);
	g_autoptr (GString) got = g_string_new (NULL);

	for (guint i = 0; i < matched->len; i++) {
		guint32 folder = g_array_index (matched, guint32, i);
		g_string_append_c (got, folder == VERIFY_NO_PLACE ? 'x' : (char) ('0' + folder));
	}
	g_assert_cmpstr (got->str, ==, expected);
}

#define LIST(...)                                                                                  \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void
test_names (void)
{
	check (LIST ("INBOX", "Old", "Gone"), LIST ("Old", "Inbox"), NULL, "10x");
	check (LIST ("inbox/Sub"), LIST ("INBOX/Sub", "inbox"), NULL, "0");
	check (LIST ("Caf\xc3\xa9"), LIST ("Cafe\xcc\x81"), NULL, "0");
	check (LIST ("Old"), LIST ("OLD"), NULL, "x");
}

static void
test_roles (void)
{
	check (LIST ("Sent Items"), LIST ("Trash", "Sent"), NULL, "1");
	check (LIST ("Sent Items", "Sent"), LIST ("Sent"), NULL, "00");
}

/* Twins, and names that were too long. */
static void
test_marked (void)
{
	g_autofree char *twin = marked ("MAIL", "MAIL");
	g_autofree char *deep = marked ("Mail_Old", "Mail/Old");
	g_autofree char *other = marked ("Mail", "another path");

	check (LIST ("Mail", "MAIL"), LIST (twin, "Mail"), NULL, "10");
	check (LIST (twin, "Mail"), LIST ("Mail", "MAIL"), NULL, "10");
	check (LIST ("Mail/Old"), LIST ("Mail", deep), NULL, "1");
	check (LIST ("Mail"), LIST (other), NULL, "x");
	/* A folder may be called so. */
	check (LIST ("MAIL", twin), LIST (twin), NULL, "x0");
}

static void
test_map (void)
{
	const char *const *map = LIST ("Old=Archive/2020", "Old/Sub=Nowhere", "In=INBOX");
	g_autofree char *mapped = marked ("2020", "Archive/2020");

	check (LIST ("Old", "Old/Sub", "Older", "In"),
	       LIST ("Archive/2020", "Archive/2020/Sub", "Old", "INBOX"), map, "01x3");
	check (LIST ("Old"), LIST (mapped), map, "0");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/verify/folders/names-in-all-their-spellings", test_names);
	g_test_add_func ("/verify/folders/roles-where-names-differ", test_roles);
	g_test_add_func ("/verify/folders/names-with-the-digest-of-a-path", test_marked);
	g_test_add_func ("/verify/folders/what-the-user-says", test_map);
	return g_test_run ();
}
