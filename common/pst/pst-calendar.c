/* pst-calendar.c - appointments, tasks, notes and the journal as iCalendar
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-calendar.h"

#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-attendee.h"
#include "pst/pst-component.h"
#include "pst/pst-fields.h"
#include "pst/pst-recurrence.h"
#include "pst/pst-vcard.h"

/* Of PSETID_Task */
enum {
	TASK_STATUS = 0x8101,
	TASK_PERCENT_COMPLETE = 0x8102,
	TASK_START_DATE = 0x8104,
	TASK_DUE_DATE = 0x8105,
	TASK_DATE_COMPLETED = 0x810f,
	TASK_RECURRENCE = 0x8116,
	TASK_COMPLETE = 0x811c,
	TASK_RECURRING = 0x8126,
};

/* Of PSETID_Common */
enum {
	REMINDER_TIME = 0x8502,
	REMINDER_SET = 0x8503,
};

/* Of PSETID_Log */
enum {
	LOG_TYPE = 0x8700,
	LOG_START = 0x8706,
	LOG_DURATION = 0x8707,
};

static void
zone_free (PstCalendarZone *zone)
{
	g_free (zone->id);
	g_free (zone->text);
	g_free (zone);
}

GPtrArray *
pst_calendar_zones_new (void)
{
	return g_ptr_array_new_with_free_func ((GDestroyNotify) zone_free);
}

static gboolean
is_class (const PstItem *item, const char *class)
{
	return g_ascii_strncasecmp (item->class, class, strlen (class)) == 0;
}

static void
add_all_attachments (icalcomponent *component, const PstItem *item)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) attachments = pst_attachment_read_all (item, &error);

	if (attachments == NULL) {
		pst_context_find (item->context, "attachment-left-out", "%s", error->message);
		return;
	}
	pst_component_add_attachments (component, item, attachments);
	for (guint i = 0; i < attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (attachments, i);
		if (attachment->method == PST_ATTACH_EMBEDDED)
			pst_context_find (item->context, "attachment-left-out",
					  "\"%s\" is an item of its own",
					  attachment->name != NULL ? attachment->name : "");
	}
}

/* --- Tasks ----------------------------------------------------------------- */

/* Days of tasks are midnights where the user is, kept as if they were UTC. */
static void
add_task_days (icalcomponent *todo, const PstItem *item, gboolean repeats)
{
	gint64 start = 0;
	gint64 due = 0;
	gboolean has_start = pst_fields_get_time (item, &pst_names_task, TASK_START_DATE, &start);
	gboolean has_due = pst_fields_get_time (item, &pst_names_task, TASK_DUE_DATE, &due);

	/* A due date must be later than the start (3.8.2.3): a task of one day has only that. One
	 * that repeats must have a start. */
	if (repeats && has_due && (!has_start || start >= due)) {
		pst_component_add_day (todo, ICAL_DTSTART_PROPERTY, due);
		icalcomponent_add_property (
			todo, icalproperty_new_duration (icaldurationtype_from_int (86400)));
		return;
	}
	if (has_start && (!has_due || start < due))
		pst_component_add_day (todo, ICAL_DTSTART_PROPERTY, start);
	if (has_due)
		pst_component_add_day (todo, ICAL_DUE_PROPERTY, due);
}

static void
add_task_status (icalcomponent *todo, const PstItem *item)
{
	gint64 status = pst_fields_get_int_or (item, &pst_names_task, TASK_STATUS, -1);
	gboolean is_complete =
		status == 2 || pst_fields_get_bool (item, &pst_names_task, TASK_COMPLETE);
	double fraction = 0;
	gint64 completed = 0;

	if (is_complete)
		icalcomponent_add_property (todo, icalproperty_new_status (ICAL_STATUS_COMPLETED));
	else if (status == 1)
		icalcomponent_add_property (todo, icalproperty_new_status (ICAL_STATUS_INPROCESS));
	else if (status >= 0)
		icalcomponent_add_property (todo,
					    icalproperty_new_status (ICAL_STATUS_NEEDSACTION));
	if (status == 3 || status == 4) /* iCalendar has no word for these */
		pst_component_add_x (todo, "X-MAILFERRY-STATUS",
				     status == 3 ? "WAITING" : "DEFERRED");
	if (pst_fields_get_double (item, &pst_names_task, TASK_PERCENT_COMPLETE, &fraction) &&
	    fraction >= 0 && fraction <= 1)
		icalcomponent_add_property (
			todo, icalproperty_new_percentcomplete ((int) (fraction * 100 + 0.5)));
	if (is_complete &&
	    pst_fields_get_time (item, &pst_names_task, TASK_DATE_COMPLETED, &completed))
		pst_component_add_utc (todo, ICAL_COMPLETED_PROPERTY, completed);
}

static gboolean
format_task_rule (const PstItem *item, char **rule)
{
	g_autoptr (GError) error = NULL;
	gsize length = 0;
	g_autoptr (GBytes) blob = pst_fields_get_binary (item, &pst_names_task, TASK_RECURRENCE);
	const guint8 *data = blob != NULL ? g_bytes_get_data (blob, &length) : NULL;

	*rule = NULL;
	if (data == NULL ||
	    pst_fields_get_int_or (item, &pst_names_task, TASK_RECURRING, TRUE) == 0)
		return TRUE;
	g_autoptr (PstRecurrence) recurrence = pst_recurrence_parse (
		data, length, item->context->pages, item->codepage, NULL, &error);
	if (recurrence == NULL)
		return FALSE;
	g_autoptr (GDateTime) start =
		g_date_time_new_from_unix_utc (pst_recurrence_get_seconds (recurrence->start_date));
	g_autoptr (GDateTime) end =
		g_date_time_new_from_unix_utc (pst_recurrence_get_seconds (recurrence->end_date));
	g_autofree char *until =
		pst_component_can_say (g_date_time_to_unix (end))
			? g_strdup_printf ("%04d%02d%02d", g_date_time_get_year (end),
					   g_date_time_get_month (end),
					   g_date_time_get_day_of_month (end))
			: NULL;
	if (!recurrence->is_sliding)
		*rule = pst_recurrence_format (recurrence, (guint) g_date_time_get_month (start),
					       until);
	return *rule != NULL;
}

