/* maildir-list.c - a file of lines at the root of a Maildir, written by us and perhaps by others
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-list.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"
#include "maildir/maildir-file.h"

/* Lists of a hundred thousand folders with long names. */
#define FILE_LIMIT (64 * 1024 * 1024)

struct MaildirList {
	const char *name;
	char *shown;
	/* as we left it; size -1: not yet */
	dev_t device;
	ino_t inode;
	off_t size;
};

MaildirList *
maildir_list_new (const char *name, const char *shown)
{
	MaildirList *list = g_new0 (MaildirList, 1);

	list->name = name;
	list->shown = g_build_filename (shown, name, NULL);
	list->size = -1;
	return list;
}

void
maildir_list_free (MaildirList *list)
{
	if (list == NULL)
		return;
	g_free (list->shown);
	g_free (list);
}

const char *
maildir_list_get_shown (const MaildirList *list)
{
	return list->shown;
}

gboolean
maildir_list_read (const MaildirList *list, int root_fd, char **text, GError **error)
{
	return maildir_file_read (root_fd, list->name, list->shown, FILE_LIMIT, text, error);
}

static gboolean
is_as_noted (const MaildirList *list, const struct stat *status)
{
	return S_ISREG (status->st_mode) && status->st_dev == list->device &&
	       status->st_ino == list->inode && status->st_size == list->size;
}

gboolean
maildir_list_is_ours (const MaildirList *list, int root_fd)
{
	struct stat status;

	return list->size >= 0 &&
	       fstatat (root_fd, list->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       is_as_noted (list, &status);
}

gboolean
maildir_list_replace (MaildirList *list, int root_fd, const GString *text, GError **error)
{
	g_autoptr (SafeFile) file = safe_file_new_at (root_fd, list->name, list->shown, error);
	struct stat status;

	list->size = -1;
	if (file == NULL || !safe_file_write (file, text->str, text->len, error) ||
	    !safe_file_commit (file, error))
		return FALSE;
	if (fstatat (root_fd, list->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	    status.st_size == (off_t) text->len) {
		list->device = status.st_dev;
		list->inode = status.st_ino;
		list->size = status.st_size;
	}
	return TRUE;
}

gboolean
maildir_list_append (MaildirList *list, int root_fd, const GString *text, GError **error)
{
	int fd = openat (root_fd, list->name,
			 O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	list->size = list->size + (off_t) text->len;
	if (fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: cannot write: %s",
			     list->shown, g_strerror (errno));
		return FALSE;
	}
	gboolean ok = safe_file_write_all (fd, text->str, text->len, list->shown, error) &&
		      safe_file_sync (fd, list->shown, error);
	close (fd);
	return ok;
}
