/* digest.c - SHA-256, incrementally
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "base/digest.h"

#include <string.h>

void
digest_init (Digest *digest)
{
	sha256_init (&digest->sha256);
}

void
digest_update (Digest *digest, const void *data, gsize length)
{
	sha256_update (&digest->sha256, length, data);
}

void
digest_finish (Digest *digest, guint8 *result)
{
	sha256_digest (&digest->sha256, DIGEST_SIZE, result);
}

void
digest_of (const void *data, gsize length, guint8 *result)
{
	Digest digest;

	digest_init (&digest);
	digest_update (&digest, data, length);
	digest_finish (&digest, result);
}

char *
digest_to_hex (const guint8 *bytes, gsize n, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (gsize i = 0; i < n; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * n] = '\0';
	return hex;
}

/* A manifest has millions of digests, and no processor guesses whether a digit is a letter: a table
 * of what each character is worth, and 0x10 for those that are none. */
static guint8
hex_value (char digit)
{
	static const guint8 complement[256] = {
		['0'] = 16, ['1'] = 15, ['2'] = 14, ['3'] = 13, ['4'] = 12, ['5'] = 11,
		['6'] = 10, ['7'] = 9,  ['8'] = 8,  ['9'] = 7,  ['a'] = 6,  ['b'] = 5,
		['c'] = 4,  ['d'] = 3,  ['e'] = 2,  ['f'] = 1,  ['A'] = 6,  ['B'] = 5,
		['C'] = 4,  ['D'] = 3,  ['E'] = 2,  ['F'] = 1,
	};

	return (guint8) (0x10 - complement[(guint8) digit]);
}

gboolean
digest_from_hex (const char *text, guint8 *bytes, gsize n)
{
	guint8 wrong = 0;

	if (strlen (text) != 2 * n)
		return FALSE;
	for (gsize i = 0; i < n; i++) {
		guint8 high = hex_value (text[2 * i]);
		guint8 low = hex_value (text[2 * i + 1]);
		wrong |= (high | low) & 0x10;
		bytes[i] = (guint8) (high << 4 | low);
	}
	return wrong == 0;
}

guint
digest_hash (gconstpointer digest)
{
	guint hash;

	memcpy (&hash, digest, sizeof hash);
	return hash;
}

gboolean
digest_equal (gconstpointer a, gconstpointer b)
{
	return memcmp (a, b, DIGEST_SIZE) == 0;
}
