/* verify-index.c - what is remembered of every message of one side
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-index.h"

#include <string.h>

#include "base/error.h"
#include "base/sorter.h"
#include "base/spool.h"

#define PENDING_LIMIT  (64 * 1024)
#define WINDOW_RECORDS 256
#define WORDS          4

/* A spool that is written in large pieces. */
typedef struct {
	Spool *spool;
	GByteArray *pending;
} Heap;

struct VerifyIndex {
	guint32 count;
	guint32 unreadable;
	GPtrArray *folders;     /* of Folder */
	GHashTable *folder_ids; /* path, the folder's own -> number + 1 */
	Heap records;
	Heap words; /* per record its words, each ended by NUL */
	Sorter *mimes;
	Sorter *objects;
	VerifyRecord *window; /* of records, from window_start */
	guint32 window_start;
	guint32 window_count;
};

/* --- Heaps -------------------------------------------------------------- */

static void
heap_init (Heap *heap)
{
	heap->spool = spool_new (SPOOL_MEMORY_LIMIT);
	heap->pending = g_byte_array_new ();
}

static void
heap_clear (Heap *heap)
{
	spool_unref (heap->spool);
	g_byte_array_unref (heap->pending);
}

static gboolean
heap_flush (Heap *heap, GError **error)
{
	gboolean ok = spool_write (heap->spool, heap->pending->data, heap->pending->len, error);

	g_byte_array_set_size (heap->pending, 0);
	return ok;
}

static guint64
heap_size (const Heap *heap)
{
	return (guint64) spool_get_size (heap->spool) + heap->pending->len;
}

/* After something was appended to what is pending. */
static gboolean
heap_settle (Heap *heap, GError **error)
{
	return heap->pending->len < PENDING_LIMIT || heap_flush (heap, error);
}

static gboolean
heap_add (Heap *heap, const void *data, gsize length, GError **error)
{
	g_byte_array_append (heap->pending, data, (guint) length);
	return heap_settle (heap, error);
}

/* As many of length bytes as there are. */
static gboolean
heap_read (Heap *heap, guint64 offset, void *buffer, gsize length, gsize *used, GError **error)
{
	gsize got = 1;

	*used = 0;
	if (heap->pending->len > 0 && !heap_flush (heap, error))
		return FALSE;
	while (*used < length && got > 0) {
		if (!spool_read_at (heap->spool, (goffset) (offset + *used),
				    (guint8 *) buffer + *used, length - *used, &got, error))
			return FALSE;
		*used += got;
	}
	return TRUE;
}

/* --- The index ---------------------------------------------------------- */

