/* pst-writer-store.c - what a PST has beside folders and messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The message store itself, its receive folders, the templates of tables, the map of named
 * properties. Node numbers and contents follow files Outlook has written.
 */

#include "support/pst-writer-store.h"

#include "support/pst-writer-text.h"
#include "support/pst-writer-truth.h"

#include <zlib.h>

#define NID_STORE           0x21U
#define NID_NAME_MAP        0x61U
#define NID_RECEIVE_FOLDERS 0x62bU
#define NID_ROOT            0x122U
#define NID_TOP             0x8022U
#define NID_FINDER          0x8042U
#define NAME_BUCKETS        251U
#define FIRST_NAMED_ID      0x8000U

const guint32 pst_writer_store_hierarchy_columns[] = {
	0x0e300102, 0x0e330014, 0x0e340102, 0x0e380003, 0x3001001f, 0x36020003,
	0x36030003, 0x360a000b, 0x3613001f, 0x66350003, 0x66360003,
};
const guint pst_writer_store_n_hierarchy_columns =
	G_N_ELEMENTS (pst_writer_store_hierarchy_columns);

const guint32 pst_writer_store_contents_columns[] = {
	0x00170003, 0x001a001f, 0x00360003, 0x0037001f, 0x00390040, 0x0042001f, 0x0057000b,
	0x0058000b, 0x0070001f, 0x00710102, 0x0e03001f, 0x0e04001f, 0x0e060040, 0x0e070003,
	0x0e080003, 0x0e170003, 0x0e300102, 0x0e330014, 0x0e340102, 0x0e380003, 0x0e3c0102,
	0x0e3d0102, 0x10970003, 0x30080040, 0x65c60003,
};
const guint pst_writer_store_n_contents_columns = G_N_ELEMENTS (pst_writer_store_contents_columns);

const guint32 pst_writer_store_hidden_columns[] = {
	0x001a001f, 0x003a001f, 0x0e070003, 0x0e170003, 0x3001001f, 0x68000003, 0x6803000b,
};
const guint pst_writer_store_n_hidden_columns = G_N_ELEMENTS (pst_writer_store_hidden_columns);

#define SET_00062(first)                                                                           \
	{                                                                                          \
		(first), 0x20, 0x06, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46                   \
	}

const guint8 pst_writer_set_public_strings[16] = {0x29, 0x03, 0x02, 0, 0, 0, 0, 0,
						  0xc0, 0,    0,    0, 0, 0, 0, 0x46};
const guint8 pst_writer_set_internet_headers[16] = {0x86, 0x03, 0x02, 0, 0, 0, 0, 0,
						    0xc0, 0,    0,    0, 0, 0, 0, 0x46};
const guint8 pst_writer_set_appointment[16] = SET_00062 (0x02);
const guint8 pst_writer_set_task[16] = SET_00062 (0x03);
const guint8 pst_writer_set_address[16] = SET_00062 (0x04);
const guint8 pst_writer_set_common[16] = SET_00062 (0x08);
const guint8 pst_writer_set_log[16] = SET_00062 (0x0a);
const guint8 pst_writer_set_note[16] = SET_00062 (0x0e);
const guint8 pst_writer_set_meeting[16] = {0x90, 0xda, 0xd8, 0x6e, 0x0b, 0x45, 0x1b, 0x10,
					   0x98, 0xda, 0x00, 0xaa, 0x00, 0x3f, 0x13, 0x05};

static const guint32 receive_columns[] = {0x001a001f, 0x66050003};

struct PstWriterNames {
	GByteArray *guids;
	GByteArray *entries;
	GByteArray *strings;
	GByteArray *buckets[NAME_BUCKETS];
	GHashTable *ids;
	GPtrArray *statements; /* what the truth says of them */
	guint16 count;
};

static PstWriterContent
write_template (PstWriterFile *file, guint32 nid, const guint32 *tags, guint n_tags)
{
	PstWriterTc *table = pst_writer_tc_new (file->ndb, tags, n_tags,
						pst_writer_ndb_get_codepage (file->ndb));
	PstWriterContent content = pst_writer_tc_finish (table);

	pst_writer_ndb_add_node (file->ndb, nid, 0, &content);
	return content;
}

