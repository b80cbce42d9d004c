/* verify-match.c - find each message of one side at the other, copy by copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * All of it is joins of sorted streams, so that mailboxes of any size are matched in the same
 * memory.
 */
#include "verify/verify-match.h"

#include "verify/verify-altered.h"
#include "verify/verify-decode.h"
#include "verify/verify-fold.h"
#include "verify/verify-join.h"
#include "verify/verify-entries.h"

/* Dates of different media agree to the second, give or take a rounding. */
#define DATE_TOLERANCE 1

typedef struct {
	VerifyEntries source;
	VerifyEntries target;
	const VerifyMatchOptions *options;
	VerifyOutcomes *outcomes;
	VerifyAltered *altered;
	VerifyFold *source_fold; /* NULL: no server, or one that does not name its mail */
	VerifyFold *target_fold;
	guint64 *folded;
	VerifyScope scope; /* of the join that is running */
	VerifyLevel level;
} Match;

/* One join of the cascade. */
typedef struct {
	VerifyScope scope;
	VerifyLevel level;
	gboolean key;
	gboolean first;
	gboolean second;
	gboolean metadata;
} Step;

static void
match_clear (Match *match)
{
	verify_entries_clear (&match->source);
	verify_entries_clear (&match->target);
	verify_altered_free (match->altered);
	verify_fold_free (match->source_fold);
	verify_fold_free (match->target_fold);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Match, match_clear)

/* --- Pairs -------------------------------------------------------------- */

static VerifyClass
class_of_pair (const Match *match, VerifyLevel level)
{
	if (level == VERIFY_LEVEL_HEADER)
		return match->options->headers_only ? VERIFY_ALIKE : VERIFY_ALTERED;
	if (match->scope == VERIFY_SCOPE_ANYWHERE)
		return VERIFY_MOVED;
	return level == VERIFY_LEVEL_RAW         ? VERIFY_IDENTICAL
	       : level == VERIFY_LEVEL_CANONICAL ? VERIFY_CANONICAL
						 : VERIFY_MIME_EQUAL;
}

/* A source that knows no date has none to lose. */
static gboolean
dates_differ (const VerifyEntry *source, const VerifyEntry *target)
{
	if (source->date == VERIFY_NO_DATE)
		return FALSE;
	return target->date == VERIFY_NO_DATE || target->date < source->date - DATE_TOLERANCE ||
	       target->date > source->date + DATE_TOLERANCE;
}

static guint8
remarks_of_pair (const VerifyEntry *source, const VerifyEntry *target)
{
	guint remarks = 0;

	if (source->flags != target->flags || source->keywords != target->keywords)
		remarks |= VERIFY_FLAGS_DIFFER;
	if (dates_differ (source, target))
		remarks |= VERIFY_DATES_DIFFER;
	if (((source->traits ^ target->traits) & VERIFY_HAS_NUL) != 0)
		remarks |= VERIFY_NULS_DIFFER;
	return (guint8) remarks;
}

/* Line ends double a message at most. */
static gboolean
sizes_agree (const Match *match, const VerifyEntry *source, const VerifyEntry *target,
	     gboolean *agree, GError **error)
{
	VerifyRecord a;
	VerifyRecord b;

	if (!verify_index_read (match->source.reading->index, source->number, &a, error) ||
	    !verify_index_read (match->target.reading->index, target->number, &b, error))
		return FALSE;
	*agree = a.size / 2 <= b.size + 1024 && b.size / 2 <= a.size + 1024;
	return TRUE;
}

/* So that the same mail in other folders needs no partner of its own. */
static gboolean
note_pair (const Match *match, const VerifyOutcome *outcome, GError **error)
{
	return (match->source_fold == NULL ||
		verify_fold_note_pair (match->source_fold, outcome->number, outcome->partner,
				       outcome->level, error)) &&
	       (match->target_fold == NULL ||
		verify_fold_note_pair (match->target_fold, outcome->partner, outcome->number,
				       outcome->level, error));
}

