/* imap-parcel.h - messages that the journal announced together, and what of them is on its way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A parcel lives as long as a span of it: references are counted, by one thread at a time.
 */
#pragma once

#include "imap/imap-item.h"

typedef struct {
	ImapBox *box;
	ImapBatch *record; /* the journal's; gone when all is settled */
	GPtrArray *items;  /* of ImapItem */
	guint32 uid_next;  /* as announced */
	ImapJournal *journal;  /* that it is being announced to; NULL: none */
	GThread *announcement; /* to be joined; NULL: not begun, or over */
} ImapParcel;

/* Some messages of a parcel: on their way under one tag, or to be sent once more. */
typedef struct {
	guint tag;
	ImapParcel *parcel;
	guint first;
	guint count;
	guint64 bytes;
	gint64 sent_us;   /* monotonic */
	guint32 uid_next; /* as announced: it cannot get a UID below */
} ImapSpan;

/* Empty, with one reference. Borrows box. */
ImapParcel *imap_parcel_new (ImapBox *box);
void imap_parcel_unref (ImapParcel *parcel);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapParcel, imap_parcel_unref)

/* Refers to parcel. */
ImapSpan *imap_parcel_span (ImapParcel *parcel, guint first, guint count);
void imap_parcel_span_free (ImapSpan *span);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapSpan, imap_parcel_span_free)

/* Begin to announce its messages to the journal, in a thread of its own: what is sent meanwhile
 * need not wait for our disk. Not for an empty one. */
void imap_parcel_begin (ImapParcel *parcel, ImapJournal *journal);

/* Announce its messages, or wait for the end of what has begun; on disk when it returns. */
gboolean imap_parcel_announce (ImapParcel *parcel, ImapJournal *journal, GError **error);
