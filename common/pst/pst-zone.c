/* pst-zone.c - the time zones that appointments bring along
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-zone.h"

#include <string.h>
#include <sys/mman.h>

#include "base/digest.h"
#include "pst/pst-codepage.h"
#include "pst/pst-file.h"
#include "pst/pst-vcard.h"

#define DAY         86400
#define STRUCT_SIZE 48
#define RULE_SIZE   66
#define MAX_RULES   1024
#define MAX_NAME    64 /* bytes; Windows's own have at most 40 */
#define MAX_BIAS    (16 * 60)
#define NAMES       128

typedef struct {
	guint8 name[16]; /* digests */
	guint8 zone[16];
} NamedZone;

struct _PstZoneNames {
	guint count;
	NamedZone zones[NAMES];
};

void
pst_zone_free (PstZone *zone)
{
	if (zone == NULL)
		return;
	g_free (zone->name);
	g_free (zone);
}

/* --- From the file --------------------------------------------------------- */

/* SYSTEMTIME; a year in it means a date of that year only, as no zone of ours has. */
static PstZoneDay
read_day (const guint8 *p)
{
	PstZoneDay day = {.month = pst_file_u16 (p + 2),
			  .weekday = pst_file_u16 (p + 4),
			  .nth = pst_file_u16 (p + 6),
			  .hour = pst_file_u16 (p + 8),
			  .minute = pst_file_u16 (p + 10)};

	if (pst_file_u16 (p) != 0 || day.month > 12 || day.weekday > 6 || day.nth < 1 ||
	    day.nth > 5 || day.hour > 23 || day.minute > 59)
		day.month = 0;
	return day;
}

/* Names come from the file and end up in a parameter: printable, no quotes. */
static char *
tidy_name (const char *name)
{
	g_autofree char *copy = g_strndup (name != NULL ? name : "", MAX_NAME);
	char *end = NULL;

	(void) g_utf8_validate (copy, -1, (const char **) &end);
	*end = '\0';
	for (char *p = copy; *p != '\0'; p++)
		if (g_ascii_iscntrl (*p) || strchr ("\":;,\\", *p) != NULL)
			*p = ' ';
	g_strstrip (copy);
	return *copy != '\0' ? g_steal_pointer (&copy) : g_strdup ("Local time");
}

/* Biases are minutes west of Greenwich. */
static PstZone *
make_zone (const guint8 *biases, const guint8 *to_standard, const guint8 *to_daylight,
	   const char *name)
{
	gint32 bias = (gint32) pst_file_u32 (biases);
	gint32 standard = (gint32) pst_file_u32 (biases + 4);
	gint32 daylight = (gint32) pst_file_u32 (biases + 8);

	if (ABS ((gint64) bias) > MAX_BIAS || ABS ((gint64) standard) > MAX_BIAS ||
	    ABS ((gint64) daylight) > MAX_BIAS)
		return NULL;

	PstZone *zone = g_new0 (PstZone, 1);
	zone->name = tidy_name (name);
	zone->standard = -60 * (bias + standard);
	zone->daylight = -60 * (bias + daylight);
	zone->to_standard = read_day (to_standard);
	zone->to_daylight = read_day (to_daylight);
	if (zone->to_standard.month == 0 || zone->to_daylight.month == 0 ||
	    zone->to_standard.month == zone->to_daylight.month) {
		zone->to_standard.month = zone->to_daylight.month = 0;
		zone->daylight = zone->standard;
	}
	return zone;
}

PstZone *
pst_zone_parse_struct (const guint8 *data, gsize length, const char *name)
{
	return length >= STRUCT_SIZE ? make_zone (data, data + 14, data + 32, name) : NULL;
}

PstZone *
pst_zone_parse_definition (const guint8 *data, gsize length, int year)
{
	const guint8 *best = NULL;
	guint best_year = 0;

	if (length < 8 || data[0] != 2)
		return NULL;
	gsize name_length = 2 * (gsize) pst_file_u16 (data + 6);
	if (length < 8 + name_length + 2)
		return NULL;
	const guint8 *p = data + 8 + name_length;
	guint count = MIN (pst_file_u16 (p), MAX_RULES);
	p += 2;
	if ((gsize) (data + length - p) < count * (gsize) RULE_SIZE)
		return NULL;
	/* The latest that has begun by then, else the first of all. */
	for (guint i = 0; i < count; i++, p += RULE_SIZE) {
		guint begins = pst_file_u16 (p + 6);
		if (best == NULL || (begins <= (guint) MAX (year, 0) && begins >= best_year)) {
			best = p;
			best_year = begins;
		}
	}
	if (best == NULL)
		return NULL;
	g_autofree char *name = pst_codepage_utf16_to_utf8 (data + 8, name_length, NULL, NULL);
	return make_zone (best + 22, best + 34, best + 50, name);
}

/* --- Clocks ---------------------------------------------------------------- */

