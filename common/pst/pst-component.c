/* pst-component.c - what events, tasks and journal entries have in common
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-component.h"

#include <stdlib.h>
#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-fields.h"
#include "pst/pst-vcard.h"

enum {
	PR_IMPORTANCE = 0x0017,
	PR_SENSITIVITY = 0x0036,
	PR_CREATION_TIME = 0x3007,
	PR_LAST_MODIFICATION_TIME = 0x3008,
};

#define MAX_ATTACHED (16u << 20)

/* The first day of 1601, and of 3000: clocks in between don't leave these years either. */
#define FIRST_SECOND G_GINT64_CONSTANT (-11644473600)
#define LAST_SECOND  G_GINT64_CONSTANT (32503680000)

void
pst_component_prepare (void)
{
	icalerror_set_errors_are_fatal (0);
	(void) icaltimezone_get_utc_timezone ();
}

/* --- Values ---------------------------------------------------------------- */

gboolean
pst_component_can_say (gint64 seconds)
{
	return seconds >= FIRST_SECOND && seconds <= LAST_SECOND;
}

static gboolean
make_time (gint64 seconds, icaltimetype *result)
{
	g_autoptr (GDateTime) time =
		pst_component_can_say (seconds) ? g_date_time_new_from_unix_utc (seconds) : NULL;

	*result = icaltime_null_time ();
	if (time == NULL)
		return FALSE;
	result->year = g_date_time_get_year (time);
	result->month = g_date_time_get_month (time);
	result->day = g_date_time_get_day_of_month (time);
	result->hour = g_date_time_get_hour (time);
	result->minute = g_date_time_get_minute (time);
	result->second = g_date_time_get_second (time);
	return TRUE;
}

static icalproperty *
add (icalcomponent *component, icalproperty_kind kind, icalvalue *value)
{
	icalproperty *property = icalproperty_new (kind);

	icalproperty_set_value (property, value);
	icalcomponent_add_property (component, property);
	return property;
}

/* Line ends as \n, and none of the other controls, which a text must not have (3.3.11). */
static char *
tidy_text (const char *text)
{
	GString *tidy = g_string_sized_new (strlen (text));

	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\r' && p[1] != '\n')
			g_string_append_c (tidy, '\n');
		else if (!g_ascii_iscntrl (*p) || *p == '\n' || *p == '\t')
			g_string_append_c (tidy, *p);
	}
	return g_string_free (tidy, FALSE);
}

/* In a parameter quotes and line ends have no place at all (3.2). */
static char *
tidy_parameter (const char *text)
{
	char *tidy = g_strdup (text);

	for (char *p = tidy; *p != '\0'; p++)
		if (g_ascii_iscntrl (*p))
			*p = ' ';
		else if (*p == '"')
			*p = '\'';
	return g_strstrip (tidy);
}

void
pst_component_add_text (icalcomponent *component, icalproperty_kind kind, const char *text)
{
	g_autofree char *tidy = text != NULL ? tidy_text (text) : NULL;

	if (tidy != NULL && *tidy != '\0')
		add (component, kind, icalvalue_new_text (tidy));
}

void
pst_component_add_x (icalcomponent *component, const char *name, const char *text)
{
	g_autofree char *value = text != NULL ? pst_vcard_escape (text) : NULL;

	if (value == NULL || *value == '\0')
		return;
	/* Not as a text, which libical would give a parameter that says so. */
	icalproperty *property = icalproperty_new (ICAL_X_PROPERTY);
	icalproperty_set_x_name (property, name);
	icalproperty_set_value (property, icalvalue_new_x (value));
	icalcomponent_add_property (component, property);
}

void
pst_component_add_utc (icalcomponent *component, icalproperty_kind kind, gint64 seconds)
{
	icaltimetype time;

	if (!make_time (seconds, &time))
		return;
	time.zone = icaltimezone_get_utc_timezone ();
	add (component, kind, icalvalue_new_datetime (time));
}

void
pst_component_add_local (icalcomponent *component, icalproperty_kind kind, gint64 seconds,
			 const char *zone_id)
{
	icaltimetype time;

	if (!make_time (seconds, &time))
		return;
	icalproperty *property = add (component, kind, icalvalue_new_datetime (time));
	icalproperty_add_parameter (property, icalparameter_new_tzid (zone_id));
}

void
pst_component_add_day (icalcomponent *component, icalproperty_kind kind, gint64 seconds)
{
	icaltimetype time;

	if (!make_time (seconds, &time))
		return;
	time.is_date = 1;
	icalproperty *property = add (component, kind, icalvalue_new_date (time));
	icalproperty_set_parameter (property, icalparameter_new_value (ICAL_VALUE_DATE));
}

icalproperty *
pst_component_add_person (icalcomponent *component, icalproperty_kind kind,
			  const PstAddress *person, gboolean accept_invented)
{
	if (person == NULL || (person->is_invented && !accept_invented))
		return NULL;

	g_autofree char *address = g_uri_escape_string (person->address, "@!$'*+", FALSE);
	g_autofree char *uri = g_strconcat ("mailto:", address, NULL);
	icalproperty *property = add (component, kind, icalvalue_new_caladdress (uri));
	g_autofree char *name = person->name != NULL ? tidy_parameter (person->name) : NULL;
	if (name != NULL && *name != '\0')
		icalproperty_add_parameter (property, icalparameter_new_cn (name));
	return property;
}

