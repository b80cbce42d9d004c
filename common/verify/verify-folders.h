/* verify-folders.h - which folder of one side is which of the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-index.h"

/* Which folders are taken for the same one. */
typedef enum {
	VERIFY_SCOPE_NAME,
	VERIFY_SCOPE_ROLE,    /* the sent mail of one side is the sent mail of the other */
	VERIFY_SCOPE_ANYWHERE, /* all of them */
	VERIFY_SCOPES
} VerifyScope;

#define VERIFY_NO_PLACE G_MAXUINT32

/* By scope and folder of a side the number of a place, which both sides share. */
typedef struct {
	guint32 *source[VERIFY_SCOPES];
	guint32 *target[VERIFY_SCOPES];
} VerifyFolders;

/* map: "FROM=TO" strings, NULL-terminated, or NULL: what is in FROM (text form) or below it is
 * expected in TO. Names correspond by IMAP's rules (INBOX in any case) and Unicode's (composed or
 * not), and where one side had to shorten a name or tell twins apart by a digest of the path, by
 * that. */
VerifyFolders *verify_folders_new (const VerifyIndex *source, const VerifyIndex *target,
				   const char *const *map);
void verify_folders_free (VerifyFolders *folders);

/* Is there a folder in index that FROM of entry, a "FROM=TO", is about? */
gboolean verify_folders_maps (const VerifyIndex *index, const char *entry);

/* For each folder of the source, the folder of the target it corresponds to, or VERIFY_NO_PLACE: by
 * name, else by role. One number per source folder; the caller frees the array with
 * g_array_unref. */
GArray *verify_folders_match (const VerifyFolders *folders, const VerifyIndex *source,
			      const VerifyIndex *target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyFolders, verify_folders_free)
