/* test-pst-aside.c - contacts and calendar entries, from the file to the vCard and the iCalendar
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib/gstdio.h>
#include <libical/ical.h>
#include <string.h>

#include "pst/pst-source.h"
#include "pst/recurrence-blob.h"
#include "support/pst-writer-properties.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (icalcomponent, icalcomponent_free)

typedef struct {
	char *directory;
	char *pst;
	char *vcf;
	char *ics;
	PstWriter *writer;
	guint32 folder;
	Report *report;
	Ledger *ledger;
	MessageFilter filter;
	GString *contacts; /* what was written, unfolded, lines ended by LF */
	char *calendar;    /* as it was written */
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	fixture->directory = g_dir_make_tmp ("pst-aside-XXXXXX", &error);
	g_assert_no_error (error);
	fixture->pst = g_build_filename (fixture->directory, "a.pst", NULL);
	fixture->vcf = g_build_filename (fixture->directory, "a.vcf", NULL);
	fixture->ics = g_build_filename (fixture->directory, "a.ics", NULL);
	fixture->writer = pst_writer_new (fixture->pst, NULL, &error);
	g_assert_no_error (error);
	fixture->folder = pst_writer_add_folder (fixture->writer, PST_WRITER_TOP, "Others",
						 PST_WRITER_ROLE_NONE);
	fixture->report = report_new_quiet ("test");
	fixture->ledger = ledger_new (fixture->report);
	fixture->contacts = g_string_new (NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	g_clear_pointer (&fixture->writer, pst_writer_free);
	ledger_free (fixture->ledger);
	report_free (fixture->report);
	(void)g_remove (fixture->pst);
	(void)g_remove (fixture->vcf);
	(void)g_remove (fixture->ics);
	(void)g_rmdir (fixture->directory);
	g_free (fixture->pst);
	g_free (fixture->vcf);
	g_free (fixture->ics);
	g_free (fixture->directory);
	g_string_free (fixture->contacts, TRUE);
	g_free (fixture->calendar);
}

/* --- Properties ------------------------------------------------------------ */

static guint16
name (Fixture *fixture, const guint8 *set, guint16 id)
{
	return set != NULL ? pst_writer_add_named_property (fixture->writer, set, id, NULL) : id;
}

static void
add_bytes (Fixture *fixture, PstWriterProperties *list, const guint8 *set, guint16 id, guint16 type,
	   const GByteArray *bytes)
{
	pst_writer_properties_add (list, name (fixture, set, id), type, bytes->data, bytes->len);
}

typedef struct {
	const guint8 *set; /* NULL: the id is the property's own */
	guint16 id;
	const char *text; /* or, if there is none, the number */
	guint32 number;
} Field;

static void
add_fields (Fixture *fixture, PstWriterProperties *list, const Field *fields, gsize count)
{
	for (gsize i = 0; i < count; i++) {
		guint16 id = name (fixture, fields[i].set, fields[i].id);
		if (fields[i].text != NULL)
			pst_writer_properties_add_text (list, id, fields[i].text);
		else
			pst_writer_properties_add_number (list, id, fields[i].number);
	}
}

static guint32
add_item (Fixture *fixture, const char *class, PstWriterMessage *message,
	  const PstWriterProperties *list)
{
	message->message_class = class;
	message->extra = pst_writer_properties_get (list, &message->n_extra);
	return pst_writer_add_message (fixture->writer, fixture->folder, message);
}

/* --- Running it ------------------------------------------------------------ */

static char *
read_file (const char *path)
{
	g_autoptr (GError) error = NULL;
	char *text = NULL;

	g_assert_true (g_file_get_contents (path, &text, NULL, &error));
	g_assert_true (g_utf8_validate (text, -1, NULL));
	return text;
}

/* Lines end with CRLF and have at most 75 octets. Not by g_strsplit: strstr takes quadratic time
 * under AddressSanitizer. */
static void
unfold (const char *text, GString *out)
{
	const char *end = text + strlen (text);

	for (const char *line = text; line < end;) {
		const char *feed = memchr (line, '\n', (gsize)(end - line));
		g_assert_nonnull (feed);
		g_assert_true (feed > line && feed[-1] == '\r');
		gsize length = (gsize)(feed - line) - 1;
		g_assert_cmpuint (length, <=, 75);
		g_assert_true (g_utf8_validate (line, (gssize)length, NULL));
		if (line[0] == ' ')
			g_string_truncate (out, out->len - 1);
		g_string_append_len (out, line + (line[0] == ' '),
				     (gssize)(length - (line[0] == ' ')));
		g_string_append_c (out, '\n');
		line = feed + 1;
	}
}

static void
convert (Fixture *fixture)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstAside) aside =
		pst_aside_new (fixture->vcf, fixture->ics, &fixture->filter, &error);
	PstOptions options = {.aside = aside};
	Message *message = NULL;

	g_assert_no_error (error);
	g_assert_true (pst_writer_finish (fixture->writer, &error));
	g_assert_no_error (error);
	g_autoptr (MessageSource) source =
		pst_source_new (fixture->pst, &options, fixture->ledger, fixture->report, &error);
	g_assert_no_error (error);
	while (message_source_next (source, &message, &error) && message != NULL)
		message_unref (message);
	g_assert_no_error (error);
	g_assert_false (g_file_test (fixture->vcf, G_FILE_TEST_EXISTS));
	g_assert_true (pst_aside_finish (aside, &error));
	g_assert_no_error (error);
	g_autofree char *cards = read_file (fixture->vcf);
	unfold (cards, fixture->contacts);
	fixture->calendar = read_file (fixture->ics);
}

