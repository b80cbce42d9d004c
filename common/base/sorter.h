/* sorter.h - any number of records of one size in order, in bounded memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What does not fit is written to an unlinked file in sorted runs, which are merged while they are
 * read.
 */
#pragma once

#include <glib.h>

typedef struct Sorter Sorter;

/* About what a sorter holds in memory, unless its caller has a reason to choose another bound. */
#define SORTER_MEMORY_LIMIT (4 * 1024 * 1024)

/* compare gets two records and user_data; equal records come in any order. */
Sorter *sorter_new (gsize record_size, gsize memory_limit, GCompareDataFunc compare,
		    gpointer user_data);
void sorter_free (Sorter *sorter);

/* Copies record. Not after the first sorter_rewind. RUN_ERROR_OUTPUT if the file cannot be
 * written. */
gboolean sorter_add (Sorter *sorter, const void *record, GError **error);
guint64 sorter_count (const Sorter *sorter);

/* Before the first record in order; as often as needed. */
gboolean sorter_rewind (Sorter *sorter, GError **error);

/* TRUE with *record, valid until the next call; with NULL at the end. */
gboolean sorter_next (Sorter *sorter, const void **record, GError **error);

/* Hand all records to function in order, from the first one on; stops with FALSE as soon as
 * function returns FALSE. function must not rewind the sorter. */
typedef gboolean (*SorterFunc) (const void *record, gpointer user_data, GError **error);
gboolean sorter_foreach (Sorter *sorter, SorterFunc function, gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sorter, sorter_free)
