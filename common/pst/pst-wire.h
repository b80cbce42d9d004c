/* pst-wire.h - what the reader tells its supervisor, packet by packet
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A packet is its length in four bytes, one byte of kind and the fields below, numbers in the
 * machine's own order since both ends are the same program. Several go through the socket together:
 * for a small message, going costs more than what is said. The supervisor believes none of it: a
 * packet that is too short, too long or out of turn ends the reader.
 */
#pragma once

#include <glib.h>

/* The name of the finding that the reader is locked in less than it could be; for the report
 * only. */
#define PST_WIRE_SANDBOX_INCOMPLETE "sandbox-incomplete"

typedef enum {
	/* u32 parent (G_MAXUINT32: none), u32 role, u32 bits, string name: numbered from 0 */
	PST_WIRE_FOLDER = 1,
	/* u64 items to come, u64 hidden, u64 outside, u64 bytes of the file */
	PST_WIRE_PLAN,
	/* u64 number, u32 nid, u32 folder, u32 is it an old version, found in free space */
	PST_WIRE_BEGIN,
	/* u32 flags, u32 is date known, u64 seconds, string sender, u32 count, string
	 * keyword... */
	PST_WIRE_META,
	/* u32 PstAsideKind: instead of META, for what is not mail */
	PST_WIRE_ASIDE,
	/* string name, bytes of its definition: between ASIDE and DATA */
	PST_WIRE_ZONE,
	/* bytes of content */
	PST_WIRE_DATA,
	/* u32 number, u32 bytes: content in a slot (pst-slots.h) */
	PST_WIRE_SLOT,
	PST_WIRE_DONE,
	/* string class */
	PST_WIRE_SKIP,
	/* string reason */
	PST_WIRE_FAIL,
	/* u32 is mail: instead of META, DATA, DONE where only counts are wanted */
	PST_WIRE_LISTED,
	/* u64 number, u32 nid, u32 folder, u32 is it an old version, string what became of the
	 * worker that had it; its BEGIN may never have been sent */
	PST_WIRE_LOST,
	/* a worker has ended before its time, maybe amid an item; another begins when this has been
	 * answered (pst-slots.h) */
	PST_WIRE_RESTART,
	/* u32 nid, string name, string detail */
	PST_WIRE_FINDING,
	/* string: why the file can't be read */
	PST_WIRE_ERROR,
	PST_WIRE_END,
} PstWireKind;

/* Bits of a folder. */
enum {
	PST_WIRE_IS_ROOT = 1,     /* its name isn't part of its children's paths */
	PST_WIRE_IS_FOR_MAIL = 2, /* worth creating even if empty */
	PST_WIRE_IS_UNNAMED = 4,
};

/* Bytes of content in one DATA packet, and of any string, at most. */
#define PST_WIRE_MAX_DATA   61440
#define PST_WIRE_MAX_STRING 8192

/* Writing: one packet after the other. A failed send (nobody listens) ends the process. */

typedef struct {
	int fd;
	GByteArray *packets; /* not sent yet, the last one perhaps not complete */
	guint begun_at;      /* where the last one begins */
} PstWire;

void pst_wire_init (PstWire *wire, int fd);
void pst_wire_clear (PstWire *wire);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PstWire, pst_wire_clear)

void pst_wire_begin (PstWire *wire, PstWireKind kind);
void pst_wire_put_u32 (PstWire *wire, guint32 value);
void pst_wire_put_u64 (PstWire *wire, guint64 value);

/* NULL is the empty string; what is longer than allowed is cut between characters. */
void pst_wire_put_string (PstWire *wire, const char *text);
void pst_wire_put_bytes (PstWire *wire, const void *data, gsize length);

/* How long the packet is by now. */
gsize pst_wire_get_length (const PstWire *wire);

/* The packet is complete, and will be sent when there is enough to send. */
void pst_wire_end (PstWire *wire);

/* Send what is complete: before waiting for an answer, forking, or beginning another item. */
void pst_wire_flush (PstWire *wire);

/* Reading. */

/* Take the next packet, without its length, off what was received together; FALSE if there is none,
 * or it is empty or cut off. */
gboolean pst_wire_next_packet (const guint8 **data, gsize *left, const guint8 **packet,
			       gsize *length);

/* Fields in order. After the first one that isn't there, everything is 0 or "", and
 * is_sound FALSE. */

typedef struct {
	const guint8 *data;
	gsize left;
	gboolean is_sound;
} PstWireFields;

guint32 pst_wire_get_u32 (PstWireFields *fields);
guint64 pst_wire_get_u64 (PstWireFields *fields);

/* Valid UTF-8 without NULs; newly allocated. */
char *pst_wire_get_string (PstWireFields *fields);

/* Were all fields there, and nothing behind them? */
gboolean pst_wire_is_end (const PstWireFields *fields);
