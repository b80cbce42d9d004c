/* error.c - what kind of trouble a run is in, and the exit status that follows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/error.h"

G_DEFINE_QUARK (run-error-quark, run_error)

static int
badness (ExitStatus status)
{
	switch (status) {
	case EXIT_STATUS_CLEAN: return 0;
	case EXIT_STATUS_DIFFERENCES: return 1;
	case EXIT_STATUS_TEMPORARY: return 2;
	case EXIT_STATUS_TROUBLE: return 3;
	case EXIT_STATUS_LOGIN: return 4;
	}
	g_assert_not_reached ();
}

ExitStatus
exit_status_worse (ExitStatus a, ExitStatus b)
{
	return badness (a) >= badness (b) ? a : b;
}

ExitStatus
exit_status_of_error (const GError *error)
{
	if (g_error_matches (error, RUN_ERROR, RUN_ERROR_TEMPORARY))
		return EXIT_STATUS_TEMPORARY;
	if (g_error_matches (error, RUN_ERROR, RUN_ERROR_LOGIN))
		return EXIT_STATUS_LOGIN;
	return EXIT_STATUS_TROUBLE;
}
