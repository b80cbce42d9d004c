/* pst-source.c - an Outlook file as a source of messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-source.h"

#include <string.h>

#include "base/child.h"
#include "base/error.h"
#include "pst/pst-feed.h"
#include "pst/pst-folders.h"
#include "pst/pst-worker.h"

#define MAX_ZONES_OF_ITEM 8

/* Damage that costs something the account of items can't show. Everything else is only worth
 * knowing. */
static const char *const troubles[] = {
	"attachment-left-out",
	"attachment-table-damaged",
	"block-listed-twice",
	"embedded-too-deep",
	"event-without-start",
	"exception-text-missing",
	"folder-damaged",
	"folder-table-damaged",
	"header-damaged",
	"member-left-out",
	"names-damaged",
	"page-damaged",
	"page-loop",
	"property-damaged",
	"recipients-damaged",
	"recovery-cut-short",
	"recurrence-damaged",
	"recurrence-left-out",
	"rtf-damaged",
	"store-damaged",
	"text-cut",
};

/* What is being received. */
typedef struct {
	gboolean is_open;
	guint32 nid;
	guint32 folder;
	gboolean is_old; /* a version that the index of the file doesn't know any more */
	MessageFlags flags;
	MessageDate received;
	char *sender;
	char **keywords;
	gboolean has_meta; /* or an aside's: content may follow */
	gboolean is_aside; /* not mail: flags and the like mean nothing */
	PstAsideKind aside_kind;
	GPtrArray *zones; /* NULL or GBytes: name, NUL, definition */
} Item;

typedef struct {
	MessageSource source;
	char *name; /* base name of the file */
	char *path;
	PstWorkerTask task;
	Ledger *ledger;
	Report *report;
	Child child;
	PstFeed *feed;
	PstFolders folders;
	guint closed; /* folders before this one have had their say */
	guint64 total;
	guint64 next_number; /* items below have been accounted for */
	gboolean has_plan;
	gboolean has_ended;
	Item item;
} PstSource;

/* An old version must not share its origin with the message that goes by the same id today. */
static char *
make_origin (const PstSource *source, guint32 nid)
{
	gboolean is_old = source->item.is_old && source->item.nid == nid;

	return nid != 0 ? g_strdup_printf ("%s:0x%x%s", source->name, nid, is_old ? "~old" : "")
			: g_strdup (source->name);
}

static gboolean
fail_protocol (const PstSource *source, GError **error)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
		     "%s: the process that reads it makes no sense", source->name);
	return FALSE;
}

static const char *
get_folder_path (const PstSource *source, guint32 folder)
{
	return pst_folders_get (&source->folders, folder)->folder->path;
}

/* --- Folders, and how much will come --------------------------------------- */

static gboolean
take_folder (PstSource *source, PstWireFields *fields, GError **error)
{
	guint32 parent = pst_wire_get_u32 (fields);
	guint32 role = pst_wire_get_u32 (fields);
	guint32 bits = pst_wire_get_u32 (fields);
	g_autofree char *name = pst_wire_get_string (fields);

	return (pst_wire_is_end (fields) && !source->has_plan &&
		pst_folders_add (&source->folders, parent, role, bits, name)) ||
	       fail_protocol (source, error);
}

static gboolean
take_plan (PstSource *source, PstWireFields *fields, GError **error)
{
	guint64 total = pst_wire_get_u64 (fields);
	guint64 hidden = pst_wire_get_u64 (fields);
	guint64 outside = pst_wire_get_u64 (fields);
	guint64 bytes = pst_wire_get_u64 (fields);

	if (!pst_wire_is_end (fields) || source->has_plan)
		return fail_protocol (source, error);
	source->has_plan = TRUE;
	source->total = total;
	if (!source->task.only_list)
		ledger_announce (source->ledger, total);
	report_add_expected (source->report, bytes);
	if (hidden > 0 || outside > 0)
		report_detail (source->report,
			       "%s: not counted: %" G_GUINT64_FORMAT
			       " hidden items, %" G_GUINT64_FORMAT " outside the mailbox",
			       source->name, hidden, outside);
	return TRUE;
}

/* --- Items ----------------------------------------------------------------- */

static void
clear_item (Item *item)
{
	g_clear_pointer (&item->sender, g_free);
	g_clear_pointer (&item->keywords, g_strfreev);
	g_clear_pointer (&item->zones, g_ptr_array_unref);
	memset (item, 0, sizeof *item);
}

