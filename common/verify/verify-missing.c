/* verify-missing.c - the messages to send again, from a second reading of the source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-missing.h"

#include <stdlib.h>
#include <string.h>

#include "mbox/mbox-sink.h"
#include "message/transfer.h"
#include "message/wire.h"

/* Copies of one content in one folder that are still to come. */
typedef struct {
	guint8 l0[VERIFY_KEY_SIZE];
	guint32 folder; /* of the index */
	guint32 left;
} Wanted;

typedef struct {
	MessageSource source;
	MessageSource *inner;
	const VerifyIndex *index;
	VerifyForm form;
	Ledger *ledger;
	GArray *wanted;      /* of Wanted, sorted */
	GHashTable *folders; /* path -> number + 1 */
} MissingSource;

static gboolean
is_wanted (const VerifyRecord *record)
{
	return record->class == VERIFY_MISSING || record->class == VERIFY_ALTERED ||
	       record->class == VERIFY_COLLAPSED;
}

static int
compare_wanted (const void *a, const void *b)
{
	const Wanted *x = a;
	const Wanted *y = b;

	if (x->folder != y->folder)
		return x->folder < y->folder ? -1 : 1;
	return memcmp (x->l0, y->l0, VERIFY_KEY_SIZE);
}

static Wanted
key_of (const VerifyRecord *record)
{
	Wanted key = { .folder = record->folder };

	memcpy (key.l0, record->l0, VERIFY_KEY_SIZE);
	return key;
}

static Wanted *
find (MissingSource *self, const Wanted *key)
{
	if (self->wanted->len == 0)
		return NULL;
	return bsearch (key, self->wanted->data, self->wanted->len, sizeof *key, compare_wanted);
}

/* Each content once, with the number of its copies. */
static void
collect (MissingSource *self)
{
	GArray *wanted = self->wanted;
	guint kept = 0;

	for (guint32 i = 0; i < verify_index_count (self->index); i++) {
		const VerifyRecord *record = verify_index_get (self->index, i);
		Wanted one = key_of (record);
		if (is_wanted (record))
			g_array_append_val (wanted, one);
	}
	if (wanted->len == 0)
		return;
	qsort (wanted->data, wanted->len, sizeof (Wanted), compare_wanted);
	for (guint i = 1; i < wanted->len; i++) {
		const Wanted one = g_array_index (wanted, Wanted, i);
		if (compare_wanted (&g_array_index (wanted, Wanted, kept), &one) != 0)
			g_array_index (wanted, Wanted, ++kept) = one;
	}
	g_array_set_size (wanted, kept + 1);
	for (guint32 i = 0; i < verify_index_count (self->index); i++) {
		const Wanted one = key_of (verify_index_get (self->index, i));
		Wanted *found = find (self, &one);
		if (found != NULL)
			found->left++;
	}
}

static gboolean
take (MissingSource *self, Message *message, gboolean *taken, GError **error)
{
	guint folder =
		GPOINTER_TO_UINT (g_hash_table_lookup (self->folders, message->folder->path));
	Wanted key = { .folder = folder - 1 };
	guint8 sent[DIGEST_SIZE];
	const guint8 *l0 = sent;

	*taken = FALSE;
	if (folder == 0)
		return TRUE;
	if (self->form == VERIFY_FORM_RAW)
		l0 = message_get_l0 (message, error);
	else if (!wire_digest (message->content, NULL, sent, error))
		return FALSE;
	if (l0 == NULL)
		return FALSE;
	memcpy (key.l0, l0, VERIFY_KEY_SIZE);
	Wanted *found =
		bsearch (&key, self->wanted->data, self->wanted->len, sizeof key, compare_wanted);
	*taken = found != NULL && found->left > 0;
	if (*taken)
		found->left--;
	return TRUE;
}

