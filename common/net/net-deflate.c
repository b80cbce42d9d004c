/* net-deflate.c - the two compressed streams of a connection
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "net/net-deflate.h"

#include <gio/gio.h>

#include "base/error.h"

#define LEVEL 1
#define PIECE (32 * 1024)

struct NetDeflate {
	GConverter *compressor;
	GConverter *decompressor;
	guint8 piece[PIECE];
};

NetDeflate *
net_deflate_new (void)
{
	NetDeflate *deflate = g_new0 (NetDeflate, 1);

	deflate->compressor =
		G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW, LEVEL));
	deflate->decompressor =
		G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_RAW));
	return deflate;
}

void
net_deflate_free (NetDeflate *deflate)
{
	if (deflate == NULL)
		return;
	g_object_unref (deflate->compressor);
	g_object_unref (deflate->decompressor);
	g_free (deflate);
}

gboolean
net_deflate_pack (NetDeflate *deflate, const guint8 *data, gsize length, gboolean flush,
		  NetDeflateFunc function, gpointer user_data, GError **error)
{
	GConverterFlags flags = flush ? G_CONVERTER_FLUSH : G_CONVERTER_NO_FLAGS;
	GConverterResult result = G_CONVERTER_CONVERTED;

	while (length > 0 || (flush && result != G_CONVERTER_FLUSHED)) {
		gsize used = 0;
		gsize made = 0;
		result = g_converter_convert (deflate->compressor, data, length, deflate->piece,
					      PIECE, flags, &used, &made, error);
		if (result == G_CONVERTER_ERROR)
			return FALSE;
		data += used;
		length -= used;
		if (made > 0 && !function (deflate->piece, made, user_data, error))
			return FALSE;
	}
	return TRUE;
}

gboolean
net_deflate_unpack (NetDeflate *deflate, const guint8 **data, gsize *length, guint8 *out,
		    gsize room, gsize *got, GError **error)
{
	g_autoptr (GError) cause = NULL;
	gsize used = 0;

	*got = 0;
	GConverterResult result = g_converter_convert (deflate->decompressor, *data, *length, out,
						       room, G_CONVERTER_NO_FLAGS, &used, got,
						       &cause);
	if (result == G_CONVERTER_ERROR &&
	    g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT))
		return TRUE;
	if (result == G_CONVERTER_ERROR || result == G_CONVERTER_FINISHED) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "what the server compressed makes no sense");
		return FALSE;
	}
	*data += used;
	*length -= used;
	return TRUE;
}
