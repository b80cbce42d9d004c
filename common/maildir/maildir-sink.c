/* maildir-sink.c - deliver into a Maildir, once, durably
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order that matters: files of a batch are synced while they are in tmp/; then the meanings of
 * their keyword letters and of their folders' names are written; then they are renamed into cur/;
 * then the directories are synced; and only then the ledger is told. Nobody sees a message that
 * could be lost again, and no name refers to a letter without meaning.
 */
#include "maildir/maildir-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "maildir/maildir-file.h"
#include "maildir/maildir-keywords.h"
#include "maildir/maildir-name.h"
#include "maildir/maildir-set.h"

/* Measured: larger batches gain nothing, and all that is in one is held in memory. */
#define BATCH_FILES 1000
#define BATCH_BYTES (32 * 1024 * 1024)

/* Folders that are open at a time, with three descriptors each. */
#define OPEN_FOLDERS 64

#define PIECE (128 * 1024)

typedef struct {
	const MaildirFolder *place;
	char *shown; /* path for error texts */
	int fd;      /* these three are -1 while the folder is closed */
	int tmp_fd;
	int cur_fd;
	MaildirSet *set;
	MaildirKeywords *keywords; /* NULL until a message has some */
	gboolean touched;          /* since the last commit */
} SinkFolder;

/* A message that lies in tmp/. */
typedef struct {
	SinkFolder *folder;
	Message *message;
	guint copy;
	char *temporary;
	char *name; /* what it will be called in cur/ */
} Pending;

typedef struct {
	MessageSink sink;
	char *shown;
	int root_fd; /* -1 in a dry run without a target */
	MaildirSinkOptions options;
	Ledger *ledger;
	Report *report;
	MaildirFolders *folders;
	GHashTable *by_place; /* MaildirFolder -> SinkFolder (owned) */
	GPtrArray *opened;    /* SinkFolder */
	SinkFolder *last;
	const Folder *last_folder; /* what last stands for; belongs to its place */
	GArray *pending;
	goffset pending_bytes;
	guint made_folders; /* since the last commit */
	gboolean broken; /* a commit failed: a second sync would not tell what the first one lost */
} MaildirSink;

/* --- Errors --------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *shown, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: %s", shown, reason);
	return FALSE;
}

static gboolean
cannot (GError **error, const char *shown, const char *what, int number)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: cannot %s: %s", shown, what,
		     g_strerror (number));
	return FALSE;
}

/* The trouble of one message, not of the Maildir. */
static gboolean
refuse_message (GError **error, GError *reason)
{
	g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, reason->message);
	g_error_free (reason);
	return FALSE;
}

/* --- Folders -------------------------------------------------------------- */

static void
close_descriptor (int *fd)
{
	if (*fd >= 0)
		close (*fd);
	*fd = -1;
}

static void
close_folder (SinkFolder *folder)
{
	close_descriptor (&folder->fd);
	close_descriptor (&folder->tmp_fd);
	close_descriptor (&folder->cur_fd);
}

static void
free_sink_folder (gpointer data)
{
	SinkFolder *folder = data;

	close_folder (folder);
	maildir_set_free (folder->set);
	maildir_keywords_free (folder->keywords);
	g_free (folder->shown);
	g_free (folder);
}

static gboolean
note_present (const char *name, guint8 type, gpointer user_data, GError **error)
{
	guint8 digest[MAILDIR_NAME_DIGEST];
	guint copy;
	guint64 seconds;

	if (maildir_name_parse (name, digest, &copy, &seconds))
		maildir_set_add (user_data, digest, copy, seconds);
	return TRUE;
}

/* What is in sub ("cur", "new"), if it exists. */
static gboolean
load_present (SinkFolder *folder, const char *sub, GError **error)
{
	g_autofree char *shown = g_build_filename (folder->shown, sub, NULL);
	g_autoptr (GError) problem = NULL;
	int fd = maildir_file_open_directory (folder->fd, sub, shown, &problem);

	if (fd < 0 && errno == ENOENT)
		return TRUE;
	if (fd < 0) {
		g_propagate_error (error, g_steal_pointer (&problem));
		return FALSE;
	}
	gboolean ok = maildir_file_foreach (fd, shown, note_present, folder->set, error);
	close (fd);
	return ok;
}

