/* pst-writer-ltp.c - heaps, property contexts and tables of a PST being written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The lists, tables and properties layer of [MS-PST] 2.3. A heap keeps its first and its current
 * page in memory, the others are in the file already: a contents table of a million rows costs 8
 * bytes a row. The first page comes last because the headers in it point at what was written after
 * them.
 */

#include "support/pst-writer-ltp.h"

#include "support/pst-writer-text.h"

#define HEAP_HEADER          12
#define PAGE_HEADER          2
#define BITMAP_HEADER        66
#define ALLOCATIONS_PER_PAGE 2000
#define CLIENT_PC            0xbc
#define CLIENT_TC            0x7c
#define CLIENT_BTH           0xb5
#define ROW_ID               0x67f20003U
#define ROW_VERSION          0x67f30003U
#define COLUMNS_MAX          66
#define ANSI_ROWS_MOST       65536U

/* Both kinds of context allocate their BTH header first: readers exist that look for it nowhere
 * else. */
#define HID_BTH_HEADER  0x20U
#define HID_TABLE_INFO  0x40U
#define NID_ROWS        0x3fU
#define NID_FIRST_VALUE 0x5fU

typedef struct {
	PstWriterNdb *ndb;
	const PstWriterLayout *layout;
	const char *part; /* what its blocks are called */
	PstWriterData *data;
	guint8 client;
	guint page_number;
	GByteArray *first;
	GByteArray *page;
	GArray *offsets;
	GArray *first_offsets;
} Heap;

typedef struct {
	guint32 key;
	guint32 value;
	guint16 type;
} Record;

typedef struct {
	guint8 key_size;
	guint8 entry_size;
} Bth;

struct PstWriterPc {
	PstWriterNdb *ndb;
	guint codepage;
	Heap *heap;
	GArray *records;
	PstWriterSubnodes *subnodes;
	guint32 next_nid;
};

typedef struct {
	guint32 tag;
	guint16 offset;
	guint8 size;
	guint8 bit;
} Column;

struct PstWriterTc {
	PstWriterNdb *ndb;
	guint codepage;
	Heap *heap;
	Column columns[COLUMNS_MAX];
	guint n_columns;
	guint16 ends[4];
	guint8 *row;
	PstWriterData *rows;
	GByteArray *first_rows;
	GArray *index;
	PstWriterSubnodes *subnodes;
	guint32 next_nid;
};

static gsize
page_header_size (guint number)
{
	if (number == 0)
		return HEAP_HEADER;
	return number >= 8 && (number - 8) % 128 == 0 ? BITMAP_HEADER : PAGE_HEADER;
}

static void
begin_page (Heap *heap)
{
	guint16 start = (guint16)page_header_size (heap->page_number);

	heap->page = g_byte_array_new ();
	heap->offsets = g_array_new (FALSE, FALSE, sizeof (guint16));
	g_byte_array_set_size (heap->page, start);
	/* Fill levels: every page is said to be full, which is true for whoever only reads. */
	memset (heap->page->data, 0xff, start);
	g_array_append_val (heap->offsets, start);
}

static Heap *
heap_new (PstWriterNdb *ndb, guint8 client)
{
	Heap *heap = g_new0 (Heap, 1);

	heap->ndb = ndb;
	heap->layout = pst_writer_ndb_get_layout (ndb);
	heap->part = client == CLIENT_PC ? "properties" : "table";
	heap->client = client;
	begin_page (heap);
	return heap;
}

/* Append the page map, so that the block is page_size bytes long if that is not 0: only the last
 * page may be shorter. [MS-PST] 2.3.1.5 */
