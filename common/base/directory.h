/* directory.h - look into directories below another one, never through a symbolic link
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Trees of mail come from strangers: a link in them may lead anywhere, a name may be a pipe that
 * nobody writes to. Everything is opened from one descriptor, component by component.
 */
#pragma once

#include <dirent.h>
#include <glib.h>
#include <sys/stat.h>

/* Open the directory at path ("" for root_fd itself, or components joined by '/') below root_fd.
 * -1 with errno: ELOOP or ENOTDIR if a link is on the way. Caller closes. */
int directory_open (int root_fd, const char *path);

/* Open the plain file at path, to be read, and look at it: a link, a directory, a pipe or a device
 * is refused with EINVAL, and opening never waits. -1 with errno. Caller closes. */
int directory_open_file (int root_fd, const char *path, struct stat *status);

/* Called for every name but "." and ".."; type is one of DT_REG, DT_DIR, DT_LNK ..., as the file
 * system or else a look at the entry says. FALSE with errno if fd cannot be read. fd is
 * borrowed. */
typedef void (*DirectoryFunc) (const char *name, guint8 type, gpointer user_data);
gboolean directory_foreach (int fd, DirectoryFunc function, gpointer user_data);

/* path and name joined; name alone if path is "". Newly allocated. */
char *directory_join (const char *path, const char *name);
