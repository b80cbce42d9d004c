/* imap-retry.h - make a connection again that was cut off, or turned away for now
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/report.h"
#include "imap/imap-connection.h"

/* All zero to begin with, and again whenever a connection has brought something forward. */
typedef struct {
	guint failures; /* connections in a row that have not */
} ImapRetry;

/* After cause (taken over) has ended a connection: wait, as long as the server asks or longer each
 * time, and connect. The new connection; or NULL with an error: cause or what followed it, if that
 * is not RUN_ERROR_TEMPORARY, if too many have brought nothing forward, or if we are asked to
 * stop. */
ImapConnection *imap_retry_connect (ImapRetry *retry, const NetUrl *url, const NetOptions *options,
				    GError *cause, Report *report, GError **error);
