/* store-scan.c - find the folders in the tree of a mail program
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "eml/eml-source.h"
#include "store/store-account.h"
#include "store/store-index.h"
#include "store/store-layout.h"
#include "store/store-look.h"
#include "store/store-names.h"

/* Deeper is a loop or a trap. */
#define DEPTH_LIMIT 64

/* A directory whose entries are still to be looked at. */
typedef struct {
	char *path;        /* below the root, "" for the root */
	char **components; /* of the folder it stands for, within the account */
	guint depth;
	guint account; /* 0: none */
	StoreLayout layout;
	gboolean by_program;
	gboolean is_imap;
	StoreMailbox *bundle; /* that the messages in it belong to, or NULL */
} Place;

typedef struct {
	const StoreScanOptions *options;
	GPtrArray *places;    /* the queue */
	GPtrArray *mailboxes; /* StoreMailbox */
	GPtrArray *accounts;  /* StoreAccount; the first is none */
	GPtrArray *leaves;    /* StoreMailbox: directories with nothing in them */
	gboolean has_eml;     /* the tree keeps messages in files: a directory is a folder */
} Scan;

/* --- Parts ----------------------------------------------------------------- */

void
store_mailbox_free (StoreMailbox *mailbox)
{
	g_ptr_array_unref (mailbox->paths);
	folder_unref (mailbox->folder);
	g_strfreev (mailbox->components);
	g_free (mailbox);
}

static void
free_place (gpointer data)
{
	Place *place = data;

	g_strfreev (place->components);
	g_free (place->path);
	g_free (place);
}

static char *
without_suffix (const char *name, const char *suffix)
{
	return g_strndup (name,
			  strlen (name) -
				  (store_look_has_suffix (name, suffix) ? strlen (suffix) : 0));
}

static void
tell (Scan *self, ReportGrade grade, const char *finding, const Place *place, const char *name,
      const char *text)
{
	g_autofree char *path = directory_join (place->path, name);

	report_finding (self->options->report, grade, finding, path, NULL, "%s", text);
}

static void
tell_unreadable (Scan *self, const char *path)
{
	g_autofree char *shown = *path != '\0' ? g_strdup (path)
					       : g_path_get_basename (self->options->shown);

	report_finding (self->options->report, REPORT_TROUBLE, "unreadable-folder", shown, NULL,
			"cannot read: %s", g_strerror (errno));
	report_worsen (self->options->report, EXIT_STATUS_TROUBLE);
}

