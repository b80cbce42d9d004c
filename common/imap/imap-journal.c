/* imap-journal.c - what has been sent to an account, so that nothing is sent twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/line-reader.h"
#include "base/safe-file.h"
#include "base/text.h"
#include "imap/imap-response.h"

#define MAGIC       "#mailferry-journal 1"
#define BATCH_LIMIT 100000 /* messages; far above what is written */

struct ImapJournal {
	GMutex lock;
	char *path;
	int fd; /* -1 if read-only */
	gboolean torn; /* a line may have been written in part: nothing may follow it */
	guint next_batch;
	guint slowest;
	ImapTier tier;
	GPtrArray *boxes;    /* of ImapJournalBox, by number - 1 */
	GHashTable *by_name; /* mailbox -> ImapJournalBox */
	GHashTable *batches; /* number -> ImapBatch with open messages */
	/* While reading: */
	ImapBatch *filling; /* its entry lines are being read */
	guint filled;
	guint line;
	goffset good; /* the file is good up to here */
};

/* --- The picture in memory -------------------------------------------------------------------- */

static void
batch_free (gpointer data)
{
	ImapBatch *batch = data;

	g_free (batch->entries);
	g_free (batch->fates);
	g_free (batch);
}

static void
box_free (gpointer data)
{
	ImapJournalBox *box = data;

	g_free (box->mailbox);
	g_hash_table_unref (box->counts);
	g_array_unref (box->deliveries);
	g_ptr_array_unref (box->doubtful);
	g_free (box);
}

static ImapJournalBox *
add_box (ImapJournal *journal, const char *mailbox)
{
	ImapJournalBox *box = g_new0 (ImapJournalBox, 1);

	g_ptr_array_add (journal->boxes, box);
	box->mailbox = g_strdup (mailbox);
	box->counts = g_hash_table_new_full (digest_hash, digest_equal, g_free, NULL);
	box->deliveries = g_array_new (FALSE, FALSE, sizeof (ImapDelivery));
	box->doubtful = g_ptr_array_new ();
	g_hash_table_insert (journal->by_name, box->mailbox, box);
	return box;
}

ImapJournalBox *
imap_journal_get_box (ImapJournal *journal, const char *mailbox)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	ImapJournalBox *box = g_hash_table_lookup (journal->by_name, mailbox);

	return box != NULL ? box : add_box (journal, mailbox);
}

static guint
count_delivered (const ImapJournalBox *box, const guint8 *l0)
{
	return GPOINTER_TO_UINT (g_hash_table_lookup (box->counts, l0));
}

guint
imap_journal_count_delivered (ImapJournal *journal, const ImapJournalBox *box, const guint8 *l0)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	return count_delivered (box, l0);
}

static void
deliver (ImapJournalBox *box, const ImapJournalEntry *entry, guint32 uid_validity, guint32 uid,
	 guint32 uid_next)
{
	ImapDelivery delivery = {
		.entry = *entry, .uid = uid, .uid_validity = uid_validity, .uid_next = uid_next
	};
	guint count = count_delivered (box, entry->l0);

	g_array_append_val (box->deliveries, delivery);
	g_hash_table_replace (box->counts, g_memdup2 (entry->l0, DIGEST_SIZE),
			      GUINT_TO_POINTER (count + 1));
}

static ImapBatch *
add_batch (ImapJournal *journal, guint number, ImapJournalBox *box, guint32 uid_validity,
	   guint32 uid_next, guint count)
{
	ImapBatch *batch = g_new0 (ImapBatch, 1);

	batch->number = number;
	batch->box = box;
	batch->uid_validity = uid_validity;
	batch->uid_next = uid_next;
	batch->count = count;
	batch->open = count;
	batch->entries = g_new0 (ImapJournalEntry, count);
	batch->fates = g_new0 (guint8, count);
	journal->next_batch = MAX (journal->next_batch, number + 1);
	g_hash_table_insert (journal->batches, GUINT_TO_POINTER (number), batch);
	return batch;
}

static gboolean
set_fate (ImapBatch *batch, guint index, ImapFate fate, guint32 uid)
{
	if (index >= batch->count || batch->fates[index] != IMAP_FATE_OPEN)
		return FALSE;
	batch->fates[index] = (guint8) fate;
	batch->open--;
	if (fate == IMAP_FATE_DELIVERED)
		deliver (batch->box, &batch->entries[index], batch->uid_validity, uid,
			 batch->uid_next);
	return TRUE;
}

