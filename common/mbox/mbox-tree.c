/* mbox-tree.c - a directory of plain mbox files, one a folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/safe-file.h"
#include "base/text.h"
#include "base/utf7.h"
#include "mbox/mbox-sink.h"

#define CHILDREN ".sbd"

/* 255 bytes is what file systems take; the suffix must fit too. */
#define MAX_NAME (255 - sizeof CHILDREN + 1)
#define MARK     9 /* "~" and 8 hex digits */

typedef struct {
	MessageSink sink;
	char *name; /* of the directory, for error texts */
	int fd;
	Ledger *ledger;
	GHashTable *files;   /* folder path -> Folder: those whose file we made */
	Folder *open_folder; /* the one being written */
	MessageSink *open;
	int open_fd; /* a second descriptor, to sync after the sink has closed its own */
	gboolean is_finished;
} MboxTree;

/* Whoever reads such a tree takes these for something else than a mailbox: children, indexes,
 * single messages, a mailbox without the suffix, and lists that lie among them. */
static gboolean
ends_in_suffix (const char *dot)
{
	static const char *const suffixes[] = {
		CHILDREN, ".msf",   ".mbox",   ".mbx", ".eml",	".emlx", ".mozmsgs", ".gz", ".bz2",
		".xz",	  ".zst",   ".dat",    ".html", ".htm", ".lock", ".json",    ".js", ".log",
		".ini",	  ".csv",   ".db",     ".snm", ".toc",	".rdf",	 ".fol",     ".plist",
		".sqlite",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
		if (g_ascii_strcasecmp (dot, suffixes[i]) == 0)
			return TRUE;
	return FALSE;
}

static void
escape_dot (GString *name, const char *dot)
{
	gssize at = dot - name->str;

	g_string_erase (name, at, 1);
	g_string_insert (name, at, "%2E");
}

/* "Caf&AOk-" would be read as what IMAP means by it. */
static gboolean
looks_like_utf7 (const char *component)
{
	g_autofree char *decoded = utf7_decode (component, -1);

	return decoded != NULL && !g_str_is_ascii (decoded);
}

char *
mbox_tree_file_name (const char *component)
{
	g_autofree char *plain = text_percent_encode (
		component, -1, looks_like_utf7 (component) ? "/&" : "/");
	GString *escaped = g_string_new (plain);
	const char *dot = strrchr (escaped->str, '.');

	if (dot != NULL && (ends_in_suffix (dot) || strcmp (plain, "..") == 0))
		escape_dot (escaped, dot);
	if (escaped->str[0] == '.')
		escape_dot (escaped, escaped->str);
	g_autofree char *name = g_string_free (escaped, FALSE);
	gsize length = strlen (name);
	if (length <= MAX_NAME)
		return g_steal_pointer (&name);

	guint8 digest[DIGEST_SIZE];
	char hex[MARK];
	digest_of (component, strlen (component), digest);
	length = MAX_NAME - MARK;
	while (length > 0 && ((guint8) name[length] & 0xc0) == 0x80)
		length--;
	return g_strdup_printf ("%.*s~%s", (int) length, name, digest_to_hex (digest, 4, hex));
}

static gboolean
fail (const MboxTree *tree, const char *path, GError **error)
{
	int reason = errno;

	g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s/%s: %s", tree->name, path,
		     g_strerror (reason));
	return FALSE;
}

/* The directory that folder's file lies in, made on the way if asked for; -1 with errno.
 * Caller closes it. Symbolic links are not followed: nobody leads us out of the tree. */
