/* imap-source.c - the messages of an account, as a source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Several FETCH commands are on their way while the first is being read, so a long way to the
 * server costs nothing; nobody reads ahead of the consumer, so memory holds one message.
 */
#include "imap/imap-source.h"

#include <string.h>

#include "base/error.h"
#include "imap/imap-date.h"
#include "imap/imap-folders.h"

#define COMMAND_MESSAGES 100
#define COMMAND_BYTES    (2 * 1024 * 1024)
#define WINDOW_MESSAGES  500
#define WINDOW_BYTES     (8 * 1024 * 1024)

typedef struct {
	guint32 uid;
	guint32 size;
	gboolean received;
} Entry;

typedef struct {
	guint tag;
	guint first; /* of entries */
	guint count;
	guint64 bytes;
} Command;

typedef struct {
	MessageSource source;
	ImapConnection *connection;
	ImapFolders *folders;
	Ledger *ledger;
	Report *report;
	guint next_mailbox;
	const ImapMailbox *mailbox; /* open; NULL between folders */
	guint32 exists;
	guint32 uid_validity;
	GArray *entries; /* of Entry, by UID */
	guint requested; /* so many entries have been asked for */
	GQueue commands; /* of Command, in flight */
	guint64 window_messages;
	guint64 window_bytes;
} ImapSource;

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
	if (body == NULL || body->type == IMAP_VALUE_LIST || body->type == IMAP_VALUE_NIL)
		return NULL;
	if (body->type == IMAP_VALUE_LITERAL)
		return message_content_new_spool (spool_ref (body->spool));
	return message_content_new_bytes (g_bytes_new (body->text, strlen (body->text)));
}

static char *
origin_of (const ImapSource *source, guint32 uid)
{
	return g_strdup_printf ("%s/%s:%u:%u", imap_connection_get_account (source->connection),
				source->mailbox->folder->path, source->uid_validity, uid);
}

