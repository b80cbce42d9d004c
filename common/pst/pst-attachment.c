/* pst-attachment.c - what hangs on a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-attachment.h"

#include <string.h>

enum {
	PR_ATTACH_NUMBER = 0x0e21,
	PR_DISPLAY_NAME = 0x3001,
	PR_ATTACH_ENCODING = 0x3702,
	PR_ATTACH_FILENAME = 0x3704,
	PR_ATTACH_METHOD = 0x3705,
	PR_ATTACH_LONG_FILENAME = 0x3707,
	PR_ATTACH_PATHNAME = 0x3708,
	PR_ATTACH_LONG_PATHNAME = 0x370d,
	PR_ATTACH_MIME_TAG = 0x370e,
	PR_ATTACH_CONTENT_ID = 0x3712,
	PR_ATTACH_CONTENT_LOCATION = 0x3713,
};

static void
attachment_free (PstAttachment *attachment)
{
	g_free (attachment->name);
	g_free (attachment->type);
	g_free (attachment->content_id);
	g_free (attachment->location);
	g_free (attachment->reference);
	g_free (attachment);
}

char *
pst_attachment_tidy_name (const char *name)
{
	const char *last = name;

	for (const char *p = name; *p != '\0'; p++)
		if (*p == '/' || *p == '\\')
			last = p + 1;

	g_autofree char *copy = g_strdup (*last != '\0' ? last : name);
	for (char *p = copy; *p != '\0'; p++)
		if (g_ascii_iscntrl (*p) || *p == '/' || *p == '\\')
			*p = '_';
	g_strstrip (copy);
	return *copy != '\0' ? g_steal_pointer (&copy) : NULL;
}

static char *
read_name (const PstItem *item, const PstProps *props)
{
	static const guint16 ids[] = {PR_ATTACH_LONG_FILENAME, PR_ATTACH_FILENAME, PR_DISPLAY_NAME};

	for (gsize i = 0; i < G_N_ELEMENTS (ids); i++) {
		g_autofree char *text =
			pst_context_get_text (item->context, props, ids[i], item->codepage);
		char *name = text != NULL ? pst_attachment_tidy_name (text) : NULL;
		if (name != NULL)
			return name;
	}
	return NULL;
}

/* [MS-OXCMSG] 2.2.2.20: then the data is a MacBinary file around what the type says, both forks of
 * it. */
static gboolean
is_macbinary (const PstItem *item, const PstProps *props)
{
	static const guint8 oid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x03, 0x0b, 0x01};
	g_autoptr (GBytes) encoding =
		pst_context_get_binary (item->context, props, PR_ATTACH_ENCODING);

	return encoding != NULL && g_bytes_get_size (encoding) == sizeof oid &&
	       memcmp (g_bytes_get_data (encoding, NULL), oid, sizeof oid) == 0;
}

/* "type/subtype" of tokens (RFC 2045, 5.1), in lower case; parameters some programs put here
 * are left out. */
static char *
read_type (const PstItem *item, const PstProps *props)
{
	g_autofree char *text =
		pst_context_get_text (item->context, props, PR_ATTACH_MIME_TAG, item->codepage);
	guint slashes = 0;

	if (text == NULL)
		return NULL;
	text[strcspn (text, "; \t\r\n")] = '\0';
	for (char *p = text; *p != '\0'; p++) {
		if (!g_ascii_isgraph (*p) || strchr ("()<>@,;:\\\"[]?=", *p) != NULL)
			return NULL;
		if (*p == '/' && (slashes++ > 0 || p == text || p[1] == '\0'))
			return NULL;
		*p = g_ascii_tolower (*p);
	}
	return slashes == 1 && strlen (text) < 128 ? g_steal_pointer (&text) : NULL;
}

static gboolean
is_printable (const char *text)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!g_ascii_isgraph (*p))
			return FALSE;
	return TRUE;
}

static char *
read_token (const PstItem *item, const PstProps *props, guint16 id)
{
	g_autofree char *text = pst_context_get_text (item->context, props, id, item->codepage);

	if (text == NULL)
		return NULL;
	g_strstrip (text);
	gsize length = strlen (text);
	if (length >= 2 && text[0] == '<' && text[length - 1] == '>') {
		memmove (text, text + 1, length - 2);
		text[length - 2] = '\0';
	}
	gboolean is_usable = *text != '\0' && is_printable (text) && strpbrk (text, "<>") == NULL &&
			     strlen (text) < 900;
	return is_usable ? g_steal_pointer (&text) : NULL;
}

