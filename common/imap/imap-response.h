/* imap-response.h - what an IMAP server says, taken apart
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Pure: bytes in, values out. Servers lie; every length is checked and nesting is bounded. Free
 * text (of OK, NO and the like) is never an error, whatever it holds. Grammar: RFC 3501, section 9;
 * RFC 4466 for the extensible parts.
 */
#pragma once

#include <glib.h>

#include "base/spool.h"

typedef enum {
	/* also numbers, flags and FETCH items such as BODY[HEADER.FIELDS (DATE)] */
	IMAP_VALUE_ATOM,
	IMAP_VALUE_STRING,  /* quoted */
	IMAP_VALUE_LITERAL, /* the bytes are in spool */
	IMAP_VALUE_NIL,
	IMAP_VALUE_LIST
} ImapValueType;

typedef struct {
	ImapValueType type;
	char *text;       /* atom, string: without NUL; else NULL */
	Spool *spool;     /* literal */
	GPtrArray *items; /* list: of ImapValue */
} ImapValue;

typedef enum {
	IMAP_RESPONSE_UNTAGGED, /* "* ..." */
	IMAP_RESPONSE_TAGGED,
	IMAP_RESPONSE_CONTINUE /* "+ ..." */
} ImapResponseKind;

typedef enum {
	IMAP_STATUS_NONE, /* untagged data */
	IMAP_STATUS_OK,
	IMAP_STATUS_NO,
	IMAP_STATUS_BAD,
	IMAP_STATUS_BYE,
	IMAP_STATUS_PREAUTH
} ImapStatus;

typedef struct {
	ImapResponseKind kind;
	char *tag; /* tagged */
	ImapStatus status;
	/* of ImapValue: the words in [...]; NULL if there are none or they make no sense */
	GPtrArray *code;
	char *text;      /* status and continue: the rest, as the server wrote it, NULs as blanks */
	gboolean has_number;
	guint32 number;    /* of "* 12 EXISTS" */
	char *name;        /* of untagged data, in capitals: "FETCH" */
	GPtrArray *values; /* of ImapValue, behind the name; NULL if they make no sense */
} ImapResponse;

#define IMAP_RESPONSE_NESTING 32

/* Is the response in text (all lines so far, CRLF between them, none at the end) to go on with a
 * literal of *size bytes? RFC 3501 literals, RFC 7888 and RFC 3516 forms. Never for status and
 * continuation lines. */
gboolean imap_response_wants_literal (const guint8 *text, gsize length, goffset *size);

/* text as above, with "{n}" CRLF where a literal stood; literals are their Spools in order. NULL
 * with RUN_ERROR_INPUT if it is not even a response. */
ImapResponse *imap_response_new (const guint8 *text, gsize length, GPtrArray *literals,
				 GError **error);
void imap_response_free (ImapResponse *response);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapResponse, imap_response_free)

/* Is name (in capitals) the first word of the response code? */
gboolean imap_response_has_code (const ImapResponse *response, const char *name);

/* The value at index, or NULL if there is none; values may be NULL. */
const ImapValue *imap_value_at (const GPtrArray *values, guint index);

/* The value behind the atom name (any case) in a list of pairs, as in FETCH and STATUS; NULL if
 * there is none. */
const ImapValue *imap_value_find (const GPtrArray *pairs, const char *name);

/* Bytes of an atom, string or small literal as text, newly allocated; NULL for anything else, and
 * where there is a NUL in it. */
char *imap_value_dup_text (const ImapValue *value);

/* The bytes of an atom, string or literal of any size, as a new reference to a spool that nobody
 * writes to any more; NULL for anything else. value may be NULL. RFC 3501, nstring. */
Spool *imap_value_dup_spool (const ImapValue *value);

/* FALSE if value (may be NULL) is no decimal number of RFC 3501: below 2^32. */
gboolean imap_value_get_number (const ImapValue *value, guint32 *number);

/* Numbers of a set such as "3:5,9", in that order; NULL if it is none, holds '*', or more than
 * limit numbers. RFC 3501 sequence-set, RFC 4315 uid-set. */
GArray *imap_value_parse_set (const char *text, guint limit);
