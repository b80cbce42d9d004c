/* test-net-sasl.c - logins: which mechanism, which bytes, and which servers are not believed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-sasl.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <gsasl.h>
#include <string.h>

#include "base/error.h"

/* --- A server that only listens, or speaks TLS too -------------------------------------------- */

typedef struct {
	GSocketListener *listener;
	GTlsCertificate *certificate; /* NULL: accept, and say nothing */
	char *directory;
	char *ca_file;
	NetUrl *url;
	GThread *thread;
	GMutex lock;
	GCond changed;
	GIOStream *stream; /* the server's end, once its handshake is done */
	gboolean ready;
} Listener;

static gpointer
serve (gpointer user_data)
{
	Listener *listener = user_data;
	g_autoptr (GSocketConnection) tcp = g_socket_listener_accept (listener->listener, NULL,
								      NULL, NULL);
	g_autoptr (GIOStream) stream = NULL;

	g_assert_nonnull (tcp);
	if (listener->certificate != NULL) {
		stream = g_tls_server_connection_new (G_IO_STREAM (tcp), listener->certificate,
						      NULL);
		g_assert_true (g_tls_connection_handshake (G_TLS_CONNECTION (stream), NULL, NULL));
	} else {
		stream = g_object_ref (G_IO_STREAM (tcp));
	}
	g_mutex_lock (&listener->lock);
	listener->stream = g_steal_pointer (&stream);
	listener->ready = TRUE;
	g_cond_signal (&listener->changed);
	g_mutex_unlock (&listener->lock);
	return NULL;
}

static void
make_certificate (Listener *listener)
{
	g_autoptr (GError) error = NULL;
	const char *const argv[] = { "openssl",
				     "req",
				     "-x509",
				     "-newkey",
				     "ec",
				     "-pkeyopt",
				     "ec_paramgen_curve:P-256",
				     "-nodes",
				     "-days",
				     "1",
				     "-subj",
				     "/CN=localhost",
				     "-addext",
				     "subjectAltName=DNS:localhost,IP:127.0.0.1",
				     "-keyout",
				     "server.pem",
				     "-out",
				     "ca.pem",
				     NULL };
	g_autofree char *key = g_build_filename (listener->directory, "server.pem", NULL);
	int status = 0;

	g_spawn_sync (listener->directory, (char **) argv, NULL,
		      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
		      &status, &error);
	g_assert_no_error (error);
	g_assert_cmpint (status, ==, 0);
	listener->ca_file = g_build_filename (listener->directory, "ca.pem", NULL);
	listener->certificate = g_tls_certificate_new_from_files (listener->ca_file, key, &error);
	g_assert_no_error (error);
}

static void
listener_start (Listener *listener, gboolean encrypted)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
	g_autoptr (GSocketAddress) any = g_inet_socket_address_new (loopback, 0);
	g_autoptr (GSocketAddress) bound = NULL;

	*listener = (Listener){ .directory = g_dir_make_tmp (NULL, &error) };
	g_assert_no_error (error);
	if (encrypted)
		make_certificate (listener);
	listener->listener = g_socket_listener_new ();
	g_assert_true (g_socket_listener_add_address (listener->listener, any, G_SOCKET_TYPE_STREAM,
						      G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error));
	g_autofree char *text =
		g_strdup_printf ("%s://ann@127.0.0.1:%u", encrypted ? "imaps" : "imap",
				 g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
	listener->url = net_url_new (text, &error);
	g_assert_no_error (error);
	g_mutex_init (&listener->lock);
	g_cond_init (&listener->changed);
	listener->thread = g_thread_new ("server", serve, listener);
}

static GIOStream *
listener_wait (Listener *listener)
{
	g_mutex_lock (&listener->lock);
	while (!listener->ready)
		g_cond_wait (&listener->changed, &listener->lock);
	g_mutex_unlock (&listener->lock);
	return listener->stream;
}

static void
listener_stop (Listener *listener)
{
	g_thread_join (listener->thread);
	g_clear_object (&listener->stream);
	g_clear_object (&listener->certificate);
	g_clear_object (&listener->listener);
	net_url_free (listener->url);
	for (const char *const *name = (const char *const[]){ "ca.pem", "server.pem", NULL };
	     *name != NULL; name++) {
		g_autofree char *path = g_build_filename (listener->directory, *name, NULL);
		g_unlink (path);
	}
	g_rmdir (listener->directory);
	g_free (listener->directory);
	g_free (listener->ca_file);
	g_mutex_clear (&listener->lock);
	g_cond_clear (&listener->changed);
}

