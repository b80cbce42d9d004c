/* verify-missing.c - the messages to send again, from a second reading of the source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-missing.h"

#include <string.h>

#include "mbox/mbox-sink.h"
#include "message/transfer.h"
#include "verify/verify-lookup.h"

typedef struct {
	MessageSource source;
	MessageSource *inner;
	VerifyIndex *index;
	VerifyForm form;
	Ledger *ledger;
	VerifyLookup *wanted; /* by folder and L0 */
	GHashTable *folders;  /* path -> number + 1 */
} MissingSource;

static gboolean
is_wanted (VerifyClass class)
{
	return class == VERIFY_MISSING || class == VERIFY_ALTERED || class == VERIFY_COLLAPSED;
}

static void
make_key (guint32 folder, const guint8 *l0, guint8 *key)
{
	const guint32 number = GUINT32_TO_BE (folder);

	memcpy (key, &number, sizeof number);
	memcpy (key + sizeof number, l0, VERIFY_KEY_SIZE - sizeof number);
}

static gboolean
add_wanted (VerifyIndex *index, const VerifyMatch *match, VerifyLookup *wanted, GError **error)
{
	if (!verify_outcomes_rewind (match->outcomes, error))
		return FALSE;
	for (;;) {
		const VerifyOutcome *outcome;
		guint8 key[VERIFY_KEY_SIZE];
		VerifyRecord record;
		if (!verify_outcomes_next (match->outcomes, &outcome, error))
			return FALSE;
		if (outcome == NULL || outcome->at_target)
			return verify_lookup_seal (wanted, error);
		if (!is_wanted (outcome->class))
			continue;
		if (!verify_index_read (index, outcome->number, &record, error))
			return FALSE;
		make_key (record.folder, record.l0, key);
		if (!verify_lookup_add (wanted, key, outcome->number, error))
			return FALSE;
	}
}

/* Every copy of what is wanted, the ones that were found too. */
static VerifyLookup *
collect (VerifyIndex *index, const VerifyMatch *match, GError **error)
{
	g_autoptr (VerifyLookup) wanted = verify_lookup_new ();
	g_autoptr (VerifyLookup) copies = verify_lookup_new ();

	if (!add_wanted (index, match, wanted, error))
		return NULL;
	guint32 count = verify_lookup_count (wanted) > 0 ? verify_index_count (index) : 0;
	for (guint32 i = 0; i < count; i++) {
		guint8 key[VERIFY_KEY_SIZE];
		VerifyRecord record;
		gboolean has;
		if (!verify_index_read (index, i, &record, error))
			return NULL;
		make_key (record.folder, record.l0, key);
		if ((record.traits & VERIFY_HAS_L0) == 0)
			continue;
		if (!verify_lookup_has (wanted, key, VERIFY_KEY_SIZE, &has, error) ||
		    (has && !verify_lookup_add (copies, key, i, error)))
			return NULL;
	}
	return verify_lookup_seal (copies, error) ? g_steal_pointer (&copies) : NULL;
}

static gboolean
take (MissingSource *self, Message *message, gboolean *taken, GError **error)
{
	guint folder =
		GPOINTER_TO_UINT (g_hash_table_lookup (self->folders, message->folder->path));
	guint8 key[VERIFY_KEY_SIZE];
	guint8 l0[DIGEST_SIZE];
	guint32 number;

	*taken = FALSE;
	if (folder == 0)
		return TRUE;
	if (!verify_digest_l0 (message, self->form, l0, error))
		return FALSE;
	make_key (folder - 1, l0, key);
	return verify_lookup_take (self->wanted, key, &number, taken, error);
}

/* The source is not what it was a moment ago. */
static gboolean
name_vanished (MissingSource *self, GError **error)
{
	for (;;) {
		g_auto (VerifyWords) words = { 0 };
		VerifyRecord record;
		guint32 number;
		gboolean left;
		if (!verify_lookup_next_left (self->wanted, &number, &left, error))
			return FALSE;
		if (!left)
			return TRUE;
		if (!verify_index_read (self->index, number, &record, error) ||
		    !verify_index_read_words (self->index, &record, &words, error))
			return FALSE;
		ledger_announce (self->ledger, 1);
		ledger_failed (self->ledger, words.origin,
			       verify_index_get_folder (self->index, record.folder)->path,
			       "a missing message was not found again at the second reading");
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
			*message = NULL;
			return name_vanished (self, error);
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
	verify_lookup_free (self->wanted);
	g_hash_table_unref (self->folders);
	g_free (self);
}

static const MessageSourceClass missing_source_class = {
	.next = missing_source_next,
	.free = missing_source_free,
};

MessageSource *
verify_missing_source_new (MessageSource *source, const VerifyMissing *what, Ledger *ledger,
			   GError **error)
{
	MissingSource *self = g_new0 (MissingSource, 1);
	g_autoptr (MessageSource) result = &self->source;

	self->source.class = &missing_source_class;
	self->inner = source;
	self->index = what->index;
	self->form = what->form;
	self->ledger = ledger;
	self->folders = g_hash_table_new (g_str_hash, g_str_equal);
	for (guint32 i = 0; i < verify_index_count_folders (what->index); i++)
		g_hash_table_insert (self->folders, verify_index_get_folder (what->index, i)->path,
				     GUINT_TO_POINTER (i + 1));
	self->wanted = collect (what->index, what->match, error);
	return self->wanted != NULL ? g_steal_pointer (&result) : NULL;
}

gboolean
verify_missing_any (const VerifyMissing *what)
{
	for (guint32 i = 0; i < verify_index_count_folders (what->index); i++) {
		const VerifyCount *count =
			verify_outcomes_get_count (what->match->outcomes, FALSE, i);
		for (guint class = 0; class < VERIFY_CLASSES; class ++)
			if (is_wanted (class) && count->classes[class] > 0)
				return TRUE;
	}
	return FALSE;
}

gboolean
verify_missing_write (MessageSource *source, const VerifyMissing *what, Ledger *ledger,
		      Report *report, Output *output, guint64 *written, GError **error)
{
	g_autoptr (MessageSink) sink = mbox_sink_new_stream (output, ledger);

	if (source != NULL) {
		g_autoptr (MessageSource) missing =
			verify_missing_source_new (source, what, ledger, error);
		if (missing == NULL || !transfer_run (missing, sink, ledger, report, error))
			return FALSE;
	}
	if (!message_sink_finish (sink, error))
		return FALSE;
	*written = ledger_get_counts (ledger).emitted;
	return TRUE;
}
