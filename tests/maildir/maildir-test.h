/* maildir-test.h - a temporary Maildir, and messages to put into it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message.h"

typedef struct {
	char *top;  /* a temporary directory */
	char *path; /* the Maildir in it, not yet made */
	int fd;     /* of top */
	Report *report;
	Ledger *ledger;
} Scene;

Scene *scene_new (void);
void scene_free (Scene *scene);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

/* Begin the account anew. */
void scene_forget (Scene *scene);

/* A message with this content in the folder of that text form; "" is INBOX. */
Message *scene_message (const char *folder, const char *text);

/* Relative paths, modes and digests of everything below path, dates of mail too, as one text. */
char *scene_snapshot (const char *path);

/* The number of entries in a directory. */
guint scene_count (const char *path, const char *sub);

/* Write a small file. */
void scene_write (const char *path, const char *sub, const char *text);

/* All of a small file; newly allocated. */
char *scene_read (const char *path, const char *sub);

/* mkdir -p */
void scene_mkdir (const char *path, const char *sub);
