/* pst-recover.h - messages that the index has forgotten and the file hasn't
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook never changes a page or a block in place: it writes a new one and calls the old one free.
 * So what was deleted, or what a message was before it was changed, stays until the space is used
 * again. This finds it by its traces: pages and blocks say themselves what they are.
 */
#pragma once

#include "pst/pst-node.h"

typedef struct _PstRecovery PstRecovery;

/* Search the whole file, from its beginning to its end, once. Found is a message of which some leaf
 * page, in use or not, names blocks that the live index doesn't have under that name; of several
 * versions the newest one that opens counts, and a version whose blocks are those of the live
 * message is none. Takes memory for what it finds only. Findings: "remnants-unreadable" (of how
 * many messages no version opens any more), "recovery-cut-short" (the file is built so that going
 * on would take forever). Fails with IO. LIVE must outlive it. */
PstRecovery *pst_recover_search (const PstIndex *live, PstFindingFunc finding, gpointer user_data,
				 GError **error);
void pst_recover_free (PstRecovery *recovery);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstRecovery, pst_recover_free)

/* The messages found, in rising order of node id, each once; n < count. Borrowed. */
guint pst_recover_get_count (const PstRecovery *recovery);
const PstIndexNode *pst_recover_get_node (const PstRecovery *recovery, guint n);

/* The node of message N: blocks come from the live index, then from free space. */
PstNode *pst_recover_open_node (const PstRecovery *recovery, guint n, GError **error);
