/* imap-fetch.c - the messages of one mailbox, fetched without waiting for answers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-fetch.h"

#include "base/error.h"
#include "imap/imap-changes.h"
#include "imap/imap-entries.h"
#include "imap/imap-message.h"
#include "imap/imap-refusal.h"
#include "imap/imap-requests.h"
#include "imap/imap-state.h"

/* For each connection but the first. */
#define WORTH_MESSAGES 1000
#define WORTH_BYTES    (16 * 1024 * 1024)
#define WORTH_HEADER   4096 /* what a message counts for of which only the header comes */

struct ImapFetch {
	const ImapMailbox *mailbox;
	const char *account;
	ImapLate *late;
	Ledger *ledger;
	Report *report;
	ImapConnection *connection; /* the first one */
	gboolean announced;
	ImapState begun; /* when it was first opened */
	ImapState now;   /* when it was opened last */
	gboolean looked; /* once more, in the end */
	char *refusal;   /* what the server said to that; NULL: it let us */
	ImapEntries *entries;
	ImapRequests *requests;
	ImapPieces pieces; /* kept over a cut */
};

/* --- Messages --------------------------------------------------------------------------------- */

static char *
origin_of (const ImapFetch *fetch, guint32 uid)
{
	return g_strdup_printf ("%s/%s:%u:%u", fetch->account, fetch->mailbox->folder->path,
				fetch->begun.uid_validity, uid);
}

/* Takes content, which may be NULL for now. */
static Message *
make_message (ImapFetch *fetch, ImapEntry *entry, MessageContent *content, const GPtrArray *items)
{
	g_autofree char *origin = origin_of (fetch, entry->uid);

	entry->flags = imap_message_sum_flags (items);
	return imap_message_new (fetch->mailbox->folder, origin, content, items, fetch->report);
}

static Message *
finish_message (ImapFetch *fetch, Message *message, ImapEntry *entry)
{
	goffset size = message_content_get_size (message->content);

	entry->fate = IMAP_ENTRY_DONE;
	if (fetch->late == NULL && size != entry->size)
		report_finding (fetch->report, REPORT_NOTE, "size-differs", message->origin,
				message->folder->path,
				"the server announced %u bytes and sent %" G_GOFFSET_FORMAT,
				entry->size, size);
	return message;
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
late_content_of (const ImapFetch *fetch, const ImapEntry *entry, const GPtrArray *items)
{
	g_autoptr (MessageContent) header =
		imap_message_read_content (imap_value_find (items, "BODY[HEADER]"));
	GBytes *bytes = bytes_of (header);

	if (bytes == NULL)
		return NULL;
	if (imap_message_is_substitute (header, entry->size)) {
		g_bytes_unref (bytes);
		return NULL;
	}
	return imap_late_new_content (fetch->late, fetch->mailbox->mailbox,
				      fetch->begun.uid_validity, entry->uid, bytes, entry->size);
}

static Message *
take_whole (ImapFetch *fetch, ImapEntry *entry, const GPtrArray *items)
{
	g_autoptr (MessageContent) content =
		fetch->late != NULL
			? late_content_of (fetch, entry, items)
			: imap_message_read_content (imap_value_find (items, "BODY[]"));

	if (content == NULL || imap_message_is_substitute (content, entry->size))
		return NULL;
	Message *message = make_message (fetch, entry, g_steal_pointer (&content), items);
	return finish_message (fetch, message, entry);
}

static gboolean
take_piece (ImapFetch *fetch, ImapEntry *entry, const GPtrArray *items, Message **message,
	    GError **error)
{
	ImapPieces *pieces = &fetch->pieces;
	gboolean is_whole = FALSE;

	if (!imap_pieces_take (pieces, items, entry->size, &is_whole, error))
		return FALSE;
	if (pieces->message == NULL)
		pieces->message = make_message (fetch, entry, NULL, items);
	if (is_whole)
		*message = finish_message (fetch, imap_pieces_steal (pieces), entry);
	return TRUE;
}

/* *message is NULL if the response is about something else: a flag that has changed meanwhile, a
 * message we did not ask for, a piece with more to come; or if it is not yet its turn. */
static gboolean
take_response (ImapFetch *fetch, const ImapConnection *connection, const ImapResponse *response,
	       Message **message, GError **error)
{
	const ImapValue *list = imap_value_at (response->values, 0);
	guint32 uid = 0;

	if (fetch->looked)
		imap_state_note (response, &fetch->now);
	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &uid))
		return TRUE;
	ImapEntry *entry = imap_entries_find (fetch->entries, uid);
	if (entry == NULL || entry->fate != IMAP_ENTRY_OPEN)
		return TRUE;
	ImapRequest *request = imap_requests_find (fetch->requests, connection, entry);
	if (request == NULL)
		return TRUE;
	if (request->is_piece)
		return take_piece (fetch, entry, list->items, message, error);
	*message = take_whole (fetch, entry, list->items);
	if (*message != NULL)
		*message = imap_requests_take (fetch->requests, request, entry, *message);
	return TRUE;
}

