/* mbox-block.c - the block of lines that makes an mbox record vouch for itself
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-block.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "mbox/mbox-from.h"

#define SEAL_BYTES 16
#define SEAL_FIELD "X-Mbs-Seal: "

/* No mailbox holds so many of anything, and sums of such numbers neither wrap nor lose digits in
 * JSON. */
#define COUNT_LIMIT (G_GUINT64_CONSTANT (1) << 48)

static const char *const kind_names[] = {
	[MBOX_BLOCK_MESSAGE] = "message",
	[MBOX_BLOCK_FOLDER] = "folder",
	[MBOX_BLOCK_END] = "end",
};

void
mbox_block_free (MboxBlock *block)
{
	if (block == NULL)
		return;
	folder_unref (block->folder);
	g_strfreev (block->keywords);
	g_free (block->sender);
	g_free (block->origin);
	g_free (block);
}

/* -- writing -- */

static gboolean
is_atom (const char *text)
{
	for (; *text != '\0'; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr ("(){%*\"\\]", *text) != NULL)
			return FALSE;
	return TRUE;
}

static void
append_keyword (GString *out, const char *keyword)
{
	if (is_atom (keyword)) {
		g_string_append_printf (out, " %s", keyword);
		return;
	}
	g_string_append (out, " \"");
	for (; *keyword != '\0'; keyword++) {
		if (*keyword == '"' || *keyword == '\\')
			g_string_append_c (out, '\\');
		/* A line end would end the field. */
		g_string_append_c (out,
				   (guint8) *keyword < ' ' || *keyword == 0x7f ? '_' : *keyword);
	}
	g_string_append_c (out, '"');
}

static void
append_flags (GString *out, const Message *message)
{
	if (message->flags == 0 && message->keywords == NULL)
		return;
	g_string_append (out, "X-Mbs-Flags:");
	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++)
		if ((message->flags & row->bit) != 0)
			g_string_append_printf (out, " %s", row->imap);
	for (gsize i = 0; message->keywords != NULL && message->keywords[i] != NULL; i++)
		append_keyword (out, message->keywords[i]);
	g_string_append_c (out, '\n');
}

static void
append_sender (GString *out, const char *sender)
{
	if (sender == NULL || *sender == '\0' || mbox_from_sender_is_plain (sender))
		return;
	g_string_append (out, "X-Mbs-Sender: <");
	for (; *sender != '\0'; sender++) {
		if (*sender > ' ' && *sender < 0x7f && *sender != '%')
			g_string_append_c (out, *sender);
		else
			g_string_append_printf (out, "%%%02X", (guint8) *sender);
	}
	g_string_append (out, ">\n");
}

static void
append_folder (GString *out, const Folder *folder)
{
	g_string_append_printf (out, "X-Mbs-Folder: %s\n", folder->path);
	if (folder->role != FOLDER_ROLE_NONE)
		g_string_append_printf (out, "X-Mbs-Role: %s\n",
					folder_role_to_text (folder->role));
}

static void
append_date (GString *out, const MessageDate *date)
{
	char zone[6];

	if (date->known)
		g_string_append_printf (out, "X-Mbs-Date: %" G_GINT64_FORMAT " %s\n", date->seconds,
					message_date_format_zone (date, zone));
}

static void
append_origin (GString *out, const char *origin)
{
	if (origin == NULL)
		return;
	/* A folder of one component has the very escapes an origin needs. */
	const char *components[] = { origin, NULL };
	g_autoptr (Folder) escaped = folder_new (components, FOLDER_ROLE_NONE);
	g_string_append_printf (out, "X-Mbs-Origin: %s\n", escaped->path);
}

/* The lines from X-Mbs-Folder through X-Mbs-Digest. */
static gboolean
append_vouched (GString *out, Message *message, gboolean nonl, GError **error)
{
	append_folder (out, message->folder);
	if (message_is_folder (message))
		return TRUE;

	char hex[DIGEST_HEX_SIZE];
	const guint8 *l0 = message_get_l0 (message, error);
	if (l0 == NULL)
		return FALSE;
	append_sender (out, message->sender);
	append_date (out, &message->received);
	append_flags (out, message);
	append_origin (out, message->origin);
	g_string_append_printf (out, "X-Mbs-Size: %" G_GOFFSET_FORMAT "%s\nX-Mbs-Digest: %s\n",
				message_content_get_size (message->content), nonl ? " nonl" : "",
				digest_to_hex (l0, DIGEST_SIZE, hex));
	return TRUE;
}

