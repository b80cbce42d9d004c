/* pst-writer-truth.c - say in JSON what a PST was given
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The truth is written from what the caller said, never from what was put into the file: a mistake
 * of the writer must show as a difference.
 */

#include "support/pst-writer-truth.h"

#include "base/digest.h"

#include <string.h>

#define HEX_MOST 256

static void
begin_member (GString *json, const char *key)
{
	if (json->len > 0 && !strchr ("{[", json->str[json->len - 1]))
		g_string_append_c (json, ',');
	if (key)
		g_string_append_printf (json, "\"%s\":", key);
}

void
pst_writer_truth_open (GString *json, const char *key, char bracket)
{
	begin_member (json, key);
	g_string_append_c (json, bracket);
}

void
pst_writer_truth_close (GString *json, char bracket)
{
	g_string_append_c (json, bracket);
}

void
pst_writer_truth_text (GString *json, const char *key, const char *text)
{
	g_autofree char *valid = text ? g_utf8_make_valid (text, -1) : NULL;

	if (!valid)
		return;
	begin_member (json, key);
	g_string_append_c (json, '"');
	for (const char *c = valid; *c; c++) {
		if (*c == '"' || *c == '\\')
			g_string_append_printf (json, "\\%c", *c);
		else if ((guchar)*c < 0x20)
			g_string_append_printf (json, "\\u%04x", (guint)*c);
		else
			g_string_append_c (json, *c);
	}
	g_string_append_c (json, '"');
}

void
pst_writer_truth_number (GString *json, const char *key, gint64 number)
{
	begin_member (json, key);
	g_string_append_printf (json, "%" G_GINT64_FORMAT, number);
}

void
pst_writer_truth_flag (GString *json, const char *key, gboolean flag)
{
	begin_member (json, key);
	g_string_append (json, flag ? "true" : "false");
}

void
pst_writer_truth_data (GString *json, const char *name, const void *data, gsize length)
{
	g_autofree char *size_key = g_strconcat (name, "_size", NULL);
	g_autofree char *digest_key = g_strconcat (name, "_sha256", NULL);
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (data, length, digest);
	pst_writer_truth_number (json, size_key, (gint64)length);
	pst_writer_truth_text (json, digest_key, digest_to_hex (digest, DIGEST_SIZE, hex));
}

static void
write_address (GString *json, const PstWriterAddress *address)
{
	gboolean is_smtp = !address->type && address->address;

	pst_writer_truth_text (json, "name", address->name);
	pst_writer_truth_text (json, "type", is_smtp ? "SMTP" : address->type);
	pst_writer_truth_text (json, "address", address->address);
	pst_writer_truth_text (json, "smtp", address->smtp);
}

void
pst_writer_truth_address (GString *json, const char *key, const PstWriterAddress *address)
{
	if (!address->name && !address->address && !address->smtp)
		return;
	pst_writer_truth_open (json, key, '{');
	write_address (json, address);
	pst_writer_truth_close (json, '}');
}

static void
write_recipients (GString *json, const PstWriterMessage *message)
{
	if (message->no_recipient_table)
		return;
	pst_writer_truth_open (json, "recipients", '[');
	for (gsize i = 0; i < message->n_recipients; i++) {
		const PstWriterRecipient *recipient = &message->recipients[i];
		pst_writer_truth_open (json, NULL, '{');
		pst_writer_truth_number (json, "kind", recipient->kind);
		write_address (json, &recipient->address);
		pst_writer_truth_close (json, '}');
	}
	pst_writer_truth_close (json, ']');
}

static void
write_bodies (GString *json, const PstWriterMessage *message)
{
	if (message->headers)
		pst_writer_truth_data (json, "headers", message->headers,
				       strlen (message->headers));
	if (message->plain)
		pst_writer_truth_data (json, "plain", message->plain,
				       message->plain_length ? (gsize)message->plain_length
							     : strlen (message->plain));
	if (message->html)
		pst_writer_truth_data (json, "html", message->html,
				       message->html_length ? message->html_length
							    : strlen (message->html));
	if (message->codepage)
		pst_writer_truth_number (json, "cpid", message->codepage);
	if (message->rtf) {
		static const char *const forms[] = {"compressed", "literal", "stored", "wrong-sum"};
		pst_writer_truth_data (json, "rtf", message->rtf, message->rtf_length);
		pst_writer_truth_text (json, "rtf_form", forms[message->rtf_form]);
		pst_writer_truth_flag (json, "rtf_in_sync", message->rtf_in_sync);
	}
	if (message->native_body)
		pst_writer_truth_number (json, "native_body", message->native_body);
}

