/* pst-secure.h - signed and encrypted messages, which are worth something only as they came
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-attachment.h"
#include "pst/pst-part.h"

/* All that is below the header, if ITEM is signed or encrypted: S/MIME of both kinds and a message
 * signed by PGP to the byte ([MS-OXOSMIME], RFC 8551), an encrypted one with its two parts in their
 * places (RFC 3156). *root is NULL if it is neither, or if there is more to it that would be
 * lost. */
gboolean pst_secure_build (const PstItem *item, const GPtrArray *attachments, PstPart **root,
			   GError **error);
