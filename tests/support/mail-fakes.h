/* mail-fakes.h - messages made by hand, a source of given messages, a sink that remembers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-sink.h"
#include "message/message-source.h"

/* A message in folder (text form) with content of known length; origin may be NULL. */
Message *fake_message (const char *folder, const char *content, gssize length, const char *origin);

/* Everything source still has; fails the test on an error. Elements are Message. */
GPtrArray *fake_collect (MessageSource *source);

/* A file descriptor to read data from, at its beginning. */
int fake_file (const void *data, gsize length);

/* All bytes of a content. */
GBytes *fake_bytes (MessageContent *content);

/* A source that hands out (borrowed array of Message); it announces them. */
MessageSource *fake_source_new (GPtrArray *messages, Ledger *ledger);

/* A sink that appends references to delivered and refuses, with MESSAGE_ERROR_MESSAGE, those whose origin is refuse. */
MessageSink *fake_sink_new (GPtrArray *delivered, const char *refuse, Ledger *ledger);
