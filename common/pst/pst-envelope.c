/* pst-envelope.c - the header of a message: what it came with, completed by what Outlook knows
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-envelope.h"

#include <string.h>

#include "base/digest.h"
#include "pst/pst-encode.h"
#include "pst/pst-headers.h"
#include "pst/pst-time.h"

enum {
	PR_IMPORTANCE = 0x0017,
	PR_PRIORITY = 0x0026,
	PR_READ_RECEIPT_REQUESTED = 0x0029,
	PR_SENSITIVITY = 0x0036,
	PR_REPLY_ENTRIES = 0x004f,
	PR_REPLY_NAMES = 0x0050,
	PR_TRANSPORT_HEADERS = 0x007d,
	PR_MESSAGE_ID = 0x1035,
	PR_REFERENCES = 0x1039,
	PR_IN_REPLY_TO = 0x1042,
	PR_SEARCH_KEY = 0x300b,
};

#define MAX_IDS 1000

/* 8-bit headers stay the bytes they are: nobody knows what the sender meant. */
static GString *
read_transport_headers (const PstItem *item)
{
	g_autoptr (GError) error = NULL;
	gboolean is_utf16 = FALSE;
	g_autoptr (GBytes) bytes =
		pst_props_get_string (item->props, PR_TRANSPORT_HEADERS, &is_utf16, &error);
	gsize length = 0;

	if (error != NULL)
		pst_context_find (item->context, "property-damaged", "transport headers: %s",
				  error->message);
	if (bytes == NULL)
		return g_string_new (NULL);

	const char *data = g_bytes_get_data (bytes, &length);
	if (!is_utf16)
		return pst_headers_clean (data, length);
	g_autofree char *text = pst_codepage_utf16_to_utf8 (data, length, &length, NULL);
	return pst_headers_clean (text, length);
}

static void
add_address (GString *out, const char *name, const PstAddress *address)
{
	if (address == NULL)
		return;

	g_autofree char *text = pst_address_format (address);
	g_autoptr (GPtrArray) one = g_ptr_array_new ();
	g_ptr_array_add (one, text);
	pst_encode_list (out, name, ",", one);
}

/* RFC 5322, 3.6.2: Sender only where it differs from From. */
static void
add_author (GString *out, const PstItem *item)
{
	g_autoptr (PstAddress) author = pst_item_get_author (item);
	g_autoptr (PstAddress) sender = pst_item_get_sender (item);

	if (author == NULL) {
		/* From is obligatory; a draft or a log of Outlook's own has none. */
		g_string_append (out, "From: unknown@unknown.invalid\n");
		return;
	}
	add_address (out, "From", author);
	if (sender != NULL && !sender->is_invented &&
	    g_ascii_strcasecmp (sender->address, author->address) != 0)
		add_address (out, "Sender", sender);
}

/* Only those kinds are looked up whose field is missing: the others may have names without
 * addresses behind fields that are complete. */
static void
add_recipients (GString *out, const PstItem *item)
{
	static const struct {
		PstRecipientKind kind;
		const char *name;
	} fields[] = {
		{PST_RECIPIENT_TO, "To"}, {PST_RECIPIENT_CC, "Cc"}, {PST_RECIPIENT_BCC, "Bcc"}};
	guint kinds = 0;

	for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
		if (!pst_headers_have (out, fields[i].name))
			kinds |= 1u << fields[i].kind;
	if (kinds == 0)
		return;

	g_autoptr (GPtrArray) recipients = pst_item_read_recipients (item, kinds);
	for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
		g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
		for (guint k = 0; k < recipients->len; k++) {
			const PstRecipient *recipient = g_ptr_array_index (recipients, k);
			if (recipient->kind == fields[i].kind)
				g_ptr_array_add (list, pst_address_format (recipient->address));
		}
		pst_encode_list (out, fields[i].name, ",", list);
	}
}

