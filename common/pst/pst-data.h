/* pst-data.h - the bytes of a node, however many blocks they take
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-index.h"

/* An immutable sequence of blocks: one data block, an XBLOCK's, an XXBLOCK's, or bytes from
 * elsewhere. Block boundaries matter (heaps and row matrices are laid out by block), so they stay
 * visible. */
typedef struct _PstData PstData;

/* The data tree that begins with block BID; 0 = empty. Reads the lists of blocks but no data. Every
 * block must exist and the sizes must add up. Fails with MISSING, DAMAGED, TRUNCATED or IO.
 * INDEX must outlive it. */
PstData *pst_data_open (const PstIndex *index, guint64 bid, GError **error);

/* One block that is already at hand; takes a reference. */
PstData *pst_data_new_from_bytes (GBytes *bytes);

void pst_data_free (PstData *data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstData, pst_data_free)

guint64 pst_data_get_size (const PstData *data);
guint pst_data_get_block_count (const PstData *data);

/* Size of block N without reading it; N < block count. */
guint pst_data_get_block_size (const PstData *data, guint n);

/* Contents of block N < block count; caller owns the bytes. To stream a value, read 0, 1, 2... */
GBytes *pst_data_read_block (const PstData *data, guint n, GError **error);

/* All of it in one piece; fails with LIMIT if longer than MAX_SIZE. */
GBytes *pst_data_read_all (const PstData *data, gsize max_size, GError **error);