static gboolean
is_directory_at (int fd, const char *name, const char *below)
{
	g_autofree char *path = g_build_filename (name, below, NULL);
	struct stat status;

	return fstatat (fd, path, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR (status.st_mode);
}

/* --- New mailboxes and places ---------------------------------------------- */

static char **
add_component (char *const *components, char *name)
{
	guint n = g_strv_length ((char **) components);
	char **longer = g_new0 (char *, n + 2);

	for (guint i = 0; i < n; i++)
		longer[i] = g_strdup (components[i]);
	longer[n] = name;
	return longer;
}

/* Takes components over. */
static StoreMailbox *
new_mailbox (const Place *place, StoreMailboxKind kind, char **components, char *path)
{
	StoreMailbox *mailbox = g_new0 (StoreMailbox, 1);

	mailbox->kind = kind;
	mailbox->paths = g_ptr_array_new_with_free_func (g_free);
	mailbox->components = components;
	mailbox->account = place->account;
	mailbox->by_program = place->by_program;
	if (path != NULL)
		g_ptr_array_add (mailbox->paths, path);
	return mailbox;
}

static StoreMailbox *
add_mailbox (Scan *self, const Place *place, StoreMailboxKind kind, char **components, char *path)
{
	StoreMailbox *mailbox = new_mailbox (place, kind, components, path);

	g_ptr_array_add (self->mailboxes, mailbox);
	self->has_eml |= kind == STORE_MAILBOX_EML;
	return mailbox;
}

static char *
decode_name (Scan *self, const Place *place, const char *name)
{
	gboolean guessed;
	char *decoded = store_names_decode (name, place->is_imap, &guessed);

	if (guessed)
		tell (self, REPORT_NOTE, "name-not-utf8", place, name,
		      "its name is not UTF-8: read as windows-1252");
	return decoded;
}

/* A directory below place; name_or_null: the folder it is, if it is one of its own. */
static Place *
add_place (Scan *self, const Place *place, const char *name, char *folder)
{
	Place *below = g_new0 (Place, 1);

	*below = *place;
	below->path = directory_join (place->path, name);
	below->components = folder != NULL ? add_component (place->components, folder)
					   : g_strdupv (place->components);
	below->depth = place->depth + 1;
	below->layout = STORE_LAYOUT_FOLDERS;
	below->bundle = NULL;
	g_ptr_array_add (self->places, below);
	return below;
}

/* --- Thunderbird ----------------------------------------------------------- */

/* What Thunderbird calls the folder of this file. */
static char *
name_of_mailbox (Scan *self, int fd, const Place *place, const char *name)
{
	if (store_names_is_hashed (name)) {
		g_autofree char *real = store_index_read (fd, name, "folderName");
		if (real != NULL && store_names_agree (name, real))
			return g_steal_pointer (&real);
	}
	return decode_name (self, place, name);
}

/* An index without a mailbox: a saved search, or an empty folder. */
static void
look_at_index (Scan *self, int fd, const Place *place, const char *index)
{
	g_autofree char *name = without_suffix (index, ".msf");
	g_autofree char *search = NULL;
	struct stat status;

	if (fstatat (fd, name, &status, AT_SYMLINK_NOFOLLOW) == 0)
		return;
	search = store_index_read (fd, name, "searchStr");
	if (search != NULL && *search != '\0') {
		tell (self, REPORT_NOTE, "saved-search", place, index,
		      "shows mail of other folders: left out");
		return;
	}
	add_mailbox (self, place, STORE_MAILBOX_NEWS,
		     add_component (place->components, name_of_mailbox (self, fd, place, name)),
		     directory_join (place->path, index));
}

/* --- Files ----------------------------------------------------------------- */

static void
look_at_bundle_file (Scan *self, const Place *place, const char *name, goffset size, StoreLook look)
{
	if (strcmp (name, "mbox") != 0 || look == STORE_LOOK_EMPTY)
		return;
	StoreMailbox *mailbox =
		add_mailbox (self, place, STORE_MAILBOX_MBOX,
			     g_strdupv (place->bundle->components),
			     directory_join (place->path, name));
	mailbox->size = size;
}

static void
look_at_file (Scan *self, int fd, const Place *place, const char *name)
{
	const char *way_out = NULL;
	goffset size;

	if (store_look_has_suffix (name, ".msf")) {
		look_at_index (self, fd, place, name);
		return;
	}
	StoreLook look = store_look_at (fd, name, &size, &way_out);
	if (place->bundle != NULL && look != STORE_LOOK_FOREIGN &&
	    (look != STORE_LOOK_MAILBOX || strcmp (name, "mbox") == 0)) {
		look_at_bundle_file (self, place, name, size, look);
		return;
	}
	if (look == STORE_LOOK_FOREIGN)
		tell (self, REPORT_TROUBLE, "foreign-mail", place, name, way_out);
	if (look == STORE_LOOK_FOREIGN ||
	    (look != STORE_LOOK_MAILBOX && store_look_is_companion (name)))
		return;
	if (look == STORE_LOOK_OTHER && !store_index_exists (fd, name)) {
		tell (self, REPORT_NOTE, "not-a-mailbox", place, name,
		      "does not begin like an mbox: left out");
		return;
	}
	g_autofree char *base = store_look_strip (name);
	StoreMailbox *mailbox = add_mailbox (
		self, place,
		size > 0 || look == STORE_LOOK_UNREADABLE ? STORE_MAILBOX_MBOX : STORE_MAILBOX_NEWS,
		add_component (place->components, name_of_mailbox (self, fd, place, base)),
		directory_join (place->path, name));
	mailbox->size = size;
}

/* --- Directories ----------------------------------------------------------- */

/* Within a bundle there are levels that mean nothing: UUID/Data/1/2/Messages. */
static gboolean
look_at_bundle_directory (Scan *self, const Place *place, const char *name)
{
	gboolean is_digit = g_ascii_isdigit (name[0]) && name[1] == '\0';

	if (strcmp (name, "Attachments") == 0)
		return TRUE;
	if (strcmp (name, "Messages") == 0) {
		g_ptr_array_add (place->bundle->paths, directory_join (place->path, name));
		return TRUE;
	}
	if (!is_digit && !store_listing_is_uuid (name) && strcmp (name, "Data") != 0)
		return FALSE;
	Place *below = add_place (self, place, name, NULL);
	below->layout = STORE_LAYOUT_BUNDLE;
	below->bundle = place->bundle;
	return TRUE;
}

/* A directory with cur/ is a mailbox of Thunderbird's, or, with new/, a Maildir. */
static gboolean
look_at_maildir (Scan *self, int fd, const Place *place, const char *name)
{
	if (!is_directory_at (fd, name, "cur"))
		return FALSE;
	gboolean is_maildir = is_directory_at (fd, name, "new");
	char **components = add_component (place->components,
					   name_of_mailbox (self, fd, place, name));
	add_mailbox (self, place, is_maildir ? STORE_MAILBOX_MAILDIR : STORE_MAILBOX_CUR,
		     components,
		     is_maildir ? directory_join (place->path, name)
				: g_build_filename (place->path, name, "cur", NULL));
	return TRUE;
}

static void
look_at_folder (Scan *self, int fd, const Place *place, const char *name)
{
	g_autofree char *plain = without_suffix (name, ".sbd");

	if (place->bundle != NULL && look_at_bundle_directory (self, place, name))
		return;
	if (store_look_has_suffix (name, ".mozmsgs")) /* copies, for the search of the system */
		return;
	if (strcmp (plain, name) == 0 && look_at_maildir (self, fd, place, name))
		return;
	add_place (self, place, name, name_of_mailbox (self, fd, place, plain));
}

static void
tell_imap (Scan *self, const Place *place)
{
	report_finding (self->options->report, REPORT_NOTE, "imap-cache",
			*place->path != '\0' ? place->path : self->options->shown, NULL,
			"holds what was fetched from the server, which may have more");
}

static void
add_account (Scan *self, const Place *place, const char *name, gboolean is_imap)
{
	static const char *const prefixes[] = { "IMAP-", "POP-", "EWS-", "Exchange-" };
	const char *plain = name;

	for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
		if (g_str_has_prefix (name, prefixes[i]) && name[strlen (prefixes[i])] != '\0')
			plain = name + strlen (prefixes[i]);
	char *shown = strcmp (name, "Mailboxes") == 0 ? g_strdup ("On My Mac")
						      : decode_name (self, place, plain);
	g_ptr_array_add (self->accounts, store_account_new (shown));
	Place *below = add_place (self, place, name, NULL);
	below->account = self->accounts->len - 1;
	below->by_program = TRUE;
	below->is_imap = is_imap;
	if (is_imap)
		tell_imap (self, below);
}

/* What mail programs keep beside the accounts. TRUE: it is none. */
static gboolean
look_beside_accounts (Scan *self, const Place *place, const char *name)
{
	static const char *const quiet[] = { "MailData", "Bundles", "smart mailboxes" };
	static const char *const others[] = { "RSS",	   "Calendars",	    "Contacts",
					      "Your Feeds", "ErrorReports", "Feeds Cache",
					      "Backup" };

	for (gsize i = 0; i < G_N_ELEMENTS (quiet); i++)
		if (strcmp (quiet[i], name) == 0)
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
		if (strcmp (others[i], name) != 0)
			continue;
		tell (self, REPORT_NOTE, "not-a-mailbox", place, name,
		      "not where mail is kept: left out");
		return TRUE;
	}
	return FALSE;
}

