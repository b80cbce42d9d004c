/* pst-event.c - appointments and meetings as VEVENT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A series is one VEVENT with a rule, the days it does not happen as EXDATE, and a VEVENT for each
 * instance that is different, tied to its day by RECURRENCE-ID.
 */
#include "pst/pst-calendar.h"

#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-attendee.h"
#include "pst/pst-component.h"
#include "pst/pst-fields.h"
#include "pst/pst-recurrence.h"

/* Of PSETID_Appointment */
enum {
	SEQUENCE = 0x8201,
	BUSY_STATUS = 0x8205,
	LOCATION = 0x8208,
	START_WHOLE = 0x820d,
	END_WHOLE = 0x820e,
	ALL_DAY = 0x8215,
	RECURRENCE = 0x8216,
	STATE_FLAGS = 0x8217,
	RECURRING = 0x8223,
	INTENDED_BUSY_STATUS = 0x8224,
	EXCEPTION_REPLACE_TIME = 0x8228,
	ZONE_STRUCT = 0x8233,
	ZONE_NAME = 0x8234,
	PROPOSED_START_WHOLE = 0x8250,
	PROPOSED_END_WHOLE = 0x8251,
	ZONE_DEFINITION_START = 0x825e,
	ZONE_DEFINITION_RECURRENCE = 0x8260,
};

/* Of PSETID_Common */
enum {
	REMINDER_DELTA = 0x8501,
	REMINDER_SET = 0x8503,
};

/* Of PSETID_Meeting */
enum {
	GLOBAL_OBJECT_ID = 0x0003,
	START_RECURRENCE_TIME = 0x000e,
};

enum {
	PR_CLIENT_SUBMIT_TIME = 0x0039,
	PR_DELIVERY_TIME = 0x0e06,
};

#define IS_CANCELED 0x04

#define REMINDER_DEFAULT     0x5ae980e1
#define REMINDER_DEFAULT_MIN 15
#define REMINDER_MAX_MIN     (60 * 24 * 366)

#define DAY 86400

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
	char *zone_id;
} Event;

