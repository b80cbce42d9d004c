/* fault-proxy.c - a relay on loopback that makes a link long, narrow, or break at a chosen byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It delays bytes, not round trips: whatever is read waits in a queue until its time, while more is
 * read behind it, so commands that were sent together arrive together. The handshake takes its time,
 * too: the server sees a connection three one-way delays after the client made it, as if SYN,
 * SYN-ACK and ACK had travelled. Not modelled: loss, slow start.
 *
 * A cut is exact. Cut on the way up, the server has received the first N bytes and then the end, the
 * client is reset. Cut on the way down, the client has received the first N bytes and then the end,
 * and the server everything that the client had sent.
 *
 * Events go to standard output, a line each, as they happen:
 *	connection I
 *	cut up|down I N
 *	closed I UP DOWN	bytes that were passed on
 */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes under way in one direction; more are left in the socket, as a full TCP window would. */
#define WINDOW (16u << 20)
#define CHUNK (64u << 10)

typedef enum { UP, DOWN } Direction;

typedef struct {
	gint64 due;
	gsize length;
	gsize done;
	guint8 bytes[];
} Chunk;

/* One direction of a link. */
typedef struct {
	GQueue chunks;
	gsize queued;
	gint64 line_free; /* when a narrow line has taken all that was read */
	guint64 passed;
	gboolean ended;	   /* nothing more comes from the sender */
	gboolean end_told; /* and the receiver knows */
	gboolean deaf;	   /* the receiver is gone or cut off: what still comes is thrown away */
} Lane;

typedef struct {
	guint number;
	int client;
	int server; /* -1 until connected */
	gint64 born;
	Lane lane[2];
	gboolean held; /* nothing passes any more, and nobody is told */
	gboolean gone;
} Link;

typedef struct {
	char *port_file;
	int to;
	double delay_ms;
	gint64 rate;
	gint64 cut_at[2]; /* -1: never */
	gboolean every;
	gboolean hold;

	int listener;
	gint64 delay_us;
	guint64 passed[2];
	GPtrArray *links;
	guint count;
} Proxy;

static void
lane_drop (Lane *lane)
{
	g_queue_clear_full (&lane->chunks, g_free);
	lane->queued = 0;
}

static void
link_free (gpointer data)
{
	Link *link = data;

	g_print ("closed %u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT "\n", link->number,
		 link->lane[UP].passed, link->lane[DOWN].passed);
	if (link->client >= 0)
		close (link->client);
	if (link->server >= 0)
		close (link->server);
	lane_drop (&link->lane[UP]);
	lane_drop (&link->lane[DOWN]);
	g_free (link);
}

static int
link_sender (const Link *link, Direction way)
{
	return way == UP ? link->client : link->server;
}

static int
link_receiver (const Link *link, Direction way)
{
	return way == UP ? link->server : link->client;
}

/* Nagle's wait for an acknowledgement and the peer's wait to send one must not add up to 40 ms. */
static void
set_prompt (int fd, int option)
{
	int on = 1;

	(void) setsockopt (fd, IPPROTO_TCP, option, &on, sizeof on);
}

static struct sockaddr_in
loopback (int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons ((guint16) port) };

	address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
	return address;
}

/* --- Reading and passing on ------------------------------------------------------------------ */

/* When bytes that are read now come out at the other end. */
static gint64
due_time (const Proxy *proxy, const Link *link, Direction way, gsize length)
{
	Lane *lane = (Lane *) &link->lane[way];
	gint64 start = g_get_monotonic_time ();

	/* A real client could not have sent before the SYN-ACK. */
	if (way == UP)
		start = MAX (start, link->born + 2 * proxy->delay_us);
	start = MAX (start, lane->line_free);
	if (proxy->rate > 0)
		start += (gint64) length * G_USEC_PER_SEC / proxy->rate;
	lane->line_free = start;
	return start + proxy->delay_us;
}