static void
look_at_directory (Scan *self, int fd, const Place *place, const char *name, guint newest)
{
	gboolean is_mail = strcmp (name, "Mail") == 0 || strcmp (name, "ImapMail") == 0;

	switch (place->layout) {
	case STORE_LAYOUT_PROFILES:
		if (strcmp (name, "Profiles") == 0 || store_listing_holds (fd, name, "prefs.js") ||
		    is_directory_at (fd, name, "Mail"))
			add_place (self, place, name, NULL);
		break;
	case STORE_LAYOUT_PROFILE:
		if (is_mail)
			add_place (self, place, name, NULL)->layout = STORE_LAYOUT_ACCOUNTS;
		break;
	case STORE_LAYOUT_TAKEOUT:
		if (strcmp (name, "Mail") == 0)
			add_place (self, place, name, NULL);
		break;
	case STORE_LAYOUT_VERSIONS:
		if (store_listing_version_of (name) == newest)
			add_place (self, place, name, NULL)->layout = STORE_LAYOUT_ACCOUNTS;
		else
			tell (self, REPORT_NOTE, "older-version", place, name,
			      "left out: Apple Mail has moved what was in it to a newer one");
		break;
	case STORE_LAYOUT_ACCOUNTS:
		if (!look_beside_accounts (self, place, name))
			add_account (self, place, name, place->is_imap);
		break;
	case STORE_LAYOUT_FOLDERS:
	case STORE_LAYOUT_BUNDLE: look_at_folder (self, fd, place, name); break;
	}
}

