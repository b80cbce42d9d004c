/* fake-store.c - the mailboxes of a fake IMAP server, in memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Settings that bend it:
 *	uidvalidity N	of every mailbox
 *	refuse TEXT => REPLY	an APPEND with a message that has TEXT
 *	hangup TEXT	hang up at a message that has TEXT
 *	limit N		bytes of a message
 *	room N => REPLY	messages in all mailboxes together
 *	merge yes	the same bytes again get the UID they have
 *	rewrite size|id	fetched messages are longer, or have another Message-ID
 *	appenduid none|few|many|other|repeated|reverse|TEXT
 *	dates ignored
 *	objects same	all mail has one EMAILID
 */
#include "support/fake-store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

FakeMessage *
fake_message_new (const char *flags, const char *date, GBytes *bytes)
{
	FakeMessage *message = g_new0 (FakeMessage, 1);

	message->flags = g_strdup (flags);
	message->date = g_strdup (date);
	message->bytes = g_bytes_ref (bytes);
	return message;
}

void
fake_message_free (gpointer data)
{
	FakeMessage *message = data;

	g_free (message->flags);
	g_free (message->date);
	g_bytes_unref (message->bytes);
	g_free (message);
}

FakeMailbox *
fake_store_get (FakeStore *store, const char *name, gboolean create)
{
	FakeMailbox *mailbox = g_hash_table_lookup (store->mailboxes, name);

	if (mailbox != NULL || !create)
		return mailbox;
	mailbox = g_new0 (FakeMailbox, 1);
	mailbox->name = g_strdup (name);
	mailbox->uid_next = 1;
	mailbox->mod_sequence = 1;
	mailbox->messages = g_ptr_array_new_with_free_func (fake_message_free);
	g_hash_table_insert (store->mailboxes, mailbox->name, mailbox);
	return mailbox;
}

guint64
fake_store_validity (FakeStore *store)
{
	g_autofree char *validity = fake_script_get (store->script, "uidvalidity");

	return validity != NULL ? g_ascii_strtoull (validity, NULL, 10) : 1000;
}

FakeStore *
fake_store_new (FakeScript *script, const char *log)
{
	FakeStore *store = g_new0 (FakeStore, 1);

	store->script = script;
	store->log = g_strdup (log);
	store->mailboxes = g_hash_table_new (g_str_hash, g_str_equal);
	g_mutex_init (&store->lock);
	(void) fake_store_get (store, "INBOX", TRUE);
	for (guint i = 0; i < script->mailboxes->len; i++)
		(void) fake_store_get (store, script->mailboxes->pdata[i], TRUE);
	return store;
}

/* --- APPEND ----------------------------------------------------------------------------------- */

static gboolean
message_has (const FakeMessage *message, const char *escaped)
{
	g_autofree char *text = g_strcompress (escaped);
	gsize length = 0;
	const void *data = g_bytes_get_data (message->bytes, &length);

	/* The one text that C strings cannot hold. */
	if (strcmp (escaped, "NUL") == 0)
		return memchr (data, 0, length) != NULL;
	return memmem (data, length, text, strlen (text)) != NULL;
}

gboolean
fake_store_dies_of (FakeStore *store, const GPtrArray *messages)
{
	g_autofree char *text = fake_script_get (store->script, "hangup");

	for (guint i = 0; text != NULL && i < messages->len; i++)
		if (message_has (messages->pdata[i], text))
			return TRUE;
	return FALSE;
}

/* "TEXT => REPLY": *reply is newly allocated. */
static char *
split_setting (FakeStore *store, const char *name, char **reply)
{
	g_autofree char *value = fake_script_get (store->script, name);
	g_auto (GStrv) parts = g_strsplit (value != NULL ? value : "", " => ", 2);

	if (parts[0] == NULL || parts[1] == NULL)
		return NULL;
	*reply = g_strdup (parts[1]);
	return g_strdup (parts[0]);
}

static guint
count_all (FakeStore *store)
{
	g_autoptr (GList) all = g_hash_table_get_values (store->mailboxes);
	guint count = 0;

	for (GList *link = all; link != NULL; link = link->next)
		count += ((FakeMailbox *) link->data)->messages->len;
	return count;
}

static char *
refusal (FakeStore *store, const GPtrArray *messages)
{
	g_autofree char *limit = fake_script_get (store->script, "limit");
	g_autofree char *reply = NULL;
	g_autofree char *full = NULL;
	g_autofree char *text = split_setting (store, "refuse", &reply);
	g_autofree char *room = split_setting (store, "room", &full);

	for (guint i = 0; i < messages->len; i++) {
		const FakeMessage *message = messages->pdata[i];

		if (limit != NULL && g_bytes_get_size (message->bytes) > strtoul (limit, NULL, 10))
			return g_strdup ("NO [TOOBIG] Message too large");
		if (text != NULL && (message_has (message, text) ||
				     strstr (message->flags, text) != NULL ||
				     strstr (message->date, text) != NULL))
			return g_steal_pointer (&reply);
	}
	if (room != NULL && count_all (store) + messages->len > strtoul (room, NULL, 10))
		return g_steal_pointer (&full);
	return NULL;
}

