/* pst-body.h - the text of a message in the forms Outlook keeps it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

typedef enum {
	PST_BODY_PLAIN,    /* 0x1000 */
	PST_BODY_HTML,     /* 0x1013 */
	PST_BODY_REPORT,   /* 0x1001: what a report says */
	PST_BODY_RTF_HTML, /* 0x1009: the HTML or the text that was wrapped in rich text */
	PST_BODY_RTF_TEXT, /* also the words of rich text proper */
	PST_BODY_RTF_FILE, /* the document itself, as it is */
} PstBodyKind;

/* The body of that kind, its lines ended by LF; *charset is a static string. NULL without an
 * error if the item has none (or an empty one). Plain text comes as UTF-8; HTML in its own
 * character set if mail can name it, else as UTF-8. Finding: "charset-doubtful". */
GBytes *pst_body_read (const PstItem *item, PstBodyKind kind, const char **charset, GError **error);

/* Which of the three the rich text stands for; FALSE if there is none, or nothing in it. */
typedef struct {
	gboolean has_html;
	gboolean has_text;
	gboolean has_file; /* somebody wrote rich text: the words alone would be a loss */
} PstBodyRtf;

/* Finding: "rtf-damaged", then there is none. */
PstBodyRtf pst_body_look_at_rtf (const PstItem *item);

/* Does Outlook call it the message's own form, of which the others were made, or not say
 * ([MS-OXBBODY] 2.1.3.1, PR_NATIVE_BODY)? */
gboolean pst_body_may_be_native_rtf (const PstItem *item);

/* The plain text is the message's own, and was changed since the rich text was made of it
 * (PR_RTF_IN_SYNC). */
gboolean pst_body_is_rtf_outdated (const PstItem *item);

/* What <meta> within the first bytes of HTML says about its code page; 0 if nothing, or
 * nothing we know. */
guint pst_body_find_meta_codepage (const guint8 *html, gsize length);
