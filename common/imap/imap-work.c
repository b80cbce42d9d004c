/* imap-work.c - what waits to be uploaded, between the one who reads it and the connections
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-work.h"

#include "base/error.h"
#include "base/stop.h"
#include "imap/imap-parcel.h"
#include "imap/imap-settle.h"

#define WAITING_MOST 2000 /* messages; each costs some hundred bytes, wherever its content lies */
#define NAP_US       (10 * 1000)
#define LONG_NAP_US  (50 * 1000)
/* A batch that is not full is sent when its first message has waited this long. */
#define PATIENCE_US (50 * 1000)
/* What is worth a batch of its own where the server waits for us. */
#define IDLE_MESSAGES 50
#define IDLE_BYTES    (512 * 1024)
/* What makes another connection worth its login. */
#define WORTH_MESSAGES 64
#define WAKE_EACH      10
#define WORTH_BYTES    (4 * 1024 * 1024)

struct ImapWork {
	GMutex lock;
	GCond changed;
	guint sharing;
	GPtrArray *boxes;     /* of ImapBox, in the order of their first message */
	guint waiting;        /* messages in all boxes */
	const ImapPool *pool; /* of which whoever reads waits for room; NULL: he does not */
	gint memory;          /* that he may use of it */
	gboolean ended;
	gboolean abandoned;
	guint connections; /* threads */
	guint idle;        /* of those */
	GError *error;     /* the first that ends the run */
};

/* --- Small things, all with the lock held ----------------------------------------------------- */

static void
nap (ImapWork *work, gint64 us)
{
	(void) g_cond_wait_until (&work->changed, &work->lock, g_get_monotonic_time () + us);
}

static gboolean
is_over (const ImapWork *work)
{
	return work->abandoned || work->error != NULL || stop_requested ();
}

static gboolean
wants_opening (const ImapBox *box)
{
	return imap_box_needs_opening (box) &&
	       (box->wanted || box->lost->len > 0 || box->waiting.length > 0);
}

/* What somebody with a free connection could do for box. */
static gboolean
find_job (const ImapWork *work, const ImapBox *box, guint connections, ImapJob *job)
{
	if (box->exclusive || box->connections != connections)
		return FALSE;
	if (wants_opening (box)) {
		*job = IMAP_JOB_OPEN;
		return connections == 0;
	}
	if (box->waiting.length > 0) {
		*job = IMAP_JOB_JOIN;
		return connections == 0 || box->waiting.length > connections;
	}
	*job = IMAP_JOB_CHECK;
	return work->ended && connections == 0 && !box->checked &&
	       (imap_settle_is_suspect (box) || imap_box_is_short (box));
}

static ImapBox *
find_box (const ImapWork *work, ImapJob *job)
{
	for (guint connections = 0; connections < work->sharing; connections++)
		for (guint i = 0; i < work->boxes->len; i++) {
			ImapBox *box = g_ptr_array_index (work->boxes, i);
			if (find_job (work, box, connections, job))
				return box;
		}
	return NULL;
}

static gboolean
is_done (const ImapWork *work)
{
	ImapJob job;

	for (guint i = 0; i < work->boxes->len; i++) {
		const ImapBox *box = g_ptr_array_index (work->boxes, i);
		if (box->connections > 0 || find_job (work, box, 0, &job))
			return FALSE;
	}
	return work->ended;
}

/* --- For the one who reads -------------------------------------------------------------------- */

ImapWork *
imap_work_new (guint sharing)
{
	ImapWork *work = g_new0 (ImapWork, 1);

	g_mutex_init (&work->lock);
	g_cond_init (&work->changed);
	work->sharing = sharing;
	work->boxes = g_ptr_array_new ();
	return work;
}

void
imap_work_free (ImapWork *work)
{
	if (work == NULL)
		return;
	g_clear_error (&work->error);
	g_ptr_array_unref (work->boxes);
	g_cond_clear (&work->changed);
	g_mutex_clear (&work->lock);
	g_free (work);
}

