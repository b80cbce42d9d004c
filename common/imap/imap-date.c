/* imap-date.c - INTERNALDATE, read and written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-date.h"

/* At most digits decimal digits, at least one. */
static gboolean
take_digits (const char **text, int digits, int *value)
{
	const char *start = *text;

	for (*value = 0; g_ascii_isdigit (**text) && *text - start < digits; (*text)++)
		*value = 10 * *value + (**text - '0');
	return *text > start;
}

static gboolean
take_char (const char **text, char c)
{
	if (**text != c)
		return FALSE;
	(*text)++;
	return TRUE;
}

static gboolean
take_month (const char **text, int *month)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (*month = 1; *month <= 12; (*month)++) {
		if (g_ascii_strncasecmp (*text, months + 3 * (*month - 1), 3) != 0)
			continue;
		*text += 3;
		return TRUE;
	}
	return FALSE;
}

gboolean
imap_date_parse (const char *text, MessageDate *date)
{
	int day, month, year, hour, minute, second, zone;

	if (text == NULL)
		return FALSE;
	take_char (&text, ' ');
	if (!take_digits (&text, 2, &day) || !take_char (&text, '-') ||
	    !take_month (&text, &month) || !take_char (&text, '-') ||
	    !take_digits (&text, 4, &year) || !take_char (&text, ' ') ||
	    !take_digits (&text, 2, &hour) || !take_char (&text, ':') ||
	    !take_digits (&text, 2, &minute) || !take_char (&text, ':') ||
	    !take_digits (&text, 2, &second) || !take_char (&text, ' '))
		return FALSE;
	gboolean west = *text == '-';
	if ((!west && *text != '+') || (text++, !take_digits (&text, 4, &zone)))
		return FALSE;
	g_autoptr (GDateTime) time = g_date_time_new_utc (year, month, day, hour, minute,
							  MIN (second, 59));
	if (time == NULL)
		return FALSE;
	int minutes = zone / 100 * 60 + zone % 100;
	date->known = TRUE;
	date->zone_known = TRUE;
	date->zone_minutes = west ? -minutes : minutes;
	date->seconds = g_date_time_to_unix (time) - 60 * (gint64) date->zone_minutes;
	return TRUE;
}

char *
imap_date_format (const MessageDate *date)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int zone = date->zone_known ? date->zone_minutes : 0;
	g_autoptr (GDateTime) local =
		g_date_time_new_from_unix_utc (date->seconds + 60 * (gint64) zone);

	if (local == NULL || ABS (zone) >= 100 * 60)
		return NULL;
	return g_strdup_printf ("\"%2d-%s-%04d %02d:%02d:%02d %c%02d%02d\"",
				g_date_time_get_day_of_month (local),
				months[g_date_time_get_month (local) - 1],
				g_date_time_get_year (local), g_date_time_get_hour (local),
				g_date_time_get_minute (local), g_date_time_get_second (local),
				zone < 0 ? '-' : '+', ABS (zone) / 60, ABS (zone) % 60);
}
