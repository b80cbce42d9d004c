/* test-mbox-cases.c - ordinary mailboxes with every trap we know, byte for byte
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>
#include <unistd.h>

#include "mbox/read-mbox.h"
#include "support/mbox-cases.h"

static void
assert_message (const Message *message, const MboxCaseMessage *expected)
{
	g_autoptr (GBytes) bytes = fake_bytes (message->content);
	g_autofree char *flags = read_mbox_flags (message);
	g_autofree char *keywords = read_mbox_keywords (message);
	gsize length = expected->length > 0 ? expected->length : strlen (expected->content);

	g_assert_cmpmem (g_bytes_get_data (bytes, NULL), (int) g_bytes_get_size (bytes),
			 expected->content, (int) length);
	g_assert_cmpstr (flags, ==, expected->flags != NULL ? expected->flags : "");
	g_assert_cmpstr (keywords, ==, expected->keywords != NULL ? expected->keywords : "");
	g_assert_cmpint (message->received.known, ==, expected->date != -1);
	if (message->received.known)
		g_assert_cmpint (message->received.seconds, ==,
				 expected->date != 0 ? expected->date : MBOX_CASE_DATE);
}

static void
assert_case (const MboxCase *one, const ReadMbox *result, gsize size)
{
	guint wanted = 0;

	if (one->is_refused)
		g_assert_error (result->error, RUN_ERROR, RUN_ERROR_INPUT);
	else
		g_assert_no_error (result->error);
	for (; one->messages[wanted].content != NULL; wanted++) {
		g_assert_cmpuint (result->messages->len, >, wanted);
		assert_message (result->messages->pdata[wanted], &one->messages[wanted]);
	}
	g_assert_cmpuint (result->messages->len, ==, wanted);
	g_assert_cmpstr (result->findings, ==, one->findings != NULL ? one->findings : "");
	g_assert_cmpuint (result->counts.skipped, ==, one->skipped);
	if (!one->is_refused)
		read_mbox_assert_balance (result, size);
}

static void
test_file (gconstpointer data)
{
	const MboxCase *one = data;
	g_autoptr (GBytes) bytes = mbox_case_bytes (one);
	gsize size;
	const void *start = g_bytes_get_data (bytes, &size);
	MboxSourceOptions options = { .habits.dialect = one->dialect };
	g_auto (ReadMbox) result = { 0 };

	g_test_message ("%s", one->what);
	read_mbox (&result, fake_file (start, size), &options);
	assert_case (one, &result, size);
}

/* Byte by byte, as from a slow pipe: nothing may depend on how much comes at once. */
static void
test_pipe (gconstpointer data)
{
	const MboxCase *one = data;
	g_autoptr (GBytes) bytes = mbox_case_bytes (one);
	gsize size;
	const guint8 *start = g_bytes_get_data (bytes, &size);
	MboxSourceOptions options = { .habits.dialect = one->dialect };
	g_auto (ReadMbox) result = { 0 };
	int ends[2];

	g_assert_cmpuint (size, <, 65536); /* a pipe holds it */
	g_assert_cmpint (pipe (ends), ==, 0);
	for (gsize i = 0; i < size; i++)
		g_assert_cmpint (write (ends[1], start + i, 1), ==, 1);
	close (ends[1]);
	read_mbox (&result, ends[0], &options);
	assert_case (one, &result, size);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (guint i = 0; i < mbox_cases_count; i++) {
		g_autofree char *file = g_strdup_printf ("/mbox/cases/%s", mbox_cases[i].name);
		g_autofree char *from_pipe = g_strdup_printf ("/mbox/cases/%s/pipe", mbox_cases[i].name);
		g_test_add_data_func (file, &mbox_cases[i], test_file);
		g_test_add_data_func (from_pipe, &mbox_cases[i], test_pipe);
	}
	return g_test_run ();
}
