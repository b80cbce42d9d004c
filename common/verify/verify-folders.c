/* verify-folders.c - which folder of one side is which of the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-folders.h"

#include <string.h>

#include "base/digest.h"

#define MARK_DIGITS 8 /* of the digest behind the '~' of a name that could not stay */

/* --- Names -------------------------------------------------------------- */

/* What stands for path at the target; newly allocated. */
static char *
map_path (const char *path, const char *const *map)
{
	for (gsize i = 0; map != NULL && map[i] != NULL; i++) {
		const char *to = strchr (map[i], '=');
		gsize length = to != NULL ? (gsize) (to - map[i]) : 0;
		if (length > 0 && strncmp (path, map[i], length) == 0 &&
		    (path[length] == '\0' || path[length] == '/'))
			return g_strconcat (to + 1, path + length, NULL);
	}
	return NULL;
}

gboolean
verify_folders_maps (const VerifyIndex *index, const char *entry)
{
	const char *const map[] = { entry, NULL };

	for (guint32 i = 0; i < verify_index_count_folders (index); i++) {
		g_autofree char *mapped = map_path (verify_index_get_folder (index, i)->path, map);
		if (mapped != NULL)
			return TRUE;
	}
	return FALSE;
}

/* The name by which folders of two media are the same: IMAP's INBOX has no case (RFC 3501, 5.1),
 * and servers store composed characters where others store decomposed ones. */
static char *
common_name (const char *path, gboolean is_inbox)
{
	static const char inbox[] = "INBOX";
	gsize length = sizeof inbox - 1;

	if (is_inbox)
		return g_strdup (inbox);
	if (g_ascii_strncasecmp (path, inbox, length) == 0 &&
	    (path[length] == '\0' || path[length] == '/')) {
		g_autofree char *child = g_utf8_normalize (path + length, -1, G_NORMALIZE_NFC);
		return g_strconcat (inbox, child, NULL);
	}
	return g_utf8_normalize (path, -1, G_NORMALIZE_NFC);
}

static char *
name_of (const Folder *folder, const char *const *map)
{
	g_autofree char *mapped = map_path (folder->path, map);

	if (mapped != NULL)
		return common_name (mapped, FALSE);
	return common_name (folder->path,
			    folder->role == FOLDER_ROLE_INBOX && folder->components[1] == NULL);
}

static guint32
name_place (GHashTable *names, char *name)
{
	gpointer known = g_hash_table_lookup (names, name);

	if (known != NULL) {
		g_free (name);
		return GPOINTER_TO_UINT (known) - 1;
	}
	guint32 place = g_hash_table_size (names);
	g_hash_table_insert (names, name, GUINT_TO_POINTER (place + 1));
	return place;
}

static void
place_folders (guint32 **places, const VerifyIndex *index, GHashTable *names,
	       const char *const *map)
{
	guint32 count = verify_index_count_folders (index);

	for (guint scope = 0; scope < VERIFY_SCOPES; scope++)
		places[scope] = g_new0 (guint32, count);
	for (guint32 i = 0; i < count; i++) {
		const Folder *folder = verify_index_get_folder (index, i);
		gboolean special =
			folder->role != FOLDER_ROLE_NONE && folder->role != FOLDER_ROLE_INBOX;
		places[VERIFY_SCOPE_NAME][i] = name_place (names, name_of (folder, map));
		places[VERIFY_SCOPE_ROLE][i] = special ? (guint32) folder->role : VERIFY_NO_PLACE;
	}
}

/* --- Names that could not stay ------------------------------------------ */

/* The digest at the end of a name, or NULL. */
static const char *
mark_of (const char *path)
{
	const char *mark = strrchr (path, '~');

	return mark != NULL && strlen (mark + 1) == MARK_DIGITS &&
			       strspn (mark + 1, "0123456789abcdef") == MARK_DIGITS
		       ? mark + 1
		       : NULL;
}