static NetConnection *
connect_to (Listener *listener, NetOptions *options)
{
	g_autoptr (GError) error = NULL;

	options->ca_file = listener->ca_file;
	NetConnection *connection = net_connection_new (listener->url, options, &error);
	g_assert_no_error (error);
	listener_wait (listener);
	return connection;
}

/* --- Which mechanism -------------------------------------------------------------------------- */

static gboolean
is_offered (const char *mechanism, gpointer user_data)
{
	g_auto (GStrv) words = g_strsplit (user_data, " ", -1);

	return g_strv_contains ((const char *const *) words, mechanism);
}

#define EVERYTHING                                                                                 \
	"CRAM-MD5 DIGEST-MD5 NTLM LOGIN PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 "         \
	"SCRAM-SHA-256-PLUS XOAUTH2 OAUTHBEARER EXTERNAL ANONYMOUS"

static void
chooses_the_best (gconstpointer data)
{
	gboolean encrypted = GPOINTER_TO_INT (data);
	static const struct {
		const char *offered;
		NetOptions options;
		const char *plain;     /* what is chosen without encryption */
		const char *encrypted; /* and with it */
	} cases[] = {
		{ EVERYTHING, { 0 }, "SCRAM-SHA-256", "SCRAM-SHA-256-PLUS" },
		{ "PLAIN SCRAM-SHA-1-PLUS SCRAM-SHA-1", { 0 }, "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS" },
		{ "PLAIN SCRAM-SHA-1", { 0 }, "SCRAM-SHA-1", "SCRAM-SHA-1" },
		{ "LOGIN PLAIN CRAM-MD5", { 0 }, "PLAIN", "PLAIN" },
		{ "LOGIN CRAM-MD5", { 0 }, "LOGIN", "LOGIN" },
		{ "CRAM-MD5 DIGEST-MD5 NTLM ANONYMOUS", { 0 }, NULL, NULL },
		{ "XOAUTH2 OAUTHBEARER", { 0 }, NULL, NULL },
		{ "LOGIN", { .authzid = "bob" }, NULL, NULL },
		{ "LOGIN PLAIN", { .authzid = "bob" }, "PLAIN", "PLAIN" },
		{ EVERYTHING, { .secret_is_token = TRUE }, "OAUTHBEARER", "OAUTHBEARER" },
		{ "PLAIN XOAUTH2", { .secret_is_token = TRUE }, "XOAUTH2", "XOAUTH2" },
		{ "PLAIN LOGIN", { .secret_is_token = TRUE }, NULL, NULL },
		{ "EXTERNAL PLAIN", { 0 }, "PLAIN", "PLAIN" },
	};
	Listener listener;
	NetOptions plain = { 0 };

	listener_start (&listener, encrypted);
	g_autoptr (NetConnection) connection = connect_to (&listener, &plain);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_test_message ("%s", cases[i].offered);
		g_assert_cmpstr (net_sasl_choose (connection, &cases[i].options, is_offered,
						  (gpointer) cases[i].offered),
				 ==, encrypted ? cases[i].encrypted : cases[i].plain);
	}
	NetOptions certified = { .client_certificate = "some.pem" };
	g_assert_cmpstr (net_sasl_choose (connection, &certified, is_offered,
					  (gpointer) "PLAIN EXTERNAL"),
			 ==, "EXTERNAL");
	g_assert_false (net_sasl_wants_secret ("EXTERNAL"));
	listener_stop (&listener);
}

/* --- Which bytes ------------------------------------------------------------------------------ */

static char *
respond (NetSasl *sasl, const char *challenge)
{
	g_autoptr (GError) error = NULL;
	char *response = net_sasl_respond (sasl, challenge, &error);

	g_assert_no_error (error);
	return response;
}

#define BYTES(text) text, sizeof text - 1

