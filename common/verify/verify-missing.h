/* verify-missing.h - the messages to send again, from a second reading of the source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/output.h"
#include "message/ledger.h"
#include "message/message-source.h"
#include "verify/verify-digest.h"
#include "verify/verify-match.h"

/* What a comparison has found out about its source; everything is borrowed. */
typedef struct {
	VerifyIndex *index;
	VerifyForm form; /* of the index: RAW or SENT */
	const VerifyMatch *match;
} VerifyMissing;

/* The messages of source, read anew, that are missing, altered or collapsed, recognised by folder
 * and content, so the order may be another one. Where a copy of several is wanted, all of them are
 * handed out: our sinks look which are there already, and would take a single one for the copy that
 * is. The others are entered in ledger as present. What the second reading does not find again is
 * entered as failed when it ends. Takes source over, also if it fails, and borrows the rest. */
MessageSource *verify_missing_source_new (MessageSource *source, const VerifyMissing *what,
					  Ledger *ledger, GError **error);

/* All of them to output as a stream, which maildir-push and mbox2maildir take. source (taken over)
 * and ledger belong to the second reading; source may be NULL if nothing is wanted. *written is
 * their number. FALSE if reading or writing broke off: then the stream has no end record. */
gboolean verify_missing_write (MessageSource *source, const VerifyMissing *what, Ledger *ledger,
			       Report *report, Output *output, guint64 *written, GError **error);

/* Is there any? */
gboolean verify_missing_any (const VerifyMissing *what);
