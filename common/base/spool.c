/* spool.c - bytes of unknown length, in memory while few, in an unlinked file when many
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"

struct Spool {
	gatomicrefcount references;
	gsize memory_limit;
	guint8 *memory; /* NULL once it lies in fd */
	gsize used;
	gsize allocated;
	goffset size;
	int fd; /* -1 while in memory */
};

Spool *
spool_new (gsize memory_limit)
{
	Spool *spool = g_new0 (Spool, 1);

	g_atomic_ref_count_init (&spool->references);
	spool->memory_limit = memory_limit;
	spool->fd = -1;
	return spool;
}

Spool *
spool_ref (Spool *spool)
{
	g_atomic_ref_count_inc (&spool->references);
	return spool;
}

void
spool_unref (Spool *spool)
{
	if (spool == NULL || !g_atomic_ref_count_dec (&spool->references))
		return;
	if (spool->fd >= 0)
		close (spool->fd);
	g_free (spool->memory);
	g_free (spool);
}

gboolean
spool_is_unshared (const Spool *spool)
{
	/* only reads it */
	return g_atomic_ref_count_compare ((gatomicrefcount *) &spool->references, 1);
}

void
spool_clear (Spool *spool)
{
	if (spool->fd >= 0)
		close (spool->fd);
	spool->fd = -1;
	spool->used = 0;
	spool->size = 0;
}

static gboolean
move_to_file (Spool *spool, GError **error)
{
	spool->fd = safe_file_open_unlinked (error);
	if (spool->fd < 0)
		return FALSE;
	if (!safe_file_write_all (spool->fd, spool->memory, spool->used, "temporary file", error))
		return FALSE;
	g_clear_pointer (&spool->memory, g_free);
	spool->allocated = 0;
	return TRUE;
}

static void
make_room (Spool *spool, gsize needed)
{
	if (needed <= spool->allocated)
		return;
	spool->allocated = MAX (needed, MIN (2 * spool->allocated, spool->memory_limit));
	spool->allocated = MAX (spool->allocated, 512);
	spool->memory = g_realloc (spool->memory, spool->allocated);
}

guint8 *
spool_get_room (Spool *spool, gsize length)
{
	if (spool->fd >= 0 || length > spool->memory_limit - spool->used)
		return NULL;
	make_room (spool, spool->used + length);
	return spool->memory + spool->used;
}

void
spool_commit (Spool *spool, gsize length)
{
	g_return_if_fail (length <= spool->allocated - spool->used);
	spool->used += length;
	spool->size += (goffset) length;
}

gboolean
spool_write (Spool *spool, const void *data, gsize length, GError **error)
{
	if (length == 0)
		return TRUE;
	if (spool->fd < 0 && spool->used + length > spool->memory_limit &&
	    !move_to_file (spool, error))
		return FALSE;
	if (spool->fd >= 0) {
		if (!safe_file_write_all (spool->fd, data, length, "temporary file", error))
			return FALSE;
	} else {
		make_room (spool, spool->used + length);
		memcpy (spool->memory + spool->used, data, length);
		spool->used += length;
	}
	spool->size += (goffset) length;
	return TRUE;
}

gboolean
spool_truncate (Spool *spool, goffset size, GError **error)
{
	if (size >= spool->size)
		return TRUE;
	if (spool->fd >= 0 &&
	    (ftruncate (spool->fd, size) < 0 || lseek (spool->fd, size, SEEK_SET) < 0)) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "temporary file: cannot shorten: %s", g_strerror (errno));
		return FALSE;
	}
	if (spool->fd < 0)
		spool->used = (gsize) size;
	spool->size = size;
	return TRUE;
}

goffset
spool_get_size (const Spool *spool)
{
	return spool->size;
}

const guint8 *
spool_peek (const Spool *spool)
{
	if (spool->fd >= 0)
		return NULL;
	return spool->memory != NULL ? spool->memory : (const guint8 *) "";
}

int
spool_dup (const Spool *spool, GError **error)
{
	int fd = spool->fd >= 0 ? fcntl (spool->fd, F_DUPFD_CLOEXEC, 0) : -1;

	if (fd < 0 || lseek (fd, 0, SEEK_SET) < 0)
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "temporary file: %s",
			     g_strerror (errno));
	return fd;
}

static gboolean
read_file (const Spool *spool, goffset offset, void *buffer, gsize length, gsize *got,
	   GError **error)
{
	for (;;) {
		ssize_t n = pread (spool->fd, buffer, length, offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
				     "temporary file: cannot read: %s", g_strerror (errno));
			return FALSE;
		}
		*got = (gsize) n;
		return TRUE;
	}
}

gboolean
spool_read_at (const Spool *spool, goffset offset, void *buffer, gsize length, gsize *got,
	       GError **error)
{
	if (spool->fd >= 0)
		return read_file (spool, offset, buffer, length, got, error);
	*got = offset >= spool->size ? 0 : MIN (length, (gsize) (spool->size - offset));
	if (*got > 0)
		memcpy (buffer, spool->memory + offset, *got);
	return TRUE;
}
