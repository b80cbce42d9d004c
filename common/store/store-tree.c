/* store-tree.c - the folders of a mail program's tree, one after the other
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/error.h"
#include "base/text.h"
#include "eml/eml-source.h"
#include "maildir/maildir-source.h"
#include "mbox/mbox-state.h"
#include "store/store-into.h"
#include "store/store-scan.h"

typedef struct {
	MessageSource source;
	char *shown;
	char *name; /* base name, for origins */
	int root_fd;
	MboxHabits habits;
	Ledger *ledger;
	Report *report;
	GPtrArray *mailboxes; /* StoreMailbox */
	guint next;
	MessageSource *current; /* of the mailbox before next, or NULL */
} TreeSource;

static gboolean
fail (GError **error, int number)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "cannot read: %s",
		     number == EINVAL ? "it is no longer a plain file" : g_strerror (number));
	return FALSE;
}

static gboolean
open_mbox (TreeSource *self, const StoreMailbox *mailbox, GError **error)
{
	const char *path = mailbox->paths->pdata[0];
	g_autofree char *shown = text_to_utf8 (path, strlen (path), NULL);
	g_autofree char *whole = g_build_filename (self->shown, path, NULL);
	MboxSourceOptions options = { .name = shown,
				      .path = whole,
				      .habits = self->habits,
				      .folder = mailbox->folder };
	struct stat status;
	int fd = directory_open_file (self->root_fd, path, &status);

	if (fd < 0)
		return fail (error, errno);
	self->current = mbox_source_new (fd, &options, self->ledger, self->report);
	return TRUE;
}

static gboolean
open_maildir (TreeSource *self, const StoreMailbox *mailbox, GError **error)
{
	g_autofree char *path = g_build_filename (self->shown, mailbox->paths->pdata[0], NULL);
	MessageSource *maildir = maildir_source_new (path, self->ledger, self->report, error);

	if (maildir == NULL)
		return FALSE;
	self->current = store_into_new (maildir, mailbox->folder);
	return TRUE;
}

static gboolean
open_mailbox (TreeSource *self, const StoreMailbox *mailbox, GError **error)
{
	EmlSourceOptions eml = { .name = self->name,
				 .root_fd = self->root_fd,
				 .paths = mailbox->paths,
				 .folder = mailbox->folder };

	if (mailbox->kind == STORE_MAILBOX_MBOX)
		return open_mbox (self, mailbox, error);
	if (mailbox->kind == STORE_MAILBOX_MAILDIR)
		return open_maildir (self, mailbox, error);
	eml.names = mailbox->kind == STORE_MAILBOX_CUR  ? EML_NAMES_ALL
		    : mailbox->kind == STORE_MAILBOX_MH ? EML_NAMES_NUMBERS
							: EML_NAMES_MAIL;
	self->current = eml_source_new (&eml, self->ledger, self->report);
	return TRUE;
}

/* The others must not suffer for one file; the status does. */
static void
give_up_mailbox (TreeSource *self, const StoreMailbox *mailbox, const GError *problem)
{
	report_finding (self->report, REPORT_TROUBLE, "unreadable-mailbox",
			mailbox->paths->pdata[0], mailbox->folder->path, "%s", problem->message);
	report_worsen (self->report, EXIT_STATUS_TROUBLE);
	g_clear_pointer (&self->current, message_source_free);
}

/* *message becomes NULL if its state says that it is not to be carried. */
static gboolean
apply_state (TreeSource *self, Message **message, GError **error)
{
	MboxState state = { .habits = &self->habits, .report = self->report };

	if (!mbox_state_apply (&state, NULL, *message, error))
		return FALSE;
	if (state.left_out == NULL)
		return TRUE;
	ledger_skipped (self->ledger, (*message)->origin, (*message)->folder->path, state.left_out);
	g_clear_pointer (message, message_unref);
	return TRUE;
}

/* The next of the current mailbox, or of one that begins; *message NULL: this one has no more. */
static gboolean
step (TreeSource *self, Message **message, GError **error)
{
	const StoreMailbox *mailbox;

	if (self->current == NULL) {
		mailbox = self->mailboxes->pdata[self->next++];
		if (mailbox->kind == STORE_MAILBOX_NEWS) {
			*message = message_new_folder (folder_ref (mailbox->folder));
			return TRUE;
		}
		if (!open_mailbox (self, mailbox, error))
			return FALSE;
	}
	mailbox = self->mailboxes->pdata[self->next - 1];
	if (!message_source_next (self->current, message, error))
		return FALSE;
	if (*message == NULL)
		g_clear_pointer (&self->current, message_source_free);
	/* Thunderbird writes its state into these files as into an mbox. */
	else if (mailbox->kind == STORE_MAILBOX_CUR && !message_is_folder (*message))
		return apply_state (self, message, error);
	return TRUE;
}