static void
make_stream_id (const GString *vouched, char *stream_id)
{
	guint8 digest[DIGEST_SIZE];

	digest_of (vouched->str, vouched->len, digest);
	digest_to_hex (digest, (MBOX_STREAM_ID_SIZE - 1) / 2, stream_id);
}

static GString *
seal (GString *block)
{
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	digest_of (block->str, block->len, digest);
	g_string_append_printf (block, SEAL_FIELD "%s\n", digest_to_hex (digest, SEAL_BYTES, hex));
	return block;
}

static GString *
begin_block (MboxBlockKind kind, const char *sender, const MessageDate *date, guint64 sequence,
	     const char *stream_id)
{
	g_autofree char *from = mbox_from_format (sender, date);
	GString *block = g_string_new (from);

	g_string_append_printf (block, "X-Mbs: 1 %s %" G_GUINT64_FORMAT " %s\n", kind_names[kind],
				sequence, stream_id);
	return block;
}

GString *
mbox_block_format_message (Message *message, gboolean nonl, guint64 sequence, char *stream_id,
			   GError **error)
{
	g_autoptr (GString) vouched = g_string_new (NULL);
	MboxBlockKind kind = message_is_folder (message) ? MBOX_BLOCK_FOLDER : MBOX_BLOCK_MESSAGE;

	if (!append_vouched (vouched, message, nonl, error))
		return NULL;
	if (vouched->len > MBOX_BLOCK_MAX - 4096) {
		g_set_error_literal (
			error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE,
			"its folder name, keywords and origin are too long for the stream");
		return NULL;
	}
	if (sequence == 0)
		make_stream_id (vouched, stream_id);

	GString *block = begin_block (kind, message->sender, &message->received, sequence,
				      stream_id);
	g_string_append_len (block, vouched->str, (gssize) vouched->len);
	if (kind == MBOX_BLOCK_MESSAGE)
		g_string_append (block, (message->flags & MESSAGE_SEEN) != 0 ? "Status: RO\n"
									     : "Status: O\n");
	return seal (block);
}

GString *
mbox_block_format_end (const MboxTotals *totals, guint64 sequence, char *stream_id)
{
	g_autoptr (GString) nothing = g_string_new (NULL);
	MessageDate unknown = { 0 };

	if (sequence == 0)
		make_stream_id (nothing, stream_id);
	GString *block = begin_block (MBOX_BLOCK_END, NULL, &unknown, sequence, stream_id);
	g_string_append_printf (block,
				"X-Mbs-Total: messages=%" G_GUINT64_FORMAT
				" folders=%" G_GUINT64_FORMAT " bytes=%" G_GUINT64_FORMAT
				" present=%" G_GUINT64_FORMAT " skipped=%" G_GUINT64_FORMAT
				" failed=%" G_GUINT64_FORMAT " status=%s\n",
				totals->messages, totals->folders, totals->bytes, totals->present,
				totals->skipped, totals->failed,
				totals->failed > 0 ? "partial" : "complete");
	return seal (block);
}

/* -- reading -- */

static gboolean
fail (GError **error, const char *what)
{
	g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "%s", what);
	return FALSE;
}

static gboolean
check_seal (const char *text, gsize length, GError **error)
{
	guint8 digest[DIGEST_SIZE];
	char line[sizeof SEAL_FIELD + 2 * SEAL_BYTES + 1];
	gsize tail = sizeof SEAL_FIELD - 1 + 2 * SEAL_BYTES + 1;

	if (length < tail)
		return fail (error, "its block is cut");
	digest_of (text, length - tail, digest);
	memcpy (line, SEAL_FIELD, sizeof SEAL_FIELD);
	digest_to_hex (digest, SEAL_BYTES, line + sizeof SEAL_FIELD - 1);
	line[tail - 1] = '\n';
	if (memcmp (line, text + length - tail, tail) != 0)
		return fail (error, "its seal does not hold");
	return TRUE;
}

