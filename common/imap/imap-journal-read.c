/* imap-journal-read.c - the lines of a journal, taken apart
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-journal-read.h"

#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "imap/imap-response.h"

#define BATCH_LIMIT 100000 /* messages; far above what is written */

typedef struct {
	ImapHistory *history;
	const char *path;
	ImapBatch *filling; /* its entry lines are being read */
	guint filled;
	guint line;
	goffset good; /* the file is good up to here */
} Reading;

/* --- Words ------------------------------------------------------------------------------------ */

static gboolean
parse_number (const char *text, guint64 limit, guint64 *number)
{
	return text != NULL && g_ascii_string_to_unsigned (text, 10, 0, limit, number, NULL);
}

static gboolean
parse_numbers (char **words, gsize from, gsize count, guint64 *numbers)
{
	for (gsize i = 0; i < count; i++)
		if (!parse_number (words[from + i], G_MAXUINT32, &numbers[i]))
			return FALSE;
	return TRUE;
}

static gboolean
parse_key (const char *text, guint64 *key)
{
	return strlen (text) == 16 &&
	       g_ascii_string_to_unsigned (text, 16, 0, G_MAXUINT64, key, NULL);
}

static gboolean
parse_entry (char **words, ImapJournalEntry *entry)
{
	memset (&entry->key, 0, sizeof entry->key);
	return g_strv_length (words) == 5 && digest_from_hex (words[0], entry->l0, DIGEST_SIZE) &&
	       parse_number (words[1], G_MAXUINT64, &entry->key.size) &&
	       parse_key (words[2], &entry->key.header) &&
	       parse_key (words[3], &entry->key.loose) &&
	       g_ascii_string_to_signed (words[4], 10, G_MININT64, G_MAXINT64, &entry->key.date,
					 NULL);
}

/* --- Lines ------------------------------------------------------------------------------------ */

static gboolean
read_folder (Reading *reading, char **words)
{
	guint64 number;
	g_autofree char *mailbox = words[1] != NULL && words[2] != NULL && words[3] == NULL
					   ? text_percent_decode (words[2], -1)
					   : NULL;

	if (mailbox == NULL || !parse_numbers (words, 1, 1, &number) ||
	    number != reading->history->boxes->len + 1 ||
	    g_hash_table_contains (reading->history->by_name, mailbox))
		return FALSE;
	imap_history_add_box (reading->history, mailbox)->number = (guint) number;
	return TRUE;
}

static gboolean
read_intent (Reading *reading, char **words)
{
	guint64 n[5];

	if (g_strv_length (words) != 6 || !parse_numbers (words, 1, 5, n))
		return FALSE;
	ImapJournalBox *box = imap_history_find_box (reading->history, n[1]);
	if (box == NULL || n[4] == 0 || n[4] > BATCH_LIMIT || n[0] < reading->history->next_batch ||
	    n[0] == G_MAXUINT32)
		return FALSE;
	reading->filling = imap_history_add_batch (reading->history, (guint) n[0], box,
						   (guint32) n[2], (guint32) n[3], (guint) n[4]);
	reading->filled = 0;
	return TRUE;
}

static gboolean
read_acknowledgement (Reading *reading, char **words)
{
	guint64 n[4];

	if (g_strv_length (words) != 6 || !parse_numbers (words, 1, 4, n))
		return FALSE;
	ImapBatch *batch = imap_history_find_batch (reading->history, n[0]);
	gboolean told = strcmp (words[5], "-") != 0;
	g_autoptr (GArray) uids = told ? imap_value_parse_set (words[5], BATCH_LIMIT) : NULL;
	if (batch == NULL || n[1] + n[2] > batch->count ||
	    (told && (uids == NULL || uids->len != n[2])))
		return FALSE;
	for (guint i = 0; i < n[2]; i++)
		if (!imap_history_set_fate (batch, (guint) n[1] + i, IMAP_FATE_DELIVERED,
					    told ? g_array_index (uids, guint32, i) : 0))
			return FALSE;
	reading->history->slowest = MAX (reading->history->slowest, (guint) n[3]);
	imap_history_drop_if_done (reading->history, batch);
	return TRUE;
}

static gboolean
read_refusal (Reading *reading, char **words)
{
	guint64 n[2];
	ImapBatch *batch = g_strv_length (words) >= 3 && parse_numbers (words, 1, 2, n)
				   ? imap_history_find_batch (reading->history, n[0])
				   : NULL;

	if (batch == NULL || !imap_history_set_fate (batch, (guint) n[1], IMAP_FATE_REFUSED, 0))
		return FALSE;
	imap_history_drop_if_done (reading->history, batch);
	return TRUE;
}

static gboolean
read_resolution (Reading *reading, char **words)
{
	guint64 number;
	ImapBatch *batch = g_strv_length (words) == 3 && parse_numbers (words, 1, 1, &number)
				   ? imap_history_find_batch (reading->history, number)
				   : NULL;
	gboolean none = batch != NULL && strcmp (words[2], "-") == 0;
	g_autoptr (GArray) found = batch != NULL && !none
					   ? imap_value_parse_set (words[2], BATCH_LIMIT)
					   : NULL;

	if (batch == NULL || (!none && found == NULL))
		return FALSE;
	imap_history_suspect (batch);
	for (guint i = 0; found != NULL && i < found->len; i++)
		if (!imap_history_set_fate (batch, g_array_index (found, guint32, i),
					    IMAP_FATE_DELIVERED, 0))
			return FALSE;
	for (guint i = 0; i < batch->count; i++)
		(void) imap_history_set_fate (batch, i, IMAP_FATE_ABSENT,
					      0); /* those that are still open */
	imap_history_drop_if_done (reading->history, batch);
	return TRUE;
}

