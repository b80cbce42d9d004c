/* imap-upload.c - one connection's life in an upload, and that of those that follow it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-upload.h"

#include "base/error.h"
#include "imap/imap-offer.h"
#include "imap/imap-retry.h"
#include "imap/imap-send.h"
#include "imap/imap-settle.h"

struct ImapUpload {
	const ImapUploadContext *context;
	ImapWindow *window;
	ImapOffer *offer;
	ImapBox *box; /* that it works on */
	ImapBox *selected;
	ImapRetry retry;
};

/* --- One mailbox after the other -------------------------------------------------------------- */

/* From the first byte on, where that is asked for. */
static gboolean
compress (ImapWindow *window, GError **error)
{
	return !imap_connection_wants_compression (window->connection) ||
	       (imap_send_drain (window, error) &&
		imap_connection_compress (window->connection, error));
}

/* Until nothing waits for the mailbox, and everything sent is answered. */
static gboolean
work_off (ImapUpload *upload, GError **error)
{
	ImapWork *work = upload->context->work;
	ImapWindow *window = upload->window;

	for (;;) {
		gboolean any = FALSE;
		gboolean careful = FALSE;
		if (!compress (window, error) ||
		    !imap_offer_next (upload->offer, upload->box, &any, &careful, error) ||
		    !imap_offer_send (upload->offer, any && !careful, error))
			return FALSE;
		gboolean busy = imap_window_is_busy (window);
		if ((any && careful) || (careful && busy)) {
			if (!imap_send_drain (window, error))
				return FALSE;
		} else if (any) {
			continue;
		} else if (imap_work_expects_more (work, upload->box, busy)) {
			if (!imap_send_replies (window, error))
				return FALSE;
		} else if (!busy) {
			return TRUE;
		} else if (!imap_send_drain (window, error)) {
			return FALSE;
		}
	}
}

static void
fail_records (ImapUpload *upload)
{
	ImapBox *box = upload->box;

	for (; box->refusal != NULL && box->records > 0; box->records--)
		ledger_failed (upload->context->box->ledger, NULL, box->folder->path, "%s",
			       box->refusal);
}

/* Once everything is sent. */
static gboolean
check (ImapUpload *upload, GError **error)
{
	const ImapBoxContext *context = upload->context->box;
	ImapConnection *connection = upload->window->connection;
	ImapBox *box = upload->box;

	return (!imap_settle_is_suspect (box) ||
		imap_settle_check (box, context, connection, error)) &&
	       imap_box_count (box, context, connection, error);
}

static gboolean
serve (ImapUpload *upload, ImapJob job, GError **error)
{
	const ImapBoxContext *context = upload->context->box;
	ImapConnection *connection = upload->window->connection;
	ImapBox *box = upload->box;

	if (job == IMAP_JOB_OPEN) {
		upload->selected = NULL;
		if (!imap_box_open (box, context, connection, error))
			return FALSE;
		fail_records (upload);
	} else if (box->refusal == NULL && upload->selected != box && !context->dry_run &&
		   !imap_box_join (box, connection, error)) {
		return FALSE;
	}
	upload->selected = box;
	if (job == IMAP_JOB_CHECK)
		return check (upload, error);
	if (job == IMAP_JOB_OPEN)
		imap_work_opened (upload->context->work, box);
	return work_off (upload, error);
}

/* --- One connection after the other ----------------------------------------------------------- */

/* What was on its way is in doubt; what was not yet announced waits again. */
static void
give_back (ImapUpload *upload)
{
	g_autoptr (GPtrArray) parcels =
		g_ptr_array_new_with_free_func ((GDestroyNotify) imap_parcel_unref);

	imap_window_abandon (upload->window, parcels);
	imap_offer_return (upload->offer, parcels);
	for (guint i = 0; i < parcels->len; i++)
		imap_journal_doubt (upload->context->box->journal,
				    ((ImapParcel *) g_ptr_array_index (parcels, i))->record);
	imap_work_lose (upload->context->work, upload->box, parcels);
}

/* Takes cause; NULL if there is a connection again, else what is wrong. */
static GError *
connect_again (ImapUpload *upload, GError *cause)
{
	const ImapUploadContext *context = upload->context;
	GError *error = NULL;

	if (upload->window->fruitful)
		upload->retry.failures = 0;
	imap_window_disconnect (upload->window);
	upload->selected = NULL;
	ImapConnection *connection = imap_retry_connect (&upload->retry, context->url, context->net,
							 cause, context->box->report, &error);
	if (connection != NULL)
		imap_window_connect (upload->window, connection);
	return error;
}

/* All that one connection, and those that follow it, can do. NULL, or why it ended. */
static GError *
work_through (ImapUpload *upload)
{
	ImapWork *work = upload->context->work;
	GError *error = NULL;
	ImapJob job;

	while (error == NULL && (upload->box = imap_work_take (work, &job)) != NULL) {
		if (serve (upload, job, &error)) {
			imap_work_release (work, upload->box);
			continue;
		}
		give_back (upload);
		imap_work_release (work, upload->box);
		error = connect_again (upload, error);
	}
	return error;
}

gpointer
imap_upload_run (gpointer data)
{
	ImapUpload *upload = data;
	const ImapUploadContext *context = upload->context;
	g_autoptr (GError) error = NULL;

	if (upload->window->connection == NULL) {
		ImapConnection *connection = imap_connection_new (context->url, context->net,
								  &error);
		if (connection != NULL)
			imap_window_connect (upload->window, connection);
	}
	if (error == NULL) {
		error = work_through (upload);
	} else {
		/* The first one could log in: this one is too many, or not to be had just now. */
		report_detail (context->box->report, "no further connection: %s", error->message);
		error->code = RUN_ERROR_TEMPORARY;
	}
	if (error == NULL)
		imap_connection_logout (upload->window->connection);
	imap_work_leave (context->work, g_steal_pointer (&error));
	return NULL;
}

ImapUpload *
imap_upload_new (const ImapUploadContext *context, ImapConnection *connection)
{
	ImapUpload *upload = g_new0 (ImapUpload, 1);

	upload->context = context;
	upload->window = imap_window_new (context->box, context->work);
	upload->offer = imap_offer_new (upload->window);
	if (connection != NULL)
		imap_window_connect (upload->window, connection);
	imap_work_enter (context->work);
	return upload;
}

void
imap_upload_free (ImapUpload *upload)
{
	if (upload == NULL)
		return;
	imap_offer_free (upload->offer);
	imap_window_free (upload->window);
	g_free (upload);
}
