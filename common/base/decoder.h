/* decoder.h - gzip, bzip2, xz and zstd behind one interface
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What a file is, its first bytes tell, never its name. A member is what one run of the compressor
 * wrote; files may have several in a row.
 */
#pragma once

#include <glib.h>

typedef struct Decoder Decoder;

/* Bytes a decoder may take, and room it may fill; both are moved along. */
typedef struct {
	const guint8 *in;
	gsize in_length;
	guint8 *out;
	gsize out_length;
} DecoderBuffers;

typedef enum {
	DECODER_MORE,       /* give it more input, or more room */
	DECODER_MEMBER_END, /* a member is complete, its check sum holds */
	DECODER_DAMAGED,
	DECODER_TOO_MUCH_MEMORY, /* what it asks for is beyond DECODER_MEMORY_LIMIT */
} DecoderResult;

/* What the strongest settings of the usual compressors need, and no more. */
#define DECODER_MEMORY_LIMIT (144 * 1024 * 1024)

/* So many bytes are enough for decoder_new. */
#define DECODER_MAGIC_MAX 10

/* NULL if this is the beginning of nothing compressed, or of a kind that this build cannot read. */
Decoder *decoder_new (const guint8 *data, gsize length);
void decoder_free (Decoder *decoder);

/* Decompress as much as input and room allow. */
DecoderResult decoder_step (Decoder *decoder, DecoderBuffers *buffers);

/* Does another member of the same kind begin here? */
gboolean decoder_continues (const Decoder *decoder, const guint8 *data, gsize length);

/* Be ready for another member. */
void decoder_restart (Decoder *decoder);

/* "gzip", and the program that writes the plain bytes to standard output, "zcat". */
const char *decoder_get_name (const Decoder *decoder);
const char *decoder_get_program (const Decoder *decoder);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Decoder, decoder_free)
