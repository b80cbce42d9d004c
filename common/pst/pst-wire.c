/* pst-wire.c - what the reader tells its supervisor, packet by packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-wire.h"

#include <string.h>
#include <unistd.h>

#include "base/child.h"

G_STATIC_ASSERT (PST_WIRE_MAX_DATA + 1 <= CHILD_MAX_PACKET);

void
pst_wire_init (PstWire *wire, int fd)
{
	wire->fd = fd;
	wire->packet = g_byte_array_sized_new (PST_WIRE_MAX_DATA + 1);
}

void
pst_wire_clear (PstWire *wire)
{
	g_clear_pointer (&wire->packet, g_byte_array_unref);
}

void
pst_wire_begin (PstWire *wire, PstWireKind kind)
{
	guint8 byte = (guint8) kind;

	g_byte_array_set_size (wire->packet, 0);
	g_byte_array_append (wire->packet, &byte, 1);
}

void
pst_wire_put_u32 (PstWire *wire, guint32 value)
{
	g_byte_array_append (wire->packet, (const guint8 *) &value, sizeof value);
}

void
pst_wire_put_u64 (PstWire *wire, guint64 value)
{
	g_byte_array_append (wire->packet, (const guint8 *) &value, sizeof value);
}

void
pst_wire_put_string (PstWire *wire, const char *text)
{
	gsize length = text != NULL ? strlen (text) : 0;

	if (length > PST_WIRE_MAX_STRING) {
		length = PST_WIRE_MAX_STRING;
		while (length > 0 && ((guint8) text[length] & 0xc0) == 0x80)
			length--;
	}
	pst_wire_put_u32 (wire, (guint32) length);
	pst_wire_put_bytes (wire, text, length);
}

void
pst_wire_put_bytes (PstWire *wire, const void *data, gsize length)
{
	if (length > 0)
		g_byte_array_append (wire->packet, data, (guint) length);
}

void
pst_wire_send (PstWire *wire)
{
	if (!child_send (wire->fd, wire->packet->data, wire->packet->len))
		_exit (0); /* the supervisor has gone: there is nobody to complain to */
}

static gboolean
take (PstWireFields *fields, void *value, gsize length)
{
	if (!fields->is_sound || fields->left < length) {
		fields->is_sound = FALSE;
		return FALSE;
	}
	memcpy (value, fields->data, length);
	fields->data += length;
	fields->left -= length;
	return TRUE;
}

guint32
pst_wire_get_u32 (PstWireFields *fields)
{
	guint32 value = 0;

	return take (fields, &value, sizeof value) ? value : 0;
}

guint64
pst_wire_get_u64 (PstWireFields *fields)
{
	guint64 value = 0;

	return take (fields, &value, sizeof value) ? value : 0;
}

char *
pst_wire_get_string (PstWireFields *fields)
{
	guint32 length = pst_wire_get_u32 (fields);

	if (!fields->is_sound || length > PST_WIRE_MAX_STRING || length > fields->left ||
	    !g_utf8_validate ((const char *) fields->data, length, NULL)) {
		fields->is_sound = FALSE;
		return g_strdup ("");
	}
	char *text = g_strndup ((const char *) fields->data, length);
	fields->data += length;
	fields->left -= length;
	return text;
}

gboolean
pst_wire_is_end (const PstWireFields *fields)
{
	return fields->is_sound && fields->left == 0;
}
