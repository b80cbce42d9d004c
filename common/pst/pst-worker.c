/* pst-worker.c - the side that reads the file, in processes of its own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-worker.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/digest.h"
#include "base/sandbox.h"
#include "pst/pst-agenda.h"
#include "pst/pst-calendar.h"
#include "pst/pst-component.h"
#include "pst/pst-contact.h"
#include "pst/pst-mime.h"

/* Far above what honest files need: the index of 50 GB takes about 0.5 GiB, a message some
 * times its longest text. */
#define ADDRESS_SPACE (G_GUINT64_CONSTANT (3) << 30)
#define OPEN_FILES    16

/* Processor time. Indexing takes about a second a GB; an item milliseconds, plus its
 * attachments. */
#define INDEX_SECONDS      120
#define INDEX_BYTES_SECOND (2 << 20)
#define ITEM_SECONDS       60
#define ITEM_BYTES_SECONDS (64 << 20) /* written: then it has earned another ITEM_SECONDS */
#define DIRECTORY_SECONDS  1800

/* By the clock on the wall, for one read: dead servers and broken disks. A file that doesn't answer
 * again and again isn't worth ten minutes for each of its items. */
#define PATIENCE_SECONDS 600
#define MAX_TIMEOUTS     3

/* Seen by the child and its worker alike. */
typedef struct {
	guint64 position; /* in the agenda: what the worker is at */
	gboolean is_reading_directory;
	gboolean is_directory_forbidden;
} Shared;

typedef struct {
	const PstWorkerTask *task;
	PstOutlet outlet;
	PstFile *file;
	PstIndex *index;
	PstStore *store;
	PstRecovery *recovery; /* NULL unless asked for */
	PstCodepages *pages;
	PstDirectory *directory;
	PstContext context;
	PstAgenda agenda;
	Shared *shared;
	guint64 written;
	gint64 allowed_at; /* when an item was last given its time; g_get_monotonic_time() */
} Reader;

/* A PstFindingFunc. */
static void
say_finding (const char *name, guint32 nid, const char *detail, gpointer user_data)
{
	Reader *reader = user_data;

	pst_outlet_say_finding (&reader->outlet, name, nid, detail);
}

/* Which item is meant, as BEGIN and LOST say it. */
static void
put_entry (Reader *reader, guint64 number)
{
	const PstAgendaEntry *entry = pst_agenda_get (&reader->agenda, number);

	pst_wire_put_u64 (&reader->outlet.wire, number);
	pst_wire_put_u32 (&reader->outlet.wire, entry->nid);
	pst_wire_put_u32 (&reader->outlet.wire, entry->folder);
	pst_wire_put_u32 (&reader->outlet.wire, entry->old != PST_AGENDA_NOT_OLD);
}

/* --- One item, by the worker ----------------------------------------------- */

static void
earn_time (Reader *reader, gsize length)
{
	if (reader->written / ITEM_BYTES_SECONDS != (reader->written + length) / ITEM_BYTES_SECONDS)
		child_allow_cpu_seconds (ITEM_SECONDS);
	reader->written += length;
}

static gboolean
write_content (const void *data, gsize length, gpointer user_data, GError **error)
{
	Reader *reader = user_data;

	earn_time (reader, length);
	pst_outlet_write (&reader->outlet, data, length);
	return TRUE;
}

static void
send_meta (Reader *reader, const PstItem *item)
{
	PstWire *wire = &reader->outlet.wire;
	g_autoptr (PstAddress) sender = pst_item_get_sender (item);
	g_auto (GStrv) keywords = pst_item_get_keywords (item);
	gint64 seconds = 0;
	gboolean is_known = pst_item_get_received (item, &seconds);
	guint count = MIN (g_strv_length (keywords), 256);

	pst_wire_begin (wire, PST_WIRE_META);
	pst_wire_put_u32 (wire, pst_item_get_flags (item));
	pst_wire_put_u32 (wire, is_known);
	pst_wire_put_u64 (wire, (guint64) seconds);
	pst_wire_put_string (wire, sender != NULL && !sender->is_invented ? sender->address : NULL);
	/* A packet has room for so many names; more categories than that on one message are an
	 * attack. */
	while (count > 0 &&
	       pst_wire_get_length (wire) + 8 + strlen (keywords[count - 1]) > PST_WIRE_MAX_DATA)
		count--;
	pst_wire_put_u32 (wire, count);
	for (guint i = 0; i < count; i++)
		pst_wire_put_string (wire, keywords[i]);
	pst_wire_end (wire);
}

