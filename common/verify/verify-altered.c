/* verify-altered.c - pairs that have nothing but a header in common, and what happened to each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Both messages of a pair are wanted at once, and they lie in two mailboxes that are read one after
 * the other. So the target's are put aside in a file, as many as there is room for, and then the
 * source's are compared with them; if there are more, another round follows.
 */
#include "verify/verify-altered.h"

#include "base/sorter.h"
#include "verify/verify-compare.h"

#define ROUND_PAIRS 16384
#define ROUND_BYTES ((guint64) 1 << 30) /* put aside on disk */

typedef struct {
	VerifyOutcome outcome;
	guint32 folder;
} Pair;

/* Where the target's message of a pair lies. */
typedef struct {
	VerifyOutcome *outcome;
	guint64 offset;
	guint64 size;
	gboolean there;
} Kept;

struct VerifyAltered {
	const VerifyReading *source;
	const VerifyReading *target;
	Sorter *pairs;
	Spool *aside;          /* of this round */
	GHashTable *by_source; /* number -> Kept */
	GHashTable *by_target;
};

static int
compare_pairs (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Pair *x = a;
	const Pair *y = b;

	return x->outcome.number < y->outcome.number ? -1 : x->outcome.number > y->outcome.number;
}

VerifyAltered *
verify_altered_new (const VerifyReading *source, const VerifyReading *target)
{
	VerifyAltered *altered = g_new0 (VerifyAltered, 1);

	altered->source = source;
	altered->target = target;
	altered->pairs = sorter_new (sizeof (Pair), SORTER_MEMORY_LIMIT, compare_pairs, NULL);
	altered->by_source = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	altered->by_target = g_hash_table_new (NULL, NULL);
	return altered;
}

void
verify_altered_free (VerifyAltered *altered)
{
	if (altered == NULL)
		return;
	sorter_free (altered->pairs);
	spool_unref (altered->aside);
	g_hash_table_unref (altered->by_source);
	g_hash_table_unref (altered->by_target);
	g_free (altered);
}

gboolean
verify_altered_add (VerifyAltered *altered, const VerifyOutcome *outcome, guint32 folder,
		    GError **error)
{
	const Pair pair = { *outcome, folder };

	return sorter_add (altered->pairs, &pair, error);
}

/* --- One round ---------------------------------------------------------- */

static gboolean
append (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return spool_write (user_data, data, length, error);
}

static gboolean
put_aside (guint32 number, Message *message, gpointer user_data, GError **error)
{
	VerifyAltered *altered = user_data;
	Kept *kept = g_hash_table_lookup (altered->by_target, GUINT_TO_POINTER (number));

	if (kept == NULL)
		return TRUE;
	kept->offset = (guint64) spool_get_size (altered->aside);
	kept->size = (guint64) message_content_get_size (message->content);
	kept->there = message_content_foreach (message->content, append, altered->aside, error);
	return kept->there;
}

static MessageContent *
take_out (VerifyAltered *altered, const Kept *kept, GError **error)
{
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	g_autofree guint8 *piece = g_malloc (64 * 1024);

	for (guint64 done = 0; done < kept->size;) {
		gsize got;
		gsize wanted = (gsize) MIN (kept->size - done, 64 * 1024);
		if (!spool_read_at (altered->aside, (goffset) (kept->offset + done), piece, wanted,
				    &got, error) ||
		    !spool_write (spool, piece, got, error))
			return NULL;
		done += got;
	}
	return message_content_new_spool (g_steal_pointer (&spool));
}

static gboolean
find_reason (guint32 number, Message *message, gpointer user_data, GError **error)
{
	VerifyAltered *altered = user_data;
	Kept *kept = g_hash_table_lookup (altered->by_source, GUINT_TO_POINTER (number));
	VerifyReason reason;

	if (kept == NULL || !kept->there)
		return TRUE;
	g_autoptr (MessageContent) there = take_out (altered, kept, error);
	if (there == NULL || !verify_compare (message->content, there, &reason, error))
		return FALSE;
	kept->outcome->reason = (guint8) reason;
	return TRUE;
}

static gboolean
look_into (VerifyAltered *altered, GArray *pairs, GError **error)
{
	g_autoptr (VerifyLook) source = verify_look_new (altered->source);
	g_autoptr (VerifyLook) target = verify_look_new (altered->target);

	spool_unref (altered->aside);
	altered->aside = spool_new (SPOOL_MEMORY_LIMIT);
	g_hash_table_remove_all (altered->by_target);
	g_hash_table_remove_all (altered->by_source);
	for (guint i = 0; i < pairs->len; i++) {
		Pair *pair = &g_array_index (pairs, Pair, i);
		Kept *kept = g_new0 (Kept, 1);
		kept->outcome = &pair->outcome;
		g_hash_table_insert (altered->by_source, GUINT_TO_POINTER (pair->outcome.number),
				     kept);
		g_hash_table_insert (altered->by_target, GUINT_TO_POINTER (pair->outcome.partner),
				     kept);
		if (!verify_look_add (source, pair->outcome.number, error) ||
		    !verify_look_add (target, pair->outcome.partner, error))
			return FALSE;
	}
	return verify_look_run (target, put_aside, altered, error) &&
	       verify_look_run (source, find_reason, altered, error);
}

/* --- All of them -------------------------------------------------------- */

/* As many pairs as a round may have. */
static gboolean
gather (VerifyAltered *altered, GArray *pairs, gboolean *more, GError **error)
{
	guint64 bytes = 0;

	g_array_set_size (pairs, 0);
	while (pairs->len < ROUND_PAIRS && bytes < ROUND_BYTES) {
		const void *next;
		VerifyRecord record;
		if (!sorter_next (altered->pairs, &next, error))
			return FALSE;
		*more = next != NULL;
		if (next == NULL)
			return TRUE;
		const Pair *pair = next;
		g_array_append_val (pairs, *pair);
		if (!verify_index_read (altered->target->index, pair->outcome.partner, &record,
					error))
			return FALSE;
		bytes += record.size;
	}
	return TRUE;
}

gboolean
verify_altered_settle (VerifyAltered *altered, VerifyOutcomes *outcomes, GError **error)
{
	gboolean blind = altered->source->open == NULL || altered->target->open == NULL;
	g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
	gboolean more = sorter_count (altered->pairs) > 0;

	if (!sorter_rewind (altered->pairs, error))
		return FALSE;
	while (more) {
		if (!gather (altered, pairs, &more, error))
			return FALSE;
		if (pairs->len > 0 && !blind && !look_into (altered, pairs, error))
			return FALSE;
		for (guint i = 0; i < pairs->len; i++) {
			Pair *pair = &g_array_index (pairs, Pair, i);
			if (blind)
				pair->outcome.reason = VERIFY_REASON_UNAVAILABLE;
			if (!verify_outcomes_add (outcomes, &pair->outcome, pair->folder, error))
				return FALSE;
		}
	}
	return TRUE;
}
