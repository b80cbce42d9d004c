/* test-pst-headers.c - what stays of the header that a message came with
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-headers.h"

#include <string.h>

static void
test_clean (void)
{
	static const struct {
		const char *what;
		const char *in;
		const char *out;
	} cases[] = {
		{"CRLF becomes LF", "From: a@b\r\nTo: c@d\r\n\r\n", "From: a@b\nTo: c@d\n"},
		{"bare LF stays", "From: a@b\nTo: c@d\n", "From: a@b\nTo: c@d\n"},
		{"CR CR LF is one line end", "From: a@b\r\r\nTo: c@d\r\r\n",
		 "From: a@b\nTo: c@d\n"},
		{"bare CR is a line end", "From: a@b\rTo: c@d", "From: a@b\nTo: c@d\n"},
		{"MIME fields go, with their continuations",
		 "From: a@b\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n\tboundary=\"x\"\n"
		 "content-transfer-encoding: 8bit\nSubject: s\n",
		 "From: a@b\nSubject: s\n"},
		{"fields that only begin like MIME stay",
		 "Content-Class: urn:x\nContent-Language: de\n",
		 "Content-Class: urn:x\nContent-Language: de\n"},
		{"Microsoft's first line goes",
		 "Microsoft Mail Internet Headers Version 2.0\r\nFrom: a@b\r\n", "From: a@b\n"},
		{"a From_ line goes", "From a@b Thu Nov 29 22:33:52 2001\nFrom: a@b\n",
		 "From: a@b\n"},
		{"the old body's parts go",
		 "From: a@b\n\n--x\nContent-Type: text/plain\n\nSubject: no\n", "From: a@b\n"},
		{"empty lines before the first field don't end it", "\r\n\r\nFrom: a@b\r\n",
		 "From: a@b\n"},
		{"continuations stay as they are", "Received: from x\n\tby y;\n  now\n",
		 "Received: from x\n\tby y;\n  now\n"},
		{"a line that is no field becomes a continuation", "Subject: one\ntwo\nTo: c@d\n",
		 "Subject: one\n two\nTo: c@d\n"},
		{"so does one whose name has a blank in it", "Subject: one\nno field: x\n",
		 "Subject: one\n no field: x\n"},
		{"and one that looks like a boundary", "Subject: one\n--=_0123: x\n",
		 "Subject: one\n --=_0123: x\n"},
		{"a line of blanks can't end the header", "Subject: one\n   \nTo: c@d\n",
		 "Subject: one\nTo: c@d\n"},
		{"doubled fields stay doubled", "Date: 1\nDate: 2\n", "Date: 1\nDate: 2\n"},
		{"8-bit bytes stay", "Subject: caf\xe9\n", "Subject: caf\xe9\n"},
		{"blanks before the colon are old-fashioned, not wrong", "Subject : x\n",
		 "Subject : x\n"},
		{"nothing at all", "", ""},
		{"no fields at all", "just text\n", ""},
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		GString *fields = pst_headers_clean (cases[i].in, strlen (cases[i].in));
		g_test_message ("%s", cases[i].what);
		g_assert_cmpstr (fields->str, ==, cases[i].out);
		g_string_free (fields, TRUE);
	}
}

static void
test_nul (void)
{
	static const char text[] = "From: a@b\0\r\n\0To: c@d\r\n";
	g_autoptr (GString) fields = pst_headers_clean (text, sizeof text - 1);

	g_assert_cmpstr (fields->str, ==, "From: a@b\nTo: c@d\n");
}

static gsize
longest_line (const char *text)
{
	gsize longest = 0;

	while (*text != '\0') {
		gsize length = strcspn (text, "\n");
		longest = MAX (longest, length);
		text += length + (text[length] == '\n');
	}
	return longest;
}

static void
test_folds (void)
{
	g_autoptr (GString) text = g_string_new ("References:");
	for (int i = 0; i < 200; i++)
		g_string_append_printf (text, " <%d@example.org>", i);
	g_autoptr (GString) fields = pst_headers_clean (text->str, text->len);
	g_assert_cmpuint (longest_line (fields->str), <=, 998);
	g_autofree char *unfolded = g_strdup (fields->str);
	for (char *p = unfolded; (p = strchr (p, '\n')) != NULL;)
		memmove (p, p + 1, strlen (p));
	g_assert_cmpstr (unfolded, ==, text->str);

	g_autoptr (GString) solid = g_string_new ("X: ");
	for (int i = 0; i < 1000; i++)
		g_string_append (solid, "é");
	g_autoptr (GString) broken = pst_headers_clean (solid->str, solid->len);
	g_assert_cmpuint (longest_line (broken->str), <=, 998);
	g_assert_true (g_utf8_validate (broken->str, -1, NULL));
}

static void
test_have (void)
{
	g_autoptr (GString) fields = g_string_new ("Subject: To: x\n\tCc: y\nMESSAGE-ID: <a@b>\n");

	g_assert_true (pst_headers_have (fields, "Message-Id"));
	g_assert_false (pst_headers_have (fields, "To"));
	g_assert_false (pst_headers_have (fields, "Cc"));
	g_assert_false (pst_headers_have (fields, "Sub"));
}

static void
test_entity (void)
{
	static const char data[] =
		"X-Other: 1\r\nContent-Type: multipart/signed;\r\n\tboundary=b\r\n\r\n--b\r\n";
	gsize body = 0;
	g_autoptr (GString) fields = pst_headers_take_entity (data, sizeof data - 1, &body);

	g_assert_cmpstr (fields->str, ==, "Content-Type: multipart/signed;\n\tboundary=b\n");
	g_assert_cmpstr (data + body, ==, "--b\r\n");
	g_assert_null (pst_headers_take_entity ("no header\n\nx", 12, &body));
	g_assert_null (pst_headers_take_entity ("Content-Type: a/b\n", 18, &body));
	g_assert_null (pst_headers_take_entity ("Subject: x\n\n", 12, &body));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/headers/keeps-fields-and-drops-the-old-body", test_clean);
	g_test_add_func ("/pst/headers/drops-nul", test_nul);
	g_test_add_func ("/pst/headers/folds-what-no-server-takes", test_folds);
	g_test_add_func ("/pst/headers/finds-fields-and-not-words", test_have);
	g_test_add_func ("/pst/headers/takes-the-fields-of-an-entity", test_entity);
	return g_test_run ();
}
