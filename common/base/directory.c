/* directory.c - look into directories below another one, never through a symbolic link
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/directory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

int
directory_open (int root_fd, const char *path)
{
	int fd = openat (root_fd, ".", OPEN_DIRECTORY);

	while (fd >= 0 && *path != '\0') {
		gsize length = strcspn (path, "/");
		g_autofree char *name = g_strndup (path, length);
		int above = fd;
		fd = openat (above, name, OPEN_DIRECTORY);
		int number = errno;
		close (above);
		errno = number;
		path += length + (path[length] == '/' ? 1 : 0);
	}
	return fd;
}

static int
open_plain (int directory_fd, const char *name, struct stat *status)
{
	int fd = openat (directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && fstat (fd, status) == 0 && S_ISREG (status->st_mode))
		return fd;
	int number = fd < 0 ? (errno == ELOOP || errno == ENXIO ? EINVAL : errno) : EINVAL;
	if (fd >= 0)
		close (fd);
	errno = number;
	return -1;
}

int
directory_open_file (int root_fd, const char *path, struct stat *status)
{
	const char *slash = strrchr (path, '/');

	if (slash == NULL)
		return open_plain (root_fd, path, status);
	g_autofree char *parent = g_strndup (path, (gsize) (slash - path));
	int above = directory_open (root_fd, parent);
	if (above < 0)
		return -1;
	int fd = open_plain (above, slash + 1, status);
	int number = errno;
	close (above);
	errno = number;
	return fd;
}

static guint8
find_type (int fd, const char *name)
{
	struct stat status;

	return fstatat (fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0
		       ? (guint8) IFTODT (status.st_mode)
		       : DT_UNKNOWN;
}

gboolean
directory_foreach (int fd, DirectoryFunc function, gpointer user_data)
{
	/* A descriptor of its own: the position in the directory belongs to the open file. */
	int own = openat (fd, ".", OPEN_DIRECTORY);
	DIR *directory = own >= 0 ? fdopendir (own) : NULL;

	if (directory == NULL)
		return FALSE;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir (directory);
		if (entry == NULL)
			break;
		if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
			continue;
		function (entry->d_name,
			  entry->d_type != DT_UNKNOWN ? entry->d_type
						      : find_type (fd, entry->d_name),
			  user_data);
	}
	int number = errno;
	closedir (directory);
	errno = number;
	return number == 0;
}

char *
directory_join (const char *path, const char *name)
{
	return *path == '\0' ? g_strdup (name) : g_strconcat (path, "/", name, NULL);
}
