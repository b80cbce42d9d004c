/* verify-stdin.c - standard input, kept so that it can be read twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-stdin.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "base/stop.h"
#include "mbox/mbox-source.h"

#define PIECE (128 * 1024)

static gboolean
copy (int kept, GError **error)
{
	g_autofree guint8 *piece = g_malloc (PIECE);

	for (;;) {
		if (!stop_check (error))
			return FALSE;
		ssize_t got = read (STDIN_FILENO, piece, PIECE);
		if (got == 0)
			return TRUE;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "stdin: cannot read: %s",
				     g_strerror (errno));
			return FALSE;
		}
		if (!safe_file_write_all (kept, piece, (gsize) got, "temporary file", error))
			return FALSE;
	}
}

int
verify_stdin_keep (GError **error)
{
	int kept = safe_file_open_unlinked (error);

	if (kept >= 0 && !copy (kept, error)) {
		close (kept);
		return -1;
	}
	return kept;
}

MessageSource *
verify_stdin_open (int kept, Ledger *ledger, Report *report, GError **error)
{
	g_autoptr (Folder) inbox = folder_new_inbox ();
	const MboxSourceOptions options = { .name = "stdin", .folder = inbox, .is_pipe = TRUE };
	int fd = fcntl (kept, F_DUPFD_CLOEXEC, 0);

	/* The two share their offset, hence one source at a time. */
	if (fd < 0 || lseek (fd, 0, SEEK_SET) != 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "temporary file: %s",
			     g_strerror (errno));
		if (fd >= 0)
			close (fd);
		return NULL;
	}
	return mbox_source_new (fd, &options, ledger, report);
}
