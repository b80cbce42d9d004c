/* pst-props.h - the properties of an object: a property context or a row of a table
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Properties are asked for by their 16-bit id; the type is the file's choice. Every getter that
 * returns a pointer gives NULL *without* an error when the property is absent, and NULL with an
 * error when it is there but can't be read: ask the error, not the pointer. Strings come as raw
 * bytes, since only the caller knows the code page of the item.
 */
#pragma once

#include "pst/pst-heap.h"

/* Property types ([MS-OXCDATA] 2.11.1) that occur in files. */
enum {
	PST_TYPE_INT16 = 0x0002,
	PST_TYPE_INT32 = 0x0003,
	PST_TYPE_FLOAT = 0x0004,
	PST_TYPE_DOUBLE = 0x0005,
	PST_TYPE_CURRENCY = 0x0006,
	PST_TYPE_APPTIME = 0x0007,
	PST_TYPE_ERROR = 0x000a,
	PST_TYPE_BOOL = 0x000b,
	PST_TYPE_OBJECT = 0x000d,
	PST_TYPE_INT64 = 0x0014,
	PST_TYPE_STRING8 = 0x001e,
	PST_TYPE_UNICODE = 0x001f,
	PST_TYPE_FILETIME = 0x0040,
	PST_TYPE_GUID = 0x0048,
	PST_TYPE_BINARY = 0x0102,
	PST_TYPE_MULTIPLE = 0x1000, /* flag: many values of the type */
};

/* What one value may weigh in memory; larger ones can only be streamed. */
#define PST_PROPS_MAX_VALUE (64u << 20)

typedef struct _PstProps PstProps;

/* The property context in the data of NODE (kept by reference). */
PstProps *pst_props_open (PstNode *node, GError **error);
void pst_props_free (PstProps *props);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstProps, pst_props_free)

/* The node the properties belong to: the way from a message to its subnodes. For a row it is the
 * node of the table. */
PstNode *pst_props_get_node (const PstProps *props);

/* All properties, in rising order of tag = id << 16 | type. */
guint pst_props_get_count (const PstProps *props);
guint32 pst_props_get_tag (const PstProps *props, guint n);

/* Type of property ID, 0 if absent. */
guint16 pst_props_get_type (const PstProps *props, guint16 id);
gboolean pst_props_has (const PstProps *props, guint16 id);

/* Int16, Int32, Int64 or Bool as a number. FALSE and *value untouched if absent, of another type,
 * or unreadable; an Int64 is the only one that can be unreadable, so there is no error to
 * return. */
gboolean pst_props_get_int (const PstProps *props, guint16 id, gint64 *value);

/* The number, or FALLBACK. */
gint64 pst_props_get_int_or (const PstProps *props, guint16 id, gint64 fallback);

/* TRUE only if it is there and true. */
gboolean pst_props_get_bool (const PstProps *props, guint16 id);

/* Float, Double or AppTime. FALSE and *value untouched if absent, of another type or unreadable. */
gboolean pst_props_get_double (const PstProps *props, guint16 id, double *value);

/* FILETIME: 100 ns since 1601-01-01 UTC, as stored; 0 and absent give FALSE. */
gboolean pst_props_get_filetime (const PstProps *props, guint16 id, guint64 *filetime);

/* Bytes of a string as stored, without terminators; *is_utf16 tells UTF-16LE from 8-bit. */
GBytes *pst_props_get_string (const PstProps *props, guint16 id, gboolean *is_utf16,
			      GError **error);

/* Bytes of any value of variable size (binary, string, GUID, object reference, multiple) as
 * stored. */
GBytes *pst_props_get_binary (const PstProps *props, guint16 id, GError **error);

/* Elements of a multiple string or multiple binary property: a GPtrArray of GBytes, caller owns.
 * *is_utf16 as above (FALSE for binary); may be NULL. A single value gives one element. */
GPtrArray *pst_props_get_multiple (const PstProps *props, guint16 id, gboolean *is_utf16,
				   GError **error);

/* Object (an embedded message or OLE storage): the subnode that holds it, to be opened with
 * pst_node_open_subnode (pst_props_get_node (props), ...). FALSE and no error if absent. */
gboolean pst_props_get_object (const PstProps *props, guint16 id, guint32 *nid, GError **error);

/* A value of any size, to be read block by block; for an object, the data of its subnode. */
PstData *pst_props_open_data (const PstProps *props, guint16 id, GError **error);

/* For tables only: properties from the cells of a row. */
typedef struct {
	guint32 tag;
	gboolean is_inline; /* value holds the value itself, else an HNID */
	guint64 value;
} PstPropsRecord;

/* Takes the records (an array of PstPropsRecord, any order) and a reference to the heap. */
PstProps *pst_props_new_from_records (PstHeap *heap, GArray *records);
