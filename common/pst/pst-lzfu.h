/* pst-lzfu.h - the compression of rich text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-OXRTFCP]: an LZ77 whose dictionary begins with the words that every document has.
 */
#pragma once

#include <glib.h>

/* The rich text in a compressed (LZFu) or merely wrapped (MELA) property. Fails with DAMAGED if
 * sizes, references or the check sum are wrong, with LIMIT above MAX_SIZE bytes. */
GBytes *pst_lzfu_decompress (const guint8 *data, gsize length, gsize max_size, GError **error);
