/* maildir-folders.c - which directory holds which folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-folders.h"

#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "maildir/maildir-file.h"
#include "maildir/maildir-list.h"

/* Deeper is a loop or a trap. */
#define DEPTH_LIMIT 64

struct MaildirFolders {
	char *shown;
	MaildirLayout layout;
	MaildirNames names;
	Report *report;
	GPtrArray *all;           /* owns the MaildirFolders that the tables refer to */
	GHashTable *by_path;      /* text form of the folder -> MaildirFolder */
	GHashTable *by_directory; /* directory -> MaildirFolder */
	GHashTable *by_key;       /* maildir_directory_make_keys -> MaildirFolder */
	MaildirList *truth;
	MaildirList *subscriptions;
	GPtrArray *new_ones; /* declared since the last save */
	GPtrArray *changed;  /* the same, and those whose role is new */
	gboolean second_version; /* of the subscriptions */
	gboolean untidy;     /* the files have been added to since they were in order */
};

static void
free_folder (gpointer data)
{
	MaildirFolder *folder = data;

	folder_unref (folder->folder);
	g_free (folder->directory);
	g_free (folder->name);
	g_free (folder);
}

/* --- The table ------------------------------------------------------------ */

static MaildirNaming
naming_of (const MaildirFolders *folders)
{
	return (MaildirNaming){ folders->layout == MAILDIR_LAYOUT_FS, folders->names };
}

static void
take_keys (MaildirFolders *folders, MaildirFolder *entry)
{
	g_auto (GStrv) keys = maildir_directory_make_keys (entry->directory, entry->name);

	for (gsize i = 0; keys[i] != NULL; i++)
		g_hash_table_replace (folders->by_key, g_strdup (keys[i]), entry);
}

/* Takes the reference of folder. A path that is taken keeps its directory: two directories may
 * decode to one name. */
static MaildirFolder *
add_folder (MaildirFolders *folders, Folder *folder, const char *directory, const char *name,
	    gboolean declared)
{
	MaildirFolder *entry = g_new0 (MaildirFolder, 1);

	entry->folder = folder;
	entry->directory = g_strdup (directory);
	entry->name = g_strdup (name);
	entry->declared = declared;
	g_ptr_array_add (folders->all, entry);
	if (!g_hash_table_contains (folders->by_path, folder->path))
		g_hash_table_insert (folders->by_path, folder->path, entry);
	g_hash_table_insert (folders->by_directory, entry->directory, entry);
	take_keys (folders, entry);
	return entry;
}

/* Let entry stand for folder, whose reference it takes. */
static void
change_folder (MaildirFolders *folders, MaildirFolder *entry, Folder *folder)
{
	if (g_hash_table_lookup (folders->by_path, entry->folder->path) == entry)
		g_hash_table_remove (folders->by_path, entry->folder->path);
	folder_unref (entry->folder);
	entry->folder = folder;
	g_hash_table_insert (folders->by_path, folder->path, entry);
}

/* May a folder be called so? A directory of that very name that nobody has declared is ours: an
 * interrupted run made it. */
static gboolean
is_free (const MaildirFolders *folders, const char *directory, const char *name)
{
	g_auto (GStrv) keys = maildir_directory_make_keys (directory, name);

	for (gsize i = 0; keys[i] != NULL; i++) {
		const MaildirFolder *other = g_hash_table_lookup (folders->by_key, keys[i]);
		if (other != NULL && (other->declared || strcmp (other->directory, directory) != 0))
			return FALSE;
	}
	return TRUE;
}

/* The name of the folder at path, whose last component is given and whose parent is called parent
 * ("" at the top). */
static char *
choose_name (const MaildirFolders *folders, const char *parent, const char *component,
	     const char *path)
{
	const MaildirNaming naming = naming_of (folders);
	const char *between = *parent == '\0' ? "" : naming.nested ? "/" : ".";
	g_autofree char *escaped = maildir_directory_escape (naming, component);
	g_autofree char *head = g_strconcat (parent, between, NULL);
	g_autofree char *whole = g_strconcat (head, escaped, NULL);
	const char *kept = naming.nested ? head : ""; /* only one component is bounded there */
	const char *tail = naming.nested ? escaped : whole;

	for (gboolean mark = FALSE;; mark = TRUE) {
		g_autofree char *fitted = maildir_directory_fit (naming, tail, path, mark);
		g_autofree char *name = g_strconcat (kept, fitted, NULL);
		g_autofree char *directory = maildir_directory_of_name (naming, name);
		if (mark || is_free (folders, directory, name))
			return g_steal_pointer (&name);
	}
}