static void
says_what_the_standards_say (void)
{
	static const struct {
		const char *mechanism;
		NetOptions options;
		const char *bytes;
		gsize size;
	} cases[] = {
		{ "PLAIN", { 0 }, BYTES ("\0ann\0s=,3") },
		{ "PLAIN", { .authzid = "bob" }, BYTES ("bob\0ann\0s=,3") },
		{ "XOAUTH2",
		  { .secret_is_token = TRUE },
		  BYTES ("user=ann\001auth=Bearer s=,3\001\001") },
		{ "OAUTHBEARER",
		  { .secret_is_token = TRUE, .authzid = "a,b=c" },
		  BYTES ("n,a=a=2Cb=3Dc,\001host=127.0.0.1\001port=143\001auth=Bearer s=,3\001\001") },
		{ "EXTERNAL", { .client_certificate = "x", .authzid = "bob" }, BYTES ("bob") },
	};
	g_autoptr (NetUrl) url = net_url_new ("imap://ann@127.0.0.1", NULL);
	Listener listener;
	NetOptions none = { 0 };

	listener_start (&listener, FALSE);
	g_autoptr (NetConnection) connection = connect_to (&listener, &none);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (NetSasl) sasl = net_sasl_new (cases[i].mechanism, connection, "imap",
							 url, &cases[i].options, "s=,3", &error);
		g_assert_no_error (error);
		g_autofree char *response = respond (sasl, NULL);
		gsize size = 0;
		g_autofree guchar *bytes = g_base64_decode (response, &size);
		g_test_message ("%s: %s", cases[i].mechanism, response);
		g_assert_cmpmem (bytes, (int) size, cases[i].bytes, (int) cases[i].size);
		g_assert_true (net_sasl_is_complete (sasl));
	}
	listener_stop (&listener);
}

static void
gives_up_a_refused_token_once (void)
{
	g_autoptr (NetUrl) url = net_url_new ("imap://ann@127.0.0.1", NULL);
	NetOptions options = { .secret_is_token = TRUE };
	g_autoptr (GError) error = NULL;
	g_autoptr (NetSasl) sasl = net_sasl_new ("OAUTHBEARER", NULL, "imap", url, &options,
						 "token", &error);

	g_free (respond (sasl, NULL));
	g_autofree char *resignation = respond (sasl, "eyJzdGF0dXMiOiI0MDEifQ==");
	g_assert_cmpstr (resignation, ==, "AQ==");
	g_assert_null (net_sasl_respond (sasl, "eyJzdGF0dXMiOiI0MDEifQ==", &error));
	g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
}

/* --- SCRAM, against the server's half of the same library ------------------------------------- */

typedef struct {
	const char *binding;
	gboolean is_exporter;
} Server;

static int
answer (Gsasl *library, Gsasl_session *session, Gsasl_property property)
{
	const Server *server = gsasl_session_hook_get (session);

	if (property == GSASL_PASSWORD)
		return gsasl_property_set (session, property, "pencil");
	if (server->binding != NULL &&
	    property == (server->is_exporter ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE))
		return gsasl_property_set (session, property, server->binding);
	return GSASL_NO_CALLBACK;
}

/* The binding as the server's end of the connection has it. */
static char *
server_binding (GIOStream *stream, gboolean *is_exporter)
{
	g_autoptr (GByteArray) data = g_byte_array_new ();

	*is_exporter = g_tls_connection_get_protocol_version (G_TLS_CONNECTION (stream)) >=
		       G_TLS_PROTOCOL_VERSION_TLS_1_3;
	g_assert_true (g_tls_connection_get_channel_binding_data (
		G_TLS_CONNECTION (stream),
		*is_exporter ? G_TLS_CHANNEL_BINDING_TLS_EXPORTER
			     : G_TLS_CHANNEL_BINDING_TLS_UNIQUE,
		data, NULL));
	return g_base64_encode (data->data, data->len);
}

/* Talk until one side is done or refuses; TRUE if the server lets the client in. */
static gboolean
converse (NetSasl *sasl, Gsasl_session *session)
{
	g_autofree char *response = respond (sasl, NULL);

	for (;;) {
		g_autofree char *challenge = NULL;
		int code = gsasl_step64 (session, response, &challenge);
		if (code != GSASL_OK && code != GSASL_NEEDS_MORE)
			return FALSE;
		g_free (response);
		response = respond (sasl, challenge);
		if (code == GSASL_OK)
			return TRUE;
	}
}

