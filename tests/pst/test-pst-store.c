/* test-pst-store.c - which folders and items a file is said to hold
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-store.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pst/opened.h"
#include "pst/pst-block.h"
#include "support/pst-writer.h"

static PstWriter *
begin_file (char **path)
{
	g_autoptr (GError) error = NULL;

	close (g_file_open_tmp ("store-XXXXXX.pst", path, NULL));
	PstWriter *writer = pst_writer_new (*path, NULL, &error);
	g_assert_no_error (error);
	return writer;
}

static Opened *
finish_file (PstWriter *writer, char *path)
{
	g_autoptr (GError) error = NULL;

	pst_writer_finish (writer, &error);
	g_assert_no_error (error);
	pst_writer_free (writer);
	return opened_new (path);
}

static guint32
add_message (PstWriter *writer, guint32 folder, PstWriterPlacement placement, gboolean hidden)
{
	PstWriterMessage message = {.subject = "Hello", .placement = placement, .hidden = hidden};

	return pst_writer_add_message (writer, folder, &message);
}

static PstStore *
open_store (const Opened *opened)
{
	return pst_store_open (opened->index, opened_find, opened->findings);
}

/* Names are ASCII here. */
static char *
get_name (const PstFolder *folder)
{
	GString *name = g_string_new (NULL);
	gsize length = 0;
	const guint8 *p = folder->name != NULL ? g_bytes_get_data (folder->name, &length) : NULL;

	for (gsize i = 0; i < length; i += 2)
		g_string_append_c (name, (char)p[i]);
	return g_string_free (name, FALSE);
}

static const PstFolder *
find_folder (const PstStore *store, const char *wanted, guint *number)
{
	for (guint i = 0; i < pst_store_get_folder_count (store); i++) {
		const PstFolder *folder = pst_store_get_folder (store, i);
		g_autofree char *name = get_name (folder);
		if (strcmp (name, wanted) != 0)
			continue;
		if (number != NULL)
			*number = i;
		return folder;
	}
	return NULL;
}

/* "name(parent's place)" of all folders below the IPM subtree, in order. */
static char *
list_folders (const PstStore *store)
{
	GString *list = g_string_new (NULL);

	for (guint i = 1; i < pst_store_get_folder_count (store); i++) {
		const PstFolder *folder = pst_store_get_folder (store, i);
		g_autofree char *name = get_name (folder);
		if (!folder->is_outside)
			g_string_append_printf (list, "%s(%u) ", name, folder->parent);
	}
	return g_string_free (list, FALSE);
}

static void
test_tree (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 a = pst_writer_add_folder (writer, PST_WRITER_TOP, "a", PST_WRITER_ROLE_NONE);
	(void)pst_writer_add_folder (writer, PST_WRITER_TOP, "b", PST_WRITER_ROLE_NONE);
	guint32 aa = pst_writer_add_folder (writer, a, "aa", PST_WRITER_ROLE_NONE);
	(void)pst_writer_add_folder (writer, aa, "aaa", PST_WRITER_ROLE_NONE);
	(void)pst_writer_add_folder (writer, a, "ab", PST_WRITER_ROLE_NONE);
	pst_writer_set_folder_class (writer, aa, "IPF.Contact");
	g_autoptr (Opened) opened = finish_file (writer, path);
	g_autoptr (PstStore) store = open_store (opened);
	g_autofree char *list = list_folders (store);

	g_assert_cmpstr (opened->findings->str, ==, "");
	g_assert_cmphex (pst_store_get_folder (store, 0)->nid, ==, PST_WRITER_TOP);
	g_assert_cmpuint (pst_store_get_folder (store, 0)->parent, ==, PST_FOLDER_NONE);
	g_assert_nonnull (strstr (list, "a(0) aa("));
	const char *order[] = {"a(0)", "aa(", "aaa(", "ab(", "b(0)"};
	for (guint i = 1; i < G_N_ELEMENTS (order); i++)
		g_assert_true (strstr (list, order[i - 1]) < strstr (list, order[i]));
	g_assert_cmpstr (find_folder (store, "aa", NULL)->container_class, ==, "IPF.Contact");
	g_assert_nonnull (pst_store_get_props (store));
	g_assert_nonnull (pst_store_get_names (store));
}

