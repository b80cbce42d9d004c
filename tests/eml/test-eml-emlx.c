/* test-eml-emlx.c - finding the message in what Apple Mail writes, whole or damaged
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-emlx.h"

#include <string.h>
#include <unistd.h>

#include "support/mail-fakes.h"

#define MESSAGE "Subject: x\n\n<?xml is just text?>\n"
#define XML     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define TYPE                                                                                       \
	"<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "                                  \
	"\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
#define DICT                                                                                       \
	"<plist version=\"1.0\"><dict><key>date-received</key><integer>1000000000</integer>"       \
	"<key>flags</key><integer>8623489089</integer></dict></plist>\n"

typedef struct {
	const char *name;
	const char *file;
	const char *message;
	const char *fault; /* part of it; NULL: none */
	gboolean has_flags;
	gboolean is_cut;
} Case;

static const Case cases[] = {
	{ "as-it-is-written", "33        \n" MESSAGE XML TYPE DICT, MESSAGE, NULL, TRUE, FALSE },
	{ "without-blanks", "33\n" MESSAGE XML TYPE DICT, MESSAGE, NULL, TRUE, FALSE },
	{ "with-crlf-behind-the-length", "33 \r\n" MESSAGE XML TYPE DICT, MESSAGE, NULL, TRUE,
	  FALSE },
	{ "too-short-a-length", "12\n" MESSAGE XML TYPE DICT, MESSAGE, "length", TRUE, FALSE },
	{ "too-long-a-length", "60\n" MESSAGE XML TYPE DICT, MESSAGE, "length", TRUE, FALSE },
	{ "ten-gigabytes", "10000000000\n" MESSAGE XML TYPE DICT, MESSAGE, "length", TRUE, FALSE },
	{ "a-length-beyond-64-bits", "99999999999999999999999999\n" MESSAGE XML TYPE DICT, MESSAGE,
	  "length", TRUE, FALSE },
	{ "a-negative-length", "-5\n" MESSAGE XML TYPE DICT, "-5\n" MESSAGE, "begin", TRUE, FALSE },
	{ "no-length", MESSAGE XML TYPE DICT, MESSAGE, "begin", TRUE, FALSE },
	{ "no-list", "33\n" MESSAGE, MESSAGE, "flags and date", FALSE, FALSE },
	{ "a-list-that-is-cut", "33\n" MESSAGE XML TYPE "<plist version=\"1.0\"><dict><key>fl",
	  MESSAGE, "flags and date", FALSE, FALSE },
	{ "a-list-of-something-else", "33\n" MESSAGE XML "<plist><array/></plist>", MESSAGE,
	  "flags and date", FALSE, FALSE },
	{ "a-binary-list", "33\n" MESSAGE "bplist00\1\2\3", MESSAGE, "flags and date", FALSE,
	  FALSE },
	{ "rubbish-for-a-list", "33\n" MESSAGE "rubbish", MESSAGE, "flags and date", FALSE, FALSE },
	{ "a-list-without-declaration", "12\nSubject: x\n\nplain\n" DICT, "Subject: x\n\nplain\n",
	  "length", TRUE, FALSE },
	{ "cut-within-the-message", "33\n" "Subject: x\n\n<?x", "Subject: x\n\n<?x",
	  "ends before", FALSE, TRUE },
	{ "nothing-but-a-length", "33\n", "", "ends before", FALSE, TRUE },
	{ "an-empty-message", "0\n" XML TYPE DICT, "", NULL, TRUE, FALSE },
	{ "just-a-list", XML TYPE DICT, "", "begin", TRUE, FALSE },
	{ "a-list-within-the-message",
	  "45\n" "Subject: x\n\n" XML "<plist/>\n\nbye\n" XML TYPE DICT,
	  "Subject: x\n\n" XML "<plist/>\n\nbye\n", "length", TRUE, FALSE },
};

static void
test_case (gconstpointer data)
{
	const Case *row = data;
	g_autoptr (GError) error = NULL;
	goffset size = (goffset) strlen (row->file);
	int fd = fake_file (row->file, size);
	EmlEmlx emlx;

	g_assert_true (eml_emlx_locate (fd, size, "1.emlx", &emlx, &error));
	g_assert_no_error (error);
	g_assert_cmpint (emlx.offset + emlx.size, <=, size);
	g_autofree char *message = g_strndup (row->file + emlx.offset, (gsize) emlx.size);
	g_assert_cmpstr (message, ==, row->message);
	g_assert_cmpint (emlx.plist.has_flags, ==, row->has_flags);
	g_assert_cmpint (emlx.is_cut, ==, row->is_cut);
	if (row->fault == NULL)
		g_assert_null (emlx.fault);
	else
		g_assert_nonnull (strstr (emlx.fault, row->fault));
	close (fd);
}

static void
test_a_list_in_a_long_file (void)
{
	g_autoptr (GString) file = g_string_new ("wrong\n");
	g_autoptr (GError) error = NULL;
	EmlEmlx emlx;

	while (file->len < 1000000)
		g_string_append (file, "One line is like another.\n");
	gsize message = file->len;
	g_string_append (file, XML TYPE DICT);
	int fd = fake_file (file->str, (gssize) file->len);
	g_assert_true (eml_emlx_locate (fd, (goffset) file->len, "1.emlx", &emlx, &error));
	g_assert_cmpint (emlx.offset, ==, 0);
	g_assert_cmpint (emlx.size, ==, message);
	close (fd);
}

static gboolean
parse (const char *text, EmlPlist *plist)
{
	memset (plist, 0, sizeof *plist);
	return eml_plist_parse (text, strlen (text), plist);
}

static void
test_plist_values (void)
{
	EmlPlist plist;

	g_assert_true (parse (XML TYPE DICT, &plist));
	g_assert_true (plist.has_flags && plist.flags == 8623489089);
	g_assert_true (plist.has_received && plist.received == 1000000000);
	g_assert_true (parse ("<plist><dict><key>date-received</key><real>12.5</real></dict>"
			      "</plist>",
			      &plist));
	g_assert_true (plist.has_received && plist.received == 12 && !plist.has_flags);
}

/* Values of dictionaries within it, strings and what does not fit say nothing. */
static void
test_plist_takes_only_its_own (void)
{
	EmlPlist plist;

	g_assert_true (parse ("<plist><dict><key>a</key><dict><key>flags</key><integer>1</integer>"
			      "</dict><key>remote-id</key><string>flags</string>"
			      "<integer>2</integer>"
			      "<key>flags</key><string>3</string>"
			      "<key>date-received</key><integer>-4</integer></dict></plist>",
			      &plist));
	g_assert_false (plist.has_flags || plist.has_received);
	g_assert_false (parse ("<plist><dict><key>flags</key><integer>1</integer>", &plist));
	g_assert_true (plist.has_flags && plist.flags == 1);
	g_assert_false (parse ("", &plist));
	g_assert_false (parse ("<!DOCTYPE x [<!ENTITY a \"b\">]><plist><dict>&a;</dict></plist>",
			       &plist));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path = g_strconcat ("/eml/emlx/", cases[i].name, NULL);
		g_test_add_data_func (path, &cases[i], test_case);
	}
	g_test_add_func ("/eml/emlx/a-list-in-a-long-file-is-found", test_a_list_in_a_long_file);
	g_test_add_func ("/eml/plist/flags-and-date", test_plist_values);
	g_test_add_func ("/eml/plist/takes-only-its-own-values", test_plist_takes_only_its_own);
	return g_test_run ();
}
