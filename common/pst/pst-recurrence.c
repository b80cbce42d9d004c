/* pst-recurrence.c - how an appointment or a task repeats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-recurrence.h"

#include <string.h>

#include "pst/pst-error.h"
#include "pst/pst-file.h"

#define READER_VERSION 0x3004
/* From this version on an extended exception begins with a change highlight. */
#define VERSION_2_HIGHLIGHT 0x3009
#define DAY_MINUTES         1440u
#define SECONDS_1601        G_GINT64_CONSTANT (11644473600)

/* What an exception overrides, [MS-OXOCAL] 2.2.1.44.2 */
enum {
	HAS_SUBJECT = 0x0001,
	HAS_MEETING_TYPE = 0x0002,
	HAS_REMINDER_DELTA = 0x0004,
	HAS_REMINDER = 0x0008,
	HAS_LOCATION = 0x0010,
	HAS_BUSY = 0x0020,
	HAS_ATTACHMENT = 0x0040,
	HAS_SUB_TYPE = 0x0080,
	HAS_COLOUR = 0x0100,
	HAS_BODY = 0x0200,
};

/* What remains to be read; after the first thing that isn't there everything is 0. */
typedef struct {
	const guint8 *p;
	gsize left;
	gboolean is_sound;
	const PstCodepages *pages;
	guint codepage;
} Cursor;

static const guint8 *
take (Cursor *cursor, gsize length)
{
	if (!cursor->is_sound || cursor->left < length) {
		cursor->is_sound = FALSE;
		return NULL;
	}
	const guint8 *p = cursor->p;
	cursor->p += length;
	cursor->left -= length;
	return p;
}

static guint32
take_u32 (Cursor *cursor)
{
	const guint8 *p = take (cursor, 4);

	return p != NULL ? pst_file_u32 (p) : 0;
}

static guint16
take_u16 (Cursor *cursor)
{
	const guint8 *p = take (cursor, 2);

	return p != NULL ? pst_file_u16 (p) : 0;
}

static char *
take_wide_text (Cursor *cursor)
{
	gsize length = 2 * (gsize) take_u16 (cursor);
	const guint8 *p = take (cursor, length);

	return p != NULL ? pst_codepage_utf16_to_utf8 (p, length, NULL, NULL) : NULL;
}

/* The first length counts a NUL that isn't there. */
static char *
take_text (Cursor *cursor)
{
	(void) take_u16 (cursor);
	gsize length = take_u16 (cursor);
	const guint8 *p = take (cursor, length);

	return p != NULL ? pst_codepage_to_utf8 (cursor->pages, cursor->codepage, p, length, NULL,
						 NULL)
			 : NULL;
}

static void
exception_free (PstException *exception)
{
	g_free (exception->subject);
	g_free (exception->location);
	g_free (exception);
}

/* --- The pattern ----------------------------------------------------------- */

static void
take_pattern (Cursor *cursor, PstRecurrence *recurrence)
{
	recurrence->frequency = (PstFrequency) take_u16 (cursor);
	recurrence->pattern = (PstPattern) take_u16 (cursor);
	recurrence->calendar = take_u16 (cursor);
	(void)take_u32 (cursor); /* first instance, counted from 1601: the start date says it too */
	recurrence->period = take_u32 (cursor);
	recurrence->is_sliding = take_u32 (cursor) != 0;
	switch (recurrence->pattern & 0x07) { /* bit 3: the same by another calendar */
	case PST_PATTERN_WEEK: recurrence->weekdays = take_u32 (cursor); break;
	case PST_PATTERN_MONTH:
	case PST_PATTERN_MONTH_END: recurrence->day = take_u32 (cursor); break;
	case PST_PATTERN_MONTH_NTH:
		recurrence->weekdays = take_u32 (cursor);
		recurrence->nth = take_u32 (cursor);
		break;
	default: break;
	}
	recurrence->end = (PstEnd) take_u32 (cursor);
	recurrence->count = take_u32 (cursor);
	recurrence->first_weekday = take_u32 (cursor);
}

