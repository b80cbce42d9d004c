/* test-pst-item.c - dates, classes and subjects of items
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-body.h"
#include "pst/pst-envelope.h"
#include "pst/pst-item.h"
#include "pst/pst-time.h"

#include <string.h>

static void
test_time (void)
{
	static const struct {
		guint64 filetime;
		const char *text; /* NULL: no date */
	} cases[] = {
		{0, NULL},
		{G_GUINT64_CONSTANT (116444736000000000), "Thu, 01 Jan 1970 00:00:00 +0000"},
		{G_GUINT64_CONSTANT (116444735999999999), "Wed, 31 Dec 1969 23:59:59 +0000"},
		{G_GUINT64_CONSTANT (126515468329990000), "Thu, 29 Nov 2001 22:33:52 +0000"},
		{G_GUINT64_CONSTANT (137919572479999999), "Tue, 19 Jan 2038 03:14:07 +0000"},
		{G_GUINT64_CONSTANT (159725430000000000), "Fri, 25 Feb 2107 09:30:00 +0000"},
		{G_GUINT64_CONSTANT (1), "Mon, 01 Jan 1601 00:00:00 +0000"},
		{G_GUINT64_CONSTANT (0x0cb34557a3dd4000), NULL}, /* 4501-01-01: "None" */
		{G_MAXUINT64, NULL},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		gint64 seconds = 0;
		gboolean is_date = pst_time_from_filetime (cases[i].filetime, &seconds);
		g_autofree char *text = is_date ? pst_time_format (seconds) : NULL;
		g_assert_cmpstr (text, ==, cases[i].text);
	}
}

/* Somebody's birthday may be what no message's date can be. */
static void
test_time_of_mail (void)
{
	static const struct {
		guint64 filetime;
		gboolean is_date;
		gint64 seconds;
	} cases[] = {
		{ 0, FALSE, 0 },
		{ 1, FALSE, 0 },
		{ G_GUINT64_CONSTANT (116444736000000000), FALSE, 0 },
		{ G_GUINT64_CONSTANT (116445599999999999), FALSE, 0 },
		{ G_GUINT64_CONSTANT (116445600000000000), TRUE, 86400 },
		{ G_GUINT64_CONSTANT (126515468329990000), TRUE, 1007073232 },
		{ G_GUINT64_CONSTANT (0x0cb34557a3dd4000), FALSE, 0 }, /* 4501-01-01: "None" */
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		gint64 seconds = 0;
		g_assert_cmpint (pst_time_of_mail (cases[i].filetime, &seconds), ==,
				 cases[i].is_date);
		g_assert_cmpint (seconds, ==, cases[i].seconds);
	}
}

static void
test_class (void)
{
	static const struct {
		const char *class;
		gboolean is_decided;
		PstKind kind;
	} cases[] = {
		{"IPM.Note", TRUE, PST_KIND_MAIL},
		{"ipm.note", TRUE, PST_KIND_MAIL},
		{"IPM.Note.SMIME.MultipartSigned", TRUE, PST_KIND_MAIL},
		{"REPORT.IPM.Note.NDR", TRUE, PST_KIND_MAIL},
		{"IPM.Schedule.Meeting.Resp.Pos", TRUE, PST_KIND_MAIL},
		{"IPM.Contact", TRUE, PST_KIND_OTHER},
		{"IPM.Contact.Company", TRUE, PST_KIND_OTHER},
		{"IPM.Appointment", TRUE, PST_KIND_OTHER},
		{"IPM.Task", TRUE, PST_KIND_OTHER},
		{"IPM.StickyNote", TRUE, PST_KIND_OTHER},
		{"IPM.Activity", TRUE, PST_KIND_OTHER},
		{"IPM.Microsoft.FolderDesign.NamedView", TRUE, PST_KIND_OTHER},
		{"IPM.TaskRequest.Accept", FALSE, PST_KIND_OTHER},
		{"IPM.Post", FALSE, PST_KIND_OTHER},
		{"IPM.Notebook", FALSE, PST_KIND_OTHER},
		{"", FALSE, PST_KIND_OTHER},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		PstKind kind = PST_KIND_OTHER;
		g_test_message ("%s", cases[i].class);
		g_assert_cmpint (pst_item_get_kind_of_class (cases[i].class, &kind), ==,
				 cases[i].is_decided);
		g_assert_cmpint (kind, ==, cases[i].kind);
	}
}

static void
test_subject (void)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{"\1\4RE: lunch", "RE: lunch"},
		{"\1\1lunch", "lunch"},
		{"\1\1", ""},
		{"\1", NULL},
		{"lunch", "lunch"},
		{"\1\xc4\x80lunch", "lunch"},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *subject = pst_item_tidy_subject (cases[i].in);
		g_assert_cmpstr (subject, ==, cases[i].out);
	}
}

static void
test_ids (void)
{
	g_autoptr (GPtrArray) ids =
		pst_envelope_split_ids ("x <a@b>\r\n <c@d><e f> <unended, <g@h>, <>");

	g_assert_cmpuint (ids->len, ==, 3);
	g_assert_cmpstr (ids->pdata[0], ==, "<a@b>");
	g_assert_cmpstr (ids->pdata[1], ==, "<c@d>");
	g_assert_cmpstr (ids->pdata[2], ==, "<g@h>");
}

static void
test_meta (void)
{
	static const struct {
		const char *html;
		guint codepage;
	} cases[] = {
		{"<html><meta charset=\"utf-8\">", 65001},
		{"<META HTTP-EQUIV=\"Content-Type\" CONTENT=\"text/html; charset=Windows-1251\">",
		 1251},
		{"<meta name=x><meta charset = 'shift_jis' >", 932},
		{"<meta charset=klingon><meta charset=koi8-r>", 20866},
		{"<body>charset=utf-8</body>", 0},
		{"<meta charset=", 0},
		{"<meta charset=>", 0},
		{"", 0},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
		g_assert_cmpuint (pst_body_find_meta_codepage ((const guint8 *)cases[i].html,
							       strlen (cases[i].html)),
				  ==, cases[i].codepage);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/item/zero-is-no-date", test_time);
	g_test_add_func ("/pst/item/mail-is-younger-than-1970", test_time_of_mail);
	g_test_add_func ("/pst/item/knows-mail-by-its-class", test_class);
	g_test_add_func ("/pst/item/drops-the-marks-of-a-subject-prefix", test_subject);
	g_test_add_func ("/pst/item/splits-message-ids", test_ids);
	g_test_add_func ("/pst/item/finds-the-charset-in-meta", test_meta);
	return g_test_run ();
}