static gboolean
log_in_by_scram (const char *mechanism, const char *password, gboolean somebody_between)
{
	g_autoptr (GError) error = NULL;
	Listener listener;
	Server server = { 0 };
	NetOptions options = { 0 };
	Gsasl *library = NULL;
	Gsasl_session *session = NULL;

	listener_start (&listener, TRUE);
	g_autoptr (NetConnection) connection = connect_to (&listener, &options);
	g_autofree char *binding = server_binding (listener.stream, &server.is_exporter);
	server.binding = binding;
	if (somebody_between) /* his connection to the server is another one */
		binding[0] = binding[0] == 'A' ? 'B' : 'A';

	g_assert_cmpint (gsasl_init (&library), ==, GSASL_OK);
	gsasl_callback_set (library, answer);
	g_assert_cmpint (gsasl_server_start (library, mechanism, &session), ==, GSASL_OK);
	gsasl_session_hook_set (session, &server);
	g_autoptr (NetSasl) sasl = net_sasl_new (mechanism, connection, "imap", listener.url,
						 &options, password, &error);
	g_assert_no_error (error);
	gboolean let_in = converse (sasl, session);
	g_assert_true (net_sasl_was_challenged (sasl));
	g_assert_cmpint (net_sasl_is_complete (sasl), ==, let_in);
	gsasl_finish (session);
	gsasl_done (library);
	listener_stop (&listener);
	return let_in;
}

static void
proves_itself_by_scram (void)
{
	g_assert_true (log_in_by_scram ("SCRAM-SHA-256", "pencil", FALSE));
	g_assert_true (log_in_by_scram ("SCRAM-SHA-1", "pencil", FALSE));
	g_assert_false (log_in_by_scram ("SCRAM-SHA-256", "pen", FALSE));
}

static void
ties_scram_to_the_connection (void)
{
	g_assert_true (log_in_by_scram ("SCRAM-SHA-256-PLUS", "pencil", FALSE));
	g_assert_true (log_in_by_scram ("SCRAM-SHA-1-PLUS", "pencil", FALSE));
	g_assert_false (log_in_by_scram ("SCRAM-SHA-256-PLUS", "pencil", TRUE));
	g_assert_true (log_in_by_scram ("SCRAM-SHA-256", "pencil", TRUE));
}

/* server-first as RFC 5802 has it, but for what the case changes. */
static char *
challenge_after (const char *first, const char *format)
{
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode (first, &size);
	g_autofree char *text = g_strndup ((char *) bytes, size);
	const char *nonce = strstr (text, "r=") + 2;
	g_autofree char *message = g_strdup_printf ("r=%s3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,%s",
						    nonce, format);

	return g_base64_encode ((const guchar *) message, strlen (message));
}

static void
believes_no_server_without_proof (void)
{
	g_autoptr (NetUrl) url = net_url_new ("imap://ann@127.0.0.1", NULL);
	NetOptions options = { 0 };

	for (int lie = 0; lie < 3; lie++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (NetSasl) sasl = net_sasl_new ("SCRAM-SHA-256", NULL, "imap", url,
							 &options, "pencil", &error);
		g_autofree char *first = respond (sasl, NULL);
		g_assert_false (net_sasl_is_complete (sasl));
		g_autofree char *challenge = challenge_after (first,
							      lie == 0 ? "i=4294967295" : "i=4096");
		if (lie == 0) { /* hash for an hour */
			g_assert_null (net_sasl_respond (sasl, challenge, &error));
			g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
			continue;
		}
		g_free (respond (sasl, challenge));
		g_assert_false (net_sasl_is_complete (sasl));
		const char *final = lie == 1 ? "dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9" : "bm8=";
		g_assert_null (net_sasl_respond (sasl, final, &error));
		g_assert_error (error, RUN_ERROR, RUN_ERROR_INPUT);
		g_assert_false (net_sasl_is_complete (sasl));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_data_func ("/net/sasl/chooses-the-best-in-the-clear", GINT_TO_POINTER (FALSE),
			      chooses_the_best);
	g_test_add_data_func ("/net/sasl/chooses-the-best-under-encryption", GINT_TO_POINTER (TRUE),
			      chooses_the_best);
	g_test_add_func ("/net/sasl/says-what-the-standards-say", says_what_the_standards_say);
	g_test_add_func ("/net/sasl/gives-up-a-refused-token-once", gives_up_a_refused_token_once);
	g_test_add_func ("/net/sasl/proves-itself-by-scram", proves_itself_by_scram);
	g_test_add_func ("/net/sasl/ties-scram-to-the-connection", ties_scram_to_the_connection);
	g_test_add_func ("/net/sasl/believes-no-server-without-proof",
			 believes_no_server_without_proof);
	return g_test_run ();
}