static void
test_roles (void)
{
	static const struct {
		PstWriterRole written;
		FolderRole read;
	} roles[] = {
		{PST_WRITER_ROLE_INBOX, FOLDER_ROLE_INBOX},
		{PST_WRITER_ROLE_SENT, FOLDER_ROLE_SENT},
		{PST_WRITER_ROLE_TRASH, FOLDER_ROLE_TRASH},
		{PST_WRITER_ROLE_OUTBOX, FOLDER_ROLE_OUTBOX},
		{PST_WRITER_ROLE_DRAFTS, FOLDER_ROLE_DRAFTS},
		{PST_WRITER_ROLE_JUNK, FOLDER_ROLE_JUNK},
		{PST_WRITER_ROLE_ARCHIVE, FOLDER_ROLE_ARCHIVE},
	};
	char *path;
	PstWriter *writer = begin_file (&path);

	for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
		g_autofree char *name = g_strdup_printf ("Ordner %u", i);
		(void)pst_writer_add_folder (writer, PST_WRITER_TOP, name, roles[i].written);
	}
	(void)pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_NONE);
	g_autoptr (Opened) opened = finish_file (writer, path);
	g_autoptr (PstStore) store = open_store (opened);

	for (guint i = 0; i < G_N_ELEMENTS (roles); i++) {
		g_autofree char *name = g_strdup_printf ("Ordner %u", i);
		g_assert_cmpint (find_folder (store, name, NULL)->role, ==, roles[i].read);
	}
	g_assert_cmpint (find_folder (store, "Inbox", NULL)->role, ==, FOLDER_ROLE_NONE);
	g_assert_cmpint (pst_store_get_folder (store, 0)->role, ==, FOLDER_ROLE_NONE);
}

static void
test_union (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 folder = pst_writer_add_folder (writer, PST_WRITER_TOP, "f", PST_WRITER_ROLE_NONE);
	guint32 node = add_message (writer, folder, PST_WRITER_PLACE_NODE, FALSE);
	guint32 normal = add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);
	guint32 row = add_message (writer, folder, PST_WRITER_PLACE_ROW, FALSE);
	guint32 orphan = add_message (writer, folder, PST_WRITER_PLACE_ORPHAN, FALSE);
	(void)add_message (writer, folder, PST_WRITER_PLACE_NORMAL, TRUE);
	g_autoptr (Opened) opened = finish_file (writer, path);
	g_autoptr (PstStore) store = open_store (opened);
	guint number = 0;
	guint count = 0;
	const PstFolder *found = find_folder (store, "f", &number);
	const guint32 *items = pst_store_get_items (store, number, &count);

	g_assert_cmpuint (count, ==, 3);
	g_assert_cmphex (items[0], ==, normal);
	g_assert_cmphex (items[1], ==, row);
	g_assert_cmphex (items[2], ==, node);
	g_assert_cmpuint (found->table_only, ==, 1);
	g_assert_cmpuint (found->node_only, ==, 1);
	g_assert_cmpuint (found->hidden_count, ==, 1);
	items = pst_store_get_orphans (store, &count);
	g_assert_cmpuint (count, ==, 1);
	g_assert_cmphex (items[0], ==, orphan);
}

static void
test_search_folder (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 folder = pst_writer_add_folder (writer, PST_WRITER_TOP, "f", PST_WRITER_ROLE_NONE);
	guint32 search = pst_writer_add_search_folder (writer, PST_WRITER_TOP, "unread");
	guint32 message = add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);

	pst_writer_add_search_result (writer, search, message);
	g_autoptr (Opened) opened = finish_file (writer, path);
	g_autoptr (PstStore) store = open_store (opened);

	g_assert_null (find_folder (store, "unread", NULL));
	g_assert_cmpuint (find_folder (store, "f", NULL)->item_count, ==, 1);
	g_assert_cmpstr (opened->findings->str, ==, "");
}

