/* pst-store.c - folders and the items in them, as a mail program would list them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folders are walked depth first with a stack of our own, each once, whoever lists it: a
 * hierarchy table may name its own parent. Items are claimed in two rounds, first by all contents
 * tables, then by the parents of the nodes; so an item that the tables move to another folder
 * isn't found in both.
 */
#include "pst/pst-store.h"

#include <string.h>

#include "pst/pst-roles.h"

#define PROP_NAME            0x3001
#define PROP_CONTAINER_CLASS 0x3613
#define MAX_DEPTH            300 /* Exchange allows no more either; paths stay short */

struct _PstStore {
	const PstIndex *index;
	PstProps *props;
	PstNames *names;
	GArray *folders; /* of PstFolder */
	GArray *items;   /* of guint32 */
	GArray *orphans; /* of guint32 */
};

/* A folder that was listed somewhere and waits for its turn. */
typedef struct {
	guint32 nid;
	guint parent;
	guint depth;
	GBytes *name; /* what its parent's table calls it, or NULL */
	gboolean name_is_utf16;
} Listed;

typedef struct {
	PstStore *store;
	GHashTable *roles;
	GHashTable *seen; /* NIDs of folders */
	GArray *stack;    /* of Listed */
	guint32 mail_root;
	gboolean is_outside;
	guint64 rows_left;     /* see open_table */
	guint8 *claimed;       /* a bit for each node of the index */
	GHashTable *strangers; /* NIDs of items that have no node */
	PstFindingFunc finding;
	gpointer user_data;
} Listing;

static void
report (const Listing *listing, const char *name, guint32 nid, const char *detail)
{
	if (listing->finding != NULL)
		listing->finding (name, nid, detail, listing->user_data);
}

static void
clear_folder (gpointer pointer)
{
	PstFolder *folder = pointer;

	g_clear_pointer (&folder->name, g_bytes_unref);
	g_free (folder->container_class);
}

static void
clear_listed (gpointer pointer)
{
	g_clear_pointer (&((Listed *) pointer)->name, g_bytes_unref);
}

/* A table of folder NID; NULL after a finding. A part of a table is better than none.
 * Rows of different tables are different bytes, so there are fewer of them than bytes in the
 * file: or many folders share one large table, to make us read it for each. */
static PstTable *
open_table (Listing *listing, guint32 nid, guint type)
{
	g_autoptr (GError) error = NULL;

	if (listing->rows_left == 0) {
		report (listing, "folder-table-damaged", nid, "more rows than the file can hold");
		return NULL;
	}
	g_autoptr (PstNode) node =
		pst_node_open (listing->store->index, PST_NID_WITH_TYPE (nid, type), &error);
	PstTable *table = node != NULL ? pst_table_open (node, &error) : NULL;
	const GError *damage = table != NULL ? pst_table_get_damage (table) : error;

	if (damage != NULL)
		report (listing, "folder-table-damaged", nid, damage->message);
	if (table != NULL)
		listing->rows_left -= MIN (listing->rows_left, pst_table_get_row_count (table));
	return table;
}

/* Container classes are ASCII. */
static char *
get_ascii (const PstProps *props, guint16 id)
{
	gboolean utf16 = FALSE;
	g_autoptr (GBytes) bytes = pst_props_get_string (props, id, &utf16, NULL);
	g_autoptr (GString) text = g_string_new (NULL);
	gsize length = 0;
	const guint8 *p = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

	for (gsize i = 0; i < length; i += utf16 ? 2 : 1)
		if (p[i] >= ' ' && p[i] < 0x7f && (!utf16 || p[i + 1] == 0))
			g_string_append_c (text, (char) p[i]);
	return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* What the folder says of itself; its parent's table has the name too. */
static void
read_folder_props (const Listing *listing, PstFolder *folder)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_node_open (listing->store->index, folder->nid, &error);
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, &error) : NULL;
	gboolean utf16 = FALSE;

	if (props != NULL) {
		GBytes *name = pst_props_get_string (props, PROP_NAME, &utf16, &error);
		if (name != NULL) {
			g_clear_pointer (&folder->name, g_bytes_unref);
			folder->name = name;
			folder->name_is_utf16 = utf16;
		}
		folder->container_class = get_ascii (props, PROP_CONTAINER_CLASS);
	}
	if (error != NULL)
		report (listing, "folder-damaged", folder->nid, error->message);
}

static void
add_listed (GArray *listed, GHashTable *here, guint32 nid, PstProps *row)
{
	Listed child = { .nid = nid };

	if (PST_NID_TYPE (nid) != PST_NID_FOLDER ||
	    !g_hash_table_add (here, GUINT_TO_POINTER (nid)))
		return;
	if (row != NULL)
		child.name = pst_props_get_string (row, PROP_NAME, &child.name_is_utf16, NULL);
	g_array_append_val (listed, child);
}

