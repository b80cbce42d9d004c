/* verify-index.c - what is remembered of every message of one side
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-index.h"

#include <string.h>

#include "base/error.h"
#include "base/spool.h"

/* Records live in blocks: growing never copies them, and a block could be written out as a
 * sorted run. */
#define BLOCK_BITS 12
#define BLOCK_SIZE (1U << BLOCK_BITS)

#define WORDS 4

struct VerifyIndex {
	GPtrArray *blocks; /* of BLOCK_SIZE records each */
	guint32 count;
	GPtrArray *folders;     /* of Folder */
	GHashTable *folder_ids; /* path -> number + 1 */
	Spool *spool;           /* per record its words, each ended by NUL */
};

static const char *const class_names[VERIFY_CLASSES] = {
	[VERIFY_OPEN] = "open",
	[VERIFY_IDENTICAL] = "identical",
	[VERIFY_CANONICAL] = "canonical",
	[VERIFY_MOVED] = "moved",
	[VERIFY_ALTERED] = "altered",
	[VERIFY_MISSING] = "missing",
	[VERIFY_COLLAPSED] = "collapsed",
	[VERIFY_EXTRA] = "extra",
	[VERIFY_DUPLICATED] = "duplicated",
	[VERIFY_UNVERIFIABLE] = "unverifiable",
	[VERIFY_FLAG_DIFFERS] = "flag-differs",
	[VERIFY_DATE_DIFFERS] = "date-differs",
};

const char *
verify_class_to_text (VerifyClass class)
{
	return class_names[class];
}

VerifyIndex *
verify_index_new (void)
{
	VerifyIndex *index = g_new0 (VerifyIndex, 1);

	index->blocks = g_ptr_array_new_with_free_func (g_free);
	index->folders = g_ptr_array_new_with_free_func ((GDestroyNotify) folder_unref);
	index->folder_ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	index->spool = spool_new (SPOOL_MEMORY_LIMIT);
	return index;
}

void
verify_index_free (VerifyIndex *index)
{
	if (index == NULL)
		return;
	g_ptr_array_unref (index->blocks);
	g_ptr_array_unref (index->folders);
	g_hash_table_unref (index->folder_ids);
	spool_unref (index->spool);
	g_free (index);
}

guint32
verify_index_add_folder (VerifyIndex *index, Folder *folder)
{
	guint number = GPOINTER_TO_UINT (g_hash_table_lookup (index->folder_ids, folder->path));

	if (number == 0) {
		g_ptr_array_add (index->folders, folder_ref (folder));
		number = index->folders->len;
		g_hash_table_insert (index->folder_ids, g_strdup (folder->path),
				     GUINT_TO_POINTER (number));
		return number - 1;
	}
	Folder *known = index->folders->pdata[number - 1];
	if (known->role == FOLDER_ROLE_NONE && folder->role != FOLDER_ROLE_NONE) {
		index->folders->pdata[number - 1] = folder_ref (folder);
		folder_unref (known);
	}
	return number - 1;
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
append_word (GString *text, const char *word)
{
	if (word != NULL)
		g_string_append_len (text, word, (gssize) strnlen (word, VERIFY_WORD_LIMIT));
	g_string_append_c (text, '\0');
}

gboolean
verify_index_add (VerifyIndex *index, const VerifyRecord *record, const VerifyWords *words,
		  GError **error)
{
	g_autoptr (GString) text = g_string_sized_new (256);
	guint64 offset = (guint64) spool_get_size (index->spool);

	if (index->count == VERIFY_NO_PARTNER) {
		g_set_error_literal (error, RUN_ERROR, RUN_ERROR_INPUT,
				     "more messages than can be counted");
		return FALSE;
	}
	append_word (text, words->origin);
	append_word (text, words->message_id);
	append_word (text, words->from);
	append_word (text, words->subject);
	if (!spool_write (index->spool, text->str, text->len, error))
		return FALSE;

	if (index->count % BLOCK_SIZE == 0)
		g_ptr_array_add (index->blocks, g_new (VerifyRecord, BLOCK_SIZE));
	VerifyRecord *added = verify_index_get (index, index->count++);
	*added = *record;
	added->words = offset;
	added->partner = VERIFY_NO_PARTNER;
	added->level = VERIFY_LEVEL_NONE;
	if (record->class != VERIFY_UNVERIFIABLE)
		added->class = VERIFY_OPEN;
	return TRUE;
}

guint32
verify_index_count (const VerifyIndex *index)
{
	return index->count;
}

VerifyRecord *
verify_index_get (const VerifyIndex *index, guint32 number)
{
	VerifyRecord *block = index->blocks->pdata[number >> BLOCK_BITS];

	return block + (number & (BLOCK_SIZE - 1));
}

gboolean
verify_index_read_words (const VerifyIndex *index, const VerifyRecord *record, VerifyWords *words,
			 GError **error)
{
	char buffer[WORDS * (VERIFY_WORD_LIMIT + 1)];
	char **fields[WORDS] = {&words->origin, &words->message_id, &words->from, &words->subject};
	gsize used = 0;
	gsize got = 1;

	memset (words, 0, sizeof *words);
	while (used < sizeof buffer && got > 0) {
		if (!spool_read_at (index->spool, (goffset) (record->words + used), buffer + used,
				    sizeof buffer - used, &got, error))
			return FALSE;
		used += got;
	}
	const char *at = buffer;
	for (guint i = 0; i < WORDS; i++) {
		gsize length = strnlen (at, (gsize) (buffer + used - at));
		if (length > 0)
			*fields[i] = g_strndup (at, length);
		at += MIN (length + 1, (gsize) (buffer + used - at));
	}
	return TRUE;
}
