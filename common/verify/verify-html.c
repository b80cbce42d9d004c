/* verify-html.c - the result of a comparison as a page to hand on
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For somebody who has never seen a terminal: the answer first, then what to do, then the details,
 * then how we know. The page needs nothing but itself and forbids the browser to fetch or run
 * anything; folder names and subjects are strangers' words.
 */
#include <string.h>

#include "base/text.h"
#include "verify/verify-html-parts.h"
#include "verify/verify-moment.h"
#include "verify/verify-verdict.h"

#define FOLDERS    500 /* of those with and of those without a remark */
#define CHARACTERS 600

typedef struct {
	const VerifyResult *result;
	const VerifyPage *page;
	Output *output;
} Html;

/* --- Text --------------------------------------------------------------- */

void
verify_html_escape (GString *html, const char *text)
{
	g_autofree char *safe = text_for_terminal (text);
	gboolean cut = g_utf8_strlen (safe, -1) > CHARACTERS;

	if (cut)
		*g_utf8_offset_to_pointer (safe, CHARACTERS) = '\0';
	g_autofree char *escaped = g_markup_escape_text (safe, -1);
	g_string_append (html, escaped);
	if (cut)
		g_string_append (html, "…");
}

void
verify_html_append (GString *html, const char *before, const char *text, const char *after)
{
	if (text == NULL || *text == '\0')
		return;
	g_string_append (html, before);
	verify_html_escape (html, text);
	g_string_append (html, after);
}

/* Not the text form: nobody has ever seen a %2F in Outlook. */
void
verify_html_append_folder (GString *html, const Folder *folder)
{
	g_autofree char *names = g_strjoinv (" › ", folder->components);

	verify_html_append (html, "<bdi>", names, "</bdi>");
}

void
verify_html_append_count (GString *html, guint64 count)
{
	g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, count);
	gsize length = strlen (digits);

	for (gsize i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			g_string_append_c (html, ',');
		g_string_append_c (html, digits[i]);
	}
}

static void
append_time (GString *html, gint64 seconds)
{
	g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
	static const char *const months[] = { "January",   "February", "March",    "April",
					      "May",       "June",     "July",     "August",
					      "September", "October",  "November", "December" };

	if (date == NULL)
		return;
	g_string_append_printf (html, "<time>%d %s %d, %02d:%02d UTC</time>",
				g_date_time_get_day_of_month (date),
				months[g_date_time_get_month (date) - 1],
				g_date_time_get_year (date), g_date_time_get_hour (date),
				g_date_time_get_minute (date));
}

static gboolean
put_section (const Html *self, GString *html, GError **error)
{
	return output_write (self->output, html->str, html->len, error);
}

/* --- The answer --------------------------------------------------------- */

static gboolean
put_head (const Html *self, GError **error)
{
	g_autoptr (GString) html = g_string_new (
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<meta name=\"robots\" content=\"noindex\">\n<title>");

	g_string_append (html, verify_verdict_title (self->result->verdict));
	verify_html_append (html, ": ", self->result->source.name, "");
	verify_html_append (html, " → ", self->result->target.name, "");
	g_string_append_printf (html, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<main>\n",
				verify_html_style);
	return put_section (self, html, error);
}