/* An item and its number. Folders come one after the other, so we know when one has got all its
 * mail. */
static gboolean
get_item (const PstSource *source, PstWireFields *fields, guint64 *number, Item *item)
{
	*number = pst_wire_get_u64 (fields);
	item->nid = pst_wire_get_u32 (fields);
	item->folder = pst_wire_get_u32 (fields);
	item->is_old = pst_wire_get_u32 (fields) != 0;
	return fields->is_sound && source->has_plan && *number < source->total &&
	       item->folder < pst_folders_get_count (&source->folders);
}

static gboolean
begin_item (PstSource *source, guint64 number, const Item *item, GError **error)
{
	if (source->item.is_open || number != source->next_number || item->folder < source->closed)
		return fail_protocol (source, error);
	source->item = *item;
	source->item.is_open = TRUE;
	return TRUE;
}

static gboolean
take_begin (PstSource *source, PstWireFields *fields, GError **error)
{
	guint64 number = 0;
	Item item = {0};

	if (!get_item (source, fields, &number, &item) || !pst_wire_is_end (fields))
		return fail_protocol (source, error);
	return begin_item (source, number, &item, error);
}

static void
end_item (PstSource *source)
{
	clear_item (&source->item);
	source->next_number++;
}

static gboolean
take_meta (PstSource *source, PstWireFields *fields, GError **error)
{
	Item *item = &source->item;
	guint32 flags = pst_wire_get_u32 (fields);
	gboolean is_known = pst_wire_get_u32 (fields) != 0;
	gint64 seconds = (gint64) pst_wire_get_u64 (fields);
	g_autofree char *sender = pst_wire_get_string (fields);
	guint32 count = pst_wire_get_u32 (fields);
	g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);

	for (guint32 i = 0; i < count && fields->is_sound; i++)
		g_ptr_array_add (keywords, pst_wire_get_string (fields));
	if (!pst_wire_is_end (fields) || !item->is_open || item->has_meta)
		return fail_protocol (source, error);

	g_ptr_array_add (keywords, NULL);
	item->flags = (MessageFlags)(flags & (MESSAGE_SEEN | MESSAGE_ANSWERED | MESSAGE_FLAGGED |
					      MESSAGE_DRAFT));
	if (is_known)
		item->received = (MessageDate){ .known = TRUE, .seconds = seconds };
	item->sender = *sender != '\0' ? g_steal_pointer (&sender) : NULL;
	item->keywords = (char **) g_ptr_array_steal (keywords, NULL);
	item->has_meta = TRUE;
	return TRUE;
}

static gboolean
take_aside (PstSource *source, PstWireFields *fields, GError **error)
{
	Item *item = &source->item;
	guint32 kind = pst_wire_get_u32 (fields);

	if (!pst_wire_is_end (fields) || !item->is_open || item->has_meta ||
	    source->task.options.aside == NULL || kind >= PST_ASIDE_KINDS)
		return fail_protocol (source, error);
	item->is_aside = TRUE;
	item->aside_kind = (PstAsideKind) kind;
	item->has_meta = TRUE;
	item->zones = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
	return TRUE;
}

/* Kept until the item is complete: what breaks off leaves no zone behind. */
static gboolean
take_zone (PstSource *source, PstWireFields *fields, GError **error)
{
	Item *item = &source->item;
	g_autofree char *id = pst_wire_get_string (fields);
	g_autoptr (GByteArray) zone = g_byte_array_new ();

	if (!fields->is_sound || !item->is_open || !item->is_aside || *id == '\0' ||
	    item->aside_kind != PST_ASIDE_CALENDAR || item->zones->len >= MAX_ZONES_OF_ITEM)
		return fail_protocol (source, error);
	g_byte_array_append (zone, (const guint8 *) id, (guint) strlen (id) + 1);
	g_byte_array_append (zone, fields->data, (guint) fields->left);
	g_ptr_array_add (item->zones, g_byte_array_free_to_bytes (g_steal_pointer (&zone)));
	return TRUE;
}

