/* pst-html.h - the words of an HTML page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For descriptions, which are plain text: line ends where HTML has them, no tags, no styles.
 */
#pragma once

#include <glib.h>

/* HTML as UTF-8. Newly allocated. */
char *pst_html_get_words (const char *html, gsize length);