static int
open_parent (const MboxTree *tree, const Folder *folder, gboolean make)
{
	int fd = fcntl (tree->fd, F_DUPFD_CLOEXEC, 0);

	for (char **p = folder->components; fd >= 0 && p[1] != NULL; p++) {
		g_autofree char *stem = mbox_tree_file_name (*p);
		g_autofree char *name = g_strconcat (stem, CHILDREN, NULL);
		int above = fd;
		if (make && mkdirat (above, name, 0777) < 0 && errno != EEXIST) {
			close (above);
			return -1;
		}
		fd = openat (above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close (above);
	}
	return fd;
}

static char *
last_name (const Folder *folder)
{
	guint count = g_strv_length (folder->components);

	return mbox_tree_file_name (folder->components[count - 1]);
}

/* Everything of the folder being written is on disk. */
static gboolean
close_folder (MboxTree *tree, GError **error)
{
	if (tree->open == NULL)
		return TRUE;

	gboolean is_written = message_sink_finish (tree->open, error) &&
			      safe_file_sync (tree->open_fd, tree->open_folder->path, error);
	g_clear_pointer (&tree->open, message_sink_free);
	g_clear_pointer (&tree->open_folder, folder_unref);
	close (tree->open_fd);
	return is_written;
}

static gboolean
open_folder (MboxTree *tree, Folder *folder, GError **error)
{
	gboolean is_ours = g_hash_table_contains (tree->files, folder->path);
	g_autofree char *name = last_name (folder);

	if (!close_folder (tree, error))
		return FALSE;
	int parent = open_parent (tree, folder, !is_ours);
	if (parent < 0)
		return fail (tree, folder->path, error);
	int fd = openat (parent, name,
			 O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC |
				 (is_ours ? 0 : O_CREAT | O_EXCL),
			 0666);
	int reason = errno;
	close (parent);
	errno = reason;
	int second = fd < 0 ? -1 : fcntl (fd, F_DUPFD_CLOEXEC, 0);
	if (second < 0)
		return fail (tree, folder->path, error);

	tree->open_fd = second;
	tree->open = mbox_sink_new_plain (output_new (fd, folder->path), tree->ledger);
	tree->open_folder = folder_ref (folder);
	if (!is_ours)
		g_hash_table_insert (tree->files, g_strdup (folder->path), folder_ref (folder));
	return TRUE;
}

static gboolean
mbox_tree_put (MessageSink *sink, Message *message, GError **error)
{
	MboxTree *tree = (MboxTree *) sink;

	if ((tree->open_folder == NULL || !folder_equal (tree->open_folder, message->folder)) &&
	    !open_folder (tree, message->folder, error))
		return FALSE;
	return message_sink_put (tree->open, message, error);
}

static gboolean
mbox_tree_finish (MessageSink *sink, GError **error)
{
	MboxTree *tree = (MboxTree *) sink;

	tree->is_finished =
		close_folder (tree, error) && safe_file_sync (tree->fd, tree->name, error);
	return tree->is_finished;
}

/* Take back what we made; a directory that isn't empty then wasn't ours alone. */
static void
remove_file (const MboxTree *tree, const Folder *folder)
{
	g_autofree char *name = last_name (folder);
	int parent = open_parent (tree, folder, FALSE);

	if (parent < 0)
		return;
	(void) unlinkat (parent, name, 0); /* it is the best we can do */
	close (parent);
}

static void
mbox_tree_free (MessageSink *sink)
{
	MboxTree *tree = (MboxTree *) sink;
	GHashTableIter iter;
	gpointer folder;

	if (tree->open != NULL) {
		message_sink_free (tree->open);
		folder_unref (tree->open_folder);
		close (tree->open_fd);
	}
	g_hash_table_iter_init (&iter, tree->files);
	while (!tree->is_finished && g_hash_table_iter_next (&iter, NULL, &folder))
		remove_file (tree, folder);
	g_hash_table_unref (tree->files);
	close (tree->fd);
	g_free (tree->name);
	g_free (tree);
}

static const MessageSinkClass mbox_tree_class = {
	.put = mbox_tree_put,
	.finish = mbox_tree_finish,
	.free = mbox_tree_free,
};

MessageSink *
mbox_tree_new (const char *directory, Ledger *ledger, GError **error)
{
	int fd = -1;

	if (mkdir (directory, 0777) == 0 || errno == EEXIST)
		fd = open (directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_OUTPUT, "%s: %s", directory,
			     g_strerror (errno));
		return NULL;
	}

	MboxTree *tree = g_new0 (MboxTree, 1);
	tree->sink.class = &mbox_tree_class;
	tree->name = g_strdup (directory);
	tree->fd = fd;
	tree->ledger = ledger;
	tree->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
					     (GDestroyNotify) folder_unref);
	return &tree->sink;
}
