/* pst-secure.c - signed and encrypted messages, which are worth something only as they came
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-secure.h"

#include <string.h>

#include "pst/pst-body.h"
#include "pst/pst-headers.h"
#include "pst/pst-html.h"
#include "pst/pst-stored.h"

#define ENTITY_HEADER_MAX 65536
#define ARMOUR            "-----BEGIN PGP MESSAGE-----"

static gboolean
is_by_value (const PstAttachment *attachment)
{
	return attachment->method == PST_ATTACH_BY_VALUE && !attachment->has_object;
}

/* What can't be read counts: then it is named. */
static gboolean
has_text (const PstItem *item, PstBodyKind kind)
{
	g_autoptr (GError) error = NULL;
	const char *charset = NULL;
	g_autoptr (GBytes) bytes = pst_body_read (item, kind, &charset, &error);
	gsize length = 0;

	if (bytes == NULL)
		return error != NULL;
	const char *data = g_bytes_get_data (bytes, &length);
	g_autofree char *words = kind == PST_BODY_HTML ? pst_html_get_words (data, length)
						       : g_strndup (data, length);
	return *g_strstrip (words) != '\0';
}

/* Is there any text beside the attachments? */
static gboolean
has_words (const PstItem *item)
{
	PstBodyRtf rtf = pst_body_look_at_rtf (item);

	return rtf.has_html || rtf.has_text || rtf.has_file || has_text (item, PST_BODY_PLAIN) ||
	       has_text (item, PST_BODY_HTML);
}

/* --- S/MIME ---------------------------------------------------------------- */

/* [MS-OXOSMIME] 2.1: a signed or encrypted message keeps what arrived as its only attachment.
 * It must come out as it went in, to the byte, or no signature holds. NULL without an error if
 * this isn't one. */
static PstPart *
build_signed (const PstItem *item, const PstAttachment *attachment, GError **error)
{
	g_autoptr (GBytes) start = pst_stored_peek (item->node, attachment->nid, PST_ATTACH_DATA,
						  ENTITY_HEADER_MAX, error);
	gsize length = 0;
	gsize body = 0;

	if (start == NULL)
		return NULL;
	const char *data = g_bytes_get_data (start, &length);
	GString *fields = pst_headers_take_entity (data, length, &body);
	return fields != NULL ? pst_part_new_verbatim (fields, item->node, attachment->nid,
						       PST_ATTACH_DATA, body)
			      : NULL;
}

/* The content type of a CMS object (RFC 5652, 3) stands near its beginning:
 * 1.2.840.113549.1.7.N */
static const char *
find_smime_type (const guint8 *data, gsize length)
{
	static const guint8 prefix[] = {
		0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07
	};

	for (gsize i = 0; i + sizeof prefix < MIN (length, 64); i++)
		if (memcmp (data + i, prefix, sizeof prefix) == 0)
			return data[i + sizeof prefix] == 3 ? "enveloped-data" : "signed-data";
	return NULL;
}

static PstPart *
build_opaque (const PstItem *item, const PstAttachment *attachment, GError **error)
{
	g_autoptr (GBytes) start = pst_stored_peek (item->node, attachment->nid, PST_ATTACH_DATA,
						    64, error);
	gsize length = 0;

	if (start == NULL)
		return NULL;
	const guint8 *data = g_bytes_get_data (start, &length);
	const char *type = find_smime_type (data, length);
	if (type == NULL)
		return NULL;

	GString *header = g_string_new (NULL);
	g_string_append_printf (
		header,
		"Content-Type: application/pkcs7-mime; smime-type=%s;\n name=\"smime.p7m\"\n"
		"Content-Disposition: attachment; filename=\"smime.p7m\"\n",
		type);
	return pst_part_new_base64 (header, item->node, attachment->nid, PST_ATTACH_DATA,
				    attachment->size);
}

