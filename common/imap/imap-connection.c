/* imap-connection.c - an authenticated session with an IMAP server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-connection.h"

#include <stdarg.h>
#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-login.h"
#include "imap/imap-refusal.h"

#define LINE_LIMIT        (64 * 1024)
#define RESPONSE_LIMIT    (1024 * 1024) /* text of one response, without its literals */
#define LITERAL_LIMIT     G_MAXUINT32   /* RFC 3501: number */
#define LITERALS_LIMIT    64
#define LITERAL_IN_MEMORY (2 * 1024 * 1024)

/* Bytes a second: deflate makes 30 MB/s of what it takes a quarter off. */
#define COMPRESSION_SPEED       (15 * 1000 * 1000)
#define COMPRESSION_DISTANCE_US (5 * 1000)

#define MEETING_TRIES    4
#define MEETING_PAUSE_MS 300               /* after the first try; then longer */
#define MEETING_QUICK_US (5 * 1000 * 1000) /* what fails later than this fails for another reason */

struct ImapConnection {
	NetConnection *net;
	const NetUrl *url;
	const NetOptions *options;
	char *account;
	GHashTable *capabilities; /* a set, in capitals */
	gboolean capabilities_known;
	gboolean leaving; /* a BYE is what we expect */
	guint last_tag;
	gint64 quickest_us; /* answer to a command; 0: none yet */
	GByteArray *text; /* of the response being read */
};

/* --- Small things ----------------------------------------------------------------------------- */

char *
imap_quote (const char *text)
{
	GString *out = g_string_new ("\"");

	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			g_string_append_c (out, '\\');
		g_string_append_c (out, *text);
	}
	g_string_append_c (out, '"');
	return g_string_free (out, FALSE);
}

gboolean
imap_connection_has (const ImapConnection *connection, const char *name)
{
	return g_hash_table_contains (connection->capabilities, name);
}

const char *
imap_connection_get_value (const ImapConnection *connection, const char *name)
{
	gsize length = strlen (name);
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init (&iter, connection->capabilities);
	while (g_hash_table_iter_next (&iter, &key, NULL)) {
		const char *capability = key;
		if (strncmp (capability, name, length) == 0 && capability[length] == '=')
			return capability + length + 1;
	}
	return NULL;
}

NetConnection *
imap_connection_get_net (ImapConnection *connection)
{
	return connection->net;
}

const char *
imap_connection_get_account (const ImapConnection *connection)
{
	return connection->account;
}

static gboolean
fail (const ImapConnection *connection, RunError code, const char *reason, GError **error)
{
	g_set_error (error, RUN_ERROR, code, "%s: %s", net_connection_get_peer (connection->net),
		     reason);
	return FALSE;
}

gboolean
imap_connection_refused (const ImapConnection *connection, const ImapResponse *reply,
			 const char *what, GError **error)
{
	g_set_error (error, RUN_ERROR,
		     imap_refusal_classify (reply) == IMAP_REFUSAL_TEMPORARY ? RUN_ERROR_TEMPORARY
									     : RUN_ERROR_OUTPUT,
		     "%s: %s: %s", net_connection_get_peer (connection->net), what, reply->text);
	return FALSE;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void
learn_capabilities (ImapConnection *connection, const GPtrArray *values, guint from)
{
	g_hash_table_remove_all (connection->capabilities);
	for (guint i = from; i < values->len; i++) {
		const ImapValue *value = g_ptr_array_index (values, i);
		if (value->type == IMAP_VALUE_ATOM)
			g_hash_table_add (connection->capabilities,
					  g_ascii_strup (value->text, -1));
	}
	connection->capabilities_known = TRUE;
}

static gboolean
read_literal (ImapConnection *connection, goffset size, GPtrArray *literals, GError **error)
{
	if (size > LITERAL_LIMIT || literals->len >= LITERALS_LIMIT)
		return fail (connection, RUN_ERROR_INPUT,
			     "the server announces more than IMAP allows", error);
	Spool *spool = spool_new (LITERAL_IN_MEMORY);
	g_ptr_array_add (literals, spool);
	return net_connection_read_spool (connection->net, size, spool, error);
}

/* All lines of one response into connection->text, its literals beside them. */
static gboolean
read_parts (ImapConnection *connection, GPtrArray *literals, GError **error)
{
	GByteArray *text = connection->text;

	g_byte_array_set_size (text, 0);
	for (;;) {
		const guint8 *line = NULL;
		gsize length = 0;
		goffset size = 0;

		if (!net_connection_read_line (connection->net, LINE_LIMIT, &line, &length, error))
			return FALSE;
		if (text->len + length > RESPONSE_LIMIT)
			return fail (connection, RUN_ERROR_INPUT, "the server talks without end",
				     error);
		g_byte_array_append (text, line, (guint) length);
		if (!imap_response_wants_literal (text->data, text->len, &size))
			return TRUE;
		g_byte_array_append (text, (const guint8 *) "\r\n", 2);
		if (!read_literal (connection, size, literals, error))
			return FALSE;
	}
}

ImapResponse *
imap_connection_read (ImapConnection *connection, GError **error)
{
	g_autoptr (GPtrArray) literals =
		g_ptr_array_new_with_free_func ((GDestroyNotify) spool_unref);

	/* A server that never stops talking must not keep us. */
	if (!stop_check (error) || !read_parts (connection, literals, error))
		return NULL;
	g_autoptr (ImapResponse) response =
		imap_response_new (connection->text->data, connection->text->len, literals, error);
	if (response == NULL) {
		g_prefix_error (error, "%s: ", net_connection_get_peer (connection->net));
		return NULL;
	}
	if (response->status == IMAP_STATUS_BYE && !connection->leaving) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
			     "%s: the server ends the session: %s",
			     net_connection_get_peer (connection->net), response->text);
		return NULL;
	}
	if (response->code != NULL && imap_response_has_code (response, "CAPABILITY"))
		learn_capabilities (connection, response->code, 1);
	else if (response->values != NULL && g_strcmp0 (response->name, "CAPABILITY") == 0)
		learn_capabilities (connection, response->values, 0);
	return g_steal_pointer (&response);
}

