/* imap-refusal.c - what a NO or BAD means for the messages it answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-refusal.h"

#include <string.h>

typedef struct {
	ImapRefusal refusal;
	const char *code;  /* or NULL */
	const char *words; /* in lower case; or NULL */
} Sign;

static const Sign signs[] = {
	{ IMAP_REFUSAL_OVER_QUOTA, "OVERQUOTA", "over quota" },
	{ IMAP_REFUSAL_OVER_QUOTA, NULL, "quota exceeded" },
	{ IMAP_REFUSAL_OVER_QUOTA, NULL, "exceeded your mail quota" },
	{ IMAP_REFUSAL_TEMPORARY, "UNAVAILABLE", NULL },
	{ IMAP_REFUSAL_TEMPORARY, "INUSE", NULL },
	{ IMAP_REFUSAL_TEMPORARY, "THROTTLED", "throttled" },
	{ IMAP_REFUSAL_TEMPORARY, NULL, "try again later" },
	{ IMAP_REFUSAL_TEMPORARY, NULL, "backoff time" },
	{ IMAP_REFUSAL_TEMPORARY, NULL, "bandwidth limits" },
	{ IMAP_REFUSAL_TOO_LARGE, "TOOBIG", "message too large" },
	{ IMAP_REFUSAL_FOLDER, "TRYCREATE", "selected read-only" },
	{ IMAP_REFUSAL_FOLDER, "NONEXISTENT", "read-only mailbox" },
	{ IMAP_REFUSAL_FOLDER, "NOPERM", "permission denied" },
};

guint
imap_refusal_get_pause (const char *text)
{
	static const char sign[] = "backoff time:";
	g_autofree char *lower = g_ascii_strdown (text, -1);
	const char *at = strstr (lower, sign);

	return at != NULL
		       ? (guint) MIN (g_ascii_strtoull (at + sizeof sign - 1, NULL, 10), G_MAXUINT)
		       : 0;
}

ImapRefusal
imap_refusal_classify (const ImapResponse *reply)
{
	g_autofree char *text = g_ascii_strdown (reply->text, -1);

	for (gsize i = 0; i < G_N_ELEMENTS (signs); i++)
		if ((signs[i].code != NULL && imap_response_has_code (reply, signs[i].code)) ||
		    (signs[i].words != NULL && strstr (text, signs[i].words) != NULL))
			return signs[i].refusal;
	return IMAP_REFUSAL_MESSAGE;
}
