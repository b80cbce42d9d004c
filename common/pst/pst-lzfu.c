/* pst-lzfu.c - the compression of rich text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-lzfu.h"

#include <string.h>

#include "pst/pst-block.h"
#include "pst/pst-error.h"

#define HEADER_SIZE     16
#define MAGIC_LZFU      0x75465a4cu
#define MAGIC_MELA      0x414c454du
#define DICTIONARY_SIZE 4096

/* 2.1.2.1: what every dictionary begins with. */
static const char first_words[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
	"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
	"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

typedef struct {
	const guint8 *in;
	const guint8 *end;
	GByteArray *out;
	gsize size; /* no more than this comes out */
	guint8 dictionary[DICTIONARY_SIZE];
	guint at;
} Inflater;

static gboolean
fail (GError **error, PstError code, const char *what)
{
	g_set_error (error, PST_ERROR, code, "compressed rich text: %s", what);
	return FALSE;
}

static void
put_byte (Inflater *inflater, guint8 byte)
{
	if (inflater->out->len < inflater->size)
		g_byte_array_append (inflater->out, &byte, 1);
	inflater->dictionary[inflater->at] = byte;
	inflater->at = (inflater->at + 1) % DICTIONARY_SIZE;
}

/* Eight tokens: a literal each, or a reference to the dictionary. FALSE at the end. */
static gboolean
inflate_run (Inflater *inflater)
{
	guint8 control = *inflater->in++;

	for (guint bit = 0; bit < 8 && inflater->in < inflater->end; bit++) {
		if ((control & 1u << bit) == 0) {
			put_byte (inflater, *inflater->in++);
			continue;
		}
		if (inflater->end - inflater->in < 2)
			return FALSE;
		guint reference = (guint) inflater->in[0] << 8 | inflater->in[1];
		guint from = reference >> 4;
		inflater->in += 2;
		if (from == inflater->at)
			return FALSE;
		for (guint n = (reference & 15) + 2; n > 0; n--, from++)
			put_byte (inflater, inflater->dictionary[from % DICTIONARY_SIZE]);
	}
	return inflater->out->len < inflater->size;
}

static GBytes *
inflate (const guint8 *data, gsize length, gsize size)
{
	Inflater inflater = {
		.in = data,
		.end = data + length,
		.out = g_byte_array_sized_new ((guint) size),
		.size = size,
		.at = sizeof first_words - 1,
	};

	memcpy (inflater.dictionary, first_words, sizeof first_words - 1);
	while (inflater.in < inflater.end && inflate_run (&inflater))
		;
	return g_byte_array_free_to_bytes (inflater.out);
}

GBytes *
pst_lzfu_decompress (const guint8 *data, gsize length, gsize max_size, GError **error)
{
	if (length < HEADER_SIZE) {
		fail (error, PST_ERROR_DAMAGED, "shorter than its header");
		return NULL;
	}
	gsize stored = (gsize) pst_file_u32 (data) + 4; /* counts from behind itself */
	gsize size = pst_file_u32 (data + 4);
	guint32 magic = pst_file_u32 (data + 8);
	if (stored < HEADER_SIZE || stored > length) {
		fail (error, PST_ERROR_DAMAGED, "wrong size");
		return NULL;
	}
	const guint8 *body = data + HEADER_SIZE;
	gsize body_length = stored - HEADER_SIZE;

	if (magic == MAGIC_MELA)
		return g_bytes_new (body, MIN (size, body_length));
	if (magic != MAGIC_LZFU) {
		fail (error, PST_ERROR_DAMAGED, "of an unknown kind");
		return NULL;
	}
	/* Two bytes stand for 17 at most: who claims more is lying, and would make us allocate
	 * it. */
	if (size > max_size || size > body_length * 9 + 32) {
		fail (error, PST_ERROR_LIMIT, "claims to be too large");
		return NULL;
	}
	if (pst_block_crc (body, body_length) != pst_file_u32 (data + 12)) {
		fail (error, PST_ERROR_DAMAGED, "bad check sum");
		return NULL;
	}
	g_autoptr (GBytes) rtf = inflate (body, body_length, size);
	if (g_bytes_get_size (rtf) == size)
		return g_steal_pointer (&rtf);
	fail (error, PST_ERROR_DAMAGED, "ends too early");
	return NULL;
}
