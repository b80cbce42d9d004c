/* mbox-labels.h - Gmail's labels, as Google Takeout writes them into X-Gmail-Labels
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * What Gmail itself has set - unread, starred, in the inbox - stands among the user's labels, in
 * the language of the account.
 */
#pragma once

#include "mbox/mbox-source.h"

typedef enum {
	MBOX_LABEL_OWN, /* of the user */
	MBOX_LABEL_INBOX,
	MBOX_LABEL_SENT,
	MBOX_LABEL_DRAFTS,
	MBOX_LABEL_SPAM,
	MBOX_LABEL_TRASH,
	MBOX_LABEL_STARRED,
	MBOX_LABEL_IMPORTANT,
	MBOX_LABEL_UNREAD,
	MBOX_LABEL_OPENED,
	MBOX_LABEL_ARCHIVED,
	MBOX_LABEL_CHAT
} MboxLabel;

/* What a label, as it stands in an export, is in any language we know. */
MboxLabel mbox_label_from_text (const char *text);

/* The labels of a field's value: encoded words decoded, quotes undone. Newly allocated. */
char **mbox_labels_split (const char *value);

/* Give message the flags, and with MBOX_LABELS_FOLDERS the folder, that the value says; what
 * remains is appended to keywords (owned strings). */
void mbox_labels_apply (const char *value, MboxLabels labels, Message *message,
			GPtrArray *keywords);
