/* read-mbox.c - read a mailbox and keep everything that came of it, for tests
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/read-mbox.h"

#include <glib/gstdio.h>
#include <string.h>

static int
compare (const void *a, const void *b)
{
	return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The names in a report file. */
static char *
names_in (const char *path)
{
	g_autofree char *text = NULL;
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (GString) joined = g_string_new (NULL);

	g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
	g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		const char *name = strstr (*line, "\"name\":\"");
		if (name == NULL)
			continue;
		name += strlen ("\"name\":\"");
		/* that skips and failures are entered is seen in the counts */
		if (!g_str_has_prefix (name, "failed\"") && !g_str_has_prefix (name, "skipped\""))
			g_ptr_array_add (names, g_strndup (name, strcspn (name, "\"")));
	}
	if (names->len > 0)
		qsort (names->pdata, names->len, sizeof (char *), compare);
	for (guint i = 0; i < names->len; i++)
		if (i == 0 || strcmp (names->pdata[i - 1], names->pdata[i]) != 0)
			g_string_append_printf (joined, "%s%s", joined->len > 0 ? " " : "",
						(char *) names->pdata[i]);
	return g_string_free (g_steal_pointer (&joined), FALSE);
}

void
read_mbox (ReadMbox *result, int fd, const MboxSourceOptions *options)
{
	g_autofree char *path = NULL;
	g_autoptr (Report) report = report_new_quiet ("test");
	g_autoptr (Ledger) ledger = ledger_new (report);
	MboxSourceOptions how = *options;
	int file = g_file_open_tmp ("mailferry-report.XXXXXX", &path, NULL);

	g_assert_cmpint (file, >=, 0);
	g_close (file, NULL);
	*result = (ReadMbox){ .messages = g_ptr_array_new_with_free_func (
				      (GDestroyNotify) message_unref) };
	g_assert_true (report_open_file (report, path, NULL));
	if (how.name == NULL)
		how.name = "x.mbox";
	g_autoptr (MessageSource) source = mbox_source_new (fd, &how, ledger, report);
	for (;;) {
		Message *message = NULL;
		if (!message_source_next (source, &message, &result->error) || message == NULL)
			break;
		if (!message_is_folder (message))
			g_assert_true (ledger_emitted (ledger, message, NULL, NULL));
		g_ptr_array_add (result->messages, message);
	}
	result->account = mbox_source_get_account (source);
	result->counts = ledger_get_counts (ledger);
	g_assert_true (report_close (report, &result->counts, NULL));
	result->status = report_get_status (report);
	result->findings = names_in (path);
	g_unlink (path);
}

void
read_mbox_clear (ReadMbox *result)
{
	g_clear_pointer (&result->messages, g_ptr_array_unref);
	g_clear_pointer (&result->findings, g_free);
	g_clear_error (&result->error);
}

void
read_mbox_assert_balance (const ReadMbox *result, guint64 size)
{
	const MboxAccount *a = &result->account;
	const ReportCounts *c = &result->counts;

	g_assert_cmpuint (a->content + a->from_lines + a->marks + a->separators + a->junk, ==, size);
	g_assert_cmpuint (c->announced, ==, c->emitted + c->present + c->skipped + c->failed);
	g_assert_null (strstr (result->findings, "bytes-unaccounted"));
}

char *
read_mbox_flags (const Message *message)
{
	return message_flags_to_maildir (message->flags, (const char *const *) message->keywords);
}

char *
read_mbox_keywords (const Message *message)
{
	return message->keywords != NULL ? g_strjoinv (" ", message->keywords) : g_strdup ("");
}
