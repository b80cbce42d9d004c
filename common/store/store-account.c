/* store-account.c - which account a mailbox belongs to, and what its folder is called then
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-account.h"

#include <string.h>

#include "store/store-names.h"

typedef struct {
	const StoreScanOptions *options;
	GPtrArray *mailboxes;
	GPtrArray *accounts;
} Naming;

StoreAccount *
store_account_new (char *name)
{
	StoreAccount *account = g_new0 (StoreAccount, 1);

	account->name = name;
	return account;
}

void
store_account_free (StoreAccount *account)
{
	g_free (account->name);
	g_free (account);
}

static gboolean
may_hold_mail (const StoreMailbox *mailbox)
{
	return mailbox->kind != STORE_MAILBOX_NEWS && mailbox->paths->len > 0;
}

static StoreAccount *
account_of (const Naming *self, const StoreMailbox *mailbox)
{
	return self->accounts->pdata[mailbox->account];
}

/* [Gmail] and INBOX hold the folders that other accounts have at their top. */
static FolderRole
role_of (const StoreMailbox *mailbox)
{
	char **components = mailbox->components;
	guint n = g_strv_length (components);
	gboolean below = n == 2 && (strcmp (components[0], "[Gmail]") == 0 ||
				    strcmp (components[0], "[Google Mail]") == 0 ||
				    g_ascii_strcasecmp (components[0], "INBOX") == 0);

	if (!mailbox->by_program || (n != 1 && !below))
		return FOLDER_ROLE_NONE;
	FolderRole role = store_names_role (components[n - 1]);
	return role == FOLDER_ROLE_INBOX ? FOLDER_ROLE_NONE : role;
}

/* prefix: the account's name, if there are several; NULL: none. *taken: a bit for each role. */
static Folder *
make_folder (const Naming *self, const StoreMailbox *mailbox, const char *prefix, guint *taken)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new ();
	char **components = mailbox->components;

	if (prefix != NULL)
		g_ptr_array_add (names, (gpointer) prefix);
	if (*components == NULL && prefix == NULL)
		return self->options->folder != NULL ? folder_ref (self->options->folder)
						     : folder_new_inbox ();
	gboolean in_inbox = *components == NULL || g_ascii_strcasecmp (*components, "INBOX") == 0;
	if (in_inbox && prefix == NULL && components[1] == NULL)
		return folder_new_inbox ();
	if (in_inbox)
		g_ptr_array_add (names, (gpointer) "INBOX");
	for (guint i = in_inbox && *components != NULL ? 1 : 0; components[i] != NULL; i++)
		g_ptr_array_add (names, components[i]);
	g_ptr_array_add (names, NULL);
	FolderRole role = prefix == NULL ? role_of (mailbox) : FOLDER_ROLE_NONE;
	if ((*taken & 1u << role) != 0)
		role = FOLDER_ROLE_NONE;
	*taken |= 1u << role;
	return folder_new ((const char *const *) names->pdata, role);
}

static void
weigh_accounts (Naming *self)
{
	for (guint i = 0; i < self->mailboxes->len; i++) {
		const StoreMailbox *mailbox = self->mailboxes->pdata[i];
		StoreAccount *account = account_of (self, mailbox);
		account->has_mail |= may_hold_mail (mailbox);
		account->has_own_folders |= g_strv_length (mailbox->components) != 1 ||
					    store_names_role (*mailbox->components) ==
						    FOLDER_ROLE_NONE;
	}
}

/* One account with mail has its folders at the top; of several each has a folder. Programs make
 * accounts of their own, with a Trash and an Outbox that nobody has used: those say nothing. */
static const char *
prefix_of (const Naming *self, const StoreMailbox *mailbox, guint with_mail, gboolean *drop)
{
	const StoreAccount *account = account_of (self, mailbox);

	*drop = mailbox->account != 0 && !account->has_mail && !account->has_own_folders &&
		with_mail > 0;
	if (mailbox->account == 0 || (with_mail <= 1 && account->has_mail) ||
	    (with_mail == 0 && self->accounts->len == 2))
		return NULL;
	return account->name;
}

