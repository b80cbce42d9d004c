/* imap-folders.c - which mailbox of a server is which of our folders
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-folders.h"

#include <string.h>

#include "base/error.h"
#include "message/folder-names.h"
#include "message/message.h"

struct ImapFolders {
	char *prefix; /* of all mailboxes: the namespace's, and below it the URL's folder */
	char *base;   /* the mailbox of the URL's folder, NULL if it names none */
	Folder *base_folder;
	char separator;
	char **foreign;       /* prefixes of other users' and shared mailboxes */
	GPtrArray *mailboxes; /* of ImapMailbox */
	GMutex lock;          /* of known, which several connections add to */
	GHashTable *known;    /* set of mailbox names */
	const ImapMailbox *by_role[FOLDER_ROLE_OUTBOX + 1];
};

/* RFC 6154. */
static const struct {
	FolderRole role;
	const char *attribute;
} roles[] = {
	{ FOLDER_ROLE_SENT, "\\Sent" },       { FOLDER_ROLE_DRAFTS, "\\Drafts" },
	{ FOLDER_ROLE_TRASH, "\\Trash" },     { FOLDER_ROLE_JUNK, "\\Junk" },
	{ FOLDER_ROLE_ARCHIVE, "\\Archive" },
};

/* --- What the server has ---------------------------------------------------------------------- */

static void
mailbox_free (gpointer data)
{
	ImapMailbox *mailbox = data;

	g_free (mailbox->mailbox);
	folder_unref (mailbox->folder);
	g_free (mailbox);
}

/* * NAMESPACE (("" "/")) (("~" "/")) NIL; RFC 2342, 5. */
static void
learn_namespace (const ImapResponse *response, gpointer user_data)
{
	ImapFolders *folders = user_data;
	g_autoptr (GPtrArray) foreign = g_ptr_array_new ();

	if (g_strcmp0 (response->name, "NAMESPACE") != 0)
		return;
	for (guint kind = 0; kind < 3; kind++) {
		const ImapValue *list = imap_value_at (response->values, kind);
		for (guint i = 0; list != NULL && list->items != NULL && i < list->items->len;
		     i++) {
			const ImapValue *space = g_ptr_array_index (list->items, i);
			g_autofree char *prefix =
				imap_value_dup_text (imap_value_at (space->items, 0));
			g_autofree char *level =
				imap_value_dup_text (imap_value_at (space->items, 1));
			if (kind > 0 && prefix != NULL && prefix[0] != '\0') {
				g_ptr_array_add (foreign, g_steal_pointer (&prefix));
			} else if (kind == 0 && i == 0 && prefix != NULL) {
				g_free (folders->prefix);
				folders->prefix = g_steal_pointer (&prefix);
				folders->separator = level != NULL ? level[0] : '\0';
			}
		}
	}
	g_ptr_array_add (foreign, NULL);
	g_strfreev (folders->foreign);
	folders->foreign = (char **) g_ptr_array_free (g_steal_pointer (&foreign), FALSE);
}

/* * LIST (attributes) "/" name */
static void
learn_separator (const ImapResponse *response, gpointer user_data)
{
	ImapFolders *folders = user_data;
	g_autofree char *level = imap_value_dup_text (imap_value_at (response->values, 1));

	if (g_strcmp0 (response->name, "LIST") == 0 && level != NULL)
		folders->separator = level[0];
}

static gboolean
has_attribute (const ImapValue *attributes, const char *name)
{
	for (guint i = 0;
	     attributes != NULL && attributes->items != NULL && i < attributes->items->len; i++) {
		const ImapValue *value = g_ptr_array_index (attributes->items, i);
		if (value->type == IMAP_VALUE_ATOM && g_ascii_strcasecmp (value->text, name) == 0)
			return TRUE;
	}
	return FALSE;
}

static FolderRole
role_of (const ImapValue *attributes)
{
	for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
		if (has_attribute (attributes, roles[i].attribute))
			return roles[i].role;
	return FOLDER_ROLE_NONE;
}

