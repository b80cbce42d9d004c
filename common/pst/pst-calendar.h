/* pst-calendar.h - appointments, tasks, notes and the journal as iCalendar
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-OXOCAL], [MS-OXOTASK], [MS-OXONOTE], [MS-OXOJRNL] on the one side, RFC 5545 on the other.
 */
#pragma once

#include "pst/pst-item.h"
#include "pst/pst-zone.h"

/* Zones that a conversion refers to: PstCalendarZone. */
typedef struct {
	char *id;
	char *text; /* VTIMEZONE */
} PstCalendarZone;

/* An array for them. */
GPtrArray *pst_calendar_zones_new (void);

/* Append the components of ITEM (IPM.Appointment, IPM.Task, IPM.StickyNote, IPM.Activity) to
 * TEXT, and what zones they need to ZONES. What can't be read or said is left out with a finding:
 * "property-damaged", "address-unknown", "attachment-left-out", "recurrence-left-out",
 * "recurrence-damaged", "text-cut". */
void pst_calendar_append (const PstItem *item, PstZoneNames *names, GPtrArray *zones,
			  GString *text);

/* VEVENT: the part of it in pst-event.c. ITEM may also be a message about a meeting
 * (IPM.Schedule.Meeting...); FALSE, and nothing appended, if it doesn't say when that is. */
gboolean pst_event_append (const PstItem *item, PstZoneNames *names, GPtrArray *zones,
			   GString *text);

/* A calendar with nothing in it but ITEM, which is one of the above or a message about a meeting:
 * then *method is what it asks for ("REQUEST", RFC 5546), else NULL. NULL if there is nothing to
 * say. Lines ended by CRLF. */
GString *pst_calendar_build (const PstItem *item, const char **method);
