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
#include "message/wire.h"

/* Larger batches gain little and lose more when refused or cut off. */
#define BATCH_MESSAGES  200
#define BATCH_BYTES     (8 * 1024 * 1024)
#define WINDOW_COMMANDS 64
#define WINDOW_BYTES    (16 * 1024 * 1024)
#define WINDOW_MESSAGES 2000 /* small ones cost more memory than their bytes */
#define LITERAL_MINUS   4096 /* RFC 7888, 5 */

/* Messages that the journal announced together. It lives as long as a span of it, so counted by
 * references. */
typedef struct {
	ImapBox *box;
	ImapBatch *record; /* the journal's; gone when all is settled */
	GPtrArray *items;  /* of ImapItem */
	guint64 bytes;
} Parcel;

/* Some messages of a parcel: on their way under one tag, or to be sent once more. */
typedef struct {
	guint tag;
	Parcel *parcel;
	guint first;
	guint count;
	guint64 bytes;
	gint64 sent; /* monotonic, in µs */
} Span;

typedef struct {
	MessageSink sink;
	ImapConnection *connection;
	ImapFolders *folders;
	ImapJournal *journal;
	Ledger *ledger;
	Report *report;
	ImapBoxContext context;
	gboolean partial;
	gboolean many;  /* MULTIAPPEND */
	gboolean plus;  /* LITERAL+ */
	gboolean minus; /* LITERAL- */
	GHashTable *map;       /* folder path -> Folder */
	GHashTable *by_folder; /* role and path -> ImapBox */
	GHashTable *by_name;   /* mailbox, as it was tried first -> ImapBox */
	Parcel *parcel;        /* being filled; NULL if none */
	GQueue in_flight;      /* of Span, in the order sent */
	GQueue again;          /* of Span: halves of refused batches */
	guint64 window_bytes;
	guint window_messages;
} ImapSink;

/* --- Parcels ---------------------------------------------------------------------------------- */

static Parcel *
parcel_new (ImapBox *box)
{
	Parcel *parcel = g_rc_box_new0 (Parcel);

	parcel->box = box;
	parcel->items = g_ptr_array_new_with_free_func ((GDestroyNotify) imap_item_free);
	return parcel;
}

static void
parcel_clear (Parcel *parcel)
{
	g_ptr_array_unref (parcel->items);
}

