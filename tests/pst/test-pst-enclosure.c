/* test-pst-enclosure.c - files of a Macintosh, and what else hangs on messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "pst/converted.h"
#include "pst/pst-macbinary.h"

#define RESOURCE_SIZE 20000u
#define DATA_SIZE     30001u
#define PADDED        30080u
#define MAC_SUM       0x90f4

static const PstWriterAddress ann = { .name = "Ann", .type = "SMTP", .address = "ann@example.org" };

static void
put_u32 (guint8 *p, guint32 value)
{
	for (guint i = 0; i < 4; i++)
		p[i] = (guint8) (value >> (24 - 8 * i));
}

/* A header of version III; its sum was computed by another program. */
static void
make_header (guint8 *file)
{
	memset (file, 0, 128);
	memcpy (file + 1,
		"\x08"
		"Caf\x8e.jpg",
		9);
	memcpy (file + 65, "JPEG8BIM", 8);
	file[73] = 0x01;
	put_u32 (file + 83, DATA_SIZE);
	put_u32 (file + 87, RESOURCE_SIZE);
	put_u32 (file + 91, 3029529600u + 60);
	memcpy (file + 102, "mBIN", 4);
	file[122] = 130;
	file[123] = 129;
}

static guint8 *
make_file (gsize *size)
{
	*size = 128 + PADDED + RESOURCE_SIZE;
	guint8 *file = g_malloc0 (*size);

	make_header (file);
	for (guint i = 0; i < DATA_SIZE; i++)
		file[128 + i] = (guint8) (i * 7);
	for (guint i = 0; i < RESOURCE_SIZE; i++)
		file[128 + PADDED + i] = (guint8) (i * 11);
	return file;
}

static void
test_parse (void)
{
	guint8 header[128];
	PstMacBinary file;

	make_header (header);
	g_assert_false (pst_macbinary_parse (header, 128, 1 << 20, &file)); /* no sum */
	header[124] = MAC_SUM >> 8;
	header[125] = MAC_SUM & 0xff;
	g_assert_true (pst_macbinary_parse (header, 128, 1 << 20, &file));
	g_assert_cmpuint (file.data_offset, ==, 128);
	g_assert_cmpuint (file.resource_offset, ==, 128 + PADDED);
	g_assert_cmpstr ((const char *) file.name, ==, "Caf\x8e.jpg");
	g_assert_false (pst_macbinary_parse (header, 127, 1 << 20, &file));
	g_assert_false (pst_macbinary_parse (header, 128, 128 + PADDED + RESOURCE_SIZE - 1, &file));
	header[91] ^= 1;
	g_assert_false (pst_macbinary_parse (header, 128, 1 << 20, &file));
	memset (header + 101, 0, 27); /* version I has no sum */
	g_assert_true (pst_macbinary_parse (header, 128, 1 << 20, &file));
	header[1] = 64;
	g_assert_false (pst_macbinary_parse (header, 128, 1 << 20, &file));
}

static guchar *
decode_after (const char *text, const char *field, gsize *length)
{
	const char *start = strstr (text, field);

	g_assert_nonnull (start);
	start = strstr (start, "\n\n") + 2;
	g_autofree char *base64 = g_strndup (start, (gsize) (strstr (start, "\n--=_") - start));
	return g_base64_decode (base64, length);
}

static void
test_two_forks (Converted *converted, gconstpointer data)
{
	static const guint8 oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x14, 0x03, 0x0b, 0x01 };
	const PstWriterProperty mac = { .tag = 0x37020102, .bytes = oid, .length = sizeof oid };
	gsize size = 0;
	g_autofree guint8 *file = make_file (&size);
	const PstWriterAttachment attachment = { .name = "picture.bin",
						 .mime = "image/jpeg",
						 .bytes = file,
						 .size = size,
						 .extra = &mac,
						 .n_extra = 1 };
	const PstWriterMessage message = { .subject = "s",
					   .sender = ann,
					   .plain = "x",
					   .attachments = &attachment,
					   .n_attachments = 1 };
	gsize length = 0;

	file[124] = MAC_SUM >> 8;
	file[125] = MAC_SUM & 0xff;
	converted_add (converted, &message);
	converted_run (converted);
	const char *text = converted_get (converted, 0);
	converted_assert_has (text, "Content-Type: multipart/appledouble;\n boundary=");
	converted_assert_has (text, "Content-Type: image/jpeg;\n name*=utf-8''Caf%C3%A9.jpg\n");
	g_assert_true (strstr (text, "application/applefile") < strstr (text, "image/jpeg"));

	g_autofree guchar *fork = decode_after (text, "Content-Type: image/jpeg", &length);
	g_assert_cmpuint (length, ==, DATA_SIZE);
	g_assert_true (memcmp (fork, file + 128, length) == 0);

	static const guint8 head[] = { 0, 5, 0x16, 7, 0, 2, 0, 0 };
	static const guint8 entries[] = {
		0, 4, /* name, dates, Finder, resource fork */
		0, 0, 0, 3, 0, 0, 0, 74, 0, 0, 0, 8,  0, 0, 0, 8, 0, 0, 0, 82,  0, 0, 0,    16,
		0, 0, 0, 9, 0, 0, 0, 98, 0, 0, 0, 32, 0, 0, 0, 2, 0, 0, 0, 130, 0, 0, 0x4e, 0x20
	};
	g_autofree guchar *other = decode_after (text, "application/applefile", &length);
	g_assert_cmpuint (length, ==, 130 + RESOURCE_SIZE);
	g_assert_true (memcmp (other, head, sizeof head) == 0);
	g_assert_true (memcmp (other + 24, entries, sizeof entries) == 0);
	g_assert_true (memcmp (other + 74, "Caf\x8e.jpg\0\0\0\x3c", 12) == 0);
	g_assert_true (memcmp (other + 98, "JPEG8BIM\1", 9) == 0);
	g_assert_true (memcmp (other + 130, file + 128 + PADDED, RESOURCE_SIZE) == 0);
}

int
main (int argc, char **argv)
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/pst/enclosure/knows-a-file-of-two-forks", test_parse);
#define ADD(name, function)                                                                        \
	g_test_add (name, Converted, NULL, converted_set_up, function, converted_tear_down)
	ADD ("/pst/enclosure/both-forks-travel-as-appledouble", test_two_forks);
	return g_test_run ();
}
