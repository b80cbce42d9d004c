/* imap-login.c - AUTHENTICATE and LOGIN
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-login.h"

#include <string.h>

#include "base/error.h"
#include "imap/imap-refusal.h"
#include "net/net-sasl.h"

typedef struct {
	ImapConnection *connection;
	const NetUrl *url;
	const NetOptions *options;
	gboolean challenged;    /* the server has come as far as asking for a proof */
	gboolean without_scram; /* it has no use for SCRAM with this user */
	gboolean tried_again;
} Login;

static gboolean
fail (const Login *login, RunError code, const char *reason, GError **error)
{
	g_set_error (error, RUN_ERROR, code, "%s: %s",
		     net_connection_get_peer (imap_connection_get_net (login->connection)), reason);
	return FALSE;
}

static gboolean
offers (const char *mechanism, gpointer user_data)
{
	const Login *login = user_data;
	g_autofree char *capability = g_strconcat ("AUTH=", mechanism, NULL);

	if (login->without_scram && g_str_has_prefix (mechanism, "SCRAM-"))
		return FALSE;
	return imap_connection_has (login->connection, capability);
}

/* --- AUTHENTICATE ----------------------------------------------------------------------------- */

static gboolean
send_response (Login *login, NetSasl *sasl, const char *challenge, gboolean initial, GError **error)
{
	char *response = net_sasl_respond (sasl, challenge, error);

	if (response == NULL)
		return FALSE;
	/* An empty initial response is a "=". RFC 4959, section 3. */
	gboolean ok = imap_connection_send_secret (login->connection,
						   initial && response[0] == '\0' ? "=" : response,
						   error);
	net_secret_free (response);
	return ok;
}

static gboolean
begin (Login *login, NetSasl *sasl, const char *mechanism, guint *tag, GError **error)
{
	gboolean initial = net_sasl_is_client_first (mechanism) &&
			   imap_connection_has (login->connection, "SASL-IR");

	if (!imap_connection_begin (login->connection, tag, error) ||
	    !imap_connection_print (login->connection, error, "AUTHENTICATE %s%s", mechanism,
				    initial ? " " : "\r\n"))
		return FALSE;
	return !initial || send_response (login, sasl, NULL, TRUE, error);
}

/* Up to the server's verdict. */
static ImapResponse *
converse (Login *login, NetSasl *sasl, const char *mechanism, GError **error)
{
	guint tag = 0;

	if (!begin (login, sasl, mechanism, &tag, error))
		return NULL;
	for (;;) {
		g_autoptr (ImapResponse) response =
			imap_connection_wait_or_continue (login->connection, tag, error);
		if (response == NULL || response->kind == IMAP_RESPONSE_TAGGED)
			return g_steal_pointer (&response);
		if (!send_response (login, sasl, response->text, FALSE, error))
			return NULL;
	}
}

static gboolean
authenticate (Login *login, const char *mechanism, const char *secret, ImapResponse **reply,
	      GError **error)
{
	g_autoptr (NetSasl) sasl = net_sasl_new (mechanism,
						 imap_connection_get_net (login->connection),
						 "imap", login->url, login->options, secret, error);

	*reply = sasl != NULL ? converse (login, sasl, mechanism, error) : NULL;
	if (*reply == NULL)
		return FALSE;
	if ((*reply)->status == IMAP_STATUS_OK && !net_sasl_is_complete (sasl))
		return fail (login, RUN_ERROR_INPUT,
			     "the server lets us in without a proof that it knows the password: it "
			     "is not the server that it seems to be",
			     error);
	login->challenged = net_sasl_was_challenged (sasl);
	return TRUE;
}

/* --- LOGIN ------------------------------------------------------------------------------------ */

static gboolean
is_quotable (const char *text)
{
	for (; *text != '\0'; text++)
		if (!g_ascii_isprint (*text))
			return FALSE;
	return TRUE;
}

/* One word of the command, as a quoted string, or as a literal that waits for its "+". *refusal is
 * what came instead. */
static gboolean
send_word (Login *login, guint tag, const char *word, ImapResponse **refusal, GError **error)
{
	g_autoptr (ImapResponse) response = NULL;

	if (!imap_connection_write (login->connection, " ", 1, error))
		return FALSE;
	if (is_quotable (word)) {
		char *quoted = imap_quote (word);
		gboolean ok = imap_connection_write (login->connection, quoted, strlen (quoted),
						     error);
		net_secret_free (quoted);
		return ok;
	}
	if (!imap_connection_print (login->connection, error, "{%zu}\r\n", strlen (word)))
		return FALSE;
	response = imap_connection_wait_or_continue (login->connection, tag, error);
	if (response == NULL)
		return FALSE;
	if (response->kind == IMAP_RESPONSE_TAGGED) {
		*refusal = g_steal_pointer (&response);
		return TRUE;
	}
	return imap_connection_write (login->connection, word, strlen (word), error);
}

