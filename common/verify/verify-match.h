/* verify-match.h - find each message of one side at the other, copy by copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Not a set of digests but a cascade over multisets: the strongest likeness first, and every match
 * uses up one copy on each side. Content found in the same folder comes first, then content in any
 * folder (moved). What is left and has a counterpart by its header is opened once more and compared
 * decoded; what is still left is compared by header, to be named as altered: a header proves
 * nothing.
 */
#pragma once

#include "verify/verify-folders.h"
#include "verify/verify-look.h"
#include "verify/verify-outcome.h"

typedef struct {
	const char *const *map; /* for verify_folders_new */
	gboolean all;           /* keep every outcome, not only what is worth telling */
	gboolean headers_only;  /* nothing else was read: what has the same one is alike */
} VerifyMatchOptions;

typedef struct {
	VerifyFolders *folders;
	VerifyOutcomes *outcomes;
	guint64 folded;  /* at the target: the same mail as one in another folder there */
	guint64 sampled; /* pairs of which a part was chosen to be read whole (verify-sample.h) */
} VerifyMatch;

/* Borrows the indexes. NULL with an error if a temporary file cannot be written or a mailbox cannot
 * be read a second time. */
VerifyMatch *verify_match_new (const VerifyReading *source, const VerifyReading *target,
			       const VerifyMatchOptions *options, GError **error);
void verify_match_free (VerifyMatch *match);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyMatch, verify_match_free)
