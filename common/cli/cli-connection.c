/* cli-connection.c - the options of every tool that opens a URL
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cli/cli-connection.h"

#include "cli/cli.h"
#include "cli/cli-secret.h"

static NetOptions net;
static CliSecret secret = { .fd = -1 };
static char *password_file;
static char *password_command;
static char *ca_file;
static char *tls_pin;
static char *authzid;
static int timeout_seconds;
static char *token_command;
static char *client_certificate;
static char *tunnel;

static gboolean
count_cleartext (const char *name, const char *value, gpointer data, GError **error)
{
	net.insecure_cleartext++;
	return TRUE;
}

const GOptionEntry cli_connection_options[] = {
	{ "password-file", 0, 0, G_OPTION_ARG_FILENAME, &password_file,
	  "Read the password from the first line of FILE, which only its owner may read", "FILE" },
	{ "password-command", 0, 0, G_OPTION_ARG_STRING, &password_command,
	  "Take the password from the first line that the shell command COMMAND prints",
	  "COMMAND" },
	{ "password-fd", 0, 0, G_OPTION_ARG_INT, &secret.fd,
	  "Read the password from the open file descriptor N", "N" },
	{ "token-command", 0, 0, G_OPTION_ARG_STRING, &token_command,
	  "Log in by the OAuth 2.0 token that the shell command COMMAND prints; it is run again if "
	  "the token has expired",
	  "COMMAND" },
	{ "client-cert", 0, 0, G_OPTION_ARG_FILENAME, &client_certificate,
	  "Log in by the certificate and key in FILE (PEM), which only its owner may read",
	  "FILE" },
	{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &ca_file,
	  "Trust the authorities in FILE (PEM) instead of the system's", "FILE" },
	{ "tls-pin", 0, 0, G_OPTION_ARG_STRING, &tls_pin,
	  "Trust exactly the certificate with this digest", "sha256:HEX" },
	{ "insecure-cleartext", 0, G_OPTION_FLAG_NO_ARG, G_OPTION_ARG_CALLBACK,
	  (gpointer) count_cleartext,
	  "Speak imap:// without encryption to this machine (given twice: to any)", NULL },
	{ "as", 0, 0, G_OPTION_ARG_STRING, &authzid,
	  "Log in with the rights of the user in the URL, into the account of USER", "USER" },
	{ "tunnel", 0, 0, G_OPTION_ARG_STRING, &tunnel,
	  "Speak to the server through the standard input and output of the shell command COMMAND",
	  "COMMAND" },
	{ "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds,
	  "Give a server up that says nothing for so many seconds (default: 300)", "SECONDS" },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

const NetOptions *
cli_connection_get (GError **error)
{
	int sources = (password_file != NULL) + (password_command != NULL) + (secret.fd >= 0) +
		      (token_command != NULL);

	if (sources > 1) {
		cli_usage_error (
			error, "only one of --password-file, --password-command, --password-fd and "
			       "--token-command");
		return NULL;
	}
	if (tls_pin != NULL && !net_options_parse_pin (tls_pin, NULL)) {
		cli_usage_error (error, "--tls-pin=%s: must be sha256: and 64 hex digits", tls_pin);
		return NULL;
	}
	if (client_certificate != NULL && !cli_secret_check_private (client_certificate, error))
		return NULL;
	secret.file = password_file;
	secret.command = token_command != NULL ? token_command : password_command;
	secret.command_option = token_command != NULL ? "--token-command" : "--password-command";
	if (timeout_seconds < 0) {
		cli_usage_error (error, "--timeout=%d: must be a number of seconds",
				 timeout_seconds);
		return NULL;
	}
	net.timeout_seconds = (guint) timeout_seconds;
	net.ca_file = ca_file;
	net.tls_pin = tls_pin;
	net.authzid = authzid;
	net.client_certificate = client_certificate;
	net.tunnel = tunnel;
	net.secret_is_token = token_command != NULL;
	net.get_secret = cli_secret_get;
	net.secret_data = &secret;
	return &net;
}