static void
take_instances (Cursor *cursor, GArray *instances)
{
	guint32 count = take_u32 (cursor);

	if (count > PST_RECURRENCE_MAX_INSTANCES)
		cursor->is_sound = FALSE;
	for (guint32 i = 0; i < count && cursor->is_sound; i++) {
		guint32 instance = take_u32 (cursor);
		if (cursor->is_sound)
			g_array_append_val (instances, instance);
	}
}

/* --- Exceptions ------------------------------------------------------------ */

static PstException *
take_exception (Cursor *cursor, guint16 *flags)
{
	PstException *exception = g_new0 (PstException, 1);

	exception->start = take_u32 (cursor);
	exception->end = take_u32 (cursor);
	exception->original = take_u32 (cursor);
	*flags = take_u16 (cursor);
	if (*flags & HAS_SUBJECT)
		exception->subject = take_text (cursor);
	if (*flags & HAS_MEETING_TYPE)
		(void) take_u32 (cursor);
	if ((exception->has_delta = (*flags & HAS_REMINDER_DELTA) != 0))
		exception->delta = take_u32 (cursor);
	if ((exception->has_reminder = (*flags & HAS_REMINDER) != 0))
		exception->is_reminded = take_u32 (cursor) != 0;
	if (*flags & HAS_LOCATION)
		exception->location = take_text (cursor);
	if ((exception->has_busy = (*flags & HAS_BUSY) != 0))
		exception->busy = take_u32 (cursor);
	if (*flags & HAS_ATTACHMENT)
		(void) take_u32 (cursor);
	if ((exception->has_all_day = (*flags & HAS_SUB_TYPE) != 0))
		exception->is_all_day = take_u32 (cursor) != 0;
	if (*flags & HAS_COLOUR)
		(void) take_u32 (cursor);
	exception->has_body = (*flags & HAS_BODY) != 0;
	return exception;
}

/* The same texts once more, in Unicode. */
static void
take_extended (Cursor *cursor, PstException *exception, guint16 flags, guint32 version)
{
	if (version >= VERSION_2_HIGHLIGHT)
		(void) take (cursor, take_u32 (cursor));
	(void) take (cursor, take_u32 (cursor));
	if ((flags & (HAS_SUBJECT | HAS_LOCATION)) == 0)
		return;
	(void) take (cursor, 12); /* start, end, original */
	if (flags & HAS_SUBJECT) {
		g_autofree char *subject = take_wide_text (cursor);
		if (cursor->is_sound) {
			g_free (exception->subject);
			exception->subject = g_steal_pointer (&subject);
		}
	}
	if (flags & HAS_LOCATION) {
		g_autofree char *location = take_wide_text (cursor);
		if (cursor->is_sound) {
			g_free (exception->location);
			exception->location = g_steal_pointer (&location);
		}
	}
	(void) take (cursor, take_u32 (cursor));
}

static void
take_exceptions (Cursor *cursor, PstRecurrence *recurrence, guint32 version, char **damage)
{
	guint16 count = take_u16 (cursor);
	g_autofree guint16 *flags = g_new0 (guint16, (gsize) count + 1);

	for (guint i = 0; i < count; i++) {
		PstException *exception = take_exception (cursor, &flags[i]);
		if (!cursor->is_sound) {
			exception_free (exception);
			if (damage != NULL)
				*damage = g_strdup_printf ("only %u of %u exceptions are there", i,
							   count);
			return;
		}
		g_ptr_array_add (recurrence->exceptions, exception);
	}
	(void) take (cursor, take_u32 (cursor));
	/* Old programs end here, and the texts are known already. */
	for (guint i = 0; i < count && cursor->is_sound; i++)
		take_extended (cursor, g_ptr_array_index (recurrence->exceptions, i), flags[i],
			       version);
}

