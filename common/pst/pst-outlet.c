/* pst-outlet.c - the reader's end of the wire: what it says, and where its contents go
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-outlet.h"

#include <string.h>
#include <unistd.h>

void
pst_outlet_init (PstOutlet *outlet, int fd, const PstSlots *slots)
{
	pst_wire_init (&outlet->wire, fd);
	outlet->slots = *slots;
}

void
pst_outlet_clear (PstOutlet *outlet)
{
	pst_wire_clear (&outlet->wire);
}

/* --- Packets --------------------------------------------------------------- */

void
pst_outlet_say (PstOutlet *outlet, PstWireKind kind)
{
	pst_wire_begin (&outlet->wire, kind);
	pst_wire_end (&outlet->wire);
}

void
pst_outlet_say_string (PstOutlet *outlet, PstWireKind kind, const char *text)
{
	pst_wire_begin (&outlet->wire, kind);
	pst_wire_put_string (&outlet->wire, text);
	pst_wire_end (&outlet->wire);
}

void
pst_outlet_say_u32 (PstOutlet *outlet, PstWireKind kind, guint32 value)
{
	pst_wire_begin (&outlet->wire, kind);
	pst_wire_put_u32 (&outlet->wire, value);
	pst_wire_end (&outlet->wire);
}

void
pst_outlet_say_finding (PstOutlet *outlet, const char *name, guint32 nid, const char *detail)
{
	pst_wire_begin (&outlet->wire, PST_WIRE_FINDING);
	pst_wire_put_u32 (&outlet->wire, nid);
	pst_wire_put_string (&outlet->wire, name);
	pst_wire_put_string (&outlet->wire, detail);
	pst_wire_end (&outlet->wire);
}

/* --- Contents -------------------------------------------------------------- */

static void
get_slot (PstOutlet *outlet)
{
	if (outlet->slot != NULL)
		return;
	outlet->slot = pst_slots_get_next (&outlet->slots, outlet->wire.fd);
	if (outlet->slot == NULL)
		_exit (0); /* as pst_wire_flush() does */
}

static void
send_slot (PstOutlet *outlet)
{
	pst_wire_begin (&outlet->wire, PST_WIRE_SLOT);
	pst_wire_put_u32 (&outlet->wire, outlet->slots.next);
	pst_wire_put_u32 (&outlet->wire, (guint32) outlet->filled);
	pst_wire_end (&outlet->wire);
	pst_wire_flush (&outlet->wire);
	pst_slots_advance (&outlet->slots);
	outlet->slot = NULL;
	outlet->filled = 0;
	outlet->is_in_slots = TRUE;
}

void
pst_outlet_begin_content (PstOutlet *outlet)
{
	outlet->filled = 0;
	outlet->is_in_slots = FALSE;
}

void
pst_outlet_write (PstOutlet *outlet, const void *data, gsize length)
{
	const guint8 *p = data;

	while (length > 0) {
		get_slot (outlet);
		gsize piece = MIN (length, PST_SLOT_SIZE - outlet->filled);
		memcpy (outlet->slot + outlet->filled, p, piece);
		outlet->filled += piece;
		p += piece;
		length -= piece;
		if (outlet->filled == PST_SLOT_SIZE)
			send_slot (outlet);
	}
}

void
pst_outlet_end_content (PstOutlet *outlet)
{
	if (outlet->filled == 0)
		return;
	if (outlet->is_in_slots || outlet->filled > PST_WIRE_MAX_DATA) {
		send_slot (outlet);
		return;
	}
	pst_wire_begin (&outlet->wire, PST_WIRE_DATA);
	pst_wire_put_bytes (&outlet->wire, outlet->slot, outlet->filled);
	pst_wire_end (&outlet->wire);
}
