/* pst-writer-text.h - text as Outlook files store it: UTF-16, or bytes in a code page
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#pragma once

#include <glib.h>

/* Text is UTF-8, length in bytes, -1: up to the NUL; NULs inside are kept. codepage: of Windows; 0
 * means UTF-16LE. NULL if the code page is unknown or lacks one of the characters. In UTF-16,
 * U+FFFD stands for what is not UTF-8. */
GBytes *pst_writer_text_encode (const char *text, gssize length, guint codepage);

/* A property value of type PtypUnicode, or PtypMultipleUnicode if is_multiple, as the 8-bit type
 * has it. NULL as above. */
GBytes *pst_writer_text_narrow (const void *utf16, gsize length, gboolean is_multiple,
				guint codepage);

/* The value of a property of type PtypMultipleUnicode. texts: ends with NULL. */
GBytes *pst_writer_text_join (const char *const *texts);
