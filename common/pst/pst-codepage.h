/* pst-codepage.h - from Windows code pages to UTF-8, and to the names that mail uses
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook numbers its character sets; iconv and MIME name them, each in its own way. The
 * converters are opened in one go, before the reader locks itself in: afterwards no module could
 * be loaded any more.
 */
#pragma once

#include <glib.h>

#define PST_CODEPAGE_UTF16   1200u
#define PST_CODEPAGE_WESTERN 1252u
#define PST_CODEPAGE_ASCII   20127u
#define PST_CODEPAGE_UTF8    65001u

typedef struct _PstCodepages PstCodepages;

/* All converters of the table; those this system lacks count as unknown. */
PstCodepages *pst_codepage_open_all (void);
void pst_codepage_close_all (PstCodepages *pages);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstCodepages, pst_codepage_close_all)

gboolean pst_codepage_is_known (const PstCodepages *pages, guint codepage);

/* LENGTH bytes in CODEPAGE as UTF-8, NUL-terminated; NULs in the text stay. What makes no
 * sense becomes U+FFFD, and *is_exact (may be NULL) FALSE; an unknown code page is read as
 * 1252 and isn't exact either. *out_length may be NULL. Caller owns the text. */
char *pst_codepage_to_utf8 (const PstCodepages *pages, guint codepage, const void *bytes,
			    gsize length, gsize *out_length, gboolean *is_exact);

/* The same for UTF-16LE; an odd last byte is left out. */
char *pst_codepage_utf16_to_utf8 (const void *bytes, gsize length, gsize *out_length,
				  gboolean *is_exact);

/* The name for a charset parameter; NULL if mail programs can't be expected to know this code
 * page: then the text must be converted. */
const char *pst_codepage_get_charset (guint codepage);

/* The number for a name as it occurs in HTML and mail, in any case; 0 if unknown. */
guint pst_codepage_from_charset (const char *name, gsize length);

/* A code page as a user writes it: its number, or such a name. 0 if the table has none. */
guint pst_codepage_parse (const char *text);
