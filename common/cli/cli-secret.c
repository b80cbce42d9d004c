/* cli-secret.c - where a password comes from, without ever being where others look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "cli/cli-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/stop.h"
#include "net/net-options.h"

#define SECRET_LIMIT 16384 /* tokens of large providers have 4 KiB */
#define NETRC_LIMIT  (256 * 1024)
#define TURN_POLL_MS 100

static gboolean
fail (GError **error, const char *name, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: %s", name, reason);
	return FALSE;
}

static void
wipe (char *buffer, gsize size)
{
	explicit_bzero (buffer, size);
	g_free (buffer);
}

/* Everything from fd, at most limit bytes, with a NUL behind; the buffer has limit + 1 bytes. NULL
 * with errno set. */
static char *
read_all (int fd, gsize limit)
{
	char *buffer = g_malloc0 (limit + 1);
	gsize used = 0;

	while (used < limit) {
		ssize_t n = read (fd, buffer + used, limit - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			wipe (buffer, limit + 1);
			return NULL;
		}
		if (n == 0)
			break;
		used += (gsize) n;
	}
	return buffer;
}

/* The first line from fd, which must not be empty. Closes fd. */
static char *
read_first_line (int fd, const char *name, GError **error)
{
	char *buffer = read_all (fd, SECRET_LIMIT);
	int number = errno;

	close (fd);
	if (buffer == NULL) {
		fail (error, name, g_strerror (number));
		return NULL;
	}
	buffer[strcspn (buffer, "\r\n")] = '\0';
	char *secret = buffer[0] != '\0' ? g_strdup (buffer) : NULL;
	wipe (buffer, SECRET_LIMIT + 1);
	if (secret == NULL)
		fail (error, name, "no password in its first line");
	return secret;
}

/* -1 with an error; a pipe or a terminal may have any mode, a file only one that keeps others
 * out. */
static int
open_private (const char *path, GError **error)
{
	int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0 || fstat (fd, &status) < 0) {
		fail (error, path, g_strerror (errno));
	} else if (S_ISREG (status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		fail (error, path, "others may read this secret: chmod 600 it first");
	} else {
		return fd;
	}
	if (fd >= 0)
		close (fd);
	return -1;
}

gboolean
cli_secret_check_private (const char *path, GError **error)
{
	int fd = open_private (path, error);

	if (fd >= 0)
		close (fd);
	return fd >= 0;
}

static char *
read_file (const char *path, GError **error)
{
	int fd = open_private (path, error);

	return fd >= 0 ? read_first_line (fd, path, error) : NULL;
}

static void
prepare_child (gpointer user_data)
{
	stop_reset_in_child ();
}

/* Its standard input is empty: ours may be mail. Programs that ask something open the terminal
 * themselves. */