/* --- Opening ---------------------------------------------------------------------------------- */

static void
note_entry (const ImapResponse *response, gpointer user_data)
{
	const ImapValue *list = imap_value_at (response->values, 0);
	guint32 uid = 0;
	guint32 size = 0;

	if (g_strcmp0 (response->name, "FETCH") == 0 && list != NULL &&
	    imap_value_get_number (imap_value_find (list->items, "UID"), &uid) &&
	    imap_value_get_number (imap_value_find (list->items, "RFC822.SIZE"), &size))
		imap_entries_add (user_data, uid, size);
}

static void
note_moment (const ImapFetch *fetch, const ImapChanges *changes)
{
	const LedgerMoment moment = {
		.uid_validity = fetch->begun.uid_validity,
		.uid_next = fetch->begun.uid_next,
		.mod_sequence = fetch->begun.mod_sequence,
		.arrived = changes->arrived,
		.flags_changed = changes->flags,
		.expunged = changes->expunged,
	};

	ledger_note_moment (fetch->ledger, fetch->mailbox->folder->path, &moment);
}

/* What has come between opening and listing is read too. */
static void
correct_state (ImapState *state, const ImapEntries *entries)
{
	guint found = imap_entries_count (entries);
	guint32 last = found > 0 ? imap_entries_get (entries, found - 1)->uid : 0;

	if (last > 0 && last < G_MAXUINT32)
		state->uid_next = MAX (state->uid_next, last + 1);
	state->exists = MAX (state->exists, found);
}

static void
announce (ImapFetch *fetch)
{
	static const ImapChanges none = { 0 };
	guint found = imap_entries_count (fetch->entries);
	const char *path = fetch->mailbox->folder->path;

	correct_state (&fetch->begun, fetch->entries);
	g_autofree char *state = imap_state_describe (&fetch->begun);
	report_add_expected (fetch->report, imap_entries_sum_sizes (fetch->entries));
	ledger_announce (fetch->ledger, fetch->begun.exists);
	report_detail (fetch->report, "%s: %u messages as of %s", path, found, state);
	note_moment (fetch, &none);
	if (fetch->begun.exists == found)
		return;
	report_finding (fetch->report, REPORT_TROUBLE, "messages-not-listed", NULL, path,
			"the server counts %u messages and lists %u", fetch->begun.exists, found);
	ledger_failed_many (fetch->ledger, fetch->begun.exists - found);
}

/* It is open, and listed was the reply to the question for what is in it. In an empty folder RFC
 * 3501 forbids the range 1:* to some readers of it. */
