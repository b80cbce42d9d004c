/* pst-feed.c - what the reader says, packet by packet, with each content in one piece
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Either the caller listens or the thread does, never both: who does, owns the line, the buffer
 * and the content that is being collected. The mutex is for the queue, and for the change over.
 */
#include "pst/pst-feed.h"

#include <string.h>

/* A liar must not fill the disk: Outlook counts an item's size in 32 bits, base64 adds a
 * third, headers a little. */
#define MAX_CONTENT (G_GINT64_CONSTANT (6) << 30)
#define MAX_ASIDE   (G_GINT64_CONSTANT (64) << 20)

/* Most messages with attachments fit, and are written without lying in a file first. One is being
 * written and one collected; no more than that is in memory, however many are on their way. */
#define LARGE_SPOOL  (20 * 1024 * 1024)
#define LARGE_SPOOLS 2

/* Copied and hashed before it leaves the processor's nearest cache. */
#define PIECE (16 * 1024)

/* The thread stops when so much waits for the caller. */
#define MAX_QUEUED (1024 * 1024)

typedef struct {
	Spool *spool; /* NULL until there is a byte */
	Digest digest;
	goffset limit; /* 0: no content is open */
} Content;

typedef struct {
	PstPacket packet;
	guint8 *bytes;
	gboolean is_end;
	GError *error;
} Queued;

struct _PstFeed {
	const Child *child;
	PstSlots *slots;
	guint8 *buffer;   /* what was received last */
	const guint8 *at; /* in the buffer: packets nobody has heard yet */
	gsize left;
	guint8 *copy; /* a piece of a content that isn't kept in memory */
	Content content;
	Spool *large[LARGE_SPOOLS]; /* for one content after the other */

	GThread *thread; /* NULL until it is wanted */
	GMutex mutex;
	GCond changed;
	gboolean is_ahead; /* the thread listens */
	gboolean is_closing;
	GQueue queue; /* Queued, heard by the thread */
	gsize queued_bytes;
	Queued *current; /* what the caller looks at */
};

static void
queued_free (Queued *queued)
{
	if (queued == NULL)
		return;
	g_free (queued->bytes);
	spool_unref (queued->packet.content);
	g_clear_error (&queued->error);
	g_free (queued);
}

/* --- Contents -------------------------------------------------------------- */

static void
drop_content (PstFeed *feed)
{
	g_clear_pointer (&feed->content.spool, spool_unref);
	feed->content.limit = 0;
}

static void
open_content (PstFeed *feed, goffset limit)
{
	drop_content (feed);
	feed->content.limit = limit;
	digest_init (&feed->content.digest);
}

static Spool *
get_large_spool (PstFeed *feed)
{
	for (gsize i = 0; i < LARGE_SPOOLS; i++)
		if (spool_is_unshared (feed->large[i])) {
			spool_clear (feed->large[i]);
			return spool_ref (feed->large[i]);
		}
	return spool_new (SPOOL_MEMORY_LIMIT); /* whoever keeps messages has no need of haste */
}

static gboolean
has_room (const PstFeed *feed, gsize length)
{
	goffset size = feed->content.spool != NULL ? spool_get_size (feed->content.spool) : 0;

	return size + (goffset) length <= feed->content.limit;
}

static gboolean
take_data (PstFeed *feed, const PstWireFields *fields, gboolean *makes_sense, GError **error)
{
	*makes_sense = feed->content.limit > 0 && has_room (feed, fields->left);
	if (!*makes_sense)
		return TRUE;
	if (feed->content.spool == NULL)
		feed->content.spool = spool_new (SPOOL_MEMORY_LIMIT);
	digest_update (&feed->content.digest, fields->data, fields->left);
	return spool_write (feed->content.spool, fields->data, fields->left, error);
}

/* Digest and spool see the same bytes, whatever becomes of the slot meanwhile: both look at a copy
 * that is ours. */
static gboolean
copy_piece (PstFeed *feed, const guint8 *shared, gsize length, GError **error)
{
	Content *content = &feed->content;
	guint8 *room = spool_get_room (content->spool, length);
	guint8 *copy = room != NULL ? room : feed->copy;

	memcpy (copy, shared, length);
	digest_update (&content->digest, copy, length);
	if (room == NULL)
		return spool_write (content->spool, copy, length, error);
	spool_commit (content->spool, length);
	return TRUE;
}

