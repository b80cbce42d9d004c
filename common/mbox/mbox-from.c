/* mbox-from.c - the "From " line that begins a message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The date is looked for at the end of the line, because senders may contain anything, also blanks.
 * Two orders are in use: asctime's (with a zone before or after the year, or none) and RFC 822's.
 */
#include "mbox/mbox-from.h"

#include <string.h>

/* A date has at most nine words: Wed Aug 2 00:39:12 MET DST 1995 +0200, and then "remote from
 * host". */
#define WORDS_MAX 12

typedef struct {
	const char *text;
	gsize length;
} Word;

typedef struct {
	gboolean weekday; /* there was one */
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int year;
	gboolean zone_known;
	int zone_minutes;
} DateFields;

static gboolean
word_is (const Word *word, const char *text)
{
	return word->length == strlen (text) &&
	       g_ascii_strncasecmp (word->text, text, word->length) == 0;
}

/* One of the three-letter names, 0 based; -1 if none. A comma may follow. */
static int
word_in (const Word *word, const char *names)
{
	gsize length = word->length;

	if (length > 0 && word->text[length - 1] == ',')
		length--;
	if (length != 3)
		return -1;
	for (int i = 0; names[3 * i] != '\0'; i++)
		if (g_ascii_strncasecmp (names + 3 * i, word->text, 3) == 0)
			return i;
	return -1;
}

#define WEEKDAYS "sunmontuewedthufrisat"
#define MONTHS   "janfebmaraprmayjunjulaugsepoctnovdec"

static gboolean
word_number (const Word *word, gsize digits_max, int *value)
{
	*value = 0;
	if (word->length == 0 || word->length > digits_max)
		return FALSE;
	for (gsize i = 0; i < word->length; i++) {
		if (!g_ascii_isdigit (word->text[i]))
			return FALSE;
		*value = 10 * *value + (word->text[i] - '0');
	}
	return TRUE;
}

/* h:mm, hh:mm or hh:mm:ss */
static gboolean
word_time (const Word *word, DateFields *date)
{
	int *fields[] = { &date->hour, &date->minute, &date->second };
	gsize at = 0;

	date->second = 0;
	for (int i = 0; i < 3; i++) {
		gsize colon = at;
		while (colon < word->length && word->text[colon] != ':')
			colon++;
		Word part = { word->text + at, colon - at };
		if (!word_number (&part, 2, fields[i]) || (i > 0 && part.length != 2))
			return FALSE;
		if (colon == word->length)
			return i > 0 && date->hour < 24 && date->minute < 60 && date->second <= 60;
		at = colon + 1;
	}
	return FALSE;
}

static gboolean
word_year (const Word *word, int *year)
{
	if (!word_number (word, 4, year) || word->length < 2)
		return FALSE;
	if (word->length == 2)
		*year += *year < 70 ? 2000 : 1900; /* RFC 5322, 4.3 */
	else if (word->length == 3)
		*year += 1900;
	return *year >= 1900;
}

static gboolean
word_zone (const Word *word, DateFields *date)
{
	static const struct {
		const char *name;
		int minutes;
	} zones[] = {
		{ "UT", 0 },     { "UTC", 0 },    { "GMT", 0 },    { "Z", 0 },      { "EST", -300 },
		{ "EDT", -240 }, { "CST", -360 }, { "CDT", -300 }, { "MST", -420 }, { "MDT", -360 },
		{ "PST", -480 }, { "PDT", -420 }, { "CET", 60 },   { "CEST", 120 }, { "MET", 60 },
		{ "MEST", 120 }, { "DST", 120 },  { "WET", 0 },    { "BST", 60 },   { "JST", 540 },
	};
	int value;
	Word digits = { word->text + 1, word->length > 0 ? word->length - 1 : 0 };

	if (word->length == 5 && (*word->text == '+' || *word->text == '-') &&
	    word_number (&digits, 4, &value)) {
		date->zone_known = TRUE;
		date->zone_minutes = (value / 100 * 60 + value % 100) *
				     (*word->text == '-' ? -1 : 1);
		return TRUE;
	}
	for (guint i = 0; i < G_N_ELEMENTS (zones); i++) {
		if (!word_is (word, zones[i].name))
			continue;
		date->zone_known = TRUE;
		date->zone_minutes = zones[i].minutes;
		return TRUE;
	}
	/* Some other abbreviation: a zone, but nobody knows which. */
	if (word->length < 3 || word->length > 5)
		return FALSE;
	for (gsize i = 0; i < word->length; i++)
		if (!g_ascii_isupper (word->text[i]))
			return FALSE;
	return TRUE;
}

