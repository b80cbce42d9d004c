/* pst-writer-rtf.c - wrap RTF as Outlook stores it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-OXRTFCP] 2.1: runs of eight tokens, each a byte or a reference into a dictionary of the last
 * 4096 bytes, which begins with the words most RTF begins with. Three bytes are looked up where
 * they last occurred, which finds less than searching would, but takes linear time.
 */

#include "support/pst-writer-rtf.h"

#include "support/pst-writer-layout.h"

#define WINDOW       4096U
#define MATCH_LEAST  3U
#define MATCH_MOST   17U
#define HASH_SIZE    8192U
#define HEADER_SIZE  16U
#define MAGIC_PACKED 0x75465a4cU
#define MAGIC_STORED 0x414c454dU

static const char dictionary[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
	"\\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl"
	"\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

#define DICTIONARY_SIZE (sizeof dictionary - 1)

/* text: the dictionary, then the document; places in it are window places modulo WINDOW. */
typedef struct {
	const guint8 *text;
	gsize length;
	gsize at;
	gsize last[HASH_SIZE]; /* place + 1 */
	GByteArray *out;
	guint control_at;
	guint n_tokens;
} Packer;

static gsize *
find_slot (Packer *packer, gsize at)
{
	const guint8 *p = packer->text + at;
	guint hash = (p[0] * 2654435761U) ^ (p[1] * 40503U) ^ (p[2] * 9973U);

	return &packer->last[hash % HASH_SIZE];
}

/* How many bytes at the place agree with what comes now. A reference must not reach what is only
 * written while it is read: readers differ there. */
static guint
match_length (const Packer *packer, gsize place)
{
	gsize most = MIN (MIN (MATCH_MOST, packer->length - packer->at), packer->at - place);
	guint n = 0;

	while (n < most && packer->text[place + n] == packer->text[packer->at + n])
		n++;
	return n;
}

static void
add_token (Packer *packer, gboolean is_reference, const guint8 *bytes, guint length)
{
	if (packer->n_tokens % 8 == 0) {
		packer->control_at = packer->out->len;
		g_byte_array_append (packer->out, (const guint8 *)"\0", 1);
	}
	if (is_reference)
		packer->out->data[packer->control_at] |= (guint8)(1U << packer->n_tokens % 8);
	packer->n_tokens++;
	g_byte_array_append (packer->out, bytes, length);
}

/* Offset in the upper 12 bits, length less 2 in the lower 4. */
static void
add_reference (Packer *packer, gsize place, guint length)
{
	guint word = (guint)(place % WINDOW) << 4 | (length - 2);
	const guint8 bytes[] = {(guint8)(word >> 8), (guint8)word};

	add_token (packer, TRUE, bytes, sizeof bytes);
}

/* Remember what begins at the place, and go on. */
static void
step (Packer *packer)
{
	if (packer->at + MATCH_LEAST <= packer->length)
		*find_slot (packer, packer->at) = packer->at + 1;
	packer->at++;
}

static guint
find_match (Packer *packer, gsize *place)
{
	gsize found;

	if (packer->at + MATCH_LEAST > packer->length)
		return 0;
	found = *find_slot (packer, packer->at);
	if (found == 0 || packer->at - (found - 1) >= WINDOW - MATCH_MOST)
		return 0;
	*place = found - 1;
	return match_length (packer, *place);
}

static GByteArray *
pack (const guint8 *text, gsize length, gboolean is_literal)
{
	g_autofree Packer *packer = g_new0 (Packer, 1);

	packer->text = text;
	packer->length = length;
	packer->out = g_byte_array_new ();
	while (packer->at < DICTIONARY_SIZE)
		step (packer);
	while (packer->at < length) {
		gsize place = 0;
		guint n = is_literal ? 0 : find_match (packer, &place);
		if (n < MATCH_LEAST) {
			n = 1;
			add_token (packer, FALSE, text + packer->at, 1);
		} else {
			add_reference (packer, place, n);
		}
		while (n-- > 0)
			step (packer);
	}
	add_reference (packer, packer->at, 2); /* to where it stands: the end */
	return packer->out;
}

GBytes *
pst_writer_rtf_wrap (const void *rtf, gsize length, PstWriterRtf form)
{
	g_autoptr (GByteArray) text = g_byte_array_new ();
	g_autoptr (GByteArray) body = NULL;
	GByteArray *out = g_byte_array_new ();
	guint8 header[HEADER_SIZE] = {0};
	guint32 sum;

	g_byte_array_append (text, (const guint8 *)dictionary, DICTIONARY_SIZE);
	g_byte_array_append (text, rtf, (guint)length);
	if (form == PST_WRITER_RTF_STORED) {
		body = g_byte_array_new ();
		g_byte_array_append (body, rtf, (guint)length);
	} else {
		body = pack (text->data, text->len, form == PST_WRITER_RTF_LITERAL);
	}
	sum = pst_writer_layout_checksum (body->data, body->len);
	pst_writer_put32 (header, body->len + HEADER_SIZE - 4);
	pst_writer_put32 (header + 4, (guint32)length);
	pst_writer_put32 (header + 8, form == PST_WRITER_RTF_STORED ? MAGIC_STORED : MAGIC_PACKED);
	if (form != PST_WRITER_RTF_STORED)
		pst_writer_put32 (header + 12, form == PST_WRITER_RTF_WRONG_SUM ? ~sum : sum);
	g_byte_array_append (out, header, sizeof header);
	g_byte_array_append (out, body->data, body->len);
	return g_byte_array_free_to_bytes (out);
}
