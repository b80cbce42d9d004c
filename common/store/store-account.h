/* store-account.h - which account a mailbox belongs to, and what its folder is called then
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Of one account with mail the folders are at the top, with their roles. Of several each becomes a
 * folder: two inboxes are not one. Programs also make accounts of their own, with a Trash and an
 * Outbox that nobody has used: those are left out.
 */
#pragma once

#include "store/store-scan.h"

typedef struct {
	char *name; /* NULL: what belongs to none */
	gboolean has_mail;
	gboolean has_own_folders; /* ones that the program did not make itself */
} StoreAccount;

/* Takes name. */
StoreAccount *store_account_new (char *name);
void store_account_free (StoreAccount *account);

/* Set folder of every mailbox in mailboxes (StoreMailbox), drop those of accounts that are left
 * out, and sort the rest by folder. accounts: StoreAccount, the first one is none. */
void store_account_name_folders (GPtrArray *mailboxes, GPtrArray *accounts,
				 const StoreScanOptions *options);
