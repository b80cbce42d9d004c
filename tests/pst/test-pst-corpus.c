/* test-pst-corpus.c - real files, and what an independent reader finds in them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Skipped without the corpus (MAILFERRY_SHARED, or ../shared beside the source); the same claims
 * are made of generated files in the other tests of this directory.
 */
#include <string.h>

#include "pst/opened.h"

#define PROP_CLASS 0x001a

typedef struct {
	const char *name;
	PstFormat format;
	guint items; /* below the IPM subtree */
	guint mails; /* of these, of a class that is mail */
	guint outside;
	guint hidden;
	guint attachments; /* of mails and other items, not counting nested ones */
	guint recipients;
} Truth;

/* The reader behind the corpus' truth misses 136 rows of the holidays in the last OST; libpst and
 * libpff have them. */
static const Truth truths[] = {
	{"aspose-SampleOstFile.ost", PST_FORMAT_UNICODE, 92, 87, 0, 21, 39, 98},
	{"aspose-Test_part1.pst", PST_FORMAT_UNICODE, 61, 31, 0, 0, 43, 31},
	{"enron.pst", PST_FORMAT_UNICODE, 71, 71, 0, 0, 70, 127},
	{"hiraoka-alpha-beta-gamma-delta.pst", PST_FORMAT_UNICODE, 1, 1, 0, 0, 2, 0},
	{"hiraoka-contacts.pst", PST_FORMAT_UNICODE, 1, 0, 0, 0, 0, 0},
	{"hiraoka-contacts97-2002.pst", PST_FORMAT_ANSI, 1, 0, 0, 0, 0, 0},
	{"jlibpst-passworded.pst", PST_FORMAT_UNICODE, 2, 0, 1, 13, 0, 0},
	{"libyal-outlook.pst", PST_FORMAT_UNICODE, 2, 2, 0, 0, 22, 2},
	{"ms-Empty.pst", PST_FORMAT_UNICODE, 0, 0, 0, 0, 0, 0},
	{"pstextractortest@outlook.com.ost", PST_FORMAT_UNICODE_4K, 183, 14, 0, 31, 34, 26},
	{"tika-bodytypes.pst", PST_FORMAT_UNICODE, 4, 4, 0, 0, 0, 4},
};

static char *
get_corpus (void)
{
	const char *shared = g_getenv ("MAILFERRY_SHARED");
	const char *top = g_getenv ("top_srcdir");

	return shared != NULL ? g_build_filename (shared, "corpus", "pst", NULL)
			      : g_build_filename (top != NULL ? top : ".", "..", "shared", "corpus",
						  "pst", NULL);
}

static gboolean
is_mail (const PstProps *props)
{
	static const char *const classes[] = {"IPM.Note", "REPORT.", "IPM.Schedule.Meeting."};
	gboolean utf16 = FALSE;
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) bytes = pst_props_get_string (props, PROP_CLASS, &utf16, &error);
	g_autoptr (GString) text = g_string_new (NULL);
	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);

	g_assert_no_error (error);
	for (gsize i = 0; i < length; i += utf16 ? 2 : 1)
		g_string_append_c (text, (char)p[i]);
	for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
		if (g_ascii_strncasecmp (text->str, classes[i], strlen (classes[i])) == 0)
			return TRUE;
	return FALSE;
}

/* Every string, binary and object, to its last byte. */
static void
read_values (const PstProps *props)
{
	for (guint i = 0; i < pst_props_get_count (props); i++) {
		guint16 id = (guint16)(pst_props_get_tag (props, i) >> 16);
		guint16 type = pst_props_get_type (props, id) & 0xfff;
		g_autoptr (GError) error = NULL;

		if (type != PST_TYPE_UNICODE && type != PST_TYPE_STRING8 &&
		    type != PST_TYPE_BINARY && type != PST_TYPE_OBJECT)
			continue;
		g_autoptr (PstData) data = pst_props_open_data (props, id, &error);
		g_assert_no_error (error);
		g_autoptr (GBytes) all = pst_data_read_all (data, G_MAXSIZE, &error);
		g_assert_no_error (error);
		g_assert_cmpuint (g_bytes_get_size (all), ==, pst_data_get_size (data));
	}
}

/* The rows of a table of an item, all read; 0 if the item has no such table. */
static guint
read_table (PstNode *item, guint32 nid, gboolean rows_are_subnodes)
{
	g_autoptr (GError) error = NULL;

	if (!pst_node_has_subnode (item, nid))
		return 0;
	g_autoptr (PstNode) node = pst_node_open_subnode (item, nid, &error);
	g_assert_no_error (error);
	g_autoptr (PstTable) table = pst_table_open (node, &error);
	g_assert_no_error (error);
	g_assert_null (pst_table_get_damage (table));
	for (guint i = 0; i < pst_table_get_row_count (table); i++) {
		g_autoptr (PstProps) row = pst_table_get_row (table, i, &error);
		g_assert_no_error (error);
		g_assert_cmpint (pst_props_get_int_or (row, 0x67f2, -1), ==,
				 pst_table_get_row_id (table, i));
		if (!rows_are_subnodes) {
			read_values (row);
			continue;
		}
		g_autoptr (PstNode) sub =
			pst_node_open_subnode (item, pst_table_get_row_id (table, i), &error);
		g_assert_no_error (error);
		g_autoptr (PstProps) props = pst_props_open (sub, &error);
		g_assert_no_error (error);
		read_values (props);
	}
	return pst_table_get_row_count (table);
}

