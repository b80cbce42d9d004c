/* safe-file.h - bytes that arrive on disk whole, or an error
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The only place that calls write, fsync and rename: a short write is not a full disk, a close can
 * fail, and nothing half-written ever stands under its final name. Errors are RUN_ERROR_OUTPUT.
 */
#pragma once

#include <glib.h>

/* Write everything to fd, through short writes and EINTR. name is for the error text.
 * A reader that has gone away (EPIPE) is an error like any other. */
gboolean safe_file_write_all (int fd, const void *data, gsize length, const char *name,
			      GError **error);

/* fsync; file systems that know no such thing (EINVAL on a pipe or terminal) are not an error. */
gboolean safe_file_sync (int fd, const char *name, GError **error);

/* Everything written so far to the file system that fd lies on is durable. One call is cheaper than
 * an fsync for each of many files, but waits for other writers on that file system too. */
gboolean safe_file_sync_all (int fd, const char *name, GError **error);

/* Give a finished file its final name, which nobody else's file may have. shown is for the error
 * text; errno tells the reason. */
gboolean safe_file_move (int from_fd, const char *from, int to_fd, const char *to,
			 const char *shown, GError **error);

/* A private file in the temporary directory that no name leads to, for reading and writing; it is
 * gone when its last descriptor (the caller's) is closed. -1 with an error. */
int safe_file_open_unlinked (GError **error);

/* A file written beside its final name and renamed over it by safe_file_commit. */
typedef struct SafeFile SafeFile;

/* Behind a symbolic link the file that it leads to is replaced. What is no plain file (a device, a
 * pipe, /dev/fd/3) is written to as it is; then nothing holds back what was written before a
 * failure. */
SafeFile *safe_file_new (const char *path, GError **error);

/* The same for a name in an open directory, which the caller keeps open, and of which it is the
 * only writer: what an interrupted run left as NAME.mailferry goes away. Owner and rights of the
 * file that is replaced stay as they are. shown is for error texts. */
SafeFile *safe_file_new_at (int directory_fd, const char *name, const char *shown, GError **error);

/* Buffered. */
gboolean safe_file_write (SafeFile *file, const void *data, gsize length, GError **error);

/* Another descriptor of the same file, for a writer that wants one of its own; then safe_file_write
 * must not be used. -1 with an error if there is none to be had. */
int safe_file_dup (SafeFile *file, GError **error);

/* Make it durable under its final name. Called at most once. */
gboolean safe_file_commit (SafeFile *file, GError **error);

/* Without a commit before: leaves no trace. */
void safe_file_free (SafeFile *file);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SafeFile, safe_file_free)
