/* pst-writer-crypt.h - the two ways Outlook hides data blocks ([MS-PST] 5.1, 5.2)
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include <glib.h>

/* Encode a data block from one place to another; method as in the header: 1 permute, 2 cyclic, all
 * others leave the bytes alone. */
void pst_writer_crypt_encode (guint8 method, guint64 bid, const guint8 *from, guint8 *to,
			      gsize length);
