/* verify-stdin.c - standard input or another pipe, kept so that it can be read twice
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-stdin.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "base/stop.h"
#include "mbox/mbox-source.h"

#define PIECE (128 * 1024)

gboolean
verify_stdin_is_meant (const char *operand)
{
	struct stat status;

	return strcmp (operand, "-") == 0 ||
	       (stat (operand, &status) == 0 && !S_ISREG (status.st_mode) &&
		!S_ISDIR (status.st_mode));
}

static gboolean
fail (const char *operand, const char *what, GError **error)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot %s: %s", operand, what,
		     g_strerror (errno));
	return FALSE;
}

static gboolean
copy (int from, const char *operand, int kept, GError **error)
{
	g_autofree guint8 *piece = g_malloc (PIECE);

	for (;;) {
		if (!stop_check (error))
			return FALSE;
		ssize_t got = read (from, piece, PIECE);
		if (got == 0)
			return TRUE;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail (operand, "read", error);
		if (!safe_file_write_all (kept, piece, (gsize) got, "temporary file", error))
			return FALSE;
	}
}

int
verify_stdin_keep (const char *operand, GError **error)
{
	gboolean is_stdin = strcmp (operand, "-") == 0;
	int from = is_stdin ? STDIN_FILENO : open (operand, O_RDONLY | O_CLOEXEC);

	if (from < 0) {
		(void) fail (operand, "open", error);
		return -1;
	}
	int kept = safe_file_open_unlinked (error);
	gboolean ok = kept >= 0 && copy (from, is_stdin ? "stdin" : operand, kept, error);
	if (!is_stdin)
		close (from);
	if (ok)
		return kept;
	if (kept >= 0)
		close (kept);
	return -1;
}

MessageSource *
verify_stdin_open (int kept, const char *name, Ledger *ledger, Report *report, GError **error)
{
	g_autoptr (Folder) inbox = folder_new_inbox ();
	const MboxSourceOptions options = { .name = name, .folder = inbox, .is_pipe = TRUE };
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
