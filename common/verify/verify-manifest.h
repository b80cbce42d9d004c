/* verify-manifest.h - a manifest as one side of a comparison, when the mail itself is gone
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "verify/verify-digest.h"

/* Does the file at path begin like a manifest? FALSE also if it cannot be read. */
gboolean verify_manifest_is_one (const char *path);

/* Enters its messages in index; its skipped and failed items are announced and entered in
 * ledger, the messages are not. There is no content: L0 is only of use in raw form, L1 always.
 * RUN_ERROR_INPUT if the file is cut off, changed (its chain does not hold) or no manifest of
 * version 1. mailferry-stream(5). */
gboolean verify_manifest_read (const char *path, VerifyIndex *index, VerifyForm form,
			       Ledger *ledger, GError **error);