/* The subfolders of folder NUMBER go onto the stack, the last one first. */
static void
push_subfolders (Listing *listing, guint32 nid, guint number, guint depth)
{
	const PstIndex *index = listing->store->index;
	g_autoptr (GArray) listed = g_array_new (FALSE, FALSE, sizeof (Listed));
	g_autoptr (GHashTable) here = g_hash_table_new (NULL, NULL);
	g_autoptr (PstTable) table = open_table (listing, nid, PST_NID_HIERARCHY_TABLE);
	gsize count;
	const guint32 *children = pst_index_find_children (index, nid, &count);

	(void) g_hash_table_add (here, GUINT_TO_POINTER (nid));
	for (guint i = 0; table != NULL && i < pst_table_get_row_count (table); i++) {
		/* Without its row the folder only lacks its second name. */
		g_autoptr (PstProps) row = pst_table_get_row (table, i, NULL);
		add_listed (listed, here, pst_table_get_row_id (table, i), row);
	}
	for (gsize i = 0; i < count; i++)
		add_listed (listed, here, pst_index_get_node (index, children[i])->nid, NULL);

	for (guint i = listed->len; i > 0; i--) {
		Listed child = g_array_index (listed, Listed, i - 1);
		child.parent = number;
		child.depth = depth + 1;
		g_array_append_val (listing->stack, child);
	}
}

static void
add_folder (Listing *listing, Listed *listed)
{
	GArray *folders = listing->store->folders;
	PstFolder folder = {
		.nid = listed->nid,
		.parent = listed->parent,
		.is_outside = listing->is_outside,
		.name = g_steal_pointer (&listed->name),
		.name_is_utf16 = listed->name_is_utf16,
	};

	if (listed->depth > MAX_DEPTH) {
		report (listing, "folder-too-deep", folder.nid,
			"it moves up to the deepest allowed level");
		folder.parent = g_array_index (folders, PstFolder, folder.parent).parent;
		listed->depth = MAX_DEPTH;
	}
	if (!listing->is_outside && folder.parent != PST_FOLDER_NONE)
		folder.role = (FolderRole) GPOINTER_TO_UINT (
			g_hash_table_lookup (listing->roles, GUINT_TO_POINTER (folder.nid)));
	read_folder_props (listing, &folder);
	g_array_append_val (folders, folder);
	push_subfolders (listing, folder.nid, folders->len - 1, listed->depth);
}

static void
walk_folders (Listing *listing, guint32 top)
{
	Listed listed = { .nid = top, .parent = PST_FOLDER_NONE };

	g_array_append_val (listing->stack, listed);
	while (listing->stack->len > 0) {
		listed = g_array_index (listing->stack, Listed, listing->stack->len - 1);
		g_array_index (listing->stack, Listed, listing->stack->len - 1).name = NULL;
		g_array_set_size (listing->stack, listing->stack->len - 1);

		if (g_hash_table_add (listing->seen, GUINT_TO_POINTER (listed.nid)))
			add_folder (listing, &listed);
		else if (!listing->is_outside || listed.nid != listing->mail_root)
			report (listing, "folder-listed-twice", listed.nid,
				"its first place counts");
		clear_listed (&listed);
	}
}

/* TRUE for the first who asks. */
static gboolean
claim (Listing *listing, guint32 nid)
{
	const PstIndexNode *node = pst_index_find_node (listing->store->index, nid);

	if (node == NULL)
		return g_hash_table_add (listing->strangers, GUINT_TO_POINTER (nid));

	gsize place = (gsize) (node - pst_index_get_node (listing->store->index, 0));
	guint8 bit = (guint8) (1u << place % 8);
	gboolean is_first = (listing->claimed[place / 8] & bit) == 0;
	listing->claimed[place / 8] |= bit;
	return is_first;
}

/* First round: what the contents table lists. Only the row index is read, never the rows. */
static void
claim_table_items (Listing *listing, PstFolder *folder, GArray *items)
{
	g_autoptr (PstTable) table = open_table (listing, folder->nid, PST_NID_CONTENTS_TABLE);

	folder->first_item = items->len;
	for (guint i = 0; table != NULL && i < pst_table_get_row_count (table); i++) {
		guint32 nid = pst_table_get_row_id (table, i);
		if (PST_NID_TYPE (nid) != PST_NID_MESSAGE)
			continue;
		if (!claim (listing, nid)) {
			report (listing, "item-listed-twice", nid, "its first place counts");
			continue;
		}
		const PstIndexNode *node = pst_index_find_node (listing->store->index, nid);
		if (node == NULL || node->parent != folder->nid)
			folder->table_only++;
		g_array_append_val (items, nid);
	}
	folder->item_count = items->len - folder->first_item;
}

/* Second round: nodes of the folder that no table lists. */
static void
claim_node_items (Listing *listing, PstFolder *folder, GArray *items)
{
	const PstIndex *index = listing->store->index;
	gsize count;
	const guint32 *children = pst_index_find_children (index, folder->nid, &count);

	for (gsize i = 0; i < count; i++) {
		guint32 nid = pst_index_get_node (index, children[i])->nid;
		if (PST_NID_TYPE (nid) == PST_NID_HIDDEN_MESSAGE)
			folder->hidden_count++;
		if (PST_NID_TYPE (nid) != PST_NID_MESSAGE || !claim (listing, nid))
			continue;
		g_array_append_val (items, nid);
		folder->node_only++;
	}
}

