/* transfer.h - the only loop that carries messages from a source to a sink
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-sink.h"
#include "message/message-source.h"

/* Pull and put until the source ends. A message the sink refuses is entered as failed and the next
 * one follows. FALSE with the first error that is not a message's own, or RUN_ERROR_TEMPORARY when
 * asked to stop. Does not finish the sink: several sources may follow one another. */
gboolean transfer_run (MessageSource *source, MessageSink *sink, Ledger *ledger, Report *report,
		       GError **error);