static gboolean
pair (const VerifyEntry *source, const VerifyEntry *target, gpointer user_data, GError **error)
{
	Match *match = user_data;
	gboolean agree;
	/* Where neither has L0, it is not the same. */
	VerifyLevel level = match->level == VERIFY_LEVEL_RAW && source->first == 0
				    ? VERIFY_LEVEL_CANONICAL
				    : match->level;
	VerifyOutcome outcome = {
		.number = source->number,
		.partner = target->number,
		.class = (guint8) class_of_pair (match, level),
		.level = (guint8) level,
		.remarks = remarks_of_pair (source, target),
	};

	if (outcome.class == VERIFY_ALTERED)
		return verify_altered_add (match->altered, &outcome, source->folder, error);
	if (outcome.class == VERIFY_ALIKE) {
		if (!sizes_agree (match, source, target, &agree, error))
			return FALSE;
		if (!agree) {
			outcome.class = VERIFY_ALTERED;
			outcome.reason = VERIFY_REASON_SIZE;
		}
	}
	return verify_outcomes_add (match->outcomes, &outcome, source->folder, error) &&
	       (outcome.class == VERIFY_ALTERED || note_pair (match, &outcome, error));
}

/* --- Steps -------------------------------------------------------------- */

static gboolean
is_settled (const Match *match)
{
	return sorter_count (match->source.open) == 0 || sorter_count (match->target.open) == 0;
}

/* Both sides in the order of a step, as far as it applies to them. */
typedef struct {
	VerifyOrder source_order;
	VerifyOrder target_order;
	VerifyJoinSide source;
	VerifyJoinSide target;
} Arranged;

static void
arranged_clear (Arranged *arranged)
{
	sorter_free (arranged->source.sorted);
	sorter_free (arranged->target.sorted);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Arranged, arranged_clear)

static gboolean
arrange_side (VerifyEntries *side, const Step *step, VerifyOrder *order, VerifyJoinSide *arranged,
	      GError **error)
{
	gboolean anywhere = step->scope == VERIFY_SCOPE_ANYWHERE;

	*order = (VerifyOrder){
		.places = anywhere ? NULL : side->places[step->scope],
		.key = step->key,
		.first = step->first,
		.second = step->second,
		.metadata = step->metadata,
	};
	arranged->order = order;
	arranged->sorted = verify_entries_arrange (side, order, error);
	arranged->rest = side->open;
	return arranged->sorted != NULL;
}

/* arranged stays where it is: its sides refer to its orders. */
static gboolean
arrange (Match *match, const Step *step, Arranged *arranged, GError **error)
{
	return arrange_side (&match->source, step, &arranged->source_order, &arranged->source,
			     error) &&
	       arrange_side (&match->target, step, &arranged->target_order, &arranged->target,
			     error);
}

static gboolean
run_step (Match *match, const Step *step, GError **error)
{
	g_auto (Arranged) arranged = { .source = { NULL } };

	if (is_settled (match))
		return TRUE;
	if (!arrange (match, step, &arranged, error))
		return FALSE;
	match->scope = step->scope;
	match->level = step->level;
	return verify_join (&arranged.source, &arranged.target, pair, match, error);
}

/* Mark what has a counterpart by this step, without pairing it. */
static gboolean
mark_step (Match *match, const Step *step, VerifyMarks mark, GError **error)
{
	g_auto (Arranged) arranged = { .source = { NULL } };

	return arrange (match, step, &arranged, error) &&
	       verify_join_mark (&arranged.source, &arranged.target, mark, error);
}

/* Where much is missing, most of it has nothing like it at the other side; it is not to be sorted
 * again for every one of the steps. like says in one or two steps what they all want. */
static gboolean
run_steps (Match *match, const Step *like, guint like_count, const Step *steps, guint count,
	   GError **error)
{
	if (is_settled (match) || count == 0)
		return TRUE;
	for (guint i = 0; i < like_count; i++)
		if (!mark_step (match, &like[i], VERIFY_MARK_LIKE, error))
			return FALSE;
	if (!verify_entries_set_aside (&match->source, VERIFY_MARK_LIKE, error) ||
	    !verify_entries_set_aside (&match->target, VERIFY_MARK_LIKE, error))
		return FALSE;
	for (guint i = 0; i < count; i++)
		if (!run_step (match, &steps[i], error))
			return FALSE;
	return verify_entries_bring_back (&match->source, error) &&
	       verify_entries_bring_back (&match->target, error);
}

/* --- Without a partner -------------------------------------------------- */

