/* net-error.h - what went wrong with a server, in its name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/error.h"

/* "peer: reason". Always FALSE. */
gboolean net_error_set (const char *peer, RunError code, const char *reason, GError **error);

/* What GIO says (cause, taken), in the same way; of_tls is what a complaint of TLS counts as: once
 * encrypted, it is a connection cut off in some way. A name that does not exist is
 * RUN_ERROR_INPUT, anything else RUN_ERROR_TEMPORARY. If we were asked to stop, error says that
 * instead. Always FALSE. */
gboolean net_error_take (const char *peer, GError *cause, RunError of_tls, GError **error);
