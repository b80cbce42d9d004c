/* mbox-aside.c - messages put aside in a file, as a stream of their own
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "mbox/mbox-aside.h"

#include "base/output.h"
#include "base/safe-file.h"
#include "mbox/mbox-sink.h"
#include "message/ledger.h"

typedef struct {
	MessageSink sink;
	SafeFile *file;
	Report *report; /* says nothing: whoever puts aside has said why */
	Ledger *ledger;
	MessageSink *stream;
	GMutex lock;
} MboxAside;

static gboolean
mbox_aside_put (MessageSink *base, Message *message, GError **error)
{
	MboxAside *aside = (MboxAside *) base;

	g_mutex_lock (&aside->lock);
	ledger_announce (aside->ledger, message_is_folder (message) ? 0 : 1);
	gboolean ok = message_sink_put (aside->stream, message, error);
	g_mutex_unlock (&aside->lock);
	return ok;
}

static gboolean
mbox_aside_finish (MessageSink *base, GError **error)
{
	MboxAside *aside = (MboxAside *) base;

	return message_sink_finish (aside->stream, error) && safe_file_commit (aside->file, error);
}

static void
mbox_aside_free (MessageSink *base)
{
	MboxAside *aside = (MboxAside *) base;

	if (aside->stream != NULL)
		message_sink_free (aside->stream);
	safe_file_free (aside->file);
	ledger_free (aside->ledger);
	report_free (aside->report);
	g_mutex_clear (&aside->lock);
	g_free (aside);
}

static const MessageSinkClass mbox_aside_class = {
	.put = mbox_aside_put,
	.finish = mbox_aside_finish,
	.free = mbox_aside_free,
};

MessageSink *
mbox_aside_new (const char *path, GError **error)
{
	MboxAside *aside = g_new0 (MboxAside, 1);

	aside->sink.class = &mbox_aside_class;
	g_mutex_init (&aside->lock);
	aside->report = report_new_quiet ("aside");
	aside->ledger = ledger_new (aside->report);
	aside->file = safe_file_new (path, error);
	int fd = aside->file != NULL ? safe_file_dup (aside->file, error) : -1;
	if (fd < 0) {
		mbox_aside_free (&aside->sink);
		return NULL;
	}
	aside->stream = mbox_sink_new_stream (output_new (fd, path), aside->ledger);
	return &aside->sink;
}
