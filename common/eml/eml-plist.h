/* eml-plist.h - what Apple Mail noted about a message, behind it in its file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Bits of "flags", as Apple Mail numbers them since 10.4. There is no specification. */
typedef enum {
	EML_APPLE_READ = 1 << 0,
	EML_APPLE_DELETED = 1 << 1,
	EML_APPLE_ANSWERED = 1 << 2,
	EML_APPLE_FLAGGED = 1 << 4,
	EML_APPLE_DRAFT = 1 << 6, /* of ordinary mail too: believe it in the drafts folder only */
	EML_APPLE_FORWARDED = 1 << 8,
	EML_APPLE_JUNK = 1 << 24,
	EML_APPLE_NOT_JUNK = 1 << 25
} EmlAppleFlags;

typedef struct {
	gboolean has_flags;
	guint64 flags;
	gboolean has_received;
	gint64 received; /* seconds since 1970-01-01 UTC */
} EmlPlist;

/* The "flags" and "date-received" of an XML property list whose root is a dictionary. FALSE if it
 * is none, or broken off; *plist then has what was read before. */
gboolean eml_plist_parse (const char *text, gsize length, EmlPlist *plist);
