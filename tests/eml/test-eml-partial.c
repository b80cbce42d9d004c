/* test-eml-partial.c - attachments put back where they were taken out
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-partial.h"

#include <string.h>
#include <unistd.h>

#include "support/mail-fakes.h"

#define MARK "X-Apple-Content-Length: 9\n"

/* What open_part hands out: the number, between "<" and ">", for every part but number "9". */
typedef struct {
	GString *asked;
	gboolean is_encoded;
} Parts;

static int
open_part (const char *number, gboolean *is_encoded, gpointer user_data)
{
	Parts *parts = user_data;
	g_autofree char *body = g_strconcat ("<", number, ">", NULL);

	g_string_append_printf (parts->asked, "%s ", number);
	*is_encoded = parts->is_encoded;
	return strcmp (number, "9") == 0 ? -1 : fake_file (body, (gssize) strlen (body));
}

/* message with its parts put back; *count and *asked as they come out. */
static char *
rejoin (const char *message, gboolean is_encoded, EmlPartialCount *count, char **asked)
{
	Parts parts = { g_string_new (NULL), is_encoded };
	g_autofree char *file = g_strconcat ("12345", message, "behind it", NULL);
	g_autoptr (Spool) spool = spool_new (8 * SPOOL_MEMORY_LIMIT);
	g_autoptr (GError) error = NULL;
	int fd = fake_file (file, (gssize) strlen (file));

	g_assert_true (eml_partial_rejoin (fd, 5, (goffset) strlen (message), open_part, &parts,
					   spool, count, &error));
	g_assert_no_error (error);
	close (fd);
	*asked = g_string_free (parts.asked, FALSE);
	return g_strndup ((const char *) spool_peek (spool), (gsize) spool_get_size (spool));
}

static void
expect (const char *message, gboolean is_encoded, const char *expected, const char *numbers,
	guint missing)
{
	EmlPartialCount count;
	g_autofree char *asked = NULL;
	g_autofree char *got = rejoin (message, is_encoded, &count, &asked);

	g_assert_cmpstr (got, ==, expected);
	g_assert_cmpstr (asked, ==, numbers);
	g_assert_cmpuint (count.missing, ==, missing);
}

#define TYPE(b) "Content-Type: multipart/mixed; boundary=\"" b "\"\n"

static void
test_flat_and_nested (void)
{
	expect (TYPE ("a") "\n--a\nX: text\n\nhello\n--a\nX: 2\n" MARK
			   "Content-Transfer-Encoding: base64\n\n--a\n" TYPE ("b")
			   "\n--b\n" MARK "X: 3.1\n\n\n--b\nX: 3.2\n\nbye\n--b--\n--a--\nend\n",
		FALSE,
		TYPE ("a") "\n--a\nX: text\n\nhello\n--a\nX: 2\n"
			   "Content-Transfer-Encoding: base64\n\nPDI+\n--a\n" TYPE ("b")
			   "\n--b\nX: 3.1\nContent-Transfer-Encoding: base64\n\nPDMuMT4=\n\n--b\n"
			   "X: 3.2\n\nbye\n--b--\n--a--\nend\n",
		"2 3.1 ", 0);
}

static void
test_encodings (void)
{
	expect (TYPE ("a") "\n--a\nContent-Transfer-Encoding: 8bit\n" MARK "\n--a--\n", FALSE,
		TYPE ("a") "\n--a\nContent-Transfer-Encoding: 8bit\n\n<1>\n--a--\n", "1 ", 0);
	expect (TYPE ("a") "\n--a\nContent-Transfer-Encoding: Quoted-Printable\n" MARK
			   "\n--a--\n",
		FALSE,
		TYPE ("a") "\n--a\nContent-Transfer-Encoding: Quoted-Printable\n\n<1>\n--a--\n",
		"1 ", 0);
	expect (TYPE ("a") "\n--a\nX: y\n" MARK "\n--a--\n", TRUE,
		TYPE ("a") "\n--a\nX: y\n\n<1>\n--a--\n", "1 ", 0);
}

static void
test_crlf (void)
{
	expect ("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
		"X-Apple-Content-Length:\r\n\t12\r\nX: y\r\n\r\n--a--\r\n",
		FALSE,
		"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nX: y\r\n"
		"Content-Transfer-Encoding: base64\r\n\r\nPDE+\r\n--a--\r\n",
		"1 ", 0);
}

