/* verify-compare.c - what was done to a message on its way
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Two questions, again and again: are the two the same but for one kind of damage? First of the
 * canonical bytes, where a damage that alone explains everything is named as such; then of the
 * decoded parts, because a server that writes messages anew may damage them besides. Everything is
 * streamed into digests: what is large costs time, not memory.
 */
#include "verify/verify-compare.h"

#include <string.h>

#include "message/canonical.h"
#include "message/message-mime.h"

/* --- Canonical bytes, but for one kind of damage ------------------------ */

typedef enum {
	LENS_PLAIN,    /* as they are, without the final LF */
	LENS_UNQUOTED, /* lines "From " without the '>' before them */
	LENS_NO_CR,    /* no CR at all */
	LENS_ONE_FACE, /* of the header: what a server puts for bytes it does not like, for all */
	LENS_SQUEEZED  /* no white space */
} Lens;

typedef struct {
	Lens lens;
	Digest digest;
	guint64 size;
	gboolean lf_waits; /* one that may be the final one */
	gboolean in_header;
	gboolean line_start;
	guint64 quotes; /* of the line, held back */
	gsize from;     /* bytes of "From " behind them, held back */
	guint64 prefix_size;
	guint8 prefix[DIGEST_SIZE]; /* of the first prefix_size bytes */
	gboolean has_prefix;
	guint8 out[4096];
	gsize used;
} View;

static const char from_line[] = "From ";

static void
view_flush (View *view)
{
	gboolean passes = !view->has_prefix && view->size + view->used >= view->prefix_size;

	if (passes) {
		Digest begun = view->digest;
		digest_update (&begun, view->out, (gsize) (view->prefix_size - view->size));
		digest_finish (&begun, view->prefix);
		view->has_prefix = TRUE;
	}
	digest_update (&view->digest, view->out, view->used);
	view->size += view->used;
	view->used = 0;
}

static void
view_put (View *view, guint8 byte)
{
	if (view->used == sizeof view->out)
		view_flush (view);
	view->out[view->used++] = byte;
}

static void
view_release (View *view, gboolean with_quotes)
{
	for (; view->quotes > 0; view->quotes--)
		if (with_quotes)
			view_put (view, '>');
	for (gsize i = 0; i < view->from; i++)
		view_put (view, (guint8) from_line[i]);
	view->from = 0;
	view->line_start = FALSE;
}

static void
view_unquoted (View *view, guint8 byte)
{
	if (view->line_start && byte == '>' && view->from == 0) {
		view->quotes++;
		return;
	}
	if (view->line_start && byte == (guint8) from_line[view->from]) {
		view->from++;
		if (view->from == strlen (from_line))
			view_release (view, FALSE);
		return;
	}
	view_release (view, TRUE);
	view_put (view, byte);
	view->line_start = byte == '\n';
}

static void
view_byte (View *view, guint8 byte)
{
	gboolean faceless = byte >= 0x80 || byte == 'X' || byte == '?';

	switch (view->lens) {
	case LENS_PLAIN: view_put (view, byte); break;
	case LENS_UNQUOTED: view_unquoted (view, byte); break;
	case LENS_NO_CR:
		if (byte != '\r')
			view_put (view, byte);
		break;
	case LENS_ONE_FACE:
		view_put (view, view->in_header && faceless ? 'X' : byte);
		view->in_header = view->in_header && !(view->line_start && byte == '\n');
		view->line_start = byte == '\n';
		break;
	case LENS_SQUEEZED:
		if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r')
			view_put (view, byte);
		break;
	}
}

static void
view_add (const guint8 *data, gsize length, gpointer user_data)
{
	View *view = user_data;

	for (gsize i = 0; i < length; i++) {
		if (view->lf_waits)
			view_byte (view, '\n');
		view->lf_waits = data[i] == '\n';
		if (!view->lf_waits)
			view_byte (view, data[i]);
	}
}

static gboolean
feed (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	canonical_update (user_data, data, length);
	return TRUE;
}

/* The canonical bytes of content through a lens. */
static gboolean
look_through (MessageContent *content, Lens lens, guint64 prefix_size, View *view, guint8 *digest,
	      GError **error)
{
	g_autofree Canonical *canonical = g_new (Canonical, 1);

	memset (view, 0, sizeof *view);
	view->lens = lens;
	view->in_header = TRUE;
	view->line_start = TRUE;
	view->prefix_size = prefix_size;
	digest_init (&view->digest);
	canonical_init_for (canonical, view_add, view);
	if (!message_content_foreach (content, feed, canonical, error))
		return FALSE;
	canonical_finish (canonical, NULL);
	view_release (view, TRUE);
	view_flush (view);
	digest_finish (&view->digest, digest);
	return TRUE;
}

