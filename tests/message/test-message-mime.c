/* test-message-mime.c - what L2 forgives and what it does not, and what no parser gets to see
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/message-mime-text.h"
#include "message/message-mime.h"

#include <string.h>

#include "message/message-mime-limits.h"

#define HEAD "Message-ID: <a@x>\nDate: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: Ann <ann@x>\n"
#define TEXT HEAD "Subject: s\n"
#define MULTI(boundary, inside)                                                                    \
	TEXT "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"" boundary "\"\n\n"    \
	     "--" boundary "\n" inside "--" boundary "--\n"
#define SIGNED(inside)                                                                             \
	TEXT "Content-Type: multipart/signed; boundary=b;\n"                                       \
	     " protocol=\"application/pgp-signature\"\n\n--b\n" inside "--b\nContent-Type: application/pgp-signature\n\nsig\n--b--\n"

static const struct {
	const char *name;
	const char *a;
	const char *b;
	gboolean equal;
} cases[] = {
	{ "line-ends", TEXT "\none\ntwo\n",
	  "Subject: s\r\nFrom: Ann <ann@x>\r\nMessage-ID: <a@x>\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\n\r\none\r\ntwo\r\n", TRUE },
	{ "blanks-at-the-end", TEXT "\none  \ntwo\t\n\n\n", TEXT "\none\ntwo\n", TRUE },
	{ "other-words", TEXT "\none\n", TEXT "\nOne\n", FALSE },
	{ "blanks-in-the-middle", TEXT "\none two\n", TEXT "\none  two\n", FALSE },
	{ "blanks-at-the-beginning", TEXT "\n one\n", TEXT "\none\n", FALSE },
	{ "a-line-more", TEXT "\none\n\ntwo\n", TEXT "\none\ntwo\n", FALSE },
	{ "the-same-instant", "Date: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x\n\nx\n",
	  "Date: 1 Jan 2024 12:00:00 +0200\nFrom: x\n\nx\n", TRUE },
	{ "another-instant", "Date: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: x\n\nx\n",
	  "Date: 1 Jan 2024 12:00:01 +0200\nFrom: x\n\nx\n", FALSE },
	{ "folded-subject", HEAD "Subject: one two\n\nx\n", HEAD "Subject: one\n two\n\nx\n",
	  TRUE },
	{ "encoded-subject", HEAD "Subject: =?utf-8?q?Caf=C3=A9?=\n\nx\n",
	  HEAD "Subject: =?iso-8859-1?B?Q2Fm6Q==?=\n\nx\n", TRUE },
	{ "another-subject", HEAD "Subject: one\n\nx\n", HEAD "Subject: two\n\nx\n", FALSE },
	{ "quoted-name", "From: \"Ann B\" <ann@x>\n\nx\n", "From: Ann B <ann@x>\n\nx\n", TRUE },
	{ "an-address-as-its-name", "From: x\nTo: ann@x\n\nx\n",
	  "From: x\nTo: \"ann@x\" <ann@x>\n\nx\n", TRUE },
	{ "another-address", "From: Ann B <ann@x>\n\nx\n", "From: Ann B <amn@x>\n\nx\n", FALSE },
	{ "a-recipient-less", TEXT "To: a@x, b@x\n\nx\n", TEXT "To: a@x\n\nx\n", FALSE },
	{ "a-reference-less", TEXT "References: <1@x> <2@x>\n\nx\n",
	  TEXT "References: <1@x>\n\nx\n", FALSE },
	{ "references-folded", TEXT "References: <1@x> <2@x>\n\nx\n",
	  TEXT "References: <1@x>\n\t<2@x>\n\nx\n", TRUE },
	{ "other-encoding",
	  TEXT "Content-Type: text/plain; charset=utf-8\n"
	       "Content-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9 =\nau lait\n",
	  TEXT "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n"
	       "Q2Fmw6kgYXUgbGFpdAo=\n", TRUE },
	{ "other-charset", TEXT "Content-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9\n",
	  TEXT "Content-Type: text/plain; charset=utf-8\n\nCaf\xc3\xa9\n", TRUE },
	{ "stateful-charset", TEXT "Content-Type: text/plain; charset=iso-2022-jp\n\n"
				   "\x1b$B$\"$$\x1b(B\n",
	  TEXT "Content-Type: text/plain; charset=utf-8\n\n\xe3\x81\x82\xe3\x81\x84\n", TRUE },
	{ "charset-lost", TEXT "Content-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9\n",
	  TEXT "Content-Type: text/plain; charset=utf-8\n\nCaf?\n", FALSE },
	{ "wrong-bytes-stay-different",
	  TEXT "Content-Type: text/plain; charset=iso-2022-jp\n\n\xe9\n",
	  TEXT "Content-Type: text/plain; charset=iso-2022-jp\n\n\xe8\n", FALSE },
	{ "unlabelled-bytes-stay-different", TEXT "\n\xe9\n", TEXT "\n\xe8\n", FALSE },
	{ "other-boundary", MULTI ("b", "\none\n"), MULTI ("other", "\none\n"), TRUE },
	{ "another-preamble", MULTI ("b", "\none\n"),
	  TEXT "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--b--\n", TRUE },
	{ "a-part-less", MULTI ("b", "\none\n--b\n\ntwo\n"), MULTI ("b", "\none\n"), FALSE },
	{ "parts-in-another-order", MULTI ("b", "\none\n--b\n\ntwo\n"),
	  MULTI ("b", "\ntwo\n--b\n\none\n"), FALSE },
	{ "another-file-name",
	  MULTI ("b", "Content-Type: a/b\nContent-Disposition: attachment; filename=a\n\nx\n"),
	  MULTI ("b", "Content-Type: a/b\nContent-Disposition: attachment; filename=b\n\nx\n"),
	  FALSE },
	{ "encoded-file-name",
	  MULTI ("b", "Content-Type: a/b\nContent-Disposition: attachment; filename=\"a b\"\n\nx\n"),
	  MULTI ("b", "Content-Type: a/b\nContent-Disposition: attachment;\n"
		      " filename*=utf-8''a%20b\n\nx\n"), TRUE },
	{ "another-type", MULTI ("b", "Content-Type: image/png\n\nx\n"),
	  MULTI ("b", "Content-Type: image/gif\n\nx\n"), FALSE },
	{ "binary-blanks-are-content",
	  MULTI ("b", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\nYSA=\n"),
	  MULTI ("b", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\nYQ==\n"), FALSE },
	{ "signed-as-it-was", SIGNED ("Content-Type: text/plain\n\nmine\n"),
	  SIGNED ("Content-Type: text/plain\n\nmine\n"), TRUE },
	{ "signed-and-folded", SIGNED ("Content-Type: text/plain; charset=utf-8\n\nmine\n"),
	  SIGNED ("Content-Type: text/plain;\n charset=utf-8\n\nmine\n"), FALSE },
	{ "signed-and-blanks-cut", SIGNED ("Content-Type: text/plain\n\nmine \n"),
	  SIGNED ("Content-Type: text/plain\n\nmine\n"), FALSE },
	{ "signed-with-other-line-ends", SIGNED ("Content-Type: text/plain\n\nmine\n"),
	  SIGNED ("Content-Type: text/plain\r\n\r\nmine\r\n"), TRUE },
	{ "message-in-a-message",
	  MULTI ("b", "Content-Type: message/rfc822\n\nSubject: one\n\nx\n"),
	  MULTI ("b", "Content-Type: message/rfc822\n\nSubject: two\n\nx\n"), FALSE },
};

static MessageContent *
content_of (const char *text, gsize length)
{
	return message_content_new_bytes (g_bytes_new (text, length));
}

/* FALSE if the parser does not take it for mail. */
static gboolean
try_digest (const char *text, guint8 *l2)
{
	g_autoptr (MessageContent) content = content_of (text, strlen (text));
	g_autoptr (MessageMime) mime = NULL;
	g_autoptr (GError) error = NULL;

	message_mime_read (content, MESSAGE_MIME_WHOLE, NULL, &mime, &error);
	g_assert_no_error (error);
	if (mime != NULL)
		message_mime_digest (mime, TRUE, l2);
	return mime != NULL;
}