void
pst_writer_store_write_templates (PstWriterFile *file, PstWriterTemplates *templates)
{
	templates->hierarchy = write_template (file, 0x60d, pst_writer_store_hierarchy_columns,
					       pst_writer_store_n_hierarchy_columns);
	templates->contents = write_template (file, 0x60e, pst_writer_store_contents_columns,
					      pst_writer_store_n_contents_columns);
	templates->hidden = write_template (file, 0x60f, pst_writer_store_hidden_columns,
					    pst_writer_store_n_hidden_columns);
	templates->search = write_template (file, 0x610, pst_writer_store_contents_columns,
					    pst_writer_store_n_contents_columns);
	(void)write_template (file, 0x671, pst_writer_message_attachment_columns,
			      pst_writer_message_n_attachment_columns);
	(void)write_template (file, 0x692, pst_writer_message_recipient_columns,
			      pst_writer_message_n_recipient_columns);
}

void
pst_writer_store_entry_id (const guint8 record_key[16], guint32 nid,
			   guint8 id[PST_WRITER_ENTRY_ID_SIZE])
{
	memset (id, 0, 4);
	memcpy (id + 4, record_key, 16);
	pst_writer_put32 (id + 20, nid);
}

static void
set_entry_id (PstWriterPc *pc, guint32 tag, const guint8 record_key[16], guint32 nid)
{
	guint8 id[PST_WRITER_ENTRY_ID_SIZE];

	if (nid == 0)
		return;
	pst_writer_store_entry_id (record_key, nid, id);
	pst_writer_pc_set (pc, tag, id, sizeof id);
}

void
pst_writer_store_write (PstWriterFile *file, const char *name, const guint8 record_key[16],
			const guint32 roles[PST_WRITER_N_ROLES])
{
	PstWriterPc *pc = pst_writer_pc_new (file->ndb);
	PstWriterContent content;
	guint32 valid = 0x81; /* subtree and finder */

	valid |= roles[PST_WRITER_ROLE_INBOX] ? 0x02 : 0;
	valid |= roles[PST_WRITER_ROLE_OUTBOX] ? 0x04 : 0;
	valid |= roles[PST_WRITER_ROLE_TRASH] ? 0x08 : 0;
	valid |= roles[PST_WRITER_ROLE_SENT] ? 0x10 : 0;
	pst_writer_pc_set (pc, 0x0ff90102, record_key, 16);
	pst_writer_pc_set_text (pc, 0x3001001f, name);
	pst_writer_pc_set_u32 (pc, 0x35df0003, valid);
	set_entry_id (pc, 0x35e00102, record_key, NID_TOP);
	set_entry_id (pc, 0x35e20102, record_key, roles[PST_WRITER_ROLE_OUTBOX]);
	set_entry_id (pc, 0x35e30102, record_key, roles[PST_WRITER_ROLE_TRASH]);
	set_entry_id (pc, 0x35e40102, record_key, roles[PST_WRITER_ROLE_SENT]);
	set_entry_id (pc, 0x35e70102, record_key, NID_FINDER);
	set_entry_id (pc, 0x35ff0102, record_key, roles[PST_WRITER_ROLE_ARCHIVE]);
	pst_writer_pc_set (pc, 0x6633000b, "\1", 1);
	pst_writer_pc_set_u32 (pc, 0x67ff0003, 0);
	content = pst_writer_pc_finish (pc);
	pst_writer_ndb_add_node (file->ndb, NID_STORE, 0, &content);
}

void
pst_writer_store_write_receive_folders (PstWriterFile *file, guint32 inbox)
{
	static const char *const classes[] = {"", "IPM", "Report.IPM", "IPC"};
	PstWriterTc *table =
		pst_writer_tc_new (file->ndb, receive_columns, G_N_ELEMENTS (receive_columns),
				   pst_writer_ndb_get_codepage (file->ndb));
	PstWriterContent content;

	for (guint i = 0; i < G_N_ELEMENTS (classes) && inbox; i++) {
		pst_writer_tc_begin_row (table, i + 1);
		pst_writer_tc_set_text (table, 0x001a001f, classes[i]);
		pst_writer_tc_set_u32 (table, 0x66050003, i < 3 ? inbox : NID_ROOT);
		pst_writer_tc_end_row (table);
	}
	content = pst_writer_tc_finish (table);
	pst_writer_ndb_add_node (file->ndb, NID_RECEIVE_FOLDERS, 0, &content);
}