static void
add_reply_to (GString *out, const PstItem *item)
{
	g_autoptr (GBytes) entries =
		pst_context_get_binary (item->context, item->props, PR_REPLY_ENTRIES);
	g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

	if (entries == NULL)
		return;
	g_autoptr (GPtrArray) ids = pst_address_split_entry_list (entries);
	for (guint i = 0; i < ids->len; i++) {
		PstPerson person = { .entry_id = g_ptr_array_index (ids, i) };
		g_autoptr (PstAddress) address = pst_address_resolve (item->context, &person);
		if (address != NULL && !address->is_invented)
			g_ptr_array_add (list, pst_address_format (address));
	}
	pst_encode_list (out, "Reply-To", ",", list);
}

static void
add_subject (GString *out, const PstItem *item)
{
	g_autofree char *subject = pst_item_get_subject (item);

	if (subject != NULL)
		pst_encode_field (out, "Subject", subject);
}

static void
add_date (GString *out, const PstItem *item)
{
	gint64 seconds = 0;
	g_autofree char *text =
		pst_item_get_date (item, &seconds) ? pst_time_format (seconds) : NULL;

	if (text != NULL)
		pst_encode_field (out, "Date", text);
	else
		pst_context_find (item->context, "date-unknown",
				  "neither sent, received nor created at a known time");
}

/* --- Message ids ----------------------------------------------------------- */

GPtrArray *
pst_envelope_split_ids (const char *text)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);

	for (const char *p = strchr (text, '<'); p != NULL && ids->len < MAX_IDS;
	     p = strchr (p, '<')) {
		gsize length = 1;
		while (g_ascii_isgraph (p[length]) && p[length] != '<' && p[length] != '>')
			length++;
		if (p[length] == '>' && length > 1 && length < 990)
			g_ptr_array_add (ids, g_strndup (p, length + 1));
		p += length;
	}
	return ids;
}

static char *
make_message_id (const PstItem *item, const char *path)
{
	g_autoptr (GBytes) key = pst_context_get_binary (item->context, item->props, PR_SEARCH_KEY);
	guint8 result[DIGEST_SIZE];
	char hex[33];
	Digest digest;
	gsize length = 0;

	digest_init (&digest);
	if (key != NULL) {
		const void *data = g_bytes_get_data (key, &length);
		digest_update (&digest, data, length);
	}
	digest_update (&digest, path, strlen (path));
	digest_finish (&digest, result);
	return g_strdup_printf ("<%s@mailferry.invalid>", digest_to_hex (result, 16, hex));
}

static void
add_message_id (GString *out, const PstItem *item, const char *path)
{
	g_autofree char *text = pst_item_get_text (item, PR_MESSAGE_ID);
	g_autoptr (GPtrArray) ids = pst_envelope_split_ids (text != NULL ? text : "");

	if (ids->len == 0)
		g_ptr_array_add (ids, make_message_id (item, path));
	g_ptr_array_set_size (ids, 1);
	pst_encode_list (out, "Message-ID", "", ids);
}

static void
add_ids (GString *out, const char *name, const PstItem *item, guint16 id)
{
	g_autofree char *text = pst_item_get_text (item, id);
	g_autoptr (GPtrArray) ids = pst_envelope_split_ids (text != NULL ? text : "");

	pst_encode_list (out, name, "", ids);
}

/* --- Wishes of the sender -------------------------------------------------- */

/* RFC 2156, 5.3; the usual value needs no field. */
static void
add_choice (GString *out, const char *name, const PstItem *item, guint16 id, gint64 first,
	    const char *const *choices, gsize count)
{
	gint64 value = 0;

	if (pst_props_get_int (item->props, id, &value) && value >= first &&
	    value < first + (gint64) count && choices[value - first] != NULL)
		pst_encode_field (out, name, choices[value - first]);
}

static void
add_importance (GString *out, const PstItem *item)
{
	static const char *const choices[] = {"Low", NULL, "High"};

	add_choice (out, "Importance", item, PR_IMPORTANCE, 0, choices, G_N_ELEMENTS (choices));
}

static void
add_priority (GString *out, const PstItem *item)
{
	static const char *const choices[] = {"non-urgent", NULL, "urgent"};

	add_choice (out, "Priority", item, PR_PRIORITY, -1, choices, G_N_ELEMENTS (choices));
}

