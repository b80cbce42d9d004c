/* message-mime-limits.h - is a message small enough in structure for a MIME parser?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A parser keeps every header and every part in memory and descends into each multipart, so a
 * hostile message of a few megabytes could take gigabytes or the stack. Counted here without
 * parsing, and rather too much than too little.
 */
#pragma once

#include "message/message-content.h"

#define MESSAGE_MIME_PARTS_LIMIT  10000          /* lines that may begin a part */
#define MESSAGE_MIME_HEADER_LIMIT (1024 * 1024)  /* bytes of one header block */
#define MESSAGE_MIME_DEPTH_LIMIT  100            /* multiparts and messages within */
#define MESSAGE_MIME_GROUP_LIMIT  1000           /* ':' in a field: each may begin a group */

/* *problem is NULL, or static text that says what is beyond the limits. FALSE if the content cannot
 * be read. */
gboolean message_mime_limits_check (MessageContent *content, const char **problem, GError **error);
