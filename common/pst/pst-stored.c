/* pst-stored.c - the bytes that a property of a subnode holds: an attachment, mostly
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-stored.h"

#include "pst/pst-props.h"

gboolean
pst_stored_read (PstNode *node, guint32 nid, guint16 id, PstStoredFunc function, gpointer user_data,
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
pst_stored_peek (PstNode *node, guint32 nid, guint16 id, gsize max_size, GError **error)
{
	g_autoptr (GError) local_error = NULL;
	Peek peek = { .bytes = g_byte_array_new (), .max_size = max_size };

	/* FALSE also means: enough. */
	(void) pst_stored_read (node, nid, id, peek_block, &peek, &local_error);
	GBytes *bytes = g_byte_array_free_to_bytes (peek.bytes);
	if (local_error == NULL)
		return bytes;
	g_bytes_unref (bytes);
	g_propagate_error (error, g_steal_pointer (&local_error));
	return NULL;
}
