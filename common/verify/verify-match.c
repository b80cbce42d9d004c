/* verify-match.c - find each message of one side at the other, copy by copy
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Everything here is sorting and merging numbers of records, so that the same steps can run over
 * sorted files when a mailbox is too large for memory.
 */
#include "verify/verify-match.h"

#include <stdlib.h>
#include <string.h>

/* Dates of different media agree to the second, give or take a rounding. */
#define DATE_TOLERANCE 1

#define NO_PLACE G_MAXUINT32

/* Which folders are taken for the same one. */
typedef enum { SCOPE_NAME, SCOPE_ROLE, SCOPE_ANYWHERE, SCOPES } Scope;

typedef enum { KEY_RAW, KEY_CANONICAL, KEY_HEADER, KEY_MESSAGE_ID, KEY_FIELDS } Key;

typedef struct {
	VerifyIndex *index;
	guint32 *places[SCOPES]; /* folder -> number shared by both sides, or NO_PLACE */
} Side;

typedef struct {
	Side source;
	Side target;
} Match;

/* What a sort or a comparison needs to know. */
typedef struct {
	const Side *side;
	Scope scope;
	Key key;
} Order;

/* --- Folders ------------------------------------------------------------ */

/* The name by which folders of two media are the same: IMAP's INBOX has no case (RFC 3501, 5.1),
 * and servers store composed characters where others store decomposed ones. */
static char *
common_name (const Folder *folder)
{
	static const char inbox[] = "INBOX";
	gsize length = sizeof inbox - 1;
	const char *path = folder->path;

	if (folder->role == FOLDER_ROLE_INBOX && folder->components[1] == NULL)
		return g_strdup (inbox);
	if (g_ascii_strncasecmp (path, inbox, length) == 0 &&
	    (path[length] == '\0' || path[length] == '/')) {
		g_autofree char *child = g_utf8_normalize (path + length, -1, G_NORMALIZE_NFC);
		return g_strconcat (inbox, child, NULL);
	}
	return g_utf8_normalize (path, -1, G_NORMALIZE_NFC);
}

static guint32
name_place (GHashTable *names, const Folder *folder)
{
	char *name = common_name (folder);
	gpointer known = g_hash_table_lookup (names, name);

	if (known != NULL) {
		g_free (name);
		return GPOINTER_TO_UINT (known) - 1;
	}
	guint32 place = g_hash_table_size (names);
	g_hash_table_insert (names, name, GUINT_TO_POINTER (place + 1));
	return place;
}

static void
place_folders (Side *side, GHashTable *names)
{
	guint32 count = verify_index_count_folders (side->index);

	for (guint scope = 0; scope < SCOPES; scope++)
		side->places[scope] = g_new0 (guint32, count);
	for (guint32 i = 0; i < count; i++) {
		const Folder *folder = verify_index_get_folder (side->index, i);
		gboolean special =
			folder->role != FOLDER_ROLE_NONE && folder->role != FOLDER_ROLE_INBOX;
		side->places[SCOPE_NAME][i] = name_place (names, folder);
		side->places[SCOPE_ROLE][i] = special ? (guint32) folder->role : NO_PLACE;
	}
}

static void
match_init (Match *match, VerifyIndex *source, VerifyIndex *target)
{
	g_autoptr (GHashTable) names =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	match->source.index = source;
	match->target.index = target;
	place_folders (&match->source, names);
	place_folders (&match->target, names);
}

static void
match_clear (Match *match)
{
	for (guint scope = 0; scope < SCOPES; scope++) {
		g_free (match->source.places[scope]);
		g_free (match->target.places[scope]);
	}
}

/* --- Order -------------------------------------------------------------- */

static guint32
place_of (const Side *side, Scope scope, const VerifyRecord *record)
{
	return side->places[scope][record->folder];
}

static int
compare_numbers (guint64 a, guint64 b)
{
	return a < b ? -1 : a > b;
}

