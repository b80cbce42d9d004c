/* mbox-state.c - flags, keywords, date and folder that an ordinary mailbox keeps in its headers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-state.h"

#include <string.h>

#include "mbox/mbox-labels.h"
#include "message/message-headers.h"

enum {
	STATUS,
	X_STATUS,
	X_KEYWORDS,
	MOZILLA_STATUS,
	MOZILLA_STATUS2,
	MOZILLA_KEYS,
	GMAIL_LABELS,
	SUBJECT,
	FROM,
	X_IMAP,
	X_IMAPBASE,
	RECEIVED,
	DATE,
	N_FIELDS
};

static const char *const field_names[N_FIELDS] = {
	[STATUS] = "Status",
	[X_STATUS] = "X-Status",
	[X_KEYWORDS] = "X-Keywords",
	[MOZILLA_STATUS] = "X-Mozilla-Status",
	[MOZILLA_STATUS2] = "X-Mozilla-Status2",
	[MOZILLA_KEYS] = "X-Mozilla-Keys",
	[GMAIL_LABELS] = "X-Gmail-Labels",
	[SUBJECT] = "Subject",
	[FROM] = "From",
	[X_IMAP] = "X-IMAP",
	[X_IMAPBASE] = "X-IMAPbase",
	[RECEIVED] = "Received",
	[DATE] = "Date",
};

typedef struct {
	char *fields[N_FIELDS];
	GPtrArray *keywords; /* owned strings */
} Header;