static gboolean
build_smime (const PstItem *item, const PstAttachment *attachment, PstPart **root, GError **error)
{
	g_autoptr (GError) local_error = NULL;

	*root = build_signed (item, attachment, &local_error);
	/* Beside a signed text stands the same once more; beside a sealed one there is nothing, or
	 * what somebody took out of it. */
	if (*root == NULL && local_error == NULL && !has_words (item))
		*root = build_opaque (item, attachment, &local_error);
	if (local_error == NULL)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&local_error));
	return FALSE;
}

/* --- PGP ------------------------------------------------------------------- */

/* 7bit, or its check sums break on the way (RFC 3156, 3). */
static gboolean
new_armoured (const PstItem *item, const PstAttachment *attachment, const char *type,
	      PstPart **part, GError **error)
{
	GString *header = NULL;
	gboolean is_fit = FALSE;
	gboolean is_8bit = FALSE;

	if (!pst_part_check_verbatim (item->node, attachment->nid, PST_ATTACH_DATA, &is_fit,
				      &is_8bit, error))
		return FALSE;
	if (!is_fit || is_8bit)
		return TRUE;
	header = g_string_new (NULL);
	g_string_append_printf (header, "Content-Type: %s", type);
	if (attachment->name != NULL)
		pst_encode_parameter (header, "name", attachment->name);
	g_string_append (header, "\nContent-Transfer-Encoding: 7bit\n");
	*part = pst_part_new_verbatim (header, item->node, attachment->nid, PST_ATTACH_DATA, 0);
	return TRUE;
}

static gboolean
is_armoured (const PstItem *item, const PstAttachment *attachment, gboolean *result, GError **error)
{
	g_autoptr (GBytes) start = pst_stored_peek (item->node, attachment->nid, PST_ATTACH_DATA,
						  1024, error);
	gsize length = 0;

	if (start == NULL)
		return FALSE;
	const char *data = g_bytes_get_data (start, &length);
	*result = data != NULL && g_strstr_len (data, (gssize) length, ARMOUR) != NULL;
	return TRUE;
}

/* Exchange turns such a message into a mixed one of two files, which no program decrypts. */
static gboolean
build_pgp (const PstItem *item, const PstAttachment *version, const PstAttachment *content,
	   PstPart **root, GError **error)
{
	gboolean is_right = FALSE;
	g_autoptr (PstPart) first = NULL;
	g_autoptr (PstPart) second = NULL;

	if (g_strcmp0 (version->type, "application/pgp-encrypted") != 0 || has_words (item))
		return TRUE;
	if (!is_armoured (item, content, &is_right, error))
		return FALSE;
	if (!is_right)
		return TRUE;
	if (!new_armoured (item, version, "application/pgp-encrypted", &first, error) ||
	    !new_armoured (item, content, "application/octet-stream", &second, error))
		return FALSE;
	if (first == NULL || second == NULL)
		return TRUE;
	*root = pst_part_new_multipart ("encrypted", ";\n protocol=\"application/pgp-encrypted\"");
	pst_part_add_child (*root, g_steal_pointer (&first));
	pst_part_add_child (*root, g_steal_pointer (&second));
	return TRUE;
}

gboolean
pst_secure_build (const PstItem *item, const GPtrArray *attachments, PstPart **root, GError **error)
{
	*root = NULL;
	for (guint i = 0; i < attachments->len; i++)
		if (!is_by_value (g_ptr_array_index (attachments, i)))
			return TRUE;
	if (attachments->len == 1 && g_ascii_strncasecmp (item->class, "IPM.Note.SMIME", 14) == 0)
		return build_smime (item, g_ptr_array_index (attachments, 0), root, error);
	if (attachments->len == 2 && g_ascii_strncasecmp (item->class, "IPM.Note", 8) == 0)
		return build_pgp (item, g_ptr_array_index (attachments, 0),
				  g_ptr_array_index (attachments, 1), root, error);
	return TRUE;
}
