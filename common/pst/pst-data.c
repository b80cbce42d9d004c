/* pst-data.c - the bytes of a node, however many blocks they take
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.2.2.8.3: a node's data is one block, or an XBLOCK that lists blocks, or an XXBLOCK
 * that lists XBLOCKs. There is no third level, so there is nothing to recurse into. A block may
 * be listed once only, or a small file could claim terabytes: the sum of what is stored is held
 * against the file.
 */
#include "pst/pst-data.h"

#include "pst/pst-block.h"

#define XBLOCK_TYPE    1
#define SMALLEST_BLOCK 64 /* what even an empty block takes in the file */

struct _PstData {
	const PstIndex *index;
	GArray *bids;  /* of guint64 */
	GBytes *bytes; /* instead of both */
	guint64 size;
	guint64 stored_size;
};

static PstData *
new_data (const PstIndex *index)
{
	PstData *data = g_new0 (PstData, 1);

	data->index = index;
	data->bids = g_array_new (FALSE, FALSE, sizeof (guint64));
	return data;
}

static gboolean
set_damaged (GError **error, guint64 bid, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "block 0x%" G_GINT64_MODIFIER "x: %s",
		     bid, why);
	return FALSE;
}

static gboolean
add_block (PstData *data, guint64 bid, GError **error)
{
	const PstIndexBlock *block = pst_index_find_block (data->index, bid);

	if (block == NULL) {
		g_set_error (error, PST_ERROR, PST_ERROR_MISSING,
			     "block 0x%" G_GINT64_MODIFIER "x is not in the index", bid);
		return FALSE;
	}
	data->size += block->size;
	data->stored_size += MAX (block->stored_size, SMALLEST_BLOCK);
	if (data->stored_size > pst_file_get_size (pst_index_get_file (data->index)))
		return set_damaged (error, bid, "listed more often than the file is large");
	g_array_append_val (data->bids, block->bid);
	return TRUE;
}

/* An internal block that lists others: gives its contents, *level, *count and *total. */
static GBytes *
read_list (const PstIndex *index, guint64 bid, guint *level, guint *count, guint32 *total,
	   GError **error)
{
	gboolean ansi = pst_file_is_ansi (pst_index_get_file (index));
	g_autoptr (GBytes) bytes = pst_block_read (index, bid, error);
	if (bytes == NULL)
		return NULL;

	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);

	if (length < 8 || p[0] != XBLOCK_TYPE) {
		set_damaged (error, bid, "not a list of data blocks");
		return NULL;
	}
	*level = p[1];
	*count = pst_file_u16 (p + 2);
	*total = pst_file_u32 (p + 4);
	if (*count > (length - 8) / (ansi ? 4 : 8)) {
		set_damaged (error, bid, "lists more blocks than it can hold");
		return NULL;
	}
	return g_steal_pointer (&bytes);
}

static guint64
get_listed (const PstIndex *index, GBytes *list, guint n)
{
	const guint8 *p = (const guint8 *) g_bytes_get_data (list, NULL) + 8;

	return pst_file_is_ansi (pst_index_get_file (index)) ? pst_file_u32 (p + 4 * n)
							     : pst_file_u64 (p + 8 * n);
}

/* The data blocks of one XBLOCK. */
static gboolean
add_xblock (PstData *data, guint64 bid, GBytes *list, guint count, guint32 total, GError **error)
{
	guint64 before = data->size;

	for (guint i = 0; i < count; i++) {
		guint64 child = get_listed (data->index, list, i);
		if (PST_BLOCK_IS_INTERNAL (child))
			return set_damaged (error, bid, "lists an internal block as data");
		if (!add_block (data, child, error))
			return FALSE;
	}
	if (data->size - before != total)
		return set_damaged (error, bid, "the sizes of its blocks don't add up");
	return TRUE;
}

static gboolean
add_xxblock (PstData *data, guint64 bid, GBytes *list, guint count, guint32 total, GError **error)
{
	for (guint i = 0; i < count; i++) {
		guint64 child = get_listed (data->index, list, i);
		guint child_level;
		guint child_count;
		guint32 child_total;
		g_autoptr (GBytes) child_list = read_list (data->index, child, &child_level,
							   &child_count, &child_total, error);
		if (child_list == NULL)
			return FALSE;
		if (child_level != 1)
			return set_damaged (error, child, "wrong level");
		/* A list without blocks adds nothing to the sum that bounds this walk. */
		if (child_count == 0)
			return set_damaged (error, child, "lists no blocks");
		if (!add_xblock (data, child, child_list, child_count, child_total, error))
			return FALSE;
	}
	if (data->size != total)
		return set_damaged (error, bid, "the sizes of its blocks don't add up");
	return TRUE;
}

