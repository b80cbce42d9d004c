/* maildir-sink.c - deliver into a Maildir, once, durably
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The order that matters: files of a batch are synced while they are in tmp/; then the meanings of
 * their keyword letters and of their folders' names are written; then they are renamed into cur/;
 * then the directories are synced; and only then the ledger is told. Nobody sees a message that
 * could be lost again, and no name refers to a letter without meaning. While one batch is being
 * synced, the next one is written.
 */
#include "maildir/maildir-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "maildir/maildir-name.h"
#include "maildir/maildir-place.h"
#include "maildir/maildir-target.h"
#include "maildir/maildir-writer.h"

/* Measured: larger batches gain nothing. */
#define BATCH_FILES 1000
#define BATCH_BYTES (128 * 1024 * 1024)

/* Folders that are open at a time, with three descriptors each. */
#define OPEN_FOLDERS 64

/* A message on its way through tmp/. */
typedef struct {
	MaildirFile file; /* its name is temporary */
	MaildirPlace *place;
	Message *message; /* its content is set when it lies in cur/ */
	goffset size;
	guint copy;
	char *temporary; /* NULL as soon as there is nothing in tmp/ any more */
	char *flags;     /* what stands behind ":2," */
	char *base;      /* the name in cur/ before that, when it is there */
} Pending;

typedef struct {
	MessageSink sink;
	char *shown;
	int root_fd; /* -1 in a dry run without a target */
	ContentDirectory *root; /* the same, for contents */
	MaildirSinkOptions options;
	Ledger *ledger;
	Report *report;
	MaildirFolders *folders;
	GHashTable *by_folder; /* MaildirFolder -> MaildirPlace (owned) */
	GPtrArray *opened;     /* MaildirPlace */
	MaildirPlace *last;
	const Folder *last_folder; /* what last stands for; belongs to its MaildirFolder */
	MaildirWriter *writer;
	GPtrArray *filling; /* Pending: the batch that is being written */
	goffset filling_bytes;
	guint made_folders; /* since the batch before */
	GPtrArray *syncing; /* Pending: the batch before, on its way to the disk */
	gboolean is_syncing;
	gboolean probed;
	gboolean broken; /* a batch failed: a second sync would not tell what the first one lost */
} MaildirSink;

/* --- Errors --------------------------------------------------------------- */

/* The trouble of one message, not of the Maildir. */
static gboolean
refuse_message (GError **error, GError *reason)
{
	g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, reason->message);
	g_error_free (reason);
	return FALSE;
}

static void
lose_message (MaildirSink *self, const Pending *pending, const char *reason)
{
	ledger_failed (self->ledger, pending->message->origin, pending->message->folder->path, "%s",
		       reason);
}

/* --- The batch ------------------------------------------------------------ */

static void
free_pending (gpointer data)
{
	Pending *pending = data;

	if (pending->temporary != NULL)
		(void) unlinkat (pending->place->tmp_fd, pending->temporary, 0);
	message_content_unref (pending->file.content);
	g_clear_error (&pending->file.unreadable);
	message_unref (pending->message);
	g_free (pending->temporary);
	g_free (pending->flags);
	g_free (pending->base);
	g_free (pending);
}

/* Everything that names of files refer to. */
static gboolean
save_meanings (MaildirSink *self, GError **error)
{
	for (guint i = 0; i < self->opened->len; i++) {
		MaildirPlace *place = self->opened->pdata[i];
		if (place->keywords != NULL &&
		    !maildir_keywords_save (place->keywords, place->fd, error))
			return FALSE;
	}
	return maildir_folders_save (self->folders, self->root_fd, error);
}

/* "<folder>/cur/<name>" below the root. */
static char *
path_of (const Pending *pending, const char *name)
{
	const char *directory = pending->place->folder->directory;

	if (strcmp (directory, ".") == 0)
		return g_strconcat ("cur/", name, NULL);
	return g_strconcat (directory, "/cur/", name, NULL);
}

static void
tell_clamped (MaildirSink *self, const Pending *pending)
{
	if (pending->file.kept_seconds != pending->file.seconds)
		report_finding (self->report, REPORT_NOTE, "date-clamped", pending->message->origin,
				pending->message->folder->path,
				"the file system cannot hold the date %" G_GINT64_FORMAT
				" and keeps %" G_GINT64_FORMAT,
				pending->file.seconds, pending->file.kept_seconds);
}