static gboolean
same_through (MessageContent *here, MessageContent *there, Lens lens, gboolean *same,
	      GError **error)
{
	g_autofree View *view = g_new (View, 1);
	guint8 a[DIGEST_SIZE];
	guint8 b[DIGEST_SIZE];

	if (!look_through (here, lens, 0, view, a, error) ||
	    !look_through (there, lens, 0, view, b, error))
		return FALSE;
	*same = memcmp (a, b, DIGEST_SIZE) == 0;
	return TRUE;
}

static gboolean
is_beginning (MessageContent *here, MessageContent *there, gboolean *is, GError **error)
{
	g_autofree View *view = g_new (View, 1);
	guint8 whole[DIGEST_SIZE];
	guint8 unused[DIGEST_SIZE];

	if (!look_through (there, LENS_PLAIN, 0, view, whole, error))
		return FALSE;
	guint64 size = view->size;
	if (!look_through (here, LENS_PLAIN, size, view, unused, error))
		return FALSE;
	*is = size < view->size && view->has_prefix &&
	      memcmp (view->prefix, whole, DIGEST_SIZE) == 0;
	return TRUE;
}

static gboolean
compare_bytes (MessageContent *here, MessageContent *there, VerifyReason *reason, GError **error)
{
	static const struct {
		Lens lens;
		VerifyReason reason;
	} lenses[] = {
		{ LENS_UNQUOTED, VERIFY_REASON_FROM_QUOTING },
		{ LENS_NO_CR, VERIFY_REASON_BARE_CR },
		{ LENS_ONE_FACE, VERIFY_REASON_HEADER_MUNGED },
		{ LENS_SQUEEZED, VERIFY_REASON_REWRAPPED },
	};
	gboolean explained = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS (lenses) && !explained; i++) {
		if (!same_through (here, there, lenses[i].lens, &explained, error))
			return FALSE;
		if (explained)
			*reason = lenses[i].reason;
	}
	if (explained)
		return TRUE;
	if (!is_beginning (here, there, &explained, error))
		return FALSE;
	if (explained)
		*reason = VERIFY_REASON_TRUNCATED;
	return TRUE;
}

/* Characters that stand for one ("=C3"). */
#define CUT_LIMIT 3

/* --- Decoded parts ------------------------------------------------------ */

static gboolean
parts_equal (const MessageMimePart *a, const MessageMimePart *b)
{
	return memcmp (a->digest, b->digest, DIGEST_SIZE) == 0 && strcmp (a->type, b->type) == 0 &&
	       g_strcmp0 (a->name, b->name) == 0;
}

/* The parts of there are those of here, but for some. */
static gboolean
some_are_missing (const MessageMime *here, const MessageMime *there)
{
	guint at = 0;

	for (guint i = 0; i < here->parts->len && at < there->parts->len; i++)
		at += parts_equal (here->parts->pdata[i], there->parts->pdata[at]);
	return at == there->parts->len && at < here->parts->len;
}

static gboolean
all_equal (const MessageMime *here, const MessageMime *there)
{
	if (here->parts->len != there->parts->len)
		return FALSE;
	for (guint i = 0; i < here->parts->len; i++)
		if (!parts_equal (here->parts->pdata[i], there->parts->pdata[i]))
			return FALSE;
	return TRUE;
}

/* Does only text differ? */
static gboolean
others_equal (const MessageMime *here, const MessageMime *there)
{
	if (here->parts->len != there->parts->len)
		return FALSE;
	for (guint i = 0; i < here->parts->len; i++) {
		const MessageMimePart *part = here->parts->pdata[i];
		if (!part->is_text && !parts_equal (part, there->parts->pdata[i]))
			return FALSE;
	}
	return TRUE;
}

/* With text seen in another way: are all fields and parts the same now? */
static gboolean
same_in_view (MessageContent *here, MessageContent *there, MessageMimeView view, gboolean *same,
	      GError **error)
{
	g_autoptr (MessageMime) a = NULL;
	g_autoptr (MessageMime) b = NULL;

	if (!message_mime_read (here, view, NULL, &a, error) ||
	    !message_mime_read (there, view, NULL, &b, error))
		return FALSE;
	*same = a != NULL && b != NULL && memcmp (a->fields, b->fields, DIGEST_SIZE) == 0 &&
		all_equal (a, b);
	return TRUE;
}