static gboolean
put_zones (PstSource *source, GError **error)
{
	const GPtrArray *zones = source->item.zones;

	for (guint i = 0; i < zones->len; i++) {
		g_autoptr (GError) local_error = NULL;
		gsize length = 0;
		const char *id = g_bytes_get_data (g_ptr_array_index (zones, i), &length);
		gsize name = strlen (id) + 1;
		if (pst_aside_put_zone (source->task.options.aside, id, id + name, length - name,
					&local_error))
			continue;
		if (local_error == NULL)
			return fail_protocol (source, error);
		g_propagate_error (error, g_steal_pointer (&local_error));
		return FALSE;
	}
	return TRUE;
}

static gboolean
finish_aside (PstSource *source, const Spool *entry, GError **error)
{
	const Item *item = &source->item;
	PstAside *aside = source->task.options.aside;
	const char *folder = get_folder_path (source, item->folder);

	if (pst_aside_wants_folder (aside, folder)) {
		if (!put_zones (source, error) ||
		    !pst_aside_put (aside, item->aside_kind, entry, error))
			return FALSE;
		ledger_emitted_aside (source->ledger);
	} else {
		g_autofree char *origin = make_origin (source, item->nid);
		ledger_skipped (source->ledger, origin, folder, "filtered");
	}
	end_item (source);
	return TRUE;
}

static gboolean
take_done (PstSource *source, PstPacket *packet, Message **message, GError **error)
{
	Item *item = &source->item;
	gboolean is_large = pst_feed_is_large (packet);

	if (!pst_wire_is_end (&packet->fields) || !item->is_open || !item->has_meta ||
	    packet->content == NULL)
		return fail_protocol (source, error);
	if (item->is_aside)
		return finish_aside (source, packet->content, error);

	PstFolderEntry *folder = pst_folders_get (&source->folders, item->folder);
	g_autofree char *origin = make_origin (source, item->nid);
	MessageContent *content = message_content_new_spool (g_steal_pointer (&packet->content));
	Message *result = message_new (folder_ref (folder->folder), content, origin);
	result->flags = item->flags;
	result->received = item->received;
	result->sender = g_steal_pointer (&item->sender);
	message_set_keywords (result, (const char *const *) item->keywords);
	memcpy (result->l0, packet->l0, DIGEST_SIZE);
	result->has_l0 = TRUE;
	folder->has_mail = TRUE;
	end_item (source);
	*message = result;
	if (is_large)
		pst_feed_listen_ahead (source->feed); /* it takes a while to write */
	return TRUE;
}

/* A class is the file's word for it: short, printable, or no reason at all. */
static gboolean
take_skip (PstSource *source, PstWireFields *fields, GError **error)
{
	g_autofree char *class = pst_wire_get_string (fields);
	gboolean is_usable = *class != '\0' && strlen (class) <= 64;

	if (!pst_wire_is_end (fields) || !source->item.is_open)
		return fail_protocol (source, error);
	for (const char *p = class; *p != '\0'; p++)
		if (!g_ascii_isgraph (*p) && *p != ' ')
			is_usable = FALSE;
	g_autofree char *origin = make_origin (source, source->item.nid);
	ledger_skipped (source->ledger, origin, get_folder_path (source, source->item.folder),
			is_usable ? class : "unknown-class");
	end_item (source);
	return TRUE;
}

/* A list announces nothing, so that its account only knows what can't be read. */
static void
enter_failed (PstSource *source, const char *reason)
{
	const Item *item = &source->item;
	g_autofree char *origin = make_origin (source, item->is_open ? item->nid : 0);

	if (source->task.only_list)
		ledger_announce (source->ledger, 1);
	ledger_failed (source->ledger, origin,
		       item->is_open ? get_folder_path (source, item->folder) : NULL, "%s", reason);
	end_item (source);
}

static gboolean
take_fail (PstSource *source, PstWireFields *fields, GError **error)
{
	g_autofree char *reason = pst_wire_get_string (fields);

	if (!pst_wire_is_end (fields) || !source->item.is_open)
		return fail_protocol (source, error);
	enter_failed (source, reason);
	return TRUE;
}

static gboolean
take_listed (PstSource *source, PstWireFields *fields, GError **error)
{
	guint32 is_mail = pst_wire_get_u32 (fields);

	if (!pst_wire_is_end (fields) || !source->item.is_open)
		return fail_protocol (source, error);
	PstFolderEntry *folder = pst_folders_get (&source->folders, source->item.folder);
	folder->mail += is_mail != 0;
	folder->other += is_mail == 0;
	end_item (source);
	return TRUE;
}

