/* manifest.h - a line for every message at the target, with its digests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The format is described in mailferry-stream(5): tab-separated, readable by sort, join and awk,
 * and ended by a line whose chain digest covers everything above.
 */
#pragma once

#include "base/report.h"
#include "message/message.h"

typedef struct Manifest Manifest;

/* A manifest for path, written beside it and renamed by manifest_commit. tool "pst2mbox/0.1",
 * source a base name. */
Manifest *manifest_new (const char *path, const char *tool, const char *source, GError **error);
void manifest_free (Manifest *manifest);

/* The line of a message, to be freed; target may be NULL. Reads the content for L1 and, decoded,
 * for L2, which costs several times as much, so threads do this each for itself. NULL with an
 * error if it cannot be read. */
char *manifest_describe (Message *message, const char *target, GError **error);

/* Such a line. */
gboolean manifest_add (Manifest *manifest, const char *line, GError **error);
gboolean manifest_add_skipped (Manifest *manifest, const char *origin, const char *reason,
			       GError **error);
gboolean manifest_add_failed (Manifest *manifest, const char *origin, const char *reason,
			      GError **error);

/* Writes the end line and puts the file in place. */
gboolean manifest_commit (Manifest *manifest, const ReportCounts *counts, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Manifest, manifest_free)
