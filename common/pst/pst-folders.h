/* pst-folders.h - the folders that a file's reader has told of, each with a path of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Numbered from 0 in the order in which they come, parents first.
 */
#pragma once

#include "base/report.h"
#include "message/folder.h"

typedef struct {
	Folder *folder;
	guint32 bits;      /* PST_WIRE_IS_... */
	gboolean has_mail; /* a message of it has been handed out */
	guint64 mail;      /* counts for a list */
	guint64 other;
} PstFolderEntry;

typedef struct {
	GArray *entries;   /* PstFolderEntry */
	GHashTable *paths; /* of all, so that no two share one */
	Report *report;
	const char *origin; /* for findings */
} PstFolders;

/* Borrows report and origin. */
void pst_folders_init (PstFolders *folders, Report *report, const char *origin);

/* Harmless if it is all zeros. */
void pst_folders_clear (PstFolders *folders);

/* One more folder, below PARENT (G_MAXUINT32: none). FALSE if that makes no sense, or there are too
 * many. Findings: "folder-name-twice", "folder-unnamed". */
gboolean pst_folders_add (PstFolders *folders, guint32 parent, guint32 role, guint32 bits,
			  const char *name);

guint pst_folders_get_count (const PstFolders *folders);

/* NUMBER is below the count. Valid until the next pst_folders_add(). */
PstFolderEntry *pst_folders_get (const PstFolders *folders, guint number);
