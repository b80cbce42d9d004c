/* digest.h - SHA-256, incrementally
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Every identity in this project is a SHA-256; nettle uses the processor's SHA instructions where
 * it has them.
 */
#pragma once

#include <glib.h>
#include <nettle/sha2.h>

#define DIGEST_SIZE     32
#define DIGEST_HEX_SIZE (2 * DIGEST_SIZE + 1) /* with the final NUL */

typedef struct {
	struct sha256_ctx sha256;
} Digest;

void digest_init (Digest *digest);
void digest_update (Digest *digest, const void *data, gsize length);

/* Writes DIGEST_SIZE bytes; the digest is ready for new data afterwards. */
void digest_finish (Digest *digest, guint8 *result);

/* The digest of one piece of memory. */
void digest_of (const void *data, gsize length, guint8 *result);

/* Lower-case hex of the first n bytes into hex, which has room for 2 * n + 1; returns hex. */
char *digest_to_hex (const guint8 *bytes, gsize n, char *hex);

/* Reads exactly 2 * n hex digits (either case); FALSE if text is anything else. */
gboolean digest_from_hex (const char *text, guint8 *bytes, gsize n);

/* For hash tables whose keys are digests. */
guint digest_hash (gconstpointer digest);
gboolean digest_equal (gconstpointer a, gconstpointer b);
