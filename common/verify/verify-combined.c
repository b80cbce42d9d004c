/* verify-combined.c - the result of a comparison for scripts: a line and a sign for every message
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The signs are those that "rclone check --combined" made known, and '~' for what was written anew.
 * A line can be cut at its tabs; folder and origin are percent-encoded where they hold controls.
 */
#include "base/text.h"
#include "verify/verify-show.h"

static char
sign_of (const VerifyFinding *finding)
{
	gboolean anew = finding->level == VERIFY_LEVEL_MIME;

	switch (finding->class) {
	case VERIFY_MISSING:
	case VERIFY_COLLAPSED: return '+';
	case VERIFY_EXTRA:
	case VERIFY_DUPLICATED: return '-';
	case VERIFY_ALTERED: return '*';
	case VERIFY_UNVERIFIABLE:
	case VERIFY_ALIKE: return '!';
	case VERIFY_IDENTICAL:
	case VERIFY_CANONICAL:
	case VERIFY_MIME_EQUAL:
	case VERIFY_MOVED:
	case VERIFY_FLAG_DIFFERS:
	case VERIFY_DATE_DIFFERS:
	case VERIFY_CLASSES: break;
	}
	return anew ? '~' : '=';
}

static gboolean
put_message (const VerifyResult *result, const VerifyFinding *finding, gpointer user_data,
	     GError **error)
{
	const VerifySide *side = finding->at_target ? &result->target : &result->source;
	g_auto (VerifyWords) words = { 0 };

	if (!verify_index_read_words (side->index, finding->record, &words, error))
		return FALSE;
	g_autofree char *origin =
		text_percent_encode (words.origin != NULL ? words.origin : "-", -1, NULL);
	/* A folder's text form is encoded already. */
	g_autofree char *line = g_strdup_printf ("%c %s\t%s\n", sign_of (finding),
						 finding->folder->path, origin);
	return output_write_string (user_data, line, error);
}

gboolean
verify_show_combined (const VerifyResult *result, Output *output, GError **error)
{
	return verify_result_foreach_message (result, put_message, output, error);
}
