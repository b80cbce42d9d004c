/* test-pst-recover.c - what was deleted is found again, and only that
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-recover.h"

#include "pst/opened.h"
#include "pst/pst-block.h"

#define FOLDER  0x8022
#define MESSAGE 0x200024
#define OTHER   0x200044

/* A property context whose one property, 0x1000, is NUMBER. */
static guint64
add_props (PstTiny *tiny, guint32 number)
{
	g_autoptr (GByteArray) bytes = g_byte_array_new ();

	pst_tiny_put (bytes, 28, 2); /* where the map is */
	pst_tiny_put (bytes, 0xbcec, 2);
	pst_tiny_put (bytes, 0x20, 4);
	pst_tiny_put (bytes, 0, 4);
	pst_tiny_put (bytes, 0x0602b5, 4); /* a tree: keys of 2 bytes, entries of 6, one level */
	pst_tiny_put (bytes, 0x40, 4);
	pst_tiny_put (bytes, 0x00031000, 4);
	pst_tiny_put (bytes, number, 4);
	pst_tiny_put (bytes, 2, 2);
	pst_tiny_put (bytes, 0, 2);
	pst_tiny_put (bytes, 12, 2);
	pst_tiny_put (bytes, 20, 2);
	pst_tiny_put (bytes, 28, 2);
	return pst_tiny_add_block (tiny, bytes->data, bytes->len);
}

/* A file with a folder and one message that stays. */
static PstTiny *
begin_tiny (PstTinyFormat format)
{
	PstTiny *tiny = pst_tiny_new (format);

	pst_tiny_add_node (tiny, FOLDER, FOLDER, add_props (tiny, 1), 0);
	pst_tiny_add_node (tiny, OTHER, FOLDER, add_props (tiny, 2), 0);
	return tiny;
}

static void
damage (PstTiny *tiny, gsize offset)
{
	tiny->bytes->data[offset] ^= 0xff;
}

/* A file, searched. */
typedef struct {
	Opened *opened;
	PstRecovery *recovery;
} Found;

static void
clear_found (Found *found)
{
	g_clear_pointer (&found->recovery, pst_recover_free);
	g_clear_pointer (&found->opened, opened_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Found, clear_found)

/* There must be COUNT deleted items in it. */
static Found
search (const PstTiny *tiny, guint count)
{
	g_autoptr (GError) error = NULL;
	Found found = {.opened = opened_new_tiny (tiny)};

	found.recovery = pst_recover_search (found.opened->index, opened_find,
					     found.opened->findings, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (pst_recover_get_count (found.recovery), ==, count);
	return found;
}

/* A message with that number, and then an index without it; returns the block it is in. */
static guint64
add_deleted (PstTiny *tiny, guint32 number)
{
	guint64 props = add_props (tiny, number);

	pst_tiny_add_node (tiny, MESSAGE, FOLDER, props, 0);
	pst_tiny_delete_last (tiny, 1, 1);
	return props;
}

static gint64
read_number (const Found *found)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstNode) node = pst_recover_open_node (found->recovery, 0, &error);
	g_assert_no_error (error);
	g_autoptr (PstProps) props = pst_props_open (node, &error);
	g_assert_no_error (error);
	return pst_props_get_int_or (props, 0x1000, -1);
}

static void
test_deleted (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (PstTiny) tiny = begin_tiny (format);
		(void)add_deleted (tiny, 3);
		pst_tiny_finish (tiny);

		g_auto (Found) found = search (tiny, 1);
		g_assert_null (pst_index_find_node (found.opened->index, MESSAGE));
		g_assert_cmphex (pst_recover_get_node (found.recovery, 0)->nid, ==, MESSAGE);
		g_assert_cmphex (pst_recover_get_node (found.recovery, 0)->parent, ==, FOLDER);
		g_assert_cmpint (read_number (&found), ==, 3);
		g_assert_cmpstr (found.opened->findings->str, ==, "");
	}
}

static void
test_deflated (void)
{
	static const guint8 zeros[4000];
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_4K);
	guint64 props = add_props (tiny, 3);
	guint64 value = pst_tiny_add_deflated (tiny, zeros, sizeof zeros, sizeof zeros);
	g_autoptr (GByteArray) list = g_byte_array_new ();

	pst_tiny_put (list, 0x00010002, 8); /* SLBLOCK, one entry */
	pst_tiny_put (list, 0x7f, 8);
	pst_tiny_put (list, value, 8);
	pst_tiny_put (list, 0, 8);
	pst_tiny_add_node (tiny, MESSAGE, FOLDER, props,
			   pst_tiny_add_internal (tiny, list->data, list->len));
	pst_tiny_delete_last (tiny, 1, 3);
	pst_tiny_finish (tiny);

	g_auto (Found) found = search (tiny, 1);
	g_autoptr (PstNode) node = pst_recover_open_node (found.recovery, 0, NULL);
	g_autoptr (PstData) data = pst_node_open_subnode_data (node, 0x7f, NULL);
	g_assert_nonnull (data);
	g_autoptr (GBytes) all = pst_data_read_all (data, sizeof zeros, NULL);
	opened_assert_bytes (all, zeros, sizeof zeros);
}