static void
write_categories (GString *json, const PstWriterMessage *message)
{
	if (!message->categories)
		return;
	pst_writer_truth_open (json, "categories", '[');
	for (const char *const *name = message->categories; *name; name++)
		pst_writer_truth_text (json, NULL, *name);
	pst_writer_truth_close (json, ']');
}

void
pst_writer_truth_message (GString *json, const PstWriterMessage *message, guint codepage)
{
	const char *class = message->message_class ? message->message_class : "IPM.Note";

	pst_writer_truth_text (json, "class", class);
	pst_writer_truth_text (json, "subject", message->subject);
	pst_writer_truth_address (json, "sender", &message->sender);
	pst_writer_truth_address (json, "representing", &message->representing);
	write_recipients (json, message);
	if (message->submit_time)
		pst_writer_truth_number (json, "submit", message->submit_time);
	if (message->delivery_time)
		pst_writer_truth_number (json, "delivery", message->delivery_time);
	pst_writer_truth_text (json, "msgid", message->message_id);
	pst_writer_truth_text (json, "in_reply_to", message->in_reply_to);
	pst_writer_truth_text (json, "references", message->references);
	pst_writer_truth_flag (json, "read", message->read);
	pst_writer_truth_flag (json, "unsent", message->unsent);
	if (message->has_importance)
		pst_writer_truth_number (json, "importance", message->importance);
	if (message->last_verb)
		pst_writer_truth_number (json, "last_verb", message->last_verb);
	write_categories (json, message);
	write_bodies (json, message);
	if (codepage)
		pst_writer_truth_number (json, "codepage", codepage);
	if (codepage && message->no_message_codepage)
		pst_writer_truth_flag (json, "codepage_stated", FALSE);
}

static void
write_property (GString *json, const PstWriterProperty *property)
{
	g_autoptr (GString) hex = g_string_new (NULL);
	guint8 digest[DIGEST_SIZE];
	char digest_hex[DIGEST_HEX_SIZE];

	pst_writer_truth_open (json, NULL, '{');
	pst_writer_truth_number (json, "tag", property->tag);
	if (property->length <= HEX_MOST) {
		for (gsize i = 0; i < property->length; i++)
			g_string_append_printf (hex, "%02x", ((const guint8 *)property->bytes)[i]);
		pst_writer_truth_text (json, "hex", hex->str);
	} else {
		digest_of (property->bytes, property->length, digest);
		pst_writer_truth_number (json, "size", (gint64)property->length);
		pst_writer_truth_text (json, "sha256",
				       digest_to_hex (digest, DIGEST_SIZE, digest_hex));
	}
	pst_writer_truth_close (json, '}');
}

void
pst_writer_truth_properties (GString *json, const PstWriterProperty *list, gsize n)
{
	if (n == 0)
		return;
	pst_writer_truth_open (json, "extra", '[');
	for (gsize i = 0; i < n; i++)
		write_property (json, &list[i]);
	pst_writer_truth_close (json, ']');
}

void
pst_writer_truth_parts (GString *json, const char *key, PstWriterNdb *ndb, guint mark)
{
	guint n;
	const PstWriterExtent *extents = pst_writer_ndb_get_extents (ndb, mark, &n);

	pst_writer_truth_open (json, key, '[');
	for (guint i = 0; i < n; i++) {
		pst_writer_truth_open (json, NULL, '{');
		pst_writer_truth_text (json, "part", extents[i].part);
		pst_writer_truth_number (json, "offset", (gint64)extents[i].offset);
		pst_writer_truth_number (json, "blocks", extents[i].blocks);
		pst_writer_truth_close (json, '}');
	}
	pst_writer_truth_close (json, ']');
	pst_writer_ndb_forget (ndb, mark);
}