static gboolean
is_foreign (const ImapFolders *folders, const char *mailbox)
{
	for (gsize i = 0; folders->foreign != NULL && folders->foreign[i] != NULL; i++)
		if (g_str_has_prefix (mailbox, folders->foreign[i]))
			return TRUE;
	return FALSE;
}

/* Where the mailbox stands for us; NULL if it is none of ours. */
static Folder *
place (const ImapFolders *folders, const char *mailbox, FolderRole role)
{
	if (folders->base == NULL)
		return is_foreign (folders, mailbox)
			       ? NULL
			       : imap_name_decode (mailbox, folders->prefix, folders->separator,
						      role);
	if (strcmp (mailbox, folders->base) != 0)
		return imap_name_is_inbox (mailbox)
			       ? NULL
			       : imap_name_decode (mailbox, folders->prefix, folders->separator,
						      FOLDER_ROLE_NONE);
	char **components = folders->base_folder->components;
	const char *last[] = { components[g_strv_length (components) - 1], NULL };
	return folder_new (last, imap_name_is_inbox (mailbox) ? FOLDER_ROLE_INBOX
							      : FOLDER_ROLE_NONE);
}

/* A name with a line end in it (in a literal it can be) would be a command of the server's
 * making. */
static gboolean
is_usable (const char *name)
{
	if (name == NULL || name[0] == '\0')
		return FALSE;
	for (; *name != '\0'; name++)
		if (g_ascii_iscntrl (*name))
			return FALSE;
	return TRUE;
}

/* Of a mailbox that can hold mail; else NULL. Newly allocated. */
static char *
listed_name (const ImapResponse *response)
{
	const ImapValue *attributes = imap_value_at (response->values, 0);

	if (g_strcmp0 (response->name, "LIST") != 0 || has_attribute (attributes, "\\Noselect") ||
	    has_attribute (attributes, "\\NonExistent"))
		return NULL;
	return imap_value_dup_text (imap_value_at (response->values, 2));
}

static void
add_mailbox (const ImapResponse *response, gpointer user_data)
{
	ImapFolders *folders = user_data;
	const ImapValue *attributes = imap_value_at (response->values, 0);
	g_autofree char *name = listed_name (response);

	if (!is_usable (name))
		return;
	if (imap_name_is_inbox (name))
		strcpy (name, IMAP_INBOX);
	Folder *folder = place (folders, name, role_of (attributes));
	if (!g_hash_table_add (folders->known, g_strdup (name)) || folder == NULL) {
		folder_unref (folder);
		return;
	}
	ImapMailbox *mailbox = g_new0 (ImapMailbox, 1);
	mailbox->mailbox = g_steal_pointer (&name);
	mailbox->folder = folder;
	g_ptr_array_add (folders->mailboxes, mailbox);
}

static int
compare_mailboxes (gconstpointer a, gconstpointer b)
{
	const ImapMailbox *left = *(const ImapMailbox *const *) a;
	const ImapMailbox *right = *(const ImapMailbox *const *) b;
	gboolean left_inbox = left->folder->role == FOLDER_ROLE_INBOX;
	gboolean right_inbox = right->folder->role == FOLDER_ROLE_INBOX;

	if (left_inbox != right_inbox)
		return left_inbox ? -1 : 1;
	return strcmp (left->mailbox, right->mailbox);
}

static void
assign_role (ImapFolders *folders, ImapMailbox *mailbox, FolderRole role)
{
	Folder *named = mailbox->folder;

	mailbox->folder = folder_new ((const char *const *) named->components, role);
	folder_unref (named);
	folders->by_role[role] = mailbox;
}