static gboolean
take_slot (PstFeed *feed, PstWireFields *fields, gboolean *makes_sense, GError **error)
{
	guint32 number = pst_wire_get_u32 (fields);
	guint32 length = pst_wire_get_u32 (fields);
	const guint8 *slot = pst_slots_take (feed->slots, number, length);

	*makes_sense = pst_wire_is_end (fields) && slot != NULL && feed->content.limit > 0 &&
		       has_room (feed, length);
	if (!*makes_sense)
		return TRUE;
	if (feed->content.spool == NULL)
		feed->content.spool = get_large_spool (feed);
	for (gsize done = 0; done < length;) {
		gsize piece = MIN (length - done, PIECE);
		if (!copy_piece (feed, slot + done, piece, error))
			return FALSE;
		done += piece;
	}
	*makes_sense = pst_slots_give_back (feed->slots, feed->child);
	return TRUE;
}

static void
close_content (PstFeed *feed, PstPacket *packet)
{
	if (feed->content.limit == 0)
		return;
	packet->content = feed->content.spool != NULL ? g_steal_pointer (&feed->content.spool)
						      : spool_new (SPOOL_MEMORY_LIMIT);
	digest_finish (&feed->content.digest, packet->l0);
	drop_content (feed);
}

/* --- Listening ------------------------------------------------------------- */

/* What a packet means for the content that is being collected. *is_ours: it means nothing else. */
static gboolean
look_at (PstFeed *feed, PstPacket *packet, gboolean *is_ours, GError **error)
{
	gboolean makes_sense = TRUE;
	gboolean done = TRUE;

	*is_ours = FALSE;
	switch (packet->kind) {
	case PST_WIRE_META: open_content (feed, MAX_CONTENT); break;
	case PST_WIRE_ASIDE: open_content (feed, MAX_ASIDE); break;
	case PST_WIRE_DONE: close_content (feed, packet); break;
	case PST_WIRE_DATA:
		*is_ours = TRUE;
		done = take_data (feed, &packet->fields, &makes_sense, error);
		break;
	case PST_WIRE_SLOT:
		*is_ours = TRUE;
		done = take_slot (feed, &packet->fields, &makes_sense, error);
		break;
	case PST_WIRE_BEGIN:
	case PST_WIRE_SKIP:
	case PST_WIRE_FAIL:
	case PST_WIRE_LOST: drop_content (feed); break;
	case PST_WIRE_RESTART:
		drop_content (feed);
		makes_sense = pst_slots_restart (feed->slots, feed->child);
		break;
	default: break;
	}
	if (!makes_sense) {
		*is_ours = FALSE;
		packet->kind = 0;
	}
	return done;
}

static gboolean
refill (PstFeed *feed, GError **error)
{
	feed->at = feed->buffer;
	return child_receive (feed->child->fd, feed->buffer, CHILD_MAX_PACKET, &feed->left, error);
}

/* FALSE: what was received makes no sense. */
static gboolean
take_packet (PstFeed *feed, PstPacket *packet)
{
	const guint8 *bytes = NULL;
	gsize length = 0;

	if (!pst_wire_next_packet (&feed->at, &feed->left, &bytes, &length)) {
		feed->left = 0;
		return FALSE;
	}
	packet->kind = (PstWireKind) bytes[0];
	packet->fields =
		(PstWireFields){ .data = bytes + 1, .left = length - 1, .is_sound = TRUE };
	return TRUE;
}

static gboolean
receive (PstFeed *feed, PstPacket *packet, gboolean *is_end, GError **error)
{
	gboolean is_ours = TRUE;

	while (is_ours) {
		*packet = (PstPacket){0};
		if (feed->left == 0 && !refill (feed, error))
			return FALSE;
		*is_end = feed->left == 0;
		if (*is_end || !take_packet (feed, packet))
			return TRUE;
		if (!look_at (feed, packet, &is_ours, error))
			return FALSE;
	}
	return TRUE;
}

/* --- Listening ahead ------------------------------------------------------- */

static Queued *
listen_for_queue (PstFeed *feed)
{
	Queued *queued = g_new0 (Queued, 1);
	PstPacket *packet = &queued->packet;

	if (receive (feed, packet, &queued->is_end, &queued->error) && !queued->is_end) {
		queued->bytes = g_memdup2 (packet->fields.data, packet->fields.left);
		packet->fields.data = queued->bytes;
	}
	return queued;
}

static gsize
get_weight (const Queued *queued)
{
	const Spool *content = queued->packet.content;

	return sizeof *queued + queued->packet.fields.left +
	       (content != NULL ? (gsize) spool_get_size (content) : 0);
}

