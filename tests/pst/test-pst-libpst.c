/* test-pst-libpst.c - a second opinion: what libpst's own parser makes of the same items
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Ten fields of every mail are compared, as properties, before anything is built from them. Each
 * reader runs in a process of its own: libpst has global state, prints, and ends the process at
 * damage it doesn't expect. Where they differ, the entry in the table says who is right and why.
 */
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pst/pst-attachment.h"
#include "support/pst-writer.h"
#include "support/sample-account.h"
#include "support/sample-odd.h"
#include "support/sample-special.h"

#include <libpst/libpst.h> /* last: its macros have names of ours, with the same values */

extern void pst_debug_setlevel (int level);

#define MAX_SHOWN 48

typedef struct {
	const char *name; /* of the file */
	const char *key;  /* "nid field" */
	const char *reason;
} Difference;

static const Difference differences[] = {
	{ "odd", "0x200064 subject", "blanks before a subject: ours is what was written" },
	{ "texts", "0x200144 subject", "8-bit, code page 932: ours is what was written" },
	{ "texts", "0x200144 body", "8-bit, code page 932: ours is what was written" },
	{ "texts", "0x200164 subject", "8-bit, code page 936: ours is what was written" },
	{ "texts", "0x200164 body", "8-bit, code page 936: ours is what was written" },
	{ "texts", "0x200184 subject", "8-bit, code page 949: ours is what was written" },
	{ "texts", "0x200184 body", "8-bit, code page 949: ours is what was written" },
};

/* --- Fields, as lines "nid field<tab>value" --------------------------------- */

static void
put (FILE *out, guint64 nid, const char *field, const char *text, gsize length)
{
	g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) text,
							    length);
	g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (length, MAX_SHOWN));
	g_autofree char *shown = g_strescape (valid, NULL);

	(void) fprintf (out, "0x%" G_GINT64_MODIFIER "x %s\t%s (%u, %.8s)\n", nid, field, shown,
			(guint) length, sum);
}

static void
put_text (FILE *out, guint64 nid, const char *field, const char *text)
{
	put (out, nid, field, text != NULL ? text : "", text != NULL ? strlen (text) : 0);
}

static void
put_number (FILE *out, guint64 nid, const char *field, guint64 number)
{
	(void) fprintf (out, "0x%" G_GINT64_MODIFIER "x %s\t%" G_GUINT64_FORMAT "\n", nid, field,
			number);
}

/* --- libpst ---------------------------------------------------------------- */

static void
put_string (FILE *out, guint64 nid, const char *field, pst_item *item, pst_string *string)
{
	pst_convert_utf8_null (item, string);
	put_text (out, nid, field, string->str);
}

static guint64
to_number (const FILETIME *time)
{
	return time != NULL ? (guint64) time->dwHighDateTime << 32 | time->dwLowDateTime : 0;
}

static guint
count_attachments (const pst_item *item)
{
	guint count = 0;

	for (const pst_item_attach *a = item->attach; a != NULL; a = a->next)
		count += a->method != 0 || a->filename1.str != NULL || a->filename2.str != NULL ||
			 a->i_id != 0 || a->data.size != 0;
	return count;
}

static void
put_their_item (FILE *out, guint64 nid, pst_item *item)
{
	pst_item_email *email = item->email;
	pst_string header = email->header;

	put_string (out, nid, "subject", item, &item->subject);
	put_string (out, nid, "sender name", item, &email->outlook_sender_name);
	put_string (out, nid, "sender address", item, &email->sender_address);
	put_number (out, nid, "sent", to_number (email->sent_date));
	put_number (out, nid, "arrived", to_number (email->arrival_date));
	put_string (out, nid, "message id", item, &email->messageid);
	pst_convert_utf8_null (item, &header);
	put_number (out, nid, "header length", header.str != NULL ? strlen (header.str) : 0);
	put_string (out, nid, "body", item, &item->body);
	put_text (out, nid, "html", email->htmlbody.str);
	put_number (out, nid, "attachments", count_attachments (item));
}