/* For roles that the server gives to none: the mailbox with the most usual name for it. */
static void
guess_roles (ImapFolders *folders)
{
	ImapMailbox *best[G_N_ELEMENTS (folders->by_role)] = { NULL };
	guint best_rank[G_N_ELEMENTS (folders->by_role)] = { 0 };

	for (guint i = 0; i < folders->mailboxes->len; i++) {
		ImapMailbox *mailbox = g_ptr_array_index (folders->mailboxes, i);
		char **components = mailbox->folder->components;
		guint rank = 0;
		FolderRole role = components[1] == NULL
					  ? folder_names_find_role (components[0], &rank)
					  : FOLDER_ROLE_NONE;
		if (role != FOLDER_ROLE_NONE && mailbox->folder->role == FOLDER_ROLE_NONE &&
		    (best[role] == NULL || rank < best_rank[role])) {
			best[role] = mailbox;
			best_rank[role] = rank;
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
		if (folders->by_role[roles[i].role] == NULL && best[roles[i].role] != NULL)
			assign_role (folders, best[roles[i].role], roles[i].role);
}

/* One mailbox a role: the server's word first, then habit, so that what we sent is found again in
 * its place. */
static void
assign_roles (ImapFolders *folders)
{
	for (guint i = 0; i < folders->mailboxes->len; i++) {
		const ImapMailbox *mailbox = g_ptr_array_index (folders->mailboxes, i);
		FolderRole role = mailbox->folder->role;
		if (role != FOLDER_ROLE_NONE && folders->by_role[role] == NULL)
			folders->by_role[role] = mailbox;
	}
	if (folders->base == NULL)
		guess_roles (folders);
}

static gboolean
set_base (ImapFolders *folders, const char *path, GError **error)
{
	if (path == NULL)
		return TRUE;
	g_autofree char *trimmed = g_str_has_suffix (path, "/")
					   ? g_strndup (path, strlen (path) - 1)
					   : g_strdup (path);
	folders->base_folder = folder_new_from_path (trimmed, FOLDER_ROLE_NONE);
	if (folders->base_folder == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE,
			     "the URL ends with an impossible folder: %s", path);
		return FALSE;
	}
	char level[2] = { folders->separator != '\0' ? folders->separator : '/', '\0' };
	folders->base = imap_name_encode (folders->base_folder, folders->prefix,
					     folders->separator, TRUE);
	g_free (folders->prefix);
	folders->prefix = g_strconcat (folders->base, level, NULL);
	return TRUE;
}

static gboolean
expect_ok (ImapConnection *connection, guint tag, const char *command, ImapUntaggedFunc function,
	   ImapFolders *folders, GError **error)
{
	g_autoptr (ImapResponse) reply = NULL;

	if (!imap_connection_wait (connection, tag, function, folders, &reply, error))
		return FALSE;
	return reply->status == IMAP_STATUS_OK ||
	       imap_connection_refused (connection, reply, command, error);
}

/* How levels are separated and which mailboxes there are: both questions at once, although the
 * first answer is needed to understand the second. */
static gboolean
ask (ImapFolders *folders, ImapConnection *connection, const char *path, gboolean by_namespace,
     GError **error)
{
	gboolean asks_for_roles = imap_connection_has (connection, "SPECIAL-USE") &&
				  imap_connection_has (connection, "LIST-EXTENDED");
	const char *where = by_namespace ? "NAMESPACE" : "LIST \"\" \"\"";
	const char *what = asks_for_roles ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)"
					  : "LIST \"\" \"*\"";
	ImapUntaggedFunc learn = by_namespace ? learn_namespace : learn_separator;
	g_autoptr (ImapResponse) reply = NULL;
	g_autoptr (ImapResponse) unread = NULL;
	guint first = 0;
	guint second = 0;

	if (!imap_connection_send (connection, where, &first, error) ||
	    !imap_connection_send (connection, what, &second, error) ||
	    !imap_connection_wait (connection, first, learn, folders, &reply, error))
		return FALSE;
	if (reply->status == IMAP_STATUS_OK)
		return set_base (folders, path, error) &&
		       expect_ok (connection, second, what, add_mailbox, folders, error);
	if (!by_namespace)
		return imap_connection_refused (connection, reply, where, error);
	/* It announces what it does not know. */
	return imap_connection_wait (connection, second, NULL, NULL, &unread, error) &&
	       ask (folders, connection, path, FALSE, error);
}

