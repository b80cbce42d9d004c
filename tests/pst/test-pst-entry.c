/* test-pst-entry.c - what messages say to calendars and address books
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <libical/ical.h>

#include "pst/converted.h"
#include "pst/recurrence-blob.h"
#include "support/pst-writer-properties.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (icalcomponent, icalcomponent_free)

#define TYPE_BINARY 0x0102

static const PstWriterAddress ann = { "Ann", "SMTP", "ann@example.org", NULL };
static const PstWriterRecipient guests[] = {
	{ PST_WRITER_TO, { "Bo", "SMTP", "bo@example.org", NULL } },
	{ PST_WRITER_CC, { "Cy, Room", "EX", "/o=x/cn=cy", "cy@example.org" } },
	{ PST_WRITER_BCC, { "Projector", "EX", "/o=x/cn=projector", NULL } },
	{ PST_WRITER_TO, { "Ann", "SMTP", "ann@example.org", NULL } },
};

/* --- Making meetings ------------------------------------------------------- */

static guint16
name (Converted *converted, const guint8 *set, guint16 id)
{
	return pst_writer_add_named_property (converted->writer, set, id, NULL);
}

static void
add_time (Converted *converted, PstWriterProperties *list, guint16 id, gint64 seconds)
{
	pst_writer_properties_add_time (list, name (converted, pst_writer_set_appointment, id),
					seconds);
}

static void
add_number (Converted *converted, PstWriterProperties *list, guint16 id, guint32 number)
{
	pst_writer_properties_add_number (list, name (converted, pst_writer_set_appointment, id),
					  number);
}

/* DAY is that of an instance: year, month, day, or nothing. */
static void
add_object_id (Converted *converted, PstWriterProperties *list, const guint8 *day)
{
	guint8 id[56] = { 4, 0, 0, 0, 0x82 };

	if (day != NULL)
		memcpy (id + 16, day, 4);
	id[36] = 16;
	id[40] = 0xab;
	pst_writer_properties_add (list, name (converted, pst_writer_set_meeting, 3), TYPE_BINARY,
				   id, sizeof id);
}

/* An hour at ten on 11 January 2024, UTC. */
static PstWriterProperties *
new_meeting (Converted *converted)
{
	PstWriterProperties *list = pst_writer_properties_new ();

	add_time (converted, list, 0x820d, 1704967200);
	add_time (converted, list, 0x820e, 1704970800);
	return list;
}

static PstWriterMessage
new_message (const char *class, const PstWriterProperties *list)
{
	PstWriterMessage message = { .message_class = class,
				     .subject = "Lunch",
				     .sender = ann,
				     .representing = ann,
				     .recipients = guests,
				     .n_recipients = G_N_ELEMENTS (guests),
				     .plain = "Shall we?\r\n",
				     .submit_time = 1704700000,
				     .delivery_time = 1704700002,
				     .modification_time = 1704800000 };

	message.extra = pst_writer_properties_get (list, &message.n_extra);
	return message;
}

/* --- Reading them ---------------------------------------------------------- */

/* Quoted-printable and folding undone. */
static char *
get_calendar (const char *message)
{
	const char *part = strstr (message, "Content-Type: text/calendar; charset=utf-8");
	g_autoptr (GString) text = g_string_new (NULL);

	g_assert_nonnull (part);
	const char *end = strstr (part, "\n--=_");
	const char *body = strstr (part, "\n\n") + 2;
	const char *encoding = strstr (part, "quoted-printable");
	gboolean is_quoted = encoding != NULL && encoding < body;
	for (const char *p = body; *p != '\0' && p != end; p++) {
		if (is_quoted && p[0] == '=' && p[1] == '\n') {
			p++;
		} else if (is_quoted && p[0] == '=') {
			g_string_append_c (text, (char) (g_ascii_xdigit_value (p[1]) << 4 |
							 g_ascii_xdigit_value (p[2])));
			p += 2;
		} else {
			g_string_append_c (text, *p);
		}
	}
	return g_string_free (g_steal_pointer (&text), FALSE);
}

static icalcomponent *
parse (const char *message)
{
	g_autofree char *text = get_calendar (message);
	icalcomponent *calendar = icalparser_parse_string (text);

	g_assert_nonnull (calendar);
	if (icalcomponent_count_errors (calendar) != 0 || !icalrestriction_check (calendar))
		g_error ("libical finds fault with:\n%s", icalcomponent_as_ical_string (calendar));
	return calendar;
}

