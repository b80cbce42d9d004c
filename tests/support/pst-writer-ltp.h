/* pst-writer-ltp.h - heaps, property contexts and tables of a PST being written ([MS-PST] 2.3)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer-ndb.h"

/* Longest value a heap holds; longer ones become subnodes. */
#define PST_WRITER_ALLOCATION_MAX 3580

enum {
	PST_WRITER_TYPE_INT16 = 0x0002,
	PST_WRITER_TYPE_INT32 = 0x0003,
	PST_WRITER_TYPE_DOUBLE = 0x0005,
	PST_WRITER_TYPE_BOOLEAN = 0x000b,
	PST_WRITER_TYPE_OBJECT = 0x000d,
	PST_WRITER_TYPE_INT64 = 0x0014,
	PST_WRITER_TYPE_STRING8 = 0x001e,
	PST_WRITER_TYPE_UNICODE = 0x001f,
	PST_WRITER_TYPE_TIME = 0x0040,
	PST_WRITER_TYPE_GUID = 0x0048,
	PST_WRITER_TYPE_BINARY = 0x0102,
};

/* A tag as [MS-OXCDATA] writes it: id in the upper, type in the lower half. */
#define PST_WRITER_TAG(id, type) (((guint32)(id) << 16) | (guint32)PST_WRITER_TYPE_##type)

/* A property context: the properties of one item. */
typedef struct PstWriterPc PstWriterPc;

PstWriterPc *pst_writer_pc_new (PstWriterNdb *ndb);

/* Whether a property with the id of tag (its upper half) has been set. The first setting wins;
 * later ones are ignored, so that a caller's own properties replace the usual ones. */
gboolean pst_writer_pc_has (const PstWriterPc *pc, guint32 tag);

/* The code page of text set from now on, instead of the file's; 0: UTF-16. */
void pst_writer_pc_set_codepage (PstWriterPc *pc, guint codepage);

/* Set a property from the bytes it is stored as (little-endian, strings UTF-16LE without
 * terminator; these become 8-bit strings where there is a code page). */
void pst_writer_pc_set (PstWriterPc *pc, guint32 tag, const void *bytes, gsize length);
void pst_writer_pc_set_u32 (PstWriterPc *pc, guint32 tag, guint32 value);
void pst_writer_pc_set_u64 (PstWriterPc *pc, guint32 tag, guint64 value);

/* As UTF-16 or in the code page, which changes the type in the tag; NULL sets nothing. length in
 * bytes, -1: up to the NUL. */
void pst_writer_pc_set_text (PstWriterPc *pc, guint32 tag, const char *text);
void pst_writer_pc_set_text_length (PstWriterPc *pc, guint32 tag, const char *text, gssize length);

/* Set a property to a data tree that has been written. */
void pst_writer_pc_set_tree (PstWriterPc *pc, guint32 tag, guint64 bid);

/* Set a PtypObject: content becomes a subnode of the given id, size is what the object claims to
 * be. */
void pst_writer_pc_set_object (PstWriterPc *pc, guint32 tag, guint32 nid,
			       const PstWriterContent *content, guint32 size);

/* An id for a subnode that holds a value (node type 0x1F). */
guint32 pst_writer_pc_new_nid (PstWriterPc *pc);

void pst_writer_pc_add_subnode (PstWriterPc *pc, guint32 nid, const PstWriterContent *content);

/* Write what is left, free pc and return the node's content. */
PstWriterContent pst_writer_pc_finish (PstWriterPc *pc);

/* A table context. Columns 0x67F20003 (row id) and 0x67F30003 (row version) are always there; tags
 * has the others, in ascending order, at most 64. codepage: of text, 0: UTF-16. */
typedef struct PstWriterTc PstWriterTc;

PstWriterTc *pst_writer_tc_new (PstWriterNdb *ndb, const guint32 *tags, guint n_tags,
				guint codepage);

/* Begin a row; the cells set next are its. Row ids must be unique within the table. */
void pst_writer_tc_begin_row (PstWriterTc *tc, guint32 row_id);

/* Set a cell; a tag the table has no column for is ignored. NULL text sets nothing. */
void pst_writer_tc_set (PstWriterTc *tc, guint32 tag, const void *bytes, gsize length);
void pst_writer_tc_set_u32 (PstWriterTc *tc, guint32 tag, guint32 value);
void pst_writer_tc_set_u64 (PstWriterTc *tc, guint32 tag, guint64 value);
void pst_writer_tc_set_text (PstWriterTc *tc, guint32 tag, const char *text);

/* The same, for a text in another code page, if the table is not in UTF-16. */
void pst_writer_tc_set_text_as (PstWriterTc *tc, guint32 tag, const char *text, guint codepage);

void pst_writer_tc_end_row (PstWriterTc *tc);

/* Write what is left, free tc and return the node's content. */
PstWriterContent pst_writer_tc_finish (PstWriterTc *tc);