/* Days since 1970 of a date of the Gregorian calendar, also before it was introduced. */
static gint64
count_days (gint64 year, guint month, guint day)
{
	gint64 y = month <= 2 ? year - 1 : year;
	gint64 era = (y >= 0 ? y : y - 399) / 400;
	gint64 year_of_era = y - era * 400;
	gint64 day_of_year = (153 * ((gint64) month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static int
get_year (gint64 seconds)
{
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

	return time != NULL ? g_date_time_get_year (time) : 1601;
}

static guint
count_days_of_month (gint64 year, guint month)
{
	return (guint) g_date_get_days_in_month ((GDateMonth) month,
						 (GDateYear) CLAMP (year, 1, 9999));
}

/* When it is that day, on the clock that is to be changed; seconds since 1970. */
static gint64
find_day (const PstZoneDay *day, gint64 year)
{
	gint64 first = count_days (year, day->month, 1);
	guint weekday = (guint) (((first + 4) % 7 + 7) % 7);
	guint n = 1 + (day->weekday + 7 - weekday) % 7 + 7 * (day->nth - 1);

	while (n > count_days_of_month (year, day->month))
		n -= 7;
	return (first + n - 1) * DAY + day->hour * 3600 + day->minute * 60;
}

/* SECONDS and both changes are told by the same clock. */
static gboolean
is_between (gint64 seconds, gint64 summer, gint64 winter)
{
	if (summer < winter)
		return seconds >= summer && seconds < winter;
	return seconds >= summer || seconds < winter;
}

gint64
pst_zone_to_local (const PstZone *zone, gint64 utc)
{
	if (zone->to_standard.month == 0)
		return utc + zone->standard;

	int year = get_year (utc + zone->standard);
	gint64 summer = find_day (&zone->to_daylight, year) - zone->standard;
	gint64 winter = find_day (&zone->to_standard, year) - zone->daylight;
	return utc + (is_between (utc, summer, winter) ? zone->daylight : zone->standard);
}

gint64
pst_zone_to_utc (const PstZone *zone, gint64 local)
{
	if (zone->to_standard.month == 0)
		return local - zone->standard;

	int year = get_year (local);
	gint64 summer = find_day (&zone->to_daylight, year);
	gint64 winter = find_day (&zone->to_standard, year);
	return local - (is_between (local, summer, winter) ? zone->daylight : zone->standard);
}

/* --- Names ----------------------------------------------------------------- */

PstZoneNames *
pst_zone_names_new (void)
{
	void *memory = mmap (NULL, sizeof (PstZoneNames), PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory != MAP_FAILED ? memory : NULL;
}

void
pst_zone_names_free (PstZoneNames *names)
{
	if (names != NULL)
		munmap (names, sizeof *names);
}

static void
digest_zone (const PstZone *zone, NamedZone *named)
{
	g_autofree char *text = pst_zone_format (zone, zone->name);
	guint8 hash[DIGEST_SIZE];

	digest_of (zone->name, strlen (zone->name), hash);
	memcpy (named->name, hash, sizeof named->name);
	digest_of (text, strlen (text), hash);
	memcpy (named->zone, hash, sizeof named->zone);
}

char *
pst_zone_choose_id (PstZoneNames *names, const PstZone *zone)
{
	NamedZone named;
	guint count = names != NULL ? MIN (names->count, NAMES) : NAMES;
	guint twins = 0;

	digest_zone (zone, &named);
	for (guint i = 0; names != NULL && i < count; i++) {
		if (memcmp (names->zones[i].name, named.name, sizeof named.name) != 0)
			continue;
		twins++;
		if (memcmp (names->zones[i].zone, named.zone, sizeof named.zone) == 0)
			return twins == 1 ? g_strdup (zone->name)
					  : g_strdup_printf ("%s (%u)", zone->name, twins);
	}
	if (count < NAMES) {
		names->zones[count] = named;
		names->count = count + 1;
		return twins == 0 ? g_strdup (zone->name)
				  : g_strdup_printf ("%s (%u)", zone->name, twins + 1);
	}
	char hex[DIGEST_HEX_SIZE];
	return g_strdup_printf ("%s (%s)", zone->name, digest_to_hex (named.zone, 8, hex));
}

/* --- As VTIMEZONE ---------------------------------------------------------- */

static char *
format_offset (gint32 seconds)
{
	gint32 minutes = ABS (seconds) / 60;

	return g_strdup_printf ("%c%02d%02d", seconds < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* The rules hold from the beginning of Outlook's time. */
static void
append_part (GString *text, const char *part, const PstZoneDay *day, gint32 from, gint32 to)
{
	static const char weekdays[7][3] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};
	g_autofree char *offset_from = format_offset (from);
	g_autofree char *offset_to = format_offset (to);
	g_autofree char *start = g_strdup ("16010101T000000");
	g_autofree char *rule = NULL;

	if (day->month != 0) {
		gint64 first = find_day (day, 1601) / DAY - (find_day (day, 1601) % DAY < 0);
		g_free (start);
		start = g_strdup_printf ("1601%02u%02uT%02u%02u00", day->month,
					 (guint) (first - count_days (1601, day->month, 1)) + 1,
					 day->hour, day->minute);
		rule = g_strdup_printf ("FREQ=YEARLY;BYMONTH=%u;BYDAY=%d%s", day->month,
					day->nth == 5 ? -1 : (int)day->nth, weekdays[day->weekday]);
	}
	pst_vcard_add (text, "BEGIN", part);
	pst_vcard_add (text, "DTSTART", start);
	if (rule != NULL)
		pst_vcard_add (text, "RRULE", rule);
	pst_vcard_add (text, "TZOFFSETFROM", offset_from);
	pst_vcard_add (text, "TZOFFSETTO", offset_to);
	pst_vcard_add (text, "END", part);
}

char *
pst_zone_format (const PstZone *zone, const char *id)
{
	GString *text = g_string_new (NULL);

	pst_vcard_add (text, "BEGIN", "VTIMEZONE");
	pst_vcard_add (text, "TZID", id);
	append_part (text, "STANDARD", &zone->to_standard, zone->daylight, zone->standard);
	if (zone->to_standard.month != 0)
		append_part (text, "DAYLIGHT", &zone->to_daylight, zone->standard, zone->daylight);
	pst_vcard_add (text, "END", "VTIMEZONE");
	return g_string_free (text, FALSE);
}
