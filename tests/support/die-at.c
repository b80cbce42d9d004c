/* die-at.c - to be preloaded: ends the program by SIGKILL just before one of its changes on disk
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * DIE_AT=N: before the Nth change. DIE_COUNT=FILE: how many there were goes to FILE at the end.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long changes;

static void
step (void)
{
	const char *at = getenv ("DIE_AT");

	if (atomic_fetch_add (&changes, 1) + 1 == (at != NULL ? atol (at) : 0))
		raise (SIGKILL);
}

static void __attribute__ ((destructor))
tell (void)
{
	const char *path = getenv ("DIE_COUNT");
	FILE *file = path != NULL ? fopen (path, "w") : NULL;

	if (file == NULL)
		return;
	fprintf (file, "%ld\n", atomic_load (&changes));
	fclose (file);
}

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

int
openat (int fd, const char *path, int flags, ...)
{
	va_list arguments;

	va_start (arguments, flags);
	mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg (arguments, mode_t) : 0;
	va_end (arguments);
	if ((flags & O_CREAT) != 0)
		step ();
	return REAL (openat) (fd, path, flags, mode);
}

int
renameat (int from_fd, const char *from, int to_fd, const char *to)
{
	step ();
	return REAL (renameat) (from_fd, from, to_fd, to);
}

int
renameat2 (int from_fd, const char *from, int to_fd, const char *to, unsigned int flags)
{
	int (*real) (int, const char *, int, const char *, unsigned int) =
		dlsym (RTLD_NEXT, "renameat2");

	step ();
	return real (from_fd, from, to_fd, to, flags);
}

/* Half of it is written, then the end may come. */
ssize_t
write (int fd, const void *data, size_t length)
{
	size_t half = length / 2;

	if (half > 0 && REAL (write) (fd, data, half) == (ssize_t) half) {
		step ();
		ssize_t rest = REAL (write) (fd, (const char *) data + half, length - half);
		return rest < 0 ? rest : (ssize_t) half + rest;
	}
	return REAL (write) (fd, data, length);
}

int
mkdirat (int fd, const char *path, mode_t mode)
{
	step ();
	return REAL (mkdirat) (fd, path, mode);
}

int
unlinkat (int fd, const char *path, int flags)
{
	step ();
	return REAL (unlinkat) (fd, path, flags);
}

int
futimens (int fd, const struct timespec times[2])
{
	step ();
	return REAL (futimens) (fd, times);
}

int
fsync (int fd)
{
	step ();
	return REAL (fsync) (fd);
}
