/* net-connection.c - a byte stream to a server, encrypted, with deadlines, that never deadlocks
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-connection.h"

#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/stop.h"
#include "net/net-deflate.h"
#include "net/net-error.h"
#include "net/net-tls.h"
#include "net/net-tunnel.h"

#define OUTPUT_SIZE      (64 * 1024)
#define INPUT_CHUNK      (32 * 1024)
#define INPUT_LIMIT      (16 * 1024 * 1024) /* what a server may say while we are writing */
#define CONNECT_SECONDS  60
#define GREETING_SECONDS 60
#define SPEED_SAMPLE_US  (300 * 1000)
#define PACKED_SIZE      (16 * 1024)
#define PROGRESS_SECONDS 300 /* a server that commits a large batch to a slow disk needs a while */

struct NetConnection {
	char *peer;
	GSocketConnectable *identity;
	const NetOptions *options;
	NetTunnel *tunnel; /* NULL: a TCP connection */
	GIOStream *base;   /* of either */
	GSocket *socket;   /* NULL: a tunnel */
	int in_fd;
	int out_fd;
	GIOStream *tls;             /* NULL while in the clear */
	GPollableInputStream *in;   /* of tls or base */
	GPollableOutputStream *out; /* of tls or base */
	gboolean heard;             /* the server has said something, ever */
	guint8 *input;              /* [start, end) has been received and not yet handed out */
	gsize start;
	gsize end;
	gsize allocated;
	NetDeflate *deflate; /* NULL: not compressed */
	const guint8 *packed; /* received, in packed_buffer, and not yet decompressed */
	gsize packed_length;
	guint8 *packed_buffer;
	gint64 held_up_since_us; /* when sending had to wait for the first time; 0: never */
	gint64 held_up_us;       /* and how long it has waited since */
	guint64 sent_since;      /* bytes, from then on */
	gboolean unflushed;      /* the compressor may hold something back */
	gsize used; /* of output */
	guint8 output[OUTPUT_SIZE];
};

/* --- What went wrong -------------------------------------------------------------------------- */

/* Takes cause. */
static gboolean
fail (NetConnection *connection, GError *cause, GError **error)
{
	return net_error_take (connection->peer, cause,
			       connection->tls != NULL ? RUN_ERROR_TEMPORARY : RUN_ERROR_INPUT,
			       error);
}

static gboolean
fail_with (NetConnection *connection, RunError code, const char *reason, GError **error)
{
	return net_error_set (connection->peer, code, reason, error);
}

/* --- TLS -------------------------------------------------------------------------------------- */

static void
use_stream (NetConnection *connection, GIOStream *stream)
{
	connection->in = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (stream));
	connection->out = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (stream));
}

static gboolean
encrypt (NetConnection *connection, GError **error)
{
	connection->tls = net_tls_new (connection->base, connection->identity, connection->peer,
				       connection->options, error);
	if (connection->tls == NULL)
		return FALSE;
	use_stream (connection, connection->tls);
	return TRUE;
}

/* For what GIO waits for by itself. */
static void
set_timeout (NetConnection *connection, guint seconds)
{
	if (connection->socket != NULL)
		g_socket_set_timeout (connection->socket, seconds);
}

gboolean
net_connection_start_tls (NetConnection *connection, GError **error)
{
	if (connection->end > connection->start)
		return fail_with (
			connection, RUN_ERROR_INPUT,
			"something was sent behind the answer to STARTTLS, perhaps by a stranger "
			"in between; not going on",
			error);
	set_timeout (connection, CONNECT_SECONDS);
	gboolean ok = encrypt (connection, error);
	set_timeout (connection, 0);
	return ok;
}

/* --- Bytes ------------------------------------------------------------------------------------ */

/* In seconds. A server greets at once or not at all; later it may have much to do. */
static int
patience_of (const NetConnection *connection)
{
	guint wanted = connection->options->timeout_seconds;
	int later = wanted > 0 ? (int) MIN (wanted, G_MAXINT / 1000) : PROGRESS_SECONDS;

	return connection->heard ? later : MIN (later, GREETING_SECONDS);
}

