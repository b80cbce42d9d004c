/* maildir-file.c - directories and small files of a Maildir, never through a symbolic link
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

static int
fail (GError **error, RunError code, const char *shown, int number)
{
	const char *reason = number == ELOOP ?
				     "it is a symbolic link, which mailferry does not follow" :
			     number == ENOTDIR ? "not a directory, or a symbolic link to one" :
						 g_strerror (number);

	g_set_error (error, RUN_ERROR, code, "%s: cannot %s: %s", shown,
		     code == RUN_ERROR_OUTPUT ? "open or make" : "read", reason);
	errno = number;
	return -1;
}

static int
open_component (int directory_fd, const char *name, gboolean make, gboolean *made)
{
	int fd = openat (directory_fd, name, OPEN_DIRECTORY);

	*made = fd < 0 && errno == ENOENT && make;
	if (!*made)
		return fd;
	if (mkdirat (directory_fd, name, 0700) < 0)
		return -1;
	return openat (directory_fd, name, OPEN_DIRECTORY);
}

static int
walk (int directory_fd, const char *path, gboolean make, gboolean *made)
{
	g_auto (GStrv) names = g_strsplit (path, "/", -1);
	int fd = -1;

	*made = FALSE;
	for (gsize i = 0; names[i] != NULL; i++) {
		int next = open_component (i == 0 ? directory_fd : fd, names[i], make, made);
		int number = errno;
		if (fd >= 0)
			close (fd);
		errno = number;
		fd = next;
		if (fd < 0)
			return -1;
	}
	return fd;
}

int
maildir_file_open_directory (int directory_fd, const char *path, const char *shown, GError **error)
{
	gboolean made;
	int fd = walk (directory_fd, path, FALSE, &made);

	return fd >= 0 ? fd : fail (error, RUN_ERROR_INPUT, shown, errno);
}

int
maildir_file_make_directory (int directory_fd, const char *path, const char *shown, gboolean *made,
			     GError **error)
{
	gboolean was_missing;
	int fd = walk (directory_fd, path, TRUE, &was_missing);

	if (made != NULL)
		*made = was_missing;
	return fd >= 0 ? fd : fail (error, RUN_ERROR_OUTPUT, shown, errno);
}

static gboolean
refuse (GError **error, const char *shown)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: not the text file it should be",
		     shown);
	return FALSE;
}

static gboolean
read_descriptor (int fd, gsize limit, GString *text, const char *shown, GError **error)
{
	char piece[16 * 1024];

	for (;;) {
		ssize_t n = read (fd, piece, sizeof piece);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail (error, RUN_ERROR_INPUT, shown, errno) == 0;
		if (n == 0)
			return TRUE;
		if (text->len + (gsize) n > limit || memchr (piece, '\0', (gsize) n) != NULL)
			return refuse (error, shown);
		g_string_append_len (text, piece, n);
	}
}

gboolean
maildir_file_read (int directory_fd, const char *name, const char *shown, gsize limit, char **text,
		   GError **error)
{
	int fd = openat (directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return TRUE;
	if (fd < 0)
		return fail (error, RUN_ERROR_INPUT, shown, errno) == 0;
	g_autoptr (GString) content = g_string_new (NULL);
	struct stat status;
	gboolean ok = fstat (fd, &status) == 0 && S_ISREG (status.st_mode) ?
			      read_descriptor (fd, limit, content, shown, error) :
			      refuse (error, shown);
	close (fd);
	if (ok)
		*text = g_string_free (g_steal_pointer (&content), FALSE);
	return ok;
}

gboolean
maildir_file_foreach (int directory_fd, const char *shown, MaildirFileFunc function,
		      gpointer user_data, GError **error)
{
	/* A descriptor of its own: the position in the directory belongs to the open file. */
	int fd = openat (directory_fd, ".", OPEN_DIRECTORY);
	g_autoptr (MaildirDir) directory = fd >= 0 ? fdopendir (fd) : NULL;

	if (directory == NULL)
		return fail (error, RUN_ERROR_INPUT, shown, errno) == 0;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir (directory);
		if (entry == NULL)
			return errno == 0 || fail (error, RUN_ERROR_INPUT, shown, errno) == 0;
		if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
			continue;
		if (!function (entry->d_name, entry->d_type, user_data, error))
			return FALSE;
	}
}

gboolean
maildir_file_is_directory (int directory_fd, const char *path)
{
	struct stat status;

	return fstatat (directory_fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR (status.st_mode);
}
