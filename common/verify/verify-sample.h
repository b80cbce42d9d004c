/* verify-sample.h - some of the pairs that agree by their headers, read whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-digest.h"
#include "verify/verify-match.h"

/* Chooses count pairs of match that are only alike (all of them if there are fewer), every one with
 * the same odds, reads their messages, and has in match what that shows and how many they were.
 * match keeps all. */
gboolean verify_sample (const VerifyReading *source, const VerifyReading *target, guint32 count,
			VerifyForm form, VerifyMatch *match, GError **error);