/* Nov 29 22:33:52 [zone [DST]] 2001 [zone]: returns how many words it took, 0 if it is none. */
static guint
match_asctime (const Word *words, guint n, DateFields *date)
{
	guint at = 0;

	if (n < 4 || (date->month = word_in (&words[at++], MONTHS)) < 0)
		return 0;
	if (!word_number (&words[at++], 2, &date->day) || !word_time (&words[at++], date))
		return 0;
	for (int zones = 0; zones < 2 && at < n && !word_year (&words[at], &date->year); zones++)
		if (!word_zone (&words[at++], date))
			return 0;
	if (at >= n || !word_year (&words[at++], &date->year))
		return 0;
	if (at < n && word_zone (&words[at], date))
		at++;
	return at;
}

/* 29 Nov 2001 22:33:52 [zone] */
static guint
match_rfc822 (const Word *words, guint n, DateFields *date)
{
	guint at = 0;

	if (n < 4 || !word_number (&words[at++], 2, &date->day))
		return 0;
	if ((date->month = word_in (&words[at++], MONTHS)) < 0 ||
	    !word_year (&words[at++], &date->year) || !word_time (&words[at++], date))
		return 0;
	if (at < n && word_zone (&words[at], date))
		at++;
	return at;
}

static gboolean
set_date (const DateFields *fields, MessageDate *date)
{
	g_autoptr (GDateTime) when = g_date_time_new_utc (fields->year, fields->month + 1,
							  fields->day, fields->hour, fields->minute,
							  MIN (fields->second, 59));

	if (when == NULL)
		return FALSE;
	date->known = TRUE;
	date->zone_known = fields->zone_known;
	date->zone_minutes = fields->zone_known ? fields->zone_minutes : 0;
	date->seconds = g_date_time_to_unix (when) - 60 * (gint64) date->zone_minutes;
	return TRUE;
}

/* The last words of line, at most WORDS_MAX, in their order. *more: words before them. */
static guint
split_words (const char *line, gsize length, Word *words, guint *more)
{
	Word reversed[WORDS_MAX];
	guint n = 0;

	*more = 0;
	while (length > 0) {
		while (length > 0 && line[length - 1] == ' ')
			length--;
		gsize end = length;
		while (length > 0 && line[length - 1] != ' ')
			length--;
		if (end == length)
			break;
		if (n < WORDS_MAX)
			reversed[n++] = (Word){ line + length, end - length };
		else
			++*more;
	}
	for (guint i = 0; i < n; i++)
		words[i] = reversed[n - 1 - i];
	return n;
}

/* Where the date begins among words, or n if there is none that reaches to the end. */
static guint
find_date (const Word *words, guint n, DateFields *date)
{
	for (guint at = 0; at < n; at++) {
		*date = (DateFields){ 0 };
		guint took = match_asctime (words + at, n - at, date);
		if (took == 0) {
			*date = (DateFields){ 0 };
			took = match_rfc822 (words + at, n - at, date);
		}
		if (took == 0 || at + took != n)
			continue;
		/* A weekday before it, also a German or French one if it cannot be the sender. */
		if (at > 0 && (word_in (&words[at - 1], WEEKDAYS) >= 0 ||
			       (at > 1 && words[at - 1].length <= 3 &&
				g_ascii_isalpha (*words[at - 1].text))))
			at--;
		return at;
	}
	return n;
}

static gboolean
is_iso_date (const Word *word)
{
	return word->length >= 10 && word->text[4] == '-' && word->text[7] == '-' &&
	       g_ascii_isdigit (word->text[0]) && g_ascii_isdigit (word->text[3]) &&
	       g_ascii_isdigit (word->text[9]);
}

