/* imap-changes.c - what others did to a mailbox while it was read
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-changes.h"

#include "imap/imap-message.h"

typedef struct {
	ImapEntries *entries;
	ImapChanges *changes;
	guint32 last_arrived;
} Listing;

static void
note_message (const ImapResponse *response, gpointer user_data)
{
	Listing *listing = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	guint32 uid = 0;

	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &uid))
		return;
	ImapEntry *entry = imap_entries_find (listing->entries, uid);
	if (entry == NULL) {
		/* UIDs ascend; one that is named again has not arrived again. */
		listing->changes->arrived += uid > listing->last_arrived;
		listing->last_arrived = MAX (listing->last_arrived, uid);
		return;
	}
	if (entry->fate == IMAP_ENTRY_DONE && !entry->is_there)
		listing->changes->flags += imap_message_sum_flags (list->items) != entry->flags;
	entry->is_there = TRUE;
}

gboolean
imap_changes_list (ImapConnection *connection, ImapEntries *entries, ImapChanges *changes,
		   ImapResponse **reply, GError **error)
{
	Listing listing = { .entries = entries, .changes = changes };
	guint count = imap_entries_count (entries);

	*changes = (ImapChanges){ 0 };
	for (guint i = 0; i < count; i++)
		imap_entries_get (entries, i)->is_there = FALSE;
	if (!imap_connection_run (connection, "UID FETCH 1:* (UID FLAGS)", note_message, &listing,
				  reply, error))
		return FALSE;
	for (guint i = 0; i < count; i++)
		changes->expunged += !imap_entries_get (entries, i)->is_there;
	return TRUE;
}
