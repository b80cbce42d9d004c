/* imap-fetch.c - the messages of one mailbox, fetched without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-fetch.h"

#include "base/error.h"
#include "imap/imap-date.h"
#include "imap/imap-refusal.h"

#define COMMAND_MESSAGES 100
#define COMMAND_BYTES    (2 * 1024 * 1024)
#define WINDOW_MESSAGES  500
#define WINDOW_BYTES     (8 * 1024 * 1024)
#define PIECE_BYTES      (8 * 1024 * 1024) /* larger messages come in such pieces */
#define HEADER_BYTES     4096              /* what a header counts for in the window */

typedef struct {
	guint32 uid;
	guint32 size;
	gboolean settled; /* handed on, or failed */
} Entry;

typedef struct {
	guint tag;
	guint first; /* of entries */
	guint count;
	guint64 bytes;
	gboolean is_piece; /* of the one entry that it asks for, from there */
	goffset from;
} Command;

struct ImapFetch {
	const ImapMailbox *mailbox;
	const char *account;
	ImapLate *late;
	Ledger *ledger;
	Report *report;
	ImapConnection *connection;
	gboolean announced;
	gboolean looked_again; /* asked what has changed meanwhile */
	char *mod_sequence;    /* HIGHESTMODSEQ, RFC 7162; NULL: the server does not say */
	guint32 exists;
	guint32 uid_validity;
	guint32 uid_next;
	guint32 arrived; /* more than there were when we opened it */
	GArray *entries; /* of Entry, by UID */
	guint requested; /* so many entries have been asked for */
	GQueue commands; /* of Command, in flight */
	guint64 window_messages;
	guint64 window_bytes;
	Message *large; /* the message of which pieces are coming; its content is still missing */
	Spool *pieces;  /* as far as they have come; kept over a cut */
	guint32 pieces_uid;
};

/* --- Pieces of a FETCH response --------------------------------------------------------------- */

static void
set_flags (Message *message, const ImapValue *flags)
{
	g_autoptr (GPtrArray) keywords = g_ptr_array_new ();

	for (guint i = 0; flags != NULL && flags->items != NULL && i < flags->items->len; i++) {
		const ImapValue *flag = g_ptr_array_index (flags->items, i);
		if (flag->type != IMAP_VALUE_ATOM)
			continue;
		MessageFlags bit = message_flag_from_imap (flag->text);
		message->flags |= bit;
		if (bit == 0 && flag->text[0] != '\\')
			g_ptr_array_add (keywords, flag->text);
	}
	g_ptr_array_add (keywords, NULL);
	message_set_keywords (message, (const char *const *) keywords->pdata);
}

static MessageContent *
content_of (const ImapValue *body)
{
	Spool *spool = imap_value_dup_spool (body);

	return spool != NULL ? message_content_new_spool (spool) : NULL;
}

static char *
origin_of (const ImapFetch *fetch, guint32 uid)
{
	return g_strdup_printf ("%s/%s:%u:%u", fetch->account, fetch->mailbox->folder->path,
				fetch->uid_validity, uid);
}