static gboolean
convert (Reader *reader, PstItem *item, GError **error)
{
	g_autofree char *path = g_strdup_printf ("0x%x", reader->context.nid);
	g_autoptr (PstMime) mime = pst_mime_new (item, path, error);

	if (mime == NULL)
		return FALSE;
	send_meta (reader, item);
	pst_outlet_begin_content (&reader->outlet);
	if (!pst_mime_write (mime, write_content, reader, error))
		return FALSE;
	pst_outlet_end_content (&reader->outlet);
	pst_outlet_say (&reader->outlet, PST_WIRE_DONE);
	return TRUE;
}

static void
say_zones (Reader *reader, const GPtrArray *zones)
{
	for (guint i = 0; i < zones->len; i++) {
		const PstCalendarZone *zone = g_ptr_array_index (zones, i);
		pst_wire_begin (&reader->outlet.wire, PST_WIRE_ZONE);
		pst_wire_put_string (&reader->outlet.wire, zone->id);
		pst_wire_put_bytes (&reader->outlet.wire, zone->text, strlen (zone->text));
		pst_wire_end (&reader->outlet.wire);
	}
}

static void
convert_aside (Reader *reader, const PstItem *item)
{
	g_autoptr (GString) entry = g_string_new (NULL);
	g_autoptr (GPtrArray) zones = pst_calendar_zones_new ();
	PstAside *aside = reader->task->options.aside;
	PstAsideKind kind = PST_ASIDE_CONTACTS;

	(void) pst_aside_get_kind (item->class, &kind); /* it is wanted, so it has one */
	pst_outlet_say_u32 (&reader->outlet, PST_WIRE_ASIDE, kind);
	if (kind == PST_ASIDE_CONTACTS)
		pst_contact_append (item, entry);
	else
		pst_calendar_append (item, pst_aside_get_zone_names (aside), zones, entry);
	say_zones (reader, zones);
	pst_outlet_begin_content (&reader->outlet);
	(void) write_content (entry->str, entry->len, reader, NULL); /* or the process ends */
	pst_outlet_end_content (&reader->outlet);
	pst_outlet_say (&reader->outlet, PST_WIRE_DONE);
}

typedef struct {
	Reader *reader;
	Digest digest;
} Digesting;

static gboolean
digest_content (const void *data, gsize length, gpointer user_data, GError **error)
{
	Digesting *digesting = user_data;

	earn_time (digesting->reader, length);
	digest_update (&digesting->digest, data, length);
	return TRUE;
}

static gboolean
digest_item (Reader *reader, PstItem *item, guint8 *result)
{
	Digesting digesting = { .reader = reader };
	g_autofree char *path = g_strdup_printf ("0x%x", reader->context.nid);
	g_autoptr (PstMime) mime = pst_mime_new (item, path, NULL);

	digest_init (&digesting.digest);
	if (mime == NULL || !pst_mime_write (mime, digest_content, &digesting, NULL))
		return FALSE;
	digest_finish (&digesting.digest, result);
	return TRUE;
}

/* Outlook writes a message anew for every flag that is set; only what changed its content makes the
 * old version worth having. Nothing is said about either here: who is carried, is read again. */
static gboolean
is_same_as_live (Reader *reader, PstItem *old)
{
	g_autoptr (PstNode) node = pst_node_open (reader->index, reader->context.nid, NULL);
	g_autoptr (PstItem) live =
		node != NULL ? pst_item_open (&reader->context, node, NULL) : NULL;
	PstFindingFunc finding = reader->context.finding;
	guint8 digests[2][DIGEST_SIZE];

	if (live == NULL || live->kind == PST_KIND_OTHER)
		return FALSE;
	reader->context.finding = NULL;
	gboolean is_same = digest_item (reader, old, digests[0]) &&
			   digest_item (reader, live, digests[1]) &&
			   memcmp (digests[0], digests[1], DIGEST_SIZE) == 0;
	reader->context.finding = finding;
	return is_same;
}

static gboolean
handle_item (Reader *reader, const PstAgendaEntry *entry, GError **error)
{
	gboolean is_old = entry->old != PST_AGENDA_NOT_OLD;
	g_autoptr (PstNode) node =
		is_old ? pst_recover_open_node (reader->recovery, entry->old, error)
		       : pst_node_open (reader->index, entry->nid, error);
	g_autoptr (PstItem) item =
		node != NULL ? pst_item_open (&reader->context, node, error) : NULL;

	if (item == NULL)
		return FALSE;

	gboolean is_double = is_old && item->kind != PST_KIND_OTHER &&
			     is_same_as_live (reader, item);
	if (reader->task->only_list) {
		pst_outlet_say_u32 (&reader->outlet, PST_WIRE_LISTED,
				    item->kind != PST_KIND_OTHER && !is_double);
		return TRUE;
	}
	if (is_double) {
		pst_outlet_say_string (&reader->outlet, PST_WIRE_SKIP, "same-as-live");
		return TRUE;
	}
	/* Two entries of one contact would fight each other where they are imported. */
	if (item->kind == PST_KIND_OTHER &&
	    !(is_old && pst_index_find_node (reader->index, entry->nid) != NULL) &&
	    pst_aside_wants (reader->task->options.aside, item->class)) {
		convert_aside (reader, item);
		return TRUE;
	}
	if (item->kind == PST_KIND_OTHER) {
		pst_outlet_say_string (&reader->outlet, PST_WIRE_SKIP, item->class);
		return TRUE;
	}
	if (item->kind == PST_KIND_AS_MAIL)
		pst_context_find (&reader->context, "class-as-mail", "%s", item->class);
	return convert (reader, item, error);
}

