/* imap-listing.c - what is in a mailbox, by UID and by key
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-listing.h"

#include <string.h>

#include "imap/imap-date.h"

#define NONE G_MAXUINT

typedef struct {
	guint32 uid;
	gboolean claimed;
	ImapKey key;
} Row;

/* Rows with the same number hang together, in the order of their UIDs. */
typedef struct {
	GHashTable *first; /* number -> index of a row + 1 */
	guint *next;       /* for each row; NONE at the end */
	guint64 *numbers;  /* the table's keys */
} Index;

struct ImapListing {
	guint32 from;
	GArray *rows;                         /* of Row, by UID */
	Index indices[IMAP_TIER_SIMILAR + 1]; /* made when first asked for */
};

/* --- From the server -------------------------------------------------------------------------- */

static const ImapValue *
find_header (const GPtrArray *items)
{
	for (guint i = 0; items != NULL && i + 1 < items->len; i += 2) {
		const ImapValue *name = g_ptr_array_index (items, i);
		if (name->type == IMAP_VALUE_ATOM && g_str_has_prefix (name->text, IMAP_KEY_FIELDS))
			return g_ptr_array_index (items, i + 1);
	}
	return NULL;
}

static gboolean
read_header (const ImapValue *header, guint32 size, ImapKey *key)
{
	const char *text = header->text != NULL ? header->text : "";
	const guint8 *data = header->spool != NULL ? spool_peek (header->spool)
						   : (const guint8 *) text;
	gsize length = header->spool != NULL ? (gsize) spool_get_size (header->spool)
					     : strlen (text);

	if (data == NULL && length > 0)
		return FALSE; /* five fields that do not fit into memory: none of ours */
	g_autofree guint8 *copy = g_memdup2 (data, length);
	imap_key_init (key, copy, length, size);
	return TRUE;
}

void
imap_listing_note (const ImapResponse *response, gpointer user_data)
{
	ImapListing *listing = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	const GPtrArray *items = list != NULL ? list->items : NULL;
	const ImapValue *header = find_header (items);
	MessageDate date = { .known = FALSE };
	guint32 size = 0;
	Row row = { .claimed = FALSE };

	/* RFC 3501: "42:*" names the last message even if that has a lower UID. */
	if (g_strcmp0 (response->name, "FETCH") != 0 || header == NULL ||
	    !imap_value_get_number (imap_value_find (items, "UID"), &row.uid) ||
	    !imap_value_get_number (imap_value_find (items, "RFC822.SIZE"), &size) ||
	    row.uid < listing->from || !read_header (header, size, &row.key))
		return;
	g_autofree char *text = imap_value_dup_text (imap_value_find (items, "INTERNALDATE"));
	if (imap_date_parse (text, &date))
		row.key.date = date.seconds;
	g_array_append_val (listing->rows, row);
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
	const Row *left = a;
	const Row *right = b;

	return left->uid < right->uid ? -1 : left->uid > right->uid;
}

ImapListing *
imap_listing_new_empty (void)
{
	ImapListing *listing = g_new0 (ImapListing, 1);

	listing->rows = g_array_new (FALSE, FALSE, sizeof (Row));
	return listing;
}

char *
imap_listing_get_command (guint32 from, guint32 to)
{
	return g_strdup_printf ("UID FETCH %u:%u (UID " IMAP_KEY_ITEMS ")", from, to);
}

void
imap_listing_close (ImapListing *listing)
{
	g_array_sort (listing->rows, compare_rows);
}

ImapListing *
imap_listing_new (ImapConnection *connection, guint32 from, GError **error)
{
	g_autofree char *command =
		g_strdup_printf ("UID FETCH %u:* (UID " IMAP_KEY_ITEMS ")", from);
	g_autoptr (ImapListing) listing = imap_listing_new_empty ();

	listing->from = from;
	if (!imap_connection_must (connection, command, imap_listing_note, listing, error))
		return NULL;
	imap_listing_close (listing);
	return g_steal_pointer (&listing);
}

/* --- Claims ----------------------------------------------------------------------------------- */

static void
clear_index (Index *index)
{
	g_clear_pointer (&index->first, g_hash_table_unref);
	g_clear_pointer (&index->next, g_free);
	g_clear_pointer (&index->numbers, g_free);
}