static void
test_the_message_itself (void)
{
	expect ("Subject: x\n" MARK "\n", FALSE,
		"Subject: x\nContent-Transfer-Encoding: base64\n\nPDE+\n", "1 ", 0);
}

static void
test_messages_within (void)
{
	expect (TYPE ("a") "\n--a\nContent-Type: message/rfc822\n\nSubject: in\n" TYPE ("b")
			   "\n--b\n" MARK "\n--b--\n--a\nContent-Type: message/rfc822\n\n" MARK
			   "Subject: in\n\n--a--\n",
		TRUE,
		TYPE ("a") "\n--a\nContent-Type: message/rfc822\n\nSubject: in\n" TYPE ("b")
			   "\n--b\n\n<1.1>\n--b--\n--a\nContent-Type: message/rfc822\n\n"
			   "Subject: in\n\n<2.1>\n--a--\n",
		"1.1 2.1 ", 0);
}

/* What nobody has stays as it is, mark and all. */
static void
test_missing (void)
{
	const char *message = TYPE ("a") "\n--a\n\n\n--a\n\n\n--a\n\n\n--a\n\n\n--a\n\n\n--a\n\n\n"
					 "--a\n\n\n--a\n\n\n--a\n" MARK "\n--a--\n";

	expect (message, FALSE, message, "9 ", 1);
}

/* A mark on a part that has its body, or on a multipart, says nothing. */
static void
test_bodies_stay (void)
{
	const char *message = MARK TYPE ("a") "\n--a\n" MARK "\nI am here\n--a\n\nX-Apple-Content-"
					      "Length: 3\n\n--a--\n" MARK "\n";

	expect (message, FALSE, message, "", 0);
}

static void
test_odd_structure (void)
{
	static const char *const messages[] = {
		"",
		"\n",
		"Subject: no end",
		TYPE ("a") "\n--a",
		TYPE ("a") "\n--a\nheader only\n--a\n--a--\n--a\n\nafter the end\n",
		TYPE ("a") "\n--a \t\n" TYPE ("a") "\n--a\n\nx\n--a--\n",
		"Content-Type: multipart/mixed; boundary=\n\n--\nX: y\n\n",
		"Content-Type: multipart/mixed; boundary\n\n--\nX: y\n\n",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (messages); i++)
		expect (messages[i], FALSE, messages[i], "", 0);
}

static void
test_depth_and_size_are_bounded (void)
{
	g_autoptr (GString) deep = g_string_new (NULL);
	g_autoptr (GString) wide = g_string_new ("X: ");
	EmlPartialCount count;
	char *asked;

	for (guint i = 0; i < 10000; i++)
		g_string_append_printf (
			deep, "Content-Type: multipart/mixed; boundary=b%u\n\n--b%u\n", i, i);
	g_string_append (deep, MARK "\n");
	g_autofree char *got = rejoin (deep->str, FALSE, &count, &asked);
	g_assert_cmpstr (got, ==, deep->str);
	g_free (asked);

	while (wide->len < 3000000)
		g_string_append (wide, "a header without an end ");
	g_string_append (wide, "\n" MARK "\n");
	g_autofree char *same = rejoin (wide->str, FALSE, &count, &asked);
	g_assert_cmpstr (same, ==, wide->str);
	g_free (asked);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eml/partial/parts-are-numbered-as-in-imap", test_flat_and_nested);
	g_test_add_func ("/eml/partial/bodies-are-encoded-as-their-header-says", test_encodings);
	g_test_add_func ("/eml/partial/line-ends-are-those-of-the-message", test_crlf);
	g_test_add_func ("/eml/partial/the-message-itself-is-part-1", test_the_message_itself);
	g_test_add_func ("/eml/partial/messages-within-messages", test_messages_within);
	g_test_add_func ("/eml/partial/what-is-missing-is-counted", test_missing);
	g_test_add_func ("/eml/partial/what-has-a-body-keeps-it", test_bodies_stay);
	g_test_add_func ("/eml/partial/odd-structure-passes-unchanged", test_odd_structure);
	g_test_add_func ("/eml/partial/depth-and-size-are-bounded",
			 test_depth_and_size_are_bounded);
	return g_test_run ();
}
