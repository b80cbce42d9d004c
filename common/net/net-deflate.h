/* net-deflate.h - the two compressed streams of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Raw deflate (RFC 1951), as RFC 4978 has it for IMAP; at level 1, for higher ones cost a third
 * more time and save a fiftieth.
 */
#pragma once

#include <glib.h>

typedef struct NetDeflate NetDeflate;

NetDeflate *net_deflate_new (void);
void net_deflate_free (NetDeflate *deflate);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetDeflate, net_deflate_free)

/* Takes compressed bytes; FALSE with an error ends the compression. */
typedef gboolean (*NetDeflateFunc) (const guint8 *data, gsize length, gpointer user_data,
				    GError **error);

/* Compress, handing what comes of it to function in pieces. With flush everything so far comes
 * out. */
gboolean net_deflate_pack (NetDeflate *deflate, const guint8 *data, gsize length, gboolean flush,
			   NetDeflateFunc function, gpointer user_data, GError **error);

/* Decompress from *data, which moves over what was used, into at most room bytes at out. *got may
 * be 0: then it needs more. RUN_ERROR_INPUT if it makes no sense, or if it has ended. */
gboolean net_deflate_unpack (NetDeflate *deflate, const guint8 **data, gsize *length, guint8 *out,
			     gsize room, gsize *got, GError **error);
