/* pst-writer.h - write Outlook PST files, and say what was written
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * For tests, benchmarks and the demonstration: PST files (ANSI and Unicode) and OST files of any
 * size, written front to back in bounded memory. The same calls give the same bytes. Beside the file goes its
 * truth, JSON Lines: what a reader must find in it, stated by the one who knows.
 *
 *	g_autoptr (PstWriter) writer = pst_writer_new ("a.pst", NULL, &error);
 *	guint32 inbox = pst_writer_add_folder (writer, PST_WRITER_TOP, "Inbox",
 *					       PST_WRITER_ROLE_INBOX);
 *	PstWriterMessage message = { .subject = "Hello", .plain = "World\r\n" };
 *	pst_writer_add_message (writer, inbox, &message);
 *	if (!pst_writer_finish (writer, &error))
 *		...
 *
 * Truth, one object a line; what the writer was not given is left out:
 *	{"type":"store", "name", "format": "unicode", "ansi" or "ost", "crypt", "codepage"}
 *	{"type":"message", "folder_nid", "folder": [names from below the top], "placement": "node",
 *	 "row", "orphan" or "deleted" if not a node with a row, "hidden": true if so, "nid", "class",
 *	 "subject", "sender" and "representing": {"name", "type", "address", "smtp"},
 *	 "recipients": [{"kind", "name", "type", "address", "smtp"}], "submit" and "delivery" (Unix
 *	 seconds), "msgid", "in_reply_to", "references", "read", "unsent", "importance",
 *	 "last_verb", "categories": [], "headers_size", "headers_sha256", "plain_size",
 *	 "plain_sha256" (of the UTF-8 text), "html_size", "html_sha256", "cpid", "rtf_size" and
 *	 "rtf_sha256" (decompressed), "rtf_form": "compressed", "literal", "stored" or "wrong-sum",
 *	 "rtf_in_sync", "native_body", "codepage" (of its 8-bit strings, if it has such),
 *	 "codepage_stated": false if 0x3FFD does not say so,
 *	 "extra": [{"tag", "hex", or "size" and "sha256" if longer than 256 bytes}] (as given),
 *	 "recipient_table": [PARTS], "attachments": [{"nid", "name", "method", "mime", "cid", "path",
 *	 "size" and "sha256", or "message": {as above from "nid" on}, "extra", "parts": [PARTS]}],
 *	 "attachment_table": [PARTS], "parts": [PARTS],
 *	 "begin" and "end" (between these file offsets lies all of the message, and nothing else but
 *	 map pages), "block" (file offset of the root of its properties), "bid" (its block id)}
 *	{"type":"folder", "nid", "parent", "folder", "role", "class", "search": true if so,
 *	 "messages", "unread", "hidden_messages", "properties", "hierarchy", "contents" and "hidden":
 *	 [PARTS] (the last blocks of the tables; none if the folder uses a template)}
 *	{"type":"name", "id", "set" (its GUID as 32 digits), "number" or "name"}
 *	{"type":"page", "tree": "nodes" or "blocks", "level", "offset", "first" and "last" (keys it
 *	 and the pages below it list), "old": true if in free space}
 *	{"type":"end", "messages", "deleted", "folders"}
 * PARTS are blocks: {"part", "offset" (of the first), "blocks"}; part is "properties" or "table"
 * (heaps), "value" or "rows" (what does not fit into a heap), "list" (XBLOCK), "subnodes". A byte
 * changed at "offset" damages that block and nothing else.
 */

#pragma once

#include <gio/gio.h>

/* As a folder's parent: the top of the visible tree ("IPM subtree"), and the root above it. */
#define PST_WRITER_TOP  0x8022U
#define PST_WRITER_ROOT 0x0122U

typedef struct PstWriter PstWriter;

typedef enum {
	PST_WRITER_ROLE_NONE,
	PST_WRITER_ROLE_INBOX,   /* receive folder table, node 0x62B */
	PST_WRITER_ROLE_SENT,    /* 0x35E4 of the store */
	PST_WRITER_ROLE_TRASH,   /* 0x35E3 of the store; node 0x8062 */
	PST_WRITER_ROLE_OUTBOX,  /* 0x35E2 of the store */
	PST_WRITER_ROLE_DRAFTS,  /* 0x36D7 of root folder and inbox */
	PST_WRITER_ROLE_JUNK,    /* fifth of 0x36D8 of root folder and inbox */
	PST_WRITER_ROLE_ARCHIVE, /* 0x35FF of the store */
} PstWriterRole;

