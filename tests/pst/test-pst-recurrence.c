/* test-pst-recurrence.c - series, time zones and pages, as an appointment keeps them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "pst/pst-html.h"
#include "pst/pst-recurrence.h"
#include "pst/pst-zone.h"
#include "pst/recurrence-blob.h"

#define UNTIL "20240601T080000Z"

static PstRecurrence *
parse (const GByteArray *blob, char **damage)
{
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();
	g_autoptr (GError) error = NULL;
	PstRecurrence *recurrence =
		pst_recurrence_parse (blob->data, blob->len, pages, 1252, damage, &error);

	g_assert_no_error (error);
	g_assert_nonnull (recurrence);
	return recurrence;
}

/* Without an end, and with the numbers its pattern wants. */
#define ENDLESS(every, kind, n, ...)                                                               \
	.frequency = (every), .pattern = (kind), .period = (n), .details = {__VA_ARGS__},          \
	.n_details = sizeof ((guint32[]){__VA_ARGS__}) / sizeof (guint32), .end = 0x2023

#define DAILY   0x200a
#define WEEKLY  0x200b
#define MONTHLY 0x200c
#define YEARLY  0x200d

static const struct {
	BlobPattern pattern;
	const char *rule;
} patterns[] = {
	{{.frequency = DAILY, .period = 1440, .end = 0x2023}, "FREQ=DAILY"},
	{{.frequency = DAILY, .period = 4320, .end = 0x2022, .count = 10},
	 "FREQ=DAILY;COUNT=10;INTERVAL=3"},
	{{.frequency = DAILY,
	  .pattern = 1,
	  .period = 1,
	  .details = {0x3e},
	  .n_details = 1,
	  .end = 0xffffffff},
	 "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;WKST=SU"},
	{{.frequency = WEEKLY,
	  .pattern = 1,
	  .period = 2,
	  .details = {0x14},
	  .n_details = 1,
	  .end = 0x2021,
	  .first_weekday = 1},
	 "FREQ=WEEKLY;UNTIL=" UNTIL ";INTERVAL=2;BYDAY=TU,TH;WKST=MO"},
	{{ENDLESS (MONTHLY, 2, 1, 15)}, "FREQ=MONTHLY;BYMONTHDAY=15"},
	{{ENDLESS (MONTHLY, 2, 3, 30)}, "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=28,29,30;BYSETPOS=-1"},
	{{ENDLESS (MONTHLY, 2, 1, 31)}, "FREQ=MONTHLY;BYMONTHDAY=-1"},
	{{ENDLESS (MONTHLY, 4, 1, 31)}, "FREQ=MONTHLY;BYMONTHDAY=-1"},
	{{ENDLESS (MONTHLY, 3, 1, 0x04, 2)}, "FREQ=MONTHLY;BYDAY=2TU"},
	{{ENDLESS (MONTHLY, 3, 1, 0x20, 5)}, "FREQ=MONTHLY;BYDAY=-1FR"},
	{{ENDLESS (MONTHLY, 3, 1, 0x3e, 5)}, "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"},
	{{ENDLESS (YEARLY, 2, 12, 24)}, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=24"},
	{{ENDLESS (YEARLY, 2, 24, 29)},
	 "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1"},
	{{ENDLESS (YEARLY, 3, 12, 0x10, 4)}, "FREQ=YEARLY;BYMONTH=2;BYDAY=4TH"},
	/* What iCalendar has no words for, or nobody has */
	{{ENDLESS (MONTHLY, 0x0a, 1, 9), .calendar = 6}, NULL},
	{{ENDLESS (MONTHLY, 2, 1, 9), .calendar = 15}, NULL},
	{{.frequency = DAILY, .period = 0, .end = 0x2023}, NULL},
	{{ENDLESS (WEEKLY, 1, 1, 0)}, NULL},
	{{ENDLESS (MONTHLY, 2, 1, 0)}, NULL},
	{{ENDLESS (MONTHLY, 3, 1, 2, 6)}, NULL},
	{{ENDLESS (0x1234, 2, 1, 2)}, NULL},
};

static void
test_patterns (void)
{
	for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++) {
		g_autoptr (GByteArray) blob = blob_new (&patterns[i].pattern);
		g_autoptr (PstRecurrence) recurrence = parse (blob, NULL);
		g_autofree char *rule = pst_recurrence_format (recurrence, 2, UNTIL);
		g_assert_cmpstr (rule, ==, patterns[i].rule);
	}
}

/* Every Monday at ten, from 8 January 2024; on the 15th in the café at eleven, never on the
 * 22nd. */
