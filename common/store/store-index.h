/* store-index.h - what an index of Thunderbird's says about its folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Beside each mailbox Name lies Name.msf, in a text format called Mork. The mail is not read by it;
 * it has the folder's real name where the file could not have it, and tells saved searches.
 */
#pragma once

#include <glib.h>

/* The last value of the folder's property column ("folderName") in the length bytes of an index.
 * NULL if there is none; newly allocated. */
char *store_index_parse (const char *data, gsize length, const char *column);

/* The same for the index of the mailbox name in fd; also NULL if it cannot be read. */
char *store_index_read (int fd, const char *name, const char *column);

/* Does the mailbox name in fd have an index: does Thunderbird hold it for one? */
gboolean store_index_exists (int fd, const char *name);