static void
assert_line (const char *text, const char *line)
{
	g_autofree char *whole = g_strconcat ("\n", line, "\n", NULL); /* never the first */

	if (strstr (text, whole) == NULL)
		g_error ("no line \"%s\" in:\n%s", line, text);
}

static icalcomponent *
parse_calendar (const Fixture *fixture)
{
	icalcomponent *calendar = icalparser_parse_string (fixture->calendar);

	g_assert_nonnull (calendar);
	g_assert_cmpint (icalcomponent_isa (calendar), ==, ICAL_VCALENDAR_COMPONENT);
	if (icalcomponent_count_errors (calendar) != 0)
		g_error ("what libical finds wrong:\n%s", icalcomponent_as_ical_string (calendar));
	return calendar;
}

static icalcomponent *
get_component (icalcomponent *calendar, icalcomponent_kind kind, guint n)
{
	icalcomponent *component = icalcomponent_get_first_component (calendar, kind);

	while (n-- > 0)
		component = icalcomponent_get_next_component (calendar, kind);
	g_assert_nonnull (component);
	return component;
}

static void
assert_property (icalcomponent *component, icalproperty_kind kind, const char *line)
{
	icalproperty *property = icalcomponent_get_first_property (component, kind);

	g_assert_nonnull (property);
	const char *folded = icalproperty_as_ical_string (property);
	g_autoptr (GString) text = g_string_new (NULL);
	unfold (folded, text);
	g_strchomp (text->str);
	g_assert_cmpstr (text->str, ==, line);
}

/* --- Contacts -------------------------------------------------------------- */

static const Field contact_fields[] = {
	{NULL, 0x3001, "Bo, \"Lee\"; MA", 0},
	{NULL, 0x3a06, "Bo", 0},
	{NULL, 0x3a11, "Lee;Ling", 0},
	{NULL, 0x3a4f, "Bobo", 0},
	{NULL, 0x3a16, "Müller & Söhne", 0},
	{NULL, 0x3a18, "Purchasing", 0},
	{NULL, 0x3a17, "Head of\r\npurchasing", 0},
	{NULL, 0x3a08, "+49 30 1", 0},
	{NULL, 0x3a24, "+49 30 2", 0},
	{NULL, 0x3a5d, "Hauptstraße 1\r\nHinterhaus", 0},
	{NULL, 0x3a59, "Berlin", 0},
	{NULL, 0x3a51, "www.mueller.example/über uns", 0},
	{NULL, 0x3a50, "https://bo.example/?a=1,2", 0},
	{pst_writer_set_address, 0x8045, "Fabrikweg 2", 0},
	{pst_writer_set_address, 0x8049, "Deutschland", 0},
	{pst_writer_set_address, 0x8062, "sip:bo@mueller.example", 0},
	{pst_writer_set_address, 0x8080, "Bo Lee", 0},
	{pst_writer_set_address, 0x8082, "SMTP", 0},
	{pst_writer_set_address, 0x8083, "bo@mueller.example", 0},
	{pst_writer_set_address, 0x8090, "Bo at work", 0},
	{pst_writer_set_address, 0x8092, "EX", 0},
	{pst_writer_set_address, 0x8093, "/o=Example/cn=bo", 0},
	{pst_writer_set_address, 0x8094, "bo.lee@example.org", 0},
	{pst_writer_set_address, 0x80a2, "FAX", 0},
	{pst_writer_set_address, 0x80a3, "Bo Lee@+49 30 2", 0},
};