gboolean
pst_feed_is_large (const PstPacket *packet)
{
	return packet->content != NULL && spool_get_size (packet->content) > PST_SLOT_SIZE;
}

/* Is it time to leave the line to the caller? */
static gboolean
is_enough (const PstFeed *feed, const Queued *last)
{
	PstWireKind kind = last->packet.kind;

	return last->is_end || last->error != NULL || kind == 0 || kind == PST_WIRE_END ||
	       kind == PST_WIRE_ERROR || feed->queued_bytes > MAX_QUEUED ||
	       pst_feed_is_large (&last->packet);
}

static gpointer
listen_ahead (gpointer user_data)
{
	PstFeed *feed = user_data;

	g_mutex_lock (&feed->mutex);
	while (!feed->is_closing) {
		if (!feed->is_ahead) {
			g_cond_wait (&feed->changed, &feed->mutex);
			continue;
		}
		g_mutex_unlock (&feed->mutex);
		Queued *queued = listen_for_queue (feed);
		g_mutex_lock (&feed->mutex);
		feed->queued_bytes += get_weight (queued);
		feed->is_ahead = !is_enough (feed, queued);
		g_queue_push_tail (&feed->queue, queued);
		g_cond_signal (&feed->changed);
	}
	g_mutex_unlock (&feed->mutex);
	return NULL;
}

/* The next packet the thread has heard, or will have; NULL if it doesn't listen. */
static Queued *
take_queued (PstFeed *feed)
{
	g_mutex_lock (&feed->mutex);
	while (feed->is_ahead && g_queue_is_empty (&feed->queue))
		g_cond_wait (&feed->changed, &feed->mutex);
	Queued *queued = g_queue_pop_head (&feed->queue);
	if (queued != NULL)
		feed->queued_bytes -= get_weight (queued);
	g_mutex_unlock (&feed->mutex);
	return queued;
}

void
pst_feed_listen_ahead (PstFeed *feed)
{
	if (feed->thread == NULL)
		feed->thread = g_thread_new ("pst-feed", listen_ahead, feed);
	g_mutex_lock (&feed->mutex);
	/* Never more than one large content beside the one that the caller has. */
	if (g_queue_is_empty (&feed->queue))
		feed->is_ahead = TRUE;
	g_cond_signal (&feed->changed);
	g_mutex_unlock (&feed->mutex);
}

gboolean
pst_feed_next (PstFeed *feed, PstPacket *packet, gboolean *is_end, GError **error)
{
	g_clear_pointer (&feed->current, queued_free);
	if (feed->thread != NULL)
		feed->current = take_queued (feed);
	if (feed->current == NULL)
		return receive (feed, packet, is_end, error);

	*packet = feed->current->packet;
	*is_end = feed->current->is_end;
	feed->current->packet.content = NULL;
	if (feed->current->error == NULL)
		return TRUE;
	g_propagate_error (error, g_steal_pointer (&feed->current->error));
	return FALSE;
}

PstFeed *
pst_feed_new (const Child *child, PstSlots *slots)
{
	PstFeed *feed = g_new0 (PstFeed, 1);

	feed->child = child;
	feed->slots = slots;
	feed->buffer = g_malloc (CHILD_MAX_PACKET);
	feed->copy = g_malloc (PIECE);
	for (gsize i = 0; i < LARGE_SPOOLS; i++)
		feed->large[i] = spool_new (LARGE_SPOOL);
	g_mutex_init (&feed->mutex);
	g_cond_init (&feed->changed);
	g_queue_init (&feed->queue);
	return feed;
}

void
pst_feed_free (PstFeed *feed)
{
	if (feed == NULL)
		return;
	if (feed->thread != NULL) {
		g_mutex_lock (&feed->mutex);
		feed->is_closing = TRUE;
		g_cond_signal (&feed->changed);
		g_mutex_unlock (&feed->mutex);
		child_hang_up (feed->child);
		g_thread_join (feed->thread);
	}
	queued_free (feed->current);
	g_queue_clear_full (&feed->queue, (GDestroyNotify) queued_free);
	drop_content (feed);
	for (gsize i = 0; i < LARGE_SPOOLS; i++)
		spool_unref (feed->large[i]);
	g_mutex_clear (&feed->mutex);
	g_cond_clear (&feed->changed);
	g_free (feed->buffer);
	g_free (feed->copy);
	g_free (feed);
}