static void
seal_heap_page (GByteArray *page, const GArray *offsets, gsize page_size)
{
	gsize map_size = 4 + 2 * (gsize)offsets->len;
	gsize map = page_size ? page_size - map_size : (page->len + 1U) & ~1U;
	guint used = page->len;

	g_byte_array_set_size (page, (guint)(map + map_size));
	memset (page->data + used, 0, map + map_size - used);
	pst_writer_put16 (page->data, (guint)map);
	pst_writer_put16 (page->data + map, offsets->len - 1);
	for (guint i = 0; i < offsets->len; i++)
		pst_writer_put16 (page->data + map + 4 + 2 * (gsize)i,
				  g_array_index (offsets, guint16, i));
}

static void
end_page (Heap *heap)
{
	if (heap->page_number == 0) {
		heap->data = pst_writer_data_new (heap->ndb);
		pst_writer_data_reserve_first (heap->data);
		heap->first = g_steal_pointer (&heap->page);
		heap->first_offsets = g_steal_pointer (&heap->offsets);
	} else {
		const char *part = pst_writer_ndb_set_part (heap->ndb, heap->part);
		seal_heap_page (heap->page, heap->offsets, heap->layout->block_most);
		pst_writer_data_append (heap->data, heap->page->data, heap->page->len);
		(void)pst_writer_ndb_set_part (heap->ndb, part);
		g_clear_pointer (&heap->page, g_byte_array_unref);
		g_clear_pointer (&heap->offsets, g_array_unref);
	}
	if (++heap->page_number >> (32 - heap->layout->hid_shift))
		pst_writer_ndb_fail (heap->ndb, "a heap needs too many blocks");
	begin_page (heap);
}

static guint32
heap_alloc (Heap *heap, const void *bytes, gsize length)
{
	guint16 end;

	if (length == 0)
		return 0;
	if (heap->page->len + length + 1 + 4 + 2 * (heap->offsets->len + 1ULL) >
		    heap->layout->block_most ||
	    heap->offsets->len > ALLOCATIONS_PER_PAGE)
		end_page (heap);
	g_byte_array_append (heap->page, bytes, (guint)length);
	end = (guint16)heap->page->len;
	g_array_append_val (heap->offsets, end);
	return (guint32)heap->page_number << heap->layout->hid_shift | (heap->offsets->len - 1)
									       << 5;
}

/* Overwrite an allocation of the first page. */
static void
heap_patch (Heap *heap, guint32 hid, const void *bytes, gsize length)
{
	GByteArray *page = heap->first ? heap->first : heap->page;
	GArray *offsets = heap->first ? heap->first_offsets : heap->offsets;

	memcpy (page->data + g_array_index (offsets, guint16, (hid >> 5) - 1), bytes, length);
}

static guint64
heap_finish (Heap *heap, guint32 user_root)
{
	gboolean is_single = heap->page_number == 0;
	GByteArray *first = is_single ? heap->page : heap->first;
	const char *part = pst_writer_ndb_set_part (heap->ndb, heap->part);
	guint64 bid;

	seal_heap_page (first, is_single ? heap->offsets : heap->first_offsets,
			is_single ? 0 : heap->layout->block_most);
	first->data[2] = 0xec;
	first->data[3] = heap->client;
	pst_writer_put32 (first->data + 4, user_root);
	if (is_single) {
		memset (first->data + 8, 0, 4);
		bid = pst_writer_ndb_add_block (heap->ndb, first->data, first->len);
	} else {
		seal_heap_page (heap->page, heap->offsets, 0);
		pst_writer_data_append (heap->data, heap->page->data, heap->page->len);
		pst_writer_data_set_first (heap->data, first->data, first->len);
		bid = pst_writer_data_finish (heap->data);
		g_byte_array_unref (heap->first);
		g_array_unref (heap->first_offsets);
	}
	(void)pst_writer_ndb_set_part (heap->ndb, part);
	g_byte_array_unref (heap->page);
	g_array_unref (heap->offsets);
	g_free (heap);
	return bid;
}

/* A BTH over sorted records. Keys are 2 bytes (PC) with 6-byte entries, or 4 bytes (TC) with
 * entries of 4 bytes, in ANSI files 2; in index levels a key is followed by the HID of the level
 * below. */
