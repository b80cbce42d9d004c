/* pst-aside.h - the two files for what is not mail: contacts, and calendar entries
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One for a whole run: entries of several Outlook files go into the same two. They are written
 * beside their names and appear when the run is complete. Entries come from a reader that isn't
 * trusted; their text is taken as it is.
 */
#pragma once

#include "base/spool.h"
#include "message/message-filter.h"
#include "pst/pst-zone.h"

typedef enum {
	PST_ASIDE_CONTACTS, /* vCard 4 (RFC 6350): contacts and distribution lists */
	PST_ASIDE_CALENDAR, /* iCalendar (RFC 5545): appointments, tasks, notes, journal */
} PstAsideKind;

#define PST_ASIDE_KINDS 2

typedef struct _PstAside PstAside;

/* Either path may be NULL: then entries of that kind are not wanted. FILTER (borrowed) leaves out
 * folders; its dates and sizes are those of mail and don't matter here. */
PstAside *pst_aside_new (const char *contacts, const char *calendar, const MessageFilter *filter,
			 GError **error);

/* Without pst_aside_finish() before, no file appears. */
void pst_aside_free (PstAside *aside);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstAside, pst_aside_free)

/* The home of items of CLASS; FALSE if they have none here. */
gboolean pst_aside_get_kind (const char *class, PstAsideKind *kind);

/* Does anybody want items of CLASS? ASIDE may be NULL. */
gboolean pst_aside_wants (const PstAside *aside, const char *class);

gboolean pst_aside_wants_folder (const PstAside *aside, const char *path);

/* Names of zones, which readers of all files choose. NULL if there is no memory for them. */
PstZoneNames *pst_aside_get_zone_names (PstAside *aside);

/* A zone, once; entries that follow may refer to it. FALSE and no error if another zone has that
 * name: then the reader is out of its mind. */
gboolean pst_aside_put_zone (PstAside *aside, const char *id, const void *text, gsize length,
			     GError **error);

/* Append an entry, whole lines ended by CRLF. */
gboolean pst_aside_put (PstAside *aside, PstAsideKind kind, const Spool *entry, GError **error);

gboolean pst_aside_finish (PstAside *aside, GError **error);