/* From tmp/ into cur/. A directory or link that has just this name costs the message, not the
 * run. */
static gboolean
publish (MaildirSink *self, Pending *pending, GError **error)
{
	MaildirPlace *place = pending->place;
	g_autoptr (GError) problem = NULL;

	if (pending->file.unreadable != NULL) {
		g_clear_pointer (&pending->temporary, g_free);
		lose_message (self, pending, pending->file.unreadable->message);
		return TRUE;
	}
	g_autofree char *base = maildir_name_new (&pending->message->received, pending->message->l0,
						  pending->copy, pending->size,
						  pending->size + pending->file.bare_lf);
	g_autofree char *name = g_strconcat (base, ":2,", pending->flags, NULL);
	if (safe_file_move (place->tmp_fd, pending->temporary, place->cur_fd, name, place->shown,
			    &problem)) {
		g_clear_pointer (&pending->temporary, g_free);
		g_autofree char *path = path_of (pending, name);
		pending->message->content =
			message_content_new_file (self->root, path, pending->size);
		pending->base = g_steal_pointer (&base);
		place->touched = TRUE;
		tell_clamped (self, pending);
		return TRUE;
	}
	if (errno == EEXIST) {
		lose_message (self, pending, "something that is no message of ours has its name");
		return TRUE;
	}
	g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

static gboolean
sync_directories (MaildirSink *self, GError **error)
{
	for (guint i = 0; i < self->opened->len; i++) {
		MaildirPlace *place = self->opened->pdata[i];
		if (place->touched && self->options.durability != MAILDIR_DURABILITY_NONE &&
		    !safe_file_sync (place->cur_fd, place->shown, error))
			return FALSE;
		place->touched = FALSE;
	}
	return TRUE;
}

/* The batch before is on disk: let it appear. */
static gboolean
settle (MaildirSink *self, GError **error)
{
	if (!self->is_syncing)
		return TRUE;
	self->is_syncing = FALSE;
	if (!maildir_writer_end_sync (self->writer, error) || !save_meanings (self, error))
		return FALSE;
	for (guint i = 0; i < self->syncing->len; i++)
		if (!publish (self, self->syncing->pdata[i], error))
			return FALSE;
	if (!sync_directories (self, error))
		return FALSE;
	for (guint i = 0; i < self->syncing->len; i++) {
		const Pending *pending = self->syncing->pdata[i];
		if (pending->base != NULL &&
		    !ledger_emitted (self->ledger, pending->message, pending->base, error))
			return FALSE;
	}
	g_ptr_array_set_size (self->syncing, 0);
	return TRUE;
}

/* The batch that has been filled goes to disk, and a new one begins. */
static gboolean
advance (MaildirSink *self, GError **error)
{
	gboolean nothing = self->filling->len == 0 && self->made_folders == 0;

	if (!maildir_writer_wait (self->writer, error) || !settle (self, error))
		return FALSE;
	GPtrArray *empty = self->syncing;
	self->syncing = self->filling;
	self->filling = empty;
	self->filling_bytes = 0;
	self->made_folders = 0;
	self->is_syncing = TRUE;
	if (self->options.durability != MAILDIR_DURABILITY_BATCH)
		return settle (self, error);
	if (!nothing)
		maildir_writer_begin_sync (self->writer, self->root_fd, self->shown);
	return TRUE;
}

static gboolean
still_whole (MaildirSink *self, GError **error)
{
	if (self->broken)
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "%s: an earlier part could not be stored", self->shown);
	return !self->broken;
}

/* Everything that was put is durable and visible. */
static gboolean
commit (MaildirSink *self, GError **error)
{
	if (!still_whole (self, error))
		return FALSE;
	self->broken = !advance (self, error) || !settle (self, error);
	return !self->broken;
}

static gboolean
advance_if_full (MaildirSink *self, GError **error)
{
	gboolean full =
		self->filling->len >= BATCH_FILES || self->filling_bytes >= BATCH_BYTES ||
		self->made_folders >= BATCH_FILES ||
		(self->options.durability == MAILDIR_DURABILITY_FILE && self->filling->len > 0);

	if (!full)
		return TRUE;
	if (!still_whole (self, error))
		return FALSE;
	self->broken = !advance (self, error);
	return !self->broken;
}

