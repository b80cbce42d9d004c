/* test-pst-writer.c - the PST files tests are made with are what they claim to be
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Checked without our own reader, which is tested with these files: the structure by [MS-PST], read
 * here byte by byte, and the content by other people's readers where they are installed.
 */

#include "support/pst-writer.h"
#include "support/sample-account.h"

#include "base/digest.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <zlib.h>

#define REGION_START 0x4400U
#define REGION_SIZE  253952U
#define BLOCK_MOST   8176U

typedef struct {
	guint64 offset;
	guint length;
	guint references;
	guint users;
} Block;

typedef struct {
	guint64 data;
	guint64 sub;
	guint32 parent;
} Node;

/* A file in memory, with what its two B-trees list. */
typedef struct {
	char *path;
	guint8 *bytes;
	gsize size;
	GHashTable *blocks; /* by block id */
	GHashTable *nodes;  /* by node id */
	guint8 *used;       /* a bit for each 64 bytes, as the AMaps should have it */
	guint nbt_levels;
} Image;

typedef void (*Fill) (PstWriter *writer);

static guint
get16 (const guint8 *at)
{
	return at[0] | (guint)at[1] << 8;
}

static guint32
get32 (const guint8 *at)
{
	return get16 (at) | get16 (at + 2) << 16;
}

static guint64
get64 (const guint8 *at)
{
	return get32 (at) | (guint64)get32 (at + 4) << 32;
}

static guint32
checksum (const guint8 *data, gsize length)
{
	return (guint32)crc32 (0xffffffffUL, data, (uInt)length) ^ 0xffffffffU;
}

static guint
signature (guint64 offset, guint64 bid)
{
	guint32 mixed = (guint32)(offset ^ bid);
	return ((mixed >> 16) ^ mixed) & 0xffff;
}

static void
mark_used (Image *image, guint64 offset, guint64 length)
{
	g_assert_cmpuint (offset % 64, ==, 0);
	g_assert_cmpuint (length % 64, ==, 0);
	for (guint64 slot = offset / 64; slot < (offset + length) / 64; slot++) {
		g_assert_false (image->used[slot / 8] & (0x80 >> slot % 8));
		image->used[slot / 8] |= (guint8)(0x80 >> slot % 8);
	}
}

static const guint8 *
check_page (Image *image, guint64 offset, guint64 bid, guint8 type)
{
	const guint8 *page = image->bytes + offset;
	gboolean is_map = type >= 0x82 && type <= 0x85;

	g_assert_cmpuint (offset % 512, ==, 0);
	g_assert_cmpuint (offset + 512, <=, image->size);
	g_assert_cmphex (page[496], ==, type);
	g_assert_cmphex (page[497], ==, type);
	g_assert_cmphex (get16 (page + 498), ==, is_map ? 0 : signature (offset, bid));
	g_assert_cmphex (get32 (page + 500), ==, checksum (page, 496));
	g_assert_cmphex (get64 (page + 504), ==, bid);
	mark_used (image, offset, 512);
	return page;
}

static void
add_block (Image *image, const guint8 *entry)
{
	guint64 bid = get64 (entry);
	Block *block = g_new0 (Block, 1);
	gsize stored;
	const guint8 *trailer;

	block->offset = get64 (entry + 8);
	block->length = get16 (entry + 16);
	block->references = get16 (entry + 18);
	stored = (block->length + 16U + 63U) / 64U * 64U;
	g_assert_cmpuint (block->length, <=, BLOCK_MOST);
	g_assert_cmpuint (block->offset + stored, <=, image->size);
	trailer = image->bytes + block->offset + stored - 16;
	g_assert_cmpuint (get16 (trailer), ==, block->length);
	g_assert_cmphex (get16 (trailer + 2), ==, signature (block->offset, bid));
	g_assert_cmphex (get32 (trailer + 4), ==,
			 checksum (image->bytes + block->offset, block->length));
	g_assert_cmphex (get64 (trailer + 8), ==, bid);
	mark_used (image, block->offset, stored);
	g_hash_table_insert (image->blocks, GSIZE_TO_POINTER (bid), block);
}

static void
add_node (Image *image, const guint8 *entry)
{
	Node *node = g_new0 (Node, 1);

	node->data = get64 (entry + 8);
	node->sub = get64 (entry + 16);
	node->parent = get32 (entry + 24);
	g_hash_table_insert (image->nodes, GSIZE_TO_POINTER (get64 (entry)), node);
}

