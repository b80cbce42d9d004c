/* pst-mime.c - from an item to the message it was
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-mime.h"

#include <string.h>

#include "pst/pst-attachment.h"
#include "pst/pst-body.h"
#include "pst/pst-enclosure.h"
#include "pst/pst-entry.h"
#include "pst/pst-envelope.h"
#include "pst/pst-report.h"
#include "pst/pst-secure.h"

/* Messages forwarded in messages: people reach ten, a file that refers to itself has no end. */
#define MAX_DEPTH 100
#define MAX_PARTS 50000

/* Outlook counts the size of an item in 32 bits. */
#define MAX_SIZE (G_GUINT64_CONSTANT (4) << 30)

struct _PstMime {
	PstPart *message;
	GPtrArray *items; /* embedded ones: their texts may be asked for again while writing */
	guint parts;
	guint64 size;
};

static gboolean
count_part (PstMime *mime, guint64 size, GError **error)
{
	mime->parts++;
	mime->size += size;
	if (mime->parts <= MAX_PARTS && mime->size <= MAX_SIZE)
		return TRUE;
	g_set_error (error, PST_ERROR, PST_ERROR_LIMIT,
		     "more than %u parts or %" G_GUINT64_FORMAT " bytes in one item", MAX_PARTS,
		     MAX_SIZE);
	return FALSE;
}

/* --- Texts ----------------------------------------------------------------- */

static GBytes *
load_body (gpointer owner, guint which, GError **error)
{
	const char *charset = NULL;
	GBytes *text = pst_body_read (owner, (PstBodyKind) which, &charset, error);

	if (text == NULL && error != NULL && *error == NULL)
		g_set_error_literal (error, PST_ERROR, PST_ERROR_DAMAGED,
				     "the text can't be read a second time");
	return text;
}

/* *part NULL if there is no such body. */
static gboolean
add_body (PstMime *mime, PstItem *item, PstBodyKind kind, PstPart **part, GBytes **kept,
	  GError **error)
{
	gboolean is_html = kind == PST_BODY_HTML || kind == PST_BODY_RTF_HTML;
	g_autoptr (GError) local_error = NULL;
	const char *charset = NULL;
	g_autoptr (GBytes) text = pst_body_read (item, kind, &charset, &local_error);

	if (local_error != NULL) {
		g_propagate_prefixed_error (error, g_steal_pointer (&local_error),
					    "%s: ", is_html ? "HTML" : "text");
		return FALSE;
	}
	if (text == NULL)
		return TRUE;
	if (!count_part (mime, g_bytes_get_size (text), error))
		return FALSE;

	GString *header = g_string_new (NULL);
	g_string_append_printf (header, "Content-Type: text/%s; charset=%s\n",
				is_html ? "html" : "plain", charset);
	*part = pst_part_new_text (header, text, load_body, item, kind);
	if (kept != NULL)
		*kept = g_steal_pointer (&text);
	return TRUE;
}

static PstPart *
new_note (const char *text)
{
	g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

	return pst_part_new_text (g_string_new ("Content-Type: text/plain; charset=utf-8\n"), bytes,
				  NULL, NULL, 0);
}

/* A multipart of FIRST (unless NULL) and REST, which is empty afterwards; FIRST alone if there
 * is no rest. */
static PstPart *
layer (const char *subtype, const char *parameters, PstPart *first, GPtrArray *rest)
{
	if (rest->len == 0)
		return first;

	PstPart *multipart = pst_part_new_multipart (subtype, parameters);
	if (first != NULL)
		pst_part_add_child (multipart, first);
	gsize count = 0;
	g_autofree PstPart **parts = (PstPart **) g_ptr_array_steal (rest, &count);
	for (gsize i = 0; i < count; i++)
		pst_part_add_child (multipart, parts[i]);
	return multipart;
}

/* --- Attachments ----------------------------------------------------------- */

static PstPart *build_message (PstMime *mime, PstItem *item, const char *path, guint depth,
			       GError **error);

