/* text.h - untrusted text made safe for a terminal, a line, a field, and compared
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folder names, subjects, server replies and file names come from strangers. Nothing of the kind is
 * printed or written into a line-based file without passing through here.
 */
#pragma once

#include <glib.h>

/* For people: controls (C0, DEL, C1), line ends and bidirectional overrides as \xNN or \u{NNNN},
 * bytes that are not UTF-8 as \xNN. Newly allocated. */
char *text_for_terminal (const char *text);

/* %XX (upper case) for 00-1F, 7F and '%', and for every byte in also (may be NULL). Newly
 * allocated. */
char *text_percent_encode (const char *text, gssize length, const char *also);

/* Undo text_percent_encode; NULL if a % is not followed by two hex digits or stands for NUL. Newly
 * allocated. */
char *text_percent_decode (const char *text, gssize length);

/* The bytes as valid UTF-8: themselves if they are, else read as windows-1252, undefined bytes as
 * U+FFFD.
 * *guessed (may be NULL) tells which. NUL bytes become U+FFFD. Newly allocated. */
char *text_to_utf8 (const char *bytes, gsize length, gboolean *guessed);

/* Shell-like match on the whole text: * any run (also of '/'), ? one character. */
gboolean text_matches_glob (const char *glob, const char *text);

/* What two names share that people, and some servers and file systems, take for the same: composed
 * (NFC) and without case. NULL if text is not UTF-8. Newly allocated. */
char *text_fold (const char *text, gssize length);

/* The bytes of the first line of data, its LF included; all of them where there is none. */
gsize text_line_length (const void *data, gsize length);

/* Do lines end in CR alone, as old Macintoshes had it? whole: nothing follows data. */
gboolean text_has_only_cr (const void *data, gsize length, gboolean whole);
