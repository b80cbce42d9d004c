/* imap-window.h - APPENDs that are on their way over one connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * With LITERAL+ and MULTIAPPEND, messages go out in batches; with LITERAL+ alone one by one, many
 * on their way; without, each literal waits for the server's "+", and the next command follows
 * right behind it.
 *
 * All that is on its way goes to one mailbox. It is said (imap-send.h), answered (imap-answer.h),
 * and what is left when the connection breaks is taken out again.
 */
#pragma once

#include "imap/imap-calibration.h"
#include "imap/imap-parcel.h"
#include "imap/imap-work.h"

typedef struct {
	const ImapBoxContext *context;
	ImapWork *work;
	ImapConnection *connection; /* NULL: to be made */
	gboolean many;              /* MULTIAPPEND */
	gboolean plus;              /* LITERAL+ */
	gboolean minus;             /* LITERAL- */
	GQueue in_flight;           /* of ImapSpan, in the order sent */
	GQueue again;               /* of ImapSpan: halves of refused batches */
	guint64 bytes;              /* in flight */
	guint messages;
	gboolean fruitful; /* something has been delivered over this connection */
	ImapCalibration *calibration;
} ImapWindow;

/* context and work are borrowed. */
ImapWindow *imap_window_new (const ImapBoxContext *context, ImapWork *work);

/* With its connection. What is in flight stays in doubt: the journal knows. */
void imap_window_free (ImapWindow *window);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapWindow, imap_window_free)

/* Takes connection, which is logged in, and chooses the way of sending by what it has. RFC 7888,
 * RFC 3502. */
void imap_window_connect (ImapWindow *window, ImapConnection *connection);
void imap_window_disconnect (ImapWindow *window);

/* Is anything unanswered? */
gboolean imap_window_is_busy (const ImapWindow *window);

/* May that many bytes more be sent before something is answered? */
gboolean imap_window_has_room (const ImapWindow *window, guint64 bytes);

/* Takes span, which is about to be sent. */
void imap_window_add (ImapWindow *window, ImapSpan *span);

/* The span with that tag, which is answered; NULL if there is none. */
ImapSpan *imap_window_take (ImapWindow *window, guint tag);

/* Forget everything that was on its way, and add the parcels it was of to parcels, referred to. */
void imap_window_abandon (ImapWindow *window, GPtrArray *parcels);
