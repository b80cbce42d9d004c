/* test-message-repair.c - what is mended, and that nothing else is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-repair.h"

#include <string.h>

#include "message/canonical.h"

#define BYTES(text) text, sizeof text - 1

static MessageContent *
content_of (const char *bytes, gsize size)
{
	return message_content_new_bytes (g_bytes_new (bytes, size));
}

static gboolean
collect (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	g_byte_array_append (user_data, data, (guint) length);
	return TRUE;
}

static GByteArray *
bytes_of (MessageContent *content)
{
	GByteArray *bytes = g_byte_array_new ();

	g_assert_true (message_content_foreach (content, collect, bytes, NULL));
	return bytes;
}

#define ALL (MESSAGE_REPAIR_NUL | MESSAGE_REPAIR_HEADERS)

static void
mends_nul_and_header (void)
{
	static const struct {
		const char *name;
		const char *before;
		gsize before_size;
		const char *after; /* NULL: nothing to mend */
		gsize after_size;
		MessageRepair done;
	} cases[] = {
		{ "a good message", BYTES ("Subject: a\r\n\r\nb\xe9\r\n"), NULL, 0, 0 },
		{ "a message without header", BYTES ("\nbody: \xe9\n"), NULL, 0, 0 },
		{ "an empty message", BYTES (""), NULL, 0, 0 },
		{ "NUL", BYTES ("A: b\n\n\0x\0\n"), BYTES ("A: b\n\n\x80x\x80\n"),
		  MESSAGE_REPAIR_NUL },
		{ "UTF-8 in a subject",
		  BYTES ("Subject: Gr\xc3\xbc\xc3\x9f"
			 "e\r\nTo: a@b\r\n\r\n\xc3\xbc"),
		  BYTES ("Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\nTo: a@b\r\n\r\n\xc3\xbc"),
		  MESSAGE_REPAIR_HEADERS },
		{ "windows-1252 in a name", BYTES ("From: J\xf6rg <j@x.de>\n\n"),
		  BYTES ("From: =?iso-8859-1?B?SvZyZw==?= <j@x.de>\n\n"), MESSAGE_REPAIR_HEADERS },
		{ "no field", BYTES ("A: b\nthis is no field\nC: d\n\nx\n"),
		  BYTES ("A: b\nX-Malformed: this is no field\nC: d\n\nx\n"),
		  MESSAGE_REPAIR_HEADERS },
		{ "a From_ line", BYTES ("From a@b Thu Nov 29 22:33:52 2001\nA: b\n\n"),
		  BYTES ("X-Malformed: From a@b Thu Nov 29 22:33:52 2001\nA: b\n\n"),
		  MESSAGE_REPAIR_HEADERS },
		{ "a continuation of nothing", BYTES (" lost\nA: b\n\n"),
		  BYTES ("X-Malformed: lost\nA: b\n\n"), MESSAGE_REPAIR_HEADERS },
		{ "a blank before the colon", BYTES ("A : b\n\n"), NULL, 0, 0 },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (MessageContent) content = content_of (cases[i].before,
								 cases[i].before_size);
		MessageRepair done = 0;
		g_autoptr (MessageContent) mended = message_repair_content (content, ALL, &done,
									    &error);
		g_test_message ("%s", cases[i].name);
		g_assert_no_error (error);
		g_assert_cmpint (done, ==, cases[i].done);
		g_assert_true ((mended == NULL) == (cases[i].after == NULL));
		if (mended == NULL)
			continue;
		g_autoptr (GByteArray) after = bytes_of (mended);
		g_autofree char *text = g_strndup ((const char *) after->data, after->len);
		g_test_message ("%s", text);
		g_assert_cmpmem (after->data, (int) after->len, cases[i].after,
				 (int) cases[i].after_size);
		/* What has been mended needs no mending. */
		g_assert_null (message_repair_content (mended, ALL, &done, &error));
		g_assert_no_error (error);
	}
}

static void
does_only_what_is_asked (void)
{
	g_autoptr (MessageContent) content = content_of (BYTES ("Subject: \xe9\n\n\0\n"));
	MessageRepair done = 0;
	g_autoptr (MessageContent) mended = message_repair_content (content, MESSAGE_REPAIR_NUL,
								    &done, NULL);
	g_autoptr (GByteArray) after = bytes_of (mended);

	static const char expected[] = "Subject: \xe9\n\n\x80\n";
	g_assert_cmpmem (after->data, (int) after->len, expected, (int) sizeof expected - 1);
	g_assert_cmpint (done, ==, MESSAGE_REPAIR_NUL);
}

static void
nul_mended_is_canonically_the_same (void)
{
	g_autoptr (MessageContent) content = content_of (BYTES ("A: b\n\nx\0y\n"));
	MessageRepair done = 0;
	g_autoptr (MessageContent) mended = message_repair_content (content, MESSAGE_REPAIR_NUL,
								    &done, NULL);
	guint8 before[DIGEST_SIZE];
	guint8 after[DIGEST_SIZE];

	g_assert_true (canonical_digests (content, NULL, before, NULL));
	g_assert_true (canonical_digests (mended, NULL, after, NULL));
	g_assert_cmpmem (before, DIGEST_SIZE, after, DIGEST_SIZE);
}

/* --- Long lines ------------------------------------------------------------------------------- */

static char *
long_line (const char *word)
{
	GString *line = g_string_new (NULL);

	while (line->len < 5000)
		g_string_append (line, word);
	return g_string_free (line, FALSE);
}

static gsize
longest_line (const GByteArray *bytes)
{
	gsize longest = 0;
	gsize column = 0;

	for (guint i = 0; i < bytes->len; i++) {
		column = bytes->data[i] == '\n' ? 0 : column + 1;
		longest = MAX (longest, column);
	}
	return longest;
}

