/* ledger.c - the account of every message: announced = emitted + present + skipped + failed
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/ledger.h"

/* A hostile file may invent a class per item; the summary names this many and adds up the rest. */
#define REASONS_NAMED 64

struct Ledger {
	GMutex lock;
	Report *report;
	Manifest *manifest;
	GError *manifest_error; /* of a skip or failure, told at the next delivery */
	ReportCounts counts;
	guint64 failed_upstream; /* part of counts.failed */
	guint64 aside; /* part of counts.emitted */
	GHashTable *reasons; /* reason -> guint64 * */
	GHashTable *moments; /* folder -> LedgerMoment * */
};

Ledger *
ledger_new (Report *report)
{
	Ledger *ledger = g_new0 (Ledger, 1);

	g_mutex_init (&ledger->lock);
	ledger->report = report;
	ledger->reasons = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	ledger->moments = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	return ledger;
}

void
ledger_free (Ledger *ledger)
{
	if (ledger == NULL)
		return;
	g_clear_error (&ledger->manifest_error);
	g_hash_table_unref (ledger->reasons);
	g_hash_table_unref (ledger->moments);
	g_mutex_clear (&ledger->lock);
	g_free (ledger);
}

void
ledger_set_manifest (Ledger *ledger, Manifest *manifest)
{
	ledger->manifest = manifest;
}

void
ledger_announce (Ledger *ledger, guint64 items)
{
	g_mutex_lock (&ledger->lock);
	ledger->counts.announced += items;
	g_mutex_unlock (&ledger->lock);
}

/* count belongs to the ledger. */
static gboolean
enter_delivery (Ledger *ledger, guint64 *count, Message *message, const char *target,
		GError **error)
{
	g_autofree char *line = NULL;

	/* Set before there are threads; the line takes the time, so it is made outside the lock. */
	if (ledger->manifest != NULL) {
		line = manifest_describe (message, target, error);
		if (line == NULL)
			return FALSE;
	}
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&ledger->lock);
	++*count;
	ledger->counts.bytes += (guint64) message_content_get_size (message->content);
	if (ledger->manifest_error != NULL) {
		g_propagate_error (error, g_steal_pointer (&ledger->manifest_error));
		return FALSE;
	}
	return line == NULL || manifest_add (ledger->manifest, line, error);
}

gboolean
ledger_emitted (Ledger *ledger, Message *message, const char *target, GError **error)
{
	return enter_delivery (ledger, &ledger->counts.emitted, message, target, error);
}

gboolean
ledger_present (Ledger *ledger, Message *message, const char *target, GError **error)
{
	return enter_delivery (ledger, &ledger->counts.present, message, target, error);
}

void
ledger_emitted_aside (Ledger *ledger)
{
	g_mutex_lock (&ledger->lock);
	ledger->counts.emitted++;
	ledger->aside++;
	g_mutex_unlock (&ledger->lock);
}

ReportCounts
ledger_get_mail_counts (Ledger *ledger)
{
	g_mutex_lock (&ledger->lock);
	ReportCounts counts = ledger->counts;
	counts.announced -= ledger->aside;
	counts.emitted -= ledger->aside;
	g_mutex_unlock (&ledger->lock);
	return counts;
}

static void
count_reason (Ledger *ledger, const char *reason)
{
	if (g_hash_table_size (ledger->reasons) >= REASONS_NAMED &&
	    !g_hash_table_contains (ledger->reasons, reason))
		reason = "other";
	guint64 *count = g_hash_table_lookup (ledger->reasons, reason);
	if (count == NULL) {
		count = g_new0 (guint64, 1);
		g_hash_table_insert (ledger->reasons, g_strdup (reason), count);
	}
	++*count;
}

void
ledger_skipped (Ledger *ledger, const char *origin, const char *folder, const char *reason)
{
	g_mutex_lock (&ledger->lock);
	ledger->counts.skipped++;
	count_reason (ledger, reason);
	if (ledger->manifest != NULL && ledger->manifest_error == NULL)
		(void) manifest_add_skipped (ledger->manifest, origin, reason,
					     &ledger->manifest_error);
	g_mutex_unlock (&ledger->lock);
	report_detail (ledger->report, "%s: skipped: %s", origin != NULL ? origin : folder, reason);
}