static void
look_at_entry (Scan *self, int fd, const Place *place, const StoreEntry *entry, guint newest)
{
	gboolean is_mailboxes = place->layout == STORE_LAYOUT_FOLDERS ||
				place->layout == STORE_LAYOUT_BUNDLE;

	if (entry->name[0] == '.') {
		if (!store_look_is_quiet (entry->name))
			tell (self, REPORT_NOTE, "hidden", place, entry->name,
			      "begins with a dot: left out");
	} else if (entry->type == DT_REG) {
		if (is_mailboxes)
			look_at_file (self, fd, place, entry->name);
	} else if (entry->type != DT_DIR) {
		/* Among mailboxes it may stand for one, which is then not read. */
		gboolean is_link = entry->type == DT_LNK;
		tell (self, is_link && is_mailboxes ? REPORT_TROUBLE : REPORT_NOTE, "not-a-mailbox",
		      place, entry->name,
		      is_link ? "a symbolic link: not followed (what it points to can be read "
				"by itself)"
			      : "neither a file nor a directory: left out");
	} else if (place->depth >= DEPTH_LIMIT) {
		tell (self, REPORT_TROUBLE, "not-a-mailbox", place, entry->name,
		      "folders too deep within each other: not followed");
	} else {
		look_at_directory (self, fd, place, entry->name, newest);
	}
}

/* --- What a directory is --------------------------------------------------- */

static char *
base_name (const Scan *self, const Place *place)
{
	g_autofree char *whole = *place->path != '\0'
					 ? g_strdup (place->path)
					 : g_canonicalize_filename (self->options->shown, NULL);

	return g_path_get_basename (whole);
}

static gboolean
is_bundle_name (const char *name)
{
	return store_look_has_suffix (name, ".mbox") || store_look_has_suffix (name, ".imapmbox");
}

static gboolean
has_bundles (const StoreListing *listing)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type == DT_DIR && is_bundle_name (entry->name))
			return TRUE;
	}
	return FALSE;
}

/* One by name and by what is in it. Within a tree the name will do: it may be empty. Of a part of
 * one only the root is asked: the tree begins there. */
static gboolean
is_bundle (const Place *place, const char *base, const StoreListing *listing)
{
	if (place->layout != STORE_LAYOUT_FOLDERS)
		return FALSE;
	if (!store_listing_is_bundle (listing))
		return *place->path != '\0' && is_bundle_name (base) && !has_bundles (listing);
	return is_bundle_name (base) ||
	       (*place->path == '\0' && (store_listing_has_directory (listing, "Messages") ||
					 store_listing_is_uuid (base)));
}

static void
drop_bundle_suffix (char **components)
{
	guint n = g_strv_length (components);

	if (n == 0)
		return;
	g_autofree char *last = components[n - 1];
	g_autofree char *plain = without_suffix (last, ".imapmbox");
	components[n - 1] = without_suffix (plain, ".mbox");
}

