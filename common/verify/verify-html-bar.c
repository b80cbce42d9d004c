/* verify-html-bar.c - a folder as a bar: how much of it arrived, and what became of the rest
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A segment differs from the next by its pattern, not only by its colour, and is drawn by its
 * border: browsers print borders, but no backgrounds. One message in a million still gets a
 * segment that can be seen (min-width in the style sheet).
 */
#include "base/text.h"
#include "verify/verify-html-parts.h"

typedef enum {
	SEGMENT_PROVEN,
	SEGMENT_EQUAL,
	SEGMENT_ALIKE,
	SEGMENT_UNREAD,
	SEGMENT_WEAKER,
	SEGMENT_ALTERED,
	SEGMENT_COLLAPSED,
	SEGMENT_MISSING,
	SEGMENTS
} Segment;

static const struct {
	const char *style;
	const char *label;
} segments[SEGMENTS] = {
	[SEGMENT_PROVEN] = { "proven", "proven" },
	[SEGMENT_EQUAL] = { "equal", "written anew, but equal" },
	[SEGMENT_ALIKE] = { "alike", "compared by header only" },
	[SEGMENT_UNREAD] = { "alike", "not readable" },
	[SEGMENT_WEAKER] = { "alike", "not as alike as required, or not read" },
	[SEGMENT_ALTERED] = { "altered", "altered" },
	[SEGMENT_COLLAPSED] = { "collapsed", "with too few copies" },
	[SEGMENT_MISSING] = { "missing", "missing" },
};

/* The sum is the number of messages at the source. */
static void
divide (const VerifyTally *tally, guint64 counts[SEGMENTS])
{
	guint64 rest = tally->source;

	counts[SEGMENT_PROVEN] = MIN (tally->found, tally->proven);
	counts[SEGMENT_EQUAL] = tally->found - counts[SEGMENT_PROVEN];
	counts[SEGMENT_ALIKE] = tally->classes[VERIFY_ALIKE];
	counts[SEGMENT_UNREAD] = 0;
	counts[SEGMENT_WEAKER] = 0;
	counts[SEGMENT_ALTERED] = tally->classes[VERIFY_ALTERED];
	counts[SEGMENT_COLLAPSED] = tally->classes[VERIFY_COLLAPSED];
	counts[SEGMENT_MISSING] = tally->classes[VERIFY_MISSING];
	for (guint i = 0; i < SEGMENTS; i++) {
		counts[i] = MIN (counts[i], rest);
		rest -= counts[i];
	}
	/* The target's are among these too, but take no part of the bar. */
	counts[SEGMENT_UNREAD] = MIN (rest, tally->classes[VERIFY_UNVERIFIABLE]);
	counts[SEGMENT_WEAKER] = rest - counts[SEGMENT_UNREAD];
}

void
verify_html_append_bar (GString *html, const VerifyTally *tally)
{
	guint64 counts[SEGMENTS];
	const char *separator = "";

	if (tally->source == 0)
		return;
	divide (tally, counts);
	g_string_append (html, "<div class=\"bar\" role=\"img\" aria-label=\"");
	for (guint i = 0; i < SEGMENTS; i++) {
		if (counts[i] == 0)
			continue;
		g_string_append (html, separator);
		verify_html_append_count (html, counts[i]);
		g_string_append_printf (html, " %s", segments[i].label);
		separator = ", ";
	}
	g_string_append (html, "\">");
	for (guint i = 0; i < SEGMENTS; i++)
		if (counts[i] > 0)
			g_string_append_printf (html,
						"<span class=\"%s\" style=\"flex-grow:"
						"%" G_GUINT64_FORMAT "\"></span>",
						segments[i].style, counts[i]);
	g_string_append (html, "</div>");
}

void
verify_html_append_legend (GString *html, const VerifyTally *tally)
{
	guint64 counts[SEGMENTS];

	if (tally->source == 0)
		return;
	divide (tally, counts);
	g_string_append (html, "<ul class=\"legend\">");
	for (guint i = 0; i < SEGMENTS; i++) {
		if (counts[i] == 0)
			continue;
		g_string_append_printf (html,
					"<li><span class=\"bar\"><span class=\"%s\"></span>"
					"</span> ",
					segments[i].style);
		verify_html_append_count (html, counts[i]);
		g_string_append_printf (html, " %s</li>", segments[i].label);
	}
	g_string_append (html, "</ul>\n");
}

void
verify_html_append_remarks (GString *html, const VerifyTally *tally)
{
	static const struct {
		VerifyClass class;
		const char *text;
	} remarks[] = {
		{ VERIFY_MISSING, "missing" },
		{ VERIFY_ALTERED, "altered" },
		{ VERIFY_COLLAPSED, "with too few copies" },
		{ VERIFY_UNVERIFIABLE, "not readable" },
		{ VERIFY_DUPLICATED, "with too many copies" },
		{ VERIFY_ALIKE, "by header only" },
		{ VERIFY_MIME_EQUAL, "written anew" },
		{ VERIFY_MOVED, "in another folder" },
		{ VERIFY_EXTRA, "only at the target" },
		{ VERIFY_FLAG_DIFFERS, "with other flags" },
		{ VERIFY_DATE_DIFFERS, "with another date" },
	};
	const char *separator = "<p class=\"remarks\">";

	for (guint i = 0; i < G_N_ELEMENTS (remarks); i++) {
		guint64 count = tally->classes[remarks[i].class];
		if (count == 0)
			continue;
		g_string_append (html, separator);
		verify_html_append_count (html, count);
		g_string_append_printf (html, " %s", remarks[i].text);
		separator = " · ";
	}
	if (*separator != '<')
		g_string_append (html, "</p>");
}