#define PARTS_BEGIN                                                                                \
	"MIME-Version: 1.0\nX-Odd:   kept as  it is\nContent-Type: multipart/mixed;\n "            \
	"boundary=\"b\"\n\npreamble\n--b\nContent-Type: text/plain\n\nshort\n--b\n"                \
	"Content-Type: text/html\n\n"
#define PARTS_END "\n--b--\nepilogue\n"

static void
wraps_only_the_part_with_the_long_line (void)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *line = long_line ("word\xe9 ");
	g_autofree char *before = g_strconcat (PARTS_BEGIN, line, PARTS_END, NULL);
	g_autoptr (MessageContent) content = content_of (before, strlen (before));
	MessageRepair done = 0;
	g_autoptr (MessageContent) mended =
		message_repair_content (content, MESSAGE_REPAIR_LONG_LINES, &done, &error);

	g_assert_no_error (error);
	g_assert_cmpint (done, ==, MESSAGE_REPAIR_LONG_LINES);
	g_autoptr (GByteArray) after = bytes_of (mended);
	g_assert_cmpuint (longest_line (after), <=, 78);
	g_byte_array_append (after, (const guint8 *) "", 1);
	const char *text = (const char *) after->data;
	const char *html = strstr (text, "Content-Type: text/html");
	g_assert_nonnull (html);
	g_assert_true (strncmp (text, PARTS_BEGIN, (gsize) (html - text)) == 0);
	g_assert_nonnull (strstr (html, "Content-Transfer-Encoding: quoted-printable"));
	g_assert_nonnull (strstr (html, "word=E9 word=E9"));
	g_assert_true (g_str_has_suffix (text, PARTS_END));
}

static void
leaves_what_is_signed (void)
{
	g_autofree char *line = long_line ("word ");
	g_autofree char *text = g_strconcat (
		"MIME-Version: 1.0\nContent-Type: multipart/signed; boundary=s; "
		"protocol=\"application/pgp-signature\"\n\n--s\nContent-Type: text/plain\n\n",
		line, "\n--s\nContent-Type: application/pgp-signature\n\nx\n--s--\n", NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (MessageContent) content = content_of (text, strlen (text));
	MessageRepair done = 0;

	g_assert_null (message_repair_content (content, MESSAGE_REPAIR_LONG_LINES, &done, &error));
	g_assert_no_error (error);
	g_assert_cmpint (done, ==, 0);
}

static void
survives_mail_nested_without_end (void)
{
	g_autoptr (GString) text = g_string_new ("MIME-Version: 1.0\n");
	g_autofree char *line = long_line ("word ");
	g_autoptr (GError) error = NULL;
	MessageRepair done = 0;

	for (guint i = 0; i < 50000; i++)
		g_string_append_printf (text,
					"Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i,
					i);
	g_string_append_printf (text, "\n%s\n", line);
	g_autoptr (MessageContent) content = content_of (text->str, text->len);
	g_assert_null (message_repair_content (content, MESSAGE_REPAIR_LONG_LINES, &done, &error));
	g_assert_no_error (error);
}

/* The parser would call itself for each. */
static void
survives_groups_without_end (void)
{
	for (MessageRepair wanted = MESSAGE_REPAIR_LONG_LINES; wanted <= MESSAGE_REPAIR_HEADERS;
	     wanted <<= 1) {
		g_autoptr (GString) text = g_string_new ("To: \xe9 ");
		g_autofree char *line = long_line ("word ");
		g_autoptr (GError) error = NULL;
		MessageRepair done = 0;

		for (guint i = 0; i < 100000; i++)
			g_string_append (text, "a:");
		g_string_append_printf (text, "x@y\n\n%s\n", line);
		g_autoptr (MessageContent) content = content_of (text->str, text->len);
		g_autoptr (MessageContent) mended =
			message_repair_content (content, wanted, &done, &error);
		g_assert_no_error (error);
		g_assert_cmpint (done, ==, wanted & MESSAGE_REPAIR_HEADERS);
	}
}

static void
names_are_read_and_said (void)
{
	MessageRepair repairs = 0;

	g_assert_true (message_repair_parse ("nul", &repairs));
	g_assert_cmpint (repairs, ==, MESSAGE_REPAIR_NUL);
	g_assert_true (message_repair_parse ("headers,nul,long-lines", &repairs));
	g_autofree char *all = message_repair_describe (repairs);
	g_assert_cmpstr (all, ==, "nul, long-lines, headers");
	g_assert_false (message_repair_parse ("", &repairs));
	g_assert_false (message_repair_parse ("nul,", &repairs));
	g_assert_false (message_repair_parse ("all", &repairs));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/message/repair/mends-nul-and-header", mends_nul_and_header);
	g_test_add_func ("/message/repair/does-only-what-is-asked", does_only_what_is_asked);
	g_test_add_func ("/message/repair/nul-mended-is-canonically-the-same",
			 nul_mended_is_canonically_the_same);
	g_test_add_func ("/message/repair/wraps-only-the-part-with-the-long-line",
			 wraps_only_the_part_with_the_long_line);
	g_test_add_func ("/message/repair/leaves-what-is-signed", leaves_what_is_signed);
	g_test_add_func ("/message/repair/survives-mail-nested-without-end",
			 survives_mail_nested_without_end);
	g_test_add_func ("/message/repair/survives-groups-without-end",
			 survives_groups_without_end);
	g_test_add_func ("/message/repair/names-are-read-and-said", names_are_read_and_said);
	return g_test_run ();
}
