/* store-tree.c - a directory of mbox files, folders within folders
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/text.h"

/* Deeper is a loop or a trap. */
#define DEPTH_LIMIT 64

typedef struct {
	char *path; /* below the root */
	Folder *folder;
	goffset size;
	gboolean is_empty; /* it is just the news of a folder */
} Mailbox;

typedef struct {
	MessageSource source;
	char *shown;
	int root_fd;
	MboxDialect dialect;
	Ledger *ledger;
	Report *report;
	GPtrArray *mailboxes;
	guint next;
	MessageSource *current; /* of the mailbox before next, or NULL */
} TreeSource;

static void
free_mailbox (gpointer data)
{
	Mailbox *mailbox = data;

	folder_unref (mailbox->folder);
	g_free (mailbox->path);
	g_free (mailbox);
}

/* --- Finding them --------------------------------------------------------- */

/* A directory whose entries are still to be looked at. */
typedef struct {
	char *path;     /* below the root, "" for the root */
	Folder *folder; /* what its files are in; NULL at the root */
	guint depth;
} Place;

static void
free_place (gpointer data)
{
	Place *place = data;

	folder_unref (place->folder);
	g_free (place->path);
	g_free (place);
}

/* The folder called name within parent. A file name that is the text form of a component (pst2mbox
 * writes it) is decoded. At the top, "Inbox" in any case is the inbox. */
static Folder *
make_folder (const Folder *parent, const char *name)
{
	g_autoptr (GPtrArray) components = g_ptr_array_new ();
	g_autoptr (Folder) decoded = folder_new_from_path (name, FOLDER_ROLE_NONE);
	g_autofree char *text = text_to_utf8 (name, strlen (name), NULL);

	if (parent == NULL && g_ascii_strcasecmp (name, "INBOX") == 0)
		return folder_new_inbox ();
	for (gsize i = 0; parent != NULL && parent->components[i] != NULL; i++)
		g_ptr_array_add (components, parent->components[i]);
	g_ptr_array_add (components, decoded != NULL ? decoded->components[0] : text);
	g_ptr_array_add (components, NULL);
	return folder_new ((const char *const *) components->pdata, FOLDER_ROLE_NONE);
}

static char *
join (const char *parent, const char *name)
{
	return *parent == '\0' ? g_strdup (name) : g_strconcat (parent, "/", name, NULL);
}

static void
add_place (GPtrArray *places, const Place *parent, const char *name)
{
	gboolean mozilla = g_str_has_suffix (name, ".sbd") && strlen (name) > strlen (".sbd");
	g_autofree char *base = g_strndup (name, strlen (name) - (mozilla ? strlen (".sbd") : 0));
	Place *place = g_new0 (Place, 1);

	place->path = join (parent->path, name);
	place->folder = make_folder (parent->folder, base);
	place->depth = parent->depth + 1;
	g_ptr_array_add (places, place);
}

static void
add_mailbox (TreeSource *self, const Place *place, const char *name, goffset size)
{
	Mailbox *mailbox = g_new0 (Mailbox, 1);

	mailbox->path = join (place->path, name);
	mailbox->folder = make_folder (place->folder, name);
	mailbox->size = size;
	mailbox->is_empty = size == 0;
	g_ptr_array_add (self->mailboxes, mailbox);
}

/* Lists, rules and logs that mail programs keep among their mailboxes. */
static gboolean
is_known_companion (const char *name)
{
	static const char *const suffixes[] = { ".dat", ".html", ".lock", ".json", ".sqlite" };

	for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
		if (g_str_has_suffix (name, suffixes[i]))
			return TRUE;
	return FALSE;
}

/* Nothing in it, or mail from its first line on. */
static gboolean
is_mailbox (int directory_fd, const char *name, goffset size)
{
	char begin[5] = { 0 };
	int fd = size > 0 ? openat (directory_fd, name,
				    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) :
			    -1;

	if (size > 0 && fd < 0)
		return TRUE; /* let the attempt to read it say why */
	ssize_t n = fd >= 0 ? pread (fd, begin, sizeof begin, 0) : 0;
	if (fd >= 0)
		close (fd);
	return size == 0 || (n == sizeof begin && memcmp (begin, "From ", sizeof begin) == 0);
}

static void
look_at_file (TreeSource *self, int directory_fd, const Place *place, const char *name,
	      goffset size)
{
	struct stat status;

	if (g_str_has_suffix (name, ".msf")) {
		g_autofree char *base = g_strndup (name, strlen (name) - strlen (".msf"));
		if (*base != '\0' && fstatat (directory_fd, base, &status, AT_SYMLINK_NOFOLLOW) < 0)
			add_mailbox (self, place, base, 0);
		return;
	}
	if (is_known_companion (name))
		return;
	if (is_mailbox (directory_fd, name, size)) {
		add_mailbox (self, place, name, size);
		return;
	}
	g_autofree char *path = join (place->path, name);
	report_finding (self->report, REPORT_NOTE, "not-a-mailbox", path, NULL,
			"does not begin like an mbox: left out");
}

