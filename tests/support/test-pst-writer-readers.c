/* test-pst-writer-readers.c - other people's readers find in our files what was put into them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/pst-image.h"
#include "support/remove-tree.h"
#include "support/sample-account.h"
#include "support/sample-special.h"

#include "base/digest.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define N_FORMATS 3
#define N_CRYPTS  3

/* A file of some format and encoding: number counts through all of them. */
static char *
make_file (guint number, PstImageFill fill)
{
	const PstWriterOptions options = {.store_name = "Test",
					  .crypt = number / N_FORMATS,
					  .format = number % N_FORMATS,
					  .codepage = 65001};

	return pst_image_make (&options, fill);
}

/* Add the SHA-256 of every file below a directory, and count them by the end of their names. */
static guint
digest_tree (const char *path, const char *suffix, GHashTable *digests)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	guint count = 0;

	for (const char *name = dir ? g_dir_read_name (dir) : NULL; name;
	     name = g_dir_read_name (dir)) {
		g_autofree char *below = g_build_filename (path, name, NULL);
		g_autofree char *text = NULL;
		guint8 digest[DIGEST_SIZE];
		char hex[DIGEST_HEX_SIZE];
		gsize size;
		if (g_file_test (below, G_FILE_TEST_IS_DIR)) {
			count += digest_tree (below, suffix, digests);
			continue;
		}
		g_assert_true (g_file_get_contents (below, &text, &size, NULL));
		digest_of (text, size, digest);
		(void)g_hash_table_add (digests,
					g_strdup (digest_to_hex (digest, DIGEST_SIZE, hex)));
		count += g_str_has_suffix (name, suffix);
	}
	return count;
}

static gboolean
run_reader (const char *const *argv)
{
	g_autofree char *program = g_find_program_in_path (argv[0]);
	g_autoptr (GError) error = NULL;
	int status = 0;

	if (!program) {
		g_autofree char *reason = g_strdup_printf ("%s is not installed", argv[0]);
		g_test_skip (reason);
		return FALSE;
	}
	g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL,
				     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
					     G_SPAWN_STDERR_TO_DEV_NULL,
				     NULL, NULL, NULL, NULL, &status, &error));
	g_assert_no_error (error);
	g_assert_true (g_spawn_check_wait_status (status, &error));
	return TRUE;
}

static void
test_readpst (void)
{
	for (guint i = 0; i < N_FORMATS * N_CRYPTS; i++) {
		g_autofree char *path = make_file (i, sample_account_add);
		g_autofree char *out = g_build_filename (g_get_tmp_dir (), "readpst", NULL);
		const char *const argv[] = {"readpst", "-j0", "-D", "-e", "-o", out, path, NULL};
		g_autoptr (GHashTable) digests =
			g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

		g_assert_cmpint (g_mkdir (out, 0700), ==, 0);
		if (run_reader (argv))
			g_assert_cmpuint (digest_tree (out, ".eml", digests), ==, 44);
		remove_tree (out);
		pst_image_remove (path);
	}
}

/* Every attachment must be there; pffexport leaves out empty ones. Returns how many were. */
static guint
check_attachments (JsonObject *message, GHashTable *digests)
{
	JsonArray *list = json_object_has_member (message, "attachments")
				  ? json_object_get_array_member (message, "attachments")
				  : NULL;
	guint count = 0;

	for (guint i = 0; list && i < json_array_get_length (list); i++) {
		JsonObject *attachment = json_array_get_object_element (list, i);
		if (json_object_has_member (attachment, "message"))
			count += check_attachments (
				json_object_get_object_member (attachment, "message"), digests);
		else if (json_object_get_int_member_with_default (attachment, "size", 0) > 0) {
			const char *hex = json_object_get_string_member (attachment, "sha256");
			g_assert_true (g_hash_table_contains (digests, hex));
			count++;
		}
	}
	return count;
}

static void
test_pffexport (void)
{
	for (guint i = 0; i < N_FORMATS * N_CRYPTS; i++) {
		g_autofree char *path = make_file (i, sample_account_add);
		g_autofree char *out = g_build_filename (g_get_tmp_dir (), "pff", NULL);
		g_autofree char *export = g_strconcat (out, ".export", NULL);
		const char *const argv[] = {"pffexport", "-q", "-t", out, path, NULL};
		g_autoptr (GHashTable) digests =
			g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
		g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
		guint n_attachments = 0;

		if (run_reader (argv)) {
			/* 44 mails, two embedded ones, a hidden one */
			g_assert_cmpuint (digest_tree (export, "OutlookHeaders.txt", digests), >=,
					  46);
			for (guint k = 0; k < truth->len; k++)
				n_attachments +=
					check_attachments (g_ptr_array_index (truth, k), digests);
			g_assert_cmpuint (n_attachments, ==, 7);
			remove_tree (export);
		}
		pst_image_remove (path);
	}
}

/* What is recovered goes to a directory of its own: three mails and the one in one of them. In the
 * encoding almost all files have, which is the one pffexport recovers everything from. */
static void
test_recovers (void)
{
	for (guint i = 0; i < N_FORMATS; i++) {
		g_autofree char *path = make_file (N_FORMATS * PST_WRITER_CRYPT_PERMUTE + i,
						   sample_special_add_deleted);
		g_autofree char *out = g_build_filename (g_get_tmp_dir (), "pff", NULL);
		const char *const argv[] = {"pffexport", "-q", "-m", "all", "-t", out, path, NULL};
		static const struct {
			const char *suffix;
			guint n_messages;
		} trees[] = {{".export", 6}, {".recovered", 4}, {".orphans", 1}};
		gboolean is_installed = run_reader (argv);

		for (guint k = 0; is_installed && k < G_N_ELEMENTS (trees); k++) {
			g_autofree char *tree = g_strconcat (out, trees[k].suffix, NULL);
			g_autoptr (GHashTable) digests =
				g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
			g_assert_cmpuint (digest_tree (tree, "OutlookHeaders.txt", digests), ==,
					  trees[k].n_messages);
			remove_tree (tree);
		}
		pst_image_remove (path);
	}
}

int
main (int argc, char **argv)
{
	g_autofree char *dir = pst_image_enter_dir ();
	int result;

	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/support/pst-writer/readpst-finds-every-mail", test_readpst);
	g_test_add_func ("/support/pst-writer/pffexport-finds-every-attachment", test_pffexport);
	g_test_add_func ("/support/pst-writer/pffexport-recovers-the-deleted", test_recovers);
	result = g_test_run ();
	g_assert_cmpint (g_rmdir (dir), ==, 0);
	return result;
}
