/* pst-agenda.c - which items are to be read, folder by folder
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-agenda.h"

#include <string.h>

typedef struct {
	PstAgenda *agenda;
	PstContext *context;
	const PstRecovery *recovery;
	PstOutlet *outlet;
} Making;

void
pst_agenda_init (PstAgenda *agenda)
{
	*agenda = (PstAgenda){ .entries = g_array_new (FALSE, FALSE, sizeof (PstAgendaEntry)) };
}

void
pst_agenda_clear (PstAgenda *agenda)
{
	g_clear_pointer (&agenda->entries, g_array_unref);
}

const PstAgendaEntry *
pst_agenda_get (const PstAgenda *agenda, guint64 number)
{
	return &g_array_index (agenda->entries, PstAgendaEntry, number);
}

static gboolean
is_for_mail (const PstFolder *folder)
{
	const char *class = folder->container_class;

	return class == NULL || *class == '\0' || g_ascii_strncasecmp (class, "IPF.Note", 8) == 0 ||
	       g_ascii_strncasecmp (class, "IPF.Imap", 8) == 0;
}

static void
say_folder (Making *making, guint32 parent, guint32 role, guint32 bits, const char *name)
{
	pst_wire_begin (&making->outlet->wire, PST_WIRE_FOLDER);
	pst_wire_put_u32 (&making->outlet->wire, parent);
	pst_wire_put_u32 (&making->outlet->wire, role);
	pst_wire_put_u32 (&making->outlet->wire, bits);
	pst_wire_put_string (&making->outlet->wire, name);
	pst_wire_end (&making->outlet->wire);
}

static void
describe_folder (Making *making, const PstFolder *folder, guint32 parent, gboolean is_root)
{
	gsize length = 0;
	g_autofree char *name = NULL;
	guint32 bits = 0;

	making->context->nid = folder->nid;
	if (folder->name != NULL)
		name = pst_context_decode (making->context, folder->name, folder->name_is_utf16,
					   making->context->codepage);
	length = name != NULL ? strlen (name) : 0;
	if (is_root)
		bits |= PST_WIRE_IS_ROOT;
	if (is_for_mail (folder))
		bits |= PST_WIRE_IS_FOR_MAIL;
	if (length == 0)
		bits |= PST_WIRE_IS_UNNAMED;
	say_folder (making, parent, (guint32) folder->role, bits, name);
}

static void
add_entries (Making *making, const guint32 *nids, guint count, guint32 folder)
{
	for (guint i = 0; i < count; i++) {
		PstAgendaEntry entry = { .nid = nids[i],
					 .folder = folder,
					 .old = PST_AGENDA_NOT_OLD };
		g_array_append_val (making->agenda->entries, entry);
	}
}

/* Old versions of items that lie, or would lie, outside the IPM subtree are outside themselves. */
static void
add_recovered (Making *making, guint32 folder)
{
	g_autoptr (GHashTable) outside = g_hash_table_new (NULL, NULL);

	for (guint i = 0; i < pst_store_get_folder_count (making->context->store); i++) {
		const PstFolder *live = pst_store_get_folder (making->context->store, i);
		if (live->is_outside)
			g_hash_table_add (outside, GUINT_TO_POINTER (live->nid));
	}
	for (guint i = 0; i < pst_recover_get_count (making->recovery); i++) {
		const PstIndexNode *node = pst_recover_get_node (making->recovery, i);
		PstAgendaEntry entry = { .nid = node->nid, .folder = folder, .old = i };
		if (g_hash_table_contains (outside, GUINT_TO_POINTER (node->parent)))
			making->agenda->outside++;
		else
			g_array_append_val (making->agenda->entries, entry);
	}
}

/* When a message goes, its node goes with it; when its folder goes, some stay behind. But if pages
 * of the index are lost, or the folder is there and only the way to it is lost, nobody deleted
 * anything. */
