/* cli-secret.h - where a password comes from, without ever being where others look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Not in arguments (everybody can list them), not in a child's environment, not in a log. Buffers
 * are overwritten after use.
 */
#pragma once

#include <glib.h>

/* What the command line said; at most one of file, command and fd is set. */
typedef struct {
	const char *file;
	const char *command;        /* for sh -c; its first line of output */
	const char *command_option; /* "--password-command", for error messages */
	int fd;                     /* -1: none */
	GMutex lock;                /* of what follows: connections are made in several threads */
	char *kept;                 /* what was found: further connections do not ask again */
	char *kept_for;
} CliSecret;

/* A NetSecretFunc; user_data is a CliSecret. What was given before, unless it was refused; else, in
 * this order: what the command line said; $CREDENTIALS_DIRECTORY/USER@HOST, then
 * $CREDENTIALS_DIRECTORY/password (systemd.exec(5)); ~/.netrc; a prompt on the terminal.
 * RUN_ERROR_USAGE if nothing has one, RUN_ERROR_INPUT if the place named cannot be read, or is a
 * file that others may read. */
char *cli_secret_get (const char *user, const char *host, gboolean refused, gpointer user_data,
		      GError **error);

/* Can this process read the file, and nobody but its owner? RUN_ERROR_INPUT if not. */
gboolean cli_secret_check_private (const char *path, GError **error);

/* The password for user at host in the text of a netrc file, in newly allocated memory; NULL if
 * there is none. Entries without a login fit every user; "default" fits every host. */
char *cli_secret_find_in_netrc (const char *text, const char *user, const char *host);