void
imap_work_put (ImapWork *work, ImapBox *box, ImapItem *item)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	if (!box->wanted)
		g_ptr_array_add (work->boxes, box);
	box->wanted = TRUE;
	if (item == NULL) {
		box->records++;
	} else {
		if ((box->waiting.length == 0))
			box->waiting_since = g_get_monotonic_time ();
		g_queue_push_tail (&box->waiting, item);
		box->waiting_bytes += item->entry.key.size;
		work->waiting++;
	}
	/* Waking somebody for each message would cost more than sending it. */
	if (item == NULL || box->waiting.length == 1 || box->waiting.length % WAKE_EACH == 0)
		g_cond_broadcast (&work->changed);
}

void
imap_work_end (ImapWork *work)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	work->ended = TRUE;
	g_cond_broadcast (&work->changed);
}

void
imap_work_abandon (ImapWork *work)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	work->abandoned = TRUE;
	g_cond_broadcast (&work->changed);
}

/* One message more is always possible where nothing waits, however large it is. */
static gboolean
has_room (const ImapWork *work, const ImapPool *pool, gint memory)
{
	return work->waiting == 0 ||
	       (work->waiting < WAITING_MOST && g_atomic_int_get (&pool->used) < memory);
}

/* What waits is a batch, then: no more will come before it is sent. */
static gboolean
is_full (const ImapWork *work)
{
	return work->pool != NULL && !has_room (work, work->pool, work->memory);
}

gboolean
imap_work_wait (ImapWork *work, ImapWorkState state, const ImapPool *pool, gint memory,
		gboolean *reached, GError **error)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	for (guint try = 0; try < 2; try++) {
		if (!stop_check (error))
			return FALSE;
		if (work->error != NULL) {
			g_propagate_error (error, g_error_copy (work->error));
			return FALSE;
		}
		*reached = state == IMAP_WORK_IS_DONE ? is_done (work)
						      : has_room (work, pool, memory);
		if (*reached || try > 0)
			break;
		work->pool = state == IMAP_WORK_HAS_ROOM ? pool : NULL;
		work->memory = memory;
		if (work->pool != NULL)
			g_cond_broadcast (&work->changed);
		nap (work, LONG_NAP_US);
		work->pool = NULL;
	}
	return TRUE;
}

gboolean
imap_work_wants_connection (ImapWork *work)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);
	guint messages = 0;
	guint64 bytes = 0;
	ImapJob job;

	if (work->idle > 0 || is_over (work))
		return FALSE;
	for (guint i = 0; i < work->boxes->len; i++) {
		const ImapBox *box = g_ptr_array_index (work->boxes, i);
		if (box->connections >= work->sharing ||
		    !find_job (work, box, box->connections, &job))
			continue;
		messages += 1 + box->waiting.length;
		bytes += box->waiting_bytes;
	}
	/* Where each message costs a round trip, a connection soon pays. */
	return messages >= (work->sharing > 1 ? WORTH_MESSAGES / 8 : WORTH_MESSAGES) ||
	       bytes >= WORTH_BYTES;
}

/* --- For connections -------------------------------------------------------------------------- */

void
imap_work_enter (ImapWork *work)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	work->connections++;
}

void
imap_work_leave (ImapWork *work, GError *cause)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);
	gboolean fatal = cause != NULL && !g_error_matches (cause, RUN_ERROR, RUN_ERROR_TEMPORARY);

	work->connections--;
	if (cause != NULL && work->error == NULL && (fatal || work->connections == 0))
		work->error = cause;
	else
		g_clear_error (&cause);
	g_cond_broadcast (&work->changed);
}

ImapBox *
imap_work_take (ImapWork *work, ImapJob *job)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);
	ImapBox *box = NULL;

	while (!is_over (work) && (box = find_box (work, job)) == NULL && !is_done (work)) {
		work->idle++;
		nap (work, LONG_NAP_US);
		work->idle--;
	}
	if (box == NULL)
		return NULL;
	box->connections++;
	box->exclusive = *job != IMAP_JOB_JOIN;
	box->checked = box->checked || *job == IMAP_JOB_CHECK;
	return box;
}