static Entry *
find_entry (ImapFetch *fetch, guint32 uid)
{
	guint low = 0;
	guint high = fetch->entries->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		Entry *entry = &g_array_index (fetch->entries, Entry, middle);
		if (entry->uid == uid)
			return entry;
		if (entry->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* A message without what its content says; content (taken) may be NULL for now. */
static Message *
make_message (ImapFetch *fetch, const Entry *entry, MessageContent *content, const GPtrArray *items)
{
	g_autofree char *origin = origin_of (fetch, entry->uid);
	Message *message = message_new (folder_ref (fetch->mailbox->folder), content, origin);
	g_autofree char *date = imap_value_dup_text (imap_value_find (items, "INTERNALDATE"));

	if (!imap_date_parse (date, &message->received))
		report_finding (fetch->report, REPORT_NOTE, "internaldate-unreadable", origin,
				message->folder->path, "%s", date != NULL ? date : "none sent");
	set_flags (message, imap_value_find (items, "FLAGS"));
	return message;
}

static void
check_size (ImapFetch *fetch, const Message *message, const Entry *entry)
{
	goffset size = message_content_get_size (message->content);

	if (fetch->late == NULL && size != entry->size)
		report_finding (fetch->report, REPORT_NOTE, "size-differs", message->origin,
				message->folder->path,
				"the server announced %u bytes and sent %" G_GOFFSET_FORMAT,
				entry->size, size);
}

static GBytes *
bytes_of (MessageContent *content)
{
	const guint8 *bytes = content != NULL ? message_content_peek (content) : NULL;

	return bytes != NULL ? g_bytes_new (bytes, (gsize) message_content_get_size (content))
			     : NULL;
}

/* NULL if there is no header in it, or one beyond all measure: then the whole message comes. */
static MessageContent *
late_content_of (const ImapFetch *fetch, const Entry *entry, const GPtrArray *items)
{
	g_autoptr (MessageContent) header = content_of (imap_value_find (items, "BODY[HEADER]"));
	GBytes *bytes = bytes_of (header);

	return bytes != NULL
		       ? imap_late_new_content (fetch->late, fetch->mailbox->mailbox,
						fetch->uid_validity, entry->uid, bytes, entry->size)
		       : NULL;
}

static Message *
take_whole (ImapFetch *fetch, Entry *entry, const GPtrArray *items)
{
	MessageContent *content = fetch->late != NULL
					  ? late_content_of (fetch, entry, items)
					  : content_of (imap_value_find (items, "BODY[]"));

	if (content == NULL)
		return NULL;
	entry->settled = TRUE;
	Message *message = make_message (fetch, entry, content, items);
	check_size (fetch, message, entry);
	return message;
}

/* --- Large messages --------------------------------------------------------------------------- */

static void
forget_large (ImapFetch *fetch)
{
	g_clear_pointer (&fetch->large, message_unref);
	g_clear_pointer (&fetch->pieces, spool_unref);
	fetch->pieces_uid = 0;
}

static goffset
pieces_size (const ImapFetch *fetch)
{
	return fetch->pieces != NULL ? spool_get_size (fetch->pieces) : 0;
}

static gboolean
append_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	return spool_write (user_data, data, length, error);
}

/* A piece that is shorter than asked for is the last one, whatever the server announced. More than
 * it announced does not come either. *message is NULL until then. */
static gboolean
take_piece (ImapFetch *fetch, Entry *entry, const GPtrArray *items, Message **message,
	    GError **error)
{
	g_autofree char *name = g_strdup_printf ("BODY[]<%" G_GOFFSET_FORMAT ">",
						 pieces_size (fetch));
	g_autoptr (MessageContent) piece = content_of (imap_value_find (items, name));

	if (piece == NULL || message_content_get_size (piece) > PIECE_BYTES)
		return TRUE;
	if (fetch->large == NULL)
		fetch->large = make_message (fetch, entry, NULL, items);
	if (fetch->pieces == NULL)
		fetch->pieces = spool_new (SPOOL_MEMORY_LIMIT);
	fetch->pieces_uid = entry->uid;
	if (!message_content_foreach (piece, append_piece, fetch->pieces, error))
		return FALSE;
	gboolean last = message_content_get_size (piece) < PIECE_BYTES ||
			pieces_size (fetch) >= (goffset) entry->size;
	if (!last)
		return TRUE;
	entry->settled = TRUE;
	*message = g_steal_pointer (&fetch->large);
	(*message)->content = message_content_new_spool (g_steal_pointer (&fetch->pieces));
	fetch->pieces_uid = 0;
	check_size (fetch, *message, entry);
	return TRUE;
}

/* *message is NULL if the response is about something else: a flag that has changed meanwhile, a
 * message we did not ask for, a piece with more to come. */
static gboolean
take_response (ImapFetch *fetch, const ImapResponse *response, Message **message, GError **error)
{
	const ImapValue *list = imap_value_at (response->values, 0);
	const Command *command = g_queue_peek_head (&fetch->commands);
	guint32 uid = 0;

	if (response->has_number && g_strcmp0 (response->name, "EXISTS") == 0)
		fetch->arrived = response->number > fetch->exists ? response->number - fetch->exists
								  : 0;
	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL || command == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &uid))
		return TRUE;
	Entry *entry = find_entry (fetch, uid);
	if (entry == NULL || entry->settled)
		return TRUE;
	if (command->is_piece)
		return take_piece (fetch, entry, list->items, message, error);
	*message = take_whole (fetch, entry, list->items);
	return TRUE;
}

/* --- Opening ---------------------------------------------------------------------------------- */

