/* opened.h - a file under test, opened and indexed, and what was found on the way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "pst/pst-store.h"
#include "support/pst-tiny.h"

typedef struct {
	char *path;
	PstFile *file;
	PstIndex *index;
	GString *findings; /* "name 0xid detail", one a line */
} Opened;

static inline void
opened_find (const char *name, guint32 id, const char *detail, gpointer user_data)
{
	g_string_append_printf (user_data, "%s 0x%x %s\n", name, id, detail);
}

static inline void
opened_assert_bytes (GBytes *bytes, const void *expected, gsize length)
{
	g_assert_nonnull (bytes);
	g_assert_cmpuint (g_bytes_get_size (bytes), ==, length);
	g_assert_true (length == 0 ||
		       memcmp (g_bytes_get_data (bytes, NULL), expected, length) == 0);
}

/* Takes the path and unlinks the file at the end. The index is NULL if it can't be built. */
static inline Opened *
opened_new (char *path)
{
	Opened *opened = g_new0 (Opened, 1);
	g_autoptr (GError) error = NULL;

	opened->path = path;
	opened->findings = g_string_new (NULL);
	opened->file = pst_file_open (path, &error);
	g_assert_no_error (error);
	opened->index = pst_index_build (opened->file, opened_find, opened->findings, NULL);
	return opened;
}

static inline Opened *
opened_new_tiny (const PstTiny *tiny)
{
	return opened_new (pst_tiny_save (tiny));
}

static inline void
opened_free (Opened *opened)
{
	pst_index_free (opened->index);
	pst_file_free (opened->file);
	g_assert_cmpint (g_unlink (opened->path), ==, 0);
	g_string_free (opened->findings, TRUE);
	g_free (opened->path);
	g_free (opened);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opened, opened_free)
