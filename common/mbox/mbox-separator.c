/* mbox-separator.c - does a From_ line begin a message?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-separator.h"

#include <string.h>

#include "base/text.h"

/* Field names that mail has and prose hardly. */
static const char *const known_fields[] = {
	"Received",
	"Return-Path",
	"Delivered-To",
	"Date",
	"From",
	"Sender",
	"Reply-To",
	"To",
	"Cc",
	"Bcc",
	"Subject",
	"Message-ID",
	"In-Reply-To",
	"References",
	"MIME-Version",
	"Content-Type",
	"Content-Transfer-Encoding",
	"Content-Disposition",
	"Content-Length",
	"Content-Language",
	"Content-Class",
	"Lines",
	"Status",
	"X-Status",
	"X-UID",
	"X-UIDL",
	"X-IMAP",
	"X-IMAPbase",
	"X-Keywords",
	"X-Mozilla-Status",
	"X-Mozilla-Status2",
	"X-Mozilla-Keys",
	"X-Account-Key",
	"X-Gmail-Labels",
	"X-GM-THRID",
	"X-Mailer",
	"User-Agent",
	"X-Priority",
	"Priority",
	"Importance",
	"Precedence",
	"Organization",
	"Organisation",
	"Errors-To",
	"Newsgroups",
	"Path",
	"Xref",
	"List-Id",
	"List-Unsubscribe",
	"List-Post",
	"DKIM-Signature",
	"DomainKey-Signature",
	"ARC-Seal",
	"Authentication-Results",
	"Received-SPF",
	"X-Spam-Status",
	"X-Spam-Level",
	"X-Originating-IP",
	"Resent-From",
	"Resent-To",
	"Resent-Date",
	"Thread-Index",
	"Thread-Topic",
	"X-MimeOLE",
	"X-Original-To",
	"Envelope-To",
	"Disposition-Notification-To",
	"Apparently-To",
	"Auto-Submitted",
	"X-Evolution",
	"X-Mbs",
};

/* The length of the field name if line is "Name:" or "Name :", else 0. */
static gsize
field_name_length (const char *line, gsize length)
{
	gsize n = 0;

	while (n < length && line[n] > ' ' && line[n] < 0x7f && line[n] != ':')
		n++;
	gsize colon = n;
	while (colon < length && (line[colon] == ' ' || line[colon] == '\t'))
		colon++;
	return colon < length && line[colon] == ':' ? n : 0;
}

static gboolean
is_known_field (const char *name, gsize length)
{
	for (guint i = 0; i < G_N_ELEMENTS (known_fields); i++)
		if ((*known_fields[i] | 0x20) == (*name | 0x20) &&
		    strlen (known_fields[i]) == length &&
		    g_ascii_strncasecmp (known_fields[i], name, length) == 0)
			return TRUE;
	return FALSE;
}

/* What the lines after a From_ line look like. */
typedef struct {
	guint fields;
	guint known;
	/* nothing but fields and continuations up to an empty line, the end, or eight fields */
	gboolean clean;
} Head;

#define HEAD_FIELDS 8
#define HEAD_LINES  24

static gboolean
is_second_from (const char *line, gsize length)
{
	MboxFrom from;

	if (length >= 6 && memcmp (line, ">From ", 6) == 0)
		return TRUE;
	mbox_from_parse (line, length, &from);
	return from.strength == MBOX_FROM_STRONG;
}

/* FALSE at the first line that ends the head. */
static gboolean
judge_line (Head *head, guint number, const char *line, gsize length)
{
	gsize name = field_name_length (line, length);

	if (number == 0 && is_second_from (line, length))
		return TRUE;
	if (name > 0) {
		head->fields++;
		head->known += is_known_field (line, name);
		return head->fields < HEAD_FIELDS;
	}
	gboolean continuation = head->fields > 0 && (*line == ' ' || *line == '\t');
	head->clean = continuation;
	return continuation;
}

static Head
read_head (const char *text, gsize length)
{
	Head head = { .clean = TRUE };

	for (guint number = 0; number < HEAD_LINES && length > 0; number++) {
		gsize whole = text_line_length (text, length);
		gsize n = text[whole - 1] == '\n' ? whole - 1 : whole;
		if (n > 0 && text[n - 1] == '\r')
			n--;
		if (n == 0 || !judge_line (&head, number, text, n))
			break;
		text += whole;
		length -= whole;
	}
	return head;
}

gboolean
mbox_separator_judge (const MboxFrom *from, MboxPrecedence after, const guint8 *following,
		      gsize length, gboolean at_end)
{
	if (from->strength == MBOX_FROM_NONE)
		return FALSE;
	gboolean strong = from->strength == MBOX_FROM_STRONG;
	gboolean nothing = length == 0 ? at_end : *following == '\n' || *following == '\r';
	Head head = read_head ((const char *) following, length);

	if (strong && after == MBOX_AFTER_BLANK)
		return head.known >= 1 ||
		       (head.fields >= 1 && head.clean && from->sender_words <= 1) ||
		       (nothing && from->sender_words <= 2);
	if (strong)
		return head.known >= 1 && head.clean;
	/* Thunderbird has written "From " and "From - " alone. */
	if (after == MBOX_AFTER_BLANK || (after == MBOX_AFTER_TEXT && from->sender_length == 0))
		return head.known >= 2 && head.clean;
	return FALSE;
}
