/* pst-enclosure.h - attachments that are files, or were meant to be, as parts of a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-attachment.h"
#include "pst/pst-part.h"

/* Content-Disposition and what else is said of any attachment, behind what HEADER has. */
void pst_enclosure_add_disposition (GString *header, const PstAttachment *attachment,
				    gboolean is_inline);

/* Its data, in base64 but for messages; both forks of a Macintosh file (RFC 1740). */
gboolean pst_enclosure_new_file (const PstItem *item, const PstAttachment *attachment,
				 gboolean is_inline, PstPart **part, GError **error);

/* A file elsewhere: all we can carry is where it was. */
PstPart *pst_enclosure_new_reference (const PstAttachment *attachment);