static void
clear_event (Event *event)
{
	g_clear_pointer (&event->attachments, g_ptr_array_unref);
	g_clear_pointer (&event->uid, g_free);
	g_clear_pointer (&event->recurrence, pst_recurrence_free);
	g_clear_pointer (&event->zone, pst_zone_free);
	g_clear_pointer (&event->zone_id, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Event, clear_event)

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
read_definition (const Event *event, guint32 number)
{
	g_autoptr (GBytes) blob =
		pst_fields_get_binary (event->item, &pst_names_appointment, number);
	gsize length = 0;
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	return data != NULL ? pst_zone_parse_definition (data, length, get_year (event->start))
			    : NULL;
}

static PstZone *
read_struct (const Event *event)
{
	g_autoptr (GBytes) blob =
		pst_fields_get_binary (event->item, &pst_names_appointment, ZONE_STRUCT);
	g_autofree char *name =
		pst_fields_get_text (event->item, &pst_names_appointment, ZONE_NAME);
	gsize length = 0;
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	return data != NULL ? pst_zone_parse_struct (data, length, name) : NULL;
}

/* A series without a zone still says both when it begins in UTC and what the clock says then. */
static PstZone *
derive_zone (const Event *event)
{
	const PstRecurrence *recurrence = event->recurrence;
	gint64 local =
		pst_recurrence_get_seconds (recurrence->start_date + recurrence->start_offset);
	gint64 offset = local - event->start;

	if (offset % 900 != 0 || ABS (offset) > 14 * 3600)
		return NULL;
	PstZone *zone = g_new0 (PstZone, 1);
	zone->name = g_strdup_printf ("UTC%c%02d%02d", offset < 0 ? '-' : '+',
				      (int) (ABS (offset) / 3600), (int) (ABS (offset) / 60 % 60));
	zone->standard = zone->daylight = (gint32) offset;
	return zone;
}

static PstZone *
read_zone (const Event *event)
{
	PstZone *zone = NULL;

	if (event->recurrence != NULL) {
		zone = read_definition (event, ZONE_DEFINITION_RECURRENCE);
		if (zone == NULL)
			zone = read_struct (event);
		return zone != NULL ? zone : derive_zone (event);
	}
	zone = read_definition (event, ZONE_DEFINITION_START);
	return zone != NULL ? zone : read_struct (event);
}

/* An answer may propose another time than that of the meeting. */
static gboolean
read_span (Event *event)
{
	gboolean is_proposal = event->method == PST_METHOD_COUNTER;
	guint32 start = is_proposal ? PROPOSED_START_WHOLE : START_WHOLE;
	guint32 end = is_proposal ? PROPOSED_END_WHOLE : END_WHOLE;

	if (!pst_fields_get_time (event->item, &pst_names_appointment, start, &event->start) ||
	    !pst_component_can_say (event->start))
		return FALSE;
	event->end = event->start;
	(void) pst_fields_get_time (event->item, &pst_names_appointment, end, &event->end);
	if (event->end < event->start || !pst_component_can_say (event->end))
		event->end = event->start;
	return TRUE;
}

static gboolean
read_event (const PstItem *item, PstMethod method, Event *event)
{
	g_autoptr (GError) error = NULL;

	event->item = item;
	event->method = method;
	event->is_all_day = pst_fields_get_bool (item, &pst_names_appointment, ALL_DAY);
	event->uid = read_uid (item);
	event->attachments = pst_attachment_read_all (item, &error);
	if (event->attachments == NULL)
		pst_context_find (item->context, "attachment-left-out", "%s", error->message);
	if (!read_span (event))
		return FALSE;
	event->recurrence = read_recurrence (item);
	event->zone = read_zone (event);
	return TRUE;
}

/* --- Times ----------------------------------------------------------------- */

/* A day begins at the user's midnight, which is known in UTC. Without a zone it is the nearest
 * one: nobody lives further than half a day from Greenwich, or nearly nobody. */
static gint64
get_local (const Event *event, gint64 utc)
{
	if (event->zone != NULL)
		return pst_zone_to_local (event->zone, utc);
	return event->is_all_day ? utc + DAY / 2 - ((utc % DAY + DAY) % DAY + DAY / 2) % DAY : utc;
}

static gint64
get_utc (const Event *event, gint64 local)
{
	return event->zone != NULL ? pst_zone_to_utc (event->zone, local) : local;
}

/* By the clock of the series. */
static void
add_instance_time (const Event *event, icalcomponent *component, icalproperty_kind kind,
		   gint64 local, gboolean is_all_day)
{
	if (is_all_day)
		pst_component_add_day (component, kind, local);
	else if (event->zone_id != NULL)
		pst_component_add_local (component, kind, local, event->zone_id);
	else
		pst_component_add_utc (component, kind, local);
}

static void
add_span (const Event *event, icalcomponent *component, gint64 start, gint64 end,
	  gboolean is_all_day)
{
	/* A day that ends when it begins is still a day (3.6.1). */
	if (is_all_day && end < start + DAY)
		end = start + DAY;
	add_instance_time (event, component, ICAL_DTSTART_PROPERTY, start, is_all_day);
	if (end > start)
		add_instance_time (event, component, ICAL_DTEND_PROPERTY, end, is_all_day);
}

/* Only a zone that is referred to is written. A time that the clock shows twice can be told in
 * UTC only. */
static void
choose_zone (Event *event, PstZoneNames *names, GPtrArray *zones)
{
	gboolean is_single = event->recurrence == NULL;

	if (is_single && !event->is_all_day &&
	    (get_utc (event, get_local (event, event->start)) != event->start ||
	     get_utc (event, get_local (event, event->end)) != event->end))
		g_clear_pointer (&event->zone, pst_zone_free);
	if (event->zone == NULL || (is_single && event->is_all_day))
		return;

	PstCalendarZone *zone = g_new0 (PstCalendarZone, 1);
	zone->id = pst_zone_choose_id (names, event->zone);
	zone->text = pst_zone_format (event->zone, zone->id);
	g_ptr_array_add (zones, zone);
	event->zone_id = g_strdup (zone->id);
}

/* --- Status, reminder ------------------------------------------------------ */

static void
add_busy (icalcomponent *component, gint64 busy)
{
	static const char *const names[] = {"FREE", "TENTATIVE", "BUSY", "OOF", "WORKINGELSEWHERE"};

	if (busy < 0 || busy >= (gint64) G_N_ELEMENTS (names))
		return;
	icalcomponent_add_property (
		component, icalproperty_new_transp (busy == 0 || busy == 4 ? ICAL_TRANSP_TRANSPARENT
									   : ICAL_TRANSP_OPAQUE));
	/* Outlook and many others know this name for it ([MS-OXCICAL] 2.1.3.1.1.20.31). */
	pst_component_add_x (component, "X-MICROSOFT-CDO-BUSYSTATUS", names[busy]);
}

/* What a guest has still to decide is in messages about a meeting no word on the meeting itself. */
static void
add_status (icalcomponent *component, const Event *event, gint64 busy)
{
	gint64 state = pst_fields_get_int_or (event->item, &pst_names_appointment, STATE_FLAGS, 0);
	gboolean is_canceled = event->method == PST_METHOD_NONE
				       ? (state & IS_CANCELED) != 0
				       : event->method == PST_METHOD_CANCEL;

	if (is_canceled)
		icalcomponent_add_property (component,
					    icalproperty_new_status (ICAL_STATUS_CANCELLED));
	else if (busy == 1 && event->method == PST_METHOD_NONE)
		icalcomponent_add_property (component,
					    icalproperty_new_status (ICAL_STATUS_TENTATIVE));
}

static void
add_reminder (icalcomponent *component, const PstItem *item, gint64 minutes)
{
	g_autofree char *subject = pst_item_get_subject (item);

	if (minutes == REMINDER_DEFAULT)
		minutes = REMINDER_DEFAULT_MIN;
	if (minutes < 0 || minutes > REMINDER_MAX_MIN)
		return;
	icalcomponent *alarm = icalcomponent_new (ICAL_VALARM_COMPONENT);
	struct icaltriggertype trigger = {
		.time = icaltime_null_time (),
		.duration = icaldurationtype_from_int (-60 * (int) minutes),
	};
	icalcomponent_add_property (alarm, icalproperty_new_action (ICAL_ACTION_DISPLAY));
	icalcomponent_add_property (alarm, icalproperty_new_trigger (trigger));
	pst_component_add_text (alarm, ICAL_DESCRIPTION_PROPERTY,
				subject != NULL && *subject != '\0' ? subject : "Reminder");
	icalcomponent_add_component (component, alarm);
}

/* --- Messages about meetings ------------------------------------------------ */

/* What becomes of the item in a mailbox is no matter of the meeting: the one time that counts is
 * when the message was sent (RFC 5545, 3.8.7.2). */
static icalcomponent *
new_component (const Event *event, const PstItem *item)
{
	static const icalproperty_kind kinds[] = { ICAL_DTSTAMP_PROPERTY, ICAL_CREATED_PROPERTY,
						   ICAL_LASTMODIFIED_PROPERTY };
	icalcomponent *component = pst_component_new (item, ICAL_VEVENT_COMPONENT, event->uid,
						      event->start);
	gint64 sent = event->start;

	if (event->method == PST_METHOD_NONE)
		return component;
	for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
		icalproperty *property = icalcomponent_get_first_property (component, kinds[i]);
		if (property == NULL)
			continue;
		icalcomponent_remove_property (component, property);
		icalproperty_free (property);
	}
	if (!pst_fields_get_item_time (event->item, PR_CLIENT_SUBMIT_TIME, &sent))
		(void) pst_fields_get_item_time (event->item, PR_DELIVERY_TIME, &sent);
	pst_component_add_utc (component, ICAL_DTSTAMP_PROPERTY,
			       pst_component_can_say (sent) ? sent : event->start);
	return component;
}

