/* pst-file.c - the file itself: format, encoding, header, exact reads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libpst recognises the format and decodes blocks; everything in between (where a block is,
 * whether it is sound) is ours, because libpst neither checks what it reads nor survives damage.
 * To have a block decoded we show libpst a world of one block: a memory file as its file, and an
 * index of one entry. Bytes that are merely exchanged for others we exchange by what it says of
 * each.
 */
#include "pst/pst-file.h"

#include <errno.h>
#include <fcntl.h>
#include <libpst/libpst.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/child.h"
#include "pst/pst-block.h"

/* Exported by libpst, but in none of its headers. */
extern void pst_debug_setlevel (int level);

#define LIBPST_SILENT    99
#define CRYPT_BY_POLICY  0x10
#define HEADER_SIZE      564
#define ANSI_HEADER_SIZE 512

struct _PstFile {
	int fd;
	guint patience; /* seconds for one read; 0: any */
	guint64 size;
	guint8 *ahead; /* read before it was asked for; NULL at first */
	guint64 ahead_offset;
	gsize ahead_length;
	guint64 expected_from;
	guint64 expected_to;
	gboolean header_sound;
	gboolean is_ost;
	pst_file library; /* libpst's view; fp and i_table are lent, see below */
	FILE *library_fp; /* what libpst opened, put back before pst_close() */
	FILE *block_fp;   /* reads block_bytes */
	guint8 *block_bytes;
	pst_index_ll block_entry;
	guint8 permuted[256]; /* what libpst makes of each byte, where it does so one by one */
	gboolean has_permuted;
};

GQuark
pst_error_quark (void)
{
	return g_quark_from_static_string ("pst-error-quark");
}

static gboolean
set_io_error (GError **error, const char *what)
{
	int code = errno;

	g_set_error (error, PST_ERROR, PST_ERROR_IO, "%s: %s", what, g_strerror (code));
	return FALSE;
}

void
pst_file_set_patience (PstFile *file, guint seconds)
{
	file->patience = seconds;
}

/* What the system has in memory it gives at once, or says that it would have to wait. Some file
 * systems only say that they can't tell. */
static gboolean
read_at_once (const PstFile *file, guint64 offset, void *buffer, gsize length)
{
	struct iovec place = { .iov_base = buffer, .iov_len = length };

	return preadv2 (file->fd, &place, 1, (off_t) offset, RWF_NOWAIT) == (gssize) length;
}

static gssize
read_some (const PstFile *file, guint64 offset, void *buffer, gsize length)
{
	if (file->patience == 0)
		return pread (file->fd, buffer, length, (off_t) offset);
	if (read_at_once (file, offset, buffer, length))
		return (gssize) length;
	child_allow_wall_seconds (file->patience);
	gssize n = pread (file->fd, buffer, length, (off_t) offset);
	child_allow_wall_seconds (0);
	return n;
}

void
pst_file_expect (PstFile *file, guint64 offset, guint64 end)
{
	file->expected_from = offset;
	file->expected_to = end;
}

gboolean
pst_file_is_expected (const PstFile *file, guint64 offset)
{
	return offset >= file->expected_from && offset < file->expected_to;
}

static gboolean
is_ahead (const PstFile *file, guint64 offset, gsize length)
{
	return file->ahead != NULL && offset >= file->ahead_offset &&
	       length <= file->ahead_length &&
	       offset - file->ahead_offset <= file->ahead_length - length;
}

/* If anything goes wrong here, whoever reads the bytes in question learns of it. */
static void
read_ahead (PstFile *file, guint64 offset)
{
	guint64 length = MIN (file->expected_to - offset, PST_FILE_MAX_AHEAD);

	if (file->ahead == NULL)
		file->ahead = g_malloc (PST_FILE_MAX_AHEAD);
	gssize n = read_some (file, offset, file->ahead, (gsize) length);
	file->ahead_offset = offset;
	file->ahead_length = n > 0 ? (gsize) n : 0;
}