static void
parcel_unref (Parcel *parcel)
{
	g_rc_box_release_full (parcel, (GDestroyNotify) parcel_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Parcel, parcel_unref)

static Span *
span_new (Parcel *parcel, guint first, guint count)
{
	Span *span = g_new0 (Span, 1);

	span->parcel = g_rc_box_acquire (parcel);
	span->first = first;
	span->count = count;
	for (guint i = first; i < first + count; i++)
		span->bytes += ((ImapItem *) g_ptr_array_index (parcel->items, i))->entry.size;
	return span;
}

static void
span_free (Span *span)
{
	parcel_unref (span->parcel);
	g_free (span);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Span, span_free)

/* --- Answers ---------------------------------------------------------------------------------- */

/* The UIDs that [APPENDUID validity set] gives to count messages, or NULL. RFC 4315, 3. */
static GArray *
uids_of (const ImapResponse *reply, ImapBox *box, guint count)
{
	guint32 validity = 0;
	g_autofree char *set = NULL;

	if (!imap_response_has_code (reply, "APPENDUID") ||
	    !imap_value_get_number (imap_value_at (reply->code, 1), &validity) ||
	    validity != box->uid_validity)
		return NULL;
	set = imap_value_dup_text (imap_value_at (reply->code, 2));
	g_autoptr (GArray) uids = set != NULL ? imap_value_parse_set (set, BATCH_MESSAGES + 1)
					      : NULL;
	if (uids == NULL || uids->len != count)
		return NULL;
	for (guint i = 0; i < count; i++) {
		guint32 uid = g_array_index (uids, guint32, i);
		if (uid == 0)
			return NULL;
		/* What comes later cannot land below. */
		if (uid >= box->uid_next && uid < G_MAXUINT32)
			box->uid_next = uid + 1;
	}
	return g_steal_pointer (&uids);
}

static gboolean
take_delivery (ImapSink *sink, const Span *span, const ImapResponse *reply, GError **error)
{
	Parcel *parcel = span->parcel;
	g_autoptr (GArray) uids = uids_of (reply, parcel->box, span->count);
	gint64 ms = (g_get_monotonic_time () - span->sent) / 1000;

	if (!imap_journal_acknowledge (sink->journal, parcel->record, span->first, span->count,
				       (guint) CLAMP (ms, 0, G_MAXINT),
				       uids != NULL ? (const guint32 *) (gpointer) uids->data
						    : NULL,
				       error))
		return FALSE;
	for (guint i = 0; i < span->count; i++) {
		const ImapItem *item = g_ptr_array_index (parcel->items, span->first + i);
		g_autofree char *target =
			uids != NULL ? g_strdup_printf ("%u:%u", parcel->box->uid_validity,
							g_array_index (uids, guint32, i))
				     : NULL;
		if (!ledger_emitted (sink->ledger, item->message, target, error))
			return FALSE;
	}
	return TRUE;
}

/* Cyrus and Courier say it without a code. */
static gboolean
is_over_quota (const ImapResponse *reply)
{
	g_autofree char *text = g_ascii_strdown (reply->text, -1);

	return imap_response_has_code (reply, "OVERQUOTA") || strstr (text, "over quota") != NULL ||
	       strstr (text, "quota exceeded") != NULL ||
	       strstr (text, "exceeded your mail quota") != NULL;
}

static gboolean
give_up (ImapSink *sink, const Span *span, const ImapResponse *reply, GError **error)
{
	g_autofree char *what = g_strdup_printf ("cannot store into %s",
						 span->parcel->box->folder->path);

	return imap_connection_refused (sink->connection, reply, what, error);
}

static gboolean
fail_message (ImapSink *sink, const Span *span, const char *reason, GError **error)
{
	const ImapItem *item = g_ptr_array_index (span->parcel->items, span->first);

	ledger_failed (sink->ledger, item->message->origin, item->message->folder->path, "%s",
		       reason);
	return imap_journal_refuse (sink->journal, span->parcel->record, span->first, reason,
				    error);
}

/* Nothing of a refused command is stored (RFC 3502, 6.3.11). */
static gboolean
take_refusal (ImapSink *sink, const Span *span, const ImapResponse *reply, GError **error)
{
	Parcel *parcel = span->parcel;
	ImapItem *item = g_ptr_array_index (parcel->items, span->first);

	if (is_over_quota (reply))
		return give_up (sink, span, reply, error);
	g_autoptr (GError) grade = NULL;
	(void) give_up (sink, span, reply, &grade);
	if (g_error_matches (grade, RUN_ERROR, RUN_ERROR_TEMPORARY)) {
		g_propagate_error (error, g_steal_pointer (&grade));
		return FALSE;
	}
	if (span->count > 1) {
		guint half = span->count / 2;
		g_queue_push_tail (&sink->again, span_new (parcel, span->first, half));
		g_queue_push_tail (&sink->again,
				   span_new (parcel, span->first + half, span->count - half));
		return TRUE;
	}
	if (item->has_keywords) {
		report_finding (sink->report, REPORT_NOTE, "keywords-refused",
				item->message->origin, item->message->folder->path,
				"sent without them; the server said: %s", reply->text);
		imap_item_drop_keywords (item, parcel->box);
		g_queue_push_tail (&sink->again, span_new (parcel, span->first, 1));
		return TRUE;
	}
	g_autofree char *reason = g_strdup_printf ("the server refuses it: %s", reply->text);
	return fail_message (sink, span, reason, error);
}

static Span *
take_span (ImapSink *sink, guint tag)
{
	for (GList *link = sink->in_flight.head; link != NULL; link = link->next) {
		Span *span = link->data;
		if (span->tag != tag)
			continue;
		g_queue_delete_link (&sink->in_flight, link);
		sink->window_bytes -= span->bytes;
		sink->window_messages -= span->count;
		return span;
	}
	return NULL;
}

static gboolean
take_reply (ImapSink *sink, const ImapResponse *reply, GError **error)
{
	g_autoptr (Span) span = take_span (sink, imap_connection_get_tag (reply));

	if (span == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers what nobody asked",
			     imap_connection_get_account (sink->connection));
		return FALSE;
	}
	return reply->status == IMAP_STATUS_OK ? take_delivery (sink, span, reply, error)
					       : take_refusal (sink, span, reply, error);
}

/* Read one response. With waiting_for a tag, *go_on tells whether its "+" has come, *refused
 * whether its reply. */
static gboolean
read_one (ImapSink *sink, guint waiting_for, gboolean *go_on, gboolean *refused, GError **error)
{
	g_autoptr (ImapResponse) response = imap_connection_read (sink->connection, error);

	if (response == NULL)
		return FALSE;
	if (response->kind == IMAP_RESPONSE_CONTINUE && go_on != NULL)
		*go_on = TRUE;
	if (response->kind != IMAP_RESPONSE_TAGGED)
		return TRUE; /* counts of the open folder and the like */
	if (refused != NULL && imap_connection_get_tag (response) == waiting_for)
		*refused = TRUE;
	return take_reply (sink, response, error);
}

