/* pst-wire.c - what the reader tells its supervisor, packet by packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-wire.h"

#include <string.h>
#include <unistd.h>

#include "base/child.h"

#define LENGTH_SIZE sizeof (guint32)

/* What is sent together, unless a single packet is larger. */
#define ENOUGH (16 * 1024)

G_STATIC_ASSERT (LENGTH_SIZE + 1 + PST_WIRE_MAX_DATA + ENOUGH <= CHILD_MAX_PACKET);

void
pst_wire_init (PstWire *wire, int fd)
{
	wire->fd = fd;
	wire->packets = g_byte_array_sized_new (CHILD_MAX_PACKET);
	wire->begun_at = 0;
}

void
pst_wire_clear (PstWire *wire)
{
	g_clear_pointer (&wire->packets, g_byte_array_unref);
}

void
pst_wire_begin (PstWire *wire, PstWireKind kind)
{
	guint8 byte = (guint8) kind;

	wire->begun_at = wire->packets->len;
	pst_wire_put_u32 (wire, 0); /* its length, when that is known */
	pst_wire_put_bytes (wire, &byte, 1);
}

gsize
pst_wire_get_length (const PstWire *wire)
{
	return wire->packets->len - wire->begun_at - LENGTH_SIZE;
}

void
pst_wire_flush (PstWire *wire)
{
	if (wire->packets->len > 0 &&
	    !child_send (wire->fd, wire->packets->data, wire->packets->len))
		_exit (0); /* the supervisor has gone: there is nobody to complain to */
	g_byte_array_set_size (wire->packets, 0);
}

void
pst_wire_end (PstWire *wire)
{
	guint32 length = (guint32) pst_wire_get_length (wire);

	memcpy (wire->packets->data + wire->begun_at, &length, LENGTH_SIZE);
	if (wire->packets->len >= ENOUGH)
		pst_wire_flush (wire);
}

gboolean
pst_wire_next_packet (const guint8 **data, gsize *left, const guint8 **packet, gsize *length)
{
	guint32 claimed = 0;

	if (*left < LENGTH_SIZE)
		return FALSE;
	memcpy (&claimed, *data, LENGTH_SIZE);
	if (claimed == 0 || claimed > *left - LENGTH_SIZE)
		return FALSE;
	*packet = *data + LENGTH_SIZE;
	*length = claimed;
	*data = *packet + claimed;
	*left -= LENGTH_SIZE + claimed;
	return TRUE;
}

void
pst_wire_put_u32 (PstWire *wire, guint32 value)
{
	g_byte_array_append (wire->packets, (const guint8 *) &value, sizeof value);
}

void
pst_wire_put_u64 (PstWire *wire, guint64 value)
{
	g_byte_array_append (wire->packets, (const guint8 *) &value, sizeof value);
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
		g_byte_array_append (wire->packets, data, (guint) length);
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