static void
list_theirs (const char *path, FILE *out)
{
	pst_file file;

	if (freopen ("/dev/null", "w", stdout) == NULL ||
	    freopen ("/dev/null", "w", stderr) == NULL)
		_exit (1);
	pst_debug_setlevel (99);
	if (pst_open (&file, path, "utf-8") != 0 || pst_load_index (&file) != 0)
		_exit (1);
	(void) pst_load_extended_attributes (&file); /* as readpst does */
	for (pst_desc_tree *d = file.d_head; d != NULL; d = pst_getNextDptr (d)) {
		pst_item *item = (d->d_id & 0x1f) == PST_NID_MESSAGE && d->desc != NULL
					 ? pst_parse_item (&file, d, NULL)
					 : NULL;
		if (item != NULL && item->email != NULL)
			put_their_item (out, d->d_id, item);
		(void) fflush (out); /* what is known before it dies */
		pst_freeItem (item);
	}
}

/* --- Ours ------------------------------------------------------------------ */

static guint64
get_time (const PstItem *item, guint16 id)
{
	guint64 filetime = 0;

	return pst_props_get_filetime (item->props, id, &filetime) ? filetime : 0;
}

static void
put_property (FILE *out, guint32 nid, const char *field, const PstItem *item, guint16 id)
{
	g_autofree char *text = pst_item_get_text (item, id);

	put_text (out, nid, field, text);
}

static void
put_our_item (FILE *out, guint32 nid, const PstItem *item)
{
	g_autofree char *header = pst_item_get_text (item, 0x007d);
	g_autofree char *subject = pst_item_get_subject (item);
	g_autoptr (GPtrArray) attachments = pst_attachment_read_all (item, NULL);

	put_text (out, nid, "subject", subject);
	put_property (out, nid, "sender name", item, 0x0042);
	put_property (out, nid, "sender address", item, 0x0065);
	put_number (out, nid, "sent", get_time (item, 0x0039));
	put_number (out, nid, "arrived", get_time (item, 0x0e06));
	put_property (out, nid, "message id", item, 0x1035);
	put_number (out, nid, "header length", header != NULL ? strlen (header) : 0);
	put_property (out, nid, "body", item, 0x1000);
	if (pst_props_get_type (item->props, 0x1013) == PST_TYPE_BINARY) {
		g_autoptr (GBytes) html = pst_props_get_binary (item->props, 0x1013, NULL);
		gsize length = 0;
		const char *bytes = g_bytes_get_data (html, &length);
		put (out, nid, "html", bytes, length);
	} else {
		put_property (out, nid, "html", item, 0x1013);
	}
	put_number (out, nid, "attachments", attachments != NULL ? attachments->len : 0);
}

static void
list_ours (const char *path, FILE *out)
{
	g_autoptr (PstFile) file = pst_file_open (path, NULL);
	g_autoptr (PstIndex) index = pst_index_build (file, NULL, NULL, NULL);
	g_autoptr (PstStore) store = pst_store_open (index, NULL, NULL);
	PstCodepages *pages = pst_codepage_open_all ();
	PstContext context = { .store = store, .pages = pages, .codepage = PST_CODEPAGE_WESTERN };

	for (guint i = 0; i < pst_store_get_folder_count (store); i++) {
		guint count = 0;
		const guint32 *nids = pst_store_get_items (store, i, &count);
		for (guint k = 0; k < count && !pst_store_get_folder (store, i)->is_outside; k++) {
			g_autoptr (PstNode) node = pst_node_open (index, nids[k], NULL);
			g_autoptr (PstItem) item = pst_item_open (&context, node, NULL);
			if (item != NULL && item->kind == PST_KIND_MAIL)
				put_our_item (out, nids[k], item);
		}
	}
	pst_codepage_close_all (pages);
}

/* --- Both ------------------------------------------------------------------ */

/* What a reader says, by "nid field"; its end, whatever it is, is only the end of its list. */
static GHashTable *
run_reader (void (*list) (const char *path, FILE *out), const char *path)
{
	GHashTable *values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
	FILE *out = tmpfile ();
	char *line = NULL;
	gsize size = 0;

	g_assert_nonnull (out);
	(void) fflush (NULL);
	pid_t pid = fork ();
	if (pid == 0) {
		list (path, out);
		(void) fflush (out);
		_exit (0);
	}
	g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
	rewind (out);
	while (getline (&line, &size, out) > 0) {
		g_auto (GStrv) parts = g_strsplit (g_strchomp (line), "\t", 2);
		if (parts[1] != NULL)
			g_hash_table_insert (values, g_strdup (parts[0]), g_strdup (parts[1]));
	}
	free (line);
	(void) fclose (out);
	return values;
}

