/* imap-listing.h - what is in a mailbox, by UID and by key
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A multiset: each message that is recognised in it is claimed, and then counts no more, so that
 * three copies at the server stand for three copies of ours and not for a fourth.
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-key.h"

typedef struct ImapListing ImapListing;

/* The messages of the selected mailbox with UIDs from that one on, in one FETCH. Nothing else may
 * be in flight. */
ImapListing *imap_listing_new (ImapConnection *connection, guint32 from, GError **error);

/* The same, up to UID to, for a FETCH that is pipelined with other commands: what to ask for, whose
 * responses go to imap_listing_note, and, once the reply has come, imap_listing_close. Newly
 * allocated. */
char *imap_listing_get_command (guint32 from, guint32 to);
void imap_listing_note (const ImapResponse *response, gpointer listing);
void imap_listing_close (ImapListing *listing);

/* Of nothing. */
ImapListing *imap_listing_new_empty (void);
void imap_listing_free (ImapListing *listing);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapListing, imap_listing_free)

/* Claim the message with that UID. FALSE if there is none, or it is claimed. */
gboolean imap_listing_claim_uid (ImapListing *listing, guint32 uid);

/* Claim the oldest message that has key at tier; its UID, or 0 if there is none left. */
guint32 imap_listing_claim (ImapListing *listing, const ImapKey *key, ImapTier tier);

/* Is there an unclaimed one that has key at tier? */
gboolean imap_listing_has (ImapListing *listing, const ImapKey *key, ImapTier tier);

/* The UIDs of those that have key at tier and are not claimed, the oldest first, at most limit;
 * newly allocated. */
GArray *imap_listing_find (ImapListing *listing, const ImapKey *key, ImapTier tier, guint limit);

/* The UIDs of all that are not claimed. */
GArray *imap_listing_get_unclaimed (ImapListing *listing);

/* The key of uid, NULL if it is not in the listing. */
const ImapKey *imap_listing_get_key (ImapListing *listing, guint32 uid);
