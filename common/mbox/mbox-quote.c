/* mbox-quote.c - mboxrd: every line that matches ^>*From gets one more '>'
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-quote.h"

#include <string.h>

#define FROM        "From "
#define FROM_LENGTH 5

void
mbox_quote_init (MboxQuote *quote, MboxQuoteMode mode, MboxQuoteFunc function, gpointer user_data)
{
	*quote = (MboxQuote){ .mode = mode, .function = function, .user_data = user_data };
}

static gboolean
hand_out (MboxQuote *quote, const void *data, gsize length, GError **error)
{
	return length == 0 || quote->function (data, length, quote->user_data, error);
}

static gboolean
hand_out_arrows (MboxQuote *quote, guint64 arrows, GError **error)
{
	static const char many[] = ">>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>>";

	while (arrows > 0) {
		gsize n = (gsize) MIN (arrows, sizeof many - 1);
		if (!hand_out (quote, many, n, error))
			return FALSE;
		arrows -= n;
	}
	return TRUE;
}

/* The beginning of the line is known now: it is "From " after arrows, or something else. */
static gboolean
decide (MboxQuote *quote, GError **error)
{
	gboolean from = quote->matched == FROM_LENGTH;
	guint64 arrows = quote->arrows;

	if (from && quote->mode == MBOX_QUOTE_ADD)
		arrows++;
	else if (from && quote->mode == MBOX_QUOTE_REMOVE && arrows > 0)
		arrows--;
	else if (from && quote->mode == MBOX_QUOTE_REMOVE_SINGLE && arrows == 1)
		arrows--;
	gsize matched = quote->matched;
	quote->arrows = 0;
	quote->matched = 0;
	quote->inside = TRUE;
	return hand_out_arrows (quote, arrows, error) && hand_out (quote, FROM, matched, error);
}

/* May a line that begins here be one to quote, as far as can be seen? */
static gboolean
is_suspect (const guint8 *line, const guint8 *end)
{
	return *line == '>' || (*line == FROM[0] &&
				memcmp (line, FROM, MIN ((gsize) (end - line), FROM_LENGTH)) == 0);
}

/* How many bytes certainly need no look: up to the next line that may have to be quoted. Base64 is
 * full of lines that begin with 'F': to stop at each would hand out pieces of a few KiB. */
static gsize
plain_run (const guint8 *data, gsize length, gboolean *inside)
{
	const guint8 *end = data + length;
	const guint8 *at = data;

	while (at < end) {
		const guint8 *lf = memchr (at, '\n', (gsize) (end - at));
		if (lf == NULL)
			return length;
		at = lf + 1;
		if (at == end || is_suspect (at, end)) {
			*inside = FALSE;
			return (gsize) (at - data);
		}
	}
	return length;
}

gboolean
mbox_quote_feed (MboxQuote *quote, const guint8 *data, gsize length, GError **error)
{
	while (length > 0) {
		if (quote->inside ||
		    (quote->arrows == 0 && quote->matched == 0 && *data != '>' && *data != 'F')) {
			quote->inside = TRUE;
			gsize run = plain_run (data, length, &quote->inside);
			if (!hand_out (quote, data, run, error))
				return FALSE;
			data += run;
			length -= run;
		} else if (quote->matched == 0 && *data == '>') {
			quote->arrows++;
			data++;
			length--;
		} else if (*data == FROM[quote->matched]) {
			quote->matched++;
			data++;
			length--;
			if (quote->matched == FROM_LENGTH && !decide (quote, error))
				return FALSE;
		} else if (!decide (quote, error)) {
			return FALSE;
		}
	}
	return TRUE;
}

gboolean
mbox_quote_end (MboxQuote *quote, GError **error)
{
	return decide (quote, error);
}
