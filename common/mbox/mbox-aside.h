/* mbox-aside.h - messages put aside in a file, as a stream of their own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message-sink.h"

/* A sink whose stream, with an account of its own, appears at path when it is finished, also if
 * nothing was put. put may be called from several threads. */
MessageSink *mbox_aside_new (const char *path, GError **error);
