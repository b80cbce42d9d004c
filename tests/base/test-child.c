/* test-child.c - a child that dies costs only itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"

static int
say_two_words (int fd, gpointer user_data)
{
	return child_send (fd, "one", 3) && child_send (fd, user_data, strlen (user_data)) ? 0 : 1;
}

static void
assert_receives (const Child *child, const char *expected)
{
	char buffer[64];
	gsize length = 0;
	g_autoptr (GError) error = NULL;

	g_assert_true (child_receive (child->fd, buffer, sizeof buffer, &length, &error));
	g_assert_no_error (error);
	g_assert_cmpmem (buffer, (int)length, expected, (int)strlen (expected));
}

static void
test_packets (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};

	g_assert_true (child_start (&child, say_two_words, (gpointer) "three", &error));
	assert_receives (&child, "one");
	assert_receives (&child, "three");
	assert_receives (&child, "");
	child_end (&child);
}

static void
test_too_long (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};
	char buffer[2];
	gsize length = 0;

	g_assert_true (child_start (&child, say_two_words, (gpointer) "three", &error));
	g_assert_false (child_receive (child.fd, buffer, sizeof buffer, &length, &error));
	g_assert_nonnull (error);
	child_end (&child);
}

static int
die_speaking (int fd, gpointer user_data)
{
	child_send (fd, "last", 4);
	raise (SIGSEGV);
	return 0;
}

static void
test_death (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};

	g_assert_true (child_start (&child, die_speaking, NULL, &error));
	assert_receives (&child, "last");
	assert_receives (&child, "");
	child_end (&child);
	g_assert_cmpint (child.pid, ==, 0);
	child_end (&child);
}

/* Says what it can still do. */
static int
look_around (int fd, gpointer user_data)
{
	const ChildLimits limits = {.address_space = 1 << 30, .open_files = 4};
	struct rlimit core;
	GString *report = g_string_new (NULL);

	child_lock_in (&limits);
	getrlimit (RLIMIT_CORE, &core);
	g_string_append_printf (report, "core %lu", (unsigned long)core.rlim_cur);
	int opened = open ("/dev/null", O_RDONLY);
	g_string_append_printf (report, " open %s",
				opened < 0 && errno == EMFILE ? "refused" : "granted");
	g_string_append_printf (report, " inherited %s", fcntl (9, F_GETFD) < 0 ? "no" : "yes");
	child_send (fd, report->str, report->len);
	return 0;
}

static void
test_locked_in (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};
	int leaked = dup2 (STDERR_FILENO, 9);

	g_assert_cmpint (leaked, ==, 9);
	g_assert_true (child_start (&child, look_around, NULL, &error));
	close (leaked);
	assert_receives (&child, "core 0 open refused inherited no");
	child_end (&child);
}

/* What libraries print must not get between the data that the parent writes. */
static int
print_something (int fd, gpointer user_data)
{
	static const char text[] = "not for you";

	child_send (fd, "said", write (STDOUT_FILENO, text, sizeof text) > 0 ? 4 : 0);
	return 0;
}

static void
test_printing (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};
	char byte;
	int pair[2];
	int out = dup (STDOUT_FILENO);

	fflush (stdout);
	g_assert_cmpint (pipe (pair), ==, 0);
	g_assert_cmpint (dup2 (pair[1], STDOUT_FILENO), ==, STDOUT_FILENO);
	gboolean is_started = child_start (&child, print_something, NULL, &error);
	g_assert_cmpint (dup2 (out, STDOUT_FILENO), ==, STDOUT_FILENO);
	close (out);
	close (pair[1]);
	g_assert_true (is_started);
	assert_receives (&child, "said");
	g_assert_cmpint ((int)read (pair[0], &byte, 1), ==, 0);
	close (pair[0]);
	child_end (&child);
}

static int
spin (int fd, gpointer user_data)
{
	volatile guint64 n = 0;

	child_allow_cpu_seconds (0);
	for (;;)
		n++;
	return 0;
}

/* A worker of the child spins; the child sees its end and says how it came. */
static int
watch_worker (int fd, gpointer user_data)
{
	g_autoptr (GError) error = NULL;
	int status = 0;
	pid_t pid = child_fork_worker (fd, spin, NULL, &error);

	if (pid < 0 || waitpid (pid, &status, 0) != pid)
		return 1;
	g_autofree char *text = child_describe_status (status);
	child_send (fd, text, strlen (text));
	return 0;
}

static void
test_cpu_time (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};

	g_assert_true (child_start (&child, watch_worker, NULL, &error));
	assert_receives (&child, "used up its processor time");
	child_end (&child);
}

static int
wait_for_ever (int fd, gpointer user_data)
{
	char byte;
	int pair[2];

	child_allow_wall_seconds (1);
	return pipe (pair) == 0 && read (pair[0], &byte, 1) == 1;
}

static void
test_wall_time (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};

	g_assert_true (child_start (&child, wait_for_ever, NULL, &error));
	assert_receives (&child, "");
	g_autofree char *how = child_collect (&child);
	g_assert_cmpstr (how, ==, "waited too long for its file");
	child_end (&child);
}

static int
send_until_nobody_listens (int fd, gpointer user_data)
{
	while (child_send (fd, "x", 1))
		;
	return 0;
}

static void
test_parent_leaves (void)
{
	g_autoptr (GError) error = NULL;
	Child child = {0};
	int status = 0;

	g_assert_true (child_start (&child, send_until_nobody_listens, NULL, &error));
	close (child.fd);
	g_assert_cmpint (waitpid (child.pid, &status, 0), ==, child.pid);
	g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/base/child/packets-stay-whole", test_packets);
	g_test_add_func ("/base/child/packets-that-are-too-long-are-errors", test_too_long);
	g_test_add_func ("/base/child/its-death-is-an-end-and-no-more", test_death);
	g_test_add_func ("/base/child/locked-in-it-opens-nothing", test_locked_in);
	g_test_add_func ("/base/child/what-it-prints-reaches-nobody", test_printing);
	g_test_add_func ("/base/child/a-spinning-worker-is-ended", test_cpu_time);
	g_test_add_func ("/base/child/one-that-waits-for-ever-is-ended", test_wall_time);
	g_test_add_func ("/base/child/it-ends-when-nobody-listens", test_parent_leaves);
	return g_test_run ();
}