static void
digest (const char *text, guint8 *l2)
{
	g_assert_true (try_digest (text, l2));
}

static void
test_case (gconstpointer data)
{
	gsize i = GPOINTER_TO_SIZE (data);
	guint8 a[DIGEST_SIZE];
	guint8 b[DIGEST_SIZE];

	digest (cases[i].a, a);
	digest (cases[i].b, b);
	g_assert_cmpint (memcmp (a, b, DIGEST_SIZE) == 0, ==, cases[i].equal);
}

/* The same from memory and from a file. */
static void
test_large (void)
{
	g_autoptr (GString) text =
		g_string_new (TEXT "Content-Type: multipart/mixed; boundary=b\n\n"
				   "--b\n\nhello\n--b\nContent-Type: a/b\n\n");
	guint8 l2[2][DIGEST_SIZE];

	for (guint i = 0; i < 40000; i++)
		g_string_append_printf (text, "line %u of an attachment that is not small\n", i);
	g_string_append (text, "--b--\n");
	digest (text->str, l2[0]);
	g_autofree char *changed = g_strdup (text->str);
	changed[text->len - 20] ^= 1;
	digest (changed, l2[1]);
	g_assert_cmpint (memcmp (l2[0], l2[1], DIGEST_SIZE), !=, 0);
}

