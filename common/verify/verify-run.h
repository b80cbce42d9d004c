/* verify-run.h - a whole comparison: read both ends, match, and what follows from it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/output.h"
#include "verify/verify-digest.h"
#include "verify/verify-result.h"

/* One end of a comparison. Everything is borrowed. */
typedef struct {
	const char *name; /* what the user calls it */
	VerifyKind kind;
	const char *manifest; /* the path of one (VERIFY_MANIFEST), else NULL */
	/* Opens what is to be read; called again for every further reading. */
	/* sparing: few messages will be read beyond their header */
	MessageSource *(*open) (gpointer user_data, gboolean sparing, Ledger *ledger,
				Report *report, GError **error);
	gpointer user_data;
	Ledger *ledger;
	gboolean filtered; /* open hands out only a part */
} VerifyEnd;

typedef struct {
	VerifyForm form; /* RAW, or SENT if an end is a server */
	VerifyRules rules;
	const char *const *map; /* "FROM=TO" */
	gboolean all;           /* every message will be shown */
	gboolean quick;         /* read headers only */
	guint32 sample;         /* of those that agree, read so many whole; 0: none */
} VerifyRunOptions;

typedef struct VerifyRun VerifyRun;

/* Reads and compares; report gets the findings of both. NULL with an error that ended it. */
VerifyRun *verify_run_new (const VerifyEnd *source, const VerifyEnd *target,
			   const VerifyRunOptions *options, Report *report, GError **error);
void verify_run_free (VerifyRun *run);

/* Belongs to the run. */
const VerifyResult *verify_run_get_result (const VerifyRun *run);

/* What is missing, altered or collapsed to output (taken over), from another reading of the
 * source, as a stream. */
gboolean verify_run_write_missing (VerifyRun *run, Output *output, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyRun, verify_run_free)