static int
compare_mimes (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyMime *x = a;
	const VerifyMime *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static int
compare_objects (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyObject *x = a;
	const VerifyObject *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

VerifyIndex *
verify_index_new (void)
{
	VerifyIndex *index = g_new0 (VerifyIndex, 1);

	index->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_unref);
	index->folder_ids = g_hash_table_new (g_str_hash, g_str_equal);
	heap_init (&index->records);
	heap_init (&index->words);
	index->mimes =
		sorter_new (sizeof (VerifyMime), SORTER_MEMORY_LIMIT, compare_mimes, NULL);
	index->objects =
		sorter_new (sizeof (VerifyObject), SORTER_MEMORY_LIMIT, compare_objects, NULL);
	index->window = g_new (VerifyRecord, WINDOW_RECORDS);
	return index;
}

void
verify_index_free (VerifyIndex *index)
{
	if (index == NULL)
		return;
	g_hash_table_unref (index->folder_ids);
	g_ptr_array_unref (index->folders);
	heap_clear (&index->records);
	heap_clear (&index->words);
	sorter_free (index->mimes);
	sorter_free (index->objects);
	g_free (index->window);
	g_free (index);
}

guint32
verify_index_add_folder (VerifyIndex *index, Folder *folder)
{
	guint number = GPOINTER_TO_UINT (g_hash_table_lookup (index->folder_ids, folder->path));

	if (number == 0) {
		g_ptr_array_add (index->folders, folder_ref (folder));
		number = index->folders->len;
		g_hash_table_insert (index->folder_ids, folder->path, GUINT_TO_POINTER (number));
		return number - 1;
	}
	Folder *known = index->folders->pdata[number - 1];
	if (known->role == FOLDER_ROLE_NONE && folder->role != FOLDER_ROLE_NONE) {
		index->folders->pdata[number - 1] = folder_ref (folder);
		g_hash_table_replace (index->folder_ids, folder->path, GUINT_TO_POINTER (number));
		folder_unref (known);
	}
	return number - 1;
}

gboolean
verify_index_find_folder (const VerifyIndex *index, const char *path, guint32 *number)
{
	guint known = GPOINTER_TO_UINT (g_hash_table_lookup (index->folder_ids, path));

	*number = known - 1;
	return known != 0;
}

guint32
verify_index_count_folders (const VerifyIndex *index)
{
	return index->folders->len;
}

Folder *
verify_index_get_folder (const VerifyIndex *index, guint32 folder)
{
	return index->folders->pdata[folder];
}

static void
append_word (GByteArray *text, const char *word)
{
	if (word != NULL)
		g_byte_array_append (text, (const guint8 *) word,
				     (guint) strnlen (word, VERIFY_WORD_LIMIT));
	g_byte_array_append (text, (const guint8 *) "", 1);
}

gboolean
verify_index_add (VerifyIndex *index, const VerifyRecord *record, const VerifyWords *words,
		  GError **error)
{
	VerifyRecord added = *record;
	GByteArray *text = index->words.pending;

	/* The largest number stands for none. */
	if (index->count == G_MAXUINT32 - 1) {
		g_set_error_literal (error, RUN_ERROR, RUN_ERROR_INPUT,
				     "more messages than can be counted");
		return FALSE;
	}
	added.words = heap_size (&index->words);
	append_word (text, words->origin);
	append_word (text, words->message_id);
	append_word (text, words->from);
	append_word (text, words->subject);
	index->count++;
	index->unreadable += (record->traits & VERIFY_UNREADABLE) != 0;
	index->window_count = 0;
	return heap_settle (&index->words, error) &&
	       heap_add (&index->records, &added, sizeof added, error);
}

guint32
verify_index_count (const VerifyIndex *index)
{
	return index->count;
}

guint32
verify_index_count_unreadable (const VerifyIndex *index)
{
	return index->unreadable;
}

static gboolean
is_in_window (const VerifyIndex *index, guint32 number)
{
	return number >= index->window_start &&
	       number - index->window_start < index->window_count;
}

gboolean
verify_index_read (VerifyIndex *index, guint32 number, VerifyRecord *record, GError **error)
{
	gsize used;

	if (!is_in_window (index, number)) {
		guint64 offset = (guint64) number * sizeof (VerifyRecord);
		if (!heap_read (&index->records, offset, index->window,
				WINDOW_RECORDS * sizeof (VerifyRecord), &used, error))
			return FALSE;
		index->window_start = number;
		index->window_count = (guint32) (used / sizeof (VerifyRecord));
	}
	g_assert (is_in_window (index, number));
	*record = index->window[number - index->window_start];
	return TRUE;
}

gboolean
verify_index_read_words (VerifyIndex *index, const VerifyRecord *record, VerifyWords *words,
			 GError **error)
{
	char buffer[WORDS * (VERIFY_WORD_LIMIT + 1)];
	char **fields[WORDS] = { &words->origin, &words->message_id, &words->from,
				 &words->subject };
	gsize used;

	memset (words, 0, sizeof *words);
	if (!heap_read (&index->words, record->words, buffer, sizeof buffer, &used, error))
		return FALSE;
	const char *at = buffer;
	for (guint i = 0; i < WORDS; i++) {
		gsize length = strnlen (at, (gsize) (buffer + used - at));
		if (length > 0)
			*fields[i] = g_strndup (at, length);
		at += MIN (length + 1, (gsize) (buffer + used - at));
	}
	return TRUE;
}

gboolean
verify_index_add_mime (VerifyIndex *index, const guint8 *l2, GError **error)
{
	VerifyMime mime = { .number = index->count - 1 };

	memcpy (mime.l2, l2, VERIFY_KEY_SIZE);
	return sorter_add (index->mimes, &mime, error);
}

gboolean
verify_index_rewind_mime (VerifyIndex *index, GError **error)
{
	return sorter_rewind (index->mimes, error);
}

gboolean
verify_index_next_mime (VerifyIndex *index, const VerifyMime **mime, GError **error)
{
	const void *next;

	if (!sorter_next (index->mimes, &next, error))
		return FALSE;
	*mime = next;
	return TRUE;
}

gboolean
verify_index_add_object (VerifyIndex *index, const VerifyObject *object, GError **error)
{
	return sorter_add (index->objects, object, error);
}

gboolean
verify_index_has_objects (const VerifyIndex *index)
{
	return sorter_count (index->objects) > 0;
}

gboolean
verify_index_rewind_objects (VerifyIndex *index, GError **error)
{
	return sorter_rewind (index->objects, error);
}

gboolean
verify_index_next_object (VerifyIndex *index, const VerifyObject **object, GError **error)
{
	const void *next;

	if (!sorter_next (index->objects, &next, error))
		return FALSE;
	*object = next;
	return TRUE;
}
