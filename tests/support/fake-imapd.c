/* fake-imapd.c - an IMAP server that does what real ones do only on their bad days
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By itself it is a small good server with everything in memory; a script (fake-script.h) bends it.
 * Loopback only. Settings, besides those of fake-store.c:
 *
 *	greeting TEXT		without its line end
 *	before TEXT		capabilities before the login
 *	offers TEXT		and after it
 *	tls yes			TLS from the first byte
 *	inject TEXT		sent behind the OK of STARTTLS, in the clear
 *	separator TEXT		as LIST and NAMESPACE give it: "/" or NIL
 *	namespace TEXT		the whole NAMESPACE answer, instead
 *	flags TEXT		PERMANENTFLAGS of SELECT
 *	modseq yes		SELECT says HIGHESTMODSEQ
 *	access TEXT		READ-WRITE or READ-ONLY
 *	eol lf			lines end in LF alone
 *	drip yes		a byte at a time
 *	count later		an APPEND does not tell how many messages there are now
 */

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "support/fake-store.h"

#define LITERAL_LIMIT (64u << 20)

typedef struct {
	FakeScript *script;
	FakeStore *store;
	GTlsCertificate *certificate;
} Server;

typedef struct {
	Server *server;
	GSocketConnection *tcp;
	GIOStream *stream; /* tcp, or TLS over it */
	GDataInputStream *in;
	gboolean logged_in;
	FakeMailbox *selected;
} Session;

typedef struct {
	char *tag;
	char *name;
	char *arguments;	   /* with literals in their places; of an APPEND the mailbox */
	GPtrArray *messages;	   /* of FakeMessage, of an APPEND */
} Command;

/* --- Talking ---------------------------------------------------------------------------------- */

static gboolean
put (Session *session, const char *data, gsize length)
{
	GOutputStream *out = g_io_stream_get_output_stream (session->stream);
	gboolean drips = fake_script_is (session->server->script, "drip", "yes");

	for (gsize done = 0; drips && done < length; done++)
		if (!g_output_stream_write_all (out, data + done, 1, NULL, NULL, NULL))
			return FALSE;
	return drips || g_output_stream_write_all (out, data, length, NULL, NULL, NULL);
}

static gboolean
put_line (Session *session, const char *text, gsize length)
{
	gboolean lf = fake_script_is (session->server->script, "eol", "lf");
	g_autoptr (GString) line = g_string_new_len (text, (gssize) length);

	g_string_append (line, lf ? "\n" : "\r\n");
	return put (session, line->str, line->len);
}

static gboolean G_GNUC_PRINTF (2, 3)
say (Session *session, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *text = g_strdup_vprintf (format, arguments);
	va_end (arguments);
	return put_line (session, text, strlen (text));
}

static char *
setting (Session *session, const char *name, const char *otherwise)
{
	char *value = fake_script_get (session->server->script, name);

	return value != NULL ? value : g_strdup (otherwise);
}

static const char default_before[] = "IMAP4rev1 SASL-IR AUTH=PLAIN STARTTLS LITERAL+";
static const char default_offers[] = "IMAP4rev1 LITERAL+ MULTIAPPEND UIDPLUS NAMESPACE";

static char *
capabilities (Session *session)
{
	return session->logged_in ? setting (session, "offers", default_offers)
				  : setting (session, "before", default_before);
}

static gboolean
put_greeting (Session *session)
{
	g_autofree char *can = capabilities (session);
	g_autofree char *own = g_strdup_printf ("* OK [CAPABILITY %s] ready", can);
	g_autofree char *text = setting (session, "greeting", own);

	if (g_str_has_prefix (text, "* PREAUTH"))
		session->logged_in = TRUE;
	return put_line (session, text, strlen (text));
}

static void
set_stream (Session *session, GIOStream *stream)
{
	g_set_object (&session->stream, stream);
	g_clear_object (&session->in);
	session->in = g_data_input_stream_new (g_io_stream_get_input_stream (stream));
	g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (session->in), FALSE);
	g_data_input_stream_set_newline_type (session->in, G_DATA_STREAM_NEWLINE_TYPE_LF);
}

static gboolean
start_tls (Session *session)
{
	g_autoptr (GIOStream) tls = g_tls_server_connection_new (
		G_IO_STREAM (session->tcp), session->server->certificate, NULL);

	if (tls == NULL || !g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, NULL))
		return FALSE;
	set_stream (session, tls);
	return TRUE;
}