/* 0x36D8 is a list of five: conflicts, sync issues, local failures, server failures, junk. */
static void
set_junk (PstWriterPc *pc, const guint8 record_key[16], guint32 junk)
{
	guint8 list[4 + 5 * 4 + PST_WRITER_ENTRY_ID_SIZE];

	pst_writer_put32 (list, 5);
	for (guint i = 0; i < 5; i++)
		pst_writer_put32 (list + 4 + 4 * i, 24);
	pst_writer_store_entry_id (record_key, junk, list + 24);
	pst_writer_pc_set (pc, 0x36d81102, list, sizeof list);
}

void
pst_writer_store_set_special (PstWriterPc *pc, const guint8 record_key[16],
			      const guint32 roles[PST_WRITER_N_ROLES])
{
	set_entry_id (pc, 0x36d70102, record_key, roles[PST_WRITER_ROLE_DRAFTS]);
	if (roles[PST_WRITER_ROLE_JUNK])
		set_junk (pc, record_key, roles[PST_WRITER_ROLE_JUNK]);
}

void
pst_writer_store_write_queues (PstWriterFile *file)
{
	static const guint32 queues[] = {0x1e1, 0x201, 0x261};
	const PstWriterContent nothing = {0};

	for (guint i = 0; i < G_N_ELEMENTS (queues); i++)
		pst_writer_ndb_add_node (file->ndb, queues[i], 0, &nothing);
}

/* The index of a property set: 1 and 2 are known to every reader, the others are in the stream of
 * GUIDs. */
static guint
find_guid (PstWriterNames *names, const guint8 guid[16])
{
	static const guint8 tail[12] = {0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46};

	if (memcmp (guid + 4, tail, sizeof tail) == 0 && guid[1] == 3 && guid[2] == 2 &&
	    guid[3] == 0) {
		if (guid[0] == 0x28)
			return 1; /* PS_MAPI */
		if (guid[0] == 0x29)
			return 2; /* PS_PUBLIC_STRINGS */
	}
	for (guint i = 0; i < names->guids->len; i += 16)
		if (memcmp (names->guids->data + i, guid, 16) == 0)
			return i / 16 + 3;
	g_byte_array_append (names->guids, guid, 16);
	return names->guids->len / 16 + 2;
}

/* Append the name to the stream of strings; returns its offset there. */
static guint32
add_string (PstWriterNames *names, GBytes *text)
{
	static const guint8 zeros[4];
	guint32 offset = names->strings->len;
	guint32 length = (guint32)g_bytes_get_size (text);
	guint8 prefix[4];

	pst_writer_put32 (prefix, length);
	g_byte_array_append (names->strings, prefix, sizeof prefix);
	g_byte_array_append (names->strings, g_bytes_get_data (text, NULL), length);
	g_byte_array_append (names->strings, zeros, (4 - length % 4) % 4);
	return offset;
}

/* NAMEID, [MS-PST] 2.4.7.1; the copy in a hash bucket has the checksum of a string instead of its
 * offset. */
static void
add_entry (PstWriterNames *names, guint32 value, guint32 hashed, guint guid_and_kind)
{
	guint bucket = (hashed ^ guid_and_kind) % NAME_BUCKETS;
	guint8 entry[8];

	pst_writer_put32 (entry, value);
	pst_writer_put16 (entry + 4, guid_and_kind);
	pst_writer_put16 (entry + 6, names->count);
	g_byte_array_append (names->entries, entry, sizeof entry);
	pst_writer_put32 (entry, hashed);
	if (!names->buckets[bucket])
		names->buckets[bucket] = g_byte_array_new ();
	g_byte_array_append (names->buckets[bucket], entry, sizeof entry);
}

