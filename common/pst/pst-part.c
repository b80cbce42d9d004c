/* pst-part.c - the tree of parts that a message is made of, and the way it becomes bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-part.h"

#include <nettle/base64.h>
#include <string.h>

#include "base/digest.h"
#include "pst/pst-base64.h"

#define MAX_LINE 998

/* Small texts stay; a large one is converted anew when it is written. */
#define KEEP_TEXT (256 * 1024)

#define BOUNDARY_PREFIX "=_"
#define BOUNDARY_HEX    24

typedef enum {
	PART_TEXT,
	PART_FILE,
	PART_BASE64,
	PART_REGION,
	PART_VERBATIM,
	PART_MULTIPART,
	PART_MESSAGE,
	PART_EMBEDDED,
} PartKind;

struct _PstPart {
	PartKind kind;
	GString *header;
	GPtrArray *children; /* of a message and an embedded one: exactly one */
	char *subtype;       /* of a multipart */
	char *parameters;
	char *boundary;

	PstEncoding encoding; /* of a text */
	GBytes *text;         /* NULL: to be loaded */
	PstPartLoad load;
	gpointer owner;
	guint which;

	PstNode *node; /* of base64, region and verbatim parts */
	guint32 nid;
	guint16 id;
	guint64 offset;
	guint64 length; /* of a region; its text is what stands before it */

	gboolean is_8bit;
	guint8 digest[DIGEST_SIZE]; /* what boundaries are derived from */
};

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

/* --- What is stored: read block by block ----------------------------------- */

typedef gboolean (*BlockFunc) (const guint8 *data, gsize length, gpointer user_data,
			       GError **error);

static gboolean
read_stored (PstNode *node, guint32 nid, guint16 id, BlockFunc function, gpointer user_data,
	     GError **error)
{
	g_autoptr (PstNode) object = pst_node_open_subnode (node, nid, error);
	if (object == NULL)
		return FALSE;
	g_autoptr (PstProps) props = pst_props_open (object, error);
	if (props == NULL)
		return FALSE;

	g_autoptr (GError) local_error = NULL;
	g_autoptr (PstData) data = pst_props_open_data (props, id, &local_error);
	if (local_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}
	guint count =
		data != NULL ? pst_data_get_block_count (data) : 0; /* absent: a file of no bytes */
	for (guint i = 0; i < count; i++) {
		g_autoptr (GBytes) block = pst_data_read_block (data, i, error);
		if (block == NULL)
			return FALSE;
		gsize length = 0;
		const guint8 *bytes = g_bytes_get_data (block, &length);
		if (!function (bytes, length, user_data, error))
			return FALSE;
	}
	return TRUE;
}

typedef struct {
	GByteArray *bytes;
	gsize max_size;
} Peek;

/* Stops the reading by FALSE without an error once there is enough. */
static gboolean
peek_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Peek *peek = user_data;

	g_byte_array_append (peek->bytes, data,
			     (guint) MIN (length, peek->max_size - peek->bytes->len));
	return peek->bytes->len < peek->max_size;
}

GBytes *
pst_part_peek (PstNode *node, guint32 nid, guint16 id, gsize max_size, GError **error)
{
	g_autoptr (GError) local_error = NULL;
	Peek peek = { .bytes = g_byte_array_new (), .max_size = max_size };

	(void)read_stored (node, nid, id, peek_block, &peek,
			   &local_error); /* FALSE also means: enough */
	GBytes *bytes = g_byte_array_free_to_bytes (peek.bytes);
	if (local_error == NULL)
		return bytes;
	g_bytes_unref (bytes);
	g_propagate_error (error, g_steal_pointer (&local_error));
	return NULL;
}

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

	if (!read_stored (node, nid, id, scan_block, &scan, error))
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
		if (!read_stored (part->node, part->nid, part->id, scan_block, &scan, error))
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

/* --- Writing --------------------------------------------------------------- */

#define LINE_BYTES PST_BASE64_LINE_BYTES
#define LINE_TEXT  (PST_BASE64_LINE_TEXT + 1) /* and its end */

typedef struct {
	PstPartWrite write;
	gpointer user_data;
	guint8 line[LINE_BYTES]; /* of base64: bytes that do not fill a line yet */
	gsize held;
	guint64 skip;
	guint64 left; /* of a region */
} Writer;

static gboolean
write_bytes (Writer *writer, const void *data, gsize length, GError **error)
{
	return length == 0 || writer->write (data, length, writer->user_data, error);
}

static gboolean
write_string (Writer *writer, const char *text, GError **error)
{
	return write_bytes (writer, text, strlen (text), error);
}

/* The next line, if it is complete in what was held back and DATA; how much of DATA it took. */
static gsize
encode_line (Writer *writer, const guint8 *data, gsize length, char *text, gsize *used)
{
	gsize taken = MIN (LINE_BYTES - writer->held, length);
	const guint8 *line = data;

	if (taken < LINE_BYTES) {
		memcpy (writer->line + writer->held, data, taken);
		writer->held += taken;
		if (writer->held < LINE_BYTES)
			return taken;
		line = writer->line;
		writer->held = 0;
	}
	pst_base64_encode_line (text + *used, line);
	text[*used + LINE_TEXT - 1] = '\n';
	*used += LINE_TEXT;
	return taken;
}

