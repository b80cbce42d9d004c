/* make-manifest.c - write a manifest of made-up messages, as large as one likes
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Usage: make-manifest COUNT SHAPE      to standard output
 *
 * Always the same for the same arguments. The shapes of two lists that are compared, such as
 * "plain" and "faults":
 *   plain     all of them different, in fifty folders
 *   faults    the same backwards; of a hundred, one is missing, canonical, moved and double each
 *   others    other messages with other names
 *   altered   other messages with the same names
 *   moved     the messages of plain, all of them in one other folder
 *   anew      the same but for the bytes: only L2 is what it is in plain
 *   one       all digests and names are one and the same; one-other: with other bytes
 *   nameless  all different and without a name; nameless-other: other ones
 *   folders   in 100,000 folders; folders-moved: in others of those
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/output.h"

#define FOLDERS 50
#define MANY_FOLDERS 100000

typedef struct {
	const char *name;
	guint64 seed;       /* of L0 and L1 */
	guint64 seed_mime;  /* of L2 */
	guint64 seed_names; /* of Message-IDs; 0: there are none */
	gboolean one;
	gboolean faults;
	gboolean moved; /* to a folder of its own */
	guint32 folders;
	guint32 folder_shift;
} Shape;

static const Shape shapes[] = {
	{ .name = "plain", .seed = 1, .seed_mime = 2, .seed_names = 3, .folders = FOLDERS },
	{ "faults", 1, 2, 3, .faults = TRUE, .folders = FOLDERS },
	{ "others", 4, 5, 6, .folders = FOLDERS },
	{ "altered", 4, 5, 3, .folders = FOLDERS },
	{ "moved", 1, 2, 3, .moved = TRUE, .folders = FOLDERS },
	{ "anew", 4, 2, 3, .folders = FOLDERS },
	{ "one", 1, 2, 3, .one = TRUE, .folders = 1 },
	{ "one-other", 4, 5, 3, .one = TRUE, .folders = 1 },
	{ "nameless", 1, 2, 0, .folders = FOLDERS },
	{ "nameless-other", 4, 5, 0, .folders = FOLDERS },
	{ "folders", 1, 2, 3, .folders = MANY_FOLDERS },
	{ "folders-moved", 1, 2, 3, .folders = MANY_FOLDERS, .folder_shift = 1 },
};

typedef struct {
	Output *output;
	Digest chain;
	GString *lines; /* on their way */
	guint64 count;
} Writer;

static guint64
mix (guint64 number)
{
	number = (number ^ number >> 31) * 0x7fb5d329728ea185;
	number = (number ^ number >> 27) * 0x81dadef4bc2dd44d;
	return number ^ number >> 33;
}

static void
append_number (GString *text, guint64 number)
{
	static const char digits[] = "0123456789abcdef";

	for (int shift = 60; shift >= 0; shift -= 4)
		g_string_append_c (text, digits[number >> shift & 15]);
}

static void
append_digest (GString *text, guint64 number)
{
	for (guint64 part = 0; part < 4; part++)
		append_number (text, mix (4 * number + part));
	g_string_append_c (text, '\t');
}

static void
flush (Writer *writer)
{
	g_autoptr (GError) error = NULL;

	digest_update (&writer->chain, writer->lines->str, writer->lines->len);
	if (!output_write (writer->output, writer->lines->str, writer->lines->len, &error))
		g_error ("%s", error->message);
	g_string_truncate (writer->lines, 0);
}

static void
add (Writer *writer, const Shape *shape, guint32 number, guint32 folder, gboolean canonical)
{
	GString *text = writer->lines;
	guint64 same = shape->one ? 0 : number;

	append_digest (text, same + ((shape->seed + canonical * 100) << 40));
	append_digest (text, same + (shape->seed << 40));
	append_digest (text, same + (shape->seed_mime << 40));
	g_string_append_printf (text, "20000\t%u +0100\t\\Seen\t", 1500000000 + number % 100000000);
	if (shape->seed_names == 0)
		g_string_append_c (text, '-');
	else
		g_string_append_printf (text, "<%" G_GUINT64_FORMAT "@mail.example.org>",
					mix (same + (shape->seed_names << 40)));
	g_string_append_printf (text, "\tFolder %u\tsome.mbox:%u\t-\n", folder, number);
	writer->count++;
	if (text->len > 65536)
		flush (writer);
}

static void
add_all (Writer *writer, const Shape *shape, guint32 count)
{
	for (guint32 i = 0; i < count; i++) {
		guint32 number = shape->faults ? count - 1 - i : i;
		guint32 fault = shape->faults ? number % 100 : 0;
		guint64 place = mix (number) + shape->folder_shift;
		guint32 folder = (guint32) (place % shape->folders);

		if (fault == 1)
			continue;
		if (fault == 2 || shape->moved)
			folder = shape->folders;
		add (writer, shape, number, folder, fault == 3);
		if (fault == 4)
			add (writer, shape, number, folder, FALSE);
	}
}

static void
finish (Writer *writer)
{
	guint8 chain[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];

	flush (writer);
	digest_finish (&writer->chain, chain);
	g_string_append_printf (writer->lines,
				"#end\tannounced=%" G_GUINT64_FORMAT "\temitted=%" G_GUINT64_FORMAT
				"\tpresent=0\tskipped=0\tfailed=0\tchain=%s\n",
				writer->count, writer->count,
				digest_to_hex (chain, DIGEST_SIZE, hex));
	flush (writer);
	if (!output_finish (writer->output, NULL))
		g_error ("standard output is full");
}

int
main (int argc, char **argv)
{
	guint32 count = argc > 1 ? (guint32) strtoul (argv[1], NULL, 10) : 1000;
	const char *name = argc > 2 ? argv[2] : "plain";
	g_autoptr (Output) output = output_new (STDOUT_FILENO, "standard output");
	g_autoptr (GString) lines = g_string_new (
		"#mail-manifest 1\ttool=made/1\tsource=made\n"
		"#columns\tL0\tL1\tL2\tsize\tdate\tflags\tmessage-id\tfolder\torigin\ttarget\n");
	Writer writer = { .output = output, .lines = lines };

	digest_init (&writer.chain);
	for (guint i = 0; i < G_N_ELEMENTS (shapes); i++) {
		if (strcmp (shapes[i].name, name) != 0)
			continue;
		add_all (&writer, &shapes[i], count);
		finish (&writer);
		return 0;
	}
	g_printerr ("make-manifest: no shape %s\n", name);
	return 2;
}
