/* imap-others.c - further connections to an account, made while the first one is at work
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-others.h"

#include <string.h>

#include "base/stop.h"

#define PATIENCE_SECONDS 30 /* some servers let one too many wait for ever */

typedef struct {
	const NetUrl *url;
	const NetOptions *net;
	char *examine;   /* the command to open the mailbox */
	GThread *thread; /* whose all of this is until done; NULL: ours */
	int done;        /* atomic */
	ImapConnection *connection;
	ImapState state;
	GError *problem;
	gboolean is_out; /* handed out for that mailbox */
} Other;

struct ImapOthers {
	const NetUrl *url;
	NetOptions net;
	gulong stopped; /* what lets base/stop end our waits, too */
	GPtrArray *all; /* of Other */
	char *examine;  /* of the mailbox asked for last; NULL: none yet */
	guint wanted;   /* for that one */
};

/* --- One connection --------------------------------------------------------------------------- */

static gboolean
open_mailbox (Other *other, GError **error)
{
	other->state = (ImapState){ 0 };
	return imap_connection_must (other->connection, other->examine, imap_state_note,
				     &other->state, error);
}

/* The thread. */
static gpointer
run (gpointer data)
{
	Other *other = data;

	if (other->connection != NULL && !open_mailbox (other, NULL))
		g_clear_pointer (&other->connection, imap_connection_free);
	if (other->connection == NULL) {
		other->connection = imap_connection_new (other->url, other->net, &other->problem);
		if (other->connection != NULL)
			(void) open_mailbox (other, &other->problem);
	}
	g_atomic_int_set (&other->done, TRUE);
	return NULL;
}

static void
begin (Other *other, const char *examine)
{
	g_free (other->examine);
	other->examine = g_strdup (examine);
	g_clear_error (&other->problem);
	other->is_out = FALSE;
	other->done = FALSE;
	other->thread = g_thread_new ("connection", run, other);
}

static void
other_free (gpointer data)
{
	Other *other = data;

	g_clear_pointer (&other->thread, g_thread_join);
	imap_connection_free (other->connection);
	g_clear_error (&other->problem);
	g_free (other->examine);
	g_free (other);
}

static gboolean
is_busy (Other *other)
{
	if (other->thread != NULL && g_atomic_int_get (&other->done))
		g_clear_pointer (&other->thread, g_thread_join);
	return other->thread != NULL;
}

/* --- All of them ------------------------------------------------------------------------------ */

static void
cancel_too (GCancellable *stop, gpointer ours)
{
	g_cancellable_cancel (ours);
}

ImapOthers *
imap_others_new (const NetUrl *url, const NetOptions *net)
{
	ImapOthers *others = g_new0 (ImapOthers, 1);

	others->url = url;
	others->net = *net;
	if (net->timeout_seconds == 0 || net->timeout_seconds > PATIENCE_SECONDS)
		others->net.timeout_seconds = PATIENCE_SECONDS;
	others->net.cancellable = g_cancellable_new ();
	if (stop_cancellable () != NULL)
		others->stopped = g_cancellable_connect (stop_cancellable (),
							 G_CALLBACK (cancel_too),
							 others->net.cancellable, NULL);
	others->all = g_ptr_array_new_with_free_func (other_free);
	return others;
}

void
imap_others_free (ImapOthers *others)
{
	if (others == NULL)
		return;
	g_cancellable_cancel (others->net.cancellable);
	g_ptr_array_unref (others->all);
	g_cancellable_disconnect (stop_cancellable (), others->stopped);
	g_object_unref (others->net.cancellable);
	g_free (others->examine);
	g_free (others);
}

void
imap_others_open (ImapOthers *others, const char *mailbox, guint count)
{
	g_autofree char *quoted = imap_quote (mailbox);

	g_free (others->examine);
	others->examine = g_strconcat ("EXAMINE ", quoted, NULL);
	others->wanted = count;
	while (others->all->len < count) {
		Other *other = g_new0 (Other, 1);
		other->url = others->url;
		other->net = &others->net;
		g_ptr_array_add (others->all, other);
	}
	for (guint i = 0; i < others->all->len; i++) {
		Other *other = g_ptr_array_index (others->all, i);
		other->is_out = FALSE;
		if (i < count && !is_busy (other))
			begin (other, others->examine);
	}
}

/* FALSE: it is not to be had, and gone. */
static gboolean
settle (ImapOthers *others, guint i, GError **error)
{
	Other *other = g_ptr_array_index (others->all, i);

	if (other->problem != NULL) {
		g_propagate_error (error, g_steal_pointer (&other->problem));
		g_ptr_array_remove_index (others->all, i);
		return FALSE;
	}
	other->is_out = strcmp (other->examine, others->examine) == 0;
	/* It was made for an earlier mailbox, which ended before it was ready. */
	if (!other->is_out && i < others->wanted)
		begin (other, others->examine);
	return TRUE;
}

gboolean
imap_others_take (ImapOthers *others, ImapConnection **connection, ImapState *state,
		  GError **error)
{
	*connection = NULL;
	for (guint i = 0; i < others->all->len; i++) {
		Other *other = g_ptr_array_index (others->all, i);
		if (other->thread == NULL || is_busy (other))
			continue;
		if (!settle (others, i, error))
			return FALSE;
		if (!other->is_out)
			continue;
		*connection = other->connection;
		*state = other->state;
		return TRUE;
	}
	return TRUE;
}

guint
imap_others_count (const ImapOthers *others)
{
	guint count = 0;

	for (guint i = 0; i < others->all->len; i++)
		count += ((const Other *) g_ptr_array_index (others->all, i))->is_out;
	return count;
}

void
imap_others_drop (ImapOthers *others, ImapConnection *connection)
{
	for (guint i = 0; i < others->all->len; i++) {
		const Other *other = g_ptr_array_index (others->all, i);
		if (!other->is_out || other->connection != connection)
			continue;
		g_ptr_array_remove_index (others->all, i);
		return;
	}
}

void
imap_others_drop_all (ImapOthers *others)
{
	g_cancellable_cancel (others->net.cancellable);
	g_ptr_array_set_size (others->all, 0);
	if (!stop_requested ())
		g_cancellable_reset (others->net.cancellable);
}

void
imap_others_log_out (ImapOthers *others)
{
	for (guint i = 0; i < others->all->len; i++) {
		Other *other = g_ptr_array_index (others->all, i);
		if (!is_busy (other) && other->problem == NULL)
			imap_connection_logout (other->connection);
	}
}
