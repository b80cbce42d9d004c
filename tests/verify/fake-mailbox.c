/* fake-mailbox.c - a mailbox in memory, read as any source is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "verify/fake-mailbox.h"

#include <fcntl.h>
#include <string.h>

#include "message/transfer.h"

typedef struct {
	MessageSource source;
	const FakeMail *mails;
	gsize count;
	gsize next;
} FakeSource;

static MessageContent *
make_content (const FakeMail *mail)
{
	gsize length = mail->length != 0 ? mail->length : strlen (mail->content);

	if (mail->unreadable) {
		ContentDirectory *nowhere = content_directory_new (open ("/", O_PATH | O_CLOEXEC));
		MessageContent *content = message_content_new_file (nowhere, "no-such-mail",
								    (goffset) length);
		content_directory_unref (nowhere);
		return content;
	}
	return message_content_new_bytes (g_bytes_new (mail->content, length));
}

static gboolean
fake_source_next (MessageSource *source, Message **message, GError **error)
{
	FakeSource *self = (FakeSource *) source;

	*message = NULL;
	if (self->next == self->count)
		return TRUE;
	const FakeMail *mail = &self->mails[self->next];
	FolderRole role = strcmp (mail->folder, "INBOX") == 0 ? FOLDER_ROLE_INBOX : mail->role;
	Folder *folder = folder_new_from_path (mail->folder, role);
	g_autofree char *origin = g_strdup_printf ("fake:%zu", self->next++);

	if (mail->content == NULL && !mail->unreadable) {
		*message = message_new_folder (folder);
		return TRUE;
	}
	*message = message_new (folder, make_content (mail), origin);
	(*message)->flags = mail->flags;
	(*message)->received = (MessageDate){ .known = mail->date != 0, .seconds = mail->date };
	return TRUE;
}

static void
fake_source_free (MessageSource *source)
{
	g_free (source);
}

static const MessageSourceClass fake_source_class = {
	.next = fake_source_next,
	.free = fake_source_free,
};

MessageSource *
fake_source_new (const FakeMail *mails, gsize count, Ledger *ledger)
{
	FakeSource *self = g_new0 (FakeSource, 1);

	self->source.class = &fake_source_class;
	self->mails = mails;
	self->count = count;
	for (gsize i = 0; i < count; i++)
		ledger_announce (ledger, mails[i].content != NULL || mails[i].unreadable);
	return &self->source;
}

void
fake_side_read (FakeSide *side, const FakeMail *mails, gsize count, VerifyForm form)
{
	g_autoptr (GError) error = NULL;

	side->mails = mails;
	side->count = count;
	side->form = form;
	side->report = report_new_quiet ("test");
	side->ledger = ledger_new (side->report);
	side->index = verify_index_new ();
	g_autoptr (MessageSource) source = fake_source_new (mails, count, side->ledger);
	g_autoptr (MessageSink) sink = verify_sink_new (side->index, form, side->ledger);
	transfer_run (source, sink, side->ledger, side->report, &error);
	g_assert_no_error (error);
	g_assert_true (message_sink_finish (sink, NULL));
}

static MessageSource *
open_again (gpointer user_data, gboolean sparing, Ledger *ledger, Report *report, GError **error)
{
	const FakeSide *side = user_data;

	return fake_source_new (side->mails, side->count, ledger);
}

static VerifyReading
reading_of (FakeSide *side)
{
	return (VerifyReading){
		.index = side->index,
		.form = side->form,
		.open = side->mails != NULL || side->count == 0 ? open_again : NULL,
		.user_data = side,
		.report = side->report,
	};
}

VerifyMatch *
fake_match (FakeSide *source, FakeSide *target, const VerifyMatchOptions *options)
{
	const VerifyReading a = reading_of (source);
	const VerifyReading b = reading_of (target);
	g_autoptr (GError) error = NULL;
	VerifyMatch *match = verify_match_new (&a, &b, options, &error);

	g_assert_no_error (error);
	return match;
}

void
fake_side_clear (FakeSide *side)
{
	verify_index_free (side->index);
	ledger_free (side->ledger);
	report_free (side->report);
}

VerifySide
fake_side_describe (const FakeSide *side, VerifyKind kind)
{
	return (VerifySide){
		.name = "fake", .kind = kind, .index = side->index, .ledger = side->ledger
	};
}
