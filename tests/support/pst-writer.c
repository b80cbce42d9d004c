/* pst-writer.c - write Outlook PST files, and say what was written
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Folders and where messages go. A folder is four nodes: its properties and three tables, of the
 * folders, the messages and the hidden messages in it. Tables grow while messages come and are
 * closed at the end.
 */

#include "support/pst-writer.h"

#include "support/pst-writer-store.h"
#include "support/pst-writer-truth.h"

#include "base/digest.h"
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>

#define NID_TYPE_MASK   0x1fU
#define NID_FINDER      0x8042U
#define NID_TRASH       0x8062U
#define NID_SPAM_SEARCH 0x2223U
#define NID_NOWHERE     0x3ffffe2U
#define N_OWN_FOLDERS   4

enum {
	TYPE_FOLDER = 0x02,
	TYPE_SEARCH_FOLDER = 0x03,
	TYPE_MESSAGE = 0x04,
	TYPE_SEARCH_QUEUE = 0x06,
	TYPE_SEARCH_CRITERIA = 0x07,
	TYPE_HIDDEN_MESSAGE = 0x08,
	TYPE_HIERARCHY = 0x0d,
	TYPE_CONTENTS = 0x0e,
	TYPE_HIDDEN_CONTENTS = 0x0f,
	TYPE_SEARCH_CONTENTS = 0x10,
};

typedef struct Folder Folder;

struct Folder {
	guint32 nid;
	Folder *parent;
	char *name;
	char *container_class;
	PstWriterRole role;
	GPtrArray *children;
	PstWriterTc *contents;
	PstWriterTc *hidden;
	guint32 n_messages;
	guint32 n_unread;
	guint32 n_hidden;
};

struct PstWriter {
	PstWriterFile file;
	PstWriterTemplates templates;
	PstWriterNames *names;
	GPtrArray *folders;
	GHashTable *by_nid;
	guint32 roles[PST_WRITER_N_ROLES];
	char *store_name;
	guint8 record_key[16];
	Output *truth;
	guint64 n_messages;
	guint64 n_deleted;
};

static gboolean
is_search (const Folder *folder)
{
	return (folder->nid & NID_TYPE_MASK) == TYPE_SEARCH_FOLDER;
}

static void
free_folder (gpointer data)
{
	Folder *folder = data;

	g_free (folder->name);
	g_free (folder->container_class);
	g_ptr_array_unref (folder->children);
	g_free (folder);
}

static Folder *
find_folder (PstWriter *writer, guint32 nid)
{
	return g_hash_table_lookup (writer->by_nid, GUINT_TO_POINTER (nid));
}

static Folder *
add_folder (PstWriter *writer, guint32 nid, guint32 parent, const char *name)
{
	Folder *folder = g_new0 (Folder, 1);

	folder->nid = nid;
	folder->parent = find_folder (writer, parent);
	folder->name = g_strdup (name);
	folder->children = g_ptr_array_new ();
	if (folder->parent)
		g_ptr_array_add (folder->parent->children, folder);
	g_ptr_array_add (writer->folders, folder);
	g_hash_table_insert (writer->by_nid, GUINT_TO_POINTER (nid), folder);
	return folder;
}

static void
write_truth (PstWriter *writer, GString *line)
{
	g_autoptr (GError) error = NULL;

	if (!writer->truth)
		return;
	g_string_append_c (line, '\n');
	if (!output_write (writer->truth, line->str, line->len, &error))
		pst_writer_ndb_fail (writer->file.ndb, error->message);
}

/* The names from below the top to the folder, as an array. */
static void
state_path (GString *line, const Folder *folder)
{
	g_autoptr (GPtrArray) path = g_ptr_array_new ();

	while (folder && folder->nid != PST_WRITER_TOP && folder->nid != PST_WRITER_ROOT) {
		g_ptr_array_insert (path, 0, (gpointer)folder->name);
		folder = folder->parent;
	}
	pst_writer_truth_open (line, "folder", '[');
	for (guint i = 0; i < path->len; i++)
		pst_writer_truth_text (line, NULL, g_ptr_array_index (path, i));
	pst_writer_truth_close (line, ']');
}

