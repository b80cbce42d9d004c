/* net-tls.c - a stream encrypted: whom to trust, and what to say where that fails
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-tls.h"

#include <string.h>
#include <sys/socket.h>

#include "base/digest.h"
#include "net/net-error.h"

typedef struct {
	const char *name;
	const NetOptions *options;
} Peer;

/* --- Whom to trust ---------------------------------------------------------------------------- */

static char *
pin_of (GTlsCertificate *certificate)
{
	g_autoptr (GByteArray) der = NULL;
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	g_object_get (certificate, "certificate", &der, NULL);
	digest_of (der->data, der->len, digest);
	return g_strconcat ("sha256:", digest_to_hex (digest, DIGEST_SIZE, hex), NULL);
}

static gboolean
matches_pin (GTlsCertificate *certificate, const char *pin)
{
	g_autofree char *actual = pin_of (certificate);
	guint8 expected[DIGEST_SIZE];
	guint8 got[DIGEST_SIZE];

	return net_options_parse_pin (pin, expected) && net_options_parse_pin (actual, got) &&
	       memcmp (expected, got, DIGEST_SIZE) == 0;
}

/* GIO asks only about certificates that do not pass by themselves; the pin vouches for exactly
 * one. */
static gboolean
accept_certificate (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags flaws,
		    gpointer user_data)
{
	const NetOptions *options = user_data;
	const char *pin = options->tls_pin;

	if (pin != NULL && matches_pin (certificate, pin))
		return TRUE;
	/* After a failed handshake GIO no longer knows the certificate, so the text is made
	 * here. */
	g_autofree char *actual = pin_of (certificate);
	g_autofree char *text = g_strdup_printf (
		"%s%s%s%s%s (it is %s)",
		flaws & G_TLS_CERTIFICATE_UNKNOWN_CA ? ": not signed by an authority we trust" : "",
		flaws & G_TLS_CERTIFICATE_BAD_IDENTITY ? ": made out to another host name" : "",
		flaws & G_TLS_CERTIFICATE_EXPIRED ? ": expired" : "",
		flaws & G_TLS_CERTIFICATE_NOT_ACTIVATED ? ": not valid yet" : "",
		flaws & ~(G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_BAD_IDENTITY |
			  G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED)
			? ": revoked, weak or broken"
			: "",
		actual);
	g_object_set_data_full (G_OBJECT (tls), "flaws", g_steal_pointer (&text), g_free);
	return FALSE;
}

static gboolean
set_authorities (GTlsConnection *tls, const NetOptions *options, GError **error)
{
	const char *file = options->ca_file;

	if (file == NULL)
		return TRUE;
	g_autoptr (GError) cause = NULL;
	g_autofree char *path = g_canonicalize_filename (file, NULL);
	g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, &cause);
	if (database == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: cannot read the authorities: %s", file, cause->message);
		return FALSE;
	}
	g_tls_connection_set_database (tls, database);
	return TRUE;
}

static gboolean
set_client_certificate (GTlsConnection *tls, const NetOptions *options, GError **error)
{
	const char *file = options->client_certificate;

	if (file == NULL)
		return TRUE;
	g_autoptr (GError) cause = NULL;
	g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_file (file, &cause);
	if (certificate == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: cannot read a certificate and its key: %s", file, cause->message);
		return FALSE;
	}
	g_autoptr (GByteArray) key = NULL;
	g_object_get (certificate, "private-key", &key, NULL);
	if (key == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: holds no key for its certificate: put both into it (PEM)", file);
		return FALSE;
	}
	explicit_bzero (key->data, key->len);
	g_tls_connection_set_certificate (tls, certificate);
	return TRUE;
}

/* A pin replaces the authorities in both directions: nothing else passes, however well signed. */
static gboolean
check_pin (GTlsConnection *tls, const Peer *peer, GError **error)
{
	const char *pin = peer->options->tls_pin;
	GTlsCertificate *certificate = g_tls_connection_get_peer_certificate (tls);

	if (pin == NULL || matches_pin (certificate, pin))
		return TRUE;
	g_autofree char *actual = pin_of (certificate);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: the certificate is not the one of --tls-pin: it is %s", peer->name,
		     actual);
	return FALSE;
}

/* GIO says "not TLS" also of a server that hangs up instead of answering: that one may be back in a
 * moment. */
static gboolean
has_hung_up (GIOStream *base)
{
	guint8 byte;

	if (!G_IS_SOCKET_CONNECTION (base))
		return FALSE;
	int fd = g_socket_get_fd (g_socket_connection_get_socket (G_SOCKET_CONNECTION (base)));
	return recv (fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static gboolean
handshake (GTlsConnection *tls, GIOStream *base, const Peer *peer, GError **error)
{
	g_autoptr (GError) cause = NULL;

	if (g_tls_connection_handshake (tls, net_options_get_cancellable (peer->options), &cause))
		return check_pin (tls, peer, error);
	const char *flaws = g_object_get_data (G_OBJECT (tls), "flaws");
	if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) && has_hung_up (base))
		return net_error_set (peer->name, RUN_ERROR_TEMPORARY,
				      "the server closed the connection", error);
	if (flaws == NULL)
		return net_error_take (peer->name, g_steal_pointer (&cause), RUN_ERROR_INPUT,
				       error);
	if (peer->options->tls_pin != NULL)
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the certificate is not the one of --tls-pin, nor does it pass%s",
			     peer->name, flaws);
	else
		g_set_error (
			error, RUN_ERROR, RUN_ERROR_INPUT,
			"%s: the certificate does not pass%s; if you know this server, name its "
			"authority by --ca-file, or the certificate by --tls-pin",
			peer->name, flaws);
	return FALSE;
}

/* --- The stream ------------------------------------------------------------------------------- */

GIOStream *
net_tls_new (GIOStream *base, GSocketConnectable *identity, const char *peer,
	     const NetOptions *options, GError **error)
{
	g_autoptr (GError) cause = NULL;
	g_autoptr (GIOStream) stream = g_tls_client_connection_new (base, identity, &cause);

	if (stream == NULL) {
		(void) net_error_take (peer, g_steal_pointer (&cause), RUN_ERROR_INPUT, error);
		return NULL;
	}
	const Peer server = { peer, options };
	GTlsConnection *tls = G_TLS_CONNECTION (stream);
	if (!set_authorities (tls, options, error) || !set_client_certificate (tls, options, error))
		return NULL;
	g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_certificate),
			  (gpointer) options);
	return handshake (tls, base, &server, error) ? g_steal_pointer (&stream) : NULL;
}

char *
net_tls_get_binding (GIOStream *stream, gboolean *is_exporter)
{
	g_autoptr (GByteArray) data = g_byte_array_new ();
	GTlsConnection *tls = G_TLS_CONNECTION (stream);
	gboolean exports = g_tls_connection_get_protocol_version (tls) >=
			   G_TLS_PROTOCOL_VERSION_TLS_1_3;

	if (is_exporter != NULL)
		*is_exporter = exports;
	if (!g_tls_connection_get_channel_binding_data (tls,
							exports ? G_TLS_CHANNEL_BINDING_TLS_EXPORTER
								: G_TLS_CHANNEL_BINDING_TLS_UNIQUE,
							data, NULL) ||
	    data->len == 0)
		return NULL;
	return g_base64_encode (data->data, data->len);
}
