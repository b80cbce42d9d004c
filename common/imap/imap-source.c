/* imap-source.c - the messages of an account, as a source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-source.h"

#include "base/error.h"
#include "imap/imap-fetch.h"
#include "imap/imap-others.h"
#include "imap/imap-retry.h"

#define CONNECTIONS_USUAL 4
#define BREAKS_MOST       3  /* then one has to do */

typedef struct {
	MessageSource source;
	const NetUrl *url;
	const NetOptions *net;
	char *account;
	ImapConnection *connection; /* the first one; NULL: given up */
	ImapOthers *others;
	guint connections; /* at most, all together */
	guint breaks;      /* of any, while there were several */
	ImapFolders *folders;
	Ledger *ledger;
	Report *report;
	guint next_mailbox;
	const ImapMailbox *mailbox; /* the one opened last */
	ImapFetch *fetch;           /* of it; NULL once it is read */
	ImapRetry retry;
	ImapLate *late; /* NULL: messages come whole */
} ImapSource;

/* --- Several connections ---------------------------------------------------------------------- */

static void
drop_others (ImapSource *source)
{
	if (imap_others_count (source->others) > 0 && ++source->breaks >= BREAKS_MOST)
		source->connections = 1;
	imap_others_drop_all (source->others);
}

/* As many as the open mailbox is worth; reading begins without them. */
static void
ask_for_others (ImapSource *source)
{
	guint wanted = imap_fetch_suggest_connections (source->fetch, source->connections) - 1;

	imap_others_open (source->others, source->mailbox->mailbox, wanted);
}

/* Those that are ready by now. The first one could log in: one that is turned away is one too many,
 * or not to be had just now, and reading goes on without it. */
static void
take_others (ImapSource *source)
{
	ImapConnection *connection = NULL;
	ImapState state;

	for (;;) {
		g_autoptr (GError) reason = NULL;
		if (!imap_others_take (source->others, &connection, &state, &reason)) {
			source->connections = imap_others_count (source->others) + 1;
			report_detail (source->report, "no further connection: %s",
				       reason->message);
			continue;
		}
		if (connection == NULL)
			return;
		if (imap_fetch_suggest_connections (source->fetch, 2) < 2)
			continue;
		if (!imap_fetch_join (source->fetch, connection, &state, &reason)) {
			report_detail (source->report, "no further connection: %s",
				       reason->message);
			imap_others_drop (source->others, connection);
		}
	}
}

/* --- One after the other ---------------------------------------------------------------------- */

/* After problem (taken over): another connection, on which the mailbox goes on, or is refused; or
 * give up. */
static gboolean
go_on (ImapSource *source, GError *problem, gboolean *refused, GError **error)
{
	*refused = FALSE;
	for (;;) {
		g_autoptr (GError) next = NULL;

		drop_others (source);
		g_clear_pointer (&source->connection, imap_connection_free);
		source->connection = imap_retry_connect (&source->retry, source->url, source->net,
							 problem, source->report, error);
		if (source->connection == NULL)
			return FALSE;
		if (source->fetch == NULL ||
		    imap_fetch_open (source->fetch, source->connection, refused, &next))
			return TRUE;
		problem = g_steal_pointer (&next);
	}
}

/* Open mailbox; source->fetch stays NULL if the server refuses it. */
static gboolean
open_mailbox (ImapSource *source, const ImapMailbox *mailbox, GError **error)
{
	gboolean refused = FALSE;
	GError *problem = NULL;

	source->mailbox = mailbox;
	source->fetch = imap_fetch_new (mailbox, source->account, source->late, source->ledger,
					source->report);
	if (!imap_fetch_open (source->fetch, source->connection, &refused, &problem) &&
	    !go_on (source, problem, &refused, error))
		return FALSE;
	source->retry.failures = 0;
	if (refused)
		g_clear_pointer (&source->fetch, imap_fetch_free);
	else
		ask_for_others (source);
	return TRUE;
}

/* The next message of the open mailbox; NULL when there is none left, and the mailbox is closed. */
static gboolean
next_in_mailbox (ImapSource *source, Message **message, GError **error)
{
	gboolean refused = FALSE;
	GError *problem = NULL;

	take_others (source);
	while (!imap_fetch_next (source->fetch, message, &problem)) {
		if (!go_on (source, g_steal_pointer (&problem), &refused, error))
			return FALSE;
		ask_for_others (source);
	}
	if (*message != NULL)
		source->retry.failures = 0;
	else
		g_clear_pointer (&source->fetch, imap_fetch_free);
	return TRUE;
}

static gboolean
imap_source_next (MessageSource *base, Message **message, GError **error)
{
	ImapSource *source = (ImapSource *) base;
	const GPtrArray *mailboxes = imap_folders_list (source->folders);

	*message = NULL;
	for (;;) {
		if (source->fetch != NULL && !next_in_mailbox (source, message, error))
			return FALSE;
		if (*message != NULL || source->next_mailbox >= mailboxes->len)
			return TRUE;
		const ImapMailbox *mailbox = g_ptr_array_index (mailboxes, source->next_mailbox++);
		if (!open_mailbox (source, mailbox, error))
			return FALSE;
		if (source->fetch != NULL) {
			*message = message_new_folder (folder_ref (mailbox->folder));
			return TRUE;
		}
	}
}

static void
imap_source_free (MessageSource *base)
{
	ImapSource *source = (ImapSource *) base;

	/* With answers still on their way, a farewell would have to wait for all of them. */
	if (source->connection != NULL && source->folders != NULL &&
	    (source->fetch == NULL || !imap_fetch_is_busy (source->fetch))) {
		imap_connection_logout (source->connection);
		imap_others_log_out (source->others);
	}
	imap_fetch_free (source->fetch);
	imap_others_free (source->others);
	imap_connection_free (source->connection);
	imap_folders_free (source->folders);
	imap_late_unref (source->late);
	g_free (source->account);
	g_free (source);
}

static const MessageSourceClass imap_source_class = {
	.next = imap_source_next,
	.free = imap_source_free,
};

/* List the folders, over as many connections as that takes. */
static gboolean
list_folders (ImapSource *source, GError **error)
{
	gboolean refused = FALSE;
	GError *problem = NULL;

	for (;;) {
		source->folders = imap_folders_new (source->connection, source->url->path,
						    &problem);
		if (source->folders != NULL)
			return TRUE;
		if (!go_on (source, g_steal_pointer (&problem), &refused, error))
			return FALSE;
	}
}

MessageSource *
imap_source_new (const NetUrl *url, const NetOptions *net, const ImapSourceOptions *options,
		 Ledger *ledger, Report *report, GError **error)
{
	ImapConnection *connection = imap_connection_new (url, net, error);

	if (connection == NULL)
		return NULL;
	ImapSource *source = g_new0 (ImapSource, 1);
	source->source.class = &imap_source_class;
	source->url = url;
	source->net = net;
	source->account = g_strdup (imap_connection_get_account (connection));
	source->connection = connection;
	source->others = imap_others_new (url, net);
	source->connections = options->connections > 0 ? options->connections : CONNECTIONS_USUAL;
	source->ledger = ledger;
	source->report = report;
	source->late = options->late ? imap_late_new (url, net, report) : NULL;
	if (list_folders (source, error))
		return &source->source;
	imap_source_free (&source->source);
	return NULL;
}