static gboolean
fail_silent (NetConnection *connection, GError **error)
{
	g_autofree char *text = g_strdup_printf ("nothing heard for %d seconds, giving up",
						 patience_of (connection));
	const char *what = text;

	if (!connection->heard && connection->tls == NULL)
		what = "the server does not greet: if it expects encryption from the start, "
		       "use imaps://";
	else if (!connection->heard)
		what = "the server does not greet";
	return fail_with (connection, RUN_ERROR_TEMPORARY, what, error);
}

/* A server that holds back its next small answer until we acknowledge the last one (Courier 5.0)
 * would wait for our delayed acknowledgement, each time. The kernel forgets this setting by itself.
 * */
static void
acknowledge_at_once (NetConnection *connection)
{
	if (connection->socket != NULL)
		(void) g_socket_set_option (connection->socket, IPPROTO_TCP, TCP_QUICKACK, TRUE,
					    NULL);
}

/* Until the socket is ready, the deadline has passed, or we are asked to stop. */
static gboolean
wait_for (NetConnection *connection, gushort events, GError **error)
{
	GPollFD polls[3] = {
		{ .fd = connection->in_fd, .events = events & G_IO_IN },
		{ .fd = connection->out_fd, .events = events & G_IO_OUT },
	};
	GCancellable *cancellable = net_options_get_cancellable (connection->options);
	gboolean cancels = g_cancellable_make_pollfd (cancellable, &polls[2]);

	int patience = patience_of (connection);
	if ((events & G_IO_IN) != 0)
		acknowledge_at_once (connection);
	int ready = g_poll (polls, cancels ? 3 : 2, patience * 1000);
	if (cancels)
		g_cancellable_release_fd (cancellable);
	if (!stop_check (error))
		return FALSE;
	if (g_cancellable_is_cancelled (cancellable))
		return fail_with (connection, RUN_ERROR_TEMPORARY, "no longer wanted", error);
	if (ready != 0)
		return TRUE; /* also when a signal interrupted: the caller tries again */
	return fail_silent (connection, error);
}

static void
make_input_room (NetConnection *connection)
{
	if (connection->start > 0) {
		connection->end -= connection->start;
		memmove (connection->input, connection->input + connection->start, connection->end);
		connection->start = 0;
	}
	if (connection->allocated - connection->end < INPUT_CHUNK) {
		connection->allocated = MAX (2 * connection->allocated, 2 * INPUT_CHUNK);
		connection->input = g_realloc (connection->input, connection->allocated);
	}
}

/* Up to size bytes as they come from the server; *n is 0 if nothing has come. */
static gboolean
receive_bytes (NetConnection *connection, guint8 *into, gsize size, gsize *n, GError **error)
{
	g_autoptr (GError) cause = NULL;
	gssize result = g_pollable_input_stream_read_nonblocking (connection->in, into, size, NULL,
								  &cause);

	*n = result > 0 ? (gsize) result : 0;
	connection->heard = connection->heard || result > 0;
	if (result > 0 ||
	    (result < 0 && g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)))
		return TRUE;
	if (result == 0 || g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF))
		return fail_with (connection, RUN_ERROR_TEMPORARY,
				  "the server closed the connection", error);
	return fail (connection, g_steal_pointer (&cause), error);
}

/* What is left from before first: a little that was received may be much. */
static gboolean
receive_packed (NetConnection *connection, guint8 *into, gsize size, gboolean *got, GError **error)
{
	for (;;) {
		gsize n = 0;
		if (!net_deflate_unpack (connection->deflate, &connection->packed,
					 &connection->packed_length, into, size, &n, error)) {
			g_prefix_error (error, "%s: ", connection->peer);
			return FALSE;
		}
		connection->end += n;
		*got = n > 0;
		if (*got)
			return TRUE;
		connection->packed = connection->packed_buffer;
		if (!receive_bytes (connection, connection->packed_buffer, PACKED_SIZE,
				    &connection->packed_length, error))
			return FALSE;
		if (connection->packed_length == 0)
			return TRUE;
	}
}