static int
compare_keys (const VerifyRecord *a, const VerifyRecord *b, Key key)
{
	int order = 0;

	switch (key) {
	case KEY_RAW: return memcmp (a->l0, b->l0, VERIFY_KEY_SIZE);
	case KEY_CANONICAL: return memcmp (a->l1, b->l1, VERIFY_KEY_SIZE);
	case KEY_HEADER: order = compare_numbers (a->headers, b->headers); G_GNUC_FALLTHROUGH;
	case KEY_MESSAGE_ID:
		return order != 0 ? order : compare_numbers (a->message_id, b->message_id);
	case KEY_FIELDS: return compare_numbers (a->headers, b->headers);
	}
	g_assert_not_reached ();
}

static gboolean
has_key (const VerifyRecord *record, Key key)
{
	switch (key) {
	case KEY_RAW: return (record->traits & VERIFY_HAS_L0) != 0;
	case KEY_CANONICAL: return (record->traits & VERIFY_HAS_L1) != 0;
	case KEY_HEADER: return record->message_id != 0 && record->headers != 0;
	case KEY_MESSAGE_ID: return record->message_id != 0;
	case KEY_FIELDS: return record->headers != 0;
	}
	g_assert_not_reached ();
}

static int
compare_metadata (const VerifyRecord *a, const VerifyRecord *b)
{
	if (a->date != b->date)
		return a->date < b->date ? -1 : 1;
	if (a->flags != b->flags)
		return a->flags < b->flags ? -1 : 1;
	return compare_numbers (a->keywords, b->keywords);
}

static int
compare_identity (const Order *order, const VerifyRecord *a, const Side *side_of_b,
		  const VerifyRecord *b)
{
	int result = compare_numbers (place_of (order->side, order->scope, a),
				      place_of (side_of_b, order->scope, b));

	return result != 0 ? result : compare_keys (a, b, order->key);
}

/* Copies of one message by their metadata, so that like finds like; then as they came, so that
 * runs repeat. */
static int
compare_records (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Order *order = user_data;
	guint32 i = *(const guint32 *) a;
	guint32 j = *(const guint32 *) b;
	const VerifyRecord *x = verify_index_get (order->side->index, i);
	const VerifyRecord *y = verify_index_get (order->side->index, j);
	int result = compare_identity (order, x, order->side, y);

	if (result == 0)
		result = compare_metadata (x, y);
	return result != 0 ? result : compare_numbers (i, j);
}

/* The numbers of all open records which have the key and a place, sorted. */
static GArray *
collect (const Side *side, Scope scope, Key key)
{
	GArray *numbers = g_array_new (FALSE, FALSE, sizeof (guint32));
	Order order = {side, scope, key};

	for (guint32 i = 0; i < verify_index_count (side->index); i++) {
		const VerifyRecord *record = verify_index_get (side->index, i);
		if (record->class == VERIFY_OPEN && has_key (record, key) &&
		    place_of (side, scope, record) != NO_PLACE)
			g_array_append_val (numbers, i);
	}
	if (numbers->len > 1)
		qsort_r (numbers->data, numbers->len, sizeof (guint32), compare_records, &order);
	return numbers;
}

/* --- Pairs -------------------------------------------------------------- */

static VerifyClass
class_of_pair (Scope scope, Key key)
{
	if (key > KEY_CANONICAL)
		return VERIFY_ALTERED;
	if (scope == SCOPE_ANYWHERE)
		return VERIFY_MOVED;
	return key == KEY_RAW ? VERIFY_IDENTICAL : VERIFY_CANONICAL;
}

static VerifyLevel
level_of_key (Key key)
{
	switch (key) {
	case KEY_RAW: return VERIFY_LEVEL_RAW;
	case KEY_CANONICAL: return VERIFY_LEVEL_CANONICAL;
	case KEY_HEADER:
	case KEY_MESSAGE_ID:
	case KEY_FIELDS: break;
	}
	return VERIFY_LEVEL_HEADER;
}