/* The path of the first n components of a folder; n > 0. */
static char *
path_of (const Folder *folder, guint n)
{
	const char *end = folder->path + strcspn (folder->path, "/");

	for (guint i = 1; i < n; i++)
		end += 1 + strcspn (end + 1, "/");
	return g_strndup (folder->path, (gsize) (end - folder->path));
}

/* The nearest folder above that has a directory, and of how many components it is. */
static const MaildirFolder *
find_above (const MaildirFolders *folders, const Folder *folder, guint *n)
{
	for (*n = g_strv_length (folder->components) - 1; *n > 0; --*n) {
		g_autofree char *path = path_of (folder, *n);
		const MaildirFolder *above = g_hash_table_lookup (folders->by_path, path);
		if (above != NULL)
			return above;
	}
	return NULL;
}

static char *
derive_name (const MaildirFolders *folders, const Folder *folder)
{
	guint known;
	const MaildirFolder *above = find_above (folders, folder, &known);
	char *name = g_strdup (above != NULL ? above->name : "");

	for (guint i = known; folder->components[i] != NULL; i++) {
		g_autofree char *parent = name;
		g_autofree char *path = path_of (folder, i + 1);
		name = choose_name (folders, parent, folder->components[i], path);
	}
	return name;
}

static MaildirFolder *
make_folder (MaildirFolders *folders, const Folder *folder)
{
	g_autofree char *name = derive_name (folders, folder);
	g_autofree char *directory = maildir_directory_of_name (naming_of (folders), name);
	Folder *own = folder_new ((const char *const *) folder->components, folder->role);
	MaildirFolder *entry = g_hash_table_lookup (folders->by_directory, directory);

	if (entry == NULL)
		return add_folder (folders, own, directory, name, FALSE);
	change_folder (folders, entry, own);
	return entry;
}

const MaildirFolder *
maildir_folders_obtain (MaildirFolders *folders, const Folder *folder)
{
	MaildirFolder *entry = g_hash_table_lookup (folders->by_path, folder->path);

	if (entry == NULL)
		entry = make_folder (folders, folder);
	if (entry->folder->role == FOLDER_ROLE_NONE && folder->role != FOLDER_ROLE_NONE) {
		change_folder (folders, entry,
			       folder_new ((const char *const *) folder->components, folder->role));
		if (entry->declared)
			g_ptr_array_add (folders->changed, entry);
	}
	if (!entry->declared) {
		entry->declared = TRUE;
		g_ptr_array_add (folders->new_ones, entry);
		g_ptr_array_add (folders->changed, entry);
	}
	return entry;
}

static int
compare_folders (gconstpointer a, gconstpointer b)
{
	const MaildirFolder *one = *(const MaildirFolder *const *) a;
	const MaildirFolder *other = *(const MaildirFolder *const *) b;
	int order = strcmp (one->folder->path, other->folder->path);

	return order != 0 ? order : strcmp (one->directory, other->directory);
}

GPtrArray *
maildir_folders_list (const MaildirFolders *folders)
{
	GPtrArray *list = g_ptr_array_new ();

	g_ptr_array_extend (list, folders->all, NULL, NULL);
	g_ptr_array_sort (list, compare_folders);
	return list;
}

MaildirLayout
maildir_folders_get_layout (const MaildirFolders *folders)
{
	return folders->layout;
}

/* --- What is there -------------------------------------------------------- */

/* A folder that stands there again, below what was in order: it was given a role later. */
static gboolean
take_again (MaildirFolders *folders, const char *directory, const Folder *folder)
{
	MaildirFolder *entry = g_hash_table_lookup (folders->by_directory, directory);

	if (!folders->untidy || folder == NULL || entry == NULL ||
	    !folder_equal (entry->folder, folder))
		return FALSE;
	change_folder (folders, entry,
		       folder_new ((const char *const *) folder->components, folder->role));
	entry->declared = TRUE;
	return TRUE;
}

