/* message-content.c - the bytes of a message, readable as often as needed, wherever they lie
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-content.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define PIECE (64 * 1024)

struct ContentDirectory {
	gatomicrefcount references;
	int fd;
};

/* What is fetched when it is wanted. */
typedef struct {
	GBytes *head;
	MessageContentLoadFunc load;
	gpointer user_data;
	GDestroyNotify destroy;
	GMutex lock;
	Spool *whole; /* NULL until then */
} Late;

struct MessageContent {
	gatomicrefcount references;
	GBytes *bytes; /* exactly one of bytes, spool, path, late is set */
	Spool *spool;
	char *path;
	Late *late;
	ContentDirectory *directory; /* of path */
	goffset size;
};

struct ContentReader {
	MessageContent *content;
	goffset offset;
	int fd; /* -1 unless the content is a file */
};

ContentDirectory *
content_directory_new (int fd)
{
	ContentDirectory *directory = g_new0 (ContentDirectory, 1);

	g_atomic_ref_count_init (&directory->references);
	directory->fd = fd;
	return directory;
}

ContentDirectory *
content_directory_ref (ContentDirectory *directory)
{
	g_atomic_ref_count_inc (&directory->references);
	return directory;
}

void
content_directory_unref (ContentDirectory *directory)
{
	if (directory == NULL || !g_atomic_ref_count_dec (&directory->references))
		return;
	close (directory->fd);
	g_free (directory);
}

static MessageContent *
content_new (goffset size)
{
	MessageContent *content = g_new0 (MessageContent, 1);

	g_atomic_ref_count_init (&content->references);
	content->size = size;
	return content;
}

MessageContent *
message_content_new_bytes (GBytes *bytes)
{
	MessageContent *content = content_new ((goffset) g_bytes_get_size (bytes));

	content->bytes = bytes;
	return content;
}

MessageContent *
message_content_new_spool (Spool *spool)
{
	MessageContent *content = content_new (spool_get_size (spool));

	content->spool = spool;
	return content;
}

MessageContent *
message_content_new_file (ContentDirectory *directory, const char *path, goffset size)
{
	MessageContent *content = content_new (size);

	content->path = g_strdup (path);
	content->directory = content_directory_ref (directory);
	return content;
}

MessageContent *
message_content_new_late (GBytes *head, goffset size, MessageContentLoadFunc load,
			  gpointer user_data, GDestroyNotify destroy)
{
	MessageContent *content = content_new (MAX (size, (goffset) g_bytes_get_size (head)));

	content->late = g_new0 (Late, 1);
	content->late->head = head;
	content->late->load = load;
	content->late->user_data = user_data;
	content->late->destroy = destroy;
	g_mutex_init (&content->late->lock);
	return content;
}

static void
late_free (Late *late)
{
	if (late == NULL)
		return;
	g_bytes_unref (late->head);
	if (late->destroy != NULL)
		late->destroy (late->user_data);
	g_mutex_clear (&late->lock);
	spool_unref (late->whole);
	g_free (late);
}

MessageContent *
message_content_ref (MessageContent *content)
{
	g_atomic_ref_count_inc (&content->references);
	return content;
}

void
message_content_unref (MessageContent *content)
{
	if (content == NULL || !g_atomic_ref_count_dec (&content->references))
		return;
	g_clear_pointer (&content->bytes, g_bytes_unref);
	spool_unref (content->spool);
	late_free (content->late);
	content_directory_unref (content->directory);
	g_free (content->path);
	g_free (content);
}

goffset
message_content_get_size (const MessageContent *content)
{
	return content->size;
}

const guint8 *
message_content_peek (const MessageContent *content)
{
	if (content->spool != NULL)
		return spool_peek (content->spool);
	if (content->bytes == NULL)
		return NULL;
	const guint8 *data = g_bytes_get_data (content->bytes, NULL);
	return data != NULL ? data : (const guint8 *) "";
}

static gboolean
fail (GError **error, const MessageContent *content, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", content->path,
		     reason);
	return FALSE;
}