static void
count_items (const PstStore *store, guint number, Truth *found)
{
	const PstFolder *folder = pst_store_get_folder (store, number);
	guint count;
	const guint32 *items = pst_store_get_items (store, number, &count);

	found->hidden += folder->hidden_count;
	if (folder->is_outside) {
		found->outside += count;
		return;
	}
	found->items += count;
	for (guint i = 0; i < count; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (PstNode) node =
			pst_node_open (pst_store_get_index (store), items[i], &error);
		g_assert_no_error (error);
		g_autoptr (PstProps) props = pst_props_open (node, &error);
		g_assert_no_error (error);
		read_values (props);
		found->mails += is_mail (props) ? 1 : 0;
		found->attachments += read_table (node, PST_NID_ATTACHMENT_TABLE, TRUE);
		found->recipients += read_table (node, PST_NID_RECIPIENT_TABLE, FALSE);
	}
}

static void
test_file (gconstpointer data)
{
	const Truth *truth = data;
	g_autofree char *corpus = get_corpus ();
	g_autofree char *path = g_build_filename (corpus, truth->name, NULL);
	g_autoptr (GString) findings = g_string_new (NULL);
	g_autoptr (GError) error = NULL;
	Truth found = {0};
	guint orphans;

	if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
		g_test_skip ("the corpus isn't there");
		return;
	}
	g_autoptr (PstFile) file = pst_file_open (path, &error);
	g_assert_no_error (error);
	g_autoptr (PstIndex) index = pst_index_build (file, opened_find, findings, &error);
	g_assert_no_error (error);
	g_autoptr (PstStore) store = pst_store_open (index, opened_find, findings);

	for (guint i = 0; i < pst_store_get_folder_count (store); i++)
		count_items (store, i, &found);
	g_assert_cmpstr (findings->str, ==, "");
	g_assert_cmpint (pst_file_get_format (file), ==, truth->format);
	g_assert_cmpuint (found.items, ==, truth->items);
	g_assert_cmpuint (found.mails, ==, truth->mails);
	g_assert_cmpuint (found.outside, ==, truth->outside);
	g_assert_cmpuint (found.hidden, ==, truth->hidden);
	g_assert_cmpuint (found.attachments, ==, truth->attachments);
	g_assert_cmpuint (found.recipients, ==, truth->recipients);
	(void)pst_store_get_orphans (store, &orphans);
	g_assert_cmpuint (orphans, ==, 0);
}

/* An OST says by the server's ids which folders are which. */
static void
test_ost_roles (void)
{
	static const struct {
		guint32 nid;
		FolderRole role;
	} roles[] = {
		{0x2162, FOLDER_ROLE_TRASH},  {0x2182, FOLDER_ROLE_INBOX},
		{0x21a2, FOLDER_ROLE_OUTBOX}, {0x21c2, FOLDER_ROLE_SENT},
		{0x8142, FOLDER_ROLE_DRAFTS}, {0x80c2, FOLDER_ROLE_JUNK},
	};
	g_autofree char *corpus = get_corpus ();
	g_autofree char *path = g_build_filename (corpus, "pstextractortest@outlook.com.ost", NULL);
	guint seen = 0;

	if (!g_file_test (path, G_FILE_TEST_EXISTS)) {
		g_test_skip ("the corpus isn't there");
		return;
	}
	g_autoptr (PstFile) file = pst_file_open (path, NULL);
	g_autoptr (PstIndex) index = pst_index_build (file, NULL, NULL, NULL);
	g_autoptr (PstStore) store = pst_store_open (index, NULL, NULL);

	for (guint i = 0; i < pst_store_get_folder_count (store); i++) {
		const PstFolder *folder = pst_store_get_folder (store, i);
		for (guint k = 0; k < G_N_ELEMENTS (roles); k++) {
			if (folder->nid != roles[k].nid)
				continue;
			g_assert_cmpint (folder->role, ==, roles[k].role);
			seen++;
		}
	}
	g_assert_cmpuint (seen, ==, G_N_ELEMENTS (roles));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < G_N_ELEMENTS (truths); i++) {
		g_autofree char *name = g_strconcat ("/pst/corpus/", truths[i].name, NULL);
		g_test_add_data_func (name, &truths[i], test_file);
	}
	g_test_add_func ("/pst/corpus/roles-of-an-ost", test_ost_roles);
	return g_test_run ();
}