static void
test_contact (Fixture *fixture, gconstpointer data)
{
	static const char *const categories[] = {"Friends, old", "Büro", NULL};
	static const guint8 picture[] = "\xff\xd8\xff\xe0 a picture";
	const guint8 yes = 1;
	const PstWriterProperty photo = {0x7fff000b, &yes, 1};
	const PstWriterAttachment attachments[] = {
		{.name = "ContactPicture.jpg",
		 .bytes = picture,
		 .size = 14,
		 .extra = &photo,
		 .n_extra = 1},
	};
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage message = {.plain = "First line\r\nsecond; line\r\n",
				    .modification_time = 1704967200,
				    .categories = categories,
				    .attachments = attachments,
				    .n_attachments = 1};

	add_fields (fixture, list, contact_fields, G_N_ELEMENTS (contact_fields));
	/* Midnight of 5 May 1980 in Berlin; the wedding on the day itself. */
	pst_writer_properties_add_time (list, 0x3a42, 326325600);
	pst_writer_properties_add_time (list, name (fixture, pst_writer_set_address, 0x80df),
					1017792000);
	add_item (fixture, "IPM.Contact", &message, list);
	convert (fixture);

	const char *card = fixture->contacts->str;
	static const char *const lines[] = {
		"VERSION:4.0",
		"REV:20240111T100000Z",
		"FN:Bo\\, \"Lee\"\\; MA",
		"N:Lee\\;Ling;Bo;;;",
		"NICKNAME:Bobo",
		"ORG:Müller & Söhne;Purchasing",
		"TITLE:Head of  purchasing",
		"TEL;TYPE=work,voice:+49 30 1",
		"TEL;TYPE=work,fax:+49 30 2",
		"EMAIL;PREF=1:bo@mueller.example",
		"EMAIL:bo.lee@example.org",
		"ADR;TYPE=work:;;Fabrikweg 2;;;;Deutschland",
		"ADR;TYPE=home:;;Hauptstraße 1\\nHinterhaus;Berlin;;;",
		"URL;TYPE=work:http://www.mueller.example/%C3%BCber%20uns",
		"URL;TYPE=home:https://bo.example/?a=1,2",
		"IMPP:sip:bo@mueller.example",
		"BDAY:19800505",
		"ANNIVERSARY:20020403",
		"CATEGORIES:Friends\\, old,Büro",
		"NOTE:First line\\nsecond\\; line",
		"PHOTO:data:image/jpeg;base64,/9j/4CBhIHBpY3R1cmU=",
		"END:VCARD",
	};
	for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
		assert_line (card, lines[i]);
	g_assert_null (strstr (card, "Bo Lee@+49"));
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).emitted, ==, 1);
	g_assert_cmpuint (ledger_get_mail_counts (fixture->ledger).emitted, ==, 0);
	g_assert_cmpuint (ledger_get_mail_counts (fixture->ledger).announced, ==, 0);
}

/* Nothing is known, and nothing makes sense: still a card that can be read. */
static void
test_empty_contact (Fixture *fixture, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage message = {.subject = NULL};

	add_item (fixture, "ipm.contact.Custom", &message, list);
	convert (fixture);
	assert_line (fixture->contacts->str, "FN:Unnamed");
}

static void
test_large_contact (Fixture *fixture, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GString) note = g_string_new (NULL);
	g_autofree char *long_name = g_strnfill (100000, ';');

	while (note->len < (9u << 19))
		g_string_append (note, "日本");
	PstWriterMessage message = {.plain = note->str};
	pst_writer_properties_add_text (list, 0x3001, long_name);
	add_item (fixture, "IPM.Contact", &message, list);
	add_item (fixture, "IPM.StickyNote", &message, list);
	convert (fixture);
	g_assert_cmpuint (strlen (fixture->calendar), >, 4u << 20);
	g_assert_cmpuint (strlen (fixture->calendar), <, (4u << 20) + 300000);
	g_assert_cmpuint (fixture->contacts->len, >, 4u << 20);
	g_assert_cmpuint (fixture->contacts->len, <, (4u << 20) + 300000);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).emitted, ==, 2);
}

/* --- Distribution lists ---------------------------------------------------- */

static void
append_wide (GByteArray *bytes, const char *text)
{
	glong length = 0;
	g_autofree gunichar2 *wide = g_utf8_to_utf16 (text, -1, NULL, &length, NULL);

	for (glong i = 0; i <= length; i++)
		blob_u16 (bytes, wide[i]);
}

static GByteArray *
make_one_off (const char *who, const char *address)
{
	static const guint8 head[] = {0,    0,    0,    0,    0x81, 0x2b, 0x1f, 0xa4,
				      0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0x00, 0xdd,
				      0x01, 0x0f, 0x54, 0x02, 0,    0,    0x01, 0x90};
	GByteArray *id = g_byte_array_new ();

	g_byte_array_append (id, head, sizeof head);
	append_wide (id, who);
	append_wide (id, "SMTP");
	append_wide (id, address);
	return id;
}

static GByteArray *
make_wrapped_contact (guint32 nid)
{
	static const guint8 head[] = {0,    0,    0,    0,    0xc0, 0x91, 0xad,
				      0xd3, 0x51, 0x9d, 0xcf, 0x11, 0xa4, 0xa9,
				      0x00, 0xaa, 0x00, 0x47, 0xfa, 0xa4, 0xc3};
	GByteArray *id = g_byte_array_new ();

	g_byte_array_append (id, head, sizeof head);
	for (guint i = 0; i < 5; i++)
		blob_u32 (id, 0);
	blob_u32 (id, nid);
	return id;
}

static GByteArray *
make_values (GByteArray *const *values, guint count)
{
	GByteArray *bytes = g_byte_array_new ();
	guint32 offset = 4 + 4 * count;

	blob_u32 (bytes, count);
	for (guint i = 0; i < count; i++) {
		blob_u32 (bytes, offset);
		offset += values[i]->len;
	}
	for (guint i = 0; i < count; i++)
		g_byte_array_append (bytes, values[i]->data, values[i]->len);
	return bytes;
}

static guint32
add_simple_contact (Fixture *fixture, const char *address)
{
	static const guint8 *set = pst_writer_set_address;
	const Field fields[] = {{NULL, 0x3001, address, 0},
				{set, 0x8090, "Second", 0},
				{set, 0x8092, "SMTP", 0},
				{set, 0x8093, address, 0}};
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage message = {.subject = "contact"};

	add_fields (fixture, list, fields, G_N_ELEMENTS (fields));
	return add_item (fixture, "IPM.Contact", &message, list);
}

