/* maildir-source.c - read a Maildir, folder by folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/sorter.h"
#include "maildir/maildir-file.h"
#include "maildir/maildir-folders.h"
#include "maildir/maildir-keywords.h"
#include "maildir/maildir-name.h"

/* What of the names of a folder is in memory while they are sorted. */
#define NAMES_MEMORY (1024 * 1024)

/* As a record of the sorter. */
typedef struct {
	char sub;                /* 'n' for new/, 'c' for cur/ */
	char name[NAME_MAX + 1]; /* zeros behind its end */
} Entry;

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
	Sorter *entries;
	Entry ahead; /* what follows among them, if has_ahead */
	gboolean has_ahead;
	guint64 n_messages; /* of the folder */
} MaildirSource;

/* "dir/" before the names in a folder; nothing at the root. */
static char *
path_in_folder (const MaildirSource *self, const char *name)
{
	if (strcmp (self->place->directory, ".") == 0)
		return g_strdup (name);
	return g_strconcat (self->place->directory, "/", name, NULL);
}

static const char *
name_of_sub (char sub)
{
	return sub == 'c' ? "cur" : "new";
}

static char *
path_of_entry (const MaildirSource *self, const Entry *entry)
{
	g_autofree char *name = g_strconcat (name_of_sub (entry->sub), "/", entry->name, NULL);

	return path_in_folder (self, name);
}

/* --- A folder's entries --------------------------------------------------- */

typedef struct {
	MaildirSource *self;
	char sub;
} Listing;

static gboolean
make_entry (Entry *entry, char sub, const char *name)
{
	gsize length = strlen (name);

	if (length > NAME_MAX)
		return FALSE;
	memset (entry, 0, sizeof *entry);
	entry->sub = sub;
	memcpy (entry->name, name, length);
	return TRUE;
}

static gboolean
note_entry (const char *name, guint8 type, gpointer user_data, GError **error)
{
	Listing *listing = user_data;
	Entry entry;

	if (make_entry (&entry, listing->sub, name))
		return sorter_add (listing->self->entries, &entry, error);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s",
		     listing->self->shown, "a name is longer than names can be");
	return FALSE;
}

