/* pst-image.c - an Outlook file in memory, taken apart byte by byte, for tests of what wrote it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * By [MS-PST]; what it does not know, the files of Outlook 2013, by such files.
 */

#include "support/pst-image.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <zlib.h>

static const PstImageShape shapes[] = {
	{23, 8, 512, 496, 500, 504, 488, 0, 496, 64, 16, 4, 8, 8176, 8, 180, 512, 0x4400, 253952},
	{14, 4, 512, 500, 508, 504, 496, 4, 496, 64, 12, 8, 4, 8180, 4, 164, 460, 0x4400, 253952},
	{36, 8, 4096, 4072, 4076, 4080, 4056, 0, 4072, 512, 24, 4, 8, 65512, 8, 180, 512, 0x22000,
	 16678912},
};

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

guint64
pst_image_get_id (const PstImage *image, const guint8 *at)
{
	return image->shape->id_size == 4 ? pst_image_u32 (at) : pst_image_u64 (at);
}

static void
mark_used (PstImage *image, guint64 offset, guint64 length)
{
	guint align = image->shape->block_align;

	g_assert_cmpuint (offset % align, ==, 0);
	g_assert_cmpuint (length % align, ==, 0);
	for (guint64 slot = offset / align; slot < (offset + length) / align; slot++) {
		g_assert_false (image->used[slot / 8] & (0x80 >> slot % 8));
		image->used[slot / 8] |= (guint8)(0x80 >> slot % 8);
	}
}

static const guint8 *
check_page (PstImage *image, guint64 offset, guint64 bid, guint8 type)
{
	const PstImageShape *shape = image->shape;
	const guint8 *page = image->bytes + offset;
	const guint8 *trailer = page + shape->page_trailer;
	gboolean is_map = type >= 0x82 && type <= 0x85;

	g_assert_cmpuint (offset % shape->page_size, ==, 0);
	g_assert_cmpuint (offset + shape->page_size, <=, image->size);
	g_assert_cmphex (trailer[0], ==, type);
	g_assert_cmphex (trailer[1], ==, type);
	g_assert_cmphex (pst_image_u16 (trailer + 2), ==, is_map ? 0 : signature (offset, bid));
	g_assert_cmphex (pst_image_u32 (page + shape->page_crc), ==,
			 checksum (page, shape->page_trailer));
	g_assert_cmphex (pst_image_get_id (image, page + shape->page_bid), ==, bid);
	mark_used (image, offset, shape->page_size);
	return page;
}

static void
add_block (PstImage *image, const guint8 *entry)
{
	const PstImageShape *shape = image->shape;
	guint64 bid = pst_image_get_id (image, entry);
	const guint8 *sizes = entry + 2 * (gsize)shape->id_size;
	PstImageBlock *block = g_new0 (PstImageBlock, 1);
	gsize space;
	const guint8 *trailer;

	block->offset = pst_image_get_id (image, entry + shape->id_size);
	block->stored = pst_image_u16 (sizes);
	block->length = pst_image_u16 (sizes + (shape->version == 36 ? 2 : 0));
	block->references = pst_image_u16 (sizes + (shape->version == 36 ? 4 : 2));
	space = block->stored + shape->block_trailer + shape->block_align - 1;
	space -= space % shape->block_align;
	g_assert_cmpuint (block->stored, <=, block->length);
	g_assert_cmpuint (block->length, <=, shape->block_most);
	g_assert_cmpuint (block->offset + space, <=, image->size);
	trailer = image->bytes + block->offset + space - shape->block_trailer;
	g_assert_cmpuint (pst_image_u16 (trailer), ==, block->stored);
	g_assert_cmphex (pst_image_u16 (trailer + 2), ==, signature (block->offset, bid));
	g_assert_cmphex (pst_image_u32 (trailer + shape->block_crc), ==,
			 checksum (image->bytes + block->offset, block->stored));
	g_assert_cmphex (pst_image_get_id (image, trailer + shape->block_bid), ==, bid);
	if (shape->version == 36)
		g_assert_cmpuint (pst_image_u16 (trailer + 18), ==, block->length);
	mark_used (image, block->offset, space);
	g_hash_table_insert (image->blocks, GSIZE_TO_POINTER (bid), block);
}

static void
add_node (PstImage *image, const guint8 *entry)
{
	gsize id = image->shape->id_size;
	PstImageNode *node = g_new0 (PstImageNode, 1);

	node->data = pst_image_get_id (image, entry + id);
	node->sub = pst_image_get_id (image, entry + 2 * id);
	node->parent = pst_image_u32 (entry + 3 * id);
	g_hash_table_insert (image->nodes, GSIZE_TO_POINTER (pst_image_get_id (image, entry)),
			     node);
}