/* --- Folders -------------------------------------------------------------- */

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
		maildir_place_close (self->opened->pdata[i]);
	g_ptr_array_set_size (self->opened, 0);
	return TRUE;
}

static gboolean
open_place (MaildirSink *self, MaildirPlace *place, GError **error)
{
	gboolean mark = maildir_folders_get_layout (self->folders) == MAILDIR_LAYOUT_PLUS;
	gboolean made;

	if (!make_room (self, error) ||
	    !maildir_place_open (place, self->root_fd, mark, &made, error))
		return FALSE;
	g_ptr_array_add (self->opened, place);
	if (!made)
		return TRUE;
	self->made_folders++;
	return self->options.durability != MAILDIR_DURABILITY_FILE ||
	       (safe_file_sync (place->fd, place->shown, error) &&
		safe_file_sync (self->root_fd, self->shown, error));
}

static MaildirPlace *
new_place (MaildirSink *self, const MaildirFolder *folder, GError **error)
{
	MaildirPlace *place = maildir_place_new (folder, self->shown);
	gboolean ok = self->options.dry_run ?
			      maildir_place_look (place, self->root_fd, error) :
			      open_place (self, place, error) && maildir_place_load (place, error);

	if (ok) {
		g_hash_table_insert (self->by_folder, (gpointer) folder, place);
		return place;
	}
	g_ptr_array_remove (self->opened, place);
	maildir_place_free (place);
	return NULL;
}

static MaildirPlace *
find_place (MaildirSink *self, const Folder *wanted, GError **error)
{
	if (self->last != NULL && folder_equal (self->last_folder, wanted) &&
	    (self->last->fd >= 0 || self->options.dry_run))
		return self->last;

	self->last = NULL;
	const MaildirFolder *folder = maildir_folders_obtain (self->folders, wanted);
	MaildirPlace *place = g_hash_table_lookup (self->by_folder, folder);
	if (place == NULL)
		place = new_place (self, folder, error);
	else if (place->fd < 0 && !self->options.dry_run && !open_place (self, place, error))
		return NULL;
	self->last = place;
	self->last_folder = folder->folder;
	return place;
}

/* --- One message ---------------------------------------------------------- */

static gboolean
add_letter (MaildirSink *self, MaildirPlace *place, const Message *message, const char *keyword,
	    GString *letters, GError **error)
{
	g_autofree char *atom = maildir_keywords_to_atom (keyword);

	if (place->keywords == NULL)
		place->keywords = maildir_keywords_new (place->fd, place->shown, error);
	if (place->keywords == NULL)
		return FALSE;
	char letter = maildir_keywords_obtain (place->keywords, atom);
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
make_flags (MaildirSink *self, MaildirPlace *place, const Message *message, GError **error)
{
	const char *const *keywords = (const char *const *) message->keywords;
	g_autofree char *system = message_flags_to_maildir (message->flags, keywords);
	g_autoptr (GString) letters = g_string_new (NULL);

	for (gsize i = 0; keywords != NULL && keywords[i] != NULL; i++)
		if (!add_letter (self, place, message, keywords[i], letters, error))
			return NULL;
	qsort (letters->str, letters->len, 1, compare_letters);
	return g_strconcat (system, letters->str, NULL);
}

static Pending *
new_pending (MaildirSink *self, MaildirPlace *place, Message *message, guint copy)
{
	Pending *pending = g_new0 (Pending, 1);

	pending->place = place;
	pending->message = message_new_without_content (message);
	pending->size = message_content_get_size (message->content);
	pending->copy = copy;
	pending->temporary = maildir_name_new_temporary (message->l0, copy);
	pending->file = (MaildirFile){
		.directory_fd = place->tmp_fd,
		.name = pending->temporary,
		.shown = place->shown,
		.content = message_content_ref (message->content),
		.seconds = message->received.known ? message->received.seconds : 0,
		.sync = self->options.durability == MAILDIR_DURABILITY_FILE,
	};
	return pending;
}

static gboolean
probe_once (MaildirSink *self, GError **error)
{
	if (!self->probed && !maildir_target_probe (self->root_fd, self->shown, error))
		return FALSE;
	self->probed = TRUE;
	return TRUE;
}

static gboolean
deliver (MaildirSink *self, MaildirPlace *place, Message *message, guint copy, GError **error)
{
	g_autofree char *flags = make_flags (self, place, message, error);

	if (flags == NULL || !probe_once (self, error))
		return FALSE;
	Pending *pending = new_pending (self, place, message, copy);
	pending->flags = g_steal_pointer (&flags);
	g_ptr_array_add (self->filling, pending);
	self->filling_bytes += pending->size;
	return maildir_writer_put (self->writer, &pending->file, error) &&
	       advance_if_full (self, error);
}

typedef struct {
	goffset bare_lf;
	guint8 last;
} Measure;

static gboolean
measure_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Measure *measure = user_data;

	measure->bare_lf += maildir_name_count_bare_lf (data, length, &measure->last);
	return TRUE;
}