static void
test_prefix (void)
{
	static const char text[] = TEXT "\none\ntwo";
	g_autoptr (MessageContent) whole = content_of (text, strlen (text));
	g_autoptr (MessageContent) cut = content_of (text, strlen (text) - 1);
	g_autoptr (MessageMime) a = NULL;
	g_autoptr (MessageMime) b = NULL;

	g_assert_true (message_mime_read (cut, MESSAGE_MIME_WHOLE, NULL, &b, NULL));
	const MessageMimePart *part = b->parts->pdata[0];
	const MessageMimePrefix prefix = { 0, part->size };
	g_assert_true (message_mime_read (whole, MESSAGE_MIME_WHOLE, &prefix, &a, NULL));
	const MessageMimePart *other = a->parts->pdata[0];
	g_assert_cmpmem (other->prefix, DIGEST_SIZE, part->digest, DIGEST_SIZE);
}

/* --- Limits ------------------------------------------------------------- */

static void
assert_problem (const GString *text, gboolean expected)
{
	g_autoptr (MessageContent) content = content_of (text->str, text->len);
	g_autoptr (MessageMime) mime = NULL;
	const char *problem;

	g_assert_true (message_mime_limits_check (content, &problem, NULL));
	g_assert_cmpint (problem != NULL, ==, expected);
	g_assert_true (message_mime_read (content, MESSAGE_MIME_WHOLE, NULL, &mime, NULL));
	g_assert_cmpint (mime == NULL, ==, expected);
}

static void
test_deep (void)
{
	for (guint depth = 50; depth <= 5000; depth *= 100) {
		g_autoptr (GString) text = g_string_new ("");
		for (guint i = 0; i < depth; i++)
			g_string_append_printf (
				text, "Content-Type:\n multipart/mixed; boundary=b%u\n\n--b%u\n",
				i, i);
		g_string_append (text, "\nx\n");
		assert_problem (text, depth > MESSAGE_MIME_DEPTH_LIMIT);
	}
}

static void
test_many (void)
{
	for (guint parts = 1000; parts <= 100000; parts *= 100) {
		g_autoptr (GString) text =
			g_string_new ("Content-Type: multipart/mixed; boundary=b\n\n");
		for (guint i = 0; i < parts; i++)
			g_string_append (text, "--b\n\nx\n");
		assert_problem (text, parts > MESSAGE_MIME_PARTS_LIMIT);
	}
}

/* Headers of the message, of a part, and of a message in a part. */
static void
test_long_headers (void)
{
	static const char *const before[] = {
		"", "Content-Type: multipart/mixed; boundary=b\n\n--b\n",
		"Content-Type: message/rfc822\n\n",
		"Content-Type: multipart/digest; boundary=b\n\n--b\n\n\n--b\nX: y\n\n" };

	for (guint i = 0; i < G_N_ELEMENTS (before); i++) {
		g_autoptr (GString) text = g_string_new (before[i]);
		for (guint j = 0; j < 25000; j++)
			g_string_append (text, "X-Field: of fifty characters or so, and again\n");
		assert_problem (text, TRUE);
	}
}

/* Folded or not; the parser would call itself for each. */
static void
test_groups (void)
{
	static const char *const pieces[] = { "a:", "a:\n b:\n\t" };

	for (guint i = 0; i < G_N_ELEMENTS (pieces); i++)
		for (guint count = 100; count <= 100000; count *= 1000) {
			g_autoptr (GString) text = g_string_new ("Subject: s\nTo: ");
			for (guint j = 0; j < count; j++)
				g_string_append (text, pieces[i]);
			g_string_append (text, "x@y\n\nx\n");
			assert_problem (text, count > MESSAGE_MIME_GROUP_LIMIT);
		}
}

static void
test_long_body (void)
{
	g_autoptr (GString) text = g_string_new (TEXT "\n");

	for (guint i = 0; i < 50000; i++)
		g_string_append (text, "a line of a long body without any empty line\n");
	assert_problem (text, FALSE);
}

