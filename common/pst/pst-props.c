/* pst-props.c - the properties of an object: a property context or a row of a table
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.3.3. Values of up to four bytes stand in the record itself (in rows, up to eight); all
 * others are in the heap or, when large, in a subnode of their own.
 */
#include "pst/pst-props.h"

#include <string.h>

#define MAX_RECORDS  65536 /* ids have 16 bits */
#define MAX_ELEMENTS 65536 /* empty ones cost the file nothing, and us an allocation */

struct _PstProps {
	PstHeap *heap;
	GArray *records; /* of PstPropsRecord, by tag */
};

static gboolean
set_damaged (const PstProps *props, GError **error, guint32 tag, const char *why)
{
	g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED, "node 0x%x, property 0x%08x: %s",
		     pst_node_get_nid (pst_props_get_node (props)), tag, why);
	return FALSE;
}

static int
compare_tags (gconstpointer a, gconstpointer b)
{
	guint32 x = ((const PstPropsRecord *) a)->tag;
	guint32 y = ((const PstPropsRecord *) b)->tag;

	return (x > y) - (x < y);
}

PstProps *
pst_props_new_from_records (PstHeap *heap, GArray *records)
{
	PstProps *props = g_new0 (PstProps, 1);

	props->heap = pst_heap_ref (heap);
	props->records = records;
	g_array_sort (records, compare_tags);
	return props;
}

static gboolean
is_inline_type (guint16 type)
{
	return type == PST_TYPE_INT16 || type == PST_TYPE_INT32 || type == PST_TYPE_FLOAT ||
	       type == PST_TYPE_ERROR || type == PST_TYPE_BOOL;
}

/* A record of the tree: id (the key), type, value or HNID. */
static gboolean
add_record (const guint8 *p, gpointer user_data)
{
	GArray *records = user_data;
	guint16 type = pst_file_u16 (p + 2);
	PstPropsRecord record = {
		.tag = (guint32) pst_file_u16 (p) << 16 | type,
		.is_inline = is_inline_type (type),
		.value = pst_file_u32 (p + 4),
	};

	g_array_append_val (records, record);
	return records->len <= MAX_RECORDS;
}

PstProps *
pst_props_open (PstNode *node, GError **error)
{
	g_autoptr (PstHeap) heap = pst_heap_open (node, PST_HEAP_PROPS, error);
	g_autoptr (GArray) records = g_array_new (FALSE, FALSE, sizeof (PstPropsRecord));

	if (heap == NULL || !pst_heap_walk_tree (heap, pst_heap_get_user_root (heap), 2, 6,
						 add_record, records, error))
		return NULL;
	if (records->len > MAX_RECORDS) {
		g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED,
			     "node 0x%x: more properties than there are ids",
			     pst_node_get_nid (node));
		return NULL;
	}
	return pst_props_new_from_records (heap, g_steal_pointer (&records));
}

void
pst_props_free (PstProps *props)
{
	if (props == NULL)
		return;
	pst_heap_unref (props->heap);
	g_array_unref (props->records);
	g_free (props);
}

PstNode *
pst_props_get_node (const PstProps *props)
{
	return pst_heap_get_node (props->heap);
}

guint
pst_props_get_count (const PstProps *props)
{
	return props->records->len;
}

guint32
pst_props_get_tag (const PstProps *props, guint n)
{
	return g_array_index (props->records, PstPropsRecord, n).tag;
}

/* The first record of property ID, whatever its type. */
static const PstPropsRecord *
find_record (const PstProps *props, guint16 id)
{
	const PstPropsRecord *records = (const PstPropsRecord *) (void *) props->records->data;
	guint low = 0;
	guint high = props->records->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (records[middle].tag < (guint32) id << 16)
			low = middle + 1;
		else
			high = middle;
	}
	return low < props->records->len && records[low].tag >> 16 == id ? &records[low] : NULL;
}

static guint16
get_type (const PstPropsRecord *record)
{
	return (guint16) record->tag;
}

guint16
pst_props_get_type (const PstProps *props, guint16 id)
{
	const PstPropsRecord *record = find_record (props, id);

	return record != NULL ? get_type (record) : 0;
}

gboolean
pst_props_has (const PstProps *props, guint16 id)
{
	return find_record (props, id) != NULL;
}

