/* maildir-writer.c - a thread that writes messages to disk while the next ones are being read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-writer.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"
#include "maildir/maildir-name.h"

/* What may wait for the thread: enough to keep it busy, little enough to hold in memory. */
#define WAITING_FILES 128
#define WAITING_BYTES (1024 * 1024)

struct MaildirWriter {
	GThread *thread; /* NULL: there is none to be had */
	GMutex lock;
	GCond changed;
	GQueue queue; /* MaildirFile; what the thread works on is its head */
	gsize waiting_bytes;
	gboolean ending;
	gboolean is_full;       /* somebody waits for room */
	GError *problem; /* the first one */

	GThread *sync; /* NULL unless between begin and end, if there was a thread to be had */
	int sync_fd;
	const char *sync_shown;
	GError *sync_problem;
};

/* --- One file ------------------------------------------------------------- */

typedef struct {
	MaildirFile *file;
	int fd;
	guint8 last;
	GError *problem; /* with writing, as opposed to reading */
} Copy;

static gboolean
fail (GError **error, const MaildirFile *file, const char *what, int number)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s/tmp/%s: cannot %s: %s", file->shown,
		     file->name, what, g_strerror (number));
	return FALSE;
}

static gboolean
take_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Copy *copy = user_data;

	copy->file->bare_lf += maildir_name_count_bare_lf (data, length, &copy->last);
	return safe_file_write_all (copy->fd, data, length, copy->file->shown, &copy->problem);
}

/* mtime is the internal date. */
static gboolean
set_date (MaildirFile *file, int fd, GError **error)
{
	struct timespec times[2] = { { .tv_sec = file->seconds }, { .tv_sec = file->seconds } };
	struct stat status;

	file->kept_seconds = file->seconds;
	if (futimens (fd, times) < 0)
		return fail (error, file, "set the date of", errno);
	if ((file->seconds < 0 || file->seconds > G_MAXINT32) && fstat (fd, &status) == 0)
		file->kept_seconds = status.st_mtime;
	return TRUE;
}

static gboolean
fill_file (MaildirFile *file, int fd, GError **error)
{
	Copy copy = { .file = file, .fd = fd };

	if (message_content_foreach (file->content, take_piece, &copy, &file->unreadable))
		return set_date (file, fd, error) &&
		       (!file->sync || safe_file_sync (fd, file->shown, error));
	if (copy.problem == NULL)
		return TRUE;
	g_propagate_error (error, copy.problem);
	return FALSE;
}