static void
state_store (PstWriter *writer, guint8 crypt)
{
	static const char *const formats[] = {"unicode", "ansi", "ost"};
	guint codepage = pst_writer_ndb_get_codepage (writer->file.ndb);
	g_autoptr (GString) line = g_string_new ("{");

	pst_writer_truth_text (line, "type", "store");
	pst_writer_truth_text (line, "name", writer->store_name);
	pst_writer_truth_text (line, "format",
			       formats[pst_writer_ndb_get_layout (writer->file.ndb)->format]);
	pst_writer_truth_number (line, "crypt", crypt);
	if (codepage)
		pst_writer_truth_number (line, "codepage", codepage);
	pst_writer_truth_close (line, '}');
	write_truth (writer, line);
}

static gboolean
open_truth (PstWriter *writer, const char *path, GError **error)
{
	int fd = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0) {
		g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "%s: %s", path,
			     g_strerror (errno));
		return FALSE;
	}
	writer->truth = output_new (fd, path);
	return TRUE;
}

/* Where Outlook begins to count: lower indexes are its own. [MS-PST] 2.2.2.6 */
static void
start_counters (PstWriterFile *file)
{
	for (guint type = 0; type < G_N_ELEMENTS (file->counters); type++)
		file->counters[type] = 0x400;
	file->counters[TYPE_FOLDER] = NID_TRASH >> 5;
	file->counters[TYPE_SEARCH_FOLDER] = 0x4000;
	file->counters[TYPE_MESSAGE] = 0x10000;
	file->counters[TYPE_HIDDEN_MESSAGE] = 0x8000;
}

PstWriter *
pst_writer_new (const char *path, const PstWriterOptions *options, GError **error)
{
	static const PstWriterOptions defaults;
	const PstWriterOptions *chosen = options ? options : &defaults;
	guint8 crypt = (guint8)chosen->crypt;
	PstWriterNdb *ndb = pst_writer_ndb_new (path, chosen->format, crypt, error);
	g_autoptr (PstWriter) writer = NULL;
	guint8 digest[DIGEST_SIZE];

	if (!ndb)
		return NULL;
	writer = g_new0 (PstWriter, 1);
	writer->file.ndb = ndb;
	writer->folders = g_ptr_array_new_with_free_func (free_folder);
	writer->by_nid = g_hash_table_new (NULL, NULL);
	writer->names = pst_writer_store_names_new ();
	writer->file.keywords = pst_writer_store_names_add (
		writer->names, pst_writer_set_public_strings, 0, "Keywords");
	if (chosen->format == PST_WRITER_ANSI)
		pst_writer_ndb_set_codepage (ndb, chosen->codepage ? chosen->codepage
								   : PST_WRITER_WESTERN);
	writer->store_name =
		g_strdup (chosen->store_name ? chosen->store_name : "Personal Folders");
	digest_of (writer->store_name, strlen (writer->store_name), digest);
	memcpy (writer->record_key, digest, sizeof writer->record_key);
	if (chosen->truth_path && !open_truth (writer, chosen->truth_path, error))
		return NULL;
	start_counters (&writer->file);
	pst_writer_store_write_templates (&writer->file, &writer->templates);
	(void)add_folder (writer, PST_WRITER_ROOT, 0, "");
	(void)add_folder (writer, PST_WRITER_TOP, PST_WRITER_ROOT, "Top of Outlook data file");
	(void)add_folder (writer, NID_FINDER, PST_WRITER_ROOT, "Search Root");
	(void)add_folder (writer, NID_SPAM_SEARCH, PST_WRITER_ROOT, "SPAM Search Folder 2");
	state_store (writer, crypt);
	return g_steal_pointer (&writer);
}

