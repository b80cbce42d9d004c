/* pst-node.h - a node or subnode: its data and the subnodes below it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message is a node; its recipient table, attachments and large values are its subnodes. An
 * attached message is a subnode of the attachment and is opened like any other: it has its own
 * subnodes.
 */
#pragma once

#include "pst/pst-data.h"

typedef struct _PstNode PstNode;

/* The top-level node NID. Reads its list of subnodes (SLBLOCK, SIBLOCK). Fails with MISSING,
 * DAMAGED, TRUNCATED or IO. INDEX must outlive it. Release with pst_node_unref(). */
PstNode *pst_node_open (const PstIndex *index, guint32 nid, GError **error);

/* A node that INDEX doesn't list, its blocks found through INDEX; the same contract. */
PstNode *pst_node_open_entry (const PstIndex *index, const PstIndexNode *entry, GError **error);

/* The subnode NID of NODE; the same contract. */
PstNode *pst_node_open_subnode (const PstNode *node, guint32 nid, GError **error);

PstNode *pst_node_ref (PstNode *node);
void pst_node_unref (PstNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstNode, pst_node_unref)

guint32 pst_node_get_nid (const PstNode *node);
const PstIndex *pst_node_get_index (const PstNode *node);

gboolean pst_node_has_subnode (const PstNode *node, guint32 nid);

/* The NIDs of its subnodes in rising order, for those who look for attachments without a table. */
guint pst_node_get_subnode_count (const PstNode *node);
guint32 pst_node_get_subnode_nid (const PstNode *node, guint n);

/* Its own data, or that of its subnode NID without looking at what lies below; caller frees. */
PstData *pst_node_open_data (const PstNode *node, GError **error);
PstData *pst_node_open_subnode_data (const PstNode *node, guint32 nid, GError **error);
