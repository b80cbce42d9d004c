/* fake-mailbox.h - a mailbox in memory, read as any source is
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"
#include "verify/verify-result.h"
#include "verify/verify-sink.h"

typedef struct {
	const char *folder; /* text form; "INBOX" has its role */
	const char *content;
	gsize length; /* of content; 0: strlen */
	MessageFlags flags;
	gint64 date; /* 0: unknown */
	FolderRole role;
	gboolean unreadable;
} FakeMail;

/* A FakeMail in a table: folder, content, and what else there is to say as .field = value. */
#define FAKE(in, text, ...)                                                                        \
	{                                                                                          \
		.folder = in, .content = text, ##__VA_ARGS__                                       \
	}

/* A source over mails (borrowed), which announces them in ledger. A mail without content is a
 * folder record. */
MessageSource *fake_source_new (const FakeMail *mails, gsize count, Ledger *ledger);

/* One side of a comparison, read from mails (borrowed). */
typedef struct {
	Report *report;
	Ledger *ledger;
	VerifyIndex *index;
	VerifyForm form;
	const FakeMail *mails;
	gsize count;
} FakeSide;

void fake_side_read (FakeSide *side, const FakeMail *mails, gsize count, VerifyForm form);
void fake_side_clear (FakeSide *side);

/* Matches two sides, which can be read again. */
VerifyMatch *fake_match (FakeSide *source, FakeSide *target, const VerifyMatchOptions *options);

VerifySide fake_side_describe (const FakeSide *side, VerifyKind kind);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (FakeSide, fake_side_clear)
