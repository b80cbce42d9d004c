/* eml-message.h - one file, one message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/report.h"
#include "message/message.h"

/* Where a file lies. All borrowed. */
typedef struct {
	int root_fd;                 /* of the tree */
	const char *directory;       /* below the root; "" for it */
	ContentDirectory *contents;  /* the same directory, open */
	int directory_fd;            /* its descriptor */
	const char *name;
	const char *origin;
	Folder *folder;
} EmlFile;

/* The message in the file: its bytes without a byte order mark, a From_ line or what Apple Mail
 * adds; with attachments that Apple Mail keeps apart put back. Flags and date from the property
 * list of an .emlx; of others the date from the first Received field, else from Date, else the
 * time of the file (findings date-from-header, date-from-mtime), and no flags but X-Unsent's.
 *
 * Findings on what is damaged: emlx-damaged, emlx-cut, partial-message (an attachment is not there:
 * the run ends with 1), attachments-rejoined, partial-unmarked. NULL with an error if the file is
 * none, is no mail as it is (eml-foreign.h), cannot be read, or changed meanwhile. */
Message *eml_message_new (const EmlFile *file, Report *report, GError **error);

/* ".emlx", in any case, at the end. */
gboolean eml_message_is_apple (const char *name);
