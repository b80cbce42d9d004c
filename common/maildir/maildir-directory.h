/* maildir-directory.h - what the directory of a folder is called
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A folder's name is what people read, its components escaped and joined; its directory is that
 * name encoded, below the root, in Maildir++ behind a dot.
 */
#pragma once

#include <glib.h>

#define MAILDIR_TRUTH_FILE         "mailferry-folders"
#define MAILDIR_SUBSCRIPTIONS_FILE "subscriptions"

typedef enum {
	MAILDIR_NAMES_UTF7, /* modified UTF-7, as Dovecot and Courier read it by default */
	MAILDIR_NAMES_UTF8
} MaildirNames;

typedef struct {
	gboolean nested; /* A/B is the directory A/B, else .A.B */
	MaildirNames names;
} MaildirNaming;

/* Has a directory or file of that name a meaning of its own beside nested folders? */
gboolean maildir_directory_is_reserved (const char *name);

/* May directory, from a file that may have been edited, be that of a folder? It leads nowhere
 * else. */
gboolean maildir_directory_is_good (const char *directory, gboolean nested);

/* The component without anything that would be taken for a separator or a file of the Maildir
 * itself. Newly allocated, as all that follow. */
char *maildir_directory_escape (MaildirNaming naming, const char *component);

/* text (a name, or its last component where they are nested), marked with the digest of the
 * folder's path if mark says so or it is too long for a file system. */
char *maildir_directory_fit (MaildirNaming naming, const char *text, const char *path,
			     gboolean mark);

/* From name to directory, and back; what is no modified UTF-7 is read as it is. */
char *maildir_directory_of_name (MaildirNaming naming, const char *name);
char *maildir_directory_decode (const char *directory, gboolean nested);

/* What two folders must not share: the directory in any case, for file systems that know none, and
 * the name in any case and form of Unicode, for people and servers that know none (Dovecot takes
 * "Inbox" for INBOX). */
char **maildir_directory_make_keys (const char *directory, const char *name);