static gboolean
begin (ImapFetch *fetch, const ImapResponse *listed, GError **error)
{
	fetch->begun = fetch->now;
	if (fetch->begun.exists > 0 && listed->status != IMAP_STATUS_OK)
		return imap_connection_refused (fetch->connection, listed,
						fetch->mailbox->folder->path, error);
	imap_entries_tidy (fetch->entries);
	announce (fetch);
	fetch->announced = TRUE;
	return TRUE;
}

static gboolean
check_validity (const ImapFetch *fetch, GError **error)
{
	if (!fetch->announced || fetch->begun.uid_validity == fetch->now.uid_validity)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: %s was replaced by another mailbox while it was being read",
		     fetch->account, fetch->mailbox->folder->path);
	return FALSE;
}

/* Dovecot 2.3 keeps HIGHESTMODSEQ to itself unless somebody wants CONDSTORE (RFC 7162, 3.1.8). */
static char *
make_examine (const ImapFetch *fetch)
{
	g_autofree char *quoted = imap_quote (fetch->mailbox->mailbox);
	gboolean counts = imap_connection_has (fetch->connection, "CONDSTORE");

	return g_strconcat ("EXAMINE ", quoted, counts ? " (CONDSTORE)" : NULL, NULL);
}

/* The reply to the question for what is in the mailbox. Where that was refused, or is empty, it was
 * not a question to ask, and some servers hang up at it, at once or when it happens too often: all
 * is known without the reply then, and the next command meets the cut. */
static gboolean
hear_listed (ImapFetch *fetch, guint listing, const ImapResponse *opened, ImapResponse **listed,
	     GError **error)
{
	g_autoptr (GError) problem = NULL;

	if (imap_connection_wait (fetch->connection, listing, note_entry, fetch->entries, listed,
				  &problem))
		return TRUE;
	if ((opened->status != IMAP_STATUS_OK || fetch->now.exists == 0) &&
	    g_error_matches (problem, RUN_ERROR, RUN_ERROR_TEMPORARY))
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&problem));
	return FALSE;
}

/* Open the mailbox and, for the first time, list what is in it: in one round trip, because an
 * account may have hundreds of folders. *listed is NULL where there is nothing to list. */
static gboolean
ask (ImapFetch *fetch, ImapResponse **opened, ImapResponse **listed, GError **error)
{
	ImapConnection *connection = fetch->connection;
	g_autofree char *examine = make_examine (fetch);
	guint opening = 0;
	guint listing = 0;

	imap_entries_clear (fetch->entries);
	return imap_connection_send (connection, examine, &opening, error) &&
	       imap_connection_send (connection, "UID FETCH 1:* (UID RFC822.SIZE)", &listing,
				     error) &&
	       imap_connection_wait (connection, opening, imap_state_note, &fetch->now, opened,
				     error) &&
	       hear_listed (fetch, listing, *opened, listed, error);
}

static gboolean
ask_again (ImapFetch *fetch, ImapResponse **opened, GError **error)
{
	g_autofree char *examine = make_examine (fetch);

	return imap_connection_run (fetch->connection, examine, imap_state_note, &fetch->now,
				    opened, error);
}

gboolean
imap_fetch_open (ImapFetch *fetch, ImapConnection *connection, gboolean *refused, GError **error)
{
	g_autoptr (ImapResponse) reply = NULL;
	g_autoptr (ImapResponse) listed = NULL;

	*refused = FALSE;
	fetch->connection = connection;
	fetch->looked = FALSE;
	fetch->now = (ImapState){ 0 };
	imap_requests_begin (fetch->requests, connection);
	if (!(fetch->announced ? ask_again (fetch, &reply, error)
			       : ask (fetch, &reply, &listed, error)))
		return FALSE;
	if (reply->status == IMAP_STATUS_OK)
		return check_validity (fetch, error) &&
		       (fetch->announced || begin (fetch, listed, error));
	if (fetch->announced)
		return imap_connection_refused (connection, reply, fetch->mailbox->folder->path,
						error);
	*refused = TRUE;
	ledger_announce (fetch->ledger, 1);
	ledger_failed (fetch->ledger, fetch->account, fetch->mailbox->folder->path,
		       "the server does not open the folder: %s", reply->text);
	return TRUE;
}