static void
put_record (guint8 *at, const Record *record, const Bth *bth, gboolean is_leaf)
{
	if (bth->key_size == 4) {
		pst_writer_put32 (at, record->key);
		if (is_leaf && bth->entry_size == 2)
			pst_writer_put16 (at + 4, record->value);
		else
			pst_writer_put32 (at + 4, record->value);
		return;
	}
	pst_writer_put16 (at, record->key);
	if (is_leaf)
		pst_writer_put16 (at + 2, record->type);
	pst_writer_put32 (at + (is_leaf ? 4 : 2), record->value);
}

static GArray *
write_bth_level (Heap *heap, const GArray *records, const Bth *bth, gboolean is_leaf)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Record));
	guint record_size = bth->key_size + (is_leaf ? bth->entry_size : 4U);
	guint most = PST_WRITER_ALLOCATION_MAX / record_size;

	for (guint done = 0; done < records->len; done += most) {
		guint8 bytes[PST_WRITER_ALLOCATION_MAX];
		guint n = MIN (most, records->len - done);
		Record index = {.key = g_array_index (records, Record, done).key};
		for (guint i = 0; i < n; i++)
			put_record (bytes + i * record_size,
				    &g_array_index (records, Record, done + i), bth, is_leaf);
		index.value = heap_alloc (heap, bytes, n * record_size);
		g_array_append_val (above, index);
	}
	return above;
}

static gint
compare_records (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Record *)a)->key;
	guint32 y = ((const Record *)b)->key;
	return x < y ? -1 : x > y;
}

static void
write_bth (Heap *heap, GArray *records, const Bth *bth)
{
	guint8 header[8] = {CLIENT_BTH, bth->key_size, bth->entry_size};
	g_autoptr (GArray) level = NULL;
	guint8 levels = 0;

	g_array_sort (records, compare_records);
	level = write_bth_level (heap, records, bth, TRUE);
	while (level->len > 1) {
		GArray *above = write_bth_level (heap, level, bth, FALSE);
		g_array_unref (level);
		level = above;
		levels++;
	}
	header[3] = levels;
	if (level->len == 1)
		pst_writer_put32 (header + 4, g_array_index (level, Record, 0).value);
	heap_patch (heap, HID_BTH_HEADER, header, sizeof header);
}

static gsize
inline_size (guint type)
{
	switch (type) {
	case PST_WRITER_TYPE_INT16: return 2;
	case PST_WRITER_TYPE_INT32:
	case 0x0004:
	case 0x000a: return 4;
	case PST_WRITER_TYPE_BOOLEAN: return 1;
	default: return 0;
	}
}

static gboolean
is_eight_bytes (guint type)
{
	return type == PST_WRITER_TYPE_INT64 || type == PST_WRITER_TYPE_TIME || type == 0x0005 ||
	       type == 0x0006 || type == 0x0007;
}

/* Give text as it is stored; the file is no good if it cannot be. */
static GBytes *
encode_text (PstWriterNdb *ndb, const char *text, gssize length, guint codepage)
{
	GBytes *bytes = pst_writer_text_encode (text, length, codepage);

	if (bytes)
		return bytes;
	pst_writer_ndb_fail (ndb, "the code page lacks a character of a text");
	return g_bytes_new_static ("", 0);
}

static guint32
type_of_text (guint32 tag, guint codepage)
{
	gboolean is_text = (tag & 0xefff) == PST_WRITER_TYPE_UNICODE;

	return is_text && codepage ? tag - 1 : tag; /* PtypString8 is the type before PtypString */
}

