/* verify-outcome.h - what became of each message, and how many of each there are
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "verify/verify-index.h"

/* What became of a message; the names are a contract with scripts. */
typedef enum {
	VERIFY_IDENTICAL,    /* found, every byte the same */
	VERIFY_CANONICAL,    /* found, but for line ends and what stores write into headers */
	VERIFY_MIME_EQUAL,   /* found, written anew: the same fields and parts */
	VERIFY_ALIKE,        /* the same header; nothing else was compared, because nobody asked */
	VERIFY_MOVED,        /* found in another folder */
	VERIFY_ALTERED,      /* only its header was found: the content differs */
	VERIFY_MISSING,      /* at the source only */
	VERIFY_COLLAPSED,    /* fewer copies at the target than at the source */
	VERIFY_EXTRA,        /* at the target only */
	VERIFY_DUPLICATED,   /* more copies at the target than at the source */
	VERIFY_UNVERIFIABLE, /* could not be read */
	VERIFY_FLAG_DIFFERS, /* found, besides; never an outcome's class */
	VERIFY_DATE_DIFFERS, /* the same */
	VERIFY_CLASSES
} VerifyClass;

/* "flag-differs" etc. */
const char *verify_class_to_text (VerifyClass class);

/* By what a message was recognised. */
typedef enum {
	VERIFY_LEVEL_NONE,
	VERIFY_LEVEL_HEADER,
	VERIFY_LEVEL_MIME,
	VERIFY_LEVEL_CANONICAL,
	VERIFY_LEVEL_RAW,
	VERIFY_LEVELS
} VerifyLevel;

/* Why a message is altered, as far as that can be told; the names are a contract too. */
typedef enum {
	VERIFY_REASON_NONE,
	VERIFY_REASON_TRUNCATED,    /* only its beginning is there */
	VERIFY_REASON_PART_MISSING, /* some of its parts are not there */
	VERIFY_REASON_PART_REPLACED,
	VERIFY_REASON_FROM_QUOTING,   /* '>' before "From ", or none where there was one */
	VERIFY_REASON_CHARSET,        /* letters beyond ASCII are others */
	VERIFY_REASON_REWRAPPED,      /* lines are broken elsewhere */
	VERIFY_REASON_SIGNATURE,      /* the same parts, but the signed one was written anew */
	VERIFY_REASON_BARE_CR,        /* CRs without LF are gone */
	VERIFY_REASON_HEADER_MUNGED,  /* letters beyond ASCII in the header are all one */
	VERIFY_REASON_HEADER_CHANGED, /* the same parts, but another header field */
	VERIFY_REASON_TEXT_CHANGED,   /* another text */
	VERIFY_REASON_SIZE,           /* only sizes were compared, and they are far apart */
	VERIFY_REASON_UNAVAILABLE,    /* there is no content to look into */
	VERIFY_REASONS
} VerifyReason;

/* "from-quoting" etc.; NULL for none. */
const char *verify_reason_to_text (VerifyReason reason);

/* How the metadata of a pair compares. */
typedef enum {
	VERIFY_FLAGS_DIFFER = 1 << 0,
	VERIFY_DATES_DIFFER = 1 << 1,
	VERIFY_NULS_DIFFER = 1 << 2 /* one of the pair has NULs and the other does not */
} VerifyRemarks;

#define VERIFY_NO_PARTNER G_MAXUINT32

typedef struct {
	guint32 number;  /* of the message in its index */
	guint32 partner; /* at the target; VERIFY_NO_PARTNER: none */
	guint8 at_target; /* number is the target's, where nobody at the source is its partner */
	guint8 class;     /* VerifyClass */
	guint8 level;     /* VerifyLevel */
	guint8 remarks;   /* VerifyRemarks */
	guint8 reason;    /* VerifyReason */
} VerifyOutcome;

typedef struct {
	guint32 messages; /* of that side, the unreadable ones included */
	guint32 classes[VERIFY_CLASSES]; /* of outcomes at that side, by its folder */
	guint32 levels[VERIFY_LEVELS];
} VerifyCount;

typedef struct VerifyOutcomes VerifyOutcomes;

/* With all, identical messages are kept too; else only counted. Borrows the indexes. */
VerifyOutcomes *verify_outcomes_new (VerifyIndex *source, VerifyIndex *target, gboolean all);

/* An empty one about the same messages, keeping all. */
VerifyOutcomes *verify_outcomes_new_like (const VerifyOutcomes *other);
void verify_outcomes_free (VerifyOutcomes *outcomes);

/* Copies outcome; folder is the one of its message. */
gboolean verify_outcomes_add (VerifyOutcomes *outcomes, const VerifyOutcome *outcome,
			      guint32 folder, GError **error);

/* A message of that folder exists. */
void verify_outcomes_count_message (VerifyOutcomes *outcomes, gboolean at_target, guint32 folder);
const VerifyCount *verify_outcomes_get_count (const VerifyOutcomes *outcomes, gboolean at_target,
					      guint32 folder);

/* The source's in their order, then the target's; *outcome is NULL at the end. */
gboolean verify_outcomes_rewind (VerifyOutcomes *outcomes, GError **error);
gboolean verify_outcomes_next (VerifyOutcomes *outcomes, const VerifyOutcome **outcome,
			       GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyOutcomes, verify_outcomes_free)