static void
take_line (MaildirFolders *folders, const char *line)
{
	g_auto (GStrv) columns = g_strsplit (line, "\t", 4);
	gboolean nested = folders->layout == MAILDIR_LAYOUT_FS;
	FolderRole role = FOLDER_ROLE_NONE;

	if (columns[0] == NULL || columns[1] == NULL)
		return;
	if (columns[2] != NULL && *columns[2] != '\0')
		(void) folder_role_from_text (columns[2], &role); /* an unknown one is none */
	g_autoptr (Folder) folder = folder_new_from_path (columns[1], role);
	if (take_again (folders, columns[0], folder))
		return;
	if (folder == NULL || g_hash_table_contains (folders->by_directory, columns[0]) ||
	    !maildir_directory_is_good (columns[0], nested)) {
		MaildirFolder *root = folders->all->pdata[0];
		if (strcmp (columns[0], root->directory) == 0)
			root->declared = TRUE;
		else
			report_finding (folders->report, REPORT_NOTE, "odd-folder-line",
					folders->shown, NULL,
					"%s: a line that makes no sense is ignored: %s",
					MAILDIR_TRUTH_FILE, line);
		return;
	}
	g_autofree char *name = maildir_directory_decode (columns[0], nested);
	add_folder (folders, g_steal_pointer (&folder), columns[0], name, TRUE);
}

/* The folder that a directory made by others stands for. */
static Folder *
folder_of_name (const MaildirFolders *folders, const char *name)
{
	gboolean nested = folders->layout == MAILDIR_LAYOUT_FS;
	g_auto (GStrv) components = g_strsplit (name, nested ? "/" : ".", -1);

	return folder_new ((const char *const *) components, FOLDER_ROLE_NONE);
}

static void
add_found (MaildirFolders *folders, const char *directory)
{
	if (g_hash_table_contains (folders->by_directory, directory))
		return;
	g_autofree char *name = maildir_directory_decode (directory, naming_of (folders).nested);
	add_folder (folders, folder_of_name (folders, name), directory, name, FALSE);
}

/* Names of subdirectories are collected here while their parent is read. */
typedef struct {
	int directory_fd;
	const char *parent; /* of nested ones; "" at the root */
	gboolean nested;
	GPtrArray *found;
} Search;

/* A folder that is a symbolic link is not followed, but its reader must come across it to say
 * so. */
static gboolean
leads_to_folder (int directory_fd, const char *name)
{
	g_autofree char *cur = g_strconcat (name, "/cur", NULL);

	return maildir_file_is_directory (directory_fd, cur);
}

