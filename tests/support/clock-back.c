/* clock-back.c - to be preloaded: the time of day is twenty years ago, and a minute less at each look
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The monotonic clock stays as it is.
 */
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define YEARS (20 * 365 * 24 * 60 * 60)

static atomic_long looks;

static time_t
set_back (time_t now)
{
	return now - YEARS - 60 * atomic_fetch_add (&looks, 1);
}

int
clock_gettime (clockid_t clock, struct timespec *now)
{
	int result = (int) syscall (SYS_clock_gettime, clock, now);

	if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
		now->tv_sec = set_back (now->tv_sec);
	return result;
}

int
gettimeofday (struct timeval *restrict now, void *restrict zone)
{
	struct timespec precise;

	(void) zone;
	(void) clock_gettime (CLOCK_REALTIME, &precise);
	now->tv_sec = precise.tv_sec;
	now->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

time_t
time (time_t *now)
{
	struct timespec precise;

	(void) clock_gettime (CLOCK_REALTIME, &precise);
	if (now != NULL)
		*now = precise.tv_sec;
	return precise.tv_sec;
}