PstData *
pst_data_open (const PstIndex *index, guint64 bid, GError **error)
{
	g_autoptr (PstData) data = new_data (index);

	if (bid == 0)
		return g_steal_pointer (&data);
	if (!PST_BLOCK_IS_INTERNAL (bid))
		return add_block (data, bid, error) ? g_steal_pointer (&data) : NULL;

	guint level;
	guint count;
	guint32 total;
	g_autoptr (GBytes) list = read_list (index, bid, &level, &count, &total, error);
	if (list == NULL)
		return NULL;
	if (level != 1 && level != 2) {
		set_damaged (error, bid, "wrong level");
		return NULL;
	}
	if (level == 1 ? !add_xblock (data, bid, list, count, total, error)
		       : !add_xxblock (data, bid, list, count, total, error))
		return NULL;
	return g_steal_pointer (&data);
}

PstData *
pst_data_new_from_bytes (GBytes *bytes)
{
	PstData *data = g_new0 (PstData, 1);

	data->bytes = g_bytes_ref (bytes);
	data->size = g_bytes_get_size (bytes);
	return data;
}

void
pst_data_free (PstData *data)
{
	if (data == NULL)
		return;
	g_clear_pointer (&data->bids, g_array_unref);
	g_clear_pointer (&data->bytes, g_bytes_unref);
	g_free (data);
}

guint64
pst_data_get_size (const PstData *data)
{
	return data->size;
}

guint
pst_data_get_block_count (const PstData *data)
{
	return data->bytes != NULL ? 1 : data->bids->len;
}

/* It was in the index when it was added. */
static const PstIndexBlock *
get_block (const PstData *data, guint n)
{
	return pst_index_find_block (data->index, g_array_index (data->bids, guint64, n));
}

guint
pst_data_get_block_size (const PstData *data, guint n)
{
	if (data->bytes != NULL)
		return (guint) g_bytes_get_size (data->bytes);
	return get_block (data, n)->size;
}

/* Pages of the file's own bookkeeping lie between blocks that were written one after the other. */
#define MAX_GAP 4096

/* Blocks that were written together lie together, and needn't be fetched one by one. */
static void
expect_run (const PstData *data, guint n)
{
	PstFile *file = pst_index_get_file (data->index);
	PstFormat format = pst_file_get_format (file);
	const PstIndexBlock *first = get_block (data, n);
	guint64 end = pst_block_get_end (format, first);

	if (pst_file_is_expected (file, first->offset))
		return;
	while (++n < data->bids->len && end - first->offset < PST_FILE_MAX_AHEAD) {
		const PstIndexBlock *next = get_block (data, n);
		if (next->offset < end || next->offset - end > MAX_GAP)
			break;
		end = pst_block_get_end (format, next);
	}
	pst_file_expect (file, first->offset, end);
}

GBytes *
pst_data_read_block (const PstData *data, guint n, GError **error)
{
	g_return_val_if_fail (n < pst_data_get_block_count (data), NULL);
	if (data->bytes != NULL)
		return g_bytes_ref (data->bytes);
	if (n + 1 < data->bids->len)
		expect_run (data, n);
	return pst_block_read (data->index, g_array_index (data->bids, guint64, n), error);
}

GBytes *
pst_data_read_all (const PstData *data, gsize max_size, GError **error)
{
	guint count = pst_data_get_block_count (data);

	if (data->size > max_size) {
		g_set_error (error, PST_ERROR, PST_ERROR_LIMIT,
			     "%" G_GUINT64_FORMAT " bytes are too many for one value", data->size);
		return NULL;
	}
	if (count == 1)
		return pst_data_read_block (data, 0, error);

	g_autoptr (GByteArray) all = g_byte_array_sized_new ((guint) data->size);
	for (guint i = 0; i < count; i++) {
		g_autoptr (GBytes) block = pst_data_read_block (data, i, error);
		if (block == NULL)
			return NULL;
		g_byte_array_append (all, g_bytes_get_data (block, NULL),
				     (guint) g_bytes_get_size (block));
	}
	return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}
