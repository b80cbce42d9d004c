/* pst-contact.c - contacts and distribution lists as vCards
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-contact.h"

#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-email.h"
#include "pst/pst-fields.h"
#include "pst/pst-member.h"
#include "pst/pst-vcard.h"

enum {
	PR_MAILING_COUNTRY = 0x3a26,
	PR_GENDER = 0x3a4d,
	PR_BIRTHDAY = 0x3a42,
	PR_ANNIVERSARY = 0x3a41,
	PR_CHILDREN = 0x3a58,
	PR_DISPLAY_NAME = 0x3001,
	PR_IS_CONTACT_PHOTO = 0x7fff,
};

/* Of PSETID_Address */
enum {
	FILE_UNDER = 0x8005,
	WEB_PAGE = 0x802b,
	LIST_NAME = 0x8053,
	MESSENGER = 0x8062,
	BIRTHDAY_LOCAL = 0x80de,
	ANNIVERSARY_LOCAL = 0x80df,
};

/* A larger picture is not one that Outlook made. */
#define MAX_PHOTO (4u << 20)

typedef struct {
	const char *name;
	guint16 id;
} TextField;

static const TextField text_fields[] = {
	{"NICKNAME", 0x3a4f},
	{"TITLE", 0x3a17},
	{"ROLE", 0x3a46},
	{"TEL;TYPE=work,voice", 0x3a08},
	{"TEL;TYPE=work,voice", 0x3a1b},
	{"TEL;TYPE=work,voice,x-company", 0x3a57},
	{"TEL;TYPE=home,voice", 0x3a09},
	{"TEL;TYPE=home,voice", 0x3a2f},
	{"TEL;TYPE=cell,voice", 0x3a1c},
	{"TEL;TYPE=voice;PREF=1", 0x3a1a},
	{"TEL;TYPE=voice", 0x3a1f},
	{"TEL;TYPE=voice,x-callback", 0x3a02},
	{"TEL;TYPE=voice,x-car", 0x3a1e},
	{"TEL;TYPE=voice,x-radio", 0x3a1d},
	{"TEL;TYPE=voice,x-assistant", 0x3a2e},
	{"TEL;TYPE=work,fax", 0x3a24},
	{"TEL;TYPE=home,fax", 0x3a25},
	{"TEL;TYPE=fax", 0x3a23},
	{"TEL;TYPE=pager", 0x3a21},
	{"TEL;TYPE=textphone", 0x3a4b},
	{"TEL;TYPE=x-isdn", 0x3a2d},
	{"TEL;TYPE=x-telex", 0x3a2c},
	{"RELATED;TYPE=spouse;VALUE=text", 0x3a48},
	{"RELATED;TYPE=agent;VALUE=text", 0x3a30},
	{"RELATED;TYPE=x-manager;VALUE=text", 0x3a4e},
};

/* Post box, street, city, region, code, country: as in ADR, but for the second of its seven. */
static const struct {
	const char *name;
	gboolean is_named; /* PSETID_Address */
	guint16 ids[6];
	guint16 whole; /* the address in one piece */
} addresses[] = {
	{"ADR;TYPE=work", TRUE, {0x804a, 0x8045, 0x8046, 0x8047, 0x8048, 0x8049}, 0x801b},
	{"ADR;TYPE=home", FALSE, {0x3a5e, 0x3a5d, 0x3a59, 0x3a5c, 0x3a5b, 0x3a5a}, 0x801a},
	{"ADR", FALSE, {0x3a64, 0x3a63, 0x3a5f, 0x3a62, 0x3a61, 0x3a60}, 0x801c},
	{"ADR", FALSE, {0x3a2b, 0x3a29, 0x3a27, 0x3a28, 0x3a2a, 0x3a26}, 0}, /* for letters */
};

static gboolean
has_text (const char *text)
{
	return text != NULL && *text != '\0';
}

/* --- Names, addresses, dates ----------------------------------------------- */

