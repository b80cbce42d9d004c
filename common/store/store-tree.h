/* store-tree.h - a directory of mbox files, folders within folders
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What "pst2mbox -o" writes and Thunderbird keeps: a folder is the file Name, what lies in it is in
 * Name.sbd/. Directories without ".sbd", as UW and Dovecot have them, are folders too.
 * Thunderbird's indexes (.msf) are not read; one without a mailbox says that the folder is empty.
 */
#pragma once

#include "store/store.h"

/* The mailboxes below path, sorted by folder. options->folder plays no part. A file that is no
 * mailbox is named (finding not-a-mailbox); one that cannot be read is named too, the others are
 * carried, and the run ends with 2. RUN_ERROR_INPUT if there is no mailbox at all. */
MessageSource *store_tree_new (const char *path, const StoreOptions *options, Ledger *ledger,
			       Report *report, GError **error);
