/* eml-sequences.h - the flags of MH, which stand beside the messages
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The file .mh_sequences has a line for each set of messages, "unseen: 3 7-9 12", as nmh, mutt and
 * Python's mailbox write it (mh-sequence(5)). What is not in "unseen" has been read; "replied" and
 * "flagged" are flags too, and what else somebody has named is a keyword. "cur" and "pseq" only
 * say where the reader was.
 */
#pragma once

#include <glib.h>

#include "base/report.h"
#include "message/message.h"

#define EML_SEQUENCES_FILE ".mh_sequences"

typedef struct EmlSequences EmlSequences;

/* What the file in directory_fd (borrowed) says. NULL if there is none: then nobody knows.
 * Findings: sequences-unreadable (NULL too) if it is no plain file or too large; odd-sequence,
 * once, if parts of it make no sense and are left out. origin is the file, folder its text form. */
EmlSequences *eml_sequences_new (int directory_fd, const char *origin, const char *folder,
				 Report *report);
void eml_sequences_free (EmlSequences *sequences);

/* The flags and keywords of the message in the file called name. */
void eml_sequences_apply (const EmlSequences *sequences, const char *name, Message *message);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (EmlSequences, eml_sequences_free)
