/* store-names.c - the folder that a file or directory of a mail program stands for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-names.h"

#include <string.h>

#include "base/text.h"
#include "base/utf7.h"

#define HASH_LENGTH 8

char *
store_names_decode (const char *name, gboolean is_imap, gboolean *guessed)
{
	g_autofree char *text = text_to_utf8 (name, strlen (name), guessed);
	g_autofree char *wide = utf7_decode (text, -1);
	g_autofree char *plain = is_imap ? NULL : text_percent_decode (text, -1);

	if (wide != NULL && (is_imap || !g_str_is_ascii (wide)))
		return g_steal_pointer (&wide);
	if (plain != NULL && *plain != '\0' && g_utf8_validate (plain, -1, NULL))
		return g_steal_pointer (&plain);
	return g_steal_pointer (&text);
}

FolderRole
store_names_role (const char *name)
{
	static const struct {
		const char *name;
		FolderRole role;
	} table[] = {
		{ "Inbox", FOLDER_ROLE_INBOX },
		{ "Sent", FOLDER_ROLE_SENT },
		{ "Sent Items", FOLDER_ROLE_SENT },    /* Windows Mail */
		{ "Sent Messages", FOLDER_ROLE_SENT }, /* Apple Mail */
		{ "Sent Mail", FOLDER_ROLE_SENT },     /* Gmail */
		{ "Drafts", FOLDER_ROLE_DRAFTS },
		{ "Trash", FOLDER_ROLE_TRASH },
		{ "Deleted Items", FOLDER_ROLE_TRASH },
		{ "Deleted Messages", FOLDER_ROLE_TRASH },
		{ "Junk", FOLDER_ROLE_JUNK },
		{ "Junk E-mail", FOLDER_ROLE_JUNK },
		{ "Spam", FOLDER_ROLE_JUNK },
		{ "Archive", FOLDER_ROLE_ARCHIVE },
		{ "Archives", FOLDER_ROLE_ARCHIVE },
		{ "Outbox", FOLDER_ROLE_OUTBOX },
		{ "Unsent Messages", FOLDER_ROLE_OUTBOX }, /* Thunderbird */
	};

	for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
		if (g_ascii_strcasecmp (table[i].name, name) == 0)
			return table[i].role;
	return FOLDER_ROLE_NONE;
}

gboolean
store_names_is_hashed (const char *name)
{
	gsize length = strlen (name);

	return length >= HASH_LENGTH &&
	       strspn (name + length - HASH_LENGTH, "0123456789abcdef") == HASH_LENGTH;
}

gboolean
store_names_agree (const char *name, const char *real)
{
	return store_names_is_hashed (name) && *real != '\0' && g_utf8_validate (real, -1, NULL) &&
	       strncmp (name, real, strlen (name) - HASH_LENGTH) == 0;
}
