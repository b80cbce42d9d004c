/* imap-upload.h - one connection's life in an upload, and that of those that follow it
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * It takes mailbox after mailbox, sorts out what waits for it (imap-offer.h), sends that
 * (imap-send.h) and hears what became of it (imap-answer.h).
 *
 * A connection that breaks is made again, as long as some of them bring the upload forward. What
 * was on its way is looked for before anything is sent again (imap-settle.h). Messages that go down
 * with a connection again and again are sent fewer at a time, until the one that does it stands
 * alone.
 */
#pragma once

#include "imap/imap-work.h"
#include "net/net-options.h"
#include "net/net-url.h"

typedef struct ImapUpload ImapUpload;

typedef struct {
	const NetUrl *url;
	const NetOptions *net;
	const ImapBoxContext *box;
	ImapWork *work;
} ImapUploadContext;

/* Takes connection, which is logged in, or NULL: then it makes its own. context is borrowed. */
ImapUpload *imap_upload_new (const ImapUploadContext *context, ImapConnection *connection);

/* What is still on its way stays in doubt: the journal knows. */
void imap_upload_free (ImapUpload *upload);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapUpload, imap_upload_free)

/* A thread's function: take the ImapUpload through all work there is. */
gpointer imap_upload_run (gpointer upload);