/* [MS-OXOCAL] 2.2.1.27: the id of a single instance has its day in it; beside it stands the time of
 * day of the series, packed. */
static gboolean
read_instance_in_id (const Event *event, gint64 *local)
{
	g_autoptr (GBytes) id = pst_fields_get_binary (event->item, &pst_names_meeting,
						       GLOBAL_OBJECT_ID);
	gint64 packed = pst_fields_get_int_or (event->item, &pst_names_meeting,
					       START_RECURRENCE_TIME, -1);
	gsize length = 0;
	const guint8 *p = id != NULL ? g_bytes_get_data (id, &length) : NULL;

	if (length < 40)
		return FALSE;
	g_autoptr (GDateTime) day = g_date_time_new_utc (p[16] << 8 | p[17], p[18], p[19], 0, 0, 0);
	gint64 start = get_local (event, event->start);
	gint64 time = packed >= 0
			      ? (packed >> 12 & 31) * 3600 + (packed >> 6 & 63) * 60 + (packed & 63)
			      : (start % DAY + DAY) % DAY;
	if (day == NULL || time >= DAY || !pst_component_can_say (g_date_time_to_unix (day)))
		return FALSE;
	*local = g_date_time_to_unix (day) + time;
	return TRUE;
}

/* One instance of a series that has no item of its own here: without its day it would be taken for
 * the whole series, or for the other instances. */
