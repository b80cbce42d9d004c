/* test-fault-proxy.c - the link that other tests break: cut at the byte, late but not serial
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_S 60

typedef struct {
	GSocketListener *listener;
	guint16 port;
	GPid proxy;
	guint16 proxy_port;
	char *directory;
	GSocketConnection *client;
	GSocketConnection *server;
} Fixture;

static char *
events_name (const Fixture *fixture)
{
	return g_build_filename (fixture->directory, "events", NULL);
}

static void
start_proxy (Fixture *fixture, const char *const *options)
{
	g_autofree char *program =
		g_build_filename (g_getenv ("top_builddir") ? g_getenv ("top_builddir") : ".",
				  "tests", "support", "fault-proxy", NULL);
	g_autofree char *port_file = g_build_filename (fixture->directory, "port", NULL);
	g_autofree char *events = events_name (fixture);
	g_autofree char *script = g_strdup_printf ("exec \"$0\" --to=%u --port-file='%s' \"$@\" "
						   "> '%s'",
						   fixture->port, port_file, events);
	g_autoptr (GPtrArray) argv = g_ptr_array_new ();
	g_autoptr (GError) error = NULL;
	g_autofree char *port = NULL;

	g_ptr_array_add (argv, (gpointer) "/bin/sh");
	g_ptr_array_add (argv, (gpointer) "-c");
	g_ptr_array_add (argv, script);
	g_ptr_array_add (argv, program);
	for (; *options != NULL; options++)
		g_ptr_array_add (argv, (gpointer) *options);
	g_ptr_array_add (argv, NULL);
	(void) g_spawn_async (NULL, (char **) argv->pdata, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL,
			      NULL, &fixture->proxy, &error);
	g_assert_no_error (error);
	while (!g_file_get_contents (port_file, &port, NULL, NULL))
		g_usleep (5000);
	fixture->proxy_port = (guint16) g_ascii_strtoull (port, NULL, 10);
}

/* A client and a server, and the proxy with these options between them. */
static void
set_up (Fixture *fixture, const char *const *options)
{
	g_autoptr (GSocketClient) client = g_socket_client_new ();
	g_autoptr (GError) error = NULL;

	fixture->directory = g_dir_make_tmp ("fault-proxy.XXXXXX", &error);
	g_assert_no_error (error);
	fixture->listener = g_socket_listener_new ();
	fixture->port = g_socket_listener_add_any_inet_port (fixture->listener, NULL, &error);
	g_assert_no_error (error);
	start_proxy (fixture, options);

	g_socket_client_set_timeout (client, PATIENCE_S);
	fixture->client = g_socket_client_connect_to_host (client, "127.0.0.1",
							   fixture->proxy_port, NULL, &error);
	g_assert_no_error (error);
	fixture->server = g_socket_listener_accept (fixture->listener, NULL, NULL, &error);
	g_assert_no_error (error);
	g_socket_set_timeout (g_socket_connection_get_socket (fixture->server), PATIENCE_S);
}

static void
tear_down (Fixture *fixture)
{
	g_autoptr (GDir) dir = g_dir_open (fixture->directory, 0, NULL);
	const char *name;

	g_clear_object (&fixture->client);
	g_clear_object (&fixture->server);
	g_clear_object (&fixture->listener);
	(void) kill (fixture->proxy, SIGTERM);
	(void) waitpid (fixture->proxy, NULL, 0);
	while ((name = g_dir_read_name (dir)) != NULL) {
		g_autofree char *path = g_build_filename (fixture->directory, name, NULL);
		(void) unlink (path);
	}
	(void) rmdir (fixture->directory);
	g_free (fixture->directory);
}

static gboolean
send_text (GSocketConnection *connection, const char *text, gsize length)
{
	GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (connection));

	return g_output_stream_write_all (stream, text, length, NULL, NULL, NULL);
}

/* Read until the end, a reset, or length bytes; returns what came. */
static char *
receive (GSocketConnection *connection, gsize length, GError **error)
{
	GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (connection));
	char *text = g_malloc0 (length + 1);
	gsize got = 0;

	(void) g_input_stream_read_all (stream, text, length, &got, NULL, error);
	text[got] = '\0';
	return text;
}

