/* mbox-state.h - flags, keywords, date and folder that an ordinary mailbox keeps in its headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The fields stay in the content, which is not ours to change.
 */
#pragma once

#include "mbox/mbox-reader.h"

typedef struct {
	const MboxHabits *habits;
	Report *report;
	const char *left_out; /* set: by which rule the message is not to be carried */
} MboxState;

/* Give message what its header, its From_ line and the habits say. record may be NULL if the
 * message comes from elsewhere: then its date stays. */
gboolean mbox_state_apply (MboxState *state, const MboxRecord *record, Message *message,
			   GError **error);