guint32
pst_writer_add_folder (PstWriter *writer, guint32 parent, const char *name, PstWriterRole role)
{
	gboolean is_trash = role == PST_WRITER_ROLE_TRASH && !find_folder (writer, NID_TRASH);
	guint32 nid =
		is_trash ? NID_TRASH : pst_writer_message_new_nid (&writer->file, TYPE_FOLDER);
	Folder *folder;

	g_return_val_if_fail (find_folder (writer, parent) != NULL, 0);
	g_return_val_if_fail (role == PST_WRITER_ROLE_NONE || writer->roles[role] == 0, 0);
	folder = add_folder (writer, nid, parent, name);
	folder->role = role;
	folder->container_class = g_strdup ("IPF.Note");
	if (role != PST_WRITER_ROLE_NONE)
		writer->roles[role] = nid;
	return nid;
}

guint32
pst_writer_add_search_folder (PstWriter *writer, guint32 parent, const char *name)
{
	guint32 nid = pst_writer_message_new_nid (&writer->file, TYPE_SEARCH_FOLDER);

	g_return_val_if_fail (find_folder (writer, parent) != NULL, 0);
	(void)add_folder (writer, nid, parent, name);
	return nid;
}

void
pst_writer_set_folder_class (PstWriter *writer, guint32 folder, const char *container_class)
{
	Folder *found = find_folder (writer, folder);

	g_return_if_fail (found != NULL);
	g_free (found->container_class);
	found->container_class = g_strdup (container_class);
}

static PstWriterTc *
contents_of (PstWriter *writer, Folder *folder)
{
	if (!folder->contents)
		folder->contents =
			pst_writer_tc_new (writer->file.ndb, pst_writer_store_contents_columns,
					   pst_writer_store_n_contents_columns,
					   pst_writer_ndb_get_codepage (writer->file.ndb));
	return folder->contents;
}

void
pst_writer_add_search_result (PstWriter *writer, guint32 search_folder, guint32 message)
{
	Folder *folder = find_folder (writer, search_folder);

	g_return_if_fail (folder != NULL && is_search (folder));
	pst_writer_tc_begin_row (contents_of (writer, folder), message);
	pst_writer_tc_end_row (folder->contents);
	folder->n_messages++;
}

static void
add_row (PstWriter *writer, Folder *folder, const PstWriterMessage *message, guint32 nid,
	 guint32 size)
{
	PstWriterTc *table;

	if (message->hidden) {
		if (!folder->hidden)
			folder->hidden = pst_writer_tc_new (
				writer->file.ndb, pst_writer_store_hidden_columns,
				pst_writer_store_n_hidden_columns,
				pst_writer_ndb_get_codepage (writer->file.ndb));
		folder->n_hidden++;
	} else {
		folder->n_messages++;
		folder->n_unread += message->read ? 0 : 1;
	}
	table = message->hidden ? folder->hidden : contents_of (writer, folder);
	pst_writer_tc_begin_row (table, nid);
	pst_writer_message_set_row (table, message, size,
				    pst_writer_message_get_codepage (&writer->file, message));
	pst_writer_tc_end_row (table);
}

static void
state_place (GString *line, const Folder *folder, const PstWriterMessage *message)
{
	static const char *const places[] = {NULL, "node", "row", "orphan", "deleted"};

	pst_writer_truth_text (line, "type", "message");
	pst_writer_truth_number (line, "folder_nid", folder->nid);
	state_path (line, folder);
	pst_writer_truth_text (line, "placement", places[message->placement]);
	if (message->hidden)
		pst_writer_truth_flag (line, "hidden", TRUE);
}