/* FN is a must: the first thing that anybody would call this contact. */
static void
add_names (const PstItem *item, GString *card)
{
	static const guint16 ids[] = {0x3a11, 0x3a06, 0x3a44, 0x3a45, 0x3a05};
	static const guint16 units[] = {0x3a16, 0x3a18};
	char *names[G_N_ELEMENTS (ids)] = {NULL};
	char *organisation[G_N_ELEMENTS (units)] = {NULL};
	g_autofree char *full = pst_fields_get_item_line (item, PR_DISPLAY_NAME);
	g_autofree char *file_under = pst_fields_get_line (item, &pst_names_address, FILE_UNDER);
	g_autofree char *subject = pst_item_get_subject (item);
	g_autoptr (PstAddress) email = pst_email_read (item, 0);

	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
		names[i] = pst_fields_get_item_line (item, ids[i]);
	for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
		organisation[i] = pst_fields_get_item_line (item, units[i]);

	const char *calls[] = {full,
			       file_under,
			       subject,
			       names[0],
			       names[1],
			       organisation[0],
			       email != NULL ? email->address : NULL};
	const char *call = "Unnamed";
	for (gsize i = G_N_ELEMENTS (calls); i-- > 0;)
		if (has_text (calls[i]))
			call = calls[i];
	pst_vcard_add_text (card, "FN", call);
	pst_vcard_add_list (card, "N", (const char *const *) names, G_N_ELEMENTS (names), ';');
	pst_vcard_add_list (card, "ORG", (const char *const *) organisation,
			    has_text (organisation[1]) ? 2 : 1, ';');
	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
		g_free (names[i]);
	for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
		g_free (organisation[i]);
}

static void
add_address (const PstItem *item, gsize which, GString *card, gboolean *has_any)
{
	char *parts[7] = {NULL};
	gboolean is_empty = TRUE;

	for (gsize i = 0; i < G_N_ELEMENTS (addresses[which].ids); i++) {
		guint16 id = addresses[which].ids[i];
		char **part = &parts[i == 0 ? 0 : i + 1];
		*part = addresses[which].is_named
				? pst_fields_get_text (item, &pst_names_address, id)
				: pst_item_get_text (item, id);
		is_empty &= *part == NULL;
	}
	if (is_empty && addresses[which].whole != 0)
		parts[2] = pst_fields_get_text (item, &pst_names_address, addresses[which].whole);
	*has_any |= !is_empty || parts[2] != NULL;
	pst_vcard_add_list (card, addresses[which].name, (const char *const *) parts,
			    G_N_ELEMENTS (parts), ';');
	for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
		g_free (parts[i]);
}

/* The last one repeats one of the others, in contacts of our days. */
static void
add_addresses (const PstItem *item, GString *card)
{
	gboolean has_any = FALSE;

	for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
		if (i + 1 < G_N_ELEMENTS (addresses) || !has_any)
			add_address (item, i, card, &has_any);
}

/* The older property is midnight (or noon) where the contact was made, in UTC; so the day is
 * that of the nearest midnight. */
static void
add_day (const PstItem *item, GString *card, const char *name, guint32 local, guint16 id)
{
	gint64 seconds = 0;

	if (!pst_fields_get_time (item, &pst_names_address, local, &seconds)) {
		if (!pst_fields_get_item_time (item, id, &seconds))
			return;
		seconds += 12 * 3600;
	}
	g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
	if (time == NULL)
		return;
	g_autofree char *text =
		g_strdup_printf ("%04d%02d%02d", g_date_time_get_year (time),
				 g_date_time_get_month (time), g_date_time_get_day_of_month (time));
	pst_vcard_add (card, name, text);
}

static gboolean
is_uri (const char *text)
{
	gsize scheme = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+-.");

	if (scheme < 2 || text[scheme] != ':' || !g_ascii_isalpha (*text))
		return FALSE;
	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_isgraph (*p) || strchr ("<>\"{}|\\^`", *p) != NULL)
			return FALSE;
	return TRUE;
}

