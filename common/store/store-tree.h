/* store-tree.h - the folders of a mail program's tree, one after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Thunderbird and what "pst2mbox -o" writes: a folder is the file Name, what lies in it is in
 * Name.sbd/. UW, Dovecot, Google Takeout: directories and mbox files. Apple Mail: bundles of
 * messages. Windows Mail: directories of .eml files. Which of them it is, store-scan.h finds out.
 */
#pragma once

#include "store/store.h"

/* The mail below path, folder by folder. options->folder is for what lies in path itself, as in an
 * exported mailbox of Apple Mail. What is left out is named (store-scan.h); a mailbox that cannot
 * be read is named too (unreadable-mailbox), the others are carried, and the run ends with 2.
 * RUN_ERROR_INPUT if there is no mail at all. */
MessageSource *store_tree_new (const char *path, const StoreOptions *options, Ledger *ledger,
			       Report *report, GError **error);

/* The one message in the .eml or .emlx file at path, in folder (borrowed; NULL: the inbox). */
MessageSource *store_tree_new_file (const char *path, Folder *folder, Ledger *ledger,
				    Report *report, GError **error);
