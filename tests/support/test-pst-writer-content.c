/* test-pst-writer-content.c - code pages, rich text, deletions and damage are as they were asked for
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "support/pst-damage.h"
#include "support/pst-image.h"
#include "support/pst-writer-properties.h"
#include "support/pst-writer-rtf.h"
#include "support/pst-writer-text.h"
#include "support/sample-account.h"
#include "support/sample-special.h"

#include "base/digest.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <zlib.h>

#define N_FORMATS 3

static char *
make_file (PstWriterFormat format, PstImageFill fill)
{
	const PstWriterOptions options = {
		.store_name = "Test", .format = format, .codepage = 65001};

	return pst_image_make (&options, fill);
}

/* The first message of a truth that has a placement, or the first of all for NULL. */
static JsonObject *
find_message (GPtrArray *truth, const char *placement)
{
	for (guint i = 0; i < truth->len; i++) {
		JsonObject *object = g_ptr_array_index (truth, i);
		const char *place =
			json_object_get_string_member_with_default (object, "placement", NULL);
		if (strcmp (json_object_get_string_member (object, "type"), "message") == 0 &&
		    g_strcmp0 (place, placement) == 0)
			return object;
	}
	return NULL;
}

static void
assert_bytes (const void *got, gsize got_length, const void *wanted, gsize length)
{
	g_assert_cmpuint (got_length, ==, length);
	g_assert_true (length == 0 || memcmp (got, wanted, length) == 0);
}

/* [MS-OXRTFCP] 2.2.3.1, with the dictionary as it is printed there. */
static GString *
unpack (const guint8 *packed, gsize length)
{
	static const char start[] =
		"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss "
		"\\fmodern "
		"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0"
		"\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
	guint8 window[4096] = {0};
	guint at = sizeof start - 1;
	GString *out = g_string_new (NULL);

	g_assert_cmpuint (at, ==, 207);
	memcpy (window, start, at);
	for (gsize i = 16; i < length;) {
		guint8 control = packed[i++];
		for (guint bit = 0; bit < 8 && i < length; bit++) {
			guint word = packed[i] << 8 | (i + 1 < length ? packed[i + 1] : 0);
			guint place = word >> 4;
			guint n = (word & 15) + 2;
			gboolean is_reference = control & 1U << bit;
			if (is_reference && place == at)
				return out;
			i += is_reference ? 2 : 1;
			for (guint k = 0; k < (is_reference ? n : 1); k++) {
				guint8 byte = is_reference ? window[(place + k) % 4096]
							   : (guint8)(word >> 8);
				g_string_append_c (out, (char)byte);
				window[at] = byte;
				at = (at + 1) % 4096;
			}
		}
	}
	g_assert_not_reached (); /* no end mark */
}

