/* canonical.c - L1: the digest that stays the same across mbox, Maildir and servers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "message/canonical.h"

#include <string.h>

#include "base/text.h"

/* What stores and clients write into a header behind the mail's back: state, not content. */
static const struct {
	const char *name;
	const char *reason;
} volatile_fields[] = {
	{ "Status", "mbox: read and old" },
	{ "X-Status", "mbox: answered, flagged, draft, deleted" },
	{ "X-UID", "mbox: UID, kept by UW imapd and Dovecot" },
	{ "X-UIDL", "mbox: POP3 unique id" },
	{ "X-IMAP", "mbox: UIDVALIDITY and keywords in the first message" },
	{ "X-IMAPbase", "mbox: the same, for a first message that is mail" },
	{ "X-Keywords", "mbox: keywords, padded with blanks" },
	{ "X-Delivery-ID", "mbox: Dovecot's POP3 order" },
	{ "Content-Length", "mbox: size of the body, for mboxcl" },
	{ "Lines", "mbox: lines of the body" },
	{ "X-Mozilla-Status", "Thunderbird: flags, edited in place" },
	{ "X-Mozilla-Status2", "Thunderbird: more flags" },
	{ "X-Mozilla-Keys", "Thunderbird: tags, padded with blanks" },
	{ "X-Evolution", "Evolution: flags" },
	{ "X-TUID", "mbsync: marker for finding an upload again" },
	{ "X-OfflineIMAP", "offlineimap: the same" },
};

gboolean
canonical_is_volatile (const char *name, gsize length)
{
	for (guint i = 0; i < G_N_ELEMENTS (volatile_fields); i++)
		if (strlen (volatile_fields[i].name) == length &&
		    g_ascii_strncasecmp (volatile_fields[i].name, name, length) == 0)
			return TRUE;
	return FALSE;
}

void
canonical_init (Canonical *canonical)
{
	canonical_init_for (canonical, NULL, NULL);
}

void
canonical_init_for (Canonical *canonical, CanonicalFunc function, gpointer user_data)
{
	digest_init (&canonical->digest);
	canonical->function = function;
	canonical->user_data = user_data;
	canonical->used = 0;
	canonical->name_length = 0;
	canonical->pending_cr = 0;
	canonical->pending_lf = 0;
	canonical->state = CANONICAL_LINE_START;
	canonical->dropping = FALSE;
	canonical->changed = FALSE;
	canonical->lost = FALSE;
	canonical->has_nul = FALSE;
}

static void
hand_on (Canonical *canonical, const guint8 *data, gsize length)
{
	if (canonical->function != NULL)
		canonical->function (data, length, canonical->user_data);
	else
		digest_update (&canonical->digest, data, length);
}

static void
flush (Canonical *canonical)
{
	hand_on (canonical, canonical->buffer, canonical->used);
	canonical->used = 0;
}

static void
put_raw (Canonical *canonical, const guint8 *data, gsize length)
{
	if (length > sizeof canonical->buffer - canonical->used)
		flush (canonical);
	if (length > sizeof canonical->buffer) {
		hand_on (canonical, data, length);
		return;
	}
	memcpy (canonical->buffer + canonical->used, data, length);
	canonical->used += length;
}

/* Into the digest; LFs at the end wait, because the final ones are not content. */
static void
put (Canonical *canonical, const guint8 *data, gsize length)
{
	gsize solid = length;

	while (solid > 0 && data[solid - 1] == '\n')
		solid--;
	if (solid > 0) {
		for (; canonical->pending_lf > 0; canonical->pending_lf--)
			put_raw (canonical, (const guint8 *) "\n", 1);
		put_raw (canonical, data, solid);
	}
	canonical->pending_lf += length - solid;
}

static void
put_byte (Canonical *canonical, guint8 byte)
{
	put (canonical, &byte, 1);
}

/* The line's first bytes have been held back to learn its name. */
static void
release_name (Canonical *canonical)
{
	put (canonical, canonical->name, canonical->name_length);
	canonical->state = CANONICAL_KEEP;
	canonical->dropping = FALSE;
}

static void
judge_name (Canonical *canonical)
{
	gsize length = canonical->name_length;

	while (length > 0 &&
	       (canonical->name[length - 1] == ' ' || canonical->name[length - 1] == '\t'))
		length--;
	if (!canonical_is_volatile ((const char *) canonical->name, length)) {
		release_name (canonical);
		return;
	}
	canonical->state = CANONICAL_DROP;
	canonical->dropping = TRUE;
	canonical->changed = TRUE;
	canonical->lost = TRUE;
}

/* Does any name of the table begin so? Most lines of most headers do not. */
static gboolean
begins_volatile (guint8 byte)
{
	return byte != '\0' && strchr ("CcLlSsXx", byte) != NULL;
}

static void
begin_header_line (Canonical *canonical, guint8 byte)
{
	if (byte == '\n') {
		canonical->state = CANONICAL_BODY;
		put_byte (canonical, byte);
	} else if (byte == ' ' || byte == '\t') {
		canonical->state = canonical->dropping ? CANONICAL_DROP : CANONICAL_KEEP;
		if (!canonical->dropping)
			put_byte (canonical, byte);
	} else {
		canonical->state = CANONICAL_NAME;
		canonical->name[0] = byte;
		canonical->name_length = 1;
		if (!begins_volatile (byte))
			release_name (canonical);
	}
}

