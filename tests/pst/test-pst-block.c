/* test-pst-block.c - a block is what the index says it is, or it is refused
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-block.h"

#include <string.h>

#include "pst/opened.h"

/* [MS-PST] 5.3 starts at 0 and doesn't invert; the values are of that loop, bit by bit. */
static void
test_crc (void)
{
	static const guint8 text[] = "123456789";
	guint32 crc = 0;

	for (guint i = 0; i < 9; i++) {
		crc ^= text[i];
		for (guint bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb88320U : 0);
	}
	g_assert_cmphex (pst_block_crc (text, 9), ==, crc);
	g_assert_cmphex (pst_block_crc (text, 0), ==, 0);
}

static void
test_signature (void)
{
	g_assert_cmphex (pst_block_signature (0, 0), ==, 0);
	g_assert_cmphex (pst_block_signature (0x12345678, 0), ==, 0x1234 ^ 0x5678);
	g_assert_cmphex (pst_block_signature (0xff12345678, 4), ==, 0x1234 ^ 0x567c);
}

static PstTiny *
make_file (PstTinyFormat format, guint64 *bid)
{
	PstTiny *tiny = pst_tiny_new (format);

	*bid = pst_tiny_add_block (tiny, "the contents of the block", 25);
	pst_tiny_add_node (tiny, PST_NID_STORE, 0, *bid, 0);
	pst_tiny_finish (tiny);
	return tiny;
}

static void
assert_damaged (const PstTiny *tiny, guint64 bid, PstError code, const char *words)
{
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (GError) error = NULL;

	g_assert_null (pst_block_read (opened->index, bid, &error));
	g_assert_error (error, PST_ERROR, (int)code);
	g_assert_nonnull (strstr (error->message, words));
}

static void
test_read (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		guint64 bid;
		g_autoptr (PstTiny) tiny = make_file (i, &bid);
		g_autoptr (Opened) opened = opened_new_tiny (tiny);
		g_autoptr (GBytes) bytes = pst_block_read (opened->index, bid | 1, NULL);

		opened_assert_bytes (bytes, "the contents of the block", 25);
	}
}

static void
test_flipped_bit (void)
{
	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		guint64 bid;
		g_autoptr (PstTiny) tiny = make_file (i, &bid);

		tiny->bytes->data[pst_tiny_get_offset (tiny, bid) + 10] ^= 4;
		assert_damaged (tiny, bid, PST_ERROR_DAMAGED, "check sum");
	}
}

/* The trailers of the three formats are at these places: 64 (512) less 12, 16 or 24 bytes. */
static void
test_trailer (void)
{
	static const guint trailer_at[] = {52, 48, 488};
	static const guint bid_at[] = {4, 8, 8};

	for (guint i = 0; i < PST_TINY_N_FORMATS; i++) {
		guint64 bid;
		g_autoptr (PstTiny) tiny = make_file (i, &bid);
		guint8 *trailer =
			tiny->bytes->data + pst_tiny_get_offset (tiny, bid) + trailer_at[i];

		trailer[0] ^= 1;
		assert_damaged (tiny, bid, PST_ERROR_DAMAGED, "size");
		trailer[0] ^= 1;
		trailer[2] ^= 1;
		assert_damaged (tiny, bid, PST_ERROR_DAMAGED, "signature");
		trailer[2] ^= 1;
		trailer[bid_at[i]] ^= 4;
		assert_damaged (tiny, bid, PST_ERROR_DAMAGED, "another block");
	}
}

static void
test_missing (void)
{
	guint64 bid;
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE, &bid);

	assert_damaged (tiny, 0x7000, PST_ERROR_MISSING, "0x7000");
}

static void
test_deflated (void)
{
	g_autoptr (PstTiny) tiny = pst_tiny_new (PST_TINY_4K);
	g_autofree char *text = g_strnfill (60000, 'x');
	guint64 right = pst_tiny_add_deflated (tiny, text, 60000, 60000);
	guint64 too_small = pst_tiny_add_deflated (tiny, text, 60000, 59999);
	guint64 too_large = pst_tiny_add_deflated (tiny, text, 60000, 60001);
	guint64 not_deflated = pst_tiny_add_block (tiny, text, 400);

	pst_tiny_add_node (tiny, PST_NID_STORE, 0, right, 0);
	pst_tiny_finish (tiny);
	g_autoptr (Opened) opened = opened_new_tiny (tiny);
	g_autoptr (GBytes) bytes = pst_block_read (opened->index, right, NULL);
	g_autoptr (GBytes) plain = pst_block_read (opened->index, not_deflated, NULL);

	opened_assert_bytes (bytes, text, 60000);
	opened_assert_bytes (plain, text, 400);
	assert_damaged (tiny, too_small, PST_ERROR_DAMAGED, "inflated");
	assert_damaged (tiny, too_large, PST_ERROR_DAMAGED, "inflated");
}

static void
test_beyond_end (void)
{
	guint64 bid;
	g_autoptr (PstTiny) tiny = make_file (PST_TINY_UNICODE, &bid);
	gsize page = g_array_index (tiny->block_pages, gsize, 0);

	memset (tiny->bytes->data + page + 8, 0xff, 8); /* the offset in the first entry */
	pst_tiny_seal_page (tiny, page);
	assert_damaged (tiny, bid, PST_ERROR_TRUNCATED, "beyond the end");
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/block/crc-is-that-of-the-specification", test_crc);
	g_test_add_func ("/pst/block/signature-mixes-place-and-id", test_signature);
	g_test_add_func ("/pst/block/is-read-in-all-formats", test_read);
	g_test_add_func ("/pst/block/flipped-bit-is-found", test_flipped_bit);
	g_test_add_func ("/pst/block/wrong-trailer-is-found", test_trailer);
	g_test_add_func ("/pst/block/missing-block-is-named", test_missing);
	g_test_add_func ("/pst/block/inflates-to-exactly-the-size-of-the-index", test_deflated);
	g_test_add_func ("/pst/block/place-beyond-the-end-is-refused", test_beyond_end);
	return g_test_run ();
}
