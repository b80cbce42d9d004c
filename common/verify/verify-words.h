/* verify-words.h - what a message is called when it is shown
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

/* Raw header text, any bytes but NUL. NULL where unknown. */
typedef struct {
	char *origin;
	char *message_id;
	char *from;
	char *subject;
} VerifyWords;

/* So many bytes of each are kept. */
#define VERIFY_WORD_LIMIT 400

void verify_words_clear (VerifyWords *words);

#define VERIFY_NO_DATE G_MININT64

/* "2024-03-01T09:30:00Z", NULL if unknown (VERIFY_NO_DATE) or beyond the calendar. Newly
 * allocated. */
char *verify_words_date (gint64 seconds);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (VerifyWords, verify_words_clear)