static void
drop_if_done (ImapJournal *journal, ImapBatch *batch)
{
	if (batch->open > 0)
		return;
	g_ptr_array_remove (batch->box->doubtful, batch);
	g_hash_table_remove (journal->batches, GUINT_TO_POINTER (batch->number));
}

static void
forget_deliveries (ImapJournal *journal)
{
	for (guint i = 0; i < journal->boxes->len; i++) {
		ImapJournalBox *box = g_ptr_array_index (journal->boxes, i);
		g_hash_table_remove_all (box->counts);
		g_array_set_size (box->deliveries, 0);
		box->compared = 0;
	}
}

/* --- Reading ---------------------------------------------------------------------------------- */

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

static ImapJournalBox *
find_box (ImapJournal *journal, guint64 number)
{
	return number >= 1 && number <= journal->boxes->len
		       ? g_ptr_array_index (journal->boxes, (guint) number - 1)
		       : NULL;
}

static ImapBatch *
find_batch (ImapJournal *journal, guint64 number)
{
	return g_hash_table_lookup (journal->batches, GUINT_TO_POINTER ((guint) number));
}

static gboolean
read_folder (ImapJournal *journal, char **words)
{
	guint64 number;
	g_autofree char *mailbox = words[1] != NULL && words[2] != NULL && words[3] == NULL
					   ? text_percent_decode (words[2], -1)
					   : NULL;

	if (mailbox == NULL || !parse_numbers (words, 1, 1, &number) ||
	    number != journal->boxes->len + 1 || g_hash_table_contains (journal->by_name, mailbox))
		return FALSE;
	add_box (journal, mailbox)->number = (guint) number;
	return TRUE;
}

static gboolean
read_intent (ImapJournal *journal, char **words)
{
	guint64 n[5];

	if (g_strv_length (words) != 6 || !parse_numbers (words, 1, 5, n))
		return FALSE;
	ImapJournalBox *box = find_box (journal, n[1]);
	if (box == NULL || n[4] == 0 || n[4] > BATCH_LIMIT || n[0] < journal->next_batch ||
	    n[0] == G_MAXUINT32)
		return FALSE;
	journal->filling = add_batch (journal, (guint) n[0], box, (guint32) n[2], (guint32) n[3],
				      (guint) n[4]);
	journal->filled = 0;
	return TRUE;
}

static gboolean
read_acknowledgement (ImapJournal *journal, char **words)
{
	guint64 n[4];

	if (g_strv_length (words) != 6 || !parse_numbers (words, 1, 4, n))
		return FALSE;
	ImapBatch *batch = find_batch (journal, n[0]);
	gboolean told = strcmp (words[5], "-") != 0;
	g_autoptr (GArray) uids = told ? imap_value_parse_set (words[5], BATCH_LIMIT) : NULL;
	if (batch == NULL || n[1] + n[2] > batch->count ||
	    (told && (uids == NULL || uids->len != n[2])))
		return FALSE;
	for (guint i = 0; i < n[2]; i++)
		if (!set_fate (batch, (guint) n[1] + i, IMAP_FATE_DELIVERED,
			       told ? g_array_index (uids, guint32, i) : 0))
			return FALSE;
	journal->slowest = MAX (journal->slowest, (guint) n[3]);
	drop_if_done (journal, batch);
	return TRUE;
}

static gboolean
read_refusal (ImapJournal *journal, char **words)
{
	guint64 n[2];
	ImapBatch *batch = g_strv_length (words) >= 3 && parse_numbers (words, 1, 2, n)
				   ? find_batch (journal, n[0])
				   : NULL;

	if (batch == NULL || !set_fate (batch, (guint) n[1], IMAP_FATE_REFUSED, 0))
		return FALSE;
	drop_if_done (journal, batch);
	return TRUE;
}

/* Until somebody looks again, what was sent in batch and not found may still arrive. */
static void
suspect (ImapBatch *batch)
{
	ImapJournalBox *box = batch->box;
	guint32 from = MAX (batch->uid_next, 1);

	if (box->suspect == 0 || from < box->suspect)
		box->suspect = from;
}