/* What people typed into the field for a web page need not be a URI. */
static void
add_url (GString *card, const char *name, const char *text)
{
	g_autofree char *typed = NULL;
	g_autofree char *uri = NULL;

	if (!has_text (text))
		return;
	if (is_uri (text)) {
		pst_vcard_add (card, name, text);
		return;
	}
	typed = g_strconcat ("http://", text, NULL);
	uri = g_uri_escape_string (typed, ":/?#[]@!$&'()*+,;=%", FALSE);
	pst_vcard_add (card, name, uri);
}

static void
add_urls (const PstItem *item, GString *card)
{
	g_autofree char *personal = pst_fields_get_item_line (item, 0x3a50);
	g_autofree char *business = pst_fields_get_item_line (item, 0x3a51);
	g_autofree char *page = pst_fields_get_line (item, &pst_names_address, WEB_PAGE);

	add_url (card, "URL;TYPE=home", personal);
	add_url (card, "URL;TYPE=work", business);
	if (g_strcmp0 (page, business) != 0 && g_strcmp0 (page, personal) != 0)
		add_url (card, "URL", page);

	g_autofree char *messenger = pst_fields_get_line (item, &pst_names_address, MESSENGER);
	if (has_text (messenger) && is_uri (messenger))
		pst_vcard_add (card, "IMPP", messenger);
	else
		pst_vcard_add_text (card, "X-MESSENGER", messenger);
}

static void
add_children (const PstItem *item, GString *card)
{
	g_autoptr (GError) error = NULL;
	gboolean is_utf16 = FALSE;
	g_autoptr (GPtrArray) names =
		pst_props_get_multiple (item->props, PR_CHILDREN, &is_utf16, &error);

	for (guint i = 0; names != NULL && i < MIN (names->len, 100); i++) {
		g_autofree char *name = pst_context_decode (
			item->context, g_ptr_array_index (names, i), is_utf16, item->codepage);
		pst_vcard_add_text (card, "RELATED;TYPE=child;VALUE=text", name);
	}
}

/* --- Picture --------------------------------------------------------------- */

static const char *
find_picture_type (const guint8 *data, gsize length)
{
	static const struct {
		const char *magic;
		gsize length;
		const char *type;
	} types[] = {{"\xff\xd8", 2, "image/jpeg"},
		     {"\x89PNG", 4, "image/png"},
		     {"GIF8", 4, "image/gif"},
		     {"BM", 2, "image/bmp"}};

	for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
		if (length > types[i].length && memcmp (data, types[i].magic, types[i].length) == 0)
			return types[i].type;
	return NULL;
}

static gboolean
add_photo (const PstItem *item, const PstAttachment *attachment, GString *card)
{
	g_autoptr (PstNode) node = pst_node_open_subnode (item->node, attachment->nid, NULL);
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, NULL) : NULL;
	gsize length = 0;

	if (props == NULL || attachment->method != PST_ATTACH_BY_VALUE ||
	    attachment->size > MAX_PHOTO ||
	    (!pst_props_get_bool (props, PR_IS_CONTACT_PHOTO) &&
	     g_strcmp0 (attachment->name, "ContactPicture.jpg") != 0))
		return FALSE;
	g_autoptr (GBytes) bytes = pst_props_get_binary (props, PST_ATTACH_DATA, NULL);
	const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
	const char *type = data != NULL ? find_picture_type (data, length) : NULL;
	if (type == NULL)
		return FALSE;

	g_autofree char *base64 = g_base64_encode (data, length);
	g_autofree char *uri = g_strconcat ("data:", type, ";base64,", base64, NULL);
	pst_vcard_add (card, "PHOTO", uri);
	return TRUE;
}

