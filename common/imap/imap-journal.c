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
#include "base/safe-file.h"
#include "base/text.h"
#include "imap/imap-journal-read.h"

struct ImapJournal {
	GMutex lock;
	char *path;
	int fd;        /* -1 if read-only */
	gboolean torn; /* a line may have been written in part: nothing may follow it */
	goffset good;  /* the file that was read is good up to here */
	ImapHistory history;
};

/* --- Asking ----------------------------------------------------------------------------------- */

ImapJournalBox *
imap_journal_get_box (ImapJournal *journal, const char *mailbox)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	ImapJournalBox *box = g_hash_table_lookup (journal->history.by_name, mailbox);

	return box != NULL ? box : imap_history_add_box (&journal->history, mailbox);
}

guint
imap_journal_count_delivered (ImapJournal *journal, const ImapJournalBox *box, const guint8 *l0)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	return imap_history_count (box, l0);
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

	return journal->history.slowest;
}

ImapTier
imap_journal_get_tier (ImapJournal *journal)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);

	return journal->history.tier;
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
	if (!imap_history_number_box (&journal->history, box))
		return;
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
	ImapBatch *batch = imap_history_add_batch (&journal->history, journal->history.next_batch,
						   box, uid_validity, uid_next, count);
	memcpy (batch->entries, entries, count * sizeof *entries);
	g_string_append_printf (text, "S %u %u %u %u %u\n", batch->number, box->number,
				uid_validity, uid_next, count);
	for (guint i = 0; i < count; i++)
		append_entry (text, &entries[i]);
	if (!write_text (journal, text->str, text->len, error))
		return NULL;
	/* Others may write meanwhile: what arrives need not wait for the disk. */
	g_clear_pointer (&locker, g_mutex_locker_free);
	if (journal->fd >= 0 && !safe_file_sync (journal->fd, journal->path, error))
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
		(void) imap_history_set_fate (batch, first + i, IMAP_FATE_DELIVERED,
					      uids != NULL ? uids[i] : 0);
	journal->history.slowest = MAX (journal->history.slowest, ms);
	imap_history_drop_if_done (&journal->history, batch);
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_refuse (ImapJournal *journal, ImapBatch *batch, guint index, const char *reason,
		     GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autofree char *safe = text_percent_encode (reason, -1, NULL);
	g_autofree char *line = g_strdup_printf ("R %u %u %s\n", batch->number, index, safe);

	(void) imap_history_set_fate (batch, index, IMAP_FATE_REFUSED, 0);
	imap_history_drop_if_done (&journal->history, batch);
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

	imap_history_suspect (batch);
	for (guint32 i = 0; i < batch->count; i++)
		if (uids[i] != 0 && imap_history_set_fate (batch, i, IMAP_FATE_DELIVERED, uids[i]))
			g_array_append_val (found, i);
		else
			(void) imap_history_set_fate (batch, i, IMAP_FATE_ABSENT, 0);
	g_string_append_printf (text, "X %u ", batch->number);
	append_set (text, (const guint32 *) found->data, found->len);
	g_string_append (text, found->len > 0 ? "\n" : "-\n");
	imap_history_drop_if_done (&journal->history, batch);
	return write_text (journal, text->str, text->len, error);
}

gboolean
imap_journal_found (ImapJournal *journal, ImapJournalBox *box, guint32 uid_validity, guint32 uid,
		    const ImapJournalEntry *entry, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autoptr (GString) text = g_string_new (NULL);
	const ImapDelivery delivery = {
		.entry = *entry,
		.uid = uid,
		.uid_validity = uid_validity,
		.uid_next = uid,
	};

	append_box (journal, text, box);
	g_string_append_printf (text, "P %u %u %u", box->number, uid_validity, uid);
	append_entry (text, entry);
	imap_history_deliver (box, &delivery);
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

gboolean
imap_journal_set_tier (ImapJournal *journal, ImapTier tier, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&journal->lock);
	g_autofree char *line = g_strdup_printf ("T %d\n", (int) tier);

	journal->history.tier = tier;
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
	return imap_journal_read (&journal->history, reader, journal->path, &journal->good, error);
}

/* The torn end goes; a new file gets its head, one to be forgotten its N (or, with nothing in
 * doubt, a new start). */
static gboolean
prepare_file (ImapJournal *journal, const char *account, const char *source, gboolean forget,
	      GError **error)
{
	gboolean restart = forget && g_hash_table_size (journal->history.batches) == 0;
	goffset keep = restart ? 0 : journal->good;
	g_autofree char *safe_account = text_percent_encode (account, -1, NULL);
	g_autofree char *safe_source = text_percent_encode (source, -1, NULL);
	g_autofree char *head = g_strdup_printf (IMAP_JOURNAL_MAGIC "\n#account %s\n#source %s\n",
						 safe_account, safe_source);

	if (ftruncate (journal->fd, keep) < 0)
		return fail (journal->path, "cannot write the journal", error);
	if (restart)
		imap_history_restart (&journal->history);
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
	imap_history_init (&journal->history);
	if ((!read_only && !open_file (journal, directory, error)) || !read_file (journal, error))
		return NULL;
	if (forget)
		imap_history_forget (&journal->history);
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
	imap_history_clear (&journal->history);
	g_mutex_clear (&journal->lock);
	g_free (journal->path);
	g_free (journal);
}