static gboolean
write_base64_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	char text[128 * LINE_TEXT];

	while (length > 0) {
		gsize used = 0;
		while (length > 0 && used < sizeof text) {
			gsize taken = encode_line (writer, data, length, text, &used);
			data += taken;
			length -= taken;
		}
		if (!write_bytes (writer, text, used, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
end_base64 (Writer *writer, GError **error)
{
	char text[LINE_TEXT];
	gsize length = BASE64_ENCODE_RAW_LENGTH (writer->held);

	if (writer->held == 0)
		return TRUE;
	base64_encode_raw (text, writer->held, writer->line);
	text[length] = '\n';
	writer->held = 0;
	return write_bytes (writer, text, length + 1, error);
}

static gboolean
write_verbatim_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	gsize skipped = (gsize) MIN (writer->skip, length);

	writer->skip -= skipped;
	return write_bytes (writer, data + skipped, length - skipped, error);
}

static gboolean
write_region_block (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Writer *writer = user_data;
	gsize skipped = (gsize) MIN (writer->skip, length);
	gsize taken = (gsize) MIN (writer->left, length - skipped);

	writer->skip -= skipped;
	writer->left -= taken;
	return write_base64_block (data + skipped, taken, writer, error);
}

static gboolean
write_region (Writer *writer, const PstPart *part, GError **error)
{
	gsize length = 0;
	const guint8 *prefix = part->text != NULL ? g_bytes_get_data (part->text, &length) : NULL;

	writer->skip = part->offset;
	writer->left = part->length;
	return write_base64_block (prefix, length, writer, error) &&
	       read_stored (part->node, part->nid, part->id, write_region_block, writer, error) &&
	       end_base64 (writer, error);
}

/* RFC 2045, 6.8: text in base64 has its line ends as CRLF. */
static gboolean
write_base64_text (Writer *writer, const guint8 *data, gsize length, GError **error)
{
	while (length > 0) {
		const guint8 *end = memchr (data, '\n', length);
		gsize line = end != NULL ? (gsize) (end - data) : length;
		if (!write_base64_block (data, line, writer, error))
			return FALSE;
		if (end != NULL && !write_base64_block ((const guint8 *) "\r\n", 2, writer, error))
			return FALSE;
		line += end != NULL;
		data += line;
		length -= line;
	}
	return end_base64 (writer, error);
}

static gboolean
write_text (Writer *writer, const PstPart *part, GError **error)
{
	g_autoptr (GBytes) text = part->text != NULL ? g_bytes_ref (part->text)
						     : part->load (part->owner, part->which, error);
	gsize length = 0;

	if (text == NULL)
		return FALSE;
	const guint8 *data = g_bytes_get_data (text, &length);
	if (part->kind == PART_FILE) {
		return write_base64_block (data, length, writer, error) &&
		       end_base64 (writer, error);
	}
	if (part->encoding == PST_ENCODE_BASE64)
		return write_base64_text (writer, data, length, error);
	if (part->encoding == PST_ENCODE_7BIT)
		return write_bytes (writer, data, length, error);

	g_autoptr (GString) encoded = g_string_sized_new (length + length / 8);
	pst_encode_quoted_printable (encoded, data, length);
	return write_bytes (writer, encoded->str, encoded->len, error);
}

static gboolean
write_stored (Writer *writer, const PstPart *part, GError **error)
{
	if (part->kind == PART_VERBATIM) {
		writer->skip = part->offset;
		return read_stored (part->node, part->nid, part->id, write_verbatim_block, writer,
				    error);
	}
	return read_stored (part->node, part->nid, part->id, write_base64_block, writer, error) &&
	       end_base64 (writer, error);
}

static gboolean write_part (Writer *writer, const PstPart *part, GError **error);

static gboolean
write_multipart (Writer *writer, const PstPart *part, GError **error)
{
	g_autofree char *delimiter = g_strconcat ("--", part->boundary, NULL);

	for (guint i = 0; i < part->children->len; i++)
		if (!write_string (writer, i == 0 ? "" : "\n", error) ||
		    !write_string (writer, delimiter, error) ||
		    !write_string (writer, "\n", error) ||
		    !write_part (writer, g_ptr_array_index (part->children, i), error))
			return FALSE;
	return write_string (writer, "\n", error) && write_string (writer, delimiter, error) &&
	       write_string (writer, "--\n", error);
}

/* A part: its fields, an empty line, its body. A message's fields go on with those of its
 * root. */
static gboolean
write_part (Writer *writer, const PstPart *part, GError **error)
{
	if (!write_bytes (writer, part->header->str, part->header->len, error))
		return FALSE;
	if (part->kind == PART_MESSAGE)
		return write_part (writer, g_ptr_array_index (part->children, 0), error);
	if (!write_string (writer, "\n", error))
		return FALSE;

	switch (part->kind) {
	case PART_FILE:
	case PART_TEXT: return write_text (writer, part, error);
	case PART_BASE64:
	case PART_VERBATIM: return write_stored (writer, part, error);
	case PART_REGION: return write_region (writer, part, error);
	case PART_MULTIPART: return write_multipart (writer, part, error);
	case PART_EMBEDDED:
	case PART_MESSAGE: return write_part (writer, g_ptr_array_index (part->children, 0), error);
	}
	return TRUE;
}

gboolean
pst_part_write (const PstPart *message, PstPartWrite write, gpointer user_data, GError **error)
{
	Writer writer = { .write = write, .user_data = user_data };

	return write_part (&writer, message, error);
}