/* Walk one B-tree; keys must rise all the way. Returns the level of the root. */
static guint
walk_tree (Image *image, const guint8 *bref, guint8 type, guint64 *last_key)
{
	const guint8 *page = check_page (image, get64 (bref + 8), get64 (bref), type);
	guint count = page[488];
	guint entry_size = page[490];
	guint level = page[491];

	g_assert_cmpuint (count, >, 0);
	g_assert_cmpuint (count, <=, page[489]);
	g_assert_cmpuint (page[489], ==, 488 / entry_size);
	for (guint i = 0; i < count; i++) {
		const guint8 *entry = page + i * entry_size;
		g_assert_cmpuint (get64 (entry), >, *last_key);
		if (level > 0) {
			g_assert_cmpuint (walk_tree (image, entry + 8, type, last_key), ==,
					  level - 1);
			continue;
		}
		*last_key = get64 (entry);
		if (type == 0x80)
			add_block (image, entry);
		else
			add_node (image, entry);
	}
	return level;
}

/* The fixed places of map pages: an AMap every 253952 bytes, a PMap every eighth, FMaps later. */
static void
check_maps (Image *image)
{
	guint64 free_bytes = 0;

	for (guint64 start = REGION_START, number = 0; start < image->size;
	     start += REGION_SIZE, number++) {
		(void)check_page (image, start, start, 0x84);
		if (number % 8 == 0)
			(void)check_page (image, start + 512, start + 512, 0x83);
		if (number >= 128 && (number - 128) % 496 == 0)
			(void)check_page (image, start + 1024, start + 1024, 0x82);
	}
	for (guint64 start = REGION_START; start < image->size; start += REGION_SIZE) {
		g_assert_cmpmem (image->bytes + start, 496, image->used + start / 512, 496);
		for (guint i = 0; i < 496; i++)
			for (guint bit = 0; bit < 8; bit++)
				free_bytes += image->bytes[start + i] & (1U << bit) ? 0 : 64;
	}
	g_assert_cmpuint (get64 (image->bytes + 200), ==, free_bytes);
}

static Image *
load_image (const char *path)
{
	g_autoptr (GError) error = NULL;
	Image *image = g_new0 (Image, 1);
	guint64 last_key = 0;

	image->path = g_strdup (path);
	g_assert_true (g_file_get_contents (path, (char **)&image->bytes, &image->size, &error));
	image->used = g_malloc0 (image->size / 512 + 1);
	image->blocks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	image->nodes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	g_assert_cmpuint (get64 (image->bytes + 184), ==, image->size);
	g_assert_cmpuint ((image->size - REGION_START) % REGION_SIZE, ==, 0);
	image->nbt_levels = walk_tree (image, image->bytes + 216, 0x81, &last_key) + 1;
	last_key = 0;
	(void)walk_tree (image, image->bytes + 232, 0x80, &last_key);
	check_maps (image);
	return image;
}

static void
free_image (Image *image)
{
	g_hash_table_unref (image->blocks);
	g_hash_table_unref (image->nodes);
	g_free (image->used);
	g_free (image->bytes);
	g_free (image->path);
	g_free (image);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Image, free_image)

static const Block *
use_block (const Image *image, guint64 bid)
{
	Block *block = g_hash_table_lookup (image->blocks, GSIZE_TO_POINTER (bid));

	g_assert_nonnull (block);
	block->users++;
	return block;
}

/* Append what a data tree holds; every block but the last must be full. Returns its depth. */
static guint
read_data (const Image *image, guint64 bid, GByteArray *out)
{
	const Block *block = use_block (image, bid);
	const guint8 *content = image->bytes + block->offset;
	guint before = out->len;
	guint depth = 0;

	if (!(bid & 2)) {
		g_byte_array_append (out, content, block->length);
		return 0;
	}
	g_assert_cmpuint (content[0], ==, 1);
	for (guint i = 0; i < get16 (content + 2); i++) {
		g_assert_cmpuint ((out->len - before) % BLOCK_MOST, ==, 0);
		depth = read_data (image, get64 (content + 8 + 8 * i), out);
	}
	g_assert_cmpuint (content[1], ==, depth + 1);
	g_assert_cmpuint (get32 (content + 4), ==, out->len - before);
	return depth + 1;
}

/* Read every subnode below a node: the tree, their data and what is below them. Returns how many
 * blocks the first tree consists of; types counts its entries by node type. */
