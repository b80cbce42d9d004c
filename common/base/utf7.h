/* utf7.h - modified UTF-7, the way IMAP and Maildir++ write folder names
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 3501, 5.1.3. Every name has exactly one encoded form, and only that form is decoded: two
 * spellings of one folder would be two folders to a server and one to us.
 */
#pragma once

#include <glib.h>

/* text is valid UTF-8. Printable ASCII stands for itself ('&' as "&-"), the rest as shifted base64
 * of UTF-16. Newly allocated. */
char *utf7_encode (const char *text);

/* The name that utf7_encode turns into exactly these length bytes (-1: up to the NUL); NULL if
 * there is none: a bare '&', bytes outside printable ASCII, a NUL or half a surrogate pair in the
 * base64, loose bits at its end, ASCII that need not be shifted. Newly allocated. */
char *utf7_decode (const char *text, gssize length);