static gboolean
read_found (Reading *reading, char **words)
{
	guint64 n[3];
	ImapDelivery delivery;

	if (g_strv_length (words) != 9 || !parse_numbers (words, 1, 3, n) ||
	    !parse_entry (words + 4, &delivery.entry))
		return FALSE;
	ImapJournalBox *box = imap_history_find_box (reading->history, n[0]);
	if (box == NULL)
		return FALSE;
	delivery.uid_validity = (guint32) n[1];
	delivery.uid = (guint32) n[2];
	delivery.uid_next = (guint32) n[2];
	imap_history_deliver (box, &delivery);
	return TRUE;
}

static gboolean
read_compared (Reading *reading, char **words)
{
	guint64 n[2];
	ImapJournalBox *box = g_strv_length (words) == 3 && parse_numbers (words, 1, 2, n)
				      ? imap_history_find_box (reading->history, n[0])
				      : NULL;

	if (box == NULL)
		return FALSE;
	box->compared = (guint32) n[1];
	return TRUE;
}

static gboolean
read_checked (Reading *reading, char **words)
{
	guint64 number;
	ImapJournalBox *box = g_strv_length (words) == 2 && parse_numbers (words, 1, 1, &number)
				      ? imap_history_find_box (reading->history, number)
				      : NULL;

	if (box == NULL)
		return FALSE;
	box->suspect = 0;
	return TRUE;
}

static gboolean
read_tier (Reading *reading, char **words)
{
	guint64 number;

	if (g_strv_length (words) != 2 || !parse_numbers (words, 1, 1, &number) ||
	    number >= IMAP_TIERS)
		return FALSE;
	reading->history->tier = (ImapTier) number;
	return TRUE;
}

static gboolean
read_entry (Reading *reading, char **words)
{
	ImapBatch *batch = reading->filling;

	if (!parse_entry (words + 1, &batch->entries[reading->filled]))
		return FALSE;
	if (++reading->filled == batch->count)
		reading->filling = NULL;
	return TRUE;
}

static gboolean
read_line (Reading *reading, const char *line)
{
	g_auto (GStrv) words = g_strsplit (line, " ", -1);

	if (words[0] == NULL)
		return FALSE;
	/* Entry lines begin with a blank, and only they may follow an S. */
	if ((words[0][0] == '\0') != (reading->filling != NULL))
		return FALSE;
	switch (words[0][0]) {
	case '\0': return words[1] != NULL && read_entry (reading, words);
	case '#': return TRUE;
	case 'F': return read_folder (reading, words);
	case 'S': return read_intent (reading, words);
	case 'A': return read_acknowledgement (reading, words);
	case 'R': return read_refusal (reading, words);
	case 'X': return read_resolution (reading, words);
	case 'C': return read_checked (reading, words);
	case 'T': return read_tier (reading, words);
	case 'E': return read_compared (reading, words);
	case 'P': return read_found (reading, words);
	case 'N': imap_history_forget (reading->history); return TRUE;
	default: return FALSE;
	}
}

/* --- The file --------------------------------------------------------------------------------- */

static gboolean
damaged (const Reading *reading, GError **error)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: line %u makes no sense; move the file away to begin anew (what is at the "
		     "server will be recognised)",
		     reading->path, reading->line);
	return FALSE;
}

/* Stops at the first line that a crash has cut short or never written out (a file's new blocks may
 * then be zeros); behind it there must be nothing that makes sense. */
static gboolean
read_lines (Reading *reading, LineReader *lines, GError **error)
{
	gboolean torn = FALSE;
	LinePiece piece;

	for (;;) {
		if (!line_reader_next (lines, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		reading->line++;
		gsize length = piece.length - (piece.ends_line ? 1 : 0);
		g_autofree char *line = g_strndup ((const char *) piece.data, length);
		gboolean whole = piece.starts_line && piece.ends_line && strlen (line) == length;
		if (reading->line == 1 && whole && strcmp (line, IMAP_JOURNAL_MAGIC) != 0)
			return damaged (reading, error);
		if (torn && whole)
			return damaged (reading, error);
		torn = torn || !whole;
		if (torn)
			continue;
		if (!read_line (reading, line))
			return damaged (reading, error);
		if (reading->filling == NULL)
			reading->good = piece.offset + (goffset) piece.length;
	}
	/* Its intent never reached the disk whole, so not a byte of it was sent. */
	if (reading->filling != NULL) {
		g_hash_table_remove (reading->history->batches,
				     GUINT_TO_POINTER (reading->filling->number));
		reading->filling = NULL;
	}
	return TRUE;
}

gboolean
imap_journal_read (ImapHistory *history, LineReader *lines, const char *path, goffset *good,
		   GError **error)
{
	Reading reading = { .history = history, .path = path };

	if (!read_lines (&reading, lines, error))
		return FALSE;
	*good = reading.good;
	imap_history_gather_doubtful (history);
	return TRUE;
}
