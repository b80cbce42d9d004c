/* pst-zone.h - the time zones that appointments bring along
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook keeps instants in UTC and beside them the rules of the zone somebody was in, so what
 * the clock on the wall said can be told without a data base of zones. An appointment is given in
 * local time with the very rules that its local time was computed with.
 */
#pragma once

#include <glib.h>

/* The Nth weekday of a month, at a time of day. */
typedef struct {
	guint month;   /* 1 to 12; 0: there is no such day, the zone has no summer time */
	guint weekday; /* 0: Sunday */
	guint nth;     /* 1 to 4; 5 is the last */
	guint hour;
	guint minute;
} PstZoneDay;

typedef struct {
	char *name;             /* "W. Europe Standard Time"; never empty */
	gint32 standard;        /* seconds east of Greenwich */
	gint32 daylight;        /* the same in summer */
	PstZoneDay to_standard; /* when winter begins */
	PstZoneDay to_daylight;
} PstZone;

void pst_zone_free (PstZone *zone);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstZone, pst_zone_free)

/* PidLidTimeZoneStruct ([MS-OXOCAL] 2.2.1.39), which has no name. NULL if it makes no sense. */
PstZone *pst_zone_parse_struct (const guint8 *data, gsize length, const char *name);

/* PidLidAppointmentTimeZoneDefinition... (2.2.1.41): of its rules that for YEAR. NULL if it
 * makes no sense. */
PstZone *pst_zone_parse_definition (const guint8 *data, gsize length, int year);

/* Seconds since 1970: on the wall from UTC, and back. An hour that is there twice means the
 * first one, as in RFC 5545, 3.3.5. */
gint64 pst_zone_to_local (const PstZone *zone, gint64 utc);
gint64 pst_zone_to_utc (const PstZone *zone, gint64 local);

/* Names for zones, so that no two zones have one. Lives in memory that the processes reading one
 * file after another share; nothing depends on it but names. */
typedef struct _PstZoneNames PstZoneNames;

PstZoneNames *pst_zone_names_new (void);
void pst_zone_names_free (PstZoneNames *names);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstZoneNames, pst_zone_names_free)

/* The name of the zone, or "name (2)" if another zone has it. Newly allocated. */
char *pst_zone_choose_id (PstZoneNames *names, const PstZone *zone);

/* VTIMEZONE, whole lines. Newly allocated. */
char *pst_zone_format (const PstZone *zone, const char *id);