static gboolean
read_resolution (ImapJournal *journal, char **words)
{
	guint64 number;
	ImapBatch *batch = g_strv_length (words) == 3 && parse_numbers (words, 1, 1, &number)
				   ? find_batch (journal, number)
				   : NULL;
	gboolean none = batch != NULL && strcmp (words[2], "-") == 0;
	g_autoptr (GArray) found = batch != NULL && !none
					   ? imap_value_parse_set (words[2], BATCH_LIMIT)
					   : NULL;

	if (batch == NULL || (!none && found == NULL))
		return FALSE;
	suspect (batch);
	for (guint i = 0; found != NULL && i < found->len; i++)
		if (!set_fate (batch, g_array_index (found, guint32, i), IMAP_FATE_DELIVERED, 0))
			return FALSE;
	for (guint i = 0; i < batch->count; i++)
		(void) set_fate (batch, i, IMAP_FATE_ABSENT, 0); /* those that are still open */
	drop_if_done (journal, batch);
	return TRUE;
}

static gboolean
read_found (ImapJournal *journal, char **words)
{
	guint64 n[3];
	ImapJournalEntry entry;

	if (g_strv_length (words) != 9 || !parse_numbers (words, 1, 3, n) ||
	    !parse_entry (words + 4, &entry))
		return FALSE;
	ImapJournalBox *box = find_box (journal, n[0]);
	if (box == NULL)
		return FALSE;
	deliver (box, &entry, (guint32) n[1], (guint32) n[2], (guint32) n[2]);
	return TRUE;
}

static gboolean
read_compared (ImapJournal *journal, char **words)
{
	guint64 n[2];
	ImapJournalBox *box = g_strv_length (words) == 3 && parse_numbers (words, 1, 2, n)
				      ? find_box (journal, n[0])
				      : NULL;

	if (box == NULL)
		return FALSE;
	box->compared = (guint32) n[1];
	return TRUE;
}

static gboolean
read_checked (ImapJournal *journal, char **words)
{
	guint64 number;
	ImapJournalBox *box = g_strv_length (words) == 2 && parse_numbers (words, 1, 1, &number)
				      ? find_box (journal, number)
				      : NULL;

	if (box == NULL)
		return FALSE;
	box->suspect = 0;
	return TRUE;
}

static gboolean
read_tier (ImapJournal *journal, char **words)
{
	guint64 number;

	if (g_strv_length (words) != 2 || !parse_numbers (words, 1, 1, &number) ||
	    number >= IMAP_TIERS)
		return FALSE;
	journal->tier = (ImapTier) number;
	return TRUE;
}

static gboolean
read_entry (ImapJournal *journal, char **words)
{
	ImapBatch *batch = journal->filling;

	if (!parse_entry (words + 1, &batch->entries[journal->filled]))
		return FALSE;
	if (++journal->filled == batch->count)
		journal->filling = NULL;
	return TRUE;
}

static gboolean
read_line (ImapJournal *journal, const char *line)
{
	g_auto (GStrv) words = g_strsplit (line, " ", -1);

	if (words[0] == NULL)
		return FALSE;
	/* Entry lines begin with a blank, and only they may follow an S. */
	if ((words[0][0] == '\0') != (journal->filling != NULL))
		return FALSE;
	switch (words[0][0]) {
	case '\0': return words[1] != NULL && read_entry (journal, words);
	case '#': return TRUE;
	case 'F': return read_folder (journal, words);
	case 'S': return read_intent (journal, words);
	case 'A': return read_acknowledgement (journal, words);
	case 'R': return read_refusal (journal, words);
	case 'X': return read_resolution (journal, words);
	case 'C': return read_checked (journal, words);
	case 'T': return read_tier (journal, words);
	case 'E': return read_compared (journal, words);
	case 'P': return read_found (journal, words);
	case 'N': forget_deliveries (journal); return TRUE;
	default: return FALSE;
	}
}

static gboolean
damaged (const ImapJournal *journal, GError **error)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: line %u makes no sense; move the file away to begin anew (what is at the "
		     "server will be recognised)",
		     journal->path, journal->line);
	return FALSE;
}

