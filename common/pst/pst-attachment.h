/* pst-attachment.h - what hangs on a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

/* [MS-OXCMSG] 2.2.2.9 */
typedef enum {
	PST_ATTACH_NONE = 0,
	PST_ATTACH_BY_VALUE = 1,
	PST_ATTACH_BY_REFERENCE = 2,
	PST_ATTACH_BY_REFERENCE_RESOLVE = 3,
	PST_ATTACH_BY_REFERENCE_ONLY = 4,
	PST_ATTACH_EMBEDDED = 5,
	PST_ATTACH_OLE = 6,
	PST_ATTACH_BY_WEB_REFERENCE = 7,
} PstAttachMethod;

#define PST_ATTACH_DATA 0x3701u

typedef struct {
	guint32 nid;   /* subnode of the message */
	guint place;   /* in the table */
	gint64 number; /* 0x0E21 */
	PstAttachMethod method;
	char *name;          /* no path, no controls; NULL if it has none */
	char *type;          /* "image/png"; NULL if absent or no media type */
	char *content_id;    /* without angle brackets; NULL if absent */
	char *location;      /* Content-Location; NULL if absent */
	char *reference;     /* path or URL of one that isn't in the file; NULL if absent */
	guint64 size;        /* bytes of its data */
	gboolean is_macbinary; /* its data is a MacBinary file around what the type says */
	gboolean has_object; /* the data is a subnode: embedded message or OLE storage */
	guint32 object_nid;
} PstAttachment;

/* All of a message's attachments by rising number, then as in the table; subnodes of
 * attachments that the table forgot come last. An array of PstAttachment; records without name
 * and data, which stand for nothing, are left out. Fails if one can't be read. */
GPtrArray *pst_attachment_read_all (const PstItem *item, GError **error);

/* The last component of a file name, whose controls are '_'; NULL if nothing is left. Newly
 * allocated. */
char *pst_attachment_tidy_name (const char *name);