#define PST_WRITER_N_ROLES 8

typedef enum {
	PST_WRITER_UNICODE, /* version 23: Outlook 2003 and later */
	PST_WRITER_ANSI,    /* version 14: Outlook 97 to 2002; text is 8-bit, 2 GiB at most */
	PST_WRITER_OST,     /* version 36: OST of Outlook 2013; 4 KiB pages, deflated blocks */
} PstWriterFormat;

typedef enum {
	PST_WRITER_CRYPT_NONE = 0,
	PST_WRITER_CRYPT_PERMUTE = 1,
	PST_WRITER_CRYPT_CYCLIC = 2,
	PST_WRITER_CRYPT_POLICY = 0x10, /* only the header says so; the data is plain */
} PstWriterCrypt;

typedef struct {
	const char *store_name; /* NULL: "Personal Folders" */
	PstWriterCrypt crypt;
	const char *truth_path; /* NULL: no truth is written */
	PstWriterFormat format;
	guint32 codepage; /* of the text of an ANSI file; 0: 1252 */
} PstWriterOptions;

/* A property as the file stores it: tag (id << 16 | type), bytes little-endian, strings UTF-16LE
 * without NUL (an ANSI file gets them as 8-bit strings). Given as "extra", it replaces the property
 * of the same id the writer would have written. */
typedef struct {
	guint32 tag;
	const void *bytes;
	gsize length;
} PstWriterProperty;

/* type is "SMTP" or "EX"; NULL is SMTP if there is an address. smtp: the separate SMTP address
 * property. */
typedef struct {
	const char *name;
	const char *type;
	const char *address;
	const char *smtp;
} PstWriterAddress;

typedef enum {
	PST_WRITER_TO = 1,
	PST_WRITER_CC = 2,
	PST_WRITER_BCC = 3,
} PstWriterKind;

typedef struct {
	PstWriterKind kind;
	PstWriterAddress address;
} PstWriterRecipient;

typedef enum {
	PST_WRITER_BY_VALUE = 1,
	PST_WRITER_BY_REFERENCE = 2,
	PST_WRITER_BY_REFERENCE_ONLY = 4,
	PST_WRITER_EMBEDDED = 5,
	PST_WRITER_OLE = 6,
} PstWriterMethod;

/* Fill buffer with the bytes of an attachment from offset on; must depend on offset and data only.
 */
typedef void (*PstWriterGenerate) (guint64 offset, guint8 *buffer, gsize length, gpointer data);

typedef struct PstWriterMessage PstWriterMessage;

typedef struct {
	PstWriterMethod method; /* 0: embedded if there is a message, by value otherwise */
	const char *name;       /* long file name, 0x3707 */
	const char *short_name; /* 8.3 name, 0x3704 */
	const char *mime;
	const char *content_id;
	const char *content_location;
	const char *path; /* by reference: 0x370D */
	guint32 flags;    /* 0x3714; 4: in the body */
	gboolean hidden;  /* 0x7FFE */
	const void *bytes;
	guint64 size;
	PstWriterGenerate generate; /* instead of bytes */
	gpointer generate_data;
	const PstWriterMessage *message; /* embedded */
	const PstWriterProperty *extra;
	gsize n_extra;
} PstWriterAttachment;

/* How an RTF body is wrapped ([MS-OXRTFCP]). */
typedef enum {
	PST_WRITER_RTF_COMPRESSED, /* "LZFu" */
	PST_WRITER_RTF_LITERAL,    /* "LZFu" without a single reference into the dictionary */
	PST_WRITER_RTF_STORED,     /* "MELA" */
	PST_WRITER_RTF_WRONG_SUM,  /* "LZFu" whose check sum does not hold */
} PstWriterRtf;

typedef enum {
	PST_WRITER_PLACE_NORMAL, /* a node, and a row of the folder's contents table */
	PST_WRITER_PLACE_NODE,   /* a node of the folder without a row */
	PST_WRITER_PLACE_ROW,    /* a row without a node: what a damaged file has */
	PST_WRITER_PLACE_ORPHAN, /* a node whose parent does not exist, and no row */
	PST_WRITER_PLACE_DELETED, /* blocks in free space, which only old pages of the indexes know */
} PstWriterPlacement;