/* The message itself; what depends on the folder comes before and after. */
static guint32
write_message (PstWriter *writer, const Folder *home, const PstWriterMessage *message, guint32 nid,
	       GString *line)
{
	PstWriterNdb *ndb = writer->file.ndb;
	gboolean is_orphan = message->placement == PST_WRITER_PLACE_ORPHAN;
	guint32 parent = is_orphan ? NID_NOWHERE : home->nid;
	guint64 begin = pst_writer_ndb_get_position (ndb);
	guint n_blocks = pst_writer_ndb_get_n_blocks (ndb);
	guint32 size;
	PstWriterContent content;

	pst_writer_ndb_forget (ndb, 0);
	content = pst_writer_message_write (&writer->file, message, nid, line, &size);
	if (message->placement == PST_WRITER_PLACE_DELETED) {
		pst_writer_ndb_add_deleted_node (ndb, nid, parent, &content);
		pst_writer_ndb_delete_since (ndb, n_blocks);
		writer->n_deleted++;
	} else {
		pst_writer_ndb_add_node (ndb, nid, parent, &content);
		writer->n_messages++;
	}
	pst_writer_truth_number (line, "begin", (gint64)begin);
	pst_writer_truth_number (line, "end", (gint64)pst_writer_ndb_get_position (ndb));
	pst_writer_truth_number (line, "block",
				 (gint64)pst_writer_ndb_get_offset (ndb, content.data));
	pst_writer_truth_number (line, "bid", (gint64)content.data);
	return size;
}

guint32
pst_writer_add_message (PstWriter *writer, guint32 folder, const PstWriterMessage *message)
{
	Folder *home = find_folder (writer, folder);
	guint type = message->hidden ? TYPE_HIDDEN_MESSAGE : TYPE_MESSAGE;
	g_autoptr (GString) line = g_string_new ("{");
	PstWriterPlacement placement = message->placement;
	guint32 size = 512;
	guint32 nid;

	g_return_val_if_fail (home != NULL && !is_search (home), 0);
	nid = pst_writer_message_new_nid (&writer->file, type);
	state_place (line, home, message);
	if (placement == PST_WRITER_PLACE_ROW)
		pst_writer_truth_number (line, "nid", nid);
	else
		size = write_message (writer, home, message, nid, line);
	if (placement == PST_WRITER_PLACE_NORMAL || placement == PST_WRITER_PLACE_ROW)
		add_row (writer, home, message, nid, size);
	pst_writer_truth_close (line, '}');
	write_truth (writer, line);
	return nid;
}

guint16
pst_writer_add_named_property (PstWriter *writer, const guint8 guid[16], guint32 id,
			       const char *name)
{
	return pst_writer_store_names_add (writer->names, guid, id, name);
}

static void
add_table_node (PstWriter *writer, const Folder *folder, guint type, PstWriterTc *table,
		const PstWriterContent *template)
{
	PstWriterContent content = *template;
	guint32 nid = (folder->nid & ~NID_TYPE_MASK) | type;

	if (table)
		content = pst_writer_tc_finish (table);
	else
		pst_writer_ndb_ref_content (writer->file.ndb, template);
	pst_writer_ndb_add_node (writer->file.ndb, nid, 0, &content);
}

static PstWriterTc *
make_hierarchy (PstWriter *writer, const Folder *folder)
{
	PstWriterTc *table;

	if (folder->children->len == 0)
		return NULL;
	table = pst_writer_tc_new (writer->file.ndb, pst_writer_store_hierarchy_columns,
				   pst_writer_store_n_hierarchy_columns,
				   pst_writer_ndb_get_codepage (writer->file.ndb));
	for (guint i = 0; i < folder->children->len; i++) {
		const Folder *child = g_ptr_array_index (folder->children, i);
		gboolean has_children = child->children->len > 0;
		pst_writer_tc_begin_row (table, child->nid);
		pst_writer_tc_set_text (table, 0x3001001f, child->name);
		pst_writer_tc_set_u32 (table, 0x36020003, child->n_messages);
		pst_writer_tc_set_u32 (table, 0x36030003, child->n_unread);
		pst_writer_tc_set (table, 0x360a000b, has_children ? "\1" : "\0", 1);
		pst_writer_tc_set_text (table, 0x3613001f, child->container_class);
		pst_writer_tc_end_row (table);
	}
	return table;
}