static gboolean
take_number (char **at, guint64 *value)
{
	char *end;

	if (!g_ascii_isdigit (**at))
		return FALSE;
	*value = g_ascii_strtoull (*at, &end, 10);
	*at = end;
	return *value <= COUNT_LIMIT;
}

/* "1 message 42 7f3a9c0d11223344" */
static gboolean
parse_head (MboxBlock *block, char *value)
{
	g_auto (GStrv) words = g_strsplit (value, " ", -1);
	guint8 id[(MBOX_STREAM_ID_SIZE - 1) / 2];

	if (g_strv_length (words) != 4 || strcmp (words[0], "1") != 0 ||
	    !g_ascii_string_to_unsigned (words[2], 10, 0, COUNT_LIMIT, &block->sequence, NULL) ||
	    !digest_from_hex (words[3], id, sizeof id))
		return FALSE;
	digest_to_hex (id, sizeof id, block->stream_id);
	for (guint kind = 0; kind < G_N_ELEMENTS (kind_names); kind++) {
		if (strcmp (words[1], kind_names[kind]) != 0)
			continue;
		block->kind = (MboxBlockKind) kind;
		return TRUE;
	}
	return FALSE;
}

static gboolean
parse_folder (MboxBlock *block, char *value)
{
	block->folder = folder_new_from_path (value, FOLDER_ROLE_NONE);
	return block->folder != NULL;
}

static gboolean
parse_role (MboxBlock *block, char *value)
{
	/* The block is ours alone yet: nobody shares its folder. */
	return block->folder != NULL && folder_role_from_text (value, &block->folder->role);
}

static gboolean
parse_sender (MboxBlock *block, char *value)
{
	gsize length = strlen (value);

	if (length < 2 || value[0] != '<' || value[length - 1] != '>')
		return FALSE;
	g_free (block->sender);
	block->sender = text_percent_decode (value + 1, (gssize) length - 2);
	return block->sender != NULL;
}

static gboolean
parse_zone (const char *text, MessageDate *date)
{
	if (strlen (text) != 5 || (*text != '+' && *text != '-') ||
	    strspn (text + 1, "0123456789") != 4)
		return FALSE;
	int value = atoi (text + 1);
	date->zone_known = strcmp (text, "-0000") != 0;
	date->zone_minutes = (value / 100 * 60 + value % 100) * (*text == '-' ? -1 : 1);
	return TRUE;
}

static gboolean
parse_date (MboxBlock *block, char *value)
{
	char *blank = strchr (value, ' ');

	if (blank == NULL)
		return FALSE;
	*blank = '\0';
	block->received.known = TRUE;
	return g_ascii_string_to_signed (value, 10, G_MININT64, G_MAXINT64,
					 &block->received.seconds, NULL) &&
	       parse_zone (blank + 1, &block->received);
}

/* One flag or keyword from *at, unquoted; NULL if there is no sense in it. */
static char *
take_flag (char **at)
{
	GString *word = g_string_new (NULL);
	gboolean quoted = **at == '"';

	for (*at += quoted; **at != '\0' && (quoted ? **at != '"' : **at != ' '); ++*at) {
		if (quoted && **at == '\\' && (*at)[1] != '\0')
			++*at;
		g_string_append_c (word, **at);
	}
	if (quoted && **at != '"')
		return g_string_free (word, TRUE);
	*at += quoted;
	return g_string_free (word, FALSE);
}

static gboolean
parse_flags (MboxBlock *block, char *value)
{
	g_autoptr (GPtrArray) keywords = g_ptr_array_new_with_free_func (g_free);

	while (*value != '\0') {
		gboolean quoted = *value == '"';
		g_autofree char *word = take_flag (&value);
		if (word == NULL)
			return FALSE;
		MessageFlags bit = quoted ? 0 : message_flag_from_imap (word);
		block->flags |= bit;
		if (bit == 0)
			g_ptr_array_add (keywords, g_steal_pointer (&word));
		if (*value == ' ')
			value++;
		else if (*value != '\0')
			return FALSE;
	}
	if (keywords->len == 0)
		return TRUE;
	g_ptr_array_add (keywords, NULL);
	block->keywords = (char **) g_ptr_array_steal (keywords, NULL);
	return TRUE;
}

static gboolean
parse_origin (MboxBlock *block, char *value)
{
	block->origin = text_percent_decode (value, -1);
	return block->origin != NULL;
}

