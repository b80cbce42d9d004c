/* pst-file.h - the file itself: format, encoding, header, exact reads
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "pst/pst-error.h"

typedef enum {
	PST_FORMAT_ANSI,       /* Outlook 97-2002: 32-bit ids, 512-byte pages (version 14, 15) */
	PST_FORMAT_UNICODE,    /* Outlook 2003 and later: 64-bit ids (version 21, 23) */
	PST_FORMAT_UNICODE_4K, /* OST of Outlook 2013: 4096-byte pages, deflate (version 36) */
} PstFormat;

/* Where a B-tree begins ([MS-PST] 2.2.2.4, BREF). */
typedef struct {
	guint64 bid;    /* the root page must carry this id in its trailer */
	guint64 offset; /* bytes from the beginning of the file */
} PstRoot;

typedef struct _PstFile PstFile;

/* Open PATH for reading. libpst decides what it is and later decodes its blocks; libpst keeps
 * global state, so have one PstFile in a process. Fails with FORMAT (not an Outlook file),
 * ENCRYPTED or IO. A file that is shorter than its header says opens: see
 * pst_file_get_missing_bytes(). */
PstFile *pst_file_open (const char *path, GError **error);
void pst_file_free (PstFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstFile, pst_file_free)

PstFormat pst_file_get_format (const PstFile *file);
gboolean pst_file_is_ansi (const PstFile *file);

/* TRUE for an OST: the local copy of an Exchange mailbox, with ids the server gave. */
gboolean pst_file_is_ost (const PstFile *file);

/* Crypt method of the header: 0 none, 1 permute, 2 cyclic. */
guint pst_file_get_crypt_method (const PstFile *file);

/* Size on disk in bytes, when it was opened. */
guint64 pst_file_get_size (const PstFile *file);

/* How many bytes the header promises beyond the end of the file; 0 when whole. Such a file was cut
 * off: what is left can be read, but the run must not call the result complete. */
guint64 pst_file_get_missing_bytes (const PstFile *file);

/* FALSE when the check sum of the header doesn't hold: its roots may lead nowhere. */
gboolean pst_file_is_header_sound (const PstFile *file);

PstRoot pst_file_get_node_root (const PstFile *file);
PstRoot pst_file_get_block_root (const PstFile *file);

/* Read exactly LENGTH bytes at OFFSET. Fails with TRUNCATED beyond the end of the file, else IO. */
gboolean pst_file_read (PstFile *file, guint64 offset, void *buffer, gsize length,
			GError **error);

/* What comes next will be read in pieces, in order, from OFFSET to END: fetch much at a time. At
 * most PST_FILE_MAX_AHEAD bytes are fetched before anybody has asked for them, and none beyond
 * END. */
#define PST_FILE_MAX_AHEAD (256 * 1024)
void pst_file_expect (PstFile *file, guint64 offset, guint64 end);

/* Is the byte at OFFSET among those that pst_file_expect() announced last? */
gboolean pst_file_is_expected (const PstFile *file, guint64 offset);

/* Let a read that takes longer than SECONDS end the process, by child_allow_wall_seconds();
 * 0, as at first: wait for ever. */
void pst_file_set_patience (PstFile *file, guint seconds);

/* Undo the crypt method on a data block, in place; an internal block (bit 1 of BID) stays as it is.
 * LENGTH at most PST_FILE_MAX_BLOCK. Done by libpst. */
#define PST_FILE_MAX_BLOCK 65536
gboolean pst_file_decode (PstFile *file, guint64 bid, guint8 *buffer, gsize length, GError **error);

/* Little-endian numbers at unaligned places. */
static inline guint16
pst_file_u16 (const guint8 *p)
{
	return (guint16) (p[0] | p[1] << 8);
}

static inline guint32
pst_file_u32 (const guint8 *p)
{
	return pst_file_u16 (p) | (guint32) pst_file_u16 (p + 2) << 16;
}

static inline guint64
pst_file_u64 (const guint8 *p)
{
	return pst_file_u32 (p) | (guint64) pst_file_u32 (p + 4) << 32;
}