/* The eight bytes of a time, double or 64-bit number. */
static gboolean
read_eight (const PstProps *props, const PstPropsRecord *record, guint64 *value)
{
	if (record->is_inline) {
		*value = record->value;
		return TRUE;
	}
	g_autoptr (GBytes) bytes = pst_heap_read (props->heap, (guint32) record->value, NULL);
	if (bytes == NULL || g_bytes_get_size (bytes) != 8)
		return FALSE;
	*value = pst_file_u64 (g_bytes_get_data (bytes, NULL));
	return TRUE;
}

gboolean
pst_props_get_int (const PstProps *props, guint16 id, gint64 *value)
{
	const PstPropsRecord *record = find_record (props, id);
	guint64 wide;

	if (record == NULL)
		return FALSE;
	switch (get_type (record)) {
	case PST_TYPE_INT16: *value = (gint16) record->value; return TRUE;
	case PST_TYPE_INT32: *value = (gint32) record->value; return TRUE;
	case PST_TYPE_BOOL: *value = (record->value & 0xff) != 0; return TRUE;
	case PST_TYPE_INT64:
		if (!read_eight (props, record, &wide))
			return FALSE;
		*value = (gint64) wide;
		return TRUE;
	default: return FALSE;
	}
}

gint64
pst_props_get_int_or (const PstProps *props, guint16 id, gint64 fallback)
{
	gint64 value = fallback;

	(void) pst_props_get_int (props, id, &value); /* leaves the fallback alone */
	return value;
}

gboolean
pst_props_get_bool (const PstProps *props, guint16 id)
{
	const PstPropsRecord *record = find_record (props, id);

	return record != NULL && get_type (record) == PST_TYPE_BOOL && (record->value & 0xff) != 0;
}

gboolean
pst_props_get_double (const PstProps *props, guint16 id, double *value)
{
	const PstPropsRecord *record = find_record (props, id);
	guint16 type = record != NULL ? get_type (record) : 0;
	guint64 wide;

	if (type == PST_TYPE_FLOAT) {
		guint32 narrow = (guint32) record->value;
		float single;
		memcpy (&single, &narrow, sizeof single);
		*value = (double) single;
		return TRUE;
	}
	if ((type != PST_TYPE_DOUBLE && type != PST_TYPE_APPTIME) ||
	    !read_eight (props, record, &wide))
		return FALSE;
	memcpy (value, &wide, sizeof *value);
	return TRUE;
}

gboolean
pst_props_get_filetime (const PstProps *props, guint16 id, guint64 *filetime)
{
	const PstPropsRecord *record = find_record (props, id);
	guint64 wide;

	if (record == NULL || get_type (record) != PST_TYPE_FILETIME ||
	    !read_eight (props, record, &wide) || wide == 0)
		return FALSE;
	*filetime = wide;
	return TRUE;
}

/* An object's value is eight bytes in the heap: the NID of its subnode, and a size nobody keeps
 * right. */
static gboolean
read_object (const PstProps *props, const PstPropsRecord *record, guint32 *nid, GError **error)
{
	g_autoptr (GBytes) bytes = pst_heap_read (props->heap, (guint32) record->value, error);
	if (bytes == NULL)
		return FALSE;
	if (g_bytes_get_size (bytes) < 4)
		return set_damaged (props, error, record->tag, "too short for an object");
	*nid = pst_file_u32 (g_bytes_get_data (bytes, NULL));
	return TRUE;
}

gboolean
pst_props_get_object (const PstProps *props, guint16 id, guint32 *nid, GError **error)
{
	const PstPropsRecord *record = find_record (props, id);

	if (record == NULL || get_type (record) != PST_TYPE_OBJECT)
		return FALSE;
	return read_object (props, record, nid, error);
}

static PstData *
open_value (const PstProps *props, const PstPropsRecord *record, GError **error)
{
	PstData *data;

	if (record->is_inline) {
		set_damaged (props, error, record->tag, "a number where bytes were asked for");
		return NULL;
	}
	data = pst_heap_open_value (props->heap, (guint32) record->value, error);
	if (data == NULL)
		g_prefix_error (error, "property 0x%08x: ", record->tag);
	return data;
}

PstData *
pst_props_open_data (const PstProps *props, guint16 id, GError **error)
{
	const PstPropsRecord *record = find_record (props, id);
	guint32 nid;

	if (record == NULL)
		return NULL;
	if (get_type (record) != PST_TYPE_OBJECT)
		return open_value (props, record, error);
	if (!read_object (props, record, &nid, error))
		return NULL;
	return pst_node_open_subnode_data (pst_props_get_node (props), nid, error);
}