/* The example of [MS-OXRTFCP] 4.1.1 holds the unpacking above to the specification. */
static void
test_unpacks_example (void)
{
	static const guint8 packed[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a,
					0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
					0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
					0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
					0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
	GString *text = unpack (packed, sizeof packed);

	g_assert_cmpstr (text->str, ==, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	(void)g_string_free (text, TRUE);
}

static guint32
sum_of (const guint8 *bytes, gsize length)
{
	return (guint32)crc32 (0xffffffffUL, bytes, (uInt)length) ^ 0xffffffffU;
}

static void
check_wrapped (const char *rtf, gsize length, PstWriterRtf form)
{
	g_autoptr (GBytes) wrapped = pst_writer_rtf_wrap (rtf, length, form);
	gsize size;
	const guint8 *bytes = g_bytes_get_data (wrapped, &size);
	gboolean is_sum_right = pst_image_u32 (bytes + 12) == sum_of (bytes + 16, size - 16);

	g_assert_cmpuint (pst_image_u32 (bytes), ==, size - 4);
	g_assert_cmpuint (pst_image_u32 (bytes + 4), ==, length);
	if (form == PST_WRITER_RTF_STORED) {
		assert_bytes (bytes + 8, 8, "MELA\0\0\0\0", 8);
		assert_bytes (bytes + 16, size - 16, rtf, length);
		return;
	}
	assert_bytes (bytes + 8, 4, "LZFu", 4);
	g_assert_true (is_sum_right == (form != PST_WRITER_RTF_WRONG_SUM));
	GString *text = unpack (bytes, size);
	assert_bytes (text->str, text->len, rtf, length);
	(void)g_string_free (text, TRUE);
}

/* Short ones, and one that fills the window several times with what repeats. */
static void
test_rtf (void)
{
	g_autoptr (GString) large = g_string_new ("{\\rtf1\\ansi ");

	for (guint i = 0; large->len < 50000; i++)
		g_string_append_printf (large, "\\par line %u of many, %u\r\n", i, i * i % 977);
	g_string_append_c (large, '}');
	for (guint form = 0; form <= PST_WRITER_RTF_WRONG_SUM; form++) {
		check_wrapped ("", 0, form);
		check_wrapped ("{}", 2, form);
		check_wrapped ("{\\rtf1\\ansi\\deff0 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", 50, form);
		check_wrapped (large->str, large->len, form);
	}
	g_autoptr (GBytes) packed =
		pst_writer_rtf_wrap (large->str, large->len, PST_WRITER_RTF_COMPRESSED);
	g_assert_cmpuint (g_bytes_get_size (packed), <, large->len / 2);
}

static void
test_text (void)
{
	static const struct {
		guint codepage;
		const char *text;
		const char *bytes; /* NULL: it has no room for the text */
		gsize length;
	} cases[] = {
		{0, "aé", "a\0\xe9\0", 4},
		{1252, "5 €", "5 \x80", 3},
		{1251, "Мир", "\xcc\xe8\xf0", 3},
		{932, "日本", "\x93\xfa\x96\x7b", 4},
		{65001, "日本", "\xe6\x97\xa5\xe6\x9c\xac", 6},
		{1252, "Мир", NULL, 0},
		{9999, "Мир", NULL, 0},
	};

	for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autoptr (GBytes) bytes =
			pst_writer_text_encode (cases[i].text, -1, cases[i].codepage);
		g_assert_true ((bytes != NULL) == (cases[i].bytes != NULL));
		if (bytes)
			assert_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
				      cases[i].bytes, cases[i].length);
	}
}

static void
test_texts (void)
{
	static const char *const texts[] = {"Büro", "ab", NULL};
	static const guint8 narrow[] = {2, 0, 0, 0,   12,   0,   0,   0,   16,
					0, 0, 0, 'B', 0xfc, 'r', 'o', 'a', 'b'};
	g_autoptr (GBytes) wide = pst_writer_text_join (texts);
	g_autoptr (GBytes) bytes = pst_writer_text_narrow (g_bytes_get_data (wide, NULL),
							   g_bytes_get_size (wide), TRUE, 1252);

	g_assert_nonnull (bytes);
	assert_bytes (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), narrow,
		      sizeof narrow);
}

static void
fill_no_room (PstWriter *writer)
{
	(void)pst_writer_add_folder (writer, PST_WRITER_TOP, "Москва", PST_WRITER_ROLE_NONE);
}

