/* sorter.c - any number of records of one size in order, in bounded memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/sorter.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/spool.h"

#define WINDOW_LEAST (4 * 1024) /* of a run, however many there are */

/* A sorted part of the file, and the piece of it that is in memory. */
typedef struct {
	goffset start;
	goffset end;
	goffset offset; /* of what follows the window */
	guint8 *window;
	gsize used;
	gsize at;
} Run;

struct Sorter {
	gsize size; /* of a record */
	gsize limit;
	GCompareDataFunc compare;
	gpointer user_data;
	guint8 *memory;
	gsize used;
	gsize allocated;
	guint64 count;
	gboolean sorted; /* what is in memory */
	gsize at;        /* in memory, when there are no runs */
	Spool *spool;    /* NULL while everything is in memory */
	GArray *runs;
	GPtrArray *heap; /* of Run, the one with the least record first */
	gsize window;
	Run *given; /* whose record the caller has */
};

Sorter *
sorter_new (gsize record_size, gsize memory_limit, GCompareDataFunc compare, gpointer user_data)
{
	Sorter *sorter = g_new0 (Sorter, 1);

	sorter->size = record_size;
	sorter->limit = MAX (memory_limit / record_size, 1) * record_size;
	sorter->compare = compare;
	sorter->user_data = user_data;
	sorter->runs = g_array_new (FALSE, FALSE, sizeof (Run));
	sorter->heap = g_ptr_array_new ();
	return sorter;
}

static void
drop_windows (Sorter *sorter)
{
	for (guint i = 0; i < sorter->runs->len; i++)
		g_clear_pointer (&g_array_index (sorter->runs, Run, i).window, g_free);
}

void
sorter_free (Sorter *sorter)
{
	if (sorter == NULL)
		return;
	drop_windows (sorter);
	g_array_unref (sorter->runs);
	g_ptr_array_unref (sorter->heap);
	spool_unref (sorter->spool);
	g_free (sorter->memory);
	g_free (sorter);
}

guint64
sorter_count (const Sorter *sorter)
{
	return sorter->count;
}

/* --- Adding ------------------------------------------------------------- */

static void
sort_memory (Sorter *sorter)
{
	if (sorter->used > sorter->size)
		qsort_r (sorter->memory, sorter->used / sorter->size, sorter->size, sorter->compare,
			 sorter->user_data);
	sorter->sorted = TRUE;
}

static gboolean
write_run (Sorter *sorter, GError **error)
{
	if (sorter->spool == NULL)
		sorter->spool = spool_new (0);
	Run run = { .start = spool_get_size (sorter->spool) };
	sort_memory (sorter);
	if (!spool_write (sorter->spool, sorter->memory, sorter->used, error))
		return FALSE;
	run.end = spool_get_size (sorter->spool);
	g_array_append_val (sorter->runs, run);
	sorter->used = 0;
	return TRUE;
}

gboolean
sorter_add (Sorter *sorter, const void *record, GError **error)
{
	g_assert (!sorter->sorted || sorter->runs->len > 0);
	if (sorter->used == sorter->limit && !write_run (sorter, error))
		return FALSE;
	if (sorter->used == sorter->allocated) {
		sorter->allocated = MIN (MAX (2 * sorter->allocated, 16 * sorter->size),
					 sorter->limit);
		sorter->memory = g_realloc (sorter->memory, sorter->allocated);
	}
	memcpy (sorter->memory + sorter->used, record, sorter->size);
	sorter->used += sorter->size;
	sorter->count++;
	return TRUE;
}

/* --- Merging ------------------------------------------------------------ */

static gboolean
fill_window (Sorter *sorter, Run *run, GError **error)
{
	gsize wanted = (gsize) MIN ((goffset) sorter->window, run->end - run->offset);

	run->used = 0;
	run->at = 0;
	while (run->used < wanted) {
		gsize got;
		if (!spool_read_at (sorter->spool, run->offset, run->window + run->used,
				    wanted - run->used, &got, error))
			return FALSE;
		if (got == 0) {
			g_set_error_literal (error, RUN_ERROR, RUN_ERROR_OUTPUT,
					     "temporary file: it became shorter");
			return FALSE;
		}
		run->used += got;
		run->offset += (goffset) got;
	}
	return TRUE;
}

static gboolean
precedes (const Sorter *sorter, const Run *a, const Run *b)
{
	return sorter->compare (a->window + a->at, b->window + b->at, sorter->user_data) < 0;
}

static void
sink_down (Sorter *sorter, guint at)
{
	gpointer *heap = sorter->heap->pdata;
	guint count = sorter->heap->len;

	for (;;) {
		guint least = 2 * at + 1;
		if (least >= count)
			return;
		if (least + 1 < count && precedes (sorter, heap[least + 1], heap[least]))
			least++;
		if (!precedes (sorter, heap[least], heap[at]))
			return;
		gpointer run = heap[at];
		heap[at] = heap[least];
		heap[least] = run;
		at = least;
	}
}

static gboolean
open_runs (Sorter *sorter, GError **error)
{
	gsize share = sorter->limit / sorter->runs->len;

	sorter->window = MAX (MAX (share, WINDOW_LEAST) / sorter->size, 1) * sorter->size;
	g_ptr_array_set_size (sorter->heap, 0);
	for (guint i = 0; i < sorter->runs->len; i++) {
		Run *run = &g_array_index (sorter->runs, Run, i);
		if (run->window == NULL)
			run->window = g_malloc (sorter->window);
		run->offset = run->start;
		if (!fill_window (sorter, run, error))
			return FALSE;
		g_ptr_array_add (sorter->heap, run);
	}
	for (guint i = sorter->heap->len / 2; i > 0; i--)
		sink_down (sorter, i - 1);
	return TRUE;
}

gboolean
sorter_rewind (Sorter *sorter, GError **error)
{
	sorter->at = 0;
	sorter->given = NULL;
	if (sorter->runs->len == 0) {
		if (!sorter->sorted)
			sort_memory (sorter);
		return TRUE;
	}
	if (sorter->used > 0 && !write_run (sorter, error))
		return FALSE;
	g_clear_pointer (&sorter->memory, g_free);
	sorter->allocated = 0;
	return open_runs (sorter, error);
}

/* The record that was handed out is done with. */
static gboolean
take_back (Sorter *sorter, GError **error)
{
	Run *run = sorter->given;

	if (run == NULL)
		return TRUE;
	sorter->given = NULL;
	run->at += sorter->size;
	if (run->at == run->used && !fill_window (sorter, run, error))
		return FALSE;
	if (run->used == 0)
		g_ptr_array_remove_index_fast (sorter->heap, 0);
	sink_down (sorter, 0);
	return TRUE;
}

gboolean
sorter_next (Sorter *sorter, const void **record, GError **error)
{
	*record = NULL;
	if (sorter->runs->len == 0) {
		if (sorter->at < sorter->used)
			*record = sorter->memory + sorter->at;
		sorter->at += sorter->size;
		return TRUE;
	}
	if (!take_back (sorter, error))
		return FALSE;
	if (sorter->heap->len == 0)
		return TRUE;
	sorter->given = sorter->heap->pdata[0];
	*record = sorter->given->window + sorter->given->at;
	return TRUE;
}

gboolean
sorter_foreach (Sorter *sorter, SorterFunc function, gpointer user_data, GError **error)
{
	if (!sorter_rewind (sorter, error))
		return FALSE;
	for (;;) {
		const void *record;
		if (!sorter_next (sorter, &record, error))
			return FALSE;
		if (record == NULL)
			return TRUE;
		if (!function (record, user_data, error))
			return FALSE;
	}
}
