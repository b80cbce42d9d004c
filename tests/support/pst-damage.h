/* pst-damage.h - damage exactly one part of one item of a file whose truth is known
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include <gio/gio.h>

/* Change one byte of one block or page of the file, chosen by its truth (see pst-writer.h), so that
 * its check sum no longer holds. part, for a message:
 *	"properties"  what the message itself is
 *	"value", "list", "subnodes"  first value too long for a heap; its XBLOCK; list of subnodes
 *	"recipients", "attachments"  these tables
 *	"attachment", "attachment-value"  first attachment that has such: its properties, its bytes
 *	"embedded"  properties of the first message in it
 *	"node-page", "block-page"  the leaf of the B-tree that lists its node, or its first block
 *	"old-node-page", "old-block-page"  the same of the trees before a deletion
 * for a folder:
 *	"folder", "hierarchy", "contents"  properties, table of folders, table of messages
 * *offset (may be NULL): of the byte. Fails if the truth has no such item or part. */
gboolean pst_damage_item (const char *path, const char *truth_path, guint32 nid, const char *part,
			  guint64 *offset, GError **error);