ImapFolders *
imap_folders_new (ImapConnection *connection, const char *path, GError **error)
{
	g_autoptr (ImapFolders) folders = g_new0 (ImapFolders, 1);

	g_mutex_init (&folders->lock);
	folders->prefix = g_strdup ("");
	folders->mailboxes = g_ptr_array_new_with_free_func (mailbox_free);
	folders->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	if (!ask (folders, connection, path, imap_connection_has (connection, "NAMESPACE"), error))
		return NULL;
	g_ptr_array_sort (folders->mailboxes, compare_mailboxes);
	assign_roles (folders);
	return g_steal_pointer (&folders);
}

void
imap_folders_free (ImapFolders *folders)
{
	if (folders == NULL)
		return;
	g_free (folders->prefix);
	g_free (folders->base);
	folder_unref (folders->base_folder);
	g_strfreev (folders->foreign);
	g_clear_pointer (&folders->mailboxes, g_ptr_array_unref);
	g_clear_pointer (&folders->known, g_hash_table_unref);
	g_mutex_clear (&folders->lock);
	g_free (folders);
}

const GPtrArray *
imap_folders_list (const ImapFolders *folders)
{
	return folders->mailboxes;
}

gboolean
imap_folders_exists (const ImapFolders *folders, const char *mailbox)
{
	GMutex *lock = (GMutex *) &folders->lock;

	g_mutex_lock (lock);
	gboolean exists = g_hash_table_contains (folders->known, mailbox);
	g_mutex_unlock (lock);
	return exists;
}

/* A server whose Sent is yet to be made will know it by the usual name, not by the source's
 * "Gesendete Objekte". */
static char *
usual_mailbox (const ImapFolders *folders, FolderRole role)
{
	const char *name = folder_names_get_usual (role);

	return name != NULL ? g_strconcat (folders->prefix, name, NULL) : NULL;
}

/* The mailbox that the folder's role decides, NULL if its name does. */
static char *
mailbox_by_role (const ImapFolders *folders, const Folder *folder)
{
	if (folders->base != NULL)
		return NULL;
	const ImapMailbox *mailbox = folders->by_role[folder->role];
	return mailbox != NULL ? g_strdup (mailbox->mailbox)
			       : usual_mailbox (folders, folder->role);
}

static char *
mailbox_by_name (const ImapFolders *folders, const Folder *folder, ImapNaming naming)
{
	return imap_name_encode_as (naming, folder, folders->prefix, folders->separator,
				       folders->base == NULL);
}

char *
imap_folders_get_mailbox (const ImapFolders *folders, const Folder *folder)
{
	char *by_role = mailbox_by_role (folders, folder);

	if (by_role != NULL)
		return by_role;
	for (guint naming = 0; naming < IMAP_NAMINGS; naming++) {
		g_autofree char *mailbox = mailbox_by_name (folders, folder, naming);
		if (imap_folders_exists (folders, mailbox))
			return g_steal_pointer (&mailbox);
	}
	return mailbox_by_name (folders, folder, IMAP_NAMING_AS_IT_IS);
}

char *
imap_folders_get_other_mailbox (const ImapFolders *folders, const Folder *folder,
				const char *mailbox)
{
	g_autofree char *by_role = mailbox_by_role (folders, folder);
	gboolean found = FALSE;

	for (guint naming = 0; by_role == NULL && naming < IMAP_NAMINGS; naming++) {
		g_autofree char *name = mailbox_by_name (folders, folder, naming);
		gboolean same = strcmp (name, mailbox) == 0;
		if (found && !same)
			return g_steal_pointer (&name);
		found = found || same;
	}
	return NULL;
}

/* --- Making mailboxes ------------------------------------------------------------------------- */

static char *
create_command (const ImapFolders *folders, ImapConnection *connection, const char *quoted,
		FolderRole role)
{
	if (folders->base == NULL && imap_connection_has (connection, "CREATE-SPECIAL-USE"))
		for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
			if (roles[i].role == role)
				return g_strdup_printf ("CREATE %s (USE (%s))", quoted,
							roles[i].attribute);
	return g_strdup_printf ("CREATE %s", quoted);
}