static PstItem *
open_embedded (PstMime *mime, const PstItem *item, const PstAttachment *attachment, GError **error)
{
	g_autoptr (PstNode) holder = pst_node_open_subnode (item->node, attachment->nid, error);
	g_autoptr (PstNode) node =
		holder != NULL ? pst_node_open_subnode (holder, attachment->object_nid, error)
			       : NULL;
	PstItem *inner = node != NULL ? pst_item_open (item->context, node, error) : NULL;

	if (inner != NULL)
		g_ptr_array_add (mime->items, inner);
	return inner;
}

/* The form other programs know, and beside it a message if there is more to the item. */
static gboolean
add_embedded_entry (PstItem *inner, GPtrArray *parts)
{
	gboolean is_whole = FALSE;
	PstPart *entry = inner->kind == PST_KIND_OTHER ? pst_entry_new_file (inner, &is_whole)
						       : NULL;

	if (entry == NULL)
		return FALSE;
	g_ptr_array_add (parts, entry);
	return is_whole;
}

static gboolean
add_embedded (PstMime *mime, const PstItem *item, const PstAttachment *attachment, const char *path,
	      guint depth, GPtrArray *parts, GError **error)
{
	if (depth >= MAX_DEPTH) {
		pst_context_find (item->context, "embedded-too-deep",
				  "messages in messages beyond level %u left out", depth);
		g_ptr_array_add (parts, new_note ("A message stood here, too many levels deep to "
						  "be carried.\n"));
		return TRUE;
	}
	PstItem *inner = open_embedded (mime, item, attachment, error);
	if (inner == NULL)
		return FALSE;
	if (add_embedded_entry (inner, parts))
		return TRUE;

	g_autofree char *inner_path = g_strdup_printf ("%s/0x%x", path, attachment->nid);
	PstPart *message = build_message (mime, inner, inner_path, depth + 1, error);
	if (message == NULL)
		return FALSE;
	GString *header = g_string_new ("Content-Type: message/rfc822\n");
	pst_enclosure_add_disposition (header, attachment, FALSE);
	g_ptr_array_add (parts, pst_part_new_embedded (header, message));
	return TRUE;
}

/* To PARTS: one part, now and then two. */
static gboolean
add_attachment (PstMime *mime, const PstItem *item, const PstAttachment *attachment,
		gboolean is_inline, const char *path, guint depth, GPtrArray *parts, GError **error)
{
	PstPart *part = NULL;

	if (!count_part (mime, attachment->size, error))
		return FALSE;

	switch (attachment->method) {
	case PST_ATTACH_BY_REFERENCE:
	case PST_ATTACH_BY_REFERENCE_RESOLVE:
	case PST_ATTACH_BY_REFERENCE_ONLY:
	case PST_ATTACH_BY_WEB_REFERENCE:
		if (attachment->size > 0) /* Outlook resolved it: here it is after all */
			break;
		g_ptr_array_add (parts, pst_enclosure_new_reference (attachment));
		return TRUE;
	case PST_ATTACH_EMBEDDED:
		if (attachment->has_object)
			return add_embedded (mime, item, attachment, path, depth, parts, error);
		break;
	case PST_ATTACH_NONE:
	case PST_ATTACH_BY_VALUE:
	case PST_ATTACH_OLE: break;
	}
	if (!pst_enclosure_new_file (item, attachment, is_inline, &part, error))
		return FALSE;
	g_ptr_array_add (parts, part);
	return TRUE;
}

/* --- Inline pictures ------------------------------------------------------- */

/* Every "cid:..." in the text, up to what can't belong to it. One pass, however many
 * attachments there are. */
static GHashTable *
find_content_ids (GBytes *html)
{
	GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	gsize length = 0;
	const char *text = g_bytes_get_data (html, &length);

	for (gsize i = 0; i + 4 < length; i++) {
		if ((text[i] != 'c' && text[i] != 'C') ||
		    g_ascii_strncasecmp (text + i, "cid:", 4) != 0)
			continue;
		gsize n = 0;
		while (i + 4 + n < length && g_ascii_isgraph (text[i + 4 + n]) &&
		       strchr ("\"'<>()", text[i + 4 + n]) == NULL)
			n++;
		char *id = g_uri_unescape_segment (text + i + 4, text + i + 4 + n, NULL);
		if (id != NULL)
			g_hash_table_add (ids, id);
		i += 3;
	}
	return ids;
}

