/* eml-message.c - one file, one message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/error.h"
#include "eml/eml-emlx.h"
#include "eml/eml-foreign.h"
#include "eml/eml-partial.h"
#include "message/message-headers.h"

#define PIECE (64 * 1024)
/* A From_ line that is longer is none. */
#define FROM_LIMIT 1024

/* --- Bytes ----------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *reason)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "cannot read: %s", reason);
	return FALSE;
}

static gboolean
copy_region (int fd, goffset offset, goffset size, Spool *spool, GError **error)
{
	g_autofree guint8 *piece = g_malloc (PIECE);

	while (size > 0) {
		ssize_t n = pread (fd, piece, (size_t) MIN (size, (goffset) PIECE), offset);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail (error, n < 0 ? g_strerror (errno)
						  : "it became shorter while we were reading it");
		if (!spool_write (spool, piece, (gsize) n, error))
			return FALSE;
		offset += n;
		size -= n;
	}
	return TRUE;
}

/* What other programs put before a message: a byte order mark, the From_ line of an mbox. */
static goffset
find_begin (int fd)
{
	char head[FROM_LIMIT];
	ssize_t n = pread (fd, head, sizeof head, 0);
	goffset at = n >= 3 && memcmp (head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

	if (n - at < 5 || memcmp (head + at, "From ", 5) != 0)
		return at;
	const char *lf = memchr (head + at, '\n', (gsize) (n - at));
	return lf != NULL ? (goffset) (lf - head) + 1 : at;
}

static gboolean
is_mail (int fd, GError **error)
{
	guint8 head[EML_FOREIGN_LOOK];
	ssize_t n = pread (fd, head, sizeof head, 0);
	const char *is = n > 0 ? eml_foreign_recognise (head, (gsize) n, n < (ssize_t) sizeof head)
			       : NULL;

	return is == NULL || fail (error, is);
}

/* A large file as it is stays where it is. */
static MessageContent *
read_plain (const EmlFile *file, int fd, goffset size, GError **error)
{
	goffset begin = find_begin (fd);

	if (!is_mail (fd, error))
		return NULL;
	if (begin == 0 && size > SPOOL_MEMORY_LIMIT)
		return message_content_new_file (file->contents, file->name, size);
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	if (!copy_region (fd, begin, size - begin, spool, error))
		return NULL;
	return message_content_new_spool (g_steal_pointer (&spool));
}

/* --- Attachments that lie apart -------------------------------------------- */

static void
choose_name (const char *name, guint8 type, gpointer user_data)
{
	GPtrArray *names = user_data;

	if (type == DT_REG && *name != '.' && names->len < 2)
		g_ptr_array_add (names, g_strdup (name));
}

/* The only file in the directory Attachments/NUMBER/PART beside Messages. */
static int
open_attachment (const EmlFile *file, const char *message, const char *number)
{
	g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
	const char *slash = strrchr (file->directory, '/');
	g_autofree char *parent = g_strndup (file->directory,
					     slash != NULL ? (gsize) (slash - file->directory) : 0);
	g_autofree char *below = g_strconcat ("Attachments/", message, "/", number, NULL);
	g_autofree char *path = directory_join (parent, below);
	struct stat status;
	int fd = -1;

	if (*file->directory == '\0')
		return -1; /* beside it would be outside of the tree */
	int directory = directory_open (file->root_fd, path);
	if (directory < 0)
		return -1;
	if (directory_foreach (directory, choose_name, names) && names->len == 1)
		fd = directory_open_file (directory, names->pdata[0], &status);
	close (directory);
	return fd;
}

static int
open_part (const char *number, gboolean *is_encoded, gpointer user_data)
{
	const EmlFile *file = user_data;
	g_autofree char *message = g_strndup (file->name, strcspn (file->name, "."));
	g_autofree char *beside = g_strconcat (message, ".", number, ".emlxpart", NULL);
	struct stat status;
	int fd = directory_open_file (file->directory_fd, beside, &status);

	*is_encoded = fd >= 0;
	return fd >= 0 ? fd : open_attachment (file, message, number);
}

static void
tell_parts (const EmlFile *file, Report *report, const EmlPartialCount *count)
{
	const char *folder = file->folder->path;

	if (count->missing > 0)
		report_finding (report, REPORT_TROUBLE, "partial-message", file->origin, folder,
				"%u of its attachments is not on this disk: let Apple Mail fetch "
				"it, then run this again",
				count->missing);
	else if (count->rejoined > 0)
		report_finding (report, REPORT_NOTE, "attachments-rejoined", file->origin, folder,
				"%u that lay apart, put back", count->rejoined);
	else
		report_finding (report, REPORT_NOTE, "partial-unmarked", file->origin, folder,
				"named partial, but nothing in it says that it is");
}

static MessageContent *
read_apple (const EmlFile *file, int fd, goffset size, EmlPlist *plist, Report *report,
	    GError **error)
{
	g_autoptr (Spool) spool = spool_new (SPOOL_MEMORY_LIMIT);
	gboolean is_partial = eml_emlx_is_partial (file->name);
	EmlPartialCount count;
	EmlEmlx emlx;

	if (size == 0) {
		fail (error, "it is empty");
		return NULL;
	}
	if (!eml_emlx_locate (fd, size, file->name, &emlx, error))
		return NULL;
	gboolean ok = is_partial ? eml_partial_rejoin (fd, emlx.offset, emlx.size, open_part,
						       (gpointer) file, spool, &count, error)
				 : copy_region (fd, emlx.offset, emlx.size, spool, error);
	if (!ok)
		return NULL;
	if (emlx.fault != NULL)
		report_finding (report, emlx.is_cut ? REPORT_TROUBLE : REPORT_NOTE,
				emlx.is_cut ? "emlx-cut" : "emlx-damaged", file->origin,
				file->folder->path, "%s", emlx.fault);
	if (is_partial)
		tell_parts (file, report, &count);
	*plist = emlx.plist;
	return message_content_new_spool (g_steal_pointer (&spool));
}

/* --- Flags and date -------------------------------------------------------- */

static void
set_apple_flags (Message *message, guint64 flags)
{
	static const struct {
		guint64 bit;
		MessageFlags flag;
		const char *keyword;
	} table[] = {
		{ EML_APPLE_READ, MESSAGE_SEEN, NULL },
		{ EML_APPLE_DELETED, MESSAGE_DELETED, NULL },
		{ EML_APPLE_ANSWERED, MESSAGE_ANSWERED, NULL },
		{ EML_APPLE_FLAGGED, MESSAGE_FLAGGED, NULL },
		{ EML_APPLE_FORWARDED, 0, MESSAGE_KEYWORD_FORWARDED },
		{ EML_APPLE_JUNK, 0, "$Junk" },
		{ EML_APPLE_NOT_JUNK, 0, "$NotJunk" },
	};
	g_autoptr (GPtrArray) keywords = g_ptr_array_new ();

	for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
		if ((flags & table[i].bit) == 0)
			continue;
		message->flags |= table[i].flag;
		if (table[i].keyword != NULL)
			g_ptr_array_add (keywords, (gpointer) table[i].keyword);
	}
	if ((flags & EML_APPLE_DRAFT) != 0 && message->folder->role == FOLDER_ROLE_DRAFTS)
		message->flags |= MESSAGE_DRAFT;
	g_ptr_array_add (keywords, NULL);
	message_set_keywords (message, (const char *const *) keywords->pdata);
}