static gboolean
open_file (ContentReader *reader, GError **error)
{
	const MessageContent *content = reader->content;
	struct stat status;

	reader->fd = openat (content->directory->fd, content->path,
			     O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (reader->fd < 0 || fstat (reader->fd, &status) < 0)
		return fail (error, content, g_strerror (errno));
	if (status.st_size != content->size)
		return fail (error, content, "it changed while we were reading the mailbox");
	return TRUE;
}

ContentReader *
content_reader_new (MessageContent *content, GError **error)
{
	g_autoptr (ContentReader) reader = g_new0 (ContentReader, 1);

	reader->content = message_content_ref (content);
	reader->fd = -1;
	if (content->path != NULL && !open_file (reader, error))
		return NULL;
	return g_steal_pointer (&reader);
}

void
content_reader_free (ContentReader *reader)
{
	if (reader == NULL)
		return;
	if (reader->fd >= 0)
		close (reader->fd);
	message_content_unref (reader->content);
	g_free (reader);
}

static gboolean
read_file (ContentReader *reader, void *buffer, gsize length, gsize *got, GError **error)
{
	for (;;) {
		ssize_t n = read (reader->fd, buffer, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail (error, reader->content, g_strerror (errno));
		if (n == 0 && reader->offset < reader->content->size)
			return fail (error, reader->content,
				     "it became shorter while we were reading it");
		*got = (gsize) n;
		return TRUE;
	}
}

/* From the head as long as that goes. */
static gboolean
read_late (ContentReader *reader, void *buffer, gsize length, gsize *got, GError **error)
{
	MessageContent *content = reader->content;
	Late *late = content->late;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&late->lock);
	gsize size = 0;
	const guint8 *head = g_bytes_get_data (late->head, &size);

	if (late->whole == NULL && reader->offset < (goffset) size) {
		*got = MIN (length, size - (gsize) reader->offset);
		memcpy (buffer, head + reader->offset, *got);
		return TRUE;
	}
	if (late->whole == NULL) {
		late->whole = late->load (late->user_data, error);
		if (late->whole == NULL)
			return FALSE;
		content->size = spool_get_size (late->whole);
	}
	return spool_read_at (late->whole, reader->offset, buffer, length, got, error);
}

gboolean
content_reader_read (ContentReader *reader, void *buffer, gsize length, gsize *got, GError **error)
{
	MessageContent *content = reader->content;
	gsize wanted = (gsize) MIN ((goffset) length, content->size - reader->offset);

	*got = 0;
	if (wanted == 0)
		return TRUE;
	if (content->late != NULL) {
		if (!read_late (reader, buffer, length, got, error))
			return FALSE;
	} else if (content->bytes != NULL) {
		memcpy (buffer, message_content_peek (content) + reader->offset, wanted);
		*got = wanted;
	} else if (content->spool != NULL) {
		if (!spool_read_at (content->spool, reader->offset, buffer, wanted, got, error))
			return FALSE;
	} else if (!read_file (reader, buffer, wanted, got, error)) {
		return FALSE;
	}
	reader->offset += (goffset) *got;
	return TRUE;
}

gboolean
message_content_get_last_byte (MessageContent *content, gboolean *any, guint8 *byte, GError **error)
{
	*any = content->size > 0;
	if (!*any)
		return TRUE;

	g_autoptr (ContentReader) reader = content_reader_new (content, error);
	gsize got;
	if (reader == NULL)
		return FALSE;
	reader->offset = content->size - 1;
	if (reader->fd >= 0 && lseek (reader->fd, reader->offset, SEEK_SET) < 0)
		return fail (error, content, g_strerror (errno));
	return content_reader_read (reader, byte, 1, &got, error);
}

gboolean
message_content_foreach (MessageContent *content, MessageContentFunc function, gpointer user_data,
			 GError **error)
{
	const guint8 *all = message_content_peek (content);

	if (all != NULL)
		return content->size == 0 ||
		       function (all, (gsize) content->size, user_data, error);

	g_autoptr (ContentReader) reader = content_reader_new (content, error);
	g_autofree guint8 *piece = g_malloc (PIECE);
	if (reader == NULL)
		return FALSE;
	for (;;) {
		gsize got;
		if (!content_reader_read (reader, piece, PIECE, &got, error))
			return FALSE;
		if (got == 0)
			return TRUE;
		if (!function (piece, got, user_data, error))
			return FALSE;
	}
}
