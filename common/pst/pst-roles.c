/* pst-roles.c - which folder holds the mail, and which are the inbox, the sent items, the trash...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A PST stores entry ids that end in a NID ([MS-PST] 2.4.3.2). An OST stores the server's entry ids
 * ([MS-OXCDATA] 2.2.4.1); node 0x821 translates those into NIDs, and four folders have the same
 * NID in every OST.
 */
#include "pst/pst-roles.h"

#include <string.h>

#include "pst/pst-table.h"

#define PROP_MESSAGE_CLASS  0x001a
#define PROP_MAIL_ROOT      0x35e0
#define PROP_DRAFTS         0x36d7
#define PROP_MORE_FOLDERS   0x36d8 /* conflicts, sync issues, local and server failures, junk */
#define PLACE_OF_JUNK       4
#define PROP_RECEIVE_FOLDER 0x6605

#define OST_MAIL_ROOT 0x2142u
#define OST_INBOX     0x2182u
#define PST_MAIL_ROOT 0x8022u

#define LOCAL_ENTRY_ID    24
#define LOCAL_NID_AT      20
#define SERVER_ENTRY_ID   46
#define SERVER_COUNTER_AT 38
#define COUNTER_SIZE      6

typedef struct {
	guint32 id; /* property or NID */
	FolderRole role;
} Known;

static const Known store_props[] = {
	{0x35e2, FOLDER_ROLE_OUTBOX},
	{0x35e3, FOLDER_ROLE_TRASH},
	{0x35e4, FOLDER_ROLE_SENT},
	{0x35ff, FOLDER_ROLE_ARCHIVE},
};

static const Known ost_folders[] = {
	{0x2162, FOLDER_ROLE_TRASH},
	{0x2182, FOLDER_ROLE_INBOX},
	{0x21a2, FOLDER_ROLE_OUTBOX},
	{0x21c2, FOLDER_ROLE_SENT},
};

typedef struct {
	const PstIndex *index;
	GArray *server_ids; /* of ServerId; NULL if not yet read */
	GHashTable *roles;
	guint given; /* bit per role */
	PstFindingFunc finding; /* may be NULL */
	gpointer user_data;
} Search;

typedef struct {
	guint8 counter[COUNTER_SIZE];
	guint32 nid;
} ServerId;

/* A role that is lost changes the name of a folder, and what a server makes of it. */
static void
complain (const Search *search, guint32 nid, const GError *error)
{
	if (search->finding != NULL && error != NULL)
		search->finding ("store-damaged", nid, error->message, search->user_data);
}

/* NULL without an error if the file has no such node. */
static PstNode *
open_if_there (const Search *search, guint32 nid, GError **error)
{
	return pst_index_find_node (search->index, nid) != NULL
		       ? pst_node_open (search->index, nid, error)
		       : NULL;
}

static void
give_role (Search *search, guint32 nid, FolderRole role)
{
	if (PST_NID_TYPE (nid) != PST_NID_FOLDER || nid == PST_NID_ROOT_FOLDER ||
	    (search->given & 1u << role) != 0 ||
	    g_hash_table_contains (search->roles, GUINT_TO_POINTER (nid)))
		return;
	search->given |= 1u << role;
	g_hash_table_insert (search->roles, GUINT_TO_POINTER (nid), GUINT_TO_POINTER (role));
}

/* Key: replica number, then the counter in network order; entry: NID without its type. */
static gboolean
add_server_id (const guint8 *p, gpointer user_data)
{
	ServerId id = { .nid = PST_NID_WITH_TYPE (pst_file_u32 (p + 8), PST_NID_FOLDER) };

	memcpy (id.counter, p + 2, COUNTER_SIZE);
	if (pst_file_u16 (p) != 0) /* 0: folders the server doesn't know */
		g_array_append_val ((GArray *) user_data, id);
	return TRUE;
}

static GArray *
read_server_ids (const Search *search)
{
	GArray *ids = g_array_new (FALSE, FALSE, sizeof (ServerId));
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = open_if_there (search, PST_NID_SERVER_IDS, &error);
	g_autoptr (PstHeap) heap =
		node != NULL ? pst_heap_open (node, PST_HEAP_TREE, &error) : NULL;

	if (heap != NULL)
		(void) pst_heap_walk_tree (heap, pst_heap_get_user_root (heap), 8, 4,
					   add_server_id, ids, &error); /* told below */
	complain (search, PST_NID_SERVER_IDS, error);
	return ids;
}

/* The entry id names a replica by GUID where the tree has its number; so a counter that two
 * replicas have given out tells nothing. */
static guint32
find_server_id (Search *search, const guint8 *counter)
{
	guint32 found = 0;

	if (search->server_ids == NULL)
		search->server_ids = read_server_ids (search);
	for (guint i = 0; i < search->server_ids->len; i++) {
		const ServerId *id = &g_array_index (search->server_ids, ServerId, i);
		if (memcmp (id->counter, counter, COUNTER_SIZE) != 0)
			continue;
		if (found != 0)
			return 0;
		found = id->nid;
	}
	return found;
}

/* 0 if the entry id isn't one of this file. */
static guint32
get_entry_nid (Search *search, GBytes *entry_id)
{
	gsize length;
	const guint8 *p = g_bytes_get_data (entry_id, &length);

	if (length == LOCAL_ENTRY_ID)
		return pst_file_u32 (p + LOCAL_NID_AT);
	if (length == SERVER_ENTRY_ID && pst_file_is_ost (pst_index_get_file (search->index)))
		return find_server_id (search, p + SERVER_COUNTER_AT);
	return 0;
}

