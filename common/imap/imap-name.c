/* imap-name.c - a folder's name as a server writes it, and back
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-name.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "base/utf7.h"

/* Dovecot's Maildir++ refuses '.' and '/' whatever the separator, and '~' at the front; others
 * refuse what LIST takes for a pattern, or quotes. */
#define OFTEN_REFUSED "/.~*%\"\\"

/* How much is left of a name that was refused in every other way; it may have been too long. */
#define SAFE_CHARACTERS 32

gboolean
imap_name_is_inbox (const char *mailbox)
{
	return g_ascii_strcasecmp (mailbox, IMAP_INBOX) == 0;
}

static gboolean
is_escape (const char *text)
{
	return text[0] == '%' && g_ascii_isxdigit (text[1]) && g_ascii_isxdigit (text[2]);
}

static gboolean
is_dots (const char *component)
{
	return strcmp (component, ".") == 0 || strcmp (component, "..") == 0;
}

static gboolean
is_blank_at_end (const char *text, const char *p)
{
	return *p == ' ' && (p == text || p[1] == '\0');
}

static void
append_component (GString *out, const char *component, char separator, gboolean as_it_is)
{
	gboolean dots = is_dots (component);

	for (const char *p = component; *p != '\0'; p++) {
		gboolean refused = strchr (OFTEN_REFUSED, *p) != NULL ||
				   is_blank_at_end (component, p);
		if (*p == separator || g_ascii_iscntrl (*p) || is_escape (p) || dots ||
		    (refused && !as_it_is))
			g_string_append_printf (out, "%%%02X", (guint8) *p);
		else
			g_string_append_c (out, *p);
	}
}

/* Undoes exactly what append_component does: a %XX that it would never have written is the user's
 * own. */
static char *
decode_component (const char *text, char separator)
{
	g_autoptr (GString) out = g_string_new (NULL);

	for (const char *p = text; *p != '\0'; p++) {
		char c = *p;
		if (is_escape (p)) {
			char value = (char) (g_ascii_xdigit_value (p[1]) * 16 +
					     g_ascii_xdigit_value (p[2]));
			gboolean at_end = p == text || p[3] == '\0';
			gboolean ours = value != '\0' &&
					(value == separator || g_ascii_iscntrl (value) ||
					 strchr (OFTEN_REFUSED, value) != NULL ||
					 (value == ' ' && at_end));
			if (ours) {
				c = value;
				p += 2;
			}
		}
		g_string_append_c (out, c);
	}
	return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Letters, digits and little else, and a digest of the whole path so that no two are the same. Not
 * to be undone. */
static void
append_safe_name (GString *out, const Folder *folder)
{
	const char *last = folder->components[g_strv_length (folder->components) - 1];
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	for (guint i = 0; *last != '\0' && i < SAFE_CHARACTERS;
	     i++, last = g_utf8_next_char (last)) {
		gboolean safe = g_unichar_isalnum (g_utf8_get_char (last)) ||
				(i > 0 && strchr (" -_", *last) != NULL);
		g_string_append_len (out, safe ? last : "_",
				     safe ? g_utf8_next_char (last) - last : 1);
	}
	digest_of (folder->path, strlen (folder->path), digest);
	g_string_append_printf (out, "~%s", digest_to_hex (digest, 4, hex));
}

char *
imap_name_encode_as (ImapNaming naming, const Folder *folder, const char *prefix, char separator,
		     gboolean has_inbox)
{
	g_autoptr (GString) name = g_string_new (NULL);
	char level = separator != '\0' ? separator : '/';

	for (gsize i = 0; naming != IMAP_NAMING_SAFE && folder->components[i] != NULL; i++) {
		const char *component = folder->components[i];
		if (i > 0)
			g_string_append_c (name, level);
		/* RFC 3501, 5.1: INBOX in any case is the same mailbox. */
		append_component (name,
				  i == 0 && imap_name_is_inbox (component) ? IMAP_INBOX : component,
				  level, naming == IMAP_NAMING_AS_IT_IS);
	}
	if (naming == IMAP_NAMING_SAFE)
		append_safe_name (name, folder);
	g_autofree char *encoded = utf7_encode (name->str);
	if (has_inbox && strcmp (encoded, IMAP_INBOX) == 0)
		return g_strdup (IMAP_INBOX);
	return g_strconcat (prefix, encoded, NULL);
}

char *
imap_name_encode (const Folder *folder, const char *prefix, char separator, gboolean has_inbox)
{
	return imap_name_encode_as (IMAP_NAMING_AS_IT_IS, folder, prefix, separator, has_inbox);
}

Folder *
imap_name_decode (const char *mailbox, const char *prefix, char separator, FolderRole role)
{
	char level[2] = { separator != '\0' ? separator : '/', '\0' };

	if (imap_name_is_inbox (mailbox))
		return folder_new_inbox ();
	if (!g_str_has_prefix (mailbox, prefix) || mailbox[strlen (prefix)] == '\0')
		return NULL;
	g_autofree char *decoded = utf7_decode (mailbox + strlen (prefix), -1);
	/* Not every server insists on modified UTF-7: then the bytes are the name. */
	g_autofree char *name = decoded != NULL
					? g_steal_pointer (&decoded)
					: text_to_utf8 (mailbox + strlen (prefix),
							strlen (mailbox) - strlen (prefix), NULL);
	g_auto (GStrv) components = g_strsplit (name, level, -1);
	for (gsize i = 0; components[i] != NULL; i++) {
		char *component = decode_component (components[i], level[0]);
		g_free (components[i]);
		components[i] = component;
	}
	gboolean inbox = strcmp (components[0], IMAP_INBOX) == 0 && components[1] == NULL;
	return folder_new ((const char *const *) components, inbox ? FOLDER_ROLE_INBOX : role);
}

char *
imap_name_show (const char *mailbox)
{
	char *name = utf7_decode (mailbox, -1);

	return name != NULL ? name : g_strdup (mailbox);
}

char *
imap_name_fold (const char *mailbox)
{
	g_autofree char *name = utf7_decode (mailbox, -1);

	return text_fold (name != NULL ? name : mailbox, -1);
}
