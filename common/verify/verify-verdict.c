/* verify-verdict.c - what a comparison comes to, in sentences
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-verdict.h"

#include "base/text.h"
#include "verify/verify-moment.h"

const char *
verify_verdict_title (VerifyVerdict verdict)
{
	static const char *const titles[] = { "Proven", "Equal", "Differences", "Not verified" };

	return titles[verdict];
}

char *
verify_verdict_proof (const VerifyResult *result)
{
	const VerifyTally *total = &result->total;

	return g_strdup_printf ("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " proven",
				MIN (total->found, total->proven), total->source);
}

static void say (GPtrArray *reasons, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
say (GPtrArray *reasons, const char *format, ...)
{
	va_list arguments;

	va_start (arguments, format);
	g_ptr_array_add (reasons, g_strdup_vprintf (format, arguments));
	va_end (arguments);
}

/* None of n bad ones seen: with 95 % certainty there are at most 3/n (the rule of three). */
static void
say_sample (GPtrArray *reasons, const VerifyResult *result)
{
	guint64 sampled = result->match->sampled;

	if (sampled == 0 || result->total.classes[VERIFY_ALIKE] == 0)
		return;
	say (reasons, "%" G_GUINT64_FORMAT " of those that agree were read whole", sampled);
	if (result->total.classes[VERIFY_ALTERED] == 0)
		say (reasons,
		     "None differs, so with 95 %% certainty at most %.3g %% of the others do",
		     MIN (100.0, 300.0 / (double) sampled));
}

static void
say_changes (GPtrArray *reasons, const VerifySide *side)
{
	const LedgerMoment sum = verify_moment_sum (side);
	g_autofree char *changes = verify_moment_describe_changes (&sum);
	g_autofree char *name = text_for_terminal (side->name);

	if (changes != NULL)
		say (reasons, "While %s was read, %s: all this is said of what was there before",
		     name, changes);
}

GPtrArray *
verify_verdict_reasons (const VerifyResult *result)
{
	GPtrArray *reasons = g_ptr_array_new_with_free_func (g_free);
	const VerifyTally *total = &result->total;
	guint64 equal = total->found > total->proven ? total->found - total->proven : 0;
	guint64 unread = total->classes[VERIFY_UNVERIFIABLE];

	if (total->source == 0)
		say (reasons, "There was no message to compare");
	if (equal > 0)
		say (reasons,
		     "%" G_GUINT64_FORMAT " more say the same, but were written anew (mime-equal)",
		     equal);
	if (unread > 0)
		say (reasons, "%" G_GUINT64_FORMAT " could not be read", unread);
	if (result->lost_upstream > 0)
		say (reasons,
		     "%" G_GUINT64_FORMAT
		     " could not be carried by the program that wrote the source",
		     result->lost_upstream);
	if (total->classes[VERIFY_ALIKE] > 0)
		say (reasons, "Not proven: of %" G_GUINT64_FORMAT " only the headers were compared",
		     total->classes[VERIFY_ALIKE]);
	say_sample (reasons, result);
	if (result->match->folded > 0)
		say (reasons,
		     "%" G_GUINT64_FORMAT " at the target are the same mail as others there, in "
		     "another folder",
		     result->match->folded);
	say_changes (reasons, &result->source);
	say_changes (reasons, &result->target);
	if (result->trouble && unread == 0 && result->lost_upstream == 0 &&
	    result->verdict == VERIFY_NOT_VERIFIED)
		say (reasons, "Reading was not free of trouble: see what the run said");
	return reasons;
}

char *
verify_verdict_not_carried (const VerifyResult *result)
{
	g_autofree char *skipped = verify_result_describe_skipped (result);
	g_autofree char *safe = text_for_terminal (skipped);

	return *safe != '\0' ? g_strconcat ("Not carried: ", safe, NULL) : NULL;
}

char *
verify_verdict_consequence (const VerifyResult *result)
{
	g_autofree char *source = text_for_terminal (result->source.name);
	g_autofree char *target = text_for_terminal (result->target.name);

	if (!verify_result_is_good (result) || result->total.source == 0)
		return NULL;
	if (verify_result_is_safe_to_delete (result))
		return g_strdup_printf (
			"Every message of %s is in %s: safe to delete the old account", source,
			target);
	return g_strdup_printf ("Every message %s %s is in %s",
				result->source.filtered ? "asked for of" : "of", source, target);
}
