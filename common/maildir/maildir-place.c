/* maildir-place.c - a folder that mail is delivered into
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "maildir/maildir-file.h"
#include "maildir/maildir-name.h"
#include "message/message.h"

static gboolean
is_root (const MaildirPlace *place)
{
	return strcmp (place->folder->directory, ".") == 0;
}

MaildirPlace *
maildir_place_new (const MaildirFolder *folder, const char *root_shown)
{
	MaildirPlace *place = g_new0 (MaildirPlace, 1);

	place->folder = folder;
	place->shown = is_root (place) ? g_strdup (root_shown) :
					 g_build_filename (root_shown, folder->directory, NULL);
	place->fd = place->tmp_fd = place->cur_fd = -1;
	place->set = maildir_set_new ();
	return place;
}

static void
close_descriptor (int *fd)
{
	if (*fd >= 0)
		close (*fd);
	*fd = -1;
}

void
maildir_place_close (MaildirPlace *place)
{
	close_descriptor (&place->fd);
	close_descriptor (&place->tmp_fd);
	close_descriptor (&place->cur_fd);
}

void
maildir_place_free (MaildirPlace *place)
{
	if (place == NULL)
		return;
	maildir_place_close (place);
	maildir_set_free (place->set);
	maildir_keywords_free (place->keywords);
	g_free (place->shown);
	g_free (place);
}

/* --- What is there -------------------------------------------------------- */

/* Only files: what else has such a name is not our message. */
static gboolean
note_present (const char *name, guint8 type, gpointer user_data, GError **error)
{
	guint8 digest[MAILDIR_NAME_DIGEST];
	guint copy;
	guint64 seconds;

	if ((type == DT_REG || type == DT_UNKNOWN) &&
	    maildir_name_parse (name, digest, &copy, &seconds))
		maildir_set_add (user_data, digest, copy, seconds);
	return TRUE;
}

/* What is in sub ("cur", "new"), if it exists. */
static gboolean
load_present (MaildirPlace *place, const char *sub, GError **error)
{
	g_autofree char *shown = g_build_filename (place->shown, sub, NULL);
	g_autoptr (GError) problem = NULL;
	int fd = maildir_file_open_directory (place->fd, sub, shown, &problem);

	if (fd < 0 && errno == ENOENT)
		return TRUE;
	if (fd < 0) {
		g_propagate_error (error, g_steal_pointer (&problem));
		return FALSE;
	}
	gboolean ok = maildir_file_foreach (fd, shown, note_present, place->set, error);
	close (fd);
	return ok;
}

static gboolean
remove_stale (const char *name, guint8 type, gpointer user_data, GError **error)
{
	const MaildirPlace *place = user_data;

	/* An interrupted run left it; the message it was for comes again. Nobody else is writing:
	 * we hold the lock. */
	if ((type == DT_REG || type == DT_UNKNOWN) && maildir_name_is_temporary (name))
		(void) unlinkat (place->tmp_fd, name, 0);
	return TRUE;
}

gboolean
maildir_place_load (MaildirPlace *place, GError **error)
{
	return load_present (place, "cur", error) && load_present (place, "new", error) &&
	       (place->tmp_fd < 0 ||
		maildir_file_foreach (place->tmp_fd, place->shown, remove_stale, place, error));
}

gboolean
maildir_place_look (MaildirPlace *place, int root_fd, GError **error)
{
	if (root_fd < 0 || !maildir_file_is_directory (root_fd, place->folder->directory))
		return TRUE;
	place->fd = maildir_file_open_directory (root_fd, place->folder->directory, place->shown,
						 error);
	gboolean ok = place->fd >= 0 && maildir_place_load (place, error);
	maildir_place_close (place);
	return ok;
}

/* --- Opening -------------------------------------------------------------- */

static gboolean
make_subdirectories (MaildirPlace *place, GError **error)
{
	const struct {
		const char *name;
		int *fd;
	} subs[] = { { "tmp", &place->tmp_fd }, { "new", NULL }, { "cur", &place->cur_fd } };

	for (gsize i = 0; i < G_N_ELEMENTS (subs); i++) {
		g_autofree char *shown = g_build_filename (place->shown, subs[i].name, NULL);
		int fd = maildir_file_make_directory (place->fd, subs[i].name, shown, NULL, error);
		if (fd < 0)
			return FALSE;
		if (subs[i].fd != NULL)
			*subs[i].fd = fd;
		else
			close (fd);
	}
	return TRUE;
}

/* Maildir++ marks every directory that is a folder and not a Maildir of its own. */
static gboolean
mark_folder (const MaildirPlace *place, GError **error)
{
	int fd = openat (place->fd, "maildirfolder",
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "%s: cannot mark it as a folder: %s", place->shown,
			     g_strerror (errno));
		return FALSE;
	}
	close_descriptor (&fd);
	return TRUE;
}

/* A name that this file system does not take is the trouble of that folder's messages only. */
static gboolean
make_directory (MaildirPlace *place, int root_fd, gboolean *made, GError **error)
{
	g_autoptr (GError) problem = NULL;

	place->fd = maildir_file_make_directory (root_fd, place->folder->directory, place->shown,
						 made, &problem);
	if (place->fd >= 0)
		return TRUE;
	if (errno == ENAMETOOLONG || errno == EILSEQ || errno == EINVAL)
		g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, problem->message);
	else
		g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

gboolean
maildir_place_open (MaildirPlace *place, int root_fd, gboolean mark, gboolean *made, GError **error)
{
	if (make_directory (place, root_fd, made, error) && make_subdirectories (place, error) &&
	    (!mark || is_root (place) || mark_folder (place, error)))
		return TRUE;
	maildir_place_close (place);
	return FALSE;
}