/* Take what has arrived. *got is FALSE if nothing has. */
static gboolean
receive (NetConnection *connection, gboolean *got, GError **error)
{
	make_input_room (connection);
	guint8 *room = connection->input + connection->end;
	gsize size = connection->allocated - connection->end;
	*got = FALSE;
	if (connection->deflate != NULL)
		return receive_packed (connection, room, size, got, error);
	gsize n = 0;
	if (!receive_bytes (connection, room, size, &n, error))
		return FALSE;
	connection->end += n;
	*got = n > 0;
	return TRUE;
}

static gboolean
receive_some (NetConnection *connection, GError **error)
{
	gboolean got = FALSE;

	if (!net_connection_flush (connection, error))
		return FALSE;
	while (receive (connection, &got, error)) {
		if (got)
			return TRUE;
		if (!wait_for (connection, G_IO_IN, error))
			return FALSE;
	}
	return FALSE;
}

static gboolean
listen_while_blocked (NetConnection *connection, GError **error)
{
	gboolean got = FALSE;

	if (!receive (connection, &got, error))
		return FALSE;
	if (connection->end - connection->start > INPUT_LIMIT)
		return fail_with (connection, RUN_ERROR_INPUT, "the server talks without end",
				  error);
	return got || wait_for (connection, G_IO_IN | G_IO_OUT, error);
}

/* As much of length as the rate allows just now. What the server says meanwhile can wait as long as
 * that: these are moments. */
static gboolean
wait_for_rate (NetConnection *connection, gsize *length, GError **error)
{
	guint wait_ms = 0;

	if (connection->options->rate == NULL)
		return TRUE;
	gsize wanted = *length;
	while ((*length = net_rate_take (connection->options->rate, wanted, &wait_ms)) == 0)
		if (!stop_sleep (MIN (wait_ms, 1000), error))
			return FALSE;
	return TRUE;
}

/* How long the link holds us up is what --compress=auto goes by. */
static gboolean
wait_for_link (NetConnection *connection, GError **error)
{
	gint64 before_us = g_get_monotonic_time ();

	if (connection->held_up_since_us == 0)
		connection->held_up_since_us = before_us;
	gboolean ok = listen_while_blocked (connection, error);
	connection->held_up_us += g_get_monotonic_time () - before_us;
	return ok;
}