gboolean
pst_component_add_rule (icalcomponent *component, const char *rule)
{
	struct icalrecurrencetype recurrence = icalrecurrencetype_from_string (rule);

	if (recurrence.freq == ICAL_NO_RECURRENCE)
		return FALSE;
	add (component, ICAL_RRULE_PROPERTY, icalvalue_new_recur (recurrence));
	return TRUE;
}

/* --- Attachments ----------------------------------------------------------- */

static void
free_base64 (char *data, void *user_data)
{
	(void) user_data;
	g_free (data);
}

static gboolean
add_attachment (icalcomponent *component, const PstItem *item, const PstAttachment *attachment)
{
	g_autoptr (PstNode) node = pst_node_open_subnode (item->node, attachment->nid, NULL);
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, NULL) : NULL;
	g_autoptr (GBytes) bytes =
		props != NULL ? pst_props_get_binary (props, PST_ATTACH_DATA, NULL) : NULL;
	gsize length = 0;

	if (bytes == NULL)
		return FALSE;
	const guint8 *data = g_bytes_get_data (bytes, &length);
	icalattach *attach =
		icalattach_new_from_data (g_base64_encode (data, length), free_base64, NULL);
	icalproperty *property =
		add (component, ICAL_ATTACH_PROPERTY, icalvalue_new_attach (attach));
	icalattach_unref (attach);
	icalproperty_add_parameter (property, icalparameter_new_value (ICAL_VALUE_BINARY));
	icalproperty_add_parameter (property, icalparameter_new_encoding (ICAL_ENCODING_BASE64));
	if (attachment->type != NULL)
		icalproperty_add_parameter (property, icalparameter_new_fmttype (attachment->type));
	g_autofree char *name = attachment->name != NULL ? tidy_parameter (attachment->name) : NULL;
	if (name != NULL && *name != '\0')
		icalproperty_add_parameter (property, icalparameter_new_filename (name));
	return TRUE;
}

void
pst_component_add_attachments (icalcomponent *component, const PstItem *item,
			       GPtrArray *attachments)
{
	guint64 total = 0;

	for (guint i = 0; i < attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (attachments, i);
		if (attachment->method == PST_ATTACH_EMBEDDED)
			continue;
		if (attachment->method == PST_ATTACH_BY_VALUE &&
		    total + attachment->size <= MAX_ATTACHED &&
		    add_attachment (component, item, attachment))
			total += attachment->size;
		else
			pst_context_find (item->context, "attachment-left-out", "\"%s\"",
					  attachment->name != NULL ? attachment->name : "");
	}
}

/* --- The component --------------------------------------------------------- */

static void
add_class (icalcomponent *component, const PstItem *item)
{
	gint64 sensitivity = pst_props_get_int_or (item->props, PR_SENSITIVITY, 0);

	if (sensitivity == 1 || sensitivity == 2)
		icalcomponent_add_property (component, icalproperty_new_class (ICAL_CLASS_PRIVATE));
	else if (sensitivity == 3)
		icalcomponent_add_property (component,
					    icalproperty_new_class (ICAL_CLASS_CONFIDENTIAL));
}

static void
add_times (icalcomponent *component, const PstItem *item, gint64 since)
{
	gint64 created = 0;
	gint64 changed = 0;
	gboolean has_created = pst_fields_get_item_time (item, PR_CREATION_TIME, &created) &&
			       created >= 0 && pst_component_can_say (created);
	gboolean has_changed =
		pst_fields_get_item_time (item, PR_LAST_MODIFICATION_TIME, &changed) &&
		changed >= 0 && pst_component_can_say (changed);

	pst_component_add_utc (component, ICAL_DTSTAMP_PROPERTY,
			       has_changed   ? changed
			       : has_created ? created
					     : CLAMP (since, 0, LAST_SECOND));
	if (has_created)
		pst_component_add_utc (component, ICAL_CREATED_PROPERTY, created);
	if (has_changed)
		pst_component_add_utc (component, ICAL_LASTMODIFIED_PROPERTY, changed);
}

icalcomponent *
pst_component_new (const PstItem *item, icalcomponent_kind kind, const char *uid, gint64 since)
{
	icalcomponent *component = icalcomponent_new (kind);
	gint64 importance = pst_props_get_int_or (item->props, PR_IMPORTANCE, 1);
	g_autofree char *subject = pst_item_get_subject (item);
	g_autofree char *body = pst_fields_get_body (item);
	g_auto (GStrv) categories = pst_fields_get_categories (item);

	pst_component_add_text (component, ICAL_UID_PROPERTY, uid);
	add_times (component, item, since);
	pst_component_add_text (component, ICAL_SUMMARY_PROPERTY, subject);
	pst_component_add_text (component, ICAL_DESCRIPTION_PROPERTY, body);
	for (char **p = categories; *p != NULL; p++)
		pst_component_add_text (component, ICAL_CATEGORIES_PROPERTY, *p);
	add_class (component, item);
	if (kind != ICAL_VJOURNAL_COMPONENT && (importance == 0 || importance == 2))
		icalcomponent_add_property (component,
					    icalproperty_new_priority (importance == 2 ? 1 : 9));
	return component;
}

void
pst_component_print (icalcomponent *component, GString *text)
{
	char *lines = icalcomponent_as_ical_string_r (component);

	g_string_append (text, lines);
	free (lines);
}