PstWriterPc *
pst_writer_pc_new (PstWriterNdb *ndb)
{
	static const guint8 header[8];
	PstWriterPc *pc = g_new0 (PstWriterPc, 1);

	pc->ndb = ndb;
	pc->codepage = pst_writer_ndb_get_codepage (ndb);
	pc->heap = heap_new (ndb, CLIENT_PC);
	pc->records = g_array_new (FALSE, FALSE, sizeof (Record));
	pc->subnodes = pst_writer_subnodes_new ();
	pc->next_nid = NID_FIRST_VALUE;
	(void)heap_alloc (pc->heap, header, sizeof header); /* is HID_BTH_HEADER */
	return pc;
}

void
pst_writer_pc_set_codepage (PstWriterPc *pc, guint codepage)
{
	pc->codepage = codepage;
}

gboolean
pst_writer_pc_has (const PstWriterPc *pc, guint32 tag)
{
	for (guint i = 0; i < pc->records->len; i++)
		if (g_array_index (pc->records, Record, i).key == tag >> 16)
			return TRUE;
	return FALSE;
}

static void
add_record (PstWriterPc *pc, guint32 tag, guint32 value)
{
	Record record = {tag >> 16, value, (guint16)tag};
	g_array_append_val (pc->records, record);
}

static void
set_stored (PstWriterPc *pc, guint32 tag, const void *bytes, gsize length)
{
	guint type = tag & 0xffff;

	if (pst_writer_pc_has (pc, tag))
		return;
	if (inline_size (type)) {
		guint8 value[4] = {0};
		guint32 host;
		if (length > 0)
			memcpy (value, bytes, MIN (length, sizeof value));
		memcpy (&host, value, sizeof host);
		add_record (pc, tag, GUINT32_FROM_LE (host));
	} else if (length <= PST_WRITER_ALLOCATION_MAX) {
		add_record (pc, tag, heap_alloc (pc->heap, bytes, length));
	} else {
		PstWriterData *data = pst_writer_data_new (pc->ndb);
		pst_writer_data_append (data, bytes, length);
		pst_writer_pc_set_tree (pc, tag, pst_writer_data_finish (data));
	}
}

void
pst_writer_pc_set (PstWriterPc *pc, guint32 tag, const void *bytes, gsize length)
{
	guint32 stored = type_of_text (tag, pc->codepage);
	g_autoptr (GBytes) narrow = NULL;

	if (stored == tag) {
		set_stored (pc, tag, bytes, length);
		return;
	}
	narrow = pst_writer_text_narrow (bytes, length, (tag & 0x1000) != 0, pc->codepage);
	if (narrow)
		set_stored (pc, stored, g_bytes_get_data (narrow, NULL), g_bytes_get_size (narrow));
	else
		pst_writer_ndb_fail (pc->ndb, "the code page lacks a character of a text");
}

void
pst_writer_pc_set_u32 (PstWriterPc *pc, guint32 tag, guint32 value)
{
	guint8 bytes[4];

	pst_writer_put32 (bytes, value);
	pst_writer_pc_set (pc, tag, bytes, sizeof bytes);
}

void
pst_writer_pc_set_u64 (PstWriterPc *pc, guint32 tag, guint64 value)
{
	guint8 bytes[8];

	pst_writer_put64 (bytes, value);
	pst_writer_pc_set (pc, tag, bytes, sizeof bytes);
}

void
pst_writer_pc_set_text_length (PstWriterPc *pc, guint32 tag, const char *text, gssize length)
{
	g_autoptr (GBytes) bytes = text ? encode_text (pc->ndb, text, length, pc->codepage) : NULL;

	if (bytes)
		set_stored (pc, type_of_text (tag, pc->codepage), g_bytes_get_data (bytes, NULL),
			    g_bytes_get_size (bytes));
}

void
pst_writer_pc_set_text (PstWriterPc *pc, guint32 tag, const char *text)
{
	pst_writer_pc_set_text_length (pc, tag, text, -1);
}

