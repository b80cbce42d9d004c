/* converted.h - a file whose contents we know, and every message that comes out of it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib/gstdio.h>
#include <string.h>

#include "pst/pst-source.h"
#include "support/pst-writer.h"

typedef struct {
	char *path;
	PstWriter *writer;
	guint32 inbox;
	Report *report;
	Ledger *ledger;
	PstOptions options;
	GPtrArray *messages; /* Message, folder records too */
	GPtrArray *contents; /* char *, beside them; NULL for folder records */
} Converted;

static inline void
converted_set_up (Converted *converted, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	int fd = g_file_open_tmp ("pst-source-XXXXXX", &converted->path, &error);

	g_assert_no_error (error);
	g_close (fd, NULL);
	converted->writer = pst_writer_new (converted->path, NULL, &error);
	g_assert_no_error (error);
	converted->inbox = pst_writer_add_folder (converted->writer, PST_WRITER_TOP, "Inbox",
						  PST_WRITER_ROLE_INBOX);
	converted->report = report_new_quiet ("test");
	converted->ledger = ledger_new (converted->report);
	converted->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
	converted->contents = g_ptr_array_new_with_free_func (g_free);
}

static inline void
converted_tear_down (Converted *converted, gconstpointer data)
{
	g_clear_pointer (&converted->writer, pst_writer_free);
	g_ptr_array_unref (converted->messages);
	g_ptr_array_unref (converted->contents);
	ledger_free (converted->ledger);
	report_free (converted->report);
	g_remove (converted->path);
	g_free (converted->path);
}

static inline void
converted_add (Converted *converted, const PstWriterMessage *message)
{
	pst_writer_add_message (converted->writer, converted->inbox, message);
}

/* UTF-16 of ASCII, for a property. Lives as long as the test. */
static inline PstWriterProperty
converted_text_property (guint16 id, const char *text)
{
	gsize length = strlen (text);
	guint8 *bytes = g_malloc0 (2 * length + 2);

	g_test_queue_free (bytes);
	for (gsize i = 0; i < length; i++)
		bytes[2 * i] = (guint8) text[i];
	return (PstWriterProperty){
		.tag = (guint32) id << 16 | 0x1f, .bytes = bytes, .length = 2 * length};
}

static inline char *
converted_read_content (Message *message)
{
	g_autoptr (GString) text = g_string_new (NULL);
	g_autoptr (GError) error = NULL;
	g_autoptr (ContentReader) reader = content_reader_new (message->content, &error);
	char buffer[4096];
	gsize got = 0;

	g_assert_no_error (error);
	while (content_reader_read (reader, buffer, sizeof buffer, &got, &error) && got > 0)
		g_string_append_len (text, buffer, (gssize) got);
	g_assert_no_error (error);
	g_assert_cmpuint (strlen (text->str), ==, text->len); /* no message has a NUL in it */
	return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Everything out of the file, in order. */
static inline void
converted_run (Converted *converted)
{
	g_autoptr (GError) error = NULL;
	Message *message = NULL;

	if (converted->writer != NULL)
		g_assert_true (pst_writer_finish (converted->writer, &error));
	g_assert_no_error (error);
	g_clear_pointer (&converted->writer, pst_writer_free);
	g_ptr_array_set_size (converted->messages, 0);
	g_ptr_array_set_size (converted->contents, 0);
	g_autoptr (MessageSource) source = pst_source_new (converted->path, &converted->options,
							   converted->ledger, converted->report,
							   &error);
	g_assert_no_error (error);
	while (message_source_next (source, &message, &error) && message != NULL) {
		g_ptr_array_add (converted->messages, message);
		g_ptr_array_add (converted->contents, message_is_folder (message)
							      ? NULL
							      : converted_read_content (message));
	}
	g_assert_no_error (error);

	/* A message stays what it was while later ones are read. */
	for (guint i = 0; i < converted->messages->len; i++) {
		g_autofree char *again =
			converted->contents->pdata[i] != NULL
				? converted_read_content (converted->messages->pdata[i])
				: NULL;
		g_assert_cmpstr (again, ==, converted->contents->pdata[i]);
	}
}

static inline const char *
converted_get (const Converted *converted, guint n)
{
	g_assert_cmpuint (n, <, converted->contents->len);
	g_assert_nonnull (converted->contents->pdata[n]);
	return converted->contents->pdata[n];
}

static inline void
converted_assert_has (const char *text, const char *part)
{
	if (strstr (text, part) == NULL)
		g_error ("\"%s\" is not in:\n%s", part, text);
}

static inline void
converted_assert_lacks (const char *text, const char *part)
{
	if (strstr (text, part) != NULL)
		g_error ("\"%s\" is in:\n%s", part, text);
}

/* How often the conversion, which this runs again, finds NAME. */
static inline guint
converted_count_findings (Converted *converted, const char *name)
{
	g_autofree char *path = g_strconcat (converted->path, ".json", NULL);
	g_autofree char *wanted = g_strdup_printf ("\"name\":\"%s\"", name);
	g_autofree char *text = NULL;
	g_autoptr (GError) error = NULL;
	guint count = 0;

	g_assert_true (report_open_file (converted->report, path, &error));
	g_assert_no_error (error);
	converted_run (converted);
	ReportCounts counts = ledger_get_counts (converted->ledger);
	g_assert_true (report_close (converted->report, &counts, &error));
	g_assert_no_error (error);
	g_assert_true (g_file_get_contents (path, &text, NULL, &error));
	g_remove (path);
	for (const char *p = text; (p = strstr (p, wanted)) != NULL; p++)
		count++;
	return count;
}