static GByteArray *
make_series (gboolean is_extended)
{
	GByteArray *blob = blob_new_weekly (2, blob_minutes (2024, 1, 8, 0, 0), 5, 600, 660, 720);

	blob_u16 (blob, 0x0001 | 0x0004 | 0x0008 | 0x0010 | 0x0020 | 0x0080);
	blob_text (blob, "Gr\xfc\xdf Gott", 9);
	blob_u32 (blob, 30);
	blob_u32 (blob, 1);
	blob_text (blob, "Caf\xe9", 4);
	blob_u32 (blob, 3);
	blob_u32 (blob, 0);
	blob_u32 (blob, 0);
	if (!is_extended)
		return blob;
	blob_u32 (blob, 4);
	blob_u32 (blob, 7);
	blob_u32 (blob, 0);
	for (guint i = 0; i < 3; i++)
		blob_u32 (blob, 0);
	blob_wide_text (blob, "Привет");
	blob_wide_text (blob, "Кафе 日本");
	blob_u32 (blob, 0);
	blob_u32 (blob, 0);
	return blob;
}

static void
test_exceptions (void)
{
	static const char *const subjects[] = {"Grüß Gott", "Привет"};
	static const char *const locations[] = {"Café", "Кафе 日本"};

	for (guint is_extended = 0; is_extended < 2; is_extended++) {
		g_autofree char *damage = NULL;
		g_autoptr (GByteArray) blob = make_series (is_extended != 0);
		g_autoptr (PstRecurrence) recurrence = parse (blob, &damage);
		g_assert_null (damage);
		g_assert_cmpuint (recurrence->deleted->len, ==, 2);
		g_assert_cmpuint (recurrence->exceptions->len, ==, 1);
		const PstException *exception = g_ptr_array_index (recurrence->exceptions, 0);
		g_assert_cmpstr (exception->subject, ==, subjects[is_extended]);
		g_assert_cmpstr (exception->location, ==, locations[is_extended]);
		g_assert_cmpuint (exception->start, ==, blob_minutes (2024, 1, 15, 11, 0));
		g_assert_cmpuint (exception->delta, ==, 30);
		g_assert_cmpuint (exception->busy, ==, 3);
		g_assert_true (exception->is_reminded && exception->has_all_day);
		g_assert_cmpuint (recurrence->start_offset, ==, 600);
		g_assert_cmpint (pst_recurrence_get_seconds (exception->original), ==, 1705312800);
	}
}

/* Each length is a file that was cut there: no crash, and the pattern survives if it is whole. */
static void
test_cut (void)
{
	g_autoptr (GByteArray) blob = make_series (TRUE);
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();
	const gsize pattern_length = 22 + 4 + 12 + 4 + 8 + 4 + 8;

	for (gsize length = 0; length < blob->len; length++) {
		g_autofree guint8 *copy = g_memdup2 (blob->data, length);
		g_autofree char *damage = NULL;
		g_autoptr (GError) error = NULL;
		g_autoptr (PstRecurrence) recurrence =
			pst_recurrence_parse (copy, length, pages, 1252, &damage, &error);
		g_assert_true ((recurrence != NULL) == (length >= pattern_length));
		g_assert_true ((error == NULL) == (recurrence != NULL));
	}
}

static void
test_noise (void)
{
	g_autoptr (GByteArray) blob = make_series (TRUE);
	g_autoptr (PstCodepages) pages = pst_codepage_open_all ();
	g_autoptr (GRand) random = g_rand_new_with_seed (20240115);

	for (guint i = 0; i < 20000; i++) {
		g_autofree guint8 *copy = g_memdup2 (blob->data, blob->len);
		for (guint n = 0; n < 3; n++)
			copy[g_rand_int_range (random, 4, (gint32)blob->len)] =
				(guint8)g_rand_int_range (random, 0, 256);
		g_autoptr (PstRecurrence) recurrence =
			pst_recurrence_parse (copy, blob->len, pages, 1252, NULL, NULL);
		g_autofree char *rule =
			recurrence != NULL ? pst_recurrence_format (recurrence, 1, UNTIL) : NULL;
		g_assert_true (rule == NULL || g_str_has_prefix (rule, "FREQ="));
	}
}

static void
test_too_many (void)
{
	g_autoptr (GByteArray) blob = g_byte_array_new ();
	g_autoptr (GError) error = NULL;
	const BlobPattern pattern = {.frequency = 0x200a, .period = 1440, .end = 0x2023};
	g_autoptr (GByteArray) head = blob_new (&pattern);

	/* The pattern up to the number of deleted instances, then a million of them. */
	g_byte_array_append (blob, head->data, 22 + 12);
	blob_u32 (blob, 1000000);
	for (guint i = 0; i < 1000000; i++)
		blob_u32 (blob, i);
	g_assert_null (pst_recurrence_parse (blob->data, blob->len, NULL, 1252, NULL, &error));
	g_assert_nonnull (error);
}

