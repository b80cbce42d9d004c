/* imap-late.c - the bodies of messages, fetched one by one when somebody reads them
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-late.h"

#include "base/error.h"
#include "imap/imap-retry.h"

struct ImapLate {
	gatomicrefcount references;
	const NetUrl *url;
	const NetOptions *options;
	Report *report;
	GMutex lock; /* of what follows */
	ImapConnection *connection;
	ImapRetry retry;
	char *mailbox; /* that is open; NULL: none */
	guint32 uid_validity;
};

/* One message of one mailbox. */
typedef struct {
	ImapLate *late;
	char *mailbox;
	guint32 uid_validity;
	guint32 uid;
} Place;

ImapLate *
imap_late_new (const NetUrl *url, const NetOptions *options, Report *report)
{
	ImapLate *late = g_new0 (ImapLate, 1);

	g_atomic_ref_count_init (&late->references);
	late->url = url;
	late->options = options;
	late->report = report;
	g_mutex_init (&late->lock);
	return late;
}

ImapLate *
imap_late_ref (ImapLate *late)
{
	g_atomic_ref_count_inc (&late->references);
	return late;
}

void
imap_late_unref (ImapLate *late)
{
	if (late == NULL || !g_atomic_ref_count_dec (&late->references))
		return;
	if (late->connection != NULL)
		imap_connection_logout (late->connection);
	imap_connection_free (late->connection);
	g_free (late->mailbox);
	g_mutex_clear (&late->lock);
	g_free (late);
}

/* --- A body ----------------------------------------------------------------------------------- */

static void
note_validity (const ImapResponse *response, gpointer user_data)
{
	guint32 *validity = user_data;

	if (imap_response_has_code (response, "UIDVALIDITY"))
		(void) imap_value_get_number (imap_value_at (response->code, 1), validity);
}

static gboolean
open_mailbox (ImapLate *late, const Place *place, GError **error)
{
	g_autofree char *quoted = imap_quote (place->mailbox);
	g_autofree char *examine = g_strconcat ("EXAMINE ", quoted, NULL);

	if (g_strcmp0 (late->mailbox, place->mailbox) != 0) {
		g_clear_pointer (&late->mailbox, g_free);
		late->uid_validity = 0;
		if (!imap_connection_must (late->connection, examine, note_validity,
					   &late->uid_validity, error))
			return FALSE;
		late->mailbox = g_strdup (place->mailbox);
	}
	if (late->uid_validity == place->uid_validity)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "it was replaced by another mailbox while it was being read");
	return FALSE;
}

typedef struct {
	guint32 uid;
	Spool *spool;
} Wanted;

static void
take_body (const ImapResponse *response, gpointer user_data)
{
	Wanted *wanted = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	guint32 uid = 0;

	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL || wanted->spool != NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &uid) ||
	    uid != wanted->uid)
		return;
	wanted->spool = imap_value_dup_spool (imap_value_find (list->items, "BODY[]"));
}

static Spool *
fetch_body (ImapLate *late, const Place *place, GError **error)
{
	g_autofree char *command = g_strdup_printf ("UID FETCH %u (UID BODY.PEEK[])", place->uid);
	Wanted wanted = { .uid = place->uid };

	if (!open_mailbox (late, place, error) ||
	    !imap_connection_must (late->connection, command, take_body, &wanted, error)) {
		spool_unref (wanted.spool);
		return NULL;
	}
	if (wanted.spool == NULL)
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "the server does not hand out UID %u", place->uid);
	return wanted.spool;
}

static gboolean
connect (ImapLate *late, GError *cause, GError **error)
{
	g_clear_pointer (&late->connection, imap_connection_free);
	g_clear_pointer (&late->mailbox, g_free);
	late->connection = cause == NULL
				   ? imap_connection_new (late->url, late->options, error)
				   : imap_retry_connect (&late->retry, late->url, late->options,
							 cause, late->report, error);
	return late->connection != NULL;
}

static Spool *
load (gpointer user_data, GError **error)
{
	const Place *place = user_data;
	ImapLate *late = place->late;
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&late->lock);

	if (late->connection == NULL && !connect (late, NULL, error))
		return NULL;
	for (;;) {
		GError *problem = NULL;
		Spool *spool = fetch_body (late, place, &problem);
		if (spool != NULL) {
			late->retry.failures = 0;
			return spool;
		}
		if (!g_error_matches (problem, RUN_ERROR, RUN_ERROR_TEMPORARY)) {
			g_propagate_error (error, problem);
			return NULL;
		}
		if (!connect (late, problem, error))
			return NULL;
	}
}

static void
place_free (gpointer data)
{
	Place *place = data;

	imap_late_unref (place->late);
	g_free (place->mailbox);
	g_free (place);
}

MessageContent *
imap_late_new_content (ImapLate *late, const char *mailbox, guint32 uid_validity, guint32 uid,
		       GBytes *header, goffset size)
{
	Place *place = g_new0 (Place, 1);

	place->late = imap_late_ref (late);
	place->mailbox = g_strdup (mailbox);
	place->uid_validity = uid_validity;
	place->uid = uid;
	return message_content_new_late (header, size, load, place, place_free);
}
