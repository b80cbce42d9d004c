/* imap-others.h - further connections to an account, made while the first one is at work
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Connecting, logging in and opening a mailbox take half a dozen round trips; nobody waits for
 * them. Each is done in a thread of its own, and the connection belongs to that thread until it is
 * handed out.
 */
#pragma once

#include "imap/imap-connection.h"
#include "imap/imap-state.h"

typedef struct ImapOthers ImapOthers;

/* url and net are borrowed. */
ImapOthers *imap_others_new (const NetUrl *url, const NetOptions *net);

/* Gives up what is under way, and waits for that. */
void imap_others_free (ImapOthers *others);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImapOthers, imap_others_free)

/* Begin to open mailbox on count of them: on those that are there, and on new ones. One that has
 * gone while there was nothing for it to do is replaced. Nothing may be on its way over them. */
void imap_others_open (ImapOthers *others, const char *mailbox, guint count);

/* The next one that has that mailbox open now, and what the server said of it; *connection belongs
 * to others and is NULL while none is ready. FALSE: one could not be made or not open it, and is
 * gone. */
gboolean imap_others_take (ImapOthers *others, ImapConnection **connection, ImapState *state,
			   GError **error);

/* How many have been handed out for the mailbox that was asked for last. */
guint imap_others_count (const ImapOthers *others);

/* This one is of no use. */
void imap_others_drop (ImapOthers *others, ImapConnection *connection);

/* None of them is of use any more. */
void imap_others_drop_all (ImapOthers *others);

/* Say goodbye over those that nothing is on its way over. */
void imap_others_log_out (ImapOthers *others);