static gboolean
read_data (const PstProps *props, PstAttachment *attachment, GError **error)
{
	g_autoptr (GError) local_error = NULL;

	if (pst_props_get_type (props, PST_ATTACH_DATA) == PST_TYPE_OBJECT) {
		attachment->has_object = pst_props_get_object (
			props, PST_ATTACH_DATA, &attachment->object_nid, &local_error);
		if (local_error != NULL) {
			g_propagate_error (error, g_steal_pointer (&local_error));
			return FALSE;
		}
		if (attachment->method == PST_ATTACH_EMBEDDED)
			return TRUE;
	}
	g_autoptr (PstData) data = pst_props_open_data (props, PST_ATTACH_DATA, &local_error);
	if (local_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}
	attachment->size = data != NULL ? pst_data_get_size (data) : 0;
	return TRUE;
}

/* A drawing or table pasted into the text has no name, or that of its kind ("Picture (Metafile)");
 * what it is, is a compound file. */
static void
name_object (PstAttachment *attachment)
{
	g_autofree char *name = g_steal_pointer (&attachment->name);
	gboolean has_suffix = name != NULL && strrchr (name, '.') != NULL;

	attachment->name = has_suffix ? g_steal_pointer (&name)
				      : g_strconcat (name != NULL ? name : "object", ".ole", NULL);
	if (attachment->type == NULL)
		attachment->type = g_strdup ("application/x-ole-storage");
}

static PstAttachment *
read_attachment (const PstItem *item, guint32 nid, guint place, GError **error)
{
	g_autoptr (PstNode) node = pst_node_open_subnode (item->node, nid, error);
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, error) : NULL;
	if (props == NULL)
		return NULL;

	PstAttachment *attachment = g_new0 (PstAttachment, 1);
	attachment->nid = nid;
	attachment->place = place;
	attachment->number = pst_props_get_int_or (props, PR_ATTACH_NUMBER, G_MAXINT32);
	attachment->method = (PstAttachMethod)pst_props_get_int_or (props, PR_ATTACH_METHOD,
								    PST_ATTACH_BY_VALUE);
	attachment->name = read_name (item, props);
	attachment->type = read_type (item, props);
	attachment->is_macbinary = is_macbinary (item, props);
	if (attachment->method == PST_ATTACH_OLE)
		name_object (attachment);
	attachment->content_id = read_token (item, props, PR_ATTACH_CONTENT_ID);
	attachment->location = read_token (item, props, PR_ATTACH_CONTENT_LOCATION);
	attachment->reference = pst_context_get_text (item->context, props, PR_ATTACH_LONG_PATHNAME,
						      item->codepage);
	if (attachment->reference == NULL)
		attachment->reference = pst_context_get_text (item->context, props,
							      PR_ATTACH_PATHNAME, item->codepage);
	if (read_data (props, attachment, error))
		return attachment;
	attachment_free (attachment);
	return NULL;
}

static int
compare_attachments (gconstpointer a, gconstpointer b)
{
	const PstAttachment *x = *(PstAttachment *const *) a;
	const PstAttachment *y = *(PstAttachment *const *) b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void
add_nid (GArray *nids, GHashTable *seen, guint32 nid)
{
	if (PST_NID_TYPE (nid) == PST_NID_ATTACHMENT &&
	    g_hash_table_add (seen, GUINT_TO_POINTER (nid)))
		g_array_append_val (nids, nid);
}

/* What the table lists, then what is there all the same. A damaged table so costs the order at
 * most. */
static GArray *
list_nids (const PstItem *item)
{
	GArray *nids = g_array_new (FALSE, FALSE, sizeof (guint32));
	g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node =
		pst_node_open_subnode (item->node, PST_NID_ATTACHMENT_TABLE, &error);
	g_autoptr (PstTable) table = node != NULL ? pst_table_open (node, &error) : NULL;

	if (table == NULL && pst_node_has_subnode (item->node, PST_NID_ATTACHMENT_TABLE))
		pst_context_find (item->context, "attachment-table-damaged", "%s", error->message);
	for (guint i = 0; table != NULL && i < pst_table_get_row_count (table); i++)
		add_nid (nids, seen, pst_table_get_row_id (table, i));
	for (guint i = 0; i < pst_node_get_subnode_count (item->node); i++)
		add_nid (nids, seen, pst_node_get_subnode_nid (item->node, i));
	return nids;
}

GPtrArray *
pst_attachment_read_all (const PstItem *item, GError **error)
{
	g_autoptr (GArray) nids = list_nids (item);
	g_autoptr (GPtrArray) attachments =
		g_ptr_array_new_with_free_func ((GDestroyNotify) attachment_free);

	for (guint i = 0; i < nids->len; i++) {
		PstAttachment *attachment =
			read_attachment (item, g_array_index (nids, guint32, i), i, error);
		if (attachment == NULL) {
			g_prefix_error (error, "attachment %u: ", i + 1);
			return NULL;
		}
		if (attachment->name == NULL && attachment->size == 0 && !attachment->has_object &&
		    attachment->reference == NULL && attachment->method != PST_ATTACH_BY_VALUE)
			attachment_free (attachment);
		else
			g_ptr_array_add (attachments, attachment);
	}
	g_ptr_array_sort (attachments, compare_attachments);
	return g_steal_pointer (&attachments);
}
