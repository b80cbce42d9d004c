/* imap-answer.h - what the server says to the messages sent, and what follows from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A batch that is refused is halved until the culprit stands alone: that one is mended, or fails by
 * name; the others are delivered.
 */
#pragma once

#include "imap/imap-window.h"

/* Read one response, and act on it. With waiting_for a tag, *go_on tells whether its "+" has come,
 * *refused whether its reply. */
gboolean imap_answer_read (ImapWindow *window, guint waiting_for, gboolean *go_on,
			   gboolean *refused, GError **error);

/* The same with all that have come already. */
gboolean imap_answer_read_all (ImapWindow *window, GError **error);

/* Read until that many bytes more may be sent. */
gboolean imap_answer_wait_for_room (ImapWindow *window, guint64 bytes, GError **error);
