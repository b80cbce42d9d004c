/* child.c - a process that may look at a stranger's file and do little else
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/stop.h"

#ifdef __SANITIZE_ADDRESS__
#define UNDER_SANITIZER TRUE
#else
#define UNDER_SANITIZER FALSE
#endif

/* The child's end of the socket, where everything else has been closed. */
#define CHILD_FD 3

static gboolean
fail (GError **error, const char *what)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY, "%s: %s", what, g_strerror (errno));
	return FALSE;
}

/* The parent may have died between fork and prctl: then nobody would send the signal any more. */
static void
die_with (pid_t parent)
{
	prctl (PR_SET_PDEATHSIG, SIGKILL);
	if (getppid () != parent)
		_exit (1);
}

/* Libraries print; what they say must reach neither the data on stdout nor a terminal. */
static void
leave_everything_behind (int fd)
{
	int null = open ("/dev/null", O_RDWR);

	if (null < 0 || dup2 (null, STDIN_FILENO) < 0 || dup2 (null, STDOUT_FILENO) < 0)
		_exit (1);
	if (!UNDER_SANITIZER)
		(void) dup2 (null, STDERR_FILENO); /* without it stderr is merely noisier */
	if (fd != CHILD_FD && dup2 (fd, CHILD_FD) < 0)
		_exit (1);
	(void)close_range (CHILD_FD + 1, G_MAXUINT,
			   0); /* an old kernel: they stay open, as they would have */
}

gboolean
child_start (Child *child, ChildMain run, gpointer user_data, GError **error)
{
	pid_t parent = getpid ();
	int pair[2];

	if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail (error, "no socket for a child process");

	/* The kernel would cut a packet in two that fills more than half of a small buffer. */
	int size = 4 * CHILD_MAX_PACKET;
	(void)setsockopt (pair[1], SOL_SOCKET, SO_SNDBUF, &size,
			  sizeof size); /* ... or its maximum */

	pid_t pid = fork ();
	if (pid == 0) {
		die_with (parent);
		stop_reset_in_child ();
		leave_everything_behind (pair[1]);
		_exit (run (CHILD_FD, user_data));
	}
	close (pair[1]);
	if (pid < 0) {
		close (pair[0]);
		return fail (error, "no child process");
	}
	child->pid = pid;
	child->fd = pair[0];
	return TRUE;
}

pid_t
child_fork_worker (int fd, ChildMain run, gpointer user_data, GError **error)
{
	pid_t parent = getpid ();
	pid_t pid = fork ();

	if (pid == 0) {
		die_with (parent);
		_exit (run (fd, user_data));
	}
	if (pid < 0)
		fail (error, "no child process");
	return pid;
}

static void
limit (int resource, guint64 value)
{
	struct rlimit limits = { .rlim_cur = (rlim_t) value, .rlim_max = (rlim_t) value };
	struct rlimit now;

	if (getrlimit ((__rlimit_resource_t) resource, &now) == 0 && now.rlim_max < limits.rlim_max)
		limits.rlim_cur = limits.rlim_max = now.rlim_max;
	(void)setrlimit ((__rlimit_resource_t)resource, &limits); /* lowering it can't be refused */
}

void
child_lock_in (const ChildLimits *limits)
{
	if (limits->address_space != 0 && !UNDER_SANITIZER)
		limit (RLIMIT_AS, limits->address_space);
	if (limits->open_files != 0)
		limit (RLIMIT_NOFILE, limits->open_files);
	limit (RLIMIT_CORE, 0);
	limit (RLIMIT_FSIZE, 0);
	(void) prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* since Linux 3.5 */
}

void
child_allow_cpu_seconds (guint seconds)
{
	struct rusage usage;
	struct rlimit now;

	if (getrusage (RUSAGE_SELF, &usage) < 0 || getrlimit (RLIMIT_CPU, &now) < 0)
		return;
	now.rlim_cur =
		(rlim_t) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + 2 + (time_t) seconds);
	if (now.rlim_cur > now.rlim_max)
		now.rlim_cur = now.rlim_max;
	(void) setrlimit (RLIMIT_CPU, &now); /* the soft limit may always move below the hard one */
}

void
child_allow_wall_seconds (guint seconds)
{
	(void) alarm (seconds); /* what was left of the last one doesn't matter */
}

char *
child_collect (Child *child)
{
	int status = 0;

	close (child->fd);
	while (waitpid (child->pid, &status, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	child->fd = -1;
	return child_describe_status (status);
}

void
child_end (Child *child)
{
	if (child->pid <= 0)
		return;
	close (child->fd);
	kill (child->pid, SIGKILL);
	while (waitpid (child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	child->pid = 0;
	child->fd = -1;
}

char *
child_describe_status (int status)
{
	if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
		return g_strdup ("used up its processor time");
	if (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM)
		return g_strdup ("waited too long for its file");
	if (WIFSIGNALED (status))
		return g_strdup_printf ("killed by signal %d (%s)", WTERMSIG (status),
					g_strsignal (WTERMSIG (status)));
	return g_strdup_printf ("ended with status %d",
				WIFEXITED (status) ? WEXITSTATUS (status) : -1);
}

gboolean
child_receive (int fd, void *buffer, gsize size, gsize *length, GError **error)
{
	ssize_t got;

	/* A reset means that the child ended before it had heard all that it was told; what it said
	 * itself is still there. */
	do
		got = recv (fd, buffer, size, MSG_TRUNC);
	while (got < 0 && (errno == EINTR || errno == ECONNRESET));
	if (got < 0)
		return fail (error, "lost touch with the child process");
	if ((gsize) got > size) {
		g_set_error_literal (error, RUN_ERROR, RUN_ERROR_INPUT,
				     "the child process said too much at once");
		return FALSE;
	}
	*length = (gsize) got;
	return TRUE;
}

gboolean
child_send (int fd, const void *packet, gsize length)
{
	ssize_t sent;

	do
		sent = send (fd, packet, length, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent == (ssize_t) length;
}

gboolean
child_tell (const Child *child, guint8 byte)
{
	ssize_t sent;

	do
		sent = send (child->fd, &byte, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent == 1 || errno != EAGAIN;
}

gboolean
child_listen (int fd, guint8 *byte)
{
	ssize_t got;

	do
		got = recv (fd, byte, 1, 0);
	while (got < 0 && errno == EINTR);
	return got == 1;
}

void
child_hang_up (const Child *child)
{
	(void) shutdown (child->fd, SHUT_RDWR); /* it may have hung up itself */
}