/* Stops at the first line that a crash has cut short or never written out (a file's new blocks may
 * then be zeros); behind it there must be nothing that makes sense. */
static gboolean
read_lines (ImapJournal *journal, LineReader *reader, GError **error)
{
	gboolean torn = FALSE;
	LinePiece piece;

	for (;;) {
		if (!line_reader_next (reader, &piece, error))
			return FALSE;
		if (piece.data == NULL)
			break;
		journal->line++;
		gsize length = piece.length - (piece.ends_line ? 1 : 0);
		g_autofree char *line = g_strndup ((const char *) piece.data, length);
		gboolean whole = piece.starts_line && piece.ends_line && strlen (line) == length;
		if (journal->line == 1 && whole && strcmp (line, MAGIC) != 0)
			return damaged (journal, error);
		if (torn && whole)
			return damaged (journal, error);
		torn = torn || !whole;
		if (torn)
			continue;
		if (!read_line (journal, line))
			return damaged (journal, error);
		if (journal->filling == NULL)
			journal->good = piece.offset + (goffset) piece.length;
	}
	/* Its intent never reached the disk whole, so not a byte of it was sent. */
	if (journal->filling != NULL) {
		g_hash_table_remove (journal->batches, GUINT_TO_POINTER (journal->filling->number));
		journal->filling = NULL;
	}
	return TRUE;
}

static void
gather_doubtful (ImapJournal *journal)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, journal->batches);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		ImapBatch *batch = value;
		g_ptr_array_add (batch->box->doubtful, batch);
	}
}

/* --- Writing ---------------------------------------------------------------------------------- */

static gboolean
write_text (ImapJournal *journal, const char *text, gsize length, GError **error)
{
	if (journal->fd < 0)
		return TRUE;
	if (journal->torn) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT,
			     "%s: could not be written a moment ago", journal->path);
		return FALSE;
	}
	journal->torn = !safe_file_write_all (journal->fd, text, length, journal->path, error);
	return !journal->torn;
}

static void
append_entry (GString *text, const ImapJournalEntry *entry)
{
	char hex[DIGEST_HEX_SIZE];

	g_string_append_printf (text,
				" %s %" G_GUINT64_FORMAT " %016" G_GINT64_MODIFIER
				"x %016" G_GINT64_MODIFIER "x %" G_GINT64_FORMAT "\n",
				digest_to_hex (entry->l0, DIGEST_SIZE, hex), entry->key.size,
				entry->key.header, entry->key.loose, entry->key.date);
}

/* A mailbox gets its number when it is first written about. */
static void
append_box (ImapJournal *journal, GString *text, ImapJournalBox *box)
{
	if (box->number > 0)
		return;
	/* Numbers follow the order of F lines; swap with the first that has none. */
	for (guint i = 0; i < journal->boxes->len; i++) {
		ImapJournalBox *other = g_ptr_array_index (journal->boxes, i);
		if (other->number > 0)
			continue;
		for (guint k = i; k < journal->boxes->len; k++)
			if (g_ptr_array_index (journal->boxes, k) == box)
				journal->boxes->pdata[k] = other;
		journal->boxes->pdata[i] = box;
		box->number = i + 1;
		break;
	}
	g_autofree char *name = text_percent_encode (box->mailbox, -1, " ");
	g_string_append_printf (text, "F %u %s\n", box->number, name);
}

ImapBatch *
imap_journal_intend (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity,
		     guint32 uid_next, const ImapJournalEntry *entries, guint count, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);

	append_box (journal, text, box);
	ImapBatch *batch = add_batch (journal, journal->next_batch, box, uid_validity, uid_next,
				      count);
	memcpy (batch->entries, entries, count * sizeof *entries);
	g_string_append_printf (text, "S %u %u %u %u %u\n", batch->number, box->number,
				uid_validity, uid_next, count);
	for (guint i = 0; i < count; i++)
		append_entry (text, &entries[i]);
	if (!write_text (journal, text->str, text->len, error) ||
	    (journal->fd >= 0 && !safe_file_sync (journal->fd, journal->path, error)))
		return NULL;
	return batch;
}