static char *
run_command (const char *command, const char *option, GError **error)
{
	const char *const argv[] = { "/bin/sh", "-c", command, NULL };
	g_autoptr (GError) cause = NULL;
	GPid pid;
	int fd = -1;
	int status = 0;

	if (!g_spawn_async_with_pipes (NULL, (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
				       prepare_child, NULL, &pid, NULL, &fd, NULL, &cause)) {
		fail (error, option, cause->message);
		return NULL;
	}
	g_autoptr (GError) problem = NULL;
	char *secret = read_first_line (fd, option, &problem);
	while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
		;
	if (secret != NULL && g_spawn_check_wait_status (status, &cause))
		return secret;
	if (secret != NULL)
		wipe (secret, strlen (secret));
	fail (error, option, cause != NULL ? cause->message : "its output holds no password");
	return NULL;
}

/* --- ~/.netrc --------------------------------------------------------------------------------- */

/* The next word, which may be quoted; NULL at the end. *at moves behind it. Newly allocated. */
static char *
next_word (const char **at)
{
	const char *p = *at + strspn (*at, " \t\r\n");
	GString *word;

	while (*p == '#') {
		p += strcspn (p, "\n");
		p += strspn (p, " \t\r\n");
	}
	if (*p == '\0')
		return NULL;
	word = g_string_sized_new (128); /* large enough not to leave copies of a password behind */
	gboolean quoted = *p == '"';
	if (quoted)
		p++;
	while (*p != '\0' && (quoted ? *p != '"' : strchr (" \t\r\n", *p) == NULL)) {
		if (quoted && *p == '\\' && p[1] != '\0')
			p++;
		g_string_append_c (word, *p++);
	}
	*at = quoted && *p == '"' ? p + 1 : p;
	return g_string_free (word, FALSE);
}

static void
free_word (char *word)
{
	if (word != NULL)
		wipe (word, strlen (word));
}

static void
skip_macro (const char **at)
{
	const char *end = strstr (*at, "\n\n");

	*at = end != NULL ? end + 2 : *at + strlen (*at);
}

char *
cli_secret_find_in_netrc (const char *text, const char *user, const char *host)
{
	gboolean host_fits = FALSE;
	gboolean user_fits = FALSE;
	char *secret = NULL;
	char *word;

	/* A password may stand before its login, so an entry is judged at its end. */
	while ((word = next_word (&text)) != NULL) {
		gboolean begins = strcmp (word, "machine") == 0 || strcmp (word, "default") == 0;
		if (begins && secret != NULL && host_fits && user_fits)
			break;
		if (begins) {
			free_word (g_steal_pointer (&secret));
			user_fits = TRUE;
			host_fits = word[0] == 'd';
		}
		char *value = NULL;
		if (strcmp (word, "macdef") == 0)
			skip_macro (&text);
		else if (strcmp (word, "default") != 0)
			value = next_word (&text);
		if (value != NULL && strcmp (word, "machine") == 0)
			host_fits = g_ascii_strcasecmp (value, host) == 0;
		else if (value != NULL && strcmp (word, "login") == 0)
			user_fits = strcmp (value, user) == 0;
		else if (value != NULL && strcmp (word, "password") == 0) {
			free_word (secret);
			secret = g_steal_pointer (&value);
		}
		free_word (value);
		g_free (g_steal_pointer (&word));
	}
	g_free (word);
	if (secret != NULL && host_fits && user_fits)
		return secret;
	free_word (secret);
	return NULL;
}

static gboolean
look_in_netrc (const char *user, const char *host, char **secret, GError **error)
{
	const char *home = g_getenv ("HOME");
	g_autofree char *path = home != NULL ? g_build_filename (home, ".netrc", NULL) : NULL;

	if (path == NULL || !g_file_test (path, G_FILE_TEST_IS_REGULAR))
		return TRUE;
	int fd = open_private (path, error);
	if (fd < 0)
		return FALSE;
	char *text = read_all (fd, NETRC_LIMIT);
	close (fd);
	if (text == NULL)
		return fail (error, path, "cannot read");
	*secret = cli_secret_find_in_netrc (text, user, host);
	wipe (text, NETRC_LIMIT + 1);
	return TRUE;
}

/* --- The other places ------------------------------------------------------------------------- */

static gboolean
look_in_credentials (const char *user, const char *host, char **secret, GError **error)
{
	const char *directory = g_getenv ("CREDENTIALS_DIRECTORY");
	g_autofree char *account = g_strconcat (user, "@", host, NULL);
	const char *const names[] = { account, "password" };

	for (gsize i = 0; directory != NULL && i < G_N_ELEMENTS (names); i++) {
		if (strchr (names[i], '/') != NULL)
			continue;
		g_autofree char *path = g_build_filename (directory, names[i], NULL);
		if (!g_file_test (path, G_FILE_TEST_EXISTS))
			continue;
		*secret = read_file (path, error);
		return *secret != NULL;
	}
	return TRUE;
}

/* One line from the terminal; a signal ends the wait. */
static gboolean
read_tty_line (int tty, char *buffer, gsize size)
{
	gsize used = 0;

	while (used + 1 < size) {
		GPollFD polls[2] = { { .fd = tty, .events = G_IO_IN } };
		gboolean cancels = g_cancellable_make_pollfd (stop_cancellable (), &polls[1]);
		int ready = g_poll (polls, cancels ? 2 : 1, -1);
		if (cancels)
			g_cancellable_release_fd (stop_cancellable ());
		if (stop_requested ())
			return FALSE;
		ssize_t n = ready > 0 ? read (tty, buffer + used, 1) : -1;
		if (n == 0 || (n < 0 && errno != EINTR))
			return FALSE;
		if (n > 0 && buffer[used++] == '\n')
			break;
	}
	buffer[used] = '\0';
	buffer[strcspn (buffer, "\r\n")] = '\0';
	return TRUE;
}

/* The programs of a pipe ask one after the other. At once, the first to be answered would turn the
 * echo on again while the second password is typed. The lock is on the terminal by its own name:
 * /dev/tty is one file for everybody. To be closed when the answer is there; -1: nothing to wait
 * for. */
static int
wait_for_turn (void)
{
	char name[256];
	int terminal = -1;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO && terminal < 0; fd++)
		if (ttyname_r (fd, name, sizeof name) == 0)
			terminal = open (name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	while (terminal >= 0 && flock (terminal, LOCK_EX | LOCK_NB) < 0 &&
	       (errno == EWOULDBLOCK || errno == EINTR) && !stop_requested ())
		g_usleep (TURN_POLL_MS * 1000);
	return terminal;
}

static char *
prompt (int tty, const char *user, const char *host)
{
	g_autofree char *question = g_strdup_printf ("Password of %s at %s: ", user, host);
	char buffer[SECRET_LIMIT];
	struct termios before;
	char *secret = NULL;

	if (tcgetattr (tty, &before) < 0)
		return NULL;
	struct termios silent = before;
	silent.c_lflag &= (tcflag_t) ~ECHO;
	if (tcsetattr (tty, TCSAFLUSH, &silent) < 0)
		return NULL;
	/* A terminal that cannot show the question can still answer it. */
	(void) !write (tty, question, strlen (question));
	if (read_tty_line (tty, buffer, sizeof buffer) && buffer[0] != '\0')
		secret = g_strdup (buffer);
	(void) tcsetattr (tty, TCSAFLUSH, &before);
	(void) !write (tty, "\n", 1);
	explicit_bzero (buffer, sizeof buffer);
	return secret;
}

static char *
ask (const char *user, const char *host, GError **error)
{
	int tty = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int turn = tty >= 0 ? wait_for_turn () : -1;
	char *secret = tty >= 0 && !stop_requested () ? prompt (tty, user, host) : NULL;

	if (turn >= 0)
		close (turn);
	if (tty >= 0)
		close (tty);
	if (secret == NULL && stop_check (error))
		g_set_error (
			error, RUN_ERROR, RUN_ERROR_USAGE,
			"no password for %s at %s: give --password-file, --password-command or "
			"--password-fd, or put it into ~/.netrc",
			user, host);
	return secret;
}

static char *
find (const CliSecret *said, const char *user, const char *host, GError **error)
{
	char *secret = NULL;

	if (said->file != NULL)
		return read_file (said->file, error);
	if (said->command != NULL)
		return run_command (said->command, said->command_option, error);
	if (said->fd >= 0)
		return read_first_line (said->fd, "--password-fd", error);
	if (!look_in_credentials (user, host, &secret, error) ||
	    (secret == NULL && !look_in_netrc (user, host, &secret, error)))
		return NULL;
	return secret != NULL ? secret : ask (user, host, error);
}

static void
keep (CliSecret *said, const char *secret, const char *account)
{
	net_secret_free (said->kept);
	g_free (said->kept_for);
	said->kept = g_strdup (secret);
	said->kept_for = g_strdup (account);
}

char *
cli_secret_get (const char *user, const char *host, gboolean refused, gpointer user_data,
		GError **error)
{
	CliSecret *said = user_data;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&said->lock);
	/* A descriptor can be read only once, so what it gave is for every account. */
	g_autofree char *account = said->fd >= 0 ? g_strdup ("")
						 : g_strconcat (user, "@", host, NULL);

	if (!refused && g_strcmp0 (account, said->kept_for) == 0)
		return g_strdup (said->kept);
	char *secret = find (said, user, host, error);
	if (secret != NULL)
		keep (said, secret, account);
	return secret;
}