static gboolean
note_directory (const char *name, guint8 type, gpointer user_data, GError **error)
{
	Search *search = user_data;
	gboolean wanted = search->nested
				  ? name[0] != '.' && !maildir_directory_is_reserved (name)
				  : name[0] == '.' && name[1] != '.';

	if (!wanted || (type != DT_DIR && type != DT_LNK && type != DT_UNKNOWN) ||
	    !(maildir_file_is_directory (search->directory_fd, name) ||
	      leads_to_folder (search->directory_fd, name)))
		return TRUE;
	g_ptr_array_add (search->found, *search->parent == '\0' ?
						g_strdup (name) :
						g_strconcat (search->parent, "/", name, NULL));
	return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static gboolean
find_nested (MaildirFolders *folders, int root_fd, GPtrArray *found, GError **error)
{
	/* Breadth first: what is found is looked into when its turn comes. */
	for (guint i = 0; i < found->len; i++) {
		const char *parent = found->pdata[i];
		guint depth = 1;
		if (!maildir_file_is_directory (root_fd, parent))
			continue; /* a link */
		for (const char *c = parent; *c != '\0'; c++)
			depth += *c == '/';
		if (depth > DEPTH_LIMIT) {
			report_finding (folders->report, REPORT_TROUBLE, "folders-too-deep",
					folders->shown, parent,
					"more than %d folders within each other: not followed",
					DEPTH_LIMIT);
			continue;
		}
		g_autofree char *shown = g_build_filename (folders->shown, parent, NULL);
		int fd = maildir_file_open_directory (root_fd, parent, shown, error);
		if (fd < 0)
			return FALSE;
		Search search = { fd, parent, TRUE, found };
		gboolean ok = maildir_file_foreach (fd, shown, note_directory, &search, error);
		close (fd);
		if (!ok)
			return FALSE;
	}
	return TRUE;
}

/* The directories below the root that may be folders in the given layout, sorted. */
static GPtrArray *
find_directories (MaildirFolders *folders, int root_fd, gboolean nested, GError **error)
{
	g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
	Search search = { root_fd, "", nested, found };

	if (!maildir_file_foreach (root_fd, folders->shown, note_directory, &search, error) ||
	    (nested && !find_nested (folders, root_fd, found, error)))
		return NULL;
	g_ptr_array_sort (found, compare_names);
	return g_steal_pointer (&found);
}

static gboolean
holds_mail (int root_fd, GPtrArray *directories)
{
	for (guint i = 0; i < directories->len; i++) {
		g_autofree char *cur = g_strconcat (directories->pdata[i], "/cur", NULL);
		if (maildir_file_is_directory (root_fd, cur))
			return TRUE;
	}
	return FALSE;
}

/* By the first directory in mailferry-folders that shows it. */
static MaildirLayout
layout_of_truth (const char *truth)
{
	g_auto (GStrv) lines = g_strsplit (truth, "\n", -1);

	for (gsize i = 0; lines[i] != NULL; i++)
		if (*lines[i] != '\0' && !g_str_has_prefix (lines[i], ".\t"))
			return lines[i][0] == '.' ? MAILDIR_LAYOUT_PLUS : MAILDIR_LAYOUT_FS;
	return MAILDIR_LAYOUT_AUTO;
}

/* What stands in the way of writing folders in a layout of the user's choice. */
static gboolean
settle_layout (MaildirFolders *folders, int root_fd, const char *truth, GError **error)
{
	MaildirLayout there = layout_of_truth (truth);

	if (there == MAILDIR_LAYOUT_AUTO) {
		g_autoptr (GPtrArray) flat = find_directories (folders, root_fd, FALSE, error);
		if (flat == NULL)
			return FALSE;
		g_autoptr (GPtrArray) nested = find_directories (folders, root_fd, TRUE, error);
		if (nested == NULL)
			return FALSE;
		there = holds_mail (root_fd, flat)   ? MAILDIR_LAYOUT_PLUS :
			holds_mail (root_fd, nested) ? MAILDIR_LAYOUT_FS :
						       MAILDIR_LAYOUT_AUTO;
	}
	if (folders->layout == MAILDIR_LAYOUT_AUTO)
		folders->layout = there != MAILDIR_LAYOUT_AUTO ? there : MAILDIR_LAYOUT_PLUS;
	if (there == MAILDIR_LAYOUT_AUTO || there == folders->layout)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE,
		     "%s: has its folders in the other layout: use --layout=%s", folders->shown,
		     there == MAILDIR_LAYOUT_FS ? "fs" : "maildir++");
	return FALSE;
}

/* A last line without its end is the rest of an interrupted run, on which nothing relies yet,
 * unless nothing else is missing: then an editor left it so. */
static void
cut_torn_line (char *truth)
{
	char *last = strrchr (truth, '\n');
	last = last != NULL ? last + 1 : truth;
	g_auto (GStrv) columns = g_strsplit (last, "\t", 4);
	FolderRole role;

	if (g_strv_length (columns) < 3 ||
	    (strcmp (columns[2], "-") != 0 && !folder_role_from_text (columns[2], &role)))
		*last = '\0';
}

static void
take_lines (MaildirFolders *folders, const char *truth)
{
	g_auto (GStrv) lines = g_strsplit (truth, "\n", -1);

	for (gsize i = 0; lines[i] != NULL; i++) {
		if (*lines[i] != '\0')
			take_line (folders, lines[i]);
		/* what follows an empty line was added */
		folders->untidy |= *lines[i] == '\0' && lines[i + 1] != NULL;
	}
}

