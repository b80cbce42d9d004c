/* imap-calibration.c - what a server keeps of messages, seen on some of those just sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-calibration.h"

#include "imap/imap-listing.h"

#define TRIES_MOST 3
#define SAMPLE     20 /* messages that are looked at */

struct ImapCalibration {
	ImapJournal *journal;
	Report *report;
	guint tries;  /* so far */
	guint tag;    /* 0: not yet asked for */
	guint32 from; /* UIDs */
	guint32 to;
	ImapListing *listing; /* of what they are there; NULL: nothing is wanted */
	GArray *keys;         /* of ImapKey: what they were here */
};

ImapCalibration *
imap_calibration_new (ImapJournal *journal, Report *report)
{
	ImapCalibration *calibration = g_new0 (ImapCalibration, 1);

	calibration->journal = journal;
	calibration->report = report;
	calibration->keys = g_array_new (FALSE, FALSE, sizeof (ImapKey));
	return calibration;
}

void
imap_calibration_abandon (ImapCalibration *calibration)
{
	g_clear_pointer (&calibration->listing, imap_listing_free);
	g_array_set_size (calibration->keys, 0);
	calibration->tag = 0;
}

void
imap_calibration_free (ImapCalibration *calibration)
{
	if (calibration == NULL)
		return;
	imap_calibration_abandon (calibration);
	g_array_unref (calibration->keys);
	g_free (calibration);
}

gboolean
imap_calibration_is_open (const ImapCalibration *calibration)
{
	return calibration->listing != NULL;
}

gboolean
imap_calibration_has_tag (const ImapCalibration *calibration, guint tag)
{
	return calibration->tag != 0 && calibration->tag == tag;
}

void
imap_calibration_want (ImapCalibration *calibration, const ImapSpan *span, const GArray *uids)
{
	if (calibration->listing != NULL || calibration->tries >= TRIES_MOST ||
	    imap_journal_get_tier (calibration->journal) != IMAP_TIER_UNKNOWN)
		return;
	calibration->tries++;
	calibration->listing = imap_listing_new_empty ();
	/* Without UIDs, ours are likely to be the next. */
	guint count = MIN (span->count, SAMPLE);
	calibration->from = uids != NULL ? g_array_index (uids, guint32, 0) : span->uid_next;
	calibration->to = uids != NULL ? g_array_index (uids, guint32, count - 1)
				       : span->uid_next + 2 * SAMPLE;
	for (guint i = 0; i < count; i++) {
		const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first + i);
		g_array_append_val (calibration->keys, item->entry.key);
	}
}

gboolean
imap_calibration_ask (ImapCalibration *calibration, ImapConnection *connection, GError **error)
{
	if (calibration->listing == NULL || calibration->tag != 0)
		return TRUE;
	g_autofree char *command = imap_listing_get_command (calibration->from, calibration->to);
	return imap_connection_send (connection, command, &calibration->tag, error);
}

void
imap_calibration_note (ImapCalibration *calibration, const ImapResponse *response)
{
	if (calibration->listing != NULL)
		imap_listing_note (response, calibration->listing);
}

/* Some servers take the date of an APPEND and then use their own. */
static void
compare_dates (const ImapCalibration *calibration, ImapTier tier)
{
	guint asked = 0;
	guint kept = 0;

	for (guint i = 0; tier != IMAP_TIER_UNKNOWN && i < calibration->keys->len; i++) {
		const ImapKey *key = &g_array_index (calibration->keys, ImapKey, i);
		if (key->date == 0)
			continue;
		g_autoptr (GArray) uids = imap_listing_find (calibration->listing, key, tier,
							     SAMPLE);
		gboolean same = FALSE;
		for (guint j = 0; j < uids->len && !same; j++)
			same = imap_listing_get_key (calibration->listing,
						     g_array_index (uids, guint32, j))
				       ->date == key->date;
		asked += uids->len > 0;
		kept += same;
	}
	if (kept < asked)
		report_finding (calibration->report, REPORT_NOTE, "date-not-kept", NULL, NULL,
				"of %u messages looked at, %u have another date than they were "
				"sent with",
				asked, asked - kept);
}

/* The strictest tier at which most are recognised: single ones may be altered for reasons of their
 * own. */
static ImapTier
find_tier (const ImapCalibration *calibration)
{
	for (ImapTier tier = IMAP_TIER_SIZE; tier < IMAP_TIERS; tier++) {
		guint found = 0;
		for (guint i = 0; i < calibration->keys->len; i++)
			found += imap_listing_has (calibration->listing,
						   &g_array_index (calibration->keys, ImapKey, i),
						   tier);
		if (2 * found > calibration->keys->len)
			return tier;
	}
	return IMAP_TIER_UNKNOWN;
}

gboolean
imap_calibration_conclude (ImapCalibration *calibration, GError **error)
{
	imap_listing_close (calibration->listing);
	ImapTier tier = find_tier (calibration);
	compare_dates (calibration, tier);
	imap_calibration_abandon (calibration);
	if (tier > IMAP_TIER_SIZE)
		report_finding (calibration->report, REPORT_NOTE, "server-rewrites", NULL, NULL,
				"messages are recognised there by %s", imap_key_describe (tier));
	report_detail (calibration->report, "messages are recognised at the server by %s",
		       imap_key_describe (tier));
	return tier == IMAP_TIER_UNKNOWN ||
	       imap_journal_set_tier (calibration->journal, tier, error);
}
