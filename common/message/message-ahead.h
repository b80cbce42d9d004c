/* message-ahead.h - a source of which is already known that it can be read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a file is, one often knows only after looking for its first message. Nothing should have
 * been made at the target for the sake of a source that then turns out to be none.
 */
#pragma once

#include "message/message-source.h"

/* Takes source over and fetches its first message; NULL with the error that came of that. */
MessageSource *message_ahead_new (MessageSource *source, GError **error);