/* The second address of a contact in the same file (0xC3: kind 3, address 1 above a flag), a
 * one-off, and one that leads nowhere. */
static void
test_list (Fixture *fixture, gconstpointer data)
{
	guint32 contact = add_simple_contact (fixture, "second@example.org");
	g_autoptr (GByteArray) one_off = make_one_off ("Cy, \"C\"", "c%y@example.org");
	g_autoptr (GByteArray) wrapped = make_wrapped_contact (contact);
	g_autoptr (GByteArray) nowhere = make_wrapped_contact (0x200fe4);
	g_autoptr (GByteArray) nothing = g_byte_array_new ();
	GByteArray *const members[] = {nothing, wrapped, nowhere};
	GByteArray *const one_offs[] = {one_off, nothing, nothing};
	g_autoptr (GByteArray) list_of_members = make_values (members, 3);
	g_autoptr (GByteArray) list_of_one_offs = make_values (one_offs, 3);
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage message = {.subject = "The choir"};

	wrapped->data[20] = 0x13;
	g_byte_array_unref (list_of_members);
	list_of_members = make_values (members, 3);
	add_bytes (fixture, list, pst_writer_set_address, 0x8055, 0x1102, list_of_members);
	add_bytes (fixture, list, pst_writer_set_address, 0x8054, 0x1102, list_of_one_offs);
	add_item (fixture, "IPM.DistList", &message, list);
	convert (fixture);
	assert_line (fixture->contacts->str, "KIND:group");
	assert_line (fixture->contacts->str, "FN:The choir");
	assert_line (fixture->contacts->str, "MEMBER:mailto:c%25y@example.org");
	assert_line (fixture->contacts->str, "MEMBER:mailto:second@example.org");
	g_assert_cmpint (report_get_status (fixture->report), ==, 1); /* for the one that is lost */
}

/* --- Events ---------------------------------------------------------------- */

static GByteArray *
make_object_id (const char *foreign)
{
	GByteArray *id = g_byte_array_new ();

	for (guint i = 0; i < 40; i++) {
		guint8 byte = (guint8)(i + 1);
		g_byte_array_append (id, &byte, 1);
	}
	if (foreign != NULL) {
		g_byte_array_append (id, (const guint8 *)"vCal-Uid\1\0\0\0", 12);
		g_byte_array_append (id, (const guint8 *)foreign, (guint)strlen (foreign) + 1);
	}
	return id;
}

static void
add_flag (Fixture *fixture, PstWriterProperties *list, const guint8 *set, guint16 id)
{
	pst_writer_properties_add_flag (list, name (fixture, set, id), TRUE);
}

static void
add_span (Fixture *fixture, PstWriterProperties *list, gint64 start, gint64 end)
{
	const guint8 *set = pst_writer_set_appointment;

	pst_writer_properties_add_time (list, name (fixture, set, 0x820d), start);
	pst_writer_properties_add_time (list, name (fixture, set, 0x820e), end);
}

/* Every Monday at ten in Berlin from 18 March 2024, five times, over the beginning of summer. The
 * second is at eleven, with a text of its own; the third isn't. */
static GByteArray *
make_series (void)
{
	GByteArray *blob =
		blob_new_weekly (2, blob_minutes (2024, 3, 18, 0, 0), 5, 600, 660, 750);

	blob_u16 (blob, 0x0001 | 0x0010 | 0x0200);
	blob_text (blob, "Later", 5);
	blob_text (blob, "Room 3", 6);
	blob_u32 (blob, 0);
	blob_u32 (blob, 4); /* change highlight */
	blob_u32 (blob, 0);
	blob_u32 (blob, 0);
	for (guint i = 0; i < 3; i++)
		blob_u32 (blob, 0);
	blob_wide_text (blob, "Später");
	blob_wide_text (blob, "Raum 3");
	blob_u32 (blob, 0);
	blob_u32 (blob, 0);
	return blob;
}

static const PstWriterRecipient invited[] = {
	{PST_WRITER_TO, {"Ann", "SMTP", "ann@example.org", "ann@example.org"}},
	{PST_WRITER_TO, {"Bo; \"Lee\"", "SMTP", "bo@example.org", "bo@example.org"}},
	{PST_WRITER_CC, {"Cy", "SMTP", "cy@example.org", "cy@example.org"}},
	{PST_WRITER_BCC, {"Room", "SMTP", "room@example.org", "room@example.org"}},
};

