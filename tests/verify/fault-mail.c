/* fault-mail.c - messages that can be written in many ways, and what may happen to one
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/fault-mail.h"

#include <string.h>

/* --- A message ---------------------------------------------------------- */

void
fault_mail_init (FaultMail *mail, GRand *rand, guint number)
{
	guint kind = (guint) g_rand_int_range (rand, 0, 8);

	*mail = (FaultMail){
		.number = number,
		.has_id = g_rand_int_range (rand, 0, 5) > 0,
		.is_flat = kind < 3,
		.is_signed = kind == 3,
		.attachments = kind > 3 ? (guint) g_rand_int_range (rand, 1, 4) : 0,
		.latin1 = g_rand_boolean (rand),
		.encoding = "8qb"[g_rand_int_range (rand, 0, 3)],
		.subject_encoding = "qb"[g_rand_int_range (rand, 0, 2)],
		.has_nul = kind == 0 && g_rand_boolean (rand),
		.has_cr = kind == 1 && g_rand_boolean (rand),
		.raw_header = g_rand_int_range (rand, 0, 4) == 0,
	};
	if (mail->has_nul || mail->has_cr || mail->is_signed)
		mail->encoding = '8';
	if (mail->raw_header)
		mail->has_id = TRUE;
}

/* UTF-8. */
static GString *
text_of (const FaultMail *mail)
{
	GString *text = g_string_new (NULL);

	g_string_append_printf (text, "Dear all,\n\nthis is Marker%c of message %u.\n",
				mail->flipped ? 'q' : 'p', mail->number);
	g_string_append (text, "From here on it is about a cafe");
	g_string_append (text, mail->questioned ? "? and its cr?me"
						: "\xc3\xa9 and its cr\xc3\xa8me");
	g_string_append (text, mail->rewrapped ? "\nbrulee, as they\ncall "
					       : " brulee, as\nthey call ");
	g_string_append (text, "it there.\n\n> From time to time quoted\nFrom now on\n\n");
	for (guint i = 0; i < 5 + mail->number % 7; i++)
		g_string_append_printf (text, "Line %u of the text, with = signs and dots.\n", i);
	if (mail->has_nul)
		g_string_append_c (g_string_append (text, "a NUL "), '\0');
	if (mail->has_cr)
		g_string_append (text, "one\rtwo\rthree");
	g_string_append (text, "\n.\nBye\n");
	return text;
}

static void
append_base64 (GString *out, const guint8 *data, gsize length)
{
	g_autofree char *text = g_base64_encode (data, length);

	for (gsize at = 0; text[at] != '\0'; at += MIN (72, strlen (text + at)))
		g_string_append_printf (out, "%.72s\n", text + at);
}

static void
append_quoted (GString *out, const char *data, gsize length)
{
	gsize column = 0;

	for (gsize i = 0; i < length; i++) {
		guint8 c = (guint8) data[i];
		gboolean plain = (c >= '!' && c <= '~' && c != '=') || c == '\n' ||
				 (c == ' ' && i + 1 < length && data[i + 1] != '\n');
		if (column > 60 && c != '\n') {
			g_string_append (out, "=\n");
			column = 0;
		}
		if (plain)
			g_string_append_c (out, (char) c);
		else
			g_string_append_printf (out, "=%02X", c);
		column = c == '\n' ? 0 : column + (plain ? 1 : 3);
	}
}

static void
append_text_part (GString *out, const FaultMail *mail)
{
	g_autoptr (GString) text = text_of (mail);
	g_autofree char *latin1 = NULL;
	gsize length = text->len;
	const char *data = text->str;

	if (mail->latin1) {
		latin1 = g_convert (text->str, (gssize) text->len, "ISO-8859-1", "UTF-8", NULL,
				    &length, NULL);
		data = latin1;
	}
	g_string_append_printf (out, "Content-Type: text/plain;%scharset=%s\n",
				mail->touched ? "\n\t" : " ",
				mail->latin1 ? "ISO-8859-1" : "utf-8");
	g_string_append_printf (out, "Content-Transfer-Encoding: %s\n\n",
				mail->encoding == '8'	? "8bit"
				: mail->encoding == 'q' ? "quoted-printable"
							: "base64");
	if (mail->encoding == '8')
		g_string_append_len (out, data, (gssize) length);
	else if (mail->encoding == 'q')
		append_quoted (out, data, length);
	else
		append_base64 (out, (const guint8 *) data, length);
}

