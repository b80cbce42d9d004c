/* message-filter.h - only the messages that were asked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"

typedef struct {
	char **folders; /* globs on the folder's text form; NULL or empty: all */
	char **excluded;
	gboolean has_since;
	gboolean has_before;
	gint64 since;            /* inclusive, UTC */
	gint64 before;           /* exclusive, UTC; an unknown date passes both */
	goffset max_message_size; /* 0: no limit */
} MessageFilter;

/* Does it leave anything out? */
gboolean message_filter_is_narrow (const MessageFilter *filter);

/* Do the globs let this folder through? FILTER may be NULL. */
gboolean message_filter_passes_folder (const MessageFilter *filter, const char *path);

/* A source that hands on what passes filter and enters the rest as skipped ("filtered"). Takes
 * source over; borrows filter. Returns source itself if the filter lets everything through. */
MessageSource *message_filter_source (MessageSource *source, const MessageFilter *filter,
				      Ledger *ledger);