static void
write_properties (PstWriter *writer, const Folder *folder)
{
	PstWriterPc *pc = pst_writer_pc_new (writer->file.ndb);
	guint32 parent = folder->parent ? folder->parent->nid : folder->nid;
	PstWriterContent content;

	pst_writer_pc_set_text (pc, 0x3001001f, folder->name);
	pst_writer_pc_set_u32 (pc, 0x36020003, folder->n_messages);
	pst_writer_pc_set_u32 (pc, 0x36030003, folder->n_unread);
	pst_writer_pc_set (pc, 0x360a000b, folder->children->len > 0 ? "\1" : "\0", 1);
	pst_writer_pc_set_text (pc, 0x3613001f, folder->container_class);
	if (folder->nid == PST_WRITER_ROOT || folder->role == PST_WRITER_ROLE_INBOX)
		pst_writer_store_set_special (pc, writer->record_key, writer->roles);
	content = pst_writer_pc_finish (pc);
	pst_writer_ndb_add_node (writer->file.ndb, folder->nid, parent, &content);
}

static void
write_search_nodes (PstWriter *writer, const Folder *folder)
{
	guint32 base = folder->nid & ~NID_TYPE_MASK;
	PstWriterPc *criteria = pst_writer_pc_new (writer->file.ndb);
	PstWriterContent content = {0};

	pst_writer_ndb_add_node (writer->file.ndb, base | TYPE_SEARCH_QUEUE, 0, &content);
	content = pst_writer_pc_finish (criteria);
	pst_writer_ndb_add_node (writer->file.ndb, base | TYPE_SEARCH_CRITERIA, 0, &content);
	add_table_node (writer, folder, TYPE_SEARCH_CONTENTS, folder->contents,
			&writer->templates.search);
}

/* Each part of the folder, and in its truth where that lies. */
static void
write_folder (PstWriter *writer, Folder *folder, GString *line)
{
	PstWriterNdb *ndb = writer->file.ndb;
	const PstWriterTemplates *templates = &writer->templates;

	pst_writer_ndb_forget (ndb, 0);
	write_properties (writer, folder);
	pst_writer_truth_parts (line, "properties", ndb, 0);
	if (is_search (folder)) {
		write_search_nodes (writer, folder);
		pst_writer_truth_parts (line, "contents", ndb, 0);
	} else {
		add_table_node (writer, folder, TYPE_HIERARCHY, make_hierarchy (writer, folder),
				&templates->hierarchy);
		pst_writer_truth_parts (line, "hierarchy", ndb, 0);
		add_table_node (writer, folder, TYPE_CONTENTS, folder->contents,
				&templates->contents);
		pst_writer_truth_parts (line, "contents", ndb, 0);
		add_table_node (writer, folder, TYPE_HIDDEN_CONTENTS, folder->hidden,
				&templates->hidden);
		pst_writer_truth_parts (line, "hidden", ndb, 0);
	}
	folder->contents = NULL;
	folder->hidden = NULL;
}

static void
state_folder (GString *line, const Folder *folder)
{
	static const char *const roles[PST_WRITER_N_ROLES] = {
		NULL, "inbox", "sent", "trash", "outbox", "drafts", "junk", "archive",
	};

	pst_writer_truth_text (line, "type", "folder");
	pst_writer_truth_number (line, "nid", folder->nid);
	if (folder->parent)
		pst_writer_truth_number (line, "parent", folder->parent->nid);
	state_path (line, folder);
	pst_writer_truth_text (line, "role", roles[folder->role]);
	pst_writer_truth_text (line, "class", folder->container_class);
	if (is_search (folder))
		pst_writer_truth_flag (line, "search", TRUE);
	pst_writer_truth_number (line, "messages", folder->n_messages);
	pst_writer_truth_number (line, "unread", folder->n_unread);
	pst_writer_truth_number (line, "hidden_messages", folder->n_hidden);
}

