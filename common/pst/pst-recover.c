/* pst-recover.c - messages that the index has forgotten and the file hasn't
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * One pass over the file. Where a page could be, a leaf of the node tree is recognised by its
 * trailer; which branch led to it, and whether one still does, doesn't matter. Where a block could
 * end, its trailer tells all that a leaf of the block tree would say, and more truthfully: the old
 * leaf may speak of a place that has been used again. Signatures depend on the place, so neither
 * is found inside an Outlook file that was attached to a message.
 */
#include "pst/pst-recover.h"

#include <string.h>

#include "pst/pst-block.h"
#include "pst/pst-props.h"

#define PIECE (1u << 20) /* read at once; a multiple of all page sizes and alignments */

/* What trying out may cost beyond the size of the file itself, see spend(). */
#define SLACK (16u << 20)

/* Pages and blocks found are kept in memory; with 50 GB in use Outlook has some millions of
 * them. */
#define MAX_FOUND (1u << 24)

/* A message as one page knew it. */
typedef struct {
	PstIndexNode node;
	guint64 page_bid;
} Version;

struct _PstRecovery {
	PstIndex *index; /* a layer over the live one */
	GArray *nodes;   /* of PstIndexNode, by NID */
};

typedef struct {
	const PstIndex *live;
	PstFile *file;
	PstFormat format;
	GArray *entries;  /* of PstIndexNode: of the page at hand */
	GArray *blocks;   /* of PstIndexBlock: those the live index doesn't have */
	GArray *versions; /* of Version */
	guint64 budget;   /* bytes that may still be looked at twice */
	gboolean is_cut;  /* more was there than an honest file has */
	PstFindingFunc finding;
	gpointer user_data;
} Search;

static void
report (const Search *search, const char *name, const char *detail)
{
	if (search->finding != NULL)
		search->finding (name, 0, detail, search->user_data);
}

/* In an honest file free blocks don't overlap and each belongs to one message, so all that has to
 * be looked at closely is no more than the file. A forged one could have a large block end every 64
 * bytes, or name one large block in every entry of a million. FALSE when that is so. */
static gboolean
spend (Search *search, guint64 bytes)
{
	if (bytes > search->budget) {
		search->budget = 0;
		search->is_cut = TRUE;
		return FALSE;
	}
	search->budget -= bytes;
	return TRUE;
}

static void
reset_budget (Search *search)
{
	search->budget = pst_file_get_size (search->file) + SLACK;
}

/* --- The pass over the file ------------------------------------------------ */

static gboolean
is_live_version (const PstIndex *live, const PstIndexNode *node)
{
	const PstIndexNode *known = pst_index_find_node (live, node->nid);

	return known != NULL && known->data_bid == node->data_bid &&
	       known->subnode_bid == node->subnode_bid;
}

static void
keep (Search *search, GArray *found, gconstpointer element)
{
	if (found->len < MAX_FOUND)
		g_array_append_vals (found, element, 1);
	else
		search->is_cut = TRUE;
}

static void
look_for_page (Search *search, guint64 offset, const guint8 *page)
{
	Version version;

	g_array_set_size (search->entries, 0);
	if (!pst_index_parse_node_leaf (search->format, offset, page, search->entries,
					&version.page_bid))
		return;
	for (guint i = 0; i < search->entries->len; i++) {
		version.node = g_array_index (search->entries, PstIndexNode, i);
		if (PST_NID_TYPE (version.node.nid) == PST_NID_MESSAGE &&
		    version.node.data_bid != 0 && !is_live_version (search->live, &version.node))
			keep (search, search->versions, &version);
	}
}

static void
look_for_block (Search *search, guint64 end, const guint8 *end_of_bytes)
{
	PstIndexBlock block;

	if (!pst_block_parse_trailer (search->format, end, end_of_bytes, &block) ||
	    pst_index_find_block (search->live, block.bid) != NULL)
		return;
	if (spend (search, block.stored_size) &&
	    pst_block_is_sound (search->format, &block, end_of_bytes))
		keep (search, search->blocks, &block);
}

/* BUFFER has room for a block that began in the last piece, then for a piece. */
static gboolean
search_file (Search *search, guint8 *buffer, GError **error)
{
	guint8 *piece = buffer + PST_BLOCK_MAX_PLACE;
	guint64 size = pst_file_get_size (search->file);
	guint page = pst_index_get_page_size (search->format);
	guint step = pst_block_get_alignment (search->format);

	for (guint64 at = 0; at < size; at += PIECE) {
		gsize length = (gsize) MIN (PIECE, size - at);
		if (!pst_file_read (search->file, at, piece, length, error))
			return FALSE;
		for (gsize i = 0; i + page <= length; i += page)
			look_for_page (search, at + i, piece + i);
		for (gsize i = step; i <= length; i += step)
			look_for_block (search, at + i, piece + i);
		memmove (buffer, buffer + PIECE, PST_BLOCK_MAX_PLACE);
	}
	return TRUE;
}