static gboolean
is_inline (const PstAttachment *attachment, GHashTable *ids)
{
	return ids != NULL && attachment->content_id != NULL &&
	       attachment->method == PST_ATTACH_BY_VALUE &&
	       g_hash_table_contains (ids, attachment->content_id);
}

/* --- The message ----------------------------------------------------------- */

static gboolean
add_rtf_file (PstMime *mime, PstItem *item, GPtrArray *files, GError **error)
{
	g_autoptr (GBytes) document = pst_body_read (item, PST_BODY_RTF_FILE, NULL, error);

	if (document == NULL || !count_part (mime, g_bytes_get_size (document), error))
		return FALSE;
	GString *header = g_string_new ("Content-Type: application/rtf; name=\"body.rtf\"\n"
					"Content-Disposition: attachment; filename=\"body.rtf\"\n");
	g_ptr_array_add (files,
			 pst_part_new_file (header, document, load_body, item, PST_BODY_RTF_FILE));
	return TRUE;
}

/* The next byte of TEXT that is to be seen; -1 at the end. Blanks differ from form to form. */
static int
next_visible (const guint8 *text, gsize length, gsize *at)
{
	while (*at < length) {
		guint8 byte = text[*at];
		gboolean is_fixed_blank =
			byte == 0xc2 && *at + 1 < length && text[*at + 1] == 0xa0;
		if (byte > ' ' && !is_fixed_blank) {
			(*at)++;
			return byte;
		}
		*at += is_fixed_blank ? 2 : 1;
	}
	return -1;
}

static gboolean
is_same_text (GBytes *one, GBytes *other)
{
	gsize lengths[2] = { 0, 0 };
	const guint8 *a = one != NULL ? g_bytes_get_data (one, &lengths[0]) : NULL;
	const guint8 *b = other != NULL ? g_bytes_get_data (other, &lengths[1]) : NULL;
	gsize at[2] = { 0, 0 };
	int byte = 0;

	do {
		byte = next_visible (a, lengths[0], &at[0]);
		if (byte != next_visible (b, lengths[1], &at[1]))
			return FALSE;
	} while (byte >= 0);
	return TRUE;
}

/* Does the text that rich text was made of say what PLAIN says? Then one of them is enough. */
static gboolean
is_rtf_more (const PstItem *item, GBytes *plain)
{
	const char *charset = NULL;
	g_autoptr (GBytes) text = pst_body_read (item, PST_BODY_RTF_TEXT, &charset, NULL);

	return !is_same_text (plain, text);
}

/* Rich text, which Outlook keeps where it has no HTML: what was wrapped in it, or its words
 * and the document itself as a file. One that is older than the plain text is no alternative to it,
 * but nobody else may have what it says. */
static gboolean
add_rtf (PstMime *mime, PstItem *item, GBytes *plain_bytes, PstPart **plain, PstPart **html,
	 GBytes **html_bytes, GPtrArray *files, GError **error)
{
	PstBodyRtf rtf = pst_body_look_at_rtf (item);

	if (*plain != NULL && pst_body_is_rtf_outdated (item))
		return !(rtf.has_html || rtf.has_text || rtf.has_file) ||
		       add_rtf_file (mime, item, files, error);
	if (rtf.has_text && is_same_text (plain_bytes, NULL)) /* a stub */
		g_clear_pointer (plain, pst_part_free);
	if (rtf.has_html && !add_body (mime, item, PST_BODY_RTF_HTML, html, html_bytes, error))
		return FALSE;
	if (rtf.has_text && *plain == NULL)
		return add_body (mime, item, PST_BODY_RTF_TEXT, plain, NULL, error) &&
		       (!rtf.has_file || add_rtf_file (mime, item, files, error));
	return !(rtf.has_file || (rtf.has_text && is_rtf_more (item, plain_bytes))) ||
	       add_rtf_file (mime, item, files, error);
}

