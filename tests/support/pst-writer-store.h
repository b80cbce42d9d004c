/* pst-writer-store.h - what a PST has beside folders and messages ([MS-PST] 2.4.3, 2.4.7, 2.7)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include "support/pst-writer-message.h"

#define PST_WRITER_ENTRY_ID_SIZE 24

/* Columns of the tables of folders. */
extern const guint32 pst_writer_store_hierarchy_columns[];
extern const guint pst_writer_store_n_hierarchy_columns;
extern const guint32 pst_writer_store_contents_columns[];
extern const guint pst_writer_store_n_contents_columns;
extern const guint32 pst_writer_store_hidden_columns[];
extern const guint pst_writer_store_n_hidden_columns;

/* Tables without rows, at the nodes where Outlook keeps them as templates; folders share them. */
typedef struct {
	PstWriterContent hierarchy;
	PstWriterContent contents;
	PstWriterContent hidden;
	PstWriterContent search;
} PstWriterTemplates;

void pst_writer_store_write_templates (PstWriterFile *file, PstWriterTemplates *templates);

/* The entry id of a node of the store whose record key is given. */
void pst_writer_store_entry_id (const guint8 record_key[16], guint32 nid,
				guint8 id[PST_WRITER_ENTRY_ID_SIZE]);

/* Node 0x21. roles: the folder that has each role, 0 for none. */
void pst_writer_store_write (PstWriterFile *file, const char *name, const guint8 record_key[16],
			     const guint32 roles[PST_WRITER_N_ROLES]);

/* Node 0x62B: where received messages go. */
void pst_writer_store_write_receive_folders (PstWriterFile *file, guint32 inbox);

/* Set the entry ids of drafts and junk, as the root folder and the inbox have them. */
void pst_writer_store_set_special (PstWriterPc *pc, const guint8 record_key[16],
				   const guint32 roles[PST_WRITER_N_ROLES]);

/* Nodes 0x1E1, 0x201 and 0x261, empty as in a file no search runs in. */
void pst_writer_store_write_queues (PstWriterFile *file);

/* Named properties, written as node 0x61. */
typedef struct PstWriterNames PstWriterNames;

PstWriterNames *pst_writer_store_names_new (void);

/* See pst_writer_add_named_property. */
guint16 pst_writer_store_names_add (PstWriterNames *names, const guint8 guid[16], guint32 id,
				    const char *name);

/* A line of truth for each, without its end; borrowed. */
GPtrArray *pst_writer_store_names_get_statements (const PstWriterNames *names);

void pst_writer_store_names_write (const PstWriterNames *names, PstWriterFile *file);
void pst_writer_store_names_free (PstWriterNames *names);
