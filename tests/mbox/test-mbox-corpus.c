/* test-mbox-corpus.c - adversarial and real mailboxes that are not ours
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Skipped without the corpus (MAILFERRY_SHARED, or ../shared beside the source); the same claims
 * are made of our own cases in test-mbox-cases.c and test-mbox-separator.c.
 */
#include <fcntl.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "mbox/mbox-separator.h"
#include "mbox/read-mbox.h"

static char *
corpus_path (const char *directory, const char *name)
{
	const char *shared = g_getenv ("MAILFERRY_SHARED");
	const char *top = g_getenv ("top_srcdir");

	if (shared != NULL)
		return g_build_filename (shared, "corpus", directory, name, NULL);
	return g_build_filename (top != NULL ? top : ".", "..", "shared", "corpus", directory, name,
				 NULL);
}

/* NULL, and the test skipped, if there is no such file. */
static JsonNode *
load_json (const char *name)
{
	g_autofree char *path = corpus_path ("mbox-cases", name);
	g_autoptr (JsonParser) parser = json_parser_new ();

	if (!json_parser_load_from_file (parser, path, NULL)) {
		g_test_skip ("the corpus is not there");
		return NULL;
	}
	return json_parser_steal_root (parser);
}

static const char *
text_member (JsonObject *object, const char *name)
{
	return json_object_get_string_member_with_default (object, name, "");
}

/* The names of an array of strings, joined as findings are. */
static char *
join (JsonArray *array)
{
	g_autoptr (GString) text = g_string_new (NULL);

	for (guint i = 0; i < json_array_get_length (array); i++)
		g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
					json_array_get_string_element (array, i));
	return g_string_free (g_steal_pointer (&text), FALSE);
}

static MboxDialect
dialect_of (JsonObject *expected)
{
	const char *text = text_member (json_object_get_object_member (expected, "opts"), "dialect");

	return strcmp (text, "mboxrd") == 0  ? MBOX_DIALECT_RD
	       : strcmp (text, "mboxo") == 0 ? MBOX_DIALECT_O
					     : MBOX_DIALECT_AUTO;
}

static void
assert_message (Message *message, JsonObject *expected)
{
	char hex[DIGEST_HEX_SIZE];
	g_autofree char *flags = read_mbox_flags (message);
	g_autofree char *keywords = read_mbox_keywords (message);
	g_autofree char *wanted = join (json_object_get_array_member (expected, "keywords"));
	g_autoptr (GError) error = NULL;
	const guint8 *l0 = message_get_l0 (message, &error);

	g_assert_no_error (error);
	g_assert_cmpint (message_content_get_size (message->content), ==,
			 json_object_get_int_member (expected, "size"));
	g_assert_cmpstr (digest_to_hex (l0, DIGEST_SIZE, hex), ==, text_member (expected, "sha256"));
	g_assert_cmpstr (flags, ==, text_member (expected, "flags"));
	/* the letter P stands for it */
	g_auto (GStrv) split = g_strsplit (keywords, "$Forwarded ", 2);
	g_assert_cmpstr (split[1] != NULL ? split[1] : keywords, ==, wanted);
	if (json_node_get_value_type (json_object_get_member (expected, "date")) == G_TYPE_INT64)
		g_assert_cmpint (message->received.seconds, ==,
				 json_object_get_int_member (expected, "date"));
}

static void
check_case (const char *name, JsonObject *expected)
{
	g_autofree char *path = corpus_path ("mbox-cases", name);
	MboxSourceOptions options = { .name = name, .habits.dialect = dialect_of (expected) };
	g_auto (ReadMbox) result = { 0 };
	g_autofree char *findings = join (json_object_get_array_member (expected, "diag"));
	JsonArray *messages = json_object_get_array_member (expected, "messages");

	g_test_message ("%s: %s", name, text_member (expected, "what"));
	read_mbox (&result, open (path, O_RDONLY | O_CLOEXEC), &options);
	if (strcmp (text_member (expected, "class"), "reject") == 0)
		g_assert_error (result.error, RUN_ERROR, RUN_ERROR_INPUT);
	else
		g_assert_no_error (result.error);
	g_assert_cmpuint (result.messages->len, ==, json_object_get_int_member (expected, "count"));
	for (guint i = 0; i < result.messages->len; i++)
		assert_message (result.messages->pdata[i], json_array_get_object_element (messages, i));
	g_assert_cmpstr (result.findings, ==, findings);
	g_assert_cmpuint (result.counts.announced, ==, result.counts.emitted + result.counts.skipped);
}

static void
test_cases (void)
{
	g_autoptr (JsonNode) root = load_json ("expected.json");

	if (root == NULL)
		return;
	JsonObject *all = json_node_get_object (root);
	g_autoptr (GList) names = json_object_get_members (all);
	for (GList *name = names; name != NULL; name = name->next)
		if (!g_str_has_suffix (name->data, ".emlx")) /* no mailbox: another room reads them */
			check_case (name->data, json_object_get_object_member (all, name->data));
}

static void
test_lines (void)
{
	g_autoptr (JsonNode) root = load_json ("from-lines.json");

	if (root == NULL)
		return;
	JsonArray *all = json_node_get_array (root);
	for (guint i = 0; i < json_array_get_length (all); i++) {
		JsonObject *one = json_array_get_object_element (all, i);
		const char *line = text_member (one, "line");
		const char *after = text_member (one, "after");
		gboolean blank = json_object_get_boolean_member (one, "blank_before");
		MboxFrom from;
		g_test_message ("%s", line);
		mbox_from_parse (line, strlen (line), &from);
		g_assert_cmpint (mbox_separator_judge (&from, blank ? MBOX_AFTER_BLANK : MBOX_AFTER_TEXT,
						       (const guint8 *) after, strlen (after), TRUE),
				 ==, json_object_get_boolean_member (one, "separator"));
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/corpus/adversarial-mailboxes-are-read-byte-for-byte", test_cases);
	g_test_add_func ("/mbox/corpus/labelled-lines-are-judged-right", test_lines);
	return g_test_run ();
}