/* "3:5,9". */
static void
append_set (GString *text, const guint32 *numbers, guint count)
{
	for (guint i = 0; i < count;) {
		guint32 low = numbers[i];
		guint32 high = low;
		const char *comma = i > 0 ? "," : "";
		for (i++; i < count && numbers[i] == high + 1; i++)
			high++;
		g_string_append_printf (text, high > low ? "%s%u:%u" : "%s%u", comma, low, high);
	}
}

gboolean
imap_journal_acknowledge (ImapJournal *journal, ImapBatch *batch, guint first, guint count,
			  guint ms, const guint32 *uids, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);

	g_string_append_printf (text, "A %u %u %u %u ", batch->number, first, count, ms);
	if (uids != NULL)
		append_set (text, uids, count);
	g_string_append (text, uids != NULL ? "\n" : "-\n");
	for (guint i = 0; i < count; i++)
		(void) set_fate (batch, first + i, IMAP_FATE_DELIVERED, uids != NULL ? uids[i] : 0);
	journal->slowest = MAX (journal->slowest, ms);
	drop_if_done (journal, batch);
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_refuse (ImapJournal *journal, ImapBatch *batch, guint index, const char *reason,
		     GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autofree char *safe = text_percent_encode (reason, -1, NULL);
	g_autofree char *line = g_strdup_printf ("R %u %u %s\n", batch->number, index, safe);

	(void) set_fate (batch, index, IMAP_FATE_REFUSED, 0);
	drop_if_done (journal, batch);
	return write_text (journal, line, strlen (line), error);
}

void
imap_journal_doubt (ImapJournal *journal, ImapBatch *batch)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	if (!g_ptr_array_find (batch->box->doubtful, batch, NULL))
		g_ptr_array_add (batch->box->doubtful, batch);
}

gboolean
imap_journal_resolve (ImapJournal *journal, ImapBatch *batch, const guint32 *uids, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);
	g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (guint32));

	suspect (batch);
	for (guint32 i = 0; i < batch->count; i++)
		if (uids[i] != 0 && set_fate (batch, i, IMAP_FATE_DELIVERED, uids[i]))
			g_array_append_val (found, i);
		else
			(void) set_fate (batch, i, IMAP_FATE_ABSENT, 0);
	g_string_append_printf (text, "X %u ", batch->number);
	append_set (text, (const guint32 *) found->data, found->len);
	g_string_append (text, found->len > 0 ? "\n" : "-\n");
	drop_if_done (journal, batch);
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_found (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity, guint32 uid,
		    const ImapJournalEntry *entry, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);

	append_box (journal, text, box);
	g_string_append_printf (text, "P %u %u %u", box->number, uid_validity, uid);
	append_entry (text, entry);
	deliver (box, entry, uid_validity, uid, uid);
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_compared (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity,
		       GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);

	if (box->compared == uid_validity)
		return TRUE;
	append_box (journal, text, box);
	g_string_append_printf (text, "E %u %u\n", box->number, uid_validity);
	box->compared = uid_validity;
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_checked (ImapJournal *journal, ImapJournalBox *box, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autofree char *line = g_strdup_printf ("C %u\n", box->number);

	box->suspect = 0;
	return write_text (journal, line, strlen (line), error);
}

ImapTier
imap_journal_get_tier (ImapJournal *journal)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	return journal->tier;
}

gboolean
imap_journal_set_tier (ImapJournal *journal, ImapTier tier, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autofree char *line = g_strdup_printf ("T %d\n", (int) tier);

	journal->tier = tier;
	return write_text (journal, line, strlen (line), error);
}

/* --- Opening ---------------------------------------------------------------------------------- */

char *
imap_journal_get_directory (GError **error)
{
	const char *state = g_getenv ("XDG_STATE_HOME");
	const char *home = g_getenv ("HOME");

	/* The XDG specification has relative paths ignored. */
	if (state != NULL && g_path_is_absolute (state))
		return g_build_filename (state, "mailferry", NULL);
	if (home != NULL && g_path_is_absolute (home))
		return g_build_filename (home, ".local", "state", "mailferry", NULL);
	g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE,
		     "no HOME to keep the journal in: say where by --state=DIR");
	return NULL;
}

