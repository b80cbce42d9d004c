/* pst-vcard.h - the lines of a vCard
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * RFC 6350. A card is a GString that grows by whole lines.
 */
#pragma once

#include <glib.h>

/* TEXT as a value (3.4): backslash, comma, semicolon and line ends escaped, other controls left
 * out. Newly allocated. */
char *pst_vcard_escape (const char *text);

/* "NAME:VALUE", folded so that no line has more than 75 octets and no character is cut (3.2).
 * NAME may have parameters; VALUE stands as it is and has no line ends. */
void pst_vcard_add (GString *card, const char *name, const char *value);

/* The same with VALUE escaped. Nothing for NULL and for what is blank. */
void pst_vcard_add_text (GString *card, const char *name, const char *value);

/* COUNT values, escaped, with SEPARATOR (',' or ';') between them. Nothing if all are NULL or
 * blank. */
void pst_vcard_add_list (GString *card, const char *name, const char *const *values, guint count,
			 char separator);
