/* pst-mime.h - from an item to the message it was
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook takes a message apart when it arrives; this puts it together again. The same item
 * always gives the same bytes.
 */
#pragma once

#include "pst/pst-item.h"
#include "pst/pst-part.h"

typedef struct _PstMime PstMime;

/* The message that ITEM (which must outlive it) stands for. PATH names the item in its file
 * ("0x200024"). Nothing that is there is left out silently: what can't be read is an error,
 * LIMIT if the item claims to hold more than any program could have put into it. Findings:
 * those of the parts of this room, "embedded-too-deep". */
PstMime *pst_mime_new (PstItem *item, const char *path, GError **error);
void pst_mime_free (PstMime *mime);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstMime, pst_mime_free)

/* Hands the whole message to WRITE, piece by piece; stops with FALSE as soon as that returns
 * FALSE. */
gboolean pst_mime_write (const PstMime *mime, PstPartWrite write, gpointer user_data,
			 GError **error);
