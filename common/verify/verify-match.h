/* verify-match.h - find each message of one side at the other, copy by copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Not a set of digests but a cascade over multisets: the strongest likeness first, and every match
 * uses up one copy on each side. Content found in the same folder comes first, then content in any
 * folder (moved), and only what is left is compared by header, to be named as altered: a header
 * proves nothing.
 */
#pragma once

#include "verify/verify-index.h"

/* Fills class, level, partner and the traits that compare, in the records of both sides. */
void verify_match (VerifyIndex *source, VerifyIndex *target);

/* For each folder of the source, the folder of the target it corresponds to, or G_MAXUINT32: by
 * equal names (INBOX in any case), else by role. One number per source folder; the caller frees
 * the array with g_array_unref. */
GArray *verify_match_folders (const VerifyIndex *source, const VerifyIndex *target);
