/* maildir-place.h - a folder that mail is delivered into
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Its directories, what they hold already, and the letters of its keywords. The directories can be
 * closed between two deliveries: nobody has descriptors for a hundred thousand folders.
 */
#pragma once

#include "maildir/maildir-folders.h"
#include "maildir/maildir-keywords.h"
#include "maildir/maildir-set.h"

typedef struct {
	const MaildirFolder *folder;
	char *shown; /* path for error texts */
	int fd;      /* these three are -1 while it is closed */
	int tmp_fd;
	int cur_fd;
	MaildirSet *set;
	MaildirKeywords *keywords; /* NULL until a message has some */
	gboolean touched;          /* not all that was moved into cur/ is synced */
} MaildirPlace;

/* Closed, and as if it were empty. folder is borrowed; root_shown is the Maildir in error texts. */
MaildirPlace *maildir_place_new (const MaildirFolder *folder, const char *root_shown);
void maildir_place_free (MaildirPlace *place);

/* Open its directories, making what is missing; *made tells whether all of it was. With mark they
 * are marked as a folder of a Maildir++. MESSAGE_ERROR_MESSAGE: the file system takes no such
 * name. */
gboolean maildir_place_open (MaildirPlace *place, int root_fd, gboolean mark, gboolean *made,
			     GError **error);
void maildir_place_close (MaildirPlace *place);

/* Learn what an open one holds, and remove what an interrupted run left in tmp/. */
gboolean maildir_place_load (MaildirPlace *place, GError **error);

/* The same of a closed one, without making or removing anything; what is missing holds nothing. */
gboolean maildir_place_look (MaildirPlace *place, int root_fd, GError **error);
