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

/* --- Mork ------------------------------------------------------------------ */

/* What stands between brackets: (80=text) in a dictionary, (^80=text) or (^80^91) in a row. */
typedef struct {
	gboolean is_row;
	char *id;        /* of the word, or of the column */
	char *reference; /* to a word; else text is set */
	char *text;
} Cell;

typedef struct {
	const char *data;
	gsize length;
	gsize at;
	guint depth;         /* of dictionaries */
	gboolean is_columns; /* the dictionary's words name columns: it says so by (a=c) */
} Mork;

static void
clear_cell (Cell *cell)
{
	g_clear_pointer (&cell->id, g_free);
	g_clear_pointer (&cell->reference, g_free);
	g_clear_pointer (&cell->text, g_free);
}

/* Up to the closing bracket: \x is x, $XX a byte, an escaped line end nothing. */
static char *
read_text (Mork *mork)
{
	GString *text = g_string_new (NULL);

	while (mork->at < mork->length && mork->data[mork->at] != ')') {
		const char *at = mork->data + mork->at;
		gsize left = mork->length - mork->at;
		if (*at == '\\' && left >= 2) {
			if (at[1] != '\n' && at[1] != '\r')
				g_string_append_c (text, at[1]);
			mork->at += 2;
		} else if (*at == '$' && left >= 3 && g_ascii_isxdigit (at[1]) &&
			   g_ascii_isxdigit (at[2])) {
			g_string_append_c (text, (char) (g_ascii_xdigit_value (at[1]) << 4 |
							 g_ascii_xdigit_value (at[2])));
			mork->at += 3;
		} else {
			g_string_append_c (text, *at);
			mork->at++;
		}
	}
	mork->at++;
	return g_string_free (text, FALSE);
}

static char *
read_id (Mork *mork)
{
	gsize begin = mork->at;

	while (mork->at < mork->length && strchr ("=^)", mork->data[mork->at]) == NULL)
		mork->at++;
	return g_strndup (mork->data + begin, mork->at - begin);
}

static void
read_cell (Mork *mork, Cell *cell)
{
	cell->is_row = mork->at < mork->length && mork->data[mork->at] == '^';
	mork->at += cell->is_row ? 1 : 0;
	cell->id = read_id (mork);
	char separator = mork->at < mork->length ? mork->data[mork->at] : ')';
	if (separator != ')')
		mork->at++;
	if (separator == '^')
		cell->reference = read_text (mork);
	else
		cell->text = read_text (mork);
}

/* The next cell; FALSE at the end. */
static gboolean
next_cell (Mork *mork, Cell *cell)
{
	clear_cell (cell);
	while (mork->at < mork->length) {
		char c = mork->data[mork->at++];
		if (c == '<' && mork->depth++ == 0)
			mork->is_columns = FALSE;
		else if (c == '>' && mork->depth > 0)
			mork->depth--;
		else if (c == '/' && mork->at < mork->length && mork->data[mork->at] == '/')
			while (mork->at < mork->length && mork->data[mork->at] != '\n')
				mork->at++;
		if (c != '(')
			continue;
		read_cell (mork, cell);
		if (mork->depth < 2)
			return TRUE;
		/* Within a dictionary's dictionary it says what the words are. */
		mork->is_columns = g_strcmp0 (cell->id, "a") == 0 &&
				   g_strcmp0 (cell->text, "c") == 0;
		clear_cell (cell);
	}
	return FALSE;
}

/* The last text that id stands for, or, with is_row, that the column id has. */
static char *
find_text (const char *data, gsize length, const char *id, gboolean is_row, char **reference)
{
	Mork mork = { .data = data, .length = length };
	Cell cell = { 0 };
	char *text = NULL;

	while (next_cell (&mork, &cell)) {
		if (cell.is_row != is_row || (!is_row && mork.is_columns) ||
		    strcmp (cell.id, id) != 0)
			continue;
		g_free (text);
		text = g_steal_pointer (&cell.text);
		if (reference == NULL)
			continue;
		g_free (*reference);
		*reference = g_steal_pointer (&cell.reference);
	}
	clear_cell (&cell);
	return text;
}

static char *
find_column (const char *data, gsize length, const char *column)
{
	Mork mork = { .data = data, .length = length };
	Cell cell = { 0 };
	char *id = NULL;

	while (id == NULL && next_cell (&mork, &cell))
		if (!cell.is_row && mork.is_columns && g_strcmp0 (cell.text, column) == 0)
			id = g_steal_pointer (&cell.id);
	clear_cell (&cell);
	return id;
}

char *
store_names_from_index (const char *data, gsize length, const char *column)
{
	g_autofree char *reference = NULL;
	g_autofree char *id = find_column (data, length, column);

	if (id == NULL)
		return NULL;
	char *text = find_text (data, length, id, TRUE, &reference);
	if (text == NULL && reference != NULL)
		text = find_text (data, length, reference, FALSE, NULL);
	return text;
}
