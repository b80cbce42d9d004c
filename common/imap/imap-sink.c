/* imap-sink.c - upload into an account: exactly once, and without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-sink.h"

#include <string.h>

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-box.h"
#include "imap/imap-item.h"
#include "imap/imap-journal.h"
#include "imap/imap-map.h"
#include "imap/imap-upload.h"

/* Larger batches gain little and lose more when refused or cut off. */
#define BATCH_MESSAGES 200
#define BATCH_BYTES    (8 * 1024 * 1024)

typedef struct {
	MessageSink sink;
	ImapConnection *connection;
	ImapFolders *folders;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	ImapBoxContext context;
	gboolean partial;
	ImapUpload *upload;
	ImapMap *map;
	GHashTable *by_folder; /* role and path -> ImapBox */
	GHashTable *by_name;   /* mailbox, as it was tried first -> ImapBox */
	ImapParcel *parcel;    /* being filled; NULL if none */
} ImapSink;

static gboolean
send_parcel (ImapSink *sink, GError **error)
{
	g_autoptr (ImapParcel) parcel = g_steal_pointer (&sink->parcel);

	return parcel == NULL || imap_upload_send (sink->upload, parcel, error);
}

/* --- Folders ---------------------------------------------------------------------------------- */

static void
remark_on_role (ImapSink *sink, ImapBox *box)
{
	FolderRole role = box->folder->role;

	if (!box->remarked && (role == FOLDER_ROLE_TRASH || role == FOLDER_ROLE_JUNK))
		report_finding (sink->report, REPORT_NOTE, "into-trash-or-junk", NULL,
				box->folder->path, "many servers empty this folder after a while");
	box->remarked = TRUE;
}

static ImapBox *
make_box (ImapSink *sink, Folder *folder)
{
	g_autoptr (Folder) mapped = imap_map_apply (sink->map, folder);
	g_autofree char *mailbox = imap_folders_get_mailbox (sink->folders, mapped);
	ImapBox *box = g_hash_table_lookup (sink->by_name, mailbox);

	if (box != NULL) {
		report_finding (sink->report, REPORT_NOTE, "folders-merged", NULL, folder->path,
				"goes to %s, as %s does", mailbox, box->folder->path);
		return box;
	}
	ImapJournalBox *journal = imap_journal_get_box (sink->journal, mailbox);
	box = imap_box_new (g_strdup (mailbox), folder, mapped, journal);
	g_hash_table_insert (sink->by_name, g_steal_pointer (&mailbox), box);
	return box;
}

/* The mailbox for folder, opened. */
static ImapBox *
get_box (ImapSink *sink, Folder *folder, GError **error)
{
	g_autofree char *key = g_strdup_printf ("%d %s", (int) folder->role, folder->path);
	ImapBox *box = g_hash_table_lookup (sink->by_folder, key);

	if (box == NULL) {
		box = make_box (sink, folder);
		g_hash_table_insert (sink->by_folder, g_steal_pointer (&key), box);
	}
	if (!box->opened &&
	    (!send_parcel (sink, error) || !imap_upload_drain (sink->upload, error)))
		return NULL;
	if (!imap_box_open (box, &sink->context, error))
		return NULL;
	return box;
}

/* --- The sink --------------------------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *reason)
{
	g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, reason);
	return FALSE;
}

/* A message that cannot be read is lost alone, unless we were asked to stop. */
static ImapItem *
read_item (Message *message, GError **error)
{
	g_autoptr (GError) cause = NULL;
	ImapItem *item = imap_item_new (message, &cause);

	if (item != NULL)
		return item;
	if (g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY))
		g_propagate_error (error, g_steal_pointer (&cause));
	else
		refuse (error, cause->message);
	return NULL;
}

static gboolean
account_present (ImapSink *sink, ImapBox *box, ImapItem *item, guint32 uid, GError **error)
{
	g_autofree char *target = uid != 0 ? g_strdup_printf ("%u:%u", box->uid_validity, uid)
					   : NULL;

	box->present++;
	return ledger_present (sink->ledger, item->message, target, error);
}

static gboolean
only_count (ImapSink *sink, ImapBox *box, ImapItem *item, GError **error)
{
	box->to_send++;
	box->to_send_bytes += item->entry.size;
	return ledger_emitted (sink->ledger, item->message, NULL, error);
}