static VerifyClass
class_of_rest (const Match *match, const VerifyEntries *side, const VerifyEntry *entry)
{
	gboolean copy = (entry->marks & VERIFY_MARK_COPY) != 0;

	if (match->options->headers_only && entry->first == 0 && entry->second == 0)
		return VERIFY_UNVERIFIABLE;
	if (side->at_target)
		return copy ? VERIFY_DUPLICATED : VERIFY_EXTRA;
	return copy ? VERIFY_COLLAPSED : VERIFY_MISSING;
}

typedef struct {
	Match *match;
	VerifyEntries *side;
} Naming;

static gboolean
name (const void *record, gpointer user_data, GError **error)
{
	const Naming *naming = user_data;
	const VerifyEntry *entry = record;
	const VerifyOutcome outcome = {
		.number = entry->number,
		.partner = VERIFY_NO_PARTNER,
		.at_target = naming->side->at_target,
		.class = (guint8) class_of_rest (naming->match, naming->side, entry),
	};

	return verify_outcomes_add (naming->match->outcomes, &outcome, entry->folder, error);
}

static gboolean
name_copy (const void *record, gpointer user_data, GError **error)
{
	const Naming *naming = user_data;
	const VerifyEntry *entry = record;

	return (entry->marks & VERIFY_MARK_COPY) != 0
		       ? name (record, user_data, error)
		       : sorter_add (naming->side->open, entry, error);
}

static gboolean
name_copies (Match *match, VerifyEntries *side, GError **error)
{
	Naming naming = { match, side };

	return verify_entries_reopen (side, name_copy, &naming, error);
}

static gboolean
name_rest (Match *match, VerifyEntries *side, GError **error)
{
	Naming naming = { match, side };

	return sorter_foreach (side->open, name, &naming, error);
}

/* --- One mail in several folders ---------------------------------------- */

/* Its content is there, in the folder in which one of its like was found. */
static gboolean
name_folded (const VerifyFolded *folded, gpointer user_data, GError **error)
{
	const Match *match = user_data;
	const VerifyOutcome outcome = {
		.number = folded->number,
		.partner = folded->partner,
		.class = folded->level == VERIFY_LEVEL_HEADER ? VERIFY_ALIKE : VERIFY_MOVED,
		.level = folded->level,
	};

	return verify_outcomes_add (match->outcomes, &outcome, folded->folder, error);
}

/* It is neither extra nor one too many. */
static gboolean
count_folded (const VerifyFolded *folded, gpointer user_data, GError **error)
{
	Match *match = user_data;

	++*match->folded;
	return TRUE;
}

static gboolean
fold_source (Match *match, GError **error)
{
	return match->source_fold == NULL || sorter_count (match->source.open) == 0 ||
	       verify_fold_run (match->source_fold, NULL, FALSE, name_folded, match, error);
}

static gboolean
fold_target (Match *match, gboolean lonely, GError **error)
{
	return match->target_fold == NULL || sorter_count (match->target.open) == 0 ||
	       verify_fold_run (match->target_fold, NULL, lonely, count_folded, match, error);
}

static gboolean
keep_copy (const void *record, gpointer user_data, GError **error)
{
	const VerifyEntry *entry = record;

	return (entry->marks & VERIFY_MARK_COPY) == 0 || sorter_add (user_data, entry, error);
}

/* Two copies of a mail in a folder that have become one at the target (Gmail does that) are not
 * found because that one shows in another folder, too. */
static gboolean
fold_collapsed (Match *match, GError **error)
{
	static const VerifyOrder by_key = { .key = TRUE };
	g_autoptr (Sorter) copies = verify_order_sorter_new (&by_key);

	if (match->target_fold == NULL || is_settled (match))
		return TRUE;
	if (!verify_entries_mark_copies (&match->source, match->source.all, error) ||
	    !sorter_foreach (match->source.open, keep_copy, copies, error))
		return FALSE;
	return sorter_count (copies) == 0 ||
	       verify_fold_run (match->target_fold, copies, FALSE, count_folded, match, error);
}

/* --- By content --------------------------------------------------------- */

static gboolean
add_unreadable (Match *match, const VerifyEntries *side, guint32 number, guint32 folder,
		GError **error)
{
	const VerifyOutcome outcome = {
		.number = number,
		.partner = VERIFY_NO_PARTNER,
		.at_target = side->at_target,
		.class = VERIFY_UNVERIFIABLE,
	};

	return verify_outcomes_add (match->outcomes, &outcome, folder, error);
}

