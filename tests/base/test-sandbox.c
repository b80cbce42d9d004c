/* test-sandbox.c - what a locked-in process can still do
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/sandbox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child tries behind the walls; its exit status. */
typedef int (*Attempt) (void);

#define WALL_MISSING 77

/* How a child ends that puts up walls and then makes the attempt. */
static int
attempt_behind (SandboxWalls walls, Attempt attempt)
{
	pid_t pid = fork ();
	int status;

	g_assert_cmpint (pid, >=, 0);
	if (pid == 0) {
		if (sandbox_enter (walls) != walls)
			_exit (WALL_MISSING);
		_exit (attempt ());
	}
	g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
	return status;
}

static gboolean
skipped (int status)
{
	if (!WIFEXITED (status) || WEXITSTATUS (status) != WALL_MISSING)
		return FALSE;
	g_test_skip ("this kernel or build has no such wall");
	return TRUE;
}

static void
assert_exits (int status, int wanted)
{
	if (skipped (status))
		return;
	g_assert_true (WIFEXITED (status));
	g_assert_cmpint (WEXITSTATUS (status), ==, wanted);
}

static void
assert_killed (int status)
{
	if (skipped (status))
		return;
	g_assert_true (WIFSIGNALED (status));
	g_assert_cmpint (WTERMSIG (status), ==, SIGSYS);
}

static int
open_files (void)
{
	return open ("/etc/passwd", O_RDONLY) >= 0 || open ("/tmp/mailferry-sandbox", O_WRONLY | O_CREAT, 0600) >= 0;
}

static int
execute (void)
{
	char *const argv[] = { (char *) "true", NULL };

	execv ("/bin/true", argv);
	return 1;
}

static int
make_socket (void)
{
	return socket (AF_INET, SOCK_STREAM, 0) >= 0;
}

static int
make_child (void)
{
	pid_t pid = fork ();

	if (pid == 0)
		_exit (0);
	if (pid > 0)
		waitpid (pid, NULL, 0);
	return pid >= 0;
}

static int
map_code (void)
{
	return mmap (NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static int
signal_parent (void)
{
	return kill (getppid (), 0) == 0;
}

/* What honest work looks like: memory, text, an open file. */
static int
work (void)
{
	g_autofree char *text = g_strdup_printf ("%d", 42);
	gsize size = 64 * 1024 * 1024;
	guint8 *large = malloc (size);

	large[size - 1] = 1;
	gboolean good = large[size - 1] == 1 && g_ascii_strtoll (text, NULL, 10) == 42;
	free (large);
	return good ? 0 : 1;
}

#define LEAF (SANDBOX_FEW_CALLS | SANDBOX_NO_FORK)

static void
test_files (void)
{
	assert_exits (attempt_behind (SANDBOX_NO_FILES, open_files), 0);
	assert_exits (attempt_behind (LEAF, open_files), 0);
}

static void
test_deadly (void)
{
	assert_killed (attempt_behind (LEAF, execute));
	assert_killed (attempt_behind (LEAF, make_socket));
	assert_killed (attempt_behind (SANDBOX_FEW_CALLS, execute));
}

static void
test_children (void)
{
	assert_exits (attempt_behind (LEAF, make_child), 0);
	assert_exits (attempt_behind (SANDBOX_FEW_CALLS, make_child), 1);
}

static void
test_refused (void)
{
	assert_exits (attempt_behind (LEAF, map_code), 0);
	assert_exits (attempt_behind (LEAF, signal_parent), 0);
}

static void
test_work (void)
{
	assert_exits (attempt_behind (SANDBOX_NO_FILES | LEAF, work), 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/sandbox/opens-no-file", test_files);
	g_test_add_func ("/sandbox/dies-of-exec-and-sockets", test_deadly);
	g_test_add_func ("/sandbox/forks-only-where-it-may", test_children);
	g_test_add_func ("/sandbox/runs-no-new-code-and-signals-nobody", test_refused);
	g_test_add_func ("/sandbox/lets-honest-work-go-on", test_work);
	return g_test_run ();
}
