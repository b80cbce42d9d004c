/* verify-object.h - remember what servers call a mail, while its messages pass
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * On some servers one mail shows in several mailboxes: Gmail's labels, or Fastmail's. They give it
 * the same name everywhere (EMAILID, RFC 8474; X-GM-MSGID).
 */
#pragma once

#include "message/message-source.h"
#include "verify/verify-index.h"

/* Hands on what source (taken over) does, and enters what the messages are called into index
 * (borrowed), for the sink that takes them all in this order. Returns a new source. */
MessageSource *verify_object_note (MessageSource *source, VerifyIndex *index);
