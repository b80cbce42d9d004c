/* pst-writer-properties.c - a list of properties to give a message beside the usual ones
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/pst-writer-properties.h"

#include "support/pst-writer-message.h"
#include "support/pst-writer-text.h"

struct PstWriterProperties {
	GArray *list;
	GPtrArray *values;
};

PstWriterProperties *
pst_writer_properties_new (void)
{
	PstWriterProperties *list = g_new0 (PstWriterProperties, 1);

	list->list = g_array_new (FALSE, FALSE, sizeof (PstWriterProperty));
	list->values = g_ptr_array_new_with_free_func (g_free);
	return list;
}

void
pst_writer_properties_free (PstWriterProperties *list)
{
	g_array_unref (list->list);
	g_ptr_array_unref (list->values);
	g_free (list);
}

void
pst_writer_properties_add (PstWriterProperties *list, guint16 id, guint16 type, const void *bytes,
			   gsize length)
{
	PstWriterProperty property = {(guint32)id << 16 | type, g_memdup2 (bytes, length), length};

	g_ptr_array_add (list->values, (gpointer)property.bytes);
	g_array_append_val (list->list, property);
}

static void
add_bytes (PstWriterProperties *list, guint16 id, guint16 type, GBytes *bytes)
{
	pst_writer_properties_add (list, id, type, g_bytes_get_data (bytes, NULL),
				   g_bytes_get_size (bytes));
}

void
pst_writer_properties_add_text (PstWriterProperties *list, guint16 id, const char *text)
{
	g_autoptr (GBytes) bytes = pst_writer_text_encode (text, -1, 0);

	add_bytes (list, id, PST_WRITER_TYPE_UNICODE, bytes);
}

void
pst_writer_properties_add_texts (PstWriterProperties *list, guint16 id, const char *const *texts)
{
	g_autoptr (GBytes) bytes = pst_writer_text_join (texts);

	add_bytes (list, id, PST_WRITER_TYPE_UNICODE | 0x1000, bytes);
}

void
pst_writer_properties_add_number (PstWriterProperties *list, guint16 id, guint32 number)
{
	guint8 bytes[4];

	pst_writer_put32 (bytes, number);
	pst_writer_properties_add (list, id, PST_WRITER_TYPE_INT32, bytes, sizeof bytes);
}

void
pst_writer_properties_add_flag (PstWriterProperties *list, guint16 id, gboolean flag)
{
	pst_writer_properties_add (list, id, PST_WRITER_TYPE_BOOLEAN, flag ? "\1" : "\0", 1);
}

void
pst_writer_properties_add_time (PstWriterProperties *list, guint16 id, gint64 seconds)
{
	guint8 bytes[8];

	pst_writer_put64 (bytes, pst_writer_message_filetime (seconds));
	pst_writer_properties_add (list, id, PST_WRITER_TYPE_TIME, bytes, sizeof bytes);
}

void
pst_writer_properties_add_double (PstWriterProperties *list, guint16 id, double number)
{
	guint64 bits;
	guint8 bytes[8];

	memcpy (&bits, &number, sizeof bits);
	pst_writer_put64 (bytes, bits);
	pst_writer_properties_add (list, id, PST_WRITER_TYPE_DOUBLE, bytes, sizeof bytes);
}

const PstWriterProperty *
pst_writer_properties_get (const PstWriterProperties *list, gsize *n)
{
	*n = list->list->len;
	return (const PstWriterProperty *)(gpointer)list->list->data;
}
