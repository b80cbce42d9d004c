/* pst-heap.h - the heap on a node, and the B-trees kept in it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.3.1 (heap-on-node) and 2.3.2 (BTH). Ids are HIDs: block in the upper 16 bits, then the
 * number of the allocation, then five zero bits. An id with other low bits is the NID of a subnode.
 */
#pragma once

#include "pst/pst-node.h"

typedef struct _PstHeap PstHeap;

enum {
	PST_HEAP_PROPS = 0xbc, /* bClientSig of a property context */
	PST_HEAP_TABLE = 0x7c, /* of a table context */
	PST_HEAP_TREE = 0x8c,  /* a bare BTH, as in node 0x821 of an OST */
};

/* The heap in the data of NODE (kept by reference), which must be of the kind SIGNATURE. */
PstHeap *pst_heap_open (PstNode *node, guint8 signature, GError **error);
PstHeap *pst_heap_ref (PstHeap *heap);
void pst_heap_unref (PstHeap *heap);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstHeap, pst_heap_unref)

PstNode *pst_heap_get_node (const PstHeap *heap);

/* The HID its kind begins with. */
guint32 pst_heap_get_user_root (const PstHeap *heap);

/* Allocation HID; caller owns the bytes. HID 0 gives zero bytes. Fails with DAMAGED if it isn't
 * within its block. */
GBytes *pst_heap_read (PstHeap *heap, guint32 hid, GError **error);

/* A value by HNID: an allocation, or the data of a subnode. */
PstData *pst_heap_open_value (PstHeap *heap, guint32 hnid, GError **error);

/* Told of each record of a BTH: KEY (key_size bytes) is followed in memory by its entry.
 * Returning FALSE ends the walk. */
typedef gboolean (*PstHeapRecordFunc) (const guint8 *record, gpointer user_data);

/* Walk the BTH whose header is HID, in order. Its keys and entries must have the given sizes. A
 * branch that can't be read is stepped over; the walk goes on and the first such error is
 * returned at the end. */
gboolean pst_heap_walk_tree (PstHeap *heap, guint32 hid, guint key_size, guint entry_size,
			     PstHeapRecordFunc record, gpointer user_data, GError **error);
