/* imap-journal-read.h - the lines of a journal, taken apart
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What the lines mean stands in imap-journal.h. Every number and length in them is checked.
 */
#pragma once

#include "base/line-reader.h"
#include "imap/imap-history.h"

#define IMAP_JOURNAL_MAGIC "#mailferry-journal 1" /* the first line */

/* All that lines say, into history, which is new. *good is where the file may go on: behind the
 * last line that is whole, as an interrupted run may have left a torn one. RUN_ERROR_INPUT, with
 * path and line, if it makes no sense. */
gboolean imap_journal_read (ImapHistory *history, LineReader *lines, const char *path,
			    goffset *good, GError **error);
