/* verify-moment.h - as of when a side was read, where others may change it meanwhile
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-result.h"

/* FALSE if nothing is known, as of everything but servers. folder is one of that side. */
gboolean verify_moment_get (const VerifySide *side, const Folder *folder, LedgerMoment *moment);

/* The changes in all folders together. */
LedgerMoment verify_moment_sum (const VerifySide *side);

/* "UIDNEXT 303, HIGHESTMODSEQ 17". Newly allocated. */
char *verify_moment_describe (const LedgerMoment *moment);

/* "2 messages arrived, 1 message was expunged"; NULL if nothing changed. Newly allocated. */
char *verify_moment_describe_changes (const LedgerMoment *moment);