static gboolean
begin_alike (MessageContent *here, MessageContent *there, const MessageMimePrefix *prefix,
	     gboolean *alike, GError **error)
{
	g_autoptr (MessageMime) a = NULL;
	g_autoptr (MessageMime) b = NULL;

	if (!message_mime_read (here, MESSAGE_MIME_WHOLE, prefix, &a, error) ||
	    !message_mime_read (there, MESSAGE_MIME_WHOLE, prefix, &b, error))
		return FALSE;
	const MessageMimePart *whole = a->parts->pdata[prefix->part];
	const MessageMimePart *part = b->parts->pdata[prefix->part];
	*alike = memcmp (whole->prefix, part->prefix, DIGEST_SIZE) == 0;
	return TRUE;
}

/* Does it end within a part, and are the parts before that one whole? */
static gboolean
ends_within (MessageContent *here, const MessageMime *a, MessageContent *there,
	     const MessageMime *b, gboolean *ends, GError **error)
{
	*ends = FALSE;
	if (b->parts->len == 0 || b->parts->len > a->parts->len)
		return TRUE;
	guint last = b->parts->len - 1;
	const MessageMimePart *part = b->parts->pdata[last];
	const MessageMimePart *whole = a->parts->pdata[last];
	for (guint i = 0; i < last; i++)
		if (!parts_equal (a->parts->pdata[i], b->parts->pdata[i]))
			return TRUE;
	if (part->size >= whole->size)
		return TRUE;
	/* Only its header has come, or not even all of that. */
	*ends = part->size == 0;
	/* An encoded character may be cut in two, and what is left of it mean itself. */
	for (guint64 cut = 0; cut < MIN (part->size, CUT_LIMIT) && !*ends; cut++) {
		const MessageMimePrefix prefix = { last, part->size - cut };
		if (!begin_alike (here, there, &prefix, ends, error))
			return FALSE;
	}
	return TRUE;
}

/* Only text differs: how? If in none of these ways, reason stays. */
static gboolean
compare_texts (MessageContent *here, MessageContent *there, VerifyReason *reason, GError **error)
{
	static const struct {
		MessageMimeView view;
		VerifyReason reason;
	} views[] = {
		{ MESSAGE_MIME_UNQUOTED, VERIFY_REASON_FROM_QUOTING },
		{ MESSAGE_MIME_SQUEEZED, VERIFY_REASON_REWRAPPED },
		{ MESSAGE_MIME_ASCII, VERIFY_REASON_CHARSET },
	};
	gboolean same = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS (views) && !same; i++) {
		if (!same_in_view (here, there, views[i].view, &same, error))
			return FALSE;
		if (same)
			*reason = views[i].reason;
	}
	return TRUE;
}

static gboolean
compare_parts (MessageContent *here, const MessageMime *a, MessageContent *there,
	       const MessageMime *b, VerifyReason *reason, GError **error)
{
	gboolean cut;

	*reason = VERIFY_REASON_HEADER_CHANGED;
	if (all_equal (a, b))
		return compare_texts (here, there, reason, error);
	if (!ends_within (here, a, there, b, &cut, error))
		return FALSE;
	cut = cut || (b->is_open && !a->is_open);
	*reason = cut			    ? VERIFY_REASON_TRUNCATED
		  : some_are_missing (a, b) ? VERIFY_REASON_PART_MISSING
		  : others_equal (a, b)	    ? VERIFY_REASON_TEXT_CHANGED
					    : VERIFY_REASON_PART_REPLACED;
	return *reason != VERIFY_REASON_TEXT_CHANGED || compare_texts (here, there, reason, error);
}

gboolean
verify_compare (MessageContent *here, MessageContent *there, VerifyReason *reason, GError **error)
{
	g_autoptr (MessageMime) a = NULL;
	g_autoptr (MessageMime) b = NULL;

	*reason = VERIFY_REASON_NONE;
	if (!message_mime_read (here, MESSAGE_MIME_WHOLE, NULL, &a, error) ||
	    !message_mime_read (there, MESSAGE_MIME_WHOLE, NULL, &b, error))
		return FALSE;
	gboolean parsed = a != NULL && b != NULL;
	if (parsed && all_equal (a, b) && memcmp (a->fields, b->fields, DIGEST_SIZE) == 0) {
		*reason = VERIFY_REASON_SIGNATURE; /* else it would not be altered */
		return TRUE;
	}
	if (!compare_bytes (here, there, reason, error))
		return FALSE;
	return *reason != VERIFY_REASON_NONE || !parsed ||
	       compare_parts (here, a, there, b, reason, error);
}
