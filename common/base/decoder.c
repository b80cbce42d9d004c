/* decoder.c - gzip, bzip2, xz and zstd behind one interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * zlib is always there; the others are left out where the build did not find their library.
 */
#include "base/decoder.h"

#include <string.h>
#include <zlib.h>
#ifdef HAVE_BZIP2
#include <bzlib.h>
#endif
#ifdef HAVE_LZMA
#include <lzma.h>
#endif
#ifdef HAVE_ZSTD
#include <zstd.h>
#endif

typedef struct {
	const char *name;
	const char *program;
	const char *magic;
	gsize magic_length;
	gpointer (*begin) (void);
	DecoderResult (*step) (gpointer state, DecoderBuffers *buffers);
	void (*end) (gpointer state);
} Codec;

struct Decoder {
	const Codec *codec;
	gpointer state;
};

/* The libraries count in 32 bits. */
static guint
bounded (gsize length)
{
	return (guint) MIN (length, G_MAXINT);
}

static void
advance (DecoderBuffers *buffers, gsize taken, gsize made)
{
	buffers->in += taken;
	buffers->in_length -= taken;
	buffers->out += made;
	buffers->out_length -= made;
}

/* -- gzip -- */

static gpointer
gzip_begin (void)
{
	z_stream *stream = g_new0 (z_stream, 1);

	if (inflateInit2 (stream, 15 + 16) == Z_OK) /* 16: a gzip header and check sum */
		return stream;
	g_free (stream);
	return NULL;
}

static DecoderResult
gzip_step (gpointer state, DecoderBuffers *buffers)
{
	z_stream *stream = state;
	guint in = bounded (buffers->in_length);
	guint out = bounded (buffers->out_length);

	stream->next_in = (Bytef *) buffers->in; /* only read */
	stream->avail_in = in;
	stream->next_out = buffers->out;
	stream->avail_out = out;
	int result = inflate (stream, Z_NO_FLUSH);
	advance (buffers, in - stream->avail_in, out - stream->avail_out);
	if (result == Z_STREAM_END)
		return DECODER_MEMBER_END;
	return result == Z_OK || result == Z_BUF_ERROR ? DECODER_MORE : DECODER_DAMAGED;
}

static void
gzip_end (gpointer state)
{
	inflateEnd (state);
	g_free (state);
}

/* -- bzip2 -- */

#ifdef HAVE_BZIP2
static gpointer
bzip2_begin (void)
{
	bz_stream *stream = g_new0 (bz_stream, 1);

	if (BZ2_bzDecompressInit (stream, 0, 0) == BZ_OK)
		return stream;
	g_free (stream);
	return NULL;
}

static DecoderResult
bzip2_step (gpointer state, DecoderBuffers *buffers)
{
	bz_stream *stream = state;
	guint in = bounded (buffers->in_length);
	guint out = bounded (buffers->out_length);

	stream->next_in = (char *) buffers->in; /* only read */
	stream->avail_in = in;
	stream->next_out = (char *) buffers->out;
	stream->avail_out = out;
	int result = BZ2_bzDecompress (stream);
	advance (buffers, in - stream->avail_in, out - stream->avail_out);
	if (result == BZ_STREAM_END)
		return DECODER_MEMBER_END;
	return result == BZ_OK ? DECODER_MORE : DECODER_DAMAGED;
}

static void
bzip2_end (gpointer state)
{
	BZ2_bzDecompressEnd (state);
	g_free (state);
}
#endif

/* -- xz -- */

#ifdef HAVE_LZMA
static gpointer
xz_begin (void)
{
	lzma_stream *stream = g_new0 (lzma_stream, 1);

	if (lzma_stream_decoder (stream, DECODER_MEMORY_LIMIT, 0) == LZMA_OK)
		return stream;
	g_free (stream);
	return NULL;
}

