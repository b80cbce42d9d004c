/* net-tunnel.h - a connection through a command: ssh host /usr/lib/dovecot/imap
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct NetTunnel NetTunnel;

/* Run command by the shell, its standard input and output being pipes to us; standard error and the
 * terminal stay ours. RUN_ERROR_INPUT if that cannot be. */
NetTunnel *net_tunnel_new (const char *command, GError **error);

/* End the command, without waiting for it. */
void net_tunnel_free (NetTunnel *tunnel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetTunnel, net_tunnel_free)

/* What it says and hears, pollable, and the descriptors beneath. A new reference. */
GIOStream *net_tunnel_get_stream (NetTunnel *tunnel, int *in_fd, int *out_fd);
