/* pst-outlet.h - the reader's end of the wire: what it says, and where its contents go
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The other end is pst-feed.h. A content that fits a packet goes as one, which nobody has to
 * answer; a larger one through the slots. Nothing here fails: if nobody listens any more, the
 * process ends.
 */
#pragma once

#include "pst/pst-slots.h"
#include "pst/pst-wire.h"

typedef struct {
	PstWire wire; /* for packets of several fields */
	PstSlots slots;
	guint8 *slot; /* where content is collected; NULL if there is none yet */
	gsize filled;
	gboolean is_in_slots; /* some of this content has gone that way already */
} PstOutlet;

/* The slots are those that the supervisor made; a copy is kept of where they are. */
void pst_outlet_init (PstOutlet *outlet, int fd, const PstSlots *slots);
void pst_outlet_clear (PstOutlet *outlet);

/* A packet without fields, or with one. */
void pst_outlet_say (PstOutlet *outlet, PstWireKind kind);
void pst_outlet_say_string (PstOutlet *outlet, PstWireKind kind, const char *text);
void pst_outlet_say_u32 (PstOutlet *outlet, PstWireKind kind, guint32 value);

/* NID 0: about the file. */
void pst_outlet_say_finding (PstOutlet *outlet, const char *name, guint32 nid, const char *detail);

/* A content, piece by piece. What was begun and not ended is dropped by the next beginning. */
void pst_outlet_begin_content (PstOutlet *outlet);
void pst_outlet_write (PstOutlet *outlet, const void *data, gsize length);
void pst_outlet_end_content (PstOutlet *outlet);
