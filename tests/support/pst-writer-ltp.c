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

/* Both kinds of context allocate their BTH header first: readers exist that look for it nowhere
 * else. */
#define HID_BTH_HEADER  0x20U
#define HID_TABLE_INFO  0x40U
#define NID_ROWS        0x3fU
#define NID_FIRST_VALUE 0x5fU

typedef struct {
	PstWriterNdb *ndb;
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

struct PstWriterPc {
	PstWriterNdb *ndb;
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
	heap->client = client;
	begin_page (heap);
	return heap;
}

/* Append the page map, at the very end of the block if other pages follow. [MS-PST] 2.3.1.5 */
static void
seal_heap_page (GByteArray *page, const GArray *offsets, gboolean is_last)
{
	gsize map_size = 4 + 2 * (gsize)offsets->len;
	gsize map = is_last ? (page->len + 1U) & ~1U : PST_WRITER_BLOCK_SIZE - map_size;
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
		seal_heap_page (heap->page, heap->offsets, FALSE);
		pst_writer_data_append (heap->data, heap->page->data, heap->page->len);
		g_clear_pointer (&heap->page, g_byte_array_unref);
		g_clear_pointer (&heap->offsets, g_array_unref);
	}
	if (++heap->page_number > G_MAXUINT16)
		pst_writer_ndb_fail (heap->ndb, "a heap needs more than 65536 blocks");
	begin_page (heap);
}

static guint32
heap_alloc (Heap *heap, const void *bytes, gsize length)
{
	guint16 end;

	if (length == 0)
		return 0;
	if (heap->page->len + length + 1 + 4 + 2 * (heap->offsets->len + 1ULL) >
		    PST_WRITER_BLOCK_SIZE ||
	    heap->offsets->len > ALLOCATIONS_PER_PAGE)
		end_page (heap);
	g_byte_array_append (heap->page, bytes, (guint)length);
	end = (guint16)heap->page->len;
	g_array_append_val (heap->offsets, end);
	return (guint32)heap->page_number << 16 | (heap->offsets->len - 1) << 5;
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
	guint64 bid;

	seal_heap_page (first, is_single ? heap->offsets : heap->first_offsets, is_single);
	first->data[2] = 0xec;
	first->data[3] = heap->client;
	pst_writer_put32 (first->data + 4, user_root);
	if (is_single) {
		memset (first->data + 8, 0, 4);
		bid = pst_writer_ndb_add_block (heap->ndb, first->data, first->len);
	} else {
		seal_heap_page (heap->page, heap->offsets, TRUE);
		pst_writer_data_append (heap->data, heap->page->data, heap->page->len);
		pst_writer_data_set_first (heap->data, first->data, first->len);
		bid = pst_writer_data_finish (heap->data);
		g_byte_array_unref (heap->first);
		g_array_unref (heap->first_offsets);
	}
	g_byte_array_unref (heap->page);
	g_array_unref (heap->offsets);
	g_free (heap);
	return bid;
}

/* A BTH over sorted records. Keys are 2 bytes (PC) with 6-byte entries, or 4 bytes (TC) with 4-byte
 * entries, so records are 8 bytes either way; in index levels a key is followed by the HID of the
 * level below. */
static void
put_record (guint8 *at, const Record *record, guint8 key_size, gboolean is_leaf)
{
	if (key_size == 4) {
		pst_writer_put32 (at, record->key);
		pst_writer_put32 (at + 4, record->value);
		return;
	}
	pst_writer_put16 (at, record->key);
	if (is_leaf)
		pst_writer_put16 (at + 2, record->type);
	pst_writer_put32 (at + (is_leaf ? 4 : 2), record->value);
}

