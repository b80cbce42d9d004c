/* maildir-source.h - read a Maildir, folder by folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Reads Maildir++ and nested folders, ours (mailferry-folders tells their names and roles) and
 * other programs'. Nothing in it is changed, not even from new/ to cur/.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

/* Does the directory at path look like a Maildir: cur/ and new/, or folders we made? */
gboolean maildir_source_recognises (const char *path);

/* Messages in a fixed order: by folder, then by file name. The internal date is the file's mtime, 0
 * meaning unknown; flags come from the name, keywords from dovecot-keywords. A folder without
 * messages is handed out as a folder. Files that a mail program moves while we read are followed.
 * ledger and report are borrowed. */
MessageSource *maildir_source_new (const char *path, Ledger *ledger, Report *report,
				   GError **error);
