/* imap-sink.c - upload into an account: exactly once, and without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-sink.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-limits.h"
#include "imap/imap-map.h"
#include "imap/imap-upload.h"

/* Of messages that wait or are on their way, for each connection. */
#define MEMORY_BYTES (4 * 1024 * 1024)

#define SET_UP_TRIES 3

typedef struct {
	MessageSink sink;
	ImapConnection *connection; /* until an upload takes it */
	ImapFolders *folders;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	ImapBoxContext box_context;
	ImapUploadContext context;
	ImapWork *work;
	ImapPool pool;
	ImapLimits limits;
	gboolean partial;
	ImapMap *map;
	GHashTable *by_folder; /* role and path -> ImapBox */
	GHashTable *by_name;   /* mailbox, as it was tried first -> ImapBox */
	guint connections;     /* at most */
	GPtrArray *uploads;    /* of ImapUpload */
	GPtrArray *threads;    /* of GThread, each with one of them */
} ImapSink;

/* --- Connections ------------------------------------------------------------------------------ */

static void
add_upload (ImapSink *sink)
{
	ImapUpload *upload = imap_upload_new (&sink->context, g_steal_pointer (&sink->connection));

	g_ptr_array_add (sink->uploads, upload);
	g_ptr_array_add (sink->threads, g_thread_new ("upload", imap_upload_run, upload));
}

/* Until the uploads have got so far. Where one more of them would have something to do, it gets a
 * connection. */
static gboolean
wait_for (ImapSink *sink, ImapWorkState state, GError **error)
{
	gint memory = MEMORY_BYTES * (gint) MAX (sink->uploads->len, 1);
	gboolean reached = FALSE;

	while (!reached) {
		if (!imap_work_wait (sink->work, state, &sink->pool, memory, &reached, error))
			return FALSE;
		if (sink->uploads->len < sink->connections &&
		    imap_work_wants_connection (sink->work))
			add_upload (sink);
	}
	return TRUE;
}

static void
join_threads (ImapSink *sink)
{
	for (guint i = 0; i < sink->threads->len; i++)
		g_thread_join (g_ptr_array_index (sink->threads, i));
	g_ptr_array_set_size (sink->threads, 0);
}

/* What this server can do with several: with batches, one connection nearly fills it. */
static guint
choose_connections (const ImapConnection *connection, guint wanted)
{
	if (wanted > 0)
		return MIN (wanted, IMAP_SINK_CONNECTIONS_MOST);
	if (!imap_connection_has (connection, "LITERAL+"))
		return 8; /* Gmail allows 15 */
	return imap_connection_has (connection, "MULTIAPPEND") ? 2 : 4;
}

/* --- Folders ---------------------------------------------------------------------------------- */

static ImapBox *
make_box (ImapSink *sink, Folder *folder)
{
	g_autoptr (Folder) mapped = imap_map_apply (sink->map, folder);
	g_autofree char *mailbox = imap_folders_get_mailbox (sink->folders, mapped);
	ImapBox *box = g_hash_table_lookup (sink->by_name, mailbox);

	if (box != NULL) {
		g_autofree char *shown = imap_name_show (mailbox);
		report_finding (sink->report, REPORT_NOTE, "folders-merged", NULL, folder->path,
				"goes to %s, as %s does", shown, box->folder->path);
		return box;
	}
	ImapJournalBox *journal = imap_journal_get_box (sink->journal, mailbox);
	box = imap_box_new (g_strdup (mailbox), folder, mapped, journal);
	g_hash_table_insert (sink->by_name, g_steal_pointer (&mailbox), box);
	return box;
}

static ImapBox *
get_box (ImapSink *sink, Folder *folder)
{
	g_autofree char *key = g_strdup_printf ("%d %s", (int) folder->role, folder->path);
	ImapBox *box = g_hash_table_lookup (sink->by_folder, key);

	if (box == NULL) {
		box = make_box (sink, folder);
		g_hash_table_insert (sink->by_folder, g_steal_pointer (&key), box);
	}
	return box;
}

/* --- The sink --------------------------------------------------------------------------------- */

