/* maildir-name.c - what the name of a file in a Maildir says
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "maildir/maildir-name.h"

#include <string.h>

#define OWNER ".mailferry"

char *
maildir_name_new (const MessageDate *received, const guint8 *l0, guint copy, goffset size,
		  goffset virtual_size)
{
	char hex[2 * MAILDIR_NAME_DIGEST + 1];
	gint64 seconds = received->known ? MAX (received->seconds, 0) : 0;

	return g_strdup_printf (
		"%" G_GINT64_FORMAT ".Q%s-%u" OWNER ",S=%" G_GOFFSET_FORMAT ",W=%" G_GOFFSET_FORMAT,
		seconds, digest_to_hex (l0, MAILDIR_NAME_DIGEST, hex), copy, size, virtual_size);
}

goffset
maildir_name_count_bare_lf (const guint8 *data, gsize length, guint8 *last)
{
	const guint8 *end = data + length;
	goffset n = 0;

	for (const guint8 *lf = data; (lf = memchr (lf, '\n', (gsize) (end - lf))) != NULL; lf++)
		n += (lf > data ? lf[-1] : *last) != '\r';
	if (length > 0)
		*last = end[-1];
	return n;
}

char *
maildir_name_new_temporary (const guint8 *l0, guint copy)
{
	char hex[2 * MAILDIR_NAME_DIGEST + 1];

	return g_strdup_printf ("Q%s-%u" OWNER, digest_to_hex (l0, MAILDIR_NAME_DIGEST, hex), copy);
}

/* "Q<40 hex>-<copy>"; *end is what follows. */
static gboolean
parse_key (const char *text, guint8 *digest, guint *copy, const char **end)
{
	char hex[2 * MAILDIR_NAME_DIGEST + 1];

	if (text[0] != 'Q' || strnlen (text, sizeof hex + 1) <= sizeof hex ||
	    text[sizeof hex] != '-')
		return FALSE;
	g_strlcpy (hex, text + 1, sizeof hex);
	if (!digest_from_hex (hex, digest, MAILDIR_NAME_DIGEST))
		return FALSE;

	const char *digits = text + sizeof hex + 1;
	gsize length = strspn (digits, "0123456789");
	if (length == 0 || length > 9 || digits[0] == '0')
		return FALSE;
	*copy = (guint) g_ascii_strtoull (digits, NULL, 10);
	*end = digits + length;
	return TRUE;
}

gboolean
maildir_name_is_temporary (const char *name)
{
	guint8 digest[MAILDIR_NAME_DIGEST];
	guint copy;
	const char *end;

	return parse_key (name, digest, &copy, &end) && strcmp (end, OWNER) == 0;
}

gsize
maildir_name_get_base_length (const char *name)
{
	const char *info = strrchr (name, ':');

	if (info == NULL || (info[1] != '2' && info[1] != '1') || info[2] != ',')
		return strlen (name);
	return (gsize) (info - name);
}

const char *
maildir_name_get_flags (const char *name)
{
	const char *info = name + maildir_name_get_base_length (name);

	return *info != '\0' && info[1] == '2' ? info + 3 : "";
}

gboolean
maildir_name_parse (const char *name, guint8 *digest, guint *copy, guint64 *seconds)
{
	const char *key = strstr (name, ".Q");
	const char *end;

	if (key == NULL || !parse_key (key + 1, digest, copy, &end))
		return FALSE;
	if (*end != '.' && *end != ',' && *end != ':' && *end != '\0')
		return FALSE;
	*seconds = g_ascii_strtoull (name, NULL, 10);
	return TRUE;
}
