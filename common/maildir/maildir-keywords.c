/* maildir-keywords.c - the letters a-z that stand for keywords in one folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-keywords.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/safe-file.h"
#include "base/utf7.h"
#include "maildir/maildir-file.h"

#define N_LETTERS 26

/* 26 keywords and some garbage; more is not what it claims to be. */
#define FILE_LIMIT (64 * 1024)

struct MaildirKeywords {
	char *shown; /* path of the file for error texts */
	char *names[N_LETTERS];
	GString *text; /* of the file, to which we only append */
	gboolean changed;
};

/* "12 name"; anything else is no business of ours. */
static void
take_line (MaildirKeywords *keywords, const char *line)
{
	gsize digits = strspn (line, "0123456789");
	guint64 index = g_ascii_strtoull (line, NULL, 10);

	if (digits == 0 || digits > 2 || index >= N_LETTERS || line[digits] != ' ' ||
	    line[digits + 1] == '\0')
		return;
	g_free (keywords->names[index]);
	keywords->names[index] = g_strdup (line + digits + 1);
}

MaildirKeywords *
maildir_keywords_new (int folder_fd, const char *shown, GError **error)
{
	g_autoptr (MaildirKeywords) keywords = g_new0 (MaildirKeywords, 1);
	g_autofree char *text = NULL;

	keywords->shown = g_build_filename (shown, MAILDIR_KEYWORDS_FILE, NULL);
	keywords->text = g_string_new (NULL);
	if (folder_fd >= 0 && !maildir_file_read (folder_fd, MAILDIR_KEYWORDS_FILE, keywords->shown,
						  FILE_LIMIT, &text, error))
		return NULL;
	g_string_append (keywords->text, text != NULL ? text : "");
	g_auto (GStrv) lines = g_strsplit (keywords->text->str, "\n", -1);
	for (gsize i = 0; lines[i] != NULL; i++)
		take_line (keywords, lines[i]);
	return g_steal_pointer (&keywords);
}

void
maildir_keywords_free (MaildirKeywords *keywords)
{
	if (keywords == NULL)
		return;
	for (guint i = 0; i < N_LETTERS; i++)
		g_free (keywords->names[i]);
	if (keywords->text != NULL)
		g_string_free (keywords->text, TRUE);
	g_free (keywords->shown);
	g_free (keywords);
}

const char *
maildir_keywords_get (const MaildirKeywords *keywords, char letter)
{
	return letter >= 'a' && letter <= 'z' ? keywords->names[letter - 'a'] : NULL;
}

char
maildir_keywords_obtain (MaildirKeywords *keywords, const char *keyword)
{
	guint next = 0;

	for (guint i = 0; i < N_LETTERS; i++) {
		if (keywords->names[i] == NULL)
			continue;
		if (g_ascii_strcasecmp (keywords->names[i], keyword) == 0)
			return (char) ('a' + i);
		next = i + 1; /* a gap may be a letter that names of files still use */
	}
	if (next == N_LETTERS)
		return 0;
	keywords->names[next] = g_strdup (keyword);
	if (keywords->text->len > 0 && keywords->text->str[keywords->text->len - 1] != '\n')
		g_string_append_c (keywords->text, '\n');
	g_string_append_printf (keywords->text, "%u %s\n", next, keyword);
	keywords->changed = TRUE;
	return (char) ('a' + next);
}

gboolean
maildir_keywords_save (MaildirKeywords *keywords, int folder_fd, GError **error)
{
	const GString *text = keywords->text;

	if (!keywords->changed)
		return TRUE;
	g_autoptr (SafeFile) file =
		safe_file_new_at (folder_fd, MAILDIR_KEYWORDS_FILE, keywords->shown, error);
	if (file == NULL || !safe_file_write (file, text->str, text->len, error) ||
	    !safe_file_commit (file, error))
		return FALSE;
	keywords->changed = FALSE;
	return TRUE;
}

static gboolean
is_ascii (const char *text)
{
	for (; *text != '\0'; text++)
		if ((guint8) *text >= 0x80)
			return FALSE;
	return TRUE;
}

char *
maildir_keywords_to_atom (const char *keyword)
{
	gboolean encode = !is_ascii (keyword) && g_utf8_validate (keyword, -1, NULL);
	char *atom = encode ? utf7_encode (keyword) : g_strdup (keyword);

	for (char *c = atom; *c != '\0'; c++)
		if ((guint8) *c <= 0x20 || (guint8) *c >= 0x7f || strchr ("(){%*\"\\]", *c) != NULL)
			*c = '_';
	return atom;
}