static void
test_outside (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 folder =
		pst_writer_add_folder (writer, PST_WRITER_ROOT, "Freebusy", PST_WRITER_ROLE_NONE);

	(void)add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);
	g_autoptr (Opened) opened = finish_file (writer, path);
	g_autoptr (PstStore) store = open_store (opened);
	const PstFolder *found = find_folder (store, "Freebusy", NULL);

	g_assert_true (found->is_outside);
	g_assert_cmpuint (found->item_count, ==, 1);
	g_assert_false (pst_store_get_folder (store, 0)->is_outside);
}

/* Overwrite the first block of node NID with noise. */
static void
damage_node (const Opened *opened, guint32 nid)
{
	const PstIndexNode *node = pst_index_find_node (opened->index, nid);
	const PstIndexBlock *block = pst_index_find_block (opened->index, node->data_bid);
	int fd = g_open (opened->path, O_WRONLY, 0);

	g_assert_cmpint (pwrite (fd, "noise", 5, (off_t)block->offset), ==, 5);
	close (fd);
}

static void
test_damaged_folder (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 folder =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "precious", PST_WRITER_ROLE_NONE);

	(void)pst_writer_add_folder (writer, folder, "inner", PST_WRITER_ROLE_NONE);
	(void)add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);
	(void)add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);
	g_autoptr (Opened) opened = finish_file (writer, path);
	damage_node (opened, folder);
	damage_node (opened, PST_NID_WITH_TYPE (folder, PST_NID_HIERARCHY_TABLE));
	damage_node (opened, PST_NID_WITH_TYPE (folder, PST_NID_CONTENTS_TABLE));
	g_autoptr (PstStore) store = open_store (opened);
	const PstFolder *found = find_folder (store, "precious", NULL);

	g_assert_nonnull (found);
	g_assert_cmpuint (found->item_count, ==, 2);
	g_assert_cmpuint (found->node_only, ==, 2);
	g_assert_nonnull (find_folder (store, "inner", NULL));
	g_assert_nonnull (strstr (opened->findings->str, "folder-damaged"));
	g_assert_nonnull (strstr (opened->findings->str, "folder-table-damaged"));
}

/* What names the inbox is lost: the folder keeps its name, and somebody is told. */
static void
test_damaged_roles (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);

	(void)pst_writer_add_folder (writer, PST_WRITER_TOP, "Posteingang", PST_WRITER_ROLE_INBOX);
	g_autoptr (Opened) opened = finish_file (writer, path);
	damage_node (opened, PST_NID_RECEIVE_FOLDERS);
	g_autoptr (PstStore) store = open_store (opened);

	g_assert_cmpint (find_folder (store, "Posteingang", NULL)->role, ==, FOLDER_ROLE_NONE);
	g_assert_nonnull (strstr (opened->findings->str, "store-damaged 0x62b"));
}

static void
test_damaged_store (void)
{
	char *path;
	PstWriter *writer = begin_file (&path);
	guint32 folder = pst_writer_add_folder (writer, PST_WRITER_TOP, "f", PST_WRITER_ROLE_NONE);

	(void)add_message (writer, folder, PST_WRITER_PLACE_NORMAL, FALSE);
	g_autoptr (Opened) opened = finish_file (writer, path);
	damage_node (opened, PST_NID_STORE);
	damage_node (opened, PST_NID_NAME_MAP);
	g_autoptr (PstStore) store = open_store (opened);

	g_assert_null (pst_store_get_props (store));
	g_assert_null (pst_store_get_names (store));
	g_assert_cmphex (pst_store_get_folder (store, 0)->nid, ==, PST_WRITER_TOP);
	g_assert_cmpuint (find_folder (store, "f", NULL)->item_count, ==, 1);
	g_assert_nonnull (strstr (opened->findings->str, "store-damaged"));
	g_assert_nonnull (strstr (opened->findings->str, "names-damaged"));
	g_assert_nonnull (strstr (opened->findings->str, "no-mail-root"));
}