/* It lies there already, under a name that may begin with another date. */
static gboolean
tell_present (MaildirSink *self, Message *message, guint copy, guint32 seconds, GError **error)
{
	MessageDate date = message->received;
	Measure measure = { 0 };
	GError *problem = NULL;

	if (seconds != G_MAXUINT32)
		date = (MessageDate){ .known = TRUE, .seconds = seconds };
	if (!message_content_foreach (message->content, measure_piece, &measure, &problem))
		return refuse_message (error, problem);
	goffset size = message_content_get_size (message->content);
	g_autofree char *base =
		maildir_name_new (&date, message->l0, copy, size, size + measure.bare_lf);
	return ledger_present (self->ledger, message, base, error);
}

static gboolean
maildir_sink_put (MessageSink *sink, Message *message, GError **error)
{
	MaildirSink *self = (MaildirSink *) sink;
	GError *problem = NULL;
	guint32 seconds;

	MaildirPlace *place = find_place (self, message->folder, error);
	if (place == NULL)
		return FALSE;
	if (message_is_folder (message))
		return self->options.dry_run || advance_if_full (self, error);
	if (message_get_l0 (message, &problem) == NULL)
		return refuse_message (error, problem);

	guint copy = maildir_set_next_copy (place->set, message->l0);
	if (maildir_set_has (place->set, message->l0, copy, &seconds))
		return tell_present (self, message, copy, seconds, error);
	if (self->options.dry_run)
		return ledger_emitted (self->ledger, message, NULL, error);
	return deliver (self, place, message, copy, error);
}

static gboolean
maildir_sink_finish (MessageSink *sink, GError **error)
{
	MaildirSink *self = (MaildirSink *) sink;

	return self->options.dry_run ||
	       (commit (self, error) && maildir_folders_tidy (self->folders, self->root_fd, error));
}

static void
maildir_sink_free (MessageSink *sink)
{
	MaildirSink *self = (MaildirSink *) sink;

	maildir_writer_free (self->writer);
	g_ptr_array_unref (self->filling);
	g_ptr_array_unref (self->syncing);
	g_ptr_array_unref (self->opened);
	g_hash_table_unref (self->by_folder);
	maildir_folders_free (self->folders);
	content_directory_unref (self->root);
	g_free (self->shown);
	g_free (self);
}

static const MessageSinkClass maildir_sink_class = {
	.put = maildir_sink_put,
	.finish = maildir_sink_finish,
	.free = maildir_sink_free,
};

static void
free_place (gpointer data)
{
	maildir_place_free (data);
}

static gboolean
open_target (MaildirSink *self, GError **error)
{
	if (!self->options.dry_run)
		self->root_fd = maildir_target_open (self->shown, &self->probed, error);
	else if (!maildir_target_look (self->shown, &self->root_fd, error))
		return FALSE;
	if (self->root_fd >= 0)
		self->root = content_directory_new (self->root_fd);
	return self->root_fd >= 0 || self->options.dry_run;
}

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
	self->by_folder = g_hash_table_new_full (NULL, NULL, NULL, free_place);
	self->opened = g_ptr_array_new ();
	self->filling = g_ptr_array_new_with_free_func (free_pending);
	self->syncing = g_ptr_array_new_with_free_func (free_pending);
	self->writer = maildir_writer_new ();
	if (!open_target (self, error))
		return NULL;
	self->folders = maildir_folders_new (self->root_fd, self->shown, options->layout,
					     options->names, report, error);
	return self->folders != NULL ? g_steal_pointer (&sink) : NULL;
}
