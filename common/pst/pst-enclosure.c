/* pst-enclosure.c - attachments that are files, or were meant to be, as parts of a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-enclosure.h"

#include <string.h>

#include "pst/pst-encode.h"
#include "pst/pst-macbinary.h"
#include "pst/pst-stored.h"

#define MAC_ROMAN 10000

void
pst_enclosure_add_disposition (GString *header, const PstAttachment *attachment, gboolean is_inline)
{
	g_string_append (header, is_inline ? "Content-Disposition: inline"
					   : "Content-Disposition: attachment");
	if (attachment->name != NULL)
		pst_encode_parameter (header, "filename", attachment->name);
	g_string_append_c (header, '\n');
	if (attachment->content_id != NULL)
		g_string_append_printf (header, "Content-ID: <%s>\n", attachment->content_id);
	if (attachment->location != NULL)
		g_string_append_printf (header, "Content-Location: %s\n", attachment->location);
}

static GString *
new_attachment_header (const PstAttachment *attachment, const char *type, gboolean is_inline)
{
	GString *header = g_string_new (NULL);

	g_string_append_printf (header, "Content-Type: %s", type);
	if (attachment->name != NULL)
		pst_encode_parameter (header, "name", attachment->name);
	g_string_append_c (header, '\n');
	pst_enclosure_add_disposition (header, attachment, is_inline);
	return header;
}

PstPart *
pst_enclosure_new_reference (const PstAttachment *attachment)
{
	g_autofree char *text =
		g_strdup_printf ("This attachment is not in the message. It refers to:\n\n%s\n",
				 attachment->reference != NULL ? attachment->reference
		: attachment->name != NULL    ? attachment->name
					      : "(nothing)");
	g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
	GString *header = g_string_new ("Content-Type: text/plain; charset=utf-8\n");

	g_string_append (header, "Content-Disposition: inline\n");
	return pst_part_new_text (header, bytes, NULL, NULL, 0);
}

/* The message types must not be in base64 (RFC 2046, 5.2.1; RFC 3464, 2.1): as it is, or under
 * another name. */
static gboolean
new_message_file (const PstItem *item, const PstAttachment *attachment, PstPart **part,
		  GError **error)
{
	gboolean is_fit = FALSE;
	gboolean is_8bit = FALSE;

	if (!pst_part_check_verbatim (item->node, attachment->nid, PST_ATTACH_DATA, &is_fit,
				      &is_8bit, error))
		return FALSE;
	if (!is_fit || attachment->size == 0) {
		*part = pst_part_new_base64 (
			new_attachment_header (attachment, "application/octet-stream", FALSE),
			item->node, attachment->nid, PST_ATTACH_DATA, attachment->size);
		return TRUE;
	}
	GString *header = new_attachment_header (attachment, attachment->type, FALSE);
	g_string_append_printf (header, "Content-Transfer-Encoding: %s\n",
				is_8bit ? "8bit" : "7bit");
	*part = pst_part_new_verbatim (header, item->node, attachment->nid, PST_ATTACH_DATA, 0);
	return TRUE;
}

/* --- Files of a Macintosh -------------------------------------------------- */

/* The name of the file within, unless the attachment has a better one. */
static char *
choose_mac_name (const PstItem *item, const PstAttachment *attachment, const PstMacBinary *file)
{
	gsize length = strlen ((const char *) file->name);
	g_autofree char *text = pst_codepage_to_utf8 (item->context->pages, MAC_ROMAN, file->name,
						      length, NULL, NULL);

	if (attachment->name != NULL && !g_str_has_suffix (attachment->name, ".bin"))
		return g_strdup (attachment->name);
	return pst_attachment_tidy_name (text);
}

static const char *
choose_mac_type (const PstAttachment *attachment)
{
	static const char *const wrappers[] = { "application/macbinary",
						"application/x-macbinary",
						"application/applefile",
						"application/mac-binhex40",
						"multipart/",
						"message/" };

	if (attachment->type == NULL)
		return "application/octet-stream";
	for (gsize i = 0; i < G_N_ELEMENTS (wrappers); i++)
		if (g_str_has_prefix (attachment->type, wrappers[i]))
			return "application/octet-stream";
	return attachment->type;
}

static PstPart *
new_double (const PstItem *item, const PstAttachment *attachment, gboolean is_inline,
	    const PstMacBinary *file)
{
	g_autofree char *name = choose_mac_name (item, attachment, file);
	g_autofree char *resource_name = g_strconcat ("._", name, NULL);
	g_autoptr (GBytes) prefix = pst_macbinary_make_double (file);
	PstAttachment resource = { .name = name != NULL ? resource_name : NULL };
	PstAttachment data = *attachment;
	PstPart *part = pst_part_new_multipart ("appledouble", "");

	data.name = name;
	pst_part_add_child (
		part, pst_part_new_region (new_attachment_header (&resource,
								  "application/applefile", FALSE),
					   prefix, item->node, attachment->nid, PST_ATTACH_DATA,
					   file->resource_offset, file->resource_size));
	pst_part_add_child (
		part,
		pst_part_new_region (new_attachment_header (&data, choose_mac_type (attachment),
							    is_inline),
				     NULL, item->node, attachment->nid, PST_ATTACH_DATA,
				     file->data_offset, file->data_size));
	return part;
}

/* *PART NULL if it isn't what it is said to be. */
static gboolean
new_mac_file (const PstItem *item, const PstAttachment *attachment, gboolean is_inline,
	      PstPart **part, GError **error)
{
	g_autoptr (GBytes) start = pst_stored_peek (item->node, attachment->nid, PST_ATTACH_DATA,
						  PST_MACBINARY_HEADER, error);
	PstMacBinary file;
	gsize length = 0;

	if (start == NULL)
		return FALSE;
	const guint8 *data = g_bytes_get_data (start, &length);
	if (pst_macbinary_parse (data, length, attachment->size, &file))
		*part = new_double (item, attachment, is_inline, &file);
	return TRUE;
}

/* --- All kinds ------------------------------------------------------------- */

gboolean
pst_enclosure_new_file (const PstItem *item, const PstAttachment *attachment, gboolean is_inline,
			PstPart **part, GError **error)
{
	const char *type = attachment->type;

	*part = NULL;
	if (attachment->is_macbinary) {
		if (!new_mac_file (item, attachment, is_inline, part, error) || *part != NULL)
			return *part != NULL;
		type = "application/macbinary";
	}
	if (type != NULL && g_str_has_prefix (type, "message/"))
		return new_message_file (item, attachment, part, error);
	if (type == NULL || g_str_has_prefix (type, "multipart/"))
		type = "application/octet-stream";
	*part = pst_part_new_base64 (new_attachment_header (attachment, type, is_inline),
				     item->node, attachment->nid, PST_ATTACH_DATA,
				     attachment->size);
	return TRUE;
}
