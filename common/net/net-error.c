/* net-error.c - what went wrong with a server, in its name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-error.h"

#include <gio/gio.h>

#include "base/stop.h"

gboolean
net_error_set (const char *peer, RunError code, const char *reason, GError **error)
{
	g_set_error (error, RUN_ERROR, code, "%s: %s", peer, reason);
	return FALSE;
}

static RunError
code_of (const GError *cause, RunError of_tls)
{
	if (g_error_matches (cause, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND) ||
	    g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND))
		return RUN_ERROR_INPUT;
	return cause->domain == G_TLS_ERROR ? of_tls : RUN_ERROR_TEMPORARY;
}

gboolean
net_error_take (const char *peer, GError *cause, RunError of_tls, GError **error)
{
	g_autoptr (GError) owned = cause;

	if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED) && !stop_check (error))
		return FALSE;
	return net_error_set (peer, code_of (cause, of_tls), cause->message, error);
}
