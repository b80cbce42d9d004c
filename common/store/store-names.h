/* store-names.h - the folder that a file or directory of a mail program stands for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/folder.h"

/* The name as people know it. Programs write it in UTF-8, with %XX (Apple Mail, pst2mbox), or as
 * IMAP does, in modified UTF-7: always so where is_imap, elsewhere only believed if there is
 * something but ASCII in it. *guessed: it was not UTF-8 and is read as windows-1252. Newly
 * allocated. */
char *store_names_decode (const char *name, gboolean is_imap, gboolean *guessed);

/* What the folder is for, by the names that mail programs give to the ones they make themselves, in
 * English on the disk whatever the language of their windows. Any case. */
FolderRole store_names_role (const char *name);

/* Has Thunderbird replaced part of the name by a hash: does it end in 8 hex digits? */
gboolean store_names_is_hashed (const char *name);

/* Could Thunderbird have made name out of real? */
gboolean store_names_agree (const char *name, const char *real);