static void
add_series (Fixture *fixture)
{
	const guint8 *set = pst_writer_set_appointment;
	const Field fields[] = {{set, 0x8205, NULL, 2},
				{set, 0x8208, "Raum 2, hinten", 0},
				{set, 0x8217, NULL, 1},
				{set, 0x8234, "Berlin, Bern", 0},
				{pst_writer_set_common, 0x8501, NULL, 30},
				{NULL, 0x0036, NULL, 2}};
	g_autoptr (PstWriterProperties) own = pst_writer_properties_new ();
	pst_writer_properties_add_time (own, name (fixture, set, 0x8228), 1711357200);
	PstWriterMessage exception = {
		.message_class = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}",
		.subject = "Later",
		.plain = "Only this time.\r\n"};
	exception.extra = pst_writer_properties_get (own, &exception.n_extra);
	const PstWriterAttachment attachments[] = {
		{.name = "exception", .message = &exception},
		{.name = "plan.txt", .mime = "text/plain", .bytes = "Hello", .size = 5},
	};
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GByteArray) blob = make_series ();
	g_autoptr (GByteArray) zone = blob_berlin ();
	g_autoptr (GByteArray) id = make_object_id (NULL);
	PstWriterMessage message = {.subject = "Montagsrunde; früh",
				    .plain = "Every week.\r\nBring tea.\r\n",
				    .modification_time = 1700000000,
				    .recipients = invited,
				    .n_recipients = G_N_ELEMENTS (invited),
				    .representing = invited[0].address,
				    .attachments = attachments,
				    .n_attachments = 2};

	add_fields (fixture, list, fields, G_N_ELEMENTS (fields));
	add_span (fixture, list, 1710752400, 1710756000);
	add_bytes (fixture, list, set, 0x8216, 0x0102, blob);
	add_bytes (fixture, list, set, 0x8233, 0x0102, zone);
	add_bytes (fixture, list, pst_writer_set_meeting, 0x0003, 0x0102, id);
	add_flag (fixture, list, pst_writer_set_common, 0x8503);
	add_item (fixture, "IPM.Appointment", &message, list);
}

/* In UTC, by the rules of the zone in the file. */
static void
assert_occurrences (icalcomponent *calendar, icalcomponent *event, const char *expected)
{
	icalproperty *rule = icalcomponent_get_first_property (event, ICAL_RRULE_PROPERTY);
	struct icaltimetype start = icalcomponent_get_dtstart (event);
	icaltimezone *zone = icalcomponent_get_timezone (calendar, "Berlin  Bern");
	icalrecur_iterator *iterator =
		icalrecur_iterator_new (icalproperty_get_rrule (rule), start);
	g_autoptr (GString) got = g_string_new (NULL);

	g_assert_nonnull (zone);
	for (;;) {
		struct icaltimetype next = icalrecur_iterator_next (iterator);
		if (icaltime_is_null_time (next))
			break;
		next.zone = zone;
		next = icaltime_convert_to_zone (next, icaltimezone_get_utc_timezone ());
		g_string_append_printf (got, "%02d-%02dT%02d ", next.month, next.day, next.hour);
	}
	icalrecur_iterator_free (iterator);
	g_assert_cmpstr (got->str, ==, expected);
}

static void
test_series (Fixture *fixture, gconstpointer data)
{
	add_series (fixture);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *event = get_component (calendar, ICAL_VEVENT_COMPONENT, 0);
	icalcomponent *later = get_component (calendar, ICAL_VEVENT_COMPONENT, 1);
	const char *uid = "0102030405060708090A0B0C0D0E0F10000000001516"
			  "1718191A1B1C1D1E1F202122232425262728";
	g_assert_cmpint (icalcomponent_count_components (calendar, ICAL_VEVENT_COMPONENT), ==, 2);
	g_assert_cmpint (icalcomponent_count_components (calendar, ICAL_VTIMEZONE_COMPONENT), ==,
			 1);
	assert_occurrences (calendar, event, "03-18T09 03-25T09 04-01T08 04-08T08 04-15T08 ");
	g_assert_cmpstr (icalcomponent_get_uid (event), ==, uid);
	g_assert_cmpstr (icalcomponent_get_uid (later), ==, uid);
	assert_property (event, ICAL_DTSTAMP_PROPERTY, "DTSTAMP:20231114T221320Z");
	assert_property (event, ICAL_SUMMARY_PROPERTY, "SUMMARY:Montagsrunde\\; früh");
	assert_property (event, ICAL_DESCRIPTION_PROPERTY, "DESCRIPTION:Every week.\\nBring tea.");
	assert_property (event, ICAL_DTSTART_PROPERTY, "DTSTART;TZID=Berlin  Bern:20240318T100000");
	assert_property (event, ICAL_DTEND_PROPERTY, "DTEND;TZID=Berlin  Bern:20240318T110000");
	assert_property (event, ICAL_EXDATE_PROPERTY, "EXDATE;TZID=Berlin  Bern:20240401T100000");
	assert_property (event, ICAL_LOCATION_PROPERTY, "LOCATION:Raum 2\\, hinten");
	assert_property (event, ICAL_CLASS_PROPERTY, "CLASS:PRIVATE");
	assert_property (event, ICAL_TRANSP_PROPERTY, "TRANSP:OPAQUE");
	assert_property (event, ICAL_ORGANIZER_PROPERTY, "ORGANIZER;CN=Ann:mailto:ann@example.org");
	assert_property (event, ICAL_ATTENDEE_PROPERTY,
			 "ATTENDEE;CN=\"Bo; 'Lee'\";ROLE=REQ-PARTICIPANT:mailto:bo@example.org");
	g_assert_cmpint (icalcomponent_count_properties (event, ICAL_ATTENDEE_PROPERTY), ==, 3);
	g_assert_cmpint (icalcomponent_count_properties (event, ICAL_EXDATE_PROPERTY), ==, 1);
	assert_property (event, ICAL_ATTACH_PROPERTY,
			 "ATTACH;VALUE=BINARY;ENCODING=BASE64;FMTTYPE=text/plain;"
			 "FILENAME=plan.txt:SGVsbG8=");
	icalcomponent *alarm = get_component (event, ICAL_VALARM_COMPONENT, 0);
	assert_property (alarm, ICAL_TRIGGER_PROPERTY, "TRIGGER:-PT30M");

	assert_property (later, ICAL_RECURRENCEID_PROPERTY,
			 "RECURRENCE-ID;TZID=Berlin  Bern:20240325T100000");
	assert_property (later, ICAL_DTSTART_PROPERTY, "DTSTART;TZID=Berlin  Bern:20240325T110000");
	assert_property (later, ICAL_DTEND_PROPERTY, "DTEND;TZID=Berlin  Bern:20240325T123000");
	assert_property (later, ICAL_SUMMARY_PROPERTY, "SUMMARY:Später");
	assert_property (later, ICAL_LOCATION_PROPERTY, "LOCATION:Raum 3");
	assert_property (later, ICAL_DESCRIPTION_PROPERTY, "DESCRIPTION:Only this time.");
	g_assert_cmpint (report_get_status (fixture->report), ==, 0);
}