static void
note_state (const ImapResponse *response, gpointer user_data)
{
	ImapFetch *fetch = user_data;

	if (response->has_number && g_strcmp0 (response->name, "EXISTS") == 0)
		fetch->exists = response->number;
	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (imap_value_at (response->code, 1),
					      &fetch->uid_validity);
	if (imap_response_has_code (response, "UIDNEXT"))
		(void) imap_value_get_number (imap_value_at (response->code, 1), &fetch->uid_next);
	if (imap_response_has_code (response, "HIGHESTMODSEQ")) {
		g_free (fetch->mod_sequence);
		fetch->mod_sequence = imap_value_dup_text (imap_value_at (response->code, 1));
	}
}

static void
note_entry (const ImapResponse *response, gpointer user_data)
{
	ImapFetch *fetch = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	Entry entry = { .uid = 0 };

	note_state (response, user_data);
	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &entry.uid) ||
	    !imap_value_get_number (imap_value_find (list->items, "RFC822.SIZE"), &entry.size))
		return;
	g_array_append_val (fetch->entries, entry);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
	guint32 left = ((const Entry *) a)->uid;
	guint32 right = ((const Entry *) b)->uid;

	return left < right ? -1 : left > right;
}

/* A server that names a message twice does not have it twice. */
static void
tidy_entries (GArray *entries)
{
	guint kept = 0;

	g_array_sort (entries, compare_entries);
	for (guint i = 0; i < entries->len; i++) {
		Entry entry = g_array_index (entries, Entry, i);
		if (kept == 0 || g_array_index (entries, Entry, kept - 1).uid != entry.uid)
			g_array_index (entries, Entry, kept++) = entry;
	}
	g_array_set_size (entries, kept);
}

static void
announce (ImapFetch *fetch)
{
	guint found = fetch->entries->len;
	const char *path = fetch->mailbox->folder->path;
	guint64 bytes = 0;

	for (guint i = 0; i < found; i++)
		bytes += g_array_index (fetch->entries, Entry, i).size;
	report_add_expected (fetch->report, bytes);
	ledger_announce (fetch->ledger, MAX (fetch->exists, found));
	report_detail (fetch->report, "%s: %u messages as of UIDNEXT %u%s%s", path, found,
		       fetch->uid_next, fetch->mod_sequence != NULL ? ", HIGHESTMODSEQ " : "",
		       fetch->mod_sequence != NULL ? fetch->mod_sequence : "");
	if (fetch->exists <= found)
		return;
	report_finding (fetch->report, REPORT_TROUBLE, "messages-not-listed", NULL, path,
			"the server counts %u messages and lists %u", fetch->exists, found);
	ledger_failed_many (fetch->ledger, fetch->exists - found);
}

/* Those that are still to come, once more. */
static void
begin_again (ImapFetch *fetch)
{
	guint kept = 0;

	for (guint i = 0; i < fetch->entries->len; i++) {
		Entry entry = g_array_index (fetch->entries, Entry, i);
		if (!entry.settled)
			g_array_index (fetch->entries, Entry, kept++) = entry;
	}
	g_array_set_size (fetch->entries, kept);
	g_queue_clear_full (&fetch->commands, g_free);
	g_queue_init (&fetch->commands);
	fetch->requested = 0;
	fetch->looked_again = FALSE;
	fetch->window_messages = 0;
	fetch->window_bytes = 0;
}

static gboolean
list_entries (ImapFetch *fetch, GError **error)
{
	g_array_set_size (fetch->entries, 0);
	/* RFC 3501 forbids the range 1:* in an empty folder to some readers of it. */
	if (fetch->exists > 0 &&
	    !imap_connection_must (fetch->connection, "UID FETCH 1:* (UID RFC822.SIZE)", note_entry,
				   fetch, error))
		return FALSE;
	tidy_entries (fetch->entries);
	announce (fetch);
	fetch->announced = TRUE;
	return TRUE;
}

static gboolean
check_validity (const ImapFetch *fetch, guint32 before, GError **error)
{
	if (!fetch->announced || fetch->uid_validity == before)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: %s was replaced by another mailbox while it was being read",
		     fetch->account, fetch->mailbox->folder->path);
	return FALSE;
}

