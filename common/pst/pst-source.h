/* pst-source.h - an Outlook file as a source of messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The file is read by a child; this side only takes down what the child says, and believes
 * nothing. If an item kills or exhausts its reader, that item is entered as failed and the
 * others follow.
 */
#pragma once

#include "base/report.h"
#include "message/ledger.h"
#include "message/message-source.h"
#include "pst/pst-options.h"

/* Opens the file at PATH for reading and nothing else. Announces all items of the IPM subtree
 * (and those whose folder is lost through damage, in "Recovered"; and in "Recovered Items", if
 * asked for, what was deleted and still opens as an item); contacts, appointments, tasks and their
 * like are entered as skipped, with their class as the reason. Folders for mail that stay
 * empty are handed out as folder records. Fails with RUN_ERROR_INPUT if it is no Outlook file,
 * cut off, or encrypted by policy. Borrows LEDGER and REPORT. */
MessageSource *pst_source_new (const char *path, const PstOptions *options, Ledger *ledger,
			       Report *report, GError **error);

/* One call for each folder, in their order: how many items are mail, and how many aren't. */
typedef gboolean (*PstSourceListFunc) (const Folder *folder, guint64 mail, guint64 other,
				       gpointer user_data, GError **error);

/* Look at every item, but convert none. */
gboolean pst_source_list (const char *path, const PstOptions *options, Ledger *ledger,
			  Report *report, PstSourceListFunc function, gpointer user_data,
			  GError **error);
