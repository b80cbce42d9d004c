/* verify-sample.c - some of the pairs that agree by their headers, read whole
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-sample.h"

#include <string.h>

#include "message/message-mime.h"
#include "verify/verify-altered.h"

typedef struct {
	VerifyOutcome outcome;
	guint8 l0[VERIFY_KEY_SIZE]; /* of the target's */
	guint8 l1[VERIFY_KEY_SIZE];
	guint8 l2[DIGEST_SIZE];
	gboolean has_l2;
	gboolean read;
} Pair;

typedef struct {
	GArray *pairs;
	GHashTable *by_source; /* number -> Pair */
	GHashTable *by_target;
	VerifyForm form;
} Sample;

static void
sample_clear (Sample *sample)
{
	g_array_unref (sample->pairs);
	g_hash_table_unref (sample->by_source);
	g_hash_table_unref (sample->by_target);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sample, sample_clear)

/* Each of the pairs that go by has the same odds to be among the count kept in the end. */
static gboolean
choose (VerifyMatch *match, guint32 count, Sample *sample, GError **error)
{
	g_autoptr (GRand) rand = g_rand_new ();
	guint32 seen = 0;

	if (!verify_outcomes_rewind (match->outcomes, error))
		return FALSE;
	for (;;) {
		const VerifyOutcome *outcome;
		if (!verify_outcomes_next (match->outcomes, &outcome, error))
			return FALSE;
		if (outcome == NULL)
			return TRUE;
		if (outcome->class != VERIFY_ALIKE)
			continue;
		const Pair pair = { .outcome = *outcome };
		guint32 at = (guint32) (g_rand_double (rand) * ++seen);
		if (sample->pairs->len < count)
			g_array_append_val (sample->pairs, pair);
		else if (at < count)
			g_array_index (sample->pairs, Pair, at) = pair;
	}
}

static gboolean
decode (Message *message, guint8 *l2, gboolean *has, GError **error)
{
	g_autoptr (MessageMime) mime = NULL;

	if (!message_mime_read (message->content, MESSAGE_MIME_WHOLE, NULL, &mime, error))
		return FALSE;
	*has = mime != NULL;
	if (*has)
		message_mime_digest (mime, TRUE, l2);
	return TRUE;
}

static gboolean
read_target (guint32 number, Message *message, gpointer user_data, GError **error)
{
	Sample *sample = user_data;
	Pair *pair = g_hash_table_lookup (sample->by_target, GUINT_TO_POINTER (number));
	g_auto (VerifyWords) words = { 0 };
	VerifyRecord record;

	if (pair == NULL)
		return TRUE;
	if (!verify_digest_message (message, sample->form, &record, &words, error))
		return FALSE;
	memcpy (pair->l0, record.l0, VERIFY_KEY_SIZE);
	memcpy (pair->l1, record.l1, VERIFY_KEY_SIZE);
	pair->read = TRUE;
	return decode (message, pair->l2, &pair->has_l2, error);
}

static gboolean
read_source (guint32 number, Message *message, gpointer user_data, GError **error)
{
	Sample *sample = user_data;
	Pair *pair = g_hash_table_lookup (sample->by_source, GUINT_TO_POINTER (number));
	g_auto (VerifyWords) words = { 0 };
	VerifyRecord record;

	if (pair == NULL || !pair->read)
		return TRUE;
	if (!verify_digest_message (message, sample->form, &record, &words, error))
		return FALSE;
	VerifyOutcome *outcome = &pair->outcome;
	if (memcmp (pair->l0, record.l0, VERIFY_KEY_SIZE) == 0) {
		outcome->class = VERIFY_IDENTICAL;
		outcome->level = VERIFY_LEVEL_RAW;
		return TRUE;
	}
	if (memcmp (pair->l1, record.l1, VERIFY_KEY_SIZE) == 0) {
		outcome->class = VERIFY_CANONICAL;
		outcome->level = VERIFY_LEVEL_CANONICAL;
		return TRUE;
	}
	guint8 l2[DIGEST_SIZE];
	gboolean has;
	if (!decode (message, l2, &has, error))
		return FALSE;
	gboolean equal = has && pair->has_l2 && memcmp (pair->l2, l2, DIGEST_SIZE) == 0;
	outcome->class = equal ? VERIFY_MIME_EQUAL : VERIFY_ALTERED;
	outcome->level = equal ? VERIFY_LEVEL_MIME : VERIFY_LEVEL_HEADER;
	return TRUE;
}

static gboolean
read_pairs (const VerifyReading *source, const VerifyReading *target, Sample *sample,
	    GError **error)
{
	g_autoptr (VerifyLook) at_source = verify_look_new (source);
	g_autoptr (VerifyLook) at_target = verify_look_new (target);

	for (guint i = 0; i < sample->pairs->len; i++) {
		Pair *pair = &g_array_index (sample->pairs, Pair, i);
		g_hash_table_insert (sample->by_source, GUINT_TO_POINTER (pair->outcome.number),
				     pair);
		g_hash_table_insert (sample->by_target, GUINT_TO_POINTER (pair->outcome.partner),
				     pair);
		if (!verify_look_add (at_source, pair->outcome.number, error) ||
		    !verify_look_add (at_target, pair->outcome.partner, error))
			return FALSE;
	}
	return verify_look_run (at_target, read_target, sample, error) &&
	       verify_look_run (at_source, read_source, sample, error);
}

/* All outcomes again, those of the sample as they are now. */
static gboolean
renew (const VerifyReading *source, const VerifyReading *target, const Sample *sample,
       VerifyOutcomes *old, VerifyOutcomes *outcomes, GError **error)
{
	g_autoptr (VerifyAltered) altered = verify_altered_new (source, target);

	if (!verify_outcomes_rewind (old, error))
		return FALSE;
	for (;;) {
		const VerifyOutcome *outcome;
		VerifyRecord record;
		if (!verify_outcomes_next (old, &outcome, error))
			return FALSE;
		if (outcome == NULL)
			return verify_altered_settle (altered, outcomes, error);
		const VerifyReading *side = outcome->at_target ? target : source;
		const Pair *pair = NULL;
		if (!outcome->at_target)
			pair = g_hash_table_lookup (sample->by_source,
						    GUINT_TO_POINTER (outcome->number));
		if (!verify_index_read (side->index, outcome->number, &record, error))
			return FALSE;
		gboolean looks = pair != NULL && pair->outcome.class == VERIFY_ALTERED;
		if (looks ? !verify_altered_add (altered, &pair->outcome, record.folder, error)
			  : !verify_outcomes_add (outcomes, pair != NULL ? &pair->outcome : outcome,
						  record.folder, error))
			return FALSE;
	}
}

gboolean
verify_sample (const VerifyReading *source, const VerifyReading *target, guint32 count,
	       VerifyForm form, VerifyMatch *match, GError **error)
{
	g_auto (Sample) sample = {
		.pairs = g_array_new (FALSE, FALSE, sizeof (Pair)),
		.by_source = g_hash_table_new (NULL, NULL),
		.by_target = g_hash_table_new (NULL, NULL),
		.form = form,
	};
	g_autoptr (VerifyOutcomes) outcomes = verify_outcomes_new_like (match->outcomes);

	if (!choose (match, count, &sample, error) ||
	    !read_pairs (source, target, &sample, error) ||
	    !renew (source, target, &sample, match->outcomes, outcomes, error))
		return FALSE;
	verify_outcomes_free (match->outcomes);
	match->outcomes = g_steal_pointer (&outcomes);
	match->sampled = sample.pairs->len;
	return TRUE;
}
