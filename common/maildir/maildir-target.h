/* maildir-target.h - the Maildir that mail goes to: is it one, may we write, can it hold our names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Open the Maildir at path for one writer, making it if it is missing. It is locked until the
 * descriptor, which is the caller's, is closed. -1 with an error: it is no Maildir, or another of
 * our programs is writing to it (RUN_ERROR_TEMPORARY). *probed: maildir_target_probe has been
 * called, because there was no Maildir before. */
int maildir_target_open (const char *path, gboolean *probed, GError **error);

/* The same for looking only: nothing is made or locked. *fd is -1 if there is nothing at path. */
gboolean maildir_target_look (const char *path, int *fd, GError **error);

/* To be called before the first message is written: may we write, and can names hold ':'? (VFAT,
 * NTFS and some network shares cannot.) */
gboolean maildir_target_probe (int root_fd, const char *shown, GError **error);
