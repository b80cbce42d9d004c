/* mbox-tree.h - a directory of plain mbox files, one a folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The layout of Thunderbird and its ancestors: folder Name is the file Name, its children are in
 * the directory Name.sbd. Names are data: whatever a folder is called, its file lies below the
 * directory, and no two folders share one.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-sink.h"

/* Makes directory if it isn't there; files in it are never overwritten. Plain mboxrd: flags,
 * keywords and zones are lost. Folder records become empty files. Borrows ledger. */
MessageSink *mbox_tree_new (const char *directory, Ledger *ledger, GError **error);

/* The file name for one component of a folder: "%" and two hex digits for controls, '/' and
 * '%', for the dot at the beginning, and the one of ".sbd" and whatever else at the end says that
 * the file is no mailbox, for '&' where it could be modified UTF-7; cut and marked with 8 hex
 * digits of its SHA-256 if too long. Newly allocated. */
char *mbox_tree_file_name (const char *component);
