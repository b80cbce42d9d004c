/* pst-error.h - what can go wrong while reading an Outlook file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Messages name the object in hex (page by file offset, block by BID, node by NID), then the
 * reason.
 */
#pragma once

#include <glib.h>

#define PST_ERROR (pst_error_quark ())

typedef enum {
	PST_ERROR_IO,        /* the system refused to read: worth another try */
	PST_ERROR_FORMAT,    /* not an Outlook file, or a version nobody has documented */
	PST_ERROR_ENCRYPTED, /* protected by policy (crypt 0x10): only its owner can open it */
	PST_ERROR_TRUNCATED, /* the file ends before the place that was asked for */
	PST_ERROR_DAMAGED,   /* bad check sum, signature, count, offset or size */
	PST_ERROR_MISSING,   /* a node, subnode or block that something refers to isn't there */
	PST_ERROR_LIMIT,     /* larger than the caller allowed */
} PstError;

GQuark pst_error_quark (void);

/* Told about damage that costs a part of the file while the work goes on.
 * name: stable short name of the finding, as for Report ("page-damaged"); id: the folder's or
 * item's node id, 0 if it is about the file; detail: one sentence fragment naming page, block or
 * node. */
typedef void (*PstFindingFunc) (const char *name, guint32 id, const char *detail,
				gpointer user_data);