/* The reader of this item died. It may have died before it said a word of it, or just after it was
 * done with it. */
static gboolean
take_lost (PstSource *source, PstWireFields *fields, GError **error)
{
	guint64 number = 0;
	Item item = {0};
	gboolean is_sound = get_item (source, fields, &number, &item);
	g_autofree char *reason = pst_wire_get_string (fields);

	if (!is_sound || !pst_wire_is_end (fields))
		return fail_protocol (source, error);
	if (number + 1 == source->next_number && !source->item.is_open)
		return TRUE;
	if (number != source->next_number)
		return fail_protocol (source, error);
	if (!source->item.is_open && !begin_item (source, number, &item, error))
		return FALSE;

	g_autofree char *text = g_strconcat ("its reader was lost: ", reason, NULL);
	enter_failed (source, text);
	return TRUE;
}

/* An item that is still open isn't lost: the next worker begins with it once more. */
static gboolean
take_restart (PstSource *source, PstWireFields *fields, GError **error)
{
	if (!pst_wire_is_end (fields))
		return fail_protocol (source, error);
	clear_item (&source->item);
	return TRUE;
}

/* --- Everything else ------------------------------------------------------- */

static gboolean
take_finding (PstSource *source, PstWireFields *fields, GError **error)
{
	guint32 nid = pst_wire_get_u32 (fields);
	g_autofree char *name = pst_wire_get_string (fields);
	g_autofree char *detail = pst_wire_get_string (fields);
	ReportGrade grade = REPORT_NOTE;

	if (!pst_wire_is_end (fields) || *name == '\0' || strlen (name) > 40 ||
	    strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (name))
		return fail_protocol (source, error);
	for (gsize i = 0; i < G_N_ELEMENTS (troubles); i++)
		if (strcmp (troubles[i], name) == 0)
			grade = REPORT_TROUBLE;

	g_autofree char *origin = make_origin (source, nid);
	if (strcmp (name, PST_WIRE_SANDBOX_INCOMPLETE) == 0) {
		/* Nothing a user could do something about at every run. */
		report_file_finding (source->report, grade, name, source->name, NULL, detail);
		return TRUE;
	}
	report_finding (source->report, grade, name, origin,
			source->item.is_open ? get_folder_path (source, source->item.folder) : NULL,
			"%s", detail);
	return TRUE;
}

static gboolean
take_error (PstSource *source, PstWireFields *fields, GError **error)
{
	g_autofree char *text = pst_wire_get_string (fields);

	if (!pst_wire_is_end (fields))
		return fail_protocol (source, error);
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s: %s", source->path, text);
	return FALSE;
}

/* An open item at the end: its worker said goodbye in the middle of it. */
static gboolean
take_end (PstSource *source, GError **error)
{
	if (!source->has_plan || source->item.is_open || source->next_number != source->total)
		return fail_protocol (source, error);
	source->has_ended = TRUE;
	return TRUE;
}

static gboolean
take_packet (PstSource *source, PstPacket *packet, Message **message, GError **error)
{
	PstWireFields *fields = &packet->fields;

	switch (packet->kind) {
	case PST_WIRE_FOLDER: return take_folder (source, fields, error);
	case PST_WIRE_PLAN: return take_plan (source, fields, error);
	case PST_WIRE_BEGIN: return take_begin (source, fields, error);
	case PST_WIRE_META: return take_meta (source, fields, error);
	case PST_WIRE_ASIDE: return take_aside (source, fields, error);
	case PST_WIRE_ZONE: return take_zone (source, fields, error);
	case PST_WIRE_DONE: return take_done (source, packet, message, error);
	case PST_WIRE_SKIP: return take_skip (source, fields, error);
	case PST_WIRE_FAIL: return take_fail (source, fields, error);
	case PST_WIRE_LISTED: return take_listed (source, fields, error);
	case PST_WIRE_LOST: return take_lost (source, fields, error);
	case PST_WIRE_RESTART: return take_restart (source, fields, error);
	case PST_WIRE_FINDING: return take_finding (source, fields, error);
	case PST_WIRE_ERROR: return take_error (source, fields, error);
	case PST_WIRE_END: return take_end (source, error);
	case PST_WIRE_DATA:
	case PST_WIRE_SLOT: break; /* they have become part of a content */
	}
	return fail_protocol (source, error);
}

