/* imap-connection.h - an authenticated session with an IMAP server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Commands may be pipelined: begin, write, read the replies later. Untagged data belongs to whoever
 * reads. A BYE that nobody asked for ends the session with RUN_ERROR_TEMPORARY and the server's
 * words.
 */
#pragma once

#include "imap/imap-response.h"
#include "net/net-connection.h"

typedef struct ImapConnection ImapConnection;

/* Connected, encrypted as url and options demand, logged in, capabilities known. Both are borrowed
 * for the life of the connection. RUN_ERROR_LOGIN if the server refuses the user; see
 * net-connection.h for the rest. */
ImapConnection *imap_connection_new (const NetUrl *url, const NetOptions *options, GError **error);

/* Hangs up without a word. */
void imap_connection_free (ImapConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapConnection, imap_connection_free)

/* Say LOGOUT, and do not wait for the answer: there is nothing in it. */
void imap_connection_logout (ImapConnection *connection);

/* Is name (in capitals) among the capabilities? */
gboolean imap_connection_has (const ImapConnection *connection, const char *name);

/* What stands behind "name=" among the capabilities (APPENDLIMIT=35651584); NULL if nothing
 * does. */
const char *imap_connection_get_value (const ImapConnection *connection, const char *name);

/* What it runs over: for the login, which is tied to it. */
NetConnection *imap_connection_get_net (ImapConnection *connection);

/* From here on everything is compressed (RFC 4978), if the server can and the options want it: on
 * says at once, auto once the link has proved to be slower than compressing. Nothing may be in
 * flight. */
gboolean imap_connection_compress (ImapConnection *connection, GError **error);

/* Would imap_connection_compress do so now? */
gboolean imap_connection_wants_compression (const ImapConnection *connection);

/* "user@host:port", for people and journals. */
const char *imap_connection_get_account (const ImapConnection *connection);

/* --- One command at a time ---- */

typedef void (*ImapUntaggedFunc) (const ImapResponse *response, gpointer user_data);

/* Send one command (without tag and CRLF) and read up to its reply; untagged data in between goes
 * to function (may be NULL). TRUE with *reply whether that is OK, NO or BAD. Nothing else may be in
 * flight. */
gboolean imap_connection_run (ImapConnection *connection, const char *command,
			      ImapUntaggedFunc function, gpointer user_data, ImapResponse **reply,
			      GError **error);

/* The same, but a NO or BAD is an error. */
gboolean imap_connection_must (ImapConnection *connection, const char *command,
			       ImapUntaggedFunc function, gpointer user_data, GError **error);

/* What a NO or BAD stands for: RUN_ERROR_TEMPORARY (in use, throttled ...), RUN_ERROR_OUTPUT (over
 * quota, and all others). what says what was tried: "cannot open folder X". Always FALSE. RFC 5530;
 * Cyrus and Courier say "over quota" without a code. */
gboolean imap_connection_refused (const ImapConnection *connection, const ImapResponse *reply,
				  const char *what, GError **error);

/* --- Pipelining ---- */

/* Write a new tag and a blank; *tag is its number. */
gboolean imap_connection_begin (ImapConnection *connection, guint *tag, GError **error);
gboolean imap_connection_write (ImapConnection *connection, const void *data, gsize length,
				GError **error);
gboolean imap_connection_print (ImapConnection *connection, GError **error, const char *format, ...)
	G_GNUC_PRINTF (3, 4);
gboolean imap_connection_flush (ImapConnection *connection, GError **error);

/* One whole command, as in imap_connection_run, without waiting for anything. */
gboolean imap_connection_send (ImapConnection *connection, const char *command, guint *tag,
			       GError **error);

/* Read up to the reply to the oldest command in flight, which is tag; the rest as in
 * imap_connection_run. */
gboolean imap_connection_wait (ImapConnection *connection, guint tag, ImapUntaggedFunc function,
			       gpointer user_data, ImapResponse **reply, GError **error);

/* The same, or a request to continue ("+"), whichever comes first. */
ImapResponse *imap_connection_wait_or_continue (ImapConnection *connection, guint tag,
						GError **error);

/* Send line and CRLF, and overwrite the buffers that they went through. */
gboolean imap_connection_send_secret (ImapConnection *connection, const char *line, GError **error);

/* The next response, whatever it is; what was written is sent first. */
ImapResponse *imap_connection_read (ImapConnection *connection, GError **error);

/* Is there something to read without waiting? */
gboolean imap_connection_has_response (ImapConnection *connection);

/* The number of the command that response (tagged) replies to; 0 if it is none of ours. */
guint imap_connection_get_tag (const ImapResponse *response);

/* Text as an IMAP quoted string; newly allocated. The text has neither NUL, CR, LF nor bytes above
 * 7F. */
char *imap_quote (const char *text);
