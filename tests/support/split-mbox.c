/* split-mbox.c - read an mbox, do nothing with it, and count: what splitting alone costs
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <fcntl.h>
#include <stdio.h>

#include "base/stop.h"
#include "mbox/mbox-source.h"

int
main (int argc, char **argv)
{
	const MboxSourceOptions options = { .name = "mbox" };
	g_autoptr (Report) report = report_new ("split-mbox");
	g_autoptr (Ledger) ledger = ledger_new (report);
	g_autoptr (GError) error = NULL;
	guint64 messages = 0, bytes = 0;

	stop_install ();
	int fd = argc == 2 ? open (argv[1], O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0) {
		fputs ("usage: split-mbox MBOX\n", stderr);
		return 2;
	}
	g_autoptr (MessageSource) source = mbox_source_new (fd, &options, ledger, report);
	for (;;) {
		g_autoptr (Message) message = NULL;
		if (!message_source_next (source, &message, &error) || message == NULL)
			break;
		messages++;
		bytes += (guint64) message_content_get_size (message->content);
	}
	printf ("%" G_GUINT64_FORMAT " messages, %" G_GUINT64_FORMAT " bytes\n", messages, bytes);
	return error == NULL ? 0 : 2;
}