static void
settle_place (Scan *self, Place *place, int fd, const StoreListing *listing)
{
	g_autofree char *base = base_name (self, place);

	if (place->layout == STORE_LAYOUT_FOLDERS)
		place->layout = store_layout_find (listing, fd, base, place->account != 0);
	if (place->layout == STORE_LAYOUT_ACCOUNTS)
		place->is_imap = strcmp (base, "ImapMail") == 0;
	if (listing->has_index && *place->path == '\0' && place->layout == STORE_LAYOUT_FOLDERS) {
		place->is_imap = store_layout_lies_in_imap_mail (self->options->shown);
		if (place->is_imap)
			tell_imap (self, place);
	}
	place->by_program |= listing->has_index || store_listing_has_file (listing, ".oeaccount");
	gboolean bundle = is_bundle (place, base, listing);
	if (bundle || is_bundle_name (base))
		drop_bundle_suffix (place->components);
	if (!bundle)
		return;
	place->layout = STORE_LAYOUT_BUNDLE;
	place->by_program = TRUE;
	place->bundle = add_mailbox (self, place, STORE_MAILBOX_EML,
				     g_strdupv (place->components), NULL);
}

/* Messages in the directory itself. */
static void
take_messages (Scan *self, const Place *place, const StoreListing *listing, gboolean is_mh)
{
	if (listing->has_eml && place->layout == STORE_LAYOUT_FOLDERS)
		add_mailbox (self, place, STORE_MAILBOX_EML, g_strdupv (place->components),
			     g_strdup (place->path));
	if (is_mh)
		add_mailbox (self, place, STORE_MAILBOX_MH, g_strdupv (place->components),
			     g_strdup (place->path));
}

static void
look_at_entries (Scan *self, int fd, const Place *place, const StoreListing *listing,
		 gboolean is_mh)
{
	guint newest = store_listing_newest_version (listing);

	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (!is_mh || !eml_source_is_message (entry->name, EML_NAMES_NUMBERS))
			look_at_entry (self, fd, place, entry, newest);
	}
}

/* A directory that holds nothing, where directories are folders: an empty folder. */
static void
note_leaf (Scan *self, const Place *place)
{
	g_ptr_array_add (self->leaves,
			 new_mailbox (place, STORE_MAILBOX_NEWS, g_strdupv (place->components),
				      g_strdup (place->path)));
}

static void
look_into (Scan *self, Place *place)
{
	int fd = directory_open (self->options->root_fd, place->path);
	gboolean complete;

	if (fd < 0) {
		tell_unreadable (self, place->path);
		return;
	}
	g_autoptr (StoreListing) listing = store_listing_new (fd, &complete);
	if (!complete)
		tell_unreadable (self, place->path);
	guint before = self->mailboxes->len;
	settle_place (self, place, fd, listing);
	gboolean is_mh = place->layout == STORE_LAYOUT_FOLDERS && store_listing_is_mh (listing, fd);
	take_messages (self, place, listing, is_mh);
	look_at_entries (self, fd, place, listing, is_mh);
	if (self->mailboxes->len == before && place->layout == STORE_LAYOUT_FOLDERS &&
	    store_listing_has_no_directories (listing) && *place->components != NULL)
		note_leaf (self, place);
	close (fd);
}

GPtrArray *
store_scan (const StoreScanOptions *options)
{
	GDestroyNotify free_one = (GDestroyNotify) store_mailbox_free;
	g_autoptr (GPtrArray) places = g_ptr_array_new_with_free_func (free_place);
	g_autoptr (GPtrArray) accounts =
		g_ptr_array_new_with_free_func ((GDestroyNotify) store_account_free);
	g_autoptr (GPtrArray) leaves = g_ptr_array_new_with_free_func (free_one);
	Scan self = { .options = options,
		      .places = places,
		      .mailboxes = g_ptr_array_new_with_free_func (free_one),
		      .accounts = accounts,
		      .leaves = leaves };
	Place *top = g_new0 (Place, 1);

	top->path = g_strdup ("");
	top->components = g_new0 (char *, 1);
	g_ptr_array_add (places, top);
	g_ptr_array_add (accounts, store_account_new (NULL));
	for (guint i = 0; i < places->len; i++)
		look_into (&self, places->pdata[i]);
	if (self.has_eml)
		g_ptr_array_extend_and_steal (self.mailboxes, g_steal_pointer (&leaves));
	store_account_name_folders (self.mailboxes, accounts, options);
	return self.mailboxes;
}