static gboolean
remove_stale (const char *name, guint8 type, gpointer user_data, GError **error)
{
	const SinkFolder *folder = user_data;

	/* An interrupted run left it; the message it was for comes again. Nobody else is writing:
	 * we hold the lock. */
	if (maildir_name_is_temporary (name))
		(void) unlinkat (folder->tmp_fd, name, 0);
	return TRUE;
}

static gboolean
make_subdirectories (SinkFolder *folder, GError **error)
{
	static const char *const names[] = { "tmp", "new", "cur" };

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *shown = g_build_filename (folder->shown, names[i], NULL);
		int fd = maildir_file_make_directory (folder->fd, names[i], shown, NULL, error);
		if (fd < 0)
			return FALSE;
		if (i == 0)
			folder->tmp_fd = fd;
		else if (i == 2)
			folder->cur_fd = fd;
		else
			close (fd);
	}
	return TRUE;
}

/* Maildir++ marks every directory that is a folder and not a Maildir of its own. */
static gboolean
mark_folder (const MaildirSink *self, SinkFolder *folder, GError **error)
{
	gboolean is_root = strcmp (folder->place->directory, ".") == 0;

	if (is_root || maildir_folders_get_layout (self->folders) != MAILDIR_LAYOUT_PLUS)
		return TRUE;
	int fd =
		openat (folder->fd, "maildirfolder", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 && errno != EEXIST)
		return cannot (error, folder->shown, "mark it as a folder", errno);
	close_descriptor (&fd);
	return TRUE;
}

static gboolean
sync_new_folder (MaildirSink *self, SinkFolder *folder, GError **error)
{
	self->made_folders++;
	return self->options.durability != MAILDIR_DURABILITY_FILE ||
	       (safe_file_sync (folder->fd, folder->shown, error) &&
		safe_file_sync (self->root_fd, self->shown, error));
}