/* --- Zones ----------------------------------------------------------------- */

static void
test_zone_clock (void)
{
	static const struct {
		gint64 utc;
		gint64 offset;
		gboolean is_twice; /* the clock shows it once more, an hour before */
	} rows[] = {
		{1704967200, 3600, FALSE}, /* 2024-01-11 10:00 */
		{1711846799, 3600, FALSE}, /* a second before summer, 2024-03-31 01:00 */
		{1711846800, 7200, FALSE},  {1720000000, 7200, FALSE},
		{1729990799, 7200, FALSE}, /* a second before winter, 2024-10-27 01:00 */
		{1729990800, 3600, TRUE},   {1729994400, 3600, FALSE},
		{-2000000000, 7200, FALSE}, /* the summer of 1906 */
	};
	g_autoptr (GByteArray) blob = blob_berlin ();
	g_autoptr (PstZone) zone = pst_zone_parse_struct (blob->data, blob->len, "Berlin");

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		gint64 local = pst_zone_to_local (zone, rows[i].utc);
		g_assert_cmpint (local - rows[i].utc, ==, rows[i].offset);
		g_assert_cmpint (pst_zone_to_utc (zone, local), ==,
				 rows[i].utc - (rows[i].is_twice ? 3600 : 0));
	}
}

/* Sydney: summer begins in October and ends in April. */
static void
test_zone_south (void)
{
	g_autoptr (GByteArray) blob = g_byte_array_new ();

	blob_u32 (blob, (guint32)-600);
	blob_u32 (blob, 0);
	blob_u32 (blob, (guint32)-60);
	blob_u16 (blob, 0);
	blob_day (blob, 4, 0, 1, 3);
	blob_u16 (blob, 0);
	blob_day (blob, 10, 0, 1, 2);
	g_autoptr (PstZone) zone = pst_zone_parse_struct (blob->data, blob->len, "Sydney");
	g_assert_cmpint (pst_zone_to_local (zone, 1704967200) - 1704967200, ==, 39600);
	g_assert_cmpint (pst_zone_to_local (zone, 1720000000) - 1720000000, ==, 36000);
	g_assert_cmpint (pst_zone_to_utc (zone, 1704967200 + 39600), ==, 1704967200);
}

static void
test_zone_format (void)
{
	g_autoptr (GByteArray) blob = blob_berlin ();
	g_autoptr (PstZone) zone =
		pst_zone_parse_struct (blob->data, blob->len, "(UTC+01:00) \"Berlin\"\r\nBern");
	g_autofree char *text = pst_zone_format (zone, "Berlin");

	g_assert_cmpstr (zone->name, ==, "(UTC+01 00)  Berlin   Bern");
	g_assert_cmpstr (text, ==,
			 "BEGIN:VTIMEZONE\r\nTZID:Berlin\r\n"
			 "BEGIN:STANDARD\r\nDTSTART:16011028T030000\r\n"
			 "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
			 "TZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\n"
			 "BEGIN:DAYLIGHT\r\nDTSTART:16010325T020000\r\n"
			 "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
			 "TZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n"
			 "END:VTIMEZONE\r\n");
}

/* New York: before 2007 summer was shorter. */
static GByteArray *
make_definition (void)
{
	GByteArray *blob = g_byte_array_new ();

	g_byte_array_append (blob, (const guint8 *)"\2\1", 2);
	blob_u16 (blob, 6 + 2 * 21);
	blob_u16 (blob, 2);
	blob_wide_text (blob, "Eastern Standard Time");
	blob_u16 (blob, 2);
	for (guint i = 0; i < 2; i++) {
		g_byte_array_append (blob, (const guint8 *)"\2\1", 2);
		blob_u16 (blob, 0x3e);
		blob_u16 (blob, i == 0 ? 0 : 3);
		blob_u16 (blob, i == 0 ? 1601 : 2007);
		for (guint n = 0; n < 7; n++)
			blob_u16 (blob, 0);
		blob_u32 (blob, 300);
		blob_u32 (blob, 0);
		blob_u32 (blob, (guint32)-60);
		blob_day (blob, i == 0 ? 10 : 11, 0, i == 0 ? 5 : 1, 2);
		blob_day (blob, i == 0 ? 4 : 3, 0, i == 0 ? 1 : 2, 2);
	}
	return blob;
}