/* Only folders the caller has added have a truth; they come after the four every file has. */
static void
write_folders (PstWriter *writer)
{
	for (guint i = 0; i < writer->folders->len; i++) {
		Folder *folder = g_ptr_array_index (writer->folders, i);
		g_autoptr (GString) line = g_string_new ("{");
		state_folder (line, folder);
		write_folder (writer, folder, line);
		pst_writer_truth_close (line, '}');
		if (i >= N_OWN_FOLDERS)
			write_truth (writer, line);
	}
}

static void
state_names (PstWriter *writer)
{
	GPtrArray *statements = pst_writer_store_names_get_statements (writer->names);

	for (guint i = 0; i < statements->len; i++) {
		g_autoptr (GString) line = g_string_new (g_ptr_array_index (statements, i));
		write_truth (writer, line);
	}
}

static void
state_page (PstWriter *writer, const PstWriterPage *page)
{
	g_autoptr (GString) line = g_string_new ("{");

	pst_writer_truth_text (line, "type", "page");
	pst_writer_truth_text (line, "tree",
			       page->type == PST_WRITER_PAGE_NBT ? "nodes" : "blocks");
	pst_writer_truth_number (line, "level", page->level);
	pst_writer_truth_number (line, "offset", (gint64)page->offset);
	pst_writer_truth_number (line, "first", (gint64)page->first);
	pst_writer_truth_number (line, "last", (gint64)page->last);
	if (page->is_old)
		pst_writer_truth_flag (line, "old", TRUE);
	pst_writer_truth_close (line, '}');
	write_truth (writer, line);
}

static void
state_end (PstWriter *writer)
{
	g_autoptr (GString) line = g_string_new ("{");

	pst_writer_truth_text (line, "type", "end");
	pst_writer_truth_number (line, "messages", (gint64)writer->n_messages);
	pst_writer_truth_number (line, "deleted", (gint64)writer->n_deleted);
	pst_writer_truth_number (line, "folders", writer->folders->len - N_OWN_FOLDERS);
	pst_writer_truth_close (line, '}');
	write_truth (writer, line);
}

gboolean
pst_writer_finish (PstWriter *writer, GError **error)
{
	PstWriterFile *file = &writer->file;
	const PstWriterPage *pages;
	guint n_pages;
	g_autoptr (GError) truth_error = NULL;

	write_folders (writer);
	pst_writer_store_write (file, writer->store_name, writer->record_key, writer->roles);
	pst_writer_store_write_receive_folders (file, writer->roles[PST_WRITER_ROLE_INBOX]);
	pst_writer_store_write_queues (file);
	pst_writer_store_names_write (writer->names, file);
	pst_writer_ndb_write_trees (file->ndb, &pages, &n_pages);
	state_names (writer);
	for (guint i = 0; i < n_pages; i++)
		state_page (writer, &pages[i]);
	state_end (writer);
	if (writer->truth && !output_finish (writer->truth, &truth_error))
		pst_writer_ndb_fail (file->ndb, truth_error->message);
	return pst_writer_ndb_finish (file->ndb, file->counters, error);
}

static void
abandon_tables (Folder *folder)
{
	PstWriterTc *tables[] = {folder->contents, folder->hidden};

	for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
		if (tables[i])
			(void)pst_writer_tc_finish (tables[i]); /* the file is given up */
}

void
pst_writer_free (PstWriter *writer)
{
	for (guint i = 0; i < writer->folders->len; i++)
		abandon_tables (g_ptr_array_index (writer->folders, i));
	g_clear_pointer (&writer->truth, output_free);
	pst_writer_store_names_free (writer->names);
	g_hash_table_unref (writer->by_nid);
	g_ptr_array_unref (writer->folders);
	pst_writer_ndb_free (writer->file.ndb);
	g_free (writer->store_name);
	g_free (writer);
}