static void
append_attachment (GString *out, const FaultMail *mail, guint i)
{
	guint8 data[1500];
	gsize length = 300 + 400 * i + mail->number % 50;

	for (gsize j = 0; j < length; j++)
		data[j] = (guint8) (j * 7 + i * 31 + mail->number + j * j / 3);
	if (mail->flipped_attachment && i == 0)
		data[length / 2] ^= 0x10;
	g_string_append_printf (out,
				"Content-Type: image/png\nContent-Disposition: attachment;\n"
				" filename=\"picture %u.png\"\n"
				"Content-Transfer-Encoding: base64\n\n",
				i);
	if (mail->replaced && i == 0)
		append_base64 (out, (const guint8 *) "removed by a scanner", 20);
	else
		append_base64 (out, data, length);
}

static void
append_subject (GString *out, const FaultMail *mail)
{
	g_autoptr (GString) words = g_string_new (NULL);

	g_string_append_printf (words, "Caf\xc3\xa9 %s%u",
				mail->flipped_subject ? "oumber" : "number", mail->number);
	g_string_append_printf (out, "Subject: Re:%sabout ", mail->folded ? "\n " : " ");
	g_string_append_printf (out, "=?utf-8?%c?", mail->subject_encoding);
	if (mail->subject_encoding == 'b') {
		g_autofree char *text = g_base64_encode ((const guint8 *) words->str, words->len);
		g_string_append (out, text);
	} else {
		for (gsize i = 0; i < words->len; i++)
			if (g_ascii_isalnum (words->str[i]))
				g_string_append_c (out, words->str[i]);
			else
				g_string_append_printf (out, "=%02X", (guint8) words->str[i]);
	}
	g_string_append (out, "?=\n");
}

static void
append_header (GString *out, const FaultMail *mail)
{
	guint minute = mail->number % 60;
	guint hour = mail->number / 60 % 22;
	g_autoptr (GString) id = g_string_new (NULL);
	g_autoptr (GString) date = g_string_new (NULL);
	g_autoptr (GString) from = g_string_new (NULL);

	if (mail->has_id)
		g_string_printf (id, "Message-ID:%s<%u.x@example.org>\n",
				 mail->folded ? "\n " : " ", mail->number);
	if (mail->exchange)
		g_string_printf (date, "Date: 1 Mar 2024 %02u:%02u:07 +0100\n", hour + 1, minute);
	else
		g_string_printf (date, "Date: Fri, 1 Mar 2024 %02u:%02u:07 +0000\n", hour, minute);
	g_string_printf (from, "From: %s <jo%u@example.org>\n",
			 mail->raw_header ? "J\xc3\xb6rg \xc3\x84tsch" : "Joe Bloggs",
			 mail->number);
	if (!mail->exchange) {
		g_string_append (out, "Received: from a by b; Fri, 1 Mar 2024 10:00:00 +0000\n");
		g_string_append_printf (out, "X-Note: %cothing of weight\n",
					mail->flipped_note ? 'o' : 'n');
		g_string_append_printf (out, "%s%s%s", id->str, date->str, from->str);
		g_string_append (out, "To: ann@example.org,\n bob@example.org\n");
		append_subject (out, mail);
	} else {
		g_string_append (out, from->str);
		g_string_append (out, "To: \"ann@example.org\" <ann@example.org>, "
				      "bob@example.org\n");
		append_subject (out, mail);
		g_string_append (out, "Thread-Index: AdAAbbCC\nX-MS-Has-Attach: yes\n");
		g_string_append_printf (out, "%s%s", id->str, date->str);
	}
	g_string_append (out, "MIME-Version: 1.0\n");
}

static void
append_parts (GString *out, const FaultMail *mail, const char *boundary)
{
	g_string_append_printf (out, "--%s\n", boundary);
	append_text_part (out, mail);
	for (guint i = 0; i < mail->attachments - mail->dropped; i++) {
		g_string_append_printf (out, "\n--%s\n", boundary);
		append_attachment (out, mail, i);
	}
	if (mail->is_signed)
		g_string_append_printf (out,
					"\n--%s\nContent-Type: application/pgp-signature; "
					"name=s.asc\n\n-----BEGIN PGP SIGNATURE-----\n%u\n",
					boundary, mail->number);
	g_string_append_printf (out, "\n--%s--\n", boundary);
}

