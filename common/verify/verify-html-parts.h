/* verify-html-parts.h - what the page of a comparison is put together from
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Private to verify-html*.c. Every part has a bounded length, so that a page of any comparison can
 * be opened on a telephone.
 */
#pragma once

#include "verify/verify-show.h"

/* The style sheet, without its element. */
extern const char verify_html_style[];

/* Text of strangers, safe in content and in quoted attributes: controls and bidirectional
 * overrides are made visible, what is too long is cut. */
void verify_html_escape (GString *html, const char *text);

/* before and after are markup, text is not. Nothing at all if text is NULL or empty. */
void verify_html_append (GString *html, const char *before, const char *text, const char *after);

/* The names on the way to it: "INBOX › Café". */
void verify_html_append_folder (GString *html, const Folder *folder);

/* As of when each folder of side was read, below title; nothing if that is not known. */
void verify_html_append_moments (GString *html, const char *title, const VerifySide *side);

/* "1,234,567". */
void verify_html_append_count (GString *html, guint64 count);

/* What became of the source's messages as a bar, whose text alternative is the same in words.
 * Nothing if there are none. */
void verify_html_append_bar (GString *html, const VerifyTally *tally);

/* The legend of such a bar, with the counts. */
void verify_html_append_legend (GString *html, const VerifyTally *tally);

/* "3 missing, 1 in another folder": what is worth a word beside a bar; nothing if all is well. */
void verify_html_append_remarks (GString *html, const VerifyTally *tally);

/* What a class is called by people ("Missing"), and what that means in a sentence. */
const char *verify_html_class_title (VerifyClass class);
const char *verify_html_class_meaning (VerifyClass class);

/* Differences and notes, of each class the first ones. */
gboolean verify_html_put_findings (const VerifyResult *result, Output *output, GError **error);