static void
add_attachments (const PstItem *item, GString *card)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GPtrArray) attachments = pst_attachment_read_all (item, &error);
	gboolean has_photo = FALSE;

	if (attachments == NULL) {
		pst_context_find (item->context, "attachment-left-out", "%s", error->message);
		return;
	}
	for (guint i = 0; i < attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (attachments, i);
		if (!has_photo && add_photo (item, attachment, card))
			has_photo = TRUE;
		else
			pst_context_find (item->context, "attachment-left-out",
					  "a vCard has no place for \"%s\"",
					  attachment->name != NULL ? attachment->name : "");
	}
}

/* --- The card -------------------------------------------------------------- */

static void
begin_card (const PstItem *item, GString *card)
{
	g_autofree char *uuid = pst_fields_make_uuid (item);
	g_autofree char *urn = g_strconcat ("urn:uuid:", uuid, NULL);
	g_autoptr (GDateTime) time = NULL;
	gint64 seconds = 0;

	pst_vcard_add (card, "BEGIN", "VCARD");
	pst_vcard_add (card, "VERSION", "4.0");
	pst_vcard_add (card, "PRODID", "-//mailferry//pst2mbox " PACKAGE_VERSION "//EN");
	pst_vcard_add (card, "UID", urn);
	if (pst_fields_get_changed (item, &seconds))
		time = g_date_time_new_from_unix_utc (seconds);
	if (time != NULL) {
		g_autofree char *rev = g_strdup_printf (
			"%04d%02d%02dT%02d%02d%02dZ", g_date_time_get_year (time),
			g_date_time_get_month (time), g_date_time_get_day_of_month (time),
			g_date_time_get_hour (time), g_date_time_get_minute (time),
			g_date_time_get_second (time));
		pst_vcard_add (card, "REV", rev);
	}
}

static void
end_card (const PstItem *item, GString *card)
{
	g_auto (GStrv) categories = pst_fields_get_categories (item);
	g_autofree char *note = pst_fields_get_body (item);

	pst_vcard_add_list (card, "CATEGORIES", (const char *const *) categories,
			    g_strv_length (categories), ',');
	pst_vcard_add_text (card, "NOTE", note);
	add_attachments (item, card);
	pst_vcard_add (card, "END", "VCARD");
}

static void
append_list (const PstItem *item, GString *card)
{
	g_autofree char *name = pst_fields_get_line (item, &pst_names_address, LIST_NAME);
	g_autofree char *display = pst_fields_get_item_line (item, PR_DISPLAY_NAME);
	g_autofree char *subject = pst_item_get_subject (item);

	begin_card (item, card);
	pst_vcard_add (card, "KIND", "group");
	pst_vcard_add_text (card, "FN",
			    has_text (name)      ? name
			    : has_text (display) ? display
			    : has_text (subject) ? subject
						 : "Unnamed");
	pst_member_add (item, card);
	end_card (item, card);
}

static void
append_contact (const PstItem *item, GString *card)
{
	gint64 gender = pst_props_get_int_or (item->props, PR_GENDER, 0);

	begin_card (item, card);
	add_names (item, card);
	for (gsize i = 0; i < G_N_ELEMENTS (text_fields); i++) {
		g_autofree char *text = pst_fields_get_item_line (item, text_fields[i].id);
		pst_vcard_add_text (card, text_fields[i].name, text);
	}
	pst_email_add (item, card);
	add_addresses (item, card);
	add_urls (item, card);
	add_day (item, card, "BDAY", BIRTHDAY_LOCAL, PR_BIRTHDAY);
	add_day (item, card, "ANNIVERSARY", ANNIVERSARY_LOCAL, PR_ANNIVERSARY);
	if (gender == 1 || gender == 2)
		pst_vcard_add (card, "GENDER", gender == 1 ? "F" : "M");
	add_children (item, card);
	end_card (item, card);
}

void
pst_contact_append (const PstItem *item, GString *card)
{
	if (g_ascii_strncasecmp (item->class, "IPM.DistList", strlen ("IPM.DistList")) == 0)
		append_list (item, card);
	else
		append_contact (item, card);
}