static void
test_sound_file (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (PstTiny) tiny = begin_tiny (format);
		pst_tiny_delete_last (tiny, 0, 0); /* old trees, but nothing was deleted */
		pst_tiny_finish (tiny);

		g_auto (Found) found = search (tiny, 0);
		g_assert_cmpstr (found.opened->findings->str, ==, "");
	}
}

/* Three versions of a message, written one after the other; the last one as well is deleted. */
static PstTiny *
make_versions (PstTinyFormat format, guint64 bids[3])
{
	PstTiny *tiny = begin_tiny (format);

	for (guint i = 0; i < 3; i++)
		bids[i] = add_deleted (tiny, 10 + i);
	return tiny;
}

static void
test_newest (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		guint64 bids[3];
		g_autoptr (PstTiny) tiny = make_versions (format, bids);
		pst_tiny_finish (tiny);
		g_auto (Found) found = search (tiny, 1);
		g_assert_cmpint (read_number (&found), ==, 12);
	}
}

static void
test_newest_that_opens (void)
{
	guint64 bids[3];
	g_autoptr (PstTiny) tiny = make_versions (PST_TINY_UNICODE, bids);
	pst_tiny_finish (tiny);
	damage (tiny, pst_tiny_get_offset (tiny, bids[2]));

	g_auto (Found) found = search (tiny, 1);
	g_assert_cmpint (read_number (&found), ==, 11);
}

static void
test_changed (void)
{
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);
	(void)add_deleted (tiny, 3);
	pst_tiny_add_node (tiny, MESSAGE, FOLDER, add_props (tiny, 4), 0);
	pst_tiny_finish (tiny);

	g_auto (Found) found = search (tiny, 1);
	g_assert_cmpint (read_number (&found), ==, 3);
}

static void
test_changed_beyond_repair (void)
{
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);
	guint64 before = add_deleted (tiny, 3);
	pst_tiny_add_node (tiny, MESSAGE, FOLDER, add_props (tiny, 4), 0);
	pst_tiny_finish (tiny);
	damage (tiny, pst_tiny_get_offset (tiny, before));

	g_auto (Found) found = search (tiny, 0);
	g_assert_cmpstr (found.opened->findings->str, ==,
			 ""); /* the message is there, nothing is lost */
}

/* The block a deleted message shares with a live one comes from where the live index says. */
static void
test_live_blocks_win (void)
{
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);
	guint64 shared = add_props (tiny, 3);
	pst_tiny_add_node (tiny, MESSAGE, FOLDER, shared, 0);
	pst_tiny_delete_last (tiny, 1, 0);
	pst_tiny_finish (tiny);

	g_auto (Found) found = search (tiny, 1);
	g_assert_cmpint (read_number (&found), ==, 3);
}

static void
test_unreadable (void)
{
	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (PstTiny) tiny = begin_tiny (format);
		guint64 props = add_deleted (tiny, 3);
		pst_tiny_finish (tiny);
		damage (tiny, pst_tiny_get_offset (tiny, props));

		g_auto (Found) found = search (tiny, 0);
		g_assert_true (g_str_has_prefix (found.opened->findings->str,
						 "remnants-unreadable 0x0 of 1 "));
	}
}

static void
test_damaged_page (void)
{
	static const struct {
		guint at; /* in a Unicode page: an entry, its size, its level, type, signature, id */
		gboolean is_sealed;
	} cases[] = { { 0, FALSE },  { 490, TRUE }, { 491, TRUE },
		      { 497, TRUE }, { 498, TRUE }, { 504, TRUE } };

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);
		pst_tiny_add_node (tiny, MESSAGE, FOLDER, add_props (tiny, 3), 0);
		gsize page = pst_tiny_delete_last (tiny, 1, 1);
		pst_tiny_finish (tiny);
		damage (tiny, page + cases[i].at);
		if (cases[i].is_sealed)
			pst_tiny_seal_page (tiny, page);

		g_auto (Found) found = search (tiny, 0);
	}
}

/* An Outlook file attached to a message brings pages and blocks that are sound, but not here. */
static void
test_file_within (void)
{
	g_autoptr (PstTiny) inner = begin_tiny (PST_TINY_UNICODE);
	(void)add_deleted (inner, 3);
	pst_tiny_finish (inner);

	g_autoptr (PstTiny) outer = begin_tiny (PST_TINY_UNICODE);
	for (guint at = 0; at < inner->bytes->len; at += 4096)
		pst_tiny_add_block (outer, inner->bytes->data + at,
				    MIN (4096, inner->bytes->len - at));
	pst_tiny_finish (outer);

	g_auto (Found) found = search (outer, 0);
}

