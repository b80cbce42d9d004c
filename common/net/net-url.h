/* net-url.h - the address of an account on a server: imaps://user@host[:port][/folder]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * imaps is TLS from the first byte (port 993); imap begins in the clear and must be upgraded by
 * STARTTLS (port 143). The last '@' before the path ends the user name, because user names are
 * often mail addresses.
 */
#pragma once

#include <glib.h>

typedef enum {
	NET_SECURITY_TLS,
	NET_SECURITY_STARTTLS
} NetSecurity;

typedef struct {
	const char *scheme;
	NetSecurity security;
	char *user; /* decoded; NULL if the URL names none */
	char *host; /* name in ASCII, or the address without brackets */
	guint16 port;
	char *path; /* behind the slash, still with its %XX; NULL if empty */
} NetUrl;

/* Does text begin like a URL that net_url_new may take? Says nothing about the rest. */
gboolean net_url_is_url (const char *text);

/* RUN_ERROR_USAGE if text is no such URL, or holds a password; error texts never repeat the URL.
 * RFC 5092. */
NetUrl *net_url_new (const char *text, GError **error);
void net_url_free (NetUrl *url);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetUrl, net_url_free)

/* "host:port", or "[address]:port". Newly allocated. */
char *net_url_get_peer (const NetUrl *url);
