/* store-look.c - what a file among mailboxes is, by its first bytes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "store/store-look.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/input.h"
#include "message/message-headers.h"

#define HEAD_SIZE 4096

typedef struct {
	const char *magic;
	gsize length;
	const char *way_out; /* NULL: a mailbox */
} Magic;

static const Magic magics[] = {
	{ "From ", 5, NULL },
	{ "\1\1\1\1\n", 5, NULL }, /* MMDF */
	{ "*mbx*\r\n", 7, NULL },  /* these two the mbox room refuses by name */
	{ "BABYL OPTIONS:", 14, NULL },
	{ "!BDN", 4, "an Outlook file, left out: read it by itself with pst2mbox" },
	{ "\xcf\xad\x12\xfe", 4,
	  "a folder of Outlook Express, left out: let a mail program import it first" },
	{ "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8,
	  "a message of Outlook (.msg), left out: save it as .eml in Outlook" },
};

/* Names that stand for mail, whatever the first bytes are. */
static const struct {
	const char *suffix;
	const char *way_out;
} foreign_suffixes[] = {
	{ ".olm", "an archive of Outlook for Mac, left out: export the folders as .mbox there" },
};

gboolean
store_look_has_suffix (const char *name, const char *suffix)
{
	gsize length = strlen (name);
	gsize n = strlen (suffix);

	return length > n && g_ascii_strcasecmp (name + length - n, suffix) == 0;
}

gboolean
store_look_is_companion (const char *name)
{
	static const char *const suffixes[] = {
		".dat",    ".html", ".htm",   ".lock",      ".json",
		".sqlite", ".db",   ".plist", ".snm",       ".toc",
		".rdf",    ".js",   ".log",   ".fol",       ".pat",
		".jrs",    ".edb",  ".chk",   ".oeaccount", ".MSMessageStore",
		".ini",    ".csv",  "~",
	};
	static const char *const names[] = {
		"subscriptions",    "table_of_contents", "mbox_index",
		"dovecot-keywords", "dovecot-uidlist",   "dovecot-acl",
		"desktop.ini",      "Thumbs.db",         "maildirfolder",
	};

	if (g_str_has_prefix (name, "dovecot.") || g_str_has_prefix (name, "dovecot-"))
		return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		if (g_ascii_strcasecmp (names[i], name) == 0)
			return TRUE;
	for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
		if (store_look_has_suffix (name, suffixes[i]))
			return TRUE;
	return FALSE;
}

gboolean
store_look_is_quiet (const char *name)
{
	static const char *const names[] = {
		".imap",
		".subscriptions",
		".DS_Store",
		".localized",
		".parentlock",
		".mh_sequences",
		".xmhcache",
		".mailboxlist",
		".fseventsd",
		".Trashes",
		".TemporaryItems",
		".mboxCache.plist",
		".OverviewCache.plist",
		".customflags",
	};

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		if (strcmp (names[i], name) == 0)
			return TRUE;
	return g_str_has_prefix (name, "._") || g_str_has_prefix (name, ".Spotlight-") ||
	       g_str_has_prefix (name, ".nfs") || g_str_has_prefix (name, ".dovecot");
}

/* Blank lines and a byte order mark before the first From_ line are left out by the mbox room. */
static gsize
skip_blanks (const char *head, gsize length)
{
	gsize at = length >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	while (at < length && (head[at] == '\n' || head[at] == '\r'))
		at++;
	return at;
}

static StoreLook
judge (const char *name, const char *head, gsize length, const char **way_out)
{
	gsize at = skip_blanks (head, length);

	for (gsize i = 0; i < G_N_ELEMENTS (magics); i++) {
		if (length - at < magics[i].length ||
		    memcmp (head + at, magics[i].magic, magics[i].length) != 0)
			continue;
		*way_out = magics[i].way_out;
		return *way_out != NULL ? STORE_LOOK_FOREIGN : STORE_LOOK_MAILBOX;
	}
	for (gsize i = 0; i < G_N_ELEMENTS (foreign_suffixes); i++) {
		*way_out = foreign_suffixes[i].way_out;
		if (store_look_has_suffix (name, foreign_suffixes[i].suffix))
			return STORE_LOOK_FOREIGN;
	}
	/* Who calls it a mailbox shall hear why it is none. */
	return store_look_has_suffix (name, ".mbox") || store_look_has_suffix (name, ".mbx")
		       ? STORE_LOOK_MAILBOX
		       : STORE_LOOK_OTHER;
}

