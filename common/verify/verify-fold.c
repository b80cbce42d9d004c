/* verify-fold.c - one mail that a server shows in several folders needs no partner for each
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-fold.h"

#include <string.h>

#include "verify/verify-outcome.h"

/* A message that has a partner. */
typedef struct {
	guint32 number;
	guint32 partner;
	guint8 level;
} Pair;

/* One that has, or is open; in the order in which they are looked at. */
typedef struct {
	guint8 key[VERIFY_KEY_SIZE]; /* L1, or what is known of the header */
	guint64 object;
	guint32 folder;
	guint8 is_open;
	guint8 level;
	guint32 number;
	guint32 partner;
} Member;

struct VerifyFold {
	VerifyEntries *side;
	Sorter *pairs; /* of Pair, by number */
};

static int
compare_pairs (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Pair *x = a;
	const Pair *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

static int
compare_groups (const Member *a, const Member *b)
{
	int order = memcmp (a->key, b->key, VERIFY_KEY_SIZE);

	if (order != 0)
		return order;
	return a->object < b->object ? -1 : a->object > b->object;
}

/* In each folder what has a partner comes first. */
static int
compare_members (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const Member *x = a;
	const Member *y = b;
	int order = compare_groups (x, y);

	if (order != 0)
		return order;
	if (x->folder != y->folder)
		return x->folder < y->folder ? -1 : 1;
	if (x->is_open != y->is_open)
		return x->is_open ? 1 : -1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int
compare_folded (gconstpointer a, gconstpointer b, gpointer user_data)
{
	const VerifyFolded *x = a;
	const VerifyFolded *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

VerifyFold *
verify_fold_new (VerifyEntries *side)
{
	if (!verify_index_has_objects (side->reading->index))
		return NULL;
	VerifyFold *fold = g_new0 (VerifyFold, 1);
	fold->side = side;
	fold->pairs = sorter_new (sizeof (Pair), SORTER_MEMORY_LIMIT, compare_pairs, NULL);
	return fold;
}

void
verify_fold_free (VerifyFold *fold)
{
	if (fold == NULL)
		return;
	sorter_free (fold->pairs);
	g_free (fold);
}

/* A sorter that has been read takes nothing more: all of it goes into another one. */
static gboolean
add_pair (const void *record, gpointer user_data, GError **error)
{
	return sorter_add (user_data, record, error);
}

gboolean
verify_fold_note_pair (VerifyFold *fold, guint32 number, guint32 partner, guint8 level,
		       GError **error)
{
	const Pair pair = { number, partner, level };

	return sorter_add (fold->pairs, &pair, error);
}

/* --- Who belongs together --------------------------------------------------------------------- */

/* The first record of sorter from number on; *record is NULL if there is none with just that. Each
 * record begins with its number at offset. */
static gboolean
advance (Sorter *sorter, gsize offset, guint32 number, const void **record, GError **error)
{
	for (;;) {
		guint32 at = G_MAXUINT32;
		if (*record != NULL)
			memcpy (&at, (const guint8 *) *record + offset, sizeof at);
		if (*record == NULL || at >= number)
			return TRUE;
		if (!sorter_next (sorter, record, error))
			return FALSE;
	}
}

static gboolean
is_it (const void *record, gsize offset, guint32 number)
{
	guint32 at;

	if (record == NULL)
		return FALSE;
	memcpy (&at, (const guint8 *) record + offset, sizeof at);
	return at == number;
}

static gboolean
fill_member (VerifyFold *fold, const VerifyObject *object, Member *member, GError **error)
{
	VerifyRecord record;

	if (!verify_index_read (fold->side->reading->index, object->number, &record, error))
		return FALSE;
	if ((record.traits & VERIFY_HAS_L1) != 0) {
		memcpy (member->key, record.l1, VERIFY_KEY_SIZE);
	} else {
		memcpy (member->key, &record.message_id, sizeof record.message_id);
		memcpy (member->key + sizeof record.message_id, &record.headers,
			sizeof record.headers);
	}
	member->object = object->object;
	member->number = object->number;
	member->folder = record.folder;
	return TRUE;
}

/* Everything that has a name, and a partner or none; by content, name and folder. */
static Sorter *
gather_members (VerifyFold *fold, GError **error)
{
	g_autoptr (Sorter) members =
		sorter_new (sizeof (Member), SORTER_MEMORY_LIMIT, compare_members, NULL);
	VerifyIndex *index = fold->side->reading->index;
	Sorter *open = fold->side->open;
	const gsize of_entry = G_STRUCT_OFFSET (VerifyEntry, number);
	const VerifyObject *object = NULL;
	const void *pair = NULL;
	const void *entry = NULL;

	if (!sorter_rewind (fold->pairs, error) || !sorter_rewind (open, error) ||
	    !verify_index_rewind_objects (index, error) ||
	    !sorter_next (fold->pairs, &pair, error) || !sorter_next (open, &entry, error))
		return NULL;
	for (;;) {
		Member member = { .partner = VERIFY_NO_PARTNER };
		if (!verify_index_next_object (index, &object, error))
			return NULL;
		if (object == NULL)
			return g_steal_pointer (&members);
		if (!advance (fold->pairs, 0, object->number, &pair, error) ||
		    !advance (open, of_entry, object->number, &entry, error))
			return NULL;
		member.is_open = (guint8) is_it (entry, of_entry, object->number);
		if (is_it (pair, 0, object->number)) {
			member.partner = ((const Pair *) pair)->partner;
			member.level = ((const Pair *) pair)->level;
		} else if (!member.is_open) {
			continue; /* named already */
		}
		if (!fill_member (fold, object, &member, error) ||
		    !sorter_add (members, &member, error))
			return NULL;
	}
}

/* --- Which of them need no partner ------------------------------------------------------------ */

/* The members of one mail, as far as they have been seen. */
typedef struct {
	Member first;  /* any; for the key */
	Member paired; /* one that has a partner, if has_pair */
	gboolean has_pair;
	guint32 folder; /* of the last member */
	GArray *open;   /* of VerifyFolded: the first in each folder that has no pair */
} Group;

static gboolean
end_group (Group *group, gboolean wanted, gboolean lonely, Sorter *folded, GError **error)
{
	guint from = group->has_pair ? 0 : lonely ? 1 : group->open->len;

	for (guint i = from; wanted && i < group->open->len; i++) {
		VerifyFolded *one = &g_array_index (group->open, VerifyFolded, i);
		one->partner = group->has_pair ? group->paired.partner : VERIFY_NO_PARTNER;
		one->level = group->paired.level;
		if (!sorter_add (folded, one, error))
			return FALSE;
	}
	g_array_set_size (group->open, 0);
	group->has_pair = FALSE;
	group->paired = (Member){ .partner = VERIFY_NO_PARTNER };
	return TRUE;
}

static void
add_member (Group *group, const Member *member, gboolean is_first)
{
	gboolean same_folder = !is_first && group->folder == member->folder;

	if (is_first)
		group->first = *member;
	group->folder = member->folder;
	if (!member->is_open) {
		group->paired = *member;
		group->has_pair = TRUE;
	} else if (!same_folder) {
		const VerifyFolded one = { .number = member->number, .folder = member->folder };
		g_array_append_val (group->open, one);
	}
}

/* Is key among the entries of only? Keys are asked for in order. */
static gboolean
has_key (Sorter *only, const guint8 *key, const void **entry, gboolean *has, GError **error)
{
	*has = only == NULL;
	while (only != NULL && *entry != NULL &&
	       memcmp (((const VerifyEntry *) *entry)->key, key, VERIFY_KEY_SIZE) < 0)
		if (!sorter_next (only, entry, error))
			return FALSE;
	if (only != NULL && *entry != NULL)
		*has = memcmp (((const VerifyEntry *) *entry)->key, key, VERIFY_KEY_SIZE) == 0;
	return TRUE;
}

static gboolean
choose (Sorter *members, Group *group, Sorter *only, gboolean lonely, Sorter *folded,
	GError **error)
{
	const void *next = NULL;
	const void *entry = NULL;
	gboolean any = FALSE;
	gboolean wanted = TRUE;

	if (!sorter_rewind (members, error) ||
	    (only != NULL &&
	     (!sorter_rewind (only, error) || !sorter_next (only, &entry, error))))
		return FALSE;
	do {
		if (!sorter_next (members, &next, error))
			return FALSE;
		gboolean is_first =
			!any || next == NULL || compare_groups (&group->first, next) != 0;
		if (any && is_first &&
		    (!has_key (only, group->first.key, &entry, &wanted, error) ||
		     !end_group (group, wanted, lonely, folded, error)))
			return FALSE;
		if (next != NULL)
			add_member (group, next, is_first);
		any = TRUE;
	} while (next != NULL);
	return TRUE;
}

/* --- Taking them ------------------------------------------------------------------------------ */

typedef struct {
	VerifyEntries *side;
	Sorter *folded;
	const void *next; /* of folded */
	VerifyFoldedFunc function;
	gpointer user_data;
} Taking;

static gboolean
take (const void *record, gpointer user_data, GError **error)
{
	Taking *taking = user_data;
	const VerifyEntry *entry = record;

	if (!is_it (taking->next, 0, entry->number))
		return sorter_add (taking->side->open, entry, error);
	return taking->function (taking->next, taking->user_data, error) &&
	       sorter_next (taking->folded, &taking->next, error);
}

/* What was noted before is in a sorter that has been read. */
static gboolean
renew_pairs (VerifyFold *fold, GError **error)
{
	g_autoptr (Sorter) old = fold->pairs;

	fold->pairs = sorter_new (sizeof (Pair), SORTER_MEMORY_LIMIT, compare_pairs, NULL);
	return sorter_foreach (old, add_pair, fold->pairs, error);
}

gboolean
verify_fold_run (VerifyFold *fold, Sorter *only, gboolean lonely, VerifyFoldedFunc function,
		 gpointer user_data, GError **error)
{
	g_autoptr (Sorter) folded =
		sorter_new (sizeof (VerifyFolded), SORTER_MEMORY_LIMIT, compare_folded, NULL);
	g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (VerifyFolded));
	Group group = { .open = open, .paired = { .partner = VERIFY_NO_PARTNER } };
	Taking taking = { fold->side, folded, NULL, function, user_data };
	g_autoptr (Sorter) members = gather_members (fold, error);

	if (members == NULL || !renew_pairs (fold, error) ||
	    !choose (members, &group, only, lonely, folded, error))
		return FALSE;
	if (sorter_count (folded) == 0)
		return TRUE;
	return sorter_rewind (folded, error) && sorter_next (folded, &taking.next, error) &&
	       verify_entries_reopen (fold->side, take, &taking, error);
}
