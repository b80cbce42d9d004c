/* verify-html-moment.c - as of when each folder of a server was read, in the page
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-html-parts.h"
#include "verify/verify-moment.h"

#define FOLDERS 500

void
verify_html_append_moments (GString *html, const char *title, const VerifySide *side)
{
	guint shown = 0;

	for (guint32 i = 0; i < verify_index_count_folders (side->index); i++) {
		const Folder *folder = verify_index_get_folder (side->index, i);
		LedgerMoment moment;
		if (!verify_moment_get (side, folder, &moment) || ++shown > FOLDERS)
			continue;
		g_autofree char *state = verify_moment_describe (&moment);
		g_autofree char *changes = verify_moment_describe_changes (&moment);
		if (shown == 1) {
			verify_html_append (html, "<details>\n<summary><h3>", title,
					    ", folder by folder: as of when</h3></summary>\n");
			g_string_append (html, "<dl>\n");
		}
		verify_html_append (html, "<dt><bdi>", folder->path, "</bdi></dt>");
		verify_html_append (html, "<dd>", state, "");
		verify_html_append (html, "; then ", changes, "");
		g_string_append (html, "</dd>\n");
	}
	if (shown > 0)
		g_string_append (html, "</dl>\n");
	if (shown > FOLDERS)
		g_string_append (html, "<p class=\"more\">And more: <code>--format=json</code> "
				       "lists all.</p>\n");
	if (shown > 0)
		g_string_append (html, "</details>\n");
}
