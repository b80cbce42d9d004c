/* mbox-quote.h - mboxrd: every line that matches ^>*From gets one more '>'
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Lines come in pieces of any size; however many '>' a line begins with, they are only counted.
 */
#pragma once

#include <glib.h>

typedef enum {
	MBOX_QUOTE_ADD,    /* writing */
	MBOX_QUOTE_REMOVE, /* reading */
	MBOX_QUOTE_REMOVE_SINGLE, /* reading mboxo: only ">From " has been quoted */
	MBOX_QUOTE_KEEP    /* reading what nobody has quoted */
} MboxQuoteMode;

/* Receives bytes in order. */
typedef gboolean (*MboxQuoteFunc) (const guint8 *data, gsize length, gpointer user_data,
				   GError **error);

typedef struct {
	MboxQuoteMode mode;
	MboxQuoteFunc function;
	gpointer user_data;
	gboolean inside;  /* of a line whose beginning is decided */
	guint64 arrows;   /* '>' held back at the beginning of a line */
	guint matched;    /* bytes of "From " held back after them */
} MboxQuote;

/* At the beginning of a line. */
void mbox_quote_init (MboxQuote *quote, MboxQuoteMode mode, MboxQuoteFunc function,
		      gpointer user_data);
/* Hand on data, quoted or unquoted; FALSE as soon as the function returns FALSE. */
gboolean mbox_quote_feed (MboxQuote *quote, const guint8 *data, gsize length, GError **error);

/* Nothing more follows: hand out what was held back. */
gboolean mbox_quote_end (MboxQuote *quote, GError **error);