/* The first bytes, decompressed if need be; none of what cannot be decompressed. -1 with errno. */
static ssize_t
read_head (int fd, const char *name, char *head)
{
	const InputOptions options = { .name = name, .decompress = TRUE };
	g_autoptr (Input) input = input_new (fd, &options);
	gsize got;

	errno = EIO;
	if (input_read (input, head, HEAD_SIZE, &got, NULL))
		return (ssize_t) got;
	return input_get_compression (input) != NULL ? 0 : -1;
}

StoreLook
store_look_at (int directory_fd, const char *name, goffset *size, const char **way_out)
{
	char head[HEAD_SIZE];
	struct stat status;
	int fd = directory_open_file (directory_fd, name, &status);

	*size = 0;
	if (fd < 0)
		return STORE_LOOK_UNREADABLE;
	*size = status.st_size;
	if (status.st_size == 0) {
		close (fd);
		return STORE_LOOK_EMPTY;
	}
	ssize_t n = read_head (fd, name, head);
	return n < 0 ? STORE_LOOK_UNREADABLE : judge (name, head, (gsize) n, way_out);
}

/* A field's name, then a colon. RFC 5322, 2.2. */
static gboolean
begins_with_field (const char *head, gsize length)
{
	gsize n = 0;

	while (n < length && head[n] > ' ' && head[n] < 0x7f && head[n] != ':')
		n++;
	return n > 0 && n < length && head[n] == ':';
}

/* Where the header ends: before the empty line, or with what there is. */
static gsize
header_length (const char *head, gsize length)
{
	const char *end = head + length;

	for (const char *lf = memchr (head, '\n', length); lf != NULL;
	     lf = memchr (lf + 1, '\n', (gsize) (end - lf - 1)))
		if ((end - lf >= 2 && lf[1] == '\n') ||
		    (end - lf >= 3 && lf[1] == '\r' && lf[2] == '\n'))
			return (gsize) (lf - head) + 1;
	return length;
}

gboolean
store_look_is_letter (int directory_fd, const char *name)
{
	static const char *const fields[] = { "Return-Path", "Received", "From",      "To",
					      "Date",	     "Subject",	 "Message-ID" };
	char *values[G_N_ELEMENTS (fields)] = { NULL };
	char head[HEAD_SIZE];
	struct stat status;
	guint known = 0;
	int fd = directory_open_file (directory_fd, name, &status);

	if (fd < 0)
		return FALSE;
	ssize_t n = pread (fd, head, sizeof head, 0);
	close (fd);
	if (n <= 0 || !begins_with_field (head, (gsize) n))
		return FALSE;
	message_headers_get_all ((const guint8 *) head, header_length (head, (gsize) n), fields,
				 values, G_N_ELEMENTS (fields));
	for (gsize i = 0; i < G_N_ELEMENTS (fields); i++) {
		known += values[i] != NULL;
		g_free (values[i]);
	}
	return known >= 2;
}

char *
store_look_strip (const char *name)
{
	static const char *const compressed[] = { ".gz", ".bz2", ".xz", ".zst" };
	gsize length = strlen (name);

	for (gsize i = 0; i < G_N_ELEMENTS (compressed); i++)
		if (store_look_has_suffix (name, compressed[i])) {
			length -= strlen (compressed[i]);
			break;
		}
	g_autofree char *plain = g_strndup (name, length);
	return g_strndup (plain,
			  length - (store_look_has_suffix (plain, ".mbox") ? strlen (".mbox") : 0));
}