static gboolean
put_verdict (const Html *self, GError **error)
{
	const VerifyResult *result = self->result;
	g_autofree char *proof = verify_verdict_proof (result);
	g_autofree char *consequence = verify_verdict_consequence (result);
	g_autofree char *not_carried = verify_verdict_not_carried (result);
	g_autoptr (GPtrArray) reasons = verify_verdict_reasons (result);
	g_autoptr (GString) html = g_string_new ("<section class=\"verdict\">\n");

	verify_html_append (html, "<h1>Is every message of <bdi>", result->source.name, "</bdi>");
	verify_html_append (html, " in <bdi>", result->target.name, "</bdi>?</h1>\n");
	g_string_append_printf (html, "<p class=\"answer%s\">%s</p>\n",
				verify_result_is_good (result) ? "" : " bad",
				verify_verdict_title (result->verdict));
	verify_html_append (html, "<p class=\"consequence\"><strong>", consequence,
			    "</strong></p>\n");
	verify_html_append (html, consequence != NULL ? "<p>" : "<p class=\"consequence\">", proof,
			    "</p>\n");
	if (reasons->len > 0)
		g_string_append (html, "<ul class=\"reasons\">\n");
	for (guint i = 0; i < reasons->len; i++)
		verify_html_append (html, "<li>", g_ptr_array_index (reasons, i), "</li>\n");
	if (reasons->len > 0)
		g_string_append (html, "</ul>\n");
	verify_html_append_bar (html, &result->total);
	verify_html_append_legend (html, &result->total);
	verify_html_append (html, "<p class=\"not-carried\">", not_carried, "</p>\n");
	g_string_append (html, "<p class=\"as-of\">As of ");
	append_time (html, self->page->seconds);
	g_string_append (html, "</p>\n</section>\n");
	return put_section (self, html, error);
}

/* --- What to do next ---------------------------------------------------- */

static guint64
count_resendable (const VerifyResult *result)
{
	const guint64 *classes = result->total.classes;

	return classes[VERIFY_MISSING] + classes[VERIFY_ALTERED] + classes[VERIFY_COLLAPSED];
}

static void
append_good (GString *html, const VerifyResult *result)
{
	g_autofree char *skipped = verify_result_describe_skipped (result);

	g_string_append (html, "<p>Nothing has to be sent again.</p>\n");
	if (*skipped != '\0')
		g_string_append (html, "<p>What was not carried is at the source only: save it "
				       "before the source goes.");
	if (g_str_has_prefix (skipped, "not mail: "))
		g_string_append (html,
				 " <code class=\"option\">pst2mbox --contacts</code> and "
				 "<code class=\"option\">--calendar</code> write address books and "
				 "calendars of Outlook files.");
	if (*skipped != '\0')
		g_string_append (html, "</p>\n");
	if (verify_result_is_safe_to_delete (result) || result->total.source == 0)
		return;
	g_string_append (html, "<p>Whether the old account can be deleted is not said, because ");
	if (result->source.kind == VERIFY_COPY)
		g_string_append (html, "the source is a copy. Compare the Outlook file, the mail "
				       "program’s own folders or the account itself.</p>\n");
	else if (verify_moment_sum (&result->source).arrived > 0 ||
		 verify_moment_sum (&result->target).expunged > 0)
		g_string_append (html, "mail arrived or was expunged while it was read. Compare "
				       "again.</p>\n");
	else if (result->target.kind == VERIFY_MANIFEST)
		g_string_append (html, "the target is a manifest, which tells what was there "
				       "once. Compare with the target itself.</p>\n");
	else
		g_string_append (html, "only a part of the source was asked for.</p>\n");
}

static void
append_resend (GString *html, const VerifyResult *result, const VerifyPage *page)
{
	g_string_append (html, "<p>Send what is missing, altered or has too few copies, and "
			       "nothing else:</p>\n");
	if (page->resend != NULL)
		verify_html_append (html, "<pre>", page->resend, "</pre>\n");
	else
		g_string_append (html, "<p>This needs <code>--missing</code> with a source that "
				       "can be read again.</p>\n");
	if (result->total.classes[VERIFY_ALTERED] > 0)
		g_string_append (html, "<p>The altered ones stay at the target beside the good "
				       "ones. The list below says where they are; remove them "
				       "there.</p>\n");
}

