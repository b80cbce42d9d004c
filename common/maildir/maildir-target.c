/* maildir-target.c - the Maildir that mail goes to: is it one, may we write, can it hold our names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-target.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"
#include "maildir/maildir-file.h"

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
check_kind (int fd, const char *shown, gboolean *is_maildir, GError **error)
{
	Look look = { FALSE, FALSE };

	if (!maildir_file_foreach (fd, shown, note_entry, &look, error))
		return FALSE;
	*is_maildir = look.is_maildir;
	return look.is_maildir || !look.has_other ||
	       refuse (error, shown,
		       "a directory with other things in it, not a Maildir: name a new one");
}

static gboolean
open_root (const char *path, int *fd, gboolean *is_maildir, GError **error)
{
	*is_maildir = FALSE;
	*fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd >= 0 && check_kind (*fd, path, is_maildir, error))
		return TRUE;
	if (*fd >= 0) {
		close (*fd);
		return FALSE;
	}
	if (errno == ENOENT)
		return TRUE;
	if (errno == ENOTDIR)
		return refuse (error, path, "not a directory, so it cannot be a Maildir");
	return cannot (error, path, "open", errno);
}

/* A file system without locks is no reason to refuse. */
static gboolean
lock (int fd, const char *shown, GError **error)
{
	if (flock (fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
		     "%s: another mailferry program is writing to it: run it again later", shown);
	return FALSE;
}

/* The directories that make it a Maildir; the descriptor of the last one, tmp, or -1. */
static int
make_subdirectories (int root_fd, const char *shown, GError **error)
{
	static const char *const names[] = { "cur", "new", "tmp" };
	int fd = -1;

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *sub = g_build_filename (shown, names[i], NULL);
		if (fd >= 0)
			close (fd);
		fd = maildir_file_make_directory (root_fd, names[i], sub, NULL, error);
		if (fd < 0)
			return -1;
	}
	return fd;
}

static gboolean
probe (int tmp_fd, const char *shown, GError **error)
{
	static const char plain[] = "probe.mailferry", final[] = "probe.mailferry:2,S";

	/* a run that was killed just here may have left them */
	(void) unlinkat (tmp_fd, plain, 0);
	(void) unlinkat (tmp_fd, final, 0);
	int fd = openat (tmp_fd, plain, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot (error, shown, "write", errno);
	close (fd);
	if (safe_file_move (tmp_fd, plain, tmp_fd, final, shown, NULL)) {
		(void) unlinkat (tmp_fd, final, 0);
		return TRUE;
	}
	(void) unlinkat (tmp_fd, plain, 0);
	return refuse (error, shown,
		       "this file system cannot hold ':' in file names, which Maildir needs: "
		       "choose another place");
}

gboolean
maildir_target_probe (int root_fd, const char *shown, GError **error)
{
	int fd = make_subdirectories (root_fd, shown, error);

	if (fd < 0)
		return FALSE;
	gboolean ok = probe (fd, shown, error);
	close (fd);
	return ok;
}

gboolean
maildir_target_look (const char *path, int *fd, GError **error)
{
	gboolean is_maildir;

	return open_root (path, fd, &is_maildir, error);
}

int
maildir_target_open (const char *path, gboolean *probed, GError **error)
{
	gboolean is_maildir;
	int fd;

	if (!open_root (path, &fd, &is_maildir, error))
		return -1;
	if (fd < 0 && (mkdir (path, 0700) < 0 ||
		       (fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)) {
		cannot (error, path, "make the Maildir", errno);
		return -1;
	}
	*probed = !is_maildir;
	if (lock (fd, path, error) && (is_maildir || maildir_target_probe (fd, path, error)))
		return fd;
	close (fd);
	return -1;
}
