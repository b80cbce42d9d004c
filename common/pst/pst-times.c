/* pst-times.c - when an appointment is: once or in a series, by which clock, under which id
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-times.h"

#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-fields.h"

/* Of PSETID_Appointment */
enum {
	START_WHOLE = 0x820d,
	END_WHOLE = 0x820e,
	ALL_DAY = 0x8215,
	RECURRENCE = 0x8216,
	RECURRING = 0x8223,
	ZONE_STRUCT = 0x8233,
	ZONE_NAME = 0x8234,
	PROPOSED_START_WHOLE = 0x8250,
	PROPOSED_END_WHOLE = 0x8251,
	ZONE_DEFINITION_START = 0x825e,
	ZONE_DEFINITION_RECURRENCE = 0x8260,
};

/* Of PSETID_Meeting */
enum {
	GLOBAL_OBJECT_ID = 0x0003,
	START_RECURRENCE_TIME = 0x000e,
};

#define DAY 86400

void
pst_times_clear (PstTimes *times)
{
	g_clear_pointer (&times->attachments, g_ptr_array_unref);
	g_clear_pointer (&times->uid, g_free);
	g_clear_pointer (&times->recurrence, pst_recurrence_free);
	g_clear_pointer (&times->zone, pst_zone_free);
	g_clear_pointer (&times->zone_id, g_free);
}

/* --- What the item says ---------------------------------------------------- */

/* [MS-OXCICAL] 2.1.3.1.1.20.26: an id that came from elsewhere is wrapped; one of Outlook's own
 * is written in hex, without the day of an instance. */
static char *
read_uid (const PstItem *item)
{
	static const char wrapped[] = "vCal-Uid\1\0\0";
	g_autoptr (GBytes) id = pst_fields_get_binary (item, &pst_names_meeting, GLOBAL_OBJECT_ID);
	gsize length = 0;
	const guint8 *p = id != NULL ? g_bytes_get_data (id, &length) : NULL;

	if (length < 40 || length > 2048)
		return pst_fields_make_uuid (item);
	if (length > 52 && memcmp (p + 40, wrapped, 12) == 0) {
		g_autofree char *uid = g_strndup ((const char *) p + 52, length - 52);
		gboolean is_usable = *uid != '\0';
		for (const char *c = uid; *c != '\0'; c++)
			is_usable &= g_ascii_isgraph (*c) || *c == ' ';
		if (is_usable)
			return g_steal_pointer (&uid);
	}
	GString *hex = g_string_sized_new (2 * length);
	for (gsize i = 0; i < length; i++)
		g_string_append_printf (hex, "%02X", i >= 16 && i < 20 ? 0 : p[i]);
	return g_string_free (hex, FALSE);
}

static PstRecurrence *
read_recurrence (const PstItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *damage = NULL;
	g_autoptr (GBytes) blob = pst_fields_get_binary (item, &pst_names_appointment, RECURRENCE);
	gsize length = 0;
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	/* What once was a series may still have its blob. */
	if (length == 0 ||
	    pst_fields_get_int_or (item, &pst_names_appointment, RECURRING, TRUE) == 0)
		return NULL;
	PstRecurrence *recurrence = pst_recurrence_parse (data, length, item->context->pages,
							  item->codepage, &damage, &error);
	if (recurrence == NULL)
		pst_context_find (item->context, "recurrence-damaged", "%s", error->message);
	else if (damage != NULL)
		pst_context_find (item->context, "recurrence-damaged", "%s", damage);
	if (recurrence != NULL &&
	    !pst_component_can_say (pst_recurrence_get_seconds (recurrence->start_date))) {
		pst_context_find (item->context, "recurrence-damaged", "it begins at no time");
		g_clear_pointer (&recurrence, pst_recurrence_free);
	}
	return recurrence;
}

static int
get_year (gint64 seconds)
{
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);

	return time != NULL ? g_date_time_get_year (time) : 0;
}

static PstZone *
read_definition (const PstTimes *times, guint32 number)
{
	g_autoptr (GBytes) blob = pst_fields_get_binary (times->item, &pst_names_appointment,
							 number);
	gsize length = 0;
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	return data != NULL ? pst_zone_parse_definition (data, length, get_year (times->start))
			    : NULL;
}

static PstZone *
read_struct (const PstTimes *times)
{
	g_autoptr (GBytes) blob = pst_fields_get_binary (times->item, &pst_names_appointment,
							 ZONE_STRUCT);
	g_autofree char *name = pst_fields_get_text (times->item, &pst_names_appointment,
						     ZONE_NAME);
	gsize length = 0;
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	return data != NULL ? pst_zone_parse_struct (data, length, name) : NULL;
}

