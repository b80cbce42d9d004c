/* fake-store.h - the mailboxes of a fake IMAP server, in memory
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include <glib.h>

#include "support/fake-script.h"

typedef struct {
	guint64 uid;
	char *flags; /* "(\\Seen)" */
	char *date;  /* as given, without quotes; "" if none */
	GBytes *bytes;
} FakeMessage;

typedef struct {
	char *name;
	guint64 uid_next;
	guint64 mod_sequence; /* grows with every change */
	GPtrArray *messages; /* of FakeMessage */
} FakeMailbox;

typedef struct {
	FakeScript *script;
	GHashTable *mailboxes; /* name -> FakeMailbox */
	char *log;	       /* what is stored where, a line each */
	GMutex lock;
} FakeStore;

FakeStore *fake_store_new (FakeScript *script, const char *log);

/* NULL if there is none; created if create. */
FakeMailbox *fake_store_get (FakeStore *store, const char *name, gboolean create);

/* Of every mailbox, now. */
guint64 fake_store_validity (FakeStore *store);

/* Does one of these have what the setting "hangup" says? */
gboolean fake_store_dies_of (FakeStore *store, const GPtrArray *messages);

/* Stores all of messages (FakeMessage, taken) or none. Returns the answer without its tag. */
char *fake_store_append (FakeStore *store, const char *name, GPtrArray *messages);

/* A message of somebody else comes into INBOX. */
void fake_store_deliver (FakeStore *store, const char *text, gsize length);

/* Somebody else removes a message of INBOX, or gives it other flags. */
void fake_store_expunge (FakeStore *store, guint64 uid);
void fake_store_flag (FakeStore *store, guint64 uid, const char *flags);

FakeMessage *fake_message_new (const char *flags, const char *date, GBytes *bytes);
void fake_message_free (gpointer message);

/* As the FETCH item. */
char *fake_message_fetch (FakeStore *store, const FakeMessage *message, guint number,
			  const char *items, gsize *length);