void
pst_writer_pc_set_tree (PstWriterPc *pc, guint32 tag, guint64 bid)
{
	PstWriterContent content = {.data = bid};
	guint32 nid;

	if (pst_writer_pc_has (pc, tag))
		return;
	nid = pst_writer_pc_new_nid (pc);
	pst_writer_subnodes_add (pc->subnodes, nid, &content);
	add_record (pc, tag, nid);
}

void
pst_writer_pc_set_object (PstWriterPc *pc, guint32 tag, guint32 nid,
			  const PstWriterContent *content, guint32 size)
{
	guint8 object[8];

	if (pst_writer_pc_has (pc, tag))
		return;
	pst_writer_put32 (object, nid);
	pst_writer_put32 (object + 4, size);
	pst_writer_subnodes_add (pc->subnodes, nid, content);
	add_record (pc, tag, heap_alloc (pc->heap, object, sizeof object));
}

guint32
pst_writer_pc_new_nid (PstWriterPc *pc)
{
	guint32 nid = pc->next_nid;

	pc->next_nid += 0x20;
	return nid;
}

void
pst_writer_pc_add_subnode (PstWriterPc *pc, guint32 nid, const PstWriterContent *content)
{
	pst_writer_subnodes_add (pc->subnodes, nid, content);
}

PstWriterContent
pst_writer_pc_finish (PstWriterPc *pc)
{
	static const Bth bth = {2, 6};
	PstWriterContent content;

	write_bth (pc->heap, pc->records, &bth);
	content.data = heap_finish (pc->heap, HID_BTH_HEADER);
	content.sub = pst_writer_subnodes_finish (pc->subnodes, pc->ndb);
	g_array_unref (pc->records);
	g_free (pc);
	return content;
}

static gsize
cell_size (guint type)
{
	if (is_eight_bytes (type))
		return 8;
	return inline_size (type) ? inline_size (type) : 4;
}

/* Columns in tag order; in the row the 4- and 8-byte cells come first, then 2-, then 1-byte ones,
 * then the bits that say which cells exist. The row id has the first place and bit, the version the
 * second. [MS-PST] 2.3.4.4 */
static void
lay_out (PstWriterTc *tc, const guint32 *tags, guint n_tags)
{
	static const gsize wide[] = {8, 2, 1};
	guint16 at = 8;
	guint8 bit = 2;

	for (guint i = 0; i < n_tags && i < COLUMNS_MAX - 2; i++)
		tc->columns[tc->n_columns++] =
			(Column){.tag = type_of_text (tags[i], tc->codepage), .bit = bit++};
	tc->columns[tc->n_columns++] = (Column){.tag = ROW_ID, .size = 4, .bit = 0};
	tc->columns[tc->n_columns++] =
		(Column){.tag = ROW_VERSION, .offset = 4, .size = 4, .bit = 1};
	for (guint pass = 0; pass < G_N_ELEMENTS (wide); pass++) {
		for (guint i = 0; i + 2 < tc->n_columns; i++) {
			gsize size = cell_size (tc->columns[i].tag & 0xffff);
			if (size != wide[pass] && !(pass == 0 && size == 4))
				continue;
			tc->columns[i].offset = at;
			tc->columns[i].size = (guint8)size;
			at = (guint16)(at + size);
		}
		tc->ends[pass] = at;
	}
	tc->ends[3] = (guint16)(at + (tc->n_columns + 7) / 8);
}

PstWriterTc *
pst_writer_tc_new (PstWriterNdb *ndb, const guint32 *tags, guint n_tags, guint codepage)
{
	static const guint8 header[8];
	static const guint8 info[22 + 8 * COLUMNS_MAX];
	PstWriterTc *tc = g_new0 (PstWriterTc, 1);

	tc->ndb = ndb;
	tc->codepage = codepage;
	lay_out (tc, tags, n_tags);
	tc->heap = heap_new (ndb, CLIENT_TC);
	tc->row = g_malloc0 (tc->ends[3]);
	tc->first_rows = g_byte_array_new ();
	tc->index = g_array_new (FALSE, FALSE, 2 * sizeof (guint32));
	tc->subnodes = pst_writer_subnodes_new ();
	tc->next_nid = NID_FIRST_VALUE;
	(void)heap_alloc (tc->heap, header, sizeof header);               /* is HID_BTH_HEADER */
	(void)heap_alloc (tc->heap, info, 22 + 8 * (gsize)tc->n_columns); /* is HID_TABLE_INFO */
	return tc;
}