gboolean
imap_fetch_join (ImapFetch *fetch, ImapConnection *connection, const ImapState *state,
		 GError **error)
{
	if (state->uid_validity != fetch->begun.uid_validity) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_TEMPORARY,
			     "%s: over another connection %s is another mailbox", fetch->account,
			     fetch->mailbox->folder->path);
		return FALSE;
	}
	imap_requests_join (fetch->requests, connection);
	return TRUE;
}

guint
imap_fetch_suggest_connections (const ImapFetch *fetch, guint most)
{
	guint64 messages = 0;
	guint64 bytes = 0;

	for (guint i = 0; i < imap_entries_count (fetch->entries); i++) {
		const ImapEntry *entry = imap_entries_get (fetch->entries, i);
		if (entry->fate != IMAP_ENTRY_OPEN)
			continue;
		messages++;
		bytes += fetch->late != NULL ? WORTH_HEADER : entry->size;
	}
	return (guint) MIN (most, 1 + MAX (messages / WORTH_MESSAGES, bytes / WORTH_BYTES));
}

/* --- The end of the mailbox ------------------------------------------------------------------- */

/* Behind the last question, which costs no round trip of its own. Of what was empty nothing was
 * read that could have changed meanwhile. */
static gboolean
look_again (ImapFetch *fetch, GError **error)
{
	if (fetch->looked || !imap_requests_may_look (fetch->requests) ||
	    imap_entries_count (fetch->entries) == 0)
		return TRUE;
	g_autofree char *examine = make_examine (fetch);
	fetch->looked = TRUE;
	fetch->now = (ImapState){ 0 };
	return imap_requests_look (fetch->requests, examine, error);
}

/* What is said of a mailbox is said of what was there when it was opened. */
static void
report_changes (ImapFetch *fetch, const ImapChanges *changes)
{
	const char *path = fetch->mailbox->folder->path;

	note_moment (fetch, changes);
	if (changes->arrived > 0)
		report_finding (fetch->report, REPORT_NOTE, "arrived-meanwhile", NULL, path,
				"%" G_GUINT64_FORMAT " messages since it was opened, at UIDNEXT "
				"%u: they were not read",
				changes->arrived, fetch->begun.uid_next);
	if (changes->flags > 0)
		report_finding (fetch->report, REPORT_NOTE, "flags-changed-meanwhile", NULL, path,
				"of %" G_GUINT64_FORMAT " messages, after they were read",
				changes->flags);
	if (changes->expunged > 0)
		report_finding (fetch->report, REPORT_NOTE, "expunged-meanwhile", NULL, path,
				"%" G_GUINT64_FORMAT " messages since it was opened",
				changes->expunged);
}

/* What the server did not hand out is lost; what was expunged before we came to it is gone. */
static void
settle_withheld (ImapFetch *fetch, gboolean listed)
{
	const char *path = fetch->mailbox->folder->path;

	for (guint i = 0; i < imap_entries_count (fetch->entries); i++) {
		const ImapEntry *entry = imap_entries_get (fetch->entries, i);
		const char *text = imap_entries_get_refusal (fetch->entries, entry);
		g_autofree char *origin = NULL;

		if (entry->fate != IMAP_ENTRY_WITHHELD)
			continue;
		origin = origin_of (fetch, entry->uid);
		if (listed && !entry->is_there)
			ledger_skipped (fetch->ledger, origin, path, "expunged");
		else
			ledger_failed (fetch->ledger, origin, path,
				       "the server does not hand it out%s%s",
				       text != NULL ? ": " : "", text != NULL ? text : "");
	}
}

static void
report_unknown (const ImapFetch *fetch, const char *text)
{
	report_finding (fetch->report, REPORT_NOTE, "changes-unknown", NULL,
			fetch->mailbox->folder->path,
			"whether it changed while it was read, the server does not say: %s", text);
}

