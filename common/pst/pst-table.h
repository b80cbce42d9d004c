/* pst-table.h - table contexts: folders of a folder, messages of a folder, recipients, attachments
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.3.4. The row index is a BTH from row id to row number; the rows themselves are in
 * the heap or in a subnode, whole rows to a block.
 */
#pragma once

#include "pst/pst-props.h"

typedef struct _PstTable PstTable;

/* The table in the data of NODE (kept by reference). A part of the row index that can't be read
 * costs the rows it names: see pst_table_get_damage(). */
PstTable *pst_table_open (PstNode *node, GError **error);
void pst_table_free (PstTable *table);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstTable, pst_table_free)

guint pst_table_get_row_count (const PstTable *table);

/* NULL if the row index was read in full, else the first error; borrowed. */
const GError *pst_table_get_damage (const PstTable *table);

/* Row id of row N in table order; N < row count. For tables of folders, messages and attachments it
 * is the NID of the object. */
guint32 pst_table_get_row_id (const PstTable *table, guint n);

/* Columns as tags, in rising order. */
guint pst_table_get_column_count (const PstTable *table);
guint32 pst_table_get_column_tag (const PstTable *table, guint n);

/* The cells of row N that exist, as properties; caller frees. They stay valid after the table is
 * gone. */
PstProps *pst_table_get_row (PstTable *table, guint n, GError **error);