gboolean
imap_connection_has_response (ImapConnection *connection)
{
	return net_connection_has_line (connection->net);
}

guint
imap_connection_get_tag (const ImapResponse *response)
{
	guint64 number = 0;

	if (response->tag == NULL || response->tag[0] != 'A' ||
	    !g_ascii_string_to_unsigned (response->tag + 1, 10, 1, G_MAXUINT, &number, NULL))
		return 0;
	return (guint) number;
}

/* --- Writing ---------------------------------------------------------------------------------- */

/* A write fails when the server has hung up; why it did may be waiting to be read. */
static gboolean
explain (ImapConnection *connection, GError **error)
{
	g_autoptr (GError) reason = NULL;

	while (net_connection_has_line (connection->net)) {
		g_autoptr (ImapResponse) response = imap_connection_read (connection, &reason);
		if (response == NULL)
			break;
	}
	if (reason != NULL && error != NULL &&
	    strstr (reason->message, "ends the session") != NULL) {
		g_clear_error (error);
		*error = g_steal_pointer (&reason);
	}
	return FALSE;
}

gboolean
imap_connection_write (ImapConnection *connection, const void *data, gsize length, GError **error)
{
	return net_connection_write (connection->net, data, length, error) ||
	       explain (connection, error);
}

gboolean
imap_connection_print (ImapConnection *connection, GError **error, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *text = g_strdup_vprintf (format, arguments);
	va_end (arguments);
	return imap_connection_write (connection, text, strlen (text), error);
}

gboolean
imap_connection_begin (ImapConnection *connection, guint *tag, GError **error)
{
	*tag = ++connection->last_tag;
	return imap_connection_print (connection, error, "A%u ", *tag);
}

gboolean
imap_connection_flush (ImapConnection *connection, GError **error)
{
	return net_connection_flush (connection->net, error) || explain (connection, error);
}

/* --- One command at a time -------------------------------------------------------------------- */

/* Read up to the reply to tag, or, where continues is not NULL, up to a "+" (then *continues is
 * TRUE). */
static ImapResponse *
await (ImapConnection *connection, guint tag, ImapUntaggedFunc function, gpointer user_data,
       gboolean *continues, GError **error)
{
	for (;;) {
		g_autoptr (ImapResponse) response = imap_connection_read (connection, error);

		if (response == NULL)
			return NULL;
		if (response->kind == IMAP_RESPONSE_TAGGED &&
		    imap_connection_get_tag (response) == tag)
			return g_steal_pointer (&response);
		if (response->kind == IMAP_RESPONSE_CONTINUE && continues != NULL) {
			*continues = TRUE;
			return g_steal_pointer (&response);
		}
		if (response->kind != IMAP_RESPONSE_UNTAGGED) {
			fail (connection, RUN_ERROR_INPUT, "the server answers what nobody asked",
			      error);
			return NULL;
		}
		if (function != NULL)
			function (response, user_data);
	}
}

ImapResponse *
imap_connection_wait_or_continue (ImapConnection *connection, guint tag, GError **error)
{
	gboolean continues = FALSE;

	return await (connection, tag, NULL, NULL, &continues, error);
}

