/* test-pst-writer.c - the PST files tests are made with are what they claim to be
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checked without our own reader, which is tested with these files: the structure by [MS-PST], read
 * byte by byte. What other people's readers say is in test-pst-writer-readers.c.
 */

#include "support/pst-image.h"
#include "support/sample-account.h"
#include "support/sample-special.h"

#include "base/digest.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

#define N_FORMATS 3

static gboolean
is_type (JsonObject *object, const char *type)
{
	return strcmp (json_object_get_string_member (object, "type"), type) == 0;
}

static void
assert_same_file (const char *a, const char *b)
{
	g_autofree char *x = NULL;
	g_autofree char *y = NULL;
	gsize x_size;
	gsize y_size;

	g_assert_true (g_file_get_contents (a, &x, &x_size, NULL));
	g_assert_true (g_file_get_contents (b, &y, &y_size, NULL));
	g_assert_cmpuint (x_size, ==, y_size);
	g_assert_true (memcmp (x, y, x_size) == 0);
}

/* A file of 1252, which is all the fillings below need; ANSI files of the account need UTF-8. */
static char *
make_file (PstWriterFormat format, PstWriterCrypt crypt, PstImageFill fill)
{
	const PstWriterOptions options = {.store_name = "Test",
					  .crypt = crypt,
					  .format = format,
					  .codepage = fill == sample_account_add ? 65001 : 0};

	return pst_image_make (&options, fill);
}

static guint32 seed = 7;

static void
fill_wide (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	g_autofree PstWriterRecipient *recipients = g_new0 (PstWriterRecipient, 600);
	g_autofree PstWriterAttachment *attachments = g_new0 (PstWriterAttachment, 700);
	PstWriterMessage message = {.recipients = recipients,
				    .n_recipients = 600,
				    .attachments = attachments,
				    .n_attachments = 700};

	for (guint i = 0; i < 600; i++)
		recipients[i] = (PstWriterRecipient){PST_WRITER_TO,
						     {"Somebody", NULL, "a@b.example", NULL}};
	for (guint i = 0; i < 700; i++)
		attachments[i] =
			(PstWriterAttachment){.name = "a.bin", .bytes = "content", .size = i % 8};
	(void)pst_writer_add_message (writer, inbox, &message);
}

static void
fill_large (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	PstWriterAttachment attachment = {.name = "large.bin",
					  .size = 16711740 +
						  1, /* one byte more than an ANSI XBLOCK has */
					  .generate = sample_account_noise,
					  .generate_data = &seed};
	PstWriterMessage message = {.attachments = &attachment, .n_attachments = 1};

	for (guint i = 0; i < 2; i++)
		(void)pst_writer_add_message (writer, inbox, &message);
}

static void
fill_many (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	PstWriterMessage message = {.subject = "Small", .plain = "x"};

	for (guint i = 0; i < 7000; i++)
		(void)pst_writer_add_message (writer, inbox, &message);
}

static void
test_same_bytes (void)
{
	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path =
			make_file (format, PST_WRITER_CRYPT_PERMUTE, sample_account_add);
		g_autofree char *truth = g_strconcat (path, ".truth", NULL);
		g_autofree char *first = g_strconcat (path, ".first", NULL);
		g_autofree char *first_truth = g_strconcat (first, ".truth", NULL);
		g_autofree char *again = NULL;

		g_assert_cmpint (g_rename (path, first), ==, 0);
		g_assert_cmpint (g_rename (truth, first_truth), ==, 0);
		again = make_file (format, PST_WRITER_CRYPT_PERMUTE, sample_account_add);
		assert_same_file (first, again);
		assert_same_file (first_truth, truth);
		pst_image_remove (first);
		pst_image_remove (again);
	}
}

static void
test_header (void)
{
	static const PstWriterCrypt crypts[] = {PST_WRITER_CRYPT_NONE, PST_WRITER_CRYPT_PERMUTE,
						PST_WRITER_CRYPT_CYCLIC, PST_WRITER_CRYPT_POLICY};
	static const guint versions[N_FORMATS] = {23, 14, 36};

	for (guint i = 0; i < G_N_ELEMENTS (crypts) * N_FORMATS; i++) {
		guint format = i % N_FORMATS;
		PstWriterCrypt crypt = crypts[i / N_FORMATS];
		g_autofree char *path = make_file (format, crypt, fill_wide);
		g_autoptr (PstImage) image = pst_image_load (path);
		g_assert_cmpuint (image->shape->version, ==, versions[format]);
		g_assert_cmphex (image->bytes[image->shape->sentinel + 1], ==, crypt);
		pst_image_remove (path);
	}
}

/* Everything is reachable from the node B-tree, and used as often as the block B-tree says. */
static void
check_uses (const PstImage *image)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, image->nodes);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		const PstImageNode *node = value;
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint types[32] = {0};
		if (node->data)
			(void)pst_image_read_data (image, node->data, data);
		if (node->sub)
			(void)pst_image_read_subnodes (image, node->sub, types);
	}
	g_hash_table_iter_init (&iter, image->blocks);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		const PstImageBlock *block = value;
		g_assert_cmpuint (block->users + 1, ==, block->references);
	}
}

