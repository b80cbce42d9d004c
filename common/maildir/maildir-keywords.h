/* maildir-keywords.h - the letters a-z that stand for keywords in one folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Dovecot's file "dovecot-keywords" ("0 $Label1" gives 'a' its meaning) in the directory of the
 * folder. Letters that have a meaning keep it, since names of files refer to them; new ones are
 * added behind. There are 26 of them.
 */
#pragma once

#include <glib.h>

#define MAILDIR_KEYWORDS_FILE "dovecot-keywords"

typedef struct MaildirKeywords MaildirKeywords;

/* Read the file in folder_fd; none is as good as an empty one, and so is folder_fd -1. shown names
 * the folder in error texts. */
MaildirKeywords *maildir_keywords_new (int folder_fd, const char *shown, GError **error);
void maildir_keywords_free (MaildirKeywords *keywords);

/* What letter ('a' to 'z') means, or NULL. Belongs to keywords. */
const char *maildir_keywords_get (const MaildirKeywords *keywords, char letter);

/* The letter of a keyword, which gets the next free one if it has none; 0 if all are taken. keyword
 * is an atom; case makes no difference. */
char maildir_keywords_obtain (MaildirKeywords *keywords, const char *keyword);

/* Write the file if letters were added since it was read or written; what stood in it stays, byte
 * for byte. */
gboolean maildir_keywords_save (MaildirKeywords *keywords, int folder_fd, GError **error);

/* The keyword as an IMAP atom: itself if it is one, else with '_' for every character that cannot
 * stand in an atom
 * ("Big Co" as "Big_Co"), and what is not ASCII in modified UTF-7. RFC 3501, 9. Newly allocated. */
char *maildir_keywords_to_atom (const char *keyword);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MaildirKeywords, maildir_keywords_free)
