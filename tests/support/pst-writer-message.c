/* pst-writer-message.c - the content of one message of a PST
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A message is a property context with a table of recipients, a table of attachments and a subnode
 * for each attachment; an embedded message is such a message below its attachment.
 * [MS-PST] 2.4.5, 2.4.6
 */

#include "support/pst-writer-message.h"

#include "support/pst-writer-rtf.h"
#include "support/pst-writer-text.h"
#include "support/pst-writer-truth.h"

#include "base/digest.h"

#define NID_RECIPIENTS      0x692U
#define NID_ATTACHMENTS     0x671U
#define NID_TYPE_MESSAGE    4
#define NID_TYPE_ATTACHMENT 5
#define CHUNK               65536
#define ONE_OFF_FLAGS       23
#define ONE_OFF_UNICODE     0x80U

const guint32 pst_writer_message_recipient_columns[] = {
	0x0c150003, 0x0e0f000b, 0x0ff90102, 0x0ffe0003, 0x0fff0102, 0x3001001f, 0x3002001f,
	0x3003001f, 0x300b0102, 0x39000003, 0x39fe001f, 0x39ff001f, 0x3a40000b, 0x5ff6001f,
};
const guint pst_writer_message_n_recipient_columns =
	G_N_ELEMENTS (pst_writer_message_recipient_columns);

const guint32 pst_writer_message_attachment_columns[] = {
	0x0e200003,
	0x3704001f,
	0x37050003,
	0x370b0003,
};
const guint pst_writer_message_n_attachment_columns =
	G_N_ELEMENTS (pst_writer_message_attachment_columns);

/* Where the parts of a sender are stored. */
typedef struct {
	guint32 name;
	guint32 type;
	guint32 address;
	guint32 smtp;
	guint32 entry_id;
	guint32 search_key;
} AddressTags;

static const AddressTags sender_tags = {
	0x0c1a001f, 0x0c1e001f, 0x0c1f001f, 0x5d01001f, 0x0c190102, 0x0c1d0102,
};
static const AddressTags representing_tags = {
	0x0042001f, 0x0064001f, 0x0065001f, 0x5d02001f, 0x00410102, 0x003b0102,
};

static const char *
address_type (const PstWriterAddress *address)
{
	return !address->type && address->address ? "SMTP" : address->type;
}

static void
append_textz (GByteArray *out, const char *text, guint codepage)
{
	g_autoptr (GBytes) bytes = pst_writer_text_encode (text ? text : "", -1, codepage);

	if (bytes) /* else the property that has the same text has failed */
		g_byte_array_append (out, g_bytes_get_data (bytes, NULL),
				     (guint)g_bytes_get_size (bytes));
	g_byte_array_append (out, (const guint8 *)"\0", codepage ? 1 : 2);
}

/* A one-off entry id ([MS-OXCDATA] 2.2.5.1), or for EX an address book one (2.2.5.2). */
static GByteArray *
make_entry_id (const PstWriterAddress *address, guint codepage)
{
	static const guint8 one_off[] = {
		0,    0,    0,    0,    0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19,
		0x9d, 0x6e, 0x00, 0xdd, 0x01, 0x0f, 0x54, 0x02, 0,    0,    0x01, 0x90,
	};
	static const guint8 address_book[] = {
		0,    0,    0,    0,    0xdc, 0xa7, 0x40, 0xc8, 0xc0, 0x42, 0x10, 0x1a, 0xb4, 0xb9,
		0x08, 0x00, 0x2b, 0x2f, 0xe1, 0x82, 1,    0,    0,    0,    0,    0,    0,    0,
	};
	GByteArray *id = g_byte_array_new ();

	if (g_strcmp0 (address_type (address), "EX") == 0) {
		g_byte_array_append (id, address_book, sizeof address_book);
		g_byte_array_append (id, (const guint8 *)address->address,
				     (guint)strlen (address->address) + 1);
		return id;
	}
	g_byte_array_append (id, one_off, sizeof one_off);
	if (codepage)
		id->data[ONE_OFF_FLAGS] &= (guint8)~ONE_OFF_UNICODE;
	append_textz (id, address->name, codepage);
	append_textz (id, address_type (address), codepage);
	append_textz (id, address->address, codepage);
	return id;
}

