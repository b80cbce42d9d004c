/* store-listing.h - what is in a directory, and what kind of directory that makes it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

typedef struct {
	char *name;
	guint8 type; /* DT_* */
} StoreEntry;

typedef struct {
	GArray *entries;      /* StoreEntry, sorted; without the names of messages */
	gboolean has_eml;     /* messages, *.eml and *.emlx */
	gboolean has_numbers; /* files whose names are numbers */
	gboolean has_index;   /* of Thunderbird */
} StoreListing;

/* All entries of the directory fd (borrowed). *complete is FALSE, with errno, if it could not be
 * read to its end. */
StoreListing *store_listing_new (int fd, gboolean *complete);
void store_listing_free (StoreListing *listing);

/* The entry of that name; NULL if there is none. Borrowed. */
const StoreEntry *store_listing_find (const StoreListing *listing, const char *name);
gboolean store_listing_has_directory (const StoreListing *listing, const char *name);

/* Does it hold a file that ends in suffix, and is no message? */
gboolean store_listing_has_file (const StoreListing *listing, const char *suffix);

/* Does one of the directories in it hold a file that ends in suffix? fd is the directory itself. */
gboolean store_listing_any_holds (const StoreListing *listing, int fd, const char *suffix);

/* No file that could be a mailbox; something at all. */
gboolean store_listing_only_directories (const StoreListing *listing);

gboolean store_listing_has_no_directories (const StoreListing *listing);

/* One mailbox of Apple Mail, live or exported? */
gboolean store_listing_is_bundle (const StoreListing *listing);

/* A folder of MH? fd is the directory itself. */
gboolean store_listing_is_mh (const StoreListing *listing, int fd);

/* The highest n for which there is a directory Vn, Apple Mail's; 0: none. */
guint store_listing_newest_version (const StoreListing *listing);

/* V10 is 10; 0: no such name. */
guint store_listing_version_of (const char *name);

/* 8-4-4-4-12 hex digits: Apple Mail's directories within a mailbox since 10.7. */
gboolean store_listing_is_uuid (const char *name);

/* Does the directory name in fd hold a file that ends in suffix? */
gboolean store_listing_holds (int fd, const char *name, const char *suffix);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreListing, store_listing_free)
