/* test-pst-deleted.c - what a message was before it was changed, beside what it is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The writer deletes messages but never changes one. So one message is deleted, another stays, and
 * then the old page is made to say that they were the same.
 */
#include <glib/gstdio.h>
#include <string.h>

#include "pst/pst-block.h"
#include "pst/pst-source.h"
#include "support/pst-writer.h"

#define PAGE     512
#define TRAILER  496
#define ENTRY    32
#define COUNT_AT 488

typedef struct {
	Ledger *ledger;
	Report *report;
	GPtrArray *origins; /* "folder origin" of each message */
} Result;

/* In old leaves of the node tree, message FROM becomes TO. Returns how many were found. */
static guint
rename_node (guint8 *bytes, gsize length, guint32 from, guint32 to)
{
	guint renamed = 0;

	for (guint8 *page = bytes; page + PAGE <= bytes + length; page += PAGE) {
		if (page[TRAILER] != 0x81 || page[TRAILER + 1] != 0x81 || page[COUNT_AT + 3] != 0)
			continue;
		for (guint i = 0; i < page[COUNT_AT]; i++) {
			guint32 nid = GUINT32_TO_LE (to);
			if (pst_file_u32 (page + i * ENTRY) != from)
				continue;
			memcpy (page + i * ENTRY, &nid, sizeof nid);
			renamed++;
		}
		guint32 crc = GUINT32_TO_LE (pst_block_crc (page, TRAILER));
		memcpy (page + TRAILER + 4, &crc, sizeof crc);
	}
	return renamed;
}

/* A file in which BEFORE became AFTER; the caller removes it. */
static char *
make_changed (const PstWriterMessage *before, const PstWriterMessage *after)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *bytes = NULL;
	gsize length = 0;
	char *path = NULL;
	int fd = g_file_open_tmp ("pst-deleted-XXXXXX", &path, &error);

	g_assert_no_error (error);
	g_close (fd, NULL);
	g_autoptr (PstWriter) writer = pst_writer_new (path, NULL, &error);
	g_assert_no_error (error);
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	PstWriterMessage deleted = *before;
	deleted.placement = PST_WRITER_PLACE_DELETED;
	guint32 old = pst_writer_add_message (writer, inbox, &deleted);
	guint32 live = pst_writer_add_message (writer, inbox, after);
	g_assert_true (pst_writer_finish (writer, &error));

	g_file_get_contents (path, &bytes, &length, &error);
	g_assert_no_error (error);
	g_assert_cmpuint (rename_node ((guint8 *)bytes, length, old, live), ==, 1);
	g_file_set_contents (path, bytes, (gssize)length, &error);
	g_assert_no_error (error);
	return path;
}

static void
convert (Result *result, const char *path)
{
	const PstOptions options = {.deleted = TRUE};
	g_autoptr (GError) error = NULL;
	Message *message = NULL;

	result->report = report_new_quiet ("test");
	result->ledger = ledger_new (result->report);
	result->origins = g_ptr_array_new_with_free_func (g_free);
	g_autoptr (MessageSource) source =
		pst_source_new (path, &options, result->ledger, result->report, &error);
	g_assert_no_error (error);
	while (message_source_next (source, &message, &error) && message != NULL) {
		const char *id = strrchr (message->origin != NULL ? message->origin : "", ':');
		if (!message_is_folder (message))
			g_ptr_array_add (result->origins,
					 g_strdup_printf ("%s %s", message->folder->path, id));
		message_unref (message);
	}
	g_assert_no_error (error);
}

static void
clear_result (Result *result)
{
	ledger_free (result->ledger);
	report_free (result->report);
	g_ptr_array_unref (result->origins);
}

static const PstWriterMessage first = {
	.subject = "Draft",
	.plain = "What I wanted to say first.\r\n",
	.sender = {.name = "Ann", .address = "ann@example.org"},
	.search_key = "0123456789abcdef",
	.submit_time = 1700000000,
};

/* Runs BEFORE, AFTER; gives how many messages came, and how many were skipped. */
static void
assert_comes (const PstWriterMessage *before, const PstWriterMessage *after, guint messages,
	      guint skipped)
{
	g_autofree char *path = make_changed (before, after);
	Result result;

	convert (&result, path);
	g_assert_cmpuint (result.origins->len, ==, messages);
	g_assert_cmpstr (result.origins->pdata[0], ==, "INBOX :0x200044");
	if (messages > 1)
		g_assert_cmpstr (result.origins->pdata[1], ==, "Recovered Items :0x200044~old");
	g_assert_cmpuint (ledger_get_counts (result.ledger).skipped, ==, skipped);
	g_assert_cmpuint (ledger_get_counts (result.ledger).announced, ==, 2);
	g_assert_cmpint (report_get_status (result.report), ==, 0);
	clear_result (&result);
	g_remove (path);
}

static void
test_other_text (void)
{
	PstWriterMessage after = first;

	after.plain = "What I said in the end.\r\n";
	assert_comes (&first, &after, 2, 0);
}

static void
test_flag_only (void)
{
	PstWriterMessage after = first;

	after.read = TRUE;
	assert_comes (&first, &after, 1, 1);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/deleted/another-text-is-a-message-of-its-own", test_other_text);
	g_test_add_func ("/pst/deleted/another-flag-is-not", test_flag_only);
	return g_test_run ();
}