gboolean
imap_fetch_open (ImapFetch *fetch, ImapConnection *connection, gboolean *refused, GError **error)
{
	g_autofree char *quoted = imap_quote (fetch->mailbox->mailbox);
	g_autofree char *examine = g_strconcat ("EXAMINE ", quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;
	guint32 before = fetch->uid_validity;

	*refused = FALSE;
	fetch->connection = connection;
	fetch->uid_validity = 0;
	begin_again (fetch);
	if (!imap_connection_run (connection, examine, note_state, fetch, &reply, error))
		return FALSE;
	if (reply->status == IMAP_STATUS_OK)
		return check_validity (fetch, before, error) &&
		       (fetch->announced || list_entries (fetch, error));
	if (fetch->announced)
		return imap_connection_refused (connection, reply, fetch->mailbox->folder->path,
						error);
	*refused = TRUE;
	ledger_announce (fetch->ledger, 1);
	ledger_failed (fetch->ledger, fetch->account, fetch->mailbox->folder->path,
		       "the server does not open the folder: %s", reply->text);
	return TRUE;
}

/* --- Asking and receiving --------------------------------------------------------------------- */

/* "3:5,9" for entries from first on. */
static char *
make_set (const ImapFetch *fetch, guint first, guint count)
{
	GString *set = g_string_new (NULL);

	for (guint i = first; i < first + count;) {
		guint32 low = g_array_index (fetch->entries, Entry, i).uid;
		guint32 high = low;
		for (i++;
		     i < first + count && g_array_index (fetch->entries, Entry, i).uid == high + 1;
		     i++)
			high++;
		g_string_append_printf (set, high > low ? "%s%u:%u" : "%s%u",
					set->len > 0 ? "," : "", low, high);
	}
	return g_string_free (set, FALSE);
}

static gboolean
is_large (const ImapFetch *fetch, guint i)
{
	return fetch->late == NULL && g_array_index (fetch->entries, Entry, i).size > PIECE_BYTES;
}

static void
choose_next (ImapFetch *fetch, Command *command)
{
	command->first = fetch->requested;
	command->is_piece = is_large (fetch, fetch->requested);
	if (command->is_piece) {
		if (fetch->pieces_uid !=
		    g_array_index (fetch->entries, Entry, fetch->requested).uid)
			forget_large (fetch);
		command->from = pieces_size (fetch);
		command->count = 1;
		command->bytes = PIECE_BYTES;
		fetch->requested++;
		return;
	}
	while (fetch->requested < fetch->entries->len && !is_large (fetch, fetch->requested) &&
	       command->count < COMMAND_MESSAGES && command->bytes < COMMAND_BYTES) {
		command->bytes +=
			fetch->late != NULL
				? HEADER_BYTES
				: g_array_index (fetch->entries, Entry, fetch->requested).size;
		command->count++;
		fetch->requested++;
	}
}

/* Takes command. */
static gboolean
send_command (ImapFetch *fetch, Command *command, GError **error)
{
	g_autofree Command *mine = command;
	g_autofree char *set = make_set (fetch, mine->first, mine->count);
	g_autofree char *what = mine->is_piece
					? g_strdup_printf ("BODY.PEEK[]<%" G_GOFFSET_FORMAT ".%d>",
							   mine->from, PIECE_BYTES)
					: g_strdup (fetch->late != NULL ? "BODY.PEEK[HEADER]"
									: "BODY.PEEK[]");

	if (!imap_connection_begin (fetch->connection, &mine->tag, error) ||
	    !imap_connection_print (fetch->connection, error,
				    "UID FETCH %s (UID FLAGS INTERNALDATE RFC822.SIZE %s)\r\n", set,
				    what))
		return FALSE;
	fetch->window_messages += mine->count;
	fetch->window_bytes += mine->bytes;
	g_queue_push_tail (&fetch->commands, g_steal_pointer (&mine));
	return TRUE;
}

/* The pieces of a message follow each other, with nothing else on its way: where one ends decides
 * where the next begins. */
static gboolean
has_room (const ImapFetch *fetch)
{
	const Command *last = g_queue_peek_tail ((GQueue *) &fetch->commands);

	if (fetch->requested >= fetch->entries->len || (last != NULL && last->is_piece))
		return FALSE;
	return last == NULL ||
	       (!is_large (fetch, fetch->requested) && fetch->window_messages < WINDOW_MESSAGES &&
		fetch->window_bytes < WINDOW_BYTES);
}

/* Behind the last question, what has come meanwhile; the answer costs no round trip of its own. */
static gboolean
look_again (ImapFetch *fetch, GError **error)
{
	const Command *last = g_queue_peek_tail (&fetch->commands);
	g_autofree Command *command = g_new0 (Command, 1);

	if (fetch->looked_again || fetch->requested < fetch->entries->len ||
	    (last != NULL && last->is_piece))
		return TRUE;
	fetch->looked_again = TRUE;
	if (!imap_connection_send (fetch->connection, "NOOP", &command->tag, error))
		return FALSE;
	g_queue_push_tail (&fetch->commands, g_steal_pointer (&command));
	return TRUE;
}

static gboolean
fill_window (ImapFetch *fetch, GError **error)
{
	while (has_room (fetch)) {
		Command *command = g_new0 (Command, 1);
		choose_next (fetch, command);
		if (!send_command (fetch, command, error))
			return FALSE;
	}
	return look_again (fetch, error);
}

static void
fail_entry (ImapFetch *fetch, Entry *entry, const ImapResponse *reply)
{
	g_autofree char *origin = origin_of (fetch, entry->uid);
	gboolean ok = reply->status == IMAP_STATUS_OK;

	entry->settled = TRUE;
	ledger_failed (fetch->ledger, origin, fetch->mailbox->folder->path,
		       "the server does not hand it out%s%s", ok ? "" : ": ",
		       ok ? "" : reply->text);
}

/* What the server left out of a command it has finished is lost, and named. */
static gboolean
finish_command (ImapFetch *fetch, const ImapResponse *reply, GError **error)
{
	g_autofree Command *command = g_queue_pop_head (&fetch->commands);

	if (command == NULL || imap_connection_get_tag (reply) != command->tag) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers out of order", fetch->account);
		return FALSE;
	}
	if (imap_refusal_classify (reply) == IMAP_REFUSAL_TEMPORARY &&
	    reply->status != IMAP_STATUS_OK)
		return imap_connection_refused (fetch->connection, reply,
						fetch->mailbox->folder->path, error);
	fetch->window_messages -= command->count;
	fetch->window_bytes -= command->bytes;
	for (guint i = command->first; i < command->first + command->count; i++) {
		Entry *entry = &g_array_index (fetch->entries, Entry, i);
		gboolean goes_on = command->is_piece && fetch->pieces_uid == entry->uid &&
				   pieces_size (fetch) > command->from;
		if (goes_on && !entry->settled)
			fetch->requested = i;
		else if (!entry->settled)
			fail_entry (fetch, entry, reply);
	}
	return TRUE;
}