/* TYPE:ADDRESS in capitals, with its NUL. */
static char *
make_search_key (const PstWriterAddress *address)
{
	g_autofree char *key = g_strconcat (address_type (address), ":", address->address, NULL);
	return g_ascii_strup (key, -1);
}

static void
set_address (PstWriterPc *pc, const PstWriterAddress *address, const AddressTags *tags,
	     guint codepage)
{
	pst_writer_pc_set_text (pc, tags->name, address->name);
	pst_writer_pc_set_text (pc, tags->type, address_type (address));
	pst_writer_pc_set_text (pc, tags->address, address->address);
	pst_writer_pc_set_text (pc, tags->smtp, address->smtp);
	if (address->address) {
		g_autoptr (GByteArray) id = make_entry_id (address, codepage);
		g_autofree char *key = make_search_key (address);
		pst_writer_pc_set (pc, tags->entry_id, id->data, id->len);
		pst_writer_pc_set (pc, tags->search_key, key, strlen (key) + 1);
	}
}

static void
set_time (PstWriterPc *pc, guint32 tag, gint64 seconds)
{
	if (seconds)
		pst_writer_pc_set_u64 (pc, tag, pst_writer_message_filetime (seconds));
}

static void
set_extra (PstWriterPc *pc, const PstWriterProperty *extra, gsize n_extra)
{
	for (gsize i = 0; i < n_extra; i++)
		pst_writer_pc_set (pc, extra[i].tag, extra[i].bytes, extra[i].length);
}

/* PR_DISPLAY_TO and its like: the names of one kind of recipients, joined. */
static char *
join_names (const PstWriterMessage *message, PstWriterKind kind)
{
	GString *names = g_string_new (NULL);

	for (gsize i = 0; i < message->n_recipients; i++) {
		const PstWriterRecipient *recipient = &message->recipients[i];
		const char *name = recipient->address.name;
		if (recipient->kind != kind)
			continue;
		if (names->len > 0)
			g_string_append (names, "; ");
		g_string_append (names, name ? name : recipient->address.address);
	}
	return g_string_free (names, FALSE);
}

static void
set_recipient_row (PstWriterTc *table, const PstWriterRecipient *recipient, guint codepage)
{
	const PstWriterAddress *address = &recipient->address;

	pst_writer_tc_set_u32 (table, 0x0c150003, recipient->kind);
	pst_writer_tc_set (table, 0x0e0f000b, "\1", 1);
	pst_writer_tc_set_u32 (table, 0x0ffe0003, 6);
	pst_writer_tc_set_text (table, 0x3001001f, address->name);
	pst_writer_tc_set_text (table, 0x3002001f, address_type (address));
	pst_writer_tc_set_text (table, 0x3003001f, address->address);
	pst_writer_tc_set_u32 (table, 0x39000003, 0);
	pst_writer_tc_set_text (table, 0x39fe001f, address->smtp);
	pst_writer_tc_set_text (table, 0x39ff001f, address->name);
	pst_writer_tc_set (table, 0x3a40000b, "\0", 1);
	pst_writer_tc_set_text (table, 0x5ff6001f, address->name);
	if (address->address) {
		g_autoptr (GByteArray) id = make_entry_id (address, codepage);
		g_autofree char *key = make_search_key (address);
		pst_writer_tc_set (table, 0x0ff90102, id->data, id->len);
		pst_writer_tc_set (table, 0x0fff0102, id->data, id->len);
		pst_writer_tc_set (table, 0x300b0102, key, strlen (key) + 1);
	}
}

