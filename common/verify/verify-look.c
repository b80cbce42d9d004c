/* verify-look.c - some messages of a side again, with their content
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-look.h"

#include <string.h>

#include "base/digest.h"
#include "base/stop.h"
#include "verify/verify-digest.h"

/* The first half of a key says where a message lies, the second half what is in it. */
#define HALF (VERIFY_KEY_SIZE / 2)

struct VerifyLook {
	const VerifyReading *reading;
	VerifyLookup *wanted;
};

VerifyLook *
verify_look_new (const VerifyReading *reading)
{
	VerifyLook *look = g_new0 (VerifyLook, 1);

	look->reading = reading;
	look->wanted = verify_lookup_new ();
	return look;
}

void
verify_look_free (VerifyLook *look)
{
	if (look == NULL)
		return;
	verify_lookup_free (look->wanted);
	g_free (look);
}

static void
make_key (const char *folder, const char *origin, guint64 size, guint8 *key)
{
	const char *known = origin != NULL ? origin : "";
	gsize length = strnlen (known, VERIFY_WORD_LIMIT); /* as the index has it */
	guint8 digest[DIGEST_SIZE];
	Digest place;

	digest_init (&place);
	digest_update (&place, folder, strlen (folder) + 1);
	digest_update (&place, known, length);
	digest_update (&place, &size, sizeof size);
	digest_finish (&place, digest);
	memcpy (key, digest, HALF);
	memset (key + HALF, 0, HALF);
}

gboolean
verify_look_add (VerifyLook *look, guint32 number, GError **error)
{
	VerifyIndex *index = look->reading->index;
	g_auto (VerifyWords) words = { 0 };
	guint8 key[VERIFY_KEY_SIZE];
	VerifyRecord record;

	if (!verify_index_read (index, number, &record, error) ||
	    !verify_index_read_words (index, &record, &words, error))
		return FALSE;
	make_key (verify_index_get_folder (index, record.folder)->path, words.origin, record.size,
		  key);
	if ((record.traits & VERIFY_HAS_L1) != 0)
		memcpy (key + HALF, record.l1, HALF);
	return verify_lookup_add (look->wanted, key, number, error);
}

/* Only these end the reading; else one unreadable message costs that message. */
static gboolean
forgive (GError *trouble, GError **error)
{
	if (g_error_matches (trouble, RUN_ERROR, RUN_ERROR_TEMPORARY) ||
	    g_error_matches (trouble, RUN_ERROR, RUN_ERROR_LOGIN)) {
		g_propagate_error (error, trouble);
		return FALSE;
	}
	g_error_free (trouble);
	return TRUE;
}

static gboolean
examine (VerifyLook *look, Message *message, VerifyLookFunc function, gpointer user_data,
	 GError **error)
{
	guint8 key[VERIFY_KEY_SIZE];
	guint8 l1[DIGEST_SIZE];
	GError *trouble = NULL;
	gboolean wanted;
	guint32 number;

	make_key (message->folder->path, message->origin,
		  (guint64) message_content_get_size (message->content), key);
	if (!verify_lookup_has (look->wanted, key, HALF, &wanted, error))
		return FALSE;
	if (!wanted)
		return TRUE;
	/* One whose content was not looked at the first time is asked for without it. */
	if (!verify_lookup_take (look->wanted, key, &number, &wanted, error))
		return FALSE;
	if (wanted)
		return function (number, message, user_data, error);
	if (!verify_digest_l1 (message, look->reading->form, l1, &trouble))
		return forgive (trouble, error);
	memcpy (key + HALF, l1, HALF);
	if (!verify_lookup_take (look->wanted, key, &number, &wanted, error))
		return FALSE;
	return !wanted || function (number, message, user_data, error);
}

gboolean
verify_look_run (VerifyLook *look, VerifyLookFunc function, gpointer user_data, GError **error)
{
	const VerifyReading *reading = look->reading;

	if (!verify_lookup_seal (look->wanted, error))
		return FALSE;
	if (verify_lookup_count (look->wanted) == 0 || reading->open == NULL)
		return TRUE;
	/* It says nothing that the first reading has not said. */
	g_autoptr (Report) quiet = report_new_quiet ("again");
	g_autoptr (Ledger) ledger = ledger_new (quiet);
	g_autoptr (MessageSource) source =
		reading->open (reading->user_data, TRUE, ledger, quiet, error);
	if (source == NULL)
		return FALSE;
	for (;;) {
		g_autoptr (Message) message = NULL;
		if (!stop_check (error) || !message_source_next (source, &message, error))
			return FALSE;
		if (message == NULL)
			return TRUE;
		if (!message_is_folder (message) &&
		    !examine (look, message, function, user_data, error))
			return FALSE;
	}
}
