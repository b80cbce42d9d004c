/* pst-folders.c - the folders that a file's reader has told of, each with a path of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-folders.h"

#include <string.h>

#include "pst/pst-wire.h"

#define MAX_FOLDERS 1000000
#define MAX_PATH    16384

void
pst_folders_init (PstFolders *folders, Report *report, const char *origin)
{
	folders->entries = g_array_new (FALSE, FALSE, sizeof (PstFolderEntry));
	folders->paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	folders->report = report;
	folders->origin = origin;
}

void
pst_folders_clear (PstFolders *folders)
{
	for (guint i = 0; folders->entries != NULL && i < folders->entries->len; i++)
		folder_unref (pst_folders_get (folders, i)->folder);
	g_clear_pointer (&folders->entries, g_array_unref);
	g_clear_pointer (&folders->paths, g_hash_table_unref);
}

guint
pst_folders_get_count (const PstFolders *folders)
{
	return folders->entries->len;
}

PstFolderEntry *
pst_folders_get (const PstFolders *folders, guint number)
{
	return &g_array_index (folders->entries, PstFolderEntry, number);
}

/* The components of a new folder below parent; the root of all isn't among them. The inbox is
 * INBOX wherever it lies. */
static GPtrArray *
make_components (const PstFolders *folders, guint32 parent, FolderRole role, const char *name)
{
	GPtrArray *components = g_ptr_array_new_with_free_func (g_free);

	if (role == FOLDER_ROLE_INBOX) {
		g_ptr_array_add (components, g_strdup ("INBOX"));
		return components;
	}
	if (parent < folders->entries->len) {
		const PstFolderEntry *above = pst_folders_get (folders, parent);
		gboolean is_short = strlen (above->folder->path) + strlen (name) < MAX_PATH;
		for (char **p = above->folder->components;
		     !(above->bits & PST_WIRE_IS_ROOT) && is_short && *p; p++)
			g_ptr_array_add (components, g_strdup (*p));
	}
	g_ptr_array_add (components, g_strdup (name));
	return components;
}

/* Two folders of one name must not become one: the second is "Name (2)". */
static Folder *
make_unique_folder (PstFolders *folders, GPtrArray *components, FolderRole role)
{
	g_autofree char *name = g_strdup (g_ptr_array_index (components, components->len - 1));

	g_ptr_array_add (components, NULL);
	for (guint n = 2;; n++) {
		Folder *folder = folder_new ((const char *const *) components->pdata, role);
		if (g_hash_table_add (folders->paths, g_strdup (folder->path))) {
			if (n > 2)
				report_finding (folders->report, REPORT_NOTE, "folder-name-twice",
						folders->origin, folder->path,
						"another folder has this name already");
			return folder;
		}
		folder_unref (folder);
		char **last = (char **) &g_ptr_array_index (components, components->len - 2);
		g_free (*last);
		*last = g_strdup_printf ("%s (%u)", *name != '\0' ? name : "Unnamed", n);
	}
}

gboolean
pst_folders_add (PstFolders *folders, guint32 parent, guint32 role, guint32 bits, const char *name)
{
	PstFolderEntry entry = { .bits = bits };

	if (role > FOLDER_ROLE_OUTBOX || folders->entries->len >= MAX_FOLDERS ||
	    (parent != G_MAXUINT32 && parent >= folders->entries->len))
		return FALSE;
	g_autoptr (GPtrArray) components = make_components (folders, parent, (FolderRole) role,
							    name);
	entry.folder = make_unique_folder (folders, components, (FolderRole) role);
	if (bits & PST_WIRE_IS_UNNAMED)
		report_finding (folders->report, REPORT_NOTE, "folder-unnamed", folders->origin,
				entry.folder->path, "a folder has no name");
	g_array_append_val (folders->entries, entry);
	return TRUE;
}
