/* net-url.c - the address of an account on a server: imaps://user@host[:port][/folder]
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-url.h"

#include <gio/gio.h>
#include <string.h>

#include "base/error.h"

typedef struct {
	const char *name;
	NetSecurity security;
	guint16 port;
} Scheme;

static const Scheme schemes[] = {
	{ "imaps", NET_SECURITY_TLS, 993 },
	{ "imap", NET_SECURITY_STARTTLS, 143 },
};

static gboolean
refuse (GError **error, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE, "the URL %s", reason);
	return FALSE;
}

static const Scheme *
find_scheme (const char *text)
{
	for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
		gsize length = strlen (schemes[i].name);
		if (g_ascii_strncasecmp (text, schemes[i].name, length) == 0 &&
		    strncmp (text + length, "://", 3) == 0)
			return &schemes[i];
	}
	return NULL;
}

/* Controls would let a user name end one command and begin another. */
static gboolean
is_clean (const char *text)
{
	for (; *text != '\0'; text++)
		if (g_ascii_iscntrl (*text))
			return FALSE;
	return TRUE;
}

static gboolean
take_user (NetUrl *url, const char *text, gsize length, GError **error)
{
	if (memchr (text, ':', length) != NULL)
		return refuse (error,
			       "holds a password, which other users and logs would see: leave out "
			       "\":...\" and give --password-file, --password-command or "
			       "--password-fd, or wait for the prompt");
	url->user = g_uri_unescape_segment (text, text + length, NULL);
	if (url->user == NULL || url->user[0] == '\0' || !is_clean (url->user))
		return refuse (error, "has an impossible user name");
	return TRUE;
}

static gboolean
take_port (NetUrl *url, const char *text, GError **error)
{
	guint64 port = 0;

	/* The text is not repeated: behind a misplaced slash or '@' it may be part of a
	 * password. */
	if (!g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT16, &port, NULL))
		return refuse (error, "has a port that is not a number from 1 to 65535");
	url->port = (guint16) port;
	return TRUE;
}

/* RFC 3986, 3.2.2: an IPv6 address stands in brackets. */
static gboolean
take_host (NetUrl *url, const char *text, gsize length, GError **error)
{
	g_autofree char *host = g_strndup (text, length);
	char *end = host[0] == '[' ? strchr (host, ']') : strchrnul (host, ':');

	if (end == NULL || (host[0] == '[' && end[1] != '\0' && end[1] != ':'))
		return refuse (error, "has an address without its closing bracket");
	const char *port = host[0] == '[' ? end + 1 : end;
	if (port[0] == ':' && !take_port (url, port + 1, error))
		return FALSE;
	*end = '\0';
	if (host[0] == '[' && !g_hostname_is_ip_address (host + 1))
		return refuse (error, "has no IPv6 address in its brackets");
	g_autofree char *name = host[0] == '[' ? g_strdup (host + 1) : g_hostname_to_ascii (host);
	/* One server, one spelling: the journal goes by it. */
	url->host = name != NULL ? g_ascii_strdown (name, -1) : NULL;
	if (url->host == NULL || url->host[0] == '\0' || !is_clean (url->host) ||
	    strpbrk (url->host, " %/\\") != NULL)
		return refuse (error, "has no usable host name");
	return TRUE;
}

gboolean
net_url_is_url (const char *text)
{
	return find_scheme (text) != NULL;
}

NetUrl *
net_url_new (const char *text, GError **error)
{
	const Scheme *scheme = find_scheme (text);

	if (scheme == NULL) {
		refuse (error, "must begin with imaps:// or imap://");
		return NULL;
	}
	const char *authority = text + strlen (scheme->name) + 3;
	const char *end = strchrnul (authority, '/');
	const char *at = memrchr (authority, '@', (gsize) (end - authority));
	const char *host = at != NULL ? at + 1 : authority;

	g_autoptr (NetUrl) url = g_new0 (NetUrl, 1);
	url->scheme = scheme->name;
	url->security = scheme->security;
	url->port = scheme->port;
	if (at != NULL && !take_user (url, authority, (gsize) (at - authority), error))
		return NULL;
	if (!take_host (url, host, (gsize) (end - host), error))
		return NULL;
	if (end[0] == '/' && end[1] != '\0')
		url->path = g_strdup (end + 1);
	return g_steal_pointer (&url);
}

void
net_url_free (NetUrl *url)
{
	if (url == NULL)
		return;
	g_free (url->user);
	g_free (url->host);
	g_free (url->path);
	g_free (url);
}

char *
net_url_get_peer (const NetUrl *url)
{
	return g_strdup_printf (strchr (url->host, ':') != NULL ? "[%s]:%u" : "%s:%u", url->host,
				url->port);
}