static void
state_name (PstWriterNames *names, guint16 property, const guint8 guid[16], guint32 id,
	    const char *name)
{
	GString *line = g_string_new ("{");
	g_autoptr (GString) set = g_string_new (NULL);

	for (guint i = 0; i < 16; i++)
		g_string_append_printf (set, "%02x", guid[i]);
	pst_writer_truth_text (line, "type", "name");
	pst_writer_truth_number (line, "id", property);
	pst_writer_truth_text (line, "set", set->str);
	if (name)
		pst_writer_truth_text (line, "name", name);
	else
		pst_writer_truth_number (line, "number", id);
	pst_writer_truth_close (line, '}');
	g_ptr_array_add (names->statements, g_string_free (line, FALSE));
}

GPtrArray *
pst_writer_store_names_get_statements (const PstWriterNames *names)
{
	return names->statements;
}

guint16
pst_writer_store_names_add (PstWriterNames *names, const guint8 guid[16], guint32 id,
			    const char *name)
{
	guint set = find_guid (names, guid);
	char *key = name ? g_strdup_printf ("%u:s:%s", set, name)
			 : g_strdup_printf ("%u:n:%u", set, id);
	guint known = GPOINTER_TO_UINT (g_hash_table_lookup (names->ids, key));

	if (known) {
		g_free (key);
		return (guint16)known;
	}
	if (name) {
		g_autoptr (GBytes) text = pst_writer_text_encode (name, -1, 0);
		guint32 sum = (guint32)crc32 (0xffffffffUL, g_bytes_get_data (text, NULL),
					      (uInt)g_bytes_get_size (text)) ^
			      0xffffffffU;
		add_entry (names, add_string (names, text), sum, set << 1 | 1);
	} else {
		add_entry (names, id, id, set << 1);
	}
	known = FIRST_NAMED_ID + names->count++;
	g_hash_table_insert (names->ids, key, GUINT_TO_POINTER (known));
	state_name (names, (guint16)known, guid, id, name);
	return (guint16)known;
}

/* Two names every mailbox has; readers exist that can't open a file whose map is empty. */
PstWriterNames *
pst_writer_store_names_new (void)
{
	PstWriterNames *names = g_new0 (PstWriterNames, 1);

	names->statements = g_ptr_array_new_with_free_func (g_free);
	names->guids = g_byte_array_new ();
	names->entries = g_byte_array_new ();
	names->strings = g_byte_array_new ();
	names->ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	(void)pst_writer_store_names_add (names, pst_writer_set_common, 0x8506,
					  NULL); /* PidLidPrivate */
	(void)pst_writer_store_names_add (names, pst_writer_set_public_strings, 0, "Keywords");
	return names;
}

void
pst_writer_store_names_write (const PstWriterNames *names, PstWriterFile *file)
{
	PstWriterPc *pc = pst_writer_pc_new (file->ndb);
	PstWriterContent content;

	pst_writer_pc_set_u32 (pc, 0x00010003, NAME_BUCKETS);
	pst_writer_pc_set (pc, 0x00020102, names->guids->data, names->guids->len);
	pst_writer_pc_set (pc, 0x00030102, names->entries->data, names->entries->len);
	pst_writer_pc_set (pc, 0x00040102, names->strings->data, names->strings->len);
	for (guint i = 0; i < NAME_BUCKETS; i++)
		if (names->buckets[i])
			pst_writer_pc_set (pc, (0x1000 + i) << 16 | PST_WRITER_TYPE_BINARY,
					   names->buckets[i]->data, names->buckets[i]->len);
	content = pst_writer_pc_finish (pc);
	pst_writer_ndb_add_node (file->ndb, NID_NAME_MAP, 0, &content);
}

void
pst_writer_store_names_free (PstWriterNames *names)
{
	for (guint i = 0; i < NAME_BUCKETS; i++)
		g_clear_pointer (&names->buckets[i], g_byte_array_unref);
	g_ptr_array_unref (names->statements);
	g_byte_array_unref (names->guids);
	g_byte_array_unref (names->entries);
	g_byte_array_unref (names->strings);
	g_hash_table_unref (names->ids);
	g_free (names);
}