static void
add_instance (const Event *event, icalcomponent *component)
{
	gint64 time = 0;

	if (event->recurrence != NULL)
		return;
	if (pst_fields_get_time (event->item, &pst_names_appointment, EXCEPTION_REPLACE_TIME,
				 &time) &&
	    pst_component_can_say (time))
		time = get_local (event, time);
	else if (!read_instance_in_id (event, &time))
		return;
	add_instance_time (event, component, ICAL_RECURRENCEID_PROPERTY, time, event->is_all_day);
}

/* --- Series ---------------------------------------------------------------- */

static gint64
get_instance_seconds (const Event *event, guint32 minutes)
{
	return pst_recurrence_get_seconds (
		pst_recurrence_get_instance (event->recurrence, minutes));
}

static char *
format_until (const Event *event)
{
	gint64 last = get_instance_seconds (event, event->recurrence->end_date);
	g_autoptr (GDateTime) time =
		g_date_time_new_from_unix_utc (event->is_all_day ? last : get_utc (event, last));

	/* Outlook's word for "without an end" lies in the year 4500. */
	if (time == NULL || !pst_component_can_say (last))
		return NULL;
	if (event->is_all_day)
		return g_strdup_printf ("%04d%02d%02d", g_date_time_get_year (time),
					g_date_time_get_month (time),
					g_date_time_get_day_of_month (time));
	return g_strdup_printf ("%04d%02d%02dT%02d%02d%02dZ", g_date_time_get_year (time),
				g_date_time_get_month (time), g_date_time_get_day_of_month (time),
				g_date_time_get_hour (time), g_date_time_get_minute (time),
				g_date_time_get_second (time));
}

static gboolean
add_rule (const Event *event, icalcomponent *component, gint64 start)
{
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (start);
	g_autofree char *until = format_until (event);
	g_autofree char *rule =
		time != NULL ? pst_recurrence_format (event->recurrence,
						      (guint) g_date_time_get_month (time), until)
			     : NULL;

	return rule != NULL && pst_component_add_rule (component, rule);
}

/* Instances that were moved are among the deleted ones; they have a VEVENT of their own. */
static void
add_deleted (const Event *event, icalcomponent *component)
{
	const PstRecurrence *recurrence = event->recurrence;
	g_autoptr (GHashTable) moved = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < recurrence->exceptions->len; i++) {
		const PstException *exception = g_ptr_array_index (recurrence->exceptions, i);
		g_hash_table_add (moved, GUINT_TO_POINTER (pst_recurrence_get_instance (
						 recurrence, exception->original)));
	}
	for (guint i = 0; i < recurrence->deleted->len; i++) {
		guint32 instance = pst_recurrence_get_instance (
			recurrence, g_array_index (recurrence->deleted, guint32, i));
		if (g_hash_table_add (moved, GUINT_TO_POINTER (instance)))
			add_instance_time (event, component, ICAL_EXDATE_PROPERTY,
					   pst_recurrence_get_seconds (instance),
					   event->is_all_day);
	}
}