static gboolean
read_replies (ImapSink *sink, GError **error)
{
	while (!g_queue_is_empty (&sink->in_flight) &&
	       imap_connection_has_response (sink->connection))
		if (!read_one (sink, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

/* --- Sending ---------------------------------------------------------------------------------- */

typedef struct {
	ImapConnection *connection;
	guint64 left;
} Sending;

static gboolean
send_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	Sending *sending = user_data;

	if (length > sending->left) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "it has grown");
		return FALSE;
	}
	sending->left -= length;
	return imap_connection_write (sending->connection, data, length, error);
}

/* A large message is read a second time. If it has changed meanwhile, the literal cannot be
 * completed, and only hanging up keeps the server from storing half of it. */
static gboolean
send_large (ImapSink *sink, const ImapItem *item, GError **error)
{
	Sending sending = { .connection = sink->connection, .left = item->entry.size };
	g_autoptr (GError) cause = NULL;

	gboolean ok = wire_foreach (item->message->content, send_piece, &sending, &cause);
	if (ok && sending.left == 0)
		return TRUE;
	if (g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY))
		g_propagate_error (error, g_steal_pointer (&cause));
	else
		g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
			     "%s changed while it was being sent (%s): run it again",
			     item->message->origin,
			     cause != NULL ? cause->message : "it has shrunk");
	return FALSE;
}

static gboolean
send_bytes (ImapSink *sink, ImapItem *item, GError **error)
{
	if (item->wire == NULL)
		return send_large (sink, item, error);
	return imap_connection_write (sink->connection, item->wire->data, item->wire->len, error);
}

/* One message of an APPEND: options, literal, bytes. *refused: the server did not want them. */
static gboolean
send_item (ImapSink *sink, guint tag, ImapItem *item, gboolean *refused, GError **error)
{
	g_autofree char *options = imap_item_get_options (item);
	gboolean go_on = sink->plus || (sink->minus && item->entry.size <= LITERAL_MINUS);

	if (!imap_connection_print (sink->connection, error, " %s{%" G_GUINT64_FORMAT "%s}\r\n",
				    options, item->entry.size, go_on ? "+" : ""))
		return FALSE;
	if (!go_on && !imap_connection_flush (sink->connection, error))
		return FALSE;
	while (!go_on && !*refused)
		if (!read_one (sink, tag, &go_on, refused, error))
			return FALSE;
	return *refused || send_bytes (sink, item, error);
}

static gboolean
wait_for_window (ImapSink *sink, guint64 bytes, GError **error)
{
	if (!read_replies (sink, error))
		return FALSE;
	while (!g_queue_is_empty (&sink->in_flight) && (sink->in_flight.length >= WINDOW_COMMANDS ||
							sink->window_messages >= WINDOW_MESSAGES ||
							sink->window_bytes + bytes > WINDOW_BYTES))
		if (!read_one (sink, 0, NULL, NULL, error))
			return FALSE;
	return TRUE;
}

/* One APPEND command. Takes span. */
static gboolean
send_command (ImapSink *sink, Span *span, GError **error)
{
	const GPtrArray *items = span->parcel->items;
	guint first = span->first;
	guint count = span->count;
	gboolean refused = FALSE;

	/* From here on the queue owns it; its reply may come, and free it, before we have said
	 * everything. */
	g_queue_push_tail (&sink->in_flight, span);
	sink->window_bytes += span->bytes;
	sink->window_messages += span->count;
	if (!imap_connection_begin (sink->connection, &span->tag, error) ||
	    !imap_connection_print (sink->connection, error, "APPEND %s",
				    span->parcel->box->quoted))
		return FALSE;
	span->sent = g_get_monotonic_time ();
	guint tag = span->tag;
	for (guint i = first; i < first + count && !refused; i++)
		if (!send_item (sink, tag, g_ptr_array_index (items, i), &refused, error))
			return FALSE;
	if (!refused)
		span->sent = g_get_monotonic_time ();
	return refused || imap_connection_print (sink->connection, error, "\r\n");
}

