/* maildir-source.c - read a Maildir, folder by folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir/maildir-file.h"
#include "maildir/maildir-folders.h"
#include "maildir/maildir-keywords.h"
#include "maildir/maildir-name.h"

/* "cur/" and "new/" are as long as each other. */
#define SUB_LENGTH 4

typedef struct {
	MessageSource source;
	char *shown; /* path for error texts */
	char *name;  /* base name for origins */
	int root_fd; /* belongs to root */
	ContentDirectory *root;
	Ledger *ledger;
	Report *report;
	MaildirFolders *folders;
	GPtrArray *list; /* MaildirFolder */
	guint next_folder;

	const MaildirFolder *place; /* the folder being read, NULL between two */
	MaildirKeywords *keywords;
	GStringChunk *text;
	GPtrArray *entries; /* "cur/NAME" in text, sorted by NAME */
	guint next_entry;
} MaildirSource;

/* "dir/" before the names in a folder; nothing at the root. */
static char *
path_in_folder (const MaildirSource *self, const char *entry)
{
	if (strcmp (self->place->directory, ".") == 0)
		return g_strdup (entry);
	return g_strconcat (self->place->directory, "/", entry, NULL);
}

/* --- A folder's entries --------------------------------------------------- */

typedef struct {
	MaildirSource *self;
	const char *sub; /* "cur/" */
} Listing;

static gboolean
note_entry (const char *name, guint8 type, gpointer user_data, GError **error)
{
	Listing *listing = user_data;
	g_autofree char *entry = g_strconcat (listing->sub, name, NULL);

	g_ptr_array_add (listing->self->entries,
			 g_string_chunk_insert (listing->self->text, entry));
	return TRUE;
}

/* A missing subdirectory holds nothing. */
static gboolean
list_subdirectory (MaildirSource *self, const char *sub, GError **error)
{
	g_autofree char *path = path_in_folder (self, sub);
	g_autofree char *shown = g_build_filename (self->shown, path, NULL);
	g_autoptr (GError) problem = NULL;
	Listing listing = { self, sub };

	path[strlen (path) - 1] = '\0';
	int fd = maildir_file_open_directory (self->root_fd, path, shown, &problem);
	if (fd < 0 && errno == ENOENT)
		return TRUE;
	if (fd < 0) {
		g_propagate_error (error, g_steal_pointer (&problem));
		return FALSE;
	}
	gboolean ok = maildir_file_foreach (fd, shown, note_entry, &listing, error);
	close (fd);
	return ok;
}

/* By the part of the name that never changes, then by the rest. */
static int
compare_entries (gconstpointer a, gconstpointer b)
{
	const char *one = *(const char *const *) a;
	const char *other = *(const char *const *) b;
	gsize length = maildir_name_get_base_length (one + SUB_LENGTH);
	gsize other_length = maildir_name_get_base_length (other + SUB_LENGTH);
	int order = memcmp (one + SUB_LENGTH, other + SUB_LENGTH, MIN (length, other_length));

	if (order != 0)
		return order;
	return length != other_length ? (length < other_length ? -1 : 1) :
					strcmp (one + SUB_LENGTH, other + SUB_LENGTH);
}

static gboolean
is_same_message (const char *one, const char *other)
{
	gsize length = maildir_name_get_base_length (one + SUB_LENGTH);

	return length == maildir_name_get_base_length (other + SUB_LENGTH) &&
	       memcmp (one + SUB_LENGTH, other + SUB_LENGTH, length) == 0;
}

/* new/ is listed before cur/, so that nothing slips through that a mail program moves in between;
 * what was seen in both is one message, now in cur/. */
static void
drop_moved (GPtrArray *entries)
{
	guint kept = 0;

	for (guint i = 0; i < entries->len; i++) {
		const char *entry = entries->pdata[i];
		const char *last = kept > 0 ? entries->pdata[kept - 1] : NULL;
		gboolean moved = last != NULL && *last != *entry && is_same_message (last, entry);
		if (!moved)
			kept++;
		if (!moved || *entry == 'c')
			entries->pdata[kept - 1] = (gpointer) entry;
	}
	g_ptr_array_set_size (entries, (int) kept);
}

/* Mail whose keywords have lost their names is still mail. */
static gboolean
read_keywords (MaildirSource *self, GError **error)
{
	const char *directory = self->place->directory;
	g_autofree char *shown = g_build_filename (self->shown, directory, NULL);
	g_autoptr (GError) problem = NULL;
	int fd = maildir_file_open_directory (self->root_fd, directory, shown, error);

	if (fd < 0)
		return FALSE;
	self->keywords = maildir_keywords_new (fd, shown, &problem);
	close (fd);
	if (self->keywords == NULL) {
		report_finding (self->report, REPORT_TROUBLE, "keywords-unreadable", self->name,
				self->place->folder->path, "%s", problem->message);
		self->keywords = maildir_keywords_new (-1, shown, NULL);
	}
	return TRUE;
}

