/* safe-file.c - bytes that arrive on disk whole, or an error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/safe-file.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define BUFFER_SIZE (64 * 1024)

struct SafeFile {
	char *shown; /* what error texts call it */
	int directory_fd; /* of name and temporary; AT_FDCWD: they are paths */
	char *name;
	char *temporary; /* NULL once it is in place, or if name itself is written to */
	int fd;
	gsize used;
	guint8 buffer[BUFFER_SIZE];
};

static gboolean
fail (GError **error, const char *name, int number)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: cannot write: %s", name,
		     g_strerror (number));
	errno = number;
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

gboolean
safe_file_sync_all (int fd, const char *name, GError **error)
{
	return syncfs (fd) == 0 || fail (error, name, errno);
}

int
safe_file_open_unlinked (GError **error)
{
	const char *directory = g_get_tmp_dir ();
	int fd = open (directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	/* Not every file system knows O_TMPFILE (NFS does not). */
	g_autofree char *path = g_build_filename (directory, "mailferry.XXXXXX", NULL);
	fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "%s: cannot make a temporary file: %s", directory, g_strerror (errno));
	else
		unlink (path);
	return fd;
}

gboolean
safe_file_move (int from_fd, const char *from, int to_fd, const char *to, const char *shown,
		GError **error)
{
	if (renameat2 (from_fd, from, to_fd, to, RENAME_NOREPLACE) == 0)
		return TRUE;
	if (errno != EINVAL && errno != ENOSYS)
		return fail (error, shown, errno);

	/* NFS and some others know no such flag; there the caller's own look at the directory must
	 * do. */
	return renameat (from_fd, from, to_fd, to) == 0 || fail (error, shown, errno);
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

static SafeFile *
wrap (const char *shown, int directory_fd, const char *name, const char *temporary, int fd)
{
	SafeFile *file = g_new0 (SafeFile, 1);

	file->shown = g_strdup (shown);
	file->directory_fd = directory_fd;
	file->name = g_strdup (name);
	file->temporary = g_strdup (temporary);
	file->fd = fd;
	return file;
}

/* A device, a pipe, or what is open already under a name like /dev/fd/3: not to be replaced. */
static gboolean
is_special (const char *path)
{
	struct stat st;

	return stat (path, &st) == 0 &&
	       ((!S_ISREG (st.st_mode) && !S_ISDIR (st.st_mode)) ||
		g_str_has_prefix (path, "/dev/") || g_str_has_prefix (path, "/proc/"));
}

SafeFile *
safe_file_new (const char *path, GError **error)
{
	gboolean special = is_special (path);

	if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
		fail (error, path, EISDIR);
		return NULL;
	}
	/* The file that a symbolic link leads to is replaced, not the link. */
	char *resolved = special ? NULL : realpath (path, NULL);
	g_autofree char *name = g_strdup (resolved != NULL ? resolved : path);
	g_autofree char *temporary = special ? NULL : g_strconcat (name, ".XXXXXX", NULL);
	int fd = special ? open (path, O_WRONLY | O_TRUNC | O_NOCTTY | O_CLOEXEC)
			 : g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0600);

	free (resolved);
	if (fd >= 0)
		return wrap (path, AT_FDCWD, name, temporary, fd);
	fail (error, path, errno);
	return NULL;
}

/* What is replaced passes its rights on, and its owner as far as we may give it away. */
static void
inherit (int fd, int directory_fd, const char *name)
{
	struct stat old;

	if (fstatat (directory_fd, name, &old, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG (old.st_mode))
		return;
	if (fchown (fd, old.st_uid, old.st_gid) == 0)
		(void) fchmod (fd, old.st_mode & 0777); /* 0600 is safe */
}

SafeFile *
safe_file_new_at (int directory_fd, const char *name, const char *shown, GError **error)
{
	g_autofree char *temporary = g_strconcat (name, ".mailferry", NULL);

	(void) unlinkat (directory_fd, temporary, 0); /* mostly it is not there */
	int fd = openat (directory_fd, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		fail (error, shown, errno);
		return NULL;
	}
	inherit (fd, directory_fd, name);
	return wrap (shown, directory_fd, name, temporary, fd);
}

static gboolean
flush (SafeFile *file, GError **error)
{
	gsize used = file->used;

	file->used = 0;
	return safe_file_write_all (file->fd, file->buffer, used, file->shown, error);
}

gboolean
safe_file_write (SafeFile *file, const void *data, gsize length, GError **error)
{
	if (length > BUFFER_SIZE - file->used && !flush (file, error))
		return FALSE;
	if (length > BUFFER_SIZE)
		return safe_file_write_all (file->fd, data, length, file->shown, error);
	memcpy (file->buffer + file->used, data, length);
	file->used += length;
	return TRUE;
}

int
safe_file_dup (SafeFile *file, GError **error)
{
	int fd = fcntl (file->fd, F_DUPFD_CLOEXEC, 0);

	if (fd < 0)
		fail (error, file->shown, errno);
	return fd;
}

gboolean
safe_file_commit (SafeFile *file, GError **error)
{
	if (!flush (file, error) || !safe_file_sync (file->fd, file->shown, error))
		return FALSE;
	int fd = file->fd;
	file->fd = -1;
	if (close (fd) < 0)
		return fail (error, file->shown, errno);
	if (file->temporary == NULL)
		return TRUE;
	if (renameat (file->directory_fd, file->temporary, file->directory_fd, file->name) < 0)
		return fail (error, file->shown, errno);
	g_clear_pointer (&file->temporary, g_free);
	if (file->directory_fd != AT_FDCWD)
		return safe_file_sync (file->directory_fd, file->shown, error);
	return sync_directory_of (file->name, error);
}

void
safe_file_free (SafeFile *file)
{
	if (file == NULL)
		return;
	if (file->fd >= 0)
		close (file->fd);
	if (file->temporary != NULL)
		(void) unlinkat (file->directory_fd, file->temporary, 0);
	g_free (file->temporary);
	g_free (file->name);
	g_free (file->shown);
	g_free (file);
}
