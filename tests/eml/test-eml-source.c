/* test-eml-source.c - a folder whose messages are files: order, account, damage
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "eml/eml-source.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/safe-file.h"
#include "support/mail-fakes.h"
#include "support/remove-tree.h"

typedef struct {
	char *top;
	int fd;
	Report *report;
	Ledger *ledger;
	GPtrArray *paths; /* of the source */
	Folder *folder;
} Scene;

static Scene *
scene_new (void)
{
	Scene *scene = g_new0 (Scene, 1);

	scene->top = g_dir_make_tmp ("mailferry-test.XXXXXX", NULL);
	g_assert_nonnull (scene->top);
	scene->fd = open (scene->top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	scene->report = report_new_quiet ("test");
	scene->ledger = ledger_new (scene->report);
	scene->paths = g_ptr_array_new ();
	scene->folder = folder_new_inbox ();
	return scene;
}

static void
scene_free (Scene *scene)
{
	remove_tree (scene->top);
	close (scene->fd);
	ledger_free (scene->ledger);
	report_free (scene->report);
	g_ptr_array_unref (scene->paths);
	folder_unref (scene->folder);
	g_free (scene->top);
	g_free (scene);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Scene, scene_free)

static void
plant (Scene *scene, const char *name, const void *data, gsize length)
{
	g_autofree char *path = g_build_filename (scene->top, name, NULL);
	g_autofree char *directory = g_path_get_dirname (path);
	int fd;

	g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
	fd = open (path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	g_assert_cmpint (fd, >=, 0);
	g_assert_true (safe_file_write_all (fd, data, length, name, NULL));
	close (fd);
}

static void
plant_text (Scene *scene, const char *name, const char *text)
{
	plant (scene, name, text, strlen (text));
}

/* All messages of the folder; the account must balance. Elements are Message. */
static GPtrArray *
read_all (Scene *scene, EmlNames names)
{
	const EmlSourceOptions options = { .name = "tree",
					   .root_fd = scene->fd,
					   .paths = scene->paths,
					   .folder = scene->folder,
					   .names = names };
	g_autoptr (MessageSource) source =
		eml_source_new (&options, scene->ledger, scene->report);
	ReportCounts before = ledger_get_counts (scene->ledger);
	GPtrArray *messages = fake_collect (source);
	ReportCounts after = ledger_get_counts (scene->ledger);
	guint64 handed_out = 0;

	for (guint i = 0; i < messages->len; i++)
		handed_out += message_is_folder (messages->pdata[i]) ? 0 : 1;
	g_assert_cmpuint (after.announced - before.announced, ==,
			  handed_out + after.skipped - before.skipped + after.failed -
				  before.failed);
	return messages;
}

static char *
origins (GPtrArray *messages)
{
	GString *text = g_string_new (NULL);

	for (guint i = 0; i < messages->len; i++)
		g_string_append_printf (text, "%s%s", i > 0 ? " " : "",
					((Message *) messages->pdata[i])->origin);
	return g_string_free (text, FALSE);
}

static void
test_order (void)
{
	static const char *const names[] = { "a/10.eml", "a/9.eml",   "b/0009.eml", "b/9.emlx",
					     "a/x.eml",	 "b/100.EML", "b/7.txt",    "b/.1.eml",
					     "a/99999999999999999999999.eml" };
	g_autoptr (Scene) scene = scene_new ();

	for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
		plant_text (scene, names[i], "Subject: x\n\n");
	g_ptr_array_add (scene->paths, (gpointer) "a");
	g_ptr_array_add (scene->paths, (gpointer) "b");
	g_autoptr (GPtrArray) messages = read_all (scene, EML_NAMES_MAIL);
	g_autofree char *got = origins (messages);
	g_assert_cmpstr (got, ==,
			 "tree/b/0009.eml tree/a/9.eml tree/b/9.emlx tree/a/10.eml tree/b/100.EML "
			 "tree/a/99999999999999999999999.eml tree/a/x.eml");
}

static void
test_names (void)
{
	g_assert_true (eml_source_is_message ("x.eml", EML_NAMES_MAIL));
	g_assert_true (eml_source_is_message ("1.partial.EMLX", EML_NAMES_MAIL));
	g_assert_false (eml_source_is_message (".eml", EML_NAMES_MAIL));
	g_assert_false (eml_source_is_message ("1.2.emlxpart", EML_NAMES_MAIL));
	g_assert_true (eml_source_is_message ("any", EML_NAMES_ALL));
	g_assert_false (eml_source_is_message (".any", EML_NAMES_ALL));
	g_assert_true (eml_source_is_message ("12", EML_NAMES_NUMBERS));
	g_assert_false (eml_source_is_message (",12", EML_NAMES_NUMBERS));
}

static void
test_an_empty_folder_is_news (void)
{
	g_autoptr (Scene) scene = scene_new ();

	plant_text (scene, "a/not mail", "x");
	g_ptr_array_add (scene->paths, (gpointer) "a");
	g_autoptr (GPtrArray) messages = read_all (scene, EML_NAMES_MAIL);
	g_assert_cmpuint (messages->len, ==, 1);
	g_assert_true (message_is_folder (messages->pdata[0]));
}

static void
assert_content (const Message *message, const void *expected, gsize length)
{
	g_autoptr (GBytes) wanted = g_bytes_new (expected, length);
	g_autoptr (GBytes) got = fake_bytes (message->content);

	g_assert_true (g_bytes_equal (wanted, got));
}

/* Larger than what is read at once: it stays in its file, and is what it was. */
static void
test_a_large_message (void)
{
	g_autoptr (Scene) scene = scene_new ();
	gsize length = 3 * SPOOL_MEMORY_LIMIT;
	g_autofree char *large = g_malloc (length);

	memset (large, 'x', length);
	memcpy (large, "Date: Thu, 29 Nov 2001 22:33:52 +0100\n\n", 39);
	plant (scene, "1.eml", large, length);
	plant_text (scene, "2.eml", "\xef\xbb\xbf" "From a Thu Nov 29 22:33:52 2001\r\nA: b\r\n");
	g_ptr_array_add (scene->paths, (gpointer) "");
	g_autoptr (GPtrArray) messages = read_all (scene, EML_NAMES_MAIL);
	g_assert_cmpuint (messages->len, ==, 2);
	Message *first = messages->pdata[0];
	Message *second = messages->pdata[1];
	assert_content (first, large, length);
	g_assert_true (first->received.known && first->received.seconds == 1007069632);
	assert_content (second, "A: b\r\n", 6);
}

#define LIST                                                                                       \
	"<?xml version=\"1.0\"?>\n<plist><dict><key>flags</key><integer>3</integer></dict></plist>"
#define MIXED "Content-Type: multipart/mixed; boundary="
#define MARK  "X-Apple-Content-Length: 9\n"
#define PARTIAL                                                                                    \
	MIXED "outer\n\n--outer\n" MARK "Content-Transfer-Encoding: base64\n\n--outer\n"           \
	      "Content-Type: message/rfc822\n\n" MIXED "inner\n\n--inner\n" MARK          \
	      "\n--inner--\n--outer--\n"

/* One to eight changes of the kinds that disks and people make. */
static void
damage (GRand *random, GByteArray *bytes)
{
	gint32 changes = g_rand_int_range (random, 1, 9);

	for (gint32 i = 0; i < changes && bytes->len > 0; i++) {
		guint at = (guint) g_rand_int_range (random, 0, (gint32) bytes->len);
		guint length = (guint) g_rand_int_range (random, 1, 60);
		length = MIN (length, bytes->len - at);
		g_autofree guint8 *copy = g_memdup2 (bytes->data + at, length);
		switch (g_rand_int_range (random, 0, 4)) {
		case 0: g_byte_array_set_size (bytes, at); break;
		case 1: g_byte_array_remove_range (bytes, at, length); break;
		case 2: g_byte_array_append (bytes, copy, length); break;
		default: bytes->data[at] = (guint8) g_rand_int_range (random, 0, 256);
		}
	}
}

/* Whatever is in the files: each one is a message or has failed, and nothing is invented. */
static void
test_damage (void)
{
	g_autofree char *file = g_strdup_printf ("%-10zu\n" PARTIAL LIST, strlen (PARTIAL));
	guint32 seed = g_test_rand_int () & G_MAXINT32;
	g_autoptr (GRand) random = g_rand_new_with_seed (seed);
	g_autoptr (Scene) scene = scene_new ();

	g_test_message ("seed %u", seed);
	plant_text (scene, "d/Attachments/7/1/plan.pdf", "plan");
	plant_text (scene, "d/Messages/7.2.1.emlxpart", "cGxhbg==\n");
	g_ptr_array_add (scene->paths, (gpointer) "d/Messages");
	for (guint i = 0; i < 500; i++) {
		g_autoptr (GByteArray) bytes = g_byte_array_new ();
		g_byte_array_append (bytes, (const guint8 *) file, (guint) strlen (file));
		damage (random, bytes);
		plant (scene, "d/Messages/7.partial.emlx", bytes->data, bytes->len);
		plant (scene, "d/Messages/8.emlx", bytes->data, bytes->len);
		g_autoptr (GPtrArray) messages = read_all (scene, EML_NAMES_MAIL);
		for (guint j = 0; j < messages->len; j++) {
			const Message *message = messages->pdata[j];
			if (!message_is_folder (message))
				g_assert_cmpint (message_content_get_size (message->content), <=,
						 bytes->len + 200);
		}
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/eml/source/messages-come-by-number", test_order);
	g_test_add_func ("/eml/source/names-tell-messages", test_names);
	g_test_add_func ("/eml/source/an-empty-folder-is-news", test_an_empty_folder_is_news);
	g_test_add_func ("/eml/source/a-large-message-stays-in-its-file", test_a_large_message);
	g_test_add_func ("/eml/source/damaged-files-are-accounted-for", test_damage);
	return g_test_run ();
}
