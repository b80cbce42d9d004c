/* store-look.h - what a file among mailboxes is, by its first bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef enum {
	STORE_LOOK_OTHER,      /* nothing of ours */
	STORE_LOOK_MAILBOX,    /* the mbox room reads it, or says why not */
	STORE_LOOK_EMPTY,      /* no byte in it */
	STORE_LOOK_FOREIGN,    /* mail in a form that is not read here */
	STORE_LOOK_UNREADABLE  /* errno tells */
} StoreLook;

/* Look at the file name in directory_fd. *way_out, of a foreign one: what it is and what to do; not
 * owned. Links are not followed. */
StoreLook store_look_at (int directory_fd, const char *name, goffset *size, const char **way_out);

/* Does the plain file name in directory_fd begin with the header of a mail, by two of the fields
 * that mail has? */
gboolean store_look_is_letter (int directory_fd, const char *name);

/* Does name end in suffix, in any case, and have something before it? */
gboolean store_look_has_suffix (const char *name, const char *suffix);

/* The name of a mailbox without what says that it is one, and compressed. Newly allocated. */
char *store_look_strip (const char *name);

/* A list, index, rule or log that mail programs keep among their mailboxes: not worth a word. */
gboolean store_look_is_companion (const char *name);

/* The same for what begins with a dot, or is a directory. */
gboolean store_look_is_quiet (const char *name);
