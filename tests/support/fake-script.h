/* fake-script.h - what a fake IMAP server does otherwise than a good one, read from plain text
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A script is lines; # begins a comment. Settings hold from the start:
 *
 *	set NAME VALUE		names are listed in fake-imapd.c
 *	mailbox NAME		exists besides INBOX
 *
 * Rules change what is done at an event: a connection (greeting), a literal of an APPEND that was
 * announced (literal), or a command, by its name. Events are counted over all connections.
 *
 *	on EVENT COUNT: ACTION; ACTION...
 *
 * COUNT is N, N-M, N- or *. Actions, in order; texts go to the next "; " or to the end:
 *
 *	reply TEXT	answer with the tag and TEXT; the command is not done
 *	perform [TEXT]	do it; answer with the tag and TEXT, or, for "silently", not at all
 *	say TEXT	a line of one's own
 *	raw TEXT	the same without a line end
 *	repeat N TEXT	TEXT so many times, without line ends
 *	after TEXT	a line directly behind the tagged answer, in the same packet
 *	set NAME VALUE	from now on
 *	take N		read so many bytes
 *	deliver TEXT	somebody else's message comes into INBOX; it is not logged
 *	expunge N	somebody else removes the message with UID N from INBOX
 *	flag N FLAGS	and gives that one other flags: (\\Seen)
 *	close, reset	hang up
 *	mute		say nothing more, hear nothing more
 *
 * In texts \r \n \t \\ \" and \ooo are understood. The first rule that fits is used.
 */
#pragma once

#include <glib.h>

typedef struct {
	char *name;
	char *text;    /* unescaped; "" if none */
	gsize length;  /* of text, which may have NULs */
	guint64 count; /* the number some begin with */
} FakeAction;

typedef struct {
	char *event;
	guint first;
	guint last;
	GPtrArray *actions; /* of FakeAction */
} FakeRule;

typedef struct {
	GHashTable *settings;
	GPtrArray *mailboxes; /* names */
	GPtrArray *rules;     /* of FakeRule */
	GHashTable *counts;   /* event -> how often until now */
	GMutex lock;
} FakeScript;

FakeScript *fake_script_new (const char *text, GError **error);

/* What to do at this event, which is counted; NULL for what a good server does. */
const FakeRule *fake_script_meet (FakeScript *script, const char *event);

/* The value of a setting, or NULL. Newly allocated. */
char *fake_script_get (FakeScript *script, const char *name);
gboolean fake_script_is (FakeScript *script, const char *name, const char *value);
void fake_script_set (FakeScript *script, const char *assignment);