static void
leave_folder (MaildirSource *self)
{
	self->place = NULL;
	g_clear_pointer (&self->keywords, maildir_keywords_free);
	g_clear_pointer (&self->text, g_string_chunk_free);
	g_clear_pointer (&self->entries, g_ptr_array_unref);
}

static gboolean
enter_folder (MaildirSource *self, const MaildirFolder *place, GError **error)
{
	self->place = place;
	self->text = g_string_chunk_new (64 * 1024);
	self->entries = g_ptr_array_new ();
	self->next_entry = 0;
	if (!read_keywords (self, error) || !list_subdirectory (self, "new/", error) ||
	    !list_subdirectory (self, "cur/", error))
		return FALSE;
	g_ptr_array_sort (self->entries, compare_entries);
	drop_moved (self->entries);
	ledger_announce (self->ledger, self->entries->len);
	return TRUE;
}

/* Nothing of that name, as opposed to something that cannot be looked at. */
static gboolean
is_absent (int directory_fd, const char *name)
{
	struct stat status;

	return fstatat (directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0 &&
	       (errno == ENOENT || errno == ENOTDIR);
}

/* Not other directories in the root, nor folders that were deleted since. Whatever else is there
 * must be read, or refused aloud: links, and what we have no right to. */
static gboolean
is_folder (const MaildirSource *self, const MaildirFolder *place)
{
	g_autofree char *cur = g_strconcat (place->directory, "/cur", NULL);
	g_autofree char *new = g_strconcat (place->directory, "/new", NULL);

	return !is_absent (self->root_fd, cur) || !is_absent (self->root_fd, new);
}

/* On to the next folder that can be read; one without entries is news by itself. place is NULL at
 * the end. */
static Message *
next_folder (MaildirSource *self)
{
	leave_folder (self);
	while (self->next_folder < self->list->len) {
		const MaildirFolder *place = self->list->pdata[self->next_folder++];
		g_autoptr (GError) problem = NULL;
		if (!is_folder (self, place))
			continue;
		if (enter_folder (self, place, &problem))
			return self->entries->len > 0 ?
				       NULL :
				       message_new_folder (folder_ref (place->folder));
		leave_folder (self);
		report_finding (self->report, REPORT_TROUBLE, "unreadable-folder", self->name,
				place->folder->path, "%s", problem->message);
	}
	return NULL;
}

/* --- One message ---------------------------------------------------------- */

typedef struct {
	const char *wanted; /* with its subdirectory */
	const char *sub;
	char *found;
} Hunt;

static gboolean
compare_with_wanted (const char *name, guint8 type, gpointer user_data, GError **error)
{
	Hunt *hunt = user_data;
	g_autofree char *entry = g_strconcat (hunt->sub, name, NULL);

	if (hunt->found == NULL && is_same_message (hunt->wanted, entry))
		hunt->found = g_steal_pointer (&entry);
	return TRUE;
}

/* Where a mail program has put it meanwhile, or NULL. */
static char *
find_moved (MaildirSource *self, const char *entry)
{
	Hunt hunt = { entry, "cur/", NULL };
	g_autofree char *cur = path_in_folder (self, "cur");
	int fd = maildir_file_open_directory (self->root_fd, cur, cur, NULL);

	if (fd < 0)
		return NULL;
	(void) maildir_file_foreach (fd, cur, compare_with_wanted, &hunt,
				     NULL); /* not found, then */
	close (fd);
	return hunt.found;
}

static void
set_flags (MaildirSource *self, Message *message, const char *letters)
{
	g_autoptr (GPtrArray) keywords = g_ptr_array_new ();

	for (; *letters != '\0'; letters++) {
		const char *keyword = *letters == 'P' ?
					      MESSAGE_KEYWORD_FORWARDED :
					      maildir_keywords_get (self->keywords, *letters);
		for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
			if (row->maildir == *letters)
				message->flags |= row->bit;
		if (keyword != NULL)
			g_ptr_array_add (keywords, (gpointer) keyword);
		else if (*letters >= 'a' && *letters <= 'z')
			report_finding (self->report, REPORT_NOTE, "keyword-without-name",
					message->origin, message->folder->path,
					"the letter %c has no meaning in %s", *letters,
					MAILDIR_KEYWORDS_FILE);
	}
	g_ptr_array_add (keywords, NULL);
	message_set_keywords (message, (const char *const *) keywords->pdata);
}

static Message *
make_message (MaildirSource *self, const char *entry, const char *origin, const struct stat *status)
{
	g_autofree char *path = path_in_folder (self, entry);
	MessageContent *content = message_content_new_file (self->root, path, status->st_size);
	Message *message = message_new (folder_ref (self->place->folder), content, origin);

	message->received.known = status->st_mtime != 0;
	message->received.seconds = status->st_mtime;
	set_flags (self, message, maildir_name_get_flags (entry + SUB_LENGTH));
	return message;
}

/* Look at the file; FALSE if there is none (any more). *entry may change. */
static gboolean
look_at (MaildirSource *self, char **entry, struct stat *status)
{
	g_autofree char *path = path_in_folder (self, *entry);

	if (fstatat (self->root_fd, path, status, AT_SYMLINK_NOFOLLOW) == 0)
		return TRUE;
	g_autofree char *moved = find_moved (self, *entry);
	if (moved == NULL)
		return FALSE;
	g_free (*entry);
	*entry = g_steal_pointer (&moved);
	g_autofree char *there = path_in_folder (self, *entry);
	return fstatat (self->root_fd, there, status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The next entry as a message; NULL if it is none, and accounted for. */
static Message *
take_entry (MaildirSource *self)
{
	g_autofree char *entry = g_strdup (self->entries->pdata[self->next_entry++]);
	g_autofree char *path = path_in_folder (self, entry);
	g_autofree char *origin = g_strconcat (self->name, "/", path, NULL);
	const char *folder = self->place->folder->path;
	struct stat status;

	if (entry[SUB_LENGTH] == '.')
		ledger_skipped (self->ledger, origin, folder,
				"dot-file"); /* Maildirs ignore them by definition */
	else if (!look_at (self, &entry, &status))
		ledger_failed (self->ledger, origin, folder,
			       "moved or deleted while we were reading the Maildir");
	else if (!S_ISREG (status.st_mode))
		ledger_failed (self->ledger, origin, folder, "not a regular file");
	else
		return make_message (self, entry, origin, &status);
	return NULL;
}

static gboolean
maildir_source_next (MessageSource *source, Message **message, GError **error)
{
	MaildirSource *self = (MaildirSource *) source;

	for (*message = NULL; *message == NULL;) {
		if (self->place != NULL && self->next_entry < self->entries->len) {
			*message = take_entry (self);
			continue;
		}
		*message = next_folder (self);
		if (self->place == NULL)
			break;
	}
	return TRUE;
}

static void
maildir_source_free (MessageSource *source)
{
	MaildirSource *self = (MaildirSource *) source;

	leave_folder (self);
	g_clear_pointer (&self->list, g_ptr_array_unref);
	maildir_folders_free (self->folders);
	content_directory_unref (self->root);
	g_free (self->name);
	g_free (self->shown);
	g_free (self);
}

static const MessageSourceClass maildir_source_class = {
	.next = maildir_source_next,
	.free = maildir_source_free,
};

gboolean
maildir_source_recognises (const char *path)
{
	g_autofree char *cur = g_build_filename (path, "cur", NULL);
	g_autofree char *new = g_build_filename (path, "new", NULL);
	g_autofree char *truth = g_build_filename (path, "mailferry-folders", NULL);

	return (g_file_test (cur, G_FILE_TEST_IS_DIR) && g_file_test (new, G_FILE_TEST_IS_DIR)) ||
	       g_file_test (truth, G_FILE_TEST_IS_REGULAR);
}

static gboolean
open_root (MaildirSource *self, const char *path, GError **error)
{
	self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root_fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", path,
			     g_strerror (errno));
		return FALSE;
	}
	self->root = content_directory_new (self->root_fd);
	return TRUE;
}

MessageSource *
maildir_source_new (const char *path, Ledger *ledger, Report *report, GError **error)
{
	MaildirSource *self = g_new0 (MaildirSource, 1);
	g_autoptr (MessageSource) source = &self->source;

	self->source.class = &maildir_source_class;
	self->shown = g_strdup (path);
	self->name = g_path_get_basename (path);
	self->ledger = ledger;
	self->report = report;
	if (!open_root (self, path, error))
		return NULL;
	self->folders = maildir_folders_new (self->root_fd, path, MAILDIR_LAYOUT_AUTO,
					     MAILDIR_NAMES_UTF7, report, error);
	if (self->folders == NULL)
		return NULL;
	self->list = maildir_folders_list (self->folders);
	return g_steal_pointer (&source);
}