/* What is said of a mailbox is said of what was there when it was opened. */
static void
note_arrived (ImapFetch *fetch)
{
	if (fetch->arrived > 0)
		report_finding (fetch->report, REPORT_NOTE, "arrived-meanwhile", NULL,
				fetch->mailbox->folder->path,
				"%u messages since it was opened, at UIDNEXT %u: they were not "
				"read",
				fetch->arrived, fetch->uid_next);
}

gboolean
imap_fetch_next (ImapFetch *fetch, Message **message, GError **error)
{
	*message = NULL;
	for (;;) {
		if (!fill_window (fetch, error))
			return FALSE;
		if (g_queue_is_empty (&fetch->commands)) {
			note_arrived (fetch);
			return TRUE;
		}
		g_autoptr (ImapResponse) response = imap_connection_read (fetch->connection, error);
		if (response == NULL)
			return FALSE;
		if (response->kind == IMAP_RESPONSE_UNTAGGED
			    ? !take_response (fetch, response, message, error)
			    : !finish_command (fetch, response, error))
			return FALSE;
		if (*message != NULL)
			return TRUE;
	}
}

gboolean
imap_fetch_is_busy (const ImapFetch *fetch)
{
	return !g_queue_is_empty ((GQueue *) &fetch->commands);
}

/* --- The whole -------------------------------------------------------------------------------- */

ImapFetch *
imap_fetch_new (const ImapMailbox *mailbox, const char *account, ImapLate *late, Ledger *ledger,
		Report *report)
{
	ImapFetch *fetch = g_new0 (ImapFetch, 1);

	fetch->mailbox = mailbox;
	fetch->account = account;
	fetch->late = late;
	fetch->ledger = ledger;
	fetch->report = report;
	fetch->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
	g_queue_init (&fetch->commands);
	return fetch;
}

void
imap_fetch_free (ImapFetch *fetch)
{
	if (fetch == NULL)
		return;
	forget_large (fetch);
	g_free (fetch->mod_sequence);
	g_queue_clear_full (&fetch->commands, g_free);
	g_array_unref (fetch->entries);
	g_free (fetch);
}