gboolean
imap_connection_send_secret (ImapConnection *connection, const char *line, GError **error)
{
	return net_connection_write (connection->net, line, strlen (line), error) &&
	       net_connection_write (connection->net, "\r\n", 2, error) &&
	       net_connection_flush_secret (connection->net, error);
}

gboolean
imap_connection_send (ImapConnection *connection, const char *command, guint *tag, GError **error)
{
	return imap_connection_begin (connection, tag, error) &&
	       imap_connection_print (connection, error, "%s\r\n", command);
}

gboolean
imap_connection_wait (ImapConnection *connection, guint tag, ImapUntaggedFunc function,
		      gpointer user_data, ImapResponse **reply, GError **error)
{
	*reply = await (connection, tag, function, user_data, NULL, error);
	return *reply != NULL;
}

gboolean
imap_connection_run (ImapConnection *connection, const char *command, ImapUntaggedFunc function,
		     gpointer user_data, ImapResponse **reply, GError **error)
{
	gint64 before_us = g_get_monotonic_time ();
	guint tag = 0;

	*reply = NULL;
	if (!imap_connection_send (connection, command, &tag, error) ||
	    !imap_connection_wait (connection, tag, function, user_data, reply, error))
		return FALSE;
	gint64 us = g_get_monotonic_time () - before_us;
	if (connection->quickest_us == 0 || us < connection->quickest_us)
		connection->quickest_us = us;
	return TRUE;
}

gboolean
imap_connection_must (ImapConnection *connection, const char *command, ImapUntaggedFunc function,
		      gpointer user_data, GError **error)
{
	g_autoptr (ImapResponse) reply = NULL;

	if (!imap_connection_run (connection, command, function, user_data, &reply, error))
		return FALSE;
	return reply->status == IMAP_STATUS_OK ||
	       imap_connection_refused (connection, reply, command, error);
}

/* --- Compressing ------------------------------------------------------------------------------ */

gboolean
imap_connection_wants_compression (const ImapConnection *connection)
{
	if (net_connection_is_compressed (connection->net) ||
	    !imap_connection_has (connection, "COMPRESS=DEFLATE"))
		return FALSE;
	switch (connection->options->compress) {
	case NET_COMPRESS_ON: return TRUE;
	case NET_COMPRESS_AUTO:
		/* A server that is slow, but near, has no time to decompress either. */
		return connection->quickest_us >= COMPRESSION_DISTANCE_US &&
		       net_connection_is_slower_than (connection->net, COMPRESSION_SPEED);
	default: return FALSE;
	}
}

gboolean
imap_connection_compress (ImapConnection *connection, GError **error)
{
	g_autoptr (ImapResponse) reply = NULL;

	if (!imap_connection_run (connection, "COMPRESS DEFLATE", NULL, NULL, &reply, error))
		return FALSE;
	if (reply->status == IMAP_STATUS_OK)
		net_connection_start_compression (connection->net);
	else /* so it cannot, whatever it says */
		g_hash_table_remove (connection->capabilities, "COMPRESS=DEFLATE");
	return TRUE;
}

/* --- Logging in ------------------------------------------------------------------------------- */

static gboolean
ask_capabilities (ImapConnection *connection, GError **error)
{
	if (connection->capabilities_known)
		return TRUE;
	if (!imap_connection_must (connection, "CAPABILITY", NULL, NULL, error))
		return FALSE;
	return connection->capabilities_known ||
	       fail (connection, RUN_ERROR_INPUT, "the server keeps its capabilities to itself",
		     error);
}

static void
forget_capabilities (ImapConnection *connection)
{
	g_hash_table_remove_all (connection->capabilities);
	connection->capabilities_known = FALSE;
}

/* --- From the first byte to the login --------------------------------------------------------- */

static gboolean
upgrade (ImapConnection *connection, GError **error)
{
	if (!ask_capabilities (connection, error))
		return FALSE;
	if (!imap_connection_has (connection, "STARTTLS"))
		return fail (connection, RUN_ERROR_INPUT,
			     "the server offers no encryption (STARTTLS)", error);
	if (!imap_connection_must (connection, "STARTTLS", NULL, NULL, error) ||
	    !net_connection_start_tls (connection->net, error))
		return FALSE;
	/* What was said in the clear may have been said by anybody. RFC 3501, 6.2.1. */
	forget_capabilities (connection);
	return TRUE;
}