/* One byte of a field's name, or the first of a line; line ends are LF already. */
static void
name_byte (Canonical *canonical, guint8 byte)
{
	if (canonical->state == CANONICAL_LINE_START) {
		begin_header_line (canonical, byte);
		return;
	}
	if (byte == ':')
		judge_name (canonical);
	else if (byte == '\n' || canonical->name_length == sizeof canonical->name)
		release_name (canonical);
	else {
		canonical->name[canonical->name_length++] = byte;
		return;
	}
	if (canonical->state != CANONICAL_DROP)
		put_byte (canonical, byte);
	if (byte == '\n')
		canonical->state = CANONICAL_LINE_START;
}

/* The rest of a header line, as far as it is there; returns its length. */
static gsize
header_rest (Canonical *canonical, const guint8 *data, gsize length)
{
	gsize rest = text_line_length (data, length);

	if (canonical->state == CANONICAL_KEEP)
		put (canonical, data, rest);
	if (data[rest - 1] == '\n')
		canonical->state = CANONICAL_LINE_START;
	return rest;
}

/* Bytes free of CR and NUL. */
static void
plain_run (Canonical *canonical, const guint8 *data, gsize length)
{
	while (length > 0 && canonical->state != CANONICAL_BODY) {
		gsize done = 1;
		if (canonical->state == CANONICAL_KEEP || canonical->state == CANONICAL_DROP)
			done = header_rest (canonical, data, length);
		else
			name_byte (canonical, *data);
		data += done;
		length -= done;
	}
	if (length > 0)
		put (canonical, data, length);
}

static void
settle_cr (Canonical *canonical, gboolean before_lf)
{
	canonical->changed = canonical->changed || (before_lf && canonical->pending_cr > 0);
	canonical->lost = canonical->lost || (before_lf && canonical->pending_cr > 1);
	for (; canonical->pending_cr > 0; canonical->pending_cr--)
		if (!before_lf)
			plain_run (canonical, (const guint8 *) "\r", 1);
}

/* Where the next such byte is, remembered so that many NULs do not make us look for one CR again
 * and again. */
static const guint8 *
find_from (const guint8 *known, const guint8 *data, const guint8 *end, int byte)
{
	if (known >= data)
		return known;
	const guint8 *found = memchr (data, byte, (gsize) (end - data));
	return found != NULL ? found : end;
}

void
canonical_update (Canonical *canonical, const guint8 *data, gsize length)
{
	const guint8 *end = data + length;
	const guint8 *next_cr = NULL;
	const guint8 *next_nul = NULL;

	while (data < end) {
		if (*data == '\r') {
			canonical->pending_cr++;
			data++;
			continue;
		}
		settle_cr (canonical, *data == '\n');
		if (*data == '\0') {
			plain_run (canonical, (const guint8 *) "\x80", 1);
			canonical->has_nul = TRUE;
			canonical->changed = TRUE;
			canonical->lost = TRUE;
			data++;
			continue;
		}
		next_cr = find_from (next_cr, data, end, '\r');
		next_nul = find_from (next_nul, data, end, '\0');
		const guint8 *stop = MIN (next_cr, next_nul);
		plain_run (canonical, data, (gsize) (stop - data));
		data = stop;
	}
}

void
canonical_finish (Canonical *canonical, guint8 *result)
{
	settle_cr (canonical, FALSE);
	if (canonical->state == CANONICAL_NAME)
		release_name (canonical);
	canonical->changed = canonical->changed || canonical->pending_lf != 1;
	canonical->lost = canonical->lost || canonical->pending_lf > 1;
	put_raw (canonical, (const guint8 *) "\n", 1);
	flush (canonical);
	if (canonical->function == NULL)
		digest_finish (&canonical->digest, result);
}

gboolean
canonical_is_in_body (const Canonical *canonical)
{
	return canonical->state == CANONICAL_BODY;
}

gboolean
canonical_is_content (const Canonical *canonical)
{
	return !canonical->changed;
}

gboolean
canonical_is_lines (const Canonical *canonical)
{
	return !canonical->lost;
}

typedef struct {
	Digest raw;
	Canonical canonical;
	gboolean wants_raw;
	gboolean wants_canonical;
} BothDigests;

static gboolean
feed_both (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	BothDigests *both = user_data;

	if (both->wants_raw)
		digest_update (&both->raw, data, length);
	if (both->wants_canonical)
		canonical_update (&both->canonical, data, length);
	return TRUE;
}

gboolean
canonical_digests (MessageContent *content, guint8 *l0, guint8 *l1, GError **error)
{
	BothDigests both = { .wants_raw = l0 != NULL, .wants_canonical = l1 != NULL };

	digest_init (&both.raw);
	canonical_init (&both.canonical);
	if (!message_content_foreach (content, feed_both, &both, error))
		return FALSE;
	if (l0 != NULL)
		digest_finish (&both.raw, l0);
	if (l1 != NULL)
		canonical_finish (&both.canonical, l1);
	return TRUE;
}