static gboolean
is_deleted (const Making *making, guint32 nid)
{
	guint32 parent =
		pst_index_find_node (pst_store_get_index (making->context->store), nid)->parent;

	return pst_index_get_lost_pages (pst_store_get_index (making->context->store)) == 0 &&
	       (PST_NID_TYPE (parent) != PST_NID_FOLDER ||
		pst_index_find_node (pst_store_get_index (making->context->store), parent) == NULL);
}

/* Messages without a folder: victims of damage, then what was deleted. NEXT: number of the next
 * folder. */
static void
list_homeless (Making *making, guint32 next)
{
	guint count = 0;
	const guint32 *orphans = pst_store_get_orphans (making->context->store, &count);
	g_autoptr (GArray) deleted = g_array_new (FALSE, FALSE, sizeof (guint32));
	guint before = making->agenda->entries->len;

	for (guint i = 0; i < count; i++)
		if (is_deleted (making, orphans[i]))
			g_array_append_val (deleted, orphans[i]);
		else
			add_entries (making, &orphans[i], 1, next);
	if (making->agenda->entries->len > before)
		say_folder (making, G_MAXUINT32, FOLDER_ROLE_NONE, 0, "Recovered");
	next += making->agenda->entries->len > before;

	if (making->recovery == NULL) {
		g_autofree char *detail = g_strdup_printf (
			"%u messages of folders that were deleted; --deleted brings them back",
			deleted->len);
		if (deleted->len > 0)
			pst_outlet_say_finding (making->outlet, "orphans-left-out", 0, detail);
		return;
	}
	before = making->agenda->entries->len;
	add_entries (making, (const guint32 *) (void *) deleted->data, deleted->len, next);
	add_recovered (making, next);
	if (making->agenda->entries->len > before)
		say_folder (making, G_MAXUINT32, FOLDER_ROLE_NONE, 0, "Recovered Items");
}

/* Folders outside the IPM subtree (views, search results, free/busy times) aren't told of at
 * all; those within keep their order and get new numbers. */
static void
list_everything (Making *making)
{
	guint count = pst_store_get_folder_count (making->context->store);
	g_autofree guint32 *numbers = g_new (guint32, MAX (count, 1));
	guint32 next = 0;
	guint items = 0;

	for (guint i = 0; i < count; i++) {
		const PstFolder *folder = pst_store_get_folder (making->context->store, i);
		const guint32 *nids = pst_store_get_items (making->context->store, i, &items);
		making->agenda->hidden += folder->hidden_count;
		numbers[i] = G_MAXUINT32;
		if (folder->is_outside) {
			making->agenda->outside += items;
			continue;
		}
		guint32 parent = folder->parent != PST_FOLDER_NONE ? numbers[folder->parent]
								   : G_MAXUINT32;
		numbers[i] = next++;
		describe_folder (making, folder, parent, folder->parent == PST_FOLDER_NONE);
		add_entries (making, nids, items, numbers[i]);
	}
	list_homeless (making, next);
}

static void
say_plan (Making *making)
{
	pst_wire_begin (&making->outlet->wire, PST_WIRE_PLAN);
	pst_wire_put_u64 (&making->outlet->wire, making->agenda->entries->len);
	pst_wire_put_u64 (&making->outlet->wire, making->agenda->hidden);
	pst_wire_put_u64 (&making->outlet->wire, making->agenda->outside);
	pst_wire_put_u64 (&making->outlet->wire,
			  pst_file_get_size (pst_index_get_file (
				  pst_store_get_index (making->context->store))));
	pst_wire_end (&making->outlet->wire);
}

void
pst_agenda_make (PstAgenda *agenda, PstContext *context, const PstRecovery *recovery,
		 PstOutlet *outlet)
{
	Making making = {
		.agenda = agenda, .context = context, .recovery = recovery, .outlet = outlet
	};

	list_everything (&making);
	say_plan (&making);
}