static guint64
merged_uid (FakeStore *store, const FakeMailbox *mailbox, const FakeMessage *message)
{
	if (!fake_script_is (store->script, "merge", "yes"))
		return 0;
	for (guint i = 0; i < mailbox->messages->len; i++) {
		const FakeMessage *other = mailbox->messages->pdata[i];

		if (g_bytes_equal (other->bytes, message->bytes))
			return other->uid;
	}
	return 0;
}

static void
log_stored (FakeStore *store, const FakeMailbox *mailbox, const FakeMessage *message)
{
	g_autofree char *digest =
		g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, message->bytes);
	FILE *file = fopen (store->log, "a");

	if (file == NULL)
		return;
	fprintf (file, "%s %" G_GUINT64_FORMAT " %s %s %s\n", digest, message->uid, mailbox->name,
		 message->flags, message->date);
	fclose (file);
}

/* The set as a bent server gives it. */
static char *
append_uid (FakeStore *store, const GString *set, guint64 first, guint count)
{
	g_autofree char *how = fake_script_get (store->script, "appenduid");
	guint64 validity = fake_store_validity (store);

	if (how == NULL)
		return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", validity, set->str);
	if (strcmp (how, "few") == 0)
		return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, validity,
					first);
	if (strcmp (how, "many") == 0)
		return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
					":%" G_GUINT64_FORMAT,
					validity, first, first + count + 4);
	if (strcmp (how, "other") == 0)
		return g_strdup_printf ("77 %s", set->str);
	if (strcmp (how, "repeated") == 0)
		return g_strdup_printf ("%" G_GUINT64_FORMAT " 1:%u", validity, count);
	if (strcmp (how, "reverse") == 0)
		return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
					":%" G_GUINT64_FORMAT,
					validity, first + count - 1, first);
	return g_strdup (how);
}

static char *
append_all (FakeStore *store, FakeMailbox *mailbox, GPtrArray *messages)
{
	g_autoptr (GString) set = g_string_new (NULL);
	guint64 first = mailbox->uid_next;
	guint count = messages->len;

	for (guint i = 0; i < count; i++) {
		FakeMessage *message = g_ptr_array_steal_index (messages, 0);
		guint64 known = merged_uid (store, mailbox, message);

		message->uid = known != 0 ? known : mailbox->uid_next++;
		mailbox->mod_sequence++;
		g_string_append_printf (set, "%s%" G_GUINT64_FORMAT, i > 0 ? "," : "",
					message->uid);
		if (known != 0) {
			fake_message_free (message);
			continue;
		}
		log_stored (store, mailbox, message);
		g_ptr_array_add (mailbox->messages, message);
	}
	if (fake_script_is (store->script, "appenduid", "none"))
		return g_strdup ("OK APPEND completed");
	g_autofree char *uids = append_uid (store, set, first, count);
	return g_strdup_printf ("OK [APPENDUID %s] APPEND completed", uids);
}

char *
fake_store_append (FakeStore *store, const char *name, GPtrArray *messages)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&store->lock);
	FakeMailbox *mailbox = fake_store_get (store, name, FALSE);

	if (mailbox == NULL)
		return g_strdup ("NO [TRYCREATE] No such mailbox");
	char *reply = refusal (store, messages);
	return reply != NULL ? reply : append_all (store, mailbox, messages);
}

void
fake_store_deliver (FakeStore *store, const char *text, gsize length)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&store->lock);
	g_autoptr (GBytes) bytes = g_bytes_new (text, length);
	FakeMailbox *inbox = fake_store_get (store, "INBOX", TRUE);
	FakeMessage *message = fake_message_new ("()", "", bytes);

	message->uid = inbox->uid_next++;
	inbox->mod_sequence++;
	g_ptr_array_add (inbox->messages, message);
}

/* NULL if it is not there. The store is locked. */
static FakeMessage *
find_message (FakeMailbox *mailbox, guint64 uid)
{
	for (guint i = 0; i < mailbox->messages->len; i++)
		if (((FakeMessage *) mailbox->messages->pdata[i])->uid == uid)
			return mailbox->messages->pdata[i];
	return NULL;
}

void
fake_store_expunge (FakeStore *store, guint64 uid)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&store->lock);
	FakeMailbox *inbox = fake_store_get (store, "INBOX", TRUE);

	inbox->mod_sequence++;
	g_ptr_array_remove (inbox->messages, find_message (inbox, uid));
}

void
fake_store_flag (FakeStore *store, guint64 uid, const char *flags)
{
	g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&store->lock);
	FakeMailbox *inbox = fake_store_get (store, "INBOX", TRUE);
	FakeMessage *message = find_message (inbox, uid);

	inbox->mod_sequence++;
	if (message == NULL)
		return;
	g_free (message->flags);
	message->flags = g_strdup (flags);
}