/* A name that this file system does not take is the trouble of that folder's messages only. */
static gboolean
make_place (MaildirSink *self, SinkFolder *folder, gboolean *made, GError **error)
{
	g_autoptr (GError) problem = NULL;

	folder->fd = maildir_file_make_directory (self->root_fd, folder->place->directory,
						  folder->shown, made, &problem);
	if (folder->fd >= 0)
		return TRUE;
	if (errno == ENAMETOOLONG || errno == EILSEQ || errno == EINVAL)
		return refuse_message (error, g_steal_pointer (&problem));
	g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

/* Open the directories of a folder, making what is missing. */
static gboolean
open_folder (MaildirSink *self, SinkFolder *folder, GError **error)
{
	gboolean made;

	if (!make_place (self, folder, &made, error) || !make_subdirectories (folder, error) ||
	    !mark_folder (self, folder, error) ||
	    (made && !sync_new_folder (self, folder, error))) {
		close_folder (folder);
		return FALSE;
	}
	g_ptr_array_add (self->opened, folder);
	return TRUE;
}

/* Learn what is there already. */
static gboolean
load_folder (SinkFolder *folder, GError **error)
{
	return load_present (folder, "cur", error) && load_present (folder, "new", error) &&
	       (folder->tmp_fd < 0 ||
		maildir_file_foreach (folder->tmp_fd, folder->shown, remove_stale, folder, error));
}

/* In a dry run nothing is made; what is missing holds nothing. */
static gboolean
look_into_folder (MaildirSink *self, SinkFolder *folder, GError **error)
{
	if (self->root_fd < 0 ||
	    !maildir_file_is_directory (self->root_fd, folder->place->directory))
		return TRUE;
	folder->fd = maildir_file_open_directory (self->root_fd, folder->place->directory,
						  folder->shown, error);
	gboolean ok = folder->fd >= 0 && load_folder (folder, error);
	close_folder (folder);
	return ok;
}

static SinkFolder *
new_sink_folder (MaildirSink *self, const MaildirFolder *place, GError **error)
{
	SinkFolder *folder = g_new0 (SinkFolder, 1);

	folder->place = place;
	folder->shown = strcmp (place->directory, ".") == 0 ?
				g_strdup (self->shown) :
				g_build_filename (self->shown, place->directory, NULL);
	folder->fd = folder->tmp_fd = folder->cur_fd = -1;
	folder->set = maildir_set_new ();
	gboolean ok = self->options.dry_run ?
			      look_into_folder (self, folder, error) :
			      open_folder (self, folder, error) && load_folder (folder, error);
	if (ok)
		return folder;
	g_ptr_array_remove (self->opened, folder);
	free_sink_folder (folder);
	return NULL;
}

/* --- The batch ------------------------------------------------------------ */

static void
clear_pending (gpointer data)
{
	Pending *pending = data;

	message_unref (pending->message);
	g_free (pending->temporary);
	g_free (pending->name);
}

/* "…,S=1,W=1" of "…,S=1,W=1:2,S": what the manifest calls the message. */
static gboolean
tell_emitted (MaildirSink *self, const Pending *pending, GError **error)
{
	g_autofree char *base =
		g_strndup (pending->name, maildir_name_get_base_length (pending->name));

	return ledger_emitted (self->ledger, pending->message, base, error);
}

/* Everything that names of files refer to. */
static gboolean
save_meanings (MaildirSink *self, GError **error)
{
	for (guint i = 0; i < self->opened->len; i++) {
		SinkFolder *folder = self->opened->pdata[i];
		if (folder->keywords != NULL &&
		    !maildir_keywords_save (folder->keywords, folder->fd, error))
			return FALSE;
	}
	return maildir_folders_save (self->folders, self->root_fd, error);
}

static gboolean
publish (MaildirSink *self, GError **error)
{
	for (guint i = 0; i < self->pending->len; i++) {
		Pending *pending = &g_array_index (self->pending, Pending, i);
		SinkFolder *folder = pending->folder;
		if (!safe_file_move (folder->tmp_fd, pending->temporary, folder->cur_fd,
				     pending->name, folder->shown, error))
			return FALSE;
		g_clear_pointer (&pending->temporary, g_free);
		folder->touched = TRUE;
	}
	return TRUE;
}

static gboolean
sync_directories (MaildirSink *self, GError **error)
{
	for (guint i = 0; i < self->opened->len; i++) {
		SinkFolder *folder = self->opened->pdata[i];
		if (folder->touched && self->options.durability != MAILDIR_DURABILITY_NONE &&
		    !safe_file_sync (folder->cur_fd, folder->shown, error))
			return FALSE;
		folder->touched = FALSE;
	}
	return TRUE;
}

static gboolean
commit_batch (MaildirSink *self, GError **error)
{
	if (self->options.durability == MAILDIR_DURABILITY_BATCH &&
	    (self->pending->len > 0 || self->made_folders > 0) &&
	    !safe_file_sync_all (self->root_fd, self->shown, error))
		return FALSE;
	if (!save_meanings (self, error) || !publish (self, error) ||
	    !sync_directories (self, error))
		return FALSE;
	for (guint i = 0; i < self->pending->len; i++)
		if (!tell_emitted (self, &g_array_index (self->pending, Pending, i), error))
			return FALSE;
	g_array_set_size (self->pending, 0);
	self->pending_bytes = 0;
	self->made_folders = 0;
	return TRUE;
}

static gboolean
commit (MaildirSink *self, GError **error)
{
	if (self->broken)
		return refuse (error, self->shown, "an earlier part could not be stored");
	self->broken = !commit_batch (self, error);
	return !self->broken;
}

static gboolean
commit_if_full (MaildirSink *self, GError **error)
{
	gboolean full =
		self->pending->len >= BATCH_FILES || self->pending_bytes >= BATCH_BYTES ||
		self->made_folders >= BATCH_FILES ||
		(self->options.durability == MAILDIR_DURABILITY_FILE && self->pending->len > 0);

	return !full || commit (self, error);
}

/* Room for one more open folder; those of pending messages must stay open until these are
 * published. */
static gboolean
make_room (MaildirSink *self, GError **error)
{
	if (self->opened->len < OPEN_FOLDERS)
		return TRUE;
	if (!commit (self, error))
		return FALSE;
	for (guint i = 0; i < self->opened->len; i++)
		close_folder (self->opened->pdata[i]);
	g_ptr_array_set_size (self->opened, 0);
	return TRUE;
}

static SinkFolder *
find_folder (MaildirSink *self, const Folder *wanted, GError **error)
{
	if (self->last != NULL && folder_equal (self->last_folder, wanted) &&
	    (self->last->fd >= 0 || self->options.dry_run))
		return self->last;

	self->last = NULL;
	const MaildirFolder *place = maildir_folders_obtain (self->folders, wanted);
	SinkFolder *folder = g_hash_table_lookup (self->by_place, place);
	if (folder == NULL || (folder->fd < 0 && !self->options.dry_run)) {
		if (!make_room (self, error))
			return NULL;
		if (folder != NULL && !open_folder (self, folder, error))
			return NULL;
	}
	if (folder == NULL) {
		folder = new_sink_folder (self, place, error);
		if (folder == NULL)
			return NULL;
		g_hash_table_insert (self->by_place, (gpointer) place, folder);
	}
	self->last = folder;
	self->last_folder = place->folder;
	return folder;
}

/* --- One message ---------------------------------------------------------- */

/* What runs past while the content is copied or measured. */
typedef struct {
	int fd; /* -1: only measure */
	const char *shown;
	goffset bare_lf;
	guint8 last;
	GError *write_error;
} Copy;

static gboolean
take_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Copy *copy = user_data;
	const guint8 *end = data + length;

	for (const guint8 *lf = data; (lf = memchr (lf, '\n', (gsize) (end - lf))) != NULL; lf++)
		copy->bare_lf += (lf > data ? lf[-1] : copy->last) != '\r';
	copy->last = end[-1];
	return copy->fd < 0 ||
	       safe_file_write_all (copy->fd, data, length, copy->shown, &copy->write_error);
}

