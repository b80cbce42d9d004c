/* mbox-foreign.c - files that are taken for a mailbox often enough to be called by name
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-foreign.h"

#include <string.h>

#include "base/text.h"

#define UTF16_WAY_OUT "UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8 FILE | ...)"

/* A compressed file comes here only if this build or its compressor's settings are beyond us. */
static const struct {
	gsize offset;
	const char *magic;
	gsize length;
	MboxForeign is;
} table[] = {
	{ 0, "\x1f\x8b", 2, { "gzip", "a gzip file: decompress it first (zcat FILE | ...)" } },
	{ 0, "\x1f\x9d", 2,
	  { "compress", "a compress file: decompress it first (zcat FILE | ...)" } },
	{ 0, "BZh", 3, { "bzip2", "a bzip2 file: decompress it first (bzcat FILE | ...)" } },
	{ 0, "\xfd" "7zXZ", 5, { "xz", "an xz file: decompress it first (xzcat FILE | ...)" } },
	{ 0, "\x28\xb5\x2f\xfd", 4,
	  { "zstd", "a zstd file: decompress it first (zstdcat FILE | ...)" } },
	{ 0, "LZIP", 4, { "lzip", "an lzip file: decompress it first (lzip -dc FILE | ...)" } },
	{ 0, "\x04\x22\x4d\x18", 4,
	  { "lz4", "an lz4 file: decompress it first (lz4cat FILE | ...)" } },
	{ 0, "PK\3\4", 4,
	  { "zip", "a zip archive: unpack it first (unzip FILE), then name what it held" } },
	{ 0, "7z\xbc\xaf\x27\x1c", 6,
	  { "7z", "a 7z archive: unpack it first, then name what it held" } },
	{ 0, "Rar!", 4, { "rar", "a rar archive: unpack it first, then name what it held" } },
	{ 257, "ustar", 5,
	  { "tar", "a tar archive: unpack it first (tar -xf FILE), then name what it held" } },
	{ 0, "\xff\xfe", 2, { "utf16", UTF16_WAY_OUT } },
	{ 0, "\xfe\xff", 2, { "utf16", UTF16_WAY_OUT } },
	{ 0, "F\0r\0o\0m\0", 8, { "utf16", UTF16_WAY_OUT } },
	{ 0, "\0F\0r\0o\0m", 8, { "utf16", UTF16_WAY_OUT } },
	{ 0, "*mbx*\r\n", 7,
	  { "mbx", "a UW mbx file: convert it with UW mailutil (mailutil copy)" } },
	{ 0, "*mix*\r\n", 7,
	  { "mix",
	    "the index of a UW mix mailbox: convert that with UW mailutil (mailutil copy)" } },
	{ 0, "BABYL OPTIONS:", 14,
	  { "babyl", "an Emacs Babyl file: convert it in Emacs (M-x unrmail)" } },
	{ 0, "!BDN", 4, { "outlook", "an Outlook file: read it with pst2mbox" } },
	{ 0, "\xcf\xad\x12\xfe", 4,
	  { "outlook-express", "an Outlook Express file: convert it with readdbx" } },
	{ 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8,
	  { "msg", "an Outlook .msg file: save it as .eml, or convert it with msgconvert" } },
	{ 0, "#mail-manifest ", 15,
	  { "manifest",
	    "a manifest, which lists mail and holds none: mbox-verify compares with it, as a "
	    "plain file, not from a pipe" } },
	{ 0, "SQLite format 3", 15, { "sqlite", "a database, not mail" } },
};

static const MboxForeign cr_only = {
	"cr-only",
	"text with the line ends of old Macintoshes (CR alone): convert it first "
	"(tr '\\r' '\\n' < FILE | ...), or let Thunderbird repair the folder",
};

const MboxForeign *
mbox_foreign_recognise (const guint8 *data, gsize length, gboolean whole)
{
	for (guint i = 0; i < G_N_ELEMENTS (table); i++)
		if (length >= table[i].offset + table[i].length &&
		    memcmp (data + table[i].offset, table[i].magic, table[i].length) == 0)
			return &table[i].is;
	return text_has_only_cr (data, length, whole) ? &cr_only : NULL;
}