/* Bytes as they go to the server. */
static gboolean
send_piece (NetConnection *connection, const guint8 *data, gsize length, GError **error)
{
	while (length > 0) {
		g_autoptr (GError) cause = NULL;
		gssize n = g_pollable_output_stream_write_nonblocking (connection->out, data,
								       length, NULL, &cause);
		if (n > 0) {
			data += n;
			length -= (gsize) n;
			if (connection->held_up_since_us != 0)
				connection->sent_since += (guint64) n;
		} else if (n < 0 && !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
			return fail (connection, g_steal_pointer (&cause), error);
		} else if (!wait_for_link (connection, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

static gboolean
send_all (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	NetConnection *connection = user_data;

	while (length > 0) {
		gsize piece = length;
		if (!wait_for_rate (connection, &piece, error) ||
		    !send_piece (connection, data, piece, error))
			return FALSE;
		data += piece;
		length -= piece;
	}
	return stop_check (error);
}

/* flush: nothing of it may stay behind in the compressor. */
static gboolean
pass_on (NetConnection *connection, const guint8 *data, gsize length, gboolean flush,
	 GError **error)
{
	if (connection->deflate == NULL)
		return send_all (data, length, connection, error);
	return net_deflate_pack (connection->deflate, data, length, flush, send_all, connection,
				 error);
}

gboolean
net_connection_flush (NetConnection *connection, GError **error)
{
	gsize used = connection->used;

	if (used == 0 && !connection->unflushed)
		return TRUE;
	connection->used = 0;
	connection->unflushed = FALSE;
	return pass_on (connection, connection->output, used, TRUE, error);
}

gboolean
net_connection_flush_secret (NetConnection *connection, GError **error)
{
	gboolean ok = net_connection_flush (connection, error);

	explicit_bzero (connection->output, OUTPUT_SIZE);
	return ok;
}

gboolean
net_connection_write (NetConnection *connection, const void *data, gsize length, GError **error)
{
	if (length > OUTPUT_SIZE - connection->used) {
		gsize used = connection->used;
		connection->used = 0;
		connection->unflushed = connection->deflate != NULL;
		if (!pass_on (connection, connection->output, used, FALSE, error))
			return FALSE;
	}
	if (length > OUTPUT_SIZE)
		return pass_on (connection, data, length, FALSE, error);
	if (length > 0)
		memcpy (connection->output + connection->used, data, length);
	connection->used += length;
	return TRUE;
}

void
net_connection_start_compression (NetConnection *connection)
{
	gsize length = connection->end - connection->start;

	connection->deflate = net_deflate_new ();
	connection->packed_buffer = g_malloc (MAX (PACKED_SIZE, length));
	/* What came behind the server's agreement is compressed already. */
	if (length > 0)
		memcpy (connection->packed_buffer, connection->input + connection->start, length);
	connection->start = connection->end = 0;
	connection->packed = connection->packed_buffer;
	connection->packed_length = length;
}

gboolean
net_connection_is_compressed (const NetConnection *connection)
{
	return connection->deflate != NULL;
}

gboolean
net_connection_is_slower_than (const NetConnection *connection, guint64 bytes_per_second)
{
	gint64 elapsed_us = g_get_monotonic_time () - connection->held_up_since_us;

	if (connection->held_up_since_us == 0 || elapsed_us < SPEED_SAMPLE_US)
		return FALSE;
	return 2 * connection->held_up_us > elapsed_us &&
	       connection->sent_since * G_USEC_PER_SEC < bytes_per_second * (guint64) elapsed_us;
}

gboolean
net_connection_read_line (NetConnection *connection, gsize limit, const guint8 **line,
			  gsize *length, GError **error)
{
	gsize searched = 0;

	for (;;) {
		gsize available = connection->end - connection->start;
		const guint8 *begin = connection->input + connection->start;
		const guint8 *lf = available > searched
					   ? memchr (begin + searched, '\n', available - searched)
					   : NULL;
		gsize size = lf != NULL ? (gsize) (lf - begin) : available;

		if (size > limit)
			return fail_with (connection, RUN_ERROR_INPUT,
					  "the server sent a line beyond every measure", error);
		if (lf != NULL) {
			connection->start += size + 1;
			*line = begin;
			*length = size > 0 && begin[size - 1] == '\r' ? size - 1 : size;
			return TRUE;
		}
		searched = available;
		if (!receive_some (connection, error))
			return FALSE;
	}
}

/* What is far from all there goes past our own buffer, to where it is wanted. */
static gboolean
receive_into (NetConnection *connection, guint8 *room, gsize size, gsize *n, GError **error)
{
	return net_connection_flush (connection, error) &&
	       receive_bytes (connection, room, size, n, error) &&
	       (*n > 0 || wait_for (connection, G_IO_IN, error));
}

static gboolean
read_more (NetConnection *connection, goffset length, Spool *spool, GError **error)
{
	guint8 *room = length >= INPUT_CHUNK && connection->deflate == NULL
			       ? spool_get_room (spool, (gsize) length)
			       : NULL;
	gsize n = 0;

	if (room == NULL)
		return receive_some (connection, error);
	if (!receive_into (connection, room, (gsize) length, &n, error))
		return FALSE;
	spool_commit (spool, n);
	return TRUE;
}

gboolean
net_connection_read_spool (NetConnection *connection, goffset length, Spool *spool, GError **error)
{
	goffset end = spool_get_size (spool) + length;

	/* All of its memory at once, if it will lie there. */
	(void) spool_get_room (spool, (gsize) length);
	while (spool_get_size (spool) < end) {
		goffset left = end - spool_get_size (spool);
		gsize available = connection->end - connection->start;
		gsize n = (goffset) available < left ? available : (gsize) left;

		if (n == 0 && !read_more (connection, left, spool, error))
			return FALSE;
		if (!spool_write (spool, connection->input + connection->start, n, error))
			return FALSE;
		connection->start += n;
	}
	return TRUE;
}

gboolean
net_connection_has_line (NetConnection *connection)
{
	gboolean got = FALSE;

	if (connection->end - connection->start < INPUT_LIMIT)
		/* whoever reads next meets the same error */
		(void) receive (connection, &got, NULL);
	return connection->end > connection->start &&
	       memchr (connection->input + connection->start, '\n',
		       connection->end - connection->start) != NULL;
}

/* --- The whole -------------------------------------------------------------------------------- */

gboolean
net_connection_is_encrypted (const NetConnection *connection)
{
	return connection->tls != NULL;
}

char *
net_connection_get_binding (NetConnection *connection, gboolean *is_exporter)
{
	return connection->tls != NULL ? net_tls_get_binding (connection->tls, is_exporter) : NULL;
}

gboolean
net_connection_is_loopback (const NetConnection *connection)
{
	if (connection->tunnel != NULL)
		return TRUE;
	g_autoptr (GSocketAddress) address = g_socket_get_remote_address (connection->socket, NULL);

	return G_IS_INET_SOCKET_ADDRESS (address) &&
	       g_inet_address_get_is_loopback (
		       g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
}

const char *
net_connection_get_peer (const NetConnection *connection)
{
	return connection->peer;
}

static gboolean
dial (NetConnection *connection, GError **error)
{
	g_autoptr (GError) cause = NULL;
	g_autoptr (GSocketClient) client = g_socket_client_new ();

	g_socket_client_set_enable_proxy (client, FALSE);
	g_socket_client_set_timeout (client, CONNECT_SECONDS);
	GCancellable *cancellable = net_options_get_cancellable (connection->options);
	g_autoptr (GSocketConnection) tcp = g_socket_client_connect (client, connection->identity,
								     cancellable, &cause);
	if (tcp == NULL)
		return fail (connection, g_steal_pointer (&cause), error);
	connection->socket = g_socket_connection_get_socket (tcp);
	connection->in_fd = connection->out_fd = g_socket_get_fd (connection->socket);
	/* Both only make things faster or tidier: without them it works too. */
	(void) g_socket_set_option (connection->socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
	g_socket_set_keepalive (connection->socket, TRUE);
	connection->base = G_IO_STREAM (g_steal_pointer (&tcp));
	return TRUE;
}

static gboolean
dig (NetConnection *connection, GError **error)
{
	connection->tunnel = net_tunnel_new (connection->options->tunnel, error);
	if (connection->tunnel == NULL)
		return FALSE;
	connection->base = net_tunnel_get_stream (connection->tunnel, &connection->in_fd,
						  &connection->out_fd);
	return TRUE;
}

NetConnection *
net_connection_new (const NetUrl *url, const NetOptions *options, GError **error)
{
	g_autoptr (NetConnection) connection = g_new0 (NetConnection, 1);

	connection->peer = net_url_get_peer (url);
	connection->identity = g_network_address_new (url->host, url->port);
	connection->options = options;
	if (!(options->tunnel != NULL ? dig (connection, error) : dial (connection, error)))
		return NULL;
	use_stream (connection, connection->base);
	if (url->security == NET_SECURITY_TLS && !encrypt (connection, error))
		return NULL;
	/* From here on all waiting is done by poll, with a deadline of its own. */
	set_timeout (connection, 0);
	return g_steal_pointer (&connection);
}

void
net_connection_free (NetConnection *connection)
{
	if (connection == NULL)
		return;
	/* Closing the socket is enough: a TLS farewell could wait for a server that is gone. */
	if (connection->socket != NULL)
		(void) g_socket_close (connection->socket, NULL);
	g_clear_object (&connection->tls);
	g_clear_object (&connection->base);
	g_clear_pointer (&connection->tunnel, net_tunnel_free);
	g_clear_object (&connection->identity);
	net_deflate_free (connection->deflate);
	g_free (connection->packed_buffer);
	g_free (connection->input);
	g_free (connection->peer);
	g_free (connection);
}