static const Column *
find_column (const PstWriterTc *tc, guint32 tag)
{
	for (guint i = 0; i < tc->n_columns; i++)
		if (tc->columns[i].tag == type_of_text (tag, tc->codepage))
			return &tc->columns[i];
	return NULL;
}

void
pst_writer_tc_begin_row (PstWriterTc *tc, guint32 row_id)
{
	guint32 entry[2] = {row_id, tc->index->len};

	g_array_append_val (tc->index, entry);
	memset (tc->row, 0, tc->ends[3]);
	pst_writer_tc_set_u32 (tc, ROW_ID, row_id);
	pst_writer_tc_set_u32 (tc, ROW_VERSION, tc->index->len);
}

/* A value too long for the heap, as a subnode of the table. */
static guint32
add_long_value (PstWriterTc *tc, const void *bytes, gsize length)
{
	PstWriterData *data = pst_writer_data_new (tc->ndb);
	PstWriterContent content = {0};
	guint32 nid = tc->next_nid;

	tc->next_nid += 0x20;
	pst_writer_data_append (data, bytes, length);
	content.data = pst_writer_data_finish (data);
	pst_writer_subnodes_add (tc->subnodes, nid, &content);
	return nid;
}

void
pst_writer_tc_set (PstWriterTc *tc, guint32 tag, const void *bytes, gsize length)
{
	const Column *column = find_column (tc, tag);
	guint type = tag & 0xffff;
	guint32 reference;

	if (!column)
		return;
	tc->row[tc->ends[2] + column->bit / 8] |= (guint8)(0x80 >> (column->bit % 8));
	if (inline_size (type) || is_eight_bytes (type)) {
		memcpy (tc->row + column->offset, bytes, MIN (length, column->size));
		return;
	}
	if (length > PST_WRITER_ALLOCATION_MAX)
		reference = add_long_value (tc, bytes, length);
	else
		reference = heap_alloc (tc->heap, bytes, length);
	pst_writer_put32 (tc->row + column->offset, reference);
}

void
pst_writer_tc_set_u32 (PstWriterTc *tc, guint32 tag, guint32 value)
{
	guint8 bytes[4];

	pst_writer_put32 (bytes, value);
	pst_writer_tc_set (tc, tag, bytes, sizeof bytes);
}

void
pst_writer_tc_set_u64 (PstWriterTc *tc, guint32 tag, guint64 value)
{
	guint8 bytes[8];

	pst_writer_put64 (bytes, value);
	pst_writer_tc_set (tc, tag, bytes, sizeof bytes);
}

void
pst_writer_tc_set_text_as (PstWriterTc *tc, guint32 tag, const char *text, guint codepage)
{
	g_autoptr (GBytes) bytes =
		text && find_column (tc, tag)
			? encode_text (tc->ndb, text, -1, tc->codepage ? codepage : 0)
			: NULL;

	if (bytes)
		pst_writer_tc_set (tc, tag, g_bytes_get_data (bytes, NULL),
				   g_bytes_get_size (bytes));
}

void
pst_writer_tc_set_text (PstWriterTc *tc, guint32 tag, const char *text)
{
	pst_writer_tc_set_text_as (tc, tag, text, tc->codepage);
}

static void
append_row (PstWriterTc *tc, const guint8 *row)
{
	const char *part = pst_writer_ndb_set_part (tc->ndb, "rows");

	pst_writer_data_append_whole (tc->rows, row, tc->ends[3]);
	(void)pst_writer_ndb_set_part (tc->ndb, part);
}