/* Three system calls, which small messages would feel: an item that begins within a second of
 * another has that much less. */
static void
allow_item (Reader *reader)
{
	gint64 now = g_get_monotonic_time ();

	if (now - reader->allowed_at < G_USEC_PER_SEC)
		return;
	reader->allowed_at = now;
	child_allow_cpu_seconds (ITEM_SECONDS + 1);
}

/* A ChildMain: all entries from shared->position on. */
static int
work (int fd, gpointer user_data)
{
	Reader *reader = user_data;

	child_lock_in (&(ChildLimits){ .address_space = ADDRESS_SPACE, .open_files = OPEN_FILES });
	if (!reader->task->options.no_sandbox)
		(void) sandbox_enter (SANDBOX_FEW_CALLS | SANDBOX_NO_FORK); /* has been told of */
	for (guint64 i = reader->shared->position; i < reader->agenda.entries->len; i++) {
		const PstAgendaEntry *entry = pst_agenda_get (&reader->agenda, i);
		g_autoptr (GError) error = NULL;

		reader->shared->position = i;
		reader->context.nid = entry->nid;
		g_hash_table_remove_all (reader->context.told);
		reader->written = 0;
		allow_item (reader);
		pst_wire_begin (&reader->outlet.wire, PST_WIRE_BEGIN);
		put_entry (reader, i);
		pst_wire_end (&reader->outlet.wire);
		if (!handle_item (reader, entry, &error))
			pst_outlet_say_string (&reader->outlet, PST_WIRE_FAIL,
				    error != NULL ? error->message : "unreadable");
		pst_wire_flush (&reader->outlet.wire);
	}
	return 0;
}

/* --- All items, by the child ----------------------------------------------- */

static void
notice_directory (gboolean is_reading, gpointer user_data)
{
	Reader *reader = user_data;

	reader->shared->is_reading_directory = is_reading;
	child_allow_cpu_seconds (is_reading ? DIRECTORY_SECONDS : ITEM_SECONDS);
}

/* The worker died at some item. Whatever it may have scribbled over what we share, the next
 * one begins further on, so this comes to an end. An item that only wanted the directory of
 * addresses gets a second chance without it. */
static void
step_over (Reader *reader, guint64 begun_at, int status)
{
	Shared *shared = reader->shared;
	g_autofree char *what = child_describe_status (status);
	guint64 position = CLAMP (shared->position, begun_at, reader->agenda.entries->len - 1);

	if (shared->is_reading_directory && !shared->is_directory_forbidden) {
		shared->is_directory_forbidden = TRUE;
		shared->is_reading_directory = FALSE;
		shared->position = position;
		reader->context.directory = NULL;
		say_finding ("address-map-incomplete", 0, what, reader);
		return;
	}
	pst_wire_begin (&reader->outlet.wire, PST_WIRE_LOST);
	put_entry (reader, position);
	pst_wire_put_string (&reader->outlet.wire, what);
	pst_wire_end (&reader->outlet.wire);
	shared->position = position + 1;
}

static gboolean
run_workers (Reader *reader, GError **error)
{
	guint timeouts = 0;

	while (reader->shared->position < reader->agenda.entries->len) {
		guint64 begun_at = reader->shared->position;
		int status = 0;
		pst_wire_flush (&reader->outlet.wire); /* or the worker would say it again */
		pid_t pid = child_fork_worker (reader->outlet.wire.fd, work, reader, error);
		if (pid < 0)
			return FALSE;
		while (waitpid (pid, &status, 0) < 0)
			if (errno != EINTR)
				return FALSE;
		if (WIFEXITED (status) && WEXITSTATUS (status) == 0)
			return TRUE;
		step_over (reader, begun_at, status);
		pst_outlet_say (&reader->outlet, PST_WIRE_RESTART);
		pst_wire_flush (&reader->outlet.wire);
		if (!pst_slots_await_restart (reader->outlet.wire.fd))
			return TRUE; /* nobody to complain to */
		if (WIFSIGNALED (status) && WTERMSIG (status) == SIGALRM &&
		    ++timeouts == MAX_TIMEOUTS) {
			g_set_error_literal (error, PST_ERROR, PST_ERROR_IO,
					     "the file doesn't answer any more");
			return FALSE;
		}
	}
	return TRUE;
}

