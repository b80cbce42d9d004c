/* store-scan.h - find the folders in the tree of a mail program
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a directory is, its own entries tell: a profile, a directory of accounts, an account, a
 * bundle of Apple Mail, a Maildir, messages one in a file, or mailboxes and further directories.
 * So any part of a tree may be named, and trees may hold each other.
 */
#pragma once

#include "base/report.h"
#include "message/folder.h"

typedef enum {
	STORE_MAILBOX_NEWS,    /* just that the folder exists */
	STORE_MAILBOX_MBOX,    /* a file */
	STORE_MAILBOX_EML,     /* directories with a file for each message */
	STORE_MAILBOX_CUR,     /* the cur/ of Thunderbird, the same with other names */
	STORE_MAILBOX_MH,      /* the same with numbers for names */
	STORE_MAILBOX_MAILDIR  /* a Maildir, with folders of its own */
} StoreMailboxKind;

typedef struct {
	StoreMailboxKind kind;
	GPtrArray *paths; /* below the root (char *); "" for it */
	Folder *folder;
	goffset size; /* of a file */

	/* while the tree is looked through */
	char **components; /* of the folder within its account; none: the root */
	guint account;
	gboolean by_program; /* names tell roles */
} StoreMailbox;

void store_mailbox_free (StoreMailbox *mailbox);

typedef struct {
	int root_fd;       /* borrowed */
	const char *shown; /* the operand, for error texts */
	Folder *folder;    /* of what lies in the root itself; NULL: the inbox */
	Report *report;
} StoreScanOptions;

/* All mailboxes below the root, sorted by folder (StoreMailbox). What is left out is named, once
 * and with the reason: a finding not-a-mailbox; foreign-mail, for mail in a form that is not read
 * here (status 1 at best); unreadable-folder (status 2 at best); older-version, hidden,
 * same-folder, saved-search, imap-cache, empty-account, name-not-utf8. */
GPtrArray *store_scan (const StoreScanOptions *options);
