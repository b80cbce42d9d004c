/* test-pst-secure.c - signed and encrypted messages come out as they came, to the byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Made as Outlook and Exchange keep them; what comes out is taken apart again as a program would that
 * checks a signature.
 */
#include "pst/converted.h"

static const PstWriterAddress ann = { .name = "Ann", .type = "SMTP", .address = "ann@example.org" };

/* Trailing blanks, a line with a dot, 8-bit bytes, "From " and the form of a boundary of ours: none
 * of it may change. */
#define SIGNED_PART                                                                                \
	"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"  \
	"From here \r\n.\r\ncaf\xe9\t\r\n--=_0123456789abcdef01234567\r\n"
#define SIGNED_BODY(type, name)                                                                    \
	"preamble\r\n--sig\r\n" SIGNED_PART "\r\n--sig\r\nContent-Type: " type "; name=\"" name    \
	"\"\r\n\r\nMIIB\r\n\r\n--sig--\r\nepilogue"
#define SMIME_TYPE "application/pkcs7-signature"
#define SMIME_BODY SIGNED_BODY (SMIME_TYPE, "smime.p7s")
#define PGP_TYPE   "application/pgp-signature"
#define PGP_BODY   SIGNED_BODY (PGP_TYPE, "signature.asc")
#define SIGNED(type, body)                                                                         \
	"Content-Type: multipart/signed; protocol=\"" type "\";\r\n\tmicalg=sha-256;\r\n"          \
	"\tboundary=\"sig\"\r\n\r\n" body

static void
add_signed (Converted *converted, const char *entity, gsize length)
{
	const PstWriterAttachment attachment = {
		.name = "smime.p7m", .mime = "multipart/signed", .bytes = entity, .size = length
	};
	const PstWriterMessage message = { .message_class = "IPM.Note.SMIME.MultipartSigned",
					   .subject = "signed",
					   .sender = ann,
					   .plain = "From here \r\n.\r\n",
					   .attachments = &attachment,
					   .n_attachments = 1 };

	converted_add (converted, &message);
}

/* What is between the delimiter lines of a multipart, their line ends not included (RFC 2046,
 * 5.1.1). */
static char *
take_part (const char *text, const char *boundary, guint n)
{
	g_autofree char *delimiter = g_strdup_printf ("--%s", boundary);
	const char *start = strstr (text, delimiter);

	for (; n > 0; n--)
		start = strstr (start + 1, delimiter);
	g_assert_nonnull (start);
	start = strchr (start, '\n') + 1;
	const char *end = strstr (start, delimiter);
	g_assert_nonnull (end);
	end -= end[-2] == '\r' ? 2 : 1;
	return g_strndup (start, (gsize) (end - start));
}

static void
assert_signed (const char *text, const char *type, const char *body)
{
	g_autofree char *field = g_strdup_printf (
		"\nContent-Type: multipart/signed; protocol=\"%s\";\n\tmicalg=sha-256;\n"
		"\tboundary=\"sig\"\n\n",
		type);
	g_autofree char *part = take_part (strstr (text, "\n\n"), "sig", 0);

	converted_assert_has (text, field);
	g_assert_cmpstr (strstr (text, "\n\n") + 2, ==, body);
	g_assert_cmpstr (part, ==, SIGNED_PART);
}

static void
test_signed (Converted *converted, gconstpointer data)
{
	static const char smime[] = SIGNED (SMIME_TYPE, SMIME_BODY);
	static const char pgp[] = SIGNED (PGP_TYPE, PGP_BODY);

	add_signed (converted, smime, sizeof smime - 1);
	add_signed (converted, pgp, sizeof pgp - 1);
	converted_run (converted);
	assert_signed (converted_get (converted, 0), SMIME_TYPE, SMIME_BODY);
	assert_signed (converted_get (converted, 1), PGP_TYPE, PGP_BODY);
}

/* Inside another message every boundary around it still differs from all that is in it. */
static void
test_signed_within (Converted *converted, gconstpointer data)
{
	static const char entity[] = SIGNED (SMIME_TYPE, SMIME_BODY);
	const PstWriterAttachment attachment = { .name = "smime.p7m",
						 .mime = "multipart/signed",
						 .bytes = entity,
						 .size = sizeof entity - 1 };
	const PstWriterMessage inner = { .message_class = "IPM.Note.SMIME.MultipartSigned",
					 .subject = "signed",
					 .sender = ann,
					 .attachments = &attachment,
					 .n_attachments = 1 };
	const PstWriterAttachment forwarded = { .name = "signed", .message = &inner };
	const PstWriterMessage outer = { .subject = "FW: signed",
					 .sender = ann,
					 .plain = "See below.\r\n",
					 .attachments = &forwarded,
					 .n_attachments = 1 };

	converted_add (converted, &outer);
	converted_run (converted);
	const char *text = converted_get (converted, 0);
	g_autofree char *part = take_part (text, "sig", 0);
	g_assert_cmpstr (part, ==, SIGNED_PART);
	converted_assert_has (text, SMIME_BODY "\n--=_");
	converted_assert_has (text, "Content-Type: message/rfc822\n");
	converted_assert_has (text, "Content-Transfer-Encoding: 8bit\n");
}