static Entry *
find_entry (ImapSource *source, guint32 uid)
{
	guint low = 0;
	guint high = source->entries->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		Entry *entry = &g_array_index (source->entries, Entry, middle);
		if (entry->uid == uid)
			return entry;
		if (entry->uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* NULL if the response is about something else: a flag that has changed meanwhile, a message we did
 * not ask for. */
static Message *
make_message (ImapSource *source, const ImapResponse *response)
{
	const GPtrArray *items = imap_value_at (response->values, 0) != NULL
					 ? imap_value_at (response->values, 0)->items
					 : NULL;
	const ImapValue *body = imap_value_find (items, "BODY[]");
	guint32 uid = 0;

	if (g_strcmp0 (response->name, "FETCH") != 0 || body == NULL ||
	    !imap_value_get_number (imap_value_find (items, "UID"), &uid))
		return NULL;
	Entry *entry = find_entry (source, uid);
	MessageContent *content = entry != NULL && !entry->received ? content_of (body) : NULL;
	if (content == NULL)
		return NULL;
	entry->received = TRUE;
	g_autofree char *origin = origin_of (source, uid);
	Message *message = message_new (folder_ref (source->mailbox->folder), content, origin);
	g_autofree char *date = imap_value_dup_text (imap_value_find (items, "INTERNALDATE"));
	if (!imap_date_parse (date, &message->received))
		report_finding (source->report, REPORT_NOTE, "internaldate-unreadable", origin,
				message->folder->path, "%s", date != NULL ? date : "none sent");
	set_flags (message, imap_value_find (items, "FLAGS"));
	if (message_content_get_size (content) != entry->size)
		report_finding (source->report, REPORT_NOTE, "size-differs", origin,
				message->folder->path,
				"the server announced %u bytes and sent %" G_GOFFSET_FORMAT,
				entry->size, message_content_get_size (content));
	return message;
}

/* --- Opening a folder ------------------------------------------------------------------------- */

static void
note_state (const ImapResponse *response, gpointer user_data)
{
	ImapSource *source = user_data;

	if (response->has_number && g_strcmp0 (response->name, "EXISTS") == 0)
		source->exists = response->number;
	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (imap_value_at (response->code, 1),
					      &source->uid_validity);
}

static void
note_entry (const ImapResponse *response, gpointer user_data)
{
	ImapSource *source = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	Entry entry = { .uid = 0 };

	note_state (response, user_data);
	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &entry.uid) ||
	    !imap_value_get_number (imap_value_find (list->items, "RFC822.SIZE"), &entry.size))
		return;
	g_array_append_val (source->entries, entry);
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
announce (ImapSource *source)
{
	guint found = source->entries->len;
	const char *path = source->mailbox->folder->path;
	guint64 bytes = 0;

	for (guint i = 0; i < found; i++)
		bytes += g_array_index (source->entries, Entry, i).size;
	report_add_expected (source->report, bytes);
	ledger_announce (source->ledger, MAX (source->exists, found));
	if (source->exists <= found)
		return;
	report_finding (source->report, REPORT_TROUBLE, "messages-not-listed", NULL, path,
			"the server counts %u messages and lists %u", source->exists, found);
	ledger_failed_many (source->ledger, source->exists - found);
}

static gboolean
open_mailbox (ImapSource *source, const ImapMailbox *mailbox, GError **error)
{
	g_autofree char *quoted = imap_quote (mailbox->mailbox);
	g_autofree char *examine = g_strconcat ("EXAMINE ", quoted, NULL);
	g_autoptr (ImapResponse) reply = NULL;

	source->exists = 0;
	source->uid_validity = 0;
	source->requested = 0;
	g_array_set_size (source->entries, 0);
	if (!imap_connection_run (source->connection, examine, note_state, source, &reply, error))
		return FALSE;
	if (reply->status != IMAP_STATUS_OK) {
		ledger_announce (source->ledger, 1);
		ledger_failed (source->ledger, imap_connection_get_account (source->connection),
			       mailbox->folder->path, "the server does not open the folder: %s",
			       reply->text);
		return TRUE;
	}
	/* RFC 3501 forbids the range 1:* in an empty folder to some readers of it. */
	if (source->exists > 0 &&
	    !imap_connection_must (source->connection, "UID FETCH 1:* (UID RFC822.SIZE)",
				   note_entry, source, error))
		return FALSE;
	source->mailbox = mailbox;
	tidy_entries (source->entries);
	announce (source);
	return TRUE;
}

/* --- Asking and receiving --------------------------------------------------------------------- */

/* "3:5,9" for entries from first on. */
static char *
make_set (const ImapSource *source, guint first, guint count)
{
	GString *set = g_string_new (NULL);

	for (guint i = first; i < first + count;) {
		guint32 low = g_array_index (source->entries, Entry, i).uid;
		guint32 high = low;
		for (i++;
		     i < first + count && g_array_index (source->entries, Entry, i).uid == high + 1;
		     i++)
			high++;
		g_string_append_printf (set, high > low ? "%s%u:%u" : "%s%u",
					set->len > 0 ? "," : "", low, high);
	}
	return g_string_free (set, FALSE);
}

static gboolean
ask_for_more (ImapSource *source, GError **error)
{
	g_autofree Command *command = g_new0 (Command, 1);

	command->first = source->requested;
	while (source->requested < source->entries->len && command->count < COMMAND_MESSAGES &&
	       command->bytes < COMMAND_BYTES) {
		command->bytes += g_array_index (source->entries, Entry, source->requested++).size;
		command->count++;
	}
	g_autofree char *set = make_set (source, command->first, command->count);
	if (!imap_connection_begin (source->connection, &command->tag, error) ||
	    !imap_connection_print (
		    source->connection, error,
		    "UID FETCH %s (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])\r\n", set))
		return FALSE;
	source->window_messages += command->count;
	source->window_bytes += command->bytes;
	g_queue_push_tail (&source->commands, g_steal_pointer (&command));
	return TRUE;
}

static gboolean
fill_window (ImapSource *source, GError **error)
{
	while (source->requested < source->entries->len &&
	       source->window_messages < WINDOW_MESSAGES && source->window_bytes < WINDOW_BYTES)
		if (!ask_for_more (source, error))
			return FALSE;
	return TRUE;
}

/* What the server left out of a command it has finished is lost, and named. */
static gboolean
finish_command (ImapSource *source, const ImapResponse *reply, GError **error)
{
	g_autofree Command *command = g_queue_pop_head (&source->commands);

	if (command == NULL || imap_connection_get_tag (reply) != command->tag) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers out of order",
			     imap_connection_get_account (source->connection));
		return FALSE;
	}
	for (guint i = command->first; i < command->first + command->count; i++) {
		const Entry *entry = &g_array_index (source->entries, Entry, i);
		if (entry->received)
			continue;
		g_autofree char *origin = origin_of (source, entry->uid);
		ledger_failed (source->ledger, origin, source->mailbox->folder->path,
			       "the server does not hand it out%s%s",
			       reply->status == IMAP_STATUS_OK ? "" : ": ",
			       reply->status == IMAP_STATUS_OK ? "" : reply->text);
	}
	source->window_messages -= command->count;
	source->window_bytes -= command->bytes;
	return TRUE;
}