/* More than is read at once, so some blocks lie across the border, whatever the alignment. */
static void
test_large (void)
{
	guint8 *bytes = g_malloc (8000);

	for (guint format = 0; format < PST_TINY_N_FORMATS; format++) {
		g_autoptr (PstTiny) tiny = begin_tiny (format);
		g_autoptr (GByteArray) list = g_byte_array_new ();
		const guint blocks = 280;
		tiny->leaf_entries = 15;
		pst_tiny_put (list, 0x0101, 2);
		pst_tiny_put (list, blocks, 2);
		pst_tiny_put (list, blocks * 8000, 4);
		for (guint i = 0; i < blocks; i++) {
			memset (bytes, (int)i, 8000);
			pst_tiny_put_id (tiny, list, pst_tiny_add_block (tiny, bytes, 8000));
		}
		guint64 value = pst_tiny_add_internal (tiny, list->data, list->len);
		g_autoptr (GByteArray) subnodes = g_byte_array_new ();
		pst_tiny_put (subnodes, 0x00010002, format == PST_TINY_ANSI ? 4 : 8);
		pst_tiny_put_id (tiny, subnodes, 0x7f);
		pst_tiny_put_id (tiny, subnodes, value);
		pst_tiny_put_id (tiny, subnodes, 0);
		guint64 sub = pst_tiny_add_internal (tiny, subnodes->data, subnodes->len);
		pst_tiny_add_node (tiny, MESSAGE, FOLDER, add_props (tiny, 3), sub);
		pst_tiny_delete_last (tiny, 1, blocks + 3);
		pst_tiny_finish (tiny);

		g_auto (Found) found = search (tiny, 1);
		g_autoptr (PstNode) node = pst_recover_open_node (found.recovery, 0, NULL);
		g_autoptr (PstData) data = pst_node_open_subnode_data (node, 0x7f, NULL);
		g_assert_nonnull (data);
		for (guint i = 0; i < blocks; i++) {
			g_autoptr (GBytes) block = pst_data_read_block (data, i, NULL);
			memset (bytes, (int)i, 8000);
			opened_assert_bytes (block, bytes, 8000);
		}
	}
	g_free (bytes);
}

/* Thousands of entries that all name one large block would have it read thousands of times. */
static void
test_bounded (void)
{
	guint8 bytes[8000] = {0};
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);
	guint64 large = pst_tiny_add_block (tiny, bytes, sizeof bytes);
	guint32 nid = MESSAGE;

	tiny->leaf_entries = 15;
	for (guint round = 0; round < 8; round++) {
		for (guint i = 0; i < 250; i++, nid += 0x20)
			pst_tiny_add_node (tiny, nid, FOLDER, large, 0);
		pst_tiny_delete_last (tiny, 250, 0);
	}
	pst_tiny_add_node (tiny, nid, FOLDER, add_props (tiny, 3), 0);
	pst_tiny_finish (tiny);

	g_auto (Found) found = search (tiny, 0);
	g_assert_nonnull (strstr (found.opened->findings->str, "recovery-cut-short"));
}

/* Trailers that claim 8000 bytes every 64 bytes: each would have 8000 bytes summed up. */
static void
test_overlapping (void)
{
	guint64 bid = 0x10000;
	g_autoptr (PstTiny) tiny = begin_tiny (PST_TINY_UNICODE);

	pst_tiny_finish (tiny);
	for (guint i = 0; i < 4096; i++, bid += 4) {
		guint64 end = (tiny->bytes->len / 64 + 1) * 64;
		guint zeros = (guint)(end - 16 - tiny->bytes->len);
		for (guint n = 0; n < zeros; n++)
			pst_tiny_put (tiny->bytes, 0, 1);
		pst_tiny_put (tiny->bytes, 8000, 2);
		pst_tiny_put (tiny->bytes, pst_block_signature (end - 8064, bid), 2);
		pst_tiny_put (tiny->bytes, 0, 4);
		pst_tiny_put (tiny->bytes, bid, 8);
	}

	g_auto (Found) found = search (tiny, 0);
	g_assert_nonnull (strstr (found.opened->findings->str, "recovery-cut-short"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/recover/finds-a-deleted-message", test_deleted);
	g_test_add_func ("/pst/recover/inflates-deleted-blocks", test_deflated);
	g_test_add_func ("/pst/recover/finds-nothing-in-a-file-without-deletions", test_sound_file);
	g_test_add_func ("/pst/recover/takes-the-newest-version", test_newest);
	g_test_add_func ("/pst/recover/takes-an-older-version-if-the-newest-is-damaged",
			 test_newest_that_opens);
	g_test_add_func ("/pst/recover/finds-what-a-message-was-before", test_changed);
	g_test_add_func ("/pst/recover/does-not-mourn-what-a-live-message-was-before",
			 test_changed_beyond_repair);
	g_test_add_func ("/pst/recover/reads-live-blocks-for-a-deleted-message",
			 test_live_blocks_win);
	g_test_add_func ("/pst/recover/counts-what-cannot-be-read", test_unreadable);
	g_test_add_func ("/pst/recover/believes-sound-pages-only", test_damaged_page);
	g_test_add_func ("/pst/recover/is-not-fooled-by-an-attached-file", test_file_within);
	g_test_add_func ("/pst/recover/reads-blocks-across-pieces", test_large);
	g_test_add_func ("/pst/recover/ends-soon-when-entries-share-a-block", test_bounded);
	g_test_add_func ("/pst/recover/ends-soon-when-blocks-overlap", test_overlapping);
	return g_test_run ();
}