static void
append_repair (GString *html, const VerifyResult *result, const VerifyPage *page)
{
	const guint64 *classes = result->total.classes;

	if (count_resendable (result) > 0 && !page->headers_only)
		append_resend (html, result, page);
	if (classes[VERIFY_DUPLICATED] > 0)
		g_string_append (html, "<p>Surplus copies do no harm; remove them at the target "
				       "by hand if they disturb.</p>\n");
	if (page->headers_only)
		g_string_append (html, "<p>Only headers were compared. For proof, have all of it "
				       "read:</p>\n");
	else if (result->verdict == VERIFY_NOT_VERIFIED)
		g_string_append (html, "<p>Find out why not everything could be read (the "
				       "messages of the run and <code>--report</code> name it), "
				       "and keep the source until then. Compare again:</p>\n");
	else
		g_string_append (html, "<p>Then compare again, and keep the source until "
				       "then:</p>\n");
	verify_html_append (html, "<pre>", page->again, "</pre>\n");
	if (page->logs_in)
		g_string_append (html, "<p>The options to log in are those of this comparison; "
				       "every program needs them.</p>\n");
}

static gboolean
put_next (const Html *self, GError **error)
{
	g_autoptr (GString) html = g_string_new ("<section>\n<h2>What to do next</h2>\n");

	if (verify_result_is_good (self->result))
		append_good (html, self->result);
	else
		append_repair (html, self->result, self->page);
	g_string_append (html, "</section>\n");
	return put_section (self, html, error);
}

/* --- Folders ------------------------------------------------------------ */

static gboolean
is_off (const VerifyTally *tally)
{
	return tally->found + tally->classes[VERIFY_ALIKE] < tally->source ||
	       tally->classes[VERIFY_DUPLICATED] > 0 || tally->classes[VERIFY_UNVERIFIABLE] > 0;
}

/* Folders of the target that have nothing to do with the source are not worth a line. */
static gboolean
is_shown (const VerifyRow *row)
{
	return row->source != NULL || row->tally.target > 0;
}

static void
append_numbers (GString *html, const VerifyTally *tally)
{
	const char *cell = tally->source > 0 ? "<td>" : "<td class=\"zero\">";

	g_string_append (html, cell);
	verify_html_append_count (html, tally->source);
	g_string_append_printf (html, "</td>%s", cell);
	verify_html_append_count (html, tally->found);
	g_string_append (html, "</td></tr>\n");
}

static gboolean
put_folder (const Html *self, const VerifyRow *row, GError **error)
{
	const Folder *named = row->source != NULL ? row->source : row->target;
	g_autoptr (GString) html = g_string_new (NULL);

	g_string_append_printf (html, "<tr%s><th scope=\"row\">",
				is_off (&row->tally) ? " class=\"off\"" : "");
	verify_html_append_folder (html, named);
	if (row->source != NULL && row->target != NULL &&
	    strcmp (row->source->path, row->target->path) != 0) {
		g_string_append (html, "<small>there: ");
		verify_html_append_folder (html, row->target);
		g_string_append (html, "</small>");
	}
	verify_html_append_bar (html, &row->tally);
	verify_html_append_remarks (html, &row->tally);
	g_string_append (html, "</th>");
	append_numbers (html, &row->tally);
	return put_section (self, html, error);
}

static gboolean
put_rows (const Html *self, guint64 *left_out, GError **error)
{
	guint64 shown[2] = { 0 };

	for (guint i = 0; i < self->result->rows->len; i++) {
		const VerifyRow *row = &g_array_index (self->result->rows, VerifyRow, i);
		if (!is_shown (row))
			continue;
		if (++shown[is_off (&row->tally)] > FOLDERS)
			++*left_out;
		else if (!put_folder (self, row, error))
			return FALSE;
	}
	return TRUE;
}

