/* test-pst-patience.c - a disk that doesn't answer costs an item, and not the rest of our days
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Here is a pread() that our reader calls instead of the C library's, and that never returns from
 * some places.
 */
#include "pst/pst-source.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "support/pst-writer.h"

#define MAILS  6
#define FILLER 100000

static guint64 dead_from = G_MAXUINT64; /* children have it as it was when they were forked */
static guint64 dead_to;

static gboolean
is_dead (size_t length, off_t offset)
{
	return (guint64) offset + length > dead_from && (guint64) offset < dead_to;
}

static ssize_t
read_or_hang (int fd, void *buffer, size_t length, off_t offset)
{
	while (is_dead (length, offset))
		pause ();
	return syscall (SYS_pread64, fd, buffer, length, offset);
}

ssize_t pread64 (int fd, void *buffer, size_t length, off_t offset);

ssize_t
pread64 (int fd, void *buffer, size_t length, off_t offset)
{
	return read_or_hang (fd, buffer, length, offset);
}

ssize_t
pread (int fd, void *buffer, size_t length, off_t offset)
{
	return read_or_hang (fd, buffer, length, offset);
}

/* Nobody has in memory what no disk has ever given. */
static ssize_t
read_or_refuse (int fd, const struct iovec *place, int count, off_t offset, int flags)
{
	g_assert_cmpint (count, ==, 1);
	if (!is_dead (place->iov_len, offset))
		return preadv (fd, place, count, offset);
	g_assert_true ((flags & RWF_NOWAIT) != 0);
	errno = EAGAIN;
	return -1;
}

ssize_t
preadv64v2 (int fd, const struct iovec *place, int count, off64_t offset, int flags)
{
	return read_or_refuse (fd, place, count, offset, flags);
}

ssize_t
preadv2 (int fd, const struct iovec *place, int count, off_t offset, int flags)
{
	return read_or_refuse (fd, place, count, offset, flags);
}

/* Mails 0 to MAILS - 1, each with a text that fills blocks of its own; the file is in the clear. */
static void
make_file (const char *path)
{
	g_autoptr (GError) error = NULL;
	const PstWriterOptions options = { .crypt = PST_WRITER_CRYPT_NONE };
	g_autoptr (PstWriter) writer = pst_writer_new (path, &options, &error);

	g_assert_no_error (error);
	guint32 inbox = pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox",
					       PST_WRITER_ROLE_INBOX);
	for (guint i = 0; i < MAILS; i++) {
		g_autoptr (GString) text = g_string_new (NULL);
		while (text->len < FILLER)
			g_string_append_printf (text, "Here is mail %u.\r\n", i);
		PstWriterMessage mail = {.subject = "A mail", .plain = text->str};
		/* Who that is, other mails may know: all their recipients are looked through. */
		if (i == 0)
			mail.sender = (PstWriterAddress){
				.name = "Ann", .type = "EX", .address = "/o=x/cn=ann"};
		PstWriterRecipient recipient = {.kind = PST_WRITER_TO,
						.address = {.name = "Far away",
							    .address = "far@example.org"}};
		if (i == 3) {
			mail.recipients = &recipient;
			mail.n_recipients = 1;
		}
		(void) pst_writer_add_message (writer, inbox, &mail);
	}
	g_assert_true (pst_writer_finish (writer, &error));
	g_assert_no_error (error);
}

static guint64
find_text (const char *path, const char *text)
{
	g_autofree char *data = NULL;
	gsize size = 0;
	glong units = 0;
	g_autofree gunichar2 *wanted = g_utf8_to_utf16 (text, -1, NULL, &units, NULL);

	g_assert_true (g_file_get_contents (path, &data, &size, NULL));
	const char *at = memmem (data, size, wanted, (gsize) units * 2);
	g_assert_nonnull (at);
	return (guint64) (at - data);
}

/* Where the text of a mail lies. */
static guint64
find_mail (const char *path, guint number)
{
	g_autofree char *text = g_strdup_printf ("mail %u", number);

	return find_text (path, text);
}

static guint
count_mails (const char *path, Ledger *ledger, Report *report, GError **error)
{
	const PstOptions options = { .patience = 1 };
	g_autoptr (MessageSource) source = pst_source_new (path, &options, ledger, report, error);
	guint count = 0;

	for (;;) {
		g_autoptr (Message) message = NULL;
		if (source == NULL || !message_source_next (source, &message, error) ||
		    message == NULL)
			return count;
		count += !message_is_folder (message);
	}
}

typedef struct {
	char *path;
	Report *report;
	Ledger *ledger;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;
	int fd = g_file_open_tmp ("pst-patience-XXXXXX", &fixture->path, &error);

	g_assert_no_error (error);
	g_close (fd, NULL);
	make_file (fixture->path);
	fixture->report = report_new_quiet ("test");
	fixture->ledger = ledger_new (fixture->report);
	dead_from = G_MAXUINT64;
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
	ledger_free (fixture->ledger);
	report_free (fixture->report);
	g_remove (fixture->path);
	g_free (fixture->path);
}

static void
test_one_mail (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	dead_from = find_mail (fixture->path, 2);
	dead_to = dead_from + 1;
	g_assert_cmpuint (count_mails (fixture->path, fixture->ledger, fixture->report, &error), ==,
			  MAILS - 1);
	g_assert_no_error (error);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).failed, ==, 1);
}

static void
test_all_mails (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	dead_from = find_mail (fixture->path, 1);
	dead_to = find_mail (fixture->path, MAILS - 1) + 1;
	g_assert_cmpuint (count_mails (fixture->path, fixture->ledger, fixture->report, &error), ==,
			  1);
	g_assert_nonnull (error);
	g_assert_nonnull (strstr (error->message, "doesn't answer any more"));
}

/* Mail 0 wants to know who its sender is, and gets stuck at the recipients of mail 3. */
static void
test_directory (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	dead_from = find_text (fixture->path, "far@example.org");
	dead_to = dead_from + 1;
	g_assert_cmpuint (count_mails (fixture->path, fixture->ledger, fixture->report, &error), ==,
			  MAILS - 1);
	g_assert_no_error (error);
	g_assert_cmpuint (ledger_get_counts (fixture->ledger).failed, ==, 1);
}

static void
test_header (Fixture *fixture, gconstpointer data)
{
	g_autoptr (GError) error = NULL;

	dead_from = 0;
	dead_to = 1;
	g_assert_cmpuint (count_mails (fixture->path, fixture->ledger, fixture->report, &error), ==,
			  0);
	g_assert_nonnull (error);
	g_assert_nonnull (strstr (error->message, "waited too long for its file"));
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add ("/pst/patience/a-read-that-never-ends-costs-one-mail", Fixture, NULL, set_up,
		    test_one_mail, tear_down);
	g_test_add ("/pst/patience/a-file-that-never-answers-is-given-up", Fixture, NULL, set_up,
		    test_all_mails, tear_down);
	g_test_add ("/pst/patience/looking-for-addresses-costs-no-mail-of-its-own", Fixture, NULL,
		    set_up, test_directory, tear_down);
	g_test_add ("/pst/patience/even-before-its-first-mail", Fixture, NULL, set_up, test_header,
		    tear_down);
	return g_test_run ();
}
