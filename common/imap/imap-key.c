/* imap-key.c - by what a message is recognised at a server without fetching it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-key.h"

#include <string.h>

#include "base/digest.h"
#include "message/message-headers.h"

/* The fields that a digest is made of stand together: To only in the first, Message-ID in two. */
static const char *const names[] = { "Date", "From", "Subject", "Message-ID", "To" };

const char *
imap_key_describe (ImapTier tier)
{
	switch (tier) {
	case IMAP_TIER_SIZE: return "size and header";
	case IMAP_TIER_HEADER: return "header, for it changes sizes";
	case IMAP_TIER_DATE: return "dates, sender and subject, for it changes headers";
	default: return "whatever still fits";
	}
}

static guint64
first_bytes (const Digest *digest)
{
	Digest copy = *digest;
	guint8 result[DIGEST_SIZE];
	guint64 number;

	digest_finish (&copy, result);
	memcpy (&number, result, sizeof number);
	return GUINT64_FROM_BE (number);
}

void
imap_key_init (ImapKey *key, guint8 *header, gsize length, guint64 size)
{
	guint64 *const results[] = { NULL, NULL, &key->loose, &key->id, &key->header };
	Digest digest;

	/* Dovecot 2.3 stores NUL as 0x80, Cyrus 3.6 every byte above 0x7F in a header as 'X'. */
	for (gsize i = 0; i < length; i++)
		if (header[i] == '\0' || header[i] >= 0x80)
			header[i] = 'X';
	key->size = size;
	key->date = 0;
	digest_init (&digest);
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *value = message_headers_get (header, length, names[i]);
		if (value != NULL)
			digest_update (&digest, value, strlen (value));
		digest_update (&digest, value != NULL ? "\n" : "\r", 1);
		if (results[i] != NULL)
			*results[i] = first_bytes (&digest);
	}
}

/* Spreads number over all bits; the finaliser of SplitMix64. */
static guint64
mix (guint64 number)
{
	number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
	number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
	return number ^ (number >> 31);
}

guint64
imap_key_at (const ImapKey *key, ImapTier tier)
{
	switch (tier) {
	case IMAP_TIER_HEADER: return key->header;
	case IMAP_TIER_DATE: return key->loose ^ mix ((guint64) key->date + 1);
	case IMAP_TIER_SIMILAR: return key->id;
	default: return key->header ^ mix (key->size + 1);
	}
}
