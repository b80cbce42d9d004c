/* eml-source.h - a folder whose messages are files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Windows Mail, Windows Live Mail, Apple Mail, MH, and Thunderbird with one file for each message.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

typedef enum {
	EML_NAMES_MAIL,   /* *.eml and *.emlx */
	EML_NAMES_ALL,    /* whatever does not begin with a dot: the cur/ of a Maildir */
	EML_NAMES_NUMBERS /* 1, 2, 3: MH */
} EmlNames;

typedef struct {
	const char *name;   /* of the tree, for origins */
	int root_fd;        /* borrowed for as long as the source lives */
	GPtrArray *paths;   /* directories below the root (char *), "" for it; copied */
	Folder *folder;     /* borrowed while the constructor runs */
	EmlNames names;
	const char *only; /* just this file of the first directory; NULL: all */
} EmlSourceOptions;

/* Messages by number where the names begin with one, then by name. Each file is announced when its
 * folder is begun; one that cannot be read is entered as failed. Of a message that Apple Mail has
 * both whole and in part, the part is skipped ("part-of-another"). An empty folder is handed out
 * as one. A directory that cannot be read is the finding unreadable-folder, status 2 at best.
 * ledger and report are borrowed. */
MessageSource *eml_source_new (const EmlSourceOptions *options, Ledger *ledger, Report *report);

/* Is it the name of a message? A guess where names is EML_NAMES_MAIL or NUMBERS. */
gboolean eml_source_is_message (const char *name, EmlNames names);
