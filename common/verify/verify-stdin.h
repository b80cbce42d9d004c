/* verify-stdin.h - standard input or another pipe, kept so that it can be read twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A pipe is gone when it has been read, but the messages that turn out to be missing are wanted
 * again.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

/* Is operand one: "-", or what is neither a file nor a directory, such as <(COMMAND) of shells? */
gboolean verify_stdin_is_meant (const char *operand);

/* Everything that comes from operand in an unlinked file, which the caller closes; -1 with an
 * error. */
int verify_stdin_keep (const char *operand, GError **error);

/* What was kept, from its beginning, as the mbox or stream it is; name is for origins. Uses kept,
 * which stays the caller's: one source at a time. Borrows ledger and report. */
MessageSource *verify_stdin_open (int kept, const char *name, Ledger *ledger, Report *report,
				  GError **error);
