/* eml-source.c - a folder whose messages are files
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/directory.h"
#include "base/text.h"
#include "eml/eml-emlx.h"
#include "eml/eml-message.h"
#include "eml/eml-sequences.h"

typedef struct {
	const char *name; /* in text */
	guint directory;
} Entry;

typedef struct {
	MessageSource source;
	char *name;
	int root_fd;
	GPtrArray *paths;
	Folder *folder;
	EmlNames names;
	char *only;
	Ledger *ledger;
	Report *report;

	gboolean begun;
	GStringChunk *text;
	GArray *entries; /* Entry, sorted */
	EmlSequences *sequences; /* of MH, or NULL */
	guint next;
	guint open_directory; /* which of paths is open */
	ContentDirectory *contents;
	int directory_fd; /* belongs to contents */
} EmlSource;

/* --- Names ----------------------------------------------------------------- */

static gboolean
has_suffix (const char *name, const char *suffix)
{
	gsize length = strlen (name);
	gsize n = strlen (suffix);

	return length > n && g_ascii_strcasecmp (name + length - n, suffix) == 0;
}

gboolean
eml_source_is_message (const char *name, EmlNames names)
{
	if (*name == '.')
		return FALSE;
	if (names == EML_NAMES_NUMBERS)
		return name[strspn (name, "0123456789")] == '\0';
	return names == EML_NAMES_ALL || has_suffix (name, ".eml") || has_suffix (name, ".emlx");
}

/* The digits a name begins with, without leading zeros. */
static const char *
find_number (const char *name, gsize *length)
{
	while (name[0] == '0' && g_ascii_isdigit (name[1]))
		name++;
	*length = strspn (name, "0123456789");
	return name;
}

/* Numbers as numbers, without a bound; what begins with none follows. */
static int
compare_numbers (const char *a, const char *b)
{
	gsize a_length;
	gsize b_length;
	const char *one = find_number (a, &a_length);
	const char *other = find_number (b, &b_length);

	if ((a_length == 0) != (b_length == 0))
		return a_length == 0 ? 1 : -1;
	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	return memcmp (one, other, a_length);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
	const Entry *one = a;
	const Entry *other = b;
	int order = compare_numbers (one->name, other->name);

	if (order == 0)
		order = strcmp (one->name, other->name);
	return order != 0
		       ? order
		       : (one->directory > other->directory) - (one->directory < other->directory);
}

static char *
origin_of (const EmlSource *self, const char *path, const char *name)
{
	g_autofree char *below = directory_join (path, name);
	g_autofree char *whole = directory_join (self->name, below);

	return text_to_utf8 (whole, strlen (whole), NULL);
}

/* --- Listing --------------------------------------------------------------- */

typedef struct {
	EmlSource *self;
	guint directory;
} Listing;

static void
note_entry (const char *name, guint8 type, gpointer user_data)
{
	Listing *listing = user_data;
	EmlSource *self = listing->self;

	/* A directory called x.eml is none of ours; anything else of that name must be read, or
	 * fail aloud. */
	if (type == DT_DIR || !eml_source_is_message (name, self->names) ||
	    (self->only != NULL && strcmp (self->only, name) != 0))
		return;
	Entry entry = { g_string_chunk_insert (self->text, name), listing->directory };
	g_array_append_val (self->entries, entry);
}

static EmlSequences *
read_sequences (EmlSource *self, int fd, const char *path)
{
	g_autofree char *origin = origin_of (self, path, EML_SEQUENCES_FILE);

	return eml_sequences_new (fd, origin, self->folder->path, self->report);
}

static void
list_directory (EmlSource *self, guint index)
{
	const char *path = self->paths->pdata[index];
	Listing listing = { self, index };
	int fd = directory_open (self->root_fd, path);

	if (fd >= 0 && directory_foreach (fd, note_entry, &listing)) {
		if (self->names == EML_NAMES_NUMBERS && self->sequences == NULL)
			self->sequences = read_sequences (self, fd, path);
		close (fd);
		return;
	}
	int number = errno;
	g_autofree char *origin = origin_of (self, "", path);
	report_finding (self->report, REPORT_TROUBLE, "unreadable-folder", origin,
			self->folder->path, "cannot read: %s", g_strerror (number));
	report_worsen (self->report, EXIT_STATUS_TROUBLE);
	if (fd >= 0)
		close (fd);
}