/* A source that knows no date has none to lose. */
static gboolean
dates_differ (const VerifyRecord *source, const VerifyRecord *target)
{
	if (source->date == VERIFY_NO_DATE)
		return FALSE;
	return target->date == VERIFY_NO_DATE || target->date < source->date - DATE_TOLERANCE ||
	       target->date > source->date + DATE_TOLERANCE;
}

static void
pair (Match *match, Scope scope, Key key, guint32 i, guint32 j)
{
	VerifyRecord *source = verify_index_get (match->source.index, i);
	VerifyRecord *target = verify_index_get (match->target.index, j);
	guint traits = 0;

	if (source->flags != target->flags || source->keywords != target->keywords)
		traits |= VERIFY_FLAGS_DIFFER;
	if (dates_differ (source, target))
		traits |= VERIFY_DATES_DIFFER;
	if (((source->traits ^ target->traits) & VERIFY_HAS_NUL) != 0)
		traits |= VERIFY_NULS_DIFFER;
	source->traits = (guint8) (source->traits | traits);
	source->partner = j;
	target->partner = i;
	source->class = target->class = (guint8) class_of_pair (scope, key);
	source->level = target->level = (guint8) level_of_key (key);
}

/* The end of the run of equal keys that begins at start. */
static guint
run_end (const Order *order, const GArray *numbers, guint start)
{
	const VerifyRecord *first =
		verify_index_get (order->side->index, g_array_index (numbers, guint32, start));
	guint end = start + 1;

	while (end < numbers->len) {
		guint32 number = g_array_index (numbers, guint32, end);
		if (compare_identity (order, first, order->side,
				      verify_index_get (order->side->index, number)) != 0)
			break;
		end++;
	}
	return end;
}

/* The copies of one message, sorted by metadata: pair those that agree in it, then the others as
 * they come. */
static void
pair_runs (Match *match, Scope scope, Key key, guint32 *a, guint a_count, guint32 *b, guint b_count)
{
	guint a_left = 0;
	guint b_left = 0;
	guint i = 0;
	guint j = 0;

	while (i < a_count && j < b_count) {
		int order = compare_metadata (verify_index_get (match->source.index, a[i]),
					      verify_index_get (match->target.index, b[j]));
		if (order == 0)
			pair (match, scope, key, a[i++], b[j++]);
		else if (order < 0)
			a[a_left++] = a[i++];
		else
			b[b_left++] = b[j++];
	}
	while (i < a_count)
		a[a_left++] = a[i++];
	while (j < b_count)
		b[b_left++] = b[j++];
	for (guint k = 0; k < MIN (a_left, b_left); k++)
		pair (match, scope, key, a[k], b[k]);
}

/* One step of the cascade: merge what is still open on both sides. */
static void
step (Match *match, Scope scope, Key key)
{
	g_autoptr (GArray) a = collect (&match->source, scope, key);
	if (a->len == 0)
		return;
	g_autoptr (GArray) b = collect (&match->target, scope, key);
	Order of_source = {&match->source, scope, key};
	Order of_target = {&match->target, scope, key};
	guint i = 0;
	guint j = 0;

	while (i < a->len && j < b->len) {
		guint32 *first_a = &g_array_index (a, guint32, i);
		guint32 *first_b = &g_array_index (b, guint32, j);
		int order = compare_identity (
			&of_source, verify_index_get (match->source.index, *first_a),
			&match->target, verify_index_get (match->target.index, *first_b));
		guint a_end = order <= 0 ? run_end (&of_source, a, i) : i;
		guint b_end = order >= 0 ? run_end (&of_target, b, j) : j;
		if (order == 0)
			pair_runs (match, scope, key, first_a, a_end - i, first_b, b_end - j);
		i = a_end;
		j = b_end;
	}
}

/* --- What is left ------------------------------------------------------- */

static gboolean
is_found (const VerifyRecord *record)
{
	return record->class == VERIFY_IDENTICAL || record->class == VERIFY_CANONICAL ||
	       record->class == VERIFY_MOVED;
}