/* Nodes only, no tables: 0x8022 and 0x8042 are each other's parent, 0x8062 its own. */
static void
test_parents_in_a_circle (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_ANSI);
	guint64 bid = pst_tiny_add_block (tiny, "x", 1);

	pst_tiny_add_node (tiny, 0x8022, 0x8042, bid, 0);
	pst_tiny_add_node (tiny, 0x8042, 0x8022, bid, 0);
	pst_tiny_add_node (tiny, 0x8062, 0x8062, bid, 0);
	pst_tiny_add_node (tiny, 0x200004, 0x8042, bid, 0);
	pst_tiny_add_node (tiny, 0x200024, 0x8062, bid, 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (PstStore) store = open_store (opened);
	guint count;

	g_assert_nonnull (strstr (opened->findings->str, "folder-listed-twice"));
	g_assert_cmphex (pst_store_get_folder (store, 0)->nid, ==, 0x8022);
	g_assert_cmphex (pst_store_get_folder (store, 1)->nid, ==, 0x8042);
	g_assert_cmpuint (pst_store_get_folder (store, 1)->item_count, ==, 1);
	g_assert_cmphex (pst_store_get_orphans (store, &count)[0], ==, 0x200024);
	g_assert_cmpuint (count, ==, 1);
}

static void
test_deep (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_4K);
	guint64 bid = pst_tiny_add_block (tiny, "x", 1);
	guint n_folders = 305; /* the first is at depth 0 */

	tiny->leaf_entries = 100;
	for (guint i = 0; i < n_folders; i++)
		pst_tiny_add_node (tiny, 0x8022 + 0x20 * i, 0x8002 + 0x20 * i, bid, 0);
	pst_tiny_add_node (tiny, 0x200004, 0x8002 + 0x20 * n_folders, bid, 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (PstStore) store = open_store (opened);
	guint last = n_folders - 1;

	g_assert_nonnull (strstr (opened->findings->str, "folder-too-deep"));
	g_assert_cmpuint (pst_store_get_folder (store, last)->item_count, ==, 1);
	guint depth = 0;
	for (guint at = last; at != 0; at = pst_store_get_folder (store, at)->parent)
		depth++;
	g_assert_cmpuint (depth, ==, 300);
}

/* A heap of one block with these allocations; the first is what it begins with. */
static guint64
add_heap (PstTiny *tiny, guint8 kind, GByteArray **allocations, guint count)
{
	g_autoptr (GByteArray) heap = g_byte_array_new ();
	guint end = 12;

	for (guint i = 0; i < count; i++)
		end += allocations[i]->len;
	pst_tiny_put (heap, end, 2);
	pst_tiny_put (heap, 0xec, 1);
	pst_tiny_put (heap, kind, 1);
	pst_tiny_put (heap, 0x20, 8);
	for (guint i = 0; i < count; i++)
		g_byte_array_append (heap, allocations[i]->data, allocations[i]->len);
	pst_tiny_put (heap, count, 4);
	end = 12;
	pst_tiny_put (heap, end, 2);
	for (guint i = 0; i < count; i++) {
		end += allocations[i]->len;
		pst_tiny_put (heap, end, 2);
		g_byte_array_unref (allocations[i]);
	}
	return pst_tiny_add_block (tiny, heap->data, heap->len);
}

static GByteArray *
make_tree_header (guint key_size, guint entry_size)
{
	GByteArray *header = g_byte_array_new ();

	pst_tiny_put (header, 0xb5, 1);
	pst_tiny_put (header, key_size, 1);
	pst_tiny_put (header, entry_size, 1);
	pst_tiny_put (header, 0, 1);
	pst_tiny_put (header, 0x40, 4);
	return header;
}

/* [MS-OXCDATA] 2.2.4.1: the server's counter is in network order. */
static void
put_server_id (GByteArray *bytes, guint8 counter)
{
	for (guint i = 0; i < 46; i++)
		pst_tiny_put (bytes, i == 43 ? counter : 0, 1);
}

/* Node 0x821: counter 7 is folder 0x8022, 8 is 0x8042, and two servers have given out 9. */
static guint64
add_server_ids (PstTiny *tiny)
{
	static const guint8 ids[][3] = {{1, 7, 0x20}, {1, 8, 0x40}, {1, 9, 0x60}, {2, 9, 0x80}};
	GByteArray *allocations[] = {make_tree_header (8, 4), g_byte_array_new ()};

	for (guint i = 0; i < G_N_ELEMENTS (ids); i++) {
		pst_tiny_put (allocations[1], ids[i][0], 2);
		pst_tiny_put (allocations[1], 0, 5);
		pst_tiny_put (allocations[1], ids[i][1], 1);
		pst_tiny_put (allocations[1], 0x8000 | ids[i][2], 4);
	}
	return add_heap (tiny, PST_HEAP_TREE, allocations, 2);
}