static void
write_recipients (PstWriterFile *file, PstWriterPc *pc, const PstWriterMessage *message,
		  GString *truth)
{
	guint codepage = pst_writer_message_get_codepage (file, message);
	guint mark = pst_writer_ndb_get_mark (file->ndb);
	PstWriterTc *table;
	PstWriterContent content;

	if (message->no_recipient_table)
		return;
	table = pst_writer_tc_new (file->ndb, pst_writer_message_recipient_columns,
				   pst_writer_message_n_recipient_columns, codepage);
	for (gsize i = 0; i < message->n_recipients; i++) {
		pst_writer_tc_begin_row (table, (guint32)i);
		set_recipient_row (table, &message->recipients[i], codepage);
		pst_writer_tc_end_row (table);
	}
	content = pst_writer_tc_finish (table);
	pst_writer_pc_add_subnode (pc, NID_RECIPIENTS, &content);
	pst_writer_truth_parts (truth, "recipient_table", file->ndb, mark);
}

/* The name DOS would have been shown: at most six letters, "~1", at most three of the extension. */
static char *
make_short_name (const char *name)
{
	const char *dot = strrchr (name, '.');
	GString *out = g_string_new (NULL);

	for (const char *c = name; *c && c != dot && out->len < 6; c++)
		if (g_ascii_isalnum (*c))
			g_string_append_c (out, g_ascii_toupper (*c));
	g_string_append (out, "~1");
	if (dot)
		g_string_append_c (out, '.');
	for (const char *c = dot; c && *c && c < dot + 4; c++)
		if (g_ascii_isalnum (*c))
			g_string_append_c (out, g_ascii_toupper (*c));
	return g_string_free (out, FALSE);
}

static PstWriterMethod
attachment_method (const PstWriterAttachment *attachment)
{
	if (attachment->method)
		return attachment->method;
	return attachment->message ? PST_WRITER_EMBEDDED : PST_WRITER_BY_VALUE;
}

static void
set_attachment_names (PstWriterPc *pc, const PstWriterAttachment *attachment)
{
	const char *dot = attachment->name ? strrchr (attachment->name, '.') : NULL;

	if (attachment->name && !attachment->short_name) {
		g_autofree char *short_name = make_short_name (attachment->name);
		pst_writer_pc_set_text (pc, 0x3704001f, short_name);
	}
	pst_writer_pc_set_text (pc, 0x3001001f, attachment->name);
	pst_writer_pc_set_text (pc, 0x3703001f, dot);
	pst_writer_pc_set_text (pc, 0x3704001f, attachment->short_name);
	pst_writer_pc_set_text (pc, 0x3707001f, attachment->name);
	pst_writer_pc_set_text (pc, 0x370d001f, attachment->path);
	pst_writer_pc_set_text (pc, 0x370e001f, attachment->mime);
	pst_writer_pc_set_text (pc, 0x3712001f, attachment->content_id);
	pst_writer_pc_set_text (pc, 0x3713001f, attachment->content_location);
}

/* Write the bytes as a data tree, or leave them in *small if they fit into a heap. */
static guint64
write_bytes (PstWriterFile *file, const PstWriterAttachment *attachment, GByteArray *small,
	     guint8 digest[DIGEST_SIZE])
{
	g_autofree guint8 *buffer = g_malloc (CHUNK);
	PstWriterData *data = pst_writer_data_new (file->ndb);
	gboolean is_small = attachment->size <= PST_WRITER_ALLOCATION_MAX;
	Digest sum;

	digest_init (&sum);
	for (guint64 done = 0; done < attachment->size;) {
		gsize n = (gsize)MIN (attachment->size - done, CHUNK);
		const guint8 *from = buffer;
		if (attachment->generate)
			attachment->generate (done, buffer, n, attachment->generate_data);
		else
			from = (const guint8 *)attachment->bytes + done;
		digest_update (&sum, from, n);
		if (is_small)
			g_byte_array_append (small, from, (guint)n);
		else
			pst_writer_data_append (data, from, n);
		done += n;
	}
	digest_finish (&sum, digest);
	return pst_writer_data_finish (data);
}