/* All properties of KIND in the Nth VEVENT, unfolded, one a line. */
static char *
describe (icalcomponent *calendar, guint n, icalproperty_kind kind)
{
	icalcomponent *event = icalcomponent_get_first_component (calendar, ICAL_VEVENT_COMPONENT);
	GString *text = g_string_new (NULL);

	while (n-- > 0)
		event = icalcomponent_get_next_component (calendar, ICAL_VEVENT_COMPONENT);
	g_assert_nonnull (event);
	for (icalproperty *property = icalcomponent_get_first_property (event, kind);
	     property != NULL; property = icalcomponent_get_next_property (event, kind)) {
		g_autofree char *line = g_strdup (icalproperty_as_ical_string (property));
		for (const char *p = line; *p != '\0'; p++)
			if (strncmp (p, "\r\n ", 3) == 0)
				p += 2;
			else if (*p != '\r')
				g_string_append_c (text, *p);
	}
	return g_string_free (text, FALSE);
}

static void
assert_lines (icalcomponent *calendar, guint n, icalproperty_kind kind, const char *lines)
{
	g_autofree char *found = describe (calendar, n, kind);

	g_assert_cmpstr (found, ==, lines);
}

/* --- Messages about meetings ----------------------------------------------- */

static void
test_request (Converted *converted, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = new_meeting (converted);
	const guint8 *set = pst_writer_set_appointment;
	PstWriterMessage message;

	add_object_id (converted, list, NULL);
	pst_writer_properties_add_text (list, name (converted, set, 0x8208), "Café");
	add_number (converted, list, 0x8201, 2);
	add_number (converted, list, 0x8205, 1); /* the guest has not decided */
	add_number (converted, list, 0x8224, 2);
	pst_writer_properties_add_flag (list, 0x0063, TRUE);
	message = new_message ("IPM.Schedule.Meeting.Request", list);
	message.html = "<p>Shall we?</p>";
	converted_add (converted, &message);
	converted_run (converted);

	const char *text = converted_get (converted, 0);
	converted_assert_has (text, "Content-Type: multipart/alternative;");
	g_assert_true (strstr (text, "Content-Type: text/plain") <
		       strstr (text, "Content-Type: text/html"));
	g_assert_true (strstr (text, "Content-Type: text/html") <
		       strstr (text, "text/calendar; charset=utf-8; method=REQUEST\n"));
	g_autoptr (icalcomponent) calendar = parse (text);
	g_assert_cmpint (icalcomponent_get_method (calendar), ==, ICAL_METHOD_REQUEST);
	assert_lines (calendar, 0, ICAL_UID_PROPERTY,
		      "UID:0400000082000000000000000000000000000000000000000000000000000000000000"
		      "0010000000AB000000000000000000000000000000\n");
	assert_lines (calendar, 0, ICAL_SUMMARY_PROPERTY, "SUMMARY:Lunch\n");
	assert_lines (calendar, 0, ICAL_DTSTAMP_PROPERTY, "DTSTAMP:20240108T074640Z\n");
	assert_lines (calendar, 0, ICAL_CREATED_PROPERTY, "");
	assert_lines (calendar, 0, ICAL_LASTMODIFIED_PROPERTY, "");
	assert_lines (calendar, 0, ICAL_DTSTART_PROPERTY, "DTSTART:20240111T100000Z\n");
	assert_lines (calendar, 0, ICAL_DTEND_PROPERTY, "DTEND:20240111T110000Z\n");
	assert_lines (calendar, 0, ICAL_SEQUENCE_PROPERTY, "SEQUENCE:2\n");
	assert_lines (calendar, 0, ICAL_LOCATION_PROPERTY, "LOCATION:Café\n");
	assert_lines (calendar, 0, ICAL_STATUS_PROPERTY, "");
	assert_lines (calendar, 0, ICAL_ORGANIZER_PROPERTY,
		      "ORGANIZER;CN=Ann:mailto:ann@example.org\n");
	g_autofree char *people = describe (calendar, 0, ICAL_ATTENDEE_PROPERTY);
	converted_assert_has (people, "ATTENDEE;CN=Bo;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;"
				      "RSVP=TRUE:mailto:bo@example.org\n");
	converted_assert_has (people, "CN=\"Cy, Room\";ROLE=OPT-PARTICIPANT;PARTSTAT=NEEDS-ACTION;"
				      "RSVP=TRUE:mailto:cy@example.org\n");
	converted_assert_has (people, "CN=Projector;CUTYPE=RESOURCE;ROLE=NON-PARTICIPANT;");
	converted_assert_lacks (people, "ann@example.org");
	g_assert_cmpint (report_get_status (converted->report), ==, 0);
}

