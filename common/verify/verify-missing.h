/* verify-missing.h - the messages to send again, from a second reading of the source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"
#include "verify/verify-digest.h"

/* The messages of source, read anew, that index (after verify_match) has as missing, altered or
 * collapsed; copy by copy, recognised by folder and content, so the order may be another one.
 * The others are entered in ledger as present. What the second reading does not find again is
 * entered as failed when it ends. Takes source over, borrows the rest; form as for index. */
MessageSource *verify_missing_source_new (MessageSource *source, const VerifyIndex *index,
					  VerifyForm form, Ledger *ledger);