/* --- Rules ------------------------------------------------------------------------------------ */

static gboolean do_command (Session *session, const Command *command, const char *answer);

static void
hang_up (Session *session, gboolean hard)
{
	GSocket *socket = g_socket_connection_get_socket (session->tcp);
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (hard)
		(void) setsockopt (g_socket_get_fd (socket), SOL_SOCKET, SO_LINGER, &at_once,
				   sizeof at_once);
	else
		(void) g_socket_shutdown (socket, FALSE, TRUE, NULL);
}

static gboolean
take (Session *session, guint64 count)
{
	g_autofree char *buffer = g_malloc (65536);
	gsize got = 0;

	for (; count > 0; count -= got)
		if (!g_input_stream_read_all (G_INPUT_STREAM (session->in), buffer,
					      MIN (count, 65536), &got, NULL, NULL) ||
		    got == 0)
			return FALSE;
	return TRUE;
}

static gboolean
repeat (Session *session, const FakeAction *action)
{
	g_autoptr (GString) block = g_string_new (NULL);
	guint64 left = action->count;

	while (block->len < 60000)
		g_string_append_len (block, action->text, (gssize) action->length);
	guint64 in_block = block->len / action->length;
	for (; left > 0; left -= MIN (left, in_block))
		if (!put (session, block->str, (gsize) MIN (left, in_block) * action->length))
			return FALSE;
	return TRUE;
}

/* The tagged answer and what an "after" wants behind it, together. */
static gboolean
answer (Session *session, const Command *command, const char *text, const FakeAction *after)
{
	g_autofree char *line = after != NULL ? g_strdup_printf ("%s %s\r\n%s", command->tag, text,
								 after->text)
					      : g_strdup_printf ("%s %s", command->tag, text);

	return put_line (session, line, strlen (line));
}

static gboolean
act (Session *session, const FakeAction *action, const FakeAction *next, const Command *command)
{
	const char *name = action->name;

	if (strcmp (name, "say") == 0)
		return put_line (session, action->text, action->length);
	if (strcmp (name, "raw") == 0)
		return put (session, action->text, action->length);
	if (strcmp (name, "repeat") == 0)
		return repeat (session, action);
	if (strcmp (name, "take") == 0)
		return take (session, action->count);
	if (strcmp (name, "reply") == 0 && command != NULL)
		return answer (session, command, action->text,
			       next != NULL && strcmp (next->name, "after") == 0 ? next : NULL);
	if (strcmp (name, "perform") == 0)
		return command != NULL ? do_command (session, command, action->text)
				       : put_greeting (session);
	if (strcmp (name, "deliver") == 0)
		fake_store_deliver (session->server->store, action->text, action->length);
	if (strcmp (name, "expunge") == 0)
		fake_store_expunge (session->server->store, action->count);
	if (strcmp (name, "flag") == 0)
		fake_store_flag (session->server->store, action->count, action->text);
	if (strcmp (name, "set") == 0)
		fake_script_set (session->server->script, action->text);
	if (strcmp (name, "mute") == 0) {
		g_print ("mute\n");
		(void) take (session, G_MAXUINT64);
		return FALSE;
	}
	if (strcmp (name, "close") == 0 || strcmp (name, "reset") == 0) {
		hang_up (session, name[0] == 'r');
		return FALSE;
	}
	return TRUE;
}

/* Returns whether the session goes on. */
static gboolean
follow (Session *session, const FakeRule *rule, const Command *command)
{
	for (guint i = 0; i < rule->actions->len; i++) {
		const FakeAction *next =
			i + 1 < rule->actions->len ? rule->actions->pdata[i + 1] : NULL;

		if (!act (session, rule->actions->pdata[i], next, command))
			return FALSE;
	}
	return TRUE;
}

/* --- Listening -------------------------------------------------------------------------------- */

static void
command_free (Command *command)
{
	g_free (command->tag);
	g_free (command->name);
	g_free (command->arguments);
	g_ptr_array_unref (command->messages);
	g_free (command);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Command, command_free)

