/* verify-decode.h - L2 of the messages whose bytes were not found
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-entries.h"

/* Asks look for the open entries worth it: those with VERIFY_MARK_LOOK, and those without a header
 * that could tell, which is little where the other side is a list (a manifest). *wanted is their
 * number. */
gboolean verify_decode_ask (const VerifyEntries *side, const VerifyEntries *other, VerifyLook *look,
			    guint64 *wanted, GError **error);

/* Runs look, and makes the L2 of what it finds the key of its open entry; where a side cannot be
 * read again, the L2 its index knows. A message beyond the limits of the parser has none (finding
 * mime-limit). */
gboolean verify_decode (VerifyEntries *side, VerifyLook *look, GError **error);