/* The first of the sorted numbers whose record is not below wanted. */
static guint
lower_bound (const Order *order, const GArray *numbers, const VerifyRecord *wanted)
{
	guint low = 0;
	guint high = numbers->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const VerifyRecord *record = verify_index_get (
			order->side->index, g_array_index (numbers, guint32, middle));
		if (compare_identity (order, record, order->side, wanted) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* An open message with a found copy in the same folder is one copy too few (or too many), not
 * another mail. */
static void
name_copies (const Side *side, VerifyClass class)
{
	Order order = {side, SCOPE_NAME, KEY_CANONICAL};
	g_autoptr (GArray) open = collect (side, order.scope, order.key);
	guint32 count = open->len > 0 ? verify_index_count (side->index) : 0;

	for (guint32 i = 0; i < count; i++) {
		const VerifyRecord *found = verify_index_get (side->index, i);
		if (!is_found (found) || !has_key (found, order.key))
			continue;
		for (guint at = lower_bound (&order, open, found); at < open->len; at++) {
			VerifyRecord *record =
				verify_index_get (side->index, g_array_index (open, guint32, at));
			/* Behind one that is named already, all its copies are. */
			if (record->class != VERIFY_OPEN ||
			    compare_identity (&order, record, side, found) != 0)
				break;
			record->class = (guint8) class;
		}
	}
}

static void
name_rest (const Side *side, VerifyClass class)
{
	for (guint32 i = 0; i < verify_index_count (side->index); i++) {
		VerifyRecord *record = verify_index_get (side->index, i);
		if (record->class == VERIFY_OPEN)
			record->class = (guint8) class;
	}
}

void
verify_match (VerifyIndex *source, VerifyIndex *target)
{
	static const struct {
		Scope scope;
		Key key;
	} cascade[] = {
		{SCOPE_NAME, KEY_RAW},        {SCOPE_NAME, KEY_CANONICAL},
		{SCOPE_ROLE, KEY_RAW},        {SCOPE_ROLE, KEY_CANONICAL},
		{SCOPE_ANYWHERE, KEY_RAW},    {SCOPE_ANYWHERE, KEY_CANONICAL},
		{SCOPE_NAME, KEY_HEADER},     {SCOPE_ROLE, KEY_HEADER},
		{SCOPE_NAME, KEY_MESSAGE_ID}, {SCOPE_ROLE, KEY_MESSAGE_ID},
		{SCOPE_NAME, KEY_FIELDS},     {SCOPE_ROLE, KEY_FIELDS},
		{SCOPE_ANYWHERE, KEY_HEADER},
	};
	Match match = {0};

	match_init (&match, source, target);
	for (guint i = 0; i < G_N_ELEMENTS (cascade); i++) {
		/* An intact copy of one message is no altered form of another with the same
		 * header. */
		if (cascade[i].key == KEY_HEADER)
			name_copies (&match.target, VERIFY_DUPLICATED);
		step (&match, cascade[i].scope, cascade[i].key);
	}
	name_copies (&match.source, VERIFY_COLLAPSED);
	name_rest (&match.source, VERIFY_MISSING);
	name_rest (&match.target, VERIFY_EXTRA);
	match_clear (&match);
}

GArray *
verify_match_folders (const VerifyIndex *source, const VerifyIndex *target)
{
	Match match = {0};
	guint32 count = verify_index_count_folders (source);
	GArray *result = g_array_sized_new (FALSE, FALSE, sizeof (guint32), count);

	match_init (&match, (VerifyIndex *) source, (VerifyIndex *) target);
	for (guint32 i = 0; i < count; i++) {
		guint32 found = G_MAXUINT32;
		for (guint scope = 0; scope < SCOPE_ANYWHERE && found == G_MAXUINT32; scope++) {
			guint32 place = match.source.places[scope][i];
			for (guint32 j = 0;
			     j < verify_index_count_folders (target) && place != NO_PLACE; j++)
				if (match.target.places[scope][j] == place) {
					found = j;
					break;
				}
		}
		g_array_append_val (result, found);
	}
	match_clear (&match);
	return result;
}
