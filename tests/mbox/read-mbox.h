/* read-mbox.h - read a mailbox and keep everything that came of it, for tests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "mbox/mbox-source.h"
#include "support/mail-fakes.h"

typedef struct {
	GPtrArray *messages; /* of Message */
	char *findings;      /* their names, each once, sorted, with a blank between; also refusals */
	GError *error;       /* what ended it; may be NULL */
	ReportCounts counts;
	MboxAccount account;
	ExitStatus status;
} ReadMbox;

/* The bytes, through fd; options->name defaults to "x.mbox". */
void read_mbox (ReadMbox *result, int fd, const MboxSourceOptions *options);
void read_mbox_clear (ReadMbox *result);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReadMbox, read_mbox_clear)

/* Does every one of size bytes stand in the account, and every message in the ledger? */
void read_mbox_assert_balance (const ReadMbox *result, guint64 size);

/* "FRS" and "a b" of a message. Newly allocated. */
char *read_mbox_flags (const Message *message);
char *read_mbox_keywords (const Message *message);