static guint
read_subnodes (const Image *image, guint64 bid, guint types[32])
{
	const guint8 *content = image->bytes + use_block (image, bid)->offset;
	guint n_blocks = 1;

	g_assert_cmpuint (content[0], ==, 2);
	for (guint i = 0; i < get16 (content + 2); i++) {
		const guint8 *entry = content + 8 + (content[1] ? 16 : 24) * i;
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint ignored[32] = {0};
		if (content[1]) {
			n_blocks += read_subnodes (image, get64 (entry + 8), types);
			continue;
		}
		types[entry[0] & 0x1f]++;
		if (get64 (entry + 8))
			(void)read_data (image, get64 (entry + 8), data);
		if (get64 (entry + 16))
			(void)read_subnodes (image, get64 (entry + 16), ignored);
	}
	return n_blocks;
}

static const Node *
find_node (const Image *image, guint32 nid)
{
	return g_hash_table_lookup (image->nodes, GSIZE_TO_POINTER (nid));
}

static char *
make_file (const char *name, PstWriterCrypt crypt, Fill fill)
{
	g_autoptr (GError) error = NULL;
	g_autofree char *path = g_build_filename (g_get_tmp_dir (), name, NULL);
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);
	PstWriterOptions options = {
		.store_name = "Test", .crypt = crypt, .truth_path = truth};
	g_autoptr (PstWriter) writer = pst_writer_new (path, &options, &error);

	g_assert_no_error (error);
	fill (writer);
	g_assert_true (pst_writer_finish (writer, &error));
	g_assert_no_error (error);
	return g_steal_pointer (&path);
}

static void
remove_file (const char *path)
{
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);

	g_assert_cmpint (g_remove (path), ==, 0);
	g_assert_cmpint (g_remove (truth), ==, 0);
}

/* The truth as an array of objects. */
static GPtrArray *
read_truth (const char *path)
{
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);
	g_autofree char *text = NULL;
	g_auto (GStrv) lines = NULL;
	GPtrArray *objects = g_ptr_array_new_with_free_func ((GDestroyNotify)json_object_unref);

	g_assert_true (g_file_get_contents (truth, &text, NULL, NULL));
	lines = g_strsplit (text, "\n", -1);
	for (guint i = 0; lines[i] && *lines[i]; i++) {
		g_autoptr (GError) error = NULL;
		g_autoptr (JsonNode) node = json_from_string (lines[i], &error);
		g_assert_no_error (error);
		g_ptr_array_add (objects, json_node_dup_object (node));
	}
	return objects;
}

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

static guint32 seed = 7;

static void
fill_wide (PstWriter *writer)
{
	guint32 inbox =
		pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox", PST_WRITER_ROLE_INBOX);
	g_autofree PstWriterRecipient *recipients = g_new0 (PstWriterRecipient, 600);
	g_autofree PstWriterAttachment *attachments = g_new0 (PstWriterAttachment, 450);
	PstWriterMessage message = {.recipients = recipients,
				    .n_recipients = 600,
				    .attachments = attachments,
				    .n_attachments = 450};

	for (guint i = 0; i < 600; i++)
		recipients[i] = (PstWriterRecipient){PST_WRITER_TO,
						     {"Somebody", NULL, "a@b.example", NULL}};
	for (guint i = 0; i < 450; i++)
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
					  .size = 8347696 +
						  1, /* one byte more than an XBLOCK has */
					  .generate = sample_account_noise,
					  .generate_data = &seed};
	PstWriterMessage message = {.attachments = &attachment, .n_attachments = 1};

	for (guint i = 0; i < 4; i++)
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
	g_autofree char *first =
		make_file ("first.pst", PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autofree char *second =
		make_file ("second.pst", PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autofree char *first_truth = g_strconcat (first, ".truth", NULL);
	g_autofree char *second_truth = g_strconcat (second, ".truth", NULL);

	assert_same_file (first, second);
	assert_same_file (first_truth, second_truth);
	remove_file (first);
	remove_file (second);
}

static void
test_header (void)
{
	static const PstWriterCrypt crypts[] = {PST_WRITER_CRYPT_NONE, PST_WRITER_CRYPT_PERMUTE,
						PST_WRITER_CRYPT_POLICY};

	for (guint i = 0; i < G_N_ELEMENTS (crypts); i++) {
		g_autofree char *path = make_file ("header.pst", crypts[i], fill_wide);
		g_autoptr (Image) image = load_image (path);
		g_assert_cmpmem (image->bytes, 4, "!BDN", 4);
		g_assert_cmpmem (image->bytes + 8, 2, "SM", 2);
		g_assert_cmpuint (get16 (image->bytes + 10), ==, 23);
		g_assert_cmphex (image->bytes[513], ==, crypts[i]);
		g_assert_cmphex (get32 (image->bytes + 4), ==, checksum (image->bytes + 8, 471));
		g_assert_cmphex (get32 (image->bytes + 524), ==, checksum (image->bytes + 8, 516));
		remove_file (path);
	}
}

/* Everything is reachable from the node B-tree, and used as often as the block B-tree says. */
static void
check_uses (const Image *image)
{
	GHashTableIter iter;
	gpointer value;

	g_hash_table_iter_init (&iter, image->nodes);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		const Node *node = value;
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint types[32] = {0};
		if (node->data)
			(void)read_data (image, node->data, data);
		if (node->sub)
			(void)read_subnodes (image, node->sub, types);
	}
	g_hash_table_iter_init (&iter, image->blocks);
	while (g_hash_table_iter_next (&iter, NULL, &value)) {
		const Block *block = value;
		g_assert_cmpuint (block->users + 1, ==, block->references);
	}
}

