/* folder.c - where a message lies: a path of names, and what the folder is for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/folder.h"

#include <string.h>

#include "base/text.h"

static const char *const role_names[] = {
	[FOLDER_ROLE_NONE] = NULL,       [FOLDER_ROLE_INBOX] = "inbox", [FOLDER_ROLE_SENT] = "sent",
	[FOLDER_ROLE_DRAFTS] = "drafts", [FOLDER_ROLE_TRASH] = "trash", [FOLDER_ROLE_JUNK] = "junk",
	[FOLDER_ROLE_ARCHIVE] = "archive", [FOLDER_ROLE_OUTBOX] = "outbox",
};

const char *
folder_role_to_text (FolderRole role)
{
	return role_names[role];
}

gboolean
folder_role_from_text (const char *text, FolderRole *role)
{
	for (guint i = FOLDER_ROLE_INBOX; i < G_N_ELEMENTS (role_names); i++) {
		if (strcmp (role_names[i], text) != 0)
			continue;
		*role = (FolderRole) i;
		return TRUE;
	}
	return FALSE;
}

/* One component as text: what would be taken for something else is escaped. */
static void
append_escaped (GString *path, const char *component)
{
	g_autofree char *escaped = text_percent_encode (component, -1, "/");
	gsize length = strlen (escaped);

	if (strcmp (escaped, ".") == 0 || strcmp (escaped, "..") == 0) {
		g_string_append (path, length == 1 ? "%2E" : "%2E%2E");
		return;
	}
	gboolean blank_first = escaped[0] == ' ';
	gboolean blank_last = length > 1 && escaped[length - 1] == ' ';
	if (blank_first)
		g_string_append (path, "%20");
	g_string_append_len (path, escaped + blank_first,
			     (gssize) (length - blank_first - blank_last));
	if (blank_last)
		g_string_append (path, "%20");
}

Folder *
folder_new (const char *const *components, FolderRole role)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	g_autoptr (GString) path = g_string_new (NULL);

	for (gsize i = 0; components != NULL && components[i] != NULL; i++)
		g_ptr_array_add (names,
				 g_strdup (components[i][0] != '\0' ? components[i] : "Unnamed"));
	if (names->len == 0)
		g_ptr_array_add (names, g_strdup ("INBOX"));
	for (guint i = 0; i < names->len; i++) {
		if (i > 0)
			g_string_append_c (path, '/');
		append_escaped (path, names->pdata[i]);
	}
	g_ptr_array_add (names, NULL);

	/* There may be a hundred thousand of them: no more memory than they need. */
	Folder *folder = g_new0 (Folder, 1);
	g_atomic_ref_count_init (&folder->references);
	folder->components = g_memdup2 (names->pdata, names->len * sizeof (char *));
	folder->path = g_strndup (path->str, path->len);
	folder->role = role;
	return folder;
}

Folder *
folder_new_inbox (void)
{
	return folder_new (NULL, FOLDER_ROLE_INBOX);
}

Folder *
folder_new_from_path (const char *path, FolderRole role)
{
	g_auto (GStrv) components = g_strsplit (path, "/", -1);

	if (components[0] == NULL)
		return NULL;
	for (gsize i = 0; components[i] != NULL; i++) {
		g_autofree char *name = text_percent_decode (components[i], -1);
		gboolean good = name != NULL && *name != '\0' && g_utf8_validate (name, -1, NULL) &&
				strcmp (components[i], ".") != 0 &&
				strcmp (components[i], "..") != 0;
		if (!good)
			return NULL;
		g_free (components[i]);
		components[i] = g_steal_pointer (&name);
	}
	return folder_new ((const char *const *) components, role);
}

Folder *
folder_ref (Folder *folder)
{
	g_atomic_ref_count_inc (&folder->references);
	return folder;
}

void
folder_unref (Folder *folder)
{
	if (folder == NULL || !g_atomic_ref_count_dec (&folder->references))
		return;
	g_strfreev (folder->components);
	g_free (folder->path);
	g_free (folder);
}

gboolean
folder_equal (const Folder *a, const Folder *b)
{
	return a == b || strcmp (a->path, b->path) == 0;
}