/* --- FETCH ------------------------------------------------------------------------------------ */

static gsize
header_length (const char *data, gsize length)
{
	const char *end = memmem (data, length, "\r\n\r\n", 4);

	return end != NULL ? (gsize) (end - data) + 4 : length;
}

/* Those of five fields that are there, as BODY[HEADER.FIELDS (...)] gives them. */
static GString *
five_fields (FakeStore *store, const FakeMessage *message)
{
	static const char *const names[] = { "Date:", "From:", "Message-ID:", "Subject:", "To:" };
	gsize size = 0;
	const char *data = g_bytes_get_data (message->bytes, &size);
	g_autofree char *header = g_strndup (data, header_length (data, size));
	g_auto (GStrv) lines = g_strsplit (header, "\r\n", 0);
	GString *out = g_string_new (NULL);

	for (guint i = 0; lines[i] != NULL; i++)
		for (guint n = 0; n < G_N_ELEMENTS (names); n++) {
			if (g_ascii_strncasecmp (lines[i], names[n], strlen (names[n])) != 0)
				continue;
			if (n == 2 && fake_script_is (store->script, "rewrite", "id"))
				g_string_append_printf (out, "%s <%" G_GUINT64_FORMAT "@rewritten>",
							names[n], message->uid);
			else
				g_string_append (out, lines[i]);
			g_string_append (out, "\r\n");
		}
	g_string_append (out, "\r\n");
	return out;
}

/* The whole, the header, or a piece "<offset.length>" of the whole, as item asks. */
static void
append_body (GString *out, const FakeMessage *message, gboolean longer, const char *item)
{
	gsize size = 0;
	const char *data = g_bytes_get_data (message->bytes, &size);
	g_autoptr (GString) text = g_string_new (NULL);
	const char *piece = strstr (item, "[]<");
	guint64 offset = 0;
	guint64 length;

	if (longer)
		g_string_append (text, "X-Added: by a server that changes 1\r\n");
	g_string_append_len (text, data, (gssize) size);
	length = text->len;
	if (piece != NULL) {
		guint64 from = g_ascii_strtoull (piece + 3, (char **) &piece, 10);
		guint64 wanted = g_ascii_strtoull (piece + 1, NULL, 10);

		offset = MIN (from, text->len);
		length = MIN (wanted, text->len - offset);
		g_string_append_printf (out, " BODY[]<%" G_GUINT64_FORMAT ">", offset);
	} else if (strstr (item, "[HEADER]") != NULL) {
		length = header_length (text->str, text->len);
		g_string_append (out, " BODY[HEADER]");
	} else {
		g_string_append (out, " BODY[]");
	}
	g_string_append_printf (out, " {%" G_GUINT64_FORMAT "}\r\n", length);
	g_string_append_len (out, text->str + offset, (gssize) length);
}

/* One name for one content, or, from a server that lies, for all. */
static void
append_object (GString *out, FakeStore *store, const FakeMessage *message, const char *items)
{
	gboolean lies = fake_script_is (store->script, "objects", "same");
	g_autofree char *digest =
		g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, message->bytes);
	g_autofree char *hex = g_strndup (lies ? "4e" : digest, 15);

	if (strstr (items, " EMAILID ") != NULL)
		g_string_append_printf (out, " EMAILID (M%s)", hex);
	if (strstr (items, " X-GM-MSGID ") != NULL)
		g_string_append_printf (out, " X-GM-MSGID %" G_GUINT64_FORMAT,
					g_ascii_strtoull (hex, NULL, 16));
}

char *
fake_message_fetch (FakeStore *store, const FakeMessage *message, guint number, const char *items,
		    gsize *length)
{
	gsize size = g_bytes_get_size (message->bytes);
	gboolean longer = fake_script_is (store->script, "rewrite", "size");
	const char *date = fake_script_is (store->script, "dates", "ignored") || !message->date[0]
				   ? "22-Nov-2026 10:00:00 +0000"
				   : message->date;
	GString *out = g_string_new (NULL);

	g_string_append_printf (out,
				"* %u FETCH (UID %" G_GUINT64_FORMAT
				" FLAGS %s INTERNALDATE \"%s\" RFC822.SIZE %zu",
				number, message->uid, message->flags, date,
				longer ? size + 37 : size);
	append_object (out, store, message, items);
	if (strstr (items, "HEADER.FIELDS") != NULL) {
		g_autoptr (GString) fields = five_fields (store, message);

		g_string_append_printf (out,
					" BODY[HEADER.FIELDS (DATE FROM MESSAGE-ID SUBJECT TO)] "
					"{%zu}\r\n",
					fields->len);
		g_string_append_len (out, fields->str, (gssize) fields->len);
	} else if (strstr (items, "BODY.PEEK[") != NULL) {
		append_body (out, message, longer, strstr (items, "BODY.PEEK["));
	}
	g_string_append (out, ")\r\n");
	*length = out->len;
	return g_string_free (out, FALSE);
}