/* RFC 5530: what is about rights, limits or the state of the server is not about the name. */
static gboolean
may_be_the_name (const ImapResponse *reply)
{
	return reply->code == NULL || reply->code->len == 0 ||
	       imap_response_has_code (reply, "CANNOT");
}

/* Is there one that differs in case or composition only? A server to which they are the same says
 * that ours exists, and would put two folders into one. */
static gboolean
has_twin (const ImapFolders *folders, const char *mailbox)
{
	g_autofree char *folded = imap_name_fold (mailbox);
	GMutex *lock = (GMutex *) &folders->lock;
	gboolean found = FALSE;
	GHashTableIter iter;
	gpointer other;

	g_mutex_lock (lock);
	g_hash_table_iter_init (&iter, folders->known);
	while (!found && folded != NULL && g_hash_table_iter_next (&iter, &other, NULL)) {
		g_autofree char *other_folded = imap_name_fold (other);
		found = g_strcmp0 (folded, other_folded) == 0;
	}
	g_mutex_unlock (lock);
	return found;
}

typedef struct {
	const char *mailbox;
	gboolean listed;
} Search;

static void
note_listed (const ImapResponse *response, gpointer user_data)
{
	Search *search = user_data;
	g_autofree char *name = listed_name (response);

	if (g_strcmp0 (name, search->mailbox) == 0)
		search->listed = TRUE;
}

/* The OK may have been lost with a connection, and the server then says without a code that it is
 * there already (Cyrus 3.6, Courier 5.0). */
static gboolean
is_listed (ImapConnection *connection, const char *mailbox, const char *quoted, gboolean *listed,
	   GError **error)
{
	Search search = { .mailbox = mailbox };
	g_autofree char *command = g_strconcat ("LIST \"\" ", quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;

	if (!imap_connection_run (connection, command, note_listed, &search, &reply, error))
		return FALSE;
	*listed = search.listed;
	return TRUE;
}

/* Takes what is there already for made, unless only its twin is. */
static gboolean
take_refusal (const ImapFolders *folders, ImapConnection *connection, const ImapResponse *reply,
	      const char *mailbox, const char *quoted, gboolean *name_refused, GError **error)
{
	gboolean exists = imap_response_has_code (reply, "ALREADYEXISTS");
	gboolean listed = FALSE;

	*name_refused = exists || may_be_the_name (reply);
	if (exists && !has_twin (folders, mailbox))
		return TRUE;
	if (!is_listed (connection, mailbox, quoted, &listed, error))
		return FALSE;
	if (listed)
		return TRUE;
	g_set_error (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE,
		     "the server refuses to make the folder: %s", reply->text);
	return FALSE;
}

gboolean
imap_folders_create (ImapFolders *folders, ImapConnection *connection, const char *mailbox,
		     const Folder *folder, gboolean *name_refused, GError **error)
{
	g_autofree char *quoted = imap_quote (mailbox);
	g_autofree char *command = create_command (folders, connection, quoted, folder->role);
	g_autofree char *subscribe = g_strconcat ("SUBSCRIBE ", quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;
	g_autoptr (ImapResponse) subscribed = NULL;

	*name_refused = FALSE;
	if (!imap_connection_run (connection, command, NULL, NULL, &reply, error))
		return FALSE;
	if (reply->status != IMAP_STATUS_OK &&
	    !take_refusal (folders, connection, reply, mailbox, quoted, name_refused, error))
		return FALSE;
	g_mutex_lock (&folders->lock);
	g_hash_table_add (folders->known, g_strdup (mailbox));
	g_mutex_unlock (&folders->lock);
	/* Mail clients that show only subscribed folders would hide it; a refusal does no other
	 * harm. */
	return imap_connection_run (connection, subscribe, NULL, NULL, &subscribed, error);
}
