/* net-options.h - how a connection is to be made, as far as the address does not say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "net/net-rate.h"

/* Give the password or token of user at host. refused: the one given before was refused; a token
 * may have expired since. Newly allocated; whoever asked wipes it by net_secret_free. NULL with an
 * error if there is none to be had. */
typedef char *(*NetSecretFunc) (const char *user, const char *host, gboolean refused,
				gpointer user_data, GError **error);

typedef enum {
	NET_COMPRESS_AUTO, /* if the link turns out to be slower than compressing */
	NET_COMPRESS_ON,   /* if the server can */
	NET_COMPRESS_OFF
} NetCompress;

/* Everything is borrowed. All zero: system authorities, no exceptions, no way to get a password. */
typedef struct {
	const char *ca_file; /* PEM; trusted instead of the system's authorities */
	const char *tls_pin; /* "sha256:HEX", the digest of the server's certificate (DER) */
	const char *client_certificate; /* PEM, with its key: shown to servers that ask for it */
	const char *tunnel; /* shell command whose standard input and output are the connection */
	int insecure_cleartext;   /* 1: no TLS to this machine; 2: no TLS anywhere */
	const char *authzid;      /* act as this user, with the login of another */
	gboolean secret_is_token; /* OAuth 2.0 (RFC 6750), not a password */
	NetSecretFunc get_secret;
	gpointer secret_data;
	guint timeout_seconds;     /* without hearing anything; 0: five minutes */
	GCancellable *cancellable; /* ends every wait; NULL: only base/stop does */
	NetCompress compress;
	NetRate *rate; /* for what is sent, over all connections; NULL: no limit */
} NetOptions;

/* What every wait is ended by; belongs to options. NULL before stop_install. */
GCancellable *net_options_get_cancellable (const NetOptions *options);

/* Sleep; FALSE as soon as that has ended it. */
gboolean net_options_sleep (const NetOptions *options, guint ms);

/* Overwrite and free. */
void net_secret_free (char *secret);

/* Is text a pin: "sha256:" and 64 hex digits, colons allowed between bytes? digest (32 bytes) may
 * be NULL. */
gboolean net_options_parse_pin (const char *text, guint8 *digest);
