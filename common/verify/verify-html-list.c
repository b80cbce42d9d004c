/* verify-html-list.c - the differences of a comparison, for the page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Findings come in the order of the mailbox, people want them by kind. One pass keeps the first of
 * each kind and counts the others, however many there are.
 */
#include "message/message-flags.h"
#include "message/message-mime.h"
#include "verify/verify-html-parts.h"
#include "verify/verify-words.h"

#define LISTED 100 /* of each class; more than anybody reads, and the page stays small */

typedef struct {
	GString *items;
	guint64 listed;
	guint64 found;
	gboolean counts; /* a difference or trouble, not only a note */
} Kind;

typedef struct {
	Kind kinds[VERIFY_CLASSES];
} Kinds;

static void
kinds_clear (Kinds *kinds)
{
	for (guint i = 0; i < VERIFY_CLASSES; i++)
		if (kinds->kinds[i].items != NULL)
			g_string_free (kinds->kinds[i].items, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Kinds, kinds_clear)

static const struct {
	const char *title;
	const char *meaning;
} words_of[VERIFY_CLASSES] = {
	[VERIFY_IDENTICAL] = { "Identical", "Every byte is the same." },
	[VERIFY_CANONICAL] = { "Canonical",
			       "The same but for line ends and the fields in which servers and "
			       "mail programs keep their state." },
	[VERIFY_MIME_EQUAL] = { "Written anew",
				"The same sender, recipients, subject, date and parts, but not "
				"the same bytes." },
	[VERIFY_ALIKE] = { "Alike", "The header is the same; nothing else was compared." },
	[VERIFY_MOVED] = { "In another folder", "The same message, found elsewhere." },
	[VERIFY_ALTERED] = { "Altered",
			     "A message with the same header is at the target, but what it says "
			     "differs." },
	[VERIFY_MISSING] = { "Missing", "At the source only: nothing of it is at the target." },
	[VERIFY_COLLAPSED] = { "Too few copies",
			       "The source has this message more often than the target." },
	[VERIFY_EXTRA] = { "Only at the target", "Not at the source: new mail, for example." },
	[VERIFY_DUPLICATED] = { "Too many copies",
				"The target has this message more often than the source." },
	[VERIFY_UNVERIFIABLE] = { "Not readable",
				  "It could not be read, so nothing is known of it." },
	[VERIFY_FLAG_DIFFERS] = { "Other flags",
				  "The same message, but whether it is read, answered, flagged, a "
				  "draft or deleted, or its keywords, differ." },
	[VERIFY_DATE_DIFFERS] = { "Another date",
				  "The same message, but mail programs may sort it elsewhere." },
};

/* What matters most first. */
static const VerifyClass order[] = {
	VERIFY_MISSING,    VERIFY_ALTERED,      VERIFY_COLLAPSED,    VERIFY_UNVERIFIABLE,
	VERIFY_DUPLICATED, VERIFY_CANONICAL,    VERIFY_MOVED,        VERIFY_MIME_EQUAL,
	VERIFY_EXTRA,      VERIFY_FLAG_DIFFERS, VERIFY_DATE_DIFFERS,
};

const char *
verify_html_class_title (VerifyClass class)
{
	return words_of[class].title;
}

const char *
verify_html_class_meaning (VerifyClass class)
{
	return words_of[class].meaning;
}

/* --- One finding -------------------------------------------------------- */

static const char *
explain (const char *reason)
{
	static const struct {
		const char *reason;
		const char *text;
	} texts[] = {
		{ "truncated", "only its beginning is there" },
		{ "part-missing", "some of its parts are not there" },
		{ "part-replaced", "an attachment is another one" },
		{ "from-quoting", "a “&gt;” before a line that begins with “From ” came or went" },
		{ "charset", "letters beyond ASCII are others" },
		{ "rewrapped", "lines are broken elsewhere" },
		{ "signature", "it says the same, but what was signed has been written anew" },
		{ "bare-cr-dropped", "carriage returns within lines are gone" },
		{ "header-munged", "letters beyond ASCII in the header have become “X” or “?”" },
		{ "header-changed", "the parts are the same, a header field is not" },
		{ "text-changed", "the text is another one" },
		{ "size", "the sizes are far apart" },
		{ "content-not-available", "one side is a manifest, which holds no content" },
		{ "nul", "it had NUL bytes, which became others" },
	};

	for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
		if (g_str_equal (reason, texts[i].reason))
			return texts[i].text;
	return NULL;
}

static void
append_flags (GString *html, const VerifyRecord *record)
{
	static const char *const names[] = { "read", "answered", "flagged", "draft", "deleted" };
	const char *separator = "";

	for (guint i = 0; message_flag_names[i].bit != 0; i++)
		if ((record->flags & message_flag_names[i].bit) != 0) {
			g_string_append_printf (html, "%s%s", separator, names[i]);
			separator = ", ";
		}
	if (*separator == '\0')
		g_string_append (html, "none");
}

static void
append_date (GString *html, const char *before, const VerifyRecord *record)
{
	g_autofree char *date = verify_words_date (record->date);

	if (date != NULL)
		g_string_append_printf (html, "%s<time datetime=\"%s\">%.10s</time>", before, date,
					date);
}

/* The dates may be the same but for the hour. */
static void
append_dates (GString *html, const VerifyFinding *finding)
{
	g_autofree char *here = verify_words_date (finding->record->date);
	g_autofree char *there = verify_words_date (finding->partner->date);

	g_string_append_printf (html, "<p class=\"why\">%s at the source, %s at the target</p>",
				here != NULL ? here : "no date", there != NULL ? there : "no date");
}

static void
append_why (GString *html, const VerifyFinding *finding)
{
	const char *text = finding->reason != NULL ? explain (finding->reason) : NULL;

	if (finding->reason != NULL)
		g_string_append_printf (html, "<p class=\"why\">%s <code>%s</code></p>",
					text != NULL ? text : "", finding->reason);
	if (finding->partner == NULL)
		return;
	if (finding->class == VERIFY_FLAG_DIFFERS) {
		g_string_append (html, "<p class=\"why\">");
		append_flags (html, finding->record);
		g_string_append (html, " at the source, ");
		append_flags (html, finding->partner);
		g_string_append (html, " at the target");
		if (finding->record->keywords != finding->partner->keywords)
			g_string_append (html, "; the keywords differ");
		g_string_append (html, "</p>");
	}
	if (finding->class == VERIFY_DATE_DIFFERS)
		append_dates (html, finding);
}

static gboolean
append_origins (GString *html, const VerifyResult *result, const VerifyFinding *finding,
		const VerifyWords *words, GError **error)
{
	const VerifySide *other = finding->at_target ? &result->source : &result->target;
	g_auto (VerifyWords) there = { 0 };

	if (finding->partner != NULL &&
	    !verify_index_read_words (other->index, finding->partner, &there, error))
		return FALSE;
	verify_html_append (html, "<p class=\"origin\"><code>", words->origin, "</code>");
	if (words->origin == NULL || *words->origin == '\0')
		g_string_append (html, "<p class=\"origin\">");
	verify_html_append (html, ", there as <code>", there.origin, "</code>");
	g_string_append (html, "</p>");
	return TRUE;
}

static gboolean
append_finding (GString *html, const VerifyResult *result, const VerifyFinding *finding,
		GError **error)
{
	const VerifySide *side = finding->at_target ? &result->target : &result->source;
	g_auto (VerifyWords) words = { 0 };

	if (!verify_index_read_words (side->index, finding->record, &words, error))
		return FALSE;
	g_autofree char *subject = message_mime_decode (words.subject);
	g_autofree char *from = message_mime_decode (words.from);
	gboolean named = subject != NULL && *subject != '\0';
	g_string_append (html, "<li><p class=\"subject\">");
	verify_html_append (html, "<bdi>", named ? subject : "(no subject)", "</bdi></p>");
	g_string_append (html, "<p class=\"facts\">in ");
	verify_html_append_folder (html, finding->folder);
	if (finding->class == VERIFY_MOVED) {
		g_string_append (html, ", there in ");
		verify_html_append_folder (html, finding->partner_folder);
	}
	append_date (html, " · ", finding->record);
	verify_html_append (html, " · from <bdi>", from, "</bdi>");
	g_string_append (html, "</p>");
	append_why (html, finding);
	if (!append_origins (html, result, finding, &words, error))
		return FALSE;
	g_string_append (html, "</li>\n");
	return TRUE;
}

static gboolean
keep_finding (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
	      GError **error)
{
	Kinds *kinds = user_data;
	Kind *kind = &kinds->kinds[finding->class];

	kind->found++;
	kind->counts = kind->counts || finding->counts || finding->class == VERIFY_UNVERIFIABLE;
	if (kind->listed == LISTED)
		return TRUE;
	kind->listed++;
	if (kind->items == NULL)
		kind->items = g_string_new (NULL);
	return append_finding (kind->items, result, finding, error);
}

/* --- The lists ---------------------------------------------------------- */

static gboolean
put_kind (const Kind *kind, VerifyClass class, Output *output, GError **error)
{
	g_autoptr (GString) head = g_string_new (NULL);
	g_autoptr (GString) foot = g_string_new ("</ol>\n");

	g_string_append_printf (head,
				"<details class=\"%s\"%s>\n<summary><h3>%s</h3> "
				"<span class=\"count\">",
				kind->counts ? "difference" : "note", kind->counts ? " open" : "",
				words_of[class].title);
	verify_html_append_count (head, kind->found);
	g_string_append_printf (head, "</span></summary>\n<p>%s</p>\n<ol>\n",
				words_of[class].meaning);
	if (kind->found > kind->listed) {
		g_string_append (foot, "<p class=\"more\">And ");
		verify_html_append_count (foot, kind->found - kind->listed);
		g_string_append (foot, " more: <code>--format=json</code> lists all.</p>\n");
	}
	g_string_append (foot, "</details>\n");
	return output_write_string (output, head->str, error) &&
	       output_write (output, kind->items->str, kind->items->len, error) &&
	       output_write_string (output, foot->str, error);
}

static gboolean
put_kinds (const Kinds *kinds, gboolean counts, const char *title, const char *says, Output *output,
	   GError **error)
{
	gboolean any = FALSE;

	for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
		const Kind *kind = &kinds->kinds[order[i]];
		if (kind->found == 0 || kind->counts != counts)
			continue;
		g_autofree char *head =
			g_strdup_printf ("<section>\n<h2>%s</h2>\n<p class=\"lead\">%s</p>\n",
					 title, says);
		if (!any && !output_write_string (output, head, error))
			return FALSE;
		any = TRUE;
		if (!put_kind (kind, order[i], output, error))
			return FALSE;
	}
	return !any || output_write_string (output, "</section>\n", error);
}

gboolean
verify_html_put_findings (const VerifyResult *result, Output *output, GError **error)
{
	g_auto (Kinds) kinds = { 0 };

	return verify_result_foreach (result, keep_finding, &kinds, error) &&
	       put_kinds (&kinds, TRUE, "What differs", "By kind; what matters most comes first.",
			  output, error) &&
	       put_kinds (&kinds, FALSE, "Worth knowing",
			  "No differences by the rules of this comparison.", output, error);
}