GString *
fault_mail_write (const FaultMail *mail)
{
	GString *out = g_string_new (NULL);
	const char *boundary = mail->other_boundary ? "_000_other_" : "=-=boundary";

	append_header (out, mail);
	if (mail->is_flat) {
		append_text_part (out, mail);
		return out;
	}
	g_string_append_printf (out, "Content-Type: multipart/%s; boundary=\"%s\"\n\n",
				mail->is_signed ? "signed; protocol=\"application/pgp-signature\""
						: "mixed",
				boundary);
	append_parts (out, mail, boundary);
	return out;
}

/* --- Can it happen? ----------------------------------------------------- */

static gboolean
always (const FaultMail *mail)
{
	return TRUE;
}

static gboolean
is_divided (const FaultMail *mail)
{
	return !mail->is_flat;
}

static gboolean
has_attachments (const FaultMail *mail)
{
	return mail->attachments > 0;
}

static gboolean
has_several_parts (const FaultMail *mail)
{
	return mail->attachments > 1;
}

static gboolean
is_signed (const FaultMail *mail)
{
	return mail->is_signed;
}

static gboolean
is_free (const FaultMail *mail)
{
	return !mail->is_signed && !mail->has_nul && !mail->has_cr;
}

static gboolean
is_latin1 (const FaultMail *mail)
{
	return is_free (mail) && mail->latin1;
}

static gboolean
is_plain (const FaultMail *mail)
{
	return mail->encoding != 'b';
}

static gboolean
has_id (const FaultMail *mail)
{
	return mail->has_id;
}

static gboolean
has_raw_header (const FaultMail *mail)
{
	return mail->raw_header;
}

static gboolean
has_nul (const FaultMail *mail)
{
	return mail->has_nul;
}

static gboolean
has_cr (const FaultMail *mail)
{
	return mail->has_cr;
}

/* --- What it does ------------------------------------------------------- */

static void
recode (FaultMail *mail)
{
	mail->encoding = mail->encoding == 'q' ? 'b' : 'q';
}

static void
unify_charset (FaultMail *mail)
{
	mail->latin1 = FALSE;
}

static void
rewrite (FaultMail *mail)
{
	mail->exchange = TRUE;
	mail->other_boundary = TRUE;
	mail->latin1 = FALSE;
	mail->encoding = mail->encoding == 'b' ? 'q' : 'b';
	mail->subject_encoding = mail->subject_encoding == 'b' ? 'q' : 'b';
}

static void
drop_part (FaultMail *mail)
{
	mail->dropped = 1;
}

static void
to_crlf (GString *text)
{
	g_autoptr (GString) old = g_string_new_len (text->str, (gssize) text->len);

	g_string_truncate (text, 0);
	for (gsize i = 0; i < old->len; i++) {
		if (old->str[i] == '\n')
			g_string_append_c (text, '\r');
		g_string_append_c (text, old->str[i]);
	}
}

static void
add_status (GString *text)
{
	g_string_prepend (text, "Status: RO\nX-UID: 77\n");
}

static void
replace_nuls (GString *text)
{
	for (gsize i = 0; i < text->len; i++)
		if (text->str[i] == '\0')
			text->str[i] = (char) 0x80;
}

static void
drop_crs (GString *text)
{
	for (gsize i = 0; i < text->len;)
		if (text->str[i] == '\r' && text->str[i + 1] != '\n')
			g_string_erase (text, (gssize) i, 1);
		else
			i++;
}

static gsize
body_of (const GString *text)
{
	const char *crlf = strstr (text->str, "\r\n\r\n");
	const char *lf = strstr (text->str, "\n\n");

	return (gsize) ((crlf != NULL ? crlf : lf) - text->str);
}

static void
munge_header (GString *text)
{
	gsize body = body_of (text);

	for (gsize i = 0; i < body; i++)
		if ((text->str[i] & 0x80) != 0)
			text->str[i] = 'X';
}