/* Everything the index has. */
static gboolean
read_side (Match *match, VerifyEntries *side, GError **error)
{
	for (guint32 i = 0; i < verify_index_count (side->reading->index); i++) {
		VerifyRecord record;
		if (!verify_index_read (side->reading->index, i, &record, error))
			return FALSE;
		verify_outcomes_count_message (match->outcomes, side->at_target, record.folder);
		if ((record.traits & VERIFY_UNREADABLE) != 0
			    ? !add_unreadable (match, side, i, record.folder, error)
			    : !verify_entries_add (side, i, &record, error))
			return FALSE;
	}
	return TRUE;
}

/* The first join, of everything: by folder, L1 and L0. */
static gboolean
join_all (Match *match, GError **error)
{
	const VerifyJoinSide a = { &match->source.by_content, match->source.all,
				   match->source.open };
	const VerifyJoinSide b = { &match->target.by_content, match->target.all,
				   match->target.open };

	match->scope = VERIFY_SCOPE_NAME;
	match->level = VERIFY_LEVEL_RAW;
	return verify_join (&a, &b, pair, match, error);
}

static const Step same_key = { VERIFY_SCOPE_ANYWHERE, 0, .key = TRUE };
static const Step same_header[] = {
	{ VERIFY_SCOPE_ANYWHERE, 0, .first = TRUE },
	{ VERIFY_SCOPE_ANYWHERE, 0, .second = TRUE },
};

/* By everything that was read of the content. */
static gboolean
match_content (Match *match, GError **error)
{
	static const Step steps[] = {
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_RAW, .key = TRUE, .first = TRUE },
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_CANONICAL, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_CANONICAL, .key = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_RAW, TRUE, TRUE, FALSE, TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_RAW, .key = TRUE, .first = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_CANONICAL, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_CANONICAL, .key = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, VERIFY_LEVEL_RAW, TRUE, TRUE, FALSE, TRUE },
		{ VERIFY_SCOPE_ANYWHERE, VERIFY_LEVEL_RAW, .key = TRUE, .first = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, VERIFY_LEVEL_CANONICAL, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, VERIFY_LEVEL_CANONICAL, .key = TRUE },
	};

	/* Those that look into the same folder only. */
	const guint first = match->target_fold != NULL ? 3 : 0;

	return run_steps (match, &same_key, 1, steps, first, error) &&
	       fold_collapsed (match, error) &&
	       run_steps (match, &same_key, 1, steps + first, G_N_ELEMENTS (steps) - first,
			  error) &&
	       verify_entries_mark_copies (&match->source, match->source.all, error) &&
	       verify_entries_mark_copies (&match->target, match->target.all, error);
}

/* By the key alone, in the same folder and then elsewhere. */
static gboolean
match_keys (Match *match, VerifyLevel level, GError **error)
{
	const Step steps[] = {
		{ VERIFY_SCOPE_NAME, level, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_NAME, level, .key = TRUE },
		{ VERIFY_SCOPE_ROLE, level, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_ROLE, level, .key = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, level, .key = TRUE, .metadata = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, level, .key = TRUE },
	};

	return run_steps (match, &same_key, 1, steps, G_N_ELEMENTS (steps), error);
}

/* Where L1 is not known, or where it differs although what a server was sent does not: a CR that
 * ends the content has become a line end then. */
static gboolean
match_raw (Match *match, GError **error)
{
	return is_settled (match) || (verify_entries_take_l0 (&match->source, error) &&
				      verify_entries_take_l0 (&match->target, error) &&
				      match_keys (match, VERIFY_LEVEL_RAW, error));
}

/* --- Decoded ------------------------------------------------------------ */