static void
begin (EmlSource *self)
{
	self->begun = TRUE;
	self->text = g_string_chunk_new (64 * 1024);
	self->entries = g_array_new (FALSE, FALSE, sizeof (Entry));
	for (guint i = 0; i < self->paths->len; i++)
		list_directory (self, i);
	g_array_sort (self->entries, compare_entries);
	ledger_announce (self->ledger, self->entries->len);
}

/* --- Reading --------------------------------------------------------------- */

static void
close_directory (EmlSource *self)
{
	g_clear_pointer (&self->contents, content_directory_unref);
	self->directory_fd = -1;
}

static gboolean
enter_directory (EmlSource *self, guint index)
{
	if (self->contents != NULL && self->open_directory == index)
		return TRUE;
	close_directory (self);
	self->directory_fd = directory_open (self->root_fd, self->paths->pdata[index]);
	if (self->directory_fd < 0)
		return FALSE;
	self->contents = content_directory_new (self->directory_fd);
	self->open_directory = index;
	return TRUE;
}

/* "12.partial.emlx" follows "12.emlx". */
static gboolean
is_part_of_last (const EmlSource *self, const Entry *entry)
{
	if (self->next < 2 || !eml_emlx_is_partial (entry->name))
		return FALSE;
	const Entry *last = &g_array_index (self->entries, Entry, self->next - 2);
	gsize length = strcspn (entry->name, ".");
	return last->directory == entry->directory && strcspn (last->name, ".") == length &&
	       memcmp (last->name, entry->name, length) == 0 &&
	       g_ascii_strcasecmp (last->name + length, ".emlx") == 0;
}

/* The next entry as a message; NULL if it is none, and accounted for. */
static Message *
take_entry (EmlSource *self)
{
	const Entry *entry = &g_array_index (self->entries, Entry, self->next++);
	const char *path = self->paths->pdata[entry->directory];
	g_autofree char *origin = origin_of (self, path, entry->name);
	g_autoptr (GError) problem = NULL;

	if (is_part_of_last (self, entry)) {
		ledger_skipped (self->ledger, origin, self->folder->path, "part-of-another");
		return NULL;
	}
	if (!enter_directory (self, entry->directory)) {
		ledger_failed (self->ledger, origin, self->folder->path, "cannot read: %s",
			       g_strerror (errno));
		return NULL;
	}
	const EmlFile file = { .root_fd = self->root_fd,
			       .directory = path,
			       .contents = self->contents,
			       .directory_fd = self->directory_fd,
			       .name = entry->name,
			       .origin = origin,
			       .folder = self->folder };
	Message *message = eml_message_new (&file, self->report, &problem);
	if (message == NULL)
		ledger_failed (self->ledger, origin, self->folder->path, "%s", problem->message);
	else if (self->sequences != NULL)
		eml_sequences_apply (self->sequences, entry->name, message);
	return message;
}

static gboolean
eml_source_next (MessageSource *source, Message **message, GError **error)
{
	EmlSource *self = (EmlSource *) source;

	*message = NULL;
	if (!self->begun) {
		begin (self);
		if (self->entries->len == 0)
			*message = message_new_folder (folder_ref (self->folder));
	}
	while (*message == NULL && self->next < self->entries->len)
		*message = take_entry (self);
	return TRUE;
}

static void
eml_source_free (MessageSource *source)
{
	EmlSource *self = (EmlSource *) source;

	close_directory (self);
	g_clear_pointer (&self->text, g_string_chunk_free);
	g_clear_pointer (&self->entries, g_array_unref);
	eml_sequences_free (self->sequences);
	g_ptr_array_unref (self->paths);
	folder_unref (self->folder);
	g_free (self->only);
	g_free (self->name);
	g_free (self);
}

static const MessageSourceClass eml_source_class = {
	.next = eml_source_next,
	.free = eml_source_free,
};

static gpointer
copy_path (gconstpointer path, gpointer data)
{
	return g_strdup (path);
}

MessageSource *
eml_source_new (const EmlSourceOptions *options, Ledger *ledger, Report *report)
{
	EmlSource *self = g_new0 (EmlSource, 1);

	self->source.class = &eml_source_class;
	self->name = g_strdup (options->name);
	self->root_fd = options->root_fd;
	self->paths = g_ptr_array_copy (options->paths, copy_path, NULL);
	g_ptr_array_set_free_func (self->paths, g_free);
	self->folder = folder_ref (options->folder);
	self->names = options->names;
	self->only = g_strdup (options->only);
	self->ledger = ledger;
	self->report = report;
	self->directory_fd = -1;
	return &self->source;
}