/* The item in which an instance keeps what the series' blob has no room for; NULL if none. */
static PstItem *
open_exception (const Event *event, gint64 instance)
{
	for (guint i = 0; event->attachments != NULL && i < event->attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (event->attachments, i);
		gint64 original = 0;
		if (attachment->method != PST_ATTACH_EMBEDDED || !attachment->has_object)
			continue;
		g_autoptr (PstNode) holder =
			pst_node_open_subnode (event->item->node, attachment->nid, NULL);
		g_autoptr (PstNode) node =
			holder != NULL
				? pst_node_open_subnode (holder, attachment->object_nid, NULL)
				: NULL;
		g_autoptr (PstItem) item =
			node != NULL ? pst_item_open (event->item->context, node, NULL) : NULL;
		if (item != NULL &&
		    pst_fields_get_time (item, &pst_names_appointment, EXCEPTION_REPLACE_TIME,
					 &original) &&
		    original == get_utc (event, instance))
			return g_steal_pointer (&item);
	}
	return NULL;
}

static icalcomponent *
make_exception (const Event *event, const PstException *exception)
{
	gint64 instance = get_instance_seconds (event, exception->original);
	gboolean is_all_day = exception->has_all_day ? exception->is_all_day : event->is_all_day;
	g_autoptr (PstItem) own = exception->has_body ? open_exception (event, instance) : NULL;
	const PstItem *item = own != NULL ? own : event->item;
	icalcomponent *component = new_component (event, item);
	g_autofree char *location =
		pst_fields_get_text (event->item, &pst_names_appointment, LOCATION);
	g_autofree char *subject = pst_item_get_subject (event->item);
	icalproperty *summary = icalcomponent_get_first_property (component, ICAL_SUMMARY_PROPERTY);

	if (exception->has_body && own == NULL)
		pst_context_find (event->item->context, "exception-text-missing",
				  "an instance has the text of its series");
	if (summary != NULL) {
		icalcomponent_remove_property (component, summary);
		icalproperty_free (summary);
	}
	pst_component_add_text (component, ICAL_SUMMARY_PROPERTY,
				exception->subject != NULL ? exception->subject : subject);
	add_instance_time (event, component, ICAL_RECURRENCEID_PROPERTY, instance,
			   event->is_all_day);
	add_span (event, component, pst_recurrence_get_seconds (exception->start),
		  pst_recurrence_get_seconds (exception->end), is_all_day);
	pst_component_add_text (component, ICAL_LOCATION_PROPERTY,
				exception->location != NULL ? exception->location : location);
	return component;
}

static gboolean
makes_sense (const Event *event, const PstException *exception)
{
	return pst_component_can_say (get_instance_seconds (event, exception->original)) &&
	       pst_component_can_say (pst_recurrence_get_seconds (exception->start)) &&
	       pst_component_can_say (pst_recurrence_get_seconds (exception->end));
}

static void
append_exceptions (const Event *event, gint64 busy, gboolean is_reminded, gint64 delta,
		   GString *text)
{
	const GPtrArray *exceptions = event->recurrence->exceptions;
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < exceptions->len; i++) {
		const PstException *exception = g_ptr_array_index (exceptions, i);
		guint32 instance =
			pst_recurrence_get_instance (event->recurrence, exception->original);
		if (!g_hash_table_add (seen, GUINT_TO_POINTER (instance)))
			continue;
		if (!makes_sense (event, exception)) {
			pst_context_find (event->item->context, "recurrence-damaged",
					  "an exception is at no time");
			continue;
		}
		g_autoptr (icalcomponent) component = make_exception (event, exception);
		gint64 own_busy = exception->has_busy ? exception->busy : busy;
		add_busy (component, own_busy);
		add_status (component, event, own_busy);
		pst_attendee_add_all (component, event->item, event->method);
		if (exception->has_reminder ? exception->is_reminded : is_reminded)
			add_reminder (component, event->item,
				      exception->has_delta ? exception->delta : delta);
		pst_component_print (component, text);
	}
}

