/* pst-rtf.h - the rich text that Outlook keeps instead of what was sent
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Outlook and Exchange wrap HTML and plain text in rich text ([MS-OXRTFEX]). This takes them out
 * again; of rich text proper it gives the words.
 */
#pragma once

#include "pst/pst-codepage.h"

typedef enum {
	PST_RTF_HTML,	/* was HTML before: \fromhtml */
	PST_RTF_TEXT,	/* was plain text before: \fromtext */
	PST_RTF_NATIVE, /* somebody wrote rich text */
} PstRtfKind;

typedef struct {
	PstRtfKind kind;
	char *text; /* UTF-8, lines ended by LF: the HTML, the text, or the words of the document */
	gsize length;
	gboolean is_blank;    /* no words at all */
	gboolean has_objects; /* pictures or the like, which the words don't show */
} PstRtf;

/* Never fails: what isn't rich text gives the words that are there. CODEPAGE is that of documents
 * that don't name theirs. */
void pst_rtf_read (PstRtf *rtf, const PstCodepages *pages, const guint8 *data, gsize length,
		   guint codepage);
void pst_rtf_clear (PstRtf *rtf);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PstRtf, pst_rtf_clear)