/* A missing subdirectory holds nothing. */
static gboolean
list_subdirectory (MaildirSource *self, char sub, GError **error)
{
	g_autofree char *path = path_in_folder (self, name_of_sub (sub));
	g_autofree char *shown = g_build_filename (self->shown, path, NULL);
	g_autoptr (GError) problem = NULL;
	Listing listing = { self, sub };

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

/* By the part of the name that never changes, then by the rest; new/ before cur/. */
static int
compare_entries (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Entry *one = a;
	const Entry *other = b;
	gsize length = maildir_name_get_base_length (one->name);
	gsize other_length = maildir_name_get_base_length (other->name);
	int order = memcmp (one->name, other->name, MIN (length, other_length));

	if (order == 0 && length != other_length)
		order = length < other_length ? -1 : 1;
	if (order == 0)
		order = strcmp (one->name, other->name);
	return order != 0 ? order : other->sub - one->sub;
}

static gboolean
is_same_message (const char *one, const char *other)
{
	gsize length = maildir_name_get_base_length (one);

	return length == maildir_name_get_base_length (other) && memcmp (one, other, length) == 0;
}

static gboolean
read_ahead (MaildirSource *self, GError **error)
{
	const void *record;

	if (!sorter_next (self->entries, &record, error))
		return FALSE;
	self->has_ahead = record != NULL;
	if (record != NULL)
		memcpy (&self->ahead, record, sizeof self->ahead);
	return TRUE;
}

static gboolean
rewind_entries (MaildirSource *self, GError **error)
{
	return sorter_rewind (self->entries, error) && read_ahead (self, error);
}

/* The next message; *found is FALSE at the end. new/ is listed before cur/, so that nothing slips
 * through that a mail program moves in between; what was seen in both is one message, now in
 * cur/. */
static gboolean
next_entry (MaildirSource *self, Entry *entry, gboolean *found, GError **error)
{
	*found = self->has_ahead;
	if (!self->has_ahead)
		return TRUE;
	*entry = self->ahead;
	if (!read_ahead (self, error))
		return FALSE;
	while (self->has_ahead && self->ahead.sub != entry->sub &&
	       is_same_message (entry->name, self->ahead.name)) {
		if (self->ahead.sub == 'c')
			*entry = self->ahead;
		if (!read_ahead (self, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
count_messages (MaildirSource *self, GError **error)
{
	Entry entry;
	gboolean found;

	if (!rewind_entries (self, error))
		return FALSE;
	for (self->n_messages = 0;; self->n_messages++) {
		if (!next_entry (self, &entry, &found, error))
			return FALSE;
		if (!found)
			return rewind_entries (self, error);
	}
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
	g_clear_pointer (&self->entries, sorter_free);
	self->has_ahead = FALSE;
}

static gboolean
enter_folder (MaildirSource *self, const MaildirFolder *place, GError **error)
{
	self->place = place;
	self->entries = sorter_new (sizeof (Entry), NAMES_MEMORY, compare_entries, NULL);
	if (!read_keywords (self, error) || !list_subdirectory (self, 'n', error) ||
	    !list_subdirectory (self, 'c', error) || !count_messages (self, error))
		return FALSE;
	ledger_announce (self->ledger, self->n_messages);
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
 * the end. What has nothing to do with the folder, as a full disk for the names, is an error. */
static gboolean
next_folder (MaildirSource *self, Message **message, GError **error)
{
	leave_folder (self);
	while (self->next_folder < self->list->len) {
		const MaildirFolder *place = self->list->pdata[self->next_folder++];
		g_autoptr (GError) problem = NULL;
		if (!is_folder (self, place))
			continue;
		if (enter_folder (self, place, &problem)) {
			if (self->n_messages == 0)
				*message = message_new_folder (folder_ref (place->folder));
			return TRUE;
		}
		leave_folder (self);
		if (!g_error_matches (problem, RUN_ERROR, RUN_ERROR_INPUT)) {
			g_propagate_error (error, g_steal_pointer (&problem));
			return FALSE;
		}
		report_finding (self->report, REPORT_TROUBLE, "unreadable-folder", self->name,
				place->folder->path, "%s", problem->message);
	}
	return TRUE;
}

/* --- One message ---------------------------------------------------------- */

typedef struct {
	const char *wanted;
	Entry found; /* its name is empty if nothing was */
} Hunt;

static gboolean
compare_with_wanted (const char *name, guint8 type, gpointer user_data, GError **error)
{
	Hunt *hunt = user_data;

	if (*hunt->found.name == '\0' && is_same_message (hunt->wanted, name))
		(void) make_entry (&hunt->found, 'c', name); /* too long: not found, then */
	return TRUE;
}

/* Where a mail program has put it meanwhile. */
static gboolean
find_moved (MaildirSource *self, Entry *entry)
{
	Hunt hunt = { .wanted = entry->name };
	g_autofree char *cur = path_in_folder (self, "cur");
	int fd = maildir_file_open_directory (self->root_fd, cur, cur, NULL);

	if (fd < 0)
		return FALSE;
	(void) maildir_file_foreach (fd, cur, compare_with_wanted, &hunt,
				     NULL); /* not found, then */
	close (fd);
	if (*hunt.found.name == '\0')
		return FALSE;
	*entry = hunt.found;
	return TRUE;
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
make_message (MaildirSource *self, const Entry *entry, const char *origin,
	      const struct stat *status)
{
	g_autofree char *path = path_of_entry (self, entry);
	MessageContent *content = message_content_new_file (self->root, path, status->st_size);
	Message *message = message_new (folder_ref (self->place->folder), content, origin);

	message->received.known = status->st_mtime != 0;
	message->received.seconds = status->st_mtime;
	set_flags (self, message, maildir_name_get_flags (entry->name));
	return message;
}

static gboolean
stat_entry (const MaildirSource *self, const Entry *entry, struct stat *status)
{
	g_autofree char *path = path_of_entry (self, entry);

	return fstatat (self->root_fd, path, status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Look at the file; FALSE if there is none (any more). *entry may change. */
static gboolean
look_at (MaildirSource *self, Entry *entry, struct stat *status)
{
	return stat_entry (self, entry, status) ||
	       (find_moved (self, entry) && stat_entry (self, entry, status));
}

/* The entry as a message; NULL if it is none, and accounted for. */
static Message *
take_entry (MaildirSource *self, Entry *entry)
{
	g_autofree char *path = path_of_entry (self, entry);
	g_autofree char *origin = g_strconcat (self->name, "/", path, NULL);
	const char *folder = self->place->folder->path;
	struct stat status;

	if (entry->name[0] == '.')
		ledger_skipped (self->ledger, origin, folder,
				"dot-file"); /* Maildirs ignore them by definition */
	else if (!look_at (self, entry, &status))
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
	Entry entry;
	gboolean found = FALSE;

	for (*message = NULL; *message == NULL;) {
		if (self->place != NULL && !next_entry (self, &entry, &found, error))
			return FALSE;
		if (self->place != NULL && found) {
			*message = take_entry (self, &entry);
			continue;
		}
		if (!next_folder (self, message, error))
			return FALSE;
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