static void
test_all_day (Fixture *fixture, gconstpointer data)
{
	const guint8 *set = pst_writer_set_appointment;
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GByteArray) id = make_object_id ("abc-1@example.org");
	PstWriterMessage message = {.subject = "Holiday", .modification_time = 1700000000};

	/* 3 and 4 October 2024, midnights of Berlin; which zone that was, is not said. */
	add_span (fixture, list, 1727906400, 1728079200);
	add_flag (fixture, list, set, 0x8215);
	pst_writer_properties_add_number (list, name (fixture, set, 0x8205), 0);
	add_bytes (fixture, list, pst_writer_set_meeting, 0x0003, 0x0102, id);
	add_item (fixture, "IPM.Appointment", &message, list);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *event = get_component (calendar, ICAL_VEVENT_COMPONENT, 0);
	g_assert_cmpstr (icalcomponent_get_uid (event), ==, "abc-1@example.org");
	assert_property (event, ICAL_DTSTART_PROPERTY, "DTSTART;VALUE=DATE:20241003");
	assert_property (event, ICAL_DTEND_PROPERTY, "DTEND;VALUE=DATE:20241005");
	assert_property (event, ICAL_TRANSP_PROPERTY, "TRANSP:TRANSPARENT");
	g_assert_cmpint (icalcomponent_count_components (calendar, ICAL_VTIMEZONE_COMPONENT), ==,
			 0);
}

/* The hour that a clock shows twice: only UTC can tell the second one. */
static void
test_ambiguous (Fixture *fixture, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GByteArray) zone = blob_berlin ();
	PstWriterMessage message = {.subject = "Night shift"};

	add_span (fixture, list, 1729992600, 1729996200);
	add_bytes (fixture, list, pst_writer_set_appointment, 0x8233, 0x0102, zone);
	add_item (fixture, "IPM.Appointment", &message, list);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *event = get_component (calendar, ICAL_VEVENT_COMPONENT, 0);
	assert_property (event, ICAL_DTSTART_PROPERTY, "DTSTART:20241027T013000Z");
}

/* A blob that is cut costs the series, not the appointment; and says so. */
static void
test_damaged_series (Fixture *fixture, gconstpointer data)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GByteArray) blob = make_series ();
	PstWriterMessage message = {.subject = "Weekly"};

	g_byte_array_set_size (blob, 40);
	add_span (fixture, list, 1710752400, 1710756000);
	add_bytes (fixture, list, pst_writer_set_appointment, 0x8216, 0x0102, blob);
	add_item (fixture, "IPM.Appointment", &message, list);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *event = get_component (calendar, ICAL_VEVENT_COMPONENT, 0);
	assert_property (event, ICAL_DTSTART_PROPERTY, "DTSTART:20240318T090000Z");
	g_assert_null (icalcomponent_get_first_property (event, ICAL_RRULE_PROPERTY));
	g_assert_cmpint (report_get_status (fixture->report), ==, 1);
}

/* --- Tasks ----------------------------------------------------------------- */

static void
add_task (Fixture *fixture, guint status, gboolean repeats, gboolean is_sliding)
{
	const guint8 *set = pst_writer_set_task;
	const BlobPattern pattern = {.frequency = 0x200c,
				     .pattern = 2,
				     .period = 1,
				     .details = {31},
				     .n_details = 1,
				     .end = 0x2021,
				     .start_date = blob_minutes (2024, 1, 31, 0, 0),
				     .end_date = blob_minutes (2024, 12, 31, 0, 0)};
	g_autoptr (GByteArray) blob = blob_new (&pattern);
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	PstWriterMessage message = {.subject = "Pay the rent", .modification_time = 1700000000};

	blob->data[18] = is_sliding ? 1 : 0;
	pst_writer_properties_add_time (list, name (fixture, set, 0x8104), 1706659200);
	pst_writer_properties_add_time (list, name (fixture, set, 0x8105), 1706659200);
	pst_writer_properties_add_number (list, name (fixture, set, 0x8101), status);
	pst_writer_properties_add_double (list, name (fixture, set, 0x8102),
					  status == 2 ? 1 : 0.25);
	if (status == 2)
		pst_writer_properties_add_time (list, name (fixture, set, 0x810f), 1706659200);
	if (repeats)
		add_bytes (fixture, list, set, 0x8116, 0x0102, blob);
	add_flag (fixture, list, pst_writer_set_common, 0x8503);
	pst_writer_properties_add_time (list, name (fixture, pst_writer_set_common, 0x8502),
					1706688000);
	add_item (fixture, "IPM.Task", &message, list);
}

