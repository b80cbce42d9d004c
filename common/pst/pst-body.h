/* pst-body.h - the text of a message in the forms Outlook keeps it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "pst/pst-item.h"

typedef enum {
	PST_BODY_PLAIN,  /* 0x1000 */
	PST_BODY_HTML,   /* 0x1013 */
	PST_BODY_REPORT, /* 0x1001: what a report says */
} PstBodyKind;

/* The body of that kind, its lines ended by LF; *charset is a static string. NULL without an
 * error if the item has none (or an empty one). Plain text comes as UTF-8; HTML in its own
 * character set if mail can name it, else as UTF-8. Finding: "charset-doubtful". */
GBytes *pst_body_read (const PstItem *item, PstBodyKind kind, const char **charset, GError **error);

/* What <meta> within the first bytes of HTML says about its code page; 0 if nothing, or
 * nothing we know. */
guint pst_body_find_meta_codepage (const guint8 *html, gsize length);
