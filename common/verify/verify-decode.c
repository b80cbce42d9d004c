/* verify-decode.c - L2 of the messages whose bytes were not found
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-decode.h"

#include <string.h>

#include "message/message-mime-limits.h"
#include "message/message-mime.h"

static int
compare_mimes (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyMime *x = a;
	const VerifyMime *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

typedef struct {
	VerifyEntries *side;
	Sorter *mimes;          /* of VerifyMime */
	const VerifyMime *mime; /* the next one; NULL: there is none any more */
} Decoding;

/* Not decoded: it was not even tried, or it is no mail to the parser. */
static gboolean
name_limit (Report *report, Message *message, GError **error)
{
	const char *problem;

	if (!message_mime_limits_check (message->content, &problem, error))
		return FALSE;
	if (problem != NULL)
		report_finding (report, REPORT_NOTE, "mime-limit", message->origin,
				message->folder->path,
				"%s: not decoded, only its bytes are compared", problem);
	return TRUE;
}

static gboolean
decode (guint32 number, Message *message, gpointer user_data, GError **error)
{
	Decoding *decoding = user_data;
	g_autoptr (MessageMime) mime = NULL;
	VerifyMime found = { .number = number };
	guint8 l2[DIGEST_SIZE];

	if (!message_mime_read (message->content, MESSAGE_MIME_WHOLE, NULL, &mime, error))
		return FALSE;
	if (mime == NULL)
		return name_limit (decoding->side->reading->report, message, error);
	message_mime_digest (mime, TRUE, l2);
	memcpy (found.l2, l2, VERIFY_KEY_SIZE);
	return sorter_add (decoding->mimes, &found, error);
}

/* Worth it: it has a counterpart by a header field, or no header that could tell. A list knows no
 * field but the Message-ID. */
static gboolean
wants_look (const VerifyEntry *entry, gboolean other_is_list)
{
	return (entry->marks & VERIFY_MARK_LOOK) != 0 ||
	       (entry->first == 0 && (entry->second == 0 || other_is_list));
}

typedef struct {
	VerifyLook *look;
	gboolean other_is_list;
	guint64 wanted;
} Asking;

static gboolean
ask (const void *record, gpointer user_data, GError **error)
{
	const VerifyEntry *entry = record;
	Asking *asking = user_data;

	if (!wants_look (entry, asking->other_is_list))
		return TRUE;
	asking->wanted++;
	return verify_look_add (asking->look, entry->number, error);
}

gboolean
verify_decode_ask (const VerifyEntries *side, const VerifyEntries *other, VerifyLook *look,
		   guint64 *wanted, GError **error)
{
	Asking asking = { look, other->reading->open == NULL, 0 };
	gboolean ok = sorter_foreach (side->open, ask, &asking, error);

	*wanted = asking.wanted;
	return ok;
}

static gboolean
next_mime (Decoding *decoding, GError **error)
{
	const void *next;

	if (decoding->side->reading->open == NULL)
		return verify_index_next_mime (decoding->side->reading->index, &decoding->mime,
					       error);
	if (!sorter_next (decoding->mimes, &next, error))
		return FALSE;
	decoding->mime = next;
	return TRUE;
}

/* Entries and L2 both come in the order of numbers. */
static gboolean
take_mime (const void *old, gpointer user_data, GError **error)
{
	Decoding *decoding = user_data;
	VerifyEntry entry = *(const VerifyEntry *) old;

	while (decoding->mime != NULL && decoding->mime->number < entry.number)
		if (!next_mime (decoding, error))
			return FALSE;
	if (decoding->mime != NULL && decoding->mime->number == entry.number) {
		memcpy (entry.key, decoding->mime->l2, VERIFY_KEY_SIZE);
		entry.marks |= VERIFY_MARK_KEY;
	}
	return sorter_add (decoding->side->open, &entry, error);
}

gboolean
verify_decode (VerifyEntries *side, VerifyLook *look, GError **error)
{
	g_autoptr (Sorter) mimes = sorter_new (sizeof (VerifyMime), SORTER_MEMORY_LIMIT,
					       compare_mimes, NULL);
	Decoding decoding = { side, mimes, NULL };

	return verify_look_run (look, decode, &decoding, error) && sorter_rewind (mimes, error) &&
	       verify_index_rewind_mime (side->reading->index, error) &&
	       next_mime (&decoding, error) &&
	       verify_entries_reopen (side, take_mime, &decoding, error);
}