/* mtime is the internal date; 0 says that it is unknown. */
static gboolean
set_date (MaildirSink *self, const Message *message, int fd, const char *shown, GError **error)
{
	gint64 seconds = message->received.known ? message->received.seconds : 0;
	struct timespec times[2] = { { .tv_sec = seconds }, { .tv_sec = seconds } };
	struct stat status;

	if (futimens (fd, times) < 0)
		return cannot (error, shown, "set its date", errno);
	if (seconds >= 0 && seconds <= G_MAXINT32)
		return TRUE;
	if (fstat (fd, &status) == 0 && status.st_mtime != seconds)
		report_finding (self->report, REPORT_NOTE, "date-clamped", message->origin,
				message->folder->path,
				"the file system cannot hold the date %" G_GINT64_FORMAT
				" and keeps %" G_GINT64_FORMAT,
				seconds, (gint64) status.st_mtime);
	return TRUE;
}

static gboolean
copy_content (MaildirSink *self, Message *message, Copy *copy, GError **error)
{
	g_autoptr (GError) problem = NULL;

	if (message_content_foreach (message->content, take_piece, copy, &problem))
		return TRUE;
	if (copy->write_error == NULL)
		return refuse_message (error, g_steal_pointer (&problem));
	g_propagate_error (error, g_steal_pointer (&copy->write_error));
	return FALSE;
}

static gboolean
fill_file (MaildirSink *self, Message *message, Copy *copy, GError **error)
{
	return copy_content (self, message, copy, error) &&
	       set_date (self, message, copy->fd, copy->shown, error) &&
	       (self->options.durability != MAILDIR_DURABILITY_FILE ||
		safe_file_sync (copy->fd, copy->shown, error));
}

/* Write the message into tmp/. */
static gboolean
write_temporary (MaildirSink *self, SinkFolder *folder, const char *temporary, Message *message,
		 goffset *bare_lf, GError **error)
{
	g_autofree char *shown = g_build_filename (folder->shown, "tmp", temporary, NULL);
	int fd = openat (folder->tmp_fd, temporary,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	Copy copy = { .fd = fd, .shown = shown };

	if (fd < 0)
		return cannot (error, shown, "write", errno);
	gboolean ok = fill_file (self, message, &copy, error);
	if (close (fd) < 0 && ok)
		ok = cannot (error, shown, "write", errno);
	if (!ok)
		(void) unlinkat (folder->tmp_fd, temporary, 0);
	*bare_lf = copy.bare_lf;
	return ok;
}

static gboolean
add_letter (MaildirSink *self, SinkFolder *folder, const Message *message, const char *keyword,
	    GString *letters, GError **error)
{
	g_autofree char *atom = maildir_keywords_to_atom (keyword);

	if (folder->keywords == NULL)
		folder->keywords = maildir_keywords_new (folder->fd, folder->shown, error);
	if (folder->keywords == NULL)
		return FALSE;
	char letter = maildir_keywords_obtain (folder->keywords, atom);
	if (letter == 0 && strcmp (keyword, MESSAGE_KEYWORD_FORWARDED) == 0)
		return TRUE; /* the flag P says so */
	if (letter == 0)
		report_finding (self->report, REPORT_NOTE, "keyword-dropped", message->origin,
				message->folder->path,
				"a Maildir folder has room for 26 keywords: no letter for \"%s\"",
				keyword);
	else if (memchr (letters->str, letter, letters->len) == NULL)
		g_string_append_c (letters, letter);
	return TRUE;
}

static int
compare_letters (const void *a, const void *b)
{
	return *(const char *) a - *(const char *) b;
}

/* What stands behind ":2,", in ASCII order. "Forwarded" is both P, as Maildir has it, and a
 * keyword, as Dovecot does. */
static char *
make_flags (MaildirSink *self, SinkFolder *folder, const Message *message, GError **error)
{
	const char *const *keywords = (const char *const *) message->keywords;
	g_autofree char *system = message_flags_to_maildir (message->flags, keywords);
	g_autoptr (GString) letters = g_string_new (NULL);

	for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++)
		if (!add_letter (self, folder, message, keywords[i], letters, error))
			return NULL;
	qsort (letters->str, letters->len, 1, compare_letters);
	return g_strconcat (system, letters->str, NULL);
}