static void
look_at_entry (TreeSource *self, GPtrArray *places, int directory_fd, const Place *place,
	       const char *name)
{
	struct stat status;

	if (name[0] == '.' || fstatat (directory_fd, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISREG (status.st_mode)) {
		look_at_file (self, directory_fd, place, name, status.st_size);
	} else if (S_ISDIR (status.st_mode) && place->depth < DEPTH_LIMIT) {
		add_place (places, place, name);
	} else {
		g_autofree char *path = join (place->path, name);
		report_finding (self->report, REPORT_NOTE, "not-a-mailbox", path, NULL, "%s",
				S_ISLNK (status.st_mode) ?
					"a symbolic link: not followed" :
				S_ISDIR (status.st_mode) ?
					"folders too deep within each other: not followed" :
					"neither a file nor a directory: left out");
	}
}

static gboolean
look_into (TreeSource *self, GPtrArray *places, const Place *place, GError **error)
{
	g_autofree char *shown = g_build_filename (self->shown, place->path, NULL);
	int fd = openat (self->root_fd, *place->path != '\0' ? place->path : ".",
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd >= 0 ? fdopendir (fd) : NULL;

	if (directory == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", shown,
			     g_strerror (errno));
		return FALSE;
	}
	for (const struct dirent *entry; (entry = readdir (directory)) != NULL;)
		look_at_entry (self, places, fd, place, entry->d_name);
	closedir (directory);
	return TRUE;
}

static int
compare_mailboxes (gconstpointer a, gconstpointer b)
{
	const Mailbox *one = *(const Mailbox *const *) a;
	const Mailbox *other = *(const Mailbox *const *) b;
	int order = strcmp (one->folder->path, other->folder->path);

	return order != 0 ? order : strcmp (one->path, other->path);
}

static gboolean
find_mailboxes (TreeSource *self, GError **error)
{
	g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (free_place);
	Place *top = g_new0 (Place, 1);

	top->path = g_strdup ("");
	g_ptr_array_add (places, top);
	for (guint i = 0; i < places->len; i++)
		if (!look_into (self, places, places->pdata[i], error))
			return FALSE;
	g_ptr_array_sort (self->mailboxes, compare_mailboxes);
	for (guint i = 0; i < self->mailboxes->len; i++)
		report_add_expected (self->report,
				     (guint64) ((Mailbox *) self->mailboxes->pdata[i])->size);
	if (self->mailboxes->len > 0)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: no mail in it: neither a Maildir (cur, new, tmp) nor mbox files",
		     self->shown);
	return FALSE;
}

/* --- Reading them --------------------------------------------------------- */

static gboolean
open_mailbox (TreeSource *self, const Mailbox *mailbox, GError **error)
{
	MboxSourceOptions options = { .name = mailbox->path,
				      .dialect = self->dialect,
				      .folder = mailbox->folder };
	int fd = openat (self->root_fd, mailbox->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "cannot read: %s",
			     g_strerror (errno));
		return FALSE;
	}
	self->current = mbox_source_new (fd, &options, self->ledger, self->report);
	return TRUE;
}

/* The others must not suffer for one file; the status does. */
static void
give_up_mailbox (TreeSource *self, const Mailbox *mailbox, const GError *problem)
{
	report_finding (self->report, REPORT_TROUBLE, "unreadable-mailbox", mailbox->path,
			mailbox->folder->path, "%s", problem->message);
	report_worsen (self->report, EXIT_STATUS_TROUBLE);
	g_clear_pointer (&self->current, message_source_free);
}

/* The next of the current mailbox, or of one that begins; *message NULL: this one has no more. */
static gboolean
step (TreeSource *self, Message **message, GError **error)
{
	const Mailbox *mailbox;

	if (self->current == NULL) {
		mailbox = self->mailboxes->pdata[self->next++];
		if (mailbox->is_empty) {
			*message = message_new_folder (folder_ref (mailbox->folder));
			return TRUE;
		}
		if (!open_mailbox (self, mailbox, error))
			return FALSE;
	}
	if (!message_source_next (self->current, message, error))
		return FALSE;
	if (*message == NULL)
		g_clear_pointer (&self->current, message_source_free);
	return TRUE;
}

static gboolean
tree_source_next (MessageSource *source, Message **message, GError **error)
{
	TreeSource *self = (TreeSource *) source;

	*message = NULL;
	while (*message == NULL && (self->current != NULL || self->next < self->mailboxes->len)) {
		g_autoptr (GError) problem = NULL;
		if (step (self, message, &problem))
			continue;
		if (g_error_matches (problem, RUN_ERROR, RUN_ERROR_TEMPORARY)) {
			g_propagate_error (error, g_steal_pointer (&problem));
			return FALSE;
		}
		give_up_mailbox (self, self->mailboxes->pdata[self->next - 1], problem);
	}
	return TRUE;
}

static void
tree_source_free (MessageSource *source)
{
	TreeSource *self = (TreeSource *) source;

	if (self->current != NULL)
		message_source_free (self->current);
	if (self->root_fd >= 0)
		close (self->root_fd);
	g_ptr_array_unref (self->mailboxes);
	g_free (self->shown);
	g_free (self);
}

static const MessageSourceClass tree_source_class = {
	.next = tree_source_next,
	.free = tree_source_free,
};

MessageSource *
store_tree_new (const char *path, const StoreOptions *options, Ledger *ledger, Report *report,
		GError **error)
{
	TreeSource *self = g_new0 (TreeSource, 1);
	g_autoptr (MessageSource) source = &self->source;

	self->source.class = &tree_source_class;
	self->shown = g_strdup (path);
	self->dialect = options->dialect;
	self->ledger = ledger;
	self->report = report;
	self->mailboxes = g_ptr_array_new_with_free_func (free_mailbox);
	self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root_fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", path,
			     g_strerror (errno));
		return NULL;
	}
	return find_mailboxes (self, error) ? g_steal_pointer (&source) : NULL;
}
