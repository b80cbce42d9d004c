/* pst-stored.h - the bytes that a property of a subnode holds: an attachment, mostly
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * They may be gigabytes, so they pass block by block and nobody has them in one piece.
 */
#pragma once

#include "pst/pst-node.h"

/* FALSE ends the reading, with or without an error. */
typedef gboolean (*PstStoredFunc) (const guint8 *data, gsize length, gpointer user_data,
				   GError **error);

/* Property ID of the object in subnode NID of NODE; an absent one has no bytes. FALSE with an error
 * if they can't be read, or as FUNCTION ended it. */
gboolean pst_stored_read (PstNode *node, guint32 nid, guint16 id, PstStoredFunc function,
			  gpointer user_data, GError **error);

/* The first of them, at most MAX_SIZE. */
GBytes *pst_stored_peek (PstNode *node, guint32 nid, guint16 id, gsize max_size, GError **error);