static char *
hear_line (Session *session)
{
	gsize length = 0;
	char *line = g_data_input_stream_read_line (session->in, &length, NULL, NULL);

	if (line != NULL && length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	return line;
}

/* Whether line ends in {N} or {N+}; then *size is N, *waits whether the client does. */
static gboolean
ends_in_literal (const char *line, guint64 *size, gboolean *waits)
{
	const char *brace = strrchr (line, '{');
	char *end = NULL;

	if (brace == NULL)
		return FALSE;
	*size = g_ascii_strtoull (brace + 1, &end, 10);
	*waits = *end != '+';
	return end > brace + 1 && strcmp (*waits ? end : end + 1, "}") == 0;
}

/* A GBytes, or NULL when there is no more to hear. */
static GBytes *
hear_literal (Session *session, guint64 size, gboolean waits)
{
	g_autofree guint8 *data = NULL;
	gsize got = 0;

	g_autofree char *can = capabilities (session);

	/* RFC 7888, 5: as Dovecot does */
	if (!waits && size > 4096 && strstr (can, "LITERAL-") != NULL) {
		(void) say (session, "* BYE [TOOBIG] Too long literal");
		return NULL;
	}
	if (size > LITERAL_LIMIT || (waits && !say (session, "+ go on")))
		return NULL;
	data = g_malloc (size + 1);
	if (!g_input_stream_read_all (G_INPUT_STREAM (session->in), data, size, &got, NULL, NULL) ||
	    got < size)
		return NULL;
	data[size] = '\0';
	return g_bytes_new_take (g_steal_pointer (&data), size);
}

static char *
between (const char *text, char open, char close, gboolean keep)
{
	const char *from = strchr (text, open);
	const char *to = from != NULL ? strchr (from + 1, close) : NULL;

	if (to == NULL)
		return NULL;
	return keep ? g_strndup (from, (gsize) (to - from) + 1)
		    : g_strndup (from + 1, (gsize) (to - from) - 1);
}

/* The messages of an APPEND, whose command line is line. *over: a rule has answered already. */
static gboolean
hear_messages (Session *session, Command *command, const char *line, gboolean *over)
{
	g_autofree char *piece = g_strdup (line);
	guint64 size = 0;
	gboolean waits = FALSE;

	while (ends_in_literal (piece, &size, &waits)) {
		/* behind the name of the mailbox, which may have blanks and brackets */
		const char *options = command->messages->len == 0
					      ? piece + strlen (command->arguments)
					      : piece;
		g_autofree char *flags = between (options, '(', ')', TRUE);
		g_autofree char *date = between (options, '"', '"', FALSE);
		const FakeRule *rule = fake_script_meet (session->server->script, "literal");

		if (rule != NULL && !follow (session, rule, command))
			return FALSE;
		if (rule != NULL && waits) {
			*over = TRUE;
			return TRUE;
		}
		g_autoptr (GBytes) bytes = hear_literal (session, size, waits);
		if (bytes == NULL)
			return FALSE;
		g_ptr_array_add (command->messages,
				 fake_message_new (flags != NULL ? flags : "()",
						   date != NULL ? date : "", bytes));
		g_free (piece);
		piece = hear_line (session);
		if (piece == NULL)
			return FALSE;
	}
	return TRUE;
}

static gboolean
hear_arguments (Session *session, Command *command, const char *line)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autofree char *piece = g_strdup (line);
	guint64 size = 0;
	gboolean waits = FALSE;

	while (ends_in_literal (piece, &size, &waits)) {
		g_autoptr (GBytes) bytes = hear_literal (session, size, waits);

		if (bytes == NULL)
			return FALSE;
		g_string_append_len (text, piece, strrchr (piece, '{') - piece);
		g_string_append_printf (text, "\"%s\"",
					(const char *) g_bytes_get_data (bytes, NULL));
		g_free (piece);
		piece = hear_line (session);
		if (piece == NULL)
			return FALSE;
	}
	g_string_append (text, piece);
	command->arguments = g_strdup (text->str);
	return TRUE;
}

/* The first word or quoted string, with its quotes. */
static char *
first_word (const char *text)
{
	const char *end = text;

	if (*text != '"')
		return g_strndup (text, strcspn (text, " "));
	for (end = text + 1; *end != '\0' && *end != '"'; end++)
		if (*end == '\\' && end[1] != '\0')
			end++;
	return g_strndup (text, (gsize) (end - text) + (*end == '"'));
}

