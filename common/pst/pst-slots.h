/* pst-slots.h - memory through which large contents go from the reader to its supervisor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A few slots that both see, filled in turn; only "slot 2 holds so many bytes" and "slot 2 is free"
 * go through the socket, whose packets keep their order and end with the process that sends them.
 * The memory has no file and no descriptor, so a reader that has lost its mind can change what lies
 * in it at any time, but not take it away. The supervisor therefore copies what it takes, once,
 * and looks at nothing but the copy.
 */
#pragma once

#include "base/child.h"

#define PST_SLOTS     4
#define PST_SLOT_SIZE (256 * 1024)

typedef struct {
	guint8 *memory; /* of all slots */
	guint next;     /* to be filled by the reader, or to be taken by the supervisor */
	guint unfilled; /* as far as the reader has been told */
} PstSlots;

/* Before the reader is forked. */
gboolean pst_slots_init (PstSlots *slots, GError **error);
void pst_slots_clear (PstSlots *slots);

/* After that: children of other readers have no business with these slots. */
void pst_slots_keep_private (const PstSlots *slots);

/* For the reader. */

/* The slot to be filled next; waits until there is one. NULL if nobody listens any more. */
guint8 *pst_slots_get_next (PstSlots *slots, int fd);

/* That slot has been filled, and the supervisor told of it. */
void pst_slots_advance (PstSlots *slots);

/* A process that filled slots is dead, and the supervisor was told so: wait until it has done with
 * them. The process to be forked next begins with all slots. FALSE if nobody listens any more. */
gboolean pst_slots_await_restart (int fd);

/* For the supervisor. */

/* Slot NUMBER, if it is its turn and can hold LENGTH bytes, else NULL. To be copied. */
const guint8 *pst_slots_take (const PstSlots *slots, guint32 number, guint32 length);

/* The slot has been copied. FALSE if the reader doesn't listen. */
gboolean pst_slots_give_back (PstSlots *slots, const Child *child);

/* Answer to a reader that begins again. FALSE if it doesn't listen. */
gboolean pst_slots_restart (PstSlots *slots, const Child *child);
