/* pst-names.c - named properties: which id a (property set, name) pair has in this file
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * [MS-PST] 2.4.7: node 0x61 has three streams: the GUIDs of the property sets, an entry for each
 * name, and the spelled names as UTF-16 with their length before them.
 */
#include "pst/pst-names.h"

#include <string.h>

#define PROP_GUIDS   0x0002
#define PROP_ENTRIES 0x0003
#define PROP_STRINGS 0x0004
#define ENTRY_SIZE   8
#define FIRST_ID     0x8000
#define MAX_STRING   1024 /* bytes; Outlook allows half of that, and entries may share one string */

typedef struct {
	guint16 id;
	PstGuid set;
	guint32 number;
	char *string; /* NULL if it has a number */
} Name;

struct _PstNames {
	GArray *names;
};

#define SET_00062(a)                                                                               \
	{                                                                                          \
		{                                                                                  \
			(a), 0x20, 0x06, 0x00, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46            \
		}                                                                                  \
	}

const PstGuid pst_names_mapi = {{0x28, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
const PstGuid pst_names_public_strings = {
	{0x29, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
const PstGuid pst_names_internet_headers = {
	{0x86, 0x03, 0x02, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
const PstGuid pst_names_common = SET_00062 (0x08);
const PstGuid pst_names_appointment = SET_00062 (0x02);
const PstGuid pst_names_address = SET_00062 (0x04);
const PstGuid pst_names_task = SET_00062 (0x03);
const PstGuid pst_names_log = SET_00062 (0x0a);
const PstGuid pst_names_note = SET_00062 (0x0e);
const PstGuid pst_names_meeting = {{0x90, 0xda, 0xd8, 0x6e, 0x0b, 0x45, 0x1b, 0x10, 0x98, 0xda,
				    0x00, 0xaa, 0x00, 0x3f, 0x13, 0x05}};

/* Set numbers 1 and 2 are not in the stream; 0 is no set at all. */
static gboolean
find_set (GBytes *guids, guint number, PstGuid *set)
{
	gsize length;
	const guint8 *p = g_bytes_get_data (guids, &length);

	memset (set, 0, sizeof *set);
	if (number == 1)
		*set = pst_names_mapi;
	else if (number == 2)
		*set = pst_names_public_strings;
	else if (number > 2 && (gsize) (number - 2) * 16 <= length)
		memcpy (set->bytes, p + (gsize) (number - 3) * 16, 16);
	else
		return number == 0;
	return TRUE;
}

/* NULL if there is no such string. */
static char *
read_string (GBytes *strings, guint32 offset)
{
	gsize length;
	const guint8 *p = g_bytes_get_data (strings, &length);

	if (length < 4 || offset > length - 4)
		return NULL;
	guint32 size = pst_file_u32 (p + offset);
	if (size > length - 4 - offset || size > MAX_STRING)
		return NULL;
	/* Not iconv: a reader that has locked itself in can't load its modules. */
	g_autofree gunichar2 *units = g_new (gunichar2, size / 2 + 1);
	for (guint32 i = 0; i < size / 2; i++)
		units[i] = pst_file_u16 (p + offset + 4 + 2 * (gsize) i);
	return g_utf16_to_utf8 (units, size / 2, NULL, NULL, NULL);
}

/* FALSE for an entry that makes no sense; it costs one name. */
static gboolean
read_entry (const guint8 *p, GBytes *guids, GBytes *strings, Name *name)
{
	guint32 value = pst_file_u32 (p);
	guint16 kind = pst_file_u16 (p + 4);

	memset (name, 0, sizeof *name);
	if (pst_file_u16 (p + 6) > G_MAXUINT16 - FIRST_ID ||
	    !find_set (guids, kind >> 1, &name->set))
		return FALSE;
	name->id = (guint16) (FIRST_ID + pst_file_u16 (p + 6));
	if ((kind & 1) == 0) {
		name->number = value;
		return TRUE;
	}
	name->string = read_string (strings, value);
	return name->string != NULL;
}

static void
clear_name (gpointer name)
{
	g_free (((Name *) name)->string);
}

/* An absent stream is an empty one. */
static GBytes *
read_stream (const PstProps *props, guint16 id, GError **error)
{
	g_autoptr (GError) why = NULL;
	GBytes *bytes = pst_props_get_binary (props, id, &why);

	if (bytes == NULL && why == NULL)
		return g_bytes_new_static ("", 0);
	if (bytes == NULL)
		g_propagate_error (error, g_steal_pointer (&why));
	return bytes;
}

PstNames *
pst_names_open (const PstIndex *index, GError **error)
{
	g_autoptr (PstNode) node = pst_node_open (index, PST_NID_NAME_MAP, error);
	g_autoptr (PstProps) props = node != NULL ? pst_props_open (node, error) : NULL;
	if (props == NULL)
		return NULL;

	g_autoptr (GBytes) guids = read_stream (props, PROP_GUIDS, error);
	if (guids == NULL)
		return NULL;
	g_autoptr (GBytes) entries = read_stream (props, PROP_ENTRIES, error);
	if (entries == NULL)
		return NULL;
	g_autoptr (GBytes) strings = read_stream (props, PROP_STRINGS, error);
	if (strings == NULL)
		return NULL;

	PstNames *names = g_new0 (PstNames, 1);
	gsize length;
	const guint8 *p = g_bytes_get_data (entries, &length);

	names->names = g_array_new (FALSE, FALSE, sizeof (Name));
	g_array_set_clear_func (names->names, clear_name);
	/* Ids have 15 bits, so more entries can't all be names. */
	for (gsize i = 0; i < MIN (length / ENTRY_SIZE, FIRST_ID); i++) {
		Name name;
		if (read_entry (p + i * ENTRY_SIZE, guids, strings, &name))
			g_array_append_val (names->names, name);
	}
	return names;
}

void
pst_names_free (PstNames *names)
{
	if (names == NULL)
		return;
	g_array_unref (names->names);
	g_free (names);
}

guint16
pst_names_find_number (const PstNames *names, const PstGuid *set, guint32 number)
{
	for (guint i = 0; i < names->names->len; i++) {
		const Name *name = &g_array_index (names->names, Name, i);
		if (name->string == NULL && name->number == number &&
		    memcmp (&name->set, set, sizeof *set) == 0)
			return name->id;
	}
	return 0;
}

guint16
pst_names_find_string (const PstNames *names, const PstGuid *set, const char *string)
{
	for (guint i = 0; i < names->names->len; i++) {
		const Name *name = &g_array_index (names->names, Name, i);
		if (name->string != NULL && g_ascii_strcasecmp (name->string, string) == 0 &&
		    memcmp (&name->set, set, sizeof *set) == 0)
			return name->id;
	}
	return 0;
}

const char *
pst_names_next_string (const PstNames *names, const PstGuid *set, guint *at, guint16 *id)
{
	while (*at < names->names->len) {
		const Name *name = &g_array_index (names->names, Name, (*at)++);
		if (name->string != NULL && memcmp (&name->set, set, sizeof *set) == 0) {
			*id = name->id;
			return name->string;
		}
	}
	return NULL;
}