static Command *
hear_command (Session *session, gboolean *over)
{
	g_autofree char *line = hear_line (session);
	g_auto (GStrv) words = line != NULL ? g_strsplit (line, " ", 3) : NULL;
	g_autoptr (Command) command = g_new0 (Command, 1);
	const char *rest = words != NULL && words[0] && words[1] && words[2] ? words[2] : "";

	command->messages = g_ptr_array_new_with_free_func (fake_message_free);
	if (words == NULL || words[0] == NULL || words[1] == NULL)
		return NULL;
	command->tag = g_strdup (words[0]);
	command->name = g_ascii_strup (words[1], -1);
	if (g_ascii_strcasecmp (words[1], "UID") == 0) {
		g_autofree char *first = first_word (rest);

		g_free (command->name);
		command->name = g_strconcat ("UID-", first, NULL);
	}
	if (strcmp (command->name, "APPEND") != 0)
		return hear_arguments (session, command, rest) ? g_steal_pointer (&command) : NULL;
	command->arguments = first_word (rest);
	return hear_messages (session, command, rest, over) ? g_steal_pointer (&command) : NULL;
}

/* --- Commands --------------------------------------------------------------------------------- */

static char *
unquote (const char *word)
{
	g_autofree char *first = first_word (word);
	gsize length = strlen (first);

	if (length < 2 || first[0] != '"')
		return g_steal_pointer (&first);
	first[length - 1] = '\0';
	return g_strcompress (first + 1);
}

static void
list (Session *session, const char *arguments)
{
	g_autofree char *separator = setting (session, "separator", "\"/\"");
	FakeStore *store = session->server->store;
	g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (store->mailboxes),
					       (GCompareFunc) strcmp);

	if (strstr (arguments, "\"\" \"\"") != NULL) {
		(void) say (session, "* LIST (\\Noselect) %s \"\"", separator);
		return;
	}
	for (GList *link = names; link != NULL; link = link->next)
		(void) say (session, "* LIST (\\HasNoChildren) %s \"%s\"", separator,
			    (const char *) link->data);
}

static char *
select_mailbox (Session *session, const char *arguments, gboolean examine)
{
	g_autofree char *name = unquote (arguments);
	g_autofree char *flags = setting (session, "flags",
					  "(\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)");
	g_autofree char *access = setting (session, "access", "READ-WRITE");
	FakeMailbox *mailbox = fake_store_get (session->server->store, name, FALSE);

	session->selected = mailbox;
	if (mailbox == NULL)
		return g_strdup ("NO [NONEXISTENT] No such mailbox");
	(void) say (session, "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)");
	(void) say (session, "* OK [PERMANENTFLAGS %s] kept", examine ? "()" : flags);
	(void) say (session, "* %u EXISTS", mailbox->messages->len);
	(void) say (session, "* 0 RECENT");
	(void) say (session, "* OK [UIDVALIDITY %" G_GUINT64_FORMAT "] valid",
		    fake_store_validity (session->server->store));
	(void) say (session, "* OK [UIDNEXT %" G_GUINT64_FORMAT "] next", mailbox->uid_next);
	if (fake_script_is (session->server->script, "modseq", "yes"))
		(void) say (session, "* OK [HIGHESTMODSEQ %" G_GUINT64_FORMAT "] highest",
			    mailbox->mod_sequence);
	return g_strdup_printf ("OK [%s] selected", examine ? "READ-ONLY" : access);
}

static char *
status (Session *session, const char *arguments)
{
	g_autofree char *name = unquote (arguments);
	const FakeMailbox *mailbox = fake_store_get (session->server->store, name, FALSE);

	if (mailbox == NULL)
		return g_strdup ("NO [NONEXISTENT] No such mailbox");
	(void) say (session,
		    "* STATUS \"%s\" (MESSAGES %u UIDNEXT %" G_GUINT64_FORMAT
		    " UIDVALIDITY %" G_GUINT64_FORMAT ")",
		    name, mailbox->messages->len, mailbox->uid_next,
		    fake_store_validity (session->server->store));
	return g_strdup ("OK status");
}

