/* mbox-cases.h - mailboxes that are hard to read, and what they hold
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#pragma once

#include "mbox/mbox-source.h"

typedef struct {
	const char *content;
	gsize length;         /* 0: as far as its NUL, or nothing if content is "" */
	const char *flags;    /* letters as in a Maildir; NULL: none */
	const char *keywords; /* in byte order, a blank between; NULL: none */
	gint64 date;          /* 0: MBOX_CASE_DATE; -1: unknown */
} MboxCaseMessage;

typedef struct {
	const char *name;
	const char *what;
	MboxDialect dialect;
	const char *bytes;
	gsize length;                /* 0: as far as its NUL */
	const char *findings;        /* names, sorted, a blank between; NULL: none */
	gboolean is_refused;
	MboxCaseMessage messages[8]; /* up to content NULL */
	guint skipped;
} MboxCase;

/* Thu Nov 29 22:33:52 2001, UTC: most From_ lines have it. */
#define MBOX_CASE_DATE 1007073232

extern const MboxCase mbox_cases[];
extern const guint mbox_cases_count;

/* The bytes of one. Newly allocated. */
GBytes *mbox_case_bytes (const MboxCase *one);