static gboolean
pack (ImapSink *sink, ImapBox *box, ImapItem *item, GError **error)
{
	ImapParcel *parcel = sink->parcel;

	if (parcel != NULL &&
	    (parcel->box != box || parcel->bytes + item->entry.size > BATCH_BYTES) &&
	    !send_parcel (sink, error)) {
		imap_item_free (item);
		return FALSE;
	}
	if (sink->parcel == NULL)
		sink->parcel = imap_parcel_new (box);
	parcel = sink->parcel;
	g_ptr_array_add (parcel->items, item);
	parcel->bytes += item->entry.size;
	return parcel->items->len < BATCH_MESSAGES || send_parcel (sink, error);
}

static gboolean
imap_sink_put (MessageSink *base, Message *message, GError **error)
{
	ImapSink *sink = (ImapSink *) base;
	guint32 uid = 0;
	gboolean has = FALSE;

	if (!stop_check (error))
		return FALSE;
	ImapBox *box = get_box (sink, message->folder, error);
	if (box == NULL)
		return FALSE;
	if (box->refusal != NULL)
		return refuse (error, box->refusal);
	if (message_is_folder (message))
		return TRUE;
	g_autoptr (ImapItem) item = read_item (message, error);
	if (item == NULL || !imap_box_has (box, &sink->context, &item->entry, &uid, &has, error))
		return FALSE;
	if (has)
		return account_present (sink, box, item, uid, error);
	remark_on_role (sink, box);
	imap_item_fit (item, box, sink->report);
	if (sink->context.dry_run)
		return only_count (sink, box, item, error);
	return pack (sink, box, g_steal_pointer (&item), error);
}

static int
compare_boxes (gconstpointer a, gconstpointer b)
{
	return strcmp (((const ImapBox *) a)->folder->path, ((const ImapBox *) b)->folder->path);
}

static void
say_plan (ImapSink *sink)
{
	g_autoptr (GList) boxes = g_list_sort (g_hash_table_get_values (sink->by_name),
					       compare_boxes);

	for (GList *link = boxes; link != NULL; link = link->next) {
		const ImapBox *box = link->data;
		g_autofree char *size = g_format_size (box->to_send_bytes);
		report_message (sink->report,
				"%s -> %s%s: %" G_GUINT64_FORMAT
				" messages (%s) to send, %" G_GUINT64_FORMAT " already there",
				box->folder->path, box->mailbox, box->is_new ? " (new)" : "",
				box->to_send, size, box->present);
	}
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

	if (sink->context.dry_run) {
		say_plan (sink);
		imap_connection_logout (sink->connection);
		return TRUE;
	}
	if (!send_parcel (sink, error) || !imap_upload_drain (sink->upload, error) ||
	    !close_comparisons (sink, error))
		return FALSE;
	imap_connection_logout (sink->connection);
	return TRUE;
}

static void
imap_sink_free (MessageSink *base)
{
	ImapSink *sink = (ImapSink *) base;

	g_clear_pointer (&sink->parcel, imap_parcel_unref);
	imap_upload_free (sink->upload);
	imap_connection_free (sink->connection);
	imap_folders_free (sink->folders);
	imap_map_free (sink->map);
	g_hash_table_unref (sink->by_folder);
	g_hash_table_unref (sink->by_name);
	imap_journal_free (sink->journal);
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

/* With the login done: what the server has, what we know, what we may do. */
static gboolean
prepare (ImapSink *sink, const NetUrl *url, const ImapSinkOptions *options, GError **error)
{
	if (!open_journal (sink, options, error))
		return FALSE;
	sink->upload = imap_upload_new (sink->connection, sink->journal, sink->ledger,
					sink->report);
	sink->folders = imap_folders_new (sink->connection, url->path, error);
	sink->context = (ImapBoxContext){
		.connection = sink->connection,
		.folders = sink->folders,
		.journal = sink->journal,
		.report = sink->report,
		.forget = options->forget,
		.dry_run = options->dry_run,
	};
	return sink->folders != NULL;
}

MessageSink *
imap_sink_new (const NetUrl *url, const NetOptions *net, const ImapSinkOptions *options,
	       Ledger *ledger, Report *report, GError **error)
{
	ImapSink *sink = g_new0 (ImapSink, 1);

	sink->sink.class = &imap_sink_class;
	sink->ledger = ledger;
	sink->report = report;
	sink->partial = options->partial;
	sink->map = imap_map_new (options->map, error);
	sink->by_folder = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	sink->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) imap_box_free);
	if (sink->map != NULL &&
	    (sink->connection = imap_connection_new (url, net, error)) != NULL &&
	    prepare (sink, url, options, error))
		return &sink->sink;
	imap_sink_free (&sink->sink);
	return NULL;
}
