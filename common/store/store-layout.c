/* store-layout.c - what kind of directory a directory is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-layout.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

StoreLayout
store_layout_find (const StoreListing *listing, int fd, const char *base, gboolean in_account)
{
	gboolean is_mail = strcmp (base, "Mail") == 0;
	gboolean is_imap_mail = strcmp (base, "ImapMail") == 0;

	if (store_listing_find (listing, "profiles.ini") != NULL)
		return STORE_LAYOUT_PROFILES;
	if (store_listing_find (listing, "prefs.js") != NULL &&
	    (store_listing_has_directory (listing, "Mail") ||
	     store_listing_has_directory (listing, "ImapMail")))
		return STORE_LAYOUT_PROFILE;
	if (store_listing_find (listing, "archive_browser.html") != NULL &&
	    store_listing_has_directory (listing, "Mail"))
		return STORE_LAYOUT_TAKEOUT;
	if (in_account || !store_listing_only_directories (listing))
		return STORE_LAYOUT_FOLDERS;
	if (store_listing_newest_version (listing) > 0)
		return STORE_LAYOUT_VERSIONS;
	if (store_listing_has_directory (listing, "MailData") ||
	    store_listing_version_of (base) > 0 ||
	    store_listing_has_file (listing, ".MSMessageStore") ||
	    store_listing_any_holds (listing, fd, ".oeaccount") ||
	    ((is_mail || is_imap_mail) && store_listing_any_holds (listing, fd, ".msf")) ||
	    store_listing_any_holds (listing, fd, "nbox.msf")) /* Inbox.msf: an account's */
		return STORE_LAYOUT_ACCOUNTS;
	return STORE_LAYOUT_FOLDERS;
}

gboolean
store_layout_lies_in_imap_mail (const char *operand)
{
	g_autofree char *whole = g_canonicalize_filename (operand, NULL);
	g_autofree char *parent = g_path_get_dirname (whole);

	return g_str_has_suffix (parent, "/ImapMail");
}

/* The cache of a server's mail is none, and Apple Mail's accounts are mostly that. */
gboolean
store_layout_is_original (const char *path)
{
	gboolean complete;
	int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return FALSE;
	g_autoptr (StoreListing) listing = store_listing_new (fd, &complete);
	g_autofree char *whole = g_canonicalize_filename (path, NULL);
	g_autofree char *base = g_path_get_basename (whole);
	StoreLayout layout = store_layout_find (listing, fd, base, FALSE);
	gboolean is_imap = strcmp (base, "ImapMail") == 0 || store_layout_lies_in_imap_mail (path);
	gboolean is_original = FALSE;

	if (layout == STORE_LAYOUT_PROFILE)
		is_original = !store_listing_has_directory (listing, "ImapMail");
	else if (layout == STORE_LAYOUT_FOLDERS)
		is_original = listing->has_index && !is_imap;
	else if (layout == STORE_LAYOUT_ACCOUNTS)
		is_original = !is_imap && (store_listing_any_holds (listing, fd, ".msf") ||
					   store_listing_any_holds (listing, fd, ".oeaccount"));
	close (fd);
	return is_original;
}
