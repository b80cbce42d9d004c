/* verify-sink.h - a sink that stores nothing but what is needed to recognise each message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-sink.h"
#include "message/message-source.h"
#include "verify/verify-digest.h"

/* Borrows index and ledger, which are complete when it is finished. A message that cannot be read
 * has failed in the ledger and stays in the index as unverifiable. */
MessageSink *verify_sink_new (VerifyIndex *index, VerifyForm form, Ledger *ledger);

/* Read all of source (taken over) into index. FALSE with the first error that is not a message's
 * own. */
gboolean verify_sink_read (MessageSource *source, VerifyIndex *index, VerifyForm form,
			   Ledger *ledger, Report *report, GError **error);
