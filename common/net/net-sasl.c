/* net-sasl.c - show a server who we are, by the best means that both sides have
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libgsasl speaks the standard mechanisms; the two for tokens, which it has not, are a line each.
 */
#include "net/net-sasl.h"

#include <gsasl.h>
#include <string.h>

#include "base/error.h"

#define CHALLENGE_LIMIT 16384   /* bytes of base64 */
#define ITERATION_LIMIT 2000000 /* of SCRAM: a few seconds; servers ask for 4096 to 600,000 */

typedef enum {
	WANTS_TOKEN = 1 << 0,
	WANTS_CERTIFICATE = 1 << 1,
	WANTS_BINDING = 1 << 2,
	CANNOT_ACT_AS = 1 << 3,
	SERVER_FIRST = 1 << 4
} Traits;

static const struct {
	const char *name;
	Traits traits;
} mechanisms[] = {
	{ "OAUTHBEARER", WANTS_TOKEN },
	{ "XOAUTH2", WANTS_TOKEN },
	{ "EXTERNAL", WANTS_CERTIFICATE },
	{ "SCRAM-SHA-256-PLUS", WANTS_BINDING },
	{ "SCRAM-SHA-256", 0 },
	{ "SCRAM-SHA-1-PLUS", WANTS_BINDING },
	{ "SCRAM-SHA-1", 0 },
	{ "PLAIN", 0 },
	{ "LOGIN", CANNOT_ACT_AS | SERVER_FIRST },
};

struct NetSasl {
	Gsasl *library; /* NULL for the token mechanisms */
	Gsasl_session *session;
	char *token_response;    /* of a token mechanism, not yet sent */
	const char *resignation; /* of a token mechanism: the answer to the server's complaint */
	gboolean challenged;
	gboolean complete;
};

/* --- Which one -------------------------------------------------------------------------------- */

const char *
net_sasl_choose (NetConnection *connection, const NetOptions *options, NetSaslOffersFunc offers,
		 gpointer user_data)
{
	g_autofree char *binding = net_connection_get_binding (connection, NULL);

	for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++) {
		Traits traits = mechanisms[i].traits;
		if (((traits & WANTS_TOKEN) != 0) != options->secret_is_token ||
		    ((traits & WANTS_CERTIFICATE) != 0 && options->client_certificate == NULL) ||
		    ((traits & WANTS_BINDING) != 0 && binding == NULL) ||
		    ((traits & CANNOT_ACT_AS) != 0 && options->authzid != NULL))
			continue;
		if (offers (mechanisms[i].name, user_data))
			return mechanisms[i].name;
	}
	return NULL;
}

gboolean
net_sasl_wants_secret (const char *mechanism)
{
	return strcmp (mechanism, "EXTERNAL") != 0;
}

gboolean
net_sasl_is_client_first (const char *mechanism)
{
	for (gsize i = 0; i < G_N_ELEMENTS (mechanisms); i++)
		if (strcmp (mechanisms[i].name, mechanism) == 0)
			return (mechanisms[i].traits & SERVER_FIRST) == 0;
	return FALSE;
}

/* --- Tokens ----------------------------------------------------------------------------------- */

/* RFC 5801, 4: in a GS2 header ',' and '=' are spelled out. */
static char *
escape_gs2 (const char *name)
{
	GString *out = g_string_new (NULL);

	for (; *name != '\0'; name++) {
		if (*name == ',')
			g_string_append (out, "=2C");
		else if (*name == '=')
			g_string_append (out, "=3D");
		else
			g_string_append_c (out, *name);
	}
	return g_string_free (out, FALSE);
}

/* RFC 7628, 3.1; XOAUTH2 is what it was before it became a standard. The token travels in clear
 * text, so both are offered to encrypted connections only: the server sees to that. */
static NetSasl *
new_for_token (const char *mechanism, const NetUrl *url, const NetOptions *options,
	       const char *token)
{
	const char *account = options->authzid != NULL ? options->authzid : url->user;
	g_autofree char *escaped = escape_gs2 (account);
	NetSasl *sasl = g_new0 (NetSasl, 1);
	char *message;

	if (strcmp (mechanism, "XOAUTH2") == 0) {
		message = g_strdup_printf ("user=%s\001auth=Bearer %s\001\001", account, token);
		sasl->resignation = "";
	} else {
		message =
			g_strdup_printf ("n,a=%s,\001host=%s\001port=%u\001auth=Bearer %s\001\001",
					 escaped, url->host, url->port, token);
		sasl->resignation = "AQ=="; /* a lone ^A: RFC 7628, 3.2.3 */
	}
	sasl->token_response = g_base64_encode ((const guchar *) message, strlen (message));
	sasl->complete = TRUE;
	net_secret_free (message);
	return sasl;
}

/* --- Passwords and certificates --------------------------------------------------------------- */