static gboolean
write_file (MaildirFile *file, GError **error)
{
	int fd = openat (file->directory_fd, file->name,
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail (error, file, "make", errno);
	gboolean ok = fill_file (file, fd, error);
	if (close (fd) < 0 && ok)
		ok = fail (error, file, "write", errno);
	if (!ok || file->unreadable != NULL)
		(void) unlinkat (file->directory_fd, file->name, 0); /* what is left is stale */
	return ok;
}

/* --- The thread ----------------------------------------------------------- */

static gsize
get_weight (const MaildirFile *file)
{
	return message_content_peek (file->content) != NULL ?
		       (gsize) message_content_get_size (file->content) :
		       0;
}

/* Half empty is soon enough: waking somebody for every file costs more than it gains. */
static gboolean
has_room (const MaildirWriter *writer)
{
	return writer->queue.length <= WAITING_FILES / 2 &&
	       writer->waiting_bytes <= WAITING_BYTES / 2;
}

static void
finish_file (MaildirWriter *writer, MaildirFile *file, gsize weight, GError *problem)
{
	g_mutex_lock (&writer->lock);
	g_queue_pop_head (&writer->queue);
	writer->waiting_bytes -= weight;
	if (writer->problem == NULL)
		writer->problem = problem;
	else
		g_clear_error (&problem);
	if ((writer->is_full && has_room (writer)) || writer->queue.length == 0)
		g_cond_broadcast (&writer->changed);
	g_mutex_unlock (&writer->lock);
}

static void
work_on (MaildirWriter *writer, MaildirFile *file)
{
	GError *problem = NULL;
	gsize weight = get_weight (file);

	/* Only this thread sets it. */
	if (writer->problem == NULL)
		(void) write_file (file, &problem); /* told by the problem */
	g_clear_pointer (&file->content, message_content_unref);
	finish_file (writer, file, weight, problem);
}

static gpointer
write_files (gpointer data)
{
	MaildirWriter *writer = data;

	for (;;) {
		g_mutex_lock (&writer->lock);
		while (writer->queue.length == 0 && !writer->ending)
			g_cond_wait (&writer->changed, &writer->lock);
		MaildirFile *file = g_queue_peek_head (&writer->queue);
		g_mutex_unlock (&writer->lock);
		if (file == NULL)
			return NULL;
		work_on (writer, file);
	}
}

MaildirWriter *
maildir_writer_new (void)
{
	MaildirWriter *writer = g_new0 (MaildirWriter, 1);

	g_mutex_init (&writer->lock);
	g_cond_init (&writer->changed);
	g_queue_init (&writer->queue);
	writer->thread = g_thread_try_new ("writer", write_files, writer, NULL);
	return writer;
}

static void
wait_until_written (MaildirWriter *writer)
{
	g_mutex_lock (&writer->lock);
	while (writer->queue.length > 0)
		g_cond_wait (&writer->changed, &writer->lock);
	g_mutex_unlock (&writer->lock);
}

/* FALSE: writing has come to an end. */
static gboolean
enqueue (MaildirWriter *writer, MaildirFile *file)
{
	gsize weight = get_weight (file);

	g_mutex_lock (&writer->lock);
	writer->is_full = writer->queue.length >= WAITING_FILES ||
			  writer->waiting_bytes + weight > WAITING_BYTES;
	while (writer->is_full && writer->queue.length > 0 && !has_room (writer))
		g_cond_wait (&writer->changed, &writer->lock);
	writer->is_full = FALSE;
	g_queue_push_tail (&writer->queue, file);
	writer->waiting_bytes += weight;
	if (writer->queue.length == 1)
		g_cond_broadcast (&writer->changed);
	gboolean ok = writer->problem == NULL;
	g_mutex_unlock (&writer->lock);
	return ok;
}

gboolean
maildir_writer_put (MaildirWriter *writer, MaildirFile *file, GError **error)
{
	if (writer->thread != NULL)
		return enqueue (writer, file) || maildir_writer_wait (writer, error);
	g_queue_push_tail (&writer->queue, file);
	work_on (writer, file);
	return maildir_writer_wait (writer, error);
}

gboolean
maildir_writer_wait (MaildirWriter *writer, GError **error)
{
	wait_until_written (writer);
	if (writer->problem == NULL)
		return TRUE;
	g_propagate_error (error, g_error_copy (writer->problem));
	return FALSE;
}

/* --- Syncing -------------------------------------------------------------- */

static gpointer
sync_all (gpointer data)
{
	MaildirWriter *writer = data;

	(void) safe_file_sync_all (writer->sync_fd, writer->sync_shown, &writer->sync_problem);
	return NULL;
}

void
maildir_writer_begin_sync (MaildirWriter *writer, int fd, const char *shown)
{
	writer->sync_fd = fd;
	writer->sync_shown = shown;
	writer->sync = g_thread_try_new ("sync", sync_all, writer, NULL);
	if (writer->sync == NULL)
		sync_all (writer);
}

gboolean
maildir_writer_end_sync (MaildirWriter *writer, GError **error)
{
	if (writer->sync != NULL)
		g_thread_join (writer->sync);
	writer->sync = NULL;
	if (writer->sync_problem == NULL)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&writer->sync_problem));
	return FALSE;
}

void
maildir_writer_free (MaildirWriter *writer)
{
	if (writer == NULL)
		return;
	(void) maildir_writer_end_sync (writer, NULL); /* nobody asks any more */
	g_mutex_lock (&writer->lock);
	writer->ending = TRUE;
	g_cond_broadcast (&writer->changed);
	g_mutex_unlock (&writer->lock);
	if (writer->thread != NULL)
		g_thread_join (writer->thread);
	g_clear_error (&writer->problem);
	g_mutex_clear (&writer->lock);
	g_cond_clear (&writer->changed);
	g_free (writer);
}