static gboolean
put_folders (const Html *self, GError **error)
{
	g_autoptr (GString) foot = g_string_new ("</tbody>\n<tfoot><tr><th scope=\"row\">Total"
						 "</th>");
	guint64 left_out = 0;

	if (!output_write_string (self->output,
				  "<section>\n<h2>Folder by folder</h2>\n<table>\n<thead><tr>"
				  "<th scope=\"col\">Folder</th>"
				  "<th scope=\"col\" class=\"number\">Source</th>"
				  "<th scope=\"col\" class=\"number\">Found</th></tr></thead>\n"
				  "<tbody>\n",
				  error) ||
	    !put_rows (self, &left_out, error))
		return FALSE;
	append_numbers (foot, &self->result->total);
	g_string_append (foot, "</tfoot>\n</table>\n");
	if (left_out > 0) {
		g_string_append (foot, "<p class=\"more\">And ");
		verify_html_append_count (foot, left_out);
		g_string_append (foot,
				 " more folders: <code>--format=json</code> lists all.</p>\n");
	}
	g_string_append (foot, "</section>\n");
	return put_section (self, foot, error);
}

/* --- How it was proven -------------------------------------------------- */

static void
append_level (GString *html, const VerifyResult *result, VerifyLevel level, const char *name,
	      const char *meaning)
{
	const VerifyIndex *source = result->source.index;
	guint64 count = 0;

	for (guint32 i = 0; i < verify_index_count_folders (source); i++)
		count += verify_outcomes_get_count (result->match->outcomes, FALSE, i)
				 ->levels[level];
	g_string_append_printf (html, "<tr><th scope=\"row\">%s<small>%s</small></th><td%s>", name,
				meaning, count == 0 ? " class=\"zero\"" : "");
	verify_html_append_count (html, count);
	g_string_append (html, "</td></tr>\n");
}

static void
append_levels (GString *html, const VerifyResult *result)
{
	g_string_append (html, "<table>\n<thead><tr><th scope=\"col\">Found at the target by</th>"
			       "<th scope=\"col\" class=\"number\">Messages</th></tr></thead>\n"
			       "<tbody>\n");
	append_level (html, result, VERIFY_LEVEL_RAW, "Every byte (L0)",
		      "Proven. Towards a server: the form in which mail is sent.");
	append_level (html, result, VERIFY_LEVEL_CANONICAL, "Every byte that is mail (L1)",
		      "Proven. Line ends, and fields in which servers and mail programs keep their "
		      "state, do not count.");
	append_level (html, result, VERIFY_LEVEL_MIME, "What it says (L2)",
		      "Equal, but written anew: the same sender, recipients, subject, date and "
		      "parts.");
	append_level (html, result, VERIFY_LEVEL_HEADER, "Its header only (L3)",
		      "A hint which message it was meant to be; never a proof.");
	g_string_append (html, "</tbody>\n</table>\n");
}

static void
append_side (GString *html, const char *title, const char *kind, const char *operand,
	     guint64 messages)
{
	g_string_append_printf (html, "<dt>%s</dt><dd>", title);
	verify_html_append (html, "<code>", operand, "</code>, ");
	verify_html_append (html, "", kind, ", ");
	verify_html_append_count (html, messages);
	g_string_append_printf (html, " message%s</dd>\n", messages == 1 ? "" : "s");
}

static const char *
describe_source (const VerifySide *side)
{
	static const char *const kinds[] = {
		[VERIFY_COPY] = "a copy",
		[VERIFY_ORIGINAL] = "the original",
		[VERIFY_MANIFEST] = "a manifest",
	};

	if (side->filtered)
		return "a part of it";
	return kinds[side->kind];
}

static void
append_facts (GString *html, const VerifyResult *result, const VerifyPage *page)
{
	g_string_append (html, "<dl>\n");
	append_side (html, "Source", describe_source (&result->source), page->source,
		     result->total.source);
	append_side (html, "Target", result->target.kind == VERIFY_MANIFEST ? "a manifest" : NULL,
		     page->target, result->total.target);
	g_string_append (html, "<dt>As of</dt><dd>");
	append_time (html, page->seconds);
	g_string_append (html, ", when reading began</dd>\n<dt>Options</dt><dd>");
	for (guint i = 0; page->options[i] != NULL; i++)
		verify_html_append (html, i > 0 ? " <code>" : "<code>", page->options[i],
				    "</code>");
	if (page->options[0] == NULL)
		g_string_append (html, "none: what is found may be written anew, and folders, "
				       "flags and dates are notes");
	verify_html_append (html, "</dd>\n<dt>Made by</dt><dd>", page->tool, "</dd>\n</dl>\n");
}

