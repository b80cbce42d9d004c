/* verify-fold.h - one mail that a server shows in several folders needs no partner for each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Messages are taken for one mail if the server gives them the same name and their content is the
 * same: a server that gives one name to different mail is not believed. In one folder a mail shows
 * once; what is there twice are copies, whatever they are called.
 */
#pragma once

#include "verify/verify-entries.h"

typedef struct VerifyFold VerifyFold;

/* Borrows side. NULL if its server names no mail. */
VerifyFold *verify_fold_new (VerifyEntries *side);
void verify_fold_free (VerifyFold *fold);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyFold, verify_fold_free)

/* The message of that number has a partner now, found at that level. */
gboolean verify_fold_note_pair (VerifyFold *fold, guint32 number, guint32 partner, guint8 level,
				GError **error);

/* What is open, but the same mail as a message in another folder. */
typedef struct {
	guint32 number;
	guint32 folder;
	guint32 partner; /* that one's; VERIFY_NO_PARTNER if it has none */
	guint8 level;
} VerifyFolded;

typedef gboolean (*VerifyFoldedFunc) (const VerifyFolded *folded, gpointer user_data,
				      GError **error);

/* Takes from the open entries those that are the same mail as one that has a partner, and hands
 * them to function. only (may be NULL): entries, sorted by their key (L1); then only what has the
 * content of one of these. lonely: where none has a partner, all but one are taken, too. */
gboolean verify_fold_run (VerifyFold *fold, Sorter *only, gboolean lonely,
			  VerifyFoldedFunc function, gpointer user_data, GError **error);
