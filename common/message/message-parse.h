/* message-parse.h - a message in the hands of a MIME parser, if it is fit for one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The one way to GMime for content from strangers: message-mime-limits looks at it first.
 */
#pragma once

#include <gmime/gmime.h>

#include "message/message-content.h"

/* GMime has none of these. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeMessage, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeParser, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GMimeStream, g_object_unref)

/* *message is NULL, without an error, for what is beyond the limits or no message to the parser.
 * The parts stay where they lie; nothing large is in memory. content outlives the message. FALSE
 * if it cannot be read. */
gboolean message_parse (MessageContent *content, GMimeMessage **message, GError **error);