static void
note_mark (GHashTable *marks, const char *path, guint32 place)
{
	guint8 digest[DIGEST_SIZE];
	g_autofree char *hex = g_malloc (DIGEST_HEX_SIZE);

	digest_of (path, strlen (path), digest);
	g_hash_table_insert (marks, digest_to_hex (digest, MARK_DIGITS / 2, hex),
			     GUINT_TO_POINTER (place));
	hex = NULL;
}

/* A folder whose name ends in the digest of a path of the other side is that folder, unless the
 * other side has one of just that name. */
static void
settle_marked (guint32 *places, const VerifyIndex *index, const guint32 *other_places,
	       const VerifyIndex *other, const char *const *map)
{
	g_autoptr (GHashTable) marks =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GHashTable) taken = g_hash_table_new (NULL, NULL);

	for (guint32 i = 0; i < verify_index_count_folders (other); i++) {
		const char *path = verify_index_get_folder (other, i)->path;
		g_autofree char *mapped = map_path (path, map);
		note_mark (marks, path, other_places[i]);
		if (mapped != NULL)
			note_mark (marks, mapped, other_places[i]);
		g_hash_table_add (taken, GUINT_TO_POINTER (other_places[i]));
	}
	for (guint32 i = 0; i < verify_index_count_folders (index); i++) {
		const char *mark = mark_of (verify_index_get_folder (index, i)->path);
		gpointer place;
		if (mark != NULL &&
		    !g_hash_table_contains (taken, GUINT_TO_POINTER (places[i])) &&
		    g_hash_table_lookup_extended (marks, mark, NULL, &place))
			places[i] = GPOINTER_TO_UINT (place);
	}
}

/* --- Both sides --------------------------------------------------------- */

VerifyFolders *
verify_folders_new (const VerifyIndex *source, const VerifyIndex *target, const char *const *map)
{
	g_autoptr (GHashTable) names =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	VerifyFolders *folders = g_new0 (VerifyFolders, 1);

	place_folders (folders->source, source, names, map);
	place_folders (folders->target, target, names, NULL);
	settle_marked (folders->target[VERIFY_SCOPE_NAME], target,
		       folders->source[VERIFY_SCOPE_NAME], source, map);
	settle_marked (folders->source[VERIFY_SCOPE_NAME], source,
		       folders->target[VERIFY_SCOPE_NAME], target, NULL);
	return folders;
}

void
verify_folders_free (VerifyFolders *folders)
{
	if (folders == NULL)
		return;
	for (guint scope = 0; scope < VERIFY_SCOPES; scope++) {
		g_free (folders->source[scope]);
		g_free (folders->target[scope]);
	}
	g_free (folders);
}

/* place -> folder */
static GHashTable *
first_of_places (const guint32 *places, const VerifyIndex *index)
{
	GHashTable *firsts = g_hash_table_new (NULL, NULL);

	for (guint32 i = verify_index_count_folders (index); i > 0; i--)
		if (places[i - 1] != VERIFY_NO_PLACE)
			g_hash_table_insert (firsts, GUINT_TO_POINTER (places[i - 1]),
					     GUINT_TO_POINTER (i - 1));
	return firsts;
}

GArray *
verify_folders_match (const VerifyFolders *folders, const VerifyIndex *source,
		      const VerifyIndex *target)
{
	guint32 count = verify_index_count_folders (source);
	GArray *result = g_array_sized_new (FALSE, FALSE, sizeof (guint32), count);
	g_autoptr (GHashTable) names = first_of_places (folders->target[VERIFY_SCOPE_NAME], target);
	g_autoptr (GHashTable) roles = first_of_places (folders->target[VERIFY_SCOPE_ROLE], target);

	for (guint32 i = 0; i < count; i++) {
		gpointer name = GUINT_TO_POINTER (folders->source[VERIFY_SCOPE_NAME][i]);
		gpointer role = GUINT_TO_POINTER (folders->source[VERIFY_SCOPE_ROLE][i]);
		guint32 found = VERIFY_NO_PLACE;
		gpointer folder;
		if (g_hash_table_lookup_extended (names, name, NULL, &folder) ||
		    g_hash_table_lookup_extended (roles, role, NULL, &folder))
			found = GPOINTER_TO_UINT (folder);
		g_array_append_val (result, found);
	}
	return result;
}
