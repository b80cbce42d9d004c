/* imap-calibration.h - what a server keeps of messages, seen on some of those just sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Servers rewrite what they are given, and none of them says so. To find a message again after a
 * cut one has to know by what (ImapTier): some that were acknowledged are fetched back, in between
 * the others, and the strictest tier at which most are recognised goes into the journal.
 */
#pragma once

#include "base/report.h"
#include "imap/imap-connection.h"
#include "imap/imap-parcel.h"

typedef struct ImapCalibration ImapCalibration;

/* journal and report are borrowed. */
ImapCalibration *imap_calibration_new (ImapJournal *journal, Report *report);
void imap_calibration_free (ImapCalibration *calibration);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapCalibration, imap_calibration_free)

/* Unless it is known, learn it from span, which has just been acknowledged, at the next
 * opportunity: for we may be in the middle of a command. uids of its messages, or NULL. */
void imap_calibration_want (ImapCalibration *calibration, const ImapSpan *span, const GArray *uids);

/* Is it to be asked, or its answer awaited? */
gboolean imap_calibration_is_open (const ImapCalibration *calibration);

/* Ask, if that is wanted and not yet done. Between commands. */
gboolean imap_calibration_ask (ImapCalibration *calibration, ImapConnection *connection,
			       GError **error);

/* What comes untagged, meanwhile. */
void imap_calibration_note (ImapCalibration *calibration, const ImapResponse *response);

/* Is that the tag of what was asked? */
gboolean imap_calibration_has_tag (const ImapCalibration *calibration, guint tag);

/* Its reply has come: conclude, into the journal and the report. */
gboolean imap_calibration_conclude (ImapCalibration *calibration, GError **error);

/* The connection is gone, and the answer with it. */
void imap_calibration_abandon (ImapCalibration *calibration);
