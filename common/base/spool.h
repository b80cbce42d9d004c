/* spool.h - bytes of unknown length, in memory while few, in an unlinked file when many
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Nobody holds a large message in memory, and a private unlinked file cannot be cut short by a
 * stranger. What cannot be written there is RUN_ERROR_OUTPUT, what cannot be read RUN_ERROR_INPUT.
 */
#pragma once

#include <glib.h>

/* Reference counted; filled by one owner, then only read, by anybody. */
typedef struct Spool Spool;

/* What stays in memory, unless a caller has a reason to choose another bound. */
#define SPOOL_MEMORY_LIMIT (1024 * 1024)

/* Up to memory_limit bytes stay in memory. */
Spool *spool_new (gsize memory_limit);
Spool *spool_ref (Spool *spool);
void spool_unref (Spool *spool);

/* At the end. */
gboolean spool_write (Spool *spool, const void *data, gsize length, GError **error);

/* Take back what lies beyond size. */
gboolean spool_truncate (Spool *spool, goffset size, GError **error);

goffset spool_get_size (const Spool *spool);

/* Instead of spool_write(): where the next LENGTH bytes belong, if that is in memory, else NULL.
 * What has been put there counts after spool_commit(). */
guint8 *spool_get_room (Spool *spool, gsize length);
void spool_commit (Spool *spool, gsize length);

/* Is nobody else left who has a reference? Then it may be filled anew: what it had in memory is not
 * given back between, which saves the kernel from clearing pages that are overwritten at once. */
gboolean spool_is_unshared (const Spool *spool);
void spool_clear (Spool *spool);

/* The bytes in memory, or NULL if they are in a file. Valid until the next write. */
const guint8 *spool_peek (const Spool *spool);

/* A descriptor of the file, at its beginning, for a reader that wants one; only for a spool without
 * memory (limit 0), which has something in it and which nobody writes to any more. -1 with an
 * error. */
int spool_dup (const Spool *spool, GError **error);

/* Up to length bytes from offset into buffer; *got is 0 at the end. Does not move anything: readers
 * on several threads do not disturb each other. */
gboolean spool_read_at (const Spool *spool, goffset offset, void *buffer, gsize length, gsize *got,
			GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Spool, spool_unref)