/* Returns whether there was something to read. */
static gboolean
link_read (Proxy *proxy, Link *link, Direction way)
{
	Lane *lane = &link->lane[way];
	int fd = link_sender (link, way);
	g_autofree Chunk *chunk = g_malloc (sizeof (Chunk) + CHUNK);
	gssize got = read (fd, chunk->bytes, CHUNK);

	set_prompt (fd, TCP_QUICKACK);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return FALSE;
	if (got <= 0) {
		lane->ended = TRUE;
		return FALSE;
	}
	if (lane->deaf)
		return TRUE;

	chunk->length = (gsize) got;
	chunk->done = 0;
	chunk->due = due_time (proxy, link, way, chunk->length);
	lane->queued += chunk->length;
	g_queue_push_tail (&lane->chunks, g_realloc (chunk, sizeof (Chunk) + chunk->length));
	chunk = NULL;
	return TRUE;
}

/* How many of these bytes may still pass. */
static gsize
allowed (const Proxy *proxy, const Link *link, Direction way, gsize length)
{
	guint64 passed = proxy->every ? link->lane[way].passed : proxy->passed[way];

	if (proxy->cut_at[way] < 0)
		return length;
	if (passed >= (guint64) proxy->cut_at[way])
		return 0;
	return MIN (length, (guint64) proxy->cut_at[way] - passed);
}

/* Pass on what is due, or all of it if that is wanted. Returns FALSE when the cut is reached. */
static gboolean
link_write (Proxy *proxy, Link *link, Direction way, gboolean all)
{
	Lane *lane = &link->lane[way];
	gint64 now = g_get_monotonic_time ();
	Chunk *chunk;

	while ((chunk = g_queue_peek_head (&lane->chunks)) != NULL && (all || chunk->due <= now)) {
		gsize wanted = chunk->length - chunk->done;
		gsize size = all ? wanted : allowed (proxy, link, way, wanted);
		gssize put = 0;

		if (size > 0) {
			put = send (link_receiver (link, way), chunk->bytes + chunk->done, size,
				    MSG_NOSIGNAL);
		}
		if (put < 0 && (errno == EAGAIN || errno == EINTR || errno == ENOTCONN))
			return TRUE;
		if (put < 0) {
			lane_drop (lane);
			lane->deaf = TRUE;
			chunk = NULL;
			break;
		}
		chunk->done += (gsize) put;
		lane->queued -= (gsize) put;
		lane->passed += (guint64) put;
		proxy->passed[way] += (guint64) put;
		if (!all && proxy->cut_at[way] >= 0 && allowed (proxy, link, way, 1) == 0)
			return FALSE;
		if (chunk->done == chunk->length)
			g_free (g_queue_pop_head (&lane->chunks));
	}
	if (lane->ended && chunk == NULL && !lane->end_told) {
		(void) shutdown (link_receiver (link, way), SHUT_WR);
		lane->end_told = TRUE;
	}
	return TRUE;
}

/* --- The cut --------------------------------------------------------------------------------- */