static void
header_clear (Header *header)
{
	for (guint i = 0; i < N_FIELDS; i++)
		g_free (header->fields[i]);
	g_clear_pointer (&header->keywords, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Header, header_clear)

static void
note (const MboxState *state, const Message *message, const char *name, const char *detail)
{
	report_finding (state->report, REPORT_NOTE, name, message->origin, message->folder->path,
			"%s", detail);
}

/* -- Status, X-Status, X-Keywords: UW, mutt, Dovecot -- */

static void
apply_status (const Header *header, Message *message)
{
	const char *status = header->fields[STATUS];
	const char *x_status = header->fields[X_STATUS];

	for (const MessageFlagNames *row = message_flag_names; row->bit != 0; row++) {
		if (status != NULL && row->status != 0 && strchr (status, row->status) != NULL)
			message->flags |= row->bit;
		if (x_status != NULL && row->x_status != 0 &&
		    strchr (x_status, row->x_status) != NULL)
			message->flags |= row->bit;
	}
}

static void
add_words (Header *header, const char *words)
{
	g_auto (GStrv) all = g_strsplit_set (words, " \t", -1);

	for (char **word = all; *word != NULL; word++)
		if (**word != '\0' && g_utf8_validate (*word, -1, NULL))
			g_ptr_array_add (header->keywords, g_strdup (*word));
}

/* -- X-Mozilla-Status, -Status2, -Keys: Thunderbird and its ancestors -- */

/* Bits as Mozilla's nsMsgMessageFlags has them. */
#define MOZILLA_READ      0x0001
#define MOZILLA_REPLIED   0x0002
#define MOZILLA_MARKED    0x0004
#define MOZILLA_EXPUNGED  0x0008
#define MOZILLA_PARTIAL   0x0400
#define MOZILLA_FORWARDED 0x1000
#define MOZILLA_IMAP_DELETED 0x00200000
#define MOZILLA_RECEIPT_SENT 0x00800000
#define MOZILLA_LABEL_SHIFT  25 /* of the number 1 to 5 that labels had before they were keys */
#define MOZILLA_LABEL_MASK   7

static guint64
parse_bits (const char *text)
{
	guint64 bits;

	return text != NULL && g_ascii_string_to_unsigned (text, 16, 0, G_MAXUINT32, &bits, NULL)
		       ? bits
		       : 0;
}

static void
put_expunged (MboxState *state, Message *message)
{
	static const char *const names[] = { "Expunged", NULL };

	note (state, message, "expunged", "deleted in Thunderbird and not yet compacted away");
	if (state->habits->expunged == MBOX_EXPUNGED_DROP)
		state->left_out = "expunged";
	if (state->habits->expunged != MBOX_EXPUNGED_FOLDER)
		return;
	g_autoptr (GPtrArray) path = g_ptr_array_new ();
	g_ptr_array_add (path, (gpointer) names[0]);
	for (char **p = message->folder->components; *p != NULL; p++)
		if (message->folder->role != FOLDER_ROLE_INBOX)
			g_ptr_array_add (path, *p);
	g_ptr_array_add (path, NULL);
	Folder *folder = folder_new ((const char *const *) path->pdata, FOLDER_ROLE_NONE);
	folder_unref (message->folder);
	message->folder = folder;
}

static void
apply_mozilla (MboxState *state, Header *header, Message *message)
{
	static const struct {
		guint64 bit;
		MessageFlags flag;
	} flags[] = { { MOZILLA_READ, MESSAGE_SEEN },
		      { MOZILLA_REPLIED, MESSAGE_ANSWERED },
		      { MOZILLA_MARKED, MESSAGE_FLAGGED } };
	guint64 bits = parse_bits (header->fields[MOZILLA_STATUS]);
	guint64 more = parse_bits (header->fields[MOZILLA_STATUS2]);
	guint label = (guint) (more >> MOZILLA_LABEL_SHIFT) & MOZILLA_LABEL_MASK;

	for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
		if ((bits & flags[i].bit) != 0)
			message->flags |= flags[i].flag;
	if ((bits & MOZILLA_FORWARDED) != 0)
		g_ptr_array_add (header->keywords, g_strdup (MESSAGE_KEYWORD_FORWARDED));
	if ((more & MOZILLA_IMAP_DELETED) != 0)
		message->flags |= MESSAGE_DELETED;
	if ((more & MOZILLA_RECEIPT_SENT) != 0)
		g_ptr_array_add (header->keywords, g_strdup ("$MDNSent")); /* RFC 3503 */
	if (label >= 1 && label <= 5)
		g_ptr_array_add (header->keywords, g_strdup_printf ("$label%u", label));
	if (header->fields[MOZILLA_KEYS] != NULL)
		add_words (header, header->fields[MOZILLA_KEYS]);
	if ((bits & MOZILLA_PARTIAL) != 0)
		note (state, message, "partial-message",
		      "Thunderbird has fetched only the beginning of this message");
	if ((bits & MOZILLA_EXPUNGED) != 0)
		put_expunged (state, message);
}

/* -- what is not mail -- */

/* UW, Dovecot and others keep their notes in a message that is shown to those who do not know. */
static gboolean
is_internal_data (const Header *header)
{
	const char *subject = header->fields[SUBJECT];
	const char *from = header->fields[FROM];

	return subject != NULL &&
	       strcmp (subject, "DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA") == 0 &&
	       (header->fields[X_IMAP] != NULL || header->fields[X_IMAPBASE] != NULL ||
		(from != NULL && strstr (from, "Mail System Internal Data") != NULL));
}

static void
judge_form (MboxState *state, const Message *message, const guint8 *header, gsize length)
{
	goffset size = message_content_get_size (message->content);

	if (size == 0)
		note (state, message, "empty-message", "there is nothing after its From_ line");
	else if ((goffset) length == size && header[length - 1] == '\n' &&
		 !(length == 1 || header[length - 2] == '\n' ||
		   (header[length - 2] == '\r' && (length == 2 || header[length - 3] == '\n'))))
		note (state, message, "no-eoh", "its header is all there is");
	else if ((goffset) length == size && header[length - 1] != '\n')
		note (state, message, "no-eoh", "its header is all there is, and is cut");
}

/* -- the date -- */

static gboolean
use_date (Message *message, const char *text)
{
	MessageDate date = { .known = TRUE, .zone_known = TRUE };

	if (text == NULL || !message_headers_parse_date (text, &date.seconds, &date.zone_minutes))
		return FALSE;
	message->received = date;
	return TRUE;
}

/* A From_ line may have no date, or that of the copy. The topmost Received is what comes closest,
 * then Date. RFC 5321, 4.4. */
static void
apply_date (const MboxState *state, const MboxRecord *record, const Header *header,
	    Message *message)
{
	const char *received = header->fields[RECEIVED];
	const char *semicolon = received != NULL ? strrchr (received, ';') : NULL;
	const char *used = "it stays as it is";

	message->received = record->date;
	if (record->date.known && !record->is_copy && !record->is_magic)
		return;
	if (semicolon != NULL && use_date (message, semicolon + 1))
		used = "taken from Received";
	else if (use_date (message, header->fields[DATE]))
		used = "taken from Date";
	else if (!record->date.known)
		used = "it is unknown";
	if (!record->date.known)
		report_finding (state->report, REPORT_NOTE, "undated-from", message->origin,
				message->folder->path, "no date in its From_ line; %s", used);
	else if (record->is_magic)
		report_finding (state->report, REPORT_NOTE, "magic-date", message->origin,
				message->folder->path, "the date in its From_ line is git's; %s",
				used);
	else if (message->received.seconds != record->date.seconds)
		report_finding (state->report, REPORT_NOTE, "from-copy-date", message->origin,
				message->folder->path,
				"the date in its From_ line is that of the copy; %s", used);
}

gboolean
mbox_state_apply (MboxState *state, const MboxRecord *record, Message *message, GError **error)
{
	g_auto (Header) header = { .keywords = g_ptr_array_new_with_free_func (g_free) };
	gsize length;
	g_autofree guint8 *text = message_headers_read (message->content, MESSAGE_HEADERS_LIMIT,
							&length, error);

	if (text == NULL)
		return FALSE;
	message_headers_get_all (text, length, field_names, header.fields, N_FIELDS);
	if (record != NULL) {
		judge_form (state, message, text, length);
		apply_date (state, record, &header, message);
	}
	if (is_internal_data (&header)) {
		note (state, message, "internal-data", "a mail program's notes, not a message");
		state->left_out = "internal-data";
		return TRUE;
	}
	apply_status (&header, message);
	if (header.fields[X_KEYWORDS] != NULL)
		add_words (&header, header.fields[X_KEYWORDS]);
	if (header.fields[GMAIL_LABELS] != NULL)
		mbox_labels_apply (header.fields[GMAIL_LABELS], state->habits->labels, message,
				   header.keywords);
	apply_mozilla (state, &header, message);
	g_ptr_array_add (header.keywords, NULL);
	message_set_keywords (message, (const char *const *) header.keywords->pdata);
	return TRUE;
}
