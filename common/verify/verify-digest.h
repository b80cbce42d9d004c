/* verify-digest.h - a message, streamed past, as a record to compare
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/message.h"
#include "verify/verify-index.h"

/* What L0 is taken over. */
typedef enum {
	VERIFY_FORM_RAW, /* the content as the source has it */
	/* As it goes to a server (message/wire.h); for both sides if one of them is a server.
	 * The digest of the lines ended by LF, where that says the same. */
	VERIFY_FORM_SENT,
	/* Nothing: only the header is read, for L3. */
	VERIFY_FORM_HEADERS
} VerifyForm;

/* Fills record (all but folder) and words; the content is streamed, in constant memory. words is
 * to be cleared by the caller also after an error, which means that the content cannot be read. */
gboolean verify_digest_message (Message *message, VerifyForm form, VerifyRecord *record,
				VerifyWords *words, GError **error);

/* Only one of the digests, of DIGEST_SIZE bytes, as verify_digest_message takes it; not for
 * VERIFY_FORM_HEADERS. */
gboolean verify_digest_l0 (Message *message, VerifyForm form, guint8 *l0, GError **error);
gboolean verify_digest_l1 (Message *message, VerifyForm form, guint8 *l1, GError **error);

/* The metadata and L3 halves from text alone, for sources without content. Any argument may be
 * NULL. */
guint64 verify_digest_message_id (const char *message_id);
guint32 verify_digest_keywords (const char *const *keywords);
