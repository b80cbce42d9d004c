/* pst-time.c - Outlook's dates
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-time.h"

#define TICKS_PER_SECOND     G_GUINT64_CONSTANT (10000000)
#define SECONDS_1601_TO_1970 G_GINT64_CONSTANT (11644473600)
#define SECONDS_YEAR_10000   G_GINT64_CONSTANT (253402300800)

/* 4501-01-01 00:00, "None" in Outlook's date fields. Its clock knows minutes only, so a few
 * zones lie around it. */
#define SECONDS_NONE_FROM G_GINT64_CONSTANT (79870579200)
#define SECONDS_NONE_TO   G_GINT64_CONSTANT (79870752000)

/* 1970-01-02: a zone or two after the day on which clocks begin that were never set. */
#define SECONDS_FIRST_MAIL 86400

gboolean
pst_time_from_filetime (guint64 filetime, gint64 *seconds)
{
	gint64 value = (gint64) (filetime / TICKS_PER_SECOND) - SECONDS_1601_TO_1970;

	if (filetime == 0 || value >= SECONDS_YEAR_10000)
		return FALSE;
	if (value >= SECONDS_NONE_FROM && value <= SECONDS_NONE_TO)
		return FALSE;
	*seconds = value;
	return TRUE;
}

gboolean
pst_time_of_mail (guint64 filetime, gint64 *seconds)
{
	gint64 value = 0;

	if (!pst_time_from_filetime (filetime, &value) || value < SECONDS_FIRST_MAIL)
		return FALSE;
	*seconds = value;
	return TRUE;
}

char *
pst_time_format (gint64 seconds)
{
	static const char days[][4] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

	if (time == NULL)
		return NULL;
	/* Not g_date_time_format: month names must not depend on the locale. */
	return g_strdup_printf ("%s, %02d %s %04d %02d:%02d:%02d +0000",
				days[g_date_time_get_day_of_week (time) - 1],
				g_date_time_get_day_of_month (time),
				months[g_date_time_get_month (time) - 1],
				g_date_time_get_year (time), g_date_time_get_hour (time),
				g_date_time_get_minute (time), g_date_time_get_second (time));
}