static void
test_tasks (Fixture *fixture, gconstpointer data)
{
	add_task (fixture, 2, FALSE, FALSE);
	add_task (fixture, 1, TRUE, FALSE);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *done = get_component (calendar, ICAL_VTODO_COMPONENT, 0);
	icalcomponent *monthly = get_component (calendar, ICAL_VTODO_COMPONENT, 1);
	assert_property (done, ICAL_DUE_PROPERTY, "DUE;VALUE=DATE:20240131");
	assert_property (done, ICAL_STATUS_PROPERTY, "STATUS:COMPLETED");
	assert_property (done, ICAL_PERCENTCOMPLETE_PROPERTY, "PERCENT-COMPLETE:100");
	assert_property (done, ICAL_COMPLETED_PROPERTY, "COMPLETED:20240131T000000Z");
	g_assert_null (icalcomponent_get_first_property (done, ICAL_DTSTART_PROPERTY));
	assert_property (monthly, ICAL_DTSTART_PROPERTY, "DTSTART;VALUE=DATE:20240131");
	assert_property (monthly, ICAL_DURATION_PROPERTY, "DURATION:P1D");
	assert_property (monthly, ICAL_STATUS_PROPERTY, "STATUS:IN-PROCESS");
	icalproperty *rule = icalcomponent_get_first_property (monthly, ICAL_RRULE_PROPERTY);
	struct icalrecurrencetype recurrence = icalproperty_get_rrule (rule);
	g_assert_cmpint (recurrence.by_month_day[0], ==, -1);
	g_assert_cmpint (recurrence.until.month, ==, 12);
	icalcomponent *alarm = get_component (monthly, ICAL_VALARM_COMPONENT, 0);
	assert_property (alarm, ICAL_TRIGGER_PROPERTY, "TRIGGER;VALUE=DATE-TIME:20240131T080000Z");
	g_assert_cmpint (report_get_status (fixture->report), ==, 0);
}

static void
test_sliding_task (Fixture *fixture, gconstpointer data)
{
	add_task (fixture, 1, TRUE, TRUE);
	convert (fixture);

	g_autoptr (icalcomponent) calendar = parse_calendar (fixture);
	icalcomponent *todo = get_component (calendar, ICAL_VTODO_COMPONENT, 0);
	g_assert_null (icalcomponent_get_first_property (todo, ICAL_RRULE_PROPERTY));
	g_assert_cmpint (report_get_status (fixture->report), ==, 1);
}

/* --- The account ----------------------------------------------------------- */

static void
test_filter (Fixture *fixture, gconstpointer data)
{
	static char others[] = "Oth*";
	static char *excluded[] = {others, NULL};

	fixture->filter.excluded = excluded;
	add_series (fixture);
	add_simple_contact (fixture, "a@example.org");
	convert (fixture);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).emitted, ==, 0);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).skipped, ==, 2);
	g_autofree char *reasons = ledger_describe_skipped (fixture->ledger);
	g_assert_cmpstr (reasons, ==, "2 filtered");
	g_assert_cmpstr (fixture->contacts->str, ==, "");
	g_assert_null (strstr (fixture->calendar, "VTIMEZONE"));
}

/* --- Strangers ------------------------------------------------------------- */

#define STRANGERS 150

static void
add_noisy (Fixture *fixture, PstWriterProperties *list, const guint8 *set, guint16 id, guint16 type,
	   const GByteArray *bytes, GRand *random)
{
	g_autoptr (GByteArray) noisy = g_byte_array_new ();
	guint length = bytes->len;

	if (g_rand_int_range (random, 0, 4) == 0)
		length = (guint)g_rand_int_range (random, 0, (gint32)bytes->len);
	g_byte_array_append (noisy, bytes->data, length);
	for (guint i = 0; i < 4 && length > 0; i++)
		noisy->data[g_rand_int_range (random, 0, (gint32)length)] =
			(guint8)g_rand_int_range (random, 0, 256);
	add_bytes (fixture, list, set, id, type, noisy);
}

