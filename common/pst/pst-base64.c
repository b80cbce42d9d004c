/* pst-base64.c - whole lines of base64, fast
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-base64.h"

#include <string.h>

/* Two characters for each twelve bits: half as many look-ups as with one for six. RFC 4648, 4. */
#define PAIRS(a, b, c, d, e) {a, b}, {a, c}, {a, d}, {a, e}
#define ROW(a)								\
	PAIRS (a, 'A', 'B', 'C', 'D'), PAIRS (a, 'E', 'F', 'G', 'H'),	\
	PAIRS (a, 'I', 'J', 'K', 'L'), PAIRS (a, 'M', 'N', 'O', 'P'),	\
	PAIRS (a, 'Q', 'R', 'S', 'T'), PAIRS (a, 'U', 'V', 'W', 'X'),	\
	PAIRS (a, 'Y', 'Z', 'a', 'b'), PAIRS (a, 'c', 'd', 'e', 'f'),	\
	PAIRS (a, 'g', 'h', 'i', 'j'), PAIRS (a, 'k', 'l', 'm', 'n'),	\
	PAIRS (a, 'o', 'p', 'q', 'r'), PAIRS (a, 's', 't', 'u', 'v'),	\
	PAIRS (a, 'w', 'x', 'y', 'z'), PAIRS (a, '0', '1', '2', '3'),	\
	PAIRS (a, '4', '5', '6', '7'), PAIRS (a, '8', '9', '+', '/')
#define ROWS(a, b, c, d) ROW (a), ROW (b), ROW (c), ROW (d)

static const char pairs[4096][2] = {
	ROWS ('A', 'B', 'C', 'D'), ROWS ('E', 'F', 'G', 'H'), ROWS ('I', 'J', 'K', 'L'),
	ROWS ('M', 'N', 'O', 'P'), ROWS ('Q', 'R', 'S', 'T'), ROWS ('U', 'V', 'W', 'X'),
	ROWS ('Y', 'Z', 'a', 'b'), ROWS ('c', 'd', 'e', 'f'), ROWS ('g', 'h', 'i', 'j'),
	ROWS ('k', 'l', 'm', 'n'), ROWS ('o', 'p', 'q', 'r'), ROWS ('s', 't', 'u', 'v'),
	ROWS ('w', 'x', 'y', 'z'), ROWS ('0', '1', '2', '3'), ROWS ('4', '5', '6', '7'),
	ROWS ('8', '9', '+', '/')};

static void
put_pair (char *text, guint64 bits)
{
	memcpy (text, pairs[bits & 0xfff], 2);
}

void
pst_base64_encode_line (char *text, const guint8 *bytes)
{
	/* Six bytes at a time; two more are read than needed, all of this line. */
	for (gsize i = 0; i < 9; i++, bytes += 6, text += 8) {
		guint64 word;
		memcpy (&word, bytes, sizeof word);
		word = GUINT64_FROM_BE (word);
		put_pair (text, word >> 52);
		put_pair (text + 2, word >> 40);
		put_pair (text + 4, word >> 28);
		put_pair (text + 6, word >> 16);
	}
	guint32 rest = (guint32) bytes[0] << 16 | (guint32) bytes[1] << 8 | bytes[2];
	put_pair (text, rest >> 12);
	put_pair (text + 2, rest);
}
