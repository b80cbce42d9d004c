/* verify-index.h - what is remembered of every message of one side
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A mailbox may hold ten million messages, so a message is a record of fixed size in a spool, and
 * so are the words people want to see when it is missing: memory does not grow with their number.
 *
 * Digests are cut to 128 bits: two different messages among ten million would pass for one with
 * odds of about 1 to 10^24.
 */
#pragma once

#include <glib.h>

#include "message/folder.h"
#include "verify/verify-words.h"

#define VERIFY_KEY_SIZE 16

typedef enum {
	VERIFY_HAS_L0 = 1 << 0,
	VERIFY_HAS_L1 = 1 << 1,
	VERIFY_HAS_L2 = 1 << 2,
	VERIFY_HAS_NUL = 1 << 3,
	VERIFY_UNREADABLE = 1 << 4 /* the content could not be read */
} VerifyTraits;

typedef struct {
	guint8 l0[VERIFY_KEY_SIZE];
	guint8 l1[VERIFY_KEY_SIZE];
	guint64 message_id; /* L3 in two halves, hashed; 0: nothing there */
	guint64 headers;    /* Date, From and Subject */
	guint64 size;
	gint64 date;
	guint64 words; /* offset in the spool */
	guint32 folder;
	guint32 keywords; /* hashed; 0: none */
	guint8 flags;
	guint8 traits; /* VerifyTraits */
} VerifyRecord;

typedef struct VerifyIndex VerifyIndex;

VerifyIndex *verify_index_new (void);
void verify_index_free (VerifyIndex *index);

/* The number of that folder, a new one if need be; a later role completes an earlier record
 * without one. */
guint32 verify_index_add_folder (VerifyIndex *index, Folder *folder);
/* That of the folder with that path, if it is there. */
gboolean verify_index_find_folder (const VerifyIndex *index, const char *path, guint32 *number);
guint32 verify_index_count_folders (const VerifyIndex *index);

/* Belongs to the index. */
Folder *verify_index_get_folder (const VerifyIndex *index, guint32 folder);

/* Copies record and words (each cut to VERIFY_WORD_LIMIT bytes); words is filled in. Fails if the
 * spool cannot be written. */
gboolean verify_index_add (VerifyIndex *index, const VerifyRecord *record, const VerifyWords *words,
			   GError **error);
guint32 verify_index_count (const VerifyIndex *index);

/* How many of them have VERIFY_UNREADABLE. */
guint32 verify_index_count_unreadable (const VerifyIndex *index);

/* The message with that number, counted in the order of verify_index_add. Reading in order is
 * cheap. */
gboolean verify_index_read (VerifyIndex *index, guint32 number, VerifyRecord *record,
			    GError **error);

/* Fills *words, to be cleared by verify_words_clear. */
gboolean verify_index_read_words (VerifyIndex *index, const VerifyRecord *record,
				  VerifyWords *words, GError **error);

/* L2 of the message added last, where it is known beforehand (a manifest). */
gboolean verify_index_add_mime (VerifyIndex *index, const guint8 *l2, GError **error);

/* One of those. */
typedef struct {
	guint32 number;
	guint8 l2[VERIFY_KEY_SIZE];
} VerifyMime;

/* They come in the order of their numbers: *mime is NULL at the end. */
gboolean verify_index_rewind_mime (VerifyIndex *index, GError **error);
gboolean verify_index_next_mime (VerifyIndex *index, const VerifyMime **mime, GError **error);

/* What a server calls a mail, hashed. */
typedef struct {
	guint32 number; /* of the message */
	guint64 object;
} VerifyObject;

/* May be called while another thread adds messages, by one that does not do so. */
gboolean verify_index_add_object (VerifyIndex *index, const VerifyObject *object, GError **error);
gboolean verify_index_has_objects (const VerifyIndex *index);

/* As with verify_index_next_mime. */
gboolean verify_index_rewind_objects (VerifyIndex *index, GError **error);
gboolean verify_index_next_object (VerifyIndex *index, const VerifyObject **object,
				   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyIndex, verify_index_free)
