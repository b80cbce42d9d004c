/* pst-table.c - table contexts: folders of a folder, messages of a folder, recipients, attachments
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.3.4. The rows of a large table fill blocks of their own, as many whole rows to a
 * block as fit; what is left of the block is padding. So a row is found by the number of rows
 * before its block.
 */
#include "pst/pst-table.h"

#include <string.h>

#define INFO_SIZE   22
#define COLUMN_SIZE 8

typedef struct {
	guint32 tag;
	guint offset; /* of the cell in the row */
	guint size;
	guint bit; /* in the map of cells that exist */
} Column;

typedef struct {
	guint32 id;
	guint32 number; /* place in the row matrix */
} Row;

struct _PstTable {
	PstHeap *heap;
	GArray *columns; /* of Column, by tag */
	guint row_size;
	guint exists_at; /* where the map of cells begins in a row */
	GArray *rows;    /* of Row, by number */
	GError *damage;
	PstData *matrix;    /* NULL if there are no rows */
	GArray *first_rows; /* of guint64: number of the first row of each block, then of all */
	GBytes *block;      /* the one last read, and its number */
	guint block_number;
};

static gboolean
set_damaged (const PstTable *table, GError **error, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "node 0x%x: %s",
		     pst_node_get_nid (pst_heap_get_node (table->heap)), why);
	return FALSE;
}

static int
compare_columns (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Column *) a)->tag;
	guint32 y = ((const Column *) b)->tag;

	return (x > y) - (x < y);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Row *) a)->number;
	guint32 y = ((const Row *) b)->number;

	return (x > y) - (x < y);
}

/* TCINFO: how rows are made. */
static gboolean
read_columns (PstTable *table, const guint8 *info, gsize length, GError **error)
{
	guint count = info[1];
	guint row_end = pst_file_u16 (info + 8);

	table->exists_at = pst_file_u16 (info + 6);
	table->row_size = row_end;
	if (length < INFO_SIZE + count * COLUMN_SIZE || row_end == 0 || table->exists_at > row_end)
		return set_damaged (table, error, "the columns of the table are damaged");

	for (guint i = 0; i < count; i++) {
		const guint8 *p = info + INFO_SIZE + i * COLUMN_SIZE;
		Column column = {
			.tag = pst_file_u32 (p),
			.offset = pst_file_u16 (p + 4),
			.size = p[6],
			.bit = p[7],
		};
		if (column.offset + column.size > table->exists_at ||
		    column.bit / 8 >= row_end - table->exists_at)
			return set_damaged (table, error, "a column lies outside of the row");
		g_array_append_val (table->columns, column);
	}
	g_array_sort (table->columns, compare_columns);
	return TRUE;
}

static gboolean
add_row (const guint8 *p, gpointer user_data)
{
	Row row = { .id = pst_file_u32 (p), .number = pst_file_u32 (p + 4) };

	g_array_append_val ((GArray *) user_data, row);
	return TRUE;
}

static gboolean
add_ansi_row (const guint8 *p, gpointer user_data)
{
	Row row = { .id = pst_file_u32 (p), .number = pst_file_u16 (p + 4) };

	g_array_append_val ((GArray *) user_data, row);
	return TRUE;
}

/* Never fails: what can't be read is remembered as damage. */
static void
read_row_index (PstTable *table, guint32 hid)
{
	gboolean ansi = pst_file_is_ansi (
		pst_index_get_file (pst_node_get_index (pst_heap_get_node (table->heap))));

	(void)pst_heap_walk_tree (table->heap, hid, 4, ansi ? 2 : 4, ansi ? add_ansi_row : add_row,
				  table->rows, &table->damage);
	g_array_sort (table->rows, compare_rows);
}

static void
open_matrix (PstTable *table, guint32 hnid)
{
	guint64 rows = 0;

	table->matrix = pst_heap_open_value (table->heap, hnid,
					     table->damage == NULL ? &table->damage : NULL);
	if (table->matrix == NULL)
		return;
	for (guint i = 0; i < pst_data_get_block_count (table->matrix); i++) {
		g_array_append_val (table->first_rows, rows);
		rows += pst_data_get_block_size (table->matrix, i) / table->row_size;
	}
	g_array_append_val (table->first_rows, rows);
}

