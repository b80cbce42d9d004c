/* pst-part-tree.h - what a part is, for those who make the tree and those who write it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "base/digest.h"
#include "pst/pst-part.h"

typedef enum {
	PART_TEXT,
	PART_FILE,
	PART_BASE64,
	PART_REGION,
	PART_VERBATIM,
	PART_MULTIPART,
	PART_MESSAGE,
	PART_EMBEDDED,
} PartKind;

struct _PstPart {
	PartKind kind;
	GString *header;
	GPtrArray *children; /* of a message and an embedded one: exactly one */
	char *subtype;       /* of a multipart */
	char *parameters;
	char *boundary;

	PstEncoding encoding; /* of a text */
	GBytes *text;         /* NULL: to be loaded */
	PstPartLoad load;
	gpointer owner;
	guint which;

	PstNode *node; /* of base64, region and verbatim parts */
	guint32 nid;
	guint16 id;
	guint64 offset;
	guint64 length; /* of a region; its text is what stands before it */

	gboolean is_8bit;
	guint8 digest[DIGEST_SIZE]; /* what boundaries are derived from */
};
