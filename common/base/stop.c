/* stop.c - being asked to end: SIGTERM, SIGHUP and SIGINT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/stop.h"

#include <signal.h>
#include <unistd.h>

#include "base/error.h"

/* The ordered end must fit in the 10 s that job schedulers usually grant. */
#define GRACE_SECONDS 8

static GCancellable *cancellable;
static int caught; /* atomic: the signal's number, 0 = none */

/* The thread that waits for signals tells whoever made it that it runs. */
static struct {
	GMutex mutex;
	GCond changed;
	gboolean is_running;
} start;

static void
fill_signals (sigset_t *set)
{
	sigemptyset (set);
	sigaddset (set, SIGTERM);
	sigaddset (set, SIGHUP);
	sigaddset (set, SIGINT);
}

/* From here on the thread needs no memory until a signal comes. */
static void
tell_running (void)
{
	g_mutex_lock (&start.mutex);
	start.is_running = TRUE;
	g_cond_signal (&start.changed);
	g_mutex_unlock (&start.mutex);
}

static gpointer
wait_for_signal (gpointer data)
{
	sigset_t set;
	int number = 0;

	tell_running ();
	fill_signals (&set);
	while (sigwait (&set, &number) != 0)
		;
	g_atomic_int_set (&caught, number);
	g_cancellable_cancel (cancellable);

	struct timespec grace = { .tv_sec = GRACE_SECONDS };
	sigtimedwait (&set, NULL, &grace); /* a second signal ends the patience */
	stop_die_by_signal ();
	_exit (EXIT_STATUS_TEMPORARY);
	return NULL;
}

void
stop_install (void)
{
	sigset_t set;

	signal (SIGPIPE, SIG_IGN);
	signal (SIGXFSZ, SIG_IGN);
	fill_signals (&set);
	pthread_sigmask (SIG_BLOCK, &set, NULL);
	cancellable = g_cancellable_new ();
	g_thread_unref (g_thread_new ("signals", wait_for_signal, NULL));

	/* A fork while the thread still begins could find the allocator locked by it, and the child
	 * has no thread that would ever unlock it. */
	g_mutex_lock (&start.mutex);
	while (!start.is_running)
		g_cond_wait (&start.changed, &start.mutex);
	g_mutex_unlock (&start.mutex);
}

void
stop_reset_in_child (void)
{
	sigset_t set;

	fill_signals (&set);
	pthread_sigmask (SIG_UNBLOCK, &set, NULL);
	signal (SIGPIPE, SIG_DFL);
	signal (SIGXFSZ, SIG_DFL);
}

gboolean
stop_requested (void)
{
	return g_atomic_int_get (&caught) != 0;
}

GCancellable *
stop_cancellable (void)
{
	return cancellable;
}

gboolean
stop_check (GError **error)
{
	int number = g_atomic_int_get (&caught);

	if (number == 0)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY, "stopped by %s: run it again to go on",
		     number == SIGINT ? "SIGINT" : number == SIGHUP ? "SIGHUP" : "SIGTERM");
	return FALSE;
}

gboolean
stop_sleep (guint ms, GError **error)
{
	gint64 end_us = g_get_monotonic_time () + 1000 * (gint64) ms;

	while (stop_check (error)) {
		gint64 left_us = end_us - g_get_monotonic_time ();
		GPollFD poll = { .fd = -1 };
		if (left_us <= 0)
			return TRUE;
		gboolean cancels = g_cancellable_make_pollfd (cancellable, &poll);
		g_poll (&poll, cancels ? 1 : 0, (int) ((left_us + 999) / 1000));
		if (cancels)
			g_cancellable_release_fd (cancellable);
	}
	return FALSE;
}

void
stop_die_by_signal (void)
{
	if (g_atomic_int_get (&caught) != SIGINT)
		return;
	signal (SIGINT, SIG_DFL);
	raise (SIGINT);
	sigset_t set;
	fill_signals (&set);
	pthread_sigmask (SIG_UNBLOCK, &set, NULL);
}
