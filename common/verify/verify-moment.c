/* verify-moment.c - as of when a side was read, where others may change it meanwhile
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-moment.h"

gboolean
verify_moment_get (const VerifySide *side, const Folder *folder, LedgerMoment *moment)
{
	return ledger_get_moment (side->ledger, folder->path, moment);
}

LedgerMoment
verify_moment_sum (const VerifySide *side)
{
	LedgerMoment sum = { 0 };

	for (guint32 i = 0; i < verify_index_count_folders (side->index); i++) {
		LedgerMoment one;
		if (!verify_moment_get (side, verify_index_get_folder (side->index, i), &one))
			continue;
		sum.arrived += one.arrived;
		sum.flags_changed += one.flags_changed;
		sum.expunged += one.expunged;
	}
	return sum;
}

char *
verify_moment_describe (const LedgerMoment *moment)
{
	GString *text = g_string_new (NULL);

	if (moment->uid_next != 0)
		g_string_append_printf (text, "UIDNEXT %u", moment->uid_next);
	if (moment->mod_sequence != 0)
		g_string_append_printf (text, "%sHIGHESTMODSEQ %" G_GUINT64_FORMAT,
					text->len > 0 ? ", " : "", moment->mod_sequence);
	return g_string_free (text, FALSE);
}

static void
append_change (GString *text, guint64 count, const char *what)
{
	if (count > 0)
		g_string_append_printf (text, "%s%" G_GUINT64_FORMAT " message%s %s",
					text->len > 0 ? ", " : "", count, count == 1 ? "" : "s",
					what);
}

char *
verify_moment_describe_changes (const LedgerMoment *moment)
{
	g_autoptr (GString) text = g_string_new (NULL);

	append_change (text, moment->arrived, "arrived");
	append_change (text, moment->flags_changed, "got other flags");
	append_change (text, moment->expunged, moment->expunged == 1 ? "was expunged"
								     : "were expunged");
	return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}
