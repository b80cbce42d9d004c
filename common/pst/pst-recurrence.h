/* pst-recurrence.h - how an appointment or a task repeats
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-OXOCAL] 2.2.1.44: a pattern, the days it does not happen, and for appointments what is
 * different on some days. All times in it are minutes since 1601, on the wall clock of the place
 * where it happens.
 */
#pragma once

#include "pst/pst-codepage.h"

typedef enum {
	PST_FREQUENCY_DAILY = 0x200a,
	PST_FREQUENCY_WEEKLY = 0x200b,
	PST_FREQUENCY_MONTHLY = 0x200c,
	PST_FREQUENCY_YEARLY = 0x200d,
} PstFrequency;

typedef enum {
	PST_PATTERN_DAY = 0,
	PST_PATTERN_WEEK = 1,
	PST_PATTERN_MONTH = 2,     /* on day N of the month */
	PST_PATTERN_MONTH_NTH = 3, /* on the Nth of some weekdays */
	PST_PATTERN_MONTH_END = 4,
} PstPattern;

typedef enum {
	PST_END_BY_DATE = 0x2021,
	PST_END_BY_COUNT = 0x2022,
	PST_END_NEVER = 0x2023, /* and anything else */
} PstEnd;

/* What differs in one instance. */
typedef struct {
	guint32 start; /* where it has been moved to */
	guint32 end;
	guint32 original; /* where it was: names the instance */
	char *subject;    /* UTF-8; NULL: as in the series */
	char *location;
	gboolean has_reminder; /* the next two say something */
	gboolean is_reminded;
	gboolean has_delta;
	guint32 delta; /* minutes before */
	gboolean has_busy;
	guint32 busy;
	gboolean has_all_day;
	gboolean is_all_day;
	gboolean has_body; /* a text of its own, in an attachment */
} PstException;

typedef struct {
	PstFrequency frequency;
	PstPattern pattern;
	guint16 calendar; /* which one, [MS-OXOCAL] 2.2.1.44.1; 0: the usual */
	guint32 period;   /* minutes, weeks or months */
	guint32 weekdays; /* bits, Sunday first */
	guint32 day;      /* of the month */
	guint32 nth;      /* 1 to 4; 5 is the last */
	PstEnd end;
	guint32 count;
	guint32 first_weekday; /* 0: Sunday */
	gboolean is_sliding;   /* a task that is due again so long after it was done */
	GArray *deleted;       /* guint32: instances that don't happen; those moved are here too */
	guint32 start_date;
	guint32 end_date;
	guint32 start_offset; /* minutes after midnight; 0 in tasks */
	guint32 end_offset;
	GPtrArray *exceptions; /* PstException */
} PstRecurrence;

/* More instances than this that differ make no sense of a series. */
#define PST_RECURRENCE_MAX_INSTANCES 10000

/* The blob of an appointment, or that of a task (which ends before the exceptions). 8-bit text is
 * in CODEPAGE. If only what comes behind the pattern is damaged, the pattern is returned without
 * exceptions, and *damage (may be NULL) says what is wrong. NULL with an error if there is no
 * pattern. */
PstRecurrence *pst_recurrence_parse (const guint8 *data, gsize length, const PstCodepages *pages,
				     guint codepage, char **damage, GError **error);
void pst_recurrence_free (PstRecurrence *recurrence);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstRecurrence, pst_recurrence_free)

/* As the value of RRULE (RFC 5545, 3.3.10), for a series that begins in MONTH (1 to 12). UNTIL is
 * its end, in the form that goes with its start; left out if the series does not end by date.
 * NULL if it can't be said (lunar calendars, patterns that make no sense). Newly allocated. */
char *pst_recurrence_format (const PstRecurrence *recurrence, guint month, const char *until);

/* Minutes since 1601 as seconds since 1970, both on the same clock. */
gint64 pst_recurrence_get_seconds (guint32 minutes);

/* Which instance MINUTES names: that day, at the series' time. */
guint32 pst_recurrence_get_instance (const PstRecurrence *recurrence, guint32 minutes);