static void
test_no_room (void)
{
	g_autofree char *path = g_build_filename (g_get_tmp_dir (), "no-room.pst", NULL);
	const PstWriterOptions options = {.format = PST_WRITER_ANSI};
	g_autoptr (GError) error = NULL;
	g_autoptr (PstWriter) writer = pst_writer_new (path, &options, &error);

	g_assert_no_error (error);
	fill_no_room (writer);
	g_assert_false (pst_writer_finish (writer, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
	g_assert_cmpint (g_remove (path), ==, 0);
}

static gboolean
contains (const guint8 *bytes, gsize length, const char *text, gsize text_length)
{
	for (gsize i = 0; i + text_length <= length; i++)
		if (memcmp (bytes + i, text, text_length) == 0)
			return TRUE;
	return FALSE;
}

/* A record of a property is its id and type; the texts of this sample are in Cyrillic. */
static void
test_eight_bit (void)
{
	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path = make_file (format, sample_special_add_texts);
		g_autoptr (PstImage) image = pst_image_load (path);
		g_autoptr (GByteArray) data = g_byte_array_new ();

		/* the second message */
		(void)pst_image_read_data (image, pst_image_find_node (image, 0x200044)->data,
					   data);
		g_assert_true (contains (data->data, data->len, "\x37\x00\x1e\x00", 4));
		g_assert_false (contains (data->data, data->len, "\x37\x00\x1f\x00", 4));
		g_assert_true (contains (data->data, data->len, "\xd1\xfa\xe5\xf8\xfc", 5));
		g_assert_true (contains (data->data, data->len, "\xfd\x3f\x03\x00\xe3\x04", 6));
		pst_image_remove (path);
	}
}

/* Every place the truth names is the beginning of a block that is in use, or, if it was deleted, of
 * one that is not: pst_image_load has seen that the AMaps say so too. */
static void
test_deleted (void)
{
	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *path = make_file (format, sample_special_add_deleted);
		g_autoptr (PstImage) image = pst_image_load (path);
		g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
		guint n_deleted = 0;
		guint n_old_pages = 0;

		for (guint i = 0; i < truth->len; i++) {
			JsonObject *object = g_ptr_array_index (truth, i);
			const char *type = json_object_get_string_member (object, "type");
			const char *place = json_object_get_string_member_with_default (
				object, "placement", "");
			gboolean is_deleted = strcmp (place, "deleted") == 0;
			gboolean is_node;
			gboolean is_block;
			guint32 nid;
			gint64 bid;
			n_old_pages += json_object_has_member (object, "old");
			if (strcmp (type, "message") != 0)
				continue;
			nid = (guint32)json_object_get_int_member (object, "nid");
			bid = json_object_get_int_member (object, "bid");
			is_node = pst_image_find_node (image, nid) != NULL;
			is_block = g_hash_table_contains (image->blocks, GSIZE_TO_POINTER (bid));
			g_assert_true (is_node != is_deleted);
			g_assert_true (is_block != is_deleted);
			n_deleted += is_deleted;
		}
		g_assert_cmpuint (n_deleted, ==, 3);
		g_assert_cmpuint (n_old_pages, >=, 2);
		pst_image_remove (path);
	}
}

/* How many bytes of the file are not what they were. */
static guint
count_differences (const char *path, const PstImage *image)
{
	g_autofree guint8 *bytes = NULL;
	gsize size;
	guint n = 0;

	g_assert_true (g_file_get_contents (path, (char **)&bytes, &size, NULL));
	g_assert_cmpuint (size, ==, image->size);
	for (gsize i = 0; i < size; i++)
		n += bytes[i] != image->bytes[i];
	return n;
}

typedef struct {
	guint32 nid;
	const char *part;
} Damage;