static void
add_sensitivity (GString *out, const PstItem *item)
{
	static const char *const choices[] = {"Personal", "Private", "Company-Confidential"};

	add_choice (out, "Sensitivity", item, PR_SENSITIVITY, 1, choices, G_N_ELEMENTS (choices));
}

static void
add_receipt (GString *out, const PstItem *item)
{
	if (!pst_props_get_bool (item->props, PR_READ_RECEIPT_REQUESTED))
		return;

	g_autoptr (PstAddress) author = pst_item_get_author (item);
	if (author != NULL && !author->is_invented)
		add_address (out, "Disposition-Notification-To", author);
}

/* --- Fields of other programs ---------------------------------------------- */

typedef struct {
	const char *name; /* of the file's map of names */
	guint16 id;
} NamedField;

/* By name: ids are given out by each file anew, and one message gives the same bytes from all. */
static gint
compare_fields (gconstpointer a, gconstpointer b)
{
	const NamedField *one = a;
	const NamedField *other = b;
	int order = g_ascii_strcasecmp (one->name, other->name);

	return order != 0 ? order : one->id - other->id;
}

/* These are built of what Outlook shows, or not at all. */
static gboolean
is_built (const char *name)
{
	static const char *const names[] = {
		"Bcc",        "Cc",       "Date",   "From",    "In-Reply-To", "Message-ID",
		"References", "Reply-To", "Sender", "Subject", "To",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		if (g_ascii_strcasecmp (names[i], name) == 0)
			return TRUE;
	return FALSE;
}

static GArray *
find_named_fields (const PstItem *item)
{
	const PstNames *names = pst_store_get_names (item->context->store);
	GArray *fields = g_array_new (FALSE, FALSE, sizeof (NamedField));
	NamedField field = {0};
	guint at = 0;

	while (names != NULL && (field.name = pst_names_next_string (
					 names, &pst_names_internet_headers, &at, &field.id)))
		if (pst_props_has (item->props, field.id) && !is_built (field.name) &&
		    pst_headers_may_have (field.name))
			g_array_append_val (fields, field);
	g_array_sort (fields, compare_fields);
	return fields;
}

/* A header that didn't arrive as one (written here, or taken apart by a server) has the fields that
 * Outlook knows nothing about as named properties (PS_INTERNET_HEADERS, [MS-OXPROPS] 1.3.2). */
static void
add_named_fields (GString *out, const PstItem *item)
{
	g_autoptr (GArray) fields = find_named_fields (item);

	for (guint i = 0; i < fields->len; i++) {
		const NamedField *field = &g_array_index (fields, NamedField, i);
		g_autofree char *text = pst_item_get_text (item, field->id);
		if (text != NULL && !pst_headers_have (out, field->name))
			pst_encode_field (out, field->name, text);
	}
}

GString *
pst_envelope_build (const PstItem *item, const char *path)
{
	GString *out = read_transport_headers (item);
	gboolean has_arrived = out->len > 0;

	if (!pst_headers_have (out, "From"))
		add_author (out, item);
	add_recipients (out, item);
	if (!pst_headers_have (out, "Reply-To"))
		add_reply_to (out, item);
	if (!pst_headers_have (out, "Subject"))
		add_subject (out, item);
	if (!pst_headers_have (out, "Date"))
		add_date (out, item);
	if (!pst_headers_have (out, "Message-ID"))
		add_message_id (out, item, path);
	if (!pst_headers_have (out, "In-Reply-To"))
		add_ids (out, "In-Reply-To", item, PR_IN_REPLY_TO);
	if (!pst_headers_have (out, "References"))
		add_ids (out, "References", item, PR_REFERENCES);
	if (!pst_headers_have (out, "Importance") && !pst_headers_have (out, "X-Priority"))
		add_importance (out, item);
	if (!pst_headers_have (out, "Priority"))
		add_priority (out, item);
	if (!pst_headers_have (out, "Sensitivity"))
		add_sensitivity (out, item);
	if (!pst_headers_have (out, "Disposition-Notification-To"))
		add_receipt (out, item);
	if (!has_arrived)
		add_named_fields (out, item);
	return out;
}
