/* verify-index.h - what is remembered of every message of one side
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A mailbox may hold ten million messages, so a message is a record of fixed size; the words
 * people want to see when it is missing lie in a spool. Records are kept in blocks and only ever
 * sorted by their numbers.
 *
 * Digests are cut to 128 bits: two different messages among ten million would pass for one with
 * odds of about 1 to 10^24.
 */
#pragma once

#include <glib.h>

#include "message/folder.h"
#include "verify/verify-words.h"

#define VERIFY_KEY_SIZE 16

/* What became of a message; the names are a contract with scripts. */
typedef enum {
	VERIFY_OPEN,         /* not looked for yet */
	VERIFY_IDENTICAL,    /* found, every byte the same */
	VERIFY_CANONICAL,    /* found, but for line ends and what stores write into headers */
	VERIFY_MOVED,        /* found in another folder */
	VERIFY_ALTERED,      /* only its header was found: the content differs */
	VERIFY_MISSING,      /* at the source only */
	VERIFY_COLLAPSED,    /* fewer copies at the target than at the source */
	VERIFY_EXTRA,        /* at the target only */
	VERIFY_DUPLICATED,   /* more copies at the target than at the source */
	VERIFY_UNVERIFIABLE, /* could not be read */
	VERIFY_FLAG_DIFFERS, /* found, besides; never in a record's class */
	VERIFY_DATE_DIFFERS, /* the same */
	VERIFY_CLASSES
} VerifyClass;

/* "flag-differs" etc. */
const char *verify_class_to_text (VerifyClass class);

/* By what a message was recognised. */
typedef enum {
	VERIFY_LEVEL_NONE,
	VERIFY_LEVEL_RAW,
	VERIFY_LEVEL_CANONICAL,
	VERIFY_LEVEL_HEADER
} VerifyLevel;

typedef enum {
	VERIFY_HAS_L0 = 1 << 0,
	VERIFY_HAS_L1 = 1 << 1,
	VERIFY_HAS_NUL = 1 << 2,
	VERIFY_FLAGS_DIFFER = 1 << 3, /* from its partner's */
	VERIFY_DATES_DIFFER = 1 << 4,
	VERIFY_NULS_DIFFER = 1 << 5 /* one of the pair has NULs and the other does not */
} VerifyTraits;

#define VERIFY_NO_PARTNER G_MAXUINT32

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
	guint32 partner;  /* number of the record of the other side */
	guint8 flags;
	guint8 traits; /* VerifyTraits */
	guint8 class;  /* VerifyClass */
	guint8 level;  /* VerifyLevel */
} VerifyRecord;

typedef struct VerifyIndex VerifyIndex;

VerifyIndex *verify_index_new (void);
void verify_index_free (VerifyIndex *index);

/* The number of that folder, a new one if need be; a later role completes an earlier record
 * without one. */
guint32 verify_index_add_folder (VerifyIndex *index, Folder *folder);
guint32 verify_index_count_folders (const VerifyIndex *index);

/* Belongs to the index. */
Folder *verify_index_get_folder (const VerifyIndex *index, guint32 folder);

/* Copies record and words (each cut to VERIFY_WORD_LIMIT bytes); words, partner and class are
 * filled in, unless the class is VERIFY_UNVERIFIABLE. Fails if the spool cannot be written. */
gboolean verify_index_add (VerifyIndex *index, const VerifyRecord *record, const VerifyWords *words,
			   GError **error);
guint32 verify_index_count (const VerifyIndex *index);

/* In the order of verify_index_add; belongs to the index. */
VerifyRecord *verify_index_get (const VerifyIndex *index, guint32 number);

/* Fills *words, to be cleared by verify_words_clear. */
gboolean verify_index_read_words (const VerifyIndex *index, const VerifyRecord *record,
				  VerifyWords *words, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyIndex, verify_index_free)
