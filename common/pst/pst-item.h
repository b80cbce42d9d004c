/* pst-item.h - one item as its properties describe it: what it is, how it stands, who is concerned
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-address.h"

typedef enum {
	PST_KIND_MAIL, /* messages, reports, meeting requests and answers */
	/* no class of mail, but something to carry and no other home */
	PST_KIND_AS_MAIL,
	PST_KIND_OTHER, /* contact, appointment, task, note, journal, settings */
} PstKind;

/* What the class alone says: TRUE when it decides. Class names are compared without regard to
 * case. */
gboolean pst_item_get_kind_of_class (const char *class, PstKind *kind);

typedef enum {
	PST_RECIPIENT_TO = 1,
	PST_RECIPIENT_CC = 2,
	PST_RECIPIENT_BCC = 3,
} PstRecipientKind;

/* Why a message didn't reach somebody. */
typedef struct {
	gboolean is_failure; /* the item says something about it */
	gint64 status;       /* 511 for 5.1.1; 0 if absent */
	gint64 diagnostic;   /* of X.400 ([MS-OXOMSG] 2.2.2.34); -1 if absent */
	char *text;          /* what the server said; NULL if absent */
} PstRecipientFailure;

typedef struct {
	PstRecipientKind kind;
	PstAddress *address;
	PstRecipientFailure failure;
	guint response; /* to a meeting: 2 tentative, 3 accepted, 4 declined, 5 none yet */
	gboolean is_organizer;
} PstRecipient;

typedef struct {
	const PstContext *context;
	PstNode *node;
	PstProps *props;
	char *class; /* "IPM.Note"; "" if it has none */
	PstKind kind;
	guint codepage; /* of its 8-bit strings */
} PstItem;

/* The item in NODE (kept by reference). Fails when its properties can't be read. Finding:
 * "codepage-unknown". */
PstItem *pst_item_open (const PstContext *context, PstNode *node, GError **error);
void pst_item_free (PstItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstItem, pst_item_free)

/* The recipients of the KINDS asked for (bits 1 << kind), in table order: from the table, or
 * from the display strings if there is no (readable) table. An array of PstRecipient. Finding:
 * "recipients-damaged". */
GPtrArray *pst_item_read_recipients (const PstItem *item, guint kinds);

/* A text property, or NULL; newly allocated. */
char *pst_item_get_text (const PstItem *item, guint16 id);

/* TEXT without the two characters that mark a subject's prefix; NULL if that was all. Newly
 * allocated. */
char *pst_item_tidy_subject (const char *text);

/* The subject without the two characters that mark its prefix; NULL if there is none. */
char *pst_item_get_subject (const PstItem *item);

/* Who it is from, and who really sent it; NULL if the item doesn't say. */
PstAddress *pst_item_get_author (const PstItem *item);
PstAddress *pst_item_get_sender (const PstItem *item);

/* When it came, else when it was sent; FALSE and *seconds untouched if the item doesn't say, or
 * says what is no date for mail (pst-time.h). Seconds since 1970. */
gboolean pst_item_get_received (const PstItem *item, gint64 *seconds);

/* The same for its Date field: when it was sent, else when it came, else when it was begun. */
gboolean pst_item_get_date (const PstItem *item, gint64 *seconds);

/* Bits as in message-flags.h. */
guint pst_item_get_flags (const PstItem *item);

/* Categories and "$Forwarded", unsorted, as NULL-terminated array, caller owns. */
char **pst_item_get_keywords (const PstItem *item);
