/* folder-names.h - what mail programs and servers call the folders that have a role
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A guess for where nobody says what a folder is for: programs name their folders in the language
 * of whoever uses them. A role that the source or the server states always counts for more.
 */
#pragma once

#include "message/folder.h"

/* The role that a folder of this name most likely has, in any of some twenty languages, letter case
 * and accents as composed or not playing no part; FOLDER_ROLE_NONE if the name says nothing. *rank
 * (may be NULL): the lower, the more usual is the name for that role. */
FolderRole folder_names_find_role (const char *name, guint *rank);

/* What an IMAP server is most likely to know a folder with that role by ("Sent"); NULL if it has
 * none such. */
const char *folder_names_get_usual (FolderRole role);
