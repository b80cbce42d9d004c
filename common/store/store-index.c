/* store-index.c - what an index of Thunderbird's says about its folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-index.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"

/* Indexes are read for what is noted about the folder, which comes before the messages. */
#define INDEX_LIMIT (2 * 1024 * 1024)

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
store_index_parse (const char *data, gsize length, const char *column)
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

/* --- The file ------------------------------------------------------------- */

static char *
read_index (int fd, const char *name, gsize *length)
{
	g_autofree char *index = g_strconcat (name, ".msf", NULL);
	struct stat status;
	int file = directory_open_file (fd, index, &status);

	if (file < 0)
		return NULL;
	gsize size = (gsize) MIN (status.st_size, (off_t) INDEX_LIMIT);
	char *data = g_malloc (size + 1);
	*length = 0;
	for (ssize_t n = 1; n > 0 && *length < size; *length += (gsize) MAX (n, 0))
		n = pread (file, data + *length, size - *length, (off_t) *length);
	close (file);
	return data;
}

char *
store_index_read (int fd, const char *name, const char *column)
{
	gsize length;
	g_autofree char *data = read_index (fd, name, &length);

	return data != NULL ? store_index_parse (data, length, column) : NULL;
}

gboolean
store_index_exists (int fd, const char *name)
{
	g_autofree char *index = g_strconcat (name, ".msf", NULL);
	struct stat status;

	return fstatat (fd, index, &status, AT_SYMLINK_NOFOLLOW) == 0;
}
