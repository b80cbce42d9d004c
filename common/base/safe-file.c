/* safe-file.c - bytes that arrive on disk whole, or an error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/safe-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define BUFFER_SIZE (64 * 1024)

struct SafeFile {
	char *path;
	char *temporary;
	int fd;
	gsize used;
	guint8 buffer[BUFFER_SIZE];
};

static gboolean
fail (GError **error, const char *name, int number)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: cannot write: %s", name, g_strerror (number));
	return FALSE;
}

gboolean
safe_file_write_all (int fd, const void *data, gsize length, const char *name, GError **error)
{
	const guint8 *bytes = data;

	while (length > 0) {
		ssize_t written = write (fd, bytes, length);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return fail (error, name, written < 0 ? errno : EIO);
		bytes += written;
		length -= (gsize) written;
	}
	return TRUE;
}

gboolean
safe_file_sync (int fd, const char *name, GError **error)
{
	while (fsync (fd) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EINVAL || errno == EROFS)
			return TRUE;
		return fail (error, name, errno);
	}
	return TRUE;
}

static gboolean
sync_directory_of (const char *path, GError **error)
{
	g_autofree char *directory = g_path_get_dirname (path);
	int fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return fail (error, directory, errno);
	gboolean ok = safe_file_sync (fd, directory, error);
	close (fd);
	return ok;
}

SafeFile *
safe_file_new (const char *path, GError **error)
{
	g_autofree char *temporary = g_strconcat (path, ".XXXXXX", NULL);
	int fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		fail (error, path, errno);
		return NULL;
	}
	SafeFile *file = g_new0 (SafeFile, 1);
	file->path = g_strdup (path);
	file->temporary = g_steal_pointer (&temporary);
	file->fd = fd;
	return file;
}

static gboolean
flush (SafeFile *file, GError **error)
{
	gsize used = file->used;

	file->used = 0;
	return safe_file_write_all (file->fd, file->buffer, used, file->path, error);
}

gboolean
safe_file_write (SafeFile *file, const void *data, gsize length, GError **error)
{
	if (length > BUFFER_SIZE - file->used && !flush (file, error))
		return FALSE;
	if (length > BUFFER_SIZE)
		return safe_file_write_all (file->fd, data, length, file->path, error);
	memcpy (file->buffer + file->used, data, length);
	file->used += length;
	return TRUE;
}

gboolean
safe_file_commit (SafeFile *file, GError **error)
{
	if (!flush (file, error) || !safe_file_sync (file->fd, file->path, error))
		return FALSE;
	int fd = file->fd;
	file->fd = -1;
	if (close (fd) < 0)
		return fail (error, file->path, errno);
	if (rename (file->temporary, file->path) < 0)
		return fail (error, file->path, errno);
	g_clear_pointer (&file->temporary, g_free);
	return sync_directory_of (file->path, error);
}

void
safe_file_free (SafeFile *file)
{
	if (file == NULL)
		return;
	if (file->fd >= 0)
		close (file->fd);
	if (file->temporary != NULL)
		unlink (file->temporary);
	g_free (file->temporary);
	g_free (file->path);
	g_free (file);
}
