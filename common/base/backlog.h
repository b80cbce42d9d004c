/* backlog.h - bytes that were read before their time, in a queue
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Who must look far ahead in a pipe has to keep what lies between. It goes to unlinked files, two
 * at most, and each byte is written once: the first file takes no more as soon as it is read from,
 * and goes away when that has been done.
 */
#pragma once

#include <glib.h>

typedef struct Backlog Backlog;

Backlog *backlog_new (void);
void backlog_free (Backlog *backlog);

guint64 backlog_get_size (const Backlog *backlog);

/* At the end. Fails if the disk is full. */
gboolean backlog_add (Backlog *backlog, const void *data, gsize length, GError **error);

/* From the beginning; *got is 0 if nothing is left. */
gboolean backlog_take (Backlog *backlog, void *buffer, gsize length, gsize *got, GError **error);

/* Up to length bytes from offset, which stay. */
gboolean backlog_look (const Backlog *backlog, guint64 offset, void *buffer, gsize length,
		       gsize *got, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Backlog, backlog_free)