static gboolean
decode_both (Match *match, gboolean *decoded, GError **error)
{
	g_autoptr (VerifyLook) source = verify_look_new (match->source.reading);
	g_autoptr (VerifyLook) target = verify_look_new (match->target.reading);
	guint64 source_wanted;
	guint64 target_wanted;

	*decoded = FALSE;
	if (!mark_step (match, &same_header[0], VERIFY_MARK_LOOK, error) ||
	    !mark_step (match, &same_header[1], VERIFY_MARK_LOOK, error) ||
	    !verify_decode_ask (&match->source, &match->target, source, &source_wanted, error) ||
	    !verify_decode_ask (&match->target, &match->source, target, &target_wanted, error))
		return FALSE;
	if (source_wanted == 0 || target_wanted == 0)
		return TRUE;
	*decoded = TRUE;
	return verify_decode (&match->source, source, error) &&
	       verify_decode (&match->target, target, error);
}

static gboolean
match_decoded (Match *match, GError **error)
{
	g_autoptr (Sorter) source = verify_entries_gather (&match->source, error);
	if (source == NULL)
		return FALSE;
	g_autoptr (Sorter) target = verify_entries_gather (&match->target, error);

	return target != NULL && match_keys (match, VERIFY_LEVEL_MIME, error) &&
	       verify_entries_mark_copies (&match->source, source, error) &&
	       verify_entries_mark_copies (&match->target, target, error) &&
	       name_copies (match, &match->target, error);
}

/* The header is what candidates are found by, here and in what follows. */
static gboolean
match_mime (Match *match, GError **error)
{
	gboolean decoded;

	if (is_settled (match) && !match->options->headers_only)
		return TRUE;
	if (!verify_entries_take_headers (&match->source, error) ||
	    !verify_entries_take_headers (&match->target, error))
		return FALSE;
	if (match->options->headers_only)
		return TRUE;
	return decode_both (match, &decoded, error) && (!decoded || match_decoded (match, error));
}

/* --- By header ---------------------------------------------------------- */

static gboolean
match_headers (Match *match, GError **error)
{
	static const Step steps[] = {
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_HEADER, .first = TRUE, .second = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_HEADER, .first = TRUE, .second = TRUE },
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_HEADER, .first = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_HEADER, .first = TRUE },
		{ VERIFY_SCOPE_NAME, VERIFY_LEVEL_HEADER, .second = TRUE },
		{ VERIFY_SCOPE_ROLE, VERIFY_LEVEL_HEADER, .second = TRUE },
		{ VERIFY_SCOPE_ANYWHERE, VERIFY_LEVEL_HEADER, .first = TRUE, .second = TRUE },
	};

	return run_steps (match, same_header, G_N_ELEMENTS (same_header), steps,
			  G_N_ELEMENTS (steps), error) &&
	       verify_altered_settle (match->altered, match->outcomes, error);
}

/* --- The cascade -------------------------------------------------------- */

/* An intact copy of one message is no altered form of another with the same header, so copies too
 * many are named before headers are looked at. */
static gboolean
run_cascade (Match *match, GError **error)
{
	return read_side (match, &match->source, error) &&
	       read_side (match, &match->target, error) && join_all (match, error) &&
	       match_content (match, error) && match_raw (match, error) &&
	       name_copies (match, &match->target, error) && match_mime (match, error) &&
	       fold_source (match, error) && fold_target (match, FALSE, error) &&
	       match_headers (match, error) && fold_source (match, error) &&
	       fold_target (match, TRUE, error) && name_rest (match, &match->source, error) &&
	       name_rest (match, &match->target, error);
}

VerifyMatch *
verify_match_new (const VerifyReading *source, const VerifyReading *target,
		  const VerifyMatchOptions *options, GError **error)
{
	g_autoptr (VerifyMatch) result = g_new0 (VerifyMatch, 1);
	g_auto (Match) match = { .options = options };

	result->folders = verify_folders_new (source->index, target->index, options->map);
	result->outcomes = verify_outcomes_new (source->index, target->index, options->all);
	verify_entries_init (&match.source, source, result->folders->source, FALSE);
	verify_entries_init (&match.target, target, result->folders->target, TRUE);
	match.outcomes = result->outcomes;
	match.source_fold = verify_fold_new (&match.source);
	match.target_fold = verify_fold_new (&match.target);
	match.folded = &result->folded;
	match.altered = verify_altered_new (source, target);
	return run_cascade (&match, error) ? g_steal_pointer (&result) : NULL;
}

void
verify_match_free (VerifyMatch *match)
{
	if (match == NULL)
		return;
	verify_folders_free (match->folders);
	verify_outcomes_free (match->outcomes);
	g_free (match);
}
