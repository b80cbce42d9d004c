/* pst-slots.c - memory through which large contents go from the reader to its supervisor
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-slots.h"

#include <errno.h>
#include <sys/mman.h>

#include "base/error.h"

/* What the supervisor says to the reader. */
enum {
	SLOT_IS_FREE = 1,
	CAUGHT_UP,
};

gboolean
pst_slots_init (PstSlots *slots, GError **error)
{
	void *memory = mmap (NULL, PST_SLOTS * PST_SLOT_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	*slots = (PstSlots){ .unfilled = PST_SLOTS };
	if (memory == MAP_FAILED) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
			     "no memory to share with a child process: %s", g_strerror (errno));
		return FALSE;
	}
	slots->memory = memory;
	return TRUE;
}

void
pst_slots_clear (PstSlots *slots)
{
	if (slots->memory != NULL)
		(void) munmap (slots->memory, PST_SLOTS * PST_SLOT_SIZE); /* it was mapped so */
	slots->memory = NULL;
}

void
pst_slots_keep_private (const PstSlots *slots)
{
	(void) madvise (slots->memory, PST_SLOTS * PST_SLOT_SIZE, MADV_DONTFORK);
}

static guint8 *
get_slot (const PstSlots *slots, guint number)
{
	return slots->memory + (gsize) number * PST_SLOT_SIZE;
}

guint8 *
pst_slots_get_next (PstSlots *slots, int fd)
{
	guint8 word = 0;

	while (slots->unfilled == 0) {
		if (!child_listen (fd, &word))
			return NULL;
		slots->unfilled += word == SLOT_IS_FREE;
	}
	return get_slot (slots, slots->next);
}

void
pst_slots_advance (PstSlots *slots)
{
	slots->next = (slots->next + 1) % PST_SLOTS;
	slots->unfilled--;
}

gboolean
pst_slots_await_restart (int fd)
{
	guint8 word = 0;

	while (word != CAUGHT_UP)
		if (!child_listen (fd, &word))
			return FALSE;
	return TRUE;
}

const guint8 *
pst_slots_take (const PstSlots *slots, guint32 number, guint32 length)
{
	return number == slots->next && length <= PST_SLOT_SIZE ? get_slot (slots, number) : NULL;
}

gboolean
pst_slots_give_back (PstSlots *slots, const Child *child)
{
	slots->next = (slots->next + 1) % PST_SLOTS;
	return child_tell (child, SLOT_IS_FREE);
}

gboolean
pst_slots_restart (PstSlots *slots, const Child *child)
{
	slots->next = 0;
	return child_tell (child, CAUGHT_UP);
}