static void
push_back (ImapWork *work, ImapBox *box, ImapItem *item)
{
	g_queue_push_head (&box->waiting, item);
	box->waiting_bytes += item->entry.key.size;
	work->waiting++;
}

void
imap_work_opened (ImapWork *work, ImapBox *box)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	while (!g_queue_is_empty (&box->returned))
		push_back (work, box, g_queue_pop_tail (&box->returned));
	box->exclusive = FALSE;
	g_cond_broadcast (&work->changed);
}

void
imap_work_release (ImapWork *work, ImapBox *box)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	box->connections--;
	box->exclusive = FALSE;
	g_cond_broadcast (&work->changed);
}

/* A server that has nothing to do gets what is there as soon as it is worth a batch; while it
 * works, a full one grows. */
static gboolean
is_ripe (const ImapWork *work, const ImapBox *box, const ImapTaking *taking, guint limit)
{
	guint length = box->waiting.length;

	if (!taking->busy && (length >= IDLE_MESSAGES || box->waiting_bytes >= IDLE_BYTES))
		return TRUE;
	return length >= limit || box->waiting_bytes >= taking->bytes || work->ended ||
	       is_full (work) ||
	       g_get_monotonic_time () - box->waiting_since >= PATIENCE_US;
}

static ImapItem *
pop (ImapWork *work, ImapBox *box)
{
	ImapItem *item = g_queue_pop_head (&box->waiting);

	work->waiting--;
	box->waiting_bytes -= item->entry.key.size;
	box->waiting_since = g_get_monotonic_time ();
	return item;
}

/* The more often connections broke, the fewer messages at a time, until the one that does it stands
 * alone. */
static guint
careful_limit (guint limit, guint cuts)
{
	return MAX (limit >> MIN (2 * cuts, 31), 1);
}

void
imap_work_take_items (ImapWork *work, ImapBox *box, const ImapTaking *taking, GPtrArray *items,
		      gboolean *careful)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);
	const ImapItem *head = g_queue_peek_head (&box->waiting);
	guint limit = taking->limit;
	guint64 taken = 0;

	/* The last batch is sent, and its memory free again. */
	if (work->pool != NULL && !is_full (work))
		g_cond_broadcast (&work->changed);
	*careful = head != NULL && head->cuts > 0;
	if (head == NULL || is_over (work) || box->lost->len > 0 || (*careful && taking->busy))
		return;
	if (*careful)
		limit = careful_limit (limit, head->cuts);
	if (!is_ripe (work, box, taking, limit))
		return;
	while ((head = g_queue_peek_head (&box->waiting)) != NULL && items->len < limit &&
	       (items->len == 0 || taken + head->entry.key.size <= taking->bytes) &&
	       (head->cuts > 0) == *careful) {
		taken += head->entry.key.size;
		g_ptr_array_add (items, pop (work, box));
	}
	g_cond_broadcast (&work->changed);
}

void
imap_work_return_items (ImapWork *work, ImapBox *box, GPtrArray *items)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	for (guint i = items->len; i-- > 0;) {
		ImapItem *item = g_ptr_array_index (items, i);
		if (item != NULL)
			push_back (work, box, item);
		items->pdata[i] = NULL;
	}
}

void
imap_work_lose (ImapWork *work, ImapBox *box, const GPtrArray *parcels)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);

	for (guint i = 0; i < parcels->len; i++)
		g_ptr_array_add (box->lost,
				 g_atomic_rc_box_acquire (g_ptr_array_index (parcels, i)));
}

gboolean
imap_work_expects_more (ImapWork *work, ImapBox *box, gboolean busy)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&work->lock);
	gboolean empty = (box->waiting.length == 0);

	/* Who has nothing to wait for leaves: another mailbox may want him. */
	if (is_over (work) || box->lost->len > 0 || (empty && (!busy || work->ended)))
		return FALSE;
	nap (work, NAP_US);
	return TRUE;
}
