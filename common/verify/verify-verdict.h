/* verify-verdict.h - what a comparison comes to, in sentences
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The table and the page say the same because they say it with these. Every text is safe for a
 * terminal, has no line end, and is newly allocated.
 */
#pragma once

#include "verify/verify-result.h"

/* "Proven", "Not verified" etc. */
const char *verify_verdict_title (VerifyVerdict verdict);

/* "3 of 3 proven". */
char *verify_verdict_proof (const VerifyResult *result);

/* What else has to be known to judge that: what could not be read, what was only compared by its
 * header. The array frees its texts. */
GPtrArray *verify_verdict_reasons (const VerifyResult *result);

/* "Not carried: not mail: 23 contacts", or NULL if everything was. */
char *verify_verdict_not_carried (const VerifyResult *result);

/* That every message is there, and that the old account can go if that may be said; else NULL. */
char *verify_verdict_consequence (const VerifyResult *result);