static gboolean
is_known (const char *name, const char *key)
{
	for (gsize i = 0; i < G_N_ELEMENTS (differences); i++)
		if (g_str_equal (name, differences[i].name) &&
		    g_str_equal (key, differences[i].key)) {
			g_test_message ("%s: %s: %s", name, key, differences[i].reason);
			return TRUE;
		}
	return FALSE;
}

/* The number of mails compared. */
static guint
compare (const char *path, const char *name)
{
	g_autoptr (GHashTable) ours = run_reader (list_ours, path);
	g_autoptr (GHashTable) theirs = run_reader (list_theirs, path);
	guint wrong = 0;
	GHashTableIter iter;
	gpointer key = NULL;
	gpointer value = NULL;

	g_hash_table_iter_init (&iter, ours);
	while (g_hash_table_iter_next (&iter, &key, &value)) {
		const char *other = g_hash_table_lookup (theirs, key);
		if (g_strcmp0 (value, other) == 0 || is_known (name, key))
			continue;
		g_test_message ("%s: %s: ours %s, theirs %s", name, (char *) key, (char *) value,
				other != NULL ? other : "missing");
		wrong++;
	}
	g_assert_cmpuint (wrong, ==, 0);
	return g_hash_table_size (ours) / 10;
}

typedef struct {
	const char *name;
	const char *form;
	PstWriterFormat format;
	void (*add) (PstWriter *writer);
	guint mails;
} Sample;

static const Sample samples[] = {
	{ "demo", "unicode", PST_WRITER_UNICODE, sample_account_add, 44 },
	{ "demo", "ansi", PST_WRITER_ANSI, sample_account_add, 44 },
	{ "demo", "ost", PST_WRITER_OST, sample_account_add, 44 },
	{ "texts", "unicode", PST_WRITER_UNICODE, sample_special_add_texts, 18 },
	{ "texts", "ansi", PST_WRITER_ANSI, sample_special_add_texts, 18 },
	{ "bodies", "unicode", PST_WRITER_UNICODE, sample_special_add_bodies, 24 },
	{ "items", "unicode", PST_WRITER_UNICODE, sample_special_add_items, 2 },
	{ "odd", "unicode", PST_WRITER_UNICODE, sample_odd_add, 70 },
};

static void
test_sample (gconstpointer data)
{
	const Sample *sample = data;
	const PstWriterOptions options = { .crypt = PST_WRITER_CRYPT_PERMUTE,
					   .format = sample->format,
					   .codepage = 65001 };
	g_autoptr (GError) error = NULL;
	g_autofree char *path = NULL;
	int fd = g_file_open_tmp ("pst-libpst-XXXXXX", &path, &error);

	g_assert_no_error (error);
	g_close (fd, NULL);
	g_autoptr (PstWriter) writer = pst_writer_new (path, &options, &error);
	g_assert_no_error (error);
	sample->add (writer);
	g_assert_true (pst_writer_finish (writer, &error));
	g_assert_cmpuint (compare (path, sample->name), ==, sample->mails);
	g_remove (path);
}

static void
test_corpus (void)
{
	const char *shared = g_getenv ("MAILFERRY_SHARED");
	const char *top = g_getenv ("top_srcdir");
	g_autofree char *root = shared != NULL ? g_strdup (shared)
					       : g_build_filename (top != NULL ? top : ".", "..",
								   "shared", NULL);
	g_autofree char *corpus = g_build_filename (root, "corpus", "pst", NULL);
	g_autoptr (GDir) directory = g_dir_open (corpus, 0, NULL);
	const char *name = NULL;

	if (directory == NULL) {
		g_test_skip ("the corpus isn't there");
		return;
	}
	while ((name = g_dir_read_name (directory)) != NULL) {
		g_autofree char *path = g_build_filename (corpus, name, NULL);
		(void) compare (path, name);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	for (gsize i = 0; i < G_N_ELEMENTS (samples); i++) {
		g_autofree char *name = g_strconcat ("/pst/libpst/agrees-on-", samples[i].name, "-",
						     samples[i].form, NULL);
		g_test_add_data_func (name, &samples[i], test_sample);
	}
	g_test_add_func ("/pst/libpst/agrees-on-files-of-other-people", test_corpus);
	return g_test_run ();
}
