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
	const char *forwarded = strstr (keywords, "$Forwarded ");
	g_assert_cmpstr (forwarded != NULL ? forwarded + strlen ("$Forwarded ") : keywords, ==,
			 wanted);
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

/* Real files, and how many messages they hold. Where that is not the number of lines that begin
 * with "From ", why. */
static const struct {
	const char *path;
	guint messages;
	const char *reason;
} files[] = {
	{ "coppit+mail-mbox-messageparser/t/mailboxes/binary_body.txt", 1, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/hessbug.txt", 1, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/invalid-boundaries.txt", 8, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/malformed.txt", 54, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/newlines_at_beginning.txt", 1, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/separators1.sep", 4, NULL },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/"
	  "separators2.sep", 2, "a From_ line in prose" },
	{ "coppit+mail-mbox-messageparser/t/mailboxes/vm-emacs.txt", 1, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/content-length-summary.txt", 29, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/content-length.mbox.txt", 29, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/issue1189-summary.txt", 4, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/issue1189.mbox.txt", 4, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/jwz-summary.txt", 152, NULL },
	{ "jstedfast+MimeKit/UnitTests/TestData/mbox/"
	  "unmunged.mbox.txt", 2, "the body's From_ line has no header after it" },
	{ "jstedfast+MimeKit/UnitTests/TestData/messages/multipart-digest.txt", 1, NULL },
	{ "markov2+perl5-Mail-Box/t/folders/mbox.cpy", 45, NULL },
	{ "markov2+perl5-Mail-Box/t/folders/mbox.src", 45, NULL },
	{ "markov2+perl5-Mail-Box/t/folders/mbox.win", 45, NULL },
	{ "mikez+emlx/tests/plaintext.emlx", 0, NULL },
	{ "mikez+emlx/tests/richtext.emlx", 0, NULL },
	{ "mozilla+releases-comm-central/mail/base/test/browser/files/"
	  "clickableContent.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/base/test/browser/files/sampleContent.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/base/test/browser/widgets/files/"
	  "formContent.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/composition/data/"
	  "feed-message.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/composition/data/"
	  "sampleContent.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/folder-display/data/"
	  "test-invalid-vcard.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/message-reader/data/"
	  "bug1774805_android_mms.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/message-window/data/"
	  "test-vcard-icon.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mail/test/browser/openpgp/data/eml/"
	  "encrypted-and-signed-alice-to-bob-nonascii.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/db/panorama/test/xpcshell/data/"
	  "migration", 3, NULL },
	{ "mozilla+releases-comm-central/mailnews/extensions/bayesian-spam-filter/test/unit/resources/"
	  "aliases1.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/extensions/bayesian-spam-filter/test/unit/resources/"
	  "aliases2.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/extensions/bayesian-spam-filter/test/unit/resources/"
	  "aliases3.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/local/test/unit/data/"
	  "mailformed_subject.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/local/test/unit/data/movemailspool", 3, NULL },
	{ "mozilla+releases-comm-central/mailnews/mime/jsmime/test/unit/data/bug505221", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/mime/jsmime/test/unit/data/bugmail11", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/mime/jsmime/test/unit/data/"
	  "multipart-complex2", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/mime/jsmime/test/unit/data/"
	  "multipartmalt-detach", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/SenderHeader", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/badly-folded-headers.eml", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bodySearchCrash", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bug132340", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bug513543", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail-1", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail12", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail19", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail2", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail3", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail4", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail5", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail6", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail7", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/bugmail8", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/external-attach-test", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/image-attach-test", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/mail-without-from", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/mbox_mboxrd", 2, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/mbox_modern", 2, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/"
	  "mbox_unquoted", 2, "a bare From_ line in a body" },
	{ "mozilla+releases-comm-central/mailnews/test/data/multipartmalt-detach", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/reply-filter-testmail", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/template-latin1", 1, NULL },
	{ "mozilla+releases-comm-central/mailnews/test/data/template-utf8", 1, NULL },
	{ "mozilla+releases-comm-central/third_party/patches/rnp/pr2385.patch", 1, NULL },
	{ "mozilla+releases-comm-central/third_party/patches/rnp/pr2389.patch", 1, NULL },
	{ "rc0+mairix/test/messages/mbox/animals", 2, NULL },
	{ "rc0+mairix/test/messages/mbox/corrupt_header", 2, NULL },
	{ "rc0+mairix/test/messages/mmdf/animals", 2, "MMDF has no From_ lines" },
};

static guint
count_from_lines (const char *data, gsize length)
{
	guint n = length >= 5 && memcmp (data, "From ", 5) == 0;

	for (const char *at = data; (at = memmem (at, length - (gsize) (at - data), "\nFrom ", 6)); at++)
		n++;
	return n;
}

static void
test_files (void)
{
	for (guint i = 0; i < G_N_ELEMENTS (files); i++) {
		g_autofree char *path = corpus_path ("mbox", files[i].path);
		g_autofree char *data = NULL;
		g_auto (ReadMbox) result = { 0 };
		MboxSourceOptions options = { .path = path };
		gsize length;

		if (!g_file_get_contents (path, &data, &length, NULL)) {
			g_test_skip ("the corpus is not there");
			return;
		}
		g_test_message ("%s", files[i].path);
		if (files[i].reason == NULL)
			g_assert_cmpuint (files[i].messages, ==, count_from_lines (data, length));
		read_mbox (&result, open (path, O_RDONLY | O_CLOEXEC), &options);
		g_assert_cmpuint (result.messages->len + result.counts.skipped, ==, files[i].messages);
		g_assert_cmpint (result.error != NULL, ==, g_str_has_suffix (path, ".emlx"));
		if (result.error == NULL)
			read_mbox_assert_balance (&result, length);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mbox/corpus/adversarial-mailboxes-are-read-byte-for-byte", test_cases);
	g_test_add_func ("/mbox/corpus/labelled-lines-are-judged-right", test_lines);
	g_test_add_func ("/mbox/corpus/real-files-are-counted-right", test_files);
	return g_test_run ();
}
