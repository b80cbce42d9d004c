/* verify-command.c - a comparison as what one types to have it made again
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/verify-command.h"

#include <string.h>

#include "base/text.h"

/* As bash and zsh read it: what cannot be shown as it is would be lost on the way to the eye. */
static char *
quote_bytes (const char *word)
{
	GString *quoted = g_string_new ("$'");

	for (; *word != '\0'; word++)
		if (g_ascii_isprint (*word) && *word != '\'' && *word != '\\')
			g_string_append_c (quoted, *word);
		else
			g_string_append_printf (quoted, "\\x%02X", (guint8) *word);
	g_string_append_c (quoted, '\'');
	return g_string_free (quoted, FALSE);
}

/* Quotes only where a shell would stumble, so that the usual command is pleasant to read. */
static char *
quote (const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789@%+=:,./_-";

	g_autofree char *shown = text_for_terminal (word);

	if (strcmp (shown, word) != 0)
		return quote_bytes (word);
	if (*word != '\0' && word[strspn (word, plain)] == '\0')
		return g_strdup (word);
	return g_shell_quote (word);
}

static void
add (GPtrArray *words, const char *option, const char *value)
{
	g_autofree char *whole = g_strconcat (option, value, NULL);

	g_ptr_array_add (words, quote (whole));
}

static void
add_each (GPtrArray *words, const char *option, const char *const *values)
{
	for (gsize i = 0; values != NULL && values[i] != NULL; i++)
		add (words, option, values[i]);
}

static void
add_number (GPtrArray *words, const char *option, gint64 number)
{
	g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

	add (words, option, text);
}

static void
add_date (GPtrArray *words, const char *option, gint64 seconds)
{
	g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (seconds);
	g_autofree char *text = date == NULL
					? NULL
					: g_date_time_format (date, seconds % (24 * 60 * 60) == 0
									    ? "%Y-%m-%d"
									    : "%Y-%m-%dT%H:%M:%SZ");

	if (text != NULL)
		add (words, option, text);
}

static void
add_filter (GPtrArray *words, const MessageFilter *filter)
{
	add_each (words, "--folder=", (const char *const *) filter->folders);
	add_each (words, "--exclude=", (const char *const *) filter->excluded);
	if (filter->has_since)
		add_date (words, "--since=", filter->since);
	if (filter->has_before)
		add_date (words, "--before=", filter->before);
	if (filter->max_message_size > 0)
		add_number (words, "--max-message-size=", filter->max_message_size);
}

static void
add_options (GPtrArray *words, const VerifyCommand *command, gboolean full)
{
	const VerifyRunOptions *run = command->run;

	if (run->rules.require == VERIFY_LEVEL_CANONICAL)
		add (words, "--require=", "canonical");
	if (run->rules.require == VERIFY_LEVEL_RAW)
		add (words, "--require=", "raw");
	if (run->rules.metadata)
		add (words, "--metadata", NULL);
	if (run->rules.two_way)
		add (words, "--two-way", NULL);
	add_each (words, "--map=", run->map);
	add_filter (words, command->filter);
	if (run->quick && !full)
		add (words, "--quick", NULL);
	if (run->sample > 0 && !full)
		add_number (words, "--sample=", run->sample);
}

/* What looks like an option must not be taken for one. */
static void
add_operand (GPtrArray *words, const char *operand)
{
	if (*operand == '-' && operand[1] != '\0')
		add (words, "./", operand);
	else
		add (words, operand, NULL);
}

static char *
describe (const VerifyCommand *command, const char *missing, const char *then)
{
	g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);

	g_ptr_array_add (words, g_strdup ("mbox-verify"));
	if (missing != NULL)
		add (words, "--missing=", missing);
	add_options (words, command, TRUE);
	add_operand (words, command->source);
	add_operand (words, command->target);
	if (then != NULL) {
		g_ptr_array_add (words, g_strdup (then));
		add_operand (words, command->target);
	}
	g_ptr_array_add (words, NULL);
	return g_strjoinv (" ", (char **) words->pdata);
}

GStrv
verify_command_describe_options (const VerifyCommand *command)
{
	GPtrArray *words = g_ptr_array_new ();

	add_options (words, command, FALSE);
	g_ptr_array_add (words, NULL);
	return (GStrv) g_ptr_array_free (words, FALSE);
}

/* Standard input is gone when it has been read. */
static gboolean
can_repeat (const VerifyCommand *command)
{
	return strcmp (command->source, "-") != 0 && strcmp (command->target, "-") != 0;
}

char *
verify_command_describe_again (const VerifyCommand *command)
{
	return can_repeat (command) ? describe (command, NULL, NULL) : NULL;
}

char *
verify_command_describe_resend (const VerifyCommand *command)
{
	g_autofree char *cur = g_build_filename (command->target, "cur", NULL);

	if (!command->has_content || !can_repeat (command))
		return NULL;
	if (command->to_server)
		return describe (command, "-", "| maildir-push -");
	if (g_file_test (cur, G_FILE_TEST_IS_DIR))
		return describe (command, "-", "| mbox2maildir");
	return describe (command, "missing.mbox", NULL);
}
