/* maildir-set.h - which of our messages a folder holds, in less than 32 bytes each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A million messages in a GHashTable would take ten times as much. It also counts how often each
 * message came in this run: the second time it comes, it is a true copy and gets the next number.
 */
#pragma once

#include <glib.h>

#include "maildir/maildir-name.h"

typedef struct MaildirSet MaildirSet;

MaildirSet *maildir_set_new (void);
void maildir_set_free (MaildirSet *set);

/* This copy lies in the folder, under a name that begins with seconds. digest: MAILDIR_NAME_DIGEST
 * bytes. */
void maildir_set_add (MaildirSet *set, const guint8 *digest, guint copy, guint64 seconds);

/* Is it there? *seconds as given to maildir_set_add; G_MAXUINT32 if it was larger than fits. */
gboolean maildir_set_has (const MaildirSet *set, const guint8 *digest, guint copy,
			  guint32 *seconds);

/* One more of this message has come: which copy is that? Counts from 1. */
guint maildir_set_next_copy (MaildirSet *set, const guint8 *digest);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirSet, maildir_set_free)