/* A series without a zone still says both when it begins in UTC and what the clock says then. */
static PstZone *
derive_zone (const PstTimes *times)
{
	const PstRecurrence *recurrence = times->recurrence;
	gint64 local =
		pst_recurrence_get_seconds (recurrence->start_date + recurrence->start_offset);
	gint64 offset = local - times->start;

	if (offset % 900 != 0 || ABS (offset) > 14 * 3600)
		return NULL;
	PstZone *zone = g_new0 (PstZone, 1);
	zone->name = g_strdup_printf ("UTC%c%02d%02d", offset < 0 ? '-' : '+',
				      (int) (ABS (offset) / 3600), (int) (ABS (offset) / 60 % 60));
	zone->standard = zone->daylight = (gint32) offset;
	return zone;
}

static PstZone *
read_zone (const PstTimes *times)
{
	PstZone *zone = NULL;

	if (times->recurrence != NULL) {
		zone = read_definition (times, ZONE_DEFINITION_RECURRENCE);
		if (zone == NULL)
			zone = read_struct (times);
		return zone != NULL ? zone : derive_zone (times);
	}
	zone = read_definition (times, ZONE_DEFINITION_START);
	return zone != NULL ? zone : read_struct (times);
}

/* An answer may propose another time than that of the meeting. */
static gboolean
read_span (PstTimes *times)
{
	gboolean is_proposal = times->method == PST_METHOD_COUNTER;
	guint32 start = is_proposal ? PROPOSED_START_WHOLE : START_WHOLE;
	guint32 end = is_proposal ? PROPOSED_END_WHOLE : END_WHOLE;

	if (!pst_fields_get_time (times->item, &pst_names_appointment, start, &times->start) ||
	    !pst_component_can_say (times->start))
		return FALSE;
	times->end = times->start;
	(void) pst_fields_get_time (times->item, &pst_names_appointment, end, &times->end);
	if (times->end < times->start || !pst_component_can_say (times->end))
		times->end = times->start;
	return TRUE;
}

gboolean
pst_times_read (const PstItem *item, PstMethod method, PstTimes *times)
{
	g_autoptr (GError) error = NULL;

	times->item = item;
	times->method = method;
	times->is_all_day = pst_fields_get_bool (item, &pst_names_appointment, ALL_DAY);
	times->uid = read_uid (item);
	times->attachments = pst_attachment_read_all (item, &error);
	if (times->attachments == NULL)
		pst_context_find (item->context, "attachment-left-out", "%s", error->message);
	if (!read_span (times))
		return FALSE;
	times->recurrence = read_recurrence (item);
	times->zone = read_zone (times);
	return TRUE;
}

/* --- Clocks ---------------------------------------------------------------- */

/* Nobody lives further than half a day from Greenwich, or nearly nobody. */
gint64
pst_times_get_local (const PstTimes *times, gint64 utc)
{
	if (times->zone != NULL)
		return pst_zone_to_local (times->zone, utc);
	return times->is_all_day ? utc + DAY / 2 - ((utc % DAY + DAY) % DAY + DAY / 2) % DAY : utc;
}

gint64
pst_times_get_utc (const PstTimes *times, gint64 local)
{
	return times->zone != NULL ? pst_zone_to_utc (times->zone, local) : local;
}

/* [MS-OXOCAL] 2.2.1.27: the time of day is packed. */
gboolean
pst_times_read_instance (const PstTimes *times, gint64 *local)
{
	g_autoptr (GBytes) id = pst_fields_get_binary (times->item, &pst_names_meeting,
						       GLOBAL_OBJECT_ID);
	gint64 packed = pst_fields_get_int_or (times->item, &pst_names_meeting,
					       START_RECURRENCE_TIME, -1);
	gsize length = 0;
	const guint8 *p = id != NULL ? g_bytes_get_data (id, &length) : NULL;

	if (length < 40)
		return FALSE;
	g_autoptr (GDateTime) day = g_date_time_new_utc (p[16] << 8 | p[17], p[18], p[19], 0, 0, 0);
	gint64 start = pst_times_get_local (times, times->start);
	gint64 time = packed >= 0
			      ? (packed >> 12 & 31) * 3600 + (packed >> 6 & 63) * 60 + (packed & 63)
			      : (start % DAY + DAY) % DAY;
	if (day == NULL || time >= DAY || !pst_component_can_say (g_date_time_to_unix (day)))
		return FALSE;
	*local = g_date_time_to_unix (day) + time;
	return TRUE;
}