static gboolean
has_weak_date (const Word *words, guint n)
{
	gboolean time = FALSE;
	gboolean month = FALSE;

	for (guint i = 0; i < n; i++) {
		DateFields ignored;
		Word start = { words[i].text, MIN (words[i].length, 3) };
		if (is_iso_date (&words[i]))
			return TRUE;
		time = time || word_time (&words[i], &ignored);
		month = month || word_in (&start, MONTHS) >= 0;
	}
	return time && month;
}

static guint
without_remote_from (const Word *words, guint n)
{
	gboolean remote = n >= 3 && word_is (&words[n - 3], "remote") &&
			  word_is (&words[n - 2], "from");

	return remote ? n - 3 : n;
}

void
mbox_from_parse (const char *line, gsize length, MboxFrom *from)
{
	Word words[WORDS_MAX];
	DateFields date;
	guint more;

	*from = (MboxFrom){ .strength = MBOX_FROM_NONE, .sender = line };
	if (length < 5 || memcmp (line, "From ", 5) != 0)
		return;
	while (length > 5 && strchr ("\r\n \t", line[length - 1]) != NULL)
		length--;
	line += 5;
	length -= 5;

	guint n = without_remote_from (words, split_words (line, length, words, &more));
	guint begin = find_date (words, n, &date);
	if (begin < n && set_date (&date, &from->date))
		from->strength = MBOX_FROM_STRONG;
	else
		from->strength = has_weak_date (words, n) ? MBOX_FROM_WEAK : MBOX_FROM_BARE;

	guint senders = from->strength == MBOX_FROM_STRONG ? begin : n;
	from->sender_words = senders + more;
	from->sender = line + strspn (line, " ");
	if (senders > 0)
		from->sender_length = (gsize) (words[senders - 1].text + words[senders - 1].length -
					       from->sender);
	if (from->sender_length == 1 && *from->sender == '-')
		from->sender_length = 0; /* Thunderbird writes "From - " */
}

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
		if (strlen (known_fields[i]) == length &&
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
		const char *lf = memchr (text, '\n', length);
		gsize whole = lf != NULL ? (gsize) (lf - text) + 1 : length;
		gsize n = lf != NULL ? whole - 1 : whole;
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
mbox_from_separates (const MboxFrom *from, gboolean after_blank, const guint8 *following,
		     gsize length, gboolean at_end)
{
	gboolean nothing = length == 0 ? at_end : *following == '\n' || *following == '\r';
	Head head = read_head ((const char *) following, length);

	if (from->strength == MBOX_FROM_NONE)
		return FALSE;
	if (from->strength == MBOX_FROM_STRONG && after_blank)
		return head.known >= 1 ||
		       (head.fields >= 1 && head.clean && from->sender_words <= 1) ||
		       (nothing && from->sender_words <= 2);
	if (from->strength == MBOX_FROM_STRONG)
		return head.known >= 1 && head.clean;
	if (after_blank || from->sender_length == 0)
		return head.known >= 2 && head.clean;
	return FALSE;
}

gboolean
mbox_from_sender_is_plain (const char *sender)
{
	if (*sender == '\0')
		return FALSE;
	for (; *sender != '\0'; sender++)
		if (*sender <= ' ' || *sender >= 0x7f)
			return FALSE;
	return TRUE;
}

char *
mbox_from_format (const char *sender, const MessageDate *date)
{
	const gint64 year_10000 = G_GINT64_CONSTANT (253402300800);
	gboolean fits = date->known && date->seconds >= 0 && date->seconds < year_10000;
	g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (fits ? date->seconds : 0);
	static const char weekdays[] = "MonTueWedThuFriSatSun";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	gboolean plain = sender != NULL && mbox_from_sender_is_plain (sender);

	return g_strdup_printf ("From %s %.3s %.3s %2d %02d:%02d:%02d %04d\n",
				plain ? sender : "MAILER-DAEMON",
				weekdays + 3 * (g_date_time_get_day_of_week (when) - 1),
				months + 3 * (g_date_time_get_month (when) - 1),
				g_date_time_get_day_of_month (when), g_date_time_get_hour (when),
				g_date_time_get_minute (when), g_date_time_get_second (when),
				g_date_time_get_year (when));
}
