/* pst-member.c - who is on a distribution list
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-member.h"

#include <string.h>

#include "pst/pst-email.h"
#include "pst/pst-fields.h"
#include "pst/pst-vcard.h"

/* Of PSETID_Address */
enum {
	LIST_ONE_OFFS = 0x8054,
	LIST_MEMBERS = 0x8055,
	LIST_STREAM = 0x8064,
};

#define MAX_MEMBERS 20000

/* The entry of another contact or list: 4 bytes of flags, 16 of the store, the node. */
static PstAddress *
read_contact_member (const PstItem *list, const guint8 *id, gsize length, guint email)
{
	if (length < 24)
		return NULL;
	g_autoptr (PstNode) node = pst_node_open (pst_store_get_index (list->context->store),
						  pst_file_u32 (id + 20), NULL);
	g_autoptr (PstItem) item = node != NULL ? pst_item_open (list->context, node, NULL) : NULL;

	return item != NULL && item->kind == PST_KIND_OTHER ? pst_email_read (item, email) : NULL;
}

/* [MS-OXOCNTC] 2.2.2.2.4.1: 4 bytes of flags, a GUID, a byte that tells what is wrapped: a
 * contact and which of its addresses, another list, or an entry of an address book. */
static PstAddress *
read_wrapped_member (const PstItem *list, GBytes *member)
{
	static const guint8 wrapped[16] = {0xc0, 0x91, 0xad, 0xd3, 0x51, 0x9d, 0xcf, 0x11,
					   0xa4, 0xa9, 0x00, 0xaa, 0x00, 0x47, 0xfa, 0xa4};
	gsize length = 0;
	const guint8 *p = g_bytes_get_data (member, &length);
	g_auto (PstPerson) person = {0};

	if (length > 21 && memcmp (p + 4, wrapped, 16) == 0) {
		guint kind = p[20] & 0x0f;
		if (kind == 3)
			return read_contact_member (list, p + 21, length - 21, p[20] >> 4 & 7);
		g_autoptr (GBytes) inner = g_bytes_new_from_bytes (member, 21, length - 21);
		return pst_address_parse_entry_id (list->context, inner, &person)
			       ? pst_address_resolve (list->context, &person)
			       : NULL;
	}
	return pst_address_parse_entry_id (list->context, member, &person)
		       ? pst_address_resolve (list->context, &person)
		       : NULL;
}

static void
add_member (const PstItem *list, GString *card, GBytes *one_off, GBytes *member)
{
	g_auto (PstPerson) person = {0};
	g_autoptr (PstAddress) address = NULL;

	if (one_off != NULL && pst_address_parse_entry_id (list->context, one_off, &person) &&
	    person.value != NULL)
		address = pst_address_resolve (list->context, &person);
	if ((address == NULL || address->is_invented) && member != NULL) {
		g_autoptr (PstAddress) other = read_wrapped_member (list, member);
		if (other != NULL && !other->is_invented) {
			pst_address_free (address);
			address = g_steal_pointer (&other);
		}
	}
	if (address == NULL || address->is_invented) {
		pst_context_find (list->context, "member-left-out", "no address is known for %s",
				  person.name != NULL ? person.name : "a member");
		return;
	}
	g_autofree char *local = g_uri_escape_string (address->address, "@!$'*+", FALSE);
	g_autofree char *uri = g_strconcat ("mailto:", local, NULL);
	pst_vcard_add (card, "MEMBER", uri);
}

static GBytes *
take_sized (GBytes *stream, gsize *offset)
{
	gsize length = 0;
	const guint8 *p = g_bytes_get_data (stream, &length);

	if (length - *offset < 4)
		return NULL;
	guint32 size = pst_file_u32 (p + *offset);
	*offset += 4;
	if (size > length - *offset)
		return NULL;
	GBytes *piece = g_bytes_new_from_bytes (stream, *offset, size);
	*offset += size;
	return piece;
}

/* [MS-OXOCNTC] 2.2.2.2.5: where long lists keep all their members. */
static gboolean
add_stream_members (const PstItem *list, GString *card, GBytes *stream)
{
	gsize length = 0;
	const guint8 *p = g_bytes_get_data (stream, &length);
	gsize offset = 28;

	if (length < offset)
		return FALSE;
	guint32 count = MIN (pst_file_u32 (p + 12), MAX_MEMBERS);
	for (guint32 i = 0; i < count; i++) {
		g_autoptr (GBytes) member = take_sized (stream, &offset);
		g_autoptr (GBytes) one_off = member != NULL ? take_sized (stream, &offset) : NULL;
		g_autoptr (GBytes) extra = one_off != NULL ? take_sized (stream, &offset) : NULL;
		if (extra == NULL) {
			pst_context_find (list->context, "member-left-out",
					  "the list ends after %u of its members", i);
			return TRUE;
		}
		add_member (list, card, one_off, member);
	}
	return TRUE;
}

void
pst_member_add (const PstItem *list, GString *card)
{
	g_autoptr (GBytes) stream = pst_fields_get_binary (list, &pst_names_address, LIST_STREAM);

	if (stream != NULL && add_stream_members (list, card, stream))
		return;
	g_autoptr (GPtrArray) one_offs =
		pst_fields_get_list (list, &pst_names_address, LIST_ONE_OFFS);
	g_autoptr (GPtrArray) members =
		pst_fields_get_list (list, &pst_names_address, LIST_MEMBERS);
	guint n_one_offs = one_offs != NULL ? one_offs->len : 0;
	guint n_members = members != NULL ? members->len : 0;
	guint count = MAX (n_one_offs, n_members);
	if (count > MAX_MEMBERS)
		pst_context_find (list->context, "member-left-out", "%u members are too many",
				  count);
	for (guint i = 0; i < MIN (count, MAX_MEMBERS); i++)
		add_member (list, card, i < n_one_offs ? g_ptr_array_index (one_offs, i) : NULL,
			    i < n_members ? g_ptr_array_index (members, i) : NULL);
}
