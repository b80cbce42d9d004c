/* test-pst-lzfu.c - compressed rich text comes out whole or not at all
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/pst-lzfu.h"

#include <string.h>

#include "pst/pst-error.h"

/* [MS-OXRTFCP], 4.1.1 and 4.1.2 */
static const guint8 hello[] = {0x2d, 0x00, 0x00, 0x00, 0x2b, 0x00, 0x00, 0x00, 0x4c, 0x5a,
			       0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
			       0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a,
			       0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00, 0x20, 0x62, 0x77,
			       0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0};
static const guint8 repeated[] = {0x1a, 0x00, 0x00, 0x00, 0x1c, 0x00, 0x00, 0x00, 0x4c, 0x5a,
				  0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
				  0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0};

static void
assert_inflates (const guint8 *data, gsize length, const char *expected)
{
	g_autoptr (GError) error = NULL;
	g_autoptr (GBytes) rtf = pst_lzfu_decompress (data, length, 1 << 20, &error);

	g_assert_no_error (error);
	g_assert_cmpmem (g_bytes_get_data (rtf, NULL), (int)g_bytes_get_size (rtf), expected,
			 (int)strlen (expected));
}

static void
test_decompress (void)
{
	static const guint8 wrapped[] = {19, 0, 0, 0, 3,   0,    0,   0, 'M', 'E', 'L', 'A',
					 0,  0, 0, 0, '{', '\\', '}', 0, 0,   0,   0};

	assert_inflates (hello, sizeof hello, "{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n");
	assert_inflates (repeated, sizeof repeated, "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
	assert_inflates (wrapped, sizeof wrapped, "{\\}");
}

static void
test_refuses (void)
{
	for (gsize length = 0; length < sizeof hello; length++) {
		g_autofree guint8 *cut = g_memdup2 (hello, length);
		g_autoptr (GError) error = NULL;
		g_assert_null (pst_lzfu_decompress (cut, length, 1 << 20, &error));
		g_assert_error (error, PST_ERROR, PST_ERROR_DAMAGED);
	}
	for (gsize i = 0; i < sizeof hello; i++) {
		g_autofree guint8 *damaged = g_memdup2 (hello, sizeof hello);
		g_autoptr (GError) error = NULL;
		damaged[i] ^= 0x41;
		g_assert_null (pst_lzfu_decompress (damaged, sizeof hello, 1 << 20, &error));
		g_assert_nonnull (error);
	}
	g_autoptr (GError) error = NULL;
	g_assert_null (pst_lzfu_decompress (hello, sizeof hello, 10, &error));
	g_assert_error (error, PST_ERROR, PST_ERROR_LIMIT);
}

/* Neither the size nor the kind is under the check sum. */
static void
test_wrong_size (void)
{
	static const struct {
		guint8 size[3];
		int code;
	} cases[] = {
		{ { 0x2d, 0, 0 }, PST_ERROR_DAMAGED }, /* two more than come before the end mark */
		{ { 0, 0, 0x0f }, PST_ERROR_LIMIT },   /* more than so few bytes can stand for */
		{ { 0, 0, 0x7f }, PST_ERROR_LIMIT },   /* more than is wanted */
	};

	for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
		g_autofree guint8 *data = g_memdup2 (hello, sizeof hello);
		g_autoptr (GError) error = NULL;
		memcpy (data + 4, cases[i].size, 3);
		g_assert_null (pst_lzfu_decompress (data, sizeof hello, 1 << 20, &error));
		g_assert_error (error, PST_ERROR, cases[i].code);
	}
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/lzfu/inflates", test_decompress);
	g_test_add_func ("/pst/lzfu/refuses-what-is-damaged-or-too-large", test_refuses);
	g_test_add_func ("/pst/lzfu/believes-no-size", test_wrong_size);
	return g_test_run ();
}