/* As one command or as many, as the server likes it. Takes span. */
static gboolean
send_span (ImapSink *sink, Span *span, GError **error)
{
	g_autoptr (Span) whole = span;
	guint step = sink->many ? whole->count : 1;
	guint end = whole->first + whole->count;

	for (guint first = whole->first; first < end; first += step) {
		g_autoptr (Span) part = span_new (whole->parcel, first, step);
		if (!wait_for_window (sink, part->bytes, error) ||
		    !send_command (sink, g_steal_pointer (&part), error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
send_again (ImapSink *sink, GError **error)
{
	Span *span;

	while ((span = g_queue_pop_head (&sink->again)) != NULL)
		if (!send_span (sink, span, error))
			return FALSE;
	return TRUE;
}

/* Everything in flight answered. */
static gboolean
drain (ImapSink *sink, GError **error)
{
	for (;;) {
		if (!send_again (sink, error))
			return FALSE;
		if (g_queue_is_empty (&sink->in_flight))
			return TRUE;
		if (!read_one (sink, 0, NULL, NULL, error))
			return FALSE;
	}
}

static gboolean
send_parcel (ImapSink *sink, GError **error)
{
	g_autoptr (Parcel) parcel = g_steal_pointer (&sink->parcel);

	if (parcel == NULL)
		return TRUE;
	guint count = parcel->items->len;
	g_autofree ImapJournalEntry *entries = g_new (ImapJournalEntry, count);
	for (guint i = 0; i < count; i++)
		entries[i] = ((ImapItem *) g_ptr_array_index (parcel->items, i))->entry;
	parcel->record = imap_journal_intend (sink->journal, parcel->box->journal,
					      parcel->box->uid_validity, parcel->box->uid_next,
					      entries, count, error);
	if (parcel->record == NULL)
		return FALSE;
	return send_span (sink, span_new (parcel, 0, count), error) &&
	       imap_connection_flush (sink->connection, error) && send_again (sink, error);
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

/* Where --map puts folder, by itself or by the nearest folder above it; folder itself if nowhere
 * else. */
static Folder *
map_folder (ImapSink *sink, Folder *folder)
{
	g_autofree char *path = g_strdup (folder->path);

	for (char *end = path; end != NULL; end = strrchr (path, '/')) {
		if (end != path)
			*end = '\0';
		const Folder *mapped = g_hash_table_lookup (sink->map, path);
		if (mapped == NULL)
			continue;
		g_autofree char *whole = g_strconcat (mapped->path, folder->path + strlen (path),
						      NULL);
		Folder *result = folder_new_from_path (whole, FOLDER_ROLE_NONE);
		return result != NULL ? result : folder_ref (folder);
	}
	return folder_ref (folder);
}

static ImapBox *
make_box (ImapSink *sink, Folder *folder)
{
	g_autoptr (Folder) mapped = map_folder (sink, folder);
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
	if (!box->opened && (!send_parcel (sink, error) || !drain (sink, error)))
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
	Parcel *parcel = sink->parcel;

	if (parcel != NULL &&
	    (parcel->box != box || parcel->bytes + item->entry.size > BATCH_BYTES) &&
	    !send_parcel (sink, error)) {
		imap_item_free (item);
		return FALSE;
	}
	if (sink->parcel == NULL)
		sink->parcel = parcel_new (box);
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
	if (!send_parcel (sink, error) || !drain (sink, error) || !close_comparisons (sink, error))
		return FALSE;
	imap_connection_logout (sink->connection);
	return TRUE;
}

static void
imap_sink_free (MessageSink *base)
{
	ImapSink *sink = (ImapSink *) base;

	g_clear_pointer (&sink->parcel, parcel_unref);
	g_queue_clear_full (&sink->in_flight, (GDestroyNotify) span_free);
	g_queue_clear_full (&sink->again, (GDestroyNotify) span_free);
	imap_connection_free (sink->connection);
	imap_folders_free (sink->folders);
	g_hash_table_unref (sink->map);
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
read_map (ImapSink *sink, const char *const *map, GError **error)
{
	for (gsize i = 0; map != NULL && map[i] != NULL; i++) {
		const char *equals = strchr (map[i], '=');
		g_autofree char *from = g_strndup (map[i],
						   equals != NULL ? (gsize) (equals - map[i]) : 0);
		g_autoptr (Folder) left = folder_new_from_path (from, FOLDER_ROLE_NONE);
		Folder *right = equals != NULL ? folder_new_from_path (equals + 1, FOLDER_ROLE_NONE)
					       : NULL;
		if (left == NULL || right == NULL) {
			folder_unref (right);
			g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE,
				     "--map=%s: must be FOLDER=FOLDER", map[i]);
			return FALSE;
		}
		g_hash_table_replace (sink->map, g_strdup (left->path), right);
	}
	return TRUE;
}

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
	sink->plus = imap_connection_has (sink->connection, "LITERAL+");
	sink->minus = imap_connection_has (sink->connection, "LITERAL-");
	sink->many = sink->plus && imap_connection_has (sink->connection, "MULTIAPPEND");
	if (!open_journal (sink, options, error))
		return FALSE;
	sink->folders = imap_folders_new (sink->connection, url->path, error);
	sink->context = (ImapBoxContext) {
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
	sink->map = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					   (GDestroyNotify) folder_unref);
	sink->by_folder = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	sink->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					       (GDestroyNotify) imap_box_free);
	g_queue_init (&sink->in_flight);
	g_queue_init (&sink->again);
	if (read_map (sink, options->map, error) &&
	    (sink->connection = imap_connection_new (url, net, error)) != NULL &&
	    prepare (sink, url, options, error))
		return &sink->sink;
	imap_sink_free (&sink->sink);
	return NULL;
}