void
ledger_failed (Ledger *ledger, const char *origin, const char *folder, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_autofree char *reason = g_strdup_vprintf (format, arguments);
	va_end (arguments);

	g_mutex_lock (&ledger->lock);
	ledger->counts.failed++;
	if (ledger->manifest != NULL && ledger->manifest_error == NULL)
		(void) manifest_add_failed (ledger->manifest, origin, reason,
					    &ledger->manifest_error);
	g_mutex_unlock (&ledger->lock);
	report_finding (ledger->report, REPORT_TROUBLE, "failed", origin, folder, "%s", reason);
}

void
ledger_failed_many (Ledger *ledger, guint64 items)
{
	if (items == 0)
		return;
	g_mutex_lock (&ledger->lock);
	ledger->counts.failed += items;
	ledger->failed_upstream += items;
	g_mutex_unlock (&ledger->lock);
	report_worsen (ledger->report, EXIT_STATUS_DIFFERENCES);
}

void
ledger_note_moment (Ledger *ledger, const char *folder, const LedgerMoment *moment)
{
	g_mutex_lock (&ledger->lock);
	g_hash_table_insert (ledger->moments, g_strdup (folder),
			     g_memdup2 (moment, sizeof *moment));
	g_mutex_unlock (&ledger->lock);
}

gboolean
ledger_get_moment (Ledger *ledger, const char *folder, LedgerMoment *moment)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&ledger->lock);
	const LedgerMoment *noted = g_hash_table_lookup (ledger->moments, folder);

	if (noted != NULL)
		*moment = *noted;
	return noted != NULL;
}

ReportCounts
ledger_get_counts (Ledger *ledger)
{
	g_mutex_lock (&ledger->lock);
	ReportCounts counts = ledger->counts;
	g_mutex_unlock (&ledger->lock);
	return counts;
}

guint64
ledger_get_failed_upstream (Ledger *ledger)
{
	g_mutex_lock (&ledger->lock);
	guint64 items = ledger->failed_upstream;
	g_mutex_unlock (&ledger->lock);
	return items;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
	return g_strcmp0 (a, b);
}

void
ledger_foreach_skipped (Ledger *ledger, LedgerSkippedFunc function, gpointer user_data)
{
	g_autoptr (GList) names = g_list_sort (g_hash_table_get_keys (ledger->reasons),
					       compare_names);

	for (GList *l = names; l != NULL; l = l->next) {
		const guint64 *count = g_hash_table_lookup (ledger->reasons, l->data);
		function (l->data, *count, user_data);
	}
}

static void
append_skipped (const char *reason, guint64 count, gpointer user_data)
{
	GString *text = user_data;

	g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " %s", text->len > 0 ? ", " : "",
				count, reason);
}

char *
ledger_describe_skipped (Ledger *ledger)
{
	GString *text = g_string_new (NULL);

	ledger_foreach_skipped (ledger, append_skipped, text);
	return g_string_free (text, FALSE);
}

static void
check_balance (Ledger *ledger)
{
	const ReportCounts *counts = &ledger->counts;
	guint64 accounted = counts->emitted + counts->present + counts->skipped + counts->failed;

	if (counts->announced == accounted)
		return;
	report_finding (ledger->report, REPORT_TROUBLE, "unaccounted", NULL, NULL,
			"%" G_GUINT64_FORMAT " items were announced, but %" G_GUINT64_FORMAT
			" were accounted for",
			counts->announced, accounted);
}

void
ledger_close (Ledger *ledger, gboolean strict)
{
	g_autofree char *skipped = ledger_describe_skipped (ledger);

	check_balance (ledger);
	if (ledger->counts.skipped == 0)
		return;
	report_message (ledger->report, "skipped by rule: %s", skipped);
	if (strict)
		report_worsen (ledger->report, EXIT_STATUS_DIFFERENCES);
}
