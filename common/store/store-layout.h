/* store-layout.h - what kind of directory a directory is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "store/store-listing.h"

/* How the entries of a directory are to be taken. */
typedef enum {
	STORE_LAYOUT_FOLDERS,  /* mailboxes, and directories that are folders */
	STORE_LAYOUT_PROFILES, /* Thunderbird's, one or more profiles */
	STORE_LAYOUT_PROFILE,  /* of Thunderbird: mail is in Mail and ImapMail */
	STORE_LAYOUT_ACCOUNTS, /* each directory is an account */
	STORE_LAYOUT_TAKEOUT,  /* what Google hands out: mail is in Mail */
	STORE_LAYOUT_VERSIONS, /* Apple Mail's V2 ... V10: the last one counts */
	STORE_LAYOUT_BUNDLE    /* one mailbox of Apple Mail */
} StoreLayout;

/* How the directory fd with these entries, called base, is to be taken, by what is in it. Accounts
 * (in_account) hold no accounts. Never STORE_LAYOUT_BUNDLE: that is also a matter of its name. */
StoreLayout store_layout_find (const StoreListing *listing, int fd, const char *base,
			       gboolean in_account);

/* Is the operand an account in Thunderbird's ImapMail: ImapMail/imap.example.org? */
gboolean store_layout_lies_in_imap_mail (const char *operand);

/* Is the directory where a mail program keeps its mail, all of it: not a copy, not the cache of a
 * server's? */
gboolean store_layout_is_original (const char *path);
