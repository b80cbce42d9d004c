/* stop.h - being asked to end: SIGTERM, SIGHUP and SIGINT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Kill -9 is always safe here, so a signal needs no clean-up of its own: the loops ask
 * stop_requested and end in order; whoever waits for the network passes stop_cancellable. If that
 * takes too long, the process ends by itself. The one piece of process-wide state in the house,
 * because signals are process-wide.
 */
#pragma once

#include <gio/gio.h>

/* Call first thing in main, before any thread is made. Also ignores SIGPIPE and SIGXFSZ:
 * EPIPE and EFBIG are reported as errors. */
void stop_install (void);

/* Call in a forked child: signals have their usual effect again. */
void stop_reset_in_child (void);

/* Has a signal asked for the end? */
gboolean stop_requested (void);

/* Cancelled when a signal arrives; not a new reference. NULL before stop_install. */
GCancellable *stop_cancellable (void);

/* FALSE with RUN_ERROR_TEMPORARY "stopped by SIGTERM" if the end was asked for. */
gboolean stop_check (GError **error);

/* Sleep, unless the end is asked for; then as stop_check. */
gboolean stop_sleep (guint ms, GError **error);

/* After everything has been said: if SIGINT ended the run, die by it so that the shell knows. */
void stop_die_by_signal (void);