static void
wait_for_event (const Fixture *fixture, const char *line)
{
	g_autofree char *events = events_name (fixture);
	gint64 deadline = g_get_monotonic_time () + PATIENCE_S * G_USEC_PER_SEC;
	g_autofree char *text = NULL;

	do {
		g_assert_cmpint (g_get_monotonic_time (), <, deadline);
		g_usleep (5000);
		g_clear_pointer (&text, g_free);
		(void) g_file_get_contents (events, &text, NULL, NULL);
	} while (text == NULL || strstr (text, line) == NULL);
}

static void
test_passes (void)
{
	Fixture fixture = { 0 };
	g_autofree char *sent = g_strnfill (100000, 'x');

	set_up (&fixture, (const char *[]){ NULL });
	g_assert_true (send_text (fixture.client, sent, 100000));
	(void) g_socket_shutdown (g_socket_connection_get_socket (fixture.client), FALSE, TRUE,
				  NULL);
	g_autofree char *got = receive (fixture.server, 100001, NULL);
	g_assert_cmpuint (strlen (got), ==, 100000);
	/* The end of one direction leaves the other open. */
	g_assert_true (send_text (fixture.server, "answer", 6));
	g_clear_object (&fixture.server);
	g_autofree char *answer = receive (fixture.client, 7, NULL);
	g_assert_cmpstr (answer, ==, "answer");
	wait_for_event (&fixture, "closed 1 100000 6\n");
	tear_down (&fixture);
}

static void
test_cut_up (void)
{
	Fixture fixture = { 0 };
	g_autoptr (GError) error = NULL;

	set_up (&fixture, (const char *[]){ "--cut-up=7", NULL });
	g_assert_true (send_text (fixture.client, "0123456789", 10));
	g_autofree char *got = receive (fixture.server, 20, NULL);
	g_assert_cmpstr (got, ==, "0123456");
	g_autofree char *nothing = receive (fixture.client, 20, &error);
	g_assert_cmpstr (nothing, ==, "");
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED);
	wait_for_event (&fixture, "cut up 1 7\n");
	tear_down (&fixture);
}

static void
test_cut_down (void)
{
	Fixture fixture = { 0 };

	set_up (&fixture, (const char *[]){ "--cut-down=7", NULL });
	g_assert_true (send_text (fixture.client, "all of this", 11));
	g_autofree char *first = receive (fixture.server, 11, NULL);
	g_assert_cmpstr (first, ==, "all of this");
	g_assert_true (send_text (fixture.client, " and this", 9));
	g_assert_true (send_text (fixture.server, "0123456789", 10));
	g_autofree char *got = receive (fixture.client, 20, NULL);
	g_assert_cmpstr (got, ==, "0123456");
	g_autofree char *rest = receive (fixture.server, 20, NULL);
	g_assert_cmpstr (rest, ==, " and this");
	tear_down (&fixture);
}

/* Connect once more and see how many of ten bytes come through. */
static gsize
second_connection (Fixture *fixture)
{
	g_autoptr (GSocketClient) client = g_socket_client_new ();

	g_clear_object (&fixture->client);
	g_clear_object (&fixture->server);
	fixture->client = g_socket_client_connect_to_host (client, "127.0.0.1",
							   fixture->proxy_port, NULL, NULL);
	fixture->server = g_socket_listener_accept (fixture->listener, NULL, NULL, NULL);
	g_assert_true (send_text (fixture->client, "0123456789", 10));
	(void) g_socket_shutdown (g_socket_connection_get_socket (fixture->client), FALSE, TRUE,
				  NULL);
	g_autofree char *got = receive (fixture->server, 20, NULL);
	return strlen (got);
}

static void
test_cut_once (void)
{
	Fixture fixture = { 0 };

	set_up (&fixture, (const char *[]){ "--cut-up=7", NULL });
	g_assert_true (send_text (fixture.client, "0123456789", 10));
	g_autofree char *got = receive (fixture.server, 20, NULL);
	g_assert_cmpstr (got, ==, "0123456");
	g_assert_cmpuint (second_connection (&fixture), ==, 10);
	tear_down (&fixture);
}