static void
set_data (PstWriterFile *file, PstWriterPc *pc, const PstWriterAttachment *attachment,
	  GString *truth)
{
	g_autoptr (GByteArray) small = g_byte_array_new ();
	guint8 digest[DIGEST_SIZE];
	char hex[DIGEST_HEX_SIZE];
	PstWriterContent content = {.data = write_bytes (file, attachment, small, digest)};

	if (attachment_method (attachment) == PST_WRITER_OLE) {
		if (!content.data && small->len > 0)
			content.data =
				pst_writer_ndb_add_block (file->ndb, small->data, small->len);
		pst_writer_pc_set_object (pc, 0x3701000d, pst_writer_pc_new_nid (pc), &content,
					  (guint32)attachment->size);
	} else if (content.data) {
		pst_writer_pc_set_tree (pc, 0x37010102, content.data);
	} else {
		pst_writer_pc_set (pc, 0x37010102, small->data, small->len);
	}
	pst_writer_truth_number (truth, "size", (gint64)attachment->size);
	pst_writer_truth_text (truth, "sha256", digest_to_hex (digest, DIGEST_SIZE, hex));
}

static guint32
set_embedded (PstWriterFile *file, PstWriterPc *pc, const PstWriterMessage *message, GString *truth)
{
	guint32 nid = pst_writer_message_new_nid (file, NID_TYPE_MESSAGE);
	PstWriterContent content;
	guint32 size = 0;

	pst_writer_truth_open (truth, "message", '{');
	content = pst_writer_message_write (file, message, nid, truth, &size);
	pst_writer_truth_close (truth, '}');
	pst_writer_pc_set_object (pc, 0x3701000d, nid, &content, size);
	return size;
}

static void
state_attachment (GString *truth, const PstWriterAttachment *attachment, guint32 nid)
{
	pst_writer_truth_number (truth, "nid", nid);
	pst_writer_truth_text (truth, "name", attachment->name);
	pst_writer_truth_number (truth, "method", attachment_method (attachment));
	pst_writer_truth_text (truth, "mime", attachment->mime);
	pst_writer_truth_text (truth, "cid", attachment->content_id);
	pst_writer_truth_text (truth, "path", attachment->path);
}

/* Write one attachment and return its size; number is its place in the message. */
static guint32
write_attachment (PstWriterFile *file, const PstWriterAttachment *attachment, guint32 nid,
		  guint32 number, guint codepage, PstWriterContent *content, GString *truth)
{
	PstWriterMethod method = attachment_method (attachment);
	guint mark = pst_writer_ndb_get_mark (file->ndb);
	PstWriterPc *pc = pst_writer_pc_new (file->ndb);
	guint32 size = (guint32)attachment->size;

	pst_writer_pc_set_codepage (pc, codepage);
	state_attachment (truth, attachment, nid);
	pst_writer_truth_properties (truth, attachment->extra, attachment->n_extra);
	set_extra (pc, attachment->extra, attachment->n_extra);
	if (method == PST_WRITER_EMBEDDED && attachment->message)
		size = set_embedded (file, pc, attachment->message, truth);
	else if (method == PST_WRITER_BY_VALUE || method == PST_WRITER_OLE)
		set_data (file, pc, attachment, truth);
	set_attachment_names (pc, attachment);
	pst_writer_pc_set_u32 (pc, 0x0e200003, size);
	pst_writer_pc_set_u32 (pc, 0x0e210003, number);
	pst_writer_pc_set_u32 (pc, 0x37050003, method);
	pst_writer_pc_set_u32 (pc, 0x370b0003, G_MAXUINT32);
	if (attachment->flags)
		pst_writer_pc_set_u32 (pc, 0x37140003, attachment->flags);
	if (attachment->hidden)
		pst_writer_pc_set (pc, 0x7ffe000b, "\1", 1);
	*content = pst_writer_pc_finish (pc);
	pst_writer_truth_parts (truth, "parts", file->ndb, mark);
	return size;
}

