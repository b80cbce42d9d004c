/* pst-roles.h - which folder holds the mail, and which are the inbox, the sent items, the trash...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Names won't do: they are in the language of the Outlook that made the file, and users rename
 * folders. The file says it by entry ids, in a different place for each role.
 */
#pragma once

#include "message/folder.h"
#include "pst/pst-props.h"

/* NID of the IPM subtree, the folder all visible folders lie in. The root folder if nothing
 * better is known; then *is_guess is TRUE. STORE: properties of the message store, or NULL. */
guint32 pst_roles_find_mail_root (const PstIndex *index, const PstProps *store, gboolean *is_guess);

/* Roles by NID: a hash table from GUINT_TO_POINTER (nid) to GUINT_TO_POINTER (FolderRole). Each
 * role is given once at most. Caller owns. FINDING (may be NULL) hears what can't be read:
 * "store-damaged". */
GHashTable *pst_roles_find (const PstIndex *index, const PstProps *store, PstFindingFunc finding,
			    gpointer user_data);
