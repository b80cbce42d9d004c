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

/* 2001-11-29T22:33:52Z; without a time or with a broken one it is no use as a date. */
static void
read_iso_date (const Word *word, MessageDate *date)
{
	g_autofree char *text = g_strndup (word->text, MIN (word->length, 40));
	g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
	g_autoptr (GDateTime) when = g_date_time_new_from_iso8601 (text, utc);

	if (when == NULL)
		return;
	char last = text[strlen (text) - 1];
	date->known = TRUE;
	date->zone_known = last == 'Z' || strchr (text + 10, '+') != NULL ||
			   strchr (text + 10, '-') != NULL;
	date->zone_minutes =
		(int) (g_date_time_get_utc_offset (when) / G_TIME_SPAN_MINUTE);
	date->seconds = g_date_time_to_unix (when);
}

static gboolean
has_weak_date (const Word *words, guint n, MessageDate *date)
{
	gboolean time = FALSE;
	gboolean month = FALSE;

	for (guint i = 0; i < n; i++) {
		DateFields ignored;
		Word start = { words[i].text, MIN (words[i].length, 3) };
		if (is_iso_date (&words[i])) {
			read_iso_date (&words[i], date);
			return TRUE;
		}
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
		from->strength = has_weak_date (words, n, &from->date) ? MBOX_FROM_WEAK
								       : MBOX_FROM_BARE;

	guint senders = from->strength == MBOX_FROM_STRONG ? begin : n;
	if (from->strength == MBOX_FROM_WEAK && senders > 1 && is_iso_date (&words[senders - 1]))
		senders--;
	from->sender_words = senders + more;
	from->sender = line + strspn (line, " ");
	if (senders > 0)
		from->sender_length = (gsize) (words[senders - 1].text + words[senders - 1].length -
					       from->sender);
	from->is_copy = from->sender_length == 1 && *from->sender == '-';
	if (from->is_copy)
		from->sender_length = 0;
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