static DecoderResult
xz_step (gpointer state, DecoderBuffers *buffers)
{
	lzma_stream *stream = state;
	gsize in = buffers->in_length;
	gsize out = buffers->out_length;

	stream->next_in = buffers->in;
	stream->avail_in = in;
	stream->next_out = buffers->out;
	stream->avail_out = out;
	lzma_ret result = lzma_code (stream, LZMA_RUN);
	advance (buffers, in - stream->avail_in, out - stream->avail_out);
	if (result == LZMA_STREAM_END)
		return DECODER_MEMBER_END;
	if (result == LZMA_MEMLIMIT_ERROR)
		return DECODER_TOO_MUCH_MEMORY;
	return result == LZMA_OK || result == LZMA_BUF_ERROR ? DECODER_MORE : DECODER_DAMAGED;
}

static void
xz_end (gpointer state)
{
	lzma_end (state);
	g_free (state);
}
#endif

/* -- zstd -- */

#ifdef HAVE_ZSTD
static gpointer
zstd_begin (void)
{
	ZSTD_DStream *stream = ZSTD_createDStream ();

	if (stream != NULL)
		ZSTD_initDStream (stream);
	return stream;
}

static DecoderResult
zstd_step (gpointer state, DecoderBuffers *buffers)
{
	ZSTD_inBuffer in = { .src = buffers->in, .size = buffers->in_length };
	ZSTD_outBuffer out = { .dst = buffers->out, .size = buffers->out_length };
	/* its own bound is a window of 128 MiB */
	gsize result = ZSTD_decompressStream (state, &out, &in);

	advance (buffers, in.pos, out.pos);
	if (ZSTD_isError (result))
		return strstr (ZSTD_getErrorName (result), "memory") != NULL
			       ? DECODER_TOO_MUCH_MEMORY
			       : DECODER_DAMAGED;
	return result == 0 ? DECODER_MEMBER_END : DECODER_MORE;
}

static void
zstd_end (gpointer state)
{
	ZSTD_freeDStream (state);
}
#endif

static const Codec codecs[] = {
	{ "gzip", "zcat", "\x1f\x8b\x08", 3, gzip_begin, gzip_step, gzip_end },
#ifdef HAVE_BZIP2
	{ "bzip2", "bzcat", "BZh", 3, bzip2_begin, bzip2_step, bzip2_end },
#endif
#ifdef HAVE_LZMA
	{ "xz", "xzcat", "\xfd" "7zXZ", 6, xz_begin, xz_step, xz_end },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", "zstdcat", "\x28\xb5\x2f\xfd", 4, zstd_begin, zstd_step, zstd_end },
#endif
};

static gboolean
has_magic (const Codec *codec, const guint8 *data, gsize length)
{
	static const char block[] = "1AY&SY";
	static const char nothing[] = "\x17\x72\x45\x38\x50\x90";

	if (length < codec->magic_length || memcmp (data, codec->magic, codec->magic_length) != 0)
		return FALSE;
	/* Three letters are too few to tell bzip2 from text. */
	return codec->magic[0] != 'B' ||
	       (length >= 10 && (memcmp (data + 4, block, 6) == 0 ||
				 memcmp (data + 4, nothing, 6) == 0));
}

Decoder *
decoder_new (const guint8 *data, gsize length)
{
	for (guint i = 0; i < G_N_ELEMENTS (codecs); i++) {
		gpointer state = NULL;
		if (!has_magic (&codecs[i], data, length) || (state = codecs[i].begin ()) == NULL)
			continue;
		Decoder *decoder = g_new0 (Decoder, 1);
		decoder->codec = &codecs[i];
		decoder->state = state;
		return decoder;
	}
	return NULL;
}

void
decoder_free (Decoder *decoder)
{
	if (decoder == NULL)
		return;
	if (decoder->state != NULL)
		decoder->codec->end (decoder->state);
	g_free (decoder);
}

DecoderResult
decoder_step (Decoder *decoder, DecoderBuffers *buffers)
{
	if (decoder->state == NULL)
		return DECODER_DAMAGED;
	return decoder->codec->step (decoder->state, buffers);
}

gboolean
decoder_continues (const Decoder *decoder, const guint8 *data, gsize length)
{
	return has_magic (decoder->codec, data, length);
}

void
decoder_restart (Decoder *decoder)
{
	decoder->codec->end (decoder->state);
	decoder->state = decoder->codec->begin ();
}

const char *
decoder_get_name (const Decoder *decoder)
{
	return decoder->codec->name;
}

const char *
decoder_get_program (const Decoder *decoder)
{
	return decoder->codec->program;
}