static gboolean
secure (ImapConnection *connection, gboolean preauth, GError **error)
{
	int cleartext = connection->options->insecure_cleartext;

	if (net_connection_is_encrypted (connection->net))
		return TRUE;
	/* A command such as ssh has seen to who we are, and to the way. */
	if (preauth && connection->options->tunnel != NULL)
		return TRUE;
	if (preauth)
		return fail (connection, RUN_ERROR_INPUT,
			     "the server wants no login before there is encryption (PREAUTH): "
			     "not going on",
			     error);
	if (cleartext == 0)
		return upgrade (connection, error);
	if (cleartext > 1 || net_connection_is_loopback (connection->net))
		return TRUE;
	return fail (
		connection, RUN_ERROR_USAGE,
		"--insecure-cleartext is only for this machine; give it twice to let everybody "
		"on the way read the password and the mail",
		error);
}

static gboolean
take_greeting (ImapConnection *connection, gboolean *preauth, GError **error)
{
	g_autoptr (ImapResponse) greeting = imap_connection_read (connection, error);

	if (greeting == NULL)
		return FALSE;
	*preauth = greeting->status == IMAP_STATUS_PREAUTH;
	if (greeting->kind != IMAP_RESPONSE_UNTAGGED ||
	    (greeting->status != IMAP_STATUS_OK && !*preauth))
		return fail (connection, RUN_ERROR_INPUT,
			     "the server does not greet as IMAP servers do", error);
	return TRUE;
}

/* Connected and greeted, nothing said yet. */
static ImapConnection *
meet (const NetUrl *url, const NetOptions *options, gboolean *preauth, GError **error)
{
	g_autoptr (NetConnection) net = net_connection_new (url, options, error);
	if (net == NULL)
		return NULL;

	g_autoptr (ImapConnection) connection = g_new0 (ImapConnection, 1);
	connection->net = g_steal_pointer (&net);
	connection->url = url;
	connection->options = options;
	connection->account =
		g_strdup_printf ("%s@%s", options->authzid != NULL ? options->authzid : url->user,
				 net_connection_get_peer (connection->net));
	connection->capabilities = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	connection->text = g_byte_array_new ();
	return take_greeting (connection, preauth, error) ? g_steal_pointer (&connection) : NULL;
}

/* A login service that restarts hangs up before it greets (Dovecot 2.3 does, for a moment after a
 * client was killed). Nothing has been said by then, so trying again costs nothing. */
static ImapConnection *
meet_patiently (const NetUrl *url, const NetOptions *options, gboolean *preauth, GError **error)
{
	for (guint try = 1;; try++) {
		gint64 begun_us = g_get_monotonic_time ();
		g_autoptr (GError) problem = NULL;
		ImapConnection *connection = meet (url, options, preauth, &problem);

		if (connection != NULL)
			return connection;
		if (try == MEETING_TRIES ||
		    !g_error_matches (problem, RUN_ERROR, RUN_ERROR_TEMPORARY) ||
		    g_get_monotonic_time () - begun_us > MEETING_QUICK_US ||
		    !net_options_sleep (options, MEETING_PAUSE_MS * try)) {
			g_propagate_error (error, g_steal_pointer (&problem));
			return NULL;
		}
	}
}

ImapConnection *
imap_connection_new (const NetUrl *url, const NetOptions *options, GError **error)
{
	gboolean preauth = FALSE;

	if (url->user == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE,
			     "the URL needs a user name: %s://USER@%s", url->scheme, url->host);
		return NULL;
	}
	g_autoptr (ImapConnection) connection = meet_patiently (url, options, &preauth, error);
	if (connection == NULL || !secure (connection, preauth, error) ||
	    !ask_capabilities (connection, error))
		return NULL;
	/* The user may have others than the stranger had; some servers tell unasked. */
	connection->capabilities_known = preauth;
	if (!preauth && !imap_login (connection, url, options, error))
		return NULL;
	return ask_capabilities (connection, error) ? g_steal_pointer (&connection) : NULL;
}

void
imap_connection_logout (ImapConnection *connection)
{
	g_autoptr (GError) unheard = NULL;
	guint tag = 0;

	/* Everything is acknowledged by now: whatever goes wrong here changes nothing. */
	connection->leaving = TRUE;
	if (imap_connection_send (connection, "LOGOUT", &tag, &unheard))
		(void) imap_connection_flush (connection, &unheard);
}

void
imap_connection_free (ImapConnection *connection)
{
	if (connection == NULL)
		return;
	net_connection_free (connection->net);
	g_free (connection->account);
	g_clear_pointer (&connection->capabilities, g_hash_table_unref);
	g_clear_pointer (&connection->text, g_byte_array_unref);
	g_free (connection);
}