static void
test_cut_every (void)
{
	Fixture fixture = { 0 };

	set_up (&fixture, (const char *[]){ "--cut-up=7", "--every", NULL });
	g_assert_true (send_text (fixture.client, "0123456789", 10));
	g_autofree char *got = receive (fixture.server, 20, NULL);
	g_assert_cmpstr (got, ==, "0123456");
	g_assert_cmpuint (second_connection (&fixture), ==, 7);
	tear_down (&fixture);
}

static void
test_hold (void)
{
	Fixture fixture = { 0 };
	g_autoptr (GError) error = NULL;

	set_up (&fixture, (const char *[]){ "--cut-down=7", "--hold", NULL });
	g_assert_true (send_text (fixture.server, "0123456789", 10));
	g_autofree char *got = receive (fixture.client, 7, NULL);
	g_assert_cmpstr (got, ==, "0123456");
	wait_for_event (&fixture, "cut down 1 7\n");
	/* Both ends find the connection open, and silent. */
	g_socket_set_timeout (g_socket_connection_get_socket (fixture.client), 1);
	g_autofree char *silence = receive (fixture.client, 1, &error);
	g_assert_cmpstr (silence, ==, "");
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
	/* Until one of them hangs up. */
	g_clear_object (&fixture.client);
	wait_for_event (&fixture, "closed 1 0 7\n");
	tear_down (&fixture);
}

/* What was on its way when the client vanished still arrives. */
static void
test_vanished (void)
{
	Fixture fixture = { 0 };

	set_up (&fixture, (const char *[]){ "--delay=100", NULL });
	g_assert_true (send_text (fixture.server, "unread", 6));
	g_assert_true (send_text (fixture.client, "last words", 10));
	g_clear_object (&fixture.client);
	g_autofree char *got = receive (fixture.server, 20, NULL);
	g_assert_cmpstr (got, ==, "last words");
	tear_down (&fixture);
}

static gint64
echo_s (Fixture *fixture, guint count)
{
	gint64 start = g_get_monotonic_time ();

	for (guint i = 0; i < count; i++)
		g_assert_true (send_text (fixture->client, "0123456789", 10));
	g_autofree char *question = receive (fixture->server, 10 * count, NULL);
	g_assert_true (send_text (fixture->server, question, 10 * count));
	g_autofree char *answer = receive (fixture->client, 10 * count, NULL);
	g_assert_cmpstr (answer, ==, question);
	return g_get_monotonic_time () - start;
}

/* Never too early is exact; not one after the other leaves a busy machine a factor of 20. */
static void
test_delay (void)
{
	Fixture fixture = { 0 };
	gint64 born = g_get_monotonic_time ();

	set_up (&fixture, (const char *[]){ "--delay=100", NULL });
	g_assert_cmpint (g_get_monotonic_time () - born, >=, 300000);
	g_assert_cmpint (echo_s (&fixture, 1), >=, 200000);
	gint64 many = echo_s (&fixture, 200);
	g_assert_cmpint (many, >=, 200000);
	g_assert_cmpint (many, <, 200 * 100000);
	tear_down (&fixture);
}

static void
test_rate (void)
{
	Fixture fixture = { 0 };

	set_up (&fixture, (const char *[]){ "--rate=10000", NULL });
	/* 3000 bytes in each direction, one direction after the other */
	g_assert_cmpint (echo_s (&fixture, 300), >=, 600000);
	tear_down (&fixture);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/fault-proxy/passes-bytes-and-ends", test_passes);
	g_test_add_func ("/fault-proxy/cuts-up-at-the-byte-and-resets-the-client", test_cut_up);
	g_test_add_func ("/fault-proxy/cuts-down-at-the-byte-and-delivers-what-was-sent",
			 test_cut_down);
	g_test_add_func ("/fault-proxy/cuts-once", test_cut_once);
	g_test_add_func ("/fault-proxy/cuts-every-connection", test_cut_every);
	g_test_add_func ("/fault-proxy/falls-silent-after-a-cut", test_hold);
	g_test_add_func ("/fault-proxy/delivers-what-a-vanished-client-had-sent", test_vanished);
	g_test_add_func ("/fault-proxy/delays-without-serialising", test_delay);
	g_test_add_func ("/fault-proxy/is-no-faster-than-its-rate", test_rate);
	return g_test_run ();
}