/* Rows stay in memory while they would fit into the heap, then they all go to a subnode. */
void
pst_writer_tc_end_row (PstWriterTc *tc)
{
	if (!tc->rows && tc->first_rows->len + tc->ends[3] > PST_WRITER_ALLOCATION_MAX) {
		tc->rows = pst_writer_data_new (tc->ndb);
		for (guint at = 0; at < tc->first_rows->len; at += tc->ends[3])
			append_row (tc, tc->first_rows->data + at);
		g_byte_array_set_size (tc->first_rows, 0);
	}
	if (tc->rows)
		append_row (tc, tc->row);
	else
		g_byte_array_append (tc->first_rows, tc->row, tc->ends[3]);
}

static guint32
finish_rows (PstWriterTc *tc)
{
	PstWriterContent content = {0};
	const char *part;

	if (!tc->rows)
		return heap_alloc (tc->heap, tc->first_rows->data, tc->first_rows->len);
	part = pst_writer_ndb_set_part (tc->ndb, "rows");
	content.data = pst_writer_data_finish (tc->rows);
	(void)pst_writer_ndb_set_part (tc->ndb, part);
	pst_writer_subnodes_add (tc->subnodes, NID_ROWS, &content);
	return NID_ROWS;
}

static void
write_table_info (PstWriterTc *tc, guint32 rows)
{
	guint8 info[22 + 8 * COLUMNS_MAX] = {CLIENT_TC, (guint8)tc->n_columns};

	for (guint i = 0; i < 4; i++)
		pst_writer_put16 (info + 2 + 2 * i, tc->ends[i]);
	pst_writer_put32 (info + 10, HID_BTH_HEADER);
	pst_writer_put32 (info + 14, rows);
	for (guint i = 0; i < tc->n_columns; i++) {
		guint8 *at = info + 22 + 8 * (gsize)i;
		pst_writer_put32 (at, tc->columns[i].tag);
		pst_writer_put16 (at + 4, tc->columns[i].offset);
		at[6] = tc->columns[i].size;
		at[7] = tc->columns[i].bit;
	}
	heap_patch (tc->heap, HID_TABLE_INFO, info, 22 + 8 * (gsize)tc->n_columns);
}

/* Columns are described in the order of their tags, also those that come after the row id. */
static gint
compare_columns (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const Column *)a)->tag;
	guint32 y = ((const Column *)b)->tag;
	return x < y ? -1 : x > y;
}

PstWriterContent
pst_writer_tc_finish (PstWriterTc *tc)
{
	g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (Record));
	gboolean is_ansi = pst_writer_ndb_get_layout (tc->ndb)->format == PST_WRITER_ANSI;
	Bth bth = {4, is_ansi ? 2 : 4};
	PstWriterContent content;
	guint32 rows = finish_rows (tc);

	if (is_ansi && tc->index->len > ANSI_ROWS_MOST)
		pst_writer_ndb_fail (tc->ndb, "a table of an ANSI file has too many rows");

	for (guint i = 0; i < tc->index->len; i++) {
		const guint32 *entry = (const guint32 *)(gpointer)tc->index->data + 2 * (gsize)i;
		Record record = {.key = entry[0], .value = entry[1]};
		g_array_append_val (records, record);
	}
	write_bth (tc->heap, records, &bth);
	qsort (tc->columns, tc->n_columns, sizeof (Column), compare_columns);
	write_table_info (tc, rows);
	content.data = heap_finish (tc->heap, HID_TABLE_INFO);
	content.sub = pst_writer_subnodes_finish (tc->subnodes, tc->ndb);
	g_array_unref (tc->index);
	g_byte_array_unref (tc->first_rows);
	g_free (tc->row);
	g_free (tc);
	return content;
}