static gboolean
parse_date (Message *message, const char *text)
{
	MessageDate *date = &message->received;

	date->known = text != NULL &&
		      message_headers_parse_date (text, &date->seconds, &date->zone_minutes);
	date->zone_known = date->known;
	if (!date->known)
		date->zone_minutes = 0;
	return date->known;
}

/* The date is behind the last semicolon. RFC 5322, 3.6.7. */
static gboolean
date_from_received (Message *message, const guint8 *header, gsize length)
{
	g_autofree char *received = message_headers_get (header, length, "Received");
	const char *semicolon = received != NULL ? strrchr (received, ';') : NULL;

	return semicolon != NULL && parse_date (message, semicolon + 1);
}

static gboolean
read_header (Message *message, gint64 mtime, Report *report, GError **error)
{
	gsize length;
	g_autofree guint8 *header = message_headers_read (message->content, MESSAGE_HEADERS_LIMIT,
							  &length, error);

	if (header == NULL)
		return FALSE;
	g_autofree char *unsent = message_headers_get (header, length, "X-Unsent");
	if (unsent != NULL && strcmp (unsent, "1") == 0)
		message->flags |= MESSAGE_DRAFT;
	if (message->received.known || date_from_received (message, header, length))
		return TRUE;
	g_autofree char *date = message_headers_get (header, length, "Date");
	if (parse_date (message, date)) {
		report_finding (report, REPORT_NOTE, "date-from-header", message->origin,
				message->folder->path, "when it was received is not recorded: %s",
				"taken from Date");
		return TRUE;
	}
	message->received.known = mtime != 0;
	message->received.seconds = mtime;
	report_finding (report, REPORT_NOTE, "date-from-mtime", message->origin,
			message->folder->path, "neither Received nor Date tells when: %s",
			"taken from the file");
	return TRUE;
}

/* --- One file -------------------------------------------------------------- */

gboolean
eml_message_is_apple (const char *name)
{
	gsize length = strlen (name);

	return length > 5 && g_ascii_strcasecmp (name + length - 5, ".emlx") == 0;
}

static gboolean
is_unchanged (int fd, const struct stat *before)
{
	struct stat after;

	return fstat (fd, &after) == 0 && after.st_size == before->st_size &&
	       after.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       after.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

static Message *
read_file (const EmlFile *file, int fd, const struct stat *status, Report *report, GError **error)
{
	EmlPlist plist = { 0 };
	MessageContent *content = eml_message_is_apple (file->name)
					  ? read_apple (file, fd, status->st_size, &plist, report,
							error)
					  : read_plain (file, fd, status->st_size, error);

	if (content == NULL)
		return NULL;
	g_autoptr (Message) message = message_new (folder_ref (file->folder), content,
						   file->origin);
	set_apple_flags (message, plist.has_flags ? plist.flags : 0);
	message->received.known = plist.has_received;
	message->received.seconds = plist.received;
	if (!read_header (message, status->st_mtim.tv_sec, report, error))
		return NULL;
	if (!is_unchanged (fd, status)) {
		fail (error, "it changed while we were reading it");
		return NULL;
	}
	return g_steal_pointer (&message);
}

Message *
eml_message_new (const EmlFile *file, Report *report, GError **error)
{
	struct stat status;
	int fd = directory_open_file (file->directory_fd, file->name, &status);

	if (fd < 0) {
		fail (error, errno == ENOENT   ? "it was deleted or moved meanwhile"
			     : errno == EINVAL ? "not a regular file"
					       : g_strerror (errno));
		return NULL;
	}
	Message *message = read_file (file, fd, &status, report, error);
	close (fd);
	return message;
}
