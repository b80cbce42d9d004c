/* verify-result.h - what a comparison comes to: counts per folder, findings, and the verdict
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "verify/verify-match.h"

/* What a side is, which decides what may be concluded from it. */
typedef enum {
	VERIFY_COPY, /* a mailbox like any other */
	VERIFY_ORIGINAL, /* an Outlook file, a tree of a mail program, an account */
	VERIFY_MANIFEST /* a list of digests, without content */
} VerifyKind;

/* Everything is borrowed. */
typedef struct {
	const char *name; /* what the user called it */
	VerifyKind kind;
	gboolean filtered; /* only a part of it was asked for (source) */
	VerifyIndex *index;
	Ledger *ledger; /* of its reading */
} VerifySide;

/* What counts as a difference. missing, altered, duplicated and collapsed always do. */
typedef struct {
	VerifyLevel require; /* whatever is found at a weaker level; NONE: VERIFY_LEVEL_MIME */
	gboolean metadata;   /* moved, flag-differs and date-differs */
	gboolean two_way;    /* extra */
	gboolean strict;     /* what the source did not carry */
} VerifyRules;

typedef enum {
	VERIFY_PROVEN, /* every message by its bytes */
	VERIFY_EQUAL,  /* some only by what they say */
	VERIFY_DIFFERENCES,
	VERIFY_NOT_VERIFIED
} VerifyVerdict;

/* "proven", "equal", "differences", "not-verified". */
const char *verify_verdict_to_text (VerifyVerdict verdict);

typedef struct {
	guint64 source; /* messages at the source, the unreadable ones included */
	guint64 target;
	guint64 found;  /* at the required level, in whatever folder */
	guint64 proven; /* by their bytes */
	guint64 classes[VERIFY_CLASSES];
} VerifyTally;

/* A folder of the source with what corresponds to it, or one that is only at the target (source
 * NULL). */
typedef struct {
	const Folder *source;
	const Folder *target;
	VerifyTally tally;
} VerifyRow;

typedef struct {
	VerifySide source;
	VerifySide target;
	const VerifyMatch *match;
	VerifyRules rules;
	GArray *rows; /* of VerifyRow: folders of the source in their order, then the others */
	VerifyTally total;
	guint64 differences;   /* findings that count */
	guint64 lost_upstream; /* the tool that wrote the source says it could not carry so many */
	gboolean trouble;      /* reading had something to complain about */
	VerifyVerdict verdict;
} VerifyResult;

/* Counts what match (borrowed) has found. reading is the status the run had when both sides had
 * been read. NULL with an error if a temporary file cannot be read. */
VerifyResult *verify_result_new (const VerifySide *source, const VerifySide *target,
				 const VerifyMatch *match, const VerifyRules *rules,
				 ExitStatus reading, GError **error);
void verify_result_free (VerifyResult *result);

/* Is every message there, proven or equal? */
gboolean verify_result_is_good (const VerifyResult *result);

/* 0 only if everything was found at the required level and everything was read. */
ExitStatus verify_result_get_status (const VerifyResult *result);

/* May it be said that the source can go? */
gboolean verify_result_is_safe_to_delete (const VerifyResult *result);

/* "not mail: 23 contacts, 9 appointments"; "" if everything was carried. Newly allocated. */
char *verify_result_describe_skipped (const VerifyResult *result);

/* One thing worth listing; all of it belongs to the listing. */
typedef struct {
	VerifyClass class;
	VerifyLevel level;
	gboolean counts;    /* a difference, not only a note */
	gboolean at_target; /* record is the target's; else the source's */
	const VerifyRecord *record;
	const VerifyRecord *partner; /* of the other side, or NULL */
	const Folder *folder;
	const Folder *partner_folder;
	const char *reason; /* a short stable word, or NULL */
} VerifyFinding;

typedef gboolean (*VerifyFindingFunc) (const VerifyResult *result, const VerifyFinding *finding,
				       gpointer user_data, GError **error);

/* The source's in their order, then the target's; stops when function returns FALSE. */
gboolean verify_result_foreach (const VerifyResult *result, VerifyFindingFunc function,
				gpointer user_data, GError **error);

/* The same for every message, whether worth listing or not, once; needs a match that keeps all. */
gboolean verify_result_foreach_message (const VerifyResult *result, VerifyFindingFunc function,
					gpointer user_data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyResult, verify_result_free)
