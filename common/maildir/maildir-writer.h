/* maildir-writer.h - a thread that writes messages to disk while the next ones are being read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reading, splitting and hashing costs the processor about as much as the file system takes for
 * creating files, so that two threads need half the time of one. Where no thread can be had,
 * everything happens in the caller's.
 */
#pragma once

#include "message/message-content.h"

/* A file to be written. All of it belongs to the caller, and after maildir_writer_put to the writer
 * until maildir_writer_wait has returned. */
typedef struct {
	int directory_fd;
	const char *name;
	const char *shown; /* the directory, for error texts */
	MessageContent *content; /* let go and set to NULL as soon as it is written */
	gint64 seconds; /* time of last modification */
	gboolean sync;

	/* what became of it */
	goffset bare_lf;     /* LFs without CR before them */
	gint64 kept_seconds; /* what the file system made of seconds */
	GError *unreadable;  /* the content cannot be read: there is no file */
} MaildirFile;

typedef struct MaildirWriter MaildirWriter;

MaildirWriter *maildir_writer_new (void);

/* Waits for what has been put, whatever comes of it. */
void maildir_writer_free (MaildirWriter *writer);

/* Write file, now or soon. An error may be that of an earlier one; after it nothing more is
 * written. */
gboolean maildir_writer_put (MaildirWriter *writer, MaildirFile *file, GError **error);

/* Everything that was put is written, or an error. */
gboolean maildir_writer_wait (MaildirWriter *writer, GError **error);

/* Begin to bring to disk what has been written to the file system that fd lies on; fd and shown
 * stay the caller's, and valid until maildir_writer_end_sync, which tells how it went. */
void maildir_writer_begin_sync (MaildirWriter *writer, int fd, const char *shown);
gboolean maildir_writer_end_sync (MaildirWriter *writer, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirWriter, maildir_writer_free)
