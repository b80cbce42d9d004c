/* imap-key.c - by what a message is recognised at a server without fetching it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-key.h"

#include <string.h>

#include "base/digest.h"
#include "message/message-headers.h"

guint64
imap_key_new (guint8 *header, gsize length, guint64 size)
{
	static const char *const names[] = { "Date", "From", "Message-ID", "Subject", "To" };
	guint8 result[DIGEST_SIZE];
	guint64 number = GUINT64_TO_BE (size);
	guint64 key;
	Digest digest;

	/* Dovecot 2.3 stores NUL as 0x80, Cyrus 3.6 every byte above 0x7F in a header as 'X'. */
	for (gsize i = 0; i < length; i++)
		if (header[i] == '\0' || header[i] >= 0x80)
			header[i] = 'X';
	digest_init (&digest);
	digest_update (&digest, &number, sizeof number);
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
		g_autofree char *value = message_headers_get (header, length, names[i]);
		if (value != NULL)
			digest_update (&digest, value, strlen (value));
		digest_update (&digest, value != NULL ? "\n" : "\r", 1);
	}
	digest_finish (&digest, result);
	memcpy (&key, result, sizeof key);
	return GUINT64_FROM_BE (key);
}
