/* imap-map.c - --map: folders that are to go elsewhere
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-map.h"

#include <string.h>

#include "base/error.h"

struct ImapMap {
	GHashTable *targets; /* folder path -> Folder */
};

static gboolean
add (ImapMap *map, const char *text, GError **error)
{
	const char *equals = strchr (text, '=');
	g_autofree char *from = g_strndup (text, equals != NULL ? (gsize) (equals - text) : 0);
	g_autoptr (Folder) left = folder_new_from_path (from, FOLDER_ROLE_NONE);
	Folder *right = equals != NULL ? folder_new_from_path (equals + 1, FOLDER_ROLE_NONE) : NULL;

	if (left != NULL && right != NULL) {
		g_hash_table_replace (map->targets, g_strdup (left->path), right);
		return TRUE;
	}
	folder_unref (right);
	g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE, "--map=%s: must be FOLDER=FOLDER", text);
	return FALSE;
}

ImapMap *
imap_map_new (const char *const *texts, GError **error)
{
	g_autoptr (ImapMap) map = g_new0 (ImapMap, 1);

	map->targets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					      (GDestroyNotify) folder_unref);
	for (gsize i = 0; texts != NULL && texts[i] != NULL; i++)
		if (!add (map, texts[i], error))
			return NULL;
	return g_steal_pointer (&map);
}

void
imap_map_free (ImapMap *map)
{
	if (map == NULL)
		return;
	g_hash_table_unref (map->targets);
	g_free (map);
}

Folder *
imap_map_apply (const ImapMap *map, Folder *folder)
{
	g_autofree char *path = g_strdup (folder->path);

	for (char *end = path; end != NULL; end = strrchr (path, '/')) {
		if (end != path)
			*end = '\0';
		const Folder *mapped = g_hash_table_lookup (map->targets, path);
		if (mapped == NULL)
			continue;
		g_autofree char *whole = g_strconcat (mapped->path, folder->path + strlen (path),
						      NULL);
		Folder *result = folder_new_from_path (whole, FOLDER_ROLE_NONE);
		return result != NULL ? result : folder_ref (folder);
	}
	return folder_ref (folder);
}