static const struct {
	const char *class;
	gboolean proposes;
	icalproperty_method method;
	const char *partstat;
} answers[] = {
	{ "IPM.Schedule.Meeting.Resp.Pos", FALSE, ICAL_METHOD_REPLY, "ACCEPTED" },
	{ "IPM.Schedule.Meeting.Resp.Neg", FALSE, ICAL_METHOD_REPLY, "DECLINED" },
	{ "ipm.schedule.meeting.resp.tent", FALSE, ICAL_METHOD_REPLY, "TENTATIVE" },
	{ "IPM.Schedule.Meeting.Resp.Neg", TRUE, ICAL_METHOD_COUNTER, "DECLINED" },
};

/* One guest to one organizer, whatever other people there are. */
static void
test_answers (Converted *converted, gconstpointer data)
{
	for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
		g_autoptr (PstWriterProperties) list = new_meeting (converted);
		if (answers[i].proposes) {
			guint16 id = name (converted, pst_writer_set_appointment, 0x8257);
			pst_writer_properties_add_flag (list, id, TRUE);
			add_time (converted, list, 0x8250, 1704974400);
			add_time (converted, list, 0x8251, 1704978000);
		}
		PstWriterMessage message = new_message (answers[i].class, list);
		message.plain = NULL; /* the answer alone */
		converted_add (converted, &message);
	}
	converted_run (converted);
	for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
		g_autoptr (icalcomponent) calendar = parse (converted_get (converted, (guint) i));
		g_autofree char *attendee =
			g_strdup_printf ("ATTENDEE;CN=Ann;PARTSTAT=%s:mailto:ann@example.org\n",
					 answers[i].partstat);
		converted_assert_lacks (converted_get (converted, (guint) i), "multipart");
		g_assert_cmpint (icalcomponent_get_method (calendar), ==, answers[i].method);
		assert_lines (calendar, 0, ICAL_ATTENDEE_PROPERTY, attendee);
		assert_lines (calendar, 0, ICAL_ORGANIZER_PROPERTY,
			      "ORGANIZER;CN=Bo:mailto:bo@example.org\n");
		assert_lines (calendar, 0, ICAL_SEQUENCE_PROPERTY, "SEQUENCE:0\n");
		assert_lines (calendar, 0, ICAL_DTSTART_PROPERTY,
			      answers[i].proposes ? "DTSTART:20240111T120000Z\n"
						  : "DTSTART:20240111T100000Z\n");
	}
}

/* The day is in the id, and the series' time of day beside it: nine hours, thirty minutes. */
static void
test_cancelled_instance (Converted *converted, gconstpointer data)
{
	static const guint8 day[4] = { 2024 >> 8, 2024 & 0xff, 1, 10 };
	g_autoptr (PstWriterProperties) list = new_meeting (converted);
	PstWriterMessage message;

	add_object_id (converted, list, day);
	pst_writer_properties_add_number (list, name (converted, pst_writer_set_meeting, 0x000e),
					  9 << 12 | 30 << 6);
	message = new_message ("IPM.Schedule.Meeting.Canceled", list);
	converted_add (converted, &message);
	converted_run (converted);

	g_autoptr (icalcomponent) calendar = parse (converted_get (converted, 0));
	g_assert_cmpint (icalcomponent_get_method (calendar), ==, ICAL_METHOD_CANCEL);
	assert_lines (calendar, 0, ICAL_STATUS_PROPERTY, "STATUS:CANCELLED\n");
	assert_lines (calendar, 0, ICAL_RECURRENCEID_PROPERTY, "RECURRENCE-ID:20240110T093000Z\n");
	g_autofree char *uid = describe (calendar, 0, ICAL_UID_PROPERTY);
	converted_assert_lacks (uid, "07E8"); /* the same for every day */
}

/* Every Thursday at eleven in Berlin, four times; the second is an hour later, the third isn't. */
static GByteArray *
make_series (void)
{
	GByteArray *blob =
		blob_new_weekly (1 << 4, blob_minutes (2024, 1, 11, 0, 0), 4, 660, 720, 780);

	blob_u16 (blob, 0);
	for (guint i = 0; i < 5; i++)
		blob_u32 (blob, 0);
	return blob;
}

