/* pst-email.c - the e-mail addresses of a contact
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-email.h"

#include "pst/pst-fields.h"
#include "pst/pst-vcard.h"

/* Of PSETID_Address */
enum {
	EMAIL = 0x8080, /* display name; the others follow it */
	EMAIL_TYPE = 2,
	EMAIL_ADDRESS = 3,
	EMAIL_ORIGINAL_NAME = 4,
	EMAIL_ENTRY_ID = 5,
	EMAIL_STEP = 0x10,
	EMAILS = 3,
};

static gboolean
has_text (const char *text)
{
	return text != NULL && *text != '\0';
}

PstAddress *
pst_email_read (const PstItem *item, guint n)
{
	guint32 base = EMAIL + n * EMAIL_STEP;
	const PstGuid *set = &pst_names_address;
	g_auto (PstPerson) person = {
		.name = pst_fields_get_line (item, set, base),
		.type = pst_fields_get_line (item, set, base + EMAIL_TYPE),
		.value = pst_fields_get_line (item, set, base + EMAIL_ADDRESS),
		.smtp = {pst_fields_get_line (item, set, base + EMAIL_ORIGINAL_NAME)},
		.entry_id = pst_fields_get_binary (item, set, base + EMAIL_ENTRY_ID),
	};

	if ((person.type != NULL && g_ascii_strcasecmp (person.type, "FAX") == 0) ||
	    (!has_text (person.value) && !has_text (person.smtp[0])))
		return NULL;
	/* The original display name is an address only behind Exchange. */
	if (person.type == NULL || g_ascii_strcasecmp (person.type, "EX") != 0)
		g_clear_pointer (&person.smtp[0], g_free);
	return pst_address_resolve (item->context, &person);
}

void
pst_email_add (const PstItem *item, GString *card)
{
	guint count = 0;

	for (guint n = 0; n < EMAILS; n++) {
		g_autoptr (PstAddress) address = pst_email_read (item, n);
		if (address == NULL)
			continue;
		if (address->is_invented) {
			guint32 at = EMAIL + n * EMAIL_STEP + EMAIL_ADDRESS;
			g_autofree char *value = pst_fields_get_line (item, &pst_names_address, at);
			pst_vcard_add_text (card, "X-EXCHANGE-ADDRESS", value);
			continue;
		}
		pst_vcard_add_text (card, count++ == 0 ? "EMAIL;PREF=1" : "EMAIL",
				    address->address);
	}
}