static void
list_items (Listing *listing)
{
	PstStore *store = listing->store;
	g_autoptr (GArray) tabled = g_array_new (FALSE, FALSE, sizeof (guint32));
	gsize nodes = pst_index_get_node_count (store->index);

	for (guint i = 0; i < store->folders->len; i++)
		claim_table_items (listing, &g_array_index (store->folders, PstFolder, i), tabled);
	for (guint i = 0; i < store->folders->len; i++) {
		PstFolder *folder = &g_array_index (store->folders, PstFolder, i);
		guint first = store->items->len;

		if (folder->item_count > 0)
			g_array_append_vals (store->items,
					     &g_array_index (tabled, guint32, folder->first_item),
					     folder->item_count);
		claim_node_items (listing, folder, store->items);
		folder->first_item = first;
		folder->item_count = store->items->len - first;
	}
	for (gsize i = 0; i < nodes; i++) {
		guint32 nid = pst_index_get_node (store->index, i)->nid;
		if (PST_NID_TYPE (nid) == PST_NID_MESSAGE &&
		    (listing->claimed[i / 8] & 1u << i % 8) == 0)
			g_array_append_val (store->orphans, nid);
	}
}

static void
read_store_props (Listing *listing)
{
	PstStore *store = listing->store;
	g_autoptr (GError) error = NULL;
	g_autoptr (GError) names_error = NULL;
	g_autoptr (PstNode) node = pst_node_open (store->index, PST_NID_STORE, &error);

	store->props = node != NULL ? pst_props_open (node, &error) : NULL;
	if (error != NULL)
		report (listing, "store-damaged", PST_NID_STORE, error->message);
	store->names = pst_names_open (store->index, &names_error);
	if (names_error != NULL)
		report (listing, "names-damaged", PST_NID_NAME_MAP, names_error->message);
}

PstStore *
pst_store_open (const PstIndex *index, PstFindingFunc finding, gpointer user_data)
{
	PstStore *store = g_new0 (PstStore, 1);
	g_autofree guint8 *claimed = g_malloc0 (pst_index_get_node_count (index) / 8 + 1);
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
	g_autoptr (GHashTable) strangers = g_hash_table_new (NULL, NULL);
	g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (Listed));
	Listing listing = {
		.store = store,
		.seen = seen,
		.stack = stack,
		.claimed = claimed,
		.strangers = strangers,
		.finding = finding,
		.user_data = user_data,
		.rows_left = pst_file_get_size (pst_index_get_file (index)),
	};
	gboolean is_guess;

	store->index = index;
	store->folders = g_array_new (FALSE, FALSE, sizeof (PstFolder));
	g_array_set_clear_func (store->folders, clear_folder);
	store->items = g_array_new (FALSE, FALSE, sizeof (guint32));
	store->orphans = g_array_new (FALSE, FALSE, sizeof (guint32));
	read_store_props (&listing);

	g_autoptr (GHashTable) roles =
		pst_roles_find (index, store->props, finding, user_data);
	listing.roles = roles;
	listing.mail_root = pst_roles_find_mail_root (index, store->props, &is_guess);
	if (is_guess)
		report (&listing, "no-mail-root", listing.mail_root,
			"nothing says where the mail folders begin");
	walk_folders (&listing, listing.mail_root);
	listing.is_outside = TRUE;
	if (listing.mail_root != PST_NID_ROOT_FOLDER)
		walk_folders (&listing, PST_NID_ROOT_FOLDER);
	list_items (&listing);
	return store;
}

void
pst_store_free (PstStore *store)
{
	if (store == NULL)
		return;
	pst_props_free (store->props);
	pst_names_free (store->names);
	g_array_unref (store->folders);
	g_array_unref (store->items);
	g_array_unref (store->orphans);
	g_free (store);
}

const PstIndex *
pst_store_get_index (const PstStore *store)
{
	return store->index;
}

const PstProps *
pst_store_get_props (const PstStore *store)
{
	return store->props;
}

const PstNames *
pst_store_get_names (const PstStore *store)
{
	return store->names;
}

guint
pst_store_get_folder_count (const PstStore *store)
{
	return store->folders->len;
}

const PstFolder *
pst_store_get_folder (const PstStore *store, guint n)
{
	return &g_array_index (store->folders, PstFolder, n);
}

const guint32 *
pst_store_get_items (const PstStore *store, guint folder, guint *count)
{
	const PstFolder *f = pst_store_get_folder (store, folder);

	*count = f->item_count;
	return f->item_count > 0 ? &g_array_index (store->items, guint32, f->first_item) : NULL;
}

const guint32 *
pst_store_get_orphans (const PstStore *store, guint *count)
{
	*count = store->orphans->len;
	return (const guint32 *) (void *) store->orphans->data;
}
