/* pst-context.h - what every part of a conversion needs to know
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-codepage.h"
#include "pst/pst-store.h"

typedef struct _PstDirectory PstDirectory;

typedef struct {
	const PstStore *store;
	const PstCodepages *pages;
	guint codepage; /* of 8-bit text whose item names none */
	PstDirectory
		*directory; /* the addresses behind the names of an Exchange server; may be NULL */
	PstFindingFunc finding;
	gpointer finding_data;
	guint32 nid; /* the item at hand, for findings */
	GHashTable *told; /* what pst_context_find_once() has told of it; NULL: tell every time.
			   * To be emptied by whoever turns to another item. */
} PstContext;

/* A finding about the item at hand. */
void pst_context_find (const PstContext *context, const char *name, const char *format, ...)
	G_GNUC_PRINTF (3, 4);

/* The same for what a conversion comes across several times: told once for each item and
 * SUBJECT. */
void pst_context_find_once (const PstContext *context, const char *subject, const char *name,
			    const char *format, ...) G_GNUC_PRINTF (4, 5);

/* The code page of an item's 8-bit strings: 0x3FFD, else the internet code page, else the
 * file's. */
guint pst_context_get_codepage (const PstContext *context, const PstProps *props);

/* The code page an item names for them, if this system can't read it; 0 if it can, or none is
 * named. */
guint pst_context_get_unknown_codepage (const PstContext *context, const PstProps *props);

/* A string property as UTF-8, without NULs. NULL if it is absent, empty or (finding
 * "property-damaged") unreadable. Newly allocated. */
char *pst_context_get_text (const PstContext *context, const PstProps *props, guint16 id,
			    guint codepage);

/* Bytes as they come from pst_props_get_string(), as UTF-8 without NULs. Newly allocated. */
char *pst_context_decode (const PstContext *context, GBytes *bytes, gboolean is_utf16,
			  guint codepage);

/* A string, binary or other value, where a damaged one counts as absent (finding). NULL or
 * caller owns it. */
GBytes *pst_context_get_binary (const PstContext *context, const PstProps *props, guint16 id);