static gboolean
fail (GError **error, RunError code, const char *reason)
{
	g_set_error (error, RUN_ERROR, code, "login: %s", reason);
	return FALSE;
}

static gboolean
set_property (NetSasl *sasl, Gsasl_property property, const char *value, GError **error)
{
	int code = value != NULL ? gsasl_property_set (sasl->session, property, value) : GSASL_OK;

	return code == GSASL_OK || fail (error, RUN_ERROR_LOGIN, gsasl_strerror (code));
}

/* Only for -PLUS: libgsasl refuses a mechanism that leaves a binding it was given unused. */
static gboolean
set_binding (NetSasl *sasl, const char *mechanism, NetConnection *connection, GError **error)
{
	gboolean is_exporter = FALSE;

	if (!g_str_has_suffix (mechanism, "-PLUS"))
		return TRUE;
	g_autofree char *binding = net_connection_get_binding (connection, &is_exporter);
	return set_property (sasl, is_exporter ? GSASL_CB_TLS_EXPORTER : GSASL_CB_TLS_UNIQUE,
			     binding, error);
}

static gboolean
begin_session (NetSasl *sasl, const char *mechanism, GError **error)
{
	int code = gsasl_init (&sasl->library);

	if (code == GSASL_OK)
		code = gsasl_client_start (sasl->library, mechanism, &sasl->session);
	return code == GSASL_OK || fail (error, RUN_ERROR_LOGIN, gsasl_strerror (code));
}

NetSasl *
net_sasl_new (const char *mechanism, NetConnection *connection, const char *service,
	      const NetUrl *url, const NetOptions *options, const char *secret, GError **error)
{
	if (options->secret_is_token)
		return new_for_token (mechanism, url, options, secret);

	g_autoptr (NetSasl) sasl = g_new0 (NetSasl, 1);
	if (!begin_session (sasl, mechanism, error) ||
	    !set_property (sasl, GSASL_AUTHID, url->user, error) ||
	    !set_property (sasl, GSASL_AUTHZID, options->authzid, error) ||
	    !set_property (sasl, GSASL_PASSWORD, secret, error) ||
	    !set_property (sasl, GSASL_SERVICE, service, error) ||
	    !set_property (sasl, GSASL_HOSTNAME, url->host, error) ||
	    !set_binding (sasl, mechanism, connection, error))
		return NULL;
	return g_steal_pointer (&sasl);
}

void
net_sasl_free (NetSasl *sasl)
{
	if (sasl == NULL)
		return;
	if (sasl->session != NULL)
		gsasl_finish (sasl->session);
	if (sasl->library != NULL)
		gsasl_done (sasl->library);
	net_secret_free (sasl->token_response);
	g_free (sasl);
}

/* --- The conversation ------------------------------------------------------------------------- */

/* How often the password is to be hashed is the server's to say, and a hostile one says 4 billion.
 * RFC 5802, 5.1: "i=". */
static gboolean
asks_too_much (const char *challenge)
{
	gsize size = 0;
	g_autofree guchar *bytes = g_base64_decode (challenge, &size);
	g_autofree char *text = g_strndup ((const char *) bytes, size);
	const char *count = strstr (text, ",i=");

	return count != NULL && g_ascii_strtoull (count + 3, NULL, 10) > ITERATION_LIMIT;
}

/* First the token; then, to the server's complaint about it, that we have heard. */
static char *
respond_with_token (NetSasl *sasl, GError **error)
{
	if (sasl->token_response != NULL)
		return g_steal_pointer (&sasl->token_response);
	if (sasl->resignation == NULL)
		fail (error, RUN_ERROR_INPUT, "the server asks without end");
	return g_strdup (g_steal_pointer (&sasl->resignation));
}

char *
net_sasl_respond (NetSasl *sasl, const char *challenge, GError **error)
{
	char *response = NULL;

	sasl->challenged = sasl->challenged || (challenge != NULL && challenge[0] != '\0');
	if (sasl->library == NULL)
		return respond_with_token (sasl, error);
	if (challenge != NULL &&
	    (strlen (challenge) > CHALLENGE_LIMIT || asks_too_much (challenge))) {
		fail (error, RUN_ERROR_INPUT, "the server's challenge is beyond every measure");
		return NULL;
	}
	int code = gsasl_step64 (sasl->session, challenge != NULL ? challenge : "", &response);
	sasl->complete = code == GSASL_OK;
	if (code == GSASL_OK || code == GSASL_NEEDS_MORE)
		return response != NULL ? response : g_strdup ("");
	fail (error, RUN_ERROR_INPUT,
	      code == GSASL_AUTHENTICATION_ERROR
		      ? "the server does not show that it knows the password: it is not the server "
			"that it seems to be"
		      : gsasl_strerror (code));
	return NULL;
}

gboolean
net_sasl_was_challenged (const NetSasl *sasl)
{
	return sasl->challenged;
}

gboolean
net_sasl_is_complete (const NetSasl *sasl)
{
	return sasl->complete;
}