/* --- All of it ------------------------------------------------------------- */

void
pst_recurrence_free (PstRecurrence *recurrence)
{
	if (recurrence == NULL)
		return;
	g_array_unref (recurrence->deleted);
	g_ptr_array_unref (recurrence->exceptions);
	g_free (recurrence);
}

PstRecurrence *
pst_recurrence_parse (const guint8 *data, gsize length, const PstCodepages *pages, guint codepage,
		      char **damage, GError **error)
{
	g_autoptr (PstRecurrence) recurrence = g_new0 (PstRecurrence, 1);
	g_autoptr (GArray) moved = g_array_new (FALSE, FALSE, sizeof (guint32));
	Cursor cursor = {data, length, TRUE, pages, codepage};

	if (damage != NULL)
		*damage = NULL;
	recurrence->deleted = g_array_new (FALSE, FALSE, sizeof (guint32));
	recurrence->exceptions = g_ptr_array_new_with_free_func ((GDestroyNotify) exception_free);
	guint16 version = take_u16 (&cursor);
	(void) take_u16 (&cursor);
	take_pattern (&cursor, recurrence);
	take_instances (&cursor, recurrence->deleted);
	take_instances (&cursor, moved);
	recurrence->start_date = take_u32 (&cursor);
	recurrence->end_date = take_u32 (&cursor);
	if (!cursor.is_sound || version != READER_VERSION) {
		g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "the recurrence makes no sense");
		return NULL;
	}
	if (cursor.left == 0) /* of a task */
		return g_steal_pointer (&recurrence);

	(void) take_u32 (&cursor);
	guint32 version_2 = take_u32 (&cursor);
	recurrence->start_offset = take_u32 (&cursor);
	recurrence->end_offset = take_u32 (&cursor);
	if (!cursor.is_sound || recurrence->start_offset >= DAY_MINUTES) {
		recurrence->start_offset = 0;
		if (damage != NULL)
			*damage = g_strdup ("the time of day is missing");
		return g_steal_pointer (&recurrence);
	}
	take_exceptions (&cursor, recurrence, version_2, damage);
	return g_steal_pointer (&recurrence);
}

gint64
pst_recurrence_get_seconds (guint32 minutes)
{
	return (gint64) minutes * 60 - SECONDS_1601;
}

guint32
pst_recurrence_get_instance (const PstRecurrence *recurrence, guint32 minutes)
{
	return minutes - minutes % DAY_MINUTES + recurrence->start_offset;
}

/* --- As a rule ------------------------------------------------------------- */

static const char weekday_names[7][3] = {"SU", "MO", "TU", "WE", "TH", "FR", "SA"};

/* "MO,WE", or "2MO,2WE". */
static void
append_weekdays (GString *rule, guint32 weekdays, int nth)
{
	const char *separator = ";BYDAY=";

	for (guint i = 0; i < 7; i++) {
		if ((weekdays & 1u << i) == 0)
			continue;
		g_string_append (rule, separator);
		if (nth != 0)
			g_string_append_printf (rule, "%d", nth);
		g_string_append (rule, weekday_names[i]);
		separator = ",";
	}
}