static guint32
write_attachments (PstWriterFile *file, PstWriterPc *pc, const PstWriterMessage *message,
		   GString *truth)
{
	guint codepage = pst_writer_message_get_codepage (file, message);
	PstWriterTc *table = pst_writer_tc_new (file->ndb, pst_writer_message_attachment_columns,
						pst_writer_message_n_attachment_columns, codepage);
	guint mark = pst_writer_ndb_get_mark (file->ndb);
	PstWriterContent content;
	guint32 total = 0;

	pst_writer_truth_open (truth, "attachments", '[');
	for (gsize i = 0; i < message->n_attachments; i++) {
		const PstWriterAttachment *attachment = &message->attachments[i];
		guint32 nid = pst_writer_message_new_nid (file, NID_TYPE_ATTACHMENT);
		guint32 size;
		pst_writer_truth_open (truth, NULL, '{');
		size = write_attachment (file, attachment, nid, (guint32)i, codepage, &content,
					 truth);
		pst_writer_truth_close (truth, '}');
		pst_writer_pc_add_subnode (pc, nid, &content);
		pst_writer_tc_begin_row (table, nid);
		pst_writer_tc_set_u32 (table, 0x0e200003, size);
		pst_writer_tc_set_text (table, 0x3704001f, attachment->name);
		pst_writer_tc_set_u32 (table, 0x37050003, attachment_method (attachment));
		pst_writer_tc_set_u32 (table, 0x370b0003, G_MAXUINT32);
		pst_writer_tc_end_row (table);
		total += size;
	}
	pst_writer_truth_close (truth, ']');
	content = pst_writer_tc_finish (table);
	pst_writer_pc_add_subnode (pc, NID_ATTACHMENTS, &content);
	pst_writer_truth_parts (truth, "attachment_table", file->ndb, mark);
	return total;
}

/* The prefix is marked by two characters in front of the subject, 1 and its length + 1.
 * [MS-PST] 2.5.3.1.1.1 */
static void
set_subject (PstWriterPc *pc, const PstWriterMessage *message)
{
	const char *subject = message->subject;
	const char *prefix = message->subject_prefix;
	g_autoptr (GString) marked = g_string_new (NULL);

	if (!subject)
		return;
	if (prefix) {
		g_string_append_c (marked, 1);
		g_string_append_unichar (marked, (gunichar)g_utf8_strlen (prefix, -1) + 1);
	}
	g_string_append (marked, subject);
	pst_writer_pc_set_text_length (pc, 0x0037001f, marked->str, (gssize)marked->len);
	pst_writer_pc_set_text (pc, 0x0070001f, prefix ? subject + strlen (prefix) : subject);
}

static void
set_rtf (PstWriterPc *pc, const PstWriterMessage *message)
{
	g_autoptr (GBytes) wrapped = NULL;

	if (!message->rtf)
		return;
	wrapped = pst_writer_rtf_wrap (message->rtf, message->rtf_length, message->rtf_form);
	pst_writer_pc_set (pc, 0x10090102, g_bytes_get_data (wrapped, NULL),
			   g_bytes_get_size (wrapped));
	pst_writer_pc_set (pc, 0x0e1f000b, message->rtf_in_sync ? "\1" : "\0", 1);
}