static void
test_series (Converted *converted, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = new_meeting (converted);
	g_autoptr (GByteArray) blob = make_series ();
	const guint8 *set = pst_writer_set_appointment;
	PstWriterMessage message;

	add_object_id (converted, list, NULL);
	pst_writer_properties_add (list, name (converted, set, 0x8216), TYPE_BINARY, blob->data,
				   blob->len);
	pst_writer_properties_add_flag (list, name (converted, set, 0x8223), TRUE);
	message = new_message ("IPM.Schedule.Meeting.Request", list);
	converted_add (converted, &message);
	converted_run (converted);

	g_autoptr (icalcomponent) calendar = parse (converted_get (converted, 0));
	g_assert_cmpint (icalcomponent_count_components (calendar, ICAL_VTIMEZONE_COMPONENT), ==,
			 1);
	g_assert_cmpint (icalcomponent_count_components (calendar, ICAL_VEVENT_COMPONENT), ==, 2);
	assert_lines (calendar, 0, ICAL_DTSTART_PROPERTY,
		      "DTSTART;TZID=UTC+0100:20240111T110000\n");
	assert_lines (calendar, 0, ICAL_RRULE_PROPERTY, "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TH;WKST=SU\n");
	assert_lines (calendar, 0, ICAL_EXDATE_PROPERTY, "EXDATE;TZID=UTC+0100:20240125T110000\n");
	assert_lines (calendar, 1, ICAL_RECURRENCEID_PROPERTY,
		      "RECURRENCE-ID;TZID=UTC+0100:20240118T110000\n");
	assert_lines (calendar, 1, ICAL_DTSTART_PROPERTY,
		      "DTSTART;TZID=UTC+0100:20240118T120000\n");
	assert_lines (calendar, 1, ICAL_ORGANIZER_PROPERTY,
		      "ORGANIZER;CN=Ann:mailto:ann@example.org\n");
	g_assert_cmpint (report_get_status (converted->report), ==, 0);
}

/* A file that is sent along stands beside the calendar, and not in it as well; and what has no
 * time, or only tells of a meeting, has no calendar. */
static void
test_no_more_than_that (Converted *converted, gconstpointer data)
{
	const PstWriterAttachment menu = { .name = "menu.txt", .bytes = "soup", .size = 4 };
	g_autoptr (PstWriterProperties) list = new_meeting (converted);
	PstWriterMessage message = new_message ("IPM.Schedule.Meeting.Request", list);

	message.attachments = &menu;
	message.n_attachments = 1;
	converted_add (converted, &message);
	message.message_class = "IPM.Schedule.Meeting.Notification.Forward";
	converted_add (converted, &message);
	message.message_class = "IPM.Schedule.Meeting.Request";
	message.n_extra = 0;
	converted_add (converted, &message);
	converted_run (converted);

	g_autoptr (icalcomponent) calendar = parse (converted_get (converted, 0));
	assert_lines (calendar, 0, ICAL_ATTACH_PROPERTY, "");
	converted_assert_has (converted_get (converted, 0), "filename=\"menu.txt\"\n");
	converted_assert_lacks (converted_get (converted, 1), "text/calendar");
	converted_assert_lacks (converted_get (converted, 2), "text/calendar");
	g_assert_cmpint (report_get_status (converted->report), ==, 0);
}

/* --- Attached to other messages -------------------------------------------- */

static void
test_attached_contact (Converted *converted, gconstpointer data)
{
	const PstWriterAttachment scan = { .name = "scan.png", .bytes = "scan", .size = 4 };
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage contacts[2] = { { .message_class = "IPM.Contact", .subject = "Bo Lee" } };

	pst_writer_properties_add_text (list, 0x3001, "Bo Lee");
	pst_writer_properties_add_text (list, 0x3a1c, "+49 30 1");
	contacts[0].extra = pst_writer_properties_get (list, &contacts[0].n_extra);
	contacts[1] = contacts[0];
	contacts[1].attachments = &scan;
	contacts[1].n_attachments = 1;
	for (guint i = 0; i < 2; i++) {
		const PstWriterAttachment attachment = { .name = "Bo Lee",
							 .message = &contacts[i] };
		const PstWriterMessage mail = { .subject = "Call him",
						.sender = ann,
						.plain = "Soon.",
						.attachments = &attachment,
						.n_attachments = 1 };
		converted_add (converted, &mail);
	}
	converted_run (converted);

	const char *text = converted_get (converted, 0);
	converted_assert_has (text,
			      "Content-Type: text/vcard; charset=utf-8;\n name=\"Bo Lee.vcf\"\n"
			      "Content-Disposition: attachment;\n filename=\"Bo Lee.vcf\"\n");
	converted_assert_has (text, "\n\nBEGIN:VCARD\nVERSION:4.0\n");
	converted_assert_has (text, "\nTEL;TYPE=cell,voice:+49 30 1\n");
	converted_assert_lacks (text, "message/rfc822");

	/* A card has no place for files: then the item is there as a message too. */
	text = converted_get (converted, 1);
	converted_assert_has (text, "\nTEL;TYPE=cell,voice:+49 30 1\n");
	converted_assert_has (text, "Content-Type: message/rfc822\n");
	converted_assert_has (text, "filename=\"scan.png\"\n");
	g_assert_cmpint (report_get_status (converted->report), ==, 0);
}