/* Each part is in another place; damaging it twice mends it. */
static void
check_damages (const char *path, const Damage *damages, guint n)
{
	g_autofree char *truth = g_strconcat (path, ".truth", NULL);
	g_autoptr (PstImage) image = pst_image_load (path);
	g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
	g_autoptr (GError) error = NULL;

	for (guint i = 0; i < n; i++) {
		const Damage *damage = &damages[i];
		guint64 offset = 0;
		g_assert_true (
			pst_damage_item (path, truth, damage->nid, damage->part, &offset, &error));
		g_assert_no_error (error);
		g_assert_cmpuint (count_differences (path, image), ==, 1);
		g_assert_true (g_hash_table_add (places, GSIZE_TO_POINTER (offset)));
		g_assert_true (
			pst_damage_item (path, truth, damage->nid, damage->part, NULL, &error));
		g_assert_cmpuint (count_differences (path, image), ==, 0);
	}
	g_assert_false (pst_damage_item (path, truth, damages[0].nid, "value", NULL, &error));
	g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_damage (void)
{
	static const Damage of_account[] = {
		{0x200204, "properties"},  {0x200204, "subnodes"},   {0x200204, "recipients"},
		{0x200204, "attachments"}, {0x200204, "attachment"}, {0x200204, "attachment-value"},
		{0x200224, "embedded"},    {0x200204, "node-page"},  {0x200204, "block-page"},
		{0x8082, "folder"},        {0x8082, "contents"},     {0x8082, "hierarchy"},
	};
	static const Damage of_deleted[] = {
		{0x2000a4, "properties"},
		{0x2000a4, "attachment-value"},
		{0x2000a4, "old-node-page"},
		{0x2000a4, "old-block-page"},
	};
	g_autofree char *account = make_file (PST_WRITER_UNICODE, sample_account_add);

	check_damages (account, of_account, G_N_ELEMENTS (of_account));
	pst_image_remove (account);
	for (guint format = 0; format < N_FORMATS; format++) {
		g_autofree char *deleted = make_file (format, sample_special_add_deleted);
		check_damages (deleted, of_deleted, G_N_ELEMENTS (of_deleted));
		pst_image_remove (deleted);
	}
}

/* Everything the caller gave beside the usual properties, under the names the file has for it. */
static void
test_names (void)
{
	g_autofree char *path = make_file (PST_WRITER_UNICODE, sample_special_add_items);
	g_autoptr (GPtrArray) truth = pst_image_read_truth (path);
	JsonObject *contact = find_message (truth, NULL);
	JsonArray *extra = json_object_get_array_member (contact, "extra");
	JsonArray *categories = json_object_get_array_member (contact, "categories");
	gint64 email = 0;
	gboolean is_found = FALSE;

	for (guint i = 0; i < truth->len; i++) {
		JsonObject *object = g_ptr_array_index (truth, i);
		if (strcmp (json_object_get_string_member (object, "type"), "name") == 0 &&
		    json_object_get_int_member_with_default (object, "number", 0) == 0x8083) {
			g_assert_cmpstr (json_object_get_string_member (object, "set"), ==,
					 "0420060000000000c000000000000046");
			email = json_object_get_int_member (object, "id");
		}
	}
	g_assert_cmpint (email, >=, 0x8000);
	for (guint i = 0; i < json_array_get_length (extra); i++) {
		JsonObject *property = json_array_get_object_element (extra, i);
		if (json_object_get_int_member (property, "tag") == (email << 16 | 0x1f))
			is_found =
				g_str_has_prefix (json_object_get_string_member (property, "hex"),
						  "6200720075006e00");
	}
	g_assert_true (is_found);
	g_assert_cmpuint (json_array_get_length (categories), ==, 3);
	g_assert_cmpstr (json_array_get_string_element (categories, 1), ==, "Büro");
	pst_image_remove (path);
}

int
main (int argc, char **argv)
{
	g_autofree char *dir = pst_image_enter_dir ();
	int result;

	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/support/pst-writer/unpacking-agrees-with-the-specification",
			 test_unpacks_example);
	g_test_add_func ("/support/pst-writer/rtf-comes-out-as-it-went-in", test_rtf);
	g_test_add_func ("/support/pst-writer/text-is-in-its-code-page", test_text);
	g_test_add_func ("/support/pst-writer/lists-of-texts-become-narrow", test_texts);
	g_test_add_func ("/support/pst-writer/text-without-room-is-an-error", test_no_room);
	g_test_add_func ("/support/pst-writer/eight-bit-strings-have-their-type", test_eight_bit);
	g_test_add_func ("/support/pst-writer/deleted-blocks-are-free-and-there", test_deleted);
	g_test_add_func ("/support/pst-writer/damage-is-one-byte-and-can-be-undone", test_damage);
	g_test_add_func ("/support/pst-writer/truth-has-names-and-values", test_names);
	result = g_test_run ();
	g_assert_cmpint (g_rmdir (dir), ==, 0);
	return result;
}