static guint32
set_bodies (PstWriterPc *pc, const PstWriterMessage *message)
{
	gssize plain_length = message->plain_length ? message->plain_length : -1;
	gsize html_length = message->html_length;
	gsize size = message->rtf ? message->rtf_length : 0;

	pst_writer_pc_set_text (pc, 0x007d001f, message->headers);
	pst_writer_pc_set_text_length (pc, 0x1000001f, message->plain, plain_length);
	if (message->plain)
		size += plain_length < 0 ? strlen (message->plain) : (gsize)plain_length;
	if (message->html && html_length == 0)
		html_length = strlen (message->html);
	if (message->html)
		pst_writer_pc_set (pc, 0x10130102, message->html, html_length);
	if (message->codepage)
		pst_writer_pc_set_u32 (pc, 0x3fde0003, message->codepage);
	set_rtf (pc, message);
	if (message->native_body)
		pst_writer_pc_set_u32 (pc, 0x10160003, message->native_body);
	return (guint32)(size + html_length);
}

static guint32
message_flags (const PstWriterMessage *message)
{
	return (message->read ? 0x01U : 0) | (message->unsent ? 0x08U : 0) |
	       (message->n_attachments ? 0x10U : 0) | (message->from_me ? 0x20U : 0) |
	       (message->hidden ? 0x40U : 0);
}

static void
set_identity (PstWriterPc *pc, const PstWriterMessage *message, guint32 nid)
{
	guint8 key[16] = {'m', 'a', 'i', 'l', 'f', 'e', 'r', 'r', 'y'};

	pst_writer_put32 (key + 12, nid);
	pst_writer_pc_set (pc, 0x300b0102, message->search_key ? message->search_key : key,
			   sizeof key);
	pst_writer_pc_set_text (pc, 0x1035001f, message->message_id);
	pst_writer_pc_set_text (pc, 0x1039001f, message->references);
	pst_writer_pc_set_text (pc, 0x1042001f, message->in_reply_to);
}

static gint64
modification_time (const PstWriterMessage *message)
{
	if (message->modification_time)
		return message->modification_time;
	return message->delivery_time ? message->delivery_time : message->submit_time;
}

static void
set_envelope (PstWriterPc *pc, const PstWriterMessage *message, guint codepage)
{
	g_autofree char *to = join_names (message, PST_WRITER_TO);
	g_autofree char *cc = join_names (message, PST_WRITER_CC);
	g_autofree char *bcc = join_names (message, PST_WRITER_BCC);

	set_subject (pc, message);
	set_address (pc, &message->sender, &sender_tags, codepage);
	set_address (pc, &message->representing, &representing_tags, codepage);
	pst_writer_pc_set_text (pc, 0x0e02001f, bcc);
	pst_writer_pc_set_text (pc, 0x0e03001f, cc);
	pst_writer_pc_set_text (pc, 0x0e04001f, to);
	set_time (pc, 0x00390040, message->submit_time);
	set_time (pc, 0x0e060040, message->delivery_time);
	set_time (pc, 0x30070040, modification_time (message));
	set_time (pc, 0x30080040, modification_time (message));
	if (message->has_importance)
		pst_writer_pc_set_u32 (pc, 0x00170003, message->importance);
	if (message->last_verb)
		pst_writer_pc_set_u32 (pc, 0x10810003, message->last_verb);
}

static void
set_categories (PstWriterFile *file, PstWriterPc *pc, const PstWriterMessage *message)
{
	g_autoptr (GBytes) joined = NULL;

	if (!message->categories)
		return;
	joined = pst_writer_text_join (message->categories);
	pst_writer_pc_set (pc, (guint32)file->keywords << 16 | 0x101f,
			   g_bytes_get_data (joined, NULL), g_bytes_get_size (joined));
}

/* Where there are 8-bit strings, 0x3FFD says what they are in; elsewhere, what the caller likes. */
static void
state_codepage (PstWriterPc *pc, const PstWriterMessage *message, guint codepage)
{
	guint stated = codepage ? codepage : message->message_codepage;

	if (stated && !message->no_message_codepage)
		pst_writer_pc_set_u32 (pc, 0x3ffd0003, stated);
}