static int
compare_components (const StoreMailbox *one, const StoreMailbox *other)
{
	for (guint i = 0;; i++) {
		const char *a = one->components[i];
		const char *b = other->components[i];
		int order = a == NULL || b == NULL ? (a != NULL) - (b != NULL) : strcmp (a, b);
		if (order != 0 || a == NULL)
			return order;
	}
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
	return compare_components (*(const StoreMailbox *const *) a,
				   *(const StoreMailbox *const *) b);
}

static int
compare_mailboxes (gconstpointer a, gconstpointer b)
{
	const StoreMailbox *one = *(const StoreMailbox *const *) a;
	const StoreMailbox *other = *(const StoreMailbox *const *) b;
	int order = strcmp (one->folder->path, other->folder->path);

	if (order != 0 || one->paths->len == 0 || other->paths->len == 0)
		return order;
	return strcmp (one->paths->pdata[0], other->paths->pdata[0]);
}

static void
tell_empty_accounts (Naming *self, guint with_mail)
{
	for (guint i = 1; i < self->accounts->len && with_mail > 0; i++) {
		const StoreAccount *account = self->accounts->pdata[i];
		if (!account->has_mail && !account->has_own_folders)
			report_finding (self->options->report, REPORT_NOTE, "empty-account",
					account->name, NULL,
					"has no mail and no folders of its own: left out");
	}
}

/* "Inbox" and "INBOX" are one. */
static void
tell_twins (Naming *self)
{
	for (guint i = 1; i < self->mailboxes->len; i++) {
		const StoreMailbox *one = self->mailboxes->pdata[i - 1];
		const StoreMailbox *other = self->mailboxes->pdata[i];
		if (may_hold_mail (one) && may_hold_mail (other) &&
		    folder_equal (one->folder, other->folder))
			report_finding (self->options->report, REPORT_NOTE, "same-folder",
					other->paths->pdata[0], other->folder->path,
					"holds mail of the same folder as %s: both are carried",
					(const char *) one->paths->pdata[0]);
	}
}

/* The news of a folder is told by its mail too. */
static void
drop_stale_news (Naming *self)
{
	for (guint i = self->mailboxes->len; i-- > 0;) {
		const StoreMailbox *mailbox = self->mailboxes->pdata[i];
		const StoreMailbox *before = i > 0 ? self->mailboxes->pdata[i - 1] : NULL;
		const StoreMailbox *after =
			i + 1 < self->mailboxes->len ? self->mailboxes->pdata[i + 1] : NULL;
		gboolean is_told =
			(before != NULL && folder_equal (before->folder, mailbox->folder)) ||
			(after != NULL && folder_equal (after->folder, mailbox->folder));
		if (mailbox->kind == STORE_MAILBOX_NEWS && is_told)
			g_ptr_array_remove_index (self->mailboxes, i);
	}
}

/* Of the mailboxes that are kept. */
static void
make_folders (Naming *self, guint with_mail)
{
	guint taken = 0;
	guint kept = 0;

	for (guint i = 0; i < self->mailboxes->len; i++) {
		StoreMailbox *mailbox = self->mailboxes->pdata[i];
		gboolean drop;
		const char *prefix = prefix_of (self, mailbox, with_mail, &drop);
		if (drop) {
			store_mailbox_free (mailbox);
			continue;
		}
		mailbox->folder = make_folder (self, mailbox, prefix, &taken);
		if (mailbox->paths->len == 0)
			mailbox->kind = STORE_MAILBOX_NEWS;
		self->mailboxes->pdata[kept++] = mailbox;
	}
	g_ptr_array_set_free_func (self->mailboxes, NULL);
	g_ptr_array_set_size (self->mailboxes, (int) kept);
	g_ptr_array_set_free_func (self->mailboxes, (GDestroyNotify) store_mailbox_free);
}

void
store_account_name_folders (GPtrArray *mailboxes, GPtrArray *accounts,
			    const StoreScanOptions *options)
{
	Naming self = { options, mailboxes, accounts };
	guint with_mail = 0;

	weigh_accounts (&self);
	for (guint i = 1; i < accounts->len; i++)
		with_mail += ((StoreAccount *) accounts->pdata[i])->has_mail ? 1 : 0;
	g_ptr_array_sort (mailboxes, compare_found);
	make_folders (&self, with_mail);
	g_ptr_array_sort (mailboxes, compare_mailboxes);
	drop_stale_news (&self);
	tell_empty_accounts (&self, with_mail);
	tell_twins (&self);
}