/* --- The event ------------------------------------------------------------- */

static void
say_left_out (const Event *event)
{
	pst_context_find (event->item->context, "recurrence-left-out",
			  "how it repeats can't be said in iCalendar: only its first time is");
	g_ptr_array_set_size (event->recurrence->exceptions, 0);
}

/* Embedded items are exceptions, which the series tells of. In a message the attachments stand on
 * their own. */
static void
add_attachments (const Event *event, icalcomponent *component)
{
	if (event->attachments != NULL && event->method == PST_METHOD_NONE)
		pst_component_add_attachments (component, event->item, event->attachments);
}

static void
add_when (const Event *event, icalcomponent *component)
{
	const PstRecurrence *recurrence = event->recurrence;

	if (recurrence == NULL) {
		add_span (event, component, get_local (event, event->start),
			  get_local (event, event->end), event->is_all_day);
		add_instance (event, component);
		return;
	}
	gint64 start = get_instance_seconds (event, recurrence->start_date);
	gint64 length = event->end - event->start;
	if (recurrence->end_offset >= recurrence->start_offset)
		length = 60 * (gint64) (recurrence->end_offset - recurrence->start_offset);
	add_span (event, component, start, start + length, event->is_all_day);
	if (add_rule (event, component, start))
		add_deleted (event, component);
	else
		say_left_out (event);
}

/* To its guests a meeting is as busy as whoever called it meant it to be. */
static gint64
read_busy (const Event *event)
{
	gint64 busy = pst_fields_get_int_or (event->item, &pst_names_appointment, BUSY_STATUS, -1);

	if (event->method != PST_METHOD_REQUEST)
		return busy;
	return pst_fields_get_int_or (event->item, &pst_names_appointment, INTENDED_BUSY_STATUS,
				      busy);
}

/* A message about a meeting counts its versions even where there is only one (RFC 5546, 3.2). */
static void
add_sequence (const Event *event, icalcomponent *component)
{
	gint64 sequence = pst_fields_get_int_or (event->item, &pst_names_appointment, SEQUENCE, 0);

	if (event->method != PST_METHOD_NONE)
		sequence = MAX (sequence, 0);
	else if (sequence == 0)
		return;
	if (sequence >= 0 && sequence < G_MAXINT)
		icalcomponent_add_property (component, icalproperty_new_sequence ((int) sequence));
}

static void
append_event (const Event *event, gboolean has_start, GString *text)
{
	const PstItem *item = event->item;
	g_autofree char *location = pst_fields_get_text (item, &pst_names_appointment, LOCATION);
	gint64 busy = read_busy (event);
	gint64 delta = pst_fields_get_int_or (item, &pst_names_common, REMINDER_DELTA,
					      REMINDER_DEFAULT_MIN);
	gboolean is_reminded = (event->method == PST_METHOD_NONE ||
				event->method == PST_METHOD_REQUEST) &&
			       pst_fields_get_bool (item, &pst_names_common, REMINDER_SET);
	g_autoptr (icalcomponent) component = new_component (event, item);

	if (has_start)
		add_when (event, component);
	add_sequence (event, component);
	pst_component_add_text (component, ICAL_LOCATION_PROPERTY, location);
	add_busy (component, busy);
	add_status (component, event, busy);
	pst_attendee_add_all (component, item, event->method);
	add_attachments (event, component);
	if (is_reminded)
		add_reminder (component, item, delta);
	pst_component_print (component, text);
	if (event->recurrence != NULL)
		append_exceptions (event, busy, is_reminded, delta, text);
}

gboolean
pst_event_append (const PstItem *item, PstZoneNames *names, GPtrArray *zones, GString *text)
{
	g_auto (Event) event = { 0 };
	PstMethod method = pst_attendee_get_method (item);
	gboolean has_start = read_event (item, method, &event);

	if (!has_start && method != PST_METHOD_NONE)
		return FALSE;
	if (!has_start)
		pst_context_find (item->context, "event-without-start",
				  "the appointment doesn't say when it is");
	choose_zone (&event, names, zones);
	append_event (&event, has_start, text);
	return TRUE;
}
