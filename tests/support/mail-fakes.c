/* mail-fakes.c - messages made by hand, a source of given messages, a sink that remembers
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "support/mail-fakes.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/safe-file.h"

Message *
fake_message (const char *folder, const char *content, gssize length, const char *origin)
{
	Folder *where = folder_new_from_path (folder, FOLDER_ROLE_NONE);
	gsize size = length < 0 ? strlen (content) : (gsize) length;

	g_assert_nonnull (where);
	return message_new (where, message_content_new_bytes (g_bytes_new (content, size)), origin);
}

GPtrArray *
fake_collect (MessageSource *source)
{
	GPtrArray *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);

	for (;;) {
		g_autoptr (GError) error = NULL;
		Message *message;
		gboolean ok = message_source_next (source, &message, &error);
		g_assert_no_error (error);
		g_assert_true (ok);
		if (message == NULL)
			return messages;
		g_ptr_array_add (messages, message);
	}
}

int
fake_file (const void *data, gsize length)
{
	int fd = memfd_create ("test", MFD_CLOEXEC);

	g_assert_cmpint (fd, >=, 0);
	g_assert_true (safe_file_write_all (fd, data, length, "test", NULL));
	g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
	return fd;
}

static gboolean
append (const guint8 *data, gsize length, gpointer user_data, GError **error)
{
	g_byte_array_append (user_data, data, (guint) length);
	return TRUE;
}

GBytes *
fake_bytes (MessageContent *content)
{
	GByteArray *bytes = g_byte_array_new ();
	g_autoptr (GError) error = NULL;

	message_content_foreach (content, append, bytes, &error);
	g_assert_no_error (error);
	return g_byte_array_free_to_bytes (bytes);
}

typedef struct {
	MessageSource source;
	GPtrArray *messages;
	guint next;
	Ledger *ledger;
} FakeSource;

static gboolean
fake_source_next (MessageSource *source, Message **message, GError **error)
{
	FakeSource *self = (FakeSource *) source;

	if (self->next == self->messages->len)
		return TRUE;
	*message = message_ref (self->messages->pdata[self->next++]);
	if (!message_is_folder (*message))
		ledger_announce (self->ledger, 1);
	return TRUE;
}

static void
fake_source_free (MessageSource *source)
{
	FakeSource *self = (FakeSource *) source;

	g_ptr_array_unref (self->messages);
	g_free (self);
}

static const MessageSourceClass fake_source_class = { fake_source_next, fake_source_free };

MessageSource *
fake_source_new (GPtrArray *messages, Ledger *ledger)
{
	FakeSource *self = g_new0 (FakeSource, 1);

	self->source.class = &fake_source_class;
	self->messages = g_ptr_array_ref (messages);
	self->ledger = ledger;
	return &self->source;
}

typedef struct {
	MessageSink sink;
	GPtrArray *delivered;
	char *refuse;
	Ledger *ledger;
} FakeSink;

static gboolean
fake_sink_put (MessageSink *sink, Message *message, GError **error)
{
	FakeSink *self = (FakeSink *) sink;

	if (self->refuse != NULL && g_strcmp0 (self->refuse, message->origin) == 0) {
		g_set_error_literal (error, MESSAGE_ERROR, MESSAGE_ERROR_MESSAGE, "refused by the test");
		return FALSE;
	}
	g_ptr_array_add (self->delivered, message_ref (message));
	return message_is_folder (message) || ledger_emitted (self->ledger, message, NULL, error);
}

static gboolean
fake_sink_finish (MessageSink *sink, GError **error)
{
	return TRUE;
}

static void
fake_sink_free (MessageSink *sink)
{
	FakeSink *self = (FakeSink *) sink;

	g_ptr_array_unref (self->delivered);
	g_free (self->refuse);
	g_free (self);
}

static const MessageSinkClass fake_sink_class = { fake_sink_put, fake_sink_finish, fake_sink_free };

MessageSink *
fake_sink_new (GPtrArray *delivered, const char *refuse, Ledger *ledger)
{
	FakeSink *self = g_new0 (FakeSink, 1);

	self->sink.class = &fake_sink_class;
	self->delivered = g_ptr_array_ref (delivered);
	self->refuse = g_strdup (refuse);
	self->ledger = ledger;
	return &self->sink;
}
