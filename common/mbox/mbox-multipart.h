/* mbox-multipart.h - is a From_ line inside a message that has not ended yet?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A mailbox attached as text, unquoted, has From_ lines that are as good as any. But if the parts
 * of the message around it are closed only further on, they are its text.
 */
#pragma once

#include "base/spool.h"

/* content: the message so far. ahead: bytes from the From_ line on. TRUE if content is a multipart
 * whose end lies in ahead. FALSE if in doubt. */
gboolean mbox_multipart_is_open (const Spool *content, const guint8 *ahead, gsize length);

/* So many bytes are worth looking through. */
#define MBOX_MULTIPART_AHEAD (256 * 1024)
