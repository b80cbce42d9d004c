/* verify-altered.h - pairs that have nothing but a header in common, and what happened to each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-look.h"
#include "verify/verify-outcome.h"

typedef struct VerifyAltered VerifyAltered;

/* Borrows both. */
VerifyAltered *verify_altered_new (const VerifyReading *source, const VerifyReading *target);
void verify_altered_free (VerifyAltered *altered);

/* outcome has a partner. */
gboolean verify_altered_add (VerifyAltered *altered, const VerifyOutcome *outcome, guint32 folder,
			     GError **error);

/* Looks into both messages of each pair for the reason, and hands all outcomes on. */
gboolean verify_altered_settle (VerifyAltered *altered, VerifyOutcomes *outcomes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyAltered, verify_altered_free)