static void
append_classes (GString *html, const VerifyTally *total)
{
	g_string_append (html, "<details>\n<summary><h3>All counts</h3></summary>\n"
			       "<p>By the names that <code>--format=json</code> gives them.</p>\n"
			       "<table id=\"counts\">\n<thead><tr><th scope=\"col\">What became of "
			       "it</th><th scope=\"col\" class=\"number\">Messages</th></tr>"
			       "</thead>\n<tbody>\n");
	for (VerifyClass class = VERIFY_IDENTICAL; class < VERIFY_CLASSES; class ++) {
		g_string_append_printf (html,
					"<tr><th scope=\"row\">%s <code>%s</code><small>%s</small>"
					"</th><td%s>",
					verify_html_class_title (class),
					verify_class_to_text (class),
					verify_html_class_meaning (class),
					total->classes[class] == 0 ? " class=\"zero\"" : "");
		verify_html_append_count (html, total->classes[class]);
		g_string_append (html, "</td></tr>\n");
	}
	g_string_append (html, "</tbody>\n</table>\n</details>\n");
}

static const char *
describe_reading (const Html *self)
{
	if (self->page->headers_only)
		return self->result->match->sampled > 0
			       ? "Headers, flags and dates of both sides were compared, and a part "
				 "of the messages, chosen at random, was read whole."
			       : "Only headers, flags and dates of both sides were compared. That "
				 "proves nothing about the content.";
	if (self->result->source.kind == VERIFY_MANIFEST ||
	    self->result->target.kind == VERIFY_MANIFEST)
		return "One side is a manifest: a list of the digests (SHA-256) that the messages "
		       "had when it was made. The other side was read, and each of its messages "
		       "compared with that list, copy by copy.";
	if (self->result->verdict == VERIFY_NOT_VERIFIED)
		return "What could be read was compared by digests (SHA-256) of the content, copy "
		       "by copy; of the rest nothing is known.";
	return "Whatever was compared was read from the first byte to the last. Messages were "
	       "compared by digests (SHA-256) of their content, copy by copy: not by counts, sizes "
	       "or Message-IDs.";
}

static gboolean
put_proof (const Html *self, GError **error)
{
	g_autoptr (GString) html = g_string_new ("<section>\n<h2>How it was proven</h2>\n<p>");

	if (!verify_result_is_good (self->result))
		g_string_assign (html, "<section>\n<h2>How it was compared</h2>\n<p>");
	g_string_append_printf (html, "%s</p>\n", describe_reading (self));
	append_levels (html, self->result);
	append_facts (html, self->result, self->page);
	verify_html_append_moments (html, "The source", &self->result->source);
	verify_html_append_moments (html, "The target", &self->result->target);
	append_classes (html, &self->result->total);
	g_string_append (html, "</section>\n</main>\n");
	verify_html_append (html, "<footer><p>", self->page->tool,
			    ". This page holds everything it shows: it loads nothing and runs "
			    "nothing. It names senders and subjects of mail, so treat it like "
			    "mail.</p></footer>\n</body>\n</html>\n");
	return put_section (self, html, error);
}

gboolean
verify_show_html (const VerifyResult *result, const VerifyPage *page, Output *output,
		  GError **error)
{
	const Html self = { result, page, output };

	return put_head (&self, error) && put_verdict (&self, error) && put_next (&self, error) &&
	       put_folders (&self, error) && verify_html_put_findings (result, output, error) &&
	       put_proof (&self, error);
}
