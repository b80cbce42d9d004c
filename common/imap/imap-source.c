/* imap-source.c - the messages of an account, as a source
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-source.h"

#include "base/error.h"
#include "imap/imap-fetch.h"
#include "imap/imap-retry.h"

#define CONNECTIONS_USUAL 4
#define BREAKS_MOST       3  /* then one has to do */
#define PATIENCE_SECONDS  30 /* with the others; some servers let one too many wait for ever */

typedef struct {
	MessageSource source;
	const NetUrl *url;
	const NetOptions *net;
	char *account;
	ImapConnection *connection; /* the first one; NULL: given up */
	GPtrArray *others;          /* of ImapConnection */
	NetOptions others_net;      /* how those are made */
	guint connections;          /* at most, all together */
	guint breaks;               /* of any, while there were several */
	ImapFolders *folders;
	Ledger *ledger;
	Report *report;
	guint next_mailbox;
	ImapFetch *fetch; /* of the open mailbox; NULL between them */
	ImapRetry retry;
	ImapLate *late; /* NULL: messages come whole */
} ImapSource;

/* --- Several connections ---------------------------------------------------------------------- */

static void
drop_others (ImapSource *source)
{
	if (source->others->len > 0 && ++source->breaks >= BREAKS_MOST)
		source->connections = 1;
	g_ptr_array_set_size (source->others, 0);
}

/* The first one could log in: one that is turned away is one too many, or not to be had just now.
 * Reading goes on without it. */
static gboolean
add_other (ImapSource *source)
{
	g_autoptr (GError) reason = NULL;
	ImapConnection *connection =
		imap_connection_new (source->url, &source->others_net, &reason);

	if (connection != NULL)
		g_ptr_array_add (source->others, connection);
	if (connection != NULL && imap_fetch_join (source->fetch, connection, &reason))
		return TRUE;
	if (connection != NULL)
		g_ptr_array_remove (source->others, connection);
	source->connections = source->others->len + 1;
	report_detail (source->report, "no further connection: %s", reason->message);
	return FALSE;
}

/* As many of those that are there as the open mailbox is worth, and new ones. One that has gone
 * while there was nothing for it to do is replaced. */
static void
share_mailbox (ImapSource *source)
{
	guint wanted = imap_fetch_suggest_connections (source->fetch, source->connections) - 1;

	for (guint i = 0; i < wanted && i < source->others->len;) {
		ImapConnection *other = g_ptr_array_index (source->others, i);
		if (imap_fetch_join (source->fetch, other, NULL))
			i++;
		else
			g_ptr_array_remove_index (source->others, i);
	}
	while (source->others->len < wanted && add_other (source))
		continue;
}

/* --- One after the other ---------------------------------------------------------------------- */

/* After problem (taken over): another connection, on which the open mailbox goes on; or give up. */
static gboolean
go_on (ImapSource *source, GError *problem, GError **error)
{
	for (;;) {
		gboolean refused = FALSE;
		g_autoptr (GError) next = NULL;

		drop_others (source);
		g_clear_pointer (&source->connection, imap_connection_free);
		source->connection = imap_retry_connect (&source->retry, source->url, source->net,
							 problem, source->report, error);
		if (source->connection == NULL)
			return FALSE;
		if (source->fetch == NULL)
			return TRUE;
		if (imap_fetch_open (source->fetch, source->connection, &refused, &next)) {
			share_mailbox (source);
			return TRUE;
		}
		problem = g_steal_pointer (&next);
	}
}

/* Open mailbox; source->fetch stays NULL if the server refuses it. */
static gboolean
open_mailbox (ImapSource *source, const ImapMailbox *mailbox, GError **error)
{
	gboolean refused = FALSE;
	GError *problem = NULL;

	source->fetch = imap_fetch_new (mailbox, source->account, source->late, source->ledger,
					source->report);
	if (!imap_fetch_open (source->fetch, source->connection, &refused, &problem))
		return go_on (source, problem, error);
	if (refused)
		g_clear_pointer (&source->fetch, imap_fetch_free);
	else
		share_mailbox (source);
	return TRUE;
}

/* The next message of the open mailbox; NULL when there is none left, and the mailbox is closed. */
static gboolean
next_in_mailbox (ImapSource *source, Message **message, GError **error)
{
	GError *problem = NULL;

	while (!imap_fetch_next (source->fetch, message, &problem))
		if (!go_on (source, g_steal_pointer (&problem), error))
			return FALSE;
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
log_out (ImapSource *source)
{
	imap_connection_logout (source->connection);
	for (guint i = 0; i < source->others->len; i++)
		imap_connection_logout (g_ptr_array_index (source->others, i));
}

static void
imap_source_free (MessageSource *base)
{
	ImapSource *source = (ImapSource *) base;

	/* With answers still on their way, a farewell would have to wait for all of them. */
	if (source->connection != NULL && source->folders != NULL &&
	    (source->fetch == NULL || !imap_fetch_is_busy (source->fetch)))
		log_out (source);
	imap_fetch_free (source->fetch);
	g_ptr_array_unref (source->others);
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
	GError *problem = NULL;

	for (;;) {
		source->folders = imap_folders_new (source->connection, source->url->path,
						    &problem);
		if (source->folders != NULL)
			return TRUE;
		if (!go_on (source, g_steal_pointer (&problem), error))
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
	source->others_net = *net;
	if (net->timeout_seconds == 0 || net->timeout_seconds > PATIENCE_SECONDS)
		source->others_net.timeout_seconds = PATIENCE_SECONDS;
	source->account = g_strdup (imap_connection_get_account (connection));
	source->connection = connection;
	source->others =
		g_ptr_array_new_with_free_func ((GDestroyNotify) imap_connection_free);
	source->connections = options->connections > 0 ? options->connections : CONNECTIONS_USUAL;
	source->ledger = ledger;
	source->report = report;
	source->late = options->late ? imap_late_new (url, net, report) : NULL;
	if (list_folders (source, error))
		return &source->source;
	imap_source_free (&source->source);
	return NULL;
}
