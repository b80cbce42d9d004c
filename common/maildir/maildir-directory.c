/* maildir-directory.c - what the directory of a folder is called
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-directory.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf7.h"

/* What a directory may be called on every file system we know. */
#define NAME_LIMIT  255
#define SUFFIX_SIZE 9 /* "~" and 8 hex */

gboolean
maildir_directory_is_reserved (const char *name)
{
	static const char *const reserved[] = { "cur",
						"new",
						"tmp",
						MAILDIR_TRUTH_FILE,
						MAILDIR_SUBSCRIPTIONS_FILE,
						"maildirfolder",
						"maildirsize" };

	for (gsize i = 0; i < G_N_ELEMENTS (reserved); i++)
		if (g_ascii_strcasecmp (name, reserved[i]) == 0)
			return TRUE;
	return g_ascii_strncasecmp (name, "dovecot", strlen ("dovecot")) == 0;
}

char *
maildir_directory_escape (MaildirNaming naming, const char *component)
{
	g_autofree char *escaped = text_percent_encode (component, -1, naming.nested ? "/" : "./");

	/* Dovecot refuses names that begin with '~'. */
	if (escaped[0] != '~' &&
	    !(naming.nested && (escaped[0] == '.' || maildir_directory_is_reserved (escaped))))
		return g_steal_pointer (&escaped);
	return g_strdup_printf ("%%%02X%s", (guint8) escaped[0], escaped + 1);
}

static char *
encode_name (MaildirNaming naming, const char *name)
{
	return naming.names == MAILDIR_NAMES_UTF8 ? g_strdup (name) : utf7_encode (name);
}

char *
maildir_directory_of_name (MaildirNaming naming, const char *name)
{
	g_autofree char *encoded = encode_name (naming, name);

	return naming.nested ? g_steal_pointer (&encoded) : g_strconcat (".", encoded, NULL);
}

char *
maildir_directory_decode (const char *directory, gboolean nested)
{
	const char *encoded = directory + (nested ? 0 : 1);
	char *name = utf7_decode (encoded, -1);

	return name != NULL ? name : text_to_utf8 (encoded, strlen (encoded), NULL);
}

/* The longest beginning of text that, encoded, leaves room for the suffix; never ending in a
 * %XX. */
static char *
cut_text (MaildirNaming naming, const char *text, gsize limit)
{
	/* A character takes at least one byte, so what lies behind this many never fits. */
	const char *end = text;
	for (gsize i = 0; i < limit && *end != '\0'; i++)
		end = g_utf8_next_char (end);

	for (;; end = g_utf8_prev_char (end)) {
		g_autofree char *cut = g_strndup (text, (gsize) (end - text));
		g_autofree char *encoded = encode_name (naming, cut);
		if (strlen (encoded) > limit)
			continue;
		char *percent = strrchr (cut, '%');
		if (percent != NULL && strlen (percent) < 3)
			*percent = '\0';
		return g_steal_pointer (&cut);
	}
}

char *
maildir_directory_fit (MaildirNaming naming, const char *text, const char *path, gboolean mark)
{
	gsize limit = NAME_LIMIT - (naming.nested ? 0 : 1);
	g_autofree char *encoded = encode_name (naming, text);
	guint8 digest[DIGEST_SIZE];
	char hex[SUFFIX_SIZE];

	if (!mark && strlen (encoded) <= limit)
		return g_strdup (text);
	g_autofree char *cut = cut_text (naming, text, limit - SUFFIX_SIZE);
	digest_of (path, strlen (path), digest);
	return g_strconcat (cut, "~", digest_to_hex (digest, 4, hex), NULL);
}

char **
maildir_directory_make_keys (const char *directory, const char *name)
{
	char **keys = g_new0 (char *, 3);
	g_autofree char *folded = text_fold (name, -1);

	keys[0] = g_ascii_strdown (directory, -1);
	keys[1] = g_strconcat ("\n", folded != NULL ? folded : name, NULL);
	return keys;
}

gboolean
maildir_directory_is_good (const char *directory, gboolean nested)
{
	g_auto (GStrv) components = g_strsplit (directory, "/", -1);

	if (!nested)
		return directory[0] == '.' && strlen (directory) > 1 &&
		       strcmp (directory, "..") != 0 && components[1] == NULL;
	for (gsize i = 0; components[i] != NULL; i++)
		if (components[i][0] == '\0' || components[i][0] == '.' ||
		    maildir_directory_is_reserved (components[i]))
			return FALSE;
	return components[0] != NULL;
}
