/* pst-attendee.c - who calls a meeting, who is asked to come, and what they answered
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-attendee.h"

#include <string.h>

#include "pst/pst-fields.h"

enum {
	PR_REPLY_REQUESTED = 0x0c17,
	PR_RESPONSE_REQUESTED = 0x0063,
};

/* Of PSETID_Appointment */
enum {
	STATE_FLAGS = 0x8217,
	COUNTER_PROPOSAL = 0x8257,
};

#define IS_MEETING 0x01

#define ALL_KINDS (1u << PST_RECIPIENT_TO | 1u << PST_RECIPIENT_CC | 1u << PST_RECIPIENT_BCC)

/* [MS-OXOCAL] 2.2.5.1, 2.2.7.1, 2.2.8.1: itself, or followed by a dot. */
static const struct {
	const char *class;
	PstMethod method;
	icalparameter_partstat answer;
} messages[] = {
	{ "IPM.Schedule.Meeting.Request", PST_METHOD_REQUEST, ICAL_PARTSTAT_NONE },
	{ "IPM.Schedule.Meeting.Canceled", PST_METHOD_CANCEL, ICAL_PARTSTAT_NONE },
	{ "IPM.Schedule.Meeting.Resp.Pos", PST_METHOD_REPLY, ICAL_PARTSTAT_ACCEPTED },
	{ "IPM.Schedule.Meeting.Resp.Tent", PST_METHOD_REPLY, ICAL_PARTSTAT_TENTATIVE },
	{ "IPM.Schedule.Meeting.Resp.Neg", PST_METHOD_REPLY, ICAL_PARTSTAT_DECLINED },
};

static int
find_message (const PstItem *item)
{
	for (gsize i = 0; i < G_N_ELEMENTS (messages); i++) {
		gsize length = strlen (messages[i].class);
		if (g_ascii_strncasecmp (item->class, messages[i].class, length) == 0 &&
		    (item->class[length] == '\0' || item->class[length] == '.'))
			return (int) i;
	}
	return -1;
}

PstMethod
pst_attendee_get_method (const PstItem *item)
{
	int found = find_message (item);

	if (found < 0)
		return PST_METHOD_NONE;
	if (messages[found].method == PST_METHOD_REPLY &&
	    pst_fields_get_bool (item, &pst_names_appointment, COUNTER_PROPOSAL))
		return PST_METHOD_COUNTER;
	return messages[found].method;
}

const char *
pst_attendee_get_method_name (PstMethod method)
{
	static const char *const names[] = { [PST_METHOD_NONE] = NULL,
					     [PST_METHOD_REQUEST] = "REQUEST",
					     [PST_METHOD_CANCEL] = "CANCEL",
					     [PST_METHOD_REPLY] = "REPLY",
					     [PST_METHOD_COUNTER] = "COUNTER" };

	return names[method];
}

static void
add_role (icalproperty *property, PstRecipientKind kind)
{
	icalparameter_role role = kind == PST_RECIPIENT_CC    ? ICAL_ROLE_OPTPARTICIPANT
				  : kind == PST_RECIPIENT_BCC ? ICAL_ROLE_NONPARTICIPANT
							      : ICAL_ROLE_REQPARTICIPANT;

	if (kind == PST_RECIPIENT_BCC)
		icalproperty_add_parameter (property,
					    icalparameter_new_cutype (ICAL_CUTYPE_RESOURCE));
	icalproperty_add_parameter (property, icalparameter_new_role (role));
}

static gboolean
is_reply_wanted (const PstItem *item)
{
	return pst_props_get_bool (item->props, PR_RESPONSE_REQUESTED) ||
	       pst_props_get_bool (item->props, PR_REPLY_REQUESTED);
}

static void
add_guest (icalcomponent *component, const PstItem *item, const PstRecipient *recipient,
	   PstMethod method)
{
	static const icalparameter_partstat answers[] = {
		[2] = ICAL_PARTSTAT_TENTATIVE,
		[3] = ICAL_PARTSTAT_ACCEPTED,
		[4] = ICAL_PARTSTAT_DECLINED,
		[5] = ICAL_PARTSTAT_NEEDSACTION,
	};
	guint response = method == PST_METHOD_REQUEST && recipient->response < 2
				 ? 5
				 : recipient->response;
	icalproperty *property = pst_component_add_person (component, ICAL_ATTENDEE_PROPERTY,
							   recipient->address,
							   method != PST_METHOD_NONE);

	if (property == NULL)
		return;
	add_role (property, recipient->kind);
	if (response >= 2 && response < G_N_ELEMENTS (answers))
		icalproperty_add_parameter (property,
					    icalparameter_new_partstat (answers[response]));
	if (method == PST_METHOD_REQUEST && is_reply_wanted (item))
		icalproperty_add_parameter (property, icalparameter_new_rsvp (ICAL_RSVP_TRUE));
}

static gboolean
is_same_person (const PstAddress *a, const PstAddress *b)
{
	return a != NULL && b != NULL && g_ascii_strcasecmp (a->address, b->address) == 0;
}

/* The organizer is not invited. */
static void
add_invited (icalcomponent *component, const PstItem *item, PstMethod method)
{
	g_autoptr (PstAddress) organizer = pst_item_get_author (item);
	g_autoptr (GPtrArray) recipients = pst_item_read_recipients (item, ALL_KINDS);

	(void) pst_component_add_person (component, ICAL_ORGANIZER_PROPERTY, organizer,
					 method != PST_METHOD_NONE);
	for (guint i = 0; i < recipients->len; i++) {
		const PstRecipient *recipient = g_ptr_array_index (recipients, i);
		if (!recipient->is_organizer && !is_same_person (recipient->address, organizer))
			add_guest (component, item, recipient, method);
	}
}

/* An answer goes from one guest to the organizer (RFC 5546, 3.2.3). */
static void
add_answer (icalcomponent *component, const PstItem *item)
{
	g_autoptr (PstAddress) guest = pst_item_get_author (item);
	g_autoptr (GPtrArray) recipients = pst_item_read_recipients (item, 1u << PST_RECIPIENT_TO);
	icalproperty *property = pst_component_add_person (component, ICAL_ATTENDEE_PROPERTY, guest,
							   TRUE);

	if (property != NULL)
		icalproperty_add_parameter (
			property,
			icalparameter_new_partstat (messages[find_message (item)].answer));
	if (recipients->len > 0) {
		const PstRecipient *organizer = g_ptr_array_index (recipients, 0);
		(void) pst_component_add_person (component, ICAL_ORGANIZER_PROPERTY,
						 organizer->address, TRUE);
	}
}

void
pst_attendee_add_all (icalcomponent *component, const PstItem *item, PstMethod method)
{
	gint64 state = pst_fields_get_int_or (item, &pst_names_appointment, STATE_FLAGS, 0);

	if (method == PST_METHOD_REPLY || method == PST_METHOD_COUNTER)
		add_answer (component, item);
	else if (method != PST_METHOD_NONE || (state & IS_MEETING) != 0)
		add_invited (component, item, method);
}
