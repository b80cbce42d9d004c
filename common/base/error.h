/* error.h - what kind of trouble a run is in, and the exit status that follows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A room says what went wrong by a GError. Where the reason decides how the program ends, its
 * domain is RUN_ERROR; every other domain (G_IO_ERROR, G_FILE_ERROR ...) means "could not do the
 * job".
 */
#pragma once

#include <glib.h>

typedef enum {
	RUN_ERROR_USAGE,     /* the command line makes no sense: status 2 */
	RUN_ERROR_INPUT,     /* unreadable, truncated or of a kind we refuse: status 2 */
	RUN_ERROR_OUTPUT,    /* cannot write, over quota: status 2 */
	RUN_ERROR_TEMPORARY, /* time-out, reset, throttled, SIGTERM; run it again: status 75 */
	RUN_ERROR_LOGIN      /* user name or password refused: status 77 */
} RunError;

#define RUN_ERROR (run_error_quark ())
GQuark run_error_quark (void);

/* How a program ends; the numbers are a contract with scripts. */
typedef enum {
	EXIT_STATUS_CLEAN = 0,
	/* finished, but something failed or differs, each one listed */
	EXIT_STATUS_DIFFERENCES = 1,
	EXIT_STATUS_TROUBLE = 2,
	EXIT_STATUS_TEMPORARY = 75,
	EXIT_STATUS_LOGIN = 77
} ExitStatus;

/* The worse of two: 77 > 2 > 75 > 1 > 0. */
ExitStatus exit_status_worse (ExitStatus a, ExitStatus b);

/* The status an error that ended the run stands for. */
ExitStatus exit_status_of_error (const GError *error);
