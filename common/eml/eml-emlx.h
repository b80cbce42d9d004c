/* eml-emlx.h - where in an .emlx file the message is, and what stands behind it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Apple Mail writes the length of the message in decimal, blanks, LF; the message; a property list.
 * There is no specification, and backups have files in which one of the three is damaged: the
 * message is what counts, and it is found by what is left.
 */
#pragma once

#include "base/report.h"
#include "eml/eml-plist.h"

typedef struct {
	goffset offset; /* of the message in the file */
	goffset size;
	EmlPlist plist;
	/* what was wrong, for a finding; NULL: nothing */
	const char *fault;
	gboolean is_cut; /* the file ends before the message does */
} EmlEmlx;

/* Looks at both ends of the file, of file_size bytes. FALSE only if it cannot be read. */
gboolean eml_emlx_locate (int fd, goffset file_size, const char *shown, EmlEmlx *emlx,
			  GError **error);

/* "12.partial.emlx": attachments lie elsewhere. */
gboolean eml_emlx_is_partial (const char *name);