static gboolean
tree_source_next (MessageSource *source, Message **message, GError **error)
{
	TreeSource *self = (TreeSource *) source;

	*message = NULL;
	while (*message == NULL && (self->current != NULL || self->next < self->mailboxes->len)) {
		g_autoptr (GError) problem = NULL;
		if (step (self, message, &problem))
			continue;
		g_clear_pointer (message, message_unref);
		if (g_error_matches (problem, RUN_ERROR, RUN_ERROR_TEMPORARY)) {
			g_propagate_error (error, g_steal_pointer (&problem));
			return FALSE;
		}
		give_up_mailbox (self, self->mailboxes->pdata[self->next - 1], problem);
	}
	return TRUE;
}

static void
tree_source_free (MessageSource *source)
{
	TreeSource *self = (TreeSource *) source;

	if (self->current != NULL)
		message_source_free (self->current);
	if (self->root_fd >= 0)
		close (self->root_fd);
	g_clear_pointer (&self->mailboxes, g_ptr_array_unref);
	g_free (self->name);
	g_free (self->shown);
	g_free (self);
}

static const MessageSourceClass tree_source_class = {
	.next = tree_source_next,
	.free = tree_source_free,
};

static gboolean
find_mailboxes (TreeSource *self, const StoreOptions *options, GError **error)
{
	const StoreScanOptions scan = { .root_fd = self->root_fd,
					.shown = self->shown,
					.folder = options->folder,
					.report = self->report };

	self->mailboxes = store_scan (&scan);
	for (guint i = 0; i < self->mailboxes->len; i++)
		report_add_expected (self->report,
				     (guint64) ((StoreMailbox *) self->mailboxes->pdata[i])->size);
	if (self->mailboxes->len > 0)
		return TRUE;
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: no mail in it: neither a Maildir (cur, new, tmp) nor mbox or .eml files "
		     "nor folders of a mail program",
		     self->shown);
	return FALSE;
}

static MessageSource *
new_tree (const char *path, Ledger *ledger, Report *report, GError **error)
{
	TreeSource *self = g_new0 (TreeSource, 1);
	g_autoptr (MessageSource) source = &self->source;

	self->source.class = &tree_source_class;
	self->shown = g_strdup (path);
	self->name = g_path_get_basename (path);
	self->ledger = ledger;
	self->report = report;
	self->root_fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->root_fd >= 0)
		return g_steal_pointer (&source);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: cannot read: %s", path,
		     g_strerror (errno));
	return NULL;
}

MessageSource *
store_tree_new (const char *path, const StoreOptions *options, Ledger *ledger, Report *report,
		GError **error)
{
	g_autoptr (MessageSource) source = new_tree (path, ledger, report, error);
	TreeSource *self = (TreeSource *) source;

	if (source == NULL)
		return NULL;
	self->habits = options->habits;
	return find_mailboxes (self, options, error) ? g_steal_pointer (&source) : NULL;
}

/* A directory with one file that counts. */
static StoreMailbox *
mailbox_of_file (Folder *folder)
{
	StoreMailbox *mailbox = g_new0 (StoreMailbox, 1);

	mailbox->kind = STORE_MAILBOX_EML;
	mailbox->paths = g_ptr_array_new_with_free_func (g_free);
	g_ptr_array_add (mailbox->paths, g_strdup (""));
	mailbox->folder = folder != NULL ? folder_ref (folder) : folder_new_inbox ();
	return mailbox;
}

MessageSource *
store_tree_new_file (const char *path, Folder *folder, Ledger *ledger, Report *report,
		     GError **error)
{
	g_autofree char *directory = g_path_get_dirname (path);
	g_autofree char *name = g_path_get_basename (path);
	g_autoptr (MessageSource) source = new_tree (directory, ledger, report, error);
	TreeSource *self = (TreeSource *) source;

	if (source == NULL)
		return NULL;
	StoreMailbox *mailbox = mailbox_of_file (folder);
	EmlSourceOptions eml = { .name = "",
				 .root_fd = self->root_fd,
				 .paths = mailbox->paths,
				 .folder = mailbox->folder,
				 .names = EML_NAMES_MAIL,
				 .only = name };
	self->mailboxes = g_ptr_array_new_with_free_func ((GDestroyNotify) store_mailbox_free);
	g_ptr_array_add (self->mailboxes, mailbox);
	self->current = eml_source_new (&eml, ledger, report);
	self->next = 1;
	return g_steal_pointer (&source);
}