void
imap_listing_free (ImapListing *listing)
{
	if (listing == NULL)
		return;
	for (gsize i = 0; i < G_N_ELEMENTS (listing->indices); i++)
		clear_index (&listing->indices[i]);
	g_array_unref (listing->rows);
	g_free (listing);
}

static Row *
row_at (ImapListing *listing, guint index)
{
	return &g_array_index (listing->rows, Row, index);
}

/* From the highest UID down, so that each new head of a chain has a lower one than the rest. */
static Index *
get_index (ImapListing *listing, ImapTier tier)
{
	Index *index = &listing->indices[tier];

	if (index->first != NULL)
		return index;
	index->first = g_hash_table_new (g_int64_hash, g_int64_equal);
	index->next = g_new (guint, listing->rows->len);
	index->numbers = g_new (guint64, listing->rows->len);
	for (guint i = listing->rows->len; i-- > 0;) {
		index->numbers[i] = imap_key_at (&row_at (listing, i)->key, tier);
		guint head =
			GPOINTER_TO_UINT (g_hash_table_lookup (index->first, &index->numbers[i]));
		index->next[i] = head > 0 ? head - 1 : NONE;
		g_hash_table_replace (index->first, &index->numbers[i], GUINT_TO_POINTER (i + 1));
	}
	return index;
}

/* The first unclaimed one; those before it leave the chain. */
static Row *
find_unclaimed (ImapListing *listing, const ImapKey *key, ImapTier tier)
{
	Index *index = get_index (listing, tier);
	guint64 number = imap_key_at (key, tier);
	guint head = GPOINTER_TO_UINT (g_hash_table_lookup (index->first, &number));

	if (head == 0)
		return NULL;
	guint i = head - 1;
	while (i != NONE && row_at (listing, i)->claimed)
		i = index->next[i];
	if (i == NONE)
		g_hash_table_remove (index->first, &number);
	else if (i != head - 1)
		g_hash_table_replace (index->first, &index->numbers[i], GUINT_TO_POINTER (i + 1));
	return i != NONE ? row_at (listing, i) : NULL;
}

guint32
imap_listing_claim (ImapListing *listing, const ImapKey *key, ImapTier tier)
{
	Row *row = find_unclaimed (listing, key, tier);

	if (row == NULL)
		return 0;
	row->claimed = TRUE;
	return row->uid;
}

gboolean
imap_listing_has (ImapListing *listing, const ImapKey *key, ImapTier tier)
{
	return find_unclaimed (listing, key, tier) != NULL;
}

GArray *
imap_listing_find (ImapListing *listing, const ImapKey *key, ImapTier tier, guint limit)
{
	GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));
	Row *row = find_unclaimed (listing, key, tier);

	if (row == NULL)
		return uids;
	const Index *index = get_index (listing, tier);
	for (guint i = (guint) (row - row_at (listing, 0)); i != NONE && uids->len < limit;
	     i = index->next[i])
		if (!row_at (listing, i)->claimed)
			g_array_append_val (uids, row_at (listing, i)->uid);
	return uids;
}

GArray *
imap_listing_get_unclaimed (ImapListing *listing)
{
	GArray *uids = g_array_new (FALSE, FALSE, sizeof (guint32));

	for (guint i = 0; i < listing->rows->len; i++)
		if (!row_at (listing, i)->claimed)
			g_array_append_val (uids, row_at (listing, i)->uid);
	return uids;
}

static Row *
find_uid (ImapListing *listing, guint32 uid)
{
	Row wanted = { .uid = uid };
	guint index;

	return g_array_binary_search (listing->rows, &wanted, compare_rows, &index)
		       ? row_at (listing, index)
		       : NULL;
}

gboolean
imap_listing_claim_uid (ImapListing *listing, guint32 uid)
{
	Row *row = find_uid (listing, uid);

	if (row == NULL || row->claimed)
		return FALSE;
	row->claimed = TRUE;
	return TRUE;
}

const ImapKey *
imap_listing_get_key (ImapListing *listing, guint32 uid)
{
	const Row *row = find_uid (listing, uid);

	return row != NULL ? &row->key : NULL;
}
