/* no-colon.c - to be preloaded: a file system that cannot hold ':' in names, as VFAT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int
refuses (const char *path)
{
	if (strchr (path, ':') == NULL)
		return 0;
	errno = EINVAL;
	return 1;
}

int
renameat2 (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
	int (*real) (int, const char *, int, const char *, unsigned int) =
		dlsym (RTLD_NEXT, "renameat2");

	return refuses (from) || refuses (to) ? -1 : real (from_fd, from, to_fd, to, flags);
}

int
renameat (int from_fd, const char *from, int to_fd, const char *to)
{
	int (*real) (int, const char *, int, const char *) = dlsym (RTLD_NEXT, "renameat");

	return refuses (from) || refuses (to) ? -1 : real (from_fd, from, to_fd, to);
}