static gboolean
parse_size (MboxBlock *block, char *value)
{
	guint64 size;

	if (!take_number (&value, &size) || size > G_MAXINT64 / 2)
		return FALSE;
	block->size = (goffset) size;
	block->nonl = strcmp (value, " nonl") == 0;
	return (block->nonl || *value == '\0') && (size > 0 || block->nonl);
}

static gboolean
parse_digest (MboxBlock *block, char *value)
{
	return digest_from_hex (value, block->l0, DIGEST_SIZE);
}

static gboolean
parse_total (MboxBlock *block, char *value)
{
	MboxTotals *t = &block->totals;
	const struct {
		const char *name;
		guint64 *count;
	} fields[] = {
		{ "messages=", &t->messages }, { " folders=", &t->folders },
		{ " bytes=", &t->bytes },      { " present=", &t->present },
		{ " skipped=", &t->skipped },  { " failed=", &t->failed },
	};

	for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
		if (!g_str_has_prefix (value, fields[i].name))
			return FALSE;
		value += strlen (fields[i].name);
		if (!take_number (&value, fields[i].count))
			return FALSE;
	}
	return strcmp (value, t->failed > 0 ? " status=partial" : " status=complete") == 0;
}

static const struct {
	const char *name;
	gboolean (*parse) (MboxBlock *block, char *value);
} fields[] = {
	{ "X-Mbs: ", parse_head },          { "X-Mbs-Folder: ", parse_folder },
	{ "X-Mbs-Role: ", parse_role },     { "X-Mbs-Sender: ", parse_sender },
	{ "X-Mbs-Date: ", parse_date },     { "X-Mbs-Flags: ", parse_flags },
	{ "X-Mbs-Origin: ", parse_origin }, { "X-Mbs-Size: ", parse_size },
	{ "X-Mbs-Digest: ", parse_digest }, { "X-Mbs-Total: ", parse_total },
};

/* A field we do not know is some later version's and no harm; one that comes twice is nobody's. */
static gboolean
parse_line (MboxBlock *block, char *line, guint *seen)
{
	for (guint i = 0; i < G_N_ELEMENTS (fields); i++) {
		if (!g_str_has_prefix (line, fields[i].name))
			continue;
		gboolean first = (*seen & 1u << i) == 0;
		*seen |= 1u << i;
		return first && fields[i].parse (block, line + strlen (fields[i].name));
	}
	return TRUE;
}

static gboolean
is_whole (const MboxBlock *block, guint seen)
{
	static const guint needed[] = {
		[MBOX_BLOCK_MESSAGE] = 1 << 0 | 1 << 1 | 1 << 7 | 1 << 8,
		[MBOX_BLOCK_FOLDER] = 1 << 0 | 1 << 1,
		[MBOX_BLOCK_END] = 1 << 0 | 1 << 9,
	};

	return (seen & 1) != 0 && (seen & needed[block->kind]) == needed[block->kind];
}

/* MAILER-DAEMON stands for "unknown"; X-Mbs-Sender, if there, says better. */
static void
take_sender (MboxBlock *block, const char *line)
{
	MboxFrom from;

	mbox_from_parse (line, strlen (line), &from);
	g_autofree char *sender = g_strndup (from.sender, from.sender_length);
	if (*sender != '\0' && strcmp (sender, "MAILER-DAEMON") != 0)
		block->sender = g_steal_pointer (&sender);
}

MboxBlock *
mbox_block_parse (const char *text, gsize length, GError **error)
{
	g_autoptr (MboxBlock) block = g_new0 (MboxBlock, 1);
	guint seen = 0;

	if (!check_seal (text, length, error))
		return NULL;
	g_autofree char *copy = g_strndup (text, length);
	g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
	take_sender (block, lines[0]);
	for (gsize i = 1; lines[i] != NULL; i++) {
		if (parse_line (block, lines[i], &seen))
			continue;
		g_set_error (error, RUN_ERROR, RUN_ERROR_INPUT, "its line \"%.80s\" makes no sense",
			     lines[i]);
		return NULL;
	}
	if (!is_whole (block, seen)) {
		fail (error, "its block lacks a line");
		return NULL;
	}
	return g_steal_pointer (&block);
}
