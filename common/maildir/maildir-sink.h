/* maildir-sink.h - deliver into a Maildir, once, durably
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message is written into tmp/, synced, and only then renamed into cur/ under a name made from
 * its content; a run that was killed at any moment is simply run again. What lies in the Maildir is
 * never rewritten.
 */
#pragma once

#include "maildir/maildir-folders.h"
#include "message/ledger.h"
#include "message/message-sink.h"

typedef enum {
	MAILDIR_DURABILITY_BATCH, /* sync the file system once for many files, before they appear */
	MAILDIR_DURABILITY_FILE,  /* fsync every file: where others write heavily to the same file
				     system */
	MAILDIR_DURABILITY_NONE   /* leave it to the system: for copies that can be made again */
} MaildirDurability;

typedef struct {
	MaildirLayout layout;
	MaildirNames names;
	MaildirDurability durability;
	gboolean dry_run; /* look, count, write nothing */
} MaildirSinkOptions;

/* A sink for the Maildir at path, which is made if it is missing (its parent is not). ledger and
 * report are borrowed. RUN_ERROR_OUTPUT if path is something else, cannot be written, or cannot
 * hold ':' in names; RUN_ERROR_TEMPORARY if another of our programs is writing to it. Memory: about
 * 32 bytes for each message of ours in the folders it delivers to, and 2 MiB. */
MessageSink *maildir_sink_new (const char *path, const MaildirSinkOptions *options, Ledger *ledger,
			       Report *report, GError **error);