guint
pst_writer_message_get_codepage (const PstWriterFile *file, const PstWriterMessage *message)
{
	guint of_file = pst_writer_ndb_get_codepage (file->ndb);

	if (!of_file && !message->eight_bit)
		return 0;
	if (message->message_codepage)
		return message->message_codepage;
	return of_file ? of_file : PST_WRITER_WESTERN;
}

guint32
pst_writer_message_new_nid (PstWriterFile *file, guint type)
{
	return ++file->counters[type] << 5 | type;
}

guint64
pst_writer_message_filetime (gint64 seconds)
{
	return (guint64)((seconds + 11644473600) * 10000000);
}

PstWriterContent
pst_writer_message_write (PstWriterFile *file, const PstWriterMessage *message, guint32 nid,
			  GString *truth, guint32 *size)
{
	guint codepage = pst_writer_message_get_codepage (file, message);
	guint mark = pst_writer_ndb_get_mark (file->ndb);
	PstWriterPc *pc = pst_writer_pc_new (file->ndb);
	PstWriterContent content;

	pst_writer_truth_number (truth, "nid", nid);
	pst_writer_truth_message (truth, message, codepage);
	pst_writer_truth_properties (truth, message->extra, message->n_extra);
	pst_writer_pc_set_codepage (pc, codepage);
	set_extra (pc, message->extra, message->n_extra);
	state_codepage (pc, message, codepage);
	pst_writer_pc_set_text (pc, 0x001a001f,
				message->message_class ? message->message_class : "IPM.Note");
	set_envelope (pc, message, codepage);
	set_categories (file, pc, message);
	set_identity (pc, message, nid);
	*size = 512 + set_bodies (pc, message);
	if (message->n_attachments)
		*size += write_attachments (file, pc, message, truth);
	write_recipients (file, pc, message, truth);
	pst_writer_pc_set_u32 (pc, 0x0e070003, message_flags (message));
	pst_writer_pc_set_u32 (pc, 0x0e080003, *size);
	content = pst_writer_pc_finish (pc);
	pst_writer_truth_parts (truth, "parts", file->ndb, mark);
	return content;
}

/* Outlook cuts texts in tables at 255 characters. */
static void
set_short_text (PstWriterTc *table, guint32 tag, const char *text, guint codepage)
{
	g_autofree char *cut = NULL;

	if (text && g_utf8_validate (text, -1, NULL) && g_utf8_strlen (text, -1) > 255)
		cut = g_utf8_substring (text, 0, 255);
	pst_writer_tc_set_text_as (table, tag, cut ? cut : text, codepage);
}

void
pst_writer_message_set_row (PstWriterTc *table, const PstWriterMessage *message, guint32 size,
			    guint codepage)
{
	g_autofree char *to = join_names (message, PST_WRITER_TO);
	gint64 times[] = {message->submit_time, message->delivery_time,
			  modification_time (message)};
	static const guint32 time_tags[] = {0x00390040, 0x0e060040, 0x30080040};

	pst_writer_tc_set_u32 (table, 0x00170003,
			       message->has_importance ? message->importance : 1);
	set_short_text (table, 0x001a001f,
			message->message_class ? message->message_class : "IPM.Note", codepage);
	set_short_text (table, 0x0037001f, message->subject, codepage);
	set_short_text (table, 0x0042001f,
			message->representing.name ? message->representing.name
						   : message->sender.name,
			codepage);
	set_short_text (table, 0x0e04001f, to, codepage);
	pst_writer_tc_set_u32 (table, 0x0e070003, message_flags (message));
	pst_writer_tc_set_u32 (table, 0x0e080003, size);
	pst_writer_tc_set_u32 (table, 0x0e170003, 0);
	for (guint i = 0; i < G_N_ELEMENTS (times); i++)
		if (times[i])
			pst_writer_tc_set_u64 (table, time_tags[i],
					       pst_writer_message_filetime (times[i]));
}