static void
test_blocks (void)
{
	static const PstImageFill fills[] = {sample_account_add, fill_wide, fill_large, fill_many,
					     sample_special_add_deleted};

	for (guint i = 0; i < G_N_ELEMENTS (fills) * N_FORMATS; i++) {
		g_autofree char *path =
			make_file (i % N_FORMATS, PST_WRITER_CRYPT_PERMUTE, fills[i / N_FORMATS]);
		g_autoptr (PstImage) image = pst_image_load (path);
		check_uses (image);
		pst_image_remove (path);
	}
}

static void
test_permute (void)
{
	g_autofree char *path =
		make_file (PST_WRITER_UNICODE, PST_WRITER_CRYPT_NONE, sample_account_add);
	g_autoptr (PstImage) plain = pst_image_load (path);
	g_autofree char *again =
		make_file (PST_WRITER_UNICODE, PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autoptr (PstImage) permuted = pst_image_load (again);
	gint seen[256];
	GHashTableIter iter;
	gpointer key;
	gpointer value;

	memset (seen, 0xff, sizeof seen);
	g_hash_table_iter_init (&iter, plain->blocks);
	while (g_hash_table_iter_next (&iter, &key, &value)) {
		const PstImageBlock *from = value;
		const PstImageBlock *to = g_hash_table_lookup (permuted->blocks, key);
		g_assert_nonnull (to);
		g_assert_cmpuint (from->offset, ==, to->offset);
		for (guint i = 0; i < from->length; i++) {
			guint8 clear = plain->bytes[from->offset + i];
			guint8 hidden = permuted->bytes[to->offset + i];
			if (GPOINTER_TO_SIZE (key) & 2) {
				g_assert_cmphex (clear, ==, hidden);
				continue;
			}
			g_assert_true (seen[clear] < 0 || seen[clear] == hidden);
			seen[clear] = hidden;
		}
	}
	g_assert_cmphex (seen[0x00], ==, 0x41); /* as [MS-PST] 5.1 begins */
	g_assert_cmphex (seen[0x01], ==, 0x36);
	g_assert_cmphex (seen[0xff], ==, 0x3d);
	pst_image_remove (path);
}

static void
test_large_attachment (void)
{
	static const guint depths[N_FORMATS] = {2, 2, 1};

	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path = make_file (format, PST_WRITER_CRYPT_NONE, fill_large);
		g_autoptr (PstImage) image = pst_image_load (path);
		g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
		JsonObject *message = g_ptr_array_index (truth, 1);
		JsonObject *attachment = json_array_get_object_element (
			json_object_get_array_member (message, "attachments"), 0);
		guint32 nid = (guint32)json_object_get_int_member (message, "nid");
		guint64 values = pst_image_find_subnode (image, nid, 0x05).sub;
		const guint8 *entry = image->bytes + pst_image_use_block (image, values)->offset +
				      image->shape->sub_header;
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint8 digest[DIGEST_SIZE];
		char hex[DIGEST_HEX_SIZE];

		g_assert_cmpuint (pst_image_read_data (
					  image,
					  pst_image_get_id (image, entry + image->shape->id_size),
					  data),
				  ==, depths[format]);
		digest_of (data->data, data->len, digest);
		g_assert_cmpuint (data->len, ==, json_object_get_int_member (attachment, "size"));
		g_assert_cmpstr (digest_to_hex (digest, DIGEST_SIZE, hex), ==,
				 json_object_get_string_member (attachment, "sha256"));
		pst_image_remove (path);
	}
}

static void
test_many_subnodes (void)
{
	static const guint n_blocks[N_FORMATS] = {4, 3, 1};

	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path = make_file (format, PST_WRITER_CRYPT_NONE, fill_wide);
		g_autoptr (PstImage) image = pst_image_load (path);
		guint64 sub = pst_image_find_node (image, 0x200024)->sub;
		guint types[32] = {0};

		g_assert_cmpuint (pst_image_read_subnodes (image, sub, types), ==,
				  n_blocks[format]);
		g_assert_cmpuint (types[0x05], ==, 700);
		g_assert_cmpuint (types[0x11], ==, 1);
		g_assert_cmpuint (types[0x12], ==, 1);
		pst_image_remove (path);
	}
}

static void
test_many_messages (void)
{
	static const guint levels[N_FORMATS] = {4, 3, 2};

	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path = make_file (format, PST_WRITER_CRYPT_NONE, fill_many);
		g_autoptr (PstImage) image = pst_image_load (path);
		g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
		guint n_messages = 0;

		for (guint i = 0; i < truth->len; i++) {
			JsonObject *object = g_ptr_array_index (truth, i);
			const PstImageNode *node;
			if (!is_type (object, "message"))
				continue;
			node = pst_image_find_node (
				image, (guint32)json_object_get_int_member (object, "nid"));
			g_assert_nonnull (node);
			g_assert_cmphex (node->parent, ==,
					 json_object_get_int_member (object, "folder_nid"));
			n_messages++;
		}
		g_assert_cmpuint (n_messages, ==, 7000);
		g_assert_cmpuint (image->nbt_levels, ==, levels[format]);
		pst_image_remove (path);
	}
}