/* What looks like a group of addresses is none below the empty line, however that ends. */
static void
test_colons_in_a_body (void)
{
	static const char *const empty[] = { "\n\n", "\r\n\r\n" };

	for (guint i = 0; i < G_N_ELEMENTS (empty); i++) {
		g_autoptr (GString) text = g_string_new ("Subject: s");
		g_string_append (text, empty[i]);
		for (guint j = 0; j <= MESSAGE_MIME_GROUP_LIMIT; j++)
			g_string_append (text, "a:");
		assert_problem (text, FALSE);
	}
}

/* Whatever the bytes are, it ends, and comes to the same twice. */
static void
test_garbage (void)
{
	static const char seed[] = MULTI (
		"b", "Content-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: "
		     "base64\n\nGyRCJCIbKEIK\n--b\nContent-Type: message/rfc822\n\nSubject: "
		     "=?utf-8?q?x=C3=A4?=\n\nin\n");
	g_autoptr (GRand) rand = g_rand_new_with_seed (7);

	for (guint round = 0; round < 3000; round++) {
		char text[sizeof seed];
		guint8 l2[2][DIGEST_SIZE];
		memcpy (text, seed, sizeof seed);
		for (guint i = 0; i < 8; i++)
			text[g_rand_int_range (rand, 0, sizeof seed - 1)] =
				(char) g_rand_int_range (rand, 1, 256);
		if (!try_digest (text, l2[0]))
			continue;
		digest (text, l2[1]);
		g_assert_cmpmem (l2[0], DIGEST_SIZE, l2[1], DIGEST_SIZE);
	}
}

/* The digest and size of data as text, given in pieces of at most so many bytes. */
static char *
in_pieces (const GByteArray *data, guint kind, gsize most)
{
	MessageMimePart part = { 0 };
	char hex[DIGEST_HEX_SIZE];
	g_autoptr (MimeText) text =
		message_mime_text_new (kind >> 2, (kind & 1) != 0, (kind & 2) != 0, NULL);

	for (gsize at = 0; at < data->len; at += most)
		message_mime_text_add (text, data->data + at, MIN (most, data->len - at));
	message_mime_text_finish (text, &part);
	return g_strdup_printf ("%s %" G_GUINT64_FORMAT, digest_to_hex (part.digest, DIGEST_SIZE, hex),
				part.size);
}

static void
test_pieces (void)
{
	static const char alphabet[] = { 'a', '>', 'F', '\n', '\n', '\r', ' ', '\t', '\0', '\x80' };

	for (guint round = 0; round < 2000; round++) {
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint variety = (guint) g_test_rand_int_range (2, G_N_ELEMENTS (alphabet) + 1);
		guint size = (guint) g_test_rand_int_range (0, 300);
		for (guint i = 0; i < size; i++) {
			const guint8 *byte = (const guint8 *) alphabet +
					     g_test_rand_int_range (0, (int) variety);
			g_byte_array_append (data, byte, 1);
		}
		for (guint kind = 0; kind < 16; kind++) {
			g_autofree char *whole = in_pieces (data, kind, 300);
			g_autofree char *bytes = in_pieces (data, kind, 1);
			g_autofree char *some = in_pieces (data, kind, 1 + round % 40);
			g_assert_cmpstr (whole, ==, bytes);
			g_assert_cmpstr (whole, ==, some);
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree char *path =
			g_strconcat ("/message-mime/", cases[i].equal ? "forgives/" : "tells/",
				     cases[i].name, NULL);
		g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_case);
	}
	g_test_add_func ("/message-mime/reads-large-ones-from-a-file", test_large);
	g_test_add_func ("/message-mime/knows-the-beginning-of-a-part", test_prefix);
	g_test_add_func ("/message-mime/limits/depth", test_deep);
	g_test_add_func ("/message-mime/limits/parts", test_many);
	g_test_add_func ("/message-mime/limits/headers", test_long_headers);
	g_test_add_func ("/message-mime/limits/groups-of-addresses", test_groups);
	g_test_add_func ("/message-mime/limits/a-long-body-is-none", test_long_body);
	g_test_add_func ("/message-mime/limits/colons-in-a-body-are-none", test_colons_in_a_body);
	g_test_add_func ("/message-mime/garbage-is-read-like-anything", test_garbage);
	g_test_add_func ("/message/mime/text-is-the-same-in-pieces-of-any-size", test_pieces);
	return g_test_run ();
}
