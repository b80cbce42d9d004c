/* imap-bodies.c - digests of whole messages at the server
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "imap/imap-bodies.h"

#include <string.h>

#include "message/canonical.h"
#include "message/wire.h"

#define SET_LIMIT 200 /* UIDs in a command: some servers take no line above 8 KiB */
#define PIECE     4096

struct ImapBodies {
	gboolean sent;
	GHashTable *digests;   /* UID -> DIGEST_SIZE bytes */
	GHashTable *by_digest; /* those bytes -> GQueue of UIDs */
};

typedef struct {
	Canonical canonical;
	gboolean in_body;
	gboolean line_is_empty; /* so far */
} Reading;

/* Cyrus 3.6 makes every byte above 0x7F in a header an 'X', Dovecot 2.3 makes NUL 0x80: both sides
 * are read as if it had done so. */
static void
take_header_piece (Reading *reading, const guint8 *data, gsize length)
{
	guint8 piece[PIECE];

	for (gsize i = 0; i < length; i++) {
		guint8 byte = data[i];
		piece[i] = byte >= 0x80 || byte == 0 ? 'X' : byte;
		if (byte == '\n') {
			reading->in_body = reading->in_body || reading->line_is_empty;
			reading->line_is_empty = TRUE;
		} else {
			reading->line_is_empty = FALSE;
		}
		if (reading->in_body) {
			canonical_update (&reading->canonical, piece, i + 1);
			canonical_update (&reading->canonical, data + i + 1, length - i - 1);
			return;
		}
	}
	canonical_update (&reading->canonical, piece, length);
}

static void
take_run (Reading *reading, const guint8 *data, gsize length)
{
	for (gsize n; length > 0 && !reading->in_body; data += n, length -= n) {
		n = MIN (length, PIECE);
		take_header_piece (reading, data, n);
	}
	if (length > 0)
		canonical_update (&reading->canonical, data, length);
}

/* Courier 5.0 drops CRs that no LF follows, and whoever ends the last line may make a line end of
 * one: both sides are read as if they had none. */
static gboolean
take_piece (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	const guint8 *end = data + length;

	while (data < end) {
		const guint8 *cr = memchr (data, '\r', (gsize) (end - data));
		take_run (user_data, data, (gsize) ((cr != NULL ? cr : end) - data));
		data = cr != NULL ? cr + 1 : end;
	}
	return TRUE;
}

gboolean
imap_bodies_digest (MessageContent *content, guint8 *digest, GError **error)
{
	Reading reading = { .line_is_empty = TRUE };

	canonical_init (&reading.canonical);
	if (!message_content_foreach (content, take_piece, &reading, error))
		return FALSE;
	canonical_finish (&reading.canonical, digest);
	return TRUE;
}

/* Takes digest. */
static void
add (ImapBodies *bodies, guint32 uid, guint8 *digest)
{
	GQueue *same = g_hash_table_lookup (bodies->by_digest, digest);

	g_hash_table_insert (bodies->digests, GUINT_TO_POINTER (uid), digest);
	if (same == NULL) {
		same = g_queue_new ();
		g_hash_table_insert (bodies->by_digest, digest, same);
	}
	g_queue_push_tail (same, GUINT_TO_POINTER (uid));
}

static void
note_body (const ImapResponse *response, gpointer user_data)
{
	ImapBodies *bodies = user_data;
	const ImapValue *list = imap_value_at (response->values, 0);
	guint32 uid = 0;

	if (g_strcmp0 (response->name, "FETCH") != 0 || list == NULL ||
	    !imap_value_get_number (imap_value_find (list->items, "UID"), &uid))
		return;
	Spool *spool = imap_value_dup_spool (imap_value_find (list->items, "BODY[]"));
	if (spool == NULL)
		return;
	g_autoptr (MessageContent) content = message_content_new_spool (spool);
	g_autofree guint8 *digest = g_malloc (DIGEST_SIZE);
	gboolean ok = bodies->sent ? wire_digest (content, NULL, digest, NULL)
				   : imap_bodies_digest (content, digest, NULL);
	if (ok && !g_hash_table_contains (bodies->digests, GUINT_TO_POINTER (uid)))
		add (bodies, uid, g_steal_pointer (&digest));
}

static gboolean
fetch_set (ImapBodies *bodies, ImapConnection *connection, GString *set, GError **error)
{
	g_autofree char *command = g_strdup_printf ("UID FETCH %s (UID BODY.PEEK[])", set->str);

	g_string_truncate (set, 0);
	return imap_connection_must (connection, command, note_body, bodies, error);
}

gboolean
imap_bodies_fetch (ImapBodies *bodies, ImapConnection *connection, const GArray *uids,
		   GError **error)
{
	g_autoptr (GString) set = g_string_new (NULL);
	guint count = 0;

	for (guint i = 0; i < uids->len; i++) {
		guint32 uid = g_array_index (uids, guint32, i);
		if (uid == 0 || g_hash_table_contains (bodies->digests, GUINT_TO_POINTER (uid)))
			continue;
		g_string_append_printf (set, "%s%u", set->len > 0 ? "," : "", uid);
		if (++count % SET_LIMIT == 0 && !fetch_set (bodies, connection, set, error))
			return FALSE;
	}
	return set->len == 0 || fetch_set (bodies, connection, set, error);
}

const guint8 *
imap_bodies_get (const ImapBodies *bodies, guint32 uid)
{
	return g_hash_table_lookup (bodies->digests, GUINT_TO_POINTER (uid));
}

guint32
imap_bodies_take (ImapBodies *bodies, const guint8 *digest)
{
	GQueue *same = g_hash_table_lookup (bodies->by_digest, digest);

	return same != NULL ? GPOINTER_TO_UINT (g_queue_pop_head (same)) : 0;
}

ImapBodies *
imap_bodies_new (void)
{
	ImapBodies *bodies = g_new0 (ImapBodies, 1);

	bodies->digests = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	bodies->by_digest = g_hash_table_new_full (digest_hash, digest_equal, NULL,
						   (GDestroyNotify) g_queue_free);
	return bodies;
}

ImapBodies *
imap_bodies_new_sent (void)
{
	ImapBodies *bodies = imap_bodies_new ();

	bodies->sent = TRUE;
	return bodies;
}

void
imap_bodies_free (ImapBodies *bodies)
{
	if (bodies == NULL)
		return;
	g_hash_table_unref (bodies->by_digest); /* its keys belong to the other */
	g_hash_table_unref (bodies->digests);
	g_free (bodies);
}
