/* net-options.h - how a connection is to be made, as far as the address does not say
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Give the password of user at host. Newly allocated; whoever asked wipes it by net_secret_free.
 * NULL with an error if there is none to be had. */
typedef char *(*NetSecretFunc) (const char *user, const char *host, gpointer user_data,
				GError **error);

/* Everything is borrowed. All zero: system authorities, no exceptions, no way to get a password. */
typedef struct {
	const char *ca_file;    /* PEM; trusted instead of the system's authorities */
	const char *tls_pin;    /* "sha256:HEX", the digest of the server's certificate (DER) */
	int insecure_cleartext; /* 1: no TLS to this machine; 2: no TLS anywhere */
	const char *authzid;    /* act as this user, with the login of another */
	NetSecretFunc get_secret;
	gpointer secret_data;
} NetOptions;

/* Overwrite and free. */
void net_secret_free (char *secret);

/* Is text a pin: "sha256:" and 64 hex digits, colons allowed between bytes? digest (32 bytes) may
 * be NULL. */
gboolean net_options_parse_pin (const char *text, guint8 *digest);
