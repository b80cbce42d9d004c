/* imap-state.c - what a server says of a mailbox when it opens it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-state.h"

static void
read_mod_sequence (const ImapValue *value, guint64 *mod_sequence)
{
	g_autofree char *text = imap_value_dup_text (value);

	if (text == NULL ||
	    !g_ascii_string_to_unsigned (text, 10, 1, G_MAXINT64, mod_sequence, NULL))
		*mod_sequence = 0;
}

void
imap_state_note (const ImapResponse *response, gpointer user_data)
{
	ImapState *state = user_data;
	const ImapValue *value = imap_value_at (response->code, 1);

	if (g_strcmp0 (response->name, "EXISTS") == 0 && response->has_number)
		state->exists = response->number;
	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (value, &state->uid_validity);
	if (imap_response_has_code (response, "UIDNEXT"))
		(void) imap_value_get_number (value, &state->uid_next);
	if (imap_response_has_code (response, "HIGHESTMODSEQ"))
		read_mod_sequence (value, &state->mod_sequence);
}

gboolean
imap_state_is_same (const ImapState *before, const ImapState *after)
{
	if (before->exists != after->exists || before->uid_next == 0 ||
	    before->uid_next != after->uid_next)
		return FALSE;
	return before->exists == 0 ||
	       (before->mod_sequence != 0 && before->mod_sequence == after->mod_sequence);
}

char *
imap_state_describe (const ImapState *state)
{
	GString *text = g_string_new (NULL);

	g_string_append_printf (text, "UIDNEXT %u", state->uid_next);
	if (state->mod_sequence != 0)
		g_string_append_printf (text, ", HIGHESTMODSEQ %" G_GUINT64_FORMAT,
					state->mod_sequence);
	return g_string_free (text, FALSE);
}
