/* pst-part.c - the tree of parts that a message is made of, up to its boundaries
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-part.h"

#include <string.h>

#include "pst/pst-part-tree.h"
#include "pst/pst-stored.h"

#define MAX_LINE 998

/* Small texts stay; a large one is converted anew when it is written. */
#define KEEP_TEXT (256 * 1024)

#define BOUNDARY_PREFIX "=_"
#define BOUNDARY_HEX    24

void
pst_part_free (PstPart *part)
{
	if (part == NULL)
		return;
	if (part->header != NULL)
		g_string_free (part->header, TRUE);
	g_clear_pointer (&part->children, g_ptr_array_unref);
	g_free (part->subtype);
	g_free (part->parameters);
	g_free (part->boundary);
	g_clear_pointer (&part->text, g_bytes_unref);
	g_clear_pointer (&part->node, pst_node_unref);
	g_free (part);
}

/* --- Making the tree ------------------------------------------------------- */

static PstPart *
new_part (PartKind kind, GString *header)
{
	PstPart *part = g_new0 (PstPart, 1);

	part->kind = kind;
	part->header = header;
	return part;
}

static gboolean
has_8bit (const char *text, gsize length)
{
	for (gsize i = 0; i < length; i++)
		if ((guint8) text[i] >= 0x80)
			return TRUE;
	return FALSE;
}

static void
digest_part (PstPart *part, const void *data, gsize length)
{
	Digest digest;

	digest_init (&digest);
	digest_update (&digest, part->header->str, part->header->len);
	digest_update (&digest, data, length);
	digest_finish (&digest, part->digest);
}

static PstPart *
new_loaded (PartKind kind, GString *header, PstEncoding encoding, GBytes *bytes, PstPartLoad load,
	    gpointer owner, guint which)
{
	PstPart *part = new_part (kind, header);
	gsize length = 0;
	const guint8 *data = g_bytes_get_data (bytes, &length);

	g_string_append_printf (header, "Content-Transfer-Encoding: %s\n",
				pst_encode_get_name (encoding));
	digest_part (part, data, length);
	if (load == NULL || length <= KEEP_TEXT)
		part->text = g_bytes_ref (bytes);
	part->encoding = encoding;
	part->load = load;
	part->owner = owner;
	part->which = which;
	return part;
}

PstPart *
pst_part_new_text (GString *header, GBytes *text, PstPartLoad load, gpointer owner, guint which)
{
	gsize length = 0;
	const guint8 *data = g_bytes_get_data (text, &length);

	return new_loaded (PART_TEXT, header, pst_encode_choose (data, length), text, load, owner,
			   which);
}

PstPart *
pst_part_new_file (GString *header, GBytes *bytes, PstPartLoad load, gpointer owner, guint which)
{
	return new_loaded (PART_FILE, header, PST_ENCODE_BASE64, bytes, load, owner, which);
}

static PstPart *
new_stored (PartKind kind, GString *header, PstNode *node, guint32 nid, guint16 id)
{
	PstPart *part = new_part (kind, header);

	part->node = pst_node_ref (node);
	part->nid = nid;
	part->id = id;
	return part;
}

/* Base64 can't contain a boundary whatever it stands for, so where the bytes are and how many
 * is digest enough; it saves reading every attachment twice. */
PstPart *
pst_part_new_base64 (GString *header, PstNode *node, guint32 nid, guint16 id, guint64 size)
{
	PstPart *part = new_stored (PART_BASE64, header, node, nid, id);
	guint64 place[] = { GUINT64_TO_LE (size), GUINT64_TO_LE ((guint64) nid) };

	g_string_append (header, "Content-Transfer-Encoding: base64\n");
	digest_part (part, place, sizeof place);
	return part;
}

PstPart *
pst_part_new_region (GString *header, GBytes *prefix, PstNode *node, guint32 nid, guint16 id,
		     guint64 offset, guint64 length)
{
	PstPart *part = new_stored (PART_REGION, header, node, nid, id);
	guint64 place[] = { GUINT64_TO_LE (length), GUINT64_TO_LE (offset),
			    GUINT64_TO_LE ((guint64) nid) };

	g_string_append (header, "Content-Transfer-Encoding: base64\n");
	digest_part (part, place, sizeof place);
	part->text = prefix != NULL ? g_bytes_ref (prefix) : NULL;
	part->offset = offset;
	part->length = length;
	return part;
}

PstPart *
pst_part_new_verbatim (GString *header, PstNode *node, guint32 nid, guint16 id, guint64 offset)
{
	PstPart *part = new_stored (PART_VERBATIM, header, node, nid, id);

	part->offset = offset;
	digest_part (part, &nid, sizeof nid);
	return part;
}

static GPtrArray *
new_children (PstPart *first)
{
	GPtrArray *children = g_ptr_array_new_with_free_func ((GDestroyNotify) pst_part_free);

	if (first != NULL)
		g_ptr_array_add (children, first);
	return children;
}

PstPart *
pst_part_new_multipart (const char *subtype, const char *parameters)
{
	PstPart *part = new_part (PART_MULTIPART, g_string_new (NULL));

	part->subtype = g_strdup (subtype);
	part->parameters = g_strdup (parameters);
	part->children = new_children (NULL);
	return part;
}

void
pst_part_add_child (PstPart *multipart, PstPart *child)
{
	g_ptr_array_add (multipart->children, child);
}

PstPart *
pst_part_new_message (GString *envelope, PstPart *root)
{
	PstPart *part = new_part (PART_MESSAGE, envelope);

	g_string_append (envelope, "MIME-Version: 1.0\n");
	part->children = new_children (root);
	return part;
}

PstPart *
pst_part_new_embedded (GString *header, PstPart *message)
{
	PstPart *part = new_part (PART_EMBEDDED, header);

	part->children = new_children (message);
	return part;
}