/* Only for servers that know no AUTHENTICATE of use. RFC 3501, 6.2.3. */
static gboolean
say_login (Login *login, const char *password, ImapResponse **reply, GError **error)
{
	const char *const words[] = { login->url->user, password };
	guint tag = 0;

	*reply = NULL;
	if (!imap_connection_begin (login->connection, &tag, error) ||
	    !imap_connection_print (login->connection, error, "LOGIN"))
		return FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS (words) && *reply == NULL; i++)
		if (!send_word (login, tag, words[i], reply, error))
			return FALSE;
	return *reply != NULL ||
	       (imap_connection_send_secret (login->connection, "", error) &&
		imap_connection_wait (login->connection, tag, NULL, NULL, reply, error));
}

/* --- The way in ------------------------------------------------------------------------------- */

static gboolean
is_temporary (const ImapResponse *reply)
{
	/* LIMIT: too many sessions of this user, or from this machine. */
	return imap_refusal_classify (reply) == IMAP_REFUSAL_TEMPORARY ||
	       imap_response_has_code (reply, "LIMIT");
}

static gboolean
refuse (const Login *login, const ImapResponse *reply, GError **error)
{
	g_set_error (error, RUN_ERROR, is_temporary (reply) ? RUN_ERROR_TEMPORARY : RUN_ERROR_LOGIN,
		     "%s: login as %s refused: %s",
		     net_connection_get_peer (imap_connection_get_net (login->connection)),
		     login->url->user, reply->text);
	return FALSE;
}

/* Nothing in common: say what would have helped. */
static gboolean
fail_without_mechanism (const Login *login, GError **error)
{
	const NetOptions *options = login->options;

	return fail (login, RUN_ERROR_LOGIN,
		     options->secret_is_token ? "the server takes no tokens (OAUTHBEARER, XOAUTH2)"
		     : options->authzid != NULL
			     ? "the server does not offer PLAIN, which --as needs"
			     : "the server takes no passwords here (LOGINDISABLED)",
		     error);
}

/* One attempt with one secret. */
static gboolean
attempt (Login *login, const char *mechanism, ImapResponse **reply, GError **error)
{
	const NetOptions *options = login->options;
	gboolean refused = login->tried_again && options->secret_is_token;
	char *secret = NULL;
	gboolean ok;

	if (mechanism == NULL || net_sasl_wants_secret (mechanism)) {
		if (options->get_secret == NULL)
			return fail (login, RUN_ERROR_USAGE, "a password is needed", error);
		secret = options->get_secret (login->url->user, login->url->host, refused,
					      options->secret_data, error);
		if (secret == NULL)
			return FALSE;
	}
	ok = mechanism != NULL ? authenticate (login, mechanism, secret, reply, error)
			       : say_login (login, secret, reply, error);
	/* Some servers repeat what they have heard. */
	if (ok && secret != NULL && strstr ((*reply)->text, secret) != NULL) {
		net_secret_free ((*reply)->text);
		(*reply)->text = g_strdup ("(it repeats the password)");
	}
	net_secret_free (secret);
	return ok;
}

/* Can the command LOGIN stand in where there is no mechanism in common? */
static gboolean
may_say_login (const Login *login)
{
	return !login->options->secret_is_token && login->options->authzid == NULL &&
	       !imap_connection_has (login->connection, "LOGINDISABLED");
}

/* After a refusal: is there another way that may work? Then it is prepared. */
static gboolean
may_try_again (Login *login, const char *mechanism, const ImapResponse *reply)
{
	NetConnection *net = imap_connection_get_net (login->connection);

	if (login->tried_again || mechanism == NULL || is_temporary (reply))
		return FALSE;
	login->tried_again = TRUE;
	if (login->options->secret_is_token)
		return TRUE;
	/* A server that keeps only hashes of another kind cannot do SCRAM, whatever it offers. */
	login->without_scram = g_str_has_prefix (mechanism, "SCRAM-") && !login->challenged &&
			       net_connection_is_encrypted (net);
	return login->without_scram;
}

gboolean
imap_login (ImapConnection *connection, const NetUrl *url, const NetOptions *options,
	    GError **error)
{
	Login login = { .connection = connection, .url = url, .options = options };
	NetConnection *net = imap_connection_get_net (connection);

	for (;;) {
		g_autoptr (ImapResponse) reply = NULL;
		const char *mechanism = net_sasl_choose (net, options, offers, &login);

		if (mechanism == NULL && !may_say_login (&login))
			return fail_without_mechanism (&login, error);
		if (!attempt (&login, mechanism, &reply, error))
			return FALSE;
		if (reply->status == IMAP_STATUS_OK)
			return TRUE;
		if (!may_try_again (&login, mechanism, reply))
			return refuse (&login, reply, error);
	}
}