/* The best comes last (RFC 2046, 5.1.4): each may be NULL, and all are taken over. */
static PstPart *
join_alternatives (PstPart *plain, PstPart *html, PstPart *invitation)
{
	g_autoptr (GPtrArray) rest = g_ptr_array_new ();
	PstPart *first = plain != NULL ? plain : html;

	if (plain != NULL && html != NULL)
		g_ptr_array_add (rest, html);
	if (invitation != NULL)
		g_ptr_array_add (rest, invitation);
	if (first == NULL && rest->len > 0)
		return g_ptr_array_steal_index (rest, 0);
	return layer ("alternative", "", first, rest);
}

/* The text and its alternatives; NULL if there is none. What isn't text goes to FILES. */
static gboolean
build_text (PstMime *mime, PstItem *item, PstPart **text, GHashTable **content_ids,
	    GPtrArray *files, GError **error)
{
	g_autoptr (PstPart) plain = NULL;
	g_autoptr (PstPart) html = NULL;
	g_autoptr (GBytes) plain_bytes = NULL;
	g_autoptr (GBytes) html_bytes = NULL;

	if (!add_body (mime, item, PST_BODY_PLAIN, &plain, &plain_bytes, error) ||
	    !add_body (mime, item, PST_BODY_HTML, &html, &html_bytes, error))
		return FALSE;
	if (html == NULL &&
	    !add_rtf (mime, item, plain_bytes, &plain, &html, &html_bytes, files, error))
		return FALSE;
	/* HTML that was made of it can't say all it said. */
	if (html_bytes != NULL && files->len == 0 && pst_body_may_be_native_rtf (item) &&
	    pst_body_look_at_rtf (item).has_file && !add_rtf_file (mime, item, files, error))
		return FALSE;
	if (plain == NULL && html == NULL &&
	    !add_body (mime, item, PST_BODY_REPORT, &plain, NULL, error))
		return FALSE;

	if (html_bytes != NULL)
		*content_ids = find_content_ids (html_bytes);
	*text = join_alternatives (g_steal_pointer (&plain), g_steal_pointer (&html),
				   pst_entry_new_invitation (item));
	return TRUE;
}

static gboolean
build_attachments (PstMime *mime, const PstItem *item, GPtrArray *attachments, GHashTable *ids,
		   const char *path, guint depth, GPtrArray *pictures, GPtrArray *files,
		   GError **error)
{
	for (guint i = 0; i < attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (attachments, i);
		gboolean inlined = is_inline (attachment, ids);
		if (!add_attachment (mime, item, attachment, inlined, path, depth,
				     inlined ? pictures : files, error)) {
			g_prefix_error (error, "attachment %u (%s): ", i + 1,
					attachment->name != NULL ? attachment->name : "unnamed");
			return FALSE;
		}
	}
	return TRUE;
}

/* --- Reports --------------------------------------------------------------- */

/* What programs read of a report: a file of that type, which is taken out of FILES, or what the
 * item has of it. NULL if this isn't one. */
static PstPart *
take_status (const PstItem *item, GPtrArray *files, char **type)
{
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *found = pst_part_get_type (g_ptr_array_index (files, i));
		if (g_str_equal (found, "message/delivery-status") ||
		    g_str_equal (found, "message/disposition-notification")) {
			*type = g_strdup (found + strlen ("message/"));
			return g_ptr_array_steal_index (files, i);
		}
	}
	const char *built_type = NULL;
	g_autoptr (GString) text = pst_report_build (item, &built_type);
	if (text == NULL)
		return NULL;

	GString *header = g_string_new (NULL);
	g_autoptr (GBytes) bytes = g_bytes_new (text->str, text->len);
	g_string_append_printf (header, "Content-Type: message/%s\n", built_type);
	*type = g_strdup (built_type);
	return pst_part_new_text (header, bytes, NULL, NULL, 0);
}

/* RFC 6522: what people read, what programs read, and the message it is about, if it is there.
 * TEXT, which may be NULL, is taken over; without a status it is given back. */