static gboolean
read_all (MaildirFolders *folders, int root_fd, GError **error)
{
	g_autofree char *truth = NULL;

	if (!maildir_list_read (folders->truth, root_fd, &truth, error))
		return FALSE;
	if (truth != NULL)
		cut_torn_line (truth);
	if (!settle_layout (folders, root_fd, truth != NULL ? truth : "", error))
		return FALSE;
	if (truth != NULL)
		take_lines (folders, truth);

	g_autoptr (GPtrArray) found =
		find_directories (folders, root_fd, folders->layout == MAILDIR_LAYOUT_FS, error);
	for (guint i = 0; found != NULL && i < found->len; i++)
		add_found (folders, found->pdata[i]);
	return found != NULL;
}

MaildirFolders *
maildir_folders_new (int root_fd, const char *shown, MaildirLayout layout, MaildirNames names,
		     Report *report, GError **error)
{
	g_autoptr (MaildirFolders) folders = g_new0 (MaildirFolders, 1);

	folders->shown = g_strdup (shown);
	folders->layout = layout;
	folders->names = names;
	folders->report = report;
	folders->all = g_ptr_array_new_with_free_func (free_folder);
	folders->by_path = g_hash_table_new (g_str_hash, g_str_equal);
	folders->by_directory = g_hash_table_new (g_str_hash, g_str_equal);
	folders->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	folders->truth = maildir_list_new (MAILDIR_TRUTH_FILE, shown);
	folders->subscriptions = maildir_list_new (MAILDIR_SUBSCRIPTIONS_FILE, shown);
	folders->new_ones = g_ptr_array_new ();
	folders->changed = g_ptr_array_new ();
	add_folder (folders, folder_new_inbox (), ".", "INBOX", FALSE);
	if (root_fd >= 0 && !read_all (folders, root_fd, error))
		return NULL;
	if (folders->layout == MAILDIR_LAYOUT_AUTO)
		folders->layout = MAILDIR_LAYOUT_PLUS;
	return g_steal_pointer (&folders);
}

void
maildir_folders_free (MaildirFolders *folders)
{
	if (folders == NULL)
		return;
	maildir_list_free (folders->truth);
	maildir_list_free (folders->subscriptions);
	g_ptr_array_unref (folders->changed);
	g_ptr_array_unref (folders->new_ones);
	g_hash_table_unref (folders->by_key);
	g_hash_table_unref (folders->by_directory);
	g_hash_table_unref (folders->by_path);
	g_ptr_array_unref (folders->all);
	g_free (folders->shown);
	g_free (folders);
}

/* --- Writing it down ------------------------------------------------------ */

static void
append_line (GString *text, const MaildirFolder *entry)
{
	const char *role = folder_role_to_text (entry->folder->role);

	g_string_append_printf (text, "%s\t%s\t%s\n", entry->directory, entry->folder->path,
				role != NULL ? role : "-");
}

static gboolean
replace_truth (const MaildirFolders *folders, int root_fd, GError **error)
{
	g_autoptr (GPtrArray) list = maildir_folders_list (folders);
	g_autoptr (GString) text = g_string_new (NULL);

	for (guint i = 0; i < list->len; i++)
		if (((const MaildirFolder *) list->pdata[i])->declared)
			append_line (text, list->pdata[i]);
	return maildir_list_replace (folders->truth, root_fd, text, error);
}

/* The empty line says that what follows is yet to be put in order, whoever finds it. */
static gboolean
append_truth (MaildirFolders *folders, int root_fd, GError **error)
{
	g_autoptr (GString) text = g_string_new (folders->untidy ? NULL : "\n");

	for (guint i = 0; i < folders->changed->len; i++)
		append_line (text, folders->changed->pdata[i]);
	folders->untidy = TRUE;
	return maildir_list_append (folders->truth, root_fd, text, error);
}

/* Dovecot's file in its second version has the levels of a name apart by tabs, the first one by the
 * separator of the layout. */
static char *
subscription_of (const MaildirFolders *folders, const MaildirFolder *entry, gboolean second_version)
{
	gboolean nested = folders->layout == MAILDIR_LAYOUT_FS;

	if (strcmp (entry->directory, ".") == 0)
		return g_strdup ("INBOX");
	char *line = g_strdup (entry->directory + (nested ? 0 : 1));
	return second_version ? g_strdelimit (line, nested ? "/" : ".", '\t') : line;
}