/* A message that cannot be read is lost alone, unless we were asked to stop. */
static ImapItem *
read_item (ImapSink *sink, Message *message, GError **error)
{
	g_autoptr (GError) cause = NULL;
	ImapItem *item = imap_item_new (message, &sink->pool, MEMORY_BYTES, &cause);

	if (item != NULL)
		return item;
	if (g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY))
		g_propagate_error (error, g_steal_pointer (&cause));
	else
		g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, cause->message);
	return NULL;
}

static gboolean
imap_sink_put (MessageSink *base, Message *message, GError **error)
{
	ImapSink *sink = (ImapSink *) base;
	ImapItem *item = NULL;

	if (!wait_for (sink, IMAP_WORK_HAS_ROOM, error))
		return FALSE;
	ImapBox *box = get_box (sink, message->folder);
	if (!message_is_folder (message)) {
		item = read_item (sink, message, error);
		if (item == NULL)
			return FALSE;
	}
	imap_work_put (sink->work, box, item);
	return TRUE;
}

static int
compare_boxes (gconstpointer a, gconstpointer b)
{
	return strcmp (((const ImapBox *) a)->folder->path, ((const ImapBox *) b)->folder->path);
}

static void
say_limits (ImapSink *sink, guint64 bytes)
{
	g_autofree char *free_size = g_format_size (sink->limits.free);
	g_autofree char *size = g_format_size (bytes);

	if (sink->limits.free == G_MAXUINT64)
		return;
	if (bytes > sink->limits.free)
		report_finding (sink->report, REPORT_TROUBLE, "quota-too-small", NULL, NULL,
				"%s are to be sent, and the account has %s left", size, free_size);
	else
		report_message (sink->report, "the account has %s left", free_size);
}

static void
say_plan (ImapSink *sink)
{
	guint64 bytes = 0;
	g_autoptr (GList) boxes = g_list_sort (g_hash_table_get_values (sink->by_name),
					       compare_boxes);

	for (GList *link = boxes; link != NULL; link = link->next) {
		const ImapBox *box = link->data;
		g_autofree char *size = g_format_size (box->to_send_bytes);
		g_autofree char *mailbox = imap_name_show (box->mailbox);
		report_message (sink->report,
				"%s -> %s%s: %" G_GUINT64_FORMAT
				" messages (%s) to send, %" G_GUINT64_FORMAT " already there",
				box->folder->path, mailbox, box->is_new ? " (new)" : "",
				box->to_send, size, box->present);
		bytes += box->to_send_bytes;
		if (box->similar > 0)
			report_message (sink->report,
					"%s: %" G_GUINT64_FORMAT
					" of them have the Message-ID, Date, From and Subject of "
					"one that is there: --existing=similar leaves them out",
					box->folder->path, box->similar);
	}
	say_limits (sink, bytes);
}