static void
test_attached_entries (Converted *converted, gconstpointer data)
{
	static const struct {
		const char *class;
		const char *line;
	} cases[] = {
		{ "IPM.Appointment", "\nBEGIN:VEVENT\n" },
		{ "IPM.Task", "\nBEGIN:VTODO\n" },
		{ "IPM.StickyNote", "\nBEGIN:VJOURNAL\n" },
		{ "IPM.Activity", "\nBEGIN:VJOURNAL\n" },
		{ "IPM.DistList", "\nKIND:group\n" },
	};
	g_autoptr (PstWriterProperties) list = new_meeting (converted);

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		PstWriterMessage inner = { .message_class = cases[i].class, .subject = "a/b\nc" };
		const PstWriterAttachment attachment = { .name = "x", .message = &inner };
		const PstWriterMessage mail = { .subject = "s",
						.sender = ann,
						.plain = "x",
						.attachments = &attachment,
						.n_attachments = 1 };
		inner.extra = pst_writer_properties_get (list, &inner.n_extra);
		converted_add (converted, &mail);
	}
	converted_run (converted);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		const char *text = converted_get (converted, (guint) i);
		converted_assert_has (text, cases[i].line);
		converted_assert_lacks (text, "message/rfc822");
		converted_assert_lacks (text, "METHOD:");
	}
	converted_assert_has (converted_get (converted, 0), "filename=\"b_c.ics\"\n");
	g_autoptr (icalcomponent) calendar = parse (converted_get (converted, 0));
	assert_lines (calendar, 0, ICAL_DTSTART_PROPERTY, "DTSTART:20240111T100000Z\n");
	g_assert_cmpint (report_get_status (converted->report), ==, 0);
}

#define LEVELS 102

/* A file that holds itself has no end: what is beyond the hundredth level is named, and the run does
 * not end well. */
static void
test_too_deep (Converted *converted, gconstpointer data)
{
	static PstWriterMessage messages[LEVELS];
	static PstWriterAttachment attachments[LEVELS];

	for (guint i = 0; i < LEVELS; i++) {
		messages[i] = (PstWriterMessage){.subject = i + 1 < LEVELS ? "outer" : "innermost",
						 .sender = ann,
						 .attachments = &attachments[i],
						 .n_attachments = i + 1 < LEVELS ? 1 : 0};
		attachments[i].message = i + 1 < LEVELS ? &messages[i + 1] : NULL;
	}
	converted_add (converted, &messages[1]);
	converted_add (converted, &messages[0]);
	g_assert_cmpuint (converted_count_findings (converted, "embedded-too-deep"), ==, 1);
	g_assert_cmpint (report_get_status (converted->report), ==, 1);
	converted_assert_has (converted_get (converted, 0), "Subject: innermost\n");
	converted_assert_lacks (converted_get (converted, 1), "Subject: innermost\n");
	converted_assert_has (converted_get (converted, 1), "\nA message stood here,");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
	g_test_add (name, Converted, NULL, converted_set_up, function, converted_tear_down)
	ADD ("/pst/entry/a-request-can-be-answered", test_request);
	ADD ("/pst/entry/an-answer-says-who-and-what", test_answers);
	ADD ("/pst/entry/one-instance-is-cancelled", test_cancelled_instance);
	ADD ("/pst/entry/a-series-keeps-its-exceptions", test_series);
	ADD ("/pst/entry/no-more-than-the-meeting", test_no_more_than_that);
	ADD ("/pst/entry/contacts-in-mail-are-cards", test_attached_contact);
	ADD ("/pst/entry/entries-in-mail-are-calendars", test_attached_entries);
	ADD ("/pst/entry/what-is-too-deep-is-named", test_too_deep);
	return g_test_run ();
}