/* --- Before the first item ------------------------------------------------- */

static gboolean
open_file (Reader *reader, GError **error)
{
	guint patience = reader->task->options.patience > 0 ? reader->task->options.patience
							    : PATIENCE_SECONDS;

	child_allow_wall_seconds (patience);
	reader->file = pst_file_open (reader->task->path, error);
	child_allow_wall_seconds (0);
	if (reader->file == NULL)
		return FALSE;
	pst_file_set_patience (reader->file, patience);

	guint64 missing = pst_file_get_missing_bytes (reader->file);
	if (missing > 0) {
		g_set_error (error, PST_ERROR, PST_ERROR_TRUNCATED,
			     "the file is cut off: its last %" G_GUINT64_FORMAT
			     " bytes are missing; copy it again",
			     missing);
		return FALSE;
	}
	if (!pst_file_is_header_sound (reader->file))
		say_finding ("header-damaged", 0, "the check sum of the header doesn't hold",
			     reader);
	return TRUE;
}

/* The file and all converters are open: from here on nothing else is needed. */
static void
close_the_door (Reader *reader)
{
	const SandboxWalls wanted = SANDBOX_NO_FILES | SANDBOX_FEW_CALLS;
	const char *missing = "switched off";

	if (!reader->task->options.no_sandbox)
		missing = sandbox_describe_missing (wanted, sandbox_enter (wanted));
	if (missing != NULL)
		say_finding (PST_WIRE_SANDBOX_INCOMPLETE, 0, missing, reader);
}

static gboolean
prepare (Reader *reader, GError **error)
{
	child_allow_cpu_seconds (INDEX_SECONDS);
	if (!open_file (reader, error))
		return FALSE;
	reader->pages = pst_codepage_open_all ();
	pst_component_prepare ();
	close_the_door (reader);
	child_allow_cpu_seconds (INDEX_SECONDS +
				 (guint) (pst_file_get_size (reader->file) / INDEX_BYTES_SECOND));
	reader->index = pst_index_build (reader->file, say_finding, reader, error);
	if (reader->index == NULL)
		return FALSE;
	reader->store = pst_store_open (reader->index, say_finding, reader);
	if (reader->task->options.deleted) {
		reader->recovery = pst_recover_search (reader->index, say_finding, reader, error);
		if (reader->recovery == NULL)
			return FALSE;
	}
	reader->directory = pst_address_directory_new (reader->store, reader->pages);
	pst_address_directory_set_notice (reader->directory, notice_directory, reader);
	reader->context = (PstContext){
		.store = reader->store,
		.pages = reader->pages,
		.codepage = reader->task->options.codepage != 0 ? reader->task->options.codepage
								: PST_CODEPAGE_WESTERN,
		.directory = reader->directory,
		.finding = say_finding,
		.finding_data = reader,
		.told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
	};
	return TRUE;
}

static void
clear_reader (Reader *reader)
{
	pst_address_directory_free (reader->directory);
	pst_codepage_close_all (reader->pages);
	pst_recover_free (reader->recovery);
	pst_store_free (reader->store);
	pst_index_free (reader->index);
	pst_file_free (reader->file);
	pst_agenda_clear (&reader->agenda);
	g_clear_pointer (&reader->context.told, g_hash_table_unref);
	pst_outlet_clear (&reader->outlet);
	if (reader->shared != MAP_FAILED)
		munmap (reader->shared, sizeof *reader->shared);
}

int
pst_worker_run (int fd, gpointer user_data)
{
	g_autoptr (GError) error = NULL;
	Reader reader = {
		.task = user_data,
		.shared = mmap (NULL, sizeof (Shared), PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0),
	};

	pst_agenda_init (&reader.agenda);
	pst_outlet_init (&reader.outlet, fd, &reader.task->slots);
	if (reader.shared != MAP_FAILED && prepare (&reader, &error)) {
		pst_agenda_make (&reader.agenda, &reader.context, reader.recovery, &reader.outlet);
		if (run_workers (&reader, &error))
			pst_outlet_say (&reader.outlet, PST_WIRE_END);
	}
	if (error != NULL || reader.shared == MAP_FAILED)
		pst_outlet_say_string (&reader.outlet, PST_WIRE_ERROR,
			    error != NULL ? error->message : "out of memory");
	pst_wire_flush (&reader.outlet.wire);
	clear_reader (&reader);
	return 0;
}
