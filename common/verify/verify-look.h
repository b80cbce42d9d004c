/* verify-look.h - some messages of a side again, with their content
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The first reading remembers digests and forgets the rest. Where they do not settle what became of
 * a message, its mailbox is gone through once more and only those messages are opened.
 */
#pragma once

#include "message/ledger.h"
#include "message/message-source.h"
#include "verify/verify-digest.h"
#include "verify/verify-lookup.h"

/* A side, and the way to read it a second time; open is NULL where there is none. */
typedef struct {
	VerifyIndex *index;
	VerifyForm form; /* of the index */
	/* sparing: few messages will be read beyond their header */
	MessageSource *(*open) (gpointer user_data, gboolean sparing, Ledger *ledger,
				Report *report, GError **error);
	gpointer user_data;
	Report *report; /* gets findings */
} VerifyReading;

/* Gets the message with that number. */
typedef gboolean (*VerifyLookFunc) (guint32 number, Message *message, gpointer user_data,
				    GError **error);

typedef struct VerifyLook VerifyLook;

/* Borrows reading. */
VerifyLook *verify_look_new (const VerifyReading *reading);
void verify_look_free (VerifyLook *look);

/* Ask for a message. */
gboolean verify_look_add (VerifyLook *look, guint32 number, GError **error);

/* Hands out what was asked for, in whatever order, as far as it is found again and is still the
 * same. */
gboolean verify_look_run (VerifyLook *look, VerifyLookFunc function, gpointer user_data,
			  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (VerifyLook, verify_look_free)