PstTable *
pst_table_open (PstNode *node, GError **error)
{
	g_autoptr (PstTable) table = g_new0 (PstTable, 1);

	table->columns = g_array_new (FALSE, FALSE, sizeof (Column));
	table->rows = g_array_new (FALSE, FALSE, sizeof (Row));
	table->first_rows = g_array_new (FALSE, FALSE, sizeof (guint64));
	table->heap = pst_heap_open (node, PST_HEAP_TABLE, error);
	if (table->heap == NULL)
		return NULL;

	g_autoptr (GBytes) bytes =
		pst_heap_read (table->heap, pst_heap_get_user_root (table->heap), error);
	if (bytes == NULL)
		return NULL;

	gsize length;
	const guint8 *info = g_bytes_get_data (bytes, &length);

	if (length < INFO_SIZE || info[0] != PST_HEAP_TABLE) {
		set_damaged (table, error, "not the description of a table");
		return NULL;
	}
	if (!read_columns (table, info, length, error))
		return NULL;
	read_row_index (table, pst_file_u32 (info + 10));
	if (table->rows->len > 0)
		open_matrix (table, pst_file_u32 (info + 14));
	return g_steal_pointer (&table);
}

void
pst_table_free (PstTable *table)
{
	if (table == NULL)
		return;
	pst_heap_unref (table->heap);
	g_array_unref (table->columns);
	g_array_unref (table->rows);
	g_array_unref (table->first_rows);
	g_clear_error (&table->damage);
	pst_data_free (table->matrix);
	g_clear_pointer (&table->block, g_bytes_unref);
	g_free (table);
}

guint
pst_table_get_row_count (const PstTable *table)
{
	return table->rows->len;
}

const GError *
pst_table_get_damage (const PstTable *table)
{
	return table->damage;
}

guint32
pst_table_get_row_id (const PstTable *table, guint n)
{
	return g_array_index (table->rows, Row, n).id;
}

guint
pst_table_get_column_count (const PstTable *table)
{
	return table->columns->len;
}

guint32
pst_table_get_column_tag (const PstTable *table, guint n)
{
	return g_array_index (table->columns, Column, n).tag;
}

/* Which block row NUMBER is in: the last whose first row isn't beyond it. There is one: the
 * caller has compared with the number of all rows. */
static guint
find_block (const PstTable *table, guint64 number)
{
	guint low = 0;
	guint high = table->first_rows->len - 1;

	while (high - low > 1) {
		guint middle = low + (high - low) / 2;
		if (g_array_index (table->first_rows, guint64, middle) <= number)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Borrowed until the next call. */
static const guint8 *
read_row (PstTable *table, guint32 number, GError **error)
{
	guint64 total = table->first_rows->len > 0 ? g_array_index (table->first_rows, guint64,
								    table->first_rows->len - 1)
						   : 0;

	if (table->matrix == NULL || number >= total) {
		set_damaged (table, error, "a row of the index is not in the table");
		return NULL;
	}

	guint n = find_block (table, number);
	if (table->block == NULL || table->block_number != n) {
		GBytes *block = pst_data_read_block (table->matrix, n, error);
		if (block == NULL) {
			g_prefix_error (error, "node 0x%x: ",
					pst_node_get_nid (pst_heap_get_node (table->heap)));
			return NULL;
		}
		g_clear_pointer (&table->block, g_bytes_unref);
		table->block = block;
		table->block_number = n;
	}
	gsize at =
		(gsize)(number - g_array_index (table->first_rows, guint64, n)) * table->row_size;
	return (const guint8 *)g_bytes_get_data (table->block, NULL) + at;
}

/* Fixed types of up to eight bytes stand in the cell, all others are HNIDs. */
static gboolean
is_inline_type (guint16 type)
{
	switch (type) {
	case PST_TYPE_INT16:
	case PST_TYPE_INT32:
	case PST_TYPE_FLOAT:
	case PST_TYPE_DOUBLE:
	case PST_TYPE_CURRENCY:
	case PST_TYPE_APPTIME:
	case PST_TYPE_ERROR:
	case PST_TYPE_BOOL:
	case PST_TYPE_INT64:
	case PST_TYPE_FILETIME: return TRUE;
	default: return FALSE;
	}
}

PstProps *
pst_table_get_row (PstTable *table, guint n, GError **error)
{
	const guint8 *row = read_row (table, g_array_index (table->rows, Row, n).number, error);
	if (row == NULL)
		return NULL;

	GArray *records = g_array_new (FALSE, FALSE, sizeof (PstPropsRecord));
	for (guint i = 0; i < table->columns->len; i++) {
		const Column *column = &g_array_index (table->columns, Column, i);
		const guint8 *exists = row + table->exists_at + column->bit / 8;
		guint8 cell[8] = {0};

		if ((*exists & 0x80 >> column->bit % 8) == 0 || column->size > sizeof cell)
			continue;
		memcpy (cell, row + column->offset, column->size);
		PstPropsRecord record = {
			.tag = column->tag,
			.is_inline = is_inline_type ((guint16) column->tag),
			.value = pst_file_u64 (cell),
		};
		g_array_append_val (records, record);
	}
	return pst_props_new_from_records (table->heap, records);
}
