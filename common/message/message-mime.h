/* message-mime.h - L2: what a message says, however a server has written it anew
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Some servers do not keep a message but its parts, and make the text of it when it is asked for:
 * folded, encoded and divided in other ways, the same to whoever reads it. What stays is the
 * decoded header fields people see and the decoded parts in their order. One thing must not be
 * rewritten: what is under a signature (multipart/signed, RFC 1847), so its bytes take part.
 */
#pragma once

#include "base/digest.h"
#include "message/message-content.h"

/* How text is looked at. */
typedef enum {
	MESSAGE_MIME_WHOLE,    /* UTF-8, LF, no blanks before line ends, no LF at the end */
	MESSAGE_MIME_ASCII,    /* of that only printable ASCII but '?': what no charset can spoil */
	MESSAGE_MIME_SQUEEZED, /* without white space: where lines are broken plays no part */
	MESSAGE_MIME_UNQUOTED  /* lines that an mbox must quote, without their '>' */
} MessageMimeView;

typedef struct {
	char *type; /* "text/plain", lower case */
	char *name; /* decoded file name; NULL if there is none */
	gboolean is_text;
	guint64 size; /* of what digest is over */
	guint8 digest[DIGEST_SIZE];
	guint8 prefix[DIGEST_SIZE]; /* over its first bytes, if they were asked for */
} MessageMimePart;

typedef struct {
	guint8 fields[DIGEST_SIZE]; /* Date From To Cc Subject Message-ID In-Reply-To References */
	GPtrArray *parts;           /* of MessageMimePart, leaves in order */
	gboolean is_open; /* a multipart does not end */
	gboolean is_signed;
	guint8 signed_part[DIGEST_SIZE]; /* L1 of what is under the signatures */
} MessageMime;

/* Of which part how many bytes are wanted as prefix. */
typedef struct {
	guint part;
	guint64 size;
} MessageMimePrefix;

/* prefix may be NULL. *mime is NULL, without an error, for what is beyond the limits of
 * message_mime_limits_check or no message to the parser. FALSE if the content cannot be read. */
gboolean message_mime_read (MessageContent *content, MessageMimeView view,
			    const MessageMimePrefix *prefix, MessageMime **mime, GError **error);
void message_mime_free (MessageMime *mime);

/* L2: DIGEST_SIZE bytes; without the signed part unless with_signed. */
void message_mime_digest (const MessageMime *mime, gboolean with_signed, guint8 *digest);

/* A header's text with its encoded words decoded (RFC 2047), as valid UTF-8; controls are still
 * in it. NULL for NULL. Newly allocated. */
char *message_mime_decode (const char *raw);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessageMime, message_mime_free)