/* Closed like this, the peer gets a reset instead of an end. */
static void
reset (int *fd)
{
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	(void) setsockopt (*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	close (*fd);
	*fd = -1;
}

/* The receiver keeps what it was sent, because its socket is read until it hangs up: closing a
 * socket with unread bytes makes the kernel reset the connection, and discard what is not yet read. */
static void
link_cut (Proxy *proxy, Link *link, Direction way)
{
	if (way == DOWN) {
		while (link_read (proxy, link, UP))
			continue;
		(void) link_write (proxy, link, UP, TRUE);
	}
	g_print ("cut %s %u %" G_GINT64_FORMAT "\n", way == UP ? "up" : "down", link->number,
		 proxy->cut_at[way]);
	if (!proxy->every)
		proxy->cut_at[way] = -1;
	link->held = proxy->hold;
	for (Direction lane = UP; lane <= DOWN; lane++) {
		lane_drop (&link->lane[lane]);
		link->lane[lane].deaf = TRUE;
		link->lane[lane].end_told = TRUE;
	}
	if (link->held)
		return;
	(void) shutdown (link->server, SHUT_WR);
	if (way == DOWN) {
		(void) shutdown (link->client, SHUT_WR);
	} else {
		reset (&link->client);
		link->lane[UP].ended = TRUE;
	}
}

/* --- Links ----------------------------------------------------------------------------------- */

static void
proxy_accept (Proxy *proxy)
{
	int fd = accept4 (proxy->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	Link *link;

	if (fd < 0)
		return;
	set_prompt (fd, TCP_NODELAY);
	link = g_new0 (Link, 1);
	link->number = ++proxy->count;
	link->client = fd;
	link->server = -1;
	link->born = g_get_monotonic_time ();
	g_ptr_array_add (proxy->links, link);
	g_print ("connection %u\n", link->number);
}

static gint64
connect_time (const Proxy *proxy, const Link *link)
{
	return link->born + 3 * proxy->delay_us;
}

/* Once the handshake would be over. Whoever listens on loopback is there at once or not at all. */
static void
link_connect (Proxy *proxy, Link *link)
{
	struct sockaddr_in to = loopback (proxy->to);

	link->server = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (link->server < 0 || connect (link->server, (struct sockaddr *) &to, sizeof to) < 0) {
		reset (&link->client);
		link->gone = TRUE;
		return;
	}
	set_prompt (link->server, TCP_NODELAY);
	(void) fcntl (link->server, F_SETFL, O_NONBLOCK);
}

static void
link_serve (Proxy *proxy, Link *link)
{
	if (link->gone || link->held)
		return;
	if (link->server < 0) {
		if (g_get_monotonic_time () >= connect_time (proxy, link))
			link_connect (proxy, link);
		return;
	}
	for (Direction way = UP; way <= DOWN; way++) {
		if (!link_write (proxy, link, way, FALSE))
			link_cut (proxy, link, way);
	}
	/* After a cut, too, each side ends when it hangs up, in its own time. */
	link->gone = link->lane[UP].ended && link->lane[UP].end_told && link->lane[DOWN].ended &&
		     link->lane[DOWN].end_told;
}

/* What to wait for on the socket that sends in this direction; it receives in the other. */
static short
link_events (const Link *link, Direction way, gint64 now)
{
	const Lane *in = &link->lane[way];
	const Lane *out = &link->lane[way == UP ? DOWN : UP];
	const Chunk *next = g_queue_peek_head ((GQueue *) &out->chunks);
	short events = 0;

	if (link->held)
		return POLLRDHUP;
	if (!in->ended && in->queued < WINDOW)
		events |= POLLIN;
	if (next != NULL && next->due <= now)
		events |= POLLOUT;
	return events;
}

/* When something is to be done for this link without any socket saying so. */
static gint64
link_wake (const Proxy *proxy, const Link *link, gint64 now)
{
	gint64 wake = G_MAXINT64;

	if (link->server < 0 && !link->held)
		return connect_time (proxy, link);
	for (Direction way = UP; way <= DOWN; way++) {
		const Chunk *next = g_queue_peek_head ((GQueue *) &link->lane[way].chunks);

		if (next != NULL && next->due > now)
			wake = MIN (wake, next->due);
	}
	return wake;
}

/* --- The loop -------------------------------------------------------------------------------- */

static void
link_heard (Proxy *proxy, Link *link, Direction way, short events)
{
	if (events == 0)
		return;
	if (link->held) {
		link->gone = TRUE;
	} else if (!link->lane[way].ended) {
		(void) link_read (proxy, link, way);
	}
}

static void
proxy_wait (Proxy *proxy)
{
	guint links = proxy->links->len;
	gint64 now = g_get_monotonic_time ();
	gint64 wake = G_MAXINT64;
	struct timespec rest = { 0, 0 };
	g_autofree struct pollfd *fds = g_new0 (struct pollfd, 1 + 2 * links);

	fds[0] = (struct pollfd){ proxy->listener, POLLIN, 0 };
	for (guint i = 0; i < links; i++) {
		const Link *link = proxy->links->pdata[i];

		for (Direction way = UP; way <= DOWN; way++) {
			short events = link_events (link, way, now);

			/* Without a wish it is left out: a hang-up would be reported for ever. */
			fds[1 + 2 * i + way].fd = events != 0 ? link_sender (link, way) : -1;
			fds[1 + 2 * i + way].events = events;
		}
		wake = MIN (wake, link_wake (proxy, link, now));
	}
	if (wake != G_MAXINT64) {
		gint64 rest_us = MAX (wake - now, 0);

		rest.tv_sec = rest_us / G_USEC_PER_SEC;
		rest.tv_nsec = rest_us % G_USEC_PER_SEC * 1000;
	}
	if (ppoll (fds, 1 + 2 * links, wake == G_MAXINT64 ? NULL : &rest, NULL) < 0)
		return;

	for (guint i = 0; i < links; i++) {
		for (Direction way = UP; way <= DOWN; way++) {
			link_heard (proxy, proxy->links->pdata[i], way,
				    fds[1 + 2 * i + way].revents &
					    (POLLIN | POLLHUP | POLLERR | POLLRDHUP));
		}
	}
	if (fds[0].revents != 0)
		proxy_accept (proxy);
}

static void
proxy_run (Proxy *proxy)
{
	for (;;) {
		for (guint i = proxy->links->len; i-- > 0;) {
			Link *link = proxy->links->pdata[i];

			link_serve (proxy, link);
			if (link->gone)
				g_ptr_array_remove_index_fast (proxy->links, i);
		}
		proxy_wait (proxy);
	}
}

/* --- Start ----------------------------------------------------------------------------------- */

static gboolean
proxy_listen (Proxy *proxy, GError **error)
{
	struct sockaddr_in address = loopback (0);
	socklen_t size = sizeof address;
	g_autofree char *port = NULL;

	proxy->listener = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (proxy->listener < 0 || bind (proxy->listener, (struct sockaddr *) &address, size) < 0 ||
	    listen (proxy->listener, 128) < 0 ||
	    getsockname (proxy->listener, (struct sockaddr *) &address, &size) < 0) {
		g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "cannot listen: %s",
			     g_strerror (errno));
		return FALSE;
	}
	/* Written beside and renamed: who waits for the file finds a whole number in it. */
	port = g_strdup_printf ("%d\n", ntohs (address.sin_port));
	return g_file_set_contents (proxy->port_file, port, -1, error);
}

static gboolean
proxy_options (Proxy *proxy, int *argc, char ***argv, GError **error)
{
	const GOptionEntry entries[] = {
		{ "to", 't', 0, G_OPTION_ARG_INT, &proxy->to, "Forward to this loopback port",
		  "PORT" },
		{ "port-file", 'p', 0, G_OPTION_ARG_FILENAME, &proxy->port_file,
		  "Write the port listened on to FILE", "FILE" },
		{ "delay", 'd', 0, G_OPTION_ARG_DOUBLE, &proxy->delay_ms,
		  "Delay each direction by MS (a round trip is twice that)", "MS" },
		{ "rate", 'r', 0, G_OPTION_ARG_INT64, &proxy->rate,
		  "Pass BYTES a second in each direction and connection", "BYTES" },
		{ "cut-up", 'u', 0, G_OPTION_ARG_INT64, &proxy->cut_at[UP],
		  "Cut after N bytes from client to server", "N" },
		{ "cut-down", 'D', 0, G_OPTION_ARG_INT64, &proxy->cut_at[DOWN],
		  "Cut after N bytes from server to client", "N" },
		{ "every", 'e', 0, G_OPTION_ARG_NONE, &proxy->every,
		  "Count and cut in each connection, not once over all", NULL },
		{ "hold", 'H', 0, G_OPTION_ARG_NONE, &proxy->hold,
		  "After a cut fall silent instead of closing", NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	g_autoptr (GOptionContext) context = g_option_context_new ("- a link with faults");

	g_option_context_add_main_entries (context, entries, NULL);
	if (!g_option_context_parse (context, argc, argv, error))
		return FALSE;
	if (*argc > 1 || proxy->port_file == NULL || proxy->to <= 0 || proxy->to > 65535 ||
	    proxy->delay_ms < 0 || proxy->rate < 0) {
		g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			     "needs --to=PORT and --port-file=FILE; see --help");
		return FALSE;
	}
	proxy->delay_us = (gint64) (proxy->delay_ms * 1000);
	return TRUE;
}

int
main (int argc, char **argv)
{
	Proxy proxy = { .cut_at = { -1, -1 }, .listener = -1 };
	g_autoptr (GError) error = NULL;

	if (!proxy_options (&proxy, &argc, &argv, &error) || !proxy_listen (&proxy, &error)) {
		g_printerr ("fault-proxy: %s\n", error->message);
		return 2;
	}
	proxy.links = g_ptr_array_new_with_free_func (link_free);
	proxy_run (&proxy);
	return 0;
}