/* The next message of the open folder; NULL when there is none left, and the folder is closed. */
static gboolean
next_in_folder (ImapSource *source, Message **message, GError **error)
{
	*message = NULL;
	for (;;) {
		if (!fill_window (source, error))
			return FALSE;
		if (g_queue_is_empty (&source->commands)) {
			source->mailbox = NULL;
			return TRUE;
		}
		g_autoptr (ImapResponse) response = imap_connection_read (source->connection,
									  error);
		if (response == NULL)
			return FALSE;
		if (response->kind == IMAP_RESPONSE_UNTAGGED)
			*message = make_message (source, response);
		else if (!finish_command (source, response, error))
			return FALSE;
		if (*message != NULL)
			return TRUE;
	}
}

static gboolean
imap_source_next (MessageSource *base, Message **message, GError **error)
{
	ImapSource *source = (ImapSource *) base;
	const GPtrArray *mailboxes = imap_folders_list (source->folders);

	*message = NULL;
	for (;;) {
		if (source->mailbox != NULL && !next_in_folder (source, message, error))
			return FALSE;
		if (*message != NULL ||
		    (source->mailbox == NULL && source->next_mailbox >= mailboxes->len))
			return TRUE;
		if (!open_mailbox (source, g_ptr_array_index (mailboxes, source->next_mailbox++),
				   error))
			return FALSE;
		if (source->mailbox != NULL) {
			*message = message_new_folder (folder_ref (source->mailbox->folder));
			return TRUE;
		}
	}
}

static void
imap_source_free (MessageSource *base)
{
	ImapSource *source = (ImapSource *) base;

	/* With answers still on their way, a farewell would have to wait for all of them. */
	if (g_queue_is_empty (&source->commands) && source->folders != NULL)
		imap_connection_logout (source->connection);
	imap_connection_free (source->connection);
	imap_folders_free (source->folders);
	g_queue_clear_full (&source->commands, g_free);
	g_array_unref (source->entries);
	g_free (source);
}

static const MessageSourceClass imap_source_class = {
	.next = imap_source_next,
	.free = imap_source_free,
};

MessageSource *
imap_source_new (const NetUrl *url, const NetOptions *options, Ledger *ledger, Report *report,
		 GError **error)
{
	ImapConnection *connection = imap_connection_new (url, options, error);

	if (connection == NULL)
		return NULL;
	ImapSource *source = g_new0 (ImapSource, 1);
	source->source.class = &imap_source_class;
	source->connection = connection;
	source->ledger = ledger;
	source->report = report;
	source->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
	g_queue_init (&source->commands);
	source->folders = imap_folders_new (connection, url->path, error);
	if (source->folders != NULL)
		return &source->source;
	imap_source_free (&source->source);
	return NULL;
}