static GBytes *
read_value (const PstProps *props, const PstPropsRecord *record, GError **error)
{
	g_autoptr (PstData) data = open_value (props, record, error);
	GBytes *bytes;

	if (data == NULL)
		return NULL;
	bytes = pst_data_read_all (data, PST_PROPS_MAX_VALUE, error);
	if (bytes == NULL)
		g_prefix_error (error, "property 0x%08x: ", record->tag);
	return bytes;
}

GBytes *
pst_props_get_binary (const PstProps *props, guint16 id, GError **error)
{
	const PstPropsRecord *record = find_record (props, id);

	return record != NULL ? read_value (props, record, error) : NULL;
}

/* Some writers end strings with a NUL, some with several, most with none. */
static GBytes *
without_terminators (GBytes *bytes, gsize begin, gsize length, gboolean utf16)
{
	const guint8 *p = (const guint8 *) g_bytes_get_data (bytes, NULL) + begin;

	if (utf16)
		length &= ~(gsize)1;
	while (length > 0 && p[length - 1] == 0 && (!utf16 || p[length - 2] == 0))
		length -= utf16 ? 2 : 1;
	return g_bytes_new_from_bytes (bytes, begin, length);
}

GBytes *
pst_props_get_string (const PstProps *props, guint16 id, gboolean *is_utf16, GError **error)
{
	const PstPropsRecord *record = find_record (props, id);
	guint16 type = record != NULL ? get_type (record) : 0;

	if (type != PST_TYPE_UNICODE && type != PST_TYPE_STRING8)
		return NULL;

	g_autoptr (GBytes) bytes = read_value (props, record, error);
	if (bytes == NULL)
		return NULL;
	*is_utf16 = type == PST_TYPE_UNICODE;
	return without_terminators (bytes, 0, g_bytes_get_size (bytes), *is_utf16);
}

/* [MS-PST] 2.3.3.4.2: count, an offset for each, then the elements; each ends where the next
 * begins. */
static gboolean
split_multiple (const PstProps *props, const PstPropsRecord *record, GBytes *bytes,
		GPtrArray *elements, GError **error)
{
	guint16 type = get_type (record) & (guint16) ~PST_TYPE_MULTIPLE;
	gsize length;
	const guint8 *p = g_bytes_get_data (bytes, &length);
	guint32 count = length >= 4 ? pst_file_u32 (p) : 0;

	if (length > 0 && (length < 4 || count > MIN ((length - 4) / 4, MAX_ELEMENTS)))
		return set_damaged (props, error, record->tag, "more values than it can hold");
	for (guint32 i = 0; i < count; i++) {
		gsize begin = pst_file_u32 (p + 4 + 4 * (gsize) i);
		gsize end = i + 1 < count ? pst_file_u32 (p + 8 + 4 * (gsize) i) : length;
		if (begin < 4 + 4 * (gsize) count || begin > end || end > length)
			return set_damaged (props, error, record->tag,
					    "a value outside of its property");
		g_ptr_array_add (elements,
				 type == PST_TYPE_BINARY
					 ? g_bytes_new_from_bytes (bytes, begin, end - begin)
					 : without_terminators (bytes, begin, end - begin,
								type == PST_TYPE_UNICODE));
	}
	return TRUE;
}

GPtrArray *
pst_props_get_multiple (const PstProps *props, guint16 id, gboolean *is_utf16, GError **error)
{
	const PstPropsRecord *record = find_record (props, id);
	guint16 type = record != NULL ? get_type (record) & (guint16) ~PST_TYPE_MULTIPLE : 0;

	if (type != PST_TYPE_UNICODE && type != PST_TYPE_STRING8 && type != PST_TYPE_BINARY)
		return NULL;

	g_autoptr (GBytes) bytes = read_value (props, record, error);
	g_autoptr (GPtrArray) elements =
		g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	if (bytes == NULL)
		return NULL;
	if (is_utf16 != NULL)
		*is_utf16 = type == PST_TYPE_UNICODE;
	if ((get_type (record) & PST_TYPE_MULTIPLE) != 0) {
		if (!split_multiple (props, record, bytes, elements, error))
			return NULL;
	} else if (type == PST_TYPE_BINARY) {
		g_ptr_array_add (elements, g_bytes_ref (bytes));
	} else {
		g_ptr_array_add (elements, without_terminators (bytes, 0, g_bytes_get_size (bytes),
								type == PST_TYPE_UNICODE));
	}
	return g_steal_pointer (&elements);
}