/* All text is UTF-8. NULL, 0 or FALSE: the property is not written (times: 0 is "no time"). */
struct PstWriterMessage {
	const char *message_class; /* NULL: IPM.Note */
	const char *subject;       /* whole, with its prefix */
	const char
		*subject_prefix; /* what subject begins with ("RE: "); "" marks it as having none */
	PstWriterAddress sender;
	PstWriterAddress representing;
	const PstWriterRecipient *recipients;
	gsize n_recipients;
	const char *plain;
	gssize plain_length; /* 0: up to the NUL; a text with NULs in it says how long it is */
	const void *html;
	gsize html_length;            /* 0: up to the NUL */
	guint32 codepage;             /* of html and of what the sender used: 0x3FDE */
	guint32 message_codepage;     /* 0x3FFD; of 8-bit strings. 0: the code page of the file */
	gboolean eight_bit;           /* 8-bit strings in a Unicode file too */
	gboolean no_message_codepage; /* 8-bit strings without 0x3FFD to say what they are in */
	const void *rtf;              /* 0x1009, before compression */
	gsize rtf_length;
	PstWriterRtf rtf_form;
	gboolean rtf_in_sync;          /* 0x0E1F; written with every rtf */
	guint32 native_body;           /* 0x1016: 1 plain, 2 RTF, 3 HTML, 4 clear-signed */
	const char *const *categories; /* named property "Keywords"; ends with NULL */
	const char *headers;           /* transport headers */
	gint64 submit_time;            /* Unix seconds */
	gint64 delivery_time;          /* Unix seconds */
	gint64 modification_time;      /* Unix seconds; 0: as delivery or submit time */
	gboolean read;
	gboolean unsent;
	gboolean from_me;
	gboolean hidden; /* an associated (FAI) message */
	PstWriterPlacement placement;
	gboolean has_importance;
	guint32 importance; /* 0 low, 1 normal, 2 high; written if has_importance */
	guint32 last_verb;  /* 102 replied, 103 replied to all, 104 forwarded */
	const char *message_id;
	const char *in_reply_to;
	const char *references;
	const void *search_key; /* 16 bytes; NULL: derived from the node id */
	gboolean no_recipient_table;
	const PstWriterAttachment *attachments;
	gsize n_attachments;
	const PstWriterProperty *extra;
	gsize n_extra;
};

/* Begin a file; options may be NULL. Fails if a file cannot be created. */
PstWriter *pst_writer_new (const char *path, const PstWriterOptions *options, GError **error);

/* Add a folder and return its node id. Any number of siblings may have the same name. Not more than
 * one folder has a role other than NONE. */
guint32 pst_writer_add_folder (PstWriter *writer, guint32 parent, const char *name,
			       PstWriterRole role);

/* Add a search folder (node type 3). Messages added to it become rows that refer to nodes
 * elsewhere. */
guint32 pst_writer_add_search_folder (PstWriter *writer, guint32 parent, const char *name);

/* Let a search folder show a message that is somewhere else. */
void pst_writer_add_search_result (PstWriter *writer, guint32 search_folder, guint32 message);

/* Set the container class, which is IPF.Note otherwise ("IPF.Contact", "IPF.Appointment"). */
void pst_writer_set_folder_class (PstWriter *writer, guint32 folder, const char *container_class);

/* Add a message to a folder and return its node id. message is not kept. */
guint32 pst_writer_add_message (PstWriter *writer, guint32 folder, const PstWriterMessage *message);

/* Property sets ([MS-OXPROPS] 1.3.2). */
extern const guint8 pst_writer_set_public_strings[16];
extern const guint8 pst_writer_set_internet_headers[16];
extern const guint8 pst_writer_set_appointment[16];
extern const guint8 pst_writer_set_task[16];
extern const guint8 pst_writer_set_address[16];
extern const guint8 pst_writer_set_common[16];
extern const guint8 pst_writer_set_log[16];
extern const guint8 pst_writer_set_note[16];
extern const guint8 pst_writer_set_meeting[16];

/* Register a named property: by name, or by id if name is NULL. Returns its property id (0x8000 and
 * up), to be used in the tag of extra properties. The same name gives the same id. */
guint16 pst_writer_add_named_property (PstWriter *writer, const guint8 guid[16], guint32 id,
				       const char *name);

/* Write folders, tables and indexes. The first error of all calls is reported here; then the file
 * is of no use. */
gboolean pst_writer_finish (PstWriter *writer, GError **error);

void pst_writer_free (PstWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PstWriter, pst_writer_free)
