/* verify-sink.h - a sink that stores nothing but what is needed to recognise each message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-sink.h"
#include "verify/verify-digest.h"

/* Borrows index and ledger. A message that cannot be read is refused and stays in the index as
 * unverifiable. */
MessageSink *verify_sink_new (VerifyIndex *index, VerifyForm form, Ledger *ledger);
