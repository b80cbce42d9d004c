/* store.c - open whatever an operand is as a source of messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "eml/eml-source.h"
#include "maildir/maildir-source.h"
#include "pst/pst-source.h"
#include "store/store-layout.h"
#include "store/store-tree.h"

/* --- URLs: the address lives as long as the source ------------------------ */

typedef struct {
	MessageSource source;
	MessageSource *imap;
	NetUrl *url;
} UrlSource;

static gboolean
url_source_next (MessageSource *source, Message **message, GError **error)
{
	return message_source_next (((UrlSource *) source)->imap, message, error);
}

static void
url_source_free (MessageSource *source)
{
	UrlSource *self = (UrlSource *) source;

	if (self->imap != NULL)
		message_source_free (self->imap);
	net_url_free (self->url);
	g_free (self);
}

static const MessageSourceClass url_source_class = {
	.next = url_source_next,
	.free = url_source_free,
};

static MessageSource *
open_url (const char *operand, const StoreOptions *options, Ledger *ledger, Report *report,
	  GError **error)
{
	g_autoptr (NetUrl) url = net_url_new (operand, error);

	if (url == NULL)
		return NULL;
	if (options->connection == NULL) {
		g_set_error (error, RUN_ERROR, RUN_ERROR_USAGE, "%s: this tool reads no servers",
			     url->host);
		return NULL;
	}
	g_autoptr (MessageSource) source = NULL;
	UrlSource *self = g_new0 (UrlSource, 1);
	self->source.class = &url_source_class;
	source = &self->source;
	self->url = g_steal_pointer (&url);
	const ImapSourceOptions imap = { options->sparing, options->connections };
	self->imap = imap_source_new (self->url, options->connection, &imap, ledger, report, error);
	return self->imap != NULL ? g_steal_pointer (&source) : NULL;
}

/* --- Files and directories ------------------------------------------------ */

static MessageSource *
fail (GError **error, const char *operand, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", operand, reason);
	return NULL;
}

static MessageSource *
open_mbox (int fd, const char *path, gboolean is_pipe, const StoreOptions *options, Ledger *ledger,
	   Report *report)
{
	g_autofree char *name = path != NULL ? g_path_get_basename (path) : g_strdup ("stdin");
	const MboxSourceOptions mbox = {
		.name = name,
		.path = path,
		.habits = options->habits,
		.folder = options->folder,
		.is_pipe = is_pipe,
	};

	return mbox_source_new (fd, &mbox, ledger, report);
}

static MessageSource *
open_stdin (const StoreOptions *options, Ledger *ledger, Report *report, GError **error)
{
	struct stat status;

	if (fstat (STDIN_FILENO, &status) < 0)
		return fail (error, "standard input", g_strerror (errno));
	if (S_ISDIR (status.st_mode))
		return fail (error, "standard input", g_strerror (EISDIR));
	if (S_ISREG (status.st_mode))
		report_add_expected (report, (guint64) status.st_size);
	return open_mbox (STDIN_FILENO, NULL, TRUE, options, ledger, report);
}

static gboolean
is_outlook (int fd)
{
	static const char magic[4] = { '!', 'B', 'D', 'N' };
	char begin[sizeof magic];

	return pread (fd, begin, sizeof begin, 0) == sizeof begin &&
	       memcmp (begin, magic, sizeof magic) == 0;
}

/* A .eml or .emlx file, unless it is an mbox by that name. */
static gboolean
is_one_message (int fd, const char *operand, const struct stat *status)
{
	g_autofree char *name = g_path_get_basename (operand);
	char begin[5];

	return S_ISREG (status->st_mode) && eml_source_is_message (name, EML_NAMES_MAIL) &&
	       (pread (fd, begin, sizeof begin, 0) != sizeof begin ||
		memcmp (begin, "From ", sizeof begin) != 0);
}

static MessageSource *
open_file (const char *operand, const StoreOptions *options, Ledger *ledger, Report *report,
	   GError **error)
{
	int fd = open (operand, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return fail (error, operand, g_strerror (errno));
	if (fstat (fd, &status) < 0) {
		close (fd);
		return fail (error, operand, g_strerror (errno));
	}
	if (S_ISREG (status.st_mode))
		report_add_expected (report, (guint64) status.st_size);
	if (is_outlook (fd)) {
		close (fd);
		return pst_source_new (operand, &options->outlook, ledger, report, error);
	}
	if (is_one_message (fd, operand, &status)) {
		close (fd);
		return store_tree_new_file (operand, options->folder, ledger, report, error);
	}
	return open_mbox (fd, operand, !S_ISREG (status.st_mode), options, ledger, report);
}

MessageSource *
store_open_source (const char *operand, const StoreOptions *options, Ledger *ledger, Report *report,
		   GError **error)
{
	struct stat status;

	if (strcmp (operand, "-") == 0)
		return open_stdin (options, ledger, report, error);
	if (net_url_is_url (operand))
		return open_url (operand, options, ledger, report, error);
	if (stat (operand, &status) < 0)
		return fail (error, operand, g_strerror (errno));
	if (!S_ISDIR (status.st_mode))
		return open_file (operand, options, ledger, report, error);
	if (maildir_source_recognises (operand))
		return maildir_source_new (operand, ledger, report, error);
	return store_tree_new (operand, options, ledger, report, error);
}

/* --- What an operand is worth ------------------------------------------- */

static gboolean
is_outlook_file (const char *operand)
{
	/* Opening a pipe and closing it again would end its writer. */
	int fd = g_file_test (operand, G_FILE_TEST_IS_REGULAR)
			 ? open (operand, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
			 : -1;
	gboolean yes = fd >= 0 && is_outlook (fd);

	if (fd >= 0)
		close (fd);
	return yes;
}

gboolean
store_is_original (const char *operand)
{
	if (strcmp (operand, "-") == 0)
		return FALSE;
	if (store_is_server (operand)) {
		g_autoptr (NetUrl) url = net_url_new (operand, NULL);
		return url != NULL && url->path == NULL; /* the account, not one folder of it */
	}
	if (is_outlook_file (operand))
		return TRUE;
	return g_file_test (operand, G_FILE_TEST_IS_DIR) && !maildir_source_recognises (operand) &&
	       store_layout_is_original (operand);
}

gboolean
store_is_server (const char *operand)
{
	return net_url_is_url (operand);
}

static gboolean
is_same_file (const char *a, const char *b)
{
	struct stat one;
	struct stat other;

	return stat (a, &one) == 0 && stat (b, &other) == 0 && one.st_dev == other.st_dev &&
	       one.st_ino == other.st_ino;
}

static gboolean
is_same_account (const char *a, const char *b)
{
	g_autoptr (NetUrl) one = net_url_new (a, NULL);
	g_autoptr (NetUrl) other = net_url_new (b, NULL);

	return one != NULL && other != NULL && one->port == other->port &&
	       g_ascii_strcasecmp (one->host, other->host) == 0 &&
	       g_strcmp0 (one->user, other->user) == 0 && g_strcmp0 (one->path, other->path) == 0;
}

gboolean
store_contains (const char *outer, const char *inner)
{
	if (strcmp (outer, "-") == 0 || strcmp (inner, "-") == 0)
		return FALSE;
	if (store_is_server (outer) || store_is_server (inner))
		return is_same_account (outer, inner);
	g_autofree char *path = g_canonicalize_filename (inner, NULL);
	while (!is_same_file (outer, path)) {
		char *above = g_path_get_dirname (path);
		gboolean at_top = strcmp (above, path) == 0;
		g_free (path);
		path = above;
		if (at_top)
			return is_same_file (outer, path);
	}
	return TRUE;
}