static gboolean
in_set (const char *set, guint64 uid, guint64 last)
{
	g_auto (GStrv) ranges = g_strsplit (set, ",", 0);

	for (guint i = 0; ranges[i] != NULL; i++) {
		g_auto (GStrv) ends = g_strsplit (ranges[i], ":", 2);
		const char *end = ends[1] != NULL ? ends[1] : ends[0];
		guint64 a = ends[0][0] == '*' ? last : g_ascii_strtoull (ends[0], NULL, 10);
		guint64 b = end[0] == '*' ? last : g_ascii_strtoull (end, NULL, 10);

		if (uid >= MIN (a, b) && uid <= MAX (a, b))
			return TRUE;
	}
	return FALSE;
}

static char *
uid_fetch (Session *session, const char *arguments)
{
	FakeStore *store = session->server->store;
	g_auto (GStrv) words = g_strsplit (arguments, " ", 3);
	const GPtrArray *messages = session->selected != NULL ? session->selected->messages : NULL;

	if (messages == NULL || g_strv_length (words) < 3)
		return g_strdup ("BAD fetch what?");
	g_mutex_lock (&store->lock);
	const FakeMessage *last = messages->len > 0 ? messages->pdata[messages->len - 1] : NULL;
	for (guint i = 0; i < messages->len; i++) {
		const FakeMessage *message = messages->pdata[i];
		gsize length = 0;

		if (!in_set (words[1], message->uid, last->uid))
			continue;
		g_autofree char *text =
			fake_message_fetch (store, message, i + 1, words[2], &length);
		(void) put (session, text, length);
	}
	g_mutex_unlock (&store->lock);
	return g_strdup ("OK fetched");
}

static char *
create (Session *session, const char *arguments)
{
	g_autofree char *name = unquote (arguments);

	if (fake_store_get (session->server->store, name, FALSE) != NULL)
		return g_strdup ("NO [ALREADYEXISTS] it is there");
	(void) fake_store_get (session->server->store, name, TRUE);
	return g_strdup ("OK created");
}

static char *
authenticate (Session *session, const char *arguments)
{
	if (!g_str_has_prefix (arguments, "PLAIN"))
		return g_strdup ("NO not offered");
	if (strcmp (arguments, "PLAIN") == 0) {
		(void) say (session, "+ ");
		g_free (hear_line (session));
	}
	session->logged_in = TRUE;
	return g_strdup ("OK logged in");
}

static char *
name_space (Session *session)
{
	g_autofree char *separator = setting (session, "separator", "\"/\"");
	g_autofree char *own = g_strdup_printf ("((\"\" %s)) NIL NIL", separator);
	g_autofree char *text = setting (session, "namespace", own);

	(void) say (session, "* NAMESPACE %s", text);
	return g_strdup ("OK these");
}

static char *
append (Session *session, const Command *command)
{
	FakeStore *store = session->server->store;
	g_autofree char *mailbox = unquote (command->arguments);
	g_autofree char *result = fake_store_append (store, mailbox, command->messages);

	if (g_str_has_prefix (result, "OK") && session->selected != NULL &&
	    strcmp (session->selected->name, mailbox) == 0 &&
	    !fake_script_is (session->server->script, "count", "later"))
		(void) say (session, "* %u EXISTS", session->selected->messages->len);
	return g_steal_pointer (&result);
}

/* What a good server does: says what is asked for, gives the answer without its tag. */
static char *
perform (Session *session, const Command *command)
{
	const char *name = command->name;
	const char *arguments = command->arguments;

	if (strcmp (name, "CAPABILITY") == 0) {
		g_autofree char *text = capabilities (session);
		(void) say (session, "* CAPABILITY %s", text);
	} else if (strcmp (name, "APPEND") == 0) {
		return append (session, command);
	} else if (strcmp (name, "NAMESPACE") == 0) {
		return name_space (session);
	} else if (strcmp (name, "LIST") == 0) {
		list (session, arguments);
	} else if (strcmp (name, "SELECT") == 0 || strcmp (name, "EXAMINE") == 0) {
		return select_mailbox (session, arguments, name[0] == 'E');
	} else if (strcmp (name, "STATUS") == 0) {
		return status (session, arguments);
	} else if (strcmp (name, "UID-FETCH") == 0) {
		return uid_fetch (session, arguments);
	} else if (strcmp (name, "CREATE") == 0) {
		return create (session, arguments);
	} else if (strcmp (name, "AUTHENTICATE") == 0) {
		return authenticate (session, arguments);
	} else if (strcmp (name, "LOGIN") == 0) {
		session->logged_in = TRUE;
	} else if (strcmp (name, "LOGOUT") == 0) {
		(void) say (session, "* BYE until later");
	} else if (strstr (" NOOP SUBSCRIBE CLOSE UNSELECT ENABLE ID CHECK EXPUNGE STARTTLS ",
			   name) == NULL) {
		return g_strdup ("BAD not known here");
	}
	return g_strdup ("OK done");
}