char *
pst_part_get_type (const PstPart *part)
{
	if (part->kind == PART_MULTIPART)
		return g_strdup_printf ("multipart/%s", part->subtype);

	const char *field = strstr (part->header->str, "Content-Type: ");
	if (field == NULL)
		return g_strdup ("text/plain");
	field += strlen ("Content-Type: ");
	return g_strndup (field, strcspn (field, ";\n"));
}

/* --- What is in parts that are MIME already -------------------------------- */

typedef struct {
	gsize column;
	guint8 line_start[2 + sizeof BOUNDARY_PREFIX - 1 + BOUNDARY_HEX];
	gboolean after_cr;
	gboolean is_fit;
	gboolean is_8bit;
	GHashTable *taken; /* may be NULL */
} Scan;

static gboolean
scan_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Scan *scan = user_data;

	for (gsize i = 0; i < length; i++) {
		guint8 byte = data[i];
		if (byte == '\0' || (scan->after_cr && byte != '\n'))
			scan->is_fit = FALSE;
		scan->after_cr = byte == '\r';
		if (byte >= 0x80)
			scan->is_8bit = TRUE;
		if (byte == '\n') {
			scan->column = 0;
			continue;
		}
		if (scan->column < sizeof scan->line_start) {
			scan->line_start[scan->column] = byte;
			if (scan->column + 1 == sizeof scan->line_start && scan->taken != NULL &&
			    memcmp (scan->line_start, "--" BOUNDARY_PREFIX, 4) == 0)
				g_hash_table_add (scan->taken,
						  g_strndup ((const char *) scan->line_start + 2,
							     sizeof scan->line_start - 2));
		}
		if (++scan->column > MAX_LINE && byte != '\r')
			scan->is_fit = FALSE;
	}
	return TRUE;
}

gboolean
pst_part_check_verbatim (PstNode *node, guint32 nid, guint16 id, gboolean *is_fit,
			 gboolean *is_8bit, GError **error)
{
	Scan scan = { .is_fit = TRUE };

	if (!pst_stored_read (node, nid, id, scan_block, &scan, error))
		return FALSE;
	*is_fit = scan.is_fit;
	*is_8bit = scan.is_8bit;
	return TRUE;
}

/* --- Boundaries and encodings ---------------------------------------------- */

/* First the leaves: what is 8-bit, and which boundaries occur in parts that aren't ours. Depth
 * is limited by whoever built the tree. */
static gboolean
settle_leaves (PstPart *part, GHashTable *taken, GError **error)
{
	part->is_8bit = has_8bit (part->header->str, part->header->len);
	if (part->kind == PART_VERBATIM) {
		Scan scan = { .taken = taken };
		if (!pst_stored_read (part->node, part->nid, part->id, scan_block, &scan, error))
			return FALSE;
		part->is_8bit |= scan.is_8bit;
	}
	for (guint i = 0; part->children != NULL && i < part->children->len; i++) {
		PstPart *child = g_ptr_array_index (part->children, i);
		if (!settle_leaves (child, taken, error))
			return FALSE;
		part->is_8bit |= child->is_8bit;
	}
	return TRUE;
}

/* "=_" can occur neither in base64 nor in quoted-printable (RFC 2045, 6.7, note), and
 * pst_encode_choose() lets no line through as 7bit that looks like ours. */
static char *
choose_boundary (const PstPart *multipart, GHashTable *taken)
{
	for (guint32 attempt = 0;; attempt++) {
		guint32 number = GUINT32_TO_LE (attempt);
		guint8 result[DIGEST_SIZE];
		char hex[BOUNDARY_HEX + 1];
		Digest digest;

		digest_init (&digest);
		digest_update (&digest, multipart->subtype, strlen (multipart->subtype));
		digest_update (&digest, &number, sizeof number);
		for (guint i = 0; i < multipart->children->len; i++) {
			const PstPart *child = g_ptr_array_index (multipart->children, i);
			digest_update (&digest, child->digest, DIGEST_SIZE);
		}
		digest_finish (&digest, result);

		g_autofree char *boundary = g_strconcat (
			BOUNDARY_PREFIX, digest_to_hex (result, BOUNDARY_HEX / 2, hex), NULL);
		if (!g_hash_table_contains (taken, boundary)) {
			g_hash_table_add (taken, g_strdup (boundary));
			return g_steal_pointer (&boundary);
		}
	}
}

static void
settle_boundaries (PstPart *part, GHashTable *taken)
{
	for (guint i = 0; part->children != NULL && i < part->children->len; i++)
		settle_boundaries (g_ptr_array_index (part->children, i), taken);

	if (part->kind == PART_MULTIPART) {
		part->boundary = choose_boundary (part, taken);
		g_string_append_printf (part->header,
					"Content-Type: multipart/%s;\n boundary=\"%s\"%s\n",
					part->subtype, part->boundary, part->parameters);
		digest_part (part, part->boundary, strlen (part->boundary));
	} else if (part->children != NULL) {
		const PstPart *child = g_ptr_array_index (part->children, 0);
		digest_part (part, child->digest, DIGEST_SIZE);
	}
	/* RFC 2046, 5.2.1: nothing but 7bit and 8bit around a message. */
	if (part->kind == PART_EMBEDDED || (part->kind == PART_MULTIPART && part->is_8bit))
		g_string_append_printf (part->header, "Content-Transfer-Encoding: %s\n",
					part->is_8bit ? "8bit" : "7bit");
}

gboolean
pst_part_settle (PstPart *message, GError **error)
{
	g_autoptr (GHashTable) taken =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	if (!settle_leaves (message, taken, error))
		return FALSE;
	settle_boundaries (message, taken);
	return TRUE;
}
