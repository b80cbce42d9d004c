/* pst-times.h - when an appointment is: once or in a series, by which clock, under which id
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-attendee.h"
#include "pst/pst-recurrence.h"
#include "pst/pst-zone.h"

typedef struct {
	const PstItem *item;
	PstMethod method;
	GPtrArray *attachments; /* PstAttachment; NULL if they can't be read */
	char *uid;
	gint64 start; /* UTC */
	gint64 end;
	gboolean is_all_day;
	PstRecurrence *recurrence; /* NULL: happens once */
	PstZone *zone;             /* NULL: unknown */
	char *zone_id;             /* chosen by whoever writes; NULL: UTC */
} PstTimes;

void pst_times_clear (PstTimes *times);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PstTimes, pst_times_clear)

/* What ITEM (borrowed) says of itself; for an answer that proposes another time, that time. FALSE
 * if it doesn't say when it begins; then only what has nothing to do with that is set. Findings:
 * "recurrence-damaged", "attachment-left-out". */
gboolean pst_times_read (const PstItem *item, PstMethod method, PstTimes *times);

/* Seconds since 1970: what the clock on the wall says, and back. A day begins at the user's
 * midnight, which is known in UTC; without a zone it is the nearest one. */
gint64 pst_times_get_local (const PstTimes *times, gint64 utc);
gint64 pst_times_get_utc (const PstTimes *times, gint64 local);

/* The id of a single instance of a series has its day in it, and beside it stands the series' time
 * of day. FALSE if this is none. */
gboolean pst_times_read_instance (const PstTimes *times, gint64 *local);