static gboolean
deliver (MaildirSink *self, SinkFolder *folder, Message *message, guint copy, GError **error)
{
	goffset size = message_content_get_size (message->content);
	g_autofree char *temporary = maildir_name_new_temporary (message->l0, copy);
	g_autofree char *flags = make_flags (self, folder, message, error);
	goffset bare_lf = 0;

	if (flags == NULL || !write_temporary (self, folder, temporary, message, &bare_lf, error))
		return FALSE;
	g_autofree char *base =
		maildir_name_new (&message->received, message->l0, copy, size, size + bare_lf);
	Pending pending = {
		.folder = folder,
		.message = message_ref (message),
		.copy = copy,
		.temporary = g_steal_pointer (&temporary),
		.name = g_strconcat (base, ":2,", flags, NULL),
	};
	g_array_append_val (self->pending, pending);
	self->pending_bytes += size;
	return commit_if_full (self, error);
}

/* It lies there already, under a name that may begin with another date. */
static gboolean
tell_present (MaildirSink *self, Message *message, guint copy, guint32 seconds, GError **error)
{
	MessageDate date = message->received;
	Copy measured = { .fd = -1 };

	if (seconds != G_MAXUINT32)
		date = (MessageDate){ .known = TRUE, .seconds = seconds };
	if (!copy_content (self, message, &measured, error))
		return FALSE;
	goffset size = message_content_get_size (message->content);
	g_autofree char *base =
		maildir_name_new (&date, message->l0, copy, size, size + measured.bare_lf);
	return ledger_present (self->ledger, message, base, error);
}

static gboolean
maildir_sink_put (MessageSink *sink, Message *message, GError **error)
{
	MaildirSink *self = (MaildirSink *) sink;
	g_autoptr (GError) problem = NULL;
	guint32 seconds;

	SinkFolder *folder = find_folder (self, message->folder, error);
	if (folder == NULL)
		return FALSE;
	if (message_is_folder (message))
		return self->options.dry_run || commit_if_full (self, error);
	if (message_get_l0 (message, &problem) == NULL)
		return refuse_message (error, g_steal_pointer (&problem));

	guint copy = maildir_set_next_copy (folder->set, message->l0);
	if (maildir_set_has (folder->set, message->l0, copy, &seconds))
		return tell_present (self, message, copy, seconds, error);
	if (self->options.dry_run)
		return ledger_emitted (self->ledger, message, NULL, error);
	return deliver (self, folder, message, copy, error);
}

static gboolean
maildir_sink_finish (MessageSink *sink, GError **error)
{
	MaildirSink *self = (MaildirSink *) sink;

	return self->options.dry_run || commit (self, error);
}

static void
maildir_sink_free (MessageSink *sink)
{
	MaildirSink *self = (MaildirSink *) sink;

	for (guint i = 0; i < self->pending->len; i++) {
		const Pending *pending = &g_array_index (self->pending, Pending, i);
		if (pending->temporary != NULL)
			(void) unlinkat (pending->folder->tmp_fd, pending->temporary, 0);
	}
	g_array_unref (self->pending);
	g_ptr_array_unref (self->opened);
	g_hash_table_unref (self->by_place);
	maildir_folders_free (self->folders);
	close_descriptor (&self->root_fd);
	g_free (self->shown);
	g_free (self);
}

/* --- Opening the Maildir -------------------------------------------------- */

