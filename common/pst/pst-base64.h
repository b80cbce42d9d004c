/* pst-base64.h - whole lines of base64, fast
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Attachments are most of what an Outlook file holds, and each of their bytes comes through here.
 * The last line of a part, and everything else in base64, is nettle's.
 */
#pragma once

#include <glib.h>

/* What a line holds (RFC 2045, 6.8), and its length without its end. */
#define PST_BASE64_LINE_BYTES 57
#define PST_BASE64_LINE_TEXT  76

/* The line that stands for PST_BASE64_LINE_BYTES bytes; PST_BASE64_LINE_TEXT characters, no
 * terminator. */
void pst_base64_encode_line (char *text, const guint8 *bytes);
