/* pst-store.h - folders and the items in them, as a mail program would list them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tables of a folder and the parents in the node B-tree tell the same story twice and in real
 * files don't always agree; a folder or an item that either of them knows is listed, once.
 */
#pragma once

#include "message/folder.h"
#include "pst/pst-names.h"
#include "pst/pst-table.h"

#define PST_FOLDER_NONE G_MAXUINT

typedef struct {
	guint32 nid;
	guint parent; /* place of the parent in the same list; PST_FOLDER_NONE for a top */
	GBytes *name; /* as stored; NULL if it has none */
	gboolean name_is_utf16; /* UTF-16LE, else in the code page of the file */
	char *container_class;  /* "IPF.Note"; NULL if it has none */
	FolderRole role;        /* by entry id, never by name */
	gboolean is_outside;    /* not below the IPM subtree: items are counted, not announced */
	guint first_item;       /* its items are items[first_item .. first_item + item_count - 1] */
	guint item_count;
	guint table_only; /* of these, listed in the contents table but not a node of the folder */
	guint node_only;  /* nodes of the folder that its contents table doesn't list */
	guint hidden_count; /* folder-associated items (settings, views, rules): no mail */
} PstFolder;

typedef struct _PstStore PstStore;

/* List folders and items. INDEX must outlive the store. The first folder is the IPM subtree itself;
 * parents come before their children; the order is that of the hierarchy tables, then of node
 * ids. It depends on nothing but the file, so a second store of the same file lists the same.
 * Findings: "store-damaged", "names-damaged", "no-mail-root", "folder-damaged",
 * "folder-table-damaged", "folder-listed-twice", "folder-too-deep", "item-listed-twice". */
PstStore *pst_store_open (const PstIndex *index, PstFindingFunc finding, gpointer user_data);
void pst_store_free (PstStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstStore, pst_store_free)

const PstIndex *pst_store_get_index (const PstStore *store);

/* Properties of the message store; NULL if they couldn't be read. Borrowed. */
const PstProps *pst_store_get_props (const PstStore *store);

/* Named properties; NULL if the map couldn't be read. Borrowed. */
const PstNames *pst_store_get_names (const PstStore *store);

guint pst_store_get_folder_count (const PstStore *store);
const PstFolder *pst_store_get_folder (const PstStore *store, guint n);

/* The NIDs of a folder's items: contents-table order, then the others in rising order. Borrowed;
 * NULL if there are none. */
const guint32 *pst_store_get_items (const PstStore *store, guint folder, guint *count);

/* Messages that no folder of the list holds, in rising order: remnants of deletion, or victims of a
 * lost page. Borrowed. */
const guint32 *pst_store_get_orphans (const PstStore *store, guint *count);