gboolean
pst_file_read (PstFile *file, guint64 offset, void *buffer, gsize length, GError **error)
{
	guint8 *to = buffer;
	gsize done = 0;

	if (offset > file->size || length > file->size - offset) {
		g_set_error (error, PST_ERROR, PST_ERROR_TRUNCATED,
			     "offset 0x%" G_GINT64_MODIFIER "x lies beyond the end of the file",
			     offset);
		return FALSE;
	}
	if (!is_ahead (file, offset, length) && pst_file_is_expected (file, offset))
		read_ahead (file, offset);
	if (is_ahead (file, offset, length)) {
		memcpy (to, file->ahead + (offset - file->ahead_offset), length);
		return TRUE;
	}
	while (done < length) {
		gssize n = read_some (file, offset + done, to + done, length - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return set_io_error (error, "cannot read");
		if (n == 0) {
			g_set_error_literal (error, PST_ERROR, PST_ERROR_TRUNCATED,
					     "the file became shorter while it was read");
			return FALSE;
		}
		done += (gsize) n;
	}
	return TRUE;
}

static gboolean
open_descriptor (PstFile *file, const char *path, GError **error)
{
	struct stat status;

	file->fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (file->fd < 0 || fstat (file->fd, &status) < 0)
		return set_io_error (error, "cannot open");
	if (S_ISDIR (status.st_mode)) {
		errno = EISDIR;
		return set_io_error (error, "cannot open");
	}
	if (!S_ISREG (status.st_mode)) {
		g_set_error_literal (
			error, PST_ERROR, PST_ERROR_FORMAT,
			"not a regular file: an Outlook file cannot be read from a pipe");
		return FALSE;
	}
	file->size = (guint64) status.st_size;
	return TRUE;
}

static gboolean
is_known_version (guint version)
{
	return version == 14 || version == 15 || version == 21 || version == 23 || version == 36;
}

/* What can be said better than libpst says it. [MS-PST] 2.2.2.6 */
static gboolean
check_header (PstFile *file, GError **error)
{
	guint8 header[HEADER_SIZE] = {0};
	gsize length = MIN (file->size, sizeof header);

	if (!pst_file_read (file, 0, header, length, error))
		return FALSE;
	if (memcmp (header, "!BDN", 4) != 0) {
		g_set_error_literal (error, PST_ERROR, PST_ERROR_FORMAT, "not an Outlook file");
		return FALSE;
	}
	if (memcmp (header + 8, "AB", 2) == 0) {
		g_set_error_literal (error, PST_ERROR, PST_ERROR_FORMAT,
				     "an Outlook address book (PAB), not a mail store");
		return FALSE;
	}

	guint version = pst_file_u16 (header + 10);
	gboolean ansi = version == 14 || version == 15;
	gsize needed = ansi ? ANSI_HEADER_SIZE : HEADER_SIZE;

	if (length < needed) {
		g_set_error_literal (error, PST_ERROR, PST_ERROR_TRUNCATED,
				     "the file ends within its header");
		return FALSE;
	}
	if (header[ansi ? 461 : 513] == CRYPT_BY_POLICY) {
		g_set_error_literal (error, PST_ERROR, PST_ERROR_ENCRYPTED,
				     "encrypted by policy (Windows Information Protection): "
				     "only the account it belongs to can open it");
		return FALSE;
	}
	if ((memcmp (header + 8, "SM", 2) != 0 && memcmp (header + 8, "SO", 2) != 0) ||
	    !is_known_version (version)) {
		g_set_error (error, PST_ERROR, PST_ERROR_FORMAT,
			     "an Outlook file of an unknown version (%u)", version);
		return FALSE;
	}
	file->is_ost = header[9] == 'O';
	file->header_sound =
		pst_block_crc (header + 8, 471) == pst_file_u32 (header + 4) &&
		(ansi || pst_block_crc (header + 8, 516) == pst_file_u32 (header + 524));
	return TRUE;
}

static gboolean
lend_memory_file (PstFile *file, GError **error)
{
	file->block_bytes = g_malloc0 (PST_FILE_MAX_BLOCK);
	file->block_fp = fmemopen (file->block_bytes, PST_FILE_MAX_BLOCK, "rb");
	if (file->block_fp == NULL)
		return set_io_error (error, "cannot open a memory file");
	/* Without a buffer, stdio would fetch every byte by a call of its own. One block is
	 * enough. */
	(void) setvbuf (file->block_fp, NULL, _IOFBF, 8192);

	file->library_fp = file->library.fp;
	file->library.fp = file->block_fp;
	file->library.i_table = &file->block_entry;
	file->library.i_count = 1;
	return TRUE;
}

void
pst_file_free (PstFile *file)
{
	if (file == NULL)
		return;
	if (file->library_fp != NULL) {
		file->library.fp = file->library_fp;
		file->library.i_table = NULL;
		file->library.i_count = 0;
	}
	if (file->library.fp != NULL)
		(void) pst_close (&file->library);
	if (file->block_fp != NULL)
		(void) fclose (file->block_fp);
	if (file->fd >= 0)
		(void) close (file->fd);
	g_free (file->block_bytes);
	g_free (file->ahead);
	g_free (file);
}

PstFile *
pst_file_open (const char *path, GError **error)
{
	g_autoptr (PstFile) file = g_new0 (PstFile, 1);

	file->fd = -1;
	if (!open_descriptor (file, path, error) || !check_header (file, error))
		return NULL;

	pst_debug_setlevel (LIBPST_SILENT);
	if (pst_open (&file->library, path, "utf-8") != 0) {
		file->library.fp = NULL;
		g_set_error_literal (error, PST_ERROR, PST_ERROR_FORMAT,
				     "libpst does not recognise the format");
		return NULL;
	}
	if (file->library.encryption > 2) {
		g_set_error (error, PST_ERROR, PST_ERROR_FORMAT, "unknown crypt method 0x%x",
			     file->library.encryption);
		return NULL;
	}
	if (!lend_memory_file (file, error))
		return NULL;
	return g_steal_pointer (&file);
}

PstFormat
pst_file_get_format (const PstFile *file)
{
	static const PstFormat formats[] = {PST_FORMAT_ANSI, PST_FORMAT_UNICODE,
					    PST_FORMAT_UNICODE_4K};

	return formats[file->library.do_read64];
}

gboolean
pst_file_is_ansi (const PstFile *file)
{
	return pst_file_get_format (file) == PST_FORMAT_ANSI;
}

gboolean
pst_file_is_ost (const PstFile *file)
{
	return file->is_ost;
}

guint
pst_file_get_crypt_method (const PstFile *file)
{
	return file->library.encryption;
}

guint64
pst_file_get_size (const PstFile *file)
{
	return file->size;
}

guint64
pst_file_get_missing_bytes (const PstFile *file)
{
	return file->library.size > file->size ? file->library.size - file->size : 0;
}

gboolean
pst_file_is_header_sound (const PstFile *file)
{
	return file->header_sound;
}

PstRoot
pst_file_get_node_root (const PstFile *file)
{
	return (PstRoot){ .bid = file->library.index2_back, .offset = file->library.index2 };
}

PstRoot
pst_file_get_block_root (const PstFile *file)
{
	return (PstRoot){ .bid = file->library.index1_back, .offset = file->library.index1 };
}

static gboolean
decode_by_library (PstFile *file, guint64 bid, guint8 *buffer, gsize length, GError **error)
{
	char *decoded = NULL;

	/* The bytes change behind the stream's back: nothing of the last block may stay in its
	 * buffer. */
	memcpy (file->block_bytes, buffer, length);
	__fpurge (file->block_fp);
	file->block_entry =
		(pst_index_ll){.i_id = bid & ~(guint64)1, .size = length, .inflated_size = length};
	gsize got = pst_ff_getIDblock_dec (&file->library, file->block_entry.i_id, &decoded);
	if (got == length)
		memcpy (buffer, decoded, length);
	free (decoded);
	if (got != length) {
		g_set_error (error, PST_ERROR, PST_ERROR_DAMAGED,
			     "block 0x%" G_GINT64_MODIFIER "x: libpst cannot decode it", bid);
		return FALSE;
	}
	return TRUE;
}

/* Four at a time: the processor looks up one while it still stores another. */
static void
exchange (guint8 *bytes, gsize length, const guint8 *table)
{
	gsize i = 0;

	for (; i + 4 <= length; i += 4) {
		guint8 a = table[bytes[i]];
		guint8 b = table[bytes[i + 1]];
		guint8 c = table[bytes[i + 2]];
		guint8 d = table[bytes[i + 3]];
		bytes[i] = a;
		bytes[i + 1] = b;
		bytes[i + 2] = c;
		bytes[i + 3] = d;
	}
	for (; i < length; i++)
		bytes[i] = table[bytes[i]];
}

/* Method 1 replaces each byte by another ([MS-PST] 5.1), whatever stands beside it: once libpst has
 * been asked about all 256, it needn't be asked again. */
static gboolean
decode_permuted (PstFile *file, guint8 *buffer, gsize length, GError **error)
{
	for (guint i = 0; i < 256 && !file->has_permuted; i++)
		file->permuted[i] = (guint8) i;
	if (!file->has_permuted && !decode_by_library (file, 4, file->permuted, 256, error))
		return FALSE;
	file->has_permuted = TRUE;
	exchange (buffer, length, file->permuted);
	return TRUE;
}

gboolean
pst_file_decode (PstFile *file, guint64 bid, guint8 *buffer, gsize length, GError **error)
{
	g_return_val_if_fail (length <= PST_FILE_MAX_BLOCK, FALSE);
	if (file->library.encryption == 0 || PST_BLOCK_IS_INTERNAL (bid) || length == 0)
		return TRUE;
	return file->library.encryption == 1 ? decode_permuted (file, buffer, length, error)
					     : decode_by_library (file, bid, buffer, length, error);
}
