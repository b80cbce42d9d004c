/* verify-missing.h - the messages to send again, from a second reading of the source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/output.h"
#include "message/ledger.h"
#include "message/message-source.h"
#include "verify/verify-digest.h"

/* The messages of source, read anew, that index (after verify_match) has as missing, altered or
 * collapsed, recognised by folder and content, so the order may be another one. Where a copy of
 * several is wanted, all of them are handed out: our sinks look which are there already, and would
 * take a single one for the copy that is. The others are entered in ledger as present. What the
 * second reading does not find again is entered as failed when it ends. Takes source over, borrows
 * the rest; form as for index. */
MessageSource *verify_missing_source_new (MessageSource *source, const VerifyIndex *index,
					  VerifyForm form, Ledger *ledger);

/* All of them to output as a stream, which maildir-push and mbox2maildir take. source (taken over)
 * and ledger belong to the second reading; source may be NULL if nothing is wanted. *written is
 * their number. FALSE if reading or writing broke off: then the stream has no end record. */
gboolean verify_missing_write (MessageSource *source, const VerifyIndex *index, VerifyForm form,
			       Ledger *ledger, Report *report, Output *output, guint64 *written,
			       GError **error);

/* Is there any? */
gboolean verify_missing_any (const VerifyIndex *index);
