/* sandbox.c - what a process that parses hostile input gives up before it begins
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/sandbox.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_SECCOMP
#include <seccomp.h>
#endif

/* The rights every Landlock version knows (5.13); later ones only add to them. */
#define ALL_FILE_RIGHTS ((guint64) ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1))

/* A rule set that handles all rights and grants none. */
static gboolean
forbid_files (void)
{
	struct landlock_ruleset_attr rules = { .handled_access_fs = ALL_FILE_RIGHTS };
	long fd = syscall (SYS_landlock_create_ruleset, &rules, sizeof rules, 0);

	if (fd < 0)
		return FALSE;
	gboolean done = syscall (SYS_landlock_restrict_self, (int) fd, 0) == 0;
	close ((int) fd);
	return done;
}

#if defined HAVE_SECCOMP && !defined __SANITIZE_ADDRESS__

/* Reading what is open, memory, time, talking through an open socket, ending. */
static const int allowed_calls[] = {
	SCMP_SYS (read),          SCMP_SYS (pread64),        SCMP_SYS (readv),
	SCMP_SYS (preadv),        SCMP_SYS (write),          SCMP_SYS (writev),
	SCMP_SYS (lseek),         SCMP_SYS (fstat),          SCMP_SYS (newfstatat),
	SCMP_SYS (close),         SCMP_SYS (fadvise64),      SCMP_SYS (sendto),
	SCMP_SYS (sendmsg),       SCMP_SYS (recvfrom),       SCMP_SYS (recvmsg),
	SCMP_SYS (poll),          SCMP_SYS (ppoll),          SCMP_SYS (munmap),
	SCMP_SYS (mremap),        SCMP_SYS (madvise),        SCMP_SYS (brk),
	SCMP_SYS (futex),         SCMP_SYS (sched_yield),    SCMP_SYS (getrandom),
	SCMP_SYS (clock_gettime), SCMP_SYS (gettimeofday),   SCMP_SYS (getrusage),
	SCMP_SYS (getrlimit),     SCMP_SYS (setrlimit),      SCMP_SYS (prlimit64),
	SCMP_SYS (getpid),        SCMP_SYS (gettid),         SCMP_SYS (rt_sigaction),
	SCMP_SYS (rt_sigreturn),  SCMP_SYS (rt_sigprocmask), SCMP_SYS (restart_syscall),
	SCMP_SYS (exit),          SCMP_SYS (exit_group),     SCMP_SYS (seccomp),
	SCMP_SYS (preadv2), /* of what is in memory, without waiting */
	SCMP_SYS (sysinfo), /* qsort */
	SCMP_SYS (alarm),         SCMP_SYS (setitimer), /* which of them alarm() is */
};

/* What the C library needs to make and collect a child. */
static const int fork_calls[] = {
	SCMP_SYS (clone), SCMP_SYS (clone3),  SCMP_SYS (fork),
	SCMP_SYS (wait4), SCMP_SYS (getppid), SCMP_SYS (set_robust_list),
	SCMP_SYS (rseq),  SCMP_SYS (prctl),   SCMP_SYS (set_tid_address),
};

/* No parser has any business with these: better dead than wrong. */
static const int deadly_calls[] = {
	SCMP_SYS (execve),  SCMP_SYS (execveat), SCMP_SYS (socket),
	SCMP_SYS (connect), SCMP_SYS (ptrace),   SCMP_SYS (bind),
	SCMP_SYS (process_vm_writev),
};

static gboolean
add_rules (scmp_filter_ctx filter, guint32 action, const int *calls, gsize n)
{
	/* A call this architecture lacks cannot be made either. */
	for (gsize i = 0; i < n; i++)
		if (seccomp_rule_add (filter, action, calls[i], 0) < 0 &&
		    action != SCMP_ACT_KILL_PROCESS)
			return FALSE;
	return TRUE;
}

/* Memory may be mapped and protected, but never made executable. */
static gboolean
add_memory_rules (scmp_filter_ctx filter)
{
	const int calls[] = { SCMP_SYS (mmap), SCMP_SYS (mprotect) };

	for (gsize i = 0; i < G_N_ELEMENTS (calls); i++)
		if (seccomp_rule_add (filter, SCMP_ACT_ALLOW, calls[i], 1,
				      SCMP_A2 (SCMP_CMP_MASKED_EQ, 4, 0)) < 0)
			return FALSE;
	/* abort() signals its own process. */
	return seccomp_rule_add (filter, SCMP_ACT_ALLOW, SCMP_SYS (tgkill), 1,
				 SCMP_A0 (SCMP_CMP_EQ, (scmp_datum_t) getpid ())) >= 0;
}

static gboolean
allow_few_calls (gboolean may_fork)
{
	/* Anything unknown fails with EPERM, which libraries survive. */
	scmp_filter_ctx filter = seccomp_init (SCMP_ACT_ERRNO (EPERM));
	gboolean done = filter != NULL &&
			add_rules (filter, SCMP_ACT_ALLOW, allowed_calls,
				   G_N_ELEMENTS (allowed_calls)) &&
			add_rules (filter, SCMP_ACT_KILL_PROCESS, deadly_calls,
				   G_N_ELEMENTS (deadly_calls)) &&
			add_memory_rules (filter);

	if (done && may_fork)
		done = add_rules (filter, SCMP_ACT_ALLOW, fork_calls, G_N_ELEMENTS (fork_calls));
	done = done && seccomp_load (filter) == 0;
	if (filter != NULL)
		seccomp_release (filter);
	return done;
}

#else

static gboolean
allow_few_calls (gboolean may_fork)
{
	return FALSE;
}

#endif

SandboxWalls
sandbox_enter (SandboxWalls wanted)
{
	SandboxWalls standing = 0;

	if (prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 0;
	if ((wanted & SANDBOX_NO_FILES) != 0 && forbid_files ())
		standing |= SANDBOX_NO_FILES;
	if ((wanted & SANDBOX_FEW_CALLS) != 0 && allow_few_calls ((wanted & SANDBOX_NO_FORK) == 0))
		standing |= wanted & (SANDBOX_FEW_CALLS | SANDBOX_NO_FORK);
	return standing;
}

const char *
sandbox_describe_missing (SandboxWalls wanted, SandboxWalls standing)
{
	SandboxWalls missing = wanted & ~standing;

	if ((missing & SANDBOX_NO_FILES) != 0 && (missing & SANDBOX_FEW_CALLS) != 0)
		return "neither Landlock nor seccomp";
	if ((missing & SANDBOX_NO_FILES) != 0)
		return "no Landlock";
	return (missing & SANDBOX_FEW_CALLS) != 0 ? "no seccomp" : NULL;
}