/* Walk one B-tree; keys must rise all the way. Returns the level of the root. */
static guint
walk_tree (PstImage *image, const guint8 *bref, guint8 type, guint64 *last_key)
{
	const PstImageShape *shape = image->shape;
	gsize id = shape->id_size;
	const guint8 *page = check_page (image, pst_image_get_id (image, bref + id),
					 pst_image_get_id (image, bref), type);
	const guint8 *counts = page + shape->counts;
	gboolean is_wide = shape->version == 36;
	guint count = is_wide ? pst_image_u16 (counts) : counts[0];
	guint most = is_wide ? pst_image_u16 (counts + 2) : counts[1];
	guint entry_size = counts[is_wide ? 4 : 2];
	guint level = counts[is_wide ? 5 : 3];

	g_assert_cmpuint (count, >, 0);
	g_assert_cmpuint (count, <=, most);
	g_assert_cmpuint (most, ==, shape->counts / entry_size);
	for (guint i = 0; i < count; i++) {
		const guint8 *entry = page + (gsize)i * entry_size;
		g_assert_cmpuint (pst_image_get_id (image, entry), >, *last_key);
		if (level > 0) {
			g_assert_cmpuint (walk_tree (image, entry + id, type, last_key), ==,
					  level - 1);
			continue;
		}
		*last_key = pst_image_get_id (image, entry);
		if (type == 0x80)
			add_block (image, entry);
		else
			add_node (image, entry);
	}
	return level;
}

/* The fixed places of map pages: an AMap for each region, in PSTs a PMap in every eighth, FMaps
 * later. */
static void
check_maps (PstImage *image)
{
	const PstImageShape *shape = image->shape;
	gsize id = shape->id_size;
	guint64 free_bytes = 0;
	guint64 number = 0;

	for (guint64 start = shape->first_region; start < image->size;
	     start += shape->region_size, number++) {
		(void)check_page (image, start, start, 0x84);
		if (shape->version == 36)
			continue;
		if (number % 8 == 0)
			(void)check_page (image, start + 512, start + 512, 0x83);
		if (number >= 128 && (number - 128) % 496 == 0)
			(void)check_page (image, start + 1024, start + 1024, 0x82);
	}
	for (guint64 start = shape->first_region; start < image->size;
	     start += shape->region_size) {
		const guint8 *map = image->bytes + start + shape->map_at;
		g_assert_cmpmem (map, shape->map_size, image->used + start / shape->block_align / 8,
				 shape->map_size);
		for (guint i = 0; i < shape->map_size; i++)
			for (guint bit = 0; bit < 8; bit++)
				free_bytes += map[i] & (1U << bit) ? 0 : shape->block_align;
	}
	g_assert_cmpuint (pst_image_get_id (image, image->bytes + shape->root + 4 + 2 * id), ==,
			  free_bytes);
}

static void
check_header (const PstImage *image)
{
	const guint8 *header = image->bytes;

	g_assert_cmpmem (header, 4, "!BDN", 4);
	g_assert_cmpmem (header + 8, 2, image->shape->version == 36 ? "SO" : "SM", 2);
	g_assert_cmphex (header[image->shape->sentinel], ==, 0x80);
	g_assert_cmphex (pst_image_u32 (header + 4), ==, checksum (header + 8, 471));
	if (image->shape->version != 14)
		g_assert_cmphex (pst_image_u32 (header + 524), ==, checksum (header + 8, 516));
}

PstImage *
pst_image_load (const char *path)
{
	g_autoptr (GError) error = NULL;
	PstImage *image = g_new0 (PstImage, 1);
	const guint8 *root;
	gsize id;
	guint64 last_key = 0;

	image->path = g_strdup (path);
	g_assert_true (g_file_get_contents (path, (char **)&image->bytes, &image->size, &error));
	for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
		if (shapes[i].version == pst_image_u16 (image->bytes + 10))
			image->shape = &shapes[i];
	g_assert_nonnull (image->shape);
	check_header (image);
	image->used = g_malloc0 (image->size / image->shape->block_align / 8 + 1);
	image->blocks = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	image->nodes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
	id = image->shape->id_size;
	root = image->bytes + image->shape->root + 4;
	g_assert_cmpuint (pst_image_get_id (image, root), ==, image->size);
	g_assert_cmpuint ((image->size - image->shape->first_region) % image->shape->region_size,
			  ==, 0);
	image->nbt_levels = walk_tree (image, root + 4 * id, 0x81, &last_key) + 1;
	last_key = 0;
	(void)walk_tree (image, root + 6 * id, 0x80, &last_key);
	check_maps (image);
	return image;
}

void
pst_image_free (PstImage *image)
{
	g_hash_table_unref (image->blocks);
	g_hash_table_unref (image->nodes);
	g_free (image->used);
	g_free (image->bytes);
	g_free (image->path);
	g_free (image);
}

const PstImageNode *
pst_image_find_node (const PstImage *image, guint32 nid)
{
	return g_hash_table_lookup (image->nodes, GSIZE_TO_POINTER (nid));
}