/* --- What can be opened ---------------------------------------------------- */

static int
compare_versions (gconstpointer a, gconstpointer b)
{
	const Version *x = a;
	const Version *y = b;

	if (x->node.nid != y->node.nid)
		return x->node.nid < y->node.nid ? -1 : 1;
	return (x->page_bid < y->page_bid) - (x->page_bid > y->page_bid);
}

static guint64
get_stored_size (const PstIndex *index, guint64 bid)
{
	const PstIndexBlock *block = pst_index_find_block (index, bid);

	return block != NULL ? block->stored_size : 0;
}

/* Are its properties there, and the lists of what lies below it? */
static gboolean
can_open (Search *search, const PstIndex *index, const PstIndexNode *entry)
{
	if (get_stored_size (index, entry->data_bid) == 0 ||
	    !spend (search, get_stored_size (index, entry->data_bid) +
				    get_stored_size (index, entry->subnode_bid)))
		return FALSE;

	g_autoptr (PstNode) node = pst_node_open_entry (index, entry, NULL);
	g_autoptr (PstData) data = node != NULL ? pst_node_open_data (node, NULL) : NULL;

	if (data == NULL ||
	    !spend (search, pst_data_get_size (data) +
				    pst_node_get_subnode_count (node) * sizeof (PstIndexNode)))
		return FALSE;
	g_autoptr (PstProps) props = pst_props_open (node, NULL);
	return props != NULL;
}

static void
choose_versions (Search *search, PstRecovery *recovery)
{
	GArray *versions = search->versions;
	guint64 unreadable = 0;

	g_array_sort (versions, compare_versions);
	for (guint i = 0; i < versions->len;) {
		guint32 nid = g_array_index (versions, Version, i).node.nid;
		gboolean is_found = FALSE;
		for (; i < versions->len; i++) {
			const PstIndexNode *node = &g_array_index (versions, Version, i).node;
			if (node->nid != nid)
				break;
			if (!is_found && can_open (search, recovery->index, node)) {
				g_array_append_val (recovery->nodes, *node);
				is_found = TRUE;
			}
		}
		/* What a message was before it was changed is no loss while it is there. */
		unreadable += !is_found && pst_index_find_node (search->live, nid) == NULL;
	}
	if (unreadable > 0) {
		g_autofree char *detail = g_strdup_printf ("of %" G_GUINT64_FORMAT
							   " deleted messages only traces are left",
							   unreadable);
		report (search, "remnants-unreadable", detail);
	}
	if (search->is_cut)
		report (search, "recovery-cut-short",
			"there are more traces in the file than there is room for in it");
}

PstRecovery *
pst_recover_search (const PstIndex *live, PstFindingFunc finding, gpointer user_data,
		    GError **error)
{
	g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (PstIndexNode));
	g_autoptr (GArray) blocks = g_array_new (FALSE, FALSE, sizeof (PstIndexBlock));
	g_autoptr (GArray) versions = g_array_new (FALSE, FALSE, sizeof (Version));
	g_autofree guint8 *buffer = g_malloc0 (PST_BLOCK_MAX_PLACE + PIECE);
	Search search = {
		.live = live,
		.file = pst_index_get_file (live),
		.format = pst_file_get_format (pst_index_get_file (live)),
		.entries = entries,
		.blocks = blocks,
		.versions = versions,
		.finding = finding,
		.user_data = user_data,
	};

	reset_budget (&search);
	if (!search_file (&search, buffer, error))
		return NULL;

	PstRecovery *recovery = g_new0 (PstRecovery, 1);
	recovery->index = pst_index_new_layer (live, g_steal_pointer (&blocks));
	recovery->nodes = g_array_new (FALSE, FALSE, sizeof (PstIndexNode));
	reset_budget (&search);
	choose_versions (&search, recovery);
	return recovery;
}

void
pst_recover_free (PstRecovery *recovery)
{
	if (recovery == NULL)
		return;
	pst_index_free (recovery->index);
	g_array_unref (recovery->nodes);
	g_free (recovery);
}

guint
pst_recover_get_count (const PstRecovery *recovery)
{
	return recovery->nodes->len;
}

const PstIndexNode *
pst_recover_get_node (const PstRecovery *recovery, guint n)
{
	return &g_array_index (recovery->nodes, PstIndexNode, n);
}

PstNode *
pst_recover_open_node (const PstRecovery *recovery, guint n, GError **error)
{
	return pst_node_open_entry (recovery->index, pst_recover_get_node (recovery, n), error);
}