/* Caller frees the lines. */
static GPtrArray *
new_subscriptions (const MaildirFolders *folders)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);

	for (guint i = 0; i < folders->new_ones->len; i++)
		g_ptr_array_add (lines, subscription_of (folders, folders->new_ones->pdata[i],
							 folders->second_version));
	return lines;
}

/* Is it a part of one of these lines that an interrupted run has left? */
static gboolean
is_torn_line (const char *text, const GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++)
		if (g_str_has_prefix (lines->pdata[i], text))
			return TRUE;
	return FALSE;
}

/* Put the lines of old that are whole to the new ones, all of them in byte order, so that the file
 * does not depend on how often a run was interrupted. */
static void
merge_lines (GPtrArray *lines, const char *old)
{
	g_auto (GStrv) old_lines = g_strsplit (old, "\n", -1);
	guint n = g_strv_length (old_lines);

	if (n > 0 && is_torn_line (old_lines[n - 1], lines))
		n--;
	for (guint i = 0; i < n; i++)
		g_ptr_array_add (lines, g_strdup (old_lines[i]));
	g_ptr_array_sort (lines, compare_names);
}

static gboolean
replace_subscriptions (MaildirFolders *folders, int root_fd, GError **error)
{
	static const char header[] = "V\t2\n\n";
	g_autofree char *there = NULL;

	if (!maildir_list_read (folders->subscriptions, root_fd, &there, error))
		return FALSE;
	folders->second_version = there == NULL || g_str_has_prefix (there, header);
	gsize skip = there != NULL && folders->second_version ? strlen (header) : 0;
	g_autoptr (GPtrArray) lines = new_subscriptions (folders);
	merge_lines (lines, there != NULL ? there + skip : "");

	g_autoptr (GString) text = g_string_new (folders->second_version ? header : "");
	const char *last = "";
	for (guint i = 0; i < lines->len; last = lines->pdata[i++])
		if (strcmp (last, lines->pdata[i]) != 0)
			g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
	return maildir_list_replace (folders->subscriptions, root_fd, text, error);
}

static gboolean
append_subscriptions (MaildirFolders *folders, int root_fd, GError **error)
{
	g_autoptr (GPtrArray) lines = new_subscriptions (folders);
	g_autoptr (GString) text = g_string_new (NULL);

	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf (text, "%s\n", (char *) lines->pdata[i]);
	return maildir_list_append (folders->subscriptions, root_fd, text, error);
}

static gboolean
save_subscriptions (MaildirFolders *folders, int root_fd, GError **error)
{
	return maildir_list_is_ours (folders->subscriptions, root_fd) ?
		       append_subscriptions (folders, root_fd, error) :
		       replace_subscriptions (folders, root_fd, error);
}

gboolean
maildir_folders_tidy (MaildirFolders *folders, int root_fd, GError **error)
{
	if (!folders->untidy)
		return TRUE;
	/* The one that tells that they are untidy comes last. */
	if (!replace_subscriptions (folders, root_fd, error) ||
	    !replace_truth (folders, root_fd, error))
		return FALSE;
	folders->untidy = FALSE;
	g_ptr_array_set_size (folders->changed, 0);
	g_ptr_array_set_size (folders->new_ones, 0);
	return TRUE;
}

gboolean
maildir_folders_save (MaildirFolders *folders, int root_fd, GError **error)
{
	if (folders->changed->len == 0)
		return TRUE;
	if (!maildir_list_is_ours (folders->truth, root_fd) && folders->untidy)
		return maildir_folders_tidy (folders, root_fd, error);
	/* The subscriptions first: a folder that stands in mailferry-folders is new no more, so who
	 * is killed between the two could never subscribe it again. */
	if (folders->new_ones->len > 0 && !save_subscriptions (folders, root_fd, error))
		return FALSE;
	if (!(maildir_list_is_ours (folders->truth, root_fd) ?
		      append_truth (folders, root_fd, error) :
		      replace_truth (folders, root_fd, error)))
		return FALSE;
	g_ptr_array_set_size (folders->changed, 0);
	g_ptr_array_set_size (folders->new_ones, 0);
	return TRUE;
}
