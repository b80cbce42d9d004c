/* pst-html.c - the words of an HTML page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-html.h"

#include <string.h>

#define MAX_TAG    12
#define MAX_ENTITY 10

typedef struct {
	GString *text;
	const char *hidden; /* the tag that ends what is not shown; NULL if it is */
	gboolean is_spaced; /* a blank is due before the next word */
	/* There is none further on: looking again at every '<' would take for ever. */
	gboolean no_tag_ends;
	gboolean no_comment_ends;
} Words;

static const char *const line_tags[] = {"br", "p",  "/p", "div", "/div", "li",  "tr", "/table",
					"h1", "h2", "h3", "/h1", "/h2",  "/h3", "hr"};

static const struct {
	const char *tag;
	const char *end;
} hidden_tags[] = {{"style", "/style"}, {"script", "/script"}, {"title", "/title"}};

static const struct {
	const char *name;
	const char *text;
} entities[] = { { "lt", "<" },     { "gt", ">" },     { "amp", "&" },    { "quot", "\"" },
		 { "apos", "'" },   { "nbsp", " " },   { "auml", "ä" },   { "ouml", "ö" },
		 { "uuml", "ü" },   { "Auml", "Ä" },   { "Ouml", "Ö" },   { "Uuml", "Ü" },
		 { "szlig", "ß" },  { "eacute", "é" }, { "egrave", "è" }, { "agrave", "à" },
		 { "ccedil", "ç" }, { "euro", "€" },   { "ndash", "–" },  { "mdash", "—" },
		 { "lsquo", "‘" },  { "rsquo", "’" },  { "ldquo", "“" },  { "rdquo", "”" },
		 { "bull", "•" },   { "hellip", "…" }, { "copy", "©" },   { "reg", "®" } };

static void
add_word (Words *words, const char *text, gsize length)
{
	GString *out = words->text;

	if (words->hidden != NULL)
		return;
	if (words->is_spaced && out->len > 0 && out->str[out->len - 1] != '\n')
		g_string_append_c (out, ' ');
	words->is_spaced = FALSE;
	g_string_append_len (out, text, (gssize) length);
}

static void
end_line (Words *words, const char *tag)
{
	GString *out = words->text;
	gboolean is_forced = strcmp (tag, "br") == 0;

	words->is_spaced = FALSE;
	if (words->hidden == NULL && out->len > 0 && (is_forced || out->str[out->len - 1] != '\n'))
		g_string_append_c (out, '\n');
}

static void
take_tag (Words *words, const char *p, gsize length)
{
	gsize n = 0;

	while (n < length && n < MAX_TAG && !g_ascii_isspace (p[n]) && (p[n] != '/' || n == 0))
		n++;
	g_autofree char *tag = g_ascii_strdown (p, (gssize) n);
	if (words->hidden != NULL) {
		if (strcmp (tag, words->hidden) == 0)
			words->hidden = NULL;
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS (hidden_tags) && words->hidden == NULL; i++)
		if (strcmp (tag, hidden_tags[i].tag) == 0)
			words->hidden = hidden_tags[i].end;
	for (gsize i = 0; i < G_N_ELEMENTS (line_tags); i++)
		if (strcmp (tag, line_tags[i]) == 0)
			end_line (words, tag);
}

/* "&name;", "&#228;" or "&#xe4;" at P: its length, or 0 if it is only an ampersand. */
static gsize
take_entity (Words *words, const char *p, gsize length)
{
	const char *end = memchr (p, ';', MIN (length, MAX_ENTITY));
	gsize n = end != NULL ? (gsize) (end - p) - 1 : 0;
	char utf8[6];

	if (n < 2)
		return 0;
	if (p[1] == '#') {
		gboolean is_hex = g_ascii_tolower (p[2]) == 'x';
		guint64 code = g_ascii_strtoull (p + (is_hex ? 3 : 2), NULL, is_hex ? 16 : 10);
		if (code < 0x20 || code > 0x10ffff || !g_unichar_validate ((gunichar) code))
			return 0;
		add_word (words, utf8, (gsize) g_unichar_to_utf8 ((gunichar) code, utf8));
		return n + 2;
	}
	for (gsize i = 0; i < G_N_ELEMENTS (entities); i++)
		if (strlen (entities[i].name) == n && strncmp (entities[i].name, p + 1, n) == 0) {
			add_word (words, entities[i].text, strlen (entities[i].text));
			return n + 2;
		}
	return 0;
}

/* What is left out between "<!--" and "-->" may hold tags. 0 if it isn't a comment. */
static gsize
take_comment (Words *words, const char *p, gsize length)
{
	if (words->no_comment_ends || length < 4 || memcmp (p, "<!--", 4) != 0)
		return 0;
	const char *end = g_strstr_len (p, (gssize) length, "-->");
	words->no_comment_ends = end == NULL;
	return end != NULL ? (gsize) (end - p) + 3 : 0;
}

static gsize
take_any_tag (Words *words, const char *p, gsize length)
{
	gsize comment = take_comment (words, p, length);
	const char *end = NULL;

	if (comment > 0)
		return comment;
	if (!words->no_tag_ends)
		end = memchr (p, '>', length);
	words->no_tag_ends = end == NULL;
	if (end == NULL)
		return 0;
	take_tag (words, p + 1, (gsize) (end - p) - 1);
	return (gsize) (end - p) + 1;
}

char *
pst_html_get_words (const char *html, gsize length)
{
	Words words = { .text = g_string_new (NULL) };

	for (gsize i = 0; i < length;) {
		const char *p = html + i;
		gsize taken = *p == '<'   ? take_any_tag (&words, p, length - i)
			      : *p == '&' ? take_entity (&words, p, length - i)
					  : 0;
		if (taken == 0 && g_ascii_isspace (*p))
			words.is_spaced = TRUE;
		else if (taken == 0)
			add_word (&words, p, 1);
		i += MAX (taken, 1);
	}
	g_strchomp (words.text->str);
	return g_string_free (words.text, FALSE);
}
