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
#include "pst/pst-fields.h"
#include "pst/pst-times.h"

/* Of PSETID_Appointment */
enum {
	SEQUENCE = 0x8201,
	BUSY_STATUS = 0x8205,
	LOCATION = 0x8208,
	STATE_FLAGS = 0x8217,
	INTENDED_BUSY_STATUS = 0x8224,
	EXCEPTION_REPLACE_TIME = 0x8228,
};

/* Of PSETID_Common */
enum {
	REMINDER_DELTA = 0x8501,
	REMINDER_SET = 0x8503,
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

/* --- Times ----------------------------------------------------------------- */

/* By the clock of the series. */
static void
add_instance_time (const PstTimes *event, icalcomponent *component, icalproperty_kind kind,
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
add_span (const PstTimes *event, icalcomponent *component, gint64 start, gint64 end,
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
choose_zone (PstTimes *event, PstZoneNames *names, GPtrArray *zones)
{
	gboolean is_single = event->recurrence == NULL;

	if (is_single && !event->is_all_day &&
	    (pst_times_get_utc (event, pst_times_get_local (event, event->start)) != event->start ||
	     pst_times_get_utc (event, pst_times_get_local (event, event->end)) != event->end))
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
	static const char *const names[] = { "FREE", "TENTATIVE", "BUSY", "OOF",
					     "WORKINGELSEWHERE" };

	if (busy < 0 || busy >= (gint64) G_N_ELEMENTS (names))
		return;
	icalcomponent_add_property (component,
				    icalproperty_new_transp (busy == 0 || busy == 4
								     ? ICAL_TRANSP_TRANSPARENT
								     : ICAL_TRANSP_OPAQUE));
	/* Outlook and many others know this name for it ([MS-OXCICAL] 2.1.3.1.1.20.31). */
	pst_component_add_x (component, "X-MICROSOFT-CDO-BUSYSTATUS", names[busy]);
}

/* What a guest has still to decide is in messages about a meeting no word on the meeting itself. */
static void
add_status (icalcomponent *component, const PstTimes *event, gint64 busy)
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
new_component (const PstTimes *event, const PstItem *item)
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

/* One instance of a series that has no item of its own here: without its day it would be taken for
 * the whole series, or for the other instances. */
static void
add_instance (const PstTimes *event, icalcomponent *component)
{
	gint64 time = 0;

	if (event->recurrence != NULL)
		return;
	if (pst_fields_get_time (event->item, &pst_names_appointment, EXCEPTION_REPLACE_TIME,
				 &time) &&
	    pst_component_can_say (time))
		time = pst_times_get_local (event, time);
	else if (!pst_times_read_instance (event, &time))
		return;
	add_instance_time (event, component, ICAL_RECURRENCEID_PROPERTY, time, event->is_all_day);
}

/* --- Series ---------------------------------------------------------------- */

static gint64
get_instance_seconds (const PstTimes *event, guint32 minutes)
{
	return pst_recurrence_get_seconds (pst_recurrence_get_instance (event->recurrence,
									minutes));
}

static char *
format_until (const PstTimes *event)
{
	gint64 last = get_instance_seconds (event, event->recurrence->end_date);
	g_autoptr (GDateTime) time =
		g_date_time_new_from_unix_utc (event->is_all_day ? last
								 : pst_times_get_utc (event, last));

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
add_rule (const PstTimes *event, icalcomponent *component, gint64 start)
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
add_deleted (const PstTimes *event, icalcomponent *component)
{
	const PstRecurrence *recurrence = event->recurrence;
	g_autoptr (GHashTable) moved = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < recurrence->exceptions->len; i++) {
		const PstException *exception = g_ptr_array_index (recurrence->exceptions, i);
		g_hash_table_add (moved, GUINT_TO_POINTER (pst_recurrence_get_instance (
						 recurrence, exception->original)));
	}
	for (guint i = 0; i < recurrence->deleted->len; i++) {
		guint32 instance = pst_recurrence_get_instance (recurrence,
								g_array_index (recurrence->deleted,
									       guint32, i));
		if (g_hash_table_add (moved, GUINT_TO_POINTER (instance)))
			add_instance_time (event, component, ICAL_EXDATE_PROPERTY,
					   pst_recurrence_get_seconds (instance),
					   event->is_all_day);
	}
}

/* The item in which an instance keeps what the series' blob has no room for; NULL if none. */
static PstItem *
open_exception (const PstTimes *event, gint64 instance)
{
	for (guint i = 0; event->attachments != NULL && i < event->attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (event->attachments, i);
		gint64 original = 0;
		if (attachment->method != PST_ATTACH_EMBEDDED || !attachment->has_object)
			continue;
		g_autoptr (PstNode) holder = pst_node_open_subnode (event->item->node,
								    attachment->nid, NULL);
		g_autoptr (PstNode) node =
			holder != NULL
				? pst_node_open_subnode (holder, attachment->object_nid, NULL)
				: NULL;
		g_autoptr (PstItem) item =
			node != NULL ? pst_item_open (event->item->context, node, NULL) : NULL;
		if (item != NULL &&
		    pst_fields_get_time (item, &pst_names_appointment, EXCEPTION_REPLACE_TIME,
					 &original) &&
		    original == pst_times_get_utc (event, instance))
			return g_steal_pointer (&item);
	}
	return NULL;
}

static icalcomponent *
make_exception (const PstTimes *event, const PstException *exception)
{
	gint64 instance = get_instance_seconds (event, exception->original);
	gboolean is_all_day = exception->has_all_day ? exception->is_all_day : event->is_all_day;
	g_autoptr (PstItem) own = exception->has_body ? open_exception (event, instance) : NULL;
	const PstItem *item = own != NULL ? own : event->item;
	icalcomponent *component = new_component (event, item);
	g_autofree char *location = pst_fields_get_text (event->item, &pst_names_appointment,
							 LOCATION);
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
makes_sense (const PstTimes *event, const PstException *exception)
{
	return pst_component_can_say (get_instance_seconds (event, exception->original)) &&
	       pst_component_can_say (pst_recurrence_get_seconds (exception->start)) &&
	       pst_component_can_say (pst_recurrence_get_seconds (exception->end));
}

static void
append_exceptions (const PstTimes *event, gint64 busy, gboolean is_reminded, gint64 delta,
		   GString *text)
{
	const GPtrArray *exceptions = event->recurrence->exceptions;
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < exceptions->len; i++) {
		const PstException *exception = g_ptr_array_index (exceptions, i);
		guint32 instance = pst_recurrence_get_instance (event->recurrence,
								exception->original);
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
say_left_out (const PstTimes *event)
{
	pst_context_find (event->item->context, "recurrence-left-out",
			  "how it repeats can't be said in iCalendar: only its first time is");
	g_ptr_array_set_size (event->recurrence->exceptions, 0);
}

/* Embedded items are exceptions, which the series tells of. In a message the attachments stand on
 * their own. */
static void
add_attachments (const PstTimes *event, icalcomponent *component)
{
	if (event->attachments != NULL && event->method == PST_METHOD_NONE)
		pst_component_add_attachments (component, event->item, event->attachments);
}

static void
add_when (const PstTimes *event, icalcomponent *component)
{
	const PstRecurrence *recurrence = event->recurrence;

	if (recurrence == NULL) {
		add_span (event, component, pst_times_get_local (event, event->start),
			  pst_times_get_local (event, event->end), event->is_all_day);
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
read_busy (const PstTimes *event)
{
	gint64 busy = pst_fields_get_int_or (event->item, &pst_names_appointment, BUSY_STATUS, -1);

	if (event->method != PST_METHOD_REQUEST)
		return busy;
	return pst_fields_get_int_or (event->item, &pst_names_appointment, INTENDED_BUSY_STATUS,
				      busy);
}

/* A message about a meeting counts its versions even where there is only one (RFC 5546, 3.2). */
static void
add_sequence (const PstTimes *event, icalcomponent *component)
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
append_event (const PstTimes *event, gboolean has_start, GString *text)
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
	g_auto (PstTimes) event = { 0 };
	PstMethod method = pst_attendee_get_method (item);
	gboolean has_start = pst_times_read (item, method, &event);

	if (!has_start && method != PST_METHOD_NONE)
		return FALSE;
	if (!has_start)
		pst_context_find (item->context, "event-without-start",
				  "the appointment doesn't say when it is");
	choose_zone (&event, names, zones);
	append_event (&event, has_start, text);
	return TRUE;
}