const PstImageBlock *
pst_image_use_block (const PstImage *image, guint64 bid)
{
	PstImageBlock *block = g_hash_table_lookup (image->blocks, GSIZE_TO_POINTER (bid));

	g_assert_nonnull (block);
	block->users++;
	return block;
}

GBytes *
pst_image_get_content (const PstImage *image, const PstImageBlock *block)
{
	const guint8 *stored = image->bytes + block->offset;
	guint8 *content = g_malloc (MAX (block->length, 1));
	uLongf length = block->length;

	if (block->stored == block->length)
		memcpy (content, stored, block->length);
	else
		g_assert_cmpint (uncompress (content, &length, stored, block->stored), ==, Z_OK);
	g_assert_cmpuint (length, ==, block->length);
	return g_bytes_new_take (content, length);
}

guint
pst_image_read_data (const PstImage *image, guint64 bid, GByteArray *out)
{
	gsize id = image->shape->id_size;
	g_autoptr (GBytes) bytes = pst_image_get_content (image, pst_image_use_block (image, bid));
	gsize length;
	const guint8 *content = g_bytes_get_data (bytes, &length);
	guint before = out->len;
	guint depth = 0;

	if (!(bid & 2)) {
		g_byte_array_append (out, content, (guint)length);
		return 0;
	}
	g_assert_cmpuint (content[0], ==, 1);
	for (guint i = 0; i < pst_image_u16 (content + 2); i++) {
		guint64 child = pst_image_get_id (image, content + 8 + id * i);
		g_assert_cmpuint ((out->len - before) % image->shape->block_most, ==, 0);
		depth = pst_image_read_data (image, child, out);
	}
	g_assert_cmpuint (content[1], ==, depth + 1);
	g_assert_cmpuint (pst_image_u32 (content + 4), ==, out->len - before);
	return depth + 1;
}

guint
pst_image_read_subnodes (const PstImage *image, guint64 bid, guint types[32])
{
	const guint8 *content = image->bytes + pst_image_use_block (image, bid)->offset;
	gsize id = image->shape->id_size;
	guint n_blocks = 1;

	g_assert_cmpuint (content[0], ==, 2);
	for (guint i = 0; i < pst_image_u16 (content + 2); i++) {
		const guint8 *entry =
			content + image->shape->sub_header + (content[1] ? 2 : 3) * id * i;
		guint64 data = pst_image_get_id (image, entry + id);
		g_autoptr (GByteArray) bytes = g_byte_array_new ();
		guint ignored[32] = {0};
		if (content[1]) {
			n_blocks += pst_image_read_subnodes (image, data, types);
			continue;
		}
		types[entry[0] & 0x1f]++;
		if (data)
			(void)pst_image_read_data (image, data, bytes);
		if (pst_image_get_id (image, entry + 2 * id))
			(void)pst_image_read_subnodes (
				image, pst_image_get_id (image, entry + 2 * id), ignored);
	}
	return n_blocks;
}

PstImageNode
pst_image_find_subnode (const PstImage *image, guint32 nid, guint type)
{
	guint64 bid = pst_image_find_node (image, nid)->sub;
	const guint8 *list = image->bytes + pst_image_use_block (image, bid)->offset;
	gsize id = image->shape->id_size;

	g_assert_cmpuint (list[1], ==, 0);
	for (guint i = 0; i < pst_image_u16 (list + 2); i++) {
		const guint8 *entry = list + image->shape->sub_header + 3 * id * i;
		if ((entry[0] & 0x1f) == type)
			return (PstImageNode){.data = pst_image_get_id (image, entry + id),
					      .sub = pst_image_get_id (image, entry + 2 * id)};
	}
	g_assert_not_reached ();
}

char *
pst_image_enter_dir (void)
{
	const char *parent = g_getenv ("TMPDIR");
	char *dir = g_build_filename (parent && *parent ? parent : "/tmp", "test-pst-XXXXXX", NULL);

	g_assert_nonnull (g_mkdtemp (dir));
	g_assert_true (g_setenv ("TMPDIR", dir, TRUE));
	return dir;
}

char *
pst_image_make (const PstWriterOptions *options, PstImageFill fill)
{
	static const char *const names[] = {"unicode.pst", "ansi.pst", "new.ost"};
	g_autoptr (GError) error = NULL;
	char *path = g_build_filename (g_get_tmp_dir (), names[options->format], NULL);
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);
	PstWriterOptions chosen = *options;
	g_autoptr (PstWriter) writer = NULL;

	chosen.truth_path = truth;
	writer = pst_writer_new (path, &chosen, &error);
	g_assert_no_error (error);
	fill (writer);
	g_assert_true (pst_writer_finish (writer, &error));
	g_assert_no_error (error);
	return path;
}

void
pst_image_remove (const char *path)
{
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);

	g_assert_cmpint (g_remove (path), ==, 0);
	g_assert_cmpint (g_remove (truth), ==, 0);
}

GPtrArray *
pst_image_read_truth (const char *path)
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
