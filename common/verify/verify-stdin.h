/* verify-stdin.h - standard input, kept so that it can be read twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pipe is gone when it has been read, but the messages that turn out to be missing are wanted
 * again.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

/* Everything on descriptor 0 in an unlinked file, which the caller closes; -1 with an error. */
int verify_stdin_keep (GError **error);

/* What was kept, from its beginning, as the mbox or stream it is. Uses kept, which stays the
 * caller's: one source at a time. Borrows ledger and report. */
MessageSource *verify_stdin_open (int kept, Ledger *ledger, Report *report, GError **error);