/* From now on only the journal counts for what was compared. */
static gboolean
close_comparisons (ImapSink *sink, GError **error)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, sink->by_name);
	while (!sink->partial && g_hash_table_iter_next (&iter, NULL, &value)) {
		ImapBox *box = value;
		if (box->refusal == NULL && box->uid_validity != 0 &&
		    !imap_journal_compared (sink->journal, box->journal, box->uid_validity, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
imap_sink_finish (MessageSink *base, GError **error)
{
	ImapSink *sink = (ImapSink *) base;

	imap_work_end (sink->work);
	if (!wait_for (sink, IMAP_WORK_IS_DONE, error))
		return FALSE;
	join_threads (sink);
	if (sink->box_context.dry_run) {
		say_plan (sink);
		return TRUE;
	}
	return close_comparisons (sink, error);
}

static void
imap_sink_free (MessageSink *base)
{
	ImapSink *sink = (ImapSink *) base;

	if (sink->work != NULL)
		imap_work_abandon (sink->work);
	join_threads (sink);
	g_ptr_array_unref (sink->threads);
	g_ptr_array_unref (sink->uploads);
	imap_work_free (sink->work);
	imap_connection_free (sink->connection);
	imap_folders_free (sink->folders);
	imap_map_free (sink->map);
	g_hash_table_unref (sink->by_folder);
	g_hash_table_unref (sink->by_name);
	imap_journal_free (sink->journal);
	g_mutex_clear (&sink->limits.lock);
	g_free (sink);
}

static const MessageSinkClass imap_sink_class = {
	.put = imap_sink_put,
	.finish = imap_sink_finish,
	.free = imap_sink_free,
};

static gboolean
open_journal (ImapSink *sink, const ImapSinkOptions *options, GError **error)
{
	g_autofree char *directory = options->state_directory != NULL
					     ? g_strdup (options->state_directory)
					     : imap_journal_get_directory (error);

	if (directory == NULL)
		return FALSE;
	sink->journal = imap_journal_new (directory, imap_connection_get_account (sink->connection),
					  options->source, options->forget, options->dry_run,
					  error);
	return sink->journal != NULL;
}

/* The login was possible: should the connection break now, it can be made again. */
static gboolean
get_folders (ImapSink *sink, const NetUrl *url, const NetOptions *net, GError **error)
{
	for (guint try = 1;; try++) {
		g_autoptr (GError) cause = NULL;
		sink->folders = imap_folders_new (sink->connection, url->path, &cause);
		if (sink->folders != NULL)
			return TRUE;
		if (try >= SET_UP_TRIES || stop_requested () ||
		    !g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY)) {
			g_propagate_error (error, g_steal_pointer (&cause));
			return FALSE;
		}
		imap_connection_free (sink->connection);
		sink->connection = imap_connection_new (url, net, error);
		if (sink->connection == NULL)
			return FALSE;
	}
}

static void
remark_on_clock (ImapSink *sink)
{
	g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
	g_autofree char *day = g_date_time_format (now, "%F");

	if (imap_item_clock_is_wrong ())
		report_finding (sink->report, REPORT_NOTE, "clock-wrong", NULL, NULL,
				"the clock of this machine is wrong, it says %s: dates to come are "
				"sent as they are",
				day);
}

/* With the login done: what the server has, what we know, what we may do. */
static gboolean
prepare (ImapSink *sink, const NetUrl *url, const NetOptions *net, const ImapSinkOptions *options,
	 GError **error)
{
	gboolean waits = !imap_connection_has (sink->connection, "LITERAL+");

	if (!open_journal (sink, options, error))
		return FALSE;
	remark_on_clock (sink);
	if (!get_folders (sink, url, net, error) ||
	    !imap_limits_ask (sink->connection, &sink->limits, error))
		return FALSE;
	sink->connections = choose_connections (sink->connection, options->connections);
	sink->work = imap_work_new (waits ? sink->connections : 1);
	sink->box_context = (ImapBoxContext){
		.folders = sink->folders,
		.journal = sink->journal,
		.ledger = sink->ledger,
		.report = sink->report,
		.forget = options->forget,
		.similar = options->similar,
		.dedupe_own = options->dedupe_own,
		.dry_run = options->dry_run,
		.limits = &sink->limits,
		.repair = options->repair,
		.rejected = options->rejected,
	};
	sink->context = (ImapUploadContext){
		.url = url, .net = net, .box = &sink->box_context, .work = sink->work
	};
	add_upload (sink);
	return TRUE;
}

MessageSink *
imap_sink_new (const NetUrl *url, const NetOptions *net, const ImapSinkOptions *options,
	       Ledger *ledger, Report *report, GError **error)
{
	ImapSink *sink = g_new0 (ImapSink, 1);

	sink->sink.class = &imap_sink_class;
	g_mutex_init (&sink->limits.lock);
	sink->ledger = ledger;
	sink->report = report;
	sink->partial = options->partial;
	sink->map = imap_map_new (options->map, error);
	sink->by_folder = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	sink->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) imap_box_free);
	sink->uploads = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_upload_free);
	sink->threads = g_ptr_array_new ();
	if (sink->map != NULL &&
	    (sink->connection = imap_connection_new (url, net, error)) != NULL &&
	    prepare (sink, url, net, options, error))
		return &sink->sink;
	imap_sink_free (&sink->sink);
	return NULL;
}
