/* check-gmime.c - does GMime read every message of a stream without a warning?
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Usage: check-gmime STREAM, or an ordinary mbox. Each warning is a line: origin, warning, what it is
 * about. The last line counts messages and warnings; the exit status is 1 if there is any.
 *
 * GMime is what many mail programs read with, and it notices other things than Python's package does. Not
 * counted is what it says about addresses: those are kept as they came.
 */
#include <fcntl.h>
#include <gmime/gmime.h>
#include <stdio.h>

#include "mbox/mbox-source.h"

typedef struct {
	const char *origin;
	guint warnings;
} Check;

static const char *
describe (GMimeParserWarning warning)
{
	static const struct {
		GMimeParserWarning warning;
		const char *text;
	} texts[] = {
		{ GMIME_WARN_DUPLICATED_HEADER, "duplicated header" },
		{ GMIME_WARN_DUPLICATED_PARAMETER, "duplicated parameter" },
		{ GMIME_WARN_UNENCODED_8BIT_HEADER, "unencoded 8-bit header" },
		{ GMIME_WARN_INVALID_CONTENT_TYPE, "invalid content type" },
		{ GMIME_WARN_INVALID_RFC2047_HEADER_VALUE, "invalid encoded word" },
		{ GMIME_WARN_MALFORMED_MULTIPART, "malformed multipart" },
		{ GMIME_WARN_TRUNCATED_MESSAGE, "truncated message" },
		{ GMIME_WARN_MALFORMED_MESSAGE, "malformed message" },
		{ GMIME_CRIT_INVALID_HEADER_NAME, "invalid header name" },
		{ GMIME_CRIT_CONFLICTING_HEADER, "conflicting header" },
		{ GMIME_CRIT_CONFLICTING_PARAMETER, "conflicting parameter" },
		{ GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY, "multipart without boundary" },
		{ GMIME_WARN_INVALID_PARAMETER, "invalid parameter" },
		{ GMIME_CRIT_NESTING_OVERFLOW, "nested too deeply" },
	};

	for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
		if (texts[i].warning == warning)
			return texts[i].text;
	return "unknown warning";
}

static void
notice (gint64 offset, GMimeParserWarning warning, const char *item, gpointer user_data)
{
	Check *check = user_data;

	if (warning == GMIME_WARN_INVALID_ADDRESS_LIST)
		return;
	check->warnings++;
	(void) printf ("%s: %s at %" G_GINT64_FORMAT ": %.200s\n", check->origin,
		       describe (warning), offset, item != NULL ? item : "");
}

static gboolean
append (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	g_byte_array_append (user_data, data, (guint) length);
	return TRUE;
}

/* Only what is looked at is parsed, and warned of. */
static void
look_at (GMimeObject *parent, GMimeObject *part, gpointer user_data)
{
	for (int i = 0; i < g_mime_header_list_get_count (part->headers); i++)
		(void) g_mime_header_get_value (g_mime_header_list_get_header_at (part->headers,
										  i));
	if (GMIME_IS_PART (part))
		(void) g_mime_part_get_filename (GMIME_PART (part));
}

static gboolean
check_message (const Message *message, Check *check, GMimeParserOptions *options)
{
	g_autoptr (GByteArray) bytes = g_byte_array_new ();

	if (!message_content_foreach (message->content, append, bytes, NULL))
		return FALSE;
	check->origin = message->origin;
	GMimeStream *stream = g_mime_stream_mem_new_with_byte_array (bytes);
	g_mime_stream_mem_set_owner (GMIME_STREAM_MEM (stream), FALSE);
	GMimeParser *parser = g_mime_parser_new_with_stream (stream);
	GMimeMessage *parsed = g_mime_parser_construct_message (parser, options);
	if (parsed == NULL)
		notice (0, GMIME_WARN_MALFORMED_MESSAGE, "unreadable", check);
	else
		g_mime_message_foreach (parsed, look_at, NULL);
	g_clear_object (&parsed);
	g_object_unref (parser);
	g_object_unref (stream);
	return TRUE;
}

int
main (int argc, char **argv)
{
	g_autoptr (Report) report = report_new ("check-gmime");
	g_autoptr (Ledger) ledger = ledger_new (report);
	Check check = { 0 };
	guint count = 0;

	if (argc != 2)
		return 2;
	g_mime_init ();
	GMimeParserOptions *options = g_mime_parser_options_new ();
	g_mime_parser_options_set_warning_callback (options, notice, &check);

	MboxSourceOptions how = { .name = "stream", .habits.dialect = MBOX_DIALECT_AUTO };
	g_autoptr (MessageSource) source = mbox_source_new (open (argv[1], O_RDONLY | O_CLOEXEC),
							    &how, ledger, report);
	for (;;) {
		g_autoptr (Message) message = NULL;
		if (!message_source_next (source, &message, NULL))
			return 2;
		if (message == NULL)
			break;
		if (message->content == NULL)
			continue;
		if (!check_message (message, &check, options))
			return 2;
		count++;
	}
	(void) printf ("%u messages, %u warnings\n", count, check.warnings);
	g_mime_parser_options_free (options);
	return check.warnings > 0;
}