/* Hear one packet. *message is set when it completes one. */
static gboolean
advance (PstSource *source, Message **message, GError **error)
{
	PstPacket packet;
	gboolean is_end = FALSE;

	if (!pst_feed_next (source->feed, &packet, &is_end, error))
		return FALSE;
	if (is_end) {
		g_autofree char *how = child_collect (&source->child);
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT,
			     "%s: the process that reads it was lost: %s", source->path, how);
		return FALSE;
	}
	gboolean done = take_packet (source, &packet, message, error);
	spool_unref (packet.content);
	return done;
}

/* The next folder for mail that got none, among those the reader has left behind. */
static Message *
next_empty_folder (PstSource *source)
{
	guint until = source->item.is_open ? source->item.folder
		      : source->has_ended  ? pst_folders_get_count (&source->folders)
					   : 0;

	while (source->closed < until) {
		const PstFolderEntry *folder =
			pst_folders_get (&source->folders, source->closed++);
		if (!folder->has_mail && (folder->bits & PST_WIRE_IS_FOR_MAIL) &&
		    !(folder->bits & PST_WIRE_IS_ROOT))
			return message_new_folder (folder_ref (folder->folder));
	}
	return NULL;
}

static gboolean
pst_source_next (MessageSource *base, Message **message, GError **error)
{
	PstSource *source = (PstSource *) base;

	*message = NULL;
	for (;;) {
		*message = next_empty_folder (source);
		if (*message != NULL || source->has_ended)
			return TRUE;
		if (!advance (source, message, error))
			return FALSE;
		if (*message != NULL)
			return TRUE;
	}
}

static void
pst_source_free (MessageSource *base)
{
	PstSource *source = (PstSource *) base;

	pst_feed_free (source->feed);
	child_end (&source->child);
	pst_slots_clear (&source->task.slots);
	clear_item (&source->item);
	pst_folders_clear (&source->folders);
	g_free (source->path);
	g_free (source->name);
	g_free (source);
}

static const MessageSourceClass pst_source_class = {
	.next = pst_source_next,
	.free = pst_source_free,
};

/* Up to the plan: then the file is known to be readable, and all folders are known. */
static MessageSource *
open_source (const char *path, const PstOptions *options, gboolean only_list, Ledger *ledger,
	     Report *report, GError **error)
{
	PstSource *source = g_new0 (PstSource, 1);
	g_autoptr (MessageSource) result = &source->source;
	Message *none = NULL;

	source->source.class = &pst_source_class;
	source->path = g_strdup (path);
	source->name = g_path_get_basename (path);
	source->task =
		(PstWorkerTask){.path = source->path, .options = *options, .only_list = only_list};
	source->ledger = ledger;
	source->report = report;
	pst_folders_init (&source->folders, report, source->name);
	if (!pst_slots_init (&source->task.slots, error) ||
	    !child_start (&source->child, pst_worker_run, &source->task, error))
		return NULL;
	pst_slots_keep_private (&source->task.slots);
	source->feed = pst_feed_new (&source->child, &source->task.slots);
	while (!source->has_plan)
		if (!advance (source, &none, error))
			return NULL;
	return g_steal_pointer (&result);
}

MessageSource *
pst_source_new (const char *path, const PstOptions *options, Ledger *ledger, Report *report,
		GError **error)
{
	return open_source (path, options, FALSE, ledger, report, error);
}

gboolean
pst_source_list (const char *path, const PstOptions *options, Ledger *ledger, Report *report,
		 PstSourceListFunc function, gpointer user_data, GError **error)
{
	g_autoptr (MessageSource) base = open_source (path, options, TRUE, ledger, report, error);
	PstSource *source = (PstSource *) base;
	Message *none = NULL;

	if (base == NULL)
		return FALSE;
	while (!source->has_ended)
		if (!advance (source, &none, error))
			return FALSE;
	for (guint i = 0; i < pst_folders_get_count (&source->folders); i++) {
		const PstFolderEntry *folder = pst_folders_get (&source->folders, i);
		gboolean is_bare_root =
			(folder->bits & PST_WIRE_IS_ROOT) && folder->mail + folder->other == 0;
		if (!is_bare_root &&
		    !function (folder->folder, folder->mail, folder->other, user_data, error))
			return FALSE;
	}
	return TRUE;
}
