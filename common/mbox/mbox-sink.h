/* mbox-sink.h - messages as an mbox: the stream of the pipes, or a plain file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/output.h"
#include "message/ledger.h"
#include "message/message-sink.h"

/* The stream of mailferry-stream(5): any folders, ended by an end record that carries the ledger's
 * skips and failures. Without finish no end record is written, so that the reader knows. Takes
 * output over, borrows ledger. */
MessageSink *mbox_sink_new_stream (Output *output, Ledger *ledger);

/* A plain mboxrd of one folder, content unchanged: no blocks, so folder, flags, keywords and zones
 * are lost. Folder records are taken and dropped. */
MessageSink *mbox_sink_new_plain (Output *output, Ledger *ledger);
