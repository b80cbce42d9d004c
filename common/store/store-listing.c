/* store-listing.c - what is in a directory, and what kind of directory that makes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-listing.h"

#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "eml/eml-source.h"
#include "store/store-look.h"

/* Of files that may be letters of MH. */
#define LETTERS_ASKED 8

static void
clear_entry (gpointer data)
{
	g_free (((StoreEntry *) data)->name);
}

static void
note_entry (const char *name, guint8 type, gpointer user_data)
{
	StoreListing *listing = user_data;
	StoreEntry entry = { NULL, type };

	/* A folder may have a million of these, so their names are not kept. */
	if (type == DT_REG && eml_source_is_message (name, EML_NAMES_MAIL)) {
		listing->has_eml = TRUE;
		return;
	}
	if (type == DT_REG && eml_source_is_message (name, EML_NAMES_NUMBERS))
		listing->has_numbers = TRUE;
	listing->has_index |= type == DT_REG && store_look_has_suffix (name, ".msf");
	entry.name = g_strdup (name);
	g_array_append_val (listing->entries, entry);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
	return strcmp (((const StoreEntry *) a)->name, ((const StoreEntry *) b)->name);
}

StoreListing *
store_listing_new (int fd, gboolean *complete)
{
	StoreListing *listing = g_new0 (StoreListing, 1);

	listing->entries = g_array_new (FALSE, FALSE, sizeof (StoreEntry));
	g_array_set_clear_func (listing->entries, clear_entry);
	*complete = directory_foreach (fd, note_entry, listing);
	g_array_sort (listing->entries, compare_entries);
	return listing;
}

void
store_listing_free (StoreListing *listing)
{
	if (listing == NULL)
		return;
	g_array_unref (listing->entries);
	g_free (listing);
}

const StoreEntry *
store_listing_find (const StoreListing *listing, const char *name)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (strcmp (entry->name, name) == 0)
			return entry;
	}
	return NULL;
}

gboolean
store_listing_has_directory (const StoreListing *listing, const char *name)
{
	const StoreEntry *entry = store_listing_find (listing, name);

	return entry != NULL && entry->type == DT_DIR;
}

typedef struct {
	const char *suffix;
	gboolean found;
} Search;

static void
match_suffix (const char *name, guint8 type, gpointer user_data)
{
	Search *search = user_data;

	search->found |= type == DT_REG && store_look_has_suffix (name, search->suffix);
}

/* Does the directory name hold a file that ends in suffix? */
gboolean
store_listing_holds (int fd, const char *name, const char *suffix)
{
	Search search = { suffix, FALSE };
	int below = directory_open (fd, name);

	if (below < 0)
		return FALSE;
	(void) directory_foreach (below, match_suffix, &search); /* nothing found, then */
	close (below);
	return search.found;
}

gboolean
store_listing_has_file (const StoreListing *listing, const char *suffix)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type == DT_REG && store_look_has_suffix (entry->name, suffix))
			return TRUE;
	}
	return FALSE;
}

gboolean
store_listing_any_holds (const StoreListing *listing, int fd, const char *suffix)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type == DT_DIR && store_listing_holds (fd, entry->name, suffix))
			return TRUE;
	}
	return FALSE;
}

/* V10 is 10; 0: no such name. */
guint
store_listing_version_of (const char *name)
{
	gsize length = strlen (name);

	if (name[0] != 'V' || length < 2 || length > 4 ||
	    strspn (name + 1, "0123456789") != length - 1)
		return 0;
	return (guint) g_ascii_strtoull (name + 1, NULL, 10);
}

guint
store_listing_newest_version (const StoreListing *listing)
{
	guint newest = 0;

	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type == DT_DIR)
			newest = MAX (newest, store_listing_version_of (entry->name));
	}
	return newest;
}

/* 8-4-4-4-12 hex digits: Apple Mail's directories within a mailbox since 10.7. */
gboolean
store_listing_is_uuid (const char *name)
{
	return strlen (name) == 36 && strspn (name, "0123456789ABCDEFabcdef-") == 36 &&
	       name[8] == '-' && name[23] == '-';
}

gboolean
store_listing_is_bundle (const StoreListing *listing)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if ((entry->type == DT_DIR && (store_listing_is_uuid (entry->name) ||
					       strcmp (entry->name, "Messages") == 0)) ||
		    (entry->type == DT_REG && (strcmp (entry->name, "mbox") == 0 ||
					       strcmp (entry->name, "Info.plist") == 0 ||
					       strcmp (entry->name, "table_of_contents") == 0)))
			return TRUE;
	}
	return FALSE;
}

/* A folder that mail was only ever moved into has no list of sequences, so its files are asked: the
 * first few, for one may be damaged. */
static gboolean
has_numbered_letters (const StoreListing *listing, int fd)
{
	guint asked = 0;

	for (guint i = 0; i < listing->entries->len && asked < LETTERS_ASKED; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type != DT_REG ||
		    !eml_source_is_message (entry->name, EML_NAMES_NUMBERS))
			continue;
		if (store_look_is_letter (fd, entry->name))
			return TRUE;
		asked++;
	}
	return FALSE;
}

gboolean
store_listing_is_mh (const StoreListing *listing, int fd)
{
	return listing->has_numbers && (store_listing_find (listing, ".mh_sequences") != NULL ||
					store_listing_find (listing, ".xmhcache") != NULL ||
					has_numbered_letters (listing, fd));
}

gboolean
store_listing_only_directories (const StoreListing *listing)
{
	for (guint i = 0; i < listing->entries->len; i++) {
		const StoreEntry *entry = &g_array_index (listing->entries, StoreEntry, i);
		if (entry->type == DT_REG && !store_look_has_suffix (entry->name, ".msf") &&
		    !store_look_is_companion (entry->name) && entry->name[0] != '.')
			return FALSE;
	}
	return !listing->has_eml && listing->entries->len > 0;
}

gboolean
store_listing_has_no_directories (const StoreListing *listing)
{
	for (guint i = 0; i < listing->entries->len; i++)
		if (g_array_index (listing->entries, StoreEntry, i).type == DT_DIR)
			return FALSE;
	return TRUE;
}
