/* pst-encode.h - text on its way into a message: header fields, parameters, quoted-printable
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Whatever a property holds, what comes out is printable ASCII in lines of at most 78 octets
 * where the text can be divided, and 998 in any case. Texts are UTF-8; what isn't becomes
 * U+FFFD.
 */
#pragma once

#include <glib.h>

/* "Name: value\n", folded, encoded words where needed (RFC 2047). Line ends and NULs in TEXT
 * are blanks. */
void pst_encode_field (GString *out, const char *name, const char *text);

/* A phrase before an address: atoms, a quoted string, or encoded words (RFC 5322, 3.2.5).
 * Without line breaks except between encoded words. Newly allocated. */
char *pst_encode_phrase (const char *text);

/* "Name: item,\n item\n": an address list, or message ids with SEPARATOR "". Items go in as
 * they are. Nothing for no items. */
void pst_encode_list (GString *out, const char *name, const char *separator,
		      const GPtrArray *items);

/* ";\n name=value" in as many sections as RFC 2231 asks for. */
void pst_encode_parameter (GString *out, const char *name, const char *value);

/* Bytes as quoted-printable text (RFC 2045, 6.7) whose lines end in LF. */
void pst_encode_quoted_printable (GString *out, const guint8 *bytes, gsize length);

/* How text can travel. */
typedef enum {
	PST_ENCODE_7BIT,
	PST_ENCODE_QUOTED_PRINTABLE,
	PST_ENCODE_BASE64,
} PstEncoding;

/* The best of the three: 7BIT only for printable ASCII lines of at most 998 octets without
 * anything that could be taken for one of our boundaries. */
PstEncoding pst_encode_choose (const guint8 *bytes, gsize length);

/* "7bit" and so on, as the field says it. */
const char *pst_encode_get_name (PstEncoding encoding);