/* The source is not what it was a moment ago. */
static void
name_vanished (MissingSource *self)
{
	for (guint i = 0; i < self->wanted->len; i++) {
		Wanted *wanted = &g_array_index (self->wanted, Wanted, i);
		const Folder *folder = verify_index_get_folder (self->index, wanted->folder);
		for (; wanted->left > 0; wanted->left--) {
			ledger_announce (self->ledger, 1);
			ledger_failed (
				self->ledger, NULL, folder->path,
				"a missing message was not found again at the second reading");
		}
	}
}

/* Only these end the reading; else one unreadable message costs that message. */
static gboolean
settle_trouble (MissingSource *self, const Message *message, GError *trouble, GError **error)
{
	if (g_error_matches (trouble, RUN_ERROR, RUN_ERROR_TEMPORARY) ||
	    g_error_matches (trouble, RUN_ERROR, RUN_ERROR_LOGIN)) {
		g_propagate_error (error, trouble);
		return FALSE;
	}
	ledger_failed (self->ledger, message->origin, message->folder->path, "%s",
		       trouble->message);
	g_error_free (trouble);
	return TRUE;
}

static gboolean
missing_source_next (MessageSource *source, Message **message, GError **error)
{
	MissingSource *self = (MissingSource *) source;

	for (;;) {
		g_autoptr (Message) candidate = NULL;
		GError *trouble = NULL;
		gboolean taken;

		if (!message_source_next (self->inner, &candidate, error))
			return FALSE;
		if (candidate == NULL) {
			name_vanished (self);
			*message = NULL;
			return TRUE;
		}
		if (message_is_folder (candidate))
			continue;
		if (!take (self, candidate, &taken, &trouble)) {
			if (!settle_trouble (self, candidate, trouble, error))
				return FALSE;
			continue;
		}
		if (taken) {
			*message = g_steal_pointer (&candidate);
			return TRUE;
		}
		if (!ledger_present (self->ledger, candidate, NULL, error))
			return FALSE;
	}
}

static void
missing_source_free (MessageSource *source)
{
	MissingSource *self = (MissingSource *) source;

	message_source_free (self->inner);
	g_array_unref (self->wanted);
	g_hash_table_unref (self->folders);
	g_free (self);
}

static const MessageSourceClass missing_source_class = {
	.next = missing_source_next,
	.free = missing_source_free,
};

MessageSource *
verify_missing_source_new (MessageSource *source, const VerifyIndex *index, VerifyForm form,
			   Ledger *ledger)
{
	MissingSource *self = g_new0 (MissingSource, 1);

	self->source.class = &missing_source_class;
	self->inner = source;
	self->index = index;
	self->form = form;
	self->ledger = ledger;
	self->wanted = g_array_new (FALSE, FALSE, sizeof (Wanted));
	self->folders = g_hash_table_new (g_str_hash, g_str_equal);
	for (guint32 i = 0; i < verify_index_count_folders (index); i++)
		g_hash_table_insert (self->folders, verify_index_get_folder (index, i)->path,
				     GUINT_TO_POINTER (i + 1));
	collect (self);
	return &self->source;
}

gboolean
verify_missing_any (const VerifyIndex *index)
{
	for (guint32 i = 0; i < verify_index_count (index); i++)
		if (is_wanted (verify_index_get (index, i)))
			return TRUE;
	return FALSE;
}

gboolean
verify_missing_write (MessageSource *source, const VerifyIndex *index, VerifyForm form,
		      Ledger *ledger, Report *report, Output *output, guint64 *written,
		      GError **error)
{
	g_autoptr (MessageSink) sink = mbox_sink_new_stream (output, ledger);

	if (source != NULL) {
		g_autoptr (MessageSource) missing =
			verify_missing_source_new (source, index, form, ledger);
		if (!transfer_run (missing, sink, ledger, report, error))
			return FALSE;
	}
	if (!message_sink_finish (sink, error))
		return FALSE;
	*written = ledger_get_counts (ledger).emitted;
	return TRUE;
}