/* For people the account, for uniqueness the digest of both. */
static char *
make_path (const char *directory, const char *account, const char *source)
{
	g_autofree char *both = g_strjoin ("\n", account, source, NULL);
	g_autofree char *shown = g_strndup (account, 100);
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (both, strlen (both), digest);
	g_strcanon (shown, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@.-_+",
		    '_');
	return g_strdup_printf ("%s/%s-%s.journal", directory, shown,
				digest_to_hex (digest, 8, hex));
}

static gboolean
fail (const char *path, const char *what, GError **error)
{
	int number = errno;

	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: %s: %s", path, what,
		     g_strerror (number));
	return FALSE;
}

static gboolean
open_file (ImapJournal *journal, const char *directory, GError **error)
{
	if (g_mkdir_with_parents (directory, 0700) < 0)
		return fail (directory, "cannot make the directory of the journal", error);
	journal->fd = open (journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
			    0600);
	if (journal->fd < 0)
		return fail (journal->path, "cannot open the journal", error);
	if (flock (journal->fd, LOCK_EX | LOCK_NB) == 0)
		return TRUE;
	if (errno != EWOULDBLOCK)
		return fail (journal->path, "cannot lock the journal", error);
	g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
		     "%s: another run is sending this source to this account; wait for it to end",
		     journal->path);
	return FALSE;
}

static gboolean
read_file (ImapJournal *journal, GError **error)
{
	int fd = open (journal->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return (journal->fd < 0 && errno == ENOENT) ||
		       fail (journal->path, "cannot read", error);
	g_autoptr (LineReader) reader = line_reader_new (fd, journal->path, LINE_READER_WINDOW);
	if (!read_lines (journal, reader, error))
		return FALSE;
	gather_doubtful (journal);
	return TRUE;
}

/* The torn end goes; a new file gets its head, one to be forgotten its N (or, with nothing in
 * doubt, a new start). */
static gboolean
prepare_file (ImapJournal *journal, const char *account, const char *source, gboolean forget,
	      GError **error)
{
	gboolean restart = forget && g_hash_table_size (journal->batches) == 0;
	goffset keep = restart ? 0 : journal->good;
	g_autofree char *safe_account = text_percent_encode (account, -1, NULL);
	g_autofree char *safe_source = text_percent_encode (source, -1, NULL);
	g_autofree char *head = g_strdup_printf (MAGIC "\n#account %s\n#source %s\n", safe_account,
						 safe_source);

	if (ftruncate (journal->fd, keep) < 0)
		return fail (journal->path, "cannot write the journal", error);
	if (restart) {
		g_ptr_array_set_size (journal->boxes, 0);
		g_hash_table_remove_all (journal->by_name);
	}
	if (keep == 0)
		return write_text (journal, head, strlen (head), error);
	return !forget || write_text (journal, "N\n", 2, error);
}

ImapJournal *
imap_journal_new (const char *directory, const char *account, const char *source, gboolean forget,
		  gboolean read_only, GError **error)
{
	g_autoptr (ImapJournal) journal = g_new0 (ImapJournal, 1);

	g_mutex_init (&journal->lock);
	journal->path = make_path (directory, account, source);
	journal->fd = -1;
	journal->next_batch = 1;
	journal->boxes = g_ptr_array_new_with_free_func (box_free);
	journal->by_name = g_hash_table_new (g_str_hash, g_str_equal);
	journal->batches = g_hash_table_new_full (NULL, NULL, NULL, batch_free);
	if ((!read_only && !open_file (journal, directory, error)) || !read_file (journal, error))
		return NULL;
	if (forget)
		forget_deliveries (journal);
	if (!read_only && !prepare_file (journal, account, source, forget, error))
		return NULL;
	return g_steal_pointer (&journal);
}

void
imap_journal_free (ImapJournal *journal)
{
	if (journal == NULL)
		return;
	if (journal->fd >= 0)
		close (journal->fd); /* and with it the lock; what had to be on disk was synced */
	g_hash_table_unref (journal->batches);
	g_hash_table_unref (journal->by_name);
	g_ptr_array_unref (journal->boxes);
	g_mutex_clear (&journal->lock);
	g_free (journal->path);
	g_free (journal);
}

const char *
imap_journal_get_path (const ImapJournal *journal)
{
	return journal->path;
}

guint
imap_journal_get_slowest (ImapJournal *journal)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	return journal->slowest;
}