static void
give_role_by_prop (Search *search, const PstProps *props, guint16 id, FolderRole role)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) entry_id = pst_props_get_type (props, id) == PST_TYPE_BINARY
					      ? pst_props_get_binary (props, id, &error)
					      : NULL;

	complain (search, PST_NID_STORE, error);
	if (entry_id != NULL)
		give_role (search, get_entry_nid (search, entry_id), role);
}

/* Outlook keeps these with the root folder of a PST, Exchange with the inbox. */
static void
give_roles_by_folder (Search *search, guint32 nid)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = open_if_there (search, nid, NULL); /* told of with the folder */
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, NULL) : NULL;
	if (props == NULL)
		return;

	give_role_by_prop (search, props, PROP_DRAFTS, FOLDER_ROLE_DRAFTS);
	g_autoptr (GPtrArray) more =
		pst_props_get_multiple (props, PROP_MORE_FOLDERS, NULL, &error);
	complain (search, nid, error);
	if (more != NULL && more->len > PLACE_OF_JUNK)
		give_role (search, get_entry_nid (search, more->pdata[PLACE_OF_JUNK]),
			   FOLDER_ROLE_JUNK);
}

/* How well a row of the receive folder table names the inbox: the class "IPM" best, no class (all
 * others) next. */
static guint
rate_class (const PstProps *row)
{
	gboolean utf16 = FALSE;
	g_autoptr (GBytes) name = pst_props_get_string (row, PROP_MESSAGE_CLASS, &utf16, NULL);
	gsize length = 0;
	const guint8 *p = name != NULL ? g_bytes_get_data (name, &length) : NULL;

	if (length == 0)
		return 1;
	return utf16 ? (length == 6 && memcmp (p, "I\0P\0M", 6) == 0 ? 2 : 0)
		     : (length == 3 && memcmp (p, "IPM", 3) == 0 ? 2 : 0);
}

static guint32
find_inbox (const Search *search, guint32 mail_root)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = open_if_there (search, PST_NID_RECEIVE_FOLDERS, &error);
	g_autoptr (PstTable) table = node != NULL ? pst_table_open (node, &error) : NULL;
	guint32 inbox = 0;
	guint best = 0;

	complain (search, PST_NID_RECEIVE_FOLDERS, error);
	complain (search, PST_NID_RECEIVE_FOLDERS,
		  table != NULL ? pst_table_get_damage (table) : NULL);
	for (guint i = 0; table != NULL && i < pst_table_get_row_count (table); i++) {
		g_autoptr (GError) row_error = NULL;
		g_autoptr (PstProps) row = pst_table_get_row (table, i, &row_error);
		complain (search, PST_NID_RECEIVE_FOLDERS, row_error);
		if (row == NULL)
			continue;
		guint rating = rate_class (row);
		guint32 nid = (guint32) pst_props_get_int_or (row, PROP_RECEIVE_FOLDER, 0);
		/* A file that never received mail points at its root. */
		if (rating > best && nid != PST_NID_ROOT_FOLDER && nid != mail_root) {
			best = rating;
			inbox = nid;
		}
	}
	return inbox;
}

static gboolean
is_known_folder (const PstIndex *index, guint32 nid)
{
	gsize children;

	if (PST_NID_TYPE (nid) != PST_NID_FOLDER)
		return FALSE;
	(void) pst_index_find_children (index, nid, &children);
	return children > 0 || pst_index_find_node (index, nid) != NULL ||
	       pst_index_find_node (index, PST_NID_WITH_TYPE (nid, PST_NID_HIERARCHY_TABLE)) !=
		       NULL;
}

guint32
pst_roles_find_mail_root (const PstIndex *index, const PstProps *store, gboolean *is_guess)
{
	Search search = {.index = index};
	g_autoptr (GBytes) entry_id =
		store != NULL && pst_props_get_type (store, PROP_MAIL_ROOT) == PST_TYPE_BINARY
			? pst_props_get_binary (store, PROP_MAIL_ROOT, NULL)
			: NULL;
	guint32 nid = entry_id != NULL ? get_entry_nid (&search, entry_id) : 0;

	g_clear_pointer (&search.server_ids, g_array_unref);
	*is_guess = FALSE;
	if (is_known_folder (index, nid))
		return nid;
	if (pst_file_is_ost (pst_index_get_file (index)) && is_known_folder (index, OST_MAIL_ROOT))
		return OST_MAIL_ROOT;
	*is_guess = TRUE;
	return is_known_folder (index, PST_MAIL_ROOT) ? PST_MAIL_ROOT : PST_NID_ROOT_FOLDER;
}

GHashTable *
pst_roles_find (const PstIndex *index, const PstProps *store, PstFindingFunc finding,
		gpointer user_data)
{
	Search search = { .index = index,
			  .roles = g_hash_table_new (NULL, NULL),
			  .finding = finding,
			  .user_data = user_data };
	gboolean is_ost = pst_file_is_ost (pst_index_get_file (index));
	gboolean is_guess;
	guint32 mail_root = pst_roles_find_mail_root (index, store, &is_guess);
	guint32 inbox = find_inbox (&search, mail_root);

	if (inbox == 0 && is_ost)
		inbox = OST_INBOX;
	give_role (&search, inbox, FOLDER_ROLE_INBOX);
	for (guint i = 0; store != NULL && i < G_N_ELEMENTS (store_props); i++)
		give_role_by_prop (&search, store, (guint16)store_props[i].id, store_props[i].role);
	for (guint i = 0; is_ost && i < G_N_ELEMENTS (ost_folders); i++)
		give_role (&search, ost_folders[i].id, ost_folders[i].role);
	give_roles_by_folder (&search, PST_NID_ROOT_FOLDER);
	give_roles_by_folder (&search, inbox);

	g_clear_pointer (&search.server_ids, g_array_unref);
	return search.roles;
}
