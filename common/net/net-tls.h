/* net-tls.h - a stream encrypted: whom to trust, and what to say where that fails
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "net/net-options.h"

/* TLS over base, after a handshake that proved who is there: by a certificate made out to identity
 * and signed by an authority of the options, or by the pinned one and no other. peer is for error
 * texts; options are asked again if the server wants another handshake. Caller owns the stream.
 * NULL with an error: RUN_ERROR_INPUT for a certificate that does not pass or a file of the options
 * that cannot be used, RUN_ERROR_TEMPORARY where the server hung up. */
GIOStream *net_tls_new (GIOStream *base, GSocketConnectable *identity, const char *peer,
			const NetOptions *options, GError **error);

/* As net_connection_get_binding. */
char *net_tls_get_binding (GIOStream *tls, gboolean *is_exporter);
