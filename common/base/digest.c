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

gboolean
digest_from_hex (const char *text, guint8 *bytes, gsize n)
{
	if (strlen (text) != 2 * n)
		return FALSE;
	for (gsize i = 0; i < n; i++) {
		int high = g_ascii_xdigit_value (text[2 * i]);
		int low = g_ascii_xdigit_value (text[2 * i + 1]);
		if (high < 0 || low < 0)
			return FALSE;
		bytes[i] = (guint8) (high << 4 | low);
	}
	return TRUE;
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