static gboolean
do_starttls (Session *session, const Command *command)
{
	g_autofree char *injected = setting (session, "inject", "");
	g_autofree char *text = g_strdup_printf ("%s OK begin\r\n%s", command->tag, injected);

	return put (session, text, strlen (text)) && start_tls (session);
}

/* As good servers do, but with this answer; "" for theirs. */
static gboolean
do_command (Session *session, const Command *command, const char *text)
{
	if (strcmp (command->name, "STARTTLS") == 0)
		return do_starttls (session, command);
	if (fake_store_dies_of (session->server->store, command->messages))
		return FALSE;
	g_autofree char *own = perform (session, command);

	if (strcmp (text, "silently") != 0 &&
	    !answer (session, command, *text != '\0' ? text : own, NULL))
		return FALSE;
	return strcmp (command->name, "LOGOUT") != 0;
}

static gboolean
serve_command (Session *session)
{
	gboolean over = FALSE;
	g_autoptr (Command) command = hear_command (session, &over);

	if (command == NULL)
		return FALSE;
	if (over)
		return TRUE;
	const FakeRule *rule = fake_script_meet (session->server->script, command->name);
	return rule != NULL ? follow (session, rule, command) : do_command (session, command, "");
}

/* --- Connections ------------------------------------------------------------------------------ */

static gboolean
greet (Session *session)
{
	const FakeRule *rule = fake_script_meet (session->server->script, "greeting");

	return rule != NULL ? follow (session, rule, NULL) : put_greeting (session);
}

static gboolean
serve (GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
       gpointer user_data)
{
	Server *server = user_data;
	Session session = { .server = server, .tcp = connection };
	gboolean ok;

	(void) service;
	(void) source;
	set_stream (&session, G_IO_STREAM (connection));
	ok = !fake_script_is (server->script, "tls", "yes") || start_tls (&session);
	if (ok && greet (&session))
		while (serve_command (&session))
			continue;
	g_clear_object (&session.in);
	(void) g_io_stream_close (session.stream, NULL, NULL);
	g_clear_object (&session.stream);
	return TRUE;
}

static gboolean
start (Server *server, char **argv, GSocketService **service, GError **error)
{
	g_autofree char *text = NULL;
	g_autofree char *port = NULL;
	g_autoptr (GInetAddress) host = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
	g_autoptr (GSocketAddress) address = g_inet_socket_address_new (host, 0);
	g_autoptr (GSocketAddress) bound = NULL;

	if (!g_file_get_contents (argv[1], &text, NULL, error) ||
	    (server->script = fake_script_new (text, error)) == NULL)
		return FALSE;
	if (argv[4] != NULL &&
	    (server->certificate = g_tls_certificate_new_from_file (argv[4], error)) == NULL)
		return FALSE;
	server->store = fake_store_new (server->script, argv[3]);
	*service = g_threaded_socket_service_new (50);
	if (!g_socket_listener_add_address (G_SOCKET_LISTENER (*service), address,
					    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
					    &bound, error))
		return FALSE;
	g_signal_connect (*service, "run", G_CALLBACK (serve), server);
	g_socket_service_start (*service);
	port = g_strdup_printf ("%u\n",
				g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
	return g_file_set_contents (argv[2], port, -1, error);
}

int
main (int argc, char **argv)
{
	Server server = { 0 };
	g_autoptr (GSocketService) service = NULL;
	g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
	g_autoptr (GError) error = NULL;

	if (argc < 4 || argc > 5) {
		g_printerr ("usage: fake-imapd SCRIPT PORT-FILE LOG [CERTIFICATE-AND-KEY]\n");
		return 2;
	}
	if (!start (&server, argv, &service, &error)) {
		g_printerr ("fake-imapd: %s\n", error->message);
		return 2;
	}
	g_main_loop_run (loop);
	return 0;
}