/* In months that are too short it happens on the last day. MONTH is 0 for all of them. */
static void
append_month_day (GString *rule, guint32 day, guint month)
{
	static const guint8 lengths[13] = {28, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (day <= lengths[month <= 12 ? month : 0]) {
		g_string_append_printf (rule, ";BYMONTHDAY=%u", day);
		return;
	}
	if (day >= 31) {
		g_string_append (rule, ";BYMONTHDAY=-1");
		return;
	}
	g_string_append (rule, ";BYMONTHDAY=28");
	for (guint32 i = 29; i <= day; i++)
		g_string_append_printf (rule, ",%u", i);
	g_string_append (rule, ";BYSETPOS=-1");
}

static gboolean
append_nth (GString *rule, guint32 weekdays, guint32 nth)
{
	int place = nth == 5 ? -1 : (int) nth;

	if (nth < 1 || nth > 5 || (weekdays & 0x7f) == 0)
		return FALSE;
	/* One weekday: the Nth of it. Several: the Nth of all of them together. */
	if ((weekdays & (weekdays - 1)) == 0) {
		append_weekdays (rule, weekdays, place);
		return TRUE;
	}
	append_weekdays (rule, weekdays, 0);
	g_string_append_printf (rule, ";BYSETPOS=%d", place);
	return TRUE;
}

static gboolean
append_pattern (const PstRecurrence *recurrence, GString *rule, guint month)
{
	switch (recurrence->pattern) {
	case PST_PATTERN_DAY: return recurrence->frequency == PST_FREQUENCY_DAILY;
	case PST_PATTERN_WEEK:
		append_weekdays (rule, recurrence->weekdays, 0);
		return (recurrence->weekdays & 0x7f) != 0;
	case PST_PATTERN_MONTH:
		append_month_day (rule, recurrence->day, month);
		return recurrence->day >= 1 && recurrence->day <= 31;
	case PST_PATTERN_MONTH_END: append_month_day (rule, 31, month); return TRUE;
	case PST_PATTERN_MONTH_NTH: return append_nth (rule, recurrence->weekdays, recurrence->nth);
	}
	return FALSE;
}

/* "Every weekday" is a daily pattern to Outlook, but told in weekdays. */
static const char *
find_frequency (const PstRecurrence *recurrence, guint32 *interval)
{
	*interval = recurrence->period;
	if (recurrence->pattern == PST_PATTERN_WEEK) {
		if (recurrence->frequency == PST_FREQUENCY_DAILY)
			*interval = 1;
		return "WEEKLY";
	}
	switch (recurrence->frequency) {
	case PST_FREQUENCY_DAILY: *interval /= DAY_MINUTES; return "DAILY";
	case PST_FREQUENCY_MONTHLY: return "MONTHLY";
	case PST_FREQUENCY_YEARLY:
		if (*interval % 12 != 0)
			return "MONTHLY";
		*interval /= 12;
		return "YEARLY";
	default: return NULL;
	}
}

/* Calendars whose days and months are those of the Gregorian one: it itself, and those that only
 * count years differently. */
static gboolean
is_gregorian (guint16 calendar)
{
	return calendar <= 5 || calendar == 7 || (calendar >= 9 && calendar <= 12);
}

char *
pst_recurrence_format (const PstRecurrence *recurrence, guint month, const char *until)
{
	guint32 interval = 0;
	const char *frequency = find_frequency (recurrence, &interval);
	g_autoptr (GString) rule = g_string_new (NULL);

	if (frequency == NULL || !is_gregorian (recurrence->calendar) || interval < 1 ||
	    interval > 999)
		return NULL;
	g_string_append_printf (rule, "FREQ=%s", frequency);
	if (recurrence->end == PST_END_BY_COUNT && recurrence->count > 0)
		g_string_append_printf (rule, ";COUNT=%u", recurrence->count);
	else if (recurrence->end == PST_END_BY_DATE && until != NULL)
		g_string_append_printf (rule, ";UNTIL=%s", until);
	if (interval > 1)
		g_string_append_printf (rule, ";INTERVAL=%u", interval);
	if (strcmp (frequency, "YEARLY") != 0)
		month = 0;
	if (month != 0)
		g_string_append_printf (rule, ";BYMONTH=%u", month);
	if (!append_pattern (recurrence, rule, month))
		return NULL;
	if (recurrence->pattern == PST_PATTERN_WEEK && recurrence->first_weekday < 7)
		g_string_append_printf (rule, ";WKST=%s", weekday_names[recurrence->first_weekday]);
	return g_string_free (g_steal_pointer (&rule), FALSE);
}