static void
add_task_reminder (icalcomponent *todo, const PstItem *item)
{
	gint64 when = 0;

	if (!pst_fields_get_bool (item, &pst_names_common, REMINDER_SET) ||
	    !pst_fields_get_time (item, &pst_names_common, REMINDER_TIME, &when))
		return;

	icalcomponent *alarm = icalcomponent_new (ICAL_VALARM_COMPONENT);
	g_autofree char *subject = pst_item_get_subject (item);
	icalcomponent_add_property (alarm, icalproperty_new_action (ICAL_ACTION_DISPLAY));
	pst_component_add_utc (alarm, ICAL_TRIGGER_PROPERTY, when);
	icalproperty *trigger = icalcomponent_get_first_property (alarm, ICAL_TRIGGER_PROPERTY);
	if (trigger != NULL)
		icalproperty_set_parameter (trigger, icalparameter_new_value (ICAL_VALUE_DATETIME));
	pst_component_add_text (alarm, ICAL_DESCRIPTION_PROPERTY,
				subject != NULL && *subject != '\0' ? subject : "Reminder");
	icalcomponent_add_component (todo, alarm);
}

static void
append_task (const PstItem *item, const char *uid, GString *text)
{
	g_autoptr (icalcomponent) todo = pst_component_new (item, ICAL_VTODO_COMPONENT, uid, 0);
	g_autofree char *rule = NULL;
	gint64 day = 0;
	gboolean can_repeat = pst_fields_get_time (item, &pst_names_task, TASK_START_DATE, &day) ||
			      pst_fields_get_time (item, &pst_names_task, TASK_DUE_DATE, &day);

	if (!format_task_rule (item, &rule) || (rule != NULL && !can_repeat)) {
		pst_context_find (item->context, "recurrence-left-out",
				  "how the task repeats can't be said in iCalendar");
		g_clear_pointer (&rule, g_free);
	}
	add_task_days (todo, item, rule != NULL);
	add_task_status (todo, item);
	if (rule != NULL)
		(void) pst_component_add_rule (todo, rule); /* the rule is of our making */
	add_task_reminder (todo, item);
	add_all_attachments (todo, item);
	pst_component_print (todo, text);
}

/* --- Notes and the journal ------------------------------------------------- */

static void
append_journal (const PstItem *item, const char *uid, GString *text)
{
	g_autoptr (icalcomponent) journal =
		pst_component_new (item, ICAL_VJOURNAL_COMPONENT, uid, 0);
	g_autofree char *type = pst_fields_get_text (item, &pst_names_log, LOG_TYPE);
	gint64 minutes = pst_fields_get_int_or (item, &pst_names_log, LOG_DURATION, 0);
	gint64 start = 0;

	if (pst_fields_get_time (item, &pst_names_log, LOG_START, &start))
		pst_component_add_utc (journal, ICAL_DTSTART_PROPERTY, start);
	pst_component_add_x (journal, "X-MAILFERRY-TYPE", type);
	if (minutes > 0) {
		g_autofree char *duration = g_strdup_printf ("PT%" G_GINT64_FORMAT "M", minutes);
		pst_component_add_x (journal, "X-MAILFERRY-DURATION", duration);
	}
	add_all_attachments (journal, item);
	pst_component_print (journal, text);
}

void
pst_calendar_append (const PstItem *item, PstZoneNames *names, GPtrArray *zones, GString *text)
{
	g_autofree char *uuid = pst_fields_make_uuid (item);

	if (is_class (item, "IPM.Task"))
		append_task (item, uuid, text);
	else if (is_class (item, "IPM.Appointment"))
		(void) pst_event_append (item, names, zones, text); /* one without a time too */
	else
		append_journal (item, uuid, text);
}

/* No version in PRODID: the same message must come out of every one. */
GString *
pst_calendar_build (const PstItem *item, const char **method)
{
	PstMethod asked = pst_attendee_get_method (item);
	g_autoptr (PstZoneNames) names = pst_zone_names_new ();
	g_autoptr (GPtrArray) zones = pst_calendar_zones_new ();
	g_autoptr (GString) entries = g_string_new (NULL);

	*method = pst_attendee_get_method_name (asked);
	if (asked == PST_METHOD_NONE)
		pst_calendar_append (item, names, zones, entries);
	else
		(void) pst_event_append (item, names, zones, entries); /* then there is no text */
	if (entries->len == 0)
		return NULL;

	GString *calendar = g_string_new (NULL);
	pst_vcard_add (calendar, "BEGIN", "VCALENDAR");
	pst_vcard_add (calendar, "VERSION", "2.0");
	pst_vcard_add (calendar, "PRODID", "-//mailferry//pst2mbox//EN");
	if (*method != NULL)
		pst_vcard_add (calendar, "METHOD", *method);
	for (guint i = 0; i < zones->len; i++) {
		const PstCalendarZone *zone = g_ptr_array_index (zones, i);
		g_string_append (calendar, zone->text);
	}
	g_string_append_len (calendar, entries->str, (gssize) entries->len);
	pst_vcard_add (calendar, "END", "VCALENDAR");
	return calendar;
}