static GArray *
write_bth_level (Heap *heap, const GArray *records, guint8 key_size, gboolean is_leaf)
{
	GArray *above = g_array_new (FALSE, FALSE, sizeof (Record));
	guint record_size = is_leaf ? 8 : key_size + 4U;
	guint most = PST_WRITER_ALLOCATION_MAX / record_size;

	for (guint done = 0; done < records->len; done += most) {
		guint8 bytes[PST_WRITER_ALLOCATION_MAX];
		guint n = MIN (most, records->len - done);
		Record index = {.key = g_array_index (records, Record, done).key};
		for (guint i = 0; i < n; i++)
			put_record (bytes + i * record_size,
				    &g_array_index (records, Record, done + i), key_size, is_leaf);
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
write_bth (Heap *heap, GArray *records, guint8 key_size)
{
	guint8 header[8] = {CLIENT_BTH, key_size, (guint8)(8 - key_size)};
	g_autoptr (GArray) level = NULL;
	guint8 levels = 0;

	g_array_sort (records, compare_records);
	level = write_bth_level (heap, records, key_size, TRUE);
	while (level->len > 1) {
		GArray *above = write_bth_level (heap, level, key_size, FALSE);
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

GBytes *
pst_writer_utf16 (const char *text, gssize length)
{
	const char *end = text + (length < 0 ? (gssize)strlen (text) : length);
	GByteArray *out = g_byte_array_new ();

	while (text < end) {
		gunichar c = *text ? g_utf8_get_char_validated (text, end - text) : 0;
		gboolean is_valid = c <= 0x10ffff;
		guint8 unit[4];
		text = is_valid ? g_utf8_next_char (text) : text + 1;
		if (!is_valid)
			c = 0xfffd;
		if (c < 0x10000) {
			pst_writer_put16 (unit, c);
			g_byte_array_append (out, unit, 2);
		} else {
			pst_writer_put16 (unit, 0xd7c0 + (c >> 10));
			pst_writer_put16 (unit + 2, 0xdc00 + (c & 0x3ff));
			g_byte_array_append (out, unit, 4);
		}
	}
	return g_byte_array_free_to_bytes (out);
}

PstWriterPc *
pst_writer_pc_new (PstWriterNdb *ndb)
{
	static const guint8 header[8];
	PstWriterPc *pc = g_new0 (PstWriterPc, 1);

	pc->ndb = ndb;
	pc->heap = heap_new (ndb, CLIENT_PC);
	pc->records = g_array_new (FALSE, FALSE, sizeof (Record));
	pc->subnodes = pst_writer_subnodes_new ();
	pc->next_nid = NID_FIRST_VALUE;
	(void)heap_alloc (pc->heap, header, sizeof header); /* is HID_BTH_HEADER */
	return pc;
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

void
pst_writer_pc_set (PstWriterPc *pc, guint32 tag, const void *bytes, gsize length)
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
pst_writer_pc_set_text (PstWriterPc *pc, guint32 tag, const char *text)
{
	g_autoptr (GBytes) bytes = text ? pst_writer_utf16 (text, -1) : NULL;

	if (bytes)
		pst_writer_pc_set (pc, tag, g_bytes_get_data (bytes, NULL),
				   g_bytes_get_size (bytes));
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
	PstWriterContent content;

	write_bth (pc->heap, pc->records, 2);
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
		tc->columns[tc->n_columns++] = (Column){.tag = tags[i], .bit = bit++};
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
pst_writer_tc_new (PstWriterNdb *ndb, const guint32 *tags, guint n_tags)
{
	static const guint8 header[8];
	static const guint8 info[22 + 8 * COLUMNS_MAX];
	PstWriterTc *tc = g_new0 (PstWriterTc, 1);

	tc->ndb = ndb;
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
		if (tc->columns[i].tag == tag)
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
pst_writer_tc_set_text (PstWriterTc *tc, guint32 tag, const char *text)
{
	g_autoptr (GBytes) bytes = text ? pst_writer_utf16 (text, -1) : NULL;

	if (bytes)
		pst_writer_tc_set (tc, tag, g_bytes_get_data (bytes, NULL),
				   g_bytes_get_size (bytes));
}

/* Rows stay in memory while they would fit into the heap, then they all go to a subnode. */
void
pst_writer_tc_end_row (PstWriterTc *tc)
{
	if (!tc->rows && tc->first_rows->len + tc->ends[3] > PST_WRITER_ALLOCATION_MAX) {
		tc->rows = pst_writer_data_new (tc->ndb);
		for (guint at = 0; at < tc->first_rows->len; at += tc->ends[3])
			pst_writer_data_append_whole (tc->rows, tc->first_rows->data + at,
						      tc->ends[3]);
		g_byte_array_set_size (tc->first_rows, 0);
	}
	if (tc->rows)
		pst_writer_data_append_whole (tc->rows, tc->row, tc->ends[3]);
	else
		g_byte_array_append (tc->first_rows, tc->row, tc->ends[3]);
}

static guint32
finish_rows (PstWriterTc *tc)
{
	PstWriterContent content = {0};

	if (!tc->rows)
		return heap_alloc (tc->heap, tc->first_rows->data, tc->first_rows->len);
	content.data = pst_writer_data_finish (tc->rows);
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
	PstWriterContent content;
	guint32 rows = finish_rows (tc);

	for (guint i = 0; i < tc->index->len; i++) {
		const guint32 *entry = (const guint32 *)(gpointer)tc->index->data + 2 * (gsize)i;
		Record record = {.key = entry[0], .value = entry[1]};
		g_array_append_val (records, record);
	}
	write_bth (tc->heap, records, 4);
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
