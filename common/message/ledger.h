/* ledger.h - the account of every message: announced = emitted + present + skipped + failed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whoever knows that an item exists announces it; whoever knows its fate enters it, exactly once. A
 * run whose account does not balance does not end with status 0. Safe to use from several threads.
 */
#pragma once

#include "base/report.h"
#include "message/manifest.h"
#include "message/message.h"

typedef struct Ledger Ledger;

/* Borrows report, which outlives it. */
Ledger *ledger_new (Report *report);
void ledger_free (Ledger *ledger);

/* Delivered messages, skips and failures are written there too; borrowed. */
void ledger_set_manifest (Ledger *ledger, Manifest *manifest);

/* So many items exist at the source. */
void ledger_announce (Ledger *ledger, guint64 items);

/* Stored now, or found there already. target names it at the target ("UIDVALIDITY:UID", Maildir
 * base name) or is NULL. FALSE only if the manifest cannot be written. */
gboolean ledger_emitted (Ledger *ledger, Message *message, const char *target, GError **error);
gboolean ledger_present (Ledger *ledger, Message *message, const char *target, GError **error);

/* Stored now, but not as mail and not where the mail goes (a contact in an address book): it counts
 * as emitted, and the manifest, which lists mail, neither lists nor counts it. */
void ledger_emitted_aside (Ledger *ledger);

/* The account of what the manifest is about: without what ledger_emitted_aside entered. */
ReportCounts ledger_get_mail_counts (Ledger *ledger);

/* Left out by rule. reason is a short stable word ("IPM.Contact", "filtered", "expunged"); shown as
 * a count. */
void ledger_skipped (Ledger *ledger, const char *origin, const char *folder, const char *reason);

/* Should have been carried and was not. Named on stderr and in the report; the run ends with 1 at
 * best. */
void ledger_failed (Ledger *ledger, const char *origin, const char *folder, const char *format, ...)
	G_GNUC_PRINTF (4, 5);

/* Failures known only by number (the upstream tool listed them). */
void ledger_failed_many (Ledger *ledger, guint64 items);

/* What a folder was like when it was opened, where others may change it meanwhile, and what they
 * did until it was read; 0: the server does not say. RFC 3501, 2.3.1.1; RFC 7162. */
typedef struct {
	guint32 uid_validity;
	guint32 uid_next; /* what has come since then was not read */
	guint64 mod_sequence;
	guint64 arrived;
	guint64 flags_changed;
	guint64 expunged;
} LedgerMoment;

/* Copies moment; a later one replaces it. */
void ledger_note_moment (Ledger *ledger, const char *folder, const LedgerMoment *moment);

/* FALSE if there is none. */
gboolean ledger_get_moment (Ledger *ledger, const char *folder, LedgerMoment *moment);

ReportCounts ledger_get_counts (Ledger *ledger);

/* How many of the failed ones came from ledger_failed_many: they never reached this program. */
guint64 ledger_get_failed_upstream (Ledger *ledger);

/* Every reason with its count, in byte order of the reasons. */
typedef void (*LedgerSkippedFunc) (const char *reason, guint64 count, gpointer user_data);
void ledger_foreach_skipped (Ledger *ledger, LedgerSkippedFunc function, gpointer user_data);

/* "23 IPM.Contact, 9 IPM.Appointment"; empty if nothing was skipped. Newly allocated. */
char *ledger_describe_skipped (Ledger *ledger);

/* Checks the balance, says what was skipped, and with strict counts skipped as failed. Called once,
 * at the end of a run that was not broken off. */
void ledger_close (Ledger *ledger, gboolean strict);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Ledger, ledger_free)