/* Not so short that only the end of a line or a boundary is gone. */
static void
cut (GString *text)
{
	gsize body = body_of (text);

	g_string_truncate (text, body + (text->len - body) / 2);
	while (g_ascii_isspace (text->str[text->len - 1]))
		g_string_truncate (text, text->len - 1);
}

static void
quote (GString *text)
{
	gsize at = body_of (text);

	for (;;) {
		const char *from = strstr (text->str + at, "\nFrom ");
		if (from == NULL)
			return;
		at = (gsize) (from - text->str) + 2;
		g_string_insert_c (text, (gssize) at - 1, '>');
	}
}

/* A fault, by what it changes before the message is written, or spoils after. */
#define SETS(member) .sets = G_STRUCT_OFFSET (FaultMail, member)
#define REWRITE(label, when, how)                                                                  \
	{ .name = label, .kind = FAULT_REWRITE, .applies = when, how }
#define STORE(label, when, how)                                                                    \
	{ .name = label, .kind = FAULT_STORE, .applies = when, .spoil = how }
#define DAMAGE(label, when, word, ...)                                                             \
	{                                                                                          \
		.name = label, .kind = FAULT_DAMAGE, .applies = when, .class = VERIFY_ALTERED,     \
		.reason = VERIFY_REASON_##word, ##__VA_ARGS__                                      \
	}
#define PLACE(label, word)                                                                         \
	{ .name = label, .kind = FAULT_PLACE, .applies = always, .class = VERIFY_##word }
#define METADATA(label, word)                                                                      \
	{ .name = label, .kind = FAULT_METADATA, .applies = always, .class = VERIFY_##word }

const Fault faults[] = {
	REWRITE ("refold-headers", always, SETS (folded)),
	REWRITE ("quoted-printable-or-base64", is_free, .change = recode),
	REWRITE ("new-boundary", is_divided, SETS (other_boundary)),
	REWRITE ("charset-to-utf-8", is_latin1, .change = unify_charset),
	REWRITE ("exchange", is_free, .change = rewrite),
	REWRITE ("flip-in-another-header", always, SETS (flipped_note)),
	STORE ("crlf", always, to_crlf),
	STORE ("status", always, add_status),
	STORE ("nul-to-80", has_nul, replace_nuls),
	DAMAGE ("flip-in-text", always, TEXT_CHANGED, SETS (flipped)),
	DAMAGE ("flip-in-subject", has_id, HEADER_CHANGED, SETS (flipped_subject),
		.needs_header = TRUE),
	DAMAGE ("flip-in-attachment", has_attachments, PART_REPLACED, SETS (flipped_attachment)),
	DAMAGE ("attachment-replaced", has_attachments, PART_REPLACED, SETS (replaced)),
	DAMAGE ("attachment-dropped", has_several_parts, PART_MISSING, .change = drop_part),
	DAMAGE ("letters-lost", always, CHARSET, SETS (questioned)),
	DAMAGE ("rewrapped", always, REWRAPPED, SETS (rewrapped)),
	DAMAGE ("signed-part-touched", is_signed, SIGNATURE, SETS (touched)),
	DAMAGE ("truncated", always, TRUNCATED, .spoil = cut),
	DAMAGE ("mboxo-quoted", is_plain, FROM_QUOTING, .spoil = quote),
	DAMAGE ("bare-cr-dropped", has_cr, BARE_CR, .spoil = drop_crs,
		.rewritten = VERIFY_REASON_REWRAPPED),
	DAMAGE ("header-munged", has_raw_header, HEADER_MUNGED, .spoil = munge_header,
		.rewritten = VERIFY_REASON_HEADER_CHANGED, .needs_header = TRUE),
	PLACE ("drop", MISSING),
	PLACE ("double", DUPLICATED),
	PLACE ("collapse", COLLAPSED),
	PLACE ("move", MOVED),
	METADATA ("flag", FLAG_DIFFERS),
	METADATA ("date", DATE_DIFFERS),
};
const guint fault_count = G_N_ELEMENTS (faults);

void
fault_change (const Fault *fault, FaultMail *mail)
{
	if (fault->change != NULL)
		fault->change (mail);
	if (fault->sets > 0)
		G_STRUCT_MEMBER (gboolean, mail, fault->sets) = TRUE;
}