static void
test_blocks (void)
{
	static const Fill fills[] = {sample_account_add, fill_wide, fill_large, fill_many};

	for (guint i = 0; i < G_N_ELEMENTS (fills); i++) {
		g_autofree char *path =
			make_file ("blocks.pst", PST_WRITER_CRYPT_PERMUTE, fills[i]);
		g_autoptr (Image) image = load_image (path);
		check_uses (image);
		remove_file (path);
	}
}

static void
test_permute (void)
{
	g_autofree char *plain_path =
		make_file ("plain.pst", PST_WRITER_CRYPT_NONE, sample_account_add);
	g_autofree char *path =
		make_file ("permuted.pst", PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autoptr (Image) plain = load_image (plain_path);
	g_autoptr (Image) permuted = load_image (path);
	gint seen[256];
	GHashTableIter iter;
	gpointer key;
	gpointer value;

	memset (seen, 0xff, sizeof seen);
	g_hash_table_iter_init (&iter, plain->blocks);
	while (g_hash_table_iter_next (&iter, &key, &value)) {
		const Block *from = value;
		const Block *to = g_hash_table_lookup (permuted->blocks, key);
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
	remove_file (plain_path);
	remove_file (path);
}

static void
test_large_attachment (void)
{
	g_autofree char *path = make_file ("large.pst", PST_WRITER_CRYPT_NONE, fill_large);
	g_autoptr (Image) image = load_image (path);
	g_autoptr (GPtrArray) truth = read_truth (path);
	JsonObject *message = g_ptr_array_index (truth, 1);
	JsonObject *attachment = json_array_get_object_element (
		json_object_get_array_member (message, "attachments"), 0);
	guint32 nid = (guint32)json_object_get_int_member (message, "nid");
	const guint8 *list = image->bytes + use_block (image, find_node (image, nid)->sub)->offset;
	g_autoptr (GByteArray) data = g_byte_array_new ();
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	/* Below the message are two tables and the attachment. */
	for (guint i = 0; i < get16 (list + 2); i++) {
		const guint8 *entry = list + 8 + 24 * i;
		const guint8 *values;
		if ((entry[0] & 0x1f) != 5)
			continue;
		values = image->bytes + use_block (image, get64 (entry + 16))->offset;
		g_assert_cmpuint (read_data (image, get64 (values + 16), data), ==, 2);
	}
	digest_of (data->data, data->len, digest);
	g_assert_cmpuint (data->len, ==, json_object_get_int_member (attachment, "size"));
	g_assert_cmpstr (digest_to_hex (digest, DIGEST_SIZE, hex), ==,
			 json_object_get_string_member (attachment, "sha256"));
	remove_file (path);
}

static void
test_many_subnodes (void)
{
	g_autofree char *path = make_file ("wide.pst", PST_WRITER_CRYPT_NONE, fill_wide);
	g_autoptr (Image) image = load_image (path);
	guint types[32] = {0};

	g_assert_cmpuint (read_subnodes (image, find_node (image, 0x200024)->sub, types), ==, 3);
	g_assert_cmpuint (types[0x05], ==, 450);
	g_assert_cmpuint (types[0x11], ==, 1);
	g_assert_cmpuint (types[0x12], ==, 1);
	remove_file (path);
}

static void
test_many_messages (void)
{
	g_autofree char *path = make_file ("many.pst", PST_WRITER_CRYPT_NONE, fill_many);
	g_autoptr (Image) image = load_image (path);
	g_autoptr (GPtrArray) truth = read_truth (path);
	guint n_messages = 0;

	for (guint i = 0; i < truth->len; i++) {
		JsonObject *object = g_ptr_array_index (truth, i);
		const Node *node;
		if (!is_type (object, "message"))
			continue;
		node = find_node (image, (guint32)json_object_get_int_member (object, "nid"));
		g_assert_nonnull (node);
		g_assert_cmphex (node->parent, ==,
				 json_object_get_int_member (object, "folder_nid"));
		n_messages++;
	}
	g_assert_cmpuint (n_messages, ==, 7000);
	g_assert_cmpuint (image->nbt_levels, ==, 4);
	remove_file (path);
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
	g_autofree char *path = make_file ("places.pst", PST_WRITER_CRYPT_NONE, fill_places);
	g_autoptr (Image) image = load_image (path);
	const Node *orphan = find_node (image, 0x200084);

	g_assert_cmphex (find_node (image, 0x200024)->parent, ==, 0x8082);
	g_assert_cmphex (find_node (image, 0x200044)->parent, ==, 0x8082);
	g_assert_null (find_node (image, 0x200064));
	g_assert_nonnull (orphan);
	g_assert_null (find_node (image, orphan->parent));
	g_assert_cmphex (find_node (image, 0x100028)->parent, ==, 0x8082);
	g_assert_nonnull (find_node (image, 0x80023));
	g_assert_nonnull (find_node (image, 0x80030));
	remove_file (path);
}

/* Between "begin" and "end" lie only blocks that become unused when the message's node goes. */
static void
test_extent (void)
{
	g_autofree char *path = make_file ("extent.pst", PST_WRITER_CRYPT_NONE, sample_account_add);
	g_autoptr (Image) image = load_image (path);
	g_autoptr (GPtrArray) truth = read_truth (path);
	guint n_checked = 0;

	for (guint i = 0; i < truth->len; i++) {
		JsonObject *object = g_ptr_array_index (truth, i);
		g_autoptr (GByteArray) data = g_byte_array_new ();
		guint types[32] = {0};
		const Node *node;
		GHashTableIter iter;
		gpointer value;
		if (!is_type (object, "message"))
			continue;
		node = find_node (image, (guint32)json_object_get_int_member (object, "nid"));
		(void)read_data (image, node->data, data);
		if (node->sub)
			(void)read_subnodes (image, node->sub, types);
		g_hash_table_iter_init (&iter, image->blocks);
		while (g_hash_table_iter_next (&iter, NULL, &value)) {
			Block *block = value;
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
	remove_file (path);
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

/* Add the SHA-256 of every file below a directory, and count them by the end of their names. */
static guint
digest_tree (const char *path, const char *suffix, GHashTable *digests)
{
	g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
	guint count = 0;

	for (const char *name = dir ? g_dir_read_name (dir) : NULL; name;
	     name = g_dir_read_name (dir)) {
		g_autofree char *below = g_build_filename (path, name, NULL);
		g_autofree char *text = NULL;
		guint8 digest[DIGEST_SIZE];
		char hex[DIGEST_HEX_SIZE];
		gsize size;
		if (g_file_test (below, G_FILE_TEST_IS_DIR)) {
			count += digest_tree (below, suffix, digests);
			continue;
		}
		g_assert_true (g_file_get_contents (below, &text, &size, NULL));
		digest_of (text, size, digest);
		(void)g_hash_table_add (digests,
					g_strdup (digest_to_hex (digest, DIGEST_SIZE, hex)));
		count += g_str_has_suffix (name, suffix);
	}
	return count;
}

static void
remove_tree (const char *path)
{
	const char *const argv[] = {"rm", "-rf", "--", path, NULL};

	g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
				     NULL, NULL, NULL, NULL));
}

static gboolean
run_reader (const char *const *argv)
{
	g_autofree char *program = g_find_program_in_path (argv[0]);
	g_autoptr (GError) error = NULL;
	int status = 0;

	if (!program) {
		g_autofree char *reason = g_strdup_printf ("%s is not installed", argv[0]);
		g_test_skip (reason);
		return FALSE;
	}
	g_assert_true (g_spawn_sync (NULL, (char **)argv, NULL,
				     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
					     G_SPAWN_STDERR_TO_DEV_NULL,
				     NULL, NULL, NULL, NULL, &status, &error));
	g_assert_no_error (error);
	g_assert_true (g_spawn_check_wait_status (status, &error));
	return TRUE;
}

static void
test_readpst (void)
{
	g_autofree char *path =
		make_file ("demo.pst", PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autofree char *out = g_build_filename (g_get_tmp_dir (), "readpst", NULL);
	const char *const argv[] = {"readpst", "-j0", "-D", "-e", "-o", out, path, NULL};
	g_autoptr (GHashTable) digests =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

	g_assert_cmpint (g_mkdir (out, 0700), ==, 0);
	if (run_reader (argv))
		g_assert_cmpuint (digest_tree (out, ".eml", digests), ==, 44);
	remove_tree (out);
	remove_file (path);
}

/* Every attachment must be there; pffexport leaves out empty ones. Returns how many were. */
static guint
check_attachments (JsonObject *message, GHashTable *digests)
{
	JsonArray *list = json_object_has_member (message, "attachments")
				  ? json_object_get_array_member (message, "attachments")
				  : NULL;
	guint count = 0;

	for (guint i = 0; list && i < json_array_get_length (list); i++) {
		JsonObject *attachment = json_array_get_object_element (list, i);
		if (json_object_has_member (attachment, "message"))
			count += check_attachments (
				json_object_get_object_member (attachment, "message"), digests);
		else if (json_object_get_int_member_with_default (attachment, "size", 0) > 0) {
			const char *hex = json_object_get_string_member (attachment, "sha256");
			g_assert_true (g_hash_table_contains (digests, hex));
			count++;
		}
	}
	return count;
}

static void
test_pffexport (void)
{
	g_autofree char *path =
		make_file ("demo.pst", PST_WRITER_CRYPT_PERMUTE, sample_account_add);
	g_autofree char *out = g_build_filename (g_get_tmp_dir (), "pff", NULL);
	g_autofree char *export = g_strconcat (out, ".export", NULL);
	const char *const argv[] = {"pffexport", "-q", "-t", out, path, NULL};
	g_autoptr (GHashTable) digests =
		g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr (GPtrArray) truth = read_truth (path);
	guint n_attachments = 0;

	if (run_reader (argv)) {
		/* 44 mails, two embedded ones, a hidden one */
		g_assert_cmpuint (digest_tree (export, "OutlookHeaders.txt", digests), >=, 46);
		for (guint i = 0; i < truth->len; i++)
			n_attachments += check_attachments (g_ptr_array_index (truth, i), digests);
		g_assert_cmpuint (n_attachments, ==, 7);
		remove_tree (export);
	}
	remove_file (path);
}

int
main (int argc, char **argv)
{
	g_autofree char *dir = g_dir_make_tmp ("test-pst-writer-XXXXXX", NULL);
	int result;

	g_assert_nonnull (dir);
	g_assert_true (g_setenv ("TMPDIR", dir, TRUE));
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/support/pst-writer/same-calls-give-the-same-bytes", test_same_bytes);
	g_test_add_func ("/support/pst-writer/header-checksums-hold", test_header);
	g_test_add_func ("/support/pst-writer/every-block-is-sealed-and-counted", test_blocks);
	g_test_add_func ("/support/pst-writer/permutation-spares-internal-blocks", test_permute);
	g_test_add_func ("/support/pst-writer/large-attachment-is-whole", test_large_attachment);
	g_test_add_func ("/support/pst-writer/subnode-tree-has-two-levels", test_many_subnodes);
	g_test_add_func ("/support/pst-writer/every-message-has-its-node", test_many_messages);
	g_test_add_func ("/support/pst-writer/message-can-lack-row-or-node", test_placement);
	g_test_add_func ("/support/pst-writer/truth-knows-where-a-message-lies", test_extent);
	g_test_add_func ("/support/pst-writer/full-disk-is-an-error", test_errors);
	g_test_add_func ("/support/pst-writer/readpst-finds-every-mail", test_readpst);
	g_test_add_func ("/support/pst-writer/pffexport-finds-every-attachment", test_pffexport);
	result = g_test_run ();
	g_assert_cmpint (g_rmdir (dir), ==, 0);
	return result;
}
