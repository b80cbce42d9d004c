/* pst-part.h - the tree of parts that a message is made of, and the way it becomes bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tree is built first, knowing of attachments only where they are; then it is written in one
 * go, and each attachment passes block by block. So memory doesn't depend on the size of a
 * message, and the same item always gives the same bytes.
 */
#pragma once

#include "pst/pst-encode.h"
#include "pst/pst-node.h"
#include "pst/pst-props.h"

typedef struct _PstPart PstPart;

void pst_part_free (PstPart *part);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstPart, pst_part_free)

/* Give the content of a part once more; what it gives must not change between calls. */
typedef GBytes *(*PstPartLoad) (gpointer owner, guint which, GError **error);

/* In each of these HEADER holds the part's own fields without Content-Transfer-Encoding, each
 * line ended by LF, and is taken over. */

/* Text whose lines end in LF, in the encoding that suits it. If LOAD isn't NULL the bytes
 * needn't be kept: they can be asked for again, with OWNER (which outlives the part) and
 * WHICH. */
PstPart *pst_part_new_text (GString *header, GBytes *text, PstPartLoad load, gpointer owner,
			    guint which);

/* The same for bytes that aren't text: in base64, as they are. */
PstPart *pst_part_new_file (GString *header, GBytes *bytes, PstPartLoad load, gpointer owner,
			    guint which);

/* Property ID of the object in subnode NID of NODE (kept by reference), in base64. SIZE in
 * bytes. */
PstPart *pst_part_new_base64 (GString *header, PstNode *node, guint32 nid, guint16 id,
			      guint64 size);

/* The same for LENGTH bytes from OFFSET on, behind those of PREFIX (kept by reference, or NULL). */
PstPart *pst_part_new_region (GString *header, GBytes *prefix, PstNode *node, guint32 nid,
			      guint16 id, guint64 offset, guint64 length);

/* The same as it is, from byte OFFSET on: for entities that are MIME already, and must be
 * exact to the byte. */
PstPart *pst_part_new_verbatim (GString *header, PstNode *node, guint32 nid, guint16 id,
				guint64 offset);

/* multipart/SUBTYPE; the field is made at the end, with the boundary. PARAMETERS as ";
 * type=\"text/html\"" or "". */
PstPart *pst_part_new_multipart (const char *subtype, const char *parameters);
void pst_part_add_child (PstPart *multipart, PstPart *child);

/* A whole message: the fields of ENVELOPE above those of ROOT. Both are taken over. */
PstPart *pst_part_new_message (GString *envelope, PstPart *root);

/* message/rfc822 around a whole message. */
PstPart *pst_part_new_embedded (GString *header, PstPart *message);

/* "multipart/alternative" and so on, borrowed from the header; for the type parameter of
 * multipart/related. Newly allocated. */
char *pst_part_get_type (const PstPart *part);

/* Choose all boundaries and encodings below MESSAGE. Reads what is verbatim to make sure that
 * no boundary of ours occurs in it. To be called once, before writing. */
gboolean pst_part_settle (PstPart *message, GError **error);

typedef gboolean (*PstPartWrite) (const void *data, gsize length, gpointer user_data,
				  GError **error);
/* Hands MESSAGE, which has been settled, to WRITE piece by piece; stops with FALSE as soon as that
 * returns FALSE. */
gboolean pst_part_write (const PstPart *message, PstPartWrite write, gpointer user_data,
			 GError **error);

/* Can these bytes stand in a message as they are: no NUL, no bare CR, no line over 998 octets?
 * *is_8bit tells whether any is beyond ASCII. */
gboolean pst_part_check_verbatim (PstNode *node, guint32 nid, guint16 id, gboolean *is_fit,
				  gboolean *is_8bit, GError **error);