/* The inbox says: drafts are folder DRAFTS of the server, junk is folder 8. */
static guint64
add_inbox (PstTiny *tiny, guint8 drafts)
{
	GByteArray *allocations[4] = {make_tree_header (2, 6)};

	for (guint i = 1; i < 4; i++)
		allocations[i] = g_byte_array_new ();
	pst_tiny_put (allocations[1], 0x010236d7, 4); /* a binary */
	pst_tiny_put (allocations[1], 0x60, 4);
	pst_tiny_put (allocations[1], 0x110236d8, 4); /* many binaries */
	pst_tiny_put (allocations[1], 0x80, 4);
	put_server_id (allocations[2], drafts);
	pst_tiny_put (allocations[3], 5, 4);
	for (guint i = 0; i < 5; i++)
		pst_tiny_put (allocations[3], 24, 4);
	put_server_id (allocations[3], 8);
	return add_heap (tiny, PST_HEAP_PROPS, allocations, 4);
}

static void
assert_ost_roles (guint8 drafts, FolderRole expected)
{
	static const guint32 nids[] = {0x2162, 0x2182, 0x21a2, 0x21c2,
				       0x8022, 0x8042, 0x8062, 0x8082};
	const FolderRole roles[] = {
		FOLDER_ROLE_TRASH, FOLDER_ROLE_INBOX, FOLDER_ROLE_OUTBOX, FOLDER_ROLE_SENT,
		expected,          FOLDER_ROLE_JUNK,  FOLDER_ROLE_NONE,   FOLDER_ROLE_NONE,
	};
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_4K);
	guint64 server_ids = add_server_ids (tiny);
	guint64 inbox = add_inbox (tiny, drafts);

	tiny->leaf_entries = 20;
	pst_tiny_add_node (tiny, PST_NID_SERVER_IDS, 0, server_ids, 0);
	pst_tiny_add_node (tiny, 0x2142, PST_NID_ROOT_FOLDER, inbox, 0);
	for (guint i = 0; i < G_N_ELEMENTS (nids); i++)
		pst_tiny_add_node (tiny, nids[i], 0x2142, inbox, 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (PstStore) store = open_store (opened);

	g_assert_null (strstr (opened->findings->str, "no-mail-root"));
	g_assert_cmphex (pst_store_get_folder (store, 0)->nid, ==, 0x2142);
	for (guint i = 0; i < G_N_ELEMENTS (nids); i++) {
		const PstFolder *folder = pst_store_get_folder (store, i + 1);
		g_assert_cmphex (folder->nid, ==, nids[i]);
		g_assert_cmpint (folder->role, ==, roles[i]);
	}
}

static void
test_ost_roles (void)
{
	assert_ost_roles (7, FOLDER_ROLE_DRAFTS);
	assert_ost_roles (9, FOLDER_ROLE_NONE); /* one of two: nobody knows which */
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/store/lists-parents-before-children-in-table-order", test_tree);
	g_test_add_func ("/pst/store/roles-come-from-entry-ids", test_roles);
	g_test_add_func ("/pst/store/roles-of-an-ost-by-the-ids-of-the-server", test_ost_roles);
	g_test_add_func ("/pst/store/tables-and-nodes-together", test_union);
	g_test_add_func ("/pst/store/search-folders-hold-nothing", test_search_folder);
	g_test_add_func ("/pst/store/items-outside-are-counted-apart", test_outside);
	g_test_add_func ("/pst/store/a-damaged-folder-keeps-name-and-items", test_damaged_folder);
	g_test_add_func ("/pst/store/a-damaged-store-is-still-listed", test_damaged_store);
	g_test_add_func ("/pst/store/a-role-that-is-lost-is-named", test_damaged_roles);
	g_test_add_func ("/pst/store/parents-in-a-circle-end", test_parents_in_a_circle);
	g_test_add_func ("/pst/store/deep-folders-move-up", test_deep);
	return g_test_run ();
}