static PstPart *
wrap_report (const PstItem *item, PstPart *text, GPtrArray *files)
{
	g_autofree char *type = NULL;
	PstPart *status = take_status (item, files, &type);

	if (status == NULL)
		return text;
	g_autofree char *parameters = g_strdup_printf (";\n report-type=%s", type);
	PstPart *report = pst_part_new_multipart ("report", parameters);
	pst_part_add_child (report, text != NULL ? text : new_note (""));
	pst_part_add_child (report, status);
	for (guint i = 0; i < files->len; i++) {
		g_autofree char *found = pst_part_get_type (g_ptr_array_index (files, i));
		if (g_str_equal (found, "message/rfc822") ||
		    g_str_equal (found, "text/rfc822-headers")) {
			pst_part_add_child (report, g_ptr_array_steal_index (files, i));
			break;
		}
	}
	return report;
}

static GPtrArray *
new_part_array (void)
{
	return g_ptr_array_new_with_free_func ((GDestroyNotify) pst_part_free);
}

/* mixed ( related ( alternative ( plain, html ), pictures ), files ), without the layers that
 * aren't needed. */
static PstPart *
build_root (PstMime *mime, PstItem *item, GPtrArray *attachments, const char *path, guint depth,
	    GError **error)
{
	g_autoptr (PstPart) text = NULL;
	g_autoptr (GHashTable) ids = NULL;
	g_autoptr (GPtrArray) pictures = new_part_array ();
	g_autoptr (GPtrArray) files = new_part_array ();
	g_autoptr (GPtrArray) rich_text = new_part_array ();

	if (!build_text (mime, item, &text, &ids, rich_text, error) ||
	    !build_attachments (mime, item, attachments, ids, path, depth, pictures, files, error))
		return NULL;
	g_ptr_array_extend_and_steal (files, g_steal_pointer (&rich_text));
	g_autofree char *type = text != NULL ? pst_part_get_type (text) : NULL;
	g_autofree char *parameters =
		g_strdup_printf (";\n type=\"%s\"", type != NULL ? type : "text/plain");
	PstPart *root = layer ("related", parameters, g_steal_pointer (&text), pictures);
	root = layer ("mixed", "", wrap_report (item, root, files), files);
	return root != NULL ? root : new_note ("");
}

/* --- All of it ------------------------------------------------------------- */

static gboolean
count_all (PstMime *mime, const GPtrArray *attachments, GError **error)
{
	for (guint i = 0; i < attachments->len; i++) {
		const PstAttachment *attachment = g_ptr_array_index (attachments, i);
		if (!count_part (mime, attachment->size, error))
			return FALSE;
	}
	return TRUE;
}

static PstPart *
build_message (PstMime *mime, PstItem *item, const char *path, guint depth, GError **error)
{
	g_autoptr (GPtrArray) attachments = pst_attachment_read_all (item, error);
	PstPart *root = NULL;

	if (attachments == NULL || !pst_secure_build (item, attachments, &root, error))
		return NULL;
	if (root != NULL && !count_all (mime, attachments, error)) {
		pst_part_free (root);
		return NULL;
	}
	if (root == NULL)
		root = build_root (mime, item, attachments, path, depth, error);
	return root != NULL ? pst_part_new_message (pst_envelope_build (item, path), root) : NULL;
}

PstMime *
pst_mime_new (PstItem *item, const char *path, GError **error)
{
	g_autoptr (PstMime) mime = g_new0 (PstMime, 1);

	mime->items = g_ptr_array_new_with_free_func ((GDestroyNotify) pst_item_free);
	mime->message = build_message (mime, item, path, 0, error);
	if (mime->message == NULL || !pst_part_settle (mime->message, error))
		return NULL;
	return g_steal_pointer (&mime);
}

void
pst_mime_free (PstMime *mime)
{
	if (mime == NULL)
		return;
	pst_part_free (mime->message);
	g_ptr_array_unref (mime->items);
	g_free (mime);
}

gboolean
pst_mime_write (const PstMime *mime, PstPartWrite write, gpointer user_data, GError **error)
{
	return pst_part_write (mime->message, write, user_data, error);
}