static char *
make_noisy_text (GRand *random)
{
	static const char *const pieces[] = {
		"\r\n", "\"",           ";", ":", ",", "\\", "END:VEVENT\r\n", "日", "\x01", "x",
		" ",    "\xef\xbf\xbf", "😀"};
	g_autoptr (GString) text = g_string_new (NULL);
	gint32 length = g_rand_int_range (random, 0, 120);

	for (gint32 i = 0; i < length; i++)
		g_string_append (text, pieces[g_rand_int_range (random, 0, G_N_ELEMENTS (pieces))]);
	return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
add_noisy_event (Fixture *fixture, GRand *random)
{
	const guint8 *set = pst_writer_set_appointment;
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autoptr (GByteArray) series = make_series ();
	g_autoptr (GByteArray) zone = blob_berlin ();
	g_autoptr (GByteArray) id = make_object_id ("a@example.org");
	g_autofree char *text = make_noisy_text (random);
	const PstWriterRecipient people[] = {{PST_WRITER_TO, {text, "SMTP", text, NULL}}};
	PstWriterMessage message = {.subject = text,
				    .plain = text,
				    .recipients = people,
				    .n_recipients = 1,
				    .representing = people[0].address};

	/* Any time at all: what is stored has 64 bits. */
	for (guint i = 0; i < 2; i++) {
		g_autoptr (GByteArray) when = g_byte_array_new ();
		blob_u32 (when, g_rand_int (random));
		blob_u32 (when, g_rand_int (random) >> g_rand_int_range (random, 0, 16));
		add_bytes (fixture, list, set, (guint16)(0x820d + i), 0x0040, when);
	}
	add_noisy (fixture, list, set, 0x8216, 0x0102, series, random);
	add_noisy (fixture, list, set, 0x8233, 0x0102, zone, random);
	add_noisy (fixture, list, pst_writer_set_meeting, 0x0003, 0x0102, id, random);
	pst_writer_properties_add_text (list, name (fixture, set, 0x8234), text);
	pst_writer_properties_add_text (list, name (fixture, set, 0x8208), text);
	pst_writer_properties_add_number (list, name (fixture, set, 0x8217), 1);
	pst_writer_properties_add_number (list, name (fixture, set, 0x8205), g_rand_int (random));
	pst_writer_properties_add_number (list, name (fixture, pst_writer_set_common, 0x8501),
					  g_rand_int (random));
	add_flag (fixture, list, pst_writer_set_common, 0x8503);
	add_item (fixture, "IPM.Appointment", &message, list);
}

static void
add_noisy_list (Fixture *fixture, GRand *random)
{
	g_autoptr (PstWriterProperties) list = pst_writer_properties_new ();
	g_autofree char *text = make_noisy_text (random);
	g_autoptr (GByteArray) one_off = make_one_off (text, text);
	g_autoptr (GByteArray) wrapped = make_wrapped_contact (g_rand_int (random));
	GByteArray *const members[] = {one_off, wrapped};
	g_autoptr (GByteArray) values = make_values (members, 2);
	PstWriterMessage message = {.subject = text};

	add_noisy (fixture, list, pst_writer_set_address, 0x8055, 0x1102, values, random);
	add_noisy (fixture, list, pst_writer_set_address, 0x8054, 0x1102, values, random);
	if (g_rand_boolean (random))
		add_noisy (fixture, list, pst_writer_set_address, 0x8064, 0x0102, values, random);
	add_item (fixture, "IPM.DistList", &message, list);
}

static guint
count_lines (const char *text, const char *line)
{
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	guint count = 0;

	for (guint i = 0; lines[i] != NULL; i++)
		count += strcmp (lines[i], line) == 0;
	return count;
}

/* Whatever they say, each gives an entry that can be read, and nothing is smuggled in. */
static void
test_strangers (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GRand) random = g_rand_new_with_seed (20240318);
	g_autoptr (GString) calendar = g_string_new (NULL);

	for (guint i = 0; i < STRANGERS; i++) {
		add_noisy_event (fixture, random);
		add_noisy_list (fixture, random);
	}
	convert (fixture);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).emitted, ==, 2 * STRANGERS);
	g_assert_cmpuint (count_lines (fixture->contacts->str, "BEGIN:VCARD"), ==, STRANGERS);
	g_assert_cmpuint (count_lines (fixture->contacts->str, "END:VCARD"), ==, STRANGERS);
	unfold (fixture->calendar, calendar);
	g_assert_cmpuint (count_lines (calendar->str, "BEGIN:VEVENT"), ==,
			  count_lines (calendar->str, "END:VEVENT"));
	g_autoptr (icalcomponent) parsed = parse_calendar (fixture);
	g_assert_cmpint (icalcomponent_count_components (parsed, ICAL_VEVENT_COMPONENT), ==,
			 (int)count_lines (calendar->str, "BEGIN:VEVENT"));
}

#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	ADD ("/pst/aside/contact-keeps-everything", test_contact);
	ADD ("/pst/aside/contact-without-anything-has-a-name", test_empty_contact);
	ADD ("/pst/aside/large-contact-is-bounded", test_large_contact);
	ADD ("/pst/aside/list-knows-its-members", test_list);
	ADD ("/pst/aside/series-keeps-exceptions-and-zone", test_series);
	ADD ("/pst/aside/all-day-event-is-a-date", test_all_day);
	ADD ("/pst/aside/hour-that-is-there-twice-is-utc", test_ambiguous);
	ADD ("/pst/aside/damaged-series-is-named", test_damaged_series);
	ADD ("/pst/aside/tasks-have-days-and-states", test_tasks);
	ADD ("/pst/aside/task-that-slides-is-named", test_sliding_task);
	ADD ("/pst/aside/strangers-are-written-down-properly", test_strangers);
	ADD ("/pst/aside/filtered-folder-is-skipped", test_filter);
	return g_test_run ();
}