/* A server that counts changes is believed when it says that there were none. */
static gboolean
finish_mailbox (ImapFetch *fetch, GError **error)
{
	ImapChanges changes = { 0 };
	g_autoptr (ImapResponse) reply = NULL;

	if (imap_entries_count (fetch->entries) == 0)
		return TRUE;
	if (fetch->refusal != NULL) {
		report_unknown (fetch, fetch->refusal);
		settle_withheld (fetch, FALSE);
		return TRUE;
	}
	if (imap_state_is_same (&fetch->begun, &fetch->now) &&
	    !imap_entries_has_withheld (fetch->entries))
		return TRUE;
	/* RFC 3501 forbids the range 1:* in an empty folder to some readers of it. */
	if (fetch->now.exists == 0) {
		changes.expunged = imap_entries_count (fetch->entries);
		report_changes (fetch, &changes);
		settle_withheld (fetch, TRUE);
		return TRUE;
	}
	if (!imap_changes_list (fetch->connection, fetch->entries, &changes, &reply, error))
		return FALSE;
	if (reply->status == IMAP_STATUS_OK)
		report_changes (fetch, &changes);
	else
		report_unknown (fetch, reply->text);
	settle_withheld (fetch, reply->status == IMAP_STATUS_OK);
	return TRUE;
}

/* --- One after the other ---------------------------------------------------------------------- */

/* A request is answered: the oldest over connection. */
static gboolean
take_reply (ImapFetch *fetch, ImapConnection *connection, const ImapResponse *reply, GError **error)
{
	ImapRequest *request = imap_requests_oldest (fetch->requests, connection);
	gboolean ok = reply->status == IMAP_STATUS_OK;
	gboolean is_look = request != NULL && request->is_look;

	if (request == NULL || imap_connection_get_tag (reply) != request->tag) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the server answers out of order", fetch->account);
		return FALSE;
	}
	if (!ok && imap_refusal_classify (reply) == IMAP_REFUSAL_TEMPORARY)
		return imap_connection_refused (connection, reply, fetch->mailbox->folder->path,
						error);
	imap_requests_settle (fetch->requests, request, ok ? NULL : reply->text);
	if (is_look && !ok)
		fetch->refusal = g_strdup (reply->text);
	return !is_look || !ok || check_validity (fetch, error);
}

gboolean
imap_fetch_next (ImapFetch *fetch, Message **message, GError **error)
{
	*message = NULL;
	for (;;) {
		if (!imap_requests_fill (fetch->requests, error) || !look_again (fetch, error))
			return FALSE;
		*message = imap_requests_take_held (fetch->requests);
		if (*message != NULL)
			return TRUE;
		const ImapRequest *request = imap_requests_peek (fetch->requests);
		if (request == NULL)
			return finish_mailbox (fetch, error);
		ImapConnection *connection = request->connection;
		g_autoptr (ImapResponse) response = imap_connection_read (connection, error);
		if (response == NULL)
			return FALSE;
		if (response->kind == IMAP_RESPONSE_UNTAGGED
			    ? !take_response (fetch, connection, response, message, error)
			    : !take_reply (fetch, connection, response, error))
			return FALSE;
		if (*message != NULL)
			return TRUE;
	}
}

gboolean
imap_fetch_is_busy (const ImapFetch *fetch)
{
	return imap_requests_peek (fetch->requests) != NULL;
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
	fetch->entries = imap_entries_new ();
	fetch->requests = imap_requests_new (fetch->entries, &fetch->pieces, late != NULL);
	return fetch;
}

void
imap_fetch_free (ImapFetch *fetch)
{
	if (fetch == NULL)
		return;
	imap_pieces_clear (&fetch->pieces);
	imap_requests_free (fetch->requests);
	imap_entries_free (fetch->entries);
	g_free (fetch->refusal);
	g_free (fetch);
}