static void
fill_places (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	guint32 found = pst_writer_add_search_folder (writer, PST_WRITER_ROOT, "Found");
	PstWriterMessage message = {.subject = "Here"};

	for (guint place = PST_WRITER_PLACE_NORMAL; place <= PST_WRITER_PLACE_ORPHAN; place++) {
		guint32 nid;
		message.placement = place;
		nid = pst_writer_add_message (writer, inbox, &message);
		pst_writer_add_search_result (writer, found, nid);
	}
	message.placement = PST_WRITER_PLACE_NORMAL;
	message.hidden = TRUE;
	(void)pst_writer_add_message (writer, inbox, &message);
}

static void
test_placement (void)
{
	g_autofree char *path = make_file (PST_WRITER_UNICODE, PST_WRITER_CRYPT_NONE, fill_places);
	g_autoptr (PstImage) image = pst_image_load (path);
	const PstImageNode *orphan = pst_image_find_node (image, 0x200084);

	g_assert_cmphex (pst_image_find_node (image, 0x200024)->parent, ==, 0x8082);
	g_assert_cmphex (pst_image_find_node (image, 0x200044)->parent, ==, 0x8082);
	g_assert_null (pst_image_find_node (image, 0x200064));
	g_assert_nonnull (orphan);
	g_assert_null (pst_image_find_node (image, orphan->parent));
	g_assert_cmphex (pst_image_find_node (image, 0x100028)->parent, ==, 0x8082);
	g_assert_nonnull (pst_image_find_node (image, 0x80023));
	g_assert_nonnull (pst_image_find_node (image, 0x80030));
	pst_image_remove (path);
}

/* Between "begin" and "end" lie only blocks that become unused when the message's node goes. */
static void
test_extent (void)
{
	g_autofree char *path =
		make_file (PST_WRITER_UNICODE, PST_WRITER_CRYPT_NONE, sample_account_add);
	g_autoptr (PstImage) image = pst_image_load (path);
	g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
	guint n_checked = 0;

	for (guint i = 0; i < truth->len; i++) {
		JsonObject *object = g_ptr_array_index (truth, i);
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint types[32] = {0};
		const PstImageNode *node;
		GHashTableIter iter;
		gpointer value;
		if (!is_type (object, "message"))
			continue;
		node = pst_image_find_node (image,
					    (guint32)json_object_get_int_member (object, "nid"));
		(void)pst_image_read_data (image, node->data, data);
		if (node->sub)
			(void)pst_image_read_subnodes (image, node->sub, types);
		g_hash_table_iter_init (&iter, image->blocks);
		while (g_hash_table_iter_next (&iter, NULL, &value)) {
			PstImageBlock *block = value;
			gboolean is_inside =
				(gint64)block->offset >=
					json_object_get_int_member (object, "begin") &&
				(gint64)block->offset < json_object_get_int_member (object, "end");
			g_assert_cmpint (is_inside, ==, block->users > 0);
			block->users = 0;
		}
		n_checked++;
	}
	g_assert_cmpuint (n_checked, ==, 47);
	pst_image_remove (path);
}

static void
test_errors (void)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (PstWriter) writer = pst_writer_new ("/dev/full", NULL, &error);

	g_assert_no_error (error);
	g_assert_false (pst_writer_finish (writer, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
	g_clear_error (&error);
	g_assert_null (pst_writer_new ("/nonexistent/a.pst", NULL, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
	g_autofree char *dir = pst_image_enter_dir ();
	int result;

	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/support/pst-writer/same-calls-give-the-same-bytes", test_same_bytes);
	g_test_add_func ("/support/pst-writer/header-names-format-and-encoding", test_header);
	g_test_add_func ("/support/pst-writer/every-block-is-sealed-and-counted", test_blocks);
	g_test_add_func ("/support/pst-writer/permutation-spares-internal-blocks", test_permute);
	g_test_add_func ("/support/pst-writer/large-attachment-is-whole", test_large_attachment);
	g_test_add_func ("/support/pst-writer/subnode-tree-has-two-levels", test_many_subnodes);
	g_test_add_func ("/support/pst-writer/every-message-has-its-node", test_many_messages);
	g_test_add_func ("/support/pst-writer/message-can-lack-row-or-node", test_placement);
	g_test_add_func ("/support/pst-writer/truth-knows-where-a-message-lies", test_extent);
	g_test_add_func ("/support/pst-writer/full-disk-is-an-error", test_errors);
	result = g_test_run ();
	g_assert_cmpint (g_rmdir (dir), ==, 0);
	return result;
}
