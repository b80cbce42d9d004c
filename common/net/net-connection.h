/* net-connection.h - a byte stream to a server, encrypted, with deadlines, that never deadlocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One thread drives it. While a write waits for the server, what the server says meanwhile is taken
 * into the input buffer: two sides that both only write would wait for each other for ever once
 * both TCP windows are full. Every wait ends by progress, by the deadline, or by base/stop.
 *
 * Errors name the server. RUN_ERROR_INPUT: unknown host, a certificate that does not pass, a line
 * over its limit; RUN_ERROR_TEMPORARY: refused, reset, closed, nothing heard for too long, asked to
 * stop.
 */
#pragma once

#include "base/spool.h"
#include "net/net-options.h"
#include "net/net-url.h"

typedef struct NetConnection NetConnection;

/* Connected, or the tunnel's command started; for NET_SECURITY_TLS with the certificate checked.
 * url and options are used only
 * during the call, except that start_tls uses options again: it must outlive the connection. */
NetConnection *net_connection_new (const NetUrl *url, const NetOptions *options, GError **error);
void net_connection_free (NetConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetConnection, net_connection_free)

/* Encrypt from here on, after the server agreed. An error if the server has already sent more than
 * its agreement: someone in between may have put it there (RFC 3501, 6.2.1; CVE-2011-0411). */
gboolean net_connection_start_tls (NetConnection *connection, GError **error);

gboolean net_connection_is_encrypted (const NetConnection *connection);

/* What ties a login to this encrypted connection and no other, in base64: tls-exporter (RFC 9266)
 * from TLS 1.3 on, else tls-unique (RFC 5929). is_exporter may be NULL. NULL where there is none.
 * Newly allocated. */
char *net_connection_get_binding (NetConnection *connection, gboolean *is_exporter);

/* Is the other end this machine? A tunnel's is: what is behind it is the command's affair. */
gboolean net_connection_is_loopback (const NetConnection *connection);

/* "host:port". */
const char *net_connection_get_peer (const NetConnection *connection);

/* Buffered; sent when the buffer is full and by net_connection_flush. */
gboolean net_connection_write (NetConnection *connection, const void *data, gsize length,
			       GError **error);
gboolean net_connection_flush (NetConnection *connection, GError **error);

/* Flush, then overwrite the buffer: what was written held a secret. */
gboolean net_connection_flush_secret (NetConnection *connection, GError **error);

/* From here on everything is compressed, both ways: the server has agreed, and nothing else is on
 * its way. RFC 4978. */
void net_connection_start_compression (NetConnection *connection);
gboolean net_connection_is_compressed (const NetConnection *connection);

/* Has sending been held up by the link for long enough to say that it takes less than so many bytes
 * a second? */
gboolean net_connection_is_slower_than (const NetConnection *connection, guint64 bytes_per_second);

/* The next line without its CRLF (or LF), at most limit bytes. *line is valid until the next call.
 * Flushes first. */
gboolean net_connection_read_line (NetConnection *connection, gsize limit, const guint8 **line,
				   gsize *length, GError **error);

/* Exactly length bytes into spool. */
gboolean net_connection_read_spool (NetConnection *connection, goffset length, Spool *spool,
				    GError **error);

/* Is a whole line there, without waiting? Takes what has arrived. FALSE also when the connection is
 * gone: the next read says so. */
gboolean net_connection_has_line (NetConnection *connection);