static void
test_zone_definition (void)
{
	g_autoptr (GByteArray) blob = make_definition ();
	g_autoptr (PstZone) old = pst_zone_parse_definition (blob->data, blob->len, 2005);
	g_autoptr (PstZone) new = pst_zone_parse_definition (blob->data, blob->len, 2024);
	g_autoptr (PstZoneNames) names = pst_zone_names_new ();
	g_autofree char *first = pst_zone_choose_id (names, new);
	g_autofree char *second = pst_zone_choose_id (names, old);
	g_autofree char *third = pst_zone_choose_id (names, new);

	g_assert_cmpstr (new->name, ==, "Eastern Standard Time");
	g_assert_cmpuint (old->to_daylight.month, ==, 4);
	g_assert_cmpuint (new->to_daylight.month, ==, 3);
	g_assert_cmpstr (first, ==, "Eastern Standard Time");
	g_assert_cmpstr (second, ==, "Eastern Standard Time (2)");
	g_assert_cmpstr (third, ==, first);
	for (gsize length = 0; length < blob->len; length++) {
		g_autofree guint8 *copy = g_memdup2 (blob->data, length);
		g_assert_null (pst_zone_parse_definition (copy, length, 2024));
	}
}

static void
test_zone_nonsense (void)
{
	g_autoptr (GByteArray) blob = blob_berlin ();

	g_assert_null (pst_zone_parse_struct (blob->data, 47, "short"));
	blob->data[2] = 0x10; /* a bias of two years */
	g_assert_null (pst_zone_parse_struct (blob->data, blob->len, "far away"));
	blob->data[2] = 0xff;
	blob->data[16] = 13; /* there is no such month */
	g_autoptr (PstZone) zone = pst_zone_parse_struct (blob->data, blob->len, NULL);
	g_assert_cmpstr (zone->name, ==, "Local time");
	g_assert_cmpint (pst_zone_to_local (zone, 1720000000), ==, 1720003600);
}

/* --- Pages ----------------------------------------------------------------- */

static void
test_html (void)
{
	static const struct {
		const char *html;
		const char *words;
	} rows[] = {
		{"", ""},
		{"just words", "just words"},
		{"<html><head><title>x</title><style>p { a: b }</style></head><body><p>One</p>\r\n"
		 "<p>Two <b>bold</b>\r\nwords</p></body></html>",
		 "One\nTwo bold words"},
		{"a<br>b<br/>c<br><br>d", "a\nb\nc\n\nd"},
		{"Gr&uuml;&szlig;e &amp; &#8364;&#x20ac; &unknown; &", "Grüße & €€ &unknown; &"},
		{"1 < 2", "1 < 2"},
		{"a<!-- <p>hidden</p> -->b", "ab"},
		{"a<!-- never ends <b>b</b>", "ab"},
		{"<script>if (a < b) x ('</p>');</script>shown", "shown"},
		{"&#0;&#55555;&#99999999;", "&#0;&#55555;&#99999999;"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
		g_autofree char *words = pst_html_get_words (rows[i].html, strlen (rows[i].html));
		g_assert_cmpstr (words, ==, rows[i].words);
	}
}

/* If each of these looked for its end, this would take minutes. */
static void
test_html_linear (void)
{
	static const char *const units[] = {"<", "<!--", "&", "<a", "<style"};

	for (gsize i = 0; i < G_N_ELEMENTS (units); i++) {
		g_autoptr (GString) html = g_string_new (NULL);
		while (html->len < 4000000)
			g_string_append (html, units[i]);
		g_autofree char *words = pst_html_get_words (html->str, html->len);
		g_assert_cmpuint (strlen (words), <=, html->len);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/recurrence/says-patterns-as-rules", test_patterns);
	g_test_add_func ("/pst/recurrence/reads-exceptions", test_exceptions);
	g_test_add_func ("/pst/recurrence/survives-any-cut", test_cut);
	g_test_add_func ("/pst/recurrence/survives-noise", test_noise);
	g_test_add_func ("/pst/recurrence/refuses-a-million-instances", test_too_many);
	g_test_add_func ("/pst/zone/tells-the-time", test_zone_clock);
	g_test_add_func ("/pst/zone/knows-the-southern-summer", test_zone_south);
	g_test_add_func ("/pst/zone/writes-its-rules", test_zone_format);
	g_test_add_func ("/pst/zone/takes-the-rules-of-the-year", test_zone_definition);
	g_test_add_func ("/pst/zone/refuses-nonsense", test_zone_nonsense);
	g_test_add_func ("/pst/html/keeps-words-and-lines", test_html);
	g_test_add_func ("/pst/html/takes-linear-time", test_html_linear);
	return g_test_run ();
}