typedef struct {
	gboolean is_maildir;
	gboolean has_other;
} Look;

static gboolean
note_entry (const char *name, guint8 type, gpointer user_data, GError **error)
{
	static const char *const signs[] = { "cur", "new", "tmp", "mailferry-folders" };
	Look *look = user_data;
	gboolean is_sign = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
		is_sign = is_sign || strcmp (name, signs[i]) == 0;
	look->is_maildir = look->is_maildir || is_sign;
	look->has_other = look->has_other || !is_sign;
	return TRUE;
}

/* Mail does not go into somebody's directory of holiday pictures. */
static gboolean
check_kind (MaildirSink *self, GError **error)
{
	Look look = { FALSE, FALSE };

	if (!maildir_file_foreach (self->root_fd, self->shown, note_entry, &look, error))
		return FALSE;
	return look.is_maildir || !look.has_other ||
	       refuse (error, self->shown,
		       "a directory with other things in it, not a Maildir: name a new one");
}

static gboolean
open_root (MaildirSink *self, const char *path, GError **error)
{
	self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root_fd < 0 && errno == ENOENT) {
		if (self->options.dry_run)
			return TRUE;
		if (mkdir (path, 0700) < 0)
			return cannot (error, path, "make the Maildir", errno);
		self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (self->root_fd < 0 && errno == ENOTDIR)
		return refuse (error, path, "not a directory, so it cannot be a Maildir");
	if (self->root_fd < 0)
		return cannot (error, path, "open", errno);
	if (!check_kind (self, error))
		return FALSE;
	if (self->options.dry_run || flock (self->root_fd, LOCK_EX | LOCK_NB) == 0 ||
	    errno != EWOULDBLOCK)
		return TRUE; /* a file system without locks is no reason to refuse */
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
		     "%s: another mailferry program is writing to it: run it again later",
		     self->shown);
	return FALSE;
}

/* Found out before the first message: may we write, and can names hold ':'? (VFAT, NTFS and some
 * network shares cannot.) */
static gboolean
probe (MaildirSink *self, int tmp_fd, GError **error)
{
	static const char plain[] = "probe.mailferry", final[] = "probe.mailferry:2,S";
	int fd = openat (tmp_fd, plain, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return cannot (error, self->shown, "write", errno);
	close (fd);
	(void) unlinkat (tmp_fd, final, 0); /* of a run that was killed just here */
	if (safe_file_move (tmp_fd, plain, tmp_fd, final, self->shown, NULL)) {
		(void) unlinkat (tmp_fd, final, 0);
		return TRUE;
	}
	(void) unlinkat (tmp_fd, plain, 0);
	return refuse (error, self->shown,
		       "this file system cannot hold ':' in file names, which Maildir needs: "
		       "choose another place");
}

static gboolean
prepare_root (MaildirSink *self, GError **error)
{
	SinkFolder root = { .shown = self->shown, .fd = self->root_fd, .tmp_fd = -1, .cur_fd = -1 };
	gboolean ok = make_subdirectories (&root, error) && probe (self, root.tmp_fd, error);

	close_descriptor (&root.tmp_fd);
	close_descriptor (&root.cur_fd);
	return ok;
}

static const MessageSinkClass maildir_sink_class = {
	.put = maildir_sink_put,
	.finish = maildir_sink_finish,
	.free = maildir_sink_free,
};

MessageSink *
maildir_sink_new (const char *path, const MaildirSinkOptions *options, Ledger *ledger,
		  Report *report, GError **error)
{
	MaildirSink *self = g_new0 (MaildirSink, 1);
	g_autoptr (MessageSink) sink = &self->sink;

	self->sink.class = &maildir_sink_class;
	self->shown = g_strdup (path);
	self->root_fd = -1;
	self->options = *options;
	self->ledger = ledger;
	self->report = report;
	self->by_place = g_hash_table_new_full (NULL, NULL, NULL, free_sink_folder);
	self->opened = g_ptr_array_new ();
	self->pending = g_array_new (FALSE, FALSE, sizeof (Pending));
	g_array_set_clear_func (self->pending, clear_pending);

	if (!open_root (self, path, error) || (!options->dry_run && !prepare_root (self, error)))
		return NULL;
	self->folders = maildir_folders_new (self->root_fd, self->shown, options->layout,
					     options->names, report, error);
	return self->folders != NULL ? g_steal_pointer (&sink) : NULL;
}