static const guint8 enveloped[] = { 0x30, 0x80, 0x06, 0x09, 0x2a, 0x86, 0x48,
				    0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03, 0xa0 };

/* Words beside what is sealed came from somewhere: nothing is left out for the form's sake. */
static void
test_sealed (Converted *converted, gconstpointer data)
{
	const PstWriterAttachment attachment = { .name = "smime.p7m",
						 .mime = "application/pkcs7-mime",
						 .bytes = enveloped,
						 .size = sizeof enveloped };
	PstWriterMessage message = { .message_class = "IPM.Note.SMIME",
				     .subject = "sealed",
				     .sender = ann,
				     .plain = " \r\n",
				     .attachments = &attachment,
				     .n_attachments = 1 };

	converted_add (converted, &message);
	message.plain = "What was in it.\r\n";
	converted_add (converted, &message);
	converted_run (converted);
	converted_assert_has (converted_get (converted, 0),
			      "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\n");
	converted_assert_lacks (converted_get (converted, 0), "multipart");
	converted_assert_has (converted_get (converted, 1), "\n\nWhat was in it.\n");
	converted_assert_has (converted_get (converted, 1), "Content-Type: application/pkcs7-mime");
	converted_assert_has (converted_get (converted, 1), "\n\nMIAGCSqGSIb3DQEHA6A=\n");
}

#define PGP_MESSAGE                                                                                \
	"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA0==\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n"

static void
test_pgp (Converted *converted, gconstpointer data)
{
	PstWriterAttachment attachments[] = {
		{ .name = "PGPMIME Versions Identification",
		  .mime = "application/pgp-encrypted",
		  .bytes = "Version: 1\r\n",
		  .size = 12 },
		{ .name = "encrypted.asc",
		  .mime = "application/octet-stream",
		  .bytes = PGP_MESSAGE,
		  .size = sizeof PGP_MESSAGE - 1 },
	};
	PstWriterMessage message = { .subject = "sealed",
				     .sender = ann,
				     .plain = "\r\n",
				     .html = "<html><body> </body></html>",
				     .attachments = attachments,
				     .n_attachments = 2 };

	converted_add (converted, &message);
	message.plain = "By the way";
	converted_add (converted, &message);
	message.plain = NULL;
	attachments[1].bytes = "no such thing";
	attachments[1].size = 13;
	converted_add (converted, &message);
	converted_run (converted);

	const char *text = converted_get (converted, 0);
	const char *quote = strstr (text, "boundary=\"") + strlen ("boundary=\"");
	g_autofree char *boundary = g_strndup (quote, strcspn (quote, "\""));
	g_autofree char *first = take_part (strstr (text, "\n\n"), boundary, 0);
	g_autofree char *second = take_part (strstr (text, "\n\n"), boundary, 1);
	converted_assert_has (text, "Content-Type: multipart/encrypted;\n boundary=");
	converted_assert_has (text, ";\n protocol=\"application/pgp-encrypted\"\n");
	g_assert_true (g_str_has_prefix (first, "Content-Type: application/pgp-encrypted;"));
	g_assert_true (g_str_has_suffix (first, ": 7bit\n\nVersion: 1\r\n"));
	g_assert_true (g_str_has_prefix (second, "Content-Type: application/octet-stream;"));
	g_assert_true (g_str_has_suffix (second, ": 7bit\n\n" PGP_MESSAGE));
	for (guint i = 1; i <= 2; i++) {
		converted_assert_lacks (converted_get (converted, i), "multipart/encrypted");
		converted_assert_has (converted_get (converted, i), "multipart/mixed");
	}
	converted_assert_has (converted_get (converted, 1), "\n\nBy the way\n");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
	g_test_add (name, Converted, NULL, converted_set_up, function, converted_tear_down)
	ADD ("/pst/secure/signed-by-smime-or-pgp-to-the-byte", test_signed);
	ADD ("/pst/secure/signed-mail-within-mail", test_signed_within);
	ADD ("/pst/secure/sealed-mail-hides-no-words", test_sealed);
	ADD ("/pst/secure/encrypted-by-pgp-can-be-decrypted", test_pgp);
	return g_test_run ();
}
